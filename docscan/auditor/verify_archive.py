#!/usr/bin/env python3
"""Check a docscan archive, or what was handed over of one, without docscan.

Call it with the folder; it needs Python 3.9 or newer, and the package
`cryptography` for signatures (`pip install cryptography`). It writes nothing.

    python verify_archive.py FOLDER [--witness FILE]... [--trust FILE] [--key HEX] [--object ID] [--json]

FOLDER is a whole archive, a BagIt bag that `docscan export` made, or the proof
of one document that `docscan proof` made. The program was written from
`docs/archive.md`, which says what the files mean, and can be read from top to
bottom; the numbers of the steps stand at the functions that do them.

 1. A bag agrees with its own manifests, and the log's key signed these.
 2. `ledger/head.json` agrees with itself.
 3. Each line of the ledger is one event in canonical form and of the closed
    schema; its number, and the hash it names, follow from the line before.
 4. `ledger/log.json` is the one that the first event names.
 5. The checkpoint is signed by the key that the ledger names, and its root is
    that of the RFC 6962 tree over the lines. Of a document that was handed
    over alone, each line is proved to be in that tree.
 6. What witnesses and time stamps saw is a beginning of this ledger.
 7. Files that events name, and the files of the storage root.
 8. Each object has the files that its lines and its inventory vouch for, with
    those digests, and no others; what was destroyed is not there, no hold stood
    on it, and one person proposed and another approved it.
 9. The catalogue has taken in the whole ledger, and no more than that.
10. The trust policy: somebody outside saw the ledger lately enough.

It leaves with 0 when all is as it was filed, with 8 when something is not,
with 3 when nothing is wrong but the trust policy is not met, and with 2 when
it was called wrongly.

What it cannot tell: whether a scan is like its paper, whether a document was
never recorded, who stands behind a pseudonym, and anything that happened after
the newest witness. The time stamps' tokens it leaves to openssl, and prints
the commands.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import itertools
import json
import os
import re
import sqlite3
import stat
import sys
from datetime import datetime, timedelta, timezone
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("Signatures cannot be checked: pip install cryptography")

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CLEAN, WRONG_CALL, NOT_WITNESSED, FINDINGS = 0, 2, 3, 8

# ---- what the ledger may say (docs/archive.md, "The ledger") -------------------------------------------

SEGMENT_LINES = 10_000
MAX_LINE = 16_384  # bytes of a line
MAX_SMALL = 4_096  # bytes of head.json and log.json
MAX_NOTE = 65_536  # bytes of a signed note
MAX_INVENTORY = 1 << 24
MAX_LIST = 1 << 26  # bytes of the list of a proposal
MOST = 20  # findings a file: a shredded ledger is not told line by line
NO_LINE = "0" * 64
HEAD = "ledger/head.json"
LOG = "ledger/log.json"
CHECKPOINT = "ledger/checkpoint.note"
LINES = "ledger/lines.jsonl"  # of an excerpt
SIGNATURE = "signatures/tagmanifest-sha256.txt.ed25519"  # of a bag
TAGS = "tagmanifest-sha256.txt"
SIGNER = "signatures/log-key.pem"
WITHIN = "30d"  # how lately somebody must have seen the ledger when no policy says so
UNSIGNED_NOTE = "no key of this ledger signed the note, so anybody can have made it"
UNSIGNED = timedelta(days=1)  # how long an event may be without a signature
READ: dict[str, str] = {}  # digests of files that were hashed, so that a bag is read once

# fmt: off
TYPES = frozenset((
    "accession", "appraisal", "capture", "creation", "deaccession", "deletion",
    "digital signature generation", "digital signature validation", "dissemination", "fixity check",
    "format identification", "imaging", "ingestion", "message digest calculation",
    "metadata extraction", "metadata modification", "migration", "modification", "normalization",
    "policy assignment", "quarantine", "recovery", "redaction", "replication", "transfer",
    "unquarantine", "validation", "virus check", "acknowledgement_received", "acknowledgement_sent",
    "agreement_signed", "component_transfer", "custody_transfer", "request", "hold placed",
    "hold released", "policy change", "key rotation", "timestamp", "repair", "holding registered",
    "holding moved", "loan", "stocktake", "escalation",
))
OUTCOMES = frozenset(("pass", "fail", "partial", "pending", "cancelled"))
ROLES = frozenset(("implementer", "authorizer", "requester", "recipient", "transmitter", "validator"))
OPTIONAL = frozenset(("object", "object_version", "files"))
KEYS = OPTIONAL | {"v", "seq", "at", "prev", "type", "outcome", "agent", "detail"}
# fmt: on

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
HEX = r"[0-9a-f]{64}"
AT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
AGENT = r"u:[0-9a-f]{16}"
PROGRAM = r"[a-z]{1,32}/[0-9][0-9A-Za-z.+-]{0,31}"
VERSION = r"v[1-9][0-9]{0,4}"
KEY = r"[a-z][a-z0-9_]{0,31}"
# fmt: off
WORD = "|".join((  # a value in `detail` that is no number
    UUID, HEX, AT, PROGRAM, AGENT,
    r"[A-Z]{1,2}[0-9]{1,4}",  # a code
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}",  # a date
    r"-?[0-9]{1,12}\.[0-9]{2}",  # an amount
    r"P[0-9]{1,4}[YMD]",  # a period
    r"[a-z]{1,16}/[a-z0-9][a-z0-9.+-]{0,63}",  # a media type, the name of a log
    r"[a-z]{1,24}([ _-][a-z]{1,24}){0,3}",  # a keyword
))
FILE = "|".join((  # a path in `files`
    rf"({VERSION}/)?inventory\.json(\.sha256)?",
    r"0=ocfl_object_1\.1",
    rf"{VERSION}/content/original",
    r"ledger/log\.json",
    r"ledger/timestamps/[0-9]{12}\.(tsr|note)",
    r"ledger/witnesses/[0-9a-f]{8}-[0-9]{12}\.note",
    r"(access|retention|loans)\.toml",
    rf"custody/{UUID}/[a-z-]{{1,32}}\.(pdf|toml|json)",
    rf"holdings/{UUID}\.jsonl",
    r"objects/(0=ocfl_1\.1|ocfl_layout\.json|extensions/[a-z0-9-]{1,64}/config\.json)",
))
FORMS = {name: re.compile(form) for name, form in (  # each for the whole of a text
    ("uuid", UUID), ("hex", HEX), ("at", AT), ("agent", AGENT),
    ("program", PROGRAM), ("key", KEY), ("word", WORD), ("file", FILE),
)}
# fmt: on
ORIGINAL = re.compile(rf"{VERSION}/content/original")
ROOT_FILES = {  # of the storage root; they are the same everywhere
    "0=ocfl_1.1": "251c899fa79a7c8fd0337531a939b1080bf23d93b347d7a0318e74c352cb43fb",
    "ocfl_layout.json": "25bae0daceb92e685da66b2a37c35b6aab9cfab3413957d3f476a4f32c6d67ff",
    "extensions/0003-hash-and-id-n-tuple-storage-layout/config.json": (
        "a650b717be6535a0a7d3720ad9ac335776cd176a9639d7d1320a6ee5c13153f0"
    ),
}
OBJECT_MARK = "0=ocfl_object_1.1"
OBJECT_MARK_DIGEST = hashlib.sha256(b"ocfl_object_1.1\n").hexdigest()


MEANINGS = {
    "D1": "the content was changed",
    "D2": "this is missing",
    "D3": "nothing in the ledger speaks of this",
    "D4": "this was destroyed, as the ledger says, and is here",
    "D5": "this is no plain file or folder",
    "D6": "this cannot be read",
    "D7": "no copy of the inventory is sound; only the original could be checked",
    "O1": "the inventory has not the form that OCFL asks for",
    "H1": "this was destroyed while it was held",
    "H2": "this was destroyed without two people having agreed to it",
    "L1": "this line is no event in the one form that the ledger allows",
    "L2": "this line was altered or moved; its neighbours do not confirm it",
    "L3": "this line has no end",
    "L4": "events are missing here",
    "L5": "this does not fit the ledger",
    "L6": "this is behind the ledger; a run was interrupted",
    "L7": "no proof leads from this line to the checkpoint",
    "C1": "the checkpoint is missing, cannot be read, or is not signed by the log's key",
    "C2": "the lines are not those that the checkpoint was signed over",
    "C3": "the checkpoint counts more events than there are",
    "W1": "somebody else saw more events than there are",
    "W2": "somebody else saw another history",
    "T2": "this time stamp does not stamp a checkpoint of this ledger",
    "P1": "the catalogue cannot be read",
    "P2": "the catalogue is behind the ledger",
    "P3": "the catalogue is ahead of the ledger, or of another one",
    "P4": "the catalogue has another number of records",
    "X1": "this is not as the manifests of the bag say",
    "X2": "the manifests of the bag are not signed by the log's key",
}


# ---- what is found, and what the ledger can still prove ------------------------------------------------


class Finding(NamedTuple):
    """One thing that is not as the ledger says; the codes are those of docscan's `docs/errors.md`."""

    code: str
    path: str
    object: str = ""
    expected: str = ""
    found: str = ""


class Line(NamedTuple):
    """One line of the ledger as it stands in its file."""

    path: str
    number: int  # in that file, from 1
    hash: str
    seq: int = -1
    prev: str = ""
    code: str = ""  # of the finding about this line alone
    event: dict[str, Any] | None = None
    mended: int = 0  # of the head: how many lines it will count once an interrupted act is mended


class Proposal(NamedTuple):
    """A destruction that somebody proposed, and what became of it."""

    by: str  # who
    paper: str  # the list of what is to be destroyed
    digest: str  # of that
    decided_by: str = ""
    state: str = "pending"  # or approved, rejected, executed


class Destruction(NamedTuple):
    """An object's end, and what the ledger had by then of the two people who wanted it."""

    event: dict[str, Any]
    proposal: Proposal | None


class Ledger:
    """What the ledger can still prove, once it was read."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.complete = True  # an excerpt is not
        self.origin = ""  # the log's name
        self.note: Note | None = None  # the checkpoint, once it was found right
        self.seen: list[Note] = []  # what others kept of it and is right
        self.anchored = False  # whether something that was brought along confirms an excerpt
        self.remarks: list[str] = []  # for the reader
        self.creation: dict[str, Any] | None = None
        self.objects: dict[str, dict[str, str]] = {}  # by object: digests by path in it
        self.deleted: dict[
            str, bool
        ] = {}  # by object that was destroyed: whether it was held when it ever was
        self.proposals: dict[str, Proposal] = {}
        self.destroyed: list[Destruction] = []
        self.files: dict[str, str] = {}  # digests of files that events without an object name
        self.keys: list[tuple[int, str]] = []  # public keys of the log, in hex, and the events that told them
        self.holds: dict[str, set[Any]] = {}  # by object: the holds that are on it
        self.leaves: list[bytes] = []  # the hash of every line, as it stands
        self.times: list[str] = []  # when each event that can be believed was written
        self.size = 0  # how many events there are, as far as can be told
        self.sound = 0  # how many of them can be believed
        self.head: tuple[int, str] | None = None

    def watch(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Pass lines on, and keep the leaf of each."""
        for line in lines:
            self.leaves.append(bytes.fromhex(line.hash))
            yield line

    def begins_with(self, note: Note) -> bool:
        """Whether these lines begin with those of a checkpoint."""
        return note.size <= len(self.leaves) and tree_root(self.leaves[: note.size]) == note.root

    def keys_at(self, size: int) -> list[bytes]:
        """The key that signs the first so many events: the newest that they tell."""
        told = [key for seq, key in self.keys if seq < size and is_form("hex", key)]
        return [bytes.fromhex(key) for key in told[-1:]]

    @property
    def first(self) -> str:
        """When the first event was written."""
        return self.times[0] if self.times else ""

    def believe(self, event: dict[str, Any]) -> None:
        """Take in an event that nothing speaks against."""
        self.sound += 1
        self.times.append(event["at"])
        object_id, files = event.get("object"), event.get("files", {})
        if event["seq"] == 0 and event["type"] == "creation":
            self.creation = event
        if event["type"] in ("creation", "key rotation") and "key" in event["detail"]:
            self.keys.append((event["seq"], str(event["detail"]["key"])))
        if object_id is None:
            self.files.update(files)
        elif files:
            self.objects.setdefault(object_id, {}).update(files)
        if object_id is not None and event["type"] == "deletion" and event["outcome"] == "pass":
            self.objects.pop(object_id, None)
            self.decide(event)
            self.deleted[object_id] = bool(self.holds.get(object_id)) or self.deleted.get(object_id, False)
        if event["type"] == "appraisal":
            self.decide(event)
        if event["type"] == "hold placed" and object_id is not None:
            self.holds.setdefault(object_id, set()).add(event["detail"].get("hold"))
        if event["type"] == "hold released" and object_id is not None:
            self.holds.get(object_id, set()).discard(event["detail"].get("hold"))

    def decide(self, event: dict[str, Any]) -> None:
        """Take in that a destruction was proposed, approved or rejected, or done."""
        name = str(event["detail"].get("proposal", ""))
        known = self.proposals.get(name)
        if event["type"] == "deletion":
            self.destroyed.append(Destruction(event, known))
            state = "executed"
        else:
            state = {"pass": "approved", "cancelled": "rejected"}.get(event["outcome"], "")
        if known is None and event["type"] == "appraisal" and event["outcome"] == "pending":
            for paper, digest in list(event.get("files", {}).items())[:1]:
                self.proposals[name] = Proposal(event["agent"]["id"], paper, digest)
        elif known is not None and state == "executed":
            self.proposals[name] = known._replace(state=state)
        elif known is not None and state and known.state in ("pending", "approved"):
            self.proposals[name] = known._replace(state=state, decided_by=event["agent"]["id"])


# ---- looking at files that nobody vouches for ----------------------------------------------------------


def kind_of(path: Path) -> str:
    """What lies at a path: `file`, `folder`, `link`, `special`, `missing` or `unreadable`."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "missing"
    except OSError:  # it may not be looked at, or lies deeper than the system takes
        return "unreadable"
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "special"


def misplaced(path: str, kind: str, object_id: str = "") -> Finding:
    """What is to be said of something that is missing, of another kind, or that nobody vouches for."""
    code = {"missing": "D2", "file": "D3", "folder": "D3", "unreadable": "D6"}.get(kind, "D5")
    return Finding(code, shown(path), object_id, found=kind)


def opened(path: Path) -> FileIO:
    """Open a regular file without following a link or waiting for a pipe."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    file = FileIO(os.open(path, flags))
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("no regular file")
    return file


def read_small(path: Path, limit: int) -> bytes:
    """The first bytes of a file, one more than the limit at most."""
    with opened(path) as file:
        return file.read(limit + 1)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with opened(path) as file:
        while True:
            piece = file.read(1 << 20)
            if not piece:
                return digest.hexdigest()
            digest.update(piece)


def compare(top: Path, path: str, expected: str, object_id: str = "") -> list[Finding]:
    """Hold one file against the digest it should have."""
    kind = kind_of(top / path)
    if kind in ("folder", "link", "special"):
        return [Finding("D5", shown(path), object_id, found=kind)]
    try:
        found = digest_of(top / path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return [Finding("D2", shown(path), object_id, expected)]
    except OSError as problem:
        return [Finding("D6", shown(path), object_id, expected, str(problem.strerror))]
    READ[str(top / path)] = found
    return [] if found == expected else [Finding("D1", shown(path), object_id, expected, found)]


def names_in(folder: Path) -> list[str] | None:
    """The names in a folder; None when it cannot be read."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, also such as are no text
    except OSError:
        return None


def walk(folder: Path) -> Iterator[tuple[str, str]]:
    """Everything under a folder, as path and kind; a folder only when it is empty or cannot be read."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        names = names_in(folder / above)
        if not names:
            yield above, "folder" if names is not None else "unreadable"
        for name in names or ():
            path = f"{above}/{name}" if above else name
            kind = kind_of(folder / path)
            if kind == "folder":
                waiting.append(path)
            else:
                yield path, kind


def ways_to(paths: Iterable[str]) -> set[str]:
    """Every folder on the way to one of the paths."""
    return {path[:end] for path in paths for end, sign in enumerate(path) if sign == "/"}


def shown(path: str) -> str:
    """A path that can be printed: what is no text or does not show stands as an escape."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


# ---- the hash tree (RFC 6962, 2.1; the checks are those of RFC 9162, 2.1.3 and 2.1.4) ------------------


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaves: pairs of pairs; what is left over waits for its pair above."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = [node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf stands at that index in the tree of that size and root."""
    if not 0 <= index < size or any(len(one) != 32 for one in proof):
        return False
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node(sibling, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = node(found, sibling)
        at, last = at // 2, last // 2
    return last == 0 and found == root


def grew(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of that size and root begins with the earlier one."""
    if not 0 < old <= size or any(len(one) != 32 for one in proof):
        return False
    if old == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at % 2:
        at, last = at // 2, last // 2
    before = now = path[0] if path else b""
    for sibling in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            before, now = node(sibling, before), node(sibling, now)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            now = node(now, sibling)
        at, last = at // 2, last // 2
    return last == 0 and before == old_root and now == root


# ---- signed notes (C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof) --------------------


class Note(NamedTuple):
    """A checkpoint as it was read: what it says, and its signatures as (name, key id, bytes)."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes, bytes]]


def base64_bytes(text: str) -> bytes:
    """What base64 stands for, when it is written in its one form; ValueError otherwise."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("the base64 is not canonical")
    return data


def parse_note(data: bytes) -> Note:
    """Read a signed checkpoint; ValueError when it is not exactly what one is written as."""
    content = data.decode()
    text, _, rest = content.rpartition("\n\n")
    lines = text.split("\n")
    if len(data) > MAX_NOTE or len(lines) != 3 or not rest.endswith("\n"):
        raise ValueError("it is no checkpoint")
    if any(sign < " " and sign != "\n" for sign in content) or not re.fullmatch(
        "0|[1-9][0-9]{0,15}", lines[1]
    ):
        raise ValueError("it is no checkpoint")
    root = base64_bytes(lines[2])
    signatures = []
    for line in rest[:-1].split("\n"):
        found = re.fullmatch("— ([^ +]+) ([A-Za-z0-9+/=]+)", line)
        if found is None or len(root) != 32:
            raise ValueError("it is no checkpoint")
        key = base64_bytes(found[2])
        signatures.append((found[1], key[:4], key[4:]))
    return Note(f"{text}\n", lines[0], int(lines[1]), root, signatures)


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """The four bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def is_signed(note: Note, key: bytes) -> bool:
    """Whether the log's key of that name signed the text, and every line under its id is right."""
    found = [
        data for name, id_, data in note.signatures if (name, id_) == (note.origin, key_id(name, 1, key))
    ]
    return bool(found) and all(signature_holds(key, data, note.text.encode()) for data in found)


def cosigned_at(note: Note, name: str, key: bytes) -> int | None:
    """When a witness signed the note, in seconds since 1970; None when it did not."""
    times = []
    for one, id_, data in note.signatures:
        if (one, id_) == (name, key_id(name, 4, key)):
            at = int.from_bytes(data[:8], "big")
            if not signature_holds(key, data[8:], f"cosignature/v1\ntime {at}\n{note.text}".encode()):
                return None
            times.append(at)
    return max(times, default=None)


def signature_holds(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def parse_key(text: str) -> tuple[str, bytes]:
    """The name and the key of a witness's vkey, `name+id+base64`; ValueError for anything else."""
    name, _, rest = text.partition("+")
    id_, _, encoded = rest.partition("+")
    data = base64_bytes(encoded)
    if len(data) != 33 or id_ != key_id(name, data[0], data[1:]).hex():
        raise ValueError("this is no key")
    return name, data[1:]


def parse_proof(data: bytes) -> tuple[int, list[bytes], bytes]:
    """A .tlog-proof: the index of the line, the hashes that lead to the root, and the checkpoint's bytes."""
    head, blank, checkpoint = data.partition(b"\n\n")
    lines = head.decode().split("\n")
    if not blank or len(lines) < 2 or lines[0] != "c2sp.org/tlog-proof@v1" or len(lines) > 66:
        raise ValueError("it is no proof")
    found = re.fullmatch("index (0|[1-9][0-9]{0,15})", lines[1])
    if found is None:
        raise ValueError("it is no proof")
    return int(found[1]), [base64_bytes(line) for line in lines[2:]], checkpoint


class Handout(NamedTuple):
    """A checkpoint, and the proof that it begins with the first `old` events; without one `old` is 0."""

    old: int
    proof: list[bytes]
    note: Note


def parse_handout(data: bytes) -> Handout:
    """What a custodian hands a witness: `old N`, the consistency proof, a blank line, the checkpoint."""
    if not data.startswith(b"old "):
        return Handout(0, [], parse_note(data))
    head, _, checkpoint = data.partition(b"\n\n")
    lines = head.decode().split("\n")
    found = re.fullmatch("old (0|[1-9][0-9]{0,15})", lines[0])
    if found is None or len(lines) > 64:
        raise ValueError("it is no handout")
    return Handout(int(found[1]), [base64_bytes(line) for line in lines[1:]], parse_note(checkpoint))


def handout_at(path: Path) -> Handout | None:
    """A handout or a bare checkpoint from a file; None when there is none that can be read."""
    try:
        return parse_handout(read_small(path, MAX_NOTE))
    except (OSError, ValueError):
        return None


# ---- step 1: a bag (RFC 8493) --------------------------------------------------------------------------


def check_bag(bag: Path, keys: Sequence[bytes]) -> Iterator[Finding]:
    """Step 1: every file is in a manifest and is as that says, and the log's key signed them (threat A2).

    Anybody can change a bag and make its manifests anew, so this finds
    accidents; what finds intent are the other steps, and the signature.
    """
    if kind_of(bag / "fetch.txt") != "missing":
        yield Finding("X1", "fetch.txt")
    listed = {**dict(manifest_of(bag, TAGS)), **dict(manifest_of(bag, "manifest-sha256.txt"))}
    for path, digest in listed.items():
        found = READ.get(str(bag / path)) or digest_or_nothing(bag / path)
        if not digest or found != digest:
            yield Finding("X1", shown(path), "", digest, found)
    beyond = {TAGS, SIGNATURE, SIGNER}
    for path, kind in walk(bag):
        if path not in listed and path not in beyond and kind != "folder":
            yield Finding("X1", shown(path), found=kind)
    try:
        signature, message = read_small(bag / SIGNATURE, 64), read_small(bag / TAGS, MAX_NOTE)
    except OSError:
        signature = message = b""
    if not any(signature_holds(key, signature, message) for key in keys):
        yield Finding("X2", SIGNATURE)


def manifest_of(bag: Path, name: str) -> Iterator[tuple[str, str]]:
    """The paths and digests in a manifest; a line that is none, or leads out of the bag, has no digest."""
    try:
        with opened(bag / name) as raw, open(raw.fileno(), "rb", closefd=False) as file:
            while line := file.readline(MAX_LINE):
                found = re.fullmatch(rf"({HEX}) [ *]?([^\0\r\n]+)\n", line.decode("utf-8", "replace"))
                path = re.sub("%0[aAdD]|%25", lambda sign: unquote(sign[0]), found[2]) if found else ""
                safe = not path.startswith(("/", "~")) and ".." not in path.split("/") and path
                yield (path, found[1]) if found and safe else (name, "")
    except OSError:
        yield name, ""


def digest_or_nothing(path: Path) -> str:
    """The digest of a file; empty when it cannot be read."""
    try:
        return digest_of(path)
    except OSError:
        return ""


# ---- step 3: the lines of the ledger -------------------------------------------------------------------


def leaf_hash(line: bytes) -> bytes:
    """What the next line names, and the leaf of the tree: SHA-256 of a zero byte and the line."""
    return hashlib.sha256(b"\0" + line).digest()


def canonical(data: bytes, limit: int) -> Any:
    """Read JSON that is in the one form of RFC 8785; ValueError otherwise.

    For ASCII keys and no fractions the standard library writes that form as well.
    """
    if len(data) > limit:
        raise ValueError("too long")
    try:
        found = json.loads(data)
        again = json.dumps(found, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if again.encode() != data:
        raise ValueError("not canonical")
    return found


def is_form(name: str, value: object) -> bool:
    """Whether a value is a text of that form."""
    return isinstance(value, str) and FORMS[name].fullmatch(value) is not None


def is_number(value: object, least: int, below: int) -> bool:
    """Whether a value is a whole number of that range; true and false are none."""
    return type(value) is int and least <= value < below


def is_event(found: Any) -> bool:
    """Whether parsed JSON is an event of the closed schema."""
    if not isinstance(found, dict) or not KEYS - OPTIONAL <= found.keys() <= KEYS:
        return False
    agent, files, detail = found["agent"], found.get("files", {"0=ocfl_object_1.1": NO_LINE}), found["detail"]
    if not isinstance(agent, dict) or agent.keys() != {"id", "role", "program"}:
        return False
    if not isinstance(files, dict) or not isinstance(detail, dict) or not files:
        return False
    return (
        is_number(found["v"], 1, 2)
        and is_number(found["seq"], 0, 2**53)
        and is_form("at", found["at"])
        and is_form("hex", found["prev"])
        and _among(found["type"], TYPES)
        and _among(found["outcome"], OUTCOMES)
        and is_form("agent", agent["id"])
        and _among(agent["role"], ROLES)
        and is_form("program", agent["program"])
        and ("object" not in found or is_form("uuid", found["object"]))
        and ("object_version" not in found or is_number(found["object_version"], 1, 100_000))
        and all(is_form("file", path) and is_form("hex", digest) for path, digest in files.items())
        and all(
            is_form("key", key) and (is_number(word, 1 - 2**53, 2**53) or is_form("word", word))
            for key, word in detail.items()
        )
    )


def _among(value: object, words: Iterable[str]) -> bool:
    return isinstance(value, str) and value in words


def read_line(path: str, number: int, data: bytes) -> Line:
    """One line by itself."""
    if not data.endswith(b"\n"):
        return Line(path, number, leaf_hash(data).hex(), code="L3")
    line = data[:-1]
    hashed = leaf_hash(line).hex()
    try:
        event = canonical(line, MAX_LINE)
    except ValueError:
        return Line(path, number, hashed, code="L1")
    if not is_event(event):
        return Line(path, number, hashed, code="L1")
    belongs = f"ledger/{event['seq'] // SEGMENT_LINES:06d}.jsonl"
    return Line(path, number, hashed, event["seq"], event["prev"], "" if belongs == path else "L2", event)


def lines_of(top: Path, path: str, findings: list[Finding]) -> Iterator[Line]:
    """The lines of one segment."""
    try:
        with opened(top / path) as raw, open(raw.fileno(), "rb", closefd=False) as file:
            if not os.fstat(raw.fileno()).st_size:
                findings.append(Finding("D3", path))
            number = 0
            data = file.readline(MAX_LINE + 2)
            while data:
                number += 1
                yield read_line(path, number, data)
                while len(data) > MAX_LINE and not data.endswith(b"\n"):
                    data = file.readline(MAX_LINE + 2)
                data = file.readline(MAX_LINE + 2)
    except OSError as problem:
        findings.append(Finding("D6", path, found=str(problem.strerror)))


def segments(top: Path, findings: list[Finding]) -> Iterator[str]:
    """The segments of the ledger, and what else lies beside them."""
    kind = kind_of(top / "ledger")
    if kind != "folder":
        findings.append(Finding("D2" if kind == "missing" else "D5", "ledger", found=kind))
        return
    names = names_in(top / "ledger")
    if names is None:
        findings.append(Finding("D6", "ledger"))
    for name in names or ():
        path = f"ledger/{name}"
        if re.fullmatch(r"[0-9]{6}\.jsonl", name):
            if kind_of(top / path) == "file":
                yield path
            else:
                findings.append(Finding("D5", path, found=kind_of(top / path)))
        elif name not in ("log.json", "head.json", "checkpoint.note", "timestamps", "witnesses"):
            findings.append(Finding("D3", shown(path)))


def judged(lines: Iterable[Line], head: tuple[int, str] | None) -> Iterator[tuple[Line, list[Finding]]]:
    """Each line with what is wrong with it, in order.

    A line is vouched for when the next one names its hash and number. Lines
    wait until one comes that vouches for the last of them; `settled` then asks
    which of them are to blame.
    """
    waiting = [Line("", 0, NO_LINE)]
    act: list[Line] = []  # what follows the line that the head names
    end = [] if head is None else [Line(HEAD, 0, "", head[0], head[1])]
    for read in itertools.chain(lines, end):
        line, last = read, waiting[-1]
        if line.path == HEAD:
            line = line._replace(mended=act[-1].seq + 1 if is_act(act) else 0)
        elif head is not None and (act or (line.seq, line.prev) == head):
            act.append(line)
        if line.path != HEAD and not line.code and line.prev == last.hash and line.seq != last.seq + 1:
            line = line._replace(code="L2")
        if not line.code and not last.code and line.prev == last.hash and line.seq == last.seq + 1:
            for found in settled(waiting):
                yield found
            waiting = [line]
        else:
            waiting.append(line)
    for found in settled(waiting):
        yield found


def settled(waiting: list[Line]) -> list[tuple[Line, list[Finding]]]:
    """Who is to blame among lines of which only the last is vouched for, asked from the last to the first.

    A line that the next one does not name was altered, if the next one can be
    believed; before an altered line nobody is blamed.
    """
    last = waiting[-1]
    result = [(last, [about(last, last.code)] if last.code else [])]
    believed = not last.code
    for line, after in zip(reversed(waiting[:-1]), reversed(waiting)):
        findings: list[Finding] = []
        if line.code:
            findings = [about(line, line.code)]
        elif believed and after.seq > line.seq + 1:
            result[-1][1].extend(gap(line.seq + 1, after.seq))
        elif believed and after.path == HEAD and after.seq <= line.seq:
            code = "L6" if after.mended == line.seq + 1 else "L5"
            result[-1][1].append(Finding(code, HEAD, "", str(line.seq + 1), str(after.seq)))
        elif believed and line.number == 0:
            result[-1][1].append(about(after, "L2"))
        elif believed:
            findings = [about(line, "L2")]
        believed = not findings
        result.append((line, findings))
    return result[::-1]


def is_act(lines: list[Line]) -> bool:
    """Whether lines are what one act wrote: each but the last says how many are to follow."""
    left = [(line.event or {}).get("detail", {}).get("follow", 0) for line in lines]
    return bool(lines) and left == list(range(len(lines) - 1, -1, -1))


def about(line: Line, code: str) -> Finding:
    """A finding about one line."""
    return Finding(code, line.path, found=f"line {line.number}")


def gap(first: int, after: int) -> list[Finding]:
    """Events that are missing, from `first` up to, not including, `after`: a finding for each segment."""
    low, high = first // SEGMENT_LINES, (after - 1) // SEGMENT_LINES
    return [
        Finding("L4", f"ledger/{number:06d}.jsonl", found=f"events {first} to {after - 1}")
        for number in range(low, min(high + 1, low + MOST))
    ]


# ---- steps 2 and 4: where the ledger ends, and which ledger it is --------------------------------------


def small_file(top: Path, path: str, findings: list[Finding], limit: int = MAX_SMALL) -> bytes | None:
    """The bytes of a small file; None, with a finding, when there are none."""
    kind = kind_of(top / path)
    if kind != "file":
        findings.append(Finding("D2" if kind == "missing" else "D5", path, found=kind))
        return None
    try:
        return read_small(top / path, limit)
    except OSError as problem:
        findings.append(Finding("D6", path, found=str(problem.strerror)))
        return None


def read_head(top: Path, findings: list[Finding]) -> tuple[int, str] | None:
    """Step 2: how many lines there are and what the last one hashes to."""
    data = small_file(top, HEAD, findings)
    if data is None:
        return None
    try:
        found = canonical(data[:-1] if data.endswith(b"\n") else data, MAX_SMALL)
        size, tail = found["size"], found["tail"]
        facts = json.dumps({"size": size, "tail": tail}, separators=(",", ":")).encode()
        check = hashlib.sha256(facts).hexdigest()
        whole = (
            json.dumps({"check": check, "size": size, "tail": tail}, separators=(",", ":")).encode() + b"\n"
        )
        if is_number(size, 0, 2**53) and is_form("hex", tail) and whole == data:
            return size, tail
    except (ValueError, KeyError, TypeError):
        pass
    findings.append(Finding("L5", HEAD))
    return None


def read_ledger(top: Path, findings: list[Finding]) -> Ledger:
    """Steps 2 to 4 (threats A1, A2, A3)."""
    ledger = Ledger()
    ledger.head = read_head(top, findings)
    told: dict[str, int] = {}
    every = (line for path in segments(top, findings) for line in lines_of(top, path, findings))
    for line, wrong in judged(ledger.watch(every), ledger.head):
        for one in wrong:
            told[one.path] = told.get(one.path, 0) + 1
            if told[one.path] <= MOST:
                findings.append(one)
        if line.event is not None and not wrong:
            ledger.believe(line.event)
            ledger.size = max(ledger.size, line.seq + 1)
    ledger.size = max(ledger.size, ledger.head[0] if ledger.head else 0)
    log = small_file(top, LOG, findings)
    if log is not None and ledger.creation is not None:
        expected, found = ledger.creation["files"].get(LOG, ""), hashlib.sha256(log).hexdigest()
        if expected != found:
            findings.append(Finding("D1", LOG, "", expected, found))
        else:
            ledger.origin = str(json.loads(log).get("origin", ""))
    return ledger


# ---- steps 5 and 6: the checkpoint, what witnesses kept, what was time-stamped -------------------------


def read_note(path: Path) -> Note | None:
    """A signed checkpoint from a file; None when there is none that can be read."""
    try:
        return parse_note(read_small(path, MAX_NOTE))
    except (OSError, ValueError):
        return None


def check_checkpoint(top: Path, ledger: Ledger, pinned: Sequence[bytes], whole: bool) -> Iterator[Finding]:
    """Step 5: the newest checkpoint (threat A3: who has no key cannot make it fit what was changed).

    `whole` says that no line is wrong; otherwise another root tells nothing new.
    """
    if not ledger.keys:
        return
    note = read_note(top / CHECKPOINT)
    keys = [] if note is None else list(pinned) or ledger.keys_at(note.size)
    signed = note is not None and len(note.signatures) == 1 and any(is_signed(note, key) for key in keys)
    if note is None or not signed or (ledger.origin and note.origin != ledger.origin):
        yield Finding("C1", CHECKPOINT)
    elif ledger.complete and whole and note.size > len(ledger.leaves):
        yield Finding("C3", CHECKPOINT, "", str(note.size), str(len(ledger.leaves)))
    elif ledger.complete and whole and not ledger.begins_with(note):
        yield Finding("C2", CHECKPOINT, "", note.root.hex())
    else:
        ledger.note = note
        ledger.anchored = bool(pinned)


def seen_by(path: str, note: Note, ledger: Ledger, handouts: Sequence[Handout]) -> Finding | bool:
    """Whether a checkpoint somebody else kept is a beginning of this ledger; False when it cannot be told."""
    known = [bytes.fromhex(key) for _, key in ledger.keys if is_form("hex", key)]
    unsigned = "" if any(is_signed(note, key) for key in known) else UNSIGNED_NOTE
    if ledger.origin and note.origin != ledger.origin:
        return Finding("W2", path, "", ledger.origin, f"{note.origin}{unsigned and '; '}{unsigned}")
    if ledger.complete:
        size, same = len(ledger.leaves), ledger.begins_with(note)
    elif ledger.note is None:
        return False
    else:
        size, root = ledger.note.size, ledger.note.root
        leads = [
            one for one in handouts if one.old == note.size and (one.note.size, one.note.root) == (size, root)
        ]
        same = any(grew(note.size, size, note.root, root, one.proof) for one in leads)
        if note.size == size:
            same = note.root == root
        elif not leads:
            return False
    if note.size > size:
        return Finding("W1", path, "", str(note.size), str(size))
    return same or Finding("W2", path, "", note.root.hex(), unsigned)


def check_witnesses(top: Path, ledger: Ledger, brought: Sequence[Path]) -> Iterator[Finding]:
    """Step 6: the notes that the archive keeps, and those that were brought along (threats A4, A6)."""
    kept = [f"ledger/witnesses/{name}" for name in names_in(top / "ledger/witnesses") or ()]
    places = {**{name: top / name for name in kept}, **{str(path): path for path in brought}}
    read = {name: handout_at(path) for name, path in places.items()}
    handouts = {
        name: found for name, found in read.items() if found
    }  # step 7 says what is wrong with the others
    unread = [str(path) for path in brought if str(path) not in handouts]
    if unread:
        raise WrongCall(f"{unread[0]} is no checkpoint")
    for name, handout in handouts.items():
        result = seen_by(shown(name), handout.note, ledger, list(handouts.values()))
        if isinstance(result, Finding):
            yield result
        elif not result:
            ledger.remarks.append(
                f"{name} cannot be compared: ask for a handout since {handout.note.size} events."
            )
        elif not handout.old:
            ledger.seen.append(handout.note)
            ledger.anchored |= name not in kept


def unaccused(findings: Sequence[Finding], brought: Sequence[Path]) -> list[Finding]:
    """Leave out what step 6 says of files that are altered or missing, as step 7 says, and of their pairs."""
    pair = re.compile(r"\.(note|tsr)\Z")
    altered = {pair.sub("", one.path) for one in findings if one.code in ("D1", "D2")}
    others = {shown(str(path)) for path in brought}
    return [
        one
        for one in findings
        if one.code[0] not in "TW" or one.path in others or pair.sub("", one.path) not in altered
    ]


def check_stamps(top: Path, ledger: Ledger) -> Iterator[Finding]:
    """Step 6: what was stamped is a checkpoint of this ledger, and the token names it (threat A5)."""
    for path in sorted(
        path for path in ledger.files if re.fullmatch(r"ledger/timestamps/[0-9]{12}\.note", path)
    ):
        token = f"{path[:-5]}.tsr"
        note = read_note(top / path)
        if note is None or kind_of(top / token) != "file":
            continue  # step 7 says what is wrong
        stamp = read_small(top / token, MAX_NOTE)
        if not ledger.begins_with(note) or bytes.fromhex(digest_of(top / path)) not in stamp:
            yield Finding("T2", token, "", note.root.hex())
        else:
            ledger.remarks.append(
                f"Not checked here: who gave the time stamp of the first {note.size} events, and when. Ask"
                f" openssl ts -verify -data {path} -in {token} -CAfile TSA-CERTIFICATES.pem"
                " (add -attime SECONDS when the certificates have expired since)"
            )


# ---- step 5 for documents that were handed over alone: some lines, each with its proof -----------------


def read_excerpt(top: Path, findings: list[Finding]) -> Ledger:
    """Step 5 for documents that were handed over without the others: `ledger/lines.jsonl` and its proofs."""
    ledger = Ledger()
    ledger.complete = False
    note = read_note(top / CHECKPOINT)
    if note is None:
        findings.append(Finding("C1", CHECKPOINT))
        return ledger
    ledger.origin = note.origin
    signed = read_small(top / CHECKPOINT, MAX_NOTE)
    listed = {"lines.jsonl", "checkpoint.note", "witnesses"}
    for line in lines_of(top, LINES, findings):
        ledger.size += 1
        code = line.code if line.event is None else ""  # an excerpt is no segment
        proof = f"ledger/proofs/{line.seq:012d}.tlog-proof"
        if not code and kind_of(top / proof) == "missing":
            findings.append(Finding("D2", proof))
        elif code or not is_proved(top / proof, line, note, signed):
            findings.append(about(line, code or "L7"))
        elif line.event is not None:
            ledger.believe(line.event)
        ledger.leaves.append(b"")
        listed.add(proof[len("ledger/") :])
    for path, kind in walk(top / "ledger"):
        if path not in listed and not path.startswith("witnesses/"):
            findings.append(misplaced(f"ledger/{path}", kind))
    return ledger


def is_proved(path: Path, line: Line, note: Note, signed: bytes) -> bool:
    """Whether a proof leads from a line to the root of the checkpoint that came with it."""
    try:
        index, hashes, checkpoint = parse_proof(read_small(path, MAX_NOTE))
    except (OSError, ValueError):
        return False
    leaf = bytes.fromhex(line.hash)
    return checkpoint == signed and index == line.seq and included(index, note.size, leaf, hashes, note.root)


# ---- step 7: files of the storage root, and files that events name -------------------------------------


def check_root_files(top: Path, ledger: Ledger) -> Iterator[Finding]:
    """Step 7, first half: the files of the storage root, as the first event names them."""
    usual = {f"objects/{name}": digest for name, digest in ROOT_FILES.items()}
    named = usual if ledger.creation is None else ledger.creation["files"]
    for path, digest in named.items():
        if path.startswith("objects/"):
            yield from compare(top, path, digest)


def check_files(top: Path, ledger: Ledger) -> Iterator[Finding]:
    """Step 7: files that events without an object name, and what lies beside them (threats A1, A2).

    Where lines of the ledger are lost or altered, which was told, the files of
    as many events may stand unnamed.
    """
    found = list(named_files(top, ledger))
    unnamed = {one.path for one in found if one.code == "D3" and FORMS["file"].fullmatch(one.path)}
    spare = max(0, ledger.size - ledger.sound)
    excused = {"", *sorted({filing(path) for path in unnamed} - {""})[:spare]} if spare else set()
    yield from (one for one in found if one.path not in unnamed or filing(one.path) not in excused)


def filing(path: str) -> str:
    """What the files one event names have in common: a folder; a name among the ledger's and the holdings.

    Nothing for a file of the root, which one event names together with its copy under `custody/`.
    """
    return path.rpartition("." if path.startswith(("ledger/", "holdings/")) else "/")[0]


def named_files(top: Path, ledger: Ledger) -> Iterator[Finding]:
    """Step 7: each of the files that events without an object name, and each that none names."""
    elsewhere = ("objects/", LOG)
    for path, digest in ledger.files.items():
        if not path.startswith(elsewhere):
            yield from compare(top, path, digest)
    for name in ("access.toml", "retention.toml", "loans.toml"):
        kind = kind_of(top / name)
        if name not in ledger.files and kind != "missing":
            yield misplaced(name, kind)
    for folder in ("custody", "holdings", "ledger/timestamps", "ledger/witnesses"):
        kind = kind_of(top / folder)
        if kind == "folder":
            named = {path[len(folder) + 1 :] for path in ledger.files if path.startswith(f"{folder}/")}
            if not ledger.complete:  # an excerpt carries no events about what witnesses signed: see step 6
                named |= {name for name in names_in(top / folder) or () if handout_at(top / folder / name)}
            yield from check_others(top, folder, "", named, ())
        elif kind != "missing":
            yield Finding("D6" if kind == "unreadable" else "D5", folder, found=kind)


# ---- step 8: the objects -------------------------------------------------------------------------------


def object_folder(object_id: str) -> str:
    """Where an object lies under `objects/`: three times three hex digits, then its id (OCFL layout 0003)."""
    name = f"urn:uuid:{object_id}"
    digest = hashlib.sha256(name.encode()).hexdigest()
    return "/".join((digest[:3], digest[3:6], digest[6:9], quote(name, safe="").replace("%3A", "%3a")))


def id_in(path: str) -> str:
    """The id in the name of an object's folder, or nothing."""
    name = unquote(path.rpartition("/")[2])
    found = name[len("urn:uuid:") :] if name.startswith("urn:uuid:") else name
    return found if FORMS["uuid"].fullmatch(found) else ""


def versions_in(names: Iterable[str]) -> set[int]:
    """The versions of which an inventory is among these files of an object."""
    found = (re.fullmatch(rf"({VERSION})/inventory\.json", name) for name in names)
    return {int(one[1][1:]) for one in found if one}


def check_object(top: Path, object_id: str, named: dict[str, str]) -> Iterator[Finding]:
    """Step 8 for one object: `named` are the digests that its lines tell (threats A1, A2)."""
    folder = f"objects/{object_folder(object_id)}"
    kind = kind_of(top / folder)
    if kind != "folder":
        code = {"missing": "D2", "unreadable": "D6"}.get(kind, "D5")
        yield Finding(code, folder, object_id, found=kind)
        return
    control = {name: digest for name, digest in named.items() if not ORIGINAL.fullmatch(name)}
    wrong = {name: compare(top, f"{folder}/{name}", digest, object_id) for name, digest in control.items()}
    for findings in wrong.values():
        yield from findings
    newest = max(versions_in(control), default=1)
    copies = [(newest, "inventory.json"), *((n, f"v{n}/inventory.json") for n in range(newest, 0, -1))]
    sound = [(n, name) for n, name in copies if wrong.get(name) == []]
    manifest = read_manifest(top / folder / sound[0][1]) if sound else None
    if manifest is None:
        yield Finding("O1" if sound else "D7", f"{folder}/inventory.json", object_id)
        yield from check_originals(top, folder, object_id, named)
        return
    for path, digest in manifest.items():
        yield from compare(top, f"{folder}/{path}", digest, object_id)
    if sound[0][0] < newest:
        yield Finding("D7", f"{folder}/inventory.json", object_id)
    unknown = tuple(f"v{n}/" for n in range(sound[0][0] + 1, newest + 1))  # what no sound copy speaks of
    yield from check_others(top, folder, object_id, control.keys() | manifest.keys(), unknown)


def read_manifest(path: Path) -> dict[str, str] | None:
    """The digest of each file that an inventory lists; None for one of another form."""
    try:
        found = json.loads(read_small(path, MAX_INVENTORY))
        return {name: digest for digest, names in found["manifest"].items() for name in names}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def check_originals(top: Path, folder: str, object_id: str, named: dict[str, str]) -> Iterator[Finding]:
    """The original alone, which the ledger vouches for without an inventory."""
    for name in filter(ORIGINAL.fullmatch, named):
        above = f"{folder}/{name}"
        names = [path for path, kind in walk(top / above) if kind == "file"]
        if not names:
            yield Finding("D2", above, object_id, named[name])
        for path in names:
            yield from compare(top, f"{above}/{path}", named[name], object_id)


def check_others(
    top: Path, folder: str, object_id: str, listed: set[str], unknown: tuple[str, ...]
) -> Iterator[Finding]:
    """Files in an object that nothing lists."""
    ways = ways_to(listed) | {""}
    for path, kind in walk(top / folder):
        expected = path in listed or kind == "missing" or (kind == "folder" and path in ways)
        if not expected and not path.startswith(unknown):
            yield misplaced(f"{folder}/{path}" if path else folder, kind, object_id)


def check_objects(top: Path, ledger: Ledger) -> Iterator[Finding]:
    """Step 8: every object, then whatever else lies between them.

    Where lines of the ledger are lost or altered, which was told, as many
    objects or versions may stand without a line; these are held against their
    own inventories.
    """
    spare = max(0, ledger.size - ledger.sound)
    for object_id, named in ledger.objects.items():
        lost = versions_on_disk(top, object_id) - versions_in(named) if spare else set()
        excused = lost if len(lost) <= spare else set()
        spare -= len(excused)
        yield from check_object(top, object_id, with_own(top, object_id, named, excused))
    kind = kind_of(top / "objects")
    if kind != "folder":
        yield Finding("D2" if kind == "missing" else "D5", "objects", found=kind)
    told = ledger.objects.keys() | ledger.deleted.keys()
    known = {object_folder(object_id) for object_id in told} | set(ROOT_FILES)
    for path in strays(top / "objects", known):
        object_id, kind = id_in(path), kind_of(top / "objects" / path)
        if spare > 0 and kind == "folder" and object_id and object_folder(object_id) == path:
            spare -= 1
            lost = versions_on_disk(top, object_id) or {1}
            yield from check_object(
                top, object_id, with_own(top, object_id, {OBJECT_MARK: OBJECT_MARK_DIGEST}, lost)
            )
        else:
            yield misplaced(f"objects/{path}", kind, object_id)


def check_destroyed(top: Path, ledger: Ledger) -> Iterator[Finding]:
    """Step 8: what was destroyed is not there, was not held, and two agreed to it (threats A9, A10)."""
    alone = dict(without_two(top, ledger)) if ledger.complete else {}
    for object_id in sorted(ledger.deleted):
        folder = f"objects/{object_folder(object_id)}"
        kind = "missing" if object_id in ledger.objects else kind_of(top / folder)  # filed anew
        if kind == "unreadable":
            yield misplaced(folder, kind, object_id)
        elif kind != "missing":
            yield Finding("D4", folder, object_id)
        if ledger.deleted[object_id]:
            yield Finding("H1", folder, object_id)
        if object_id in alone:
            yield Finding("H2", folder, object_id, found=alone[object_id])


def without_two(top: Path, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Step 8: the objects that no two people agreed to destroy, and why (threat A9).

    Where lines of the ledger are lost or altered, which was told, as many
    proposals may lack theirs.
    """
    spare, lost, told = max(0, ledger.size - ledger.sound), set(), set()
    for event, proposal in ledger.destroyed:
        object_id, name = event["object"], str(event["detail"].get("proposal", ""))
        why = "" if object_id in told else lacking(top, event, proposal)
        if name and why.startswith("no "):
            lost.add(name)
        if why and (name not in lost or len(lost) > spare):
            told.add(object_id)
            yield object_id, why


def lacking(top: Path, event: dict[str, Any], proposal: Proposal | None) -> str:
    """What a destruction lacks of two people's agreement; nothing for one that is right."""
    if proposal is None:
        return "no proposal"
    if proposal.state not in ("approved", "executed"):
        return "no approval"
    if proposal.by == proposal.decided_by:
        return "the same person proposed and approved it"
    try:
        data = read_small(top / proposal.paper, MAX_LIST)
        rows = json.loads(data)["rows"] if hashlib.sha256(data).hexdigest() == proposal.digest else None
        listed = None if rows is None else {str(row[0]) for row in rows}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        listed = None  # step 7 says that the list is altered or lost
    if listed is not None and event["object"] not in listed:
        return "it is not on the list that was approved"
    people = (event["detail"].get("proposer"), event["detail"].get("approver"))
    return "" if people == (proposal.by, proposal.decided_by) else "its event names other people"


def versions_on_disk(top: Path, object_id: str) -> set[int]:
    """The versions that lie in an object."""
    names = names_in(top / "objects" / object_folder(object_id)) or ()
    return {int(name[1:]) for name in names if re.fullmatch(VERSION, name)}


def with_own(top: Path, object_id: str, named: dict[str, str], lost: set[int]) -> dict[str, str]:
    """What the ledger tells of an object, and what versions without a line say of their own inventories."""
    files = dict(named)
    for number in sorted(lost):
        if number == 1:  # its line names the object's mark as well
            files[OBJECT_MARK] = OBJECT_MARK_DIGEST
        try:
            place = top / "objects" / object_folder(object_id) / f"v{number}" / "inventory.json.sha256"
            data = read_small(place, MAX_SMALL)
        except OSError:
            data = b""
        said = (
            data[:64].decode("ascii", "replace")
            if re.fullmatch(rb"[0-9a-f]{64} inventory\.json\n", data)
            else ""
        )
        newest = number > max(versions_in(files), default=0)
        for above in ("", f"v{number}/") if newest else (f"v{number}/",):
            files[f"{above}inventory.json"] = said
            files[f"{above}inventory.json.sha256"] = hashlib.sha256(data).hexdigest()
    return files


def strays(objects: Path, known: set[str]) -> Iterator[str]:
    """The uppermost paths under `objects/` that nothing vouches for."""
    ways = ways_to(known)
    waiting = [""]
    while waiting:
        above = waiting.pop()
        for name in names_in(objects / above) or ():
            path = f"{above}/{name}" if above else name
            if path in known:
                continue
            inner = kind_of(objects / path) == "folder"
            if inner and (path in ways or (path.count("/") < 3 and names_in(objects / path))):
                waiting.append(path)
            else:
                yield path


# ---- step 9: the catalogue -----------------------------------------------------------------------------


def check_catalogue(top: Path, ledger: Ledger) -> Iterator[Finding]:
    """Step 9: whether it knows all of the ledger and no more, as it would of a truncated one (threat A3)."""
    path = top / "catalogue.db"
    if kind_of(path) != "file":
        yield Finding("P1", path.name, found=kind_of(path))
        return
    fixed = "" if os.access(str(top), os.W_OK) else "&immutable=1"
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{fixed}", uri=True)
        try:
            size, tail = connection.execute("SELECT seq + 1, tail FROM applied").fetchone() or (0, "")
            records = connection.execute("SELECT count(*) FROM record WHERE state <> 'destroyed'").fetchone()[
                0
            ]
        finally:
            connection.close()
    except sqlite3.Error as problem:
        yield Finding("P1", path.name, found=str(problem))
        return
    if ledger.head is None or not isinstance(size, int):
        return
    expected = (str(ledger.head[0]), str(size))
    if size < ledger.head[0]:
        yield Finding("P2", path.name, "", *expected)
    elif size > ledger.head[0] or tail != ledger.head[1]:
        yield Finding("P3", path.name, "", *expected)
    elif records != len(ledger.objects):
        yield Finding("P4", path.name, "", str(len(ledger.objects)), str(records))


# ---- step 10: the trust policy -------------------------------------------------------------------------


class WrongCall(Exception):  # noqa: N818 - ends the program with a sentence
    """What was named on the command line cannot be used."""


def parse_policy(path: Path) -> dict[str, Any]:
    """Read a `trust.toml`: tables of texts, lists and truths, which is all that it may hold."""
    policy: dict[str, Any] = {}
    table, wrong = policy, []
    try:
        for line in read_small(path.resolve(), MAX_NOTE).decode().splitlines():
            heading = re.fullmatch(r"\s*(\[\[?)([a-z]+)\]\]?\s*(#.*)?", line)
            entry = re.fullmatch(r"""\s*([a-z]+)\s*=\s*("[^"\\]*"|\[.*\]|true|false)\s*(#.*)?""", line)
            if heading and heading[1] == "[[":
                table = {}
                policy.setdefault(heading[2], []).append(table)
            elif heading:
                table = policy.setdefault(heading[2], {})
            elif entry:
                table[entry[1]] = json.loads(entry[2])
            elif line.strip() and not line.strip().startswith("#"):
                wrong.append(line.strip())
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as problem:
        raise WrongCall(f"{path}: {problem}") from problem
    wrong += [name for name, one in policy.items() if type(one) is not (list if name == "witness" else dict)]
    if wrong:
        raise WrongCall(f"{path}: {wrong[0]!r} is not understood")
    return policy


def days(text: str) -> timedelta:
    """How long `30d`, `12h` or `90m` are."""
    found = re.fullmatch(r"([0-9]{1,5})([dhm])", str(text))
    if found is None:
        raise WrongCall(f"{text!r} is no span of time; write 30d or 12h")
    return timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[found[2]]: int(found[1])})


def pinned_keys(policy: dict[str, Any], named: Sequence[str]) -> list[bytes]:
    """The log's public keys that alone are to be believed; none to believe the one that the ledger names."""
    try:
        told = policy.get("log", {}).get("key", [])
        texts = [*named, *([told] if isinstance(told, str) else told)]
        return [bytes.fromhex(text) if FORMS["hex"].fullmatch(text) else parse_key(text)[1] for text in texts]
    except (ValueError, AttributeError, TypeError) as problem:
        raise WrongCall(f"a key of the log cannot be used: {problem}") from problem


def unmet(policy: dict[str, Any], ledger: Ledger, now: datetime) -> Iterator[str]:
    """Step 10: what the trust policy asks for and is not so (threats A4, A6)."""
    signed = ledger.note.size if ledger.note else 0
    waiting = ledger.times[signed : signed + 1] if ledger.complete else []
    if waiting and now - moment(waiting[0]) > UNSIGNED:
        yield f"{len(ledger.times) - signed} events are not signed, the oldest of them for more than a day."
    for witness in policy.get("witness", []):
        within = days(witness.get("within", WITHIN))
        newest = newest_signature(witness, ledger, now)
        if now - (newest or moment(ledger.first)) > within:
            since = f"since {newest:%Y-%m-%d}" if newest else "ever"
            yield f"{witness.get('name')} has not witnessed this ledger {since}."
    if policy.get("timestamp", {}).get("within"):
        yield "Time stamps are asked for, and openssl has to check them (see the commands)."
    elif not policy.get("witness") and ledger.complete and now - moment(ledger.first) > days(WITHIN):
        yield f"No witness whom a policy names has seen this ledger, which began {ledger.first}."
    if not ledger.complete and not ledger.anchored and not policy.get("witness"):
        yield "Nothing from outside confirms this: bring the log's key (--key) or a checkpoint (--witness)."


def newest_signature(witness: dict[str, Any], ledger: Ledger, now: datetime) -> datetime | None:
    """When a witness of the policy signed last; a clock that is ahead does not count."""
    try:
        name, key = parse_key(witness["key"])
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise WrongCall(f"a witness's key cannot be used: {problem}") from problem
    signed = [cosigned_at(note, name, key) for note in ledger.seen]
    latest = (now + timedelta(days=1)).timestamp()
    times = [at for at in signed if at is not None and at <= latest]
    return datetime.fromtimestamp(max(times), timezone.utc) if times else None


def moment(at: str) -> datetime:
    """A time of the ledger; the earliest there is for one that no calendar has."""
    try:
        return datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        return datetime.min.replace(tzinfo=timezone.utc)


# ---- all steps -----------------------------------------------------------------------------------------


def check(place: Path, brought: Sequence[Path], policy: dict[str, Any], keys: Sequence[bytes]) -> Report:
    """All steps over an archive, a bag or an excerpt."""
    in_bag = kind_of(place / "bagit.txt") != "missing"
    top = place / "data" if in_bag else place
    findings: list[Finding] = []
    whole = kind_of(top / LINES) == "missing"
    ledger = read_ledger(top, findings) if whole else read_excerpt(top, findings)  # steps 2 to 4
    sound = not findings
    lines_hold = not any(one.code.startswith("L") and one.path != HEAD for one in findings)
    findings += check_checkpoint(top, ledger, keys, lines_hold)  # step 5
    if lines_hold:
        findings += check_witnesses(top, ledger, brought)  # step 6
        findings += check_stamps(top, ledger)
    findings += check_root_files(top, ledger)  # step 7
    findings += check_files(top, ledger)
    findings = unaccused(findings, brought)
    findings += check_objects(top, ledger)  # step 8
    findings += check_destroyed(top, ledger)
    if whole and not in_bag and sound:
        findings += check_catalogue(top, ledger)  # step 9
    if in_bag:
        findings = [one._replace(path=f"data/{one.path}") for one in findings]
        known = {one.path for one in findings}
        trusted = keys or ledger.keys_at(ledger.size)
        findings += [one for one in check_bag(place, trusted) if one.path not in known]  # step 1
    return Report(findings, list(unmet(policy, ledger, datetime.now(timezone.utc))), ledger)  # step 10


def judged_by_policy(place: Path, brought: Sequence[Path], trust: Path | None, keys: Sequence[str]) -> Report:
    """All steps by the policy that was brought, or else by the archive's own.

    One of its own that is not understood keeps nobody from looking: it is not met.
    """

    def judged(policy: dict[str, Any]) -> Report:
        return check(place, brought, policy, pinned_keys(policy, keys))

    own = place / "trust.toml"
    if trust or kind_of(own) == "missing":
        return judged(parse_policy(trust) if trust else {})
    try:
        return judged(parse_policy(own))
    except WrongCall as problem:
        report = judged({})
        return report._replace(unmet=[f"the archive's own cannot be used ({problem}).", *report.unmet])


class Report(NamedTuple):
    """What came of it: findings, what the trust policy misses, and the ledger as far as it holds."""

    findings: list[Finding]
    unmet: list[str]
    ledger: Ledger

    def lines(self) -> Iterator[str]:
        """The report for people."""
        for one in self.findings:
            detail = "; ".join(
                f"{key} {text}" for key, text in (("expected", one.expected), ("found", one.found)) if text
            )
            yield f"{one.code}  {one.path}: {MEANINGS[one.code]}" + (f" ({detail})" if detail else "")
        note, events = self.ledger.note, len(self.ledger.leaves)
        yield f"{len(self.ledger.objects)} documents, {events} events, {len(self.findings)} findings."
        yield f"Signed: the first {note.size} events, root {note.root.hex()}." if note else "Not signed."
        yield from (f"The log's key, which only this ledger names: {key}" for _, key in self.ledger.keys[-1:])
        yield from (f"Seen by somebody else: the first {seen.size} events." for seen in self.ledger.seen)
        yield from self.ledger.remarks
        yield from (f"The trust policy is not met: {sentence}" for sentence in self.unmet)


def main(words: Sequence[str]) -> int:
    """Read the command line, check, and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="Exit: 0 clean, 8 findings, 3 policy not met."
    )
    parser.add_argument("folder", type=Path, help="an archive, a bag, or the proof of a document")
    parser.add_argument(
        "--witness", type=Path, action="append", default=[], help="a checkpoint somebody else kept"
    )
    parser.add_argument("--trust", type=Path, help="a trust.toml of your own, in the place of the archive's")
    parser.add_argument("--key", action="append", default=[], help="the log's public key, as you know it")
    parser.add_argument("--object", default="", help="tell of this document and of the ledger only")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    args = parser.parse_args(words)
    if kind_of(args.folder) != "folder":
        parser.error(f"{args.folder} is no folder")
    try:
        report = judged_by_policy(args.folder, args.witness, args.trust, args.key)
    except WrongCall as problem:
        parser.error(str(problem))
    if args.object:
        if not any(one.startswith(args.object) for one in report.ledger.objects):
            parser.error(f"there is no document {args.object}")
        kept = [one for one in report.findings if not one.object or one.object.startswith(args.object)]
        report = report._replace(findings=kept)
    if args.json:
        facts = {"findings": [one._asdict() for one in report.findings], "unmet": report.unmet}
        facts.update(
            objects=len(report.ledger.objects),
            events=len(report.ledger.leaves),
            remarks=report.ledger.remarks,
        )
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        sys.stdout.write("".join(f"{line}\n" for line in report.lines()))
    return FINDINGS if report.findings else NOT_WITNESSED if report.unmet else CLEAN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
