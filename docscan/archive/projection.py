"""How an event of the ledger, and the record it speaks of, become rows of the catalogue."""

import json
import sqlite3
from typing import TYPE_CHECKING

from docscan.archive import event, inventory, lessons, objects, tables
from docscan.archive.event import Event
from docscan.archive.layout import Archive
from docscan.archive.proof import merkle
from docscan.archive.tables import Database
from docscan.errors import FixityError, NotFoundError
from docscan.frozen import dataclass

if TYPE_CHECKING:  # a question about records loads neither what they are made of nor how they are built
    from docscan.model import Record

UNFIT = (  # what a record raises that cannot be read, or whose values are of another form
    NotFoundError,
    FixityError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    AttributeError,
    TypeError,
    ValueError,
    OverflowError,
)
PARTS = ("lesson", "judgement", "decision", "field", "page", "finding")  # tables that hang on the record's
VERSIONS = ("ingestion", "metadata modification")  # the events that make a version of an object


@dataclass(frozen=True, slots=True)
class Row:
    """A record as a list shows it; what the document does not say is empty.

    Attributes:
        id: The object's UUID.
        sha256: Of the original as received.
        document: Its number within the file it arrived in, from 1.
        version: Of the object, from 1.
        verdict: `accepted` or `review`.
        state: The verdict, or `rejected`, `merged` or `destroyed`; of the last, only what the
            ledger tells is left.
        pages: How many.
        number: The invoice number.
    """

    id: str
    sha256: str
    document: int
    version: int
    kind: str
    language: str
    verdict: str
    state: str
    source: str
    received: str
    media_type: str
    pages: int
    supplier: str
    supplier_tax_id: str
    customer: str
    number: str
    issue_date: str
    total: str
    currency: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person decided, one row a field; one without a field where the decision was about none.

    Attributes:
        record: Its id.
        position: The decision's number in the record, from 0.
        act: `accept`, `correct`, `reject`, `split` or `merge`.
        verdict: Of the record before.
        sampled: The program had accepted it, and all of it was looked at for the sample.
        name: The field; None where none was judged.
        read: What stood there; None where nothing did.
        value: What the person left there; None where no such field should be.
        confidence: Of what stood there.
        status: Of what stood there.
        origin: Of what stood there; `person` when it was another decision.
    """

    record: str
    position: int
    act: str
    verdict: str
    sampled: int
    name: str | None
    read: str | None
    value: str | None
    confidence: float | None
    status: str | None
    origin: str | None


def take_in(archive: Archive, db: Database, happened: Event) -> None:
    """Take an event in; of one that made a version of an object, that version's record as well."""
    db.execute(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            happened.seq,
            happened.at,
            happened.type,
            happened.outcome,
            happened.object,
            happened.detail.get("accession"),
            happened.line.decode(),
        ),
    )
    lessons.note(db, happened)
    _grow(db, happened)
    version, object_id = happened.object_version, happened.object
    if happened.type == "deletion" and happened.outcome == "pass" and object_id is not None:
        _bury(db, object_id, happened)
    if happened.type not in VERSIONS or happened.outcome != "pass" or object_id is None or version is None:
        return
    try:
        record = objects.read_record(archive, object_id, version)
        with tables.savepoint(db):
            _replace_record(db, object_id, version, happened.seq, record)
    except UNFIT:
        return  # `verify` names the file, and that the catalogue has a record too few


def _grow(db: Database, happened: Event) -> None:
    """Put an event into the hash tree, and every subtree that it completes."""
    level, index, whole = 0, happened.seq, bytes.fromhex(happened.hash)
    db.execute("INSERT INTO tree VALUES (0, ?, ?)", (index, whole.hex()))
    while index & 1:
        asked = db.execute("SELECT hash FROM tree WHERE level = ? AND idx = ?", (level, index - 1))
        (left,) = asked.fetchone()
        level, index, whole = level + 1, index >> 1, merkle.node(bytes.fromhex(left), whole)
        db.execute("INSERT INTO tree VALUES (?, ?, ?)", (level, index, whole.hex()))


def _bury(db: Database, object_id: str, happened: Event) -> None:
    """Leave of a destroyed record what the ledger tells of it, and no word of its own."""
    lines = db.execute(
        "SELECT line FROM events WHERE object = ? AND type IN ('ingestion', 'metadata modification')"
        " AND outcome = 'pass' ORDER BY seq",
        (object_id,),
    ).fetchall()
    filed = [event.parsed(line.encode()) for (line,) in lines]
    if not filed:
        return
    _forget(db, object_id)
    db.execute("DELETE FROM outbox WHERE record = ?", (object_id,))
    detail, known = happened.detail, dict.fromkeys(Row.__slots__, "")
    columns: dict[str, str | int] = {
        **known,
        "id": object_id,
        "sha256": filed[0].files.get(inventory.content("original"), ""),
        "document": _number(filed[0].detail.get("document")),
        "version": max(one.object_version or 0 for one in filed),
        "kind": str(detail.get("kind", "")),
        "state": "destroyed",
        "received": str(detail.get("received", "")),
        "issue_date": str(detail.get("issued", "")),
        "pages": _number(detail.get("pages")),
    }
    _insert_record(db, columns | {"seq": filed[0].seq})
    db.execute("INSERT INTO outbox VALUES (?, ?, 'remove')", (happened.seq, object_id))


def _number(said: str | int | None) -> int:
    return said if isinstance(said, int) else 0


def _forget(db: Database, object_id: str) -> None:
    """Take a record out, with all that hangs on it."""
    for table in PARTS:
        db.execute(f"DELETE FROM {table} WHERE record = ?", (object_id,))  # noqa: S608 - own names
    db.execute("DELETE FROM record WHERE id = ?", (object_id,))


def _insert_record(db: Database, columns: dict[str, str | int]) -> None:
    names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    db.execute(f"INSERT INTO record ({names}) VALUES ({places})", columns)  # noqa: S608 - the columns are the class's own


def _replace_record(db: Database, object_id: str, version: int, seq: int, record: "Record") -> None:
    """Put a record in the place of its version before."""
    filed = db.execute("SELECT min(seq) FROM events WHERE object = ? AND type = 'ingestion'", (object_id,))
    (first,) = filed.fetchone()
    _forget(db, object_id)
    said = {name: _text(field.value) for name, field in record.extraction.fields.items()}
    row = Row(
        id=object_id,
        sha256=record.sha256,
        document=record.document,
        version=version,
        kind=record.extraction.kind,
        language=record.extraction.language,
        verdict=record.verdict,
        state=record.state,
        source=record.source,
        received=record.received,
        media_type=record.media_type,
        pages=len(record.pages),
        supplier=said.get("supplier_name", ""),
        supplier_tax_id=said.get("supplier_tax_id", ""),
        customer=said.get("customer_name", ""),
        number=said.get("invoice_number", ""),
        issue_date=said.get("issue_date", ""),
        total=said.get("total", ""),
        currency=said.get("currency", ""),
    )
    columns = {name: getattr(row, name) for name in Row.__slots__} | {"seq": first}
    _insert_record(db, columns)
    _insert_parts(db, object_id, record)
    _insert_decisions(db, object_id, record)
    lessons.file(db, object_id, record)
    db.execute("INSERT INTO outbox VALUES (?, ?, 'add')", (seq, object_id))


def _insert_parts(db: Database, object_id: str, record: "Record") -> None:
    db.conn.executemany(
        "INSERT INTO field VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                object_id,
                position,
                name,
                _text(field.value),
                field.raw,
                field.confidence,
                field.status,
                field.origin,
                field.page,
                json.dumps(field.box),
            )
            for position, (name, field) in enumerate(record.extraction.fields.items())
        ),
    )
    db.conn.executemany(
        "INSERT INTO page VALUES (?, ?, ?, ?, ?)",
        ((object_id, page.number, page.state, round(page.confidence, 3), page.text) for page in record.pages),
    )
    db.conn.executemany(
        "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?)",
        (
            (object_id, position, found.code, found.severity, found.subject, _facts(found.facts))
            for position, found in enumerate(record.findings)
        ),
    )


def _insert_decisions(db: Database, object_id: str, record: "Record") -> None:
    db.conn.executemany(
        "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (object_id, position, one.act, one.at, one.agent, one.verdict, one.sampled, one.reason, one.other)
            for position, one in enumerate(record.decisions)
        ),
    )
    db.conn.executemany(
        "INSERT INTO judgement VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                object_id,
                position,
                one.name,
                None if one.before is None else _text(one.before.value),
                None if one.value is None else _text(one.value),
                None if one.before is None else one.before.confidence,
                None if one.before is None else one.before.status,
                None if one.before is None else one.before.origin,
            )
            for position, decision in enumerate(record.decisions)
            for one in decision.judgements
        ),
    )


def _facts(facts: object) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
