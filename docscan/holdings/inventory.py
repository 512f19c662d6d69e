"""A list of holdings as it came in, and how it is written again.

What came in goes out letter by letter, for as long as nothing was changed. What
a field does not give back so, such as `s.f.` or `1-204`, an item keeps as
`extra`, under the name of the column; its whole line, where that was written
otherwise than the others, under names of nothing but spaces (`kept`). A cell
that still says what the register has keeps its spelling, and a line whose cells
are all as they were is written as it stood.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Any

from docscan.errors import ArchiveError
from docscan.frozen import dataclass
from docscan.holdings import columns, tabular
from docscan.holdings.columns import REFERENCES, fields_of
from docscan.holdings.entities import MOST_TEXT, Item
from docscan.holdings.register import Register
from docscan.holdings.tabular import Form

FORMAT = "docscan.list/1"
SPELT = ("folios", "date_from", "date_to", *REFERENCES)  # of which a list may have a spelling of its own


@dataclass(frozen=True, slots=True)
class Inventory:
    """A list as it came, but for what its items say.

    Attributes:
        form: How it is written down.
        head: What stands above the rows, with the headings.
        columns: The names of the columns.
        rows: The UUIDs of the items in order; of what is no item, the text.
        foot: What stands below.
        sha256: Of the file as it came, in hexadecimal; empty once a title of it was forgotten,
            which nobody is to guess until the digest fits.
    """

    form: Form
    head: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    foot: str
    sha256: str = ""

    @property
    def data(self) -> bytes:
        """As it is kept, and as `read` reads it."""
        told: dict[str, Any] = {"format": FORMAT, "head": self.head, "foot": self.foot}
        told |= {"columns": self.columns, "rows": self.rows, "sha256": self.sha256}
        told |= {name: getattr(self.form, name) for name in Form.__slots__}
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(data: bytes) -> Inventory:
    """A list from its bytes.

    Raises:
        ValueError: They are no such list.
        LookupError: They lack something.
        TypeError: Something is of another form.
    """
    told: dict[str, Any] = json.loads(data)
    if told["format"] != FORMAT:
        raise ValueError(told["format"])
    form = Form(*(str(told[name]) for name in Form.__slots__))
    return Inventory(
        form,
        str(told["head"]),
        tuple(map(str, told["columns"])),
        tuple(map(str, told["rows"])),
        str(told["foot"]),
        str(told.get("sha256", "")),
    )


def kept(line: str) -> dict[str, str]:
    """A line as an item keeps it: in parts as long as a text may be, under the names of no column."""
    parts = range(0, len(line), MOST_TEXT)
    return {" " * number: line[at : at + MOST_TEXT] for number, at in enumerate(parts)}


def is_kept(name: str) -> bool:
    """Whether it is a part of a line, and no column."""
    return not name.strip()


def written(register: Register, inventory: Inventory, items: Iterable[Item]) -> bytes:
    """A list as it came in, with what was changed since.

    Args:
        register: Open.
        inventory: As it was filed, or is about to be.
        items: Those of its rows, in any order.

    Raises:
        UnicodeEncodeError: It has a letter by now that its encoding lacks.
    """
    cells = Cells(register)
    fields = fields_of(inventory.columns)
    lines = {}
    for item in items:
        row = [cells.of(item, *pair) for pair in zip(fields, inventory.columns, strict=True)]
        lines[item.id] = _line(item, row, inventory.form)
    body = "".join(lines.get(row, row) for row in inventory.rows)
    return (inventory.head + body + inventory.foot).encode(inventory.form.encoding)


@dataclass(slots=True)
class Cells:
    """Writes fields as cells; each code is looked up once."""

    register: Register
    known: dict[str, str] = field(default_factory=dict)

    def of(self, item: Item, name: str, column: str | None) -> str:
        """What a column says of an item: as it came, where that still says the same.

        Args:
            item: The item.
            name: The field that the column says; empty for none.
            column: Its name; None for however it came.
        """
        came = None if column is None else item.extra.get(column)
        if not name:
            return came or ""
        now = getattr(item, name)
        if came is not None and (not came.strip() or self._says(name, came) == now):
            return came  # where a list leaves place or code open, the import says them
        return self._code(now) if name in REFERENCES and now else columns.shown(name, now)

    def further(self, item: Item, column: str) -> str:
        """A column beside the fields: as it came, or as the count, the day or the place it said is now."""
        came = item.extra.get(column, "")
        (name,) = fields_of([column])
        spelt = name in SPELT and came.strip() and self._says(name, came) is not None
        return self.of(item, name, column) if spelt else came

    def _says(self, name: str, cell: str) -> str | int | None:
        try:
            if name in REFERENCES and cell.strip():
                return self.register.entity(cell).id
            if name == "record" and cell.strip():
                return self.register.catalogue.row(cell.strip()).id
            return columns.value(name, cell)
        except (ValueError, ArchiveError):
            return None

    def _code(self, identifier: str) -> str:
        if identifier not in self.known:
            self.known[identifier] = str(getattr(self.register.entity(identifier), "code", ""))
        return self.known[identifier]


def _line(item: Item, cells: Sequence[str], form: Form) -> str:
    """The line of an item: as it stood, each cell that still says the same."""
    whole = "".join(item.extra[name] for name in sorted(filter(is_kept, item.extra)))
    return tabular.mended(whole, cells, form) if whole else tabular.written(cells, form)
