"""Which label of a form belongs to which place to write in, and what is written there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from docscan.extraction.rows import Row
from docscan.model import Blank, Page, Word
from docscan.places import Box, around

FARTHEST = 95.0  # millimetres between a label and a place right of it
RAISED = 2.0  # millimetres by which a label's middle may lie outside a place beside it
NEAREST, LOWEST = -5.0, 8.0  # millimetres from a label down to a place below it; above rules there is room
UNDER = (-0.8, 5.0)  # millimetres from a place down to a label below it
ALIGNED = 3.0  # millimetres by which a label may begin left of its place
UPPER = 0.5  # of a frame's height: a label inside stands above that
GROUPS_APART = 7.0  # millimetres between the combs of one value
HELD = 0.4  # of a word's width lies in its place: letters may hide where a rule begins
SUNK = 1.2  # millimetres that what is written reaches below a rule
# What a place costs, by where it is seen from its label, and each millimetre between them.
COST = {"inside": (0.05, 0.0), "right": (0.1, 0.006), "above": (0.15, 0.12), "below": (0.2, 0.1)}
DEAREST = 2.0


@dataclass(frozen=True)
class Place:
    """A place to write in, of one frame or rule, or of combs that belong together.

    Attributes:
        page: The page's number.
        box: The room for writing.
        kind: `frame`, `rule` or `comb`.
        rows: What stands in it, its label with it.
        millimetre: In pixels.
    """

    page: int
    box: Box
    kind: str
    rows: tuple[Row, ...]
    millimetre: float

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """What stands in it, in reading order."""
        return tuple(word for row in self.rows for word in row.words)

    def without(self, words: Iterable[Word]) -> "Place":
        """The place without some words, such as its label."""
        left_out = set(words)
        rows = (
            replace(row, words=tuple(word for word in row.words if word not in left_out)) for row in self.rows
        )
        return replace(self, rows=tuple(row for row in rows if row.words))


@dataclass(frozen=True)
class Caption:
    """Words that may be the label of a place.

    Attributes:
        key: Whatever the caller knows it by.
        page: The page's number.
        words: Its words.
        weight: From 0 to 1: how surely it is one.
        place: Where its value must stand, or empty.
    """

    key: int
    page: int
    words: tuple[Word, ...]
    weight: float = 1.0
    place: str = ""

    @cached_property
    def box(self) -> Box:
        """Around its words."""
        return around([word.box for word in self.words])


def places(pages: Sequence[Page], rows: Sequence[Row]) -> tuple[Place, ...]:
    """The places to write in of a document, with what stands in them."""
    found = []
    for page in pages:
        own = [row for row in rows if row.page == page.number]
        millimetre = page.dpi / 25.4
        for blank in _grouped(page.blanks, millimetre):
            inside = tuple(_inside(own, blank, round(SUNK * millimetre)))
            found.append(Place(page.number, blank.box, blank.kind, inside, millimetre))
    return tuple(found)


def assigned(captions: Sequence[Caption], spots: Sequence[Place]) -> dict[int, tuple[Place, str]]:
    """The place of each caption that has one, and where it stands, by the caption's key.

    The nearest pairs go first; no place has two labels, and no label two
    places. A form has its labels over its places or under them: of the two,
    and of both mixed, that is taken by which the most labels have a place,
    then the one by which they stand nearest.
    """
    offers = sorted(
        (cost / max(0.05, caption.weight), caption.key, at, way)
        for caption in captions
        for at, spot in enumerate(spots)
        if spot.page == caption.page
        for cost, way in _ways(caption, spot, spots, captions)
        if cost <= DEAREST
    )
    fixed = {caption.key for caption in captions if caption.place}
    tries = [
        _taken([offer for offer in offers if offer[3] != other or offer[1] in fixed])
        for other in ("above", "below", "")
    ]
    best = max(tries, key=lambda taken: (len(taken), -sum(cost for cost, _, _ in taken.values())))
    return {key: (spots[at], way) for key, (_, at, way) in best.items()}


def _taken(offers: Sequence[tuple[float, int, int, str]]) -> dict[int, tuple[float, int, str]]:
    """The cheapest offers of which no two have a label or a place in common."""
    found: dict[int, tuple[float, int, str]] = {}
    places_: set[int] = set()
    for cost, key, at, way in offers:
        if key not in found and at not in places_:
            found[key] = cost, at, way
            places_.add(at)
    return found


def part(row: Row, first: int, last: int) -> Place:
    """Words of a row as a place, where no line shows one."""
    words = replace(row, words=row.words[first:last])
    return Place(row.page, row.span_box(first, last), "rule", (words,), 1.0)


def _ways(
    caption: Caption, spot: Place, spots: Sequence[Place], captions: Sequence[Caption]
) -> Iterator[tuple[float, str]]:
    """How a place may be a label's, and what that costs."""
    label, box, unit = caption.box, spot.box, spot.millimetre
    own = next((one for one in spots if one.kind == "frame" and _stands_in(caption, one)), None)
    if own is not None:
        if own is spot and _may("inside", caption) and _heads(caption, spot, spots, captions):
            yield COST["inside"][0], "inside"
        elif own is not spot and _may("right", caption) and right_of(spot, own):
            yield COST["right"][0], "right"
        elif own is not spot and _may("below", caption) and _joins_below(spot, own):
            yield COST["below"][0], "below"
        return
    if _stands_in(caption, spot):
        return
    across = (box.left - label.right) / unit
    down, up = (box.top - label.bottom) / unit, (label.top - box.bottom) / unit
    level = box.top - RAISED * unit <= label.middle[1] <= box.bottom + RAISED * unit
    over = box.left - ALIGNED * unit <= label.left < box.right
    if _may("right", caption) and level and -1.0 <= across <= FARTHEST and not _between(label, box, captions):
        yield _cost("right", across), "right"
    if _may("below", caption) and over and NEAREST <= down <= LOWEST:
        yield _cost("below", abs(down)) + 0.01 * abs(label.left - box.left) / unit, "below"
    if _may("above", caption) and over and UNDER[0] <= up <= UNDER[1]:
        yield _cost("above", abs(up)) + 0.01 * abs(label.left - box.left) / unit, "above"


def _joins_below(spot: Place, other: Place) -> bool:
    near = 2.0 * spot.millimetre
    return (
        abs(spot.box.top - other.box.bottom) <= near
        and abs(spot.box.left - other.box.left) <= near
        and abs(spot.box.right - other.box.right) <= near
    )


def _may(way: str, caption: Caption) -> bool:
    return caption.place in ("", way)


def _cost(way: str, millimetres: float) -> float:
    fixed, each = COST[way]
    return fixed + each * max(0.0, millimetres)


def _heads(caption: Caption, spot: Place, spots: Sequence[Place], captions: Sequence[Caption]) -> bool:
    """Whether a label stands over what is written in its own frame, not in a cell beside its value's."""
    rest = [word for word in spot.words if word not in caption.words]
    if rest:
        return caption.box.top - spot.box.top <= UPPER * spot.box.height
    beside = next((one for one in spots if right_of(one, spot)), None)
    free = beside is not None and not any(_stands_in(other, beside) for other in captions)
    return not free and caption.box.middle[1] <= spot.box.top + UPPER * spot.box.height


def right_of(spot: Place, other: Place) -> bool:
    """Whether a frame joins another at its right side."""
    near = 2.0 * spot.millimetre
    return (
        spot.page == other.page
        and abs(spot.box.left - other.box.right) <= near
        and abs(spot.box.top - other.box.top) <= near
        and abs(spot.box.bottom - other.box.bottom) <= near
    )


def _stands_in(caption: Caption, spot: Place) -> bool:
    x, y = caption.box.middle
    box = spot.box
    return caption.page == spot.page and box.left <= x < box.right and box.top <= y < box.bottom


def _between(label: Box, box: Box, captions: Sequence[Caption]) -> bool:
    """Whether another label stands between a label and a place right of it."""
    return any(
        label.right <= other.box.left
        and other.box.right <= box.left + other.box.height
        and abs(other.box.middle[1] - label.middle[1]) < label.height
        for other in captions
    )


def _grouped(blanks: Sequence[Blank], millimetre: float) -> list[Blank]:
    """The places, combs that stand side by side as one: the day, the month and the year of a date."""
    combs = sorted((b for b in blanks if b.kind == "comb"), key=lambda blank: blank.box.left)
    joined: list[Blank] = []
    for comb in combs:
        for at, one in enumerate(joined):
            apart = comb.box.left - one.box.right
            if apart <= GROUPS_APART * millimetre and abs(one.box.top - comb.box.top) <= 2 * millimetre:
                joined[at] = Blank(around([one.box, comb.box]), "comb")
                break
        else:
            joined.append(comb)
    return [*joined, *(blank for blank in blanks if blank.kind != "comb")]


def _across(one: Box, other: Box) -> int:
    """Pixels from left to right that two boxes share."""
    return min(one.right, other.right) - max(one.left, other.left)


def _inside(rows: Sequence[Row], blank: Blank, sunk: int) -> Iterator[Row]:
    """What of each row stands in a place."""
    bottom = blank.box.bottom + (sunk if blank.kind == "rule" else 0)
    for row in rows:
        words = tuple(
            word
            for word in row.words
            if _across(word.box, blank.box) >= HELD * word.box.width
            and blank.box.top <= word.box.middle[1] < bottom
        )
        if words:
            yield replace(row, words=words)
