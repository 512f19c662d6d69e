"""What a person sees of a reading under way, and the files that a person names."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docscan.cli import terminal
from docscan.cli.terminal import pace, progress_bar
from docscan.errors import ArchiveError

OBEYED = "a\x1b[2Jb\x1b]0;c\x07d\x9b31me\u202ef\rg\x00h\x7f"
SHOWN = "a�[2Jb�]0;c�d�31me�f�g�h�"


@pytest.mark.parametrize(
    ("done", "known", "seconds", "said"),
    [
        (0, 500, 12.0, "0/500 pages"),
        (120, 500, 190.0, "120/500 pages 38/min, 10 min left"),
        (499, 500, 60.0, "499/500 pages 499/min, 0 s left"),
        (1, 2, 60.0, "1/2 pages 1/min, 60 s left"),
        (3, 3, 0.0, "3/3 pages"),
    ],
)
def test_the_pace_is_in_pages_and_the_time_left_follows_from_it(
    done: int, known: int, seconds: float, said: str
):
    assert pace(done, known, seconds) == said


def test_nobody_s_terminal_stays_clean(capfd: pytest.CaptureFixture[str]):
    with progress_bar("Reading") as progress:
        progress(1, 2)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_a_bar_with_the_pace(monkeypatch: pytest.MonkeyPatch):
    lines: list[str] = []
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("docscan.cli.terminal.time.monotonic", iter((0.0, 30.0)).__next__)
    monkeypatch.setattr(  # click draws nothing into a test's file
        "click._termui_impl.ProgressBar.render_progress", lambda bar: lines.append(bar.format_progress_line())
    )
    with progress_bar("Reading") as progress:
        progress(15, 60)
    assert lines[-1] == "Reading  [#######-----------------------]  15/60 pages 30/min, 2 min left"


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path):
    path = tmp_path / "out"
    for data in (b"first", b"second"):
        terminal.write(path, data)
        assert path.read_bytes() == data
    with pytest.raises(ArchiveError, match="cannot be written"):
        terminal.write(tmp_path / "nowhere" / "out", b"")
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_file_is_written_through_to(tmp_path: Path):
    path, link, pipe = tmp_path / "kept", tmp_path / "link", tmp_path / "pipe"
    path.write_bytes(b"before")
    link.symlink_to(path)
    terminal.write(link, b"after")
    assert (link.is_symlink(), path.read_bytes()) == (True, b"after")
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as threads:
        read = threads.submit(pipe.read_bytes)
        terminal.write(pipe, b"through")
        assert read.result() == b"through"
    assert pipe.is_fifo()


def test_a_link_in_a_shared_folder_is_not_followed(tmp_path: Path):
    path, link = tmp_path / "kept", tmp_path / "link"
    path.write_bytes(b"before")
    link.symlink_to(path)
    terminal.lay(link, b"after")
    assert (link.is_symlink(), link.read_bytes(), path.read_bytes()) == (False, b"after", b"before")


def test_a_table_and_what_is_said_show_a_title_that_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]):
    assert SHOWN in terminal.table([(OBEYED, 1)], ("title", "n"))
    assert terminal.table([("a\nF-000002E\tb", "\x1b[31mred")], ("a", "b")).splitlines()[2:] == [
        "a F-000002E b  �[31mred"
    ]
    terminal.say(OBEYED)
    assert capsys.readouterr().err == f"{SHOWN}\n"


def test_data_are_tamed_for_a_terminal_and_exact_for_a_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    terminal.put("a\u202eb")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    terminal.put("a\u202eb \x1b[1mbold\x1b[0m")
    exact, tamed = capsys.readouterr().out.splitlines()
    assert (exact, tamed.partition(" ")[0]) == ("a\u202eb", "a�b")


def test_a_hit_is_marked_where_it_is_among_signs_that_a_terminal_would_obey():
    assert terminal.highlighted("a\x1b[31mb Zoë", [(8, 11)]) == "a�[31mb «Zoë»"
