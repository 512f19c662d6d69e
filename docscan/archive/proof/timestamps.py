"""Time stamps of checkpoints: what bounds the moment of every event from both sides (A5).

`ledger/timestamps/<size>.note` is a checkpoint, `<size>.tsr` what a
time-stamping authority answered to its SHA-256 (RFC 3161), and a `timestamp`
event names both digests. So every event that the note counts was there before
the moment the authority states; and every event after the `timestamp` event
was written after it, because that event, in the chain before it, could not
have been known earlier.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import Path

from cryptography import x509

from docscan.archive import custody, ledger, papers
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import CustodyFinding
from docscan.archive.event import Draft
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, note, tokens
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.tokens import Believed, Token, TokenError
from docscan.errors import ConfigError, LedgerError
from docscan.frozen import dataclass

FOLDER = "timestamps"
MOST_BYTES = 1 << 20  # of a file of certificates; all that a browser believes are half of it
KEPT = re.compile(r"(\d{12})\.tsr", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stored:
    """A time stamp as it lies in the ledger's folder.

    Attributes:
        path: Of the answer, from the archive's root.
        note: The checkpoint it is to stamp.
        answer: As the authority sent it.
    """

    path: str
    note: bytes
    answer: bytes

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What the note says, when it is one whose size is that of the file's name."""
        try:
            found = checkpoint.read(self.note)[0]
        except ValueError:
            return None
        return found if f"{found.size:012d}" == Path(self.path).stem else None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp that was found right.

    Attributes:
        size: How many events it counts; they were all there at that time.
        seq: The number of the event that tells of it; later ones came after
            that time. -1 when none does.
        token: What it says.
    """

    size: int
    seq: int
    token: Token


@dataclass(frozen=True, slots=True)
class Interval:
    """Events that lie between the same two time stamps.

    Attributes:
        first: The number of the first of them.
        last: The number of the last of them.
        after: They were written after this time; None where nothing says so.
        before: They were there at this time; None where nothing says so.
    """

    first: int
    last: int
    after: datetime | None
    before: datetime | None


def stored(archive: Archive) -> tuple[Stored, ...]:
    """The time stamps there are, the oldest first.

    Files that cannot be read are left out: they are findings of their own.
    """
    folder = archive.ledger / FOLDER
    if custody.kind_of(folder) != "folder":
        return ()
    try:
        names = sorted(path.name for path in folder.iterdir() if KEPT.fullmatch(path.name))
    except OSError:
        return ()
    found = (_stored(folder / name) for name in names)
    return tuple(one for one in found if one is not None)


def judged(one: Stored, root: bytes | None, origin: str, believed: Believed | None) -> Token | CustodyFinding:
    """What a time stamp proves of a ledger, or what is wrong with it.

    Args:
        one: As it was found.
        root: Of the ledger's tree at the size the file's name says; None where there are not so many events.
        origin: The ledger's name.
        believed: Whom it is to come from; None to leave that open.

    Raises:
        ConfigError: The extra `tsa` is not installed.
    """
    try:
        token = tokens.checked(one.answer, one.note, believed)
    except TokenError as problem:
        why = f"@{problem.why}" if problem.why else ""
        return CustodyFinding(problem.code, one.path, facts={"reason": why})
    counted = one.checkpoint
    if counted is None or root is None or (counted.origin, counted.root) != (origin, root):
        return CustodyFinding("T2", one.path)
    return token


def intervals(stamps: Iterable[Stamp], events: int) -> list[Interval]:
    """Between which times each event was written, events with the same answer together.

    Args:
        stamps: Those that were found right.
        events: How many events there are.
    """
    counted = sorted((one.size, one.token.at) for one in stamps)
    told = sorted((one.seq, one.token.at) for one in stamps if one.seq >= 0)
    earliest = [*accumulate((at for _, at in reversed(counted)), min)][::-1]  # of those of a size and above
    latest = [*accumulate((at for _, at in told), max)]  # of those told of by an event and before
    borders = sorted({0, events, *(size for size, _ in counted), *(seq + 1 for seq, _ in told)})
    found: list[Interval] = []
    for first, end in pairwise(border for border in borders if border <= events):
        larger = bisect_right(counted, first, key=_number)
        before = earliest[larger] if larger < len(counted) else None
        earlier = bisect_left(told, first, key=_number)
        after = latest[earlier - 1] if earlier else None
        if found and (found[-1].after, found[-1].before) == (after, before):
            found[-1] = Interval(found[-1].first, end - 1, after, before)
        else:
            found.append(Interval(first, end - 1, after, before))
    return found


def _number(pair: tuple[int, datetime]) -> int:
    return pair[0]


def believed(certificates: Path | None, policy: str = "") -> Believed | None:
    """Whom to believe, from a file of certificates; None where there is no file named.

    Raises:
        ConfigError: It cannot be read, or holds no certificate.
    """
    if certificates is None:
        return None
    try:
        found = x509.load_pem_x509_certificates(custody.read_small(certificates.resolve(), MOST_BYTES))
    except (OSError, ValueError, RuntimeError, x509.InvalidVersion) as problem:
        raise ConfigError(
            f"{certificates} cannot be used: {problem}.",
            hint="Name a file with the authority's root certificate in PEM.",
        ) from problem
    return Believed(tuple(found), policy)


def keep(archive: Archive, catalogue: Catalogue, stamped: Stored, *, now: datetime, agent: str) -> Checkpoint:
    """Keep a time stamp that was found right, and say so in the ledger.

    Args:
        archive: Held by the caller.
        catalogue: Open on that archive.
        stamped: The note and the answer.
        now: When, with its time zone.
        agent: Who wants it kept: a login name.

    Raises:
        LedgerError: What was stamped is no checkpoint of this ledger.
    """
    try:
        counted = checkpoint.read(stamped.note)[0]
    except ValueError as problem:
        raise LedgerError(
            f"What was stamped is no checkpoint: {problem}.", hint="Stamp ledger/checkpoint.note."
        ) from problem
    if counted != checkpoint.at(archive, catalogue, counted.size):
        raise LedgerError("What was stamped is no checkpoint of this ledger.", hint=ledger.VERIFY)
    name = f"ledger/{FOLDER}/{counted.size:012d}"
    files = {f"{name}.note": stamped.note, f"{name}.tsr": stamped.answer}
    draft = Draft("timestamp", detail={"size": counted.size})
    papers.file(catalogue, draft, files, now=now, agent=agent)
    return counted


def _stored(path: Path) -> Stored | None:
    try:
        answer = custody.read_small(path, tokens.MOST_BYTES)
        stamped = custody.read_small(path.with_suffix(".note"), note.MOST_BYTES)
    except OSError:
        return None
    return Stored(f"ledger/{FOLDER}/{path.name}", stamped, answer)
