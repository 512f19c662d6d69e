"""Checkpoints: signed whenever something was added, never over a ledger that was cut or rewritten."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import target
from hypothesis import given
from hypothesis import strategies as st

from docscan import archive as archives
from docscan.archive import Archive, chain, fixity, ledger, rebuild
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.config import Log
from docscan.archive.event import Draft
from docscan.archive.proof import checkpoint, keys, merkle, note
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.recovery import taken_up
from docscan.errors import ArchiveError, LedgerError
from tests.archive.conftest import AGENT, NOW, file_one

SAMPLE = Draft("quarantine", "fail")
CRASHES = Path(__file__).with_name("crashes.py")


def append(archive: Archive, catalogue: Catalogue, number: int = 1) -> None:
    for _ in range(number):
        catalogue.apply(ledger.append(archive, SAMPLE, now=NOW, agent=AGENT))


def written(archive: Archive, number: int) -> None:
    """A command that writes so many events."""
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        append(archive, catalogue, number)


def codes(archive: Archive) -> list[str]:
    return [f"{finding.code} {finding.path}" for finding in fixity.verify(archive)]


def of(archive: Archive) -> Checkpoint:
    found = checkpoint.newest(archive)
    assert found is not None
    return found[0]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])), st.integers(), st.binary(max_size=40))
def test_what_is_read_is_what_was_written(origin: str, size: int, root: bytes) -> None:
    found = Checkpoint(origin, size, root)
    try:
        again = checkpoint.parsed(found.text)
    except ValueError:
        assert not origin or not 0 <= size < 10**16 or len(root) != 32 or "\n" in origin
        return
    assert again == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n01\n" + "A" * 43 + "=\n",
        "a\n-1\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "=\nmore\n",
        "a\n1\n" + "A" * 42 + "B=\n",
        "a\n1\n" + "A" * 44 + "\n",
        "a\n1\n" + "A" * 43 + "=",
        "\n1\n" + "A" * 43 + "=\n",
        "a\n١\n" + "A" * 43 + "=\n",
    ],
)
def test_another_form_is_no_checkpoint(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checkpoint.parsed(text)


def test_a_new_archive_is_signed_with_the_key_its_first_event_tells(archive: Archive) -> None:
    found, signatures = checkpoint.read((archive.ledger / "checkpoint.note").read_bytes())
    key = next(ledger.read(archive)).detail["key"]
    assert (found.origin, found.size) == (ledger.origin(archive), 1)
    assert note.valid(signatures, note.verifier(found.origin, bytes.fromhex(str(key))))


def test_the_private_key_lies_outside_and_is_its_owner_s_alone(archive: Archive) -> None:
    path = keys.place(archive, ledger.origin(archive))
    assert archive.root not in path.parents
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o022 == 0
    assert not keys.exposed(path)
    secret = path.read_text().strip().rpartition("+")[2]
    files = [file for file in archive.root.rglob("*") if file.is_file()]
    assert not any(secret.encode() in file.read_bytes() for file in files)


def test_every_command_that_writes_signs_at_its_end_also_when_it_fails(archive: Archive) -> None:
    written(archive, 3)
    assert (of(archive).size, checkpoint.unsigned(archive)) == (4, 0)

    def interrupted() -> None:
        with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
            append(archive, catalogue)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (of(archive).size, checkpoint.unsigned(archive)) == (5, 0)
    assert codes(archive) == []


def test_a_command_that_writes_nothing_leaves_the_checkpoint_alone(archive: Archive) -> None:
    path = archive.ledger / "checkpoint.note"
    before = path.stat().st_ino, path.read_bytes()
    written(archive, 0)
    assert (path.stat().st_ino, path.read_bytes()) == before


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 33])
def test_the_root_is_that_of_the_lines(archive: Archive, catalogue: Catalogue, size: int) -> None:
    append(archive, catalogue, size - 1)
    frontier: tuple[bytes, ...] = ()
    for number, found in enumerate(ledger.read(archive)):
        frontier = merkle.grown(frontier, number, merkle.leaf(found.line))
    renewed = checkpoint.renew(archive, catalogue, now=NOW, agent=AGENT)
    assert renewed == Checkpoint(ledger.origin(archive), size, merkle.root(frontier))
    examined = chain.examine(archive)
    assert (examined.root(size), examined.checkpoint, examined.unsigned) == (renewed.root, renewed, 0)
    assert examined.root(size + 1) is None


def test_proofs_from_the_catalogue_hold_for_every_event(archive: Archive, catalogue: Catalogue) -> None:
    append(archive, catalogue, 20)
    whole = checkpoint.at(archive, catalogue, 21)
    assert whole is not None
    for number, found in enumerate(ledger.read(archive)):
        proof = merkle.inclusion_proof(number, 21, catalogue.node)
        assert merkle.verify_inclusion(number, 21, merkle.leaf(found.line), proof, whole.root)
        before = checkpoint.at(archive, catalogue, number + 1)
        assert before is not None
        grown = merkle.consistency_proof(number + 1, 21, catalogue.node)
        assert merkle.verify_consistency(number + 1, 21, before.root, whole.root, grown)


def test_the_tree_comes_out_of_the_ledger_again(archive: Archive) -> None:
    written(archive, 12)
    before = rebuild.dump(archive)
    rebuild.rebuild(archive)
    assert rebuild.dump(archive) == before
    assert before.count("\ntree ") == 13 + 6 + 3 + 1
    written(archive, 1)
    assert codes(archive) == []


def cut(archive: Archive, events: int) -> None:
    """Take events from the end, with head and catalogue, as somebody without the key can."""
    path = ledger.segment(archive, 0)
    lines = path.read_bytes().splitlines(keepends=True)[:-events]
    path.write_bytes(b"".join(lines))
    last = ledger.event.parsed(lines[-1].rstrip(b"\n"))
    (archive.ledger / "head.json").write_bytes(ledger.Head(last.seq + 1, last.hash).data)
    for file in archive.root.glob("catalogue.db*"):
        file.unlink()


def test_a_cut_ledger_is_found_and_neither_continued_nor_signed(archive: Archive) -> None:
    written(archive, 5)
    note_before = (archive.ledger / "checkpoint.note").read_bytes()
    cut(archive, 2)
    with open_catalogue(archive):
        pass  # made anew, and fits
    assert codes(archive) == ["C3 ledger/checkpoint.note"]
    assert [dict(finding.facts) for finding in fixity.verify(archive)] == [{"missing": "2"}]
    with pytest.raises(LedgerError, match="does not begin with the 6 events"):
        written(archive, 1)
    assert (archive.ledger / "checkpoint.note").read_bytes() == note_before
    assert ledger.read_head(archive).size == 4


def test_a_cut_ledger_that_grew_again_is_another_history(archive: Archive) -> None:
    written(archive, 5)
    cut(archive, 2)
    with open_catalogue(archive) as catalogue:
        catalogue.apply(ledger.append(archive, Draft("appraisal"), now=NOW, agent=AGENT))
        append(archive, catalogue, 4)
    assert codes(archive) == ["C2 ledger/checkpoint.note"]
    with pytest.raises(LedgerError, match="does not begin"):
        written(archive, 1)


def test_without_its_checkpoint_a_ledger_is_not_signed_as_it_was_left(archive: Archive) -> None:
    written(archive, 5)
    cut(archive, 2)
    (archive.ledger / "checkpoint.note").unlink()
    with pytest.raises(LedgerError, match="checkpoint is lost") as caught:
        written(archive, 1)
    assert "--anew" in caught.value.hint
    assert codes(archive)[0] == "C1 ledger/checkpoint.note"


@pytest.mark.parametrize("step", ["_tell", "sign"])
def test_a_plug_pulled_before_the_first_signature_of_an_older_archive_needs_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv("DOCSCAN_KEYS", "/proc/nowhere")
    archive = archives.create(tmp_path / "old", name="old", language="en", now=NOW, agent=AGENT)
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "keys"))

    def pulled(*_: object) -> None:
        raise OSError("the plug")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, step, pulled)
        with pytest.raises(OSError, match="plug"):
            written(archive, 0)
    with pytest.raises(LedgerError, match="checkpoint is lost"):
        written(archive, 1)
    with open_catalogue(archive) as catalogue:
        checkpoint.sign_anew(archive, catalogue, now=NOW, agent=AGENT)
    written(archive, 1)
    assert (checkpoint.unsigned(archive), codes(archive)) == (0, [])


@pytest.mark.parametrize("told", ["nowhere", "at the end"])
def test_the_key_does_not_sign_another_history_that_looks_like_an_older_archive(
    archive: Archive, told: str
) -> None:
    written(archive, 3)
    events = target.events_of(archive)
    key = events[0]["detail"].pop("key")
    again = {name: events[0][name] for name in ("v", "at", "outcome", "agent")}
    again |= {"type": "key rotation", "detail": {"key": key}}
    target.rewritten(archive, [*events[:2], *([again] if told == "at the end" else [])])
    (archive.ledger / "checkpoint.note").unlink()
    for file in archive.root.glob("catalogue.db*"):
        file.unlink()
    with pytest.raises(LedgerError, match="checkpoint is lost"):
        written(archive, 1)
    assert checkpoint.newest(archive) is None
    with open_catalogue(archive) as catalogue:  # a person may, and an event says so
        checkpoint.sign_anew(archive, catalogue, now=NOW, agent=AGENT)
    assert [found.type for found in ledger.read(archive)][2:][-2 if told == "nowhere" else -1] == "repair"
    assert (checkpoint.unsigned(archive), codes(archive)) == (0, [])


@pytest.mark.parametrize(
    "how", ["missing", "empty", "of another log", "not the one that is told", "a folder"]
)
def test_without_the_key_events_are_written_and_wait(archive: Archive, how: str) -> None:
    origin = ledger.origin(archive)
    path = keys.place(archive, origin)
    kept = path.read_bytes()
    path.unlink()
    if how == "empty":
        path.touch()
    elif how == "of another log":
        path.write_text(f"{note.generated('another').skey}\n")
    elif how == "not the one that is told":
        path.write_text(f"{note.generated(origin).skey}\n")
    elif how == "a folder":
        path.mkdir()
    written(archive, 2)
    assert (checkpoint.unsigned(archive), codes(archive)) == (2, [])
    path.rmdir() if how == "a folder" else path.unlink(missing_ok=True)
    path.write_bytes(kept)
    written(archive, 0)
    assert (checkpoint.unsigned(archive), codes(archive)) == (0, [])


def test_the_old_key_vouches_for_what_it_signed_and_no_more(archive: Archive) -> None:
    written(archive, 2)
    old = keys.signer_of(archive)
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        new = checkpoint.rotate(archive, catalogue, now=NOW, agent=AGENT)
    assert (codes(archive), keys.signer_of(archive)) == ([], new)
    signed = of(archive)
    assert old is not None
    (archive.ledger / "checkpoint.note").write_bytes(note.signed(signed.text, old))
    assert codes(archive) == ["C1 ledger/checkpoint.note"]
    examined = chain.examine(archive)
    assert [examined.key(size) for size in (1, 3, 4)] == [
        old.public.hex(),
        old.public.hex(),
        new.public.hex(),
    ]


def test_a_second_signature_in_the_checkpoint_is_a_byte_nobody_vouches_for(archive: Archive) -> None:
    path = archive.ledger / "checkpoint.note"
    data = path.read_bytes()
    path.write_bytes(data + data.rpartition(b"\n\n")[2])
    assert codes(archive) == ["C1 ledger/checkpoint.note"]
    path.write_bytes(note.cosigned(data, note.generated("friend"), 1))
    assert codes(archive) == ["C1 ledger/checkpoint.note"]


def test_a_catalogue_whose_tree_was_altered_is_not_signed(archive: Archive) -> None:
    written(archive, 5)
    with open_catalogue(archive) as catalogue:
        catalogue.db.execute("UPDATE tree SET hash = ? WHERE level = 2 AND idx = 0", ("0" * 64,))
    with pytest.raises(LedgerError):
        written(archive, 1)
    rebuild.rebuild(archive)
    written(archive, 1)
    assert codes(archive) == []


def test_a_disk_that_is_full_costs_the_signature_alone(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with open_catalogue(archive) as catalogue:
        append(archive, catalogue, 2)
        with monkeypatch.context() as patch:
            patch.setattr(checkpoint.durable, "replace", full)
            with pytest.raises(ArchiveError, match="No space left"):
                checkpoint.renew(archive, catalogue, now=NOW, agent=AGENT)
        assert checkpoint.unsigned(archive) == 2
    written(archive, 0)
    assert (checkpoint.unsigned(archive), codes(archive)) == (0, [])


def test_the_key_is_kept_where_the_surroundings_say(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCSCAN_KEYS")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert keys.place(archive, "docscan/ab") == Path("/data/docscan/keys/docscan_ab.key")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/ana")
    assert keys.place(archive, "docscan/ab") == Path("/home/ana/.local/share/docscan/keys/docscan_ab.key")
    named = replace(archive, config=replace(archive.config, ledger=Log("~/log.key")))
    assert keys.place(named, "docscan/ab") == Path("/home/ana/log.key")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_an_archive_is_made_also_where_no_key_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("locked").mkdir(mode=0o500)
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "locked" / "keys"))
    archive = archives.create(tmp_path / "a", name="a", language="en", now=NOW, agent=AGENT)
    assert (checkpoint.unsigned(archive), codes(archive)) == (1, [])


def test_a_document_filed_is_signed_with_the_rest(archive: Archive) -> None:
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        file_one(archive, catalogue, 1)
    assert (of(archive).size, codes(archive)) == (2, [])


def test_a_kill_while_signing_leaves_what_the_next_command_signs(tmp_path: Path) -> None:
    keys_folder = tmp_path / "keys"
    command = [sys.executable, str(CRASHES), str(tmp_path), "signed", "1"]
    surroundings = os.environ | {"DOCSCAN_KEYS": str(keys_folder)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) > 30
    assert [run["ended"] for run in runs[:-1]] == [9] * (len(runs) - 1)
    assert runs[-1]["ended"] == 0
    for run in runs:
        assert set(run["before"]) <= {"L3", "L6", "P2"}, run  # never the signature: unsigned is no finding
        assert run["after"] == [], run
        assert run["types"][-1] == "key rotation"
    assert {bool(run["waiting"]) for run in runs[:-1]} == {
        True,
        False,
    }  # until the new key is told again, or not
