import json
import os
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docscan.accession import inbox

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "work").mkdir()
    return tmp_path / "inbox", tmp_path / "work"


def put(path: Path, content: bytes = b"scan", age: float = 100.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def settled(path: Path, unchanged: float = 0.0, quiet: float = 3.0) -> bool:
    (arrival,) = (item for item in inbox.look(path.parent) if item.path == path)
    return inbox.settled(arrival, unchanged=unchanged, quiet=quiet, now=time.time())


def test_what_programs_write_before_it_is_finished_is_passed_over(folders: tuple[Path, Path]):
    waiting, _ = folders
    for name in (
        ".hidden.pdf",
        "~lock.pdf",
        "scan.pdf.part",
        "scan.TMP",
        "a.crdownload",
        "a.pdf.ready",
        ".trash/b.pdf",
    ):
        put(waiting / name)
    kept = put(waiting / "scan.pdf")
    assert [arrival.path for arrival in inbox.look(waiting)] == [kept]


def test_files_in_folders_of_the_inbox_are_seen(folders: tuple[Path, Path]):
    waiting, work = folders
    put(waiting / "floor 2" / "scan.pdf")
    (arrival,) = inbox.look(waiting)
    claim = inbox.claim(arrival, waiting, work)
    assert claim is not None
    assert claim.source == "inbox/floor 2/scan.pdf"


def test_a_file_that_has_been_quiet_is_complete(folders: tuple[Path, Path]):
    assert settled(put(folders[0] / "old.pdf", age=10))


def test_a_fresh_file_is_not_complete_until_it_was_seen_unchanged(folders: tuple[Path, Path]):
    fresh = put(folders[0] / "fresh.pdf", age=0)
    assert not settled(fresh)
    assert settled(fresh, unchanged=3.1)


def test_a_file_somebody_writes_to_is_not_complete_however_old(folders: tuple[Path, Path]):
    path = put(folders[0] / "slow.pdf", age=1000)
    with path.open("ab"):
        assert inbox.closed(path) == "no"
        assert not settled(path, unchanged=1000)
    assert settled(path)


def test_a_marker_says_that_a_fresh_file_is_complete(folders: tuple[Path, Path]):
    waiting, work = folders
    path = put(waiting / "scan.pdf", age=0)
    put(waiting / "scan.pdf.ready")
    assert settled(path)
    assert inbox.claim(inbox.look(waiting)[0], waiting, work) is not None
    assert list(waiting.iterdir()) == []


def test_a_claim_lost_to_another_is_none_and_leaves_nothing(folders: tuple[Path, Path]):
    waiting, work = folders
    path = put(waiting / "scan.pdf")
    (arrival,) = inbox.look(waiting)
    path.unlink()
    assert inbox.claim(arrival, waiting, work) is None
    assert list(work.iterdir()) == []


def test_an_interrupted_run_s_claims_are_found_again(folders: tuple[Path, Path]):
    waiting, work = folders
    put(waiting / "deep" / "scan.pdf")
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    (work / str(uuid.uuid4()) / "deep").mkdir(parents=True)
    put(work / "junk" / "x.png")
    assert list(inbox.claimed(waiting, work)) == [claim]
    assert {folder.name for folder in work.iterdir()} == {claim.accession if claim else "", "junk"}


def test_a_file_given_back_never_overwrites_a_newer_one(folders: tuple[Path, Path]):
    waiting, work = folders
    put(waiting / "scan.pdf", b"first")
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    assert claim is not None
    put(waiting / "scan.pdf", b"second")
    back = inbox.give_back(claim, waiting, work)
    assert back.name == "scan (2).pdf"
    assert back.read_bytes() == b"first"
    assert (waiting / "scan.pdf").read_bytes() == b"second"
    assert list(work.iterdir()) == []


def test_a_file_put_aside_has_its_receipt_beside_it(folders: tuple[Path, Path], tmp_path: Path):
    waiting, work = folders
    put(waiting / "bad.pdf", b"bad")
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    assert claim is not None
    target = inbox.set_aside(claim, tmp_path / "put-aside", work, receipt={"code": "A050"}, now=NOW)
    assert target == tmp_path / "put-aside" / "2026-03-02" / "bad.pdf"
    assert json.loads((target.parent / "bad.pdf.receipt.json").read_text()) == {"code": "A050"}
    assert list(work.iterdir()) == []


def test_putting_aside_again_after_an_interruption_makes_no_second_copy(
    folders: tuple[Path, Path], tmp_path: Path
):
    waiting, work = folders
    put(waiting / "bad.pdf", b"bad")
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    assert claim is not None
    aside = tmp_path / "put-aside" / "2026-03-02"
    aside.mkdir(parents=True)
    os.link(claim.path, aside / "bad.pdf")  # the moment at which a run was killed
    inbox.set_aside(claim, tmp_path / "put-aside", work, receipt={"code": "A050"}, now=NOW)
    assert sorted(path.name for path in aside.iterdir()) == ["bad.pdf", "bad.pdf.receipt.json"]


@pytest.mark.parametrize(("age", "expected"), [(10, False), (1000, True), (-86400, True), (-5, False)])
def test_an_incomplete_file_waits_until_its_grace_has_passed(
    folders: tuple[Path, Path], age: float, expected: bool
):
    path = put(folders[0] / "cut.pdf", age=age)
    assert inbox.outlived(path, grace=900, now=time.time()) is expected


def test_a_file_touched_after_it_was_seen_goes_back(folders: tuple[Path, Path]):
    waiting, work = folders
    path = put(waiting / "scan.tif")
    (arrival,) = inbox.look(waiting)
    with path.open("ab") as scanner:
        assert inbox.claim(arrival, waiting, work) is None
        scanner.write(b"another page")
    assert path.read_bytes() == b"scananother page"
    assert list(work.iterdir()) == []
    assert inbox.claim(arrival, waiting, work) is None
    assert inbox.claim(inbox.look(waiting)[0], waiting, work) is not None


@pytest.mark.parametrize("name", [b"f\xfcr.png", b"a" * 251 + b".png", b"-rf.png", b"new\nline\x1b[31m.png"])
def test_any_name_can_be_claimed_and_put_aside(folders: tuple[Path, Path], tmp_path: Path, name: bytes):
    waiting, work = folders
    path = waiting / os.fsdecode(name)
    put(path)
    assert settled(path)
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    assert claim is not None
    assert claim.source.isprintable()
    claim.source.encode()
    target = inbox.set_aside(claim, tmp_path / "put-aside", work, receipt={"source": claim.source}, now=NOW)
    assert target.read_bytes() == b"scan"
    assert target.with_name(f"{target.name}.receipt.json").is_file()
    assert list(work.iterdir()) == []


def test_a_receipt_never_overwrites_a_file_of_that_name(folders: tuple[Path, Path], tmp_path: Path):
    waiting, work = folders
    for name, content in (("a.txt.receipt.json", b"precious"), ("a.txt", b"text")):
        put(waiting / name, content)
        claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
        assert claim is not None
        inbox.set_aside(claim, tmp_path / "put-aside", work, receipt={}, now=NOW)
    kept = {path.read_bytes() for path in (tmp_path / "put-aside").rglob("*") if path.is_file()}
    assert {b"precious", b"text"} <= kept


def test_a_link_to_a_folder_is_seen(folders: tuple[Path, Path]):
    (folders[0] / "link").symlink_to("/etc")
    assert [arrival.path.name for arrival in inbox.look(folders[0])] == ["link"]


# ---- companions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["scan.xml", "scan.XML", "scan.pdf.xml"])
def test_an_xml_file_beside_a_document_is_claimed_with_it(folders: tuple[Path, Path], name: str):
    waiting, work = folders
    put(waiting / "deep" / "scan.pdf")
    put(waiting / "deep" / name, b"<Invoice/>")
    (arrival,) = inbox.look(waiting)
    claim = inbox.claim(arrival, waiting, work)
    assert claim is not None
    assert claim.companion == work / claim.accession / "deep" / name
    assert claim.companion.read_bytes() == b"<Invoice/>"
    assert inbox.look(waiting) == ()
    assert list(inbox.claimed(waiting, work)) == [claim]


def test_an_xml_file_of_another_name_or_folder_is_nobody_s_companion(folders: tuple[Path, Path]):
    waiting, _ = folders
    for name in ("scan.pdf", "other.xml", "deep/scan.xml"):
        put(waiting / name)
    assert [(arrival.path.name, arrival.companion) for arrival in inbox.look(waiting)] == [
        ("scan.xml", None),
        ("other.xml", None),
        ("scan.pdf", None),
    ]


def test_a_document_waits_for_a_companion_that_is_still_written(folders: tuple[Path, Path]):
    waiting, _ = folders
    path = put(waiting / "scan.pdf", age=1000)
    beside = put(waiting / "scan.xml", age=1000)
    with beside.open("ab"):
        assert not settled(path, unchanged=1000)
    assert settled(path)


def test_a_companion_that_an_interruption_left_behind_is_fetched(folders: tuple[Path, Path]):
    waiting, work = folders
    put(waiting / "scan.pdf")
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    assert claim is not None
    put(waiting / "scan.xml")
    (again,) = inbox.claimed(waiting, work)
    assert again.companion == claim.path.with_name("scan.xml")
    assert list(waiting.iterdir()) == []


def test_a_companion_is_put_aside_and_given_back_with_its_document(
    folders: tuple[Path, Path], tmp_path: Path
):
    waiting, work = folders
    for name in ("scan.pdf", "scan.xml"):
        put(waiting / name, name.encode())
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    assert claim is not None
    inbox.give_back(claim, waiting, work)
    assert sorted(path.name for path in waiting.iterdir()) == ["scan.pdf", "scan.xml"]
    claim = inbox.claim(inbox.look(waiting)[0], waiting, work)
    assert claim is not None
    target = inbox.set_aside(claim, tmp_path / "put-aside", work, receipt={"code": "A050"}, now=NOW)
    assert sorted(path.name for path in target.parent.iterdir()) == [
        "scan.pdf",
        "scan.pdf.receipt.json",
        "scan.xml",
        "scan.xml.receipt.json",
    ]
    assert list(work.iterdir()) == list(waiting.iterdir()) == []
