"""A witness signs what only grew, refuses all else, and keeps the evidence."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import target

from docscan.archive import Archive
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.proof import checkpoint, handouts, note, policy, witness
from docscan.archive.proof.handouts import Handout
from docscan.archive.proof.witness import Judgement
from docscan.archive.recovery import taken_up
from docscan.errors import ArchiveError, LedgerError

NOW = target.NOW + timedelta(days=3)


@pytest.fixture
def archive(small: Archive, tmp_path: Path) -> Archive:
    return target.copied(small, tmp_path / "archive")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    witness.create(tmp_path / "state", "acme")
    return tmp_path / "state"


def happened(archive: Archive, *pages: int) -> None:
    for number in pages:
        target.happened(archive, Draft("appraisal", detail={"pages": number}))


def handed(archive: Archive, since: int = 0) -> Handout:
    with open_catalogue(archive) as catalogue:
        return handouts.handout(archive, catalogue, since)


def judged(state: Path, handed_out: Handout, pin: note.Verifier | None = None) -> Judgement:
    return witness.judge(state, handed_out.data, pin=pin, now=NOW)


def test_the_first_checkpoint_is_taken_on_trust_and_a_grown_one_is_proven(
    archive: Archive, state: Path
) -> None:
    first = judged(state, handed(archive))
    assert (first.before, first.pinned, first.reason) == (None, False, "")
    happened(archive, 1, 2, 3)
    second = judged(state, handed(archive, first.checkpoint.size))
    assert second.before == first.checkpoint
    assert second.checkpoint.size == first.checkpoint.size + 3
    found = note.parsed(second.note)
    assert note.cosignature_time(found, witness.signer_of(state).witness) == int(NOW.timestamp())
    assert note.valid(found, target.own_key(archive).verifier)


def test_the_same_checkpoint_is_signed_again_without_a_proof(archive: Archive, state: Path) -> None:
    bare = (archive.root / target.NOTE).read_bytes()
    for _ in range(2):
        assert witness.judge(state, bare, pin=None, now=NOW).note
    happened(archive, 1)
    with pytest.raises(LedgerError, match="begins at 0") as caught:
        judged(state, Handout((archive.root / target.NOTE).read_bytes()))
    assert "--since" in caught.value.hint


@pytest.mark.parametrize(
    ("cut", "added", "reason"),
    [(2, (), witness.SMALLER), (2, (7, 8), witness.OTHER_ROOT), (2, (7, 8, 9), witness.NO_PROOF_OF_IT)],
)
def test_another_history_is_not_signed_and_both_notes_are_kept(
    archive: Archive, state: Path, cut: int, added: tuple[int, ...], reason: str
) -> None:
    happened(archive, 1, 2)
    seen = judged(state, handed(archive))
    target.rewritten(archive, target.events_of(archive)[:-cut], target.own_key(archive))
    happened(archive, *added)
    size = len(target.lines_of(archive))
    judgement = judged(state, handed(archive, min(seen.checkpoint.size, size)))
    assert (judgement.reason, judgement.note) == (reason, b"")
    assert judgement.evidence is not None
    evidence = json.loads(judgement.evidence.read_text())
    assert evidence["format"] == witness.EVIDENCE
    signer = target.own_key(archive).verifier
    for told, expected in (("seen", seen.checkpoint), ("presented", judgement.checkpoint)):
        counted, found = checkpoint.read(evidence[told].encode())
        assert counted == expected
        assert note.valid(found, signer), "the custodian's own signature is below both"
    again = judged(state, Handout(seen.note))
    assert not again.reason, "what it stands by is what it saw before"


def test_two_witnesses_of_two_histories_find_each_other_out(archive: Archive, tmp_path: Path) -> None:
    client, auditor = tmp_path / "client", tmp_path / "auditor"
    for folder in (client, auditor):
        witness.create(folder, folder.name)
    other = target.copied(archive, tmp_path / "other")
    happened(archive, 1)
    happened(other, 2, 3)
    one = judged(client, handed(archive))
    two = judged(auditor, handed(other))
    size = one.checkpoint.size
    proof = Handout(two.note, size, handed(other, size).proof)
    evidence = witness.compare(tmp_path, one.note, proof.data)
    assert evidence is not None
    kept = json.loads(evidence.read_text())
    assert [note.parsed(kept[name].encode()).signatures[1].name for name in ("seen", "presented")] == [
        "client",
        "auditor",
    ]
    happened(archive, 4)
    honest = handed(archive, size)
    assert witness.compare(tmp_path, honest.data, one.note) is None
    with pytest.raises(LedgerError, match="begins at 0"):
        witness.compare(tmp_path, one.note, two.note)


def test_checkpoints_of_two_logs_cannot_be_compared(archive: Archive, tmp_path: Path) -> None:
    stranger = target.made(tmp_path / "stranger", 2)
    with pytest.raises(LedgerError, match="two logs"):
        witness.compare(tmp_path, handed(archive).data, handed(stranger).data)


def test_a_witness_keeps_logs_apart(archive: Archive, state: Path, tmp_path: Path) -> None:
    stranger = target.made(tmp_path / "stranger", 2)
    assert judged(state, handed(archive)).before is None
    assert judged(state, handed(stranger)).before is None
    assert judged(state, handed(archive)).before is not None
    hostile = [witness.folder_of(state, name) for name in ("../../etc", "..", "a/b", "a_b", "x" * 500)]
    assert len(set(hostile)) == len(hostile)
    assert all(path.parent == state and len(path.name) < 100 for path in hostile)
    assert all(path.resolve().parent == state.resolve() for path in hostile)


def test_a_pinned_key_is_remembered_and_no_other_is_believed(archive: Archive, state: Path) -> None:
    own = target.own_key(archive)
    assert judged(state, handed(archive), own.verifier).pinned
    happened(archive, 1)
    other = note.Signer(own.name, bytes(range(32)))
    target.signed(archive, other)
    offered = Handout((archive.root / target.NOTE).read_bytes(), len(target.lines_of(archive)) - 1)
    with pytest.raises(LedgerError, match="not signed by the key") as caught:
        judged(state, offered)
    assert "--key" in caught.value.hint
    target.signed(archive, own)
    assert judged(state, handed(archive, offered.old)).pinned


def test_a_key_of_another_log_is_not_pinned(archive: Archive, state: Path) -> None:
    with pytest.raises(LedgerError, match="not signed by the key"):
        judged(state, handed(archive), note.generated("docscan/other").verifier)
    assert not judged(state, handed(archive)).pinned


def test_a_witness_without_a_key_is_told_how_to_make_one(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as caught:
        judged(tmp_path / "nobody", handed(archive))
    assert "docscan witness init" in caught.value.hint
    assert not (tmp_path / "nobody").exists()


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = witness.create(tmp_path / "state", "acme")
    assert witness.create(tmp_path / "state", "another") == made
    assert (tmp_path / "state" / witness.KEY).stat().st_mode & 0o777 == 0o600
    with pytest.raises(ArchiveError):
        witness.create(tmp_path / "other", "two words")
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError):
        witness.create(tmp_path / "file", "acme")


def test_what_was_seen_is_not_forgotten_when_it_cannot_be_read(archive: Archive, state: Path) -> None:
    judgement = judged(state, handed(archive))
    path = witness.folder_of(state, judgement.checkpoint.origin) / witness.NEWEST
    path.write_bytes(judgement.note[:-1])
    with pytest.raises(ArchiveError, match="seen last"):
        judged(state, handed(archive))


def test_what_a_witness_signed_is_kept_with_an_event_and_begins_the_next_proof(
    archive: Archive, state: Path
) -> None:
    trusted = policy.Trusted("acme", witness.signer_of(state).witness)
    (archive.root / policy.FILE).write_text(f'[[witness]]\nname = "acme"\nkey = "{trusted.key.vkey}"\n')
    assert handouts.seen_by(archive, trusted) == 0
    signed = judged(state, handed(archive))
    with taken_up(archive, now=NOW, agent=target.AGENT) as catalogue:
        handouts.acknowledge(archive, catalogue, signed.note, now=NOW, agent=target.AGENT)
    event = target.events_of(archive)[-1]
    assert (event["type"], event["agent"]["role"]) == ("acknowledgement_received", "recipient")
    (path,) = event["files"]
    assert (archive.root / path).read_bytes() == signed.note
    assert handouts.seen_by(archive, trusted) == signed.checkpoint.size
    assert judged(state, handed(archive, signed.checkpoint.size)).before == signed.checkpoint


def test_only_what_a_known_witness_signed_of_this_ledger_is_kept(
    archive: Archive, state: Path, tmp_path: Path
) -> None:
    before = len(target.lines_of(archive))
    unknown = judged(state, handed(archive)).note
    key = witness.signer_of(state).witness.vkey
    happened(other := target.copied(archive, tmp_path / "other"), 1)
    elsewhere = judged(state, handed(other, before)).note
    ours = witness.create(tmp_path / "ours", "ours").witness.vkey
    for trust, data, sentence in (
        ("", unknown, "No witness"),
        (f'[[witness]]\nname = "ours"\nkey = "{ours}"\n', unknown, "No witness"),
        (f'[[witness]]\nname = "acme"\nkey = "{key}"\n', elsewhere, "another history"),
        ("", b"nothing", "no signed checkpoint"),
    ):
        (archive.root / policy.FILE).write_text(trust)
        with (
            taken_up(archive, now=NOW, agent=target.AGENT) as catalogue,
            pytest.raises(LedgerError, match=sentence),
        ):
            handouts.acknowledge(archive, catalogue, data, now=NOW, agent=target.AGENT)
    assert len(target.lines_of(archive)) == before


def test_more_than_there_is_cannot_be_proven(archive: Archive) -> None:
    size = len(target.lines_of(archive))
    with pytest.raises(LedgerError, match="2 are missing"):
        handed(archive, size + 2)
    (archive.root / target.NOTE).unlink()
    with pytest.raises(LedgerError, match="Nothing was signed"):
        handed(archive)


def test_a_handout_has_one_form(archive: Archive) -> None:
    happened(archive, 1, 2, 3, 4, 5)
    handout = handed(archive, 3)
    assert len(handout.proof) > 1
    assert handouts.parsed(handout.data) == handout
    assert handouts.parsed(handout.note) == Handout(handout.note)
    data = handout.data
    for other in (
        data.replace(b"old 3", b"old 03"),
        data.replace(b"old 3", b"old -3"),
        data.replace(b"\n\n", b"\n", 1),
        data.replace(b"\n\n", b"\n\n\n", 1),
        data.replace(b"\n", b"\nAAAA\n", 1),
        data.replace(b"\n", b"\r\n", 1),
        data + b"\n",
        data[:-1],
        b"old 3\n" + b"A" * 43 + b"=\n" * 70 + b"\n" + handout.note,
        b"old 0\n\n",
        b"",
    ):
        with pytest.raises(ValueError, match=r"\w"):
            handouts.parsed(other)


def test_of_two_checks_at_once_none_puts_an_older_note_back(
    archive: Archive, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged(state, handed(archive))
    older = handed(archive, first.checkpoint.size)
    monkeypatch.setattr(witness, "BUSY_SECONDS", 0.05)
    folder = witness.folder_of(state, first.checkpoint.origin)
    with witness._alone(folder), pytest.raises(ArchiveError, match="cannot be held"):
        judged(state, older)
    assert judged(state, older).note
