"""Tables under a row of column headers, such as the lines of an invoice."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from docscan.extraction.candidates import Candidate, amounts
from docscan.extraction.labels import Hit, hits_in, lexicon
from docscan.extraction.rows import Row
from docscan.places import Box
from docscan.schema import Property, Schema

_OF_LINES = {"description", "quantity"}
LEAST_COLUMNS = 3  # headers in one row that make a table of it
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
    empty = 0
    for row in rows[head + 1 : head + 1 + MOST_ROWS]:
        if row.page != rows[head].page or row.index in ends or empty > MOST_EMPTY:
            return
        cells = _cells(row, columns)
        if any(column.type == "amount" and cells.get(column.name) for column in columns):
            empty = 0
            yield row, cells
        else:
            empty += 1


def _cells(row: Row, columns: Sequence[Column]) -> dict[str, str]:
    """Words by the column whose header they stand under; amounts only where amounts belong."""
    cells: dict[str, list[str]] = {}
    spent: set[int] = set()
    numeric = [column for column in columns if column.type in ("amount", "quantity")]
    for item in amounts(row, 0, len(row.words)):
        column = nearest(item.box, numeric, row.height)
        if column is None or column.name in cells or (column.type == "amount" and not _is_money(item)):
            continue
        cells[column.name] = [item.value if column.type == "amount" else item.raw]
        spent.update(range(item.first, item.last))
    for index, word in enumerate(row.words):
        others = [c for c in columns if c.type not in ("amount", "quantity")]
        if index not in spent and (column := nearest(word.box, others, 4 * row.height)):
            cells.setdefault(column.name, []).append(word.text)
    return {name: " ".join(parts) for name, parts in cells.items()}


def _is_money(item: Candidate) -> bool:
    return item.score >= 0.4


def nearest(box: Box, columns: Sequence[Column], slack: float) -> Column | None:
    """The column whose header overlaps, or comes within some pixels."""

    def gap(column: Column) -> float:
        return (
            max(column.box.left - box.right, box.left - column.box.right, 0)
            + abs(column.box.right - box.right) * 0.001
        )

    best = min(columns, key=gap, default=None)
    return best if best is not None and gap(best) <= 2 * slack else None


def rate(text: str) -> str:
    """`21,0 %` as `21`; empty when it is no rate."""
    match = _RATE.search(text.strip())
    if not match:
        return ""
    value = Decimal((match[1] or match[2]).replace(",", "."))
    return str(value.quantize(Decimal(1)) if value == value.to_integral_value() else value)
