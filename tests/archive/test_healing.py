"""An act of several events is in the ledger as a whole or not at all, wherever a crash cut it off."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docscan.archive import Archive, healing, ledger
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft, Event, leaf
from docscan.errors import LedgerError
from tests.archive.conftest import AGENT, NOW, object_id

CRASHES = Path(__file__).with_name("crashes.py")


def shown(number: int) -> Draft:
    return Draft("dissemination", object=object_id(number), detail={"purpose": "view"}, role="recipient")


def append(archive: Archive, count: int) -> list[Event]:
    drafts = [shown(number) for number in range(1, count + 1)]
    return ledger.append_all(archive, drafts, now=NOW, agent=AGENT)


def segments(archive: Archive) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(archive.ledger.glob("*.jsonl")))


def laid(archive: Archive, data: bytes) -> None:
    """The bytes as the segments of the ledger, cut where `data` ends."""
    for path in archive.ledger.glob("*.jsonl"):
        path.unlink()
    lines = data.split(b"\n")
    for seq, line in enumerate(lines):
        with ledger.segment(archive, seq).open("ab") as file:
            file.write(line + (b"\n" if seq < len(lines) - 1 else b""))
    for path in archive.ledger.glob("*.jsonl"):
        if not path.stat().st_size:
            path.unlink()


def test_the_events_of_one_act_follow_one_another_and_say_how_many_come(archive: Archive) -> None:
    written = append(archive, 3)
    assert [one.detail for one in written] == [
        {"purpose": "view", "follow": 2},
        {"purpose": "view", "follow": 1},
        {"purpose": "view"},
    ]
    assert list(ledger.read(archive))[1:] == written


def test_nothing_is_no_act(archive: Archive) -> None:
    before = segments(archive), ledger.read_head(archive)
    assert append(archive, 0) == []
    assert (segments(archive), ledger.read_head(archive)) == before


def test_only_the_ledger_says_how_many_follow(archive: Archive) -> None:
    draft = Draft("dissemination", detail={"purpose": "view", "follow": 7})
    assert ledger.append(archive, draft, now=NOW, agent=AGENT).detail == {"purpose": "view"}


def test_an_act_with_one_event_that_is_refused_is_not_begun(archive: Archive) -> None:
    before = segments(archive)
    with pytest.raises(ValueError, match="type"):
        ledger.append_all(archive, [shown(1), Draft("birthday")], now=NOW, agent=AGENT)
    assert segments(archive) == before


@pytest.mark.parametrize("lines", [2, 3, 100])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sizes=st.tuples(st.integers(0, 4), st.integers(1, 6)), data=st.data())
def test_wherever_it_is_cut_off_an_act_is_whole_or_was_not_begun(
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    lines: int,
    sizes: tuple[int, int],
    data: st.DataObject,
) -> None:
    before, count = sizes
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "SEGMENT_LINES", lines)
        laid(archive, segments(archive).split(b"\n")[0] + b"\n")
        first = next(iter(segments(archive).split(b"\n")))
        ledger.write_head(archive, ledger.Head(1, leaf(first)))
        if before:
            append(archive, before)
        kept, head = segments(archive), (archive.ledger / "head.json").read_bytes()
        written = append(archive, count)
        whole = segments(archive)
        cut = data.draw(st.integers(len(kept), len(whole)))
        laid(archive, whole[:cut])
        (archive.ledger / "head.json").write_bytes(head)
        repair = healing.heal(archive, now=NOW, agent=AGENT)
        found = list(ledger.read(archive))[1 + before :]
        if cut == len(whole):
            assert (found, repair) == (written, None)
        elif cut == len(kept):
            assert (found, repair) == ([], None)
        else:
            assert found == [repair]
            assert repair is not None
            assert repair.detail == {"bytes": cut - len(kept)}
        assert healing.heal(archive, now=NOW, agent=AGENT) is None
        append(archive, 1)
        assert all(path.stat().st_size for path in archive.ledger.glob("*.jsonl"))


def test_wherever_its_writer_is_killed_an_act_is_whole_or_was_not_begun(tmp_path: Path) -> None:
    command = [sys.executable, str(CRASHES), str(tmp_path), "acted", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    runs = [json.loads(line) for line in ran.stdout.splitlines()]
    assert runs[-1]["ended"] == 0
    for run in runs:
        assert (run["after"], run["same"]) == ([], True), run
        assert run["events"] in {0, 5}, run
        assert not (run["events"] and run["repaired"]), run
    assert {run["repaired"] for run in runs} == {0, 1}
    done = [run["events"] for run in runs]
    assert done == sorted(done), "an act once done stays done"


def test_two_acts_of_which_the_head_counts_none_are_left_for_verify(archive: Archive) -> None:
    head = (archive.ledger / "head.json").read_bytes()
    append(archive, 2)
    append(archive, 3)
    (archive.ledger / "head.json").write_bytes(head)
    kept = segments(archive)
    assert healing.heal(archive, now=NOW, agent=AGENT) is None
    assert healing.mended(archive, ledger.read_head(archive)) is None
    assert segments(archive) == kept
    with pytest.raises(LedgerError, match="not the one its head names"):
        append(archive, 1)


@pytest.mark.parametrize("strange", [b'{"a":1}\n', b"\n", b"x" * 20_000 + b"\n"])
def test_a_strange_line_among_those_that_follow_is_left_for_verify(archive: Archive, strange: bytes) -> None:
    head = (archive.ledger / "head.json").read_bytes()
    append(archive, 2)
    path = ledger.segment(archive, 0)
    path.write_bytes(path.read_bytes() + strange)
    (archive.ledger / "head.json").write_bytes(head)
    before = path.read_bytes()
    assert healing.heal(archive, now=NOW, agent=AGENT) is None
    assert path.read_bytes() == before
    with pytest.raises(LedgerError):
        append(archive, 1)


def full(*, after: int) -> object:
    """A disk that has room for so many writes."""
    write, left = ledger._write_whole, [after]

    def written(file: object, data: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            file.write(data[:30])  # type: ignore[attr-defined] # an open file
            raise OSError(28, "No space left on device")
        write(file, data)  # type: ignore[arg-type] # as above

    return written


@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_act_for_which_there_is_no_room_leaves_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(ledger, "SEGMENT_LINES", 2)
    before = segments(archive), sorted(archive.ledger.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_write_whole", full(after=after))
        with pytest.raises(OSError, match="space"):
            append(archive, 5)
    assert (segments(archive), sorted(archive.ledger.iterdir())) == before
    assert [one.seq for one in append(archive, 2)] == [1, 2]


def test_the_catalogue_takes_in_an_act_like_any_events(archive: Archive) -> None:
    with open_catalogue(archive) as catalogue:
        written: Sequence[Event] = append(archive, 4)
        for one in written:
            catalogue.apply(one)
        assert catalogue.applied() == written[-1].seq


def test_healing_reads_the_end_of_a_long_segment_alone(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "NEAR", 2_000)
    append(archive, 30)
    asked, whole = list[int | None](), healing._whole

    def noted(path: object, most: int | None = None) -> bytes:
        asked.append(most)
        return whole(path, most)  # type: ignore[arg-type] # a path

    monkeypatch.setattr(healing, "_whole", noted)
    assert healing.heal(archive, now=NOW, agent=AGENT) is None
    assert asked == [2_000]
