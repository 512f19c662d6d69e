"""How many folios a file has and in what state it is, when it goes out and when it comes back."""

from collections.abc import Mapping, Sequence

from docscan.frozen import dataclass

GRADES = ("good", "worn", "fragile", "damaged")
"""From the best to the worst: sound; used; to be handled with care; losing text or parts."""

COUNTING = ("miscounted", "folios missing", "folios added")
"""Why a file has another count of folios than it was known to have."""

REASONS = (*COUNTING, "damaged on loan", "damaged before")
"""Why a file did not come back as it went: what a discrepancy is recorded with."""

EXPLAINED: Mapping[str, tuple[str, ...]] = {
    "fewer": ("folios missing", "miscounted"),
    "more": ("folios added", "miscounted"),
    "added": ("folios added",),
    "worse": ("damaged on loan", "damaged before"),
}
"""In what a file may differ, and the reasons that explain that, the likeliest first."""

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


def differences(out: Condition, back: Condition) -> tuple[str, ...]:
    """In what a file came back otherwise than it went: keys of `EXPLAINED`.

    A count or a look that one side lacks tells nothing; a better grade than
    before is no loss.

    Args:
        out: As it went out.
        back: As it came back.
    """
    less = (out.folios or 0) - (back.folios or 0) if None not in (out.folios, back.folios) else 0
    worse = bool(out.grade and back.grade) and GRADES.index(back.grade) > GRADES.index(out.grade)
    found = {"fewer": less > 0, "more": less < 0, "added": back.added > 0, "worse": worse}
    return tuple(name for name, holds in found.items() if holds)


def explainable(out: Condition, back: Condition) -> tuple[str, ...]:
    """For what a reason may be given: `differences`, and damage where nobody looked before.

    Args:
        out: As it went out.
        back: As it came back.
    """
    unseen = back.grade in GRADES[1:] and not out.grade
    return (*differences(out, back), "worse") if unseen else differences(out, back)


def explains(because: Sequence[str], out: Condition, back: Condition) -> bool:
    """Whether reasons explain all that is otherwise, each part by one of them, and none is idle.

    Args:
        because: Of `REASONS`.
        out: As it went out.
        back: As it came back.
    """
    given, needed = set(because), differences(out, back)
    told = {name: given & set(EXPLAINED[name]) for name in explainable(out, back)}
    once = all(len(some) == 1 or (not some and name not in needed) for name, some in told.items())
    return once and given <= set().union(*told.values())


def likeliest(found: Sequence[str]) -> tuple[str, ...]:
    """The reasons that are the likeliest for what is otherwise.

    Args:
        found: Of `differences`.
    """
    return tuple(dict.fromkeys(EXPLAINED[name][0] for name in found))


def worded(found: Condition) -> str:
    """A file's state in few signs, alike in all languages: `203, worn, +2`."""
    added = f"+{found.added}" if found.added else ""
    return ", ".join(str(part) for part in (found.folios, found.grade, added) if part not in (None, ""))


def leaving(found: Condition, known: int | None, because: Sequence[str]) -> dict[str, str | int]:
    """An item's state as the event of its going out has it: with the reason, where its count is another.

    Args:
        found: As it goes out.
        known: How many folios it has as far as is known.
        because: The one of `REASONS` that explains that; none otherwise.
    """
    told = detail(found)
    return told if known in (None, found.folios) else told | {"before": known or 0, "reason": because[0]}


def lost(out: Condition, back: Condition, because: Sequence[str]) -> int:
    """How many folios a file lacks since it was out; fewer than none where it has more.

    Args:
        out: As it went out.
        back: As it came back.
        because: The reasons on record for what is otherwise.
    """
    counted = out.folios is not None and back.folios is not None
    told = counted and any(one in because for one in COUNTED_OTHERWISE)
    return (out.folios or 0) - (back.folios or 0) if told else 0


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
