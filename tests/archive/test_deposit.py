"""A document is filed whole or not at all, wherever the plug is pulled."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ocfl
import pytest

from docscan.archive import Archive, objects, rebuild
from docscan.archive.catalogue import Catalogue
from docscan.archive.deposit import deposit
from docscan.archive.fixity import verify
from docscan.archive.recovery import recover
from docscan.errors import ArchiveError, FixityError
from docscan.model import Record
from tests.archive.conftest import AGENT, NOW, file_one, object_id, read_document

CRASHES = Path(__file__).with_name("crashes.py")


def crashes(home: Path, claimed: str, stride: int) -> list[dict[str, object]]:
    ran = subprocess.run(
        [sys.executable, CRASHES, str(home), claimed, str(stride)], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_filed_document_comes_back_as_it_was_read(
    archive: Archive, file_document: Callable[[int], Record]
) -> None:
    filed = file_document(1)
    assert (filed.id, filed.received) == (object_id(1), "2026-03-01T09:31:00Z")
    stored = objects.read_record(archive, object_id(1))
    assert stored.extraction.fields == filed.extraction.fields
    assert (stored.source, stored.findings, stored.verdict) == (filed.source, filed.findings, filed.verdict)
    assert [page.text for page in stored.pages] == ["Factura nº1", ""]
    original = objects.path_of(archive, object_id(1), "original")
    assert objects.sha256(original.read_bytes()) == filed.sha256
    assert len(objects.path_of(archive, object_id(1), "salt").read_bytes()) == 32


def test_another_program_finds_every_object_valid(
    archive: Archive, file_document: Callable[[int], Record]
) -> None:
    for number in range(1, 6):
        file_document(number)
    root = ocfl.StorageRoot(root=str(archive.objects))
    assert root.validate()
    # `validate` alone is content with broken objects
    assert (root.num_objects, root.good_objects) == (5, 5)
    assert sorted(root.object_paths()) == sorted(
        objects.relative_folder(object_id(number)) for number in range(1, 6)
    )


def test_equal_files_in_one_object_are_valid(archive: Archive, catalogue: Catalogue) -> None:
    claimed = archive.work / "same"
    claimed.write_bytes(b"same")
    deposit(
        archive,
        catalogue,
        read_document(1, b"same"),
        {"original/a.pdf": claimed, "derived/document.pdf": claimed},
        object_id=object_id(1),
        now=NOW,
        agent=AGENT,
    )
    root = ocfl.StorageRoot(root=str(archive.objects))
    assert root.validate()
    assert (root.num_objects, root.good_objects) == (1, 1)
    assert list(verify(archive)) == []


def test_an_original_that_changed_is_refused_and_nothing_is_filed(
    archive: Archive, catalogue: Catalogue
) -> None:
    claimed = archive.work / "claimed"
    claimed.write_bytes(b"another")
    record = read_document(1, b"what was read")
    with pytest.raises(FixityError):
        deposit(
            archive,
            catalogue,
            record,
            {"original/a.pdf": claimed},
            object_id=object_id(1),
            now=NOW,
            agent=AGENT,
        )
    recover(archive, catalogue)
    assert catalogue.count() == 0
    assert list(archive.staging.iterdir()) == []
    assert list(verify(archive)) == []


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"derived/document.pdf": "a"},
        {"original/a.pdf": "a", "original/b.pdf": "a"},
        {"original/a.pdf": "a", "record.json": "a"},
        {"original/../a.pdf": "a"},
        {"original/": "a"},
        {"original/a.pdf": "a", "derived/words.json": "a"},
        {"original/a.pdf": "a", "derived/x:y": "a", "derived/x?y": "a"},
        {"original/a.pdf": "link"},
        {"original/a.pdf": "folder"},
    ],
)
def test_files_that_cannot_be_an_object_are_refused(
    archive: Archive, catalogue: Catalogue, files: dict[str, str]
) -> None:
    (archive.work / "a").write_bytes(b"a")
    (archive.work / "link").symlink_to(archive.work / "a")
    (archive.work / "folder").mkdir()
    places = {logical: archive.work / name for logical, name in files.items()}
    with pytest.raises(ArchiveError):
        deposit(
            archive, catalogue, read_document(1, b"a"), places, object_id=object_id(1), now=NOW, agent=AGENT
        )
    assert catalogue.count() == 0


def test_an_id_is_used_once(archive: Archive, catalogue: Catalogue) -> None:
    file_one(archive, catalogue, 1)
    with pytest.raises(ArchiveError, match="already"):
        file_one(archive, catalogue, 1)
    assert catalogue.count() == 1


def test_files_of_the_staging_area_are_moved_and_others_left(archive: Archive, catalogue: Catalogue) -> None:
    claimed, derived = archive.work / "claimed", archive.staging / "derived.pdf"
    claimed.write_bytes(b"original")
    derived.write_bytes(b"derived")
    number = derived.stat().st_ino
    deposit(
        archive,
        catalogue,
        replace(read_document(1, b"original"), findings=()),
        {"original/a.pdf": claimed, "derived/document.pdf": derived},
        object_id=object_id(1),
        now=NOW,
        agent=AGENT,
    )
    assert claimed.exists()
    assert not derived.exists()
    assert objects.path_of(archive, object_id(1), "derived/document.pdf").stat().st_ino == number


def test_a_hostile_name_becomes_a_plain_one(archive: Archive, catalogue: Catalogue) -> None:
    claimed = archive.work / "claimed"
    claimed.write_bytes(b"x")
    deposit(
        archive,
        catalogue,
        read_document(1, b"x"),
        {"original/\u202efdp.exe\n": claimed},
        object_id=object_id(1),
        now=NOW,
        agent=AGENT,
    )
    assert objects.path_of(archive, object_id(1), "original").name == "fdp.exe"


def test_a_kill_at_any_step_leaves_what_the_next_run_mends(tmp_path: Path) -> None:
    runs = crashes(tmp_path, "again", 1)
    assert len(runs) > 60
    assert runs[-1]["ended"] == 0
    assert runs[-1]["filed"]
    assert {code for run in runs for code in run["before"]} == {"D3", "L3", "L6", "P2"}
    for run in runs:
        assert run["after"] == [], run
        assert run["same"], run
        assert (run["count"], run["staging"], run["quarantine"]) == (2, 0, 0), run
        assert run["filed"] == run["outcome"], run
    filed = [run["filed"] for run in runs]
    assert filed == sorted(filed), "a document once filed stays filed"


def test_an_object_whose_file_is_gone_is_kept_in_quarantine(tmp_path: Path) -> None:
    runs = crashes(tmp_path, "lost", 6)
    for run in runs:
        assert (run["after"], run["same"], run["staging"]) == ([], True, 0), run
        assert run["count"] == (2 if run["filed"] else 1), run
        assert not (run["filed"] and run["quarantine"]), run
    assert any(run["quarantine"] == 1 for run in runs)


def test_rubbish_in_the_staging_area_is_thrown_away(archive: Archive, catalogue: Catalogue) -> None:
    (archive.staging / "folder/inside").mkdir(parents=True)
    (archive.staging / "no-id.intent").touch()
    (archive.staging / "link").symlink_to(archive.objects)
    recover(archive, catalogue)
    assert list(archive.staging.iterdir()) == []
    assert list(verify(archive)) == []


def test_rebuilding_gives_the_same_catalogue(archive: Archive, catalogue: Catalogue) -> None:
    for number in (3, 1, 2):
        file_one(archive, catalogue, number)
    live = rebuild.dump(archive)
    assert live.count("\nrecord ") == 3
    catalogue.close()
    rebuild.rebuild(archive)
    assert rebuild.dump(archive) == live
    archive.catalogue_path.unlink()
    rebuild.rebuild(archive)
    assert rebuild.dump(archive.catalogue_path) == live
    assert sorted(path.name for path in archive.root.glob("catalogue.db*")) == ["catalogue.db"]


def test_rebuilding_leaves_out_what_cannot_be_read_and_verification_names_it(
    archive: Archive, catalogue: Catalogue
) -> None:
    for number in (1, 2):
        file_one(archive, catalogue, number)
    catalogue.close()
    objects.path_of(archive, object_id(1), "record.json").write_text("{}")
    rebuild.rebuild(archive)
    assert "record [" in rebuild.dump(archive)
    assert object_id(1) not in [
        line for line in rebuild.dump(archive).splitlines() if line.startswith("record")
    ]
    assert {finding.code for finding in verify(archive)} == {"D1", "P4"}


def test_nothing_under_objects_is_linked_to_what_a_clerk_can_still_change(
    archive: Archive, catalogue: Catalogue
) -> None:
    file_one(archive, catalogue, 1)
    for path in archive.objects.rglob("*"):
        assert path.is_dir() or path.stat().st_nlink == 1
