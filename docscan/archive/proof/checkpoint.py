"""Checkpoints: how many events there are and what the tree over them hashes to, signed.

`ledger/checkpoint.note` is one C2SP checkpoint, replaced whenever events were
added. It is what a witness keeps a copy of: with it, an event that was altered
(A3) or a ledger that was cut short and signed anew (A4) no longer fits, however
well everything within the archive agrees with itself. No event is written for
it, so it can cover every line.
"""

import base64
import re
from datetime import datetime

from docscan.archive import durable, ledger
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import read_small
from docscan.archive.event import Draft
from docscan.archive.layout import Archive
from docscan.archive.proof import keys, merkle, note
from docscan.archive.proof.note import Note, Signer
from docscan.errors import ArchiveError, LedgerError
from docscan.frozen import dataclass
from docscan.patterns import pattern

FILE = "checkpoint.note"
NUMBER = pattern(r"[1-9]\d{0,15}|0", re.ASCII)
ANEW = "Restore ledger/checkpoint.note from a copy; or sign anew: docscan ledger checkpoint --anew"
PAPER = pattern(r"[0-9a-f]{20,64}")  # of a root in hex; for 80 bits nobody finds another ledger (W0)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself.

    Attributes:
        origin: The log's name.
        size: How many events there are.
        root: Of the hash tree over them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parsed(text: str) -> Checkpoint:
    """Read the three lines of a checkpoint.

    Raises:
        ValueError: They are not exactly what docscan writes. Lines after the
            third, which C2SP allows, are refused: nobody would vouch for them.
    """
    lines = text.split("\n")
    if len(lines) != 4 or not NUMBER.fullmatch(lines[1]):
        raise ValueError("it has not the three lines of a checkpoint")
    found = Checkpoint(lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True))
    if not found.origin or len(found.root) != merkle.HASH_BYTES or found.text != text:
        raise ValueError("its lines are of another form")
    return found


def read(data: bytes) -> tuple[Checkpoint, Note]:
    """Read a checkpoint with its signatures; whether they are valid has to be asked.

    Raises:
        ValueError: It is no signed note, or its text is no checkpoint.
    """
    found = note.parsed(data)
    return parsed(found.text), found


def newest(archive: Archive) -> tuple[Checkpoint, bytes] | None:
    """The archive's checkpoint and the bytes of its file; None where there is none yet.

    Raises:
        LedgerError: It cannot be read.
    """
    path = archive.ledger / FILE
    try:
        data = read_small(path, note.MOST_BYTES)
        return read(data)[0], data
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise LedgerError(f"{path} cannot be used: {problem}.", hint=ledger.VERIFY) from problem


def unsigned(archive: Archive) -> int:
    """How many events no checkpoint counts yet.

    Raises:
        LedgerError: The head or the checkpoint cannot be read.
    """
    found = newest(archive)
    return ledger.read_head(archive).size - (0 if found is None else found[0].size)


def renew(archive: Archive, catalogue: Catalogue, *, now: datetime, agent: str) -> Checkpoint | None:
    """Sign what is not signed yet.

    An older archive, whose ledger tells no key, gets one first.

    Args:
        archive: Held by the caller, its ledger healed.
        catalogue: Open on that archive.
        now: When, with its time zone.
        agent: Who runs this: a login name.

    Returns:
        The newest checkpoint; None where the key cannot be had.

    Raises:
        LedgerError: The last checkpoint is lost, or the ledger does not begin
            with what it counted: cut short or rewritten. Nothing is signed.
        ArchiveError: The checkpoint cannot be written.
    """
    catalogue.catch_up()
    before = newest(archive)
    if before is not None and before[0] != at(archive, catalogue, before[0].size):
        raise LedgerError(
            f"The ledger does not begin with the {before[0].size} events of its last checkpoint.",
            hint=ledger.VERIFY,
        )
    told = catalogue.key_told()
    if before is None and (told is not None or keys.signer_of(archive) is not None):
        raise LedgerError(  # who cannot sign would have any history signed by taking the checkpoint away (A3)
            "The ledger's last checkpoint is lost: what it counted cannot be compared.", hint=ANEW
        )
    if told is None and not _first_key(archive, catalogue, now, agent):
        return None
    return sign(archive, catalogue, before)


def sign_anew(archive: Archive, catalogue: Catalogue, *, now: datetime, agent: str) -> Checkpoint | None:
    """Sign the ledger as it is, whatever the last checkpoint counted; an event says so.

    Args:
        archive: Held by the caller, its ledger healed.
        catalogue: Open on that archive.
        now: When, with its time zone.
        agent: Who wants it: a login name.

    Returns:
        As `renew`.

    Raises:
        LedgerError: The ledger cannot be continued.
        ArchiveError: The checkpoint cannot be written.
    """
    draft = Draft("repair", detail={"checkpoint": "lost"})
    catalogue.apply(ledger.append(archive, draft, now=now, agent=agent))
    if catalogue.key_told() is None and not _first_key(archive, catalogue, now, agent):
        return None
    return sign(archive, catalogue)


def rotate(archive: Archive, catalogue: Catalogue, *, now: datetime, agent: str) -> Signer:
    """Sign from now on with a new key, which the ledger tells.

    Args:
        archive: Held by the caller, its ledger healed.
        catalogue: Open on that archive.
        now: When, with its time zone.
        agent: Who wants it: a login name.

    Raises:
        ArchiveError: The new key cannot be kept.
        LedgerError: The ledger cannot be continued.
    """
    signer = keys.replace(archive, ledger.origin(archive))
    _tell(archive, catalogue, signer, now, agent)
    return signer


def at(archive: Archive, catalogue: Catalogue, size: int) -> Checkpoint | None:
    """What a checkpoint over the first `size` events says; None where there are not so many.

    Raises:
        LedgerError: The catalogue is not at the end of the ledger.
    """
    head = ledger.read_head(archive)
    if head.size and catalogue.node(0, head.size - 1).hex() != head.tail:
        raise LedgerError(
            "The catalogue ends with another event than the ledger.",
            hint="See what `docscan verify` finds; make the catalogue anew: docscan rebuild",
        )
    if size > head.size:
        return None
    frontier = merkle.frontier_of(size, catalogue.node)
    return Checkpoint(ledger.origin(archive), size, merkle.root(frontier))


def _first_key(archive: Archive, catalogue: Catalogue, now: datetime, agent: str) -> bool:
    try:
        signer = keys.create(archive, ledger.origin(archive))
    except ArchiveError:
        return False
    _tell(archive, catalogue, signer, now, agent)
    return True


def _tell(archive: Archive, catalogue: Catalogue, signer: Signer, now: datetime, agent: str) -> None:
    draft = Draft("key rotation", detail={"key": signer.public.hex()})
    catalogue.apply(ledger.append(archive, draft, now=now, agent=agent))


def sign(
    archive: Archive, catalogue: Catalogue, before: tuple[Checkpoint, bytes] | None = None
) -> Checkpoint | None:
    """Write the newest checkpoint, without a look at what was signed before: see `renew`.

    Args:
        archive: Held by the caller, or being founded.
        catalogue: Open on that archive, at the end of its ledger.
        before: The one there is, which is left alone when it is the same.

    Returns:
        The checkpoint; None where the key cannot be had.

    Raises:
        ArchiveError: It cannot be written.
    """
    signer = keys.signer_of(archive)
    found = at(archive, catalogue, ledger.read_head(archive).size)
    if signer is None or found is None or (told := catalogue.key_told()) is None:
        return None
    if signer.public.hex() != told[1]:
        return None
    data = note.signed(found.text, signer)  # Ed25519 gives the same signature each time
    if before is None or before[1] != data:
        try:
            durable.replace(archive.ledger / FILE, data, archive.staging)
        except OSError as problem:
            raise ArchiveError(
                f"The checkpoint cannot be written: {problem.strerror}.",
                hint="Nothing is lost: the next command signs what this one wrote.",
            ) from problem
    return found
