"""A list of holdings as it came in, and how it is written again.

What came in goes out letter by letter, for as long as nothing was changed. What
a field does not give back so, such as `s.f.` or `1-204`, an item keeps as
`extra`, under the name of the column; its whole line, where that was written
otherwise than the others, under names of nothing but spaces (`kept`). A cell
that still says what the register has keeps its spelling, as does one that names
a place or a scan unknown here while the item is where the import put it. A line
whose cells are all as they were is written as it stood.
"""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import field
from typing import Any

from docscan.errors import ArchiveError
from docscan.frozen import dataclass
from docscan.holdings import codes, columns, tabular
from docscan.holdings.columns import CAJA, REFERENCES, fields_of, folded
from docscan.holdings.entities import MOST_TEXT, Box, Item
from docscan.holdings.register import Register
from docscan.holdings.tabular import Form

FORMAT = "docscan.list/1"
OPEN = ("code", "box", "location")  # what the import says where a list leaves it open

MOVED = (
    "SELECT now.subject FROM placement AS now"
    " WHERE now.until IS NULL AND now.subject IN (SELECT value FROM json_each(?)) AND now.place <>"
    " (SELECT place FROM placement AS first WHERE first.subject = now.subject ORDER BY since LIMIT 1)"
)
"""Those of some items that are elsewhere than they were first."""


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


def client_box(item: Item) -> str:
    """What a list called the box in which an item came; empty for nothing."""
    said = (cell for name, cell in item.extra.items() if cell.strip() and folded(name) in CAJA)
    return next(said, "")


def written(
    register: Register, inventory: Inventory, items: Sequence[Item], boxes: Iterable[Box] = ()
) -> bytes:
    """A list as it came in, with what was changed since.

    Args:
        register: Open.
        inventory: As it was filed, or is about to be.
        items: Those of its rows, in any order.
        boxes: Those that are about to be registered with it.

    Raises:
        UnicodeEncodeError: It has a letter by now that its encoding lacks.
    """
    cells = Cells.of_items(register, items)
    cells.expect([*boxes, *items])
    fields = fields_of(inventory.columns)
    lines = {}
    for item in items:
        row = [cells.of(item, *pair) for pair in zip(fields, inventory.columns, strict=True)]
        lines[item.id] = _line(item, row, inventory.form)
    body = "".join(lines.get(row, row) for row in inventory.rows)
    return (inventory.head + body + inventory.foot).encode(inventory.form.encoding)


@dataclass(slots=True)
class Cells:
    """Writes fields as cells; each code is looked up once.

    Attributes:
        register: Open.
        moved: The UUIDs of the items that are not where they were first registered.
        names: By the UUID of a box, what lists call it of whose items some are still there.
        known: Codes by UUIDs.
        ids: The UUIDs of what is about to be registered, by codes.
    """

    register: Register
    moved: Set[str] = frozenset()
    names: Mapping[str, Set[str]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_items(cls, register: Register, items: Sequence[Item]) -> "Cells":
        """For some items, be they registered or about to be."""
        found = register.rows(MOVED, json.dumps([item.id for item in items]))
        moved = frozenset(str(subject) for (subject,) in found)
        names: dict[str, set[str]] = {}
        for item in items:
            said = client_box(item).strip()
            if item.box and said and item.id not in moved:
                names.setdefault(item.box, set()).add(said)
        return cls(register, moved, names)

    def expect(self, entered: Iterable[Box | Item]) -> None:
        """Know what is about to be registered, as far as it has a code."""
        for one in entered:
            if one.id and one.code:
                self.known[one.id], self.ids[one.code] = one.code, one.id

    def of(self, item: Item, name: str, column: str | None) -> str:
        """What a column says of an item: as it came, where that still says the same.

        Args:
            item: The item.
            name: The field that the column says; empty for none.
            column: Its name; None for however it came.
        """
        came = None if column is None else item.extra.get(column)
        if not name:
            moved = column is not None and item.id in self.moved and folded(column) in CAJA
            return self.box(item, self.names.get(item.box, ())) if moved else came or ""
        now = getattr(item, name)
        if came is not None and self._holds(item, name, came):
            return came
        return self.code(now) if name in REFERENCES and now else columns.shown(name, now)

    def box(self, item: Item, names: Iterable[str]) -> str:
        """The box of an item: by the one name that it has, or by its code; empty for none."""
        (name, *others) = names or ("",)
        return name if name and not others else self.code(item.box) if item.box else ""

    def code(self, identifier: str) -> str:
        """The code of something; empty for what is not registered."""
        if identifier not in self.known:
            self.known[identifier] = str(getattr(self.register.known(identifier), "code", ""))
        return self.known[identifier]

    def _holds(self, item: Item, name: str, came: str) -> bool:
        """Whether what came still says the same as the register."""
        now, stays = getattr(item, name), item.id not in self.moved
        if not came.strip() and name in OPEN:
            return name == "code" or stays  # where a list leaves them open, the import says them
        said = self._says(name, came)
        if said is None:  # a place or a scan of another archive
            return stays if name == "location" else name == "record" and not now
        return bool(said == now)

    def _says(self, name: str, cell: str) -> str | int | None:
        try:
            if name in REFERENCES and cell.strip():
                return self.ids.get(str(codes.parsed(cell))) or self.register.entity(cell).id
            if name == "record" and cell.strip():
                return self.register.catalogue.row(cell.strip()).id
            return columns.value(name, cell)
        except (ValueError, ArchiveError):
            return None


def _line(item: Item, cells: Sequence[str], form: Form) -> str:
    """The line of an item: as it stood, each cell that still says the same."""
    whole = "".join(item.extra[name] for name in sorted(filter(is_kept, item.extra)))
    return tabular.mended(whole, cells, form) if whole else tabular.written(cells, form)
