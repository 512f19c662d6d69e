"""Label and value pairs that no schema names: by colons, by boxes to tick, by the places that forms have."""

from collections.abc import Container, Iterator, Mapping, Sequence

from docscan.extraction import answers, ticking
from docscan.extraction.answers import Caption, Place
from docscan.extraction.candidates import Sheet, texts
from docscan.extraction.rows import Row
from docscan.extraction.ticking import TickBox
from docscan.extraction.values import money, read_amount, read_date
from docscan.model import Entry, Field, Page, Word
from docscan.places import Box, around

LONGEST_LABEL = 60  # characters
FROM_COLON, FROM_PLACE, FROM_BOX = 0.8, 0.75, 0.85  # certainty of a pair by what shows it
CENTRAL, TIGHT = (
    (0.3, 0.7),
    2.2,
)  # where words stand alone in a frame, by its height; line heights of a low frame
SIGNED = 5.0  # millimetres of height of a signature, at least
SCRAWLED = 0.5  # mean confidence of what is read of a signature, at most
TABLE = 3  # frames at one height that make a row of a table


def entries(pages: Sequence[Page], sheet: Sheet, fields: Mapping[str, Field]) -> tuple[Entry, ...]:
    """Every label with its value, unless a field holds that; top to bottom.

    Args:
        pages: As read.
        sheet: Their rows.
        fields: Of the schema, if one describes the document.
    """
    held = [(field.page, field.box) for field in fields.values()]
    spots = answers.places(pages, sheet.rows)
    boxes = ticking.boxes(pages, sheet)
    found = [*_ticked(boxes), *_in_grids(spots), *_placed(pages, spots, sheet, boxes)]
    placed = tuple(found)
    found.extend(
        entry
        for row in sheet.rows
        for entry in _pairs(row)
        if not any(one.page == entry.page and _overlap(one.box, entry.box) for one in placed)
    )
    free = (e for e in found if not any(page == e.page and _overlap(box, e.box) for page, box in held))
    return tuple(sorted(free, key=lambda entry: (entry.page, entry.box.top, entry.box.left)))


def _overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share more than half of the smaller one."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(0, width) * max(0, height) > smaller / 2


def _ticked(boxes: Sequence[TickBox]) -> Iterator[Entry]:
    """Boxes to tick with their labels."""
    for box in boxes:
        label = box.label.strip(" :.")
        if 0 < len(label) <= LONGEST_LABEL:
            sure = FROM_BOX * box.mark.confidence
            yield Entry(label, box.mark.ticked, "", box.page, box.mark.box, sure)


def _in_grids(spots: Sequence[Place]) -> Iterator[Entry]:
    """What stands in two joined frames, each alone on its line: a label, and its value to the right."""
    for left in (spot for spot in spots if _lone(spot) and not _of_table(spot, spots)):
        right = [one for one in spots if answers.right_of(one, left)]
        if right and _lone(right[0]) and not any(answers.right_of(left, one) for one in spots):
            yield from _entry(left.words, right[0])


def _lone(spot: Place) -> bool:
    """Whether one line of words stands in the middle of a frame, or fills its height."""
    if spot.kind != "frame" or len(spot.rows) != 1:
        return False
    depth = (spot.rows[0].box.middle[1] - spot.box.top) / spot.box.height
    return CENTRAL[0] <= depth <= CENTRAL[1] or spot.box.height < TIGHT * spot.rows[0].height


def _placed(
    pages: Sequence[Page], spots: Sequence[Place], sheet: Sheet, boxes: Sequence[TickBox]
) -> Iterator[Entry]:
    """What is written in frames, on rules and in combs, with the label each has."""
    simple = [spot for spot in spots if not _of_table(spot, spots) and not _of_grid(spot, spots)]
    captions = list(_captions(simple, spots, sheet, boxes))
    strokes = {page.number: page.strokes for page in pages}
    for key, (place, _) in answers.assigned(captions, simple).items():
        rest = place.without(captions[key].words)
        scribbled = (box for box in strokes[place.page] if box.height >= SIGNED * place.millimetre)
        if not (_scrawled(rest) and any(_overlap(box, place.box) for box in scribbled)):
            yield from _entry(captions[key].words, rest)


def _scrawled(place: Place) -> bool:
    """Whether what stands in a place is hardly letters, as what engines make of a signature."""
    return sum(word.confidence for word in place.words) < SCRAWLED * len(place.words)


def _entry(label: Sequence[Word], place: Place) -> Iterator[Entry]:
    words = [word for word in place.words if any(map(str.isalnum, word.text))]
    said = " ".join(word.text for word in label).strip(" :.")
    if not words or not 0 < len(said) <= LONGEST_LABEL:
        return
    raw = ("" if place.kind == "comb" else " ").join(word.text for word in words)
    sure = FROM_PLACE * min(word.confidence for word in words)
    box = around([word.box for word in words])
    yield Entry(said, normal(raw.strip(" :;,|_.-")), raw, place.page, box, sure)


def _of_grid(spot: Place, spots: Sequence[Place]) -> bool:
    """Whether a frame is the label's or the value's of a pair of joined frames."""
    beside = [one for one in spots if answers.right_of(one, spot) or answers.right_of(spot, one)]
    return _lone(spot) and any(_lone(one) for one in beside)


def _of_table(spot: Place, spots: Sequence[Place]) -> bool:
    """Whether a frame is a cell of a table: three or more of one height, and others above or below them."""
    if spot.kind != "frame":
        return False
    near = 2.0 * spot.millimetre
    level = [one for one in spots if one.page == spot.page and _alike(one.box, spot.box, near)]
    stacked = any(
        one.page == spot.page
        and abs(one.box.left - spot.box.left) <= near
        and abs(one.box.right - spot.box.right) <= near
        and min(abs(one.box.top - spot.box.bottom), abs(one.box.bottom - spot.box.top)) <= near
        for one in spots
    )
    return len(level) >= TABLE and stacked


def _alike(one: Box, other: Box, near: float) -> bool:
    return abs(one.top - other.top) <= near and abs(one.bottom - other.bottom) <= near


def _captions(
    simple: Sequence[Place], spots: Sequence[Place], sheet: Sheet, boxes: Sequence[TickBox]
) -> Iterator[Caption]:
    """What may be a label: the runs of words outside the places, and the first line within a frame."""
    key, ticked = 0, {word for box in boxes for word in box.words}
    placed = {(spot.page, word) for spot in spots for word in spot.words}
    for row in sheet.rows:
        for words in _runs(row, placed):
            if ticked.intersection(words):
                continue
            yield Caption(key, row.page, words)
            key += 1
    for spot in simple:
        if spot.kind == "frame" and len(spot.rows) > 1:
            first = spot.rows[0]
            yield Caption(key, spot.page, first.words)
            key += 1


def _runs(row: Row, placed: Container[tuple[int, Word]]) -> Iterator[tuple[Word, ...]]:
    """The segments of a row, without what stands in a place."""
    for first, last in row.segments:
        words = [word for word in row.words[first:last] if (row.page, word) not in placed]
        lettered = any(sum(map(str.isalpha, word.text)) > 1 for word in words)
        if words and lettered:
            yield tuple(words)


def _pairs(row: Row) -> Iterator[Entry]:
    """Labels that end in a colon, with what stands beside them."""
    ends = [
        index + 1 for index, word in enumerate(row.words) if word.text.endswith(":") and len(word.text) > 1
    ]
    for position, at in enumerate(ends):
        begin, _ = row.segments[row.segment_of(at - 1)]
        begin = max([begin, *(end for end in ends[:position] if end <= at - 1)])
        stop = ends[position + 1] - 1 if position + 1 < len(ends) else len(row.words)
        label = " ".join(word.text for word in row.words[begin:at]).strip(" :")
        if not label or len(label) > LONGEST_LABEL or at >= stop:
            continue
        for value in texts(row, at, stop):
            sure = FROM_COLON * value.legibility
            yield Entry(label, normal(value.value), value.raw, row.page, value.box, sure)


def normal(text: str) -> str:
    """A date as ISO 8601, an amount with its currency as a decimal; anything else as it stands."""
    if len(text) <= 30 and (found := read_date(text)) and found.confidence >= 0.9 and text[:1].isalnum():
        rest = sum(sign.isalnum() for sign in text)
        if rest <= 20:
            return found.value
    amount = read_amount(text)
    return money(amount.value) if amount and amount.decimals == 2 else text
