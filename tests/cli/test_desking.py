"""The desk as a program: what readers send, what people see, what programs get."""

import json
import os
import pty
import re
import select
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from depot import Depot, founded, furnish, working
from hypothesis import given
from hypothesis import strategies as st
from shelf import DOCSCAN

from docscan.archive.catalogue import open_catalogue
from docscan.archive.proof import checkpoint
from docscan.cli.desking import BELL, MOST_WAITING, PROMPT, shown, typed
from docscan.holdings import desk as desk_of
from docscan.holdings.desk import UNREADABLE
from docscan.holdings.register import open_register
from docscan.holdings.session import Answer
from docscan.messages import sentence

ENDS = st.sampled_from(["\r", "\n", "\r\n"])
TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
SECONDS = 60  # for a desk to open on a machine that does other things


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    with working(founded(tmp_path / "archive")) as register:
        return furnish(register)


def desk(depot: Depot, sent: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [DOCSCAN, "-A", depot.archive.root, "desk", *options]
    return subprocess.run(command, input=sent, capture_output=True, check=True)


@given(
    st.lists(st.tuples(st.text("F-0123 Łódź", min_size=1, max_size=9), ENDS), max_size=9), st.integers(1, 7)
)
def test_lines_may_end_with_cr_lf_or_both_wherever_the_bytes_are_cut(lines: list[tuple[str, str]], size: int):
    sent = "".join(text + end for text, end in lines).encode()
    parts = [sent[at : at + size] for at in range(0, len(sent), size)]
    assert [line for line in typed(parts) if line] == [text for text, _ in lines]


def test_a_last_line_without_an_end_counts_but_on_a_terminal():
    parts = [b"A-IN\rA-E", b"ND"]
    assert list(typed(parts)) == ["A-IN", "A-END"]
    assert list(typed(parts, whole=True)) == ["A-IN", f"A-END{UNREADABLE}"]


@given(st.integers(MOST_WAITING, 40_000), st.integers(500, 9_000))
def test_a_line_too_long_to_be_a_scan_is_given_once_and_its_end_is_none(length: int, size: int):
    sent = b"F-000001D\n" + b"x" * length + b"F-000002E\rA-IN\r"
    lines = list(typed([sent[at : at + size] for at in range(0, len(sent), size)]))
    assert (len(lines), lines[0], lines[2]) == (3, "F-000001D", "A-IN")
    assert desk_of.read(lines[1]).kind == "garbled"
    assert len(lines[1]) <= size + MOST_WAITING


def test_each_scan_gives_a_program_one_object(depot: Depot):
    box, item = depot.boxes[1].code, depot.items[0].code
    lines = [depot.locations[1].code, box, item, item.replace("1", "7"), "A-END", "A-END"]
    done = desk(depot, "\r".join(lines).encode(), "--json")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["scan"] for one in said] == lines
    assert [one["answer"] for one in said] == ["told", "done", "done", "refused", "told", "told"]
    assert (said[2]["item"], said[2]["place"]) == (item, box)
    assert said[4]["code"] != said[5]["code"], "the desk says that the second came within a second"
    assert not done.stderr


def test_bytes_that_are_no_text_are_answered_and_the_next_scan_is_done(depot: Depot):
    item, place = depot.items[0], depot.locations[2]
    noise = bytes(range(256)).replace(b"\n", b"").replace(b"\r", b"") * 3
    done = desk(depot, noise + b"\n" + f"\x02{place.code}\r\n]C1{item.code}\r\n".encode())
    assert b"\x1b" not in done.stderr
    assert BELL.encode() not in done.stderr
    with open_catalogue(depot.archive) as catalogue, open_register(catalogue) as register:
        assert register.place_of(item.id).code == place.code  # type: ignore[union-attr]  # it has a place


def test_what_is_no_single_scan_is_refused_once_and_bars_what_follows(depot: Depot):
    place, item = depot.locations[2].code, depot.items[0].code
    bad = [b"\0", b"x" * (1 << 20) + item.encode(), b"\xff" + item.encode(), b"7" * 5_000]
    bad += [item[:4].encode() + b"\x1b" + item[4:].encode(), f"{place};{item}".encode()]
    lines = [line for noise in bad for line in (place.encode(), noise, item.encode())]
    said = desk(depot, b"\n".join(lines)).stderr.decode().splitlines()
    assert len(said) == len(lines)
    for told, refused, barred in zip(said[::3], said[1::3], said[2::3], strict=True):
        assert (place in told, "no es una sola lectura" in refused) == (True, True)
        assert "no era una lectura" in barred
        assert len(refused) < 200
    with open_catalogue(depot.archive) as catalogue, open_register(catalogue) as register:
        assert register.place_of(depot.items[0].id).code != place  # type: ignore[union-attr]  # it has one


def test_what_was_done_is_signed_when_the_input_ends(depot: Depot):
    desk(depot, f"{depot.locations[2].code}\n{depot.items[0].code}\n".encode())
    assert checkpoint.unsigned(depot.archive) == 0


@pytest.mark.parametrize("language", ["en", "es", "pl", "de"])
def test_on_a_terminal_an_error_rings_and_begins_with_a_word_in_colour(language: str):
    refused = shown(Answer("refused", "J080", "no"), language, terminal=True)
    assert refused.startswith(BELL)
    assert re.search(r"\x1b\[[0-9;]*m [¡!A-ZŁĄÓĘ]+ \x1b\[0m no$", refused.removeprefix(BELL))
    look = shown(Answer("look", "J124", "there"), language, terminal=True)
    assert look.startswith(BELL)
    assert not shown(Answer("done", "J015", "yes"), language, terminal=True).startswith(BELL)
    assert "\x1b" not in shown(Answer("refused", "J080", "no"), language, terminal=False)


@pytest.fixture
def terminal(depot: Depot) -> Iterator["Terminal"]:
    mine, its = pty.openpty()
    command = [DOCSCAN, "-A", depot.archive.root, "desk"]
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, close_fds=True)
    os.close(its)
    yield Terminal(mine, process)
    process.kill()
    process.wait()
    os.close(mine)


class Terminal:
    """A terminal with a desk in it."""

    def __init__(self, file: int, process: "subprocess.Popen[bytes]") -> None:
        self.file, self.process, self.seen = file, process, ""

    def until(self, text: str) -> str:
        """What is shown from now on until a text is, that included."""
        begun = time.monotonic()
        while text not in self.seen and time.monotonic() - begun < SECONDS:
            if select.select([self.file], [], [], 1)[0]:
                self.seen += os.read(self.file, 4_096).decode()
        before, found, self.seen = self.seen.partition(text)
        assert found, f"{text!r} is not in {before!r}"
        return before + found

    def type(self, text: str) -> None:
        os.write(self.file, text.encode())


def test_a_clerk_is_prompted_answered_and_let_go_at_the_end_of_the_input(terminal: Terminal, depot: Depot):
    terminal.until(PROMPT)
    terminal.type(f"{depot.locations[2].code}\r")
    terminal.until(PROMPT)
    terminal.type(f"{depot.items[0].code}\r")
    said = terminal.until(PROMPT)
    assert f"{depot.items[0].code} {depot.items[0].title}" in said
    assert BELL not in said
    terminal.type("F-000009A\r")
    assert BELL in terminal.until(PROMPT)
    terminal.type("\x04")  # the end of the input, as a person types it
    assert "cerrado" in terminal.until("cerrado")
    assert terminal.process.wait(SECONDS) == 0


def test_half_a_line_at_the_end_of_the_input_is_refused(terminal: Terminal, depot: Depot):
    terminal.until(PROMPT)
    terminal.type(f"{depot.locations[2].code}\r")
    terminal.until(PROMPT)
    terminal.type(f"{depot.items[0].code}\x04\x04")
    said = terminal.until("cerrado")
    assert BELL in said
    assert PROMPT not in said
    assert terminal.process.wait(SECONDS) == 0


def test_the_tutorial_shows_what_the_desk_answers(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    chapter = TUTORIAL.read_text().partition("\n## 14. ")[2]
    monkeypatch.chdir(tmp_path)
    call("init", "my-archive", "--name", "Gestoría Mirador", "--language", "es")
    for line in chapter.partition("```sh\n")[2].partition("```")[0].splitlines():
        assert call(*shlex.split(line)[1:])[0] == 0, line
    told = re.findall(r"^    scan> (.*)\n    (.*)$", chapter, re.MULTILINE)
    *told, (_, goodbye) = told  # a second A-END at once would count once: the end of the input does as well
    assert goodbye.strip() == sentence("J099", "es")
    sent = "\n".join(scan for scan, _ in told)
    command = [DOCSCAN, "-A", "my-archive", "desk"]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)
    assert [undated(line) for line in done.stderr.splitlines()] == [undated(answer) for _, answer in told]


def undated(text: str) -> str:
    """Without days, which are others tomorrow."""
    return re.sub(r"\d{4}-\d\d-\d\d|\b\d{4}/", "", text)
