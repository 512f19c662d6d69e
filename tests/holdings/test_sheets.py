"""Sheets are evidence: who changes, takes away or plants one is found out, by docscan and the auditor."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from depot import AGENT, NOW, enter, founded, furnish, working

from docscan.archive import Archive, fixity, papers
from docscan.auditor import verify_archive
from docscan.holdings import redaction, rows, sheets
from docscan.holdings.entities import Item, Person
from docscan.holdings.register import open_register

SCRIPT = Path(verify_archive.__file__)


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    """A depot that nobody holds any more."""
    archive = founded(tmp_path / "archive")
    with working(archive) as register:
        furnish(register)
    return archive


def sheet_of(archive: Archive, kind: str) -> Path:
    (found,) = [
        path for path in (archive.root / "holdings").iterdir() if f'"kind":"{kind}"' in path.read_text()
    ]
    return found


def found_by_docscan(archive: Archive) -> set[tuple[str, str]]:
    return {(one.code, one.path) for one in fixity.verify(archive)}


def found_by_the_auditor(archive: Archive) -> set[tuple[str, str]]:
    done = subprocess.run(
        [sys.executable, SCRIPT, archive.root, "--json"], capture_output=True, text=True, check=False
    )
    return {(one["code"], one["path"]) for one in json.loads(done.stdout)["findings"]}


def test_what_was_registered_is_whole(kept: Archive):
    assert found_by_docscan(kept) == found_by_the_auditor(kept) == set()


def altered(archive: Archive) -> tuple[str, str]:
    path = sheet_of(archive, "item")
    path.write_bytes(path.read_bytes().replace(b"Mu\xc3\xb1oz 1", b"Mu\xc3\xb1oz 7"))
    return "D1", f"holdings/{path.name}"


def removed(archive: Archive) -> tuple[str, str]:
    path = sheet_of(archive, "person")
    path.unlink()
    return "D2", f"holdings/{path.name}"


def planted(archive: Archive) -> tuple[str, str]:
    path = archive.root / "holdings" / f"{uuid.uuid4()}.jsonl"
    path.write_bytes(rows.row(Person(str(uuid.uuid4()), "P-000012R", "Eva")))
    return "D3", f"holdings/{path.name}"


def called_otherwise(archive: Archive) -> tuple[str, str]:
    (archive.root / "holdings" / "more.txt").write_text("x")
    return "D3", "holdings/more.txt"


def linked(archive: Archive) -> tuple[str, str]:
    (archive.root / "holdings" / "beside").symlink_to("/etc")
    return "D5", "holdings/beside"


@pytest.mark.parametrize("attack", [altered, removed, planted, called_otherwise, linked])
def test_each_attack_on_a_sheet_is_one_finding(kept: Archive, attack: Callable[[Archive], tuple[str, str]]):
    expected = attack(kept)
    assert found_by_docscan(kept) == {expected}
    assert found_by_the_auditor(kept) == {expected}


def test_a_sheet_whose_line_is_lost_is_excused_and_a_second_one_is_not(kept: Archive):
    segment = kept.ledger / "000000.jsonl"
    lines = segment.read_bytes().splitlines(keepends=True)
    lines[3] = b"x" * (len(lines[3]) - 1) + b"\n"
    segment.write_bytes(b"".join(lines))
    assert not any(path.startswith("holdings/") for _, path in found_by_docscan(kept))
    assert not any(path.startswith("holdings/") for _, path in found_by_the_auditor(kept))
    planted(kept)
    for found in (found_by_docscan(kept), found_by_the_auditor(kept)):
        assert [code for code, path in found if path.startswith("holdings/")] == ["D3"]


def test_a_sheet_that_was_begun_is_finished_by_the_next_who_writes(
    kept: Archive, monkeypatch: pytest.MonkeyPatch
):
    class CutError(Exception):
        pass

    def cut(*_: object, **__: object) -> None:
        raise CutError

    with working(kept) as register, monkeypatch.context() as patched:
        patched.setattr(papers.ledger, "append", cut)
        with pytest.raises(CutError):
            enter(register, [Person("", "", "Ana Ruiz")])
    with working(kept) as register:
        assert [one.name for one in register.entities(Person, "TRUE")][-1] == "Ana Ruiz"
    assert found_by_docscan(kept) == set()


def test_many_rows_are_one_event_of_several_sheets(kept: Archive, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rows, "SHEET_ROWS", 10)
    with working(kept) as register:
        (box,) = {one.box for one in register.items_in(register.entity("B-000001C").id)}
        new = sheets.numbered(register, [Item("", "", f"Akte {n}", box=box) for n in range(25)])
        written = sheets.enter(register, new, now=NOW, agent=AGENT)
        assert len(written.files) == 3
        assert written.detail == {"act": "register", "rows": 25, "item": 31}
        assert len(list(register.entities(Item, "TRUE"))) == 31
    assert found_by_docscan(kept) == set()


def test_the_register_can_be_read_where_nothing_can_be_written(
    kept: Archive, monkeypatch: pytest.MonkeyPatch
):
    with working(kept) as register:
        catalogue = register.catalogue
        access = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
        with open_register(catalogue) as looked_at:
            assert looked_at.rows("PRAGMA database_list").__next__()[2] == ""  # in memory
            assert len(list(looked_at.entities(Item, "TRUE"))) == 6


def test_once_somebody_was_forgotten_all_is_whole_and_the_old_sheet_is_a_finding(kept: Archive):
    path = sheet_of(kept, "person")
    before = path.read_bytes()
    with working(kept) as register:
        redaction.redact(register, "P-000001E", now=NOW, agent=AGENT)
    assert found_by_docscan(kept) == found_by_the_auditor(kept) == set()
    path.write_bytes(before)
    assert found_by_docscan(kept) == found_by_the_auditor(kept) == {("D1", f"holdings/{path.name}")}
