"""A decision becomes a further version, whole or not at all, and changes nothing that was there before."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ocfl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docscan import archive as archives
from docscan.archive import Archive, ledger, objects, rebuild
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.event import TYPES
from docscan.archive.fixity import verify
from docscan.archive.revision import Revision, revise
from docscan.errors import FixityError, RecordChangedError
from docscan.model import Decision, Field, Judgement, Record
from docscan.places import Box
from tests.archive.conftest import AGENT, NOW, file_one, object_id

CRASHES = Path(__file__).with_name("crashes.py")


def decide(archive: Archive, catalogue: Catalogue, number: int, value: str, version: int) -> Record:
    """A person gives record `number` another invoice number."""
    before = objects.read_record(archive, object_id(number))
    old = before.extraction.fields["invoice_number"]
    fields = {
        **before.extraction.fields,
        "invoice_number": Field(value, value, 0.995, "verified", "person", 1, Box(1, 2, 3, 4)),
    }
    decision = Decision(
        "correct",
        ledger.stamp(NOW),
        ledger.pseudonym(archive, AGENT),
        before.verdict,
        (Judgement("invoice_number", old, value),),
        settled=before.findings,
    )
    after = replace(
        before,
        extraction=replace(before.extraction, fields=fields),
        findings=(),
        decisions=(*before.decisions, decision),
    )
    detail: dict[str, str | int] = {"decision": "correct", "fields": 1}
    revise(archive, catalogue, [Revision(after, version, detail=detail)], now=NOW, agent=AGENT)
    return after


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def valid(archive: Archive) -> bool:
    root = ocfl.StorageRoot(root=str(archive.objects))
    return bool(root.validate()) and root.num_objects == root.good_objects


def test_a_decision_is_a_new_version_and_the_one_before_stays_byte_for_byte(
    archive: Archive, catalogue: Catalogue
) -> None:
    file_one(archive, catalogue, 1)
    folder = objects.folder_of(archive, object_id(1))
    before = contents(folder / "v1")
    after = decide(archive, catalogue, 1, "F-1a", 2)
    assert contents(folder / "v1") == before
    assert sorted(contents(folder / "v2")) == [
        "content/record.json",
        "inventory.json",
        "inventory.json.sha256",
    ]
    assert objects.read_record(archive, object_id(1)).extraction.fields == after.extraction.fields
    assert objects.read_record(archive, object_id(1)).decisions == after.decisions
    assert objects.read_record(archive, object_id(1), 1).extraction.fields["invoice_number"].value == "F-1"
    assert objects.path_of(archive, object_id(1), "original").parent.parent.parent.name == "v1"
    assert list(verify(archive)) == []
    assert valid(archive)


def test_the_ledger_says_what_was_done_in_closed_words_only(archive: Archive, catalogue: Catalogue) -> None:
    file_one(archive, catalogue, 1)
    decide(archive, catalogue, 1, "SECRET-7", 2)
    (*_, event) = ledger.read(archive)
    assert (event.type, event.object, event.object_version) == ("metadata modification", object_id(1), 2)
    assert event.type in TYPES
    assert event.detail == {"decision": "correct", "fields": 1}
    assert sorted(event.files) == [
        "inventory.json",
        "inventory.json.sha256",
        "v2/inventory.json",
        "v2/inventory.json.sha256",
    ]
    text = "".join(path.read_text() for path in archive.ledger.iterdir())
    assert "SECRET" not in text
    assert AGENT not in text


def test_the_catalogue_has_the_newest_version_and_keeps_its_place(
    archive: Archive, catalogue: Catalogue
) -> None:
    for number in (1, 2):
        file_one(archive, catalogue, number)
    newest = catalogue.newest_errand()
    decide(archive, catalogue, 1, "F-1a", 2)
    decide(archive, catalogue, 1, "F-1b", 3)
    assert [row.id for row in catalogue.listing()] == [object_id(2), object_id(1)]
    assert (catalogue.row(object_id(1)).number, catalogue.row(object_id(1)).version) == ("F-1b", 3)
    assert [errand.record for errand in catalogue.outbox_after(newest)] == [object_id(1), object_id(1)]
    rows = [
        json.loads(line.partition(" ")[2])
        for line in rebuild.dump(archive).splitlines()
        if line.startswith("judgement ")
    ]
    assert [(row[2], row[3], row[4]) for row in rows] == [
        ("invoice_number", "F-1", "F-1a"),
        ("invoice_number", "F-1a", "F-1b"),
    ]


def test_a_record_that_changed_meanwhile_is_told_and_left_alone(
    archive: Archive, catalogue: Catalogue
) -> None:
    file_one(archive, catalogue, 1)
    decide(archive, catalogue, 1, "F-1a", 2)
    with pytest.raises(RecordChangedError):
        decide(archive, catalogue, 1, "F-1b", 2)
    assert catalogue.row(object_id(1)).number == "F-1a"
    assert list(verify(archive)) == []


@pytest.mark.parametrize("name", ["v1/content/record.json", "v1/inventory.json"])
def test_what_somebody_altered_is_not_vouched_for_by_a_decision(
    archive: Archive, catalogue: Catalogue, name: str
) -> None:
    file_one(archive, catalogue, 1)
    path = objects.folder_of(archive, object_id(1)) / name
    path.write_text(path.read_text().replace("F-1", "F-9").replace("ingestion", "Ingestion"))
    with pytest.raises(FixityError):
        decide(archive, catalogue, 1, "F-1a", 2)
    assert {finding.code for finding in verify(archive)} == {"D1"}


def test_every_file_of_every_version_is_verified(
    archive: Archive, catalogue: Catalogue, tmp_path: Path
) -> None:
    file_one(archive, catalogue, 1)
    decide(archive, catalogue, 1, "F-1a", 2)
    decide(archive, catalogue, 1, "F-1b", 3)
    for path in sorted(
        path for path in objects.folder_of(archive, object_id(1)).rglob("*") if path.is_file()
    ):
        name = str(path.relative_to(archive.root))
        data = path.read_bytes()
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        assert {finding.path for finding in verify(archive)} == {name}
        path.write_bytes(data)
        aside = path.rename(tmp_path / "aside")
        assert {finding.path for finding in verify(archive)} == {name}
        aside.rename(path)
    assert list(verify(archive)) == []


def test_a_version_the_ledger_does_not_know_is_named(archive: Archive, catalogue: Catalogue) -> None:
    file_one(archive, catalogue, 1)
    planted = objects.folder_of(archive, object_id(1)) / "v2" / "content"
    planted.mkdir(parents=True)
    (planted / "record.json").write_text("{}")
    found = [(finding.code, finding.path.rpartition("/")[2]) for finding in verify(archive)]
    assert found == [("D3", "record.json")]


def test_a_lost_line_about_a_version_names_the_ledger_alone(archive: Archive, catalogue: Catalogue) -> None:
    file_one(archive, catalogue, 1)
    decide(archive, catalogue, 1, "F-1a", 2)
    decide(archive, catalogue, 1, "F-1b", 3)
    segment = archive.ledger / "000000.jsonl"
    for number in (2, 3):
        lines = segment.read_bytes().splitlines(keepends=True)
        altered = [*lines[:number], lines[number].replace(b'"pass"', b'"fail"'), *lines[number + 1 :]]
        segment.write_bytes(b"".join(altered))
        assert {finding.path for finding in verify(archive)} == {"ledger/000000.jsonl"}
        segment.write_bytes(b"".join(lines))


def test_without_any_sound_inventory_of_the_newest_version_the_others_are_checked(
    archive: Archive, catalogue: Catalogue
) -> None:
    file_one(archive, catalogue, 1)
    decide(archive, catalogue, 1, "F-1a", 2)
    folder = objects.folder_of(archive, object_id(1))
    for name in ("inventory.json", "v2/inventory.json"):
        (folder / name).write_bytes(b"{}")
    (folder / "v1/content/salt").write_bytes(b"")
    found = {(finding.code, finding.path.partition("001/")[2]) for finding in verify(archive)}
    assert found == {
        ("D1", "inventory.json"),
        ("D1", "v2/inventory.json"),
        ("D7", "inventory.json"),
        ("D1", "v1/content/salt"),
    }


def test_a_file_that_becomes_what_it_was_is_not_stored_again(archive: Archive, catalogue: Catalogue) -> None:
    record = file_one(archive, catalogue, 1)
    old = objects.path_of(archive, object_id(1), objects.SEARCHABLE)
    for version, data in ((2, b"%PDF other"), (3, old.read_bytes())):
        path = archive.staging / "new.pdf"
        path.write_bytes(data)
        record = replace(record, program=f"docscan/0.{version}")
        revisions = [Revision(record, version, {objects.SEARCHABLE: path})]
        revise(archive, catalogue, revisions, now=NOW, agent=AGENT)
        assert objects.path_of(archive, object_id(1), objects.SEARCHABLE).read_bytes() == data
    assert objects.path_of(archive, object_id(1), objects.SEARCHABLE) == old
    assert list(verify(archive)) == []
    assert valid(archive)


def test_a_kill_at_any_step_leaves_a_decision_taken_or_not_taken(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, CRASHES, str(tmp_path), "decided", "3"], capture_output=True, text=True, check=True
    )
    runs = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(runs) > 40
    assert runs[-1]["ended"] == 0
    assert {code for run in runs for code in run["before"]} <= {"D1", "D3", "L3", "L6", "P2"}
    for run in runs:
        assert run["versions"] in ([1, False], [2, True]), run
        assert (run["after"], run["valid"], run["same"], run["staging"]) == ([], True, True, 0), run
    taken = [run["versions"] for run in runs]
    assert taken == sorted(taken), "a decision once taken stays taken"
    assert taken[0] != taken[-1]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 2), st.text("AB7ñ/", min_size=1, max_size=5), st.booleans()), max_size=5
    )
)
def test_any_sequence_of_decisions_verifies_and_rebuilds_to_the_same_catalogue(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, bool]]
) -> None:
    root = tmp_path_factory.mktemp("decisions") / "archive"
    archive = archives.create(root, name="A", language="en", now=NOW, agent=AGENT)
    with open_catalogue(archive) as catalogue:
        for number in (1, 2):
            file_one(archive, catalogue, number)
        for new, (number, value, splits) in enumerate(steps, 3):
            version = catalogue.row(object_id(number)).version + 1
            decide(archive, catalogue, number, value, version)
            if splits:
                part_off(archive, catalogue, number, new, version + 1)
        live = rebuild.dump(archive)
    assert list(verify(archive)) == []
    assert valid(archive)
    rebuild.rebuild(archive)
    assert rebuild.dump(archive) == live


def part_off(archive: Archive, catalogue: Catalogue, number: int, new: int, version: int) -> None:
    record = objects.read_record(archive, object_id(number))
    original = objects.path_of(archive, object_id(number), "original")
    words = objects.path_of(archive, object_id(number), objects.WORDS)
    files = {f"original/{original.name}": original, objects.WORDS: words}
    revisions = [
        Revision(replace(record, id=object_id(new), document=2), 1, files, {"other": object_id(number)}),
        Revision(replace(record, disposal="merged"), version, detail={"other": object_id(new)}),
    ]
    revise(archive, catalogue, revisions, now=NOW, agent=AGENT)


def test_an_archive_with_versions_is_read_where_nothing_can_be_written(
    archive: Archive, catalogue: Catalogue, file_document: Callable[[int], Record]
) -> None:
    file_document(1)
    decide(archive, catalogue, 1, "F-1a", 2)
    catalogue.close()
    archive.catalogue_path.unlink()
    with open_catalogue(archive) as made_anew:
        assert made_anew.row(object_id(1)).number == "F-1a"
