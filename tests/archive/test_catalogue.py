"""The catalogue answers from what was filed, and follows the ledger."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from docscan.archive import Archive, ledger, rebuild, tables
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.event import Draft
from docscan.errors import ArchiveError, LedgerError, NotFoundError
from docscan.model import Known, Record
from tests.archive.conftest import AGENT, NOW, file_one, object_id


def test_records_are_listed_newest_first(
    catalogue: Catalogue, file_document: Callable[[int], Record]
) -> None:
    for number in (2, 1, 3):
        file_document(number)
    assert [row.id for row in catalogue.listing()] == [object_id(3), object_id(1), object_id(2)]
    assert [row.id for row in catalogue.listing(kind="form")] == [object_id(2)]
    assert [row.state for row in catalogue.listing(state="review")] == ["review"]
    assert [row.id for row in catalogue.listing(limit=1)] == [object_id(3)]
    assert catalogue.count() == 3
    row = next(catalogue.listing())
    assert (row.number, row.supplier_tax_id, row.pages, row.language) == ("F-3", "ESB00000000", 2, "es")
    assert row.received == "2026-03-01T09:33:00Z"


def test_earlier_documents_are_found(catalogue: Catalogue, file_document: Callable[[int], Record]) -> None:
    known: Known = catalogue
    filed = file_document(1)
    assert catalogue.by_sha256(filed.sha256) == object_id(1)
    assert catalogue.by_sha256("0" * 64) is None
    assert known.same_invoice("ESB00000000", "F-1") == object_id(1)
    assert known.same_invoice("ESB00000000", "F-2") is None
    assert known.same_invoice("", "") is None


def test_pages_and_errands_wait_for_the_index(
    catalogue: Catalogue, file_document: Callable[[int], Record]
) -> None:
    file_document(1)
    file_document(2)
    assert catalogue.page_texts(object_id(2)) == ("Factura nº2", "")
    assert catalogue.page_texts(object_id(9)) == ()
    errands = list(catalogue.outbox_after(-1))
    assert [(errand.record, errand.op) for errand in errands] == [
        (object_id(1), "add"),
        (object_id(2), "add"),
    ]
    assert list(catalogue.outbox_after(errands[0].seq)) == errands[1:]
    assert list(catalogue.outbox_after(errands[1].seq)) == []


def test_what_was_decided_about_a_claimed_file_is_remembered(archive: Archive, catalogue: Catalogue) -> None:
    file_one(archive, catalogue, 1)
    put_aside = Draft("quarantine", "fail", detail={"accession": object_id(5), "reason": "A050"})
    written = ledger.append(archive, put_aside, now=NOW, agent=AGENT)
    assert catalogue.outcome(object_id(5)) == written
    filed = catalogue.outcome(object_id(1))
    assert filed is not None
    assert (filed.type, filed.object) == ("ingestion", object_id(1))
    assert catalogue.outcome(object_id(6)) is None
    assert (catalogue.filed(object_id(1)), catalogue.filed(object_id(5))) == (True, False)


def test_a_catalogue_that_is_gone_comes_back_with_the_next_opening(
    archive: Archive, catalogue: Catalogue
) -> None:
    file_one(archive, catalogue, 1)
    live = rebuild.dump(archive)
    catalogue.close()
    archive.catalogue_path.unlink()
    with open_catalogue(archive) as again:
        assert again.count() == 1
        assert rebuild.dump(archive) == live


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET outcome = 'pass'",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
        "INSERT INTO record (id) VALUES ('x')",
        "INSERT INTO outbox VALUES (9999, 'x', 'add')",
        "INSERT INTO outbox VALUES ('x', 'x', 'add')",
    ],
)
def test_the_tables_refuse_what_must_not_be(archive: Archive, catalogue: Catalogue, statement: str) -> None:
    file_one(archive, catalogue, 1)
    live = rebuild.dump(archive)
    with pytest.raises(sqlite3.IntegrityError):
        catalogue.db.execute(statement)
    assert rebuild.dump(archive) == live


def test_a_catalogue_without_its_guards_is_not_used(archive: Archive, catalogue: Catalogue) -> None:
    catalogue.db.execute("DROP TRIGGER events_are_not_changed")
    with pytest.raises(ArchiveError, match="guard"):
        open_catalogue(archive)
    rebuild.rebuild(archive)
    open_catalogue(archive).close()


def test_a_catalogue_of_a_later_docscan_is_not_used(archive: Archive, catalogue: Catalogue) -> None:
    catalogue.db.execute("PRAGMA user_version = 99")
    with pytest.raises(ArchiveError, match="version 99") as caught:
        open_catalogue(archive)
    assert "rebuild" in caught.value.hint


def test_a_file_that_is_no_database_is_not_used(archive: Archive) -> None:
    for path in archive.root.glob("catalogue.db-*"):
        path.unlink()
    archive.catalogue_path.write_bytes(b"no database" * 1000)
    with pytest.raises(ArchiveError, match="cannot be used"):
        open_catalogue(archive)


def test_a_catalogue_ahead_of_its_ledger_is_not_used(archive: Archive, tmp_path: Path) -> None:
    state = {path: path.read_bytes() for path in archive.ledger.iterdir()}
    ledger.append(archive, Draft("quarantine", "fail"), now=NOW, agent=AGENT)
    open_catalogue(archive).close()
    for path, data in state.items():
        path.write_bytes(data)
    with pytest.raises(LedgerError, match="knows 2 events"):
        open_catalogue(archive)


@contextmanager
def no_room() -> Iterator[None]:
    """No file can grow, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("missing", [False, True])
def test_a_catalogue_is_asked_though_the_disk_is_full(
    archive: Archive, catalogue: Catalogue, file_document: Callable[[int], Record], missing: bool
) -> None:
    file_document(1)
    catalogue.close()
    if missing:
        archive.catalogue_path.unlink()
    with no_room(), open_catalogue(archive) as found:
        assert [row.id for row in found.listing()] == [object_id(1)]


def test_a_full_disk_is_not_mended_by_making_the_catalogue_anew(
    archive: Archive, catalogue: Catalogue
) -> None:
    with no_room(), pytest.raises(ArchiveError) as caught, tables.guarded(archive.catalogue_path):
        catalogue.db.execute("CREATE TABLE more (text)")
    assert caught.value.hint == tables.DISK


def test_it_survives_the_pulling_of_the_plug(catalogue: Catalogue) -> None:
    assert catalogue.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert catalogue.db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert catalogue.db.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert all(
        "STRICT" in table.schema
        for table in Database(catalogue.db.conn).tables
        if table.name in tables.TABLES
    )


def test_writers_wait_for_one_another(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    tables.connect(path).conn.close()

    def count(_: int) -> None:
        db = tables.connect(path)
        for _ in range(10):
            with tables.immediate(db):
                (before,) = db.execute("SELECT coalesce(max(seq), 0) FROM applied").fetchone()
                db.execute("DELETE FROM applied")
                db.execute("INSERT INTO applied VALUES (1, ?, '')", (before + 1,))
        db.conn.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    db = tables.connect(path)
    assert db.execute("SELECT seq FROM applied").fetchone() == (40,)
    db.conn.close()


def test_a_transaction_that_fails_leaves_nothing(catalogue: Catalogue) -> None:
    def fails() -> None:
        with tables.immediate(catalogue.db):
            catalogue.db.execute("INSERT INTO outbox VALUES (0, 'x', 'add')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert list(catalogue.outbox_after(-1)) == []


def test_an_object_s_own_events_are_looked_up_and_not_searched_for(catalogue: Catalogue) -> None:
    asked = "SELECT min(seq) FROM events WHERE object = 'x' AND type = 'ingestion'"
    (plan,) = catalogue.db.execute(f"EXPLAIN QUERY PLAN {asked}")
    assert "object=?" in plan[3]


@pytest.mark.parametrize("asked", ["", "g", "%", "_", "\udcff", f"{object_id(1)}9", f"{object_id(1)[:-1]}g"])
def test_what_begins_no_id_finds_none(catalogue: Catalogue, archive: Archive, asked: str) -> None:
    file_one(archive, catalogue, 1)
    with pytest.raises(NotFoundError, match="No record begins"):
        catalogue.row(asked)
    assert catalogue.row(object_id(1).upper()).id == object_id(1)


def test_a_record_is_found_by_its_id_without_reading_the_others(catalogue: Catalogue) -> None:
    asked: list[str] = []
    catalogue.db.conn.set_trace_callback(asked.append)
    with pytest.raises(NotFoundError):
        catalogue.row("3f2a")
    catalogue.db.conn.set_trace_callback(None)
    plan = catalogue.db.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    assert "SEARCH record USING INDEX" in plan[0][3]


def test_the_languages_are_looked_up_without_reading_the_records(
    catalogue: Catalogue, file_document: Callable[[int], Record]
) -> None:
    assert catalogue.languages() == frozenset()
    for number, language in enumerate(("es", "", "pl", "es"), start=1):
        record = file_document(number)
        catalogue.db.execute("UPDATE record SET language = ? WHERE id = ?", (language, record.id)).close()
    asked: list[str] = []
    catalogue.db.conn.set_trace_callback(asked.append)
    assert catalogue.languages() == {"", "es", "pl"}
    catalogue.db.conn.set_trace_callback(None)
    steps = [row[3] for row in catalogue.db.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert all("INDEX record_language" in step for step in steps if "record" in step)
    assert any("record_language (language>?)" in step for step in steps)
