"""Handing over as a person does it: `proof`, `export`, `import`, `auditor-script`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import bagit
import pytest
import target
from shelf import NOW, Shelf

from docscan import archive
from docscan.archive import access, ledger
from docscan.archive.handover import packing
from docscan.archive.recovery import taken_up


@pytest.fixture
def filed(shelf: Shelf) -> Shelf:
    with taken_up(shelf.archive, now=NOW, agent="tester") as catalogue:
        for number in (1, 2, 3):
            target.file_one(shelf.archive, catalogue, number)
    shelf.call("rebuild")
    return shelf


def key(shelf: Shelf) -> str:
    return target.own_key(shelf.archive).public.hex()


def checked(folder: Path, *words: str) -> int:
    script = folder / packing.SCRIPT
    return subprocess.run([sys.executable, str(script), str(folder), *words], check=False).returncode


def shown(shelf: Shelf) -> list[tuple[str | None, object]]:
    """Who was given what: the record and the purpose of each dissemination."""
    events = ledger.read(shelf.archive)
    return [(one.object, one.detail["purpose"]) for one in events if one.type == "dissemination"]


def test_a_document_alone_is_proved_by_the_script_beside_it(filed: Shelf, tmp_path: Path) -> None:
    filed.call("proof", target.object_id(2), "--out", str(tmp_path / "alone"))
    assert checked(tmp_path / "alone", "--key", key(filed)) == 0
    assert checked(tmp_path / "alone") == 3
    assert shown(filed) == [(target.object_id(2), "export")]
    assert key(filed) in (tmp_path / "alone" / packing.INSTRUCTIONS).read_text()


def test_a_selection_leaves_as_a_bag_and_enters_another_archive(filed: Shelf, tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    ids.write_text(f"{target.object_id(1)}\n\n{target.object_id(3)}\n")
    folder = tmp_path / "bag"
    filed.call("export", "--ids", str(ids), "--to", str(folder))
    bagit.Bag(str(folder)).validate()
    assert checked(folder, "--key", key(filed)) == 0
    assert [purpose for _, purpose in shown(filed)] == ["export", "export"]
    other = Shelf(archive.create(tmp_path / "other", name="other", language="en", now=NOW, agent="tester"))
    done = other.call("import", str(folder), "--key", key(filed))
    assert sorted(done.stdout.split()) == [target.object_id(1), target.object_id(3)]
    assert "2 were here already" in other.call("import", str(folder)).stderr
    assert {row.id for row in other.rows()} == {target.object_id(1), target.object_id(3)}
    assert [row["id"] for row in other.json("search", "invoice_number:F-3")] == [target.object_id(3)]
    assert other.json("show", target.object_id(3))[0]["fields"]["invoice_number"]["value"] == "F-3"
    assert other.findings() == []


def test_a_query_chooses_what_is_found_as_typed(filed: Shelf, tmp_path: Path) -> None:
    filed.call("export", "invoice_number:F-2", "--to", str(tmp_path / "bag"))
    assert shown(filed) == [(target.object_id(2), "export")]
    assert (
        "No record was chosen" in filed.call("export", "zzz", "--to", str(tmp_path / "none"), code=6).stderr
    )
    assert not (tmp_path / "none").exists()


def test_everything_leaves_with_a_receipt_and_can_be_used_in_place(filed: Shelf, tmp_path: Path) -> None:
    filed.call("export", "--all", "--to", str(tmp_path / "all"))
    receipt = (tmp_path / "all-receipt.txt").read_text()
    assert key(filed) in receipt
    assert checked(tmp_path / "all", "--key", key(filed)) in {0, 3}
    moved = Shelf(archive.open_archive(shutil.copytree(tmp_path / "all/data", tmp_path / "moved")))
    moved.call("rebuild")
    assert len(moved.json("list")) == 3
    assert moved.findings() == []


def test_one_way_to_choose_is_asked_for(filed: Shelf, tmp_path: Path) -> None:
    assert "Choose" in filed.call("export", "--to", str(tmp_path / "bag"), code=2).stderr
    assert "Choose" in filed.call("export", "x", "--all", "--to", str(tmp_path / "bag"), code=2).stderr


def test_a_place_that_cannot_be_written_is_named(filed: Shelf) -> None:
    done = filed.call("export", "--all", "--to", "/proc/bag", code=6)
    assert "/proc/bag cannot be written" in done.stderr
    inside = filed.call("export", "--all", "--to", str(filed.root / "objects/bag"), code=6)
    assert "lies in the archive itself" in inside.stderr
    assert filed.findings() == []


def test_what_is_refused_is_not_told_as_given(
    filed: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "letter").touch()
    one = target.object_id(1)
    assert "there already" in filed.call("proof", one, "--out", str(taken), code=6).stderr
    assert "cannot be written" in filed.call("proof", one, "--out", "/proc/proof", code=6).stderr
    assert "there already" in filed.call("export", "invoice_number:F-1", "--to", str(taken), code=6).stderr
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "no keys"))
    done = filed.call("export", "invoice_number:F-1", "--to", str(tmp_path / "bag"), code=6)
    assert "cannot be signed" in done.stderr
    assert shown(filed) == []


@pytest.mark.parametrize("what", ["folder", "file", "link"])
def test_what_somebody_else_keeps_under_the_unfinished_name_stays(
    filed: Shelf, tmp_path: Path, what: str
) -> None:
    kept = tmp_path / "bag.unfinished"
    if what == "folder":
        kept.mkdir()
        (kept / "thesis.tex").write_text("mine")
    elif what == "file":
        kept.write_text("mine")
    else:
        kept.symlink_to(filed.root)
    before = kept.lstat().st_ino
    for words in (("export", "--all", "--to"), ("proof", target.object_id(1), "--out")):
        done = filed.call(*words, str(tmp_path / "bag"), code=6)
        assert "not made by docscan" in done.stderr
        assert "Move it away" in done.stderr
    assert kept.lstat().st_ino == before
    assert what == "link" or "mine" in [
        path.read_text() for path in (kept, *kept.glob("*")) if path.is_file()
    ]
    assert not (tmp_path / "bag").exists()
    assert filed.findings() == []
    assert shown(filed) == []


def test_an_empty_folder_and_one_of_ours_make_room(filed: Shelf, tmp_path: Path) -> None:
    (tmp_path / "bag").mkdir()
    left = tmp_path / "bag.unfinished"
    (left / "bag" / "objects").mkdir(parents=True)
    (left / packing.MARK).touch()
    filed.call("export", "--all", "--to", str(tmp_path / "bag"))
    assert not left.exists()
    bagit.Bag(str(tmp_path / "bag")).validate()


def test_who_may_not_hand_over_does_not(filed: Shelf, tmp_path: Path) -> None:
    with taken_up(filed.archive, now=NOW, agent="tester") as catalogue:
        access.change(catalogue, "somebody", ("administrator",), now=NOW, agent="tester")
    for words in (("export", "--all", "--to", "bag"), ("import", "bag")):
        assert "may not do this here" in filed.call(*words, code=6).stderr
    assert not (tmp_path / "bag").exists()


def test_what_is_no_bag_is_refused(filed: Shelf, tmp_path: Path) -> None:
    assert "it is no BagIt bag" in filed.call("import", "nowhere", code=6).stderr


def test_the_script_is_the_one_that_docscan_was_tested_with(filed: Shelf, tmp_path: Path) -> None:
    assert "cannot be written" in filed.call("auditor-script", "--out", "/proc/script.py", code=6).stderr
    filed.call("auditor-script", "--out", str(tmp_path / "script.py"))
    assert (tmp_path / "script.py").read_bytes() == packing.script()
    done = subprocess.run(
        [sys.executable, str(tmp_path / "script.py"), str(filed.root), "--json"],
        capture_output=True,
        check=False,
    )
    assert json.loads(done.stdout)["findings"] == []


def test_of_a_place_that_cannot_be_written_nothing_is_told(filed: Shelf) -> None:
    before = [one.line for one in ledger.read(filed.archive)]
    for words in (
        ("export", "--all", "--to", "/proc/bag"),
        ("export", "invoice_number:F-1", "--to", "/proc/deep/bag"),
        ("proof", target.object_id(1), "--out", "/proc/alone"),
    ):
        assert "cannot be written" in filed.call(*words, code=6).stderr
    assert [one.line for one in ledger.read(filed.archive)] == before


def test_to_see_whether_a_place_can_be_written_leaves_nothing_there(shelf: Shelf, tmp_path: Path) -> None:
    packing.expect_place(shelf.archive, tmp_path / "usb" / "deep" / "bag")
    assert not (tmp_path / "usb").exists()
