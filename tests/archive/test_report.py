"""A verification says what it looked at, what it found and what it cannot know, to people and to programs."""

import json
from datetime import timedelta
from pathlib import Path

import forgeries
import pytest
import target
from target import NOW, folder, object_id

from docscan.archive import Archive, report
from docscan.archive.proof.policy import Policy
from docscan.archive.report import Asked, Report
from docscan.errors import LedgerError, NotFoundError
from docscan.messages import LANGUAGES

SOON, LATE = NOW + timedelta(days=3), NOW + timedelta(days=200)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "keys"))
    return target.made(tmp_path / "archive", 4)


def verified(archive: Archive, asked: Asked | None = None, day: int = 3) -> Report:
    return report.verify(archive, asked or Asked(), now=NOW + timedelta(days=day), agent="mlopez")


def test_a_sound_and_young_archive_is_clean_and_says_that_nobody_saw_it(archive: Archive) -> None:
    found = verified(archive)
    assert found.result == report.CLEAN
    assert report.verdict(found, "en").startswith("Every file")
    assert "Not witnessed yet" in found.state.sentences("en")[0]


def test_the_figures_count_what_was_read(archive: Archive) -> None:
    found = verified(archive)
    files = [path for path in archive.objects.rglob("*") if path.is_file()]
    assert found.verification.bytes == sum(path.stat().st_size for path in files)
    figures = report.plain(found, "en")["figures"]
    assert figures == {
        "objects": 4,
        "shelf": 4,
        "bytes": found.verification.bytes,
        "events": len(target.lines_of(archive)),
        "signed": len(target.lines_of(archive)),
        "checked_within_days": 1,
        "overdue": 0,
    }


def test_an_archive_that_nobody_saw_for_long_is_not_clean(archive: Archive) -> None:
    found = verified(archive, day=200)
    assert (found.result, found.findings) == (report.UNMET, ())


def test_findings_outweigh_what_is_not_met(archive: Archive) -> None:
    (archive.root / folder(1) / "v1/content/salt").unlink()
    found = verified(archive, day=200)
    assert found.result == report.FINDINGS
    assert report.verdict(found, "en") == "Findings: 1."


def test_what_a_witness_tells_is_a_finding_of_the_report(archive: Archive) -> None:
    witness = target.witnessed(archive)
    target.rewritten(archive, target.events_of(archive)[:-1], target.own_key(archive))
    found = verified(archive, Asked(witnesses=(witness,)))
    assert ("W1", str(witness)) in {(one.code, one.path) for one in found.findings}
    assert found.result == report.FINDINGS


def test_the_same_report_can_be_read_by_a_program(archive: Archive) -> None:
    (archive.root / folder(3) / "v1/content/salt").write_bytes(b"other")
    found = json.loads(json.dumps(report.plain(verified(archive), "es")))
    assert found["format"] == "docscan.verification/1"
    assert (found["login"], found["agent"][:2], found["result"]) == ("mlopez", "u:", "findings")
    assert found["checkpoint"]["size"] == found["figures"]["signed"]
    (finding,) = found["findings"]
    assert (finding["code"], finding["object"]) == ("D1", object_id(3))
    assert (finding["line"], finding["last_good"]) == (3, "2026-03-01T09:33:00Z")
    assert finding["message"].startswith("El contenido")
    assert found["trust"]["intervals"][0] == {
        "first": 0,
        "last": found["figures"]["events"] - 1,
        "after": None,
        "before": None,
    }


def test_every_sentence_is_there_in_every_language(archive: Archive) -> None:
    asked = Asked(object_id(2), timedelta(hours=1), timedelta(days=1))
    found = verified(archive, asked, day=30)
    for language in LANGUAGES:
        lines = [*report.figures(found, language), report.verdict(found, language)]
        assert len(lines) == 6
        assert not any("{" in line for line in (*lines, report.scope(found, language)))


def test_a_key_that_was_told_later_is_told_of(archive: Archive) -> None:
    """Whoever can write the ledger can tell a key of their own: it is to be seen, and a pinned key tells."""
    first = target.own_key(archive).verifier
    forgeries.edit_with_own_key(archive)
    found = verified(archive)
    assert [one.code for one in found.findings] == []
    assert any("Earlier keys" in line for line in report.figures(found, "en"))
    pinned = verified(archive, Asked(policy=Policy(keys=(first,))))
    assert [one.code for one in pinned.findings] == ["C1"]


def test_a_record_that_the_ledger_does_not_know_is_refused(archive: Archive) -> None:
    for unknown in ("ffff", "0000"):
        with pytest.raises(NotFoundError, match="whose id"):
            verified(archive, Asked(unknown))


def test_a_witness_file_that_is_none_is_refused(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "rubbish").write_bytes(b"\xff" * 100)
    for name in ("rubbish", "missing"):
        with pytest.raises(LedgerError, match="no checkpoint"):
            verified(archive, Asked(witnesses=(tmp_path / name,)))
