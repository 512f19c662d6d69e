"""Boxes to tick: which words stand by which box, and which of several is ticked."""

from collections.abc import Iterator, Mapping, Sequence

from docscan.extraction.candidates import Sheet
from docscan.extraction.labels import Hit
from docscan.extraction.rows import WIDE_GAP, Row
from docscan.frozen import dataclass
from docscan.model import Field, Mark, Page, Word
from docscan.places import around
from docscan.schema import Property, Schema

TICKED = {"☒", "☑", "✓", "✔", "[x]", "[X]", "(x)", "(X)"}
EMPTY = {"☐", "□", "[]", "[_]", "()"}
SAME_HEIGHT = 0.9  # of a line's height, between the middles of a box and its label
FARTHEST = 6.0  # line heights between a box to tick and its label
ALONE = 40.0  # line heights that a box without words at a side is taken to be from them
BY_ELIMINATION = 0.75  # likeness of an option's label that was misread, told by the labels of all others
AMBIGUOUS = 0.4  # times: the confidence of a choice when several boxes are ticked
NEVER = 1e9
LOWEST_OPTION = 8  # rows below its question in which an option may stand


@dataclass(frozen=True, slots=True)
class TickBox:
    """A box to tick with its label.

    Attributes:
        page: The page's number.
        mark: The box.
        words: Its label, left to right.
        row: The label's row.
    """

    page: int
    mark: Mark
    words: tuple[Word, ...]
    row: Row

    @property
    def label(self) -> str:
        """Its label as printed."""
        return " ".join(word.text for word in self.words)


def boxes(pages: Sequence[Page], sheet: Sheet) -> tuple[TickBox, ...]:
    """Every box to tick that has a label left or right of it, top to bottom."""
    found: list[TickBox] = []
    for page in pages:
        rows = [row for row in sheet.rows if row.page == page.number]
        marks = [*page.marks, *_written(rows)]
        for level in _levels(marks):
            found += _labelled(level, rows)
    return tuple(found)


def ticks(labelled: Sequence[TickBox], sheet: Sheet, schema: Schema) -> dict[str, Field]:
    """The fields of type `tick`."""
    found: dict[str, Field] = {}
    taken: set[int] = set()
    names = [prop.name for prop in schema.properties if prop.type == "tick"]
    for hit in sorted(sheet.hits, key=lambda hit: -hit.likeness):
        box = _box_of(hit, labelled)
        for name in names if box is not None and id(box) not in taken else ():
            if box is not None and name not in found and hit.weight_of(name):
                taken.add(id(box))
                found[name] = _field(box, box.mark.ticked, hit.likeness)
    return found


def choices(labelled: Sequence[TickBox], sheet: Sheet, schema: Schema) -> dict[str, Field]:
    """The fields of type `choice`: the option whose box is ticked; none when none is."""
    found: dict[str, Field] = {}
    asked = {prop.name: _question(prop, sheet) for prop in schema.properties if prop.type == "choice"}
    for prop in (prop for prop in schema.properties if prop.type == "choice"):
        options = _options(prop, labelled, sheet, asked)
        ticked = [(name, *option) for name, option in options.items() if option[0].mark.ticked]
        if ticked:
            name, box, likeness = max(ticked, key=lambda one: one[1].mark.confidence)
            found[prop.name] = _field(box, name, likeness * (1.0 if len(ticked) == 1 else AMBIGUOUS))
    return found


def _question(prop: Property, sheet: Sheet) -> Hit | None:
    """The label of a choice."""
    hits = (hit for hit in sheet.hits if hit.weight_of(prop.name))
    return max(hits, key=lambda hit: hit.weight_of(prop.name) * hit.likeness, default=None)


def _options(
    prop: Property, labelled: Sequence[TickBox], sheet: Sheet, asked: Mapping[str, Hit | None]
) -> Mapping[str, tuple[TickBox, float]]:
    """The box of each option behind the question, and behind no nearer one, with its label's likeness."""
    found: dict[str, tuple[TickBox, float]] = {}
    others = [hit for name, hit in asked.items() if name != prop.name and hit is not None]
    for option in prop.options:
        offers = [
            (far, box, hit.likeness)
            for hit in sheet.hits
            if any(m.role == "option" and m.name == f"{prop.name}.{option.name}" for m in hit.meanings)
            and (far := _after(asked[prop.name], hit)) <= LOWEST_OPTION
            and not any(_after(other, hit) < far for other in others)
            and (box := _box_of(hit, labelled)) is not None
        ]
        if offers:
            _, box, likeness = min(offers, key=lambda offer: offer[0])
            found[option.name] = box, likeness
    return found | _left_over(prop, labelled, sheet, found)


def _left_over(
    prop: Property, labelled: Sequence[TickBox], sheet: Sheet, found: Mapping[str, tuple[TickBox, float]]
) -> dict[str, tuple[TickBox, float]]:
    """The one option that was not found, when one box with unknown words stands beside the others'."""
    missing = [option.name for option in prop.options if option.name not in found]
    if len(missing) != 1 or not found:
        return {}
    known = [hit.row.words[hit.first : hit.last] for hit in sheet.hits]
    beside = [box for box, _ in found.values()]
    free = [
        box
        for box in labelled
        if any(_level(box, other) for other in beside)
        and not any(word in box.words for words in known for word in words)
    ]
    return {missing[0]: (free[0], BY_ELIMINATION)} if len(free) == 1 else {}


def _level(one: TickBox, other: TickBox) -> bool:
    return one.page == other.page and abs(one.mark.box.middle[1] - other.mark.box.middle[1]) <= one.row.height


def _after(question: Hit | None, hit: Hit) -> float:
    """How many rows an option stands behind a question, a part of one in its row; many before it."""
    if question is None:
        return 0.0
    asked, option = (
        question.row.span_box(question.first, question.last),
        hit.row.span_box(hit.first, hit.last),
    )
    if hit.row.page != question.row.page:
        return NEVER
    if abs(option.middle[1] - asked.middle[1]) <= question.row.height:
        return (option.left - asked.right) / 1e5 if option.left >= asked.right else NEVER
    return float(max(1, hit.row.index - question.row.index)) if option.top > asked.top else NEVER


def _field(box: TickBox, value: str | bool, likeness: float) -> Field:
    return Field(
        value=value,
        raw=box.label,
        confidence=max(0.0, min(1.0, box.mark.confidence * likeness)),
        status="read",
        origin="ocr" if box.row.origin_ocr else "textlayer",
        page=box.page,
        box=box.mark.box,
    )


def _box_of(hit: Hit, labelled: Sequence[TickBox]) -> TickBox | None:
    """The box whose label a hit is."""
    words = hit.row.words[hit.first : hit.last]
    return next(
        (box for box in labelled if box.page == hit.row.page and any(w in box.words for w in words)), None
    )


def _written(rows: Sequence[Row]) -> Iterator[Mark]:
    """Boxes drawn with letters, such as `[x]`."""
    for row in rows:
        for word in row.words:
            if word.text in TICKED or word.text in EMPTY:
                yield Mark(word.box, word.text in TICKED, word.confidence)


def _levels(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Boxes that stand at one height, each from left to right."""
    levels: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda mark: mark.box.middle[1]):
        if levels and mark.box.middle[1] - levels[-1][0].box.middle[1] <= mark.box.height / 2:
            levels[-1].append(mark)
        else:
            levels.append([mark])
    return [sorted(level, key=lambda mark: mark.box.left) for level in levels]


def _labelled(level: Sequence[Mark], rows: Sequence[Row]) -> list[TickBox]:
    """The boxes of one height with their labels: all left of them or all right, whichever stand nearer."""
    middle = around([mark.box for mark in level]).middle[1]
    near = [
        (row, word)
        for row in rows
        for word in row.words
        if abs(word.box.middle[1] - middle) <= SAME_HEIGHT * row.height
        and word.text not in TICKED | EMPTY
        and any(map(str.isalnum, word.text))
    ]
    near.sort(key=lambda pair: pair[1].box.left)
    sides = [[_beside(mark, level, near, right=right) for mark in level] for right in (True, False)]
    best = min(sides, key=lambda side: sum(min(gap, ALONE) for gap, _ in side))
    return [
        TickBox(words[0][0].page, mark, tuple(word for _, word in words), words[0][0])
        for mark, (gap, words) in zip(level, best, strict=True)
        if gap <= FARTHEST
    ]


def _beside(
    mark: Mark, level: Sequence[Mark], near: Sequence[tuple[Row, Word]], *, right: bool
) -> tuple[float, list[tuple[Row, Word]]]:
    """How many heights off the words at one side of a box begin, and they, up to a wide gap or a box."""
    edges = [other.box.left if right else other.box.right for other in level if other is not mark]
    if right:
        end = min((edge for edge in edges if edge >= mark.box.right), default=1 << 30)
        reached = [
            pair for pair in near if mark.box.middle[0] < pair[1].box.left and pair[1].box.right <= end + 5
        ]
    else:
        end = max((edge for edge in edges if edge <= mark.box.left), default=-1)
        reached = [
            pair for pair in near if pair[1].box.right < mark.box.middle[0] and pair[1].box.left >= end - 5
        ]
        reached.reverse()
    words: list[tuple[Row, Word]] = []
    at, first = (mark.box.right if right else mark.box.left), ALONE
    for row, word in reached:
        gap = (word.box.left - at if right else at - word.box.right) / row.height
        if words and gap > WIDE_GAP:
            break
        first = first if words else max(0.0, gap)
        words.append((row, word))
        at = word.box.right if right else word.box.left
    return (first, words if right else words[::-1]) if words else (ALONE, [])
