"""Archives are made, found and held."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive, catalogue, founding, ledger
from docscan.archive.fixity import verify
from docscan.archive.layout import FOLDERS
from docscan.errors import ArchiveBusyError, ArchiveError, ConfigError, NotFoundError
from tests.archive.conftest import AGENT, NOW

HOLDER = """
import sys, time
from pathlib import Path
from docscan import archive
with archive.hold(archive.open_archive(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


def make(root: Path, name: str = "A") -> Archive:
    return archives.create(root, name=name, language="pl", now=NOW, agent=AGENT)


def test_a_new_archive_has_everything_and_verifies(tmp_path: Path) -> None:
    archive = make(tmp_path / "deep/archive")
    assert {path.name for path in archive.root.iterdir() if path.is_dir()} == set(FOLDERS)
    assert (archive.config.name, archive.config.language) == ("A", "pl")
    assert archive.catalogue_path.is_file()
    assert list(verify(archive)) == []


def test_making_it_again_leaves_it_as_it_is(tmp_path: Path) -> None:
    archive = make(tmp_path)
    before = {path: path.read_bytes() for path in archive.root.rglob("*") if path.is_file()}
    archive.inbox.rmdir()
    again = make(tmp_path, name="B")
    assert again == archive
    assert again.inbox.is_dir()
    assert {path: path.read_bytes() for path in archive.root.rglob("*") if path.is_file()} == before


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(ArchiveError, match="not an archive") as caught:
        make(tmp_path)
    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(ArchiveError, match="is a file"):
        make(tmp_path / "letter.txt")


def test_a_name_that_cannot_be_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    for name in ("", "  ", "a\nb"):
        with pytest.raises(ConfigError):
            make(tmp_path / "archive", name=name)
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize("name", ['"quoted" \\ {braces}', "Zażółć gęślą jaźń", "日本"])
def test_any_visible_name_is_kept(tmp_path: Path, name: str) -> None:
    assert make(tmp_path, name=name).config.name == name


@pytest.mark.parametrize("step", ["lay_root", "start", "open_catalogue"])
def test_a_founding_that_was_interrupted_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def pulled(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    owner = {"lay_root": founding.objects, "start": ledger, "open_catalogue": catalogue}[step]
    with monkeypatch.context() as patch:
        patch.setattr(owner, step, pulled)
        with pytest.raises(KeyboardInterrupt):
            make(tmp_path)
    assert list(verify(make(tmp_path))) == []


def test_the_archive_one_stands_in_is_found(tmp_path: Path) -> None:
    archive = make(tmp_path / "a")
    assert archives.find(archive.inbox) == archive.root
    assert archives.find(archive.root) == archive.root
    assert archives.find(tmp_path) is None


def test_no_archive_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        archives.open_archive(tmp_path / "nowhere")
    assert "docscan init" in caught.value.hint


def test_an_archive_is_held_by_one_run_at_a_time(tmp_path: Path) -> None:
    archive = make(tmp_path)
    with archives.hold(archive):
        with pytest.raises(ArchiveBusyError) as caught, archives.hold(archive):
            pass
        assert caught.value.exit_code == 75
    with archives.hold(archive, timeout=1):
        pass


def test_a_killed_run_holds_nothing(tmp_path: Path) -> None:
    archive = make(tmp_path)
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(archive.root)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(ArchiveBusyError), archives.hold(archive):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with archives.hold(archive):
        pass
