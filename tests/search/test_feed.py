"""The index follows the catalogue, whatever became of either."""

import os
import pickle
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from whoosh.index import TOC

from docscan import archive as archives
from docscan import cli
from docscan.archive import Archive, hold, objects
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.layout import feeding
from docscan.search import Question, feed, parse, planned, sight, whoosh_storage
from docscan.search.index import DamagedIndexError
from docscan.search.sight import Seen
from docscan.search.whoosh_schema import schema
from tests.archive.conftest import file_one, object_id

FOUND = [object_id(1), object_id(2)]


def ids(archive: Archive, catalogue: Catalogue) -> tuple[list[str], bool]:
    question = Question(planned(parse("factura")))
    said = sight.asked(catalogue, lambda seen: seen.search(question))
    return sorted(hit.id for hit in said.found.hits), said.current


def test_an_index_that_was_deleted_is_fed_before_it_is_asked(archive: Archive, catalogue: Catalogue) -> None:
    shutil.rmtree(archive.index)
    assert ids(archive, catalogue) == (FOUND, True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves it open
@pytest.mark.parametrize("place", [0, 40, -1, None])
@pytest.mark.parametrize("pattern", ["*.seg", "*.toc"])
def test_one_changed_byte_in_the_index_makes_it_anew(
    archive: Archive, catalogue: Catalogue, pattern: str, place: int | None
) -> None:
    for path in archive.index.rglob(pattern):
        data = bytearray(path.read_bytes())
        data[len(data) // 2 if place is None else place] ^= 0x41
        path.write_bytes(data)
    assert ids(archive, catalogue) == (FOUND, True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves it open
@pytest.mark.parametrize(
    "pattern",
    ["index/*/*.seg", "index/*/*.toc", "index/*/seq.*", "index/*/docscan.json", "index/*.seal", "index/live"],
)
def test_a_pipe_in_the_place_of_a_file_makes_the_index_anew(
    archive: Archive, catalogue: Catalogue, pattern: str
) -> None:
    for path in list(archive.root.glob(pattern)):
        path.unlink()
        os.mkfifo(path)
    assert ids(archive, catalogue) == (FOUND, True)


def test_a_moved_archive_finds_what_it_found_before(archive: Archive, catalogue: Catalogue) -> None:
    catalogue.close()
    moved = archive.root.rename(archive.root.with_name("moved"))
    again = archives.open_archive(moved)
    with open_catalogue(again) as opened:
        assert ids(again, opened) == (FOUND, True)


def test_an_index_ahead_of_the_catalogue_is_made_anew(archive: Archive, catalogue: Catalogue) -> None:
    index = feed.open_index(archive)
    index.update([], seq=999)
    index.close()
    assert ids(archive, catalogue) == (FOUND, True)
    assert feed._known(archive) == catalogue.newest_errand()


def test_while_another_command_feeds_it_the_index_is_asked_as_it_is(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PATIENCE", 0.1)
    file_one(archive, catalogue, 3)
    with feeding(archive):
        assert ids(archive, catalogue) == (FOUND, False)
        assert not feed.feed(archive, catalogue)
    assert ids(archive, catalogue) == ([*FOUND, object_id(3)], True)


def test_a_search_brings_the_index_up_while_somebody_writes(archive: Archive, catalogue: Catalogue) -> None:
    file_one(archive, catalogue, 3)
    with hold(archive):
        assert ids(archive, catalogue) == ([*FOUND, object_id(3)], True)


def test_damage_that_shows_when_asked_is_mended_once(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, calls = Seen.search, []

    def fails_first(seen: Seen, question: Question) -> Any:
        calls.append(question)
        if len(calls) == 1:
            raise DamagedIndexError("The search index cannot be read.")
        return find(seen, question)

    monkeypatch.setattr(Seen, "search", fails_first)
    assert ids(archive, catalogue) == (FOUND, True)
    assert len(calls) == 2


class Evil:
    """Touches a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves it open
@pytest.mark.parametrize("generation", [None, 99])
def test_a_table_of_contents_put_in_place_is_never_unpickled(
    archive: Archive, catalogue: Catalogue, tmp_path: Path, generation: int | None
) -> None:
    marker, made = tmp_path / "marker", tmp_path / "made"
    made.mkdir()
    generation = generation or max(int(path.stem.split("_")[-1]) for path in archive.index.rglob("*.toc"))
    TOC(schema(()), [Evil(marker)], generation).write(
        whoosh_storage.DurableFileStorage(str(made)), whoosh_storage.NAME
    )
    for path in made.glob("*.toc"):
        shutil.copy(path, archive.index / "whoosh-1")
    assert ids(archive, catalogue) == (FOUND, True)
    assert not marker.exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves it open
def test_a_segment_put_in_place_is_never_unpickled(
    archive: Archive, catalogue: Catalogue, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    for path in archive.index.rglob("*.seg"):
        path.write_bytes(struct.pack("!qi", 12, 0) + pickle.dumps(Evil(marker)))
    assert ids(archive, catalogue) == (FOUND, True)
    assert not marker.exists()


def test_a_record_that_was_damaged_is_found_as_long_as_the_catalogue_has_it(
    archive: Archive, catalogue: Catalogue
) -> None:
    objects.path_of(archive, object_id(1), "record.json").write_bytes(b"{")
    shutil.rmtree(archive.index)
    assert ids(archive, catalogue) == (FOUND, True)
    catalogue.close()
    archive.catalogue_path.unlink()
    with open_catalogue(archive) as again:
        shutil.rmtree(archive.index)
        assert ids(archive, again) == ([object_id(2)], True)


@pytest.mark.parametrize("kind", ["file", "link"])
def test_something_else_in_the_place_of_the_index_is_replaced_by_renewing(
    archive: Archive, catalogue: Catalogue, tmp_path: Path, kind: str
) -> None:
    shutil.rmtree(archive.index)
    if kind == "file":
        archive.index.write_text("x")
    else:
        archive.index.symlink_to(tmp_path / "nowhere")
    feed.renew(archive)
    assert ids(archive, catalogue) == (FOUND, True)


def test_before_a_large_index_is_made_anew_a_search_says_that_it_takes_long(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = ["-A", str(archive.root), "search", "factura"]
    monkeypatch.setattr(feed, "MANY", 3)
    shutil.rmtree(archive.index)
    assert "puede tardar" not in CliRunner().invoke(cli.cli, ask).stderr
    file_one(archive, catalogue, 3)
    assert "puede tardar" not in CliRunner().invoke(cli.cli, ask).stderr  # it only lacks one
    shutil.rmtree(archive.index)
    assert "de 3 documentos: puede tardar" in CliRunner().invoke(cli.cli, ask).stderr
    assert "puede tardar" not in CliRunner().invoke(cli.cli, ask).stderr


def test_a_search_of_an_index_behind_says_so(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PATIENCE", 0.1)
    file_one(archive, catalogue, 3)
    ask = ["-A", str(archive.root), "search", "factura"]
    with feeding(archive):
        behind = CliRunner().invoke(cli.cli, ask)
    assert "2 encontrados" in behind.stderr
    assert "docscan index rebuild" in behind.stderr
    current = CliRunner().invoke(cli.cli, ask)
    assert "3 encontrados" in current.stderr
    assert "rebuild" not in current.stderr


def test_a_record_that_cannot_be_read_stands_in_the_list_for_review(
    archive: Archive, catalogue: Catalogue
) -> None:
    file_one(archive, catalogue, 3)
    file_one(archive, catalogue, 6)
    objects.path_of(archive, object_id(3), "record.json").write_bytes(b"{")
    listed = CliRunner().invoke(cli.cli, ["-A", str(archive.root), "review", "list"])
    assert listed.exit_code == 0
    assert f"The record {object_id(3)} cannot be read" in listed.stdout
    assert "Señor Muñoz 6.pdf" in listed.stdout
