"""How many folios a file has and in what state it is, when it goes out and when it comes back."""

from collections.abc import Mapping
from dataclasses import dataclass

GRADES = ("good", "worn", "fragile", "damaged")
"""From the best to the worst: sound; used; to be handled with care; losing text or parts."""

REASONS = ("miscounted", "folios missing", "folios added", "damaged on loan", "damaged before")
"""Why a file did not come back as it went: what a discrepancy is recorded with."""

MOST_FOLIOS = 100_000


@dataclass(frozen=True, slots=True)
class Condition:
    """A file as somebody found it.

    Attributes:
        folios: How many; None when nobody counted.
        grade: One of `GRADES`; empty when nobody looked.
        added: Documents that were put in meanwhile, as the borrower declares.
    """

    folios: int | None = None
    grade: str = ""
    added: int = 0


UNKNOWN = Condition()
"""That nobody counted or looked."""


def differs(out: Condition, back: Condition) -> bool:
    """Whether a file came back otherwise than it went.

    A count or a look that one side lacks tells nothing; a better grade than
    before is no loss.

    Args:
        out: As it went out.
        back: As it came back.
    """
    counted = out.folios is not None and back.folios is not None
    looked_at = bool(out.grade and back.grade)
    return (
        (counted and out.folios != back.folios)
        or (looked_at and GRADES.index(back.grade) > GRADES.index(out.grade))
        or back.added > 0
    )


def stated(detail: Mapping[str, str | int], before: Condition) -> Condition:
    """What an event says of an item; where it says nothing, what was known before.

    Args:
        detail: Of the event; what is of another form says nothing.
        before: As it was known.
    """
    folios, added, grade = detail.get("folios"), detail.get("added"), detail.get("condition")
    return Condition(
        folios if isinstance(folios, int) else before.folios,
        grade if isinstance(grade, str) and grade in GRADES else before.grade,
        added if isinstance(added, int) else before.added,
    )


def detail(found: Condition) -> dict[str, str | int]:
    """An item's state as the detail of an event has it: what is not known is left out."""
    told: dict[str, str | int] = {} if found.folios is None else {"folios": found.folios}
    told |= {"condition": found.grade} if found.grade else {}
    return told | ({"added": found.added} if found.added else {})
