"""Rounds: which objects are to be looked at next, and when each was looked at last.

All that is known of it comes from the ledger. A `fixity check` event says that
the objects whose `ingestion` lies between two lines were looked at, `from` the
one `to` the other; where `from` is the greater, it went on from the first
object after the last, of those that were there when it began: by then there
were so many `events`. So the object that was looked at longest ago is always
followed by the next of them, and rounds within a time budget reach every one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from docscan.archive.chain import Examined
from docscan.archive.event import Draft, Event
from docscan.frozen import dataclass

NEVER = "0001-01-01T00:00:00Z"  # when an object was filed that no believable line says was filed


@dataclass(frozen=True, slots=True)
class Filed:
    """An object on the shelf.

    Attributes:
        id: Its UUID.
        seq: The line of the ledger that filed it.
        at: When that was.
        checked: When it was looked at for the last time, or filed.
    """

    id: str
    seq: int
    at: str
    checked: str


def on_shelf(examined: Examined) -> list[Filed]:
    """The objects that are to be on the shelf, in the order they were filed."""
    first = {
        name: min(examined.filed.get(name, {}).values(), default=(0, NEVER)) for name in examined.objects
    }
    filed = sorted((seq, at, name) for name, (seq, at) in first.items())
    looked_at = checked([seq for seq, _, _ in filed], examined.checks)
    return [Filed(name, seq, at, looked_at.get(seq, at)) for seq, at, name in filed]


def checked(seqs: Sequence[int], checks: Iterable[Event]) -> dict[int, str]:
    """When each object was looked at for the last time; without those that never were.

    Args:
        seqs: The lines of the ledger that filed them, in order.
        checks: Fixity checks, in order.
    """
    left, found = list(seqs), dict[int, str]()
    for check in reversed(list(checks)):
        for low, high in _ranges(check):
            part = slice(bisect_left(left, low), bisect_right(left, high))
            found |= dict.fromkeys(left[part], check.at)
            del left[part]
    return found


def in_turn(filed: list[Filed]) -> list[Filed]:
    """The objects from the one that was looked at longest ago, once round."""
    if not filed:
        return []
    oldest = min(range(len(filed)), key=lambda number: (filed[number].checked, filed[number].seq))
    return filed[oldest:] + filed[:oldest]


def moment(at: str) -> datetime:
    """The time that an event names; the beginning of time for a day that no calendar has."""
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def last_good(examined: Examined, object_id: str, line: int, at: str) -> str:
    """When a file was seen for the last time to be as the ledger says.

    Args:
        examined: The ledger.
        object_id: The object the file belongs to.
        line: The number of the event that vouches for the file.
        at: When that was written.
    """
    seq = min((seq for seq, _ in examined.filed.get(object_id, {}).values()), default=line)
    return next((check.at for check in reversed(examined.checks) if _good(check, seq, line)), at)


def told(looked_at: Sequence[Filed], failed: int, events: int) -> Draft:
    """What the ledger is to say of a round.

    Args:
        looked_at: Some objects, as `in_turn` has them.
        failed: How many of them were not as they should be.
        events: How many events there were when it began.
    """
    numbers = {"objects": len(looked_at), "failed": failed, "events": events}
    ends = {"from": looked_at[0].seq, "to": looked_at[-1].seq} if looked_at else {}
    return Draft("fixity check", "fail" if failed else "pass", detail=numbers | ends, role="validator")


def _good(check: Event, seq: int, line: int) -> bool:
    """Whether a check after a line found an object, of which that line speaks, as it should be."""
    covered = any(low <= seq <= high for low, high in _ranges(check))
    return check.outcome == "pass" and _began(check) > line and covered


def _began(check: Event) -> int:
    """How many events there were when a check began; as many as before its own, where it does not say."""
    events = check.detail.get("events")
    return min(events, check.seq) if isinstance(events, int) else check.seq


def _ranges(check: Event) -> list[tuple[int, int]]:
    """The lines, first and last, between which a check looked at every object that was there."""
    first, last = check.detail.get("from"), check.detail.get("to")
    if not isinstance(first, int) or not isinstance(last, int):
        return []
    if first <= last:
        return [(first, min(last, check.seq))]
    return [(first, _began(check) - 1), (0, last)]
