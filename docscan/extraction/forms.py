"""Forms: boxes to tick, and label and value pairs that no schema names."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from docscan.extraction.candidates import Sheet, texts
from docscan.extraction.labels import Hit
from docscan.extraction.rows import Row
from docscan.extraction.values import money, read_amount, read_date
from docscan.model import Entry, Field, Mark, Page
from docscan.places import Box
from docscan.schema import Schema

TICKED = {"☒", "☑", "✓", "✔", "[x]", "[X]", "(x)", "(X)"}
EMPTY = {"☐", "□", "[]", "[_]", "()"}
FARTHEST_MARK = 6.0  # line heights between a box to tick and its label
LONGEST_LABEL = 60  # characters


def ticks(pages: Sequence[Page], sheet: Sheet, schema: Schema) -> dict[str, Field]:
    """The fields of type `tick`: the mark nearest to each label."""
    marks = {page.number: (*page.marks, *_written(sheet, page.number)) for page in pages}
    names = [prop.name for prop in schema.properties if prop.type == "tick"]
    offers = [
        (far, name, hit, mark)
        for name, hit in itertools.product(names, sheet.hits)
        if hit.weight_of(name)
        for mark in marks.get(hit.row.page, ())
        if (far := _far(hit, mark.box)) <= FARTHEST_MARK
    ]
    found: dict[str, Field] = {}
    taken: set[Box] = set()
    for far, name, hit, mark in sorted(offers, key=lambda offer: (offer[0], offer[1])):
        if name not in found and mark.box not in taken:
            taken.add(mark.box)
            found[name] = _tick(hit, mark, far)
    return found


def _tick(hit: Hit, mark: Mark, far: float) -> Field:
    return Field(
        value=mark.ticked,
        raw=" ".join(word.text for word in hit.row.words[hit.first : hit.last]),
        confidence=max(0.0, min(1.0, mark.confidence * hit.likeness * (1.0 - 0.05 * far))),
        status="read",
        origin="ocr" if hit.row.origin_ocr else "textlayer",
        page=hit.row.page,
        box=mark.box,
    )


def _far(hit: Hit, mark: Box) -> float:
    """Line heights between a label and a mark in its row, left preferred; a large number elsewhere."""
    label, height = hit.row.span_box(hit.first, hit.last), hit.row.height
    if abs(label.middle[1] - mark.middle[1]) > height:
        return 1e9
    if mark.middle[0] <= label.middle[0]:
        return max(0.0, (label.left - mark.right) / height)
    return 0.5 + max(0.0, (mark.left - label.right) / height)


def _written(sheet: Sheet, page: int) -> Iterator[Mark]:
    """Boxes drawn with letters, such as `[x]`."""
    for row in sheet.rows:
        for word in row.words if row.page == page else ():
            if word.text in TICKED or word.text in EMPTY:
                yield Mark(word.box, word.text in TICKED, word.confidence)


def entries(sheet: Sheet, fields: Mapping[str, Field]) -> tuple[Entry, ...]:
    """Every label that ends in a colon with what stands beside it, unless a field holds that."""
    held = {(field.page, field.box) for field in fields.values()}
    found = [entry for row in sheet.rows for entry in _pairs(row)]
    return tuple(entry for entry in found if (entry.page, entry.box) not in held)


def _pairs(row: Row) -> Iterator[Entry]:
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
            yield Entry(label, normal(value.value), value.raw, row.page, value.box, 0.8 * value.legibility)


def normal(text: str) -> str:
    """A date as ISO 8601, an amount with its currency as a decimal; anything else as it stands."""
    if len(text) <= 30 and (found := read_date(text)) and found.confidence >= 0.9 and text[:1].isalnum():
        rest = sum(sign.isalnum() for sign in text)
        if rest <= 20:
            return found.value
    amount = read_amount(text)
    return money(amount.value) if amount and amount.decimals == 2 else text
