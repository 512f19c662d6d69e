"""Damage from outside ends in a sentence with a way out, and nothing waits for ever."""

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docscan import archive as archives
from docscan.archive import Archive, fixity, healing, layout, ledger, locks, objects, rebuild, tables
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.event import Draft
from docscan.errors import ArchiveBusyError, ArchiveError, LedgerError
from tests.archive.conftest import AGENT, NOW, file_one, object_id, read_document


def put_in_place(path: Path, kind: str) -> None:
    """Something else where a file should be."""
    for old in (path, *path.parent.glob(f"{path.name}-*")):
        old.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)


@pytest.fixture
def filled(archive: Archive) -> Archive:
    with open_catalogue(archive) as catalogue:
        file_one(archive, catalogue, 1)
        file_one(archive, catalogue, 2)
    return archive


# --- the catalogue -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_catalogue_that_is_no_file_is_told_and_made_anew(filled: Archive, kind: str) -> None:
    put_in_place(filled.catalogue_path, kind)
    with pytest.raises(ArchiveError, match="is no file") as caught:
        open_catalogue(filled)
    assert "docscan rebuild" in caught.value.hint
    rebuild.rebuild(filled)
    with open_catalogue(filled) as again:
        assert again.count() == 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda catalogue: list(catalogue.listing()),
        lambda catalogue: catalogue.count(),
        lambda catalogue: catalogue.row("0"),
        lambda catalogue: catalogue.page_texts(object_id(1)),
        lambda catalogue: list(catalogue.outbox_after(-1)),
        lambda catalogue: catalogue.same_invoice("ESB00000000", "F-1"),
        lambda catalogue: catalogue.newest_errand(),
    ],
)
def test_a_catalogue_without_its_tables_is_a_sentence(
    filled: Archive, ask: Callable[[Catalogue], Any]
) -> None:
    connection = sqlite3.connect(filled.catalogue_path)
    for table in ("record", "page", "outbox"):
        connection.execute(f"DROP TABLE {table}")
    connection.close()
    with open_catalogue(filled) as catalogue, pytest.raises(ArchiveError, match="cannot be used") as caught:
        ask(catalogue)
    assert "docscan rebuild" in caught.value.hint
    rebuild.rebuild(filled)
    with open_catalogue(filled) as catalogue:
        assert catalogue.count() == 2


def test_a_catalogue_of_zeroed_pages_is_a_sentence(filled: Archive) -> None:
    data = filled.catalogue_path.read_bytes()
    filled.catalogue_path.write_bytes(data[:4096] + bytes(len(data) - 4096))

    def ask() -> None:
        with open_catalogue(filled) as catalogue:
            list(catalogue.listing())

    with pytest.raises(ArchiveError, match="cannot be used"):
        ask()
    rebuild.rebuild(filled)
    ask()


@pytest.mark.parametrize("value", [None, {"a": 1}, 10**30, "\ud800"])
def test_a_record_of_another_form_is_left_out_and_named(filled: Archive, value: object) -> None:
    path = objects.path_of(filled, object_id(1), "record.json")
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"source": value}))
    rebuild.rebuild(filled)
    with open_catalogue(filled) as catalogue:
        assert [row.id for row in catalogue.listing()] == [object_id(2)]
        assert list(catalogue.page_texts(object_id(1))) == []
    assert any(finding.path.endswith("record.json") for finding in fixity.verify(filled))


# --- a ledger that was cut ---------------------------------------------------------------------------------


def cut(archive: Archive, *, replaced: bool = False) -> None:
    """Take the last event away, with its head, or put another in its place."""
    path = ledger.segment(archive, 0)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    last = ledger.event.parsed(lines[-2].rstrip(b"\n"))
    ledger.write_head(archive, ledger.Head(last.seq + 1, last.hash))
    if replaced:
        ledger.append(archive, Draft("quarantine", "fail"), now=NOW, agent=AGENT)


@pytest.mark.parametrize("replaced", [False, True])
def test_rebuild_does_not_destroy_the_evidence_of_a_cut_ledger(filled: Archive, *, replaced: bool) -> None:
    before = filled.catalogue_path.read_bytes()
    cut(filled, replaced=replaced)
    with pytest.raises(LedgerError, match="cut short or replaced") as caught:
        rebuild.rebuild(filled)
    assert "--force" in caught.value.hint
    assert filled.catalogue_path.read_bytes() == before
    rebuild.rebuild(filled, force=True)
    assert filled.catalogue_path.with_name("catalogue.db.ahead-1").read_bytes() == before
    with open_catalogue(filled) as catalogue:
        assert catalogue.count() == 1


def test_force_keeps_nothing_aside_where_nothing_is_missing(filled: Archive) -> None:
    rebuild.rebuild(filled, force=True)
    assert not list(filled.root.glob("catalogue.db.*"))


@pytest.mark.parametrize("kind", ["folder", "pipe"])
@pytest.mark.parametrize("name", ["000000.jsonl", "head.json", "log.json"])
def test_a_ledger_file_that_is_no_file_is_told_without_waiting(filled: Archive, name: str, kind: str) -> None:
    put_in_place(filled.ledger / name, kind)
    with pytest.raises(LedgerError):
        ledger.append(filled, Draft("quarantine", "fail"), now=NOW, agent=AGENT)
    if name != "log.json":
        with pytest.raises(LedgerError):
            list(ledger.read(filled))
        with pytest.raises(LedgerError):
            healing.heal(filled, now=NOW, agent=AGENT)
    assert any(finding.path == f"ledger/{name}" for finding in fixity.verify(filled))


# --- folders that a copy left out --------------------------------------------------------------------------


def test_empty_working_folders_come_back_and_no_others(filled: Archive) -> None:
    for name in ("work", "staging", "put-aside", "duplicates", "reports", "inbox", "pipelines"):
        shutil.rmtree(filled.root / name)
    archives.complete(filled)
    assert all((filled.root / name).is_dir() for name in layout.SERVICE)
    assert not filled.inbox.exists()


def test_a_file_in_the_place_of_a_working_folder_is_told(filled: Archive) -> None:
    filled.work.rmdir()
    filled.work.write_text("x")
    with pytest.raises(ArchiveError, match="work"):
        archives.complete(filled)


# --- media that cannot be written --------------------------------------------------------------------------


@pytest.fixture
def read_only(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """As on a read-only mount: no lock can be made, and `access` says no."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    access = os.access
    monkeypatch.setattr(locks, "locked", refused)
    monkeypatch.setattr(os, "access", lambda path, mode, **kw: mode != os.W_OK and access(path, mode, **kw))
    return filled


def test_a_read_only_archive_is_held_for_reading_alone(read_only: Archive) -> None:
    with archives.hold(read_only, reading=True):
        assert list(fixity.verify(read_only)) == []
    with pytest.raises(ArchiveError, match="Read-only") as caught, archives.hold(read_only):
        pass
    assert not isinstance(caught.value, ArchiveBusyError)


def test_a_read_only_catalogue_is_asked_and_left_as_it_is(read_only: Archive) -> None:
    before = {path.name: path.read_bytes() for path in read_only.root.iterdir() if path.is_file()}
    with open_catalogue(read_only) as catalogue:
        assert catalogue.count() == 2
    assert {path.name: path.read_bytes() for path in read_only.root.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("state", ["missing", "behind", "in its log"])
def test_a_read_only_catalogue_that_is_behind_is_made_up_in_memory(read_only: Archive, state: str) -> None:
    if state == "missing":
        read_only.catalogue_path.unlink()
    elif state == "behind":
        ledger.append(read_only, Draft("quarantine", "fail"), now=NOW, agent=AGENT)
    else:
        read_only.catalogue_path.with_name("catalogue.db-wal").write_bytes(b"x" * 100)
    with open_catalogue(read_only) as catalogue:
        assert catalogue.count() == 2
        assert catalogue.applied() + 1 == ledger.read_head(read_only).size


# --- names and numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["F-1", "f 1", "F/1", "f.1", "F1"])
@pytest.mark.parametrize(
    "supplier", ["ESB00000000", "es-b 0000.0000", "Papelería Ruiz S.L.", "PAPELERÍA RUIZ SL"]
)
def test_the_same_invoice_is_known_however_it_is_written(
    archive: Archive, number: str, supplier: str
) -> None:
    with open_catalogue(archive) as catalogue:
        file_one(archive, catalogue, 1)
        catalogue.db.execute("UPDATE record SET supplier = 'Papelería Ruiz, S. L.'")
        assert catalogue.same_invoice(supplier, number) == object_id(1)
        assert catalogue.same_invoice(supplier, "F-11") is None
        assert catalogue.same_invoice("other", number) is None
        assert catalogue.same_invoice("-", number) is None
        assert catalogue.same_invoice(supplier, "-") is None


def test_the_number_is_looked_up_in_an_index(archive: Archive) -> None:
    with open_catalogue(archive) as catalogue:
        asked = f"SELECT id FROM record WHERE {tables.PLAIN.format('number')} = 'f1'"  # noqa: S608 - an own expression
        (plan,) = catalogue.db.execute(f"EXPLAIN QUERY PLAN {asked}")
        assert "record_number" in plan[3]


def test_the_log_is_named_without_the_name_of_the_archive(archive: Archive) -> None:
    assert ledger.origin(archive).startswith("docscan/")
    assert b"hijos" not in (archive.ledger / "log.json").read_bytes().lower()


@pytest.mark.parametrize("name", ["caf\udce9.pdf", "\udcff\udcfe"])
def test_a_name_that_is_no_text_is_filed_as_escapes(archive: Archive, name: str) -> None:
    claimed = archive.work / "claimed"
    claimed.write_bytes(b"%PDF-1.7")
    record = replace(read_document(1, b"%PDF-1.7"), source=name)
    with open_catalogue(archive) as catalogue:
        places = {f"original/{name}": claimed}
        filed = deposit(archive, catalogue, record, places, object_id=object_id(1), now=NOW, agent=AGENT)
        assert filed.source == name.encode(errors="backslashreplace").decode()
        assert next(catalogue.listing()).source == filed.source
        assert objects.read_record(archive, object_id(1)).source == filed.source
    assert list(fixity.verify(archive)) == []
