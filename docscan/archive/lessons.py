"""What people taught about each supplier's papers: which records show it, and what is to be forgotten.

A lesson is a record with decisions of a person, found by the tax id of its
supplier or by its name. Nothing is copied from it: what it teaches is worked
out from the record and its words whenever it is needed.

To forget is an event of the ledger, from which on earlier lessons do not
count. It names the supplier by a salted digest, for the ledger holds no names.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from docscan.archive import ledger, tables
from docscan.archive.event import Draft, Event
from docscan.archive.tables import Database
from docscan.frozen import dataclass

if TYPE_CHECKING:  # the catalogue projects what is defined here
    from docscan.archive.catalogue import Catalogue
    from docscan.model import Record

MOST_RECORDS = 8  # of a supplier that are asked, the newest: layouts change, and each costs milliseconds
SHORTEST_ID, SHORTEST_NAME = 7, 4  # letters and figures; fewer may be anybody's
FORGOTTEN = {"forgotten": "lessons"}  # what the event's detail says, beside the digests of the supplier's
ALWAYS = "9"  # later than any time as it is written
KEYS = ("tax_id", "name")


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who sends papers, as lessons are found by it.

    Attributes:
        tax_id: Letters and figures, without a country before them; or empty.
        name: Small letters and figures; or empty.
    """

    tax_id: str
    name: str

    def __bool__(self) -> bool:
        """Whether it can be told from others."""
        return bool(self.tax_id or self.name)

    def same(self, other: "Supplier") -> bool:
        """Whether both have the same tax id, or the same name."""
        tax_id, name = self.tax_id and self.tax_id == other.tax_id, self.name and self.name == other.name
        return bool(tax_id or name)


@dataclass(frozen=True, slots=True)
class Taught:
    """A record from which something is learned.

    Attributes:
        record: Its id.
        supplier: Its supplier's name as it stands in the record, or else the tax id.
        at: When a person last decided on it: ISO 8601, UTC.
        fields: The fields a person spoke of, those to be forgotten left out.
    """

    record: str
    supplier: str
    at: str
    fields: tuple[str, ...]


def supplier(tax_id: str, name: str) -> Supplier:
    """The supplier with a tax id, a name, or both, however they are written."""
    digits = "".join(sign for sign in tax_id.upper() if sign.isalnum())
    digits = digits[2:] if digits[:2].isalpha() else digits
    plain = "".join(sign for sign in name.casefold() if sign.isalnum())
    return Supplier(
        digits if len(digits) >= SHORTEST_ID else "", plain if len(plain) >= SHORTEST_NAME else ""
    )


def file(db: Database, object_id: str, record: "Record") -> None:
    """Keep who sent a record that people decided on; part of the catalogue's projection."""
    fields = record.extraction.fields
    tax_id, name = (
        str(fields[key].value) if key in fields else "" for key in ("supplier_tax_id", "supplier_name")
    )
    whose = supplier(tax_id, name)
    spoken_of = any(decision.judgements for decision in record.decisions)
    if whose and spoken_of and not record.disposal:
        db.execute("INSERT INTO lesson VALUES (?, ?, ?)", (object_id, whose.tax_id, whose.name))


def note(db: Database, happened: Event) -> None:
    """Keep from when on something is forgotten; part of the catalogue's projection."""
    if FORGOTTEN.items() <= happened.detail.items():
        digests = (happened.detail[key] for key in KEYS if key in happened.detail)
        rows = ((happened.seq, digest, happened.at) for digest in digests)
        db.conn.executemany("INSERT INTO forgotten VALUES (?, ?, ?)", rows)


def about(catalogue: "Catalogue", whose: Supplier, until: str = ALWAYS) -> tuple[Taught, ...]:
    """The records that teach something about a supplier, the newest first; few of many.

    Args:
        catalogue: Open.
        whose: The supplier.
        until: What was decided later is left out: ISO 8601, UTC.
    """
    rows = _rows(
        catalogue,
        "WHERE ((l.tax_id <> '' AND l.tax_id = ?) OR (l.name <> '' AND l.name = ?)) AND d.at <= ?",
        (whose.tax_id, whose.name, until),
    )
    found = (told for _, told in _counting(catalogue, rows))
    return tuple(told for told, _ in zip(found, range(MOST_RECORDS), strict=False))


def everyone(catalogue: "Catalogue") -> tuple[tuple[Supplier, tuple[Taught, ...]], ...]:
    """Every supplier that something was taught about, and the records that teach it, the newest first."""
    found: dict[Supplier, list[Taught]] = {}
    known: dict[tuple[str, str], Supplier] = {}
    for one, told in _counting(catalogue, _rows(catalogue)):
        keys = [pair for pair in zip(KEYS, (one.tax_id, one.name), strict=True) if pair[1]]
        whose = next((known[key] for key in keys if key in known), one)
        known |= dict.fromkeys(keys, whose)
        found.setdefault(whose, []).append(told)
    return tuple((whose, tuple(records)) for whose, records in found.items())


def forget(catalogue: "Catalogue", whose: Supplier, field: str = "", *, now: datetime, agent: str) -> None:
    """Let what was taught until now count no longer.

    Args:
        catalogue: Open on an archive that the caller holds.
        whose: About which supplier.
        field: Of one field; of all when empty.
        now: When, with its time zone.
        agent: Who wants it: a login name.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    archive = catalogue.archive
    digests = {key: ledger.keyed(archive, text) for key, text in _told(whose, field).items()}
    draft = Draft("metadata modification", detail={**FORGOTTEN, **digests})
    catalogue.apply(ledger.append(archive, draft, now=now, agent=agent))


def _rows(catalogue: "Catalogue", where: str = "", values: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Record, tax id, name, the name as printed, time, and each field that was judged with its time."""
    query = (
        "SELECT r.id, l.tax_id, l.name, coalesce(nullif(r.supplier, ''), r.supplier_tax_id), max(d.at),"  # noqa: S608 - own conditions
        " group_concat(DISTINCT j.name || ' ' || d.at) FROM lesson l JOIN record r ON r.id = l.record"
        " JOIN decision d ON d.record = l.record JOIN judgement j ON j.record = d.record"
        f" AND j.position = d.position {where} GROUP BY l.record ORDER BY max(d.at) DESC, r.seq DESC"
    )
    with tables.guarded(catalogue.archive.catalogue_path):
        yield from catalogue.db.execute(query, values).fetchall()


def _counting(catalogue: "Catalogue", rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[Supplier, Taught]]:
    """The records whose lessons still count, with the fields of which they do."""
    gone = dict(catalogue.db.execute("SELECT digest, max(at) FROM forgotten GROUP BY digest").fetchall())
    for record, tax_id, name, shown, at, said in rows:
        whose, newest = Supplier(tax_id, name), dict[str, str]()
        for field, _, when in (one.partition(" ") for one in said.split(",")):
            newest[field] = max(newest.get(field, ""), when)
        kept = [
            field
            for field, when in newest.items()
            if not (gone and when <= _since(catalogue, whose, field, gone))
        ]
        if kept:
            yield whose, Taught(record, shown, at, tuple(sorted(kept)))


def _since(catalogue: "Catalogue", whose: Supplier, field: str, gone: Mapping[str, str]) -> str:
    """Until when what was taught of a field is forgotten; empty when it is not."""
    told = (text for one in ("", field) for text in _told(whose, one).values())
    return max(gone.get(ledger.keyed(catalogue.archive, text), "") for text in told)


def _told(whose: Supplier, field: str) -> dict[str, str]:
    """What is digested, by key: a supplier, or one field of its papers."""
    keys = zip(KEYS, (whose.tax_id, whose.name), strict=True)
    return {key: f"supplier\0{key}\0{text}\0{field}" for key, text in keys if text}
