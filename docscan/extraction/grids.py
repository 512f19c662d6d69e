"""Tables of a form: the cells under a row of headers, each a field of its own (`expenses.2.amount`)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from docscan.extraction import written
from docscan.extraction.answers import Place
from docscan.extraction.labels import Hit, hits_in, lexicon
from docscan.extraction.rows import Row
from docscan.frozen import dataclass
from docscan.model import Field
from docscan.places import Box, around
from docscan.schema import Property, Schema

FEWEST = 2  # headers at one height that make a table of it
APART = 2.0  # millimetres between the frames of one row and the next, at most
TALLEST = 4.0  # line heights between two rows of a table without frames
FAR = 1 << 30  # pixels: further than any page reaches


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, from its left edge to its right, and where its header stands."""

    prop: Property
    header: Box
    left: int
    right: int


def cells(
    schema: Schema, rows: Sequence[Row], places: Sequence[Place], stops: Sequence[Hit], order: str
) -> dict[str, Field]:
    """The cells of every table of a form, by `table.row.column`.

    Args:
        schema: Of the form; rows are counted from 1, and empty ones left out.
        rows: Of the whole document.
        places: Its frames tell a ruled table's cells.
        stops: Labels of other fields: a table without frames ends before them.
        order: How `03/04/2026` is meant: `dmy` or `mdy`.
    """
    found: dict[str, Field] = {}
    for prop in schema.properties:
        page, columns = _head(prop, rows) if prop.type == "table" else (0, [])
        if not columns:
            continue
        own = [row for row in rows if row.page == page]
        frames = [place for place in places if place.page == page and place.kind == "frame"]
        framed = _framed(columns, frames)
        lines = _ruled(framed, own, frames) if framed else _unruled(columns, own, stops)
        number = 0
        for line in lines:
            fields = {
                f"{prop.name}.{number + 1}.{column.prop.name}": field
                for column in framed or columns
                if (field := _cell(column, line, order)) is not None
            }
            number += bool(fields)
            found |= fields
    return found


def _head(prop: Property, rows: Sequence[Row]) -> tuple[int, list[Column]]:
    """The page of a table, and its columns by the headers that stand at one height."""
    hits = hits_in(rows, lexicon(Schema(name="", title="", kind="", properties=prop.columns)))
    levels = [[other for other in hits if _level(hit, other)] for hit in hits]
    best = max(levels, key=lambda level: len({_name(hit) for hit in level}), default=[])
    headers = {_name(hit): hit for hit in best}
    if len(headers) < FEWEST:
        return 0, []
    named = {column.name: column for column in prop.columns}
    boxes = sorted((_box(hit), name) for name, hit in headers.items())
    edges = [0, *((one.right + other.left) // 2 for (one, _), (other, _) in pairwise(boxes)), FAR]
    return best[0].row.page, [
        Column(named[name], box, left, right)
        for (box, name), (left, right) in zip(boxes, pairwise(edges), strict=True)
    ]


def _level(one: Hit, other: Hit) -> bool:
    apart = abs(_box(one).middle[1] - _box(other).middle[1])
    return one.row.page == other.row.page and apart <= one.row.height


def _name(hit: Hit) -> str:
    return hit.meanings[0].name


def _box(hit: Hit) -> Box:
    return hit.row.span_box(hit.first, hit.last)


def _framed(columns: Sequence[Column], frames: Sequence[Place]) -> list[Column]:
    """The columns between the sides of the frames their headers stand in; none unless all do."""
    held = []
    for column in columns:
        x, y = column.header.middle
        around_it = (f.box for f in frames if f.box.left <= x < f.box.right and f.box.top <= y < f.box.bottom)
        frame = min(around_it, key=lambda box: box.width * box.height, default=None)
        if frame is None:
            return []
        held.append(replace(column, header=frame, left=frame.left, right=frame.right))
    return held if len({column.header for column in held}) == len(held) else []


def _ruled(columns: Sequence[Column], rows: Sequence[Row], frames: Sequence[Place]) -> Iterator[list[Row]]:
    """What stands in each row of frames below the header's, down to the last that joins on."""
    first = columns[0]
    below = [f for f in frames if abs(f.box.left - first.left) <= APART * f.millimetre]
    bottom = max(column.header.bottom for column in columns)
    for frame in sorted(below, key=lambda place: place.box.top):
        if frame.box.bottom <= bottom + APART * frame.millimetre:
            continue
        if frame.box.top - bottom > APART * frame.millimetre or not _as_wide(frame.box, first):
            return
        bottom = frame.box.bottom
        yield [part for row in rows if (part := _between(row, frame.box.top, bottom)).words]


def _as_wide(box: Box, column: Column) -> bool:
    return abs(box.right - column.right) <= 0.1 * box.width


def _between(row: Row, top: int, bottom: int) -> Row:
    return replace(row, words=tuple(word for word in row.words if top <= word.box.middle[1] < bottom))


def _unruled(columns: Sequence[Column], rows: Sequence[Row], stops: Sequence[Hit]) -> Iterator[list[Row]]:
    """The rows below the headers, down to a label of another field or a wide gap."""
    bottom = max(column.header.bottom for column in columns)
    ends = {hit.row.index for hit in stops}
    for row in rows:
        if row.box.top < bottom - row.height / 2:
            continue
        if row.box.top - bottom > TALLEST * row.height or row.index in ends:
            return
        bottom = row.box.bottom
        yield [row]


def _cell(column: Column, line: Sequence[Row], order: str) -> Field | None:
    """What stands in a column of a row, read as the column wants it."""
    parts = [
        replace(row, words=tuple(w for w in row.words if column.left <= w.box.middle[0] < column.right))
        for row in line
    ]
    parts = [row for row in parts if row.words]
    if not parts:
        return None
    box = around([word.box for row in parts for word in row.words])
    place = Place(parts[0].page, box, "frame", tuple(parts), 1.0)
    found = written.read(place, column.prop.type, order)
    return written.as_field(found, place) if found else None
