"""How often the archive is right, told by what people decided.

The records that wait for a person are the hard ones, so the share of wrong
values among them says nothing of the others. That is what the sample is for:
its records were accepted by the program, and chosen by nobody.

Intervals are exact (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934):
they hold at least the stated share of the time for any sample, also for a
small one without a single error, where the usual approximations are too short.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby, pairwise

from docscan.archive.catalogue import Judged
from docscan.frozen import dataclass

LEVEL = 0.95  # of the intervals
HALVINGS = 60  # of an interval of 1: beyond the precision of a float
EDGES = (0.0, 0.5, 0.7, 0.9, 0.97, 0.99, 1.0)  # of the buckets of confidence; most fields are read surely
MOVED = ("reject", "split", "merge")  # what is wrong with a record as a whole


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of some were wrong, and between which shares the truth lies.

    Attributes:
        wrong: So many.
        of: Of so many that were looked at.
        low: The least share that goes with it.
        high: The greatest.
    """

    wrong: int
    of: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tally:
    """What people said of some fields.

    Attributes:
        name: The field, or the status that the fields had.
        confirmed: Values that were right.
        misread: Values in the place of which others were put.
        invented: Values of what the paper does not have.
        missed: Values that people added.
    """

    name: str
    confirmed: int
    misread: int
    invented: int
    missed: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """Fields of like confidence.

    Attributes:
        low: The least confidence.
        high: The greatest.
        fields: How many of them people judged.
        confidence: Their mean confidence.
        right: The share that was right.
    """

    low: float
    high: float
    fields: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Quality:
    """What an archive's decisions tell.

    Attributes:
        documents: How many are in each state.
        straight_through: The share that the program accepted; None without any.
        by_field: By the field's name.
        by_status: By the status the program gave.
        accepted: Records of the sample in which something was wrong.
        verified: Fields of these records that were called verified, and were wrong.
        calibration: Whether confidence means what it says, over all that was judged.
    """

    documents: Mapping[str, int]
    straight_through: float | None
    by_field: tuple[Tally, ...]
    by_status: tuple[Tally, ...]
    accepted: Rate
    verified: Rate
    calibration: tuple[Bucket, ...]


def measured(
    documents: Mapping[str, int], first_verdicts: Mapping[str, int], judged: Iterable[Judged]
) -> Quality:
    """Reckon the quality of an archive.

    Args:
        documents: How many are in each state.
        first_verdicts: What the program said of how many.
        judged: All decisions, record by record.
    """
    rows = list(judged)
    first = list(_first(rows))
    examined = {row.record for row in rows if row.sampled}
    moved = {row.record for row in rows if row.sampled and row.act in MOVED}
    wrong = moved | {row.record for row in first if row.record in examined and row.read != row.value}
    verified = [row for row in first if row.record in examined and row.status == "verified"]
    total = sum(first_verdicts.values())
    return Quality(
        documents=documents,
        straight_through=first_verdicts.get("accepted", 0) / total if total else None,
        by_field=_tallies((row.name or "", row) for row in first),
        by_status=_tallies((row.status or "missing", row) for row in first),
        accepted=rate(len(wrong), len(examined)),
        verified=rate(sum(row.read != row.value for row in verified), len(verified)),
        calibration=tuple(_calibration([row for row in first if row.confidence is not None])),
    )


def rate(wrong: int, of: int) -> Rate:
    """A rate with its exact interval; from 0 to 1 where nothing was looked at."""
    tail = (1 - LEVEL) / 2
    low = 0.0 if wrong == 0 else _solved(lambda share: 1 - _at_most(wrong - 1, of, share), tail)
    high = 1.0 if wrong == of else 1 - _solved(lambda share: _at_most(wrong, of, 1 - share), tail)
    return Rate(wrong, of, low, high)


def _first(rows: Iterable[Judged]) -> Iterable[Judged]:
    """What people first said of each field, when it was still the program's."""
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row.name is None or row.origin == "person" or (row.record, row.name) in seen:
            continue
        seen.add((row.record, row.name))
        yield row


def _tallies(named: Iterable[tuple[str, Judged]]) -> tuple[Tally, ...]:
    ordered = sorted(named, key=lambda item: item[0])
    return tuple(
        _tally(name, [row for _, row in group]) for name, group in groupby(ordered, key=lambda item: item[0])
    )


def _tally(name: str, rows: Sequence[Judged]) -> Tally:
    return Tally(
        name,
        confirmed=sum(row.read == row.value for row in rows),
        misread=sum(None not in (row.read, row.value) and row.read != row.value for row in rows),
        invented=sum(row.read is not None and row.value is None for row in rows),
        missed=sum(row.read is None and row.value is not None for row in rows),
    )


def _calibration(rows: Sequence[Judged]) -> Iterable[Bucket]:
    for low, high in pairwise(EDGES):
        last = high == EDGES[-1]
        inside = [
            row for row in rows if low <= (row.confidence or 0.0) < high or (last and row.confidence == high)
        ]
        if inside:
            mean = sum(row.confidence or 0.0 for row in inside) / len(inside)
            right = sum(row.read == row.value for row in inside) / len(inside)
            yield Bucket(low, high, len(inside), round(mean, 4), round(right, 4))


def _sure(row: Judged) -> float:
    return row.confidence or 0.0


def _at_most(wrong: int, of: int, share: float) -> float:
    """The chance of at most so many wrong ones, when each is wrong with this chance."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if wrong >= of else 0.0
    logs = (
        math.lgamma(of + 1) - math.lgamma(n + 1) - math.lgamma(of - n + 1)
        + n * math.log(share) + (of - n) * math.log1p(-share)
        for n in range(wrong + 1)
    )  # fmt: skip
    return math.fsum(math.exp(log) for log in logs)


def _solved(chance: Callable[[float], float], wanted: float) -> float:
    """The share at which a chance that grows with it has a value."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) < wanted else (low, middle)
    return (low + high) / 2
