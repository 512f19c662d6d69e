"""The ledger's signature on the command line: shown, renewed, compared with paper, given a new key."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from shelf import NOW, Shelf

from docscan import archive as archives
from docscan.archive import ledger
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.proof import keys, note
from docscan.cli import cli
from docscan.errors import DocscanError


def call(shelf: Shelf, *words: str, code: int = 0) -> Result:
    """A command in this process, and the code it leaves with."""
    done = CliRunner().invoke(cli, ["-A", str(shelf.root), *words], standalone_mode=False)
    error = done.exception
    known = isinstance(error, DocscanError | click.ClickException)
    left = error.exit_code if known else done.return_value or 0  # type: ignore[union-attr] # it is known
    assert left == code, (words, done.output, error)
    return done


def append(shelf: Shelf, number: int) -> None:
    """Events as an interrupted run leaves them: in the ledger, and not signed."""
    with open_catalogue(shelf.archive) as catalogue:
        for _ in range(number):
            draft = Draft("quarantine", "fail")
            catalogue.apply(ledger.append(shelf.archive, draft, now=NOW, agent="tester"))


def shown(shelf: Shelf) -> dict[str, object]:
    return dict(json.loads(call(shelf, "ledger", "show", "--json").stdout))


@pytest.fixture
def key(shelf: Shelf) -> Path:
    return keys.place(shelf.archive, ledger.origin(shelf.archive))


def test_what_is_signed_and_with_which_key_is_shown(shelf: Shelf) -> None:
    append(shelf, 2)
    found = shown(shelf)
    assert (found["events"], found["signed"], found["origin"]) == (3, 1, ledger.origin(shelf.archive))
    assert note.parsed_vkey(str(found["key"])).name == found["origin"]
    assert str(found["root"]) in call(shelf, "ledger", "show").stdout


def test_a_checkpoint_signs_the_rest_and_is_printed(shelf: Shelf) -> None:
    append(shelf, 2)
    printed = call(shelf, "ledger", "checkpoint").stdout
    assert printed.encode() == (shelf.archive.ledger / "checkpoint.note").read_bytes()
    assert printed.splitlines()[1] == "3"
    assert note.valid(note.parsed(printed.encode()), note.parsed_vkey(str(shown(shelf)["key"])))


def test_without_the_key_nothing_fails_and_it_is_said(shelf: Shelf, key: Path) -> None:
    key.rename(key.with_suffix(".away"))
    append(shelf, 1)
    error = call(shelf, "ledger", "checkpoint", code=6).exception
    assert isinstance(error, DocscanError)
    assert "1 events are not signed" in str(error)
    assert str(key) in error.hint
    assert shelf.findings() == []
    key.with_suffix(".away").rename(key)
    call(shelf, "ledger", "checkpoint")


def test_paper_from_before_is_confirmed_and_a_cut_ledger_denies_it(shelf: Shelf) -> None:
    append(shelf, 3)
    paper = shown(shelf)
    root = str(paper["root"])
    append(shelf, 2)
    assert call(shelf, "ledger", "check-paper", "4", root[:20]).stdout.startswith("Yes")
    assert call(shelf, "ledger", "check-paper", "4", f"{root[:10].upper()} {root[10:30]}").stdout.startswith(
        "Yes"
    )
    assert call(shelf, "ledger", "check-paper", "3", root[:20], code=8).stdout.startswith("NO")
    assert "only 6" in call(shelf, "ledger", "check-paper", "7", root[:20], code=8).stdout
    path = ledger.segment(shelf.archive, 0)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    assert "only 3" in call(shelf, "ledger", "check-paper", "4", root[:20], code=8).stdout


@pytest.mark.parametrize("words", [("4", "abc"), ("4", "z" * 20), ("0", "a" * 20), ("-1", "a" * 20)])
def test_a_paper_that_says_too_little_is_no_question(shelf: Shelf, words: tuple[str, str]) -> None:
    call(shelf, "ledger", "check-paper", *words, code=2)


def test_a_new_key_is_told_by_the_ledger_and_what_was_signed_stays_signed(shelf: Shelf, key: Path) -> None:
    before, old = shown(shelf)["key"], key.read_bytes()
    printed = call(shelf, "ledger", "rotate-key").stdout.strip()
    after = shown(shelf)
    assert printed == after["key"] != before
    assert after["signed"] == after["events"] == 2
    assert [path.read_bytes() for path in key.parent.glob(f"{key.name}.*")] == [old]
    assert shelf.findings() == []


def test_a_lost_key_is_replaced_by_a_new_one(shelf: Shelf, key: Path) -> None:
    key.unlink()
    append(shelf, 1)
    call(shelf, "ledger", "rotate-key")
    assert (shown(shelf)["signed"], shelf.findings()) == (3, [])


def test_a_lost_checkpoint_stops_whoever_would_write_until_a_person_gives_it_up(shelf: Shelf) -> None:
    append(shelf, 1)
    (shelf.archive.ledger / "checkpoint.note").unlink()
    assert "checkpoint is lost" in str(call(shelf, "ledger", "checkpoint", code=6).exception)
    assert shelf.findings() == ["C1 ledger/checkpoint.note"]
    call(shelf, "ledger", "checkpoint", "--anew")
    assert shelf.findings() == []
    repair = list(ledger.read(shelf.archive))[-1]
    assert (repair.type, repair.detail) == ("repair", {"checkpoint": "lost"})


def test_an_older_archive_gets_a_key_with_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCSCAN_KEYS", "/proc/nowhere")
    shelf = Shelf(archives.create(tmp_path / "old", name="old", language="en", now=NOW, agent="tester"))
    assert (shown(shelf)["key"], shown(shelf)["signed"]) == (None, 0)
    assert shelf.findings() == []
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "keys"))
    call(shelf, "ledger", "checkpoint")
    assert [found.type for found in ledger.read(shelf.archive)] == ["creation", "key rotation"]
    assert (shown(shelf)["signed"], shelf.findings()) == (2, [])


def test_docscan_toml_may_name_another_key_file(shelf: Shelf, key: Path) -> None:
    other = key.with_name("other.key")
    key.rename(other)
    toml = shelf.root / "docscan.toml"
    toml.write_text(f'{toml.read_text()}\n[ledger]\nkey = "{other}"\n')
    append(shelf, 1)
    call(shelf, "ledger", "checkpoint")
    assert shown(shelf)["signed"] == 2


def test_doctor_says_whether_the_key_is_there_and_nobody_else_s(shelf: Shelf, key: Path) -> None:
    assert f"ledger's key: {key}" in call(shelf, "doctor").output
    key.chmod(0o644)
    assert f"chmod 600 {key}" in call(shelf, "doctor", code=3).output
    key.write_text(f"{note.generated(ledger.origin(shelf.archive)).skey}\n")
    assert "not the one the ledger tells" in call(shelf, "doctor", code=3).output
    key.unlink()
    assert "rotate-key" in call(shelf, "doctor", code=3).output
    inside = shelf.root / "log.key"
    call(shelf, "ledger", "rotate-key")
    inside.write_bytes(key.read_bytes())
    inside.chmod(0o600)
    toml = shelf.root / "docscan.toml"
    toml.write_text(f'{toml.read_text()}\n[ledger]\nkey = "log.key"\n')
    assert "inside the archive" in call(shelf, "doctor", code=3).output
