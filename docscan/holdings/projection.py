"""How an event of the ledger becomes rows of `holdings.db`.

An event that does not fit (of a later docscan, or of somebody who can write
the ledger) is passed over: the rules are kept before an event is written, and
`verify` judges the files. So making the tables anew always comes to an end.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from sqlite_utils import Database

from docscan.archive.event import Event
from docscan.archive.tables import savepoint
from docscan.holdings import codes, loan_rows, stocktake_rows, stored
from docscan.holdings.entities import KINDS, PERSONAL, Entity, Item, Kind, called, first_place, kind_of

REGISTERED, MOVED, REDACTED = "holding registered", "holding moved", "redaction"
REGISTER = "register"  # the act of a sheet whose rows are new; of any other, its rows replace those before
LOST = "lost"  # the act by which a sheet that nobody has any more is given up
GONE = ("transferred out", "destroyed", "written off")  # what has no place any more
ABSENCES = ("missing", *GONE)
UNFIT = (
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    AttributeError,
    LookupError,
    OverflowError,
    TypeError,
    ValueError,
)
GIVEN = (
    "INSERT INTO given VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET number = max(number, excluded.number)"
)
FORMER_CLIENT = (
    "INSERT OR IGNORE INTO former_client"
    " SELECT id, client, ?1, ?2 FROM item WHERE id = ?3 AND number = ?4 AND client <> ?5"
)
NOTHING, EMPTY = "''", {"extra": "'{}'"}  # what SQL has for a text that was taken away

Handler = Callable[[Database, Event], None]
RowReader = Callable[[Event], Iterable[Entity]]


def take_in(db: Database, happened: Event, rows: RowReader) -> None:
    """Take an event in, whole or not at all; a sheet, row by row.

    Args:
        db: The projection, in a transaction.
        happened: Of one of `types()`.
        rows: Reads what the sheets say that an event names.
    """
    if happened.outcome != "pass" or happened.object is not None:
        return
    try:
        with savepoint(db):
            if happened.type == REGISTERED:
                _enter(db, happened, list(rows(happened)))
            else:
                HANDLERS[happened.type](db, happened)
    except UNFIT:
        return


def types() -> tuple[str, ...]:
    """The types of the events that are projected."""
    return (REGISTERED, *HANDLERS)


def _enter(db: Database, happened: Event, rows: Sequence[Entity]) -> None:
    """Enter the rows of sheets: all at once, or, when one does not fit, those that do."""
    new = happened.detail["act"] == REGISTER
    for kind in KINDS:
        highest = happened.detail.get(kind)
        if isinstance(highest, int) and 0 < highest <= codes.MOST:
            db.execute(GIVEN, [kind, highest])
    if happened.detail["act"] == LOST:
        for path in happened.files:
            db.execute("DELETE FROM left_out WHERE kind = 'sheet' AND what = ?", [path])
    by_kind: dict[Kind, list[Entity]] = defaultdict(list)
    for row in rows:
        by_kind[kind_of(row)].append(row)
    if not new:
        _keep_clients(db, happened, by_kind["item"])
        loan_rows.recount(db, happened)
    for kind in KINDS:
        statement = stored.inserting(kind) if new else stored.updating(kind)
        unfit = _many(db, statement, list(map(stored.values, by_kind[kind])))
        for at in reversed(unfit):
            leave_out(db, happened.seq, "row", called(by_kind[kind].pop(at)))
    for place_kind in ("location", "box") if new else ():
        placed = [
            (row.id, kind, place_kind, happened.seq, happened.at, place[1])
            for kind in KINDS
            for row in by_kind[kind]
            if (place := first_place(row)) and place[0] == place_kind
        ]
        _many(db, _placing(place_kind), placed)


def _keep_clients(db: Database, happened: Event, rows: Iterable[Entity]) -> None:
    """Remember whose items were that are another client's from an event on."""
    items = (row for row in rows if isinstance(row, Item))
    numbers = ((row, codes.parsed(row.code)) for row in items)
    known = [(happened.seq, happened.at, row.id, code.number, row.client) for row, code in numbers if code]
    _many(db, FORMER_CLIENT, known)


def leave_out(db: Database, seq: int, kind: Literal["sheet", "row"], what: str) -> None:
    """Remember what an event names and is not in the tables."""
    db.execute("INSERT OR IGNORE INTO left_out (kind, what, seq) VALUES (?, ?, ?)", [kind, what, seq])


def _many(db: Database, statement: str, rows: Sequence[Sequence[Any]]) -> Sequence[int]:
    """Enter rows; which of them, by number, did not fit."""
    try:
        with savepoint(db):
            db.conn.executemany(statement, rows).close()
    except UNFIT:
        return [at for at, row in enumerate(rows) if not _one(db, statement, row)]
    return ()


def _one(db: Database, statement: str, row: Sequence[Any]) -> bool:
    try:
        with savepoint(db):
            db.execute(statement, row)
    except UNFIT:
        return False
    return True


def _placing(place_kind: str) -> str:
    """Places nothing where there is no such place."""
    into = "INSERT INTO placement (subject, kind, place, place_kind, since, since_at)"
    return f"{into} SELECT ?1, ?2, id, ?3, ?4, ?5 FROM {place_kind} WHERE id = ?6"  # noqa: S608 - location or box


def _move(db: Database, happened: Event) -> None:
    """A box or an item got another place, is not to be found, was found, or is gone."""
    detail, at = happened.detail, (happened.seq, happened.at)
    act, subject, kind = detail["act"], str(detail["subject"]), str(detail["kind"])
    table = _known(kind, ("box", "item"))
    if db.execute(f"SELECT 1 FROM {table} WHERE id = ?", [subject]).fetchone() is None:  # noqa: S608 - one of them
        raise LookupError(subject)
    if act in ABSENCES:
        absent(db, happened, subject, str(act))
        return
    if act == "move":
        places = ("location",) if kind == "box" else ("location", "box")
        end(db, happened, "placement", subject)
        statement = _placing(_known(str(detail["place"]), places))
        placed = db.execute(statement, [subject, kind, detail["place"], *at, detail["to"]])
        if placed.rowcount != 1:
            raise LookupError(detail["to"])
    elif act != "found":
        raise ValueError(act)
    end(db, happened, "absence", subject)


def absent(db: Database, happened: Event, subject: str, what: str) -> None:
    """From an event on, an item is one of `ABSENCES`; for good, it has no place either."""
    if what in GONE:
        end(db, happened, "placement", subject)
    end(db, happened, "absence", subject)
    values = [subject, what, happened.seq, happened.at]
    db.execute("INSERT INTO absence (subject, what, since, since_at) VALUES (?, ?, ?, ?)", values)


def end(db: Database, happened: Event, table: str, subject: str) -> None:
    """What is so of something by `placement` or `absence`, if anything is, is so until an event."""
    query = f"UPDATE {table} SET until = ?, until_at = ? WHERE subject = ? AND until IS NULL"  # noqa: S608 - one of the two
    db.execute(query, [happened.seq, happened.at, subject])


def _known(word: str, words: Iterable[str]) -> str:
    if word not in words:
        raise ValueError(word)
    return word


def _redact(db: Database, happened: Event) -> None:
    """A person, or the title of an item, is to be forgotten."""
    db.execute(FORGETTING[str(happened.detail["kind"])], [happened.detail["subject"]])


def _forgetting(kind: Kind) -> str:
    emptied = ", ".join(f"{name} = {EMPTY.get(name, NOTHING)}" for name in PERSONAL[kind])
    return f"UPDATE {kind} SET {emptied} WHERE id = ?"  # noqa: S608 - own names


FORGETTING: dict[str, str] = {kind: _forgetting(kind) for kind in PERSONAL}
HANDLERS: dict[str, Handler] = {
    MOVED: _move,
    REDACTED: _redact,
    "loan": loan_rows.take_in,
    "escalation": loan_rows.escalate,
    "stocktake": stocktake_rows.take_in,
}
"""What takes in an event, by its type, besides that of a sheet, which is read from disk."""
