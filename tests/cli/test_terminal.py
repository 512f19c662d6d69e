"""What a person sees of a reading under way."""

import pytest

from docscan.cli.terminal import pace, progress_bar


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
