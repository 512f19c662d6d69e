"""What goes to a witness and what comes back: the defence against a custodian who holds the key (A4, A6).

A handout is what C2SP's tlog-witness sends: the size the witness saw last
(`old N`), the proof that the tree then is the beginning of the tree now, one
hash a line, an empty line, and the checkpoint. The witness answers with the
checkpoint and a signature of its own, which is kept in `ledger/witnesses/` and
named by an `acknowledgement_received` event.
"""

import base64
import binascii
import re
from datetime import datetime
from pathlib import Path

from docscan.archive import custody, ledger, papers
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, merkle, note, policy
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.policy import Policy, Trusted
from docscan.errors import LedgerError
from docscan.frozen import dataclass

FOLDER = "witnesses"
OLD = re.compile(r"old (0|[1-9]\d{0,15})", re.ASCII)
KEPT = re.compile(r"([0-9a-f]{8})-(\d{12})\.note", re.ASCII)
MOST_HASHES = 63  # C2SP tlog-witness: of a tree of 2**63 leaves
MOST_BYTES = note.MOST_BYTES + 64 * (MOST_HASHES + 1)


@dataclass(frozen=True, slots=True)
class Handout:
    """A checkpoint on its way to a witness.

    Attributes:
        note: The checkpoint as it was signed.
        old: The size of the tree from which the proof leads; 0 for no proof.
        proof: That the tree of that size is the beginning of this one.
    """

    note: bytes
    old: int = 0
    proof: tuple[bytes, ...] = ()

    @property
    def data(self) -> bytes:
        """The handout as it is written."""
        hashes = b"".join(base64.b64encode(one) + b"\n" for one in self.proof)
        return b"old %d\n%b\n%b" % (self.old, hashes, self.note)

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says."""
        return checkpoint.read(self.note)[0]


def parsed(data: bytes) -> Handout:
    """Read a handout, or a note alone.

    Raises:
        ValueError: It is neither, or the note is no checkpoint.
    """
    if len(data) > MOST_BYTES:
        raise ValueError("it is too long")
    found = Handout(data)
    if data.startswith(b"old "):
        head, _, body = data.partition(b"\n\n")
        first, *rest = head.decode().split("\n")
        old = OLD.fullmatch(first)
        if old is None or len(rest) > MOST_HASHES:
            raise ValueError("its first line names no size")
        found = Handout(body, int(old[1]), tuple(_hash(line) for line in rest))
    if data not in {found.data, found.note}:
        raise ValueError("it is written otherwise than it should be")
    checkpoint.read(found.note)
    return found


def handout(archive: Archive, catalogue: Catalogue, since: int) -> Handout:
    """What a witness needs to see that the ledger only grew.

    Args:
        archive: Its newest checkpoint is handed out.
        catalogue: Open on that archive.
        since: The size the witness saw last; 0 for one who never saw the ledger.

    Raises:
        LedgerError: Nothing was signed yet, or not so many events.
    """
    newest = checkpoint.newest(archive)
    if newest is None:
        raise LedgerError("Nothing was signed yet.", hint="Sign it: docscan ledger checkpoint")
    size = newest[0].size
    if since > size:
        raise LedgerError(
            f"The witness saw {since} events, and the checkpoint counts {size}: {since - size} are missing.",
            hint="See what `docscan verify --witness FILE` finds with the note of the witness.",
        )
    proof = merkle.consistency_proof(since, size, catalogue.node) if since else []
    return Handout(newest[1], since, tuple(proof))


def seen_by(archive: Archive, trusted: Trusted) -> int:
    """The size that a witness signed last, of what was brought back; 0 for none."""
    sizes = [size for path, key_id, size in kept(archive) if key_id == trusted.key.key_id.hex()]
    return max(sizes, default=0)


def kept(archive: Archive) -> list[tuple[Path, str, int]]:
    """The notes that witnesses signed: the file, the id of the key, and how many events it counts."""
    folder = archive.ledger / FOLDER
    if custody.kind_of(folder) != "folder":
        return []
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
    found = [(folder / name, KEPT.fullmatch(name)) for name in names]
    return [(path, match[1], int(match[2])) for path, match in found if match]


def acknowledge(
    archive: Archive, catalogue: Catalogue, data: bytes, *, now: datetime, agent: str
) -> tuple[Trusted, Checkpoint]:
    """Keep what a witness signed, and say so in the ledger.

    Args:
        archive: Held by the caller; its `trust.toml` names the witnesses there are.
        catalogue: Open on that archive.
        data: The note as the witness gave it.
        now: When, with its time zone.
        agent: Who brought it: a login name.

    Returns:
        The witness, and what it signed.

    Raises:
        LedgerError: It is no such note, no known witness signed it, or it says
            something else than this ledger.
        ConfigError: `trust.toml` is wrong.
    """
    trusted, seen = _witnessed(policy.own(archive), data)
    if seen.origin != ledger.origin(archive) or seen != checkpoint.at(archive, catalogue, seen.size):
        raise LedgerError(
            f"{trusted.name} has seen another history than this ledger's.",
            hint="Keep the note; it is evidence: docscan verify --witness FILE",
        )
    path = f"ledger/{FOLDER}/{trusted.key.key_id.hex()}-{seen.size:012d}.note"
    draft = Draft("acknowledgement_received", detail={"size": seen.size}, role="recipient")
    papers.file(catalogue, draft, {path: data}, now=now, agent=agent)
    return trusted, seen


def _witnessed(trust: Policy, data: bytes) -> tuple[Trusted, Checkpoint]:
    """The witness that signed a checkpoint, and the checkpoint."""
    try:
        seen, found = checkpoint.read(data)
    except ValueError as problem:
        raise LedgerError(
            f"This is no signed checkpoint: {problem}.", hint="Bring what `docscan witness check` gave."
        ) from problem
    for trusted in trust.witnesses:
        if note.valid(found, trusted.key):
            return trusted, seen
    raise LedgerError(
        "No witness that trust.toml names has signed this.",
        hint="Write the key that `docscan witness init` printed into trust.toml.",
    )


def _hash(line: str) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except binascii.Error as problem:
        raise ValueError("a line of the proof is no hash") from problem
    if len(found) != merkle.HASH_BYTES:
        raise ValueError("a line of the proof is no hash")
    return found
