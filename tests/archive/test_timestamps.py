"""Time stamps of checkpoints are asked for, kept, judged, and bound each event from both sides."""

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import target
import tsa
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive import Archive, chain, config
from docscan.archive.event import Draft
from docscan.archive.proof import authority as asking
from docscan.archive.proof import policy, timestamps, trust
from docscan.archive.proof.policy import Policy, Stamped
from docscan.archive.proof.timestamps import Interval, Stamp, Stored
from docscan.archive.proof.tokens import Token
from docscan.archive.proof.trust import State
from docscan.archive.recovery import taken_up
from docscan.errors import ArchiveError, ConfigError, LedgerError
from docscan.messages import LANGUAGES


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCSCAN_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def whole(keys: None, tmp_path_factory: pytest.TempPathFactory, authority: tsa.Authority) -> Archive:
    """An archive with two time stamps, and an event after each."""
    archive = target.made(tmp_path_factory.mktemp("whole") / "archive", 2)
    archive = believing(archive, authority)
    for number in (1, 2):
        stamped(archive, authority)
        target.happened(archive, Draft("appraisal", detail={"pages": number}))
        time.sleep(1.1)  # an authority's clock goes by seconds
    return archive


@pytest.fixture
def archive(whole: Archive, tmp_path: Path, authority: tsa.Authority) -> Archive:
    return believing(target.copied(whole, tmp_path / "archive"), authority)


def believing(archive: Archive, authority: tsa.Authority, url: str = "") -> Archive:
    stamping = config.Stamping(url=url, certificates=str(authority.certificates))
    return replace(archive, config=replace(archive.config, timestamp=stamping))


def stamped(archive: Archive, authority: tsa.Authority) -> Stored:
    """The newest checkpoint, stamped and kept."""
    data = (archive.root / target.NOTE).read_bytes()
    request = asking.prepared(data)
    found = asking.received(archive, data, request, authority.answer(request))
    kept(archive, found)
    return found


def kept(archive: Archive, found: Stored) -> None:
    with taken_up(archive, now=target.NOW, agent=target.AGENT) as catalogue:
        timestamps.keep(archive, catalogue, found, now=target.NOW, agent=target.AGENT)


def judged(archive: Archive, trusted: Policy | None = None, now: datetime | None = None) -> State:
    known, asked = trust.testimony(archive, ()), trusted or Policy()
    if not asked.timestamp.certificates:
        certificates = policy.own(archive).timestamp.certificates
        asked = replace(asked, timestamp=replace(asked.timestamp, certificates=certificates))
    return trust.state(archive, chain.examine(archive), known, asked, now or datetime.now(UTC))


def codes(state: State) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in state.findings]


def test_a_time_stamp_is_kept_with_what_it_stamps_and_an_event_that_names_both(archive: Archive) -> None:
    events = [event for event in target.events_of(archive) if event["type"] == "timestamp"]
    assert len(events) == 2
    for event in events:
        name = f"ledger/timestamps/{event['detail']['size']:012d}"
        assert event["files"] == {
            f"{name}.{ending}": target.hashlib.sha256(
                (archive.root / f"{name}.{ending}").read_bytes()
            ).hexdigest()
            for ending in ("note", "tsr")
        }


def test_time_stamps_bound_each_event_from_both_sides(archive: Archive) -> None:
    state = judged(archive, now=target.NOW + timedelta(days=9999))
    assert codes(state) == []
    assert [one.code for one in state.remarks] == ["B243"]
    first, second = state.stamps
    assert [(one.first, one.last, one.after, one.before) for one in state.intervals] == [
        (0, first.size - 1, None, first.token.at),
        (first.size, first.seq, None, second.token.at),
        (first.seq + 1, second.size - 1, first.token.at, second.token.at),
        (second.size, second.seq, first.token.at, None),
        (second.seq + 1, state.events - 1, second.token.at, None),
    ]


def test_a_time_stamp_counts_as_a_witness_for_as_long_as_the_policy_says(archive: Archive) -> None:
    at = judged(archive).stamps[-1].token.at
    asked = Policy(timestamp=Stamped(timedelta(days=2)))
    for trusted, within, lack in ((asked, timedelta(days=2), "W5"), (Policy(), timedelta(days=30), "W3")):
        assert judged(archive, trusted, at + within).met
        late = judged(archive, trusted, at + within + timedelta(seconds=1))
        assert [one.code for one in late.lacks] == [lack]
        assert all(late.sentences(language) for language in LANGUAGES)


def test_qualified_is_said_only_where_the_policy_says_so(archive: Archive) -> None:
    def said(trusted: Policy) -> str:
        return " ".join(" ".join(judged(archive, trusted).sentences(language)) for language in LANGUAGES)

    words = ("qualified", "cualificado", "kwalifikowan", "qualifizierter")
    assert not any(word in said(Policy()) for word in words)
    assert all(word in said(Policy(timestamp=Stamped(qualified=True))) for word in words)


def test_a_damaged_time_stamp_is_not_valid_and_one_of_another_note_does_not_match(archive: Archive) -> None:
    one, other = timestamps.stored(archive)
    path = archive.root / one.path
    path.write_bytes(one.answer[:-1] + bytes([one.answer[-1] ^ 1]))
    (finding,) = judged(archive).findings
    assert (finding.code, finding.path) == ("T1", one.path)
    for language in LANGUAGES:
        assert "{" not in finding.sentence(language)
        assert "@" not in finding.sentence(language)
    path.write_bytes(other.answer)
    assert codes(judged(archive)) == [("T2", one.path)]
    path.write_bytes(one.answer)
    path.with_suffix(".note").write_bytes(other.note)
    assert codes(judged(archive)) == [("T2", one.path)]


def test_a_right_time_stamp_under_another_size_does_not_match(archive: Archive) -> None:
    one, _ = timestamps.stored(archive)
    place = (archive.root / one.path).with_name("000000000002.tsr")
    place.write_bytes(one.answer)
    place.with_suffix(".note").write_bytes(one.note)
    assert codes(judged(archive)) == [("T2", "ledger/timestamps/000000000002.tsr")]


def test_a_ledger_rewritten_with_the_key_contradicts_its_time_stamps(archive: Archive) -> None:
    one, other = timestamps.stored(archive)
    events = target.events_of(archive)
    events[3]["detail"]["pages"] = 9
    target.rewritten(archive, events, target.own_key(archive))
    assert codes(judged(archive)) == [("T2", one.path), ("T2", other.path)]


def test_a_ledger_cut_short_with_the_key_contradicts_the_time_stamps_that_were_left(archive: Archive) -> None:
    _, other = timestamps.stored(archive)
    target.rewritten(archive, target.events_of(archive)[:-3], target.own_key(archive))
    assert codes(judged(archive)) == [("T2", other.path)]


def test_an_authority_nobody_believes_is_a_finding_and_none_named_is_said(
    archive: Archive, tmp_path: Path
) -> None:
    stranger = tsa.authority(tmp_path)
    strange = Policy(timestamp=Stamped(certificates=stranger.certificates))
    assert {code for code, _ in codes(judged(archive, strange))} == {"T1"}
    unnamed = replace(archive, config=replace(archive.config, timestamp=config.Stamping()))
    state = judged(unnamed)
    assert (codes(state), state.stamps) == ([], ())
    assert [one.code for one in state.remarks] == ["B240", "B246"]
    missing = Policy(timestamp=Stamped(timedelta(days=2), tmp_path / "none.pem"))
    state = judged(archive, missing, target.NOW + timedelta(days=9999))
    assert (codes(state), state.stamps, state.met) == ([], (), False)
    assert [one.code for one in state.remarks] == ["B240", "B257"]
    assert all("none.pem" in " ".join(state.sentences(language)) for language in LANGUAGES)
    for path in ("/dev/zero", archive.ledger):
        with pytest.raises(ConfigError, match="cannot be used"):
            timestamps.believed(Path(path))


def test_without_the_library_it_is_said_that_nothing_was_checked(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rfc3161_client", None)
    state = judged(archive)
    assert (codes(state), state.stamps) == ([], ())
    assert "docscan[tsa]" in " ".join(state.sentences("en"))
    with pytest.raises(ConfigError) as caught:
        asking.prepared(b"note")
    assert "docscan[tsa]" in caught.value.hint


def test_missing_and_strange_files_are_left_to_the_findings_about_files(archive: Archive) -> None:
    folder = archive.ledger / timestamps.FOLDER
    (folder / "000000000091.tsr").mkdir()
    (folder / "000000000092.tsr").symlink_to("/dev/zero")
    os.mkfifo(folder / "000000000093.tsr")
    (folder / "notes.txt").touch()
    (folder / Path(timestamps.stored(archive)[0].path).with_suffix(".note").name).unlink()
    assert codes(judged(archive)) == []
    assert len(judged(archive).stamps) == 1


def test_openssl_alone_confirms_what_is_kept(archive: Archive, authority: tsa.Authority) -> None:
    for one in timestamps.stored(archive):
        path = archive.root / one.path
        words = ["openssl", "ts", "-verify", "-data", path.with_suffix(".note"), "-in", path]
        done = subprocess.run(
            [*words, "-CAfile", authority.certificates], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_only_a_checkpoint_of_this_ledger_is_kept(archive: Archive, authority: tsa.Authority) -> None:
    before = len(target.lines_of(archive))
    strange = note_of_another(archive)
    for data in (b"anything", strange):
        request = asking.prepared(data)
        found = Stored("ledger/timestamps/000000000003.tsr", data, authority.answer(request))
        with pytest.raises(LedgerError, match="What was stamped"):
            kept(archive, found)
    with pytest.raises(LedgerError, match="no checkpoint"):
        asking.received(
            archive, b"anything", request := asking.prepared(b"anything"), authority.answer(request)
        )
    assert len(target.lines_of(archive)) == before


def note_of_another(archive: Archive) -> bytes:
    path = archive.root / target.NOTE
    with target.put_back(path):
        target.signed(archive, target.own_key(archive), "docscan/another")
        return path.read_bytes()


def test_an_authority_is_asked_over_http(archive: Archive, authority: tsa.Authority) -> None:
    data = (archive.root / target.NOTE).read_bytes()
    with authority.served() as url:
        found = asking.asked(believing(archive, authority, url), data)
        assert found.note == data
        with pytest.raises(ArchiveError, match="not valid"):
            asking.asked(believing(archive, authority, url + "/nothing"), data)
    with pytest.raises(ArchiveError, match="cannot be asked") as caught:
        asking.asked(believing(archive, authority, url), data)
    assert "--request" in caught.value.hint
    with pytest.raises(ConfigError, match="No time-stamping authority"):
        asking.asked(archive, data)


def test_an_answer_to_another_request_is_not_kept(archive: Archive, authority: tsa.Authority) -> None:
    data = (archive.root / target.NOTE).read_bytes()
    request, other = asking.prepared(data), asking.prepared(data)
    with pytest.raises(ArchiveError, match="another request"):
        asking.received(archive, data, request, authority.answer(other))


def test_a_time_stamp_is_due_when_there_is_an_authority_and_the_newest_is_old(
    archive: Archive, authority: tsa.Authority
) -> None:
    newest = judged(archive).stamps[-1].token.at
    asked = believing(archive, authority, "https://tsa.example")
    assert not asking.due(archive, newest + timedelta(days=9))
    assert not asking.due(asked, newest + timedelta(hours=23))
    assert asking.due(asked, newest + timedelta(days=1))
    for path in (archive.ledger / timestamps.FOLDER).iterdir():
        path.unlink()
    assert asking.due(asked, newest)


MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(-1, 30), st.integers(0, 9)), max_size=6),
    st.integers(0, 31),
)
def test_intervals_say_of_every_event_what_the_time_stamps_around_it_say(
    given_stamps: list[tuple[int, int, int]], events: int
) -> None:
    stamps = [
        Stamp(size, seq, Token(MOMENT + timedelta(days=day), "", "")) for size, seq, day in given_stamps
    ]
    found = {
        seq: one for one in timestamps.intervals(stamps, events) for seq in range(one.first, one.last + 1)
    }
    assert sorted(found) == list(range(events))
    for seq, one in found.items():
        assert one.before == min((each.token.at for each in stamps if each.size > seq), default=None)
        assert one.after == max((each.token.at for each in stamps if 0 <= each.seq < seq), default=None)


def test_no_time_stamps_bound_nothing() -> None:
    assert timestamps.intervals([], 5) == [Interval(0, 4, None, None)]
    assert timestamps.intervals([], 0) == []
