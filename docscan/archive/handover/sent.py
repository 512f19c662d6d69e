"""A bag that somebody sent: believed when everything in it was proved, and not before.

Whoever made the bag may mean harm, so no byte of it is taken for anything yet:

1. It holds plain files and folders only, and refers to nothing elsewhere; its
   manifests are no longer than its files can explain.
2. BagIt finds it valid (A1).
3. Each line of the ledger in it is in the tree of the checkpoint (A2, A3).
4. The checkpoint and the tag manifest are signed by the key that these lines
   name, and by the one that was told by other ways, where one was (A4).
5. The digest of each file of each object is the one that the object's lines
   and its inventory name.

What is wrong is told by an error with a way out, whatever it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import bagit

from docscan.archive import custody, event, inventory, ledger, objects
from docscan.archive.config import Config
from docscan.archive.event import Event
from docscan.archive.handover import bag, proofs
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, merkle, note
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.shelves import MAX_INVENTORY
from docscan.errors import ArchiveError, FixityError
from docscan.frozen import dataclass
from docscan.messages import sentence

MANIFEST = "manifest-sha256.txt"
LINE_BYTES = 1_024  # of a manifest's line: a digest and the longest path docscan makes
SPARE_BYTES = 1 << 16  # what a manifest may have besides: tag files, remarks
MOST_INFO = 1 << 16  # bytes of bagit.txt and of bag-info.txt
VERSIONS = ("ingestion", "metadata modification")
STANDING = ("hold placed", "hold released", "policy assignment")  # what goes on wherever the object lies
SEGMENTS = re.compile(r"\d{6}\.jsonl", re.ASCII)


class _Refused(Exception):  # noqa: N818 - how a step says no; `opened` makes a sentence of it
    """What is wrong with a bag: a path in it, and the code of a reason."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A bag that was found right.

    Attributes:
        top: Its payload.
        checkpoint: Of the ledger it comes from.
        note: The same with its signatures.
        key: The log's public key in hex.
        manifest: The digest of the tag manifest, which names the bag.
        lines: The lines of the ledger in it, each with the hashes that prove
            it; none where the ledger is there whole.
        events: By object, what happened to its versions, and what stands.
    """

    top: Path
    checkpoint: Checkpoint
    note: bytes
    key: str
    manifest: str
    lines: tuple[tuple[bytes, tuple[bytes, ...]], ...]
    events: Mapping[str, tuple[Event, ...]]

    @property
    def archive(self) -> Archive:
        """The payload as a place to read objects from."""
        return Archive(self.top, Config("bag"))


def opened(folder: Path, language: str, pinned: str = "") -> Sent:
    """Read a bag and check all of it.

    Args:
        folder: The bag.
        language: In which to say what is wrong.
        pinned: The public key of the sender's log in hex, where it is known.

    Raises:
        FixityError: It is not whole, not proved or not what it says; the
            sentence names the path and the reason.
    """
    try:
        _plain(folder)
        entries = _valid(folder)
        return _proved(folder, entries, pinned)
    except _Refused as problem:
        path, code = problem.args
        raise refused(f"{folder}/{path}" if path else str(folder), code, language) from problem


def refused(path: str, code: str, language: str) -> FixityError:
    """Why something is not taken over.

    Args:
        path: What is wrong.
        code: Of the reason.
        language: `en`, `es`, `pl` or `de`.
    """
    text = sentence("X030", language, path=custody.shown(path), reason=f"@{code}")
    return FixityError(text, hint=sentence("X031", language))


def _plain(folder: Path) -> None:
    """Step 1."""
    if custody.kind_of(folder) != "folder" or custody.kind_of(folder / "bagit.txt") != "file":
        raise _Refused("", "X041")
    count, waiting = 0, [folder]
    while waiting:
        above = waiting.pop()
        for path in sorted(above.iterdir()):
            kind = custody.kind_of(path)
            if kind not in {"file", "folder"}:
                raise _Refused(str(path.relative_to(folder)), "X042")
            waiting += [path] if kind == "folder" else []
            count += 1
    if custody.kind_of(folder / "fetch.txt") != "missing":
        raise _Refused("fetch.txt", "X043")
    for name, most in (
        (MANIFEST, count * LINE_BYTES),
        (bag.TAGS, count * LINE_BYTES),
        ("bag-info.txt", MOST_INFO),
    ):
        if (folder / name).is_file() and (folder / name).stat().st_size > most + SPARE_BYTES:
            raise _Refused(name, "X044")


def _valid(folder: Path) -> Mapping[str, str]:
    """Step 2: the digest of each file of the payload, by its path in the bag."""
    try:
        found = bagit.Bag(str(folder))
        found.validate()
        return {path: digests["sha256"] for path, digests in found.entries.items()}
    except (bagit.BagError, OSError, LookupError, ValueError) as problem:
        raise _Refused("", "X044") from problem


def _proved(folder: Path, entries: Mapping[str, str], pinned: str) -> Sent:
    """Steps 3 to 5."""
    top = folder / "data"
    try:
        data = custody.read_small(top / proofs.CHECKPOINT, note.MOST_BYTES)
        signed, found = checkpoint.read(data)
    except (OSError, ValueError) as problem:
        raise _Refused(f"data/{proofs.CHECKPOINT}", "X046") from problem
    excerpt = (top / proofs.LINES).is_file()
    lines = tuple(_excerpt(top, signed, data)) if excerpt else tuple(_whole(top, signed))
    events = [event.parsed(line) for line, _ in lines]
    key = next((str(one.detail["key"]) for one in reversed(events) if one.type in proofs.EVERYBODYS), "")
    if pinned not in {"", key}:
        raise _Refused(f"data/{proofs.CHECKPOINT}", "X047")
    try:
        verifier = note.verifier(signed.origin, bytes.fromhex(key))
    except ValueError as problem:
        raise _Refused(f"data/{proofs.CHECKPOINT}", "X046") from problem
    if not note.valid(found, verifier):
        raise _Refused(f"data/{proofs.CHECKPOINT}", "X046")
    _signed_manifest(folder, verifier)
    told = _by_object(events)
    for object_id, history in told.items():
        _as_told(top, object_id, history, entries)
    return Sent(top, signed, data, key, ledger.sha256((folder / bag.TAGS).read_bytes()), lines, told)


def _excerpt(top: Path, signed: Checkpoint, data: bytes) -> Iterator[tuple[bytes, tuple[bytes, ...]]]:
    """Step 3 for some lines, each with its proof."""
    before = -1
    for line in _lines(top, proofs.LINES):
        try:
            number = event.parsed(line).seq
            path = f"{proofs.PROOFS}/{number:012d}.tlog-proof"
            found = proofs.parsed(custody.read_small(top / path, note.MOST_BYTES))
        except (OSError, ValueError) as problem:
            raise _Refused(f"data/{proofs.LINES}", "X045") from problem
        leads = merkle.verify_inclusion(number, signed.size, merkle.leaf(line), found.hashes, signed.root)
        if (found.index, found.note) != (number, data) or not leads or number <= before:
            raise _Refused(f"data/{path}", "X045")
        before = number
        yield line, found.hashes


def _whole(top: Path, signed: Checkpoint) -> Iterator[tuple[bytes, tuple[bytes, ...]]]:
    """Step 3 for a ledger that is there whole: the tree over its lines is the checkpoint's."""
    names = sorted(path.name for path in (top / "ledger").glob("*.jsonl") if SEGMENTS.fullmatch(path.name))
    frontier: tuple[bytes, ...] = ()
    size = 0
    for name in names:
        for line in _lines(top, f"ledger/{name}"):
            try:
                number = event.parsed(line).seq
            except ValueError as problem:
                raise _Refused(f"data/ledger/{name}", "X045") from problem
            if number != size:
                raise _Refused(f"data/ledger/{name}", "X045")
            frontier, size = merkle.grown(frontier, size, merkle.leaf(line)), size + 1
            yield line, ()
    if (size, merkle.root(frontier)) != (signed.size, signed.root):
        raise _Refused(f"data/{proofs.CHECKPOINT}", "X045")


def _lines(top: Path, path: str) -> Iterator[bytes]:
    try:
        with custody.opened(top / path) as raw, open(raw.fileno(), "rb", closefd=False) as file:
            while line := file.readline(event.MAX_LINE + 2):
                yield line.removesuffix(b"\n")
    except OSError as problem:
        raise _Refused(f"data/{path}", "X045") from problem


def _signed_manifest(folder: Path, verifier: note.Verifier) -> None:
    """Step 4, second half."""
    try:
        signature = custody.read_small(folder / bag.SIGNATURE, note.SIGNATURE_BYTES)
        signed = custody.read_small(folder / bag.TAGS, MAX_INVENTORY)
    except OSError as problem:
        raise _Refused(bag.SIGNATURE, "X048") from problem
    if not note.right(verifier, signature, signed):
        raise _Refused(bag.SIGNATURE, "X048")


def _by_object(events: Iterable[Event]) -> dict[str, tuple[Event, ...]]:
    """What happened to each object that was not destroyed."""
    told: dict[str, tuple[Event, ...]] = {}
    for one in events:
        if one.object is None or one.outcome != "pass":
            continue
        if one.type == "deletion":
            told.pop(one.object, None)
        elif one.type in STANDING or (one.type in VERSIONS and one.object_version is not None):
            told[one.object] = (*told.get(one.object, ()), one)
    return told


def _as_told(top: Path, object_id: str, history: Iterable[Event], entries: Mapping[str, str]) -> None:
    """Step 5 for one object, and whether its record is one that this docscan reads."""
    archive = Archive(top, Config("bag"))
    where = f"data/objects/{objects.relative_folder(object_id)}"
    events = [one for one in history if one.type in VERSIONS]
    try:
        data = custody.read_small(top.parent / where / objects.INVENTORY, MAX_INVENTORY)
        manifest = inventory.parsed(data).manifest
        named = {path: digest for digest, paths in manifest.items() for path in paths}
        files = {**named, **proofs.control_of(proofs.vouched(events))}
        as_told = all(entries.get(f"{where}/{path}") == digest for path, digest in files.items())
        records = [objects.read_record(archive, object_id, one.object_version) for one in events]
    except (OSError, ValueError, ArchiveError) as problem:
        raise _Refused(where, "X049") from problem
    complete = [one.object_version for one in events] == list(range(1, len(events) + 1))
    if not as_told or not complete or not events or any(str(one.id) != object_id for one in records):
        raise _Refused(where, "X049")
