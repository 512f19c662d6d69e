"""What others saw is held against the ledger: only they tell when it was rewritten by who holds the key."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import target

from docscan.archive import Archive, chain, fixity, ledger, papers
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.proof import handouts, note, policy, trust
from docscan.archive.proof.note import Signer
from docscan.archive.proof.policy import Policy, Stamped, Trusted
from docscan.archive.proof.trust import State
from docscan.archive.recovery import taken_up
from docscan.errors import LedgerError
from docscan.messages import LANGUAGES, sentence

NOW = target.NOW + timedelta(days=3)
ACME = note.generated("acme")
POLICY = Policy(witnesses=(Trusted("acme", ACME.witness),))


@pytest.fixture
def archive(small: Archive, tmp_path: Path) -> Archive:
    return target.copied(small, tmp_path / "archive")


def judged(archive: Archive, trusted: Policy, *files: Path, now: datetime = NOW) -> State:
    known = trust.testimony(archive, files)
    return trust.state(archive, chain.examine(archive), known, trusted, now)


def codes(state: State) -> list[str]:
    return [one.code for one in state.findings]


def lacking(state: State) -> list[str]:
    return [one.code for one in state.lacks]


def remarked(state: State) -> list[str]:
    return [one.code for one in state.remarks]


def cosigned(archive: Archive, path: Path, at: datetime = NOW, signer: Signer = ACME) -> Path:
    """The newest checkpoint as a witness keeps it."""
    data = (archive.root / target.NOTE).read_bytes()
    path.write_bytes(note.cosigned(data, signer, int(at.timestamp())))
    return path


def brought_back(archive: Archive, data: bytes, at: datetime = NOW) -> None:
    """The custodian keeps what the witness signed."""
    (archive.root / policy.FILE).write_text(f'[[witness]]\nname = "acme"\nkey = "{ACME.witness.vkey}"\n')
    with taken_up(archive, now=at, agent=target.AGENT) as catalogue:
        handouts.acknowledge(archive, catalogue, data, now=at, agent=target.AGENT)


def more(archive: Archive, count: int = 1) -> None:
    for _ in range(count):
        number = len(target.lines_of(archive))  # so that no two are the same
        target.happened(archive, Draft("appraisal", detail={"pages": number}))


def test_a_young_ledger_that_nobody_saw_is_no_failure_and_is_said(archive: Archive) -> None:
    state = judged(archive, Policy())
    assert (state.met, codes(state), remarked(state)) == (True, [], ["B240"])
    assert (state.events, state.signed) == (len(target.lines_of(archive)),) * 2
    for language in LANGUAGES:
        (said,) = state.sentences(language)
        assert "{" not in said


def test_a_ledger_that_nobody_saw_for_a_month_does_not_meet_the_policy(archive: Archive) -> None:
    month = target.NOW + policy.WITHIN
    assert judged(archive, Policy(), now=month).met
    late = judged(archive, Policy(), now=month + timedelta(seconds=1))
    assert lacking(late) == ["W4"]
    assert lacking(judged(archive, POLICY, now=month + timedelta(seconds=1))) == ["W4"]
    assert all("30 d" in late.sentences(language)[-1] for language in LANGUAGES)


def test_a_witness_that_saw_it_lately_meets_the_policy_and_one_that_did_long_ago_does_not(
    archive: Archive,
) -> None:
    brought_back(
        archive, note.cosigned((archive.root / target.NOTE).read_bytes(), ACME, int(NOW.timestamp()))
    )
    later = NOW + policy.WITHIN
    state = judged(archive, POLICY, now=later)
    assert (state.met, codes(state), remarked(state)) == (True, [], ["B241"])
    (seen,) = state.witnessed
    assert (seen.name, seen.size, seen.at) == ("acme", state.events - 1, NOW)
    stale = judged(archive, POLICY, now=later + timedelta(seconds=1))
    assert lacking(stale) == ["W3"]
    assert ledger.stamp(NOW) in stale.sentences("en")[-1]


def test_each_witness_that_is_asked_for_has_to_have_seen_it(archive: Archive, tmp_path: Path) -> None:
    both = replace(POLICY, witnesses=(*POLICY.witnesses, Trusted("other", note.generated("other").witness)))
    file = cosigned(archive, tmp_path / "acme.note")
    late = target.NOW + timedelta(days=31)
    assert lacking(judged(archive, both, file, now=late)) == ["W4"]
    assert lacking(judged(archive, POLICY, file, now=late)) == []


def test_a_note_without_a_known_signature_says_nothing_of_when(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "copy.note"
    file.write_bytes((archive.root / target.NOTE).read_bytes())
    state = judged(archive, POLICY, file, now=target.NOW + timedelta(days=31))
    assert (codes(state), remarked(state), lacking(state)) == ([], ["B240", "B242"], ["W4"])


def test_a_wrong_signature_of_a_witness_and_one_dated_ahead_do_not_count(
    archive: Archive, tmp_path: Path
) -> None:
    data = cosigned(archive, tmp_path / "a.note").read_bytes()
    other = note.cosigned((archive.root / target.NOTE).read_bytes(), ACME, int(NOW.timestamp()) + 1)
    head, _, _ = data.rpartition("— acme ".encode())
    line = other.rpartition("— acme ".encode())[2]
    forged = bytearray(line)
    forged[30:34] = forged[34:38]
    (tmp_path / "a.note").write_bytes(head + "— acme ".encode() + bytes(forged))
    ahead = cosigned(archive, tmp_path / "b.note", NOW + timedelta(days=2))
    state = judged(archive, POLICY, tmp_path / "a.note", ahead)
    assert remarked(state) == ["B240", "B247", "B247"]
    assert state.witnessed == ()


def test_events_cut_off_and_signed_anew_are_counted_by_a_witness(archive: Archive, tmp_path: Path) -> None:
    more(archive, 3)
    file = cosigned(archive, tmp_path / "acme.note")
    target.rewritten(archive, target.events_of(archive)[:-3], target.own_key(archive))
    assert codes(judged(archive, POLICY)) == [], "nothing within the archive tells"
    state = judged(archive, POLICY, file)
    (finding,) = state.findings
    assert (finding.code, finding.path, finding.facts["removed"]) == ("W1", str(file), "3")
    assert "3" in finding.sentence("es")
    assert state.witnessed == ()


def test_a_ledger_cut_short_long_after_it_was_witnessed_is_at_least_stale(archive: Archive) -> None:
    brought_back(
        archive, note.cosigned((archive.root / target.NOTE).read_bytes(), ACME, int(NOW.timestamp()))
    )
    more(archive, 2)
    target.rewritten(archive, target.events_of(archive)[:-2], target.own_key(archive))
    late = judged(archive, POLICY, now=NOW + timedelta(days=31))
    assert (codes(late), lacking(late)) == ([], ["W3"])


@pytest.mark.parametrize("act", ["edit", "insert", "reorder", "remove"])
def test_a_history_written_anew_with_the_key_is_another_one_to_a_witness(
    archive: Archive, tmp_path: Path, act: str
) -> None:
    more(archive, 2)
    file = cosigned(archive, tmp_path / "acme.note")
    more(archive, 2)
    events = target.events_of(archive)
    if act == "edit":
        events[-3]["detail"]["pages"] = 9
    elif act == "insert":
        events.insert(-3, events[1])
    elif act == "reorder":
        events[1], events[-3] = events[-3], events[1]
    else:
        del events[-3]
    target.rewritten(archive, events, target.own_key(archive))
    assert codes(judged(archive, POLICY)) == []
    (finding,) = judged(archive, POLICY, file).findings
    assert (finding.code, finding.path) == ("W2", str(file))
    assert finding.expected != finding.found
    assert finding.facts["size"] in finding.sentence("de")


def test_two_witnesses_of_two_histories_are_both_named_unless_one_has_the_ledger_s(
    archive: Archive, tmp_path: Path
) -> None:
    other = target.copied(archive, tmp_path / "other")
    more(archive)
    target.happened(other, Draft("validation"))
    client, auditor = cosigned(archive, tmp_path / "a"), cosigned(other, tmp_path / "b")
    assert [one.path for one in judged(archive, POLICY, client, auditor).findings] == [str(auditor)]
    assert [one.path for one in judged(other, POLICY, client, auditor).findings] == [str(client)]
    third = target.copied(archive, tmp_path / "third")
    target.rewritten(
        third, [*target.events_of(third)[:-1], target.events_of(third)[1]], target.own_key(third)
    )
    assert codes(judged(third, POLICY, client, auditor)) == ["W2", "W2"]


def test_a_note_of_another_log_is_another_history(archive: Archive, tmp_path: Path) -> None:
    stranger = target.made(tmp_path / "stranger", 2)
    file = cosigned(stranger, tmp_path / "note")
    assert codes(judged(archive, POLICY, file)) == ["W2"]


def test_another_history_that_nobody_signed_is_told_to_be_unsigned(archive: Archive, tmp_path: Path) -> None:
    more(archive)
    file = cosigned(archive, tmp_path / "note")
    target.rewritten(
        archive, [*target.events_of(archive)[:-1], target.events_of(archive)[1]], target.own_key(archive)
    )
    (signed,) = judged(archive, POLICY, file).findings
    head, _, rest = file.read_text().partition("\n\n")
    file.write_text(f"{head.rpartition(chr(10))[0]}\n{'A' * 43}=\n\n{rest}")
    (unsigned,) = judged(archive, POLICY, file).findings
    assert (signed.code, unsigned.code) == ("W2", "W2")
    for language in LANGUAGES:
        assert sentence("B258", language) in unsigned.sentence(language)
        assert sentence("B258", language) not in signed.sentence(language)


def test_a_handout_is_read_like_a_note_and_anything_else_is_refused(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "handout"
    file.write_bytes(handouts.Handout((archive.root / target.NOTE).read_bytes(), 0).data)
    assert remarked(judged(archive, POLICY, file)) == ["B240", "B242"]
    for data in (b"", b"\xff\n" * 20, b"old 3\n\nx"):
        file.write_bytes(data)
        with pytest.raises(LedgerError, match="no checkpoint"):
            trust.testimony(archive, [file])
    with pytest.raises(LedgerError, match="no checkpoint"):
        trust.testimony(archive, [tmp_path / "none"])


def test_a_checkpoint_by_another_key_than_the_pinned_one_is_a_finding(archive: Archive) -> None:
    pinned = Policy(keys=(target.own_key(archive).verifier,))
    assert codes(judged(archive, pinned)) == []
    assert codes(judged(archive, Policy(keys=(note.generated("docscan/1").verifier,)))) == ["C1"]
    (archive.root / target.NOTE).unlink()
    assert codes(judged(archive, pinned)) == [], "it is a finding of the ledger already"
    assert [one.code for one in chain.examine(archive).findings] == ["C1"]


def test_events_that_are_not_signed_for_a_day_do_not_meet_the_policy(archive: Archive) -> None:
    signed = len(target.lines_of(archive))
    with open_catalogue(archive) as catalogue:
        catalogue.apply(ledger.append(archive, Draft("appraisal"), now=NOW, agent=target.AGENT))
    state = judged(archive, Policy(), now=NOW + policy.UNSIGNED)
    assert (state.met, state.events, state.signed) == (True, signed + 1, signed)
    late = judged(archive, Policy(), now=NOW + policy.UNSIGNED + timedelta(seconds=1))
    assert lacking(late) == ["W7"]
    assert late.lacks[0].facts == {"count": "1"}


def test_a_time_stamp_that_is_asked_for_is_missed(archive: Archive) -> None:
    asked = Policy(timestamp=Stamped(timedelta(days=2)))
    assert lacking(judged(archive, asked, now=target.NOW + timedelta(days=2))) == []
    assert lacking(judged(archive, asked, now=target.NOW + timedelta(days=2, seconds=1))) == ["W6"]


def test_a_damaged_folder_of_witnesses_stops_nothing(archive: Archive, tmp_path: Path) -> None:
    folder = archive.ledger / handouts.FOLDER
    folder.mkdir()
    (folder / "0123abcd-000000000003.note").write_bytes(b"\xff")
    (folder / "89abcdef-000000000003.note").symlink_to(tmp_path)
    assert codes(judged(archive, POLICY)) == []
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.symlink_to(tmp_path)
    assert codes(judged(archive, POLICY)) == []
    (archive.ledger / "log.json").unlink()
    assert judged(archive, POLICY).events == len(target.lines_of(archive))


def test_a_day_that_no_calendar_has_stops_nothing(archive: Archive) -> None:
    events = target.events_of(archive)
    events[0]["at"] = "2026-02-31T25:61:00Z"
    target.rewritten(archive, events, target.own_key(archive))
    assert lacking(judged(archive, Policy())) == ["W4"]


def test_a_note_brought_back_is_told_also_when_the_plug_is_pulled(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = cosigned(archive, tmp_path / "acme.note").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(papers.ledger, "append", pulled)
        with pytest.raises(KeyboardInterrupt):
            brought_back(archive, data)
    with taken_up(archive, now=NOW, agent=target.AGENT):
        pass
    assert [found.type for found in ledger.read(archive)][-1] == "acknowledgement_received"
    assert list(fixity.verify(archive)) == []


def pulled(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
