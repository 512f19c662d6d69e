"""Looking at an archive keeps nobody from writing to it, and what was written meanwhile is no finding."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import target
from destructions import agreed, destroyed
from target import AGENT, NOW, folder, object_id

from docscan.archive import Archive, fixity, hold, objects, report, rounds
from docscan.archive.event import NO_LINE, Agent, Event
from docscan.archive.recovery import taken_up
from docscan.archive.report import Asked
from docscan.archive.revision import Revision, revise
from docscan.errors import ArchiveBusyError

LATER = NOW + timedelta(days=40)
NEW = 50


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "keys"))
    return target.made(tmp_path / "archive", 6)


def verified(archive: Archive, act: Callable[[], object], at: int = 1) -> report.Report:
    """Verify, and do something before the object of that place is looked at."""

    def progress(done: int, _: int) -> None:
        if done == at:
            act()

    return report.verify(archive, Asked(), now=LATER, agent="tester", progress=progress)


def file_another(archive: Archive) -> None:
    with taken_up(archive, now=LATER, agent=AGENT) as catalogue:  # without waiting: 75 if it is held
        target.file_one(archive, catalogue, NEW)


def correct(archive: Archive, number: int) -> None:
    with taken_up(archive, now=LATER, agent=AGENT) as catalogue:
        record = objects.read_record(archive, object_id(number))
        after = Revision(replace(record, source="corrected"), 2, detail={"decision": "correct"})
        revise(archive, catalogue, [after], now=LATER, agent=AGENT)


def test_a_document_filed_while_others_are_looked_at_is_no_finding(archive: Archive) -> None:
    found = verified(archive, lambda: file_another(archive))
    assert found.findings == ()
    assert len(found.verification.looked_at) == 6
    assert (archive.root / folder(NEW)).is_dir()
    assert found.state.events == found.state.signed == 8


def test_a_document_corrected_or_destroyed_before_its_turn_is_no_finding(archive: Archive) -> None:
    def act() -> None:
        correct(archive, 3)
        agreed(archive, 5)
        destroyed(archive, 5)

    assert verified(archive, act).findings == ()
    assert report.verify(archive, Asked(), now=LATER, agent="tester").findings == ()


def test_what_is_wrong_is_told_though_it_was_corrected_meanwhile(archive: Archive) -> None:
    def act() -> None:
        correct(archive, 3)
        (archive.root / folder(3) / "v1/content/salt").write_bytes(b"other")
        (archive.root / folder(4) / "v1/content/salt").write_bytes(b"other")
        file_another(archive)

    shutil.copytree(archive.root / folder(6), archive.root / folder(77))
    told = {(one.code, one.path) for one in verified(archive, act).findings}
    salts = {("D1", f"{folder(number)}/v1/content/salt") for number in (3, 4)}
    assert told == {*salts, ("D3", folder(77))}


def test_nothing_is_called_wrong_while_somebody_may_be_writing_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What seems wrong is looked at once more while the archive is held; if it cannot be, that is said."""
    (archive.root / folder(3) / "v1/content/salt").unlink()
    monkeypatch.setattr(fixity, "PATIENCE", 0.01)
    writing = hold(archive)
    with pytest.raises(ArchiveBusyError):
        verified(archive, writing.__enter__)
    writing.__exit__(None, None, None)


def test_a_round_does_not_claim_what_was_filed_while_it_went_on() -> None:
    agent = Agent("u:" + "0" * 16, "validator", "docscan/1")
    detail: dict[str, str | int] = {"from": 3, "to": 1, "objects": 3, "failed": 0, "events": 4}
    check = Event(10, "2026-01-01T00:00:00Z", NO_LINE, "fixity check", "pass", agent, None, None, {}, detail)
    assert rounds.checked([1, 2, 3, 4, 5], [check]).keys() == {1, 3}
