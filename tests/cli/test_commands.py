"""The command line as people and scripts meet it."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pdfplumber
import pytest
from shelf import DOCSCAN, Shelf

from docscan import cli

Slip = Callable[..., bytes]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def filled(shelf: Shelf, slip: Slip) -> Shelf:
    shelf.drop("letter.png", slip("Dear tenant, the humidity", "in the cellar is gone."))
    shelf.drop("odd.pdf", b"not a document")
    shelf.run()
    return shelf


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli.cli, info_name="docscan")
    for name in cli.CHAPTERS:
        command = cli.cli.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {verb}", sub) for verb, sub in command.commands.items())


@pytest.mark.parametrize(("name", "command"), [pytest.param(*pair, id=pair[0]) for pair in commands()])
def test_every_command_explains_itself_with_an_example(name: str, command: click.Command):
    assert command.help
    assert f"docscan {name}".split()[0] in (command.epilog or "")
    assert "Example:" in (command.epilog or "")
    for option in command.params:
        assert not isinstance(option, click.Option) or option.help, option.name


@pytest.mark.parametrize(
    ("before", "at_once"),
    [
        ("", True),
        ("import multiprocessing", False),
        ("threading.Thread(target=lambda: (time.sleep(0.3), print('waited for'))).start()", False),
    ],
)
def test_it_leaves_at_once_unless_something_has_to_be_waited_for(before: str, at_once: bool) -> None:
    asked = f"""
import atexit, os, sys, threading, time
leave = os._exit
os._exit = lambda code: (print("at once", flush=True), leave(code))
atexit.register(print, "asked to be told")
{before}
sys.argv = ["docscan", "list", "--help"]
from docscan.cli import main
sys.stdout.write("x" * 100_000)
main()
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("x" * 100_000)
    assert "Usage:" in done.stdout
    assert "asked to be told" in done.stdout
    assert ("at once" in done.stdout) == at_once
    assert ("waited for" in done.stdout) == ("waited for" in before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_something_is_deleted_is_one_all_the_same(number: signal.Signals) -> None:
    asked = f"""
import os, time
from docscan import cli
class Deleted:
    def __del__(self):
        os.kill(os.getpid(), {int(number)})
        time.sleep(5)
def endless(**_):
    Deleted()
    time.sleep(60)
cli.cli.main = endless
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (cli.INTERRUPTED, "Interrupted; nothing is lost.\n")


def test_what_cannot_be_put_out_is_no_success_and_said_in_a_sentence(shelf: Shelf) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            shelf.command("index", "status"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, "cannot be put out: No space left" in done.stderr) == (6, True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_output_is_no_reason_to_fail(shelf: Shelf, closed: str) -> None:
    command = shlex.join(map(str, shelf.command("index", "status")))
    assert subprocess.run(["/bin/sh", "-c", f"{command} {closed}"], check=False).returncode == 0


def test_the_manual_says_of_each_command_what_the_command_says_itself():
    for name, (_, purpose) in cli.CHAPTERS.items():
        command = cli.cli.get_command(click.Context(cli.cli), name)
        assert command is not None
        assert purpose == command.get_short_help_str(limit=1000)


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("docscan.cli", {"numpy", "cv2", "pebble", "sqlite_utils"}),
        ("docscan.cli.reading", {"numpy", "cv2", "pebble", "docscan.readers", "docscan.archive"}),
        ("docscan.cli.unfiled", {"numpy", "cv2", "pikepdf", "PIL", "stdnum", "jsonschema", "sqlite_utils"}),
        ("docscan.cli.finding", {"cv2", "pikepdf", "pdfplumber", "pebble", "sqlite_utils"}),
        (
            "docscan.cli.searching",
            {"numpy", "sqlite_utils", "docscan.model", "whoosh", "tantivy", "morfeusz2"},
        ),
        ("docscan.reading", {"sqlite_utils", "whoosh", "jsonschema", "pikepdf.pdfa", "click"}),
    ],
)
def test_a_command_loads_no_more_than_it_needs(module: str, spared: set[str]):
    asked = f"import sys, {module}; print(*sorted({spared!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_mistyped_command_is_answered_with_the_nearest(call: Call):
    code, _, said = call("serch", "x")
    assert code == 2
    assert "Did you mean 'search'?" in said


def test_no_archive_is_said_with_the_way_out(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    code, _, said = call("list")
    assert code == 6
    assert "docscan init" in said
    code, _, said = call("-A", tmp_path / "nowhere", "list")
    assert code == 6
    assert "docscan init" in said


def test_the_archive_one_stands_in_is_found(call: Call, shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(shelf.archive.inbox)
    assert call("list")[0] == 0
    monkeypatch.chdir("/")
    monkeypatch.setenv("DOCSCAN_ARCHIVE", str(shelf.root))
    assert call("list")[0] == 0


def test_init_makes_an_archive_and_leaves_one_that_is_there_as_it_is(call: Call, tmp_path: Path):
    root = tmp_path / "new"
    assert call("init", root, "--language", "pl")[0] == 0
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    assert call("init", root)[0] == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").touch()
    code, _, said = call("init", tmp_path / "full")
    assert code == 6
    assert said


def test_json_is_one_record_a_line_with_what_scripts_rely_on(call: Call, filled: Shelf):
    def given(*words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in call("-A", filled.root, *words, "--json")[1].splitlines()]

    (row,) = given("list")
    assert {"id", "sha256", "kind", "state"} <= row.keys()
    (hit,) = (
        json.loads(line) for line in call("-A", filled.root, "search", "--json", "humidity")[1].splitlines()
    )
    assert hit["id"] == row["id"]
    assert [hit["snippet"][start:end] for start, end in hit["marks"]] == ["humidity"]
    (whole,) = (
        json.loads(line) for line in call("-A", filled.root, "show", "--json", row["id"][:8])[1].splitlines()
    )
    assert whole["format"] == "docscan.record/1"
    assert whole["state"] == row["state"]
    assert "humidity" in whole["pages"][0]["text"]


def test_people_see_tables_and_highlighted_hits(call: Call, filled: Shelf):
    assert "letter.png" in call("-A", filled.root, "list")[1]
    code, given, said = call("-A", filled.root, "search", "humidity", "-paint")
    assert code == 0
    assert "«humidity»" in given
    assert said == "1 found.\n"


def test_open_prints_the_original_and_the_searchable_pdf(call: Call, filled: Shelf):
    (row,) = filled.rows()
    original = Path(call("-A", filled.root, "open", row.id)[1].strip())
    assert original.name == "letter.png"
    searchable = Path(call("-A", filled.root, "open", row.id, "--searchable")[1].strip())
    with pdfplumber.open(searchable) as pdf:
        assert "humidity" in pdf.pages[0].extract_text()


def test_an_id_that_means_nothing_or_too_much_is_not_found(call: Call, filled: Shelf):
    for wrong in ("zzz", "", "%"):
        code, _, said = call("-A", filled.root, "show", wrong)
        assert (code, "docscan list" in said) == (6, True)


def test_a_wrong_query_is_shown_with_a_caret(call: Call, filled: Shelf):
    code, _, said = call("-A", filled.root, "search", "(humidity")
    assert code == 7
    assert "(humidity\n" in said
    assert "^" in said


def test_verify_names_the_file_that_changed(call: Call, filled: Shelf):
    (row,) = filled.rows()
    path = Path(call("-A", filled.root, "open", row.id)[1].strip())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    code, given, _ = call("-A", filled.root, "verify")
    assert code == 8
    assert str(path.relative_to(filled.root)) in given
    code, given, _ = call("-A", filled.root, "verify", "--json")
    (finding,) = json.loads(given)["findings"]
    assert (code, finding["code"], finding["object"]) == (8, "D1", row.id)


def test_rebuild_makes_list_and_search_again(call: Call, filled: Shelf):
    before = call("-A", filled.root, "list", "--json")[1]
    filled.archive.catalogue_path.unlink()
    assert call("-A", filled.root, "rebuild")[0] == 0
    assert call("-A", filled.root, "list", "--json")[1] == before
    assert "1 found." in call("-A", filled.root, "search", "humidity")[2]


def test_read_prints_records_and_goes_on_after_a_bad_file(call: Call, slip: Slip, tmp_path: Path):
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(slip("receipt 12"))
    bad.write_bytes(b"nothing")
    code, given, said = call("read", "--json", "--language", "es", bad, good)
    (record,) = (json.loads(line) for line in given.splitlines())
    assert code == 1
    assert record["source"] == str(good)
    assert record["id"] is None
    assert "bad.png: docscan no lee" in said


def test_read_needs_no_archive_and_leaves_nothing(call: Call, slip: Slip, tmp_path: Path):
    page = tmp_path / "page.png"
    page.write_bytes(slip("receipt 13"))
    assert call("read", page)[0] == 0
    assert list(tmp_path.iterdir()) == [page]


def test_doctor_finds_what_is_wrong_and_says_how_to_mend_it(call: Call, shelf: Shelf):
    assert call("-A", shelf.root, "doctor")[0] == 0
    shelf.archive.staging.rmdir()
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace("pipeline = ", "pipelin = "))
    code, given, _ = call("-A", shelf.root, "doctor")
    assert code == 3
    assert "Did you mean 'pipeline'?" in given
    config.write_text(config.read_text().replace("pipelin = ", "pipeline = "))
    code, given, _ = call("-A", shelf.root, "doctor")
    assert code == 3
    assert f"mkdir {shelf.archive.staging}" in given


def test_completion_prints_a_script(call: Call):
    for shell in ("bash", "zsh", "fish"):
        assert "_DOCSCAN_COMPLETE" in call("completion", shell)[1]


def test_completion_completes_commands_without_a_traceback():
    environment = os.environ | {
        "_DOCSCAN_COMPLETE": "bash_complete",
        "COMP_WORDS": "docscan se",
        "COMP_CWORD": "1",
    }
    done = subprocess.run([DOCSCAN], env=environment, capture_output=True, text=True, check=False)
    assert "search" in done.stdout


def test_a_second_run_is_told_of_the_first(call: Call, shelf: Shelf):
    from docscan.archive.layout import without_run  # noqa: PLC0415

    with without_run(shelf.archive):
        code, _, said = call("-A", shelf.root, "run")
    assert code == 75
    assert "Another run" in said


def waited(condition: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def test_watch_files_what_arrives_until_it_is_stopped(shelf: Shelf, slip: Slip):
    watch = subprocess.Popen(
        shelf.command("watch", "--quiet", "0.3", "--every", "1"), stderr=subprocess.PIPE, text=True
    )
    try:
        waited(shelf.archive.inbox.exists)
        shelf.drop("one.png", slip("letter 1"), age=0)
        waited(lambda: len(shelf.rows()) == 1)
        shelf.drop("two.png", slip("letter 2"), age=0)
        waited(lambda: len(shelf.rows()) == 2)
    finally:
        watch.send_signal(signal.SIGINT)
        _, said = watch.communicate(timeout=30)
    assert watch.returncode == 130
    assert "Traceback" not in said
    assert shelf.findings() == []
