"""Custodian and witness at the command line, each in a folder of their own."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import target
import tsa

from docscan.archive import Archive
from docscan.archive.event import Draft
from docscan.archive.proof import note, policy, witness
from docscan.messages import LANGUAGES

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def archive(small: Archive, tmp_path: Path) -> Archive:
    return target.copied(small, tmp_path / "archive")


@dataclass(frozen=True)
class Desk:
    """Both sides: the custodian's archive, and the client's folder."""

    archive: Archive
    state: Path
    call: Call

    def custodian(self, *words: object) -> tuple[int, str, str]:
        return self.call("-A", self.archive.root, *words)

    def client(self, *words: object) -> tuple[int, str, str]:
        return self.call("witness", *words, "--state", self.state)

    def more(self, *pages: int) -> None:
        for number in pages:
            target.happened(self.archive, Draft("appraisal", detail={"pages": number}))


@pytest.fixture
def desk(archive: Archive, tmp_path: Path, call: Call) -> Desk:
    """A client whose key the custodian knows."""
    found = Desk(archive, tmp_path / "state", call)
    code, lines, _ = found.client("init", "--name", "acme")
    assert code == 0
    (archive.root / policy.FILE).write_text(lines)
    assert policy.load(archive.root / policy.FILE).witnesses[0].name == "acme"
    return found


def test_a_checkpoint_goes_out_comes_back_signed_and_the_next_proof_begins_there(
    desk: Desk, tmp_path: Path
) -> None:
    out, back = tmp_path / "handout", tmp_path / "cosigned"
    for number in range(3):
        desk.more(number)
        assert desk.custodian("ledger", "handout", "-o", out)[0] == 0
        code, _, said = desk.client("check", out, "-o", back)
        assert (code, "trust" in said) == (0, number == 0)
        code, _, said = desk.custodian("ledger", "witnessed", back)
        assert (code, "acme has witnessed" in said) == (0, True)
    assert out.read_text().startswith("old ")
    assert not out.read_text().startswith("old 0\n")
    assert len(list((desk.archive.ledger / "witnesses").iterdir())) == 3


def test_notes_go_through_pipes_as_they_go_through_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, handout, _ = desk.custodian("ledger", "handout")
    _, cosigned, _ = piped(monkeypatch, handout, lambda: desk.client("check", "-"))
    code, _, said = piped(monkeypatch, cosigned, lambda: desk.custodian("ledger", "witnessed", "-"))
    assert (code, "acme has witnessed" in said) == (0, True)


def test_a_pipe_nobody_writes_to_is_refused_and_not_waited_for(desk: Desk, tmp_path: Path) -> None:
    pipe, ring = tmp_path / "pipe", tmp_path / "ring"
    os.mkfifo(pipe)
    ring.symlink_to(ring)
    for words in (("check", pipe), ("compare", pipe, pipe), ("check", ring)):
        code, given, said = desk.client(*words)
        assert (code, given, "cannot be read" in said) == (6, "", True), words
    assert desk.custodian("ledger", "witnessed", pipe)[0] == 6


def piped(
    monkeypatch: pytest.MonkeyPatch, text: str, act: Callable[[], tuple[int, str, str]]
) -> tuple[int, str, str]:
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    with os.fdopen(read) as stream:
        monkeypatch.setattr("sys.stdin", stream)
        return act()


def test_with_a_shared_folder_it_is_one_command_each(desk: Desk, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    for number in range(3):
        desk.more(number)
        assert desk.custodian("ledger", "witnessed", shared)[0] == 0
        assert desk.client("check", shared)[0] == 0
    assert desk.custodian("ledger", "witnessed", shared)[0] == 0
    assert len(list((desk.archive.ledger / "witnesses").iterdir())) == 3
    size = len(target.lines_of(desk.archive))
    assert desk.custodian("ledger", "witnessed", shared)[0] == 0
    assert len(target.lines_of(desk.archive)) == size, "the same note is not taken twice"
    assert sorted(path.suffix for path in shared.iterdir()) == [".handout", ".note"]


def test_a_ledger_cut_short_is_refused_in_every_language_and_the_auditor_is_told_how_much(
    desk: Desk, tmp_path: Path
) -> None:
    desk.more(1, 2, 3)
    out, back = tmp_path / "handout", tmp_path / "cosigned"
    desk.custodian("ledger", "handout", "-o", out)
    assert desk.client("check", out, "-o", back)[0] == 0
    target.rewritten(desk.archive, target.events_of(desk.archive)[:-2], target.own_key(desk.archive))
    desk.custodian("ledger", "handout", "-o", out)
    told = set[str]()
    for language in LANGUAGES:
        code, given, said = desk.client("check", out, "--language", language)
        assert (code, given) == (8, "")
        (evidence,) = desk.state.rglob("evidence-*.json")
        assert str(evidence) in said
        told.add(said)
    assert len(told) == len(LANGUAGES)
    kept = json.loads(evidence.read_text())
    assert (kept["seen"], kept["presented"]) == (
        back.read_text(),
        (desk.archive.root / target.NOTE).read_text(),
    )
    code, given, _ = desk.custodian("verify", "--witness", back)
    assert code == 8
    assert [line.split()[0] for line in given.splitlines()] == ["W1"]
    assert " 2 " in given


def test_nobody_tells_without_a_witness_but_the_state_is_said(desk: Desk) -> None:
    desk.more(1, 2, 3)
    target.rewritten(desk.archive, target.events_of(desk.archive)[:-2], target.own_key(desk.archive))
    code, given, said = desk.custodian("verify")
    assert (code, given) == (3, ""), "the archive of the tests is of a day long ago"
    assert "Never witnessed: acme" in said


def test_two_clients_compare_what_they_were_shown(desk: Desk, tmp_path: Path, call: Call) -> None:
    other = Desk(target.copied(desk.archive, tmp_path / "other"), tmp_path / "auditor", call)
    other.client("init", "--name", "auditor")
    notes = []
    for side, pages in ((desk, (1,)), (other, (2, 3))):
        side.more(*pages)
        handout, signed = tmp_path / f"{pages}.handout", tmp_path / f"{pages}.note"
        assert side.custodian("ledger", "handout", "--since", 0, "-o", handout)[0] == 0
        assert side.client("check", handout, "-o", signed)[0] == 0
        notes.append(signed)
    size = len(target.lines_of(desk.archive))
    proof = tmp_path / "proof"
    assert other.custodian("ledger", "handout", "--since", size, "-o", proof)[0] == 0
    code, _, said = desk.client("compare", notes[0], proof)
    assert (code, "contradict" in said) == (8, True)
    assert desk.custodian("ledger", "handout", "--since", size, "-o", proof)[0] == 0
    code, _, said = desk.client("compare", notes[0], proof)
    assert (code, "one ledger" in said) == (0, True)
    code, _, said = desk.client("compare", notes[0], notes[1])
    assert (code, "--since" in said) == (6, True)


def test_a_pinned_key_is_asked_for_until_it_is_pinned_anew(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "handout"
    desk.custodian("ledger", "handout", "-o", out)
    own = target.own_key(desk.archive).verifier
    assert "not checked" in desk.client("check", out)[2]
    assert "not checked" not in desk.client("check", out, "--key", own.vkey)[2]
    assert "not checked" not in desk.client("check", out)[2]
    code, _, said = desk.client("check", out, "--key", note.generated(own.name).verifier.vkey)
    assert (code, "not signed by the key" in said) == (6, True)
    code, _, said = desk.client("check", out, "--key", "nonsense")
    assert (code, "--key" in said) == (3, True)


def test_several_witnesses_are_told_apart_by_name_or_key(desk: Desk, tmp_path: Path) -> None:
    ours = witness.create(tmp_path / "ours", "ours").witness
    path = desk.archive.root / policy.FILE
    path.write_text(f'{path.read_text()}[[witness]]\nname = "ours"\nkey = "{ours.vkey}"\n')
    code, _, said = desk.custodian("ledger", "handout")
    assert (code, "--witness" in said) == (3, True)
    for named in ("ours", ours.key_id.hex(), "acme"):
        assert desk.custodian("ledger", "handout", "--witness", named)[0] == 0
    assert desk.custodian("ledger", "handout", "--witness", "nobody")[0] == 3


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ledger", "witnessed", "/nowhere"), 6, "cannot be read"),
        (("ledger", "handout", "--since", "999"), 6, "are missing"),
        (("ledger", "timestamp"), 3, "No time-stamping authority"),
        (("ledger", "timestamp", "--response", "x"), 2, "--request"),
        (("ledger", "handout", "-o", "/nowhere/x"), 6, "cannot be written"),
    ],
)
def test_a_mistake_is_a_sentence(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    found = desk.custodian(*words)
    assert found[0] == code
    assert said in found[2]


def test_a_client_is_told_what_is_missing(desk: Desk, tmp_path: Path, call: Call) -> None:
    (tmp_path / "empty").mkdir()
    assert desk.client("check", tmp_path / "empty")[0] == 6
    assert desk.client("check", desk.archive.root / "docscan.toml")[0] == 6
    code, _, said = call("witness", "check", tmp_path / "x", "--state", tmp_path / "none")
    assert code == 6
    assert said
    (desk.archive.root / policy.FILE).unlink()
    code, _, said = desk.custodian("ledger", "witnessed", tmp_path / "empty")
    assert (code, "witness init" in said) == (3, True)


@pytest.fixture
def stamping(desk: Desk, tmp_path: Path) -> Iterator[tuple[Desk, tsa.Authority]]:
    """A desk whose archive has an authority at an address."""
    (tmp_path / "tsa").mkdir()
    authority = tsa.authority(tmp_path / "tsa")
    with authority.served() as url, (desk.archive.root / "docscan.toml").open("a") as file:
        file.write(f'\n[timestamp]\nurl = "{url}"\ncertificates = "{authority.certificates}"\n')
        file.flush()
        yield desk, authority


def test_the_newest_checkpoint_is_stamped_over_the_network_and_by_files(
    stamping: tuple[Desk, tsa.Authority], tmp_path: Path
) -> None:
    desk, authority = stamping
    assert desk.custodian("ledger", "timestamp")[0] == 0
    request, response = tmp_path / "stamp.tsq", tmp_path / "stamp.tsr"
    assert desk.custodian("ledger", "timestamp", "--request", request)[0] == 0
    response.write_bytes(authority.answer(request.read_bytes()))
    desk.more(1)
    words = ("--request", request, "--response", response)
    assert desk.custodian("ledger", "timestamp", *words)[0] == 0
    assert len(list(desk.archive.ledger.glob("timestamps/*.tsr"))) == 2
    code, given, said = desk.custodian("verify")
    assert (code, given) == (3, "")
    assert "Time stamp of Test TSA" in said
    response.write_bytes(authority.answer(request.read_bytes())[:-4])
    assert desk.custodian("ledger", "timestamp", *words)[0] == 6


def test_a_run_asks_for_a_stamp_when_one_is_due_and_does_not_fail_without(
    stamping: tuple[Desk, tsa.Authority],
) -> None:
    desk, authority = stamping
    (authority.folder / "tsa.cnf").rename(authority.folder / "away")
    code, _, said = desk.custodian("run")
    assert (code, "time-stamping authority" in said) == (0, True)
    (authority.folder / "away").rename(authority.folder / "tsa.cnf")
    code, _, said = desk.custodian("run")
    assert (code, "Stamped" in said) == (0, True)
    code, _, said = desk.custodian("run")
    assert (code, "Stamped" in said) == (0, False)
