"""The command line in the tests' own process."""

import signal
from collections.abc import Callable, Iterator

import pytest

from docscan import cli


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """The program in this process: its exit code, what it gives, what it says."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.delenv("DOCSCAN_ARCHIVE", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # several archives answer in the caller's language

    def calling(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["docscan", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.called()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    yield calling
    signal.signal(signal.SIGTERM, before)
