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
from docscan.holdings.destinations import Destinations
from docscan.holdings.entities import MOST_TEXT, Box, Entity, Item, Location
from docscan.holdings.fuid import Parts
from docscan.holdings.inventory import Cells, Inventory
from docscan.holdings.register import Register
from docscan.holdings.tabular import Form, Record

MOST_NAMED = 20  # boxes of either kind in a refusal
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
        boxes: New ones, for the codes and the numbers of boxes that it has.
        items: Its rows, with ids and codes.
        faults: What is wrong; what has any is not entered.
        batch: The UUID of the batch with which it came; may be empty.
        foot: The first and the last line that were taken for who signed; empty where there are none.
        into: The codes of registered boxes into which rows go.
        lacking: The codes of boxes that are not registered, while others of the list are.
        elsewhere: The codes of its locations, of which none is registered here.
        unlinked: The records that it names, of which none is here.
    """

    inventory: Inventory
    boxes: tuple[Box, ...]
    items: tuple[Item, ...]
    faults: tuple[Fault, ...]
    batch: str = ""
    foot: tuple[int, ...] = ()
    into: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()


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
    prepared = _Reading(register, parts, form, terms).prepared()
    if not prepared.items:
        raise HoldingsError("U024", language)
    prepared = replace(prepared, inventory=replace(prepared.inventory, sha256=digest))
    written = (prepared.inventory, prepared.items, prepared.boxes)
    if not prepared.faults and inventory.written(register, *written) != data:
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
    language = register.archive.config.language
    if prepared.lacking:
        known, lacking = ", ".join(prepared.into[:MOST_NAMED]), ", ".join(prepared.lacking[:MOST_NAMED])
        raise HoldingsError("U094", language, known=known, lacking=lacking)
    if prepared.faults:
        count = len({fault.line for fault in prepared.faults})
        raise HoldingsError("U020", language, count=str(count))
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
    faults: list[Fault] = field(default_factory=list)
    shown: Cells = field(init=False)
    places: Destinations = field(init=False)

    def __post_init__(self) -> None:
        at = self.register.known(self.terms.at) if self.terms.at else None
        named = (self.parts.columns, self.parts.fields)
        self.places = Destinations(self.register, *named, self.terms.client, at)
        self.shown = Cells(self.register)

    def prepared(self) -> Prepared:
        heads = {record.text for record in self.parts.head}  # on every sheet of a long list
        rows = [one for one in self.parts.rows if not one.is_blank and one.text not in heads]
        self.places.survey(map(self._cells, rows))
        self.shown.expect(self.places.boxes.values())
        lines = {one.line for one in rows}
        self.shown.ids |= self.places.items
        self.shown.known |= {identifier: code for code, identifier in self.places.items.items()}
        read = [self._item(one) if one.line in lines else one.text for one in self.parts.rows]
        at = {place: record.line for place, record in enumerate(self.parts.rows)}
        self._check_codes({place: item for place, item in enumerate(read) if isinstance(item, Item)}, at)
        items = [one for one in read if isinstance(one, Item)]
        numbered = sheets.numbered(self.register, [*self.places.boxes.values(), *items])
        entered = tuple(one for one in numbered if isinstance(one, Item))
        left = iter(entered)
        order = tuple(next(left).id if isinstance(one, Item) else one for one in read)
        head, foot = ("".join(one.text for one in some) for some in (self.parts.head, self.parts.foot))
        signed = [one for one in self.parts.foot if not one.is_blank]
        return Prepared(
            Inventory(self.form, head, self.parts.columns, order, foot),
            tuple(one for one in numbered if isinstance(one, Box)),
            entered,
            tuple(sorted(self.faults, key=lambda fault: fault.line)),
            self.terms.batch,
            tuple(signed[at].line for at in (0, -1)) if signed else (),
            into=tuple(sorted(self.places.into)),
            lacking=self.places.lacking,
            elsewhere=self.places.elsewhere,
            unlinked=self.places.unlinked,
        )

    def _cells(self, record: Record) -> list[str]:
        """The cells of a row, as many as there are columns."""
        count = len(self.parts.columns)
        return [*record.cells, *[""] * (count - len(record.cells))][:count]

    def _item(self, record: Record) -> Item:
        """The item of a row; what is wrong with it is noted."""
        cells = self._cells(record)
        columns_ = list(zip(self.parts.fields, self.parts.columns, cells, strict=True))
        told = {one: self._value(record, one, name, cell) for one, name, cell in columns_ if one}
        identifier = self.places.items.get(str(told.get("code", "")), "")
        given: dict[str, Any] = {"id": identifier, "code": "", "title": "", "client": self.terms.client}
        item = Item(**self._placed(record, given | told, cells))
        extra = {
            name: cell
            for one, name, cell in columns_
            if self.shown.of(item, one, name) != cell or (one in inventory.OPEN and not cell)
        }
        if tabular.written(cells, self.form) != record.text:
            extra |= inventory.kept(record.text)
        item = replace(item, extra=extra)
        self.faults += _faults(record, item, self.parts)
        for said in (item.code, self.places.box_of(cells)[1]):
            code = codes.parsed(said)
            if code and code.number > codes.MOST_BROUGHT and self.places.entity(said) is None:
                self.faults.append(Fault(record.line, "U026", "", said))
        return item

    def _value(self, record: Record, field_: str, name: str, cell: str) -> str | int:
        try:
            if field_ in columns.REFERENCES and cell.strip():
                return self._referred(field_, cell)
            if field_ == "record" and cell.strip() and cell.strip() not in self.places.unlinked:
                return self.register.catalogue.row(cell.strip()).id
            return "" if field_ == "record" else columns.value(field_, cell)
        except (ValueError, ArchiveError):
            self._fault(record, CODES.get(field_, "U015"), name, cell.strip())
            return 0 if field_ == "folios" else ""

    def _fault(self, record: Record, code: str, name: str, said: str) -> None:
        """Note what is wrong with a cell."""
        named = codes.parsed(said)
        here = isinstance(self.places.at, Location)
        if code == "U015" and named and named.kind == "box" and not (self.places.lacking or here):
            code = "U023"  # at a location, it would be a new one
        self.faults.append(Fault(record.line, code, name, said, self._meant(said)))

    def _meant(self, said: str) -> tuple[str, ...]:
        """The codes that are registered, if two digits changed places in one."""
        return tuple(one for one in map(str, codes.mended(said)) if self.places.entity(one) is not None)

    def _referred(self, field_: str, cell: str) -> str:
        """The UUID of the box, location or item that a cell names.

        Raises:
            ValueError: There is none.
        """
        found = {"box": self.places.box, "location": self.places.location}.get(field_, self.places.item)(cell)
        if not found:
            raise ValueError(cell)
        return found

    def _placed(self, record: Record, told: dict[str, Any], cells: Sequence[str]) -> dict[str, Any]:
        """What a row says, with a place: its own, a new box for what the client calls it, or that of all."""
        if told.get("box") and told.get("location"):
            self.faults.append(Fault(record.line, "U019"))
        if any(self.places.said(cells, name) for name in ("box", "location")):
            return told  # what is wrong with them is noted
        at = self.places.at
        if isinstance(at, Box):
            return told | {"box": at.id}
        column, said = self.places.box_of(cells)
        if codes.parsed(said) or self._meant(said):
            box = self.places.box(said)
            if not box:
                self._fault(record, "U015", column, said)
            return told | {"box": box}
        if at is None:
            self.faults.append(Fault(record.line, "U018"))
        elif said:
            box = self.places.numbered(column, said)
            self.shown.known.setdefault(box, said)  # until it has a code
            return told | {"box": box}
        return told | {"location": self.terms.at}

    def _check_codes(self, items: dict[int, Item], lines: dict[int, int]) -> None:
        """That no code is twice in the list, or is registered already."""
        seen: set[str] = set()
        for place, item in items.items():
            if item.code and (item.code in seen or self.places.entity(item.code) is not None):
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
