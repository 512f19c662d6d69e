"""The ledger goes on from its end, mends two crash states, and refuses everything else."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.archive import Archive, event, healing, ledger
from docscan.archive.event import NO_LINE, Agent, Draft, Event
from docscan.errors import LedgerError
from tests.archive.conftest import AGENT, NOW, object_id

SAMPLE = Draft("quarantine", "fail", detail={"accession": object_id(1), "reason": "A020"})
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
DETAILS = st.dictionaries(
    st.from_regex(event.KEY.pattern, fullmatch=True),
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.from_regex(re.compile(event.WORD.pattern, re.ASCII), fullmatch=True),
)
EVENTS = st.builds(
    Event,
    seq=st.integers(0, 2**53 - 1),
    at=st.just("2026-01-01T00:00:00Z"),
    prev=HASHES,
    type=st.sampled_from(sorted(event.TYPES)),
    outcome=st.sampled_from(sorted(event.OUTCOMES)),
    agent=st.just(Agent("u:0123456789abcdef", "implementer", "docscan/0.1.0")),
    object=st.none() | st.uuids(version=4).map(str),
    object_version=st.none() | st.integers(1, 99_999),
    files=st.dictionaries(st.sampled_from(["inventory.json", "v1/content/original"]), HASHES),
    detail=DETAILS,
)


def append(archive: Archive, draft: Draft = SAMPLE) -> Event:
    return ledger.append(archive, draft, now=NOW, agent=AGENT)


def tail(archive: Archive) -> bytes:
    return ledger.segment(archive, 0).read_bytes()


@settings(max_examples=40)
@given(EVENTS)
def test_an_event_is_read_as_it_was_written(found: Event) -> None:
    assert event.parsed(found.line) == found


@given(EVENTS, st.data())
def test_no_other_bytes_say_the_same(found: Event, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(found.line) - 1))
    other = bytearray(found.line)
    other[position] ^= data.draw(st.integers(1, 255))
    try:
        again = event.parsed(bytes(other))
    except ValueError:
        return
    assert again != found
    assert again.hash != found.hash


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_any_bytes_are_an_event_or_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        event.parsed(data)


@pytest.mark.parametrize(
    "detail",
    [
        {"name": "María López"},
        {"file": "scan.pdf"},
        {"taxpayer": "B12345678"},
        {"note": "see the letter of Mr Smith about it"},
        {"amount": 1.5},
        {"flag": True},
        {"list": ["a"]},
        {"Key": "a"},
        {"big": 2**53},
    ],
)
def test_what_could_be_personal_or_has_no_one_form_is_refused(
    archive: Archive, detail: dict[str, object]
) -> None:
    before = tail(archive)
    with pytest.raises(ValueError, match=r"."):
        append(archive, Draft("quarantine", detail=detail))  # type: ignore[arg-type] # it is what is tried
    assert tail(archive) == before


@pytest.mark.parametrize(
    "draft", [Draft("birthday"), Draft("quarantine", "maybe"), Draft("ingestion", object="x")]
)
def test_words_that_are_not_in_the_vocabulary_are_refused(archive: Archive, draft: Draft) -> None:
    with pytest.raises(ValueError, match=r"."):
        append(archive, draft)


def test_each_line_names_the_one_before(archive: Archive) -> None:
    written = [append(archive) for _ in range(3)]
    events = list(ledger.read(archive))
    assert events[1:] == written
    assert [item.seq for item in events] == [0, 1, 2, 3]
    assert [item.prev for item in events] == [NO_LINE, *(item.hash for item in events[:-1])]
    assert (ledger.read_head(archive).size, ledger.read_head(archive).tail) == (4, events[-1].hash)
    assert list(ledger.read(archive, after=1)) == events[2:]
    assert list(ledger.read(archive, after=3)) == []


def test_the_first_line_covers_the_files_nothing_else_would(archive: Archive) -> None:
    first = next(ledger.read(archive))
    places = {path for path in archive.objects.rglob("*") if path.is_file()} | {archive.ledger / "log.json"}
    assert {archive.root / name for name in first.files} == places
    assert all(event.HEX.fullmatch(digest) for digest in first.files.values())


def test_segments_follow_one_another(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "SEGMENT_LINES", 2)
    for _ in range(4):
        append(archive)
    assert [len(path.read_bytes().splitlines()) for path in sorted(archive.ledger.glob("*.jsonl"))] == [
        2,
        2,
        1,
    ]
    assert [item.seq for item in ledger.read(archive, after=2)] == [3, 4]
    assert [item.seq for item in ledger.read(archive)] == [0, 1, 2, 3, 4]


def test_times_are_written_in_utc(archive: Archive) -> None:
    summer = timezone(timedelta(hours=2))
    written = ledger.append(archive, SAMPLE, now=datetime(2026, 7, 1, 1, 0, tzinfo=summer), agent=AGENT)
    assert written.at == "2026-06-30T23:00:00Z"
    with pytest.raises(ValueError, match="zone"):
        ledger.append(archive, SAMPLE, now=datetime(2026, 7, 1, tzinfo=UTC).replace(tzinfo=None), agent=AGENT)


def test_an_agent_stands_under_one_pseudonym(archive: Archive) -> None:
    one, again = append(archive), append(archive)
    other = ledger.append(archive, SAMPLE, now=NOW, agent="someone else")
    assert one.agent.id == again.agent.id != other.agent.id
    assert ledger.origin(archive).startswith("docscan/")


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_an_unfinished_line_is_cut_off_and_that_is_told(archive: Archive, cut: int) -> None:
    append(archive)
    whole, head = tail(archive), (archive.ledger / "head.json").read_bytes()
    line = append(archive).line
    ledger.segment(archive, 0).write_bytes(whole + line[:cut])
    (archive.ledger / "head.json").write_bytes(head)
    with pytest.raises(LedgerError):
        append(archive)
    repair = healing.heal(archive, now=NOW, agent=AGENT)
    assert repair is not None
    assert (repair.type, repair.detail, repair.seq) == ("repair", {"bytes": min(cut, len(line))}, 2)
    assert [item.type for item in ledger.read(archive)] == ["creation", "quarantine", "repair"]
    assert append(archive).seq == 3


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_head_one_behind_is_brought_up(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(ledger, "SEGMENT_LINES", 2)
    for _ in range(before):
        append(archive)
    head = (archive.ledger / "head.json").read_bytes()
    last = append(archive)
    (archive.ledger / "head.json").write_bytes(head)
    assert healing.heal(archive, now=NOW, agent=AGENT) is None
    assert ledger.read_head(archive).tail == last.hash
    assert append(archive).prev == last.hash


def test_a_torn_line_in_a_new_segment_is_cut_off(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "SEGMENT_LINES", 2)
    append(archive)
    ledger.segment(archive, 2).write_bytes(b'{"agent"')
    assert [item.seq for item in ledger.read(archive)] == [0, 1]
    repair = healing.heal(archive, now=NOW, agent=AGENT)
    assert repair is not None
    assert [item.seq for item in ledger.read(archive)] == [0, 1, 2]


def test_healing_a_whole_ledger_changes_nothing(archive: Archive) -> None:
    append(archive)
    before = tail(archive)
    assert healing.heal(archive, now=NOW, agent=AGENT) is None
    assert tail(archive) == before


def broken(archive: Archive, how: str) -> None:
    path, head = ledger.segment(archive, 0), archive.ledger / "head.json"
    data = path.read_bytes()
    changes = {
        "a changed last line": data.replace(b'"reason":"A020"', b'"reason":"A021"'),
        "a missing last line": data[: data[:-1].rindex(b"\n") + 1],
        "a last line without its end": data[:-1],
        "two lines too many": data + data.splitlines(keepends=True)[-1] * 2,
        "a strange line too many": data + b'{"a":1}\n',
        "no lines": b"",
    }
    if how == "no segment":
        path.unlink()
    elif how == "no head":
        head.unlink()
    elif how == "a changed head":
        head.write_bytes(head.read_bytes().replace(b'"size":2', b'"size":1'))
    else:
        path.write_bytes(changes[how])


@pytest.mark.parametrize(
    "how",
    [
        "a changed last line",
        "a missing last line",
        "a last line without its end",
        "two lines too many",
        "a strange line too many",
        "no lines",
        "no segment",
        "no head",
        "a changed head",
    ],
)
def test_anything_else_is_neither_mended_nor_continued(archive: Archive, how: str) -> None:
    append(archive)
    broken(archive, how)
    state = {path.name: path.read_bytes() for path in archive.ledger.iterdir()}
    if "head" in how:
        with pytest.raises(LedgerError):
            healing.heal(archive, now=NOW, agent=AGENT)
    else:
        healing.heal(archive, now=NOW, agent=AGENT)
    with pytest.raises(LedgerError):
        append(archive)
    assert {path.name: path.read_bytes() for path in archive.ledger.iterdir()} == state


@pytest.mark.parametrize("how", ["a missing last line", "no lines", "no segment", "no head"])
def test_reading_a_ledger_that_is_not_whole_is_an_error(archive: Archive, how: str) -> None:
    append(archive)
    broken(archive, how)
    with pytest.raises(LedgerError):
        list(ledger.read(archive))


def test_reading_stops_at_a_line_that_does_not_follow(archive: Archive) -> None:
    append(archive)
    append(archive)
    path = ledger.segment(archive, 0)
    lines = path.read_bytes().splitlines(keepends=True)
    found = json.loads(lines[1])
    found["outcome"] = "pass"
    lines[1] = event.rfc8785.dumps(found) + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(LedgerError, match="line 3"):
        list(ledger.read(archive))


def test_a_line_that_could_not_be_written_is_taken_back(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tail(archive)

    def full(file: object, line: bytes) -> None:
        file.write(line[:30])  # type: ignore[attr-defined] # an open file
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_write_whole", full)
        with pytest.raises(OSError, match="space"):
            append(archive)
    assert tail(archive) == before
    assert append(archive).seq == 1
