"""The catalogue: ledger and objects as tables, for lists and look-ups.

A projection: nothing in it comes from anywhere else, so it can be deleted and
made anew (`docscan.archive.rebuild`) with the same contents.
"""

import json
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Self

from docscan.archive import event, ledger, projection, tables
from docscan.archive.event import Event
from docscan.archive.layout import Archive
from docscan.archive.projection import Judged, Row
from docscan.archive.tables import Database
from docscan.errors import LedgerError, NotFoundError
from docscan.frozen import dataclass
from docscan.places import Box

__all__ = ["Catalogue", "Errand", "Judged", "Row", "open_catalogue"]

ASKED_FOR = (
    "kind = coalesce(?, kind) AND state = coalesce(?, state) AND (? IS NOT NULL OR state <> 'destroyed')"
    " AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))"
)
SHORTEST = 4  # hexadecimal digits of an id for who may not see all: in a million records, some 16 begin so
PLAIN_NUMBER, PLAIN_ASKED = tables.PLAIN.format("number"), tables.PLAIN.format("?")


@dataclass(frozen=True, slots=True)
class Errand:
    """Something the search index is to follow: `op` is `add`, or `remove` for a destroyed record."""

    seq: int
    record: str
    op: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An open catalogue; close it, or use it in a `with`."""

    archive: Archive
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

    def apply(self, happened: Event) -> None:
        """Take in an event that was just appended, and any before it that are missing."""
        if self.applied() + 1 < happened.seq:
            self.catch_up()
        else:
            self._project([happened])

    def catch_up(self) -> None:
        """Take in every event that is in the ledger and not here.

        Raises:
            LedgerError: The ledger cannot be read, or the catalogue is ahead of it.
        """
        applied = self.applied()  # before the head: another run may be going on
        head = ledger.read_head(self.archive)
        if applied >= head.size:
            raise LedgerError(
                f"The catalogue knows {applied + 1} events, the ledger only {head.size}.", hint=ledger.VERIFY
            )
        if applied + 1 < head.size:
            self._project(ledger.read(self.archive, after=applied))

    def applied(self) -> int:
        """The number of the last event taken in; -1 before the first."""
        found = self._one("SELECT seq FROM applied")
        return -1 if found is None else int(found)

    def by_sha256(self, sha256: str) -> str | None:
        """The id of the first record on the shelf whose original has this digest."""
        return self._id(
            "SELECT id FROM record WHERE sha256 = ? AND state <> 'destroyed' ORDER BY seq LIMIT 1", sha256
        )

    def same_invoice(self, supplier: str, number: str) -> str | None:
        """The id of a record filed earlier with this supplier and number, and still on the shelf.

        Case and separators do not matter: F-2026/1 is f2026 1.

        Args:
            supplier: The supplier's tax id, or its name where no id was read.
            number: The invoice number.
        """
        alike = self._rows(
            f"SELECT id, supplier_tax_id, supplier FROM record WHERE {PLAIN_NUMBER} = {PLAIN_ASKED}"  # noqa: S608 - own expressions
            f" AND {PLAIN_NUMBER} <> '' AND state IN ('accepted', 'review') ORDER BY seq",
            (number,),
        )
        wanted = _plain(supplier)
        return next((found for found, *names in alike if wanted and wanted in map(_plain, names)), None)

    def listing(
        self, *, kind: str | None = None, state: str | None = None, limit: int | None = None
    ) -> Iterator[Row]:
        """The records, the newest first; those destroyed only when that state is asked for.

        Args:
            kind: Only this kind, such as `invoice`.
            state: Only `accepted`, `review`, `rejected`, `merged` or `destroyed`.
            limit: At most so many.
        """
        columns = ", ".join(Row.__slots__)
        rows = self._rows(
            f"SELECT {columns} FROM record WHERE {ASKED_FOR} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - the columns are the class's own
            (*self._asked_for(kind, state), -1 if limit is None else limit),
        )
        return (Row(*row) for row in rows)

    def count(self, *, kind: str | None = None, state: str | None = None) -> int:
        """How many records there are, of a kind or in a state; those destroyed count only when asked for."""
        query = f"SELECT count(*) FROM record WHERE {ASKED_FOR}"  # noqa: S608 - own expression
        ((found,),) = self._rows(query, self._asked_for(kind, state))
        return int(found)

    def row(self, identifier: str) -> Row:
        """The record of that id, which may be cut short as long as it means one.

        Raises:
            NotFoundError: It means none that may be seen, or several.
        """
        columns, begin, sight = ", ".join(Row.__slots__), identifier.lower(), self.archive.sight
        begins = f"SELECT {columns} FROM record WHERE id >= ? AND id < ? LIMIT ?"  # noqa: S608 - own columns
        most, shortest = (2, 1) if sight is None else (-1, SHORTEST)
        asked = len(identifier) >= shortest and identifier.isascii()  # SQLite takes no bytes that are no text
        end = f"{begin}g"  # g comes after hex and hyphen
        found = self._rows(begins, (begin, end, most)) if asked else ()
        rows = [row for row in found if sight is None or sight.shows(self, row[0])]
        if len(rows) != 1:
            what = "Several records begin" if rows else "No record begins"
            raise NotFoundError(f"{what} with {identifier!r}.", hint="`docscan list` shows the ids.")
        return Row(*rows[0])

    def heir(self, identifier: str) -> str:
        """The record that has the pages of one now: another where it was merged, itself otherwise.

        Args:
            identifier: A whole id; it need not be known.
        """
        query = (
            "SELECT other FROM decision JOIN record ON record.id = record"
            " WHERE record = ? AND state = 'merged' AND act = 'merge' ORDER BY position DESC LIMIT 1"
        )
        passed = {identifier}
        while other := next((row[0] for row in self._rows(query, (identifier,))), ""):
            if other in passed:
                break
            passed.add(other)
            identifier = other
        return identifier

    def heirs(self) -> dict[str, str]:
        """Of each record that was merged, the one that has its pages now, as `heir` has it."""
        merged = self._rows("SELECT id FROM record WHERE state = 'merged'")
        return {identifier: self.heir(identifier) for (identifier,) in merged}

    def languages(self) -> frozenset[str]:
        """The languages of the records; empty for one that has none.

        One step in the index for each language: every search asks.
        """
        rows = self._rows(
            """WITH RECURSIVE spoken (language) AS (
                SELECT min(language) FROM record
                UNION ALL
                SELECT (SELECT min(language) FROM record WHERE language > spoken.language)
                FROM spoken WHERE language IS NOT NULL
            ) SELECT language FROM spoken WHERE language IS NOT NULL"""
        )
        return frozenset(language for (language,) in rows)

    def documents(self, sha256: str) -> int:
        """How many documents were made of a file: the highest number of any."""
        ((found,),) = self._rows("SELECT max(document) FROM record WHERE sha256 = ?", (sha256,))
        return int(found or 0)

    def examined(self) -> frozenset[str]:
        """The records that need not be looked at for the sample: they waited for a person, or it was done."""
        rows = self._rows(
            "SELECT record FROM decision WHERE sampled = 1 OR (position = 0 AND verdict = 'review')"
        )
        return frozenset(record for (record,) in rows)

    def first_verdicts(self) -> dict[str, int]:
        """How many records the program accepted, and how many it put before a person."""
        rows = self._rows(
            "SELECT coalesce(decision.verdict, record.verdict), count(*)"
            " FROM record LEFT JOIN decision ON record = id AND position = 0"
            " WHERE state <> 'destroyed' GROUP BY 1"
        )
        return {str(verdict): int(count) for verdict, count in rows}

    def judged(self) -> Iterator[Judged]:
        """All that people ever decided, record by record, in order."""
        columns = ", ".join(Judged.__slots__)
        rows = self._rows(
            f"SELECT {columns} FROM decision LEFT JOIN judgement USING (record, position)"  # noqa: S608 - own columns
            " ORDER BY record, position, name"
        )
        return (Judged(*row) for row in rows)

    def page_texts(self, record: str) -> tuple[str, ...]:
        """The text of each page of a record, in order; empty for an unknown one."""
        rows = self._rows("SELECT text FROM page WHERE record = ? ORDER BY number", (record,))
        return tuple(text for (text,) in rows)

    def spots(self, record: str) -> dict[str, tuple[int, Box]]:
        """Of each value of a record the page that it was read from, from 1, and its place there."""
        rows = self._rows("SELECT name, page, box FROM field WHERE record = ? ORDER BY position", (record,))
        return {name: (page, Box(*json.loads(box))) for name, page, box in rows}

    def outbox_after(self, seq: int) -> Iterator[Errand]:
        """What the search index has to follow, from beyond the errand it did last (-1 for none)."""
        rows = self._rows("SELECT seq, record, op FROM outbox WHERE seq > ? ORDER BY seq", (seq,))
        return (Errand(*row) for row in rows)

    def newest_errand(self) -> int:
        """The number of the last thing the search index has to follow; 0 when there is none."""
        return int(self._one("SELECT max(seq) FROM outbox") or 0)

    def outcome(self, accession: str) -> Event | None:
        """The last event about a claimed file; None when nothing was decided yet.

        Args:
            accession: The UUID it was claimed under.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        self.catch_up()
        line = self._one("SELECT line FROM events WHERE accession = ? ORDER BY seq DESC LIMIT 1", accession)
        return None if line is None else event.parsed(line.encode())

    def filed(self, record: str) -> bool:
        """Whether the ledger says that this object was ingested.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        self.catch_up()
        return self._one("SELECT 1 FROM events WHERE object = ? AND type = 'ingestion'", record) is not None

    def newest_version(self, record: str) -> Event | None:
        """What the ledger says of the newest version of an object; None when it was never filed.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        self.catch_up()
        line = self._one(
            "SELECT line FROM events WHERE object = ? AND json_extract(line, '$.object_version') > 0"
            " ORDER BY json_extract(line, '$.object_version') DESC LIMIT 1",
            record,
        )
        return None if line is None else event.parsed(line.encode())

    def destruction(self, record: str) -> Event | None:
        """The event that destroyed an object; None while it is on the shelf.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        self.catch_up()
        line = self._one(
            "SELECT line FROM events WHERE object = ? AND type IN ('deletion', 'ingestion')"
            " AND outcome = 'pass' ORDER BY seq DESC LIMIT 1",
            record,
        )
        found = None if line is None else event.parsed(line.encode())
        return found if found is not None and found.type == "deletion" else None

    def node(self, level: int, index: int) -> bytes:
        """The root of a complete subtree of the hash tree over the ledger (`merkle.NodeAt`).

        Raises:
            LedgerError: The catalogue does not have it.
        """
        found = self._one("SELECT hash FROM tree WHERE level = ? AND idx = ?", level, index)
        if found is None:
            raise LedgerError(
                f"The catalogue lacks part of the ledger's tree ({level}, {index}).", hint=tables.REBUILD
            )
        return bytes.fromhex(found)

    def key_told(self) -> tuple[int, str] | None:
        """The event that tells the key the ledger is signed with now, and the key in hex; None for none."""
        rows = self._rows(
            "SELECT seq, json_extract(line, '$.detail.key') FROM events"
            " WHERE type IN ('creation', 'key rotation')"
            " AND json_extract(line, '$.detail.key') IS NOT NULL ORDER BY seq DESC LIMIT 1"
        )
        return next(((int(seq), str(key)) for seq, key in rows), None)

    def _asked_for(self, kind: str | None, state: str | None) -> tuple[str | None, ...]:
        """What fills the places of `ASKED_FOR`."""
        sight = self.archive.sight
        seen = None if sight is None else json.dumps(sorted(sight.ids(self)))
        return kind, state, state, seen, seen

    def _id(self, query: str, *values: str) -> str | None:
        found = self._one(query, *values)
        return None if found is None else str(found)

    def _one(self, query: str, *values: str | int) -> Any:
        return next((value for value, *_ in self._rows(query, values)), None)

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        with tables.guarded(self.archive.catalogue_path):
            yield from self.db.execute(query, values)

    def _project(self, events: Iterable[Event]) -> None:
        with tables.guarded(self.archive.catalogue_path), tables.immediate(self.db):
            applied = self.applied()
            tail = None
            for happened in events:
                if happened.seq > applied:
                    projection.take_in(self.archive, self.db, happened)
                    tail = happened
            if tail is not None:
                self.db.execute("DELETE FROM applied")
                self.db.execute("INSERT INTO applied VALUES (1, ?, ?)", (tail.seq, tail.hash))


def open_catalogue(archive: Archive) -> Catalogue:
    """Open the catalogue, made where there is none, and bring it up to the ledger.

    Raises:
        ArchiveError: It cannot be used.
        LedgerError: The ledger cannot be read, or the catalogue is ahead of it.
    """
    found = Catalogue(archive, tables.connect(archive.catalogue_path))
    try:
        found.catch_up()
    except BaseException:
        found.close()
        raise
    return found


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
