"""Tables under a row of column headers, such as the lines of an invoice."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from docscan.extraction.candidates import Candidate, amounts
from docscan.extraction.labels import Hit, hits_in, lexicon
from docscan.extraction.rows import Row
from docscan.frozen import dataclass
from docscan.places import Box
from docscan.schema import Property, Schema

NUMERIC = ("amount", "quantity")  # the types of columns that hold numbers
FARTHEST = 6.0  # line heights between a number and the header of its column, where none stands over it
_OF_LINES = {"description", "quantity"}
LEAST_COLUMNS = 3  # headers in one row that make a table of it
MONEY = 0.4  # the least certainty of an amount: money, not a number of things
MOST_ROWS = 400
MOST_EMPTY = 6  # rows of description between two amounts
_RATE = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?) ?%|^(\d{1,2}(?:[.,]\d{1,2})?)$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it holds and where its header stands."""

    name: str
    type: str
    box: Box


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a table, left to right, and from where to where a description may run."""

    columns: tuple[Column, ...]
    room: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the row of its headers, and each row under it with its text by column."""

    head: Row
    body: tuple[tuple[Row, dict[str, str]], ...]


def tables(rows: tuple[Row, ...], prop: Property) -> Iterator[Table]:
    """Every table of a kind.

    Args:
        rows: Of the whole document.
        prop: A property of type `table`, with the labels of its columns.
    """
    found = columns_by_row(rows, prop)
    for index, columns in found.items():
        if any(column.type == "amount" for column in columns):
            yield Table(rows[index], tuple(_body(rows, index, columns, frozenset(found))))


def heads(rows: tuple[Row, ...], prop: Property) -> frozenset[int]:
    """The numbers of the rows that head a table of lines."""
    found = columns_by_row(rows, prop)
    return frozenset(
        index for index, columns in found.items() if _OF_LINES & {column.name for column in columns}
    )


@lru_cache(maxsize=2)  # of a document its lines and its tax breakdown, each asked for three times
def columns_by_row(rows: tuple[Row, ...], prop: Property) -> Mapping[int, Sequence[Column]]:
    """The columns of each row that heads a table of a kind, by the number of the row."""
    words = lexicon(Schema(name="", title="", kind="", properties=prop.columns))
    types = {column.name: column.type for column in prop.columns}
    by_row: dict[int, list[Hit]] = {}
    for hit in hits_in(rows, words):
        by_row.setdefault(hit.row.index, []).append(hit)
    found = {index: _columns(hits, types) for index, hits in by_row.items()}
    return {index: columns for index, columns in found.items() if len(columns) >= LEAST_COLUMNS}


def _columns(hits: Sequence[Hit], types: Mapping[str, str]) -> list[Column]:
    """Each header's likeliest column; none twice."""
    found: dict[str, Column] = {}
    for hit in hits:
        for meaning in hit.meanings:
            if meaning.name not in found:
                box = hit.row.span_box(hit.first, hit.last)
                found[meaning.name] = Column(meaning.name, types[meaning.name], box)
                break
    return sorted(found.values(), key=lambda column: column.box.left)


def _body(
    rows: Sequence[Row], head: int, columns: Sequence[Column], ends: frozenset[int]
) -> Iterator[tuple[Row, dict[str, str]]]:
    """Rows with an amount under an amount's header, down to the next header or sum."""
    grid, empty = grid_of(rows[head], columns), 0
    for row in rows[head + 1 : head + 1 + MOST_ROWS]:
        if row.page != rows[head].page or row.index in ends or empty > MOST_EMPTY:
            return
        cells = _cells(row, grid)
        if any(column.type == "amount" and cells.get(column.name) for column in columns):
            empty = 0
            yield row, cells
        else:
            empty += 1


def _cells(row: Row, grid: Grid) -> dict[str, str]:
    """Words by the column they stand in; amounts only where amounts belong."""
    cells: dict[str, list[str]] = {}
    spent: set[int] = set()
    for item, column in _amounts_by_column(row, grid):
        if column is None or column.name in cells or column.type not in NUMERIC:
            continue
        if column.type == "amount" and item.score < MONEY:
            continue
        cells[column.name] = [item.value if column.type == "amount" else item.raw]
        spent.update(range(item.first, item.last))
    for index, word in enumerate(row.words):
        found = None if index in spent else column_of(word.box, grid, row.height, number=False)
        if found is not None and found.name and found.type not in NUMERIC:
            cells.setdefault(found.name, []).append(word.text)
    return {name: " ".join(parts) for name, parts in cells.items()}


def _amounts_by_column(row: Row, grid: Grid) -> list[tuple[Candidate, Column | None]]:
    """Each amount with its column: by their places, or in their order where these leave it open.

    There has to be one for each column, and none right under the header of another.
    """
    items = list(amounts(row, 0, len(row.words)))
    numeric = [column for column in grid.columns if not column.name or column.type in NUMERIC]
    placed = [(item, column_of(item.box, grid, row.height, number=True)) for item in items]
    if len(items) != len(numeric) or any(
        column is not own
        and column is not None
        and column.box.left < item.box.right
        and item.box.left < column.box.right
        for (item, column), own in zip(placed, numeric, strict=True)
    ):
        return placed
    return list(zip(items, numeric, strict=True))


def grid_of(head: Row, columns: Sequence[Column]) -> Grid:
    """The columns, those of no known name among them, and the room of a description between two others."""
    boxes = (head.span_box(*segment) for segment in head.segments)
    unknown = [
        Column("", "text", box)
        for box in boxes
        if not any(box.left < known.box.right and known.box.left < box.right for known in columns)
    ]
    every = sorted([*columns, *unknown], key=lambda column: column.box.left)
    at = next((index for index, column in enumerate(every) if column.name == "description"), None)
    if at is None:
        return Grid(tuple(every), (0, 0))
    left = every[at - 1].box.right if at else 0
    right = every[at + 1].box.left if at + 1 < len(every) else every[at].box.right
    return Grid(tuple(every), (left, right))


def column_of(box: Box, grid: Grid, height: float, *, number: bool) -> Column | None:
    """The column whose header stands over a place; beside all of them, the nearest that holds such a thing.

    Args:
        box: Of a number or a word.
        grid: The columns.
        height: Of a line, in pixels.
        number: It is a number.
    """
    over = [column for column in grid.columns if box.left < column.box.right and column.box.left < box.right]
    if over:
        fitting = [column for column in over if _holds(column, number=number)] or over
        return min(fitting, key=lambda column: abs(column.box.right - box.right))
    if grid.room[0] <= box.middle[0] < grid.room[1]:
        return next(column for column in grid.columns if column.name == "description")
    before = [column for column in grid.columns if column.box.right <= box.left][-1:]
    after = [column for column in grid.columns if column.box.left >= box.right][:1]
    near = [
        (max(box.left - column.box.right, column.box.left - box.right), at, column)
        for at, column in enumerate([*before, *after])
        if _holds(column, number=number)
    ]
    return min(near)[2] if near and min(near)[0] <= FARTHEST * height else None


def _holds(column: Column, *, number: bool) -> bool:
    """Whether a column may hold numbers, or words; a rate is printed with its sign or without."""
    return not column.name or column.type == "rate" or (column.type in NUMERIC) == number


def rate(text: str) -> str:
    """`21,0 %` as `21`; empty when it is no rate."""
    match = _RATE.search(text.strip())
    if not match:
        return ""
    value = Decimal((match[1] or match[2]).replace(",", "."))
    return str(value.quantize(Decimal(1)) if value == value.to_integral_value() else value)
