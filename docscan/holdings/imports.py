"""Taking over a list of holdings: every row an item, all of them or none, and the list kept as it came.

What is of no item lies in `custody/<uuid>/list.json`, which the event of the
import names: how the table was written down, what stood above and below, and
the order of the items.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from docscan.archive import ledger, papers
from docscan.archive.event import Draft
from docscan.errors import ArchiveError, HoldingsError
from docscan.frozen import dataclass
from docscan.holdings import codes, columns, entities, exports, fuid, inventory, projection, sheets, tabular
from docscan.holdings.entities import MOST_TEXT, Box, Entity, Item, kind_of
from docscan.holdings.fuid import Parts
from docscan.holdings.inventory import Cells, Inventory
from docscan.holdings.register import Register
from docscan.holdings.tabular import Form, Record

REFERRED = {"parent": "item"}
CODES = {"date_from": "U010", "date_to": "U010", "folios": "U011", "code": "U015"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row.

    Attributes:
        line: Of the file, from 1.
        code: Of a sentence in `docscan/messages/exchange.toml`.
        column: The name of the column; may be empty.
        value: What stands there.
        meant: The codes that are registered, if two digits changed places in the value.
    """

    line: int
    code: str
    column: str = ""
    value: str = ""
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What is not in the list itself.

    Attributes:
        at: The UUID of the location or the box for whatever names no place of its own; may be empty.
        client: Whose it is; empty for the producing entity of the form.
        encoding: Of the file; empty to find it out.
        batch: The UUID of the batch with which it came; empty for none.
        again: It may have been imported before.
    """

    at: str = ""
    client: str = ""
    encoding: str = ""
    batch: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A list that was read and not entered yet.

    Attributes:
        inventory: The list.
        boxes: New ones, for the numbers of boxes that it has.
        items: Its rows, with ids and codes.
        faults: What is wrong; what has any is not entered.
        batch: The UUID of the batch with which it came; may be empty.
        foot: The first and the last line that were taken for who signed; empty where there are none.
    """

    inventory: Inventory
    boxes: tuple[Box, ...]
    items: tuple[Item, ...]
    faults: tuple[Fault, ...]
    batch: str = ""
    foot: tuple[int, ...] = ()


def prepare(register: Register, data: bytes, terms: Terms) -> Prepared:
    """Read a list of holdings, and find all that is wrong with it.

    Args:
        register: Open, on an archive that the caller holds.
        data: All of the file.
        terms: What it does not say itself.

    Raises:
        HoldingsError: It is no list: no text, without headings or rows, with a quotation that never ends,
            too long; or the same file was imported before.
    """
    language, digest = register.archive.config.language, ledger.sha256(data)
    twin = None if terms.again else exports.imported(register, digest)
    if twin is not None:
        raise HoldingsError("U064", language, list=twin.id, day=twin.at[:10])
    text, encoding = tabular.decoded(data, language, terms.encoding)
    try:
        parts, delimiter = fuid.taken_apart(text)
    except ValueError as problem:
        raise HoldingsError("U033", language, line=str(problem)) from None
    except LookupError:
        raise HoldingsError("U030", language) from None
    if len(parts.rows) > sheets.MOST_ROWS // 2:  # perhaps each with a box
        raise HoldingsError("U039", language, most=str(sheets.MOST_ROWS // 2))
    form = tabular.form_of(parts.rows, encoding, delimiter)
    terms = replace(terms, client=terms.client or parts.entity)
    prepared = _Reading(register, parts, form, terms, Cells(register)).prepared()
    if not prepared.items:
        raise HoldingsError("U024", language)
    prepared = replace(prepared, inventory=replace(prepared.inventory, sha256=digest))
    if not prepared.faults and inventory.written(register, prepared.inventory, prepared.items) != data:
        raise HoldingsError("U045", language)
    return prepared


def enter(register: Register, prepared: Prepared, *, now: datetime, agent: str) -> str:
    """Enter a list: its items, its boxes and the list itself, in one event.

    Args:
        register: Open, on an archive that the caller holds.
        prepared: Read under the same hold.
        now: When, with its time zone.
        agent: Who: a login name.

    Returns:
        The UUID of the list.

    Raises:
        HoldingsError: Something is wrong with a row; nothing is entered.
        LedgerError: The ledger cannot be continued.
    """
    if prepared.faults:
        count = len({fault.line for fault in prepared.faults})
        raise HoldingsError("U020", register.archive.config.language, count=str(count))
    entered: list[Entity] = [*prepared.boxes, *prepared.items]
    files = sheets.pages(register, entered, projection.REGISTER, untitled=True)
    identifier = str(uuid4())
    files[exports.path_of(identifier)] = prepared.inventory.data
    detail: dict[str, str | int] = {"act": projection.REGISTER, "rows": len(entered), "list": identifier}
    detail |= {"items": len(prepared.items), **sheets.highest(entered)}
    draft = Draft(
        projection.REGISTERED, detail=detail | ({"batch": prepared.batch} if prepared.batch else {})
    )
    papers.file(register.catalogue, draft, files, now=now, agent=agent)
    register.catch_up()
    return identifier


@dataclass(slots=True)
class _Reading:
    """A list on its way to items."""

    register: Register
    parts: Parts
    form: Form
    terms: Terms
    shown: Cells
    faults: list[Fault] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)
    places: dict[str, Entity | None] = field(default_factory=dict)

    def prepared(self) -> Prepared:
        heads = {record.text for record in self.parts.head}  # on every sheet of a long list
        read: list[Item | str] = []
        lines: dict[int, int] = {}
        for record in self.parts.rows:
            if record.is_blank or record.text in heads:
                read.append(record.text)
                continue
            lines[len(read)] = record.line
            read.append(self._item(record))
        self._check_codes({place: item for place, item in enumerate(read) if isinstance(item, Item)}, lines)
        items = [one for one in read if isinstance(one, Item)]
        numbered = sheets.numbered(self.register, items)
        left = iter(numbered)
        order = tuple(next(left).id if isinstance(one, Item) else one for one in read)
        head, foot = ("".join(one.text for one in some) for some in (self.parts.head, self.parts.foot))
        signed = [one for one in self.parts.foot if not one.is_blank]
        return Prepared(
            Inventory(self.form, head, self.parts.columns, order, foot),
            tuple(self.boxes.values()),
            tuple(one for one in numbered if isinstance(one, Item)),
            tuple(sorted(self.faults, key=lambda fault: fault.line)),
            self.terms.batch,
            tuple(signed[at].line for at in (0, -1)) if signed else (),
        )

    def _item(self, record: Record) -> Item:
        """The item of a row; what is wrong with it is noted."""
        names = self.parts.columns
        cells = [*record.cells, *[""] * (len(names) - len(record.cells))][: len(names)]
        columns_ = list(zip(self.parts.fields, names, cells, strict=True))
        told = {one: self._value(record, one, name, cell) for one, name, cell in columns_ if one}
        given: dict[str, Any] = {"id": "", "code": "", "title": "", "client": self.terms.client}
        item = Item(**self._placed(record, given | told, cells))
        extra = {
            name: cell
            for one, name, cell in columns_
            if self.shown.of(item, one, name) != cell or (one == "code" and not cell)
        }
        if tabular.written(cells, self.form) != record.text:
            extra |= inventory.kept(record.text)
        item = replace(item, extra=extra)
        self.faults += _faults(record, item, self.parts)
        return item

    def _value(self, record: Record, field_: str, name: str, cell: str) -> str | int:
        try:
            if field_ in columns.REFERENCES and cell.strip():
                return self._referred(field_, cell)
            if field_ == "record" and cell.strip():
                return self.register.catalogue.row(cell.strip()).id
            return columns.value(field_, cell)
        except (ValueError, ArchiveError):
            meant = tuple(code for code in map(str, codes.mended(cell)) if self._entity(code) is not None)
            self.faults.append(Fault(record.line, CODES.get(field_, "U015"), name, cell.strip(), meant))
            return 0 if field_ == "folios" else ""

    def _referred(self, field_: str, cell: str) -> str:
        """The UUID of the box, location or item that a cell names.

        Raises:
            ValueError: There is none.
        """
        found = self._entity(cell)
        if found is None or kind_of(found) != REFERRED.get(field_, field_):
            raise ValueError(cell)
        return found.id

    def _placed(self, record: Record, told: dict[str, Any], cells: Sequence[str]) -> dict[str, Any]:
        """What a row says, with a place: its own, a new box for the client's box number, or that of all."""
        if told.get("box") and told.get("location"):
            self.faults.append(Fault(record.line, "U019"))
        if told.get("box") or told.get("location"):
            return told
        at = self._entity(self.terms.at) if self.terms.at else None
        if at is None:
            self.faults.append(Fault(record.line, "U018"))
        if isinstance(at, Box):
            return told | {"box": at.id}
        column, said = self._number(cells)
        own = self._entity(said) if codes.parsed(said) else None
        if isinstance(own, Box):  # as the form has it that we write
            return told | {"box": own.id}
        if codes.parsed(said):
            self.faults.append(Fault(record.line, "U015", column, said))
        number = f"{column} {said}".strip()
        if not number or at is None:
            return told | {"location": self.terms.at}
        if number not in self.boxes:
            box = Box(str(uuid4()), "", client=self.terms.client, type=number, location=at.id)
            first = self.register.next_number("box")
            self.boxes[number] = replace(box, code=codes.code("box", first + len(self.boxes)))
        return told | {"box": self.boxes[number].id}

    def _number(self, cells: Sequence[str]) -> tuple[str, str]:
        """The column that has the client's own number of a box, and that number; empty for none."""
        named = zip(self.parts.columns, (cell.strip() for cell in cells), strict=True)
        found = ((name, cell) for name, cell in named if cell and columns.folded(name) in columns.CAJA)
        return next(found, ("", ""))

    def _entity(self, named: str) -> Entity | None:
        if named not in self.places:
            try:
                self.places[named] = self.register.entity(named)
            except ArchiveError:
                self.places[named] = None
        return self.places[named]

    def _check_codes(self, items: dict[int, Item], lines: dict[int, int]) -> None:
        """That no code is twice in the list, or is registered already."""
        seen: set[str] = set()
        for place, item in items.items():
            if item.code and (item.code in seen or self._entity(item.code) is not None):
                self.faults.append(Fault(lines[place], "U016", "", item.code))
            seen.add(item.code)


def _faults(record: Record, item: Item, parts: Parts) -> Iterator[Fault]:
    """What is wrong with an item that was read."""
    if len(record.cells) > len(parts.columns) and any(record.cells[len(parts.columns) :]):
        yield Fault(record.line, "U013", "", str(len(record.cells)))
    if not item.title.strip() and not item.code:  # one with a code was forgotten where it comes from
        yield Fault(record.line, "U012")
    if item.is_backwards:
        yield Fault(record.line, "U014", "", f"{item.date_from} – {item.date_to}")
    names = dict(zip(parts.fields, parts.columns, strict=True))
    for wrong in set(entities.faults(item)) - {"id", "code"}:  # which it gets later
        long = next((name for name, text in item.extra.items() if len(text) > MOST_TEXT), "")
        yield Fault(record.line, "U017", names.get(wrong, long), str(MOST_TEXT))
    for wrong in entities.obeyed(item):
        sign = entities.CONTROL.findall(getattr(item, wrong))[0]
        yield Fault(record.line, "U022", names.get(wrong, wrong), f"U+{ord(sign):04X}")
