"""Where the rows of an imported list go: into boxes that are here, new ones, or to the place that is named.

The codes of boxes in a list are all registered here, or none is: then it comes
from elsewhere, and each becomes a new box with that code, as its label has it.
Where some are and some are not, nobody can tell whose codes they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field
from uuid import uuid4

from docscan.archive.event import UUID
from docscan.errors import ArchiveError
from docscan.frozen import dataclass
from docscan.holdings import codes
from docscan.holdings.codes import Kind
from docscan.holdings.columns import CAJA, folded
from docscan.holdings.entities import Box, Entity, Item, Location
from docscan.holdings.register import Register


@dataclass(slots=True)
class Destinations:
    """What the rows of a list name, and where they go.

    Attributes:
        register: Open.
        columns: The names of the columns.
        fields: The field that each of them says; empty for none.
        client: Whose new boxes are.
        at: The location or the box for whatever names no place of its own; None for none.
        boxes: New ones, by code, or by the column and the client's number.
        items: The UUIDs that items with codes of their own are to have, by code.
        into: The codes of registered boxes into which rows go.
        lacking: The codes of boxes that are not registered, while others of the list are.
        elsewhere: The codes of locations of which none is registered here.
        unlinked: The records of which none is here.
    """

    register: Register
    columns: Sequence[str]
    fields: Sequence[str]
    client: str
    at: Entity | None
    boxes: dict[str, Box] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    into: dict[str, None] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()
    _known: dict[str, Entity | None] = field(default_factory=dict)

    def survey(self, rows: Iterable[Sequence[str]]) -> None:
        """See what all rows name, before the first goes anywhere.

        Args:
            rows: The cells of each, as many as there are columns.
        """
        boxes, locations, records = dict[str, str](), dict[str, None](), dict[str, None]()
        for cells in rows:
            column, said = self.box_of(cells)
            if code := _code(said, "box"):
                boxes.setdefault(code, column)
            if code := _code(self.said(cells, "location"), "location"):
                locations[code] = None
            if code := _code(self.said(cells, "code"), "item"):
                self.items.setdefault(code, str(uuid4()))
            if UUID.fullmatch(record := self.said(cells, "record")):
                records[record] = None
        missing = tuple(code for code in boxes if self.entity(code) is None)
        if len(missing) < len(boxes):
            self.lacking = missing
        elif isinstance(self.at, Location):
            self.boxes = {code: self._new(column, code) for code, column in boxes.items()}
        if isinstance(self.at, Location) and not any(map(self.entity, locations)):
            self.elsewhere = tuple(locations)
        if not any(map(self._is_record, records)):
            self.unlinked = tuple(records)

    def said(self, cells: Sequence[str], name: str) -> str:
        """What a row says of a field, without blanks around it; empty for nothing."""
        return cells[self.fields.index(name)].strip() if name in self.fields else ""

    def box_of(self, cells: Sequence[str]) -> tuple[str, str]:
        """The column that names the box of a row, and that name; empty for none."""
        if said := self.said(cells, "box"):
            return self.columns[self.fields.index("box")], said
        if isinstance(self.at, Box) or self.said(cells, "location"):
            return "", ""
        named = ((name, cell.strip()) for name, cell in zip(self.columns, cells, strict=True))
        return next(((name, cell) for name, cell in named if cell and folded(name) in CAJA), ("", ""))

    def box(self, said: str) -> str:
        """The UUID of the box that has a code, registered or new; empty for none."""
        code = _code(said, "box")
        new = self.boxes.get(code) if code else None
        found = new or self.entity(said)
        if new is None and isinstance(found, Box):
            self.into[found.code] = None
        return found.id if isinstance(found, Box) else ""

    def numbered(self, column: str, number: str) -> str:
        """The UUID of the new box for the client's number of it."""
        name = f"{column} {number}"
        if name not in self.boxes:
            self.boxes[name] = self._new(name)
        return self.boxes[name].id

    def location(self, said: str) -> str:
        """The UUID of a location, or of the one that takes the place of what is none here; empty for none."""
        if _code(said, "location") in self.elsewhere:
            return self.at.id if self.at is not None else ""
        found = self.entity(said)
        return found.id if isinstance(found, Location) else ""

    def item(self, said: str) -> str:
        """The UUID of an item, registered or of the list; empty for none."""
        found = self.entity(said)
        return found.id if isinstance(found, Item) else self.items.get(_code(said, "item"), "")

    def entity(self, named: str) -> Entity | None:
        """Whatever is registered by a code or a UUID; None for nothing."""
        if named not in self._known:
            try:
                self._known[named] = self.register.entity(named)
            except ArchiveError:
                self._known[named] = None
        return self._known[named]

    def _is_record(self, named: str) -> bool:
        try:
            self.register.catalogue.row(named)
        except ArchiveError:
            return False
        return True

    def _new(self, type_: str, code: str = "") -> Box:
        place = self.at.id if self.at is not None else ""
        named = type_ if not code or folded(type_) in CAJA else ""
        return Box(str(uuid4()), code, client=self.client, type=named, location=place)


def _code(said: str, kind: Kind) -> str:
    """A code of some kind as it stands on a label; empty for what is none."""
    found = codes.parsed(said)
    return str(found) if found is not None and found.kind == kind else ""
