"""Excerpts: some documents of an archive with all that proves them, and nothing of the others.

An excerpt is a folder with the documents' OCFL objects, their lines of the
ledger, for each line a proof that it is in the signed tree (C2SP tlog-proof),
the checkpoint, and what witnesses have signed. With a checkpoint that somebody
else kept it shows that a document is what was filed, also to who trusts neither
us nor the folder (A2, A4). It does not show that nothing else happened: a line
that was left out is not missed.

Bytes are hashed while they are copied, and what is not as the ledger says is
not given out.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from docscan.archive import custody, durable, event, inventory, ledger, objects, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Event
from docscan.archive.handover import packing
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, handouts, merkle, note
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.handouts import Handout
from docscan.errors import FixityError, LedgerError, NotFoundError
from docscan.frozen import dataclass

LINES, PROOFS, CHECKPOINT = "ledger/lines.jsonl", "ledger/proofs", f"ledger/{checkpoint.FILE}"
WITNESSES = f"ledger/{handouts.FOLDER}"
HEADING = b"c2sp.org/tlog-proof@v1\n"
INDEX = re.compile(r"index (0|[1-9]\d{0,15})", re.ASCII)
MOST_HASHES = 64
ORIGINAL = re.compile(r"v\d+/content/original", re.ASCII)
EVERYBODYS = ("creation", "key rotation")  # lines that go with every excerpt: they name the log's key


@dataclass(frozen=True, slots=True)
class Proof:
    """That a line is in the tree of a checkpoint.

    Attributes:
        index: The line's number in the ledger.
        hashes: That lead from it to the root.
        note: The checkpoint, signed.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: bytes

    @property
    def data(self) -> bytes:
        """The bytes of a `.tlog-proof` file."""
        hashes = b"".join(base64.b64encode(one) + b"\n" for one in self.hashes)
        return b"%bindex %d\n%b\n%b" % (HEADING, self.index, hashes, self.note)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What was written.

    Attributes:
        checkpoint: Which the proofs lead to.
        objects: How many documents.
        lines: How many lines of the ledger.
    """

    checkpoint: Checkpoint
    objects: int
    lines: int


def parsed(data: bytes) -> Proof:
    """Read a `.tlog-proof`.

    Raises:
        ValueError: It is not exactly what one is written as.
    """
    head, _, signed = data.partition(b"\n\n")
    _, *rest = head.decode().split("\n")
    index = INDEX.fullmatch(rest[0]) if rest else None
    if index is None or len(rest) > MOST_HASHES + 1:
        raise ValueError("it names no line")
    found = Proof(int(index[1]), tuple(base64.b64decode(one, validate=True) for one in rest[1:]), signed)
    if found.data != data:
        raise ValueError("it is written otherwise than it should be")
    return found


def write(archive: Archive, catalogue: Catalogue, ids: Iterable[str], top: Path) -> Excerpt:
    """Write an excerpt.

    Args:
        archive: It need not be held: what is filed meanwhile is left out.
        catalogue: Open on that archive.
        ids: The UUIDs of the documents.
        top: An empty folder.

    Raises:
        NotFoundError: There is no such document.
        FixityError: A file is not as it was filed.
        LedgerError: Nothing was signed, or the catalogue is not as the ledger.
        OSError: It cannot be written.
    """
    signed, data = newest(archive)
    for folder in ("objects", PROOFS, WITNESSES):
        (top / folder).mkdir(parents=True)
    objects.lay_root(top / "objects")
    durable.write(top / CHECKPOINT, data)
    count, numbers = 0, set(_numbers(catalogue, "type", EVERYBODYS))
    for object_id in ids:
        told = history(catalogue, object_id)
        if any(one.seq >= signed.size and one.files for one in told):
            raise LedgerError(
                f"The newest version of record {object_id} is not signed.",
                hint="Sign it: docscan ledger checkpoint",
            )
        carry(archive, object_id, vouched(told), top)
        numbers.update(one.seq for one in told)
        count += 1
    kept = [number for number in sorted(numbers) if number < signed.size]
    with (top / LINES).open("xb") as lines:
        for number in kept:
            line = line_of(catalogue, number)
            lines.write(line + b"\n")
            found = proof(catalogue, number, line, signed, data)
            durable.write(top / PROOFS / f"{number:012d}.tlog-proof", found.data)
        durable.flush(lines)
    _witnessed(archive, catalogue, signed, top / WITNESSES)
    return Excerpt(signed, count, len(kept))


def newest(archive: Archive) -> tuple[Checkpoint, bytes]:
    """The checkpoint that proofs lead to.

    Raises:
        LedgerError: Nothing was signed yet.
    """
    found = checkpoint.newest(archive)
    if found is None:
        raise LedgerError(
            "Nothing was signed yet, so nothing can be proved.", hint="Sign it: docscan ledger checkpoint"
        )
    return found


def proof(catalogue: Catalogue, index: int, line: bytes, signed: Checkpoint, data: bytes) -> Proof:
    """That a line is in the tree of a checkpoint.

    Args:
        catalogue: Open.
        index: The line's number.
        line: Its bytes.
        signed: The checkpoint.
        data: The same with its signatures.

    Raises:
        LedgerError: It is not, as far as the catalogue knows.
    """
    hashes = merkle.inclusion_proof(index, signed.size, catalogue.node)
    if not merkle.verify_inclusion(index, signed.size, merkle.leaf(line), hashes, signed.root):
        raise LedgerError(
            "The catalogue does not know the tree that was signed.",
            hint="See what `docscan verify` finds; make the catalogue anew: docscan rebuild",
        )
    return Proof(index, tuple(hashes), data)


def carry(archive: Archive, object_id: str, told: Mapping[str, str], top: Path) -> None:
    """Copy an object into another storage root, each byte of it seen to be what was filed.

    Args:
        archive: Where it lies.
        object_id: Its UUID.
        told: The digests that the ledger has of its files.
        top: What the other storage root lies in.

    Raises:
        NotFoundError: There is no such document.
        FixityError: A file is not as it was filed.
    """
    folder = objects.relative_folder(object_id)
    source, target = archive.objects / folder, top / "objects" / folder
    if not source.is_dir():
        raise NotFoundError(f"There is no record {object_id} on the shelf.", hint=objects.KNOWN)
    with objects.understood(object_id):
        manifest = inventory.parsed((source / objects.INVENTORY).read_bytes()).manifest
    named = {path: digest for digest, paths in manifest.items() for path in paths}
    if not all(inventory.CONTENT.fullmatch(path) and path.isprintable() for path in named):
        raise FixityError(f"The inventory of record {object_id} leads out of it.", hint=ledger.VERIFY)
    for path, digest in {**named, **control_of(told)}.items():
        packing.copy(source / path, target / path, digest)


def vouched(told: Iterable[Event]) -> Mapping[str, str]:
    """The digests of an object's files, by their paths in it, as events tell them."""
    files: dict[str, str] = {}
    for happened in told:
        files.update(happened.files)
    return files


def control_of(told: Mapping[str, str]) -> Mapping[str, str]:
    """Those of an object's files that the ledger names by their paths; the inventory names the rest."""
    return {path: digest for path, digest in told.items() if not ORIGINAL.fullmatch(path)}


def history(catalogue: Catalogue, object_id: str) -> list[Event]:
    """What happened to an object, in order."""
    numbers = sorted(_numbers(catalogue, "object", (object_id,)))
    return [event.parsed(line_of(catalogue, number)) for number in numbers]


def line_of(catalogue: Catalogue, number: int) -> bytes:
    """The line of the ledger with that number."""
    with tables.guarded(catalogue.archive.catalogue_path):
        (line,) = catalogue.db.execute("SELECT line FROM events WHERE seq = ?", (number,)).fetchone()
    return str(line).encode()


def _numbers(catalogue: Catalogue, column: str, values: Iterable[str]) -> Iterator[int]:
    for value in values:
        with tables.guarded(catalogue.archive.catalogue_path):
            rows = catalogue.db.execute(f"SELECT seq FROM events WHERE {column} = ?", (value,))  # noqa: S608 - own columns
            yield from (int(seq) for (seq,) in rows)


def _witnessed(archive: Archive, catalogue: Catalogue, signed: Checkpoint, folder: Path) -> None:
    """The newest note of each witness, and the proof that the tree has only grown since."""
    newest_of = {key: (path, size) for path, key, size in handouts.kept(archive) if size <= signed.size}
    for path, size in newest_of.values():
        durable.write(folder / path.name, custody.read_small(path, note.MOST_BYTES))
        shown = handouts.handout(archive, catalogue, size)
        durable.write(folder / f"{path.stem}.consistency", Handout(shown.note, size, shown.proof).data)
