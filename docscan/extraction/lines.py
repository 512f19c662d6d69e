"""The lines of an invoice: what was sold, how much of it, and for how much.

A line may be printed in several rows, and its table may go on over pages, with
or without its head, after a sum carried forward.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal

from docscan.extraction.candidates import Candidate, Sheet, amounts
from docscan.extraction.rows import Row
from docscan.extraction.tables import NUMERIC, Column, Grid, column_of, columns_by_row, grid_of, rate
from docscan.extraction.values import money
from docscan.frozen import dataclass
from docscan.model import InvoiceLine
from docscan.places import around
from docscan.schema import Property

MOST_ROWS = 2000  # under one head, over all its pages
MOST_EMPTY = 12  # rows without a figure between two lines, or at the head of a page
MONEY = 0.4  # the least certainty of an amount: money, not a number of things
MOSTLY = 0.6  # of a table's lines that have a quantity or a price: then all of them have

_THOUSANDTHS = re.compile(r"\d{1,3}[.,]\d{3}")  # of a kilogram or an hour, or thousands
# A sum carried from one page to the next is no line, and ends no table.
_CARRIED = re.compile(
    r"(?:übertrag|suma y sigue|suma anterior|(?:do|z) przeniesienia|"
    r"(?:amount |total |balance )?(?:carried|brought) (?:forward|over))(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Item:
    """A line as far as it was read: its text by column, and the row over it, which may describe it."""

    cells: Mapping[str, str] = field(default_factory=dict)
    over: str = ""

    @property
    def described(self) -> str:
        """Its description, or what stands over it, or in a column of no known name."""
        other = self.cells.get("", "")
        return self.cells.get("description") or self.over or (other if any(map(str.isalpha, other)) else "")

    @property
    def counted(self) -> bool:
        """It has a quantity or a price."""
        return bool(self.cells.get("quantity") or self.cells.get("unit_price"))


def invoice_lines(rows: tuple[Row, ...], prop: Property, ends: frozenset[int]) -> tuple[InvoiceLine, ...]:
    """The lines of an invoice: what has an amount and a description under the head of a table.

    Args:
        rows: Of the whole document.
        prop: The table `lines` of a schema, with the labels of its columns.
        ends: The numbers of rows that hold sums, or the head of another table.
    """
    heads = {index: found for index, found in columns_by_row(rows, prop).items() if _heads_lines(found)}
    stops = ends | heads.keys()
    found: list[InvoiceLine] = []
    for index, columns in heads.items():
        items = _whole(list(_items(rows, index, grid_of(rows[index], columns), stops)))
        # a head printed again on the next page goes on counting; that of another table begins anew
        found += [
            _line(item, {str(number), str(len(found) + number)}) for number, item in enumerate(items, 1)
        ]
    return tuple(found)


def bridged(sheet: Sheet, lines: Sequence[InvoiceLine], net: Decimal | None) -> bool:
    """Whether what parts the lines from the net amount is printed: a discount on the whole, or carriage.

    Args:
        sheet: The document.
        lines: Of the invoice.
        net: The amount that they should make.
    """
    made = sum((Decimal(line.amount) for line in lines if line.amount), Decimal(0))
    if net is None or not lines or made == net:
        return False
    alone: dict[int, list[Decimal]] = {}
    for item in sheet.amounts:
        if item.score >= MONEY:
            alone.setdefault(item.row.index, []).append(abs(item.amount or Decimal(0)))
    return any(found == [abs(net - made)] for found in alone.values())


def _heads_lines(columns: Sequence[Column]) -> bool:
    return {"description", "amount"} <= {column.name for column in columns}


def _items(rows: Sequence[Row], head: int, grid: Grid, stops: frozenset[int]) -> Iterator[_Item]:
    """Rows gathered to lines, down to a sum or the head of another table."""
    held, over, empty = _Item(), "", 0
    page, placed = rows[head].page, grid
    for row in rows[head + 1 : head + 1 + MOST_ROWS]:
        if row.index in stops or empty > MOST_EMPTY:
            break
        if row.page != page:
            page, placed, over, empty = row.page, _moved(rows, rows[head], grid, row.page), "", 0
        cells = {} if _CARRIED.match(row.text) else _cells(row, placed)
        figures = [column.name for column in grid.columns if column.type in NUMERIC and column.name in cells]
        if not figures:
            over, empty = cells.get("description", ""), empty + 1
            continue
        if "amount" in held.cells or any(name in held.cells for name in figures):
            yield held
            held = _Item()
        held = _Item({**cells, **held.cells}, held.over or over)
        over, empty = "", 0
    yield held


def _moved(rows: Sequence[Row], head: Row, grid: Grid, page: int) -> Grid:
    """The columns on another page: as they are, or as its print is larger or further aside.

    Of the ways in which a page may lie, the one that puts most figures under a header is taken.
    """
    here = [row for row in rows if row.page == page]
    first = around([row.box for row in rows if row.page == head.page])
    other = around([row.box for row in here])
    ways = [
        grid,
        _scaled(grid, 0, 0, here[0].height / head.height),
        _scaled(grid, first.left, other.left, other.width / max(1, first.width)),
    ]
    return max(ways, key=lambda way: sum(_fitting(row, way) for row in here))


def _scaled(grid: Grid, origin: int, target: int, ratio: float) -> Grid:
    def moved(side: int) -> int:
        return round(target + ratio * (side - origin))

    columns = (
        replace(column, box=column.box._replace(left=moved(column.box.left), right=moved(column.box.right)))
        for column in grid.columns
    )
    return Grid(tuple(columns), (moved(grid.room[0]), moved(grid.room[1])))


def _fitting(row: Row, grid: Grid) -> int:
    """How many figures of a row stand right under the header of a number."""
    numeric = [column.box for column in grid.columns if column.type in NUMERIC]
    figures = [item.box for item in amounts(row, 0, len(row.words))]
    return sum(any(at.left < box.right and box.left < at.right for box in numeric) for at in figures)


def _cells(row: Row, grid: Grid) -> dict[str, str]:
    """Words by the column they stand in; figures only where figures belong."""
    cells: dict[str, list[str]] = {}
    spent: set[int] = set()
    for item in amounts(row, 0, len(row.words)):
        column = column_of(item.box, grid, row.height, number=True)
        if column is None or column.type not in NUMERIC or column.name in cells:
            continue
        if column.name != "amount" or item.score >= MONEY:
            cells[column.name] = [_figure(column, item)]
            spent.update(range(item.first, item.last))
    for index, word in enumerate(row.words):
        found = None if index in spent else column_of(word.box, grid, row.height, number=False)
        if found is not None and found.type not in NUMERIC:
            cells.setdefault(found.name, []).append(word.text)
        elif found is not None and found.name == "quantity" and word.text[:1].isalpha():
            cells.setdefault("unit", []).append(word.text)
    return {name: " ".join(parts) for name, parts in cells.items()}


def _figure(column: Column, item: Candidate) -> str:
    """A number as lines have it: money with two places, prices and quantities with as many as printed."""
    value = item.amount
    if value is None:
        return item.raw
    whole = money(value)
    if column.name == "quantity" and _THOUSANDTHS.fullmatch(item.raw):
        return item.raw
    exact = column.name != "quantity" and Decimal(whole) == value
    return whole if column.name == "amount" or exact else f"{value.normalize():f}"


def _whole(items: Sequence[_Item]) -> list[_Item]:
    """Lines with an amount and a description; with a quantity or price, where most have one."""
    found = [
        replace(item, cells={**item.cells, "description": said})
        for item in items
        if item.cells.get("amount") and (said := item.described)
    ]
    counted = [item for item in found if item.counted]
    return counted if len(counted) >= MOSTLY * len(found) else found


def _line(item: _Item, numbers: set[str]) -> InvoiceLine:
    """A line; its number in the table is no part of its description."""
    known = InvoiceLine.__slots__
    cells = {name: text for name, text in item.cells.items() if name in known}
    first, _, rest = cells["description"].partition(" ")
    if rest and first.rstrip(".") in numbers:
        cells["description"] = rest
    if _THOUSANDTHS.fullmatch(cells.get("quantity", "")):
        cells["quantity"] = _quantity(cells)
    if "tax_rate" in cells:
        cells["tax_rate"] = rate(cells["tax_rate"])
    return InvoiceLine(**cells)


def _quantity(cells: Mapping[str, str]) -> str:
    """A quantity such as `2,500`: two and a half, or thousands where these make the amount of the price."""
    thousands = re.sub("[.,]", "", cells["quantity"])
    parts = f"{Decimal(thousands) / 1000:f}"
    price, amount = Decimal(cells.get("unit_price", "0")), Decimal(cells["amount"])
    off = [abs(Decimal(quantity) * price - amount) for quantity in (parts, thousands)]
    return thousands if off[1] < off[0] else f"{Decimal(parts).normalize():f}"
