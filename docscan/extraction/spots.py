"""Where on a page a value stands, told by the words near it rather than by a template.

Suppliers keep a layout for years while names, sums and lines change, so a
place is told by what stays: the words beside the value or above it, without
figures, and how far off they are. Where there are none, its place on the
paper has to do.

The idea of one marked sample from which relations between words are learned
is that of Rusiñol, Benkhelfallah and Poulain d'Andecy (ICDAR 2013).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Literal

from rapidfuzz import fuzz

from docscan.extraction import candidates, solve
from docscan.extraction.candidates import Candidate, Sheet
from docscan.extraction.labels import LIKENESS, SHORTEST_FUZZY, key
from docscan.extraction.rows import Row, rows_of
from docscan.frozen import dataclass
from docscan.model import Page
from docscan.places import Box

MOST_WORDS = 6  # of a label
ROWS_ABOVE = 3  # over a value in which its label may stand, as under a label in which its value may
ALIGNED = 1.5  # line heights between the edges of a value and of the label over it
FARTHER = 0.35  # of a distance, and
SHIFTED = (
    3.0  # line heights by which it may differ from document to document: columns are as wide as their words
)
NEAR = 0.015  # of the paper's width or height: what a feeder and straightening shift a print by
NUDGE = 0.05  # by which, of two places told by the same words, the one nearer on the paper is surer
FORMED = 0.5  # of a reader's certainty: less is said of figures that may be an amount, or a day and a month
LEAST_LETTERS = 2  # of a label
_FIGURES = re.compile(r"\d")

BESIDE, ABOVE, PLACED = (
    1.0,
    0.9,
    0.6,
)  # how much is known of a place by a label in its row, over it, or by itself
OFF_PAGE = 0.8  # what is left of it on another page of the document

PageSide = Literal["first", "last", "any"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a value.

    Attributes:
        page: Where in the document; `any` in one of a single page.
        opens: It begins its segment: nothing stands close before it.
        beside: The words before it in its row, as letters and digits; or empty.
        dx: From the end of those words to the value, in line heights.
        above: The words over it, in the same form; or empty.
        dy: From the top of those words down to the value's, in line heights.
        left: Of the value, in widths of the paper; likewise `right`, and `top` in heights.
    """

    page: PageSide
    opens: bool
    beside: str
    dx: float
    above: str
    dy: float
    left: float
    right: float
    top: float


@dataclass(frozen=True, eq=False)
class Paper:
    """A document as its rows, page by page; what stands on it is looked for once.

    Attributes:
        rows: Top to bottom, page after page.
        sizes: Width and height of each page in pixels, by its number.
        order: How its `03/04/2026` is meant: `dmy` or `mdy`.
    """

    rows: tuple[Row, ...]
    sizes: Mapping[int, tuple[int, int]]
    order: str

    @cached_property
    def _found(self) -> dict[str, tuple[tuple[Spot, Candidate], ...]]:
        return {}

    def standing(self, kind: str) -> tuple[tuple[Spot, Candidate], ...]:
        """Every value of a type with its place, whatever stands by it.

        Args:
            kind: The type, as schemas name it.
        """
        if kind not in self._found:
            sure = (item for item in _values(self, kind) if item.score >= FORMED)
            self._found[kind] = tuple((spot_of(self, item), item) for item in sure)
        return self._found[kind]


def paper_of(pages: Sequence[Page]) -> Paper:
    """A document as its rows."""
    rows = rows_of(pages)
    sizes = {page.number: (page.width, page.height) for page in pages}
    return Paper(rows, sizes, solve.date_order(Sheet(rows, ())))


def _values(paper: Paper, kind: str) -> Iterator[Candidate]:
    if kind in ("date", "amount", "iban"):
        dates = partial(candidates.dates, order=paper.order)
        yield from candidates.unlabelled(paper.rows, dates if kind == "date" else candidates.READERS[kind])
    else:
        for row in paper.rows:
            for begin, end in row.segments:
                for first in range(begin, end):
                    yield from _beginning(row, first, end, kind)


def _beginning(row: Row, first: int, end: int, kind: str) -> Iterator[Candidate]:
    """What begins at a word; figures make an id or a number, and none are needed in names and texts."""
    if kind in ("number", "tax-id") and not any(map(str.isdigit, row.words[first].text)):
        before = row.words[first].text
        if not (before.isupper() and len(before) <= 5):  # a series or a country
            return
    yield from (item for item in candidates.READERS[kind](row, first, end) if item.first == first)


def spot_of(paper: Paper, item: Candidate) -> Spot:
    """Where a value stands."""
    row, box = item.row, item.box
    beside, dx = _beside(row, item.first)
    above, dy = _above(paper, item)
    width, height = paper.sizes[row.page]
    return Spot(
        _side(row.page, paper),
        item.first == row.segments[row.segment_of(item.first)][0],
        beside,
        dx,
        above,
        dy,
        box.left / max(1, width),
        box.right / max(1, width),
        box.top / max(1, height),
    )


def spot_at(paper: Paper, page: int, box: Box) -> Spot | None:
    """Where the words under a box stand; None where there are none."""
    for row in paper.rows:
        if row.page != page or not row.box.top < (box.top + box.bottom) / 2 < row.box.bottom:
            continue
        under = [at for at, word in enumerate(row.words) if box.left <= word.box.middle[0] <= box.right]
        if under:
            return spot_of(paper, Candidate("", "", row, under[0], under[-1] + 1, 0.0))
    return None


def likeness(one: Spot, other: Spot) -> float:
    """How surely two places, of two documents of one supplier, are the same; 0 when they are not.

    Words tell a place wherever on the paper they stand; figures on the paper
    tell one only where neither document has words there.
    """
    page = 1.0 if "any" in (one.page, other.page) or one.page == other.page else OFF_PAGE
    nudge = NUDGE * max(0.0, 1.0 - _apart(one, other) / NEAR)
    if _alike(one.beside, other.beside) and _as_far(one.dx, other.dx):
        return page * (BESIDE - NUDGE + nudge)
    if one.opens != other.opens:
        return 0.0
    if _alike(one.above, other.above) and _as_far(one.dy, other.dy):
        return page * (ABOVE - NUDGE + nudge)
    wordless = not (one.beside or one.above or other.beside or other.above)
    return page * (PLACED + nudge) if wordless and nudge else 0.0


def _beside(row: Row, first: int) -> tuple[str, float]:
    """The words without figures before a place: of its own segment, or else at the end of the one before."""
    begin, _ = row.segments[row.segment_of(first)]
    found = _letters(row, begin, first)
    if not found and first == begin and begin:
        before, _ = row.segments[row.segment_of(begin - 1)]
        found = _letters(row, before, begin)
    label = "".join(key(row.words[at].text) for at in found)
    if len(label) < LEAST_LETTERS:
        return "", 0.0
    return label, (row.words[first].box.left - row.words[found[-1]].box.right) / row.height


def _letters(row: Row, begin: int, end: int) -> tuple[int, ...]:
    """The words before `end` back to the first with figures; a rate stands within a label."""
    kept: list[int] = []
    for at in reversed(range(begin, end)):
        text = row.words[at].text
        if _FIGURES.search(text) and "%" not in text:
            break
        if key(text) and not _FIGURES.search(text):
            kept.append(at)
    return tuple(reversed(kept[:MOST_WORDS]))


def _above(paper: Paper, item: Candidate) -> tuple[str, float]:
    """The nearest words without figures that stand over a value, in line with it."""
    row, box = item.row, item.box
    for upper in reversed(paper.rows[max(0, row.index - ROWS_ABOVE) : row.index]):
        if upper.page != row.page:
            break
        for begin, end in upper.segments:
            place = upper.span_box(begin, end)
            lined = min(abs(place.left - box.left), abs(place.right - box.right)) <= ALIGNED * row.height
            over = lined or place.left <= box.middle[0] <= place.right
            found = _letters(upper, begin, end)
            if over and len(found) == end - begin <= MOST_WORDS:
                label = "".join(key(word.text) for word in upper.words[begin:end])
                return label, (box.top - place.top) / row.height
    return "", 0.0


def _side(page: int, paper: Paper) -> PageSide:
    if len(paper.sizes) == 1:
        return "any"
    return "first" if page == min(paper.sizes) else "last" if page == max(paper.sizes) else "any"


def _alike(one: str, other: str) -> bool:
    """Whether two labels are the same but for a misread letter."""
    if not one or not other:
        return False
    fuzzy = min(len(one), len(other)) >= SHORTEST_FUZZY
    return one == other or (fuzzy and fuzz.ratio(one, other) >= 100 * LIKENESS)


def _as_far(one: float, other: float) -> bool:
    return abs(one - other) <= SHIFTED + FARTHER * max(one, other)


def _apart(one: Spot, other: Spot) -> float:
    """How far two values stand apart, by their nearer edges, in widths or heights of the paper."""
    across = min(abs(one.left - other.left), abs(one.right - other.right))
    return max(across, abs(one.top - other.top))
