"""Rounds within a budget reach every object in turn, and the ledger alone tells when each was looked at."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import target
from hypothesis import given
from hypothesis import strategies as st
from target import NOW, folder, object_id

from docscan.archive import Archive, chain, fixity, report, rounds
from docscan.archive.event import NO_LINE, Agent, Event
from docscan.archive.fixity import Scope
from docscan.archive.report import Asked
from docscan.archive.rounds import Filed

LATER = NOW + timedelta(days=40)


@dataclass
class Ticking:
    """A clock that moves on each time it is looked at."""

    time: float = -1.0

    def __call__(self) -> float:
        self.time += 1.0
        return self.time


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "keys"))
    return target.made(tmp_path / "archive", 5)


def checked(archive: Archive, seconds: float | None = None, day: int = 40) -> report.Report:
    """One round on a clock that ticks once an object, put on record."""
    asked = Asked(budget=None if seconds is None else timedelta(seconds=seconds), clock=Ticking())
    now = NOW + timedelta(days=day)
    found = report.verify(archive, asked, now=now, agent="tester")
    return report.recorded(archive, found, now=now, timeout=0)


def numbers(found: report.Report) -> list[int]:
    return [int(filed.id.replace("-", "")[20:], 16) for filed in found.verification.looked_at]


def test_a_round_ends_with_its_budget_and_the_next_goes_on_from_there(archive: Archive) -> None:
    assert numbers(checked(archive, 2)) == [1, 2]
    assert numbers(checked(archive, 2, 41)) == [3, 4]
    assert numbers(checked(archive, 2, 42)) == [5, 1]
    assert numbers(checked(archive, 3, 43)) == [2, 3, 4]
    last = chain.examine(archive).checks[-2]
    assert last.detail == {"from": 5, "to": 1, "objects": 2, "failed": 0, "events": 9}


def test_a_round_looks_at_one_object_however_small_the_budget(archive: Archive) -> None:
    assert numbers(checked(archive, 0.001)) == [1]


def test_rounds_and_whole_verifications_leave_a_sound_archive(archive: Archive) -> None:
    checked(archive, 2)
    checked(archive)
    found = report.verify(archive, Asked(), now=LATER, agent="tester")
    assert found.findings == ()
    assert [check.detail["objects"] for check in found.verification.examined.checks] == [2, 5]


def test_every_object_was_looked_at_after_as_many_rounds_as_it_takes(archive: Archive) -> None:
    for day in (40, 41, 42):
        checked(archive, 2, day)
    filed = rounds.on_shelf(chain.examine(archive))
    assert all(one.checked > one.at for one in filed)
    assert rounds.in_turn(filed)[0].id == object_id(2)


def test_what_is_older_than_the_age_asked_for_is_counted(archive: Archive) -> None:
    checked(archive, 2)
    asked = Asked(object_id(5), max_age=timedelta(days=30))
    found = report.verify(archive, asked, now=LATER, agent="tester")
    assert [filed.id for filed in found.overdue] == [object_id(3), object_id(4)]
    assert found.result == report.UNMET
    assert any(object_id(3) in line for line in report.figures(found, "en"))


def test_a_day_that_no_calendar_has_stops_nothing(archive: Archive) -> None:
    events = target.events_of(archive)
    events[1]["at"] = "2026-02-31T25:61:00Z"
    target.rewritten(archive, events, target.own_key(archive))
    asked = Asked(object_id(5), max_age=timedelta(days=365))
    found = report.verify(archive, asked, now=LATER, agent="tester")
    assert report.plain(found, "en")["figures"]["checked_within_days"] > 365


def test_a_finding_tells_when_its_file_was_last_seen_to_be_right(archive: Archive) -> None:
    path = archive.root / folder(3) / "v1/content/salt"
    (first,) = changed(archive, path)
    assert (first.line, first.last_good) == (3, "2026-03-01T09:33:00Z")
    checked(archive)
    (second,) = changed(archive, path)
    assert (second.line, second.last_good) == (3, "2026-04-10T09:30:00Z")
    path.write_bytes(b"")
    assert checked(archive, None, 41).verification.failed == 1
    (third,) = fixity.verify(archive)
    assert third.last_good == second.last_good


def changed(archive: Archive, path: Path) -> list[fixity.CustodyFinding]:
    """The findings while a file is another."""
    before = path.read_bytes()
    path.write_bytes(b"")
    try:
        return list(fixity.verify(archive))
    finally:
        path.write_bytes(before)


def test_a_finding_in_a_later_version_names_the_line_of_that_version(archive: Archive) -> None:
    path = archive.root / folder(target.CORRECTED) / "v2/content/record.json"
    (found,) = changed(archive, path)
    assert (found.line, found.last_good) == (6, "2026-03-02T09:30:00Z")


def test_one_object_is_looked_at_by_the_beginning_of_its_id(archive: Archive) -> None:
    (archive.root / folder(4) / "v1/content/salt").unlink()
    (archive.root / "objects/notes.txt").touch()
    own = fixity.verified(archive, Scope(object_id(3)))
    assert own.findings == ()
    assert [filed.id for filed in own.looked_at] == [object_id(3)]
    assert [one.code for one in fixity.verified(archive, Scope(object_id(4))).findings] == ["D2"]


def test_one_object_whose_first_line_is_lost_is_not_accused(archive: Archive) -> None:
    for number in (target.CORRECTED, 3):  # of the one, another line is left; of the other, none
        lines = target.lines_of(archive)
        (seq,) = [
            n for n, line in enumerate(lines) if object_id(number).encode() in line and b"ingestion" in line
        ]
        target.put_lines(archive, [*lines[:seq], b"!" + lines[seq][1:], *lines[seq + 1 :]])
        found = fixity.verified(archive, Scope(object_id(number))).findings
        assert {one.code for one in found} == {"L1"}
        mark = archive.root / folder(number) / "0=ocfl_object_1.1"
        with target.put_back(mark):
            mark.write_bytes(b"x")
            found = fixity.verified(archive, Scope(object_id(number))).findings
            assert {one.path for one in found if one.object} == {str(mark.relative_to(archive.root))}
        target.put_lines(archive, lines)


def test_a_round_that_cannot_be_put_on_record_is_told_and_nothing_else_fails(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(report, "taken_up", refused)
    found = checked(archive, 2)
    assert found.findings == ()
    assert "Read-only" in found.unrecorded
    assert any("Read-only" in line for line in report.figures(found, "en"))
    assert chain.examine(archive).checks == []


def test_a_round_over_a_damaged_ledger_is_not_put_on_record(archive: Archive) -> None:
    target.edited(
        archive.root / "ledger/000000.jsonl", lambda data: data.replace(b'"pages":1', b'"pages":2', 1)
    )
    before = target.lines_of(archive)
    assert checked(archive).unrecorded
    assert target.lines_of(archive) == before


# --- any history of checks ----------------------------------------------------------------------------------


FILED = "2026-01-01T00:00:00Z"


def check(seq: int, detail: dict[str, str | int]) -> Event:
    agent = Agent("u:" + "0" * 16, "validator", "docscan/1")
    at = f"2026-01-01T00:00:{seq:02}Z"
    return Event(seq, at, NO_LINE, "fixity check", "pass", agent, None, None, {}, detail)


def shelf(seqs: list[int], checks: list[Event]) -> list[Filed]:
    found = rounds.checked(seqs, checks)
    return [Filed(object_id(seq), seq, FILED, found.get(seq, FILED)) for seq in seqs]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(1, 6))
def test_as_many_rounds_as_cover_the_shelf_leave_no_object_out(sizes: list[int], count: int) -> None:
    seqs, checks = list(range(1, count + 1)), list[Event]()
    seen = dict.fromkeys(seqs, FILED)
    for turn, size in enumerate(sizes, 10):
        part = rounds.in_turn(shelf(seqs, checks))[:size]
        checks.append(check(turn, {"from": part[0].seq, "to": part[-1].seq}))
        seen |= {filed.seq: checks[-1].at for filed in part}
    assert {filed.seq: filed.checked for filed in shelf(seqs, checks)} == seen
    assert sum(sizes) < count or FILED not in seen.values()


@pytest.mark.parametrize("detail", [{}, {"from": "x"}, {"from": 1}, {"from": 5, "to": "pass"}])
def test_a_check_that_names_no_range_covers_nothing(detail: dict[str, str | int]) -> None:
    assert rounds.checked([1, 2, 3], [check(10, detail)]) == {}


def test_a_check_says_nothing_of_what_was_filed_after_it() -> None:
    assert rounds.checked([1, 2, 3, 20], [check(10, {"from": 3, "to": 1})]).keys() == {1, 3}
    assert rounds.checked([1, 20], [check(10, {"from": 1, "to": 30})]).keys() == {1}
