"""Forms: the fields a schema describes by the places they are written in, whatever the form looks like."""

from collections.abc import Iterable, Mapping, Sequence

from docscan.extraction import answers, grids, solve, ticking, written
from docscan.extraction.answers import Caption, Place
from docscan.extraction.candidates import Sheet
from docscan.extraction.labels import Hit
from docscan.model import Field, Page
from docscan.places import Box, around
from docscan.schema import Property, Schema

APART = ("tick", "choice", "table")  # types whose values stand in no place of their own
SIGNED, UNSIGNED, UNSEEN = (
    0.95,
    0.85,
    0.6,
)  # certainty that somebody signed; that nobody did, with and without a place
REACH = (3.0, 7.0, 3.0)  # millimetres aside, above and below its place that a signature may reach
HELD = 0.3  # of a stroke's area lies in the room for a signature
ROOM = (75.0, 18.0)  # millimetres right of a label, and above it, where it is signed without a line
ROWS_ABOVE = 3  # rows over a label in which its value may stand


def fields(pages: Sequence[Page], sheet: Sheet, schema: Schema) -> dict[str, Field | None]:
    """The fields of a form that its places, boxes and strokes tell; None for one whose place is empty.

    Args:
        pages: As read.
        sheet: Their rows with the labels found in them.
        schema: Of the form.
    """
    spots = answers.places(pages, sheet.rows)
    props = [prop for prop in schema.properties if prop.type not in APART]
    held = _held(sheet, props, spots)
    order = solve.date_order(sheet)
    found: dict[str, Field | None] = {}
    for prop in props:
        if prop.type == "signature":
            found |= _signature(pages, sheet, prop, held.get(prop.name))
        elif prop.name in held:
            found[prop.name] = _written(*held[prop.name], prop, order)
        elif prop.place == "above":
            found |= _above(sheet, prop, order)
    labelled = ticking.boxes(pages, sheet)
    found |= ticking.ticks(labelled, sheet, schema) | ticking.choices(labelled, sheet, schema)
    stops = [hit for hit in sheet.hits if any(m.role == "field" for m in hit.meanings)]
    return found | grids.cells(schema, sheet.rows, spots, stops, order)


def names_of(prop: Property, fields: Iterable[str]) -> list[str]:
    """The names under which a field is said: its own, or those of a table's cells (`expenses.2.amount`)."""
    return [name for name in fields if name == prop.name or name.startswith(f"{prop.name}.")]


def _held(sheet: Sheet, props: Sequence[Property], spots: Sequence[Place]) -> Mapping[str, tuple[Place, Hit]]:
    """The place of each field that has one, without its label, and that label."""
    offers = [(hit, prop) for prop in props for hit in sheet.hits if hit.weight_of(prop.name)]
    captions = [
        Caption(
            key,
            hit.row.page,
            hit.row.words[hit.first : hit.last],
            hit.weight_of(prop.name) * hit.likeness,
            prop.place,
        )
        for key, (hit, prop) in enumerate(offers)
    ]
    pairs = answers.assigned(captions, spots)
    labels = [word for key in pairs for word in captions[key].words]
    found: dict[str, tuple[Place, Hit]] = {}
    for key in sorted(pairs, key=lambda key: -captions[key].weight):
        hit, prop = offers[key]
        found.setdefault(prop.name, (pairs[key][0].without(labels), hit))
    return found


def _written(place: Place, hit: Hit, prop: Property, order: str) -> Field | None:
    reading = written.read(place, prop.type, order)
    return written.as_field(reading, place, hit.likeness) if reading else None


def _signature(
    pages: Sequence[Page], sheet: Sheet, prop: Property, held: tuple[Place, Hit] | None
) -> dict[str, Field | None]:
    """Whether there is ink in the place by a label; nothing where a text layer hides what was drawn."""
    hit = held[1] if held else next((hit for hit in sheet.hits if hit.weight_of(prop.name)), None)
    page = next((page for page in pages if hit is not None and page.number == hit.row.page), None)
    if hit is None or page is None or page.state == "textlayer":
        return {}
    label = hit.row.span_box(hit.first, hit.last)
    room = _room(label, held[0] if held else None, prop.place, page)
    strokes = [box for box in page.strokes if _share(box, room) >= HELD]
    words = held[0].words if held else ()
    signed = bool(strokes) or any(any(map(str.isalnum, word.text)) for word in words)
    sure = SIGNED if signed else UNSIGNED if held else UNSEEN
    return {
        prop.name: Field(
            value=signed,
            raw=" ".join(word.text for word in words),
            confidence=sure * hit.likeness,
            status="read",
            origin="ocr",
            page=page.number,
            box=around(strokes) if strokes else room,
        )
    }


def _room(label: Box, place: Place | None, way: str, page: Page) -> Box:
    """Where on the page a signature would be."""
    unit = page.dpi / 25.4
    if place is not None:
        aside, above, below = (round(reach * unit) for reach in REACH)
        box = place.box
        above = above if place.kind == "rule" else 0
        return Box(box.left - aside, max(0, box.top - above), box.right + aside, box.bottom + below)
    right, up = round(ROOM[0] * unit), round(ROOM[1] * unit)
    if way == "below":
        return Box(label.left, label.bottom, label.left + right, label.bottom + up)
    top = max(0, label.top - up)
    return Box(label.left, top, label.right + right, label.top if way == "above" else label.bottom + up // 4)


def _share(box: Box, room: Box) -> float:
    width = min(box.right, room.right) - max(box.left, room.left)
    height = min(box.bottom, room.bottom) - max(box.top, room.top)
    return max(0, width) * max(0, height) / max(1, box.width * box.height)


def _above(sheet: Sheet, prop: Property, order: str) -> dict[str, Field | None]:
    """A value that stands over its label, where no line shows its place."""
    for hit in (hit for hit in sheet.hits if hit.weight_of(prop.name)):
        label = hit.row.span_box(hit.first, hit.last)
        for row in reversed(sheet.rows[max(0, hit.row.index - ROWS_ABOVE) : hit.row.index]):
            for first, last in row.segments if row.page == hit.row.page else ():
                box = row.span_box(first, last)
                if box.left - row.height <= label.left < box.right:
                    part = answers.part(row, first, last)
                    return {prop.name: _written(part, hit, prop, order)}
    return {}
