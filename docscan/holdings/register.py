"""The register: `holdings.db`, kept up with the ledger, and the questions that are asked of it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, cast

from sqlite_utils import Database

from docscan.archive import ledger
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.event import UUID, Draft, Event
from docscan.archive.layout import Archive
from docscan.archive.tables import guarded, immediate
from docscan.errors import HoldingsError, LedgerError, NotFoundError
from docscan.frozen import dataclass
from docscan.holdings import codes, filed, projection, stored, tables
from docscan.holdings.codes import Code
from docscan.holdings.entities import KINDS, TYPES, Entity, Item, Kind, Person, PlaceKind, is_text
from docscan.holdings.filed import Sheets
from docscan.messages import sentence, way_out

SHEETS = "holdings"  # the folder that they lie in
A_NUMBER = 12  # of what a code looks like
Of = TypeVar("Of", bound=Entity)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box or an item belongs.

    Attributes:
        kind: `location` or `box`.
        id: Its UUID.
        code: On its label.
        since: ISO 8601, UTC.
    """

    kind: PlaceKind
    id: str
    code: str
    since: str


@dataclass(frozen=True, slots=True)
class OpenLoan:
    """An item's part in a loan that is not closed.

    Attributes:
        loan: The loan's UUID.
        number: The loan's number, such as `2026/000123`.
        item: The item's UUID.
        person: Who asked for it: a UUID.
        state: How far it is, such as `requested` or `on loan`.
        out_at: When it was handed over: ISO 8601, UTC; empty while it was not.
        due: The day it is due back: ISO 8601; empty while it is not out.
    """

    loan: str
    number: str
    item: str
    person: str
    state: str
    out_at: str
    due: str


@dataclass(frozen=True, slots=True)
class Register:
    """The register of an archive's paper; close it, or use it in a `with`.

    Attributes:
        catalogue: Of the archive, open; it stays open.
        db: The projection.
    """

    catalogue: Catalogue
    db: Database

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.db.conn.close()

    @property
    def archive(self) -> Archive:
        """Whose paper it is."""
        return self.catalogue.archive

    def catch_up(self) -> None:
        """Take in every event that is in the ledger and not here.

        Raises:
            ArchiveError: A projection cannot be used.
            LedgerError: The ledger cannot be read.
        """
        self.catalogue.catch_up()
        with guarded(tables.path_of(self.archive)):
            newest = self.catalogue.db.execute("SELECT seq, tail FROM applied").fetchone()
            if newest is None or newest == self._applied():
                return
            with immediate(self.db):
                self._project(newest)

    def write(self, drafts: Sequence[Draft], *, now: datetime, agent: str) -> list[Event]:
        """Write what happened to the ledger as one step, and take it in.

        Args:
            drafts: What happened, in order; the caller holds the archive.
            now: When, with its time zone.
            agent: Who: a login name.

        Raises:
            LedgerError: The ledger cannot be continued.
        """
        written = ledger.append_all(self.archive, drafts, now=now, agent=agent)
        for happened in written:
            self.catalogue.apply(happened)
        self.catch_up()
        return written

    def entity(self, named: str, kind: Kind = "item") -> Entity:
        """Whatever has a code or an id; a site also by its name.

        Args:
            named: As typed or scanned.
            kind: What is looked for, as the hint has it.

        Raises:
            NotFoundError: Nothing has; the hint names the code that was perhaps meant.
        """
        code = codes.parsed(named)
        if code is not None:
            found = self._coded(code)
        elif UUID.fullmatch(named.strip().lower()):
            found = self.known(named.strip().lower())
        else:
            found = self._one("site", "name = ?", named.strip()) if is_text(named) else None
        if found is None:
            raise self._unknown(named, kind)
        return found

    def one(self, type_: type[Of], named: str) -> Of:
        """The site, location, box, item or person that is called so.

        Raises:
            NotFoundError: None is; something else may be.
        """
        wanted = named.strip().lower()
        (kind,) = (kind for kind, one in TYPES.items() if one is type_)
        found = self.known(wanted, [kind]) if UUID.fullmatch(wanted) else self.entity(named, kind)
        if not isinstance(found, type_):
            raise self._unknown(named, kind, other=found is not None)
        return found

    def item(self, named: str) -> Item:
        """The item that has a code or an id.

        Raises:
            NotFoundError: None has.
        """
        return self.one(Item, named)

    def person(self, named: str) -> Person:
        """The person that has a code or an id.

        Raises:
            NotFoundError: None has.
        """
        return self.one(Person, named)

    def known(self, identifier: str, kinds: Sequence[Kind] = KINDS) -> Entity | None:
        """Whatever of some kinds has a UUID; None when nothing has, as when a sheet was lost."""
        found = (self._one(kind, f"{kind}.id = ?", identifier) for kind in kinds)
        return next((one for one in found if one is not None), None)

    def place_of(self, subject_id: str) -> Place | None:
        """Where a box or an item belongs, also while it is lent or missing; None once it is gone for good."""
        found = self._row(
            "SELECT place_kind, place, coalesce(location.number, box.number), since_at FROM placement"
            " LEFT JOIN location ON place_kind = 'location' AND location.id = place"
            " LEFT JOIN box ON place_kind = 'box' AND box.id = place"
            " WHERE subject = ? AND until IS NULL",
            subject_id,
        )
        if found is None:
            return None
        kind, place, number, since = found
        return Place(kind, place, codes.code(kind, number), since)

    def open_loan(self, item_id: str) -> OpenLoan | None:
        """The loan of an item that is not closed; None when there is none."""
        found = self._row(
            "SELECT loan, year, number, item, person, state, coalesce(out_at, ''), coalesce(due, '')"
            " FROM loan_line JOIN loan ON loan.id = loan WHERE item = ? AND open = 1",
            item_id,
        )
        if found is None:
            return None
        loan, year, number, *rest = found
        return OpenLoan(loan, f"{year}/{number:06d}", *rest)

    def state(self, item_id: str) -> str:
        """What is so of an item now.

        Returns:
            `shelved`, or the state of its open loan, or one of `projection.ABSENCES`.
        """
        absent = self._row("SELECT what FROM absence WHERE subject = ? AND until IS NULL", item_id)
        if absent is not None:
            return str(absent[0])
        loan = self.open_loan(item_id)
        return "shelved" if loan is None else loan.state

    def items_in(self, place_id: str, *, limit: int = -1) -> Iterator[Item]:
        """The items that belong in a box or a location, in the order of their codes.

        Args:
            place_id: Its UUID; of a location, what lies in its boxes counts too.
            limit: At most so many; -1 for all.
        """
        direct = "SELECT subject FROM placement WHERE until IS NULL AND kind = 'item' AND place = :place"
        boxed = (
            "SELECT inside.subject FROM placement AS boxes"
            " JOIN placement AS inside ON inside.place = boxes.subject"
            " WHERE boxes.until IS NULL AND boxes.kind = 'box' AND boxes.place = :place"
            " AND inside.until IS NULL AND inside.kind = 'item'"
        )
        return self.entities(
            Item, f"item.id IN ({direct} UNION ALL {boxed})", {"place": place_id}, limit=limit
        )

    def titled(self, words: str, *, limit: int = -1) -> Iterator[Item]:
        """The items whose titles hold all of some words, whatever their case and accents.

        It looks at one title after the other: 10,000 take some 20 ms.

        Args:
            words: Or beginnings and parts of them.
            limit: At most so many; -1 for all.
        """
        wanted = stored.folded(words).split()
        self.db.conn.create_function("folded", 1, stored.folded, deterministic=True)
        where = " AND ".join(["instr(folded(title), ?)"] * len(wanted)) or "FALSE"
        return self.entities(Item, where, wanted, limit=limit)

    def next_number(self, kind: codes.Kind) -> int:
        """The first number that no location, box, item or person has, or ever had, be its sheet lost."""
        highest = f"SELECT max(number) FROM {kind} UNION ALL SELECT number FROM given WHERE kind = ?"  # noqa: S608 - one of codes.KINDS
        return max(int(number or 0) for (number,) in self.rows(highest, kind)) + 1

    def left_out(self, kind: Literal["sheet", "row"] = "sheet") -> list[str]:
        """What the ledger names and the register had to do without.

        Args:
            kind: `sheet`: the paths of those that are lost or altered; `row`: the
                codes of what stands in a sheet beside what contradicts it.
        """
        query = "SELECT DISTINCT what FROM left_out WHERE kind = ? ORDER BY what"
        return [str(what) for (what,) in self.rows(query, kind)]

    def expect_whole(self) -> None:
        """See that every sheet could be read: what the others say is not all that is registered.

        Raises:
            HoldingsError: One is lost or altered.
        """
        if lost := self.left_out():
            language = self.archive.config.language
            raise HoldingsError("G124", language, path=lost[0], count=str(len(lost)))

    def entities(self, type_: type[Of], where: str, values: Any = (), *, limit: int = -1) -> Iterator[Of]:
        """The entities of a kind for which a condition holds, in the order of their codes.

        Args:
            type_: Of `entities.TYPES`.
            where: An expression of SQL over the kind's table.
            values: What fills its places.
            limit: At most so many; -1 for all.
        """
        kind = next(kind for kind, one in TYPES.items() if one is type_)
        order = "name" if kind == "site" else "number"
        query = f"{stored.selecting(kind)} WHERE {where} ORDER BY {order} LIMIT {limit:d}"
        with guarded(tables.path_of(self.archive)):
            for row in self.db.execute(query, values):
                yield cast("Of", stored.entity(kind, row))

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """What the projection answers to a query.

        Raises:
            ArchiveError: It cannot be used.
        """
        with guarded(tables.path_of(self.archive)):
            yield from self.db.execute(query, values)

    def _applied(self) -> tuple[int, str] | None:
        found: tuple[int, str] | None = self.db.execute("SELECT seq, hash FROM applied").fetchone()
        return found

    def _borne_out(self) -> bool:
        """Whether the ledger goes on from what was taken in here: it may be another one, or cut short."""
        applied = self._applied()
        if applied is None:
            return True
        with suppress(LedgerError):
            return self.catalogue.node(0, applied[0]).hex() == applied[1]
        return False

    def _project(self, newest: tuple[int, str]) -> None:
        applied = self._applied()
        after = -1 if applied is None else applied[0]
        if after < newest[0]:
            sheets = Sheets(self.catalogue)
            for happened in filed.events(self.catalogue, projection.types(), after, newest[0]):
                projection.take_in(self.db, happened, sheets)
            for path, seq in sheets.unread.items():
                projection.leave_out(self.db, seq, "sheet", path)
            self.db.execute("DELETE FROM applied")
            self.db.execute("INSERT INTO applied VALUES (1, ?, ?)", newest)

    def _coded(self, code: Code) -> Entity | None:
        return self._one(code.kind, "number = ?", code.number)

    def _one(self, kind: Kind, where: str, value: object) -> Entity | None:
        return next(self.entities(TYPES[kind], where, (value,), limit=1), None)

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        return next(self.rows(query, *values), None)

    def _unknown(self, named: str, kind: Kind, *, other: bool = False) -> NotFoundError:
        language = self.archive.config.language
        if kind == "site":
            code = "G134" if other else "G180"
            said = sentence(way_out(code), language)
            return NotFoundError(sentence(code, language, named=repr(named)), hint=said)
        meant = [str(code) for code in codes.mended(named) if self._coded(code) is not None]
        wrong = codes.looks_like_one(named) and codes.parsed(named) is None
        code, hint = ("G134", "G135") if other else ("G004" if wrong else "G001", "G002")
        facts = {"example": codes.code(kind, A_NUMBER), "kind": kind, "codes": ", ".join(meant)}
        said = sentence("G003" if meant else hint, language, **facts)
        return NotFoundError(sentence(code, language, named=repr(named)), hint=said)


def open_register(catalogue: Catalogue) -> Register:
    """Open the register, made where there is none, and bring it up to the ledger.

    One that another ledger bears out is made anew.

    Args:
        catalogue: Open; it stays so when the register is closed.

    Raises:
        ArchiveError: A projection cannot be used.
        LedgerError: The ledger cannot be read.
    """
    path = tables.path_of(catalogue.archive)
    found = Register(catalogue, tables.connect(path))
    try:
        if not found._borne_out():
            found.close()
            tables.forget(path)
            found = Register(catalogue, tables.connect(path))
        found.catch_up()
    except BaseException:
        found.close()
        raise
    return found


def has_paper(catalogue: Catalogue) -> bool:
    """Whether paper is registered, be its sheets lost."""
    return (catalogue.archive.root / SHEETS).is_dir() or bool(filed.sheets(catalogue))


def rebuild(archive: Archive) -> Sequence[HoldingsError]:
    """Make the register anew from the ledger and the sheets; where there is no paper, none is made.

    Args:
        archive: Held by the caller.

    Returns:
        What had to be left out: sheets that are lost or altered, rows that do not fit.

    Raises:
        ArchiveError: A projection cannot be used.
        LedgerError: The ledger cannot be read.
    """
    tables.forget(tables.path_of(archive))
    with open_catalogue(archive) as catalogue:
        if not has_paper(catalogue):
            return ()
        language = archive.config.language
        with open_register(catalogue) as register:
            sheets, rows = register.left_out("sheet"), register.left_out("row")
    lost = [HoldingsError("G124", language, path=path, count=str(len(sheets))) for path in sheets]
    return (*lost, *(HoldingsError("G126", language, subject=code) for code in rows))
