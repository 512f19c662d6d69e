"""How many folios a file has and in what state it is, when it goes out and when it comes back."""

from collections.abc import Mapping
from dataclasses import dataclass

GRADES = ("good", "worn", "fragile", "damaged")
"""From the best to the worst: sound; used; to be handled with care; losing text or parts."""

REASONS = ("miscounted", "folios missing", "folios added", "damaged on loan", "damaged before")
"""Why a file did not come back as it went: what a discrepancy is recorded with."""

COUNTED_OTHERWISE = ("folios missing", "folios added")
"""The reasons after which another count is the right one; what was miscounted lacks nothing."""

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


def leaving(found: Condition, known: int | None, because: str) -> dict[str, str | int]:
    """An item's state as the event of its going out has it: with the reason, where its count is another.

    Args:
        found: As it goes out.
        known: How many folios it has as far as is known.
        because: One of `REASONS`; empty otherwise.
    """
    told = detail(found)
    return told if known in (None, found.folios) else told | {"before": known or 0, "reason": because}


def lacking(detail: Mapping[str, str | int]) -> int:
    """How many folios an item lacks as it goes out; fewer than none where it has more.

    Args:
        detail: Of the event.
    """
    before, folios = detail.get("before"), detail.get("folios")
    if isinstance(before, int) and isinstance(folios, int) and detail.get("reason") in COUNTED_OTHERWISE:
        return before - folios
    return 0


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
