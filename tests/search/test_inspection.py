"""An index is held against the catalogue of one moment, and one with damaged files gives way to another."""

import os
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from docscan.archive import Archive, layout
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.errors import ArchiveBusyError
from docscan.search import engines, feed, inspection, whoosh_storage
from docscan.search.documents import documents
from docscan.search.whoosh_merging import MOST_SEGMENTS
from tests.archive.conftest import file_one


def rotten(path: Path) -> None:
    """Change a sign of a term as a failing disk does: nothing tells that the file was touched."""
    before, data = path.stat(), path.read_bytes()
    path.write_bytes(data.replace(b"factura", b"fastura"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.read_bytes() != data


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_what_is_filed_while_an_index_is_looked_at_is_nothing_that_it_lacks(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, engine: engines.Engine
) -> None:
    feed.remade(archive, catalogue, engine)
    filed = iter(range(3, 9))

    def slow(*asked: Any) -> Any:
        with open_catalogue(archive) as other:
            file_one(archive, other, next(filed))
            feed.feed(archive, other)
        return documents(*asked)

    monkeypatch.setattr(inspection, "documents", slow)
    found = inspection.inspect(archive, catalogue)
    assert (found.documents, found.sound) == (2, True)
    found, anew = inspection.mended(archive, catalogue)
    assert (found.documents, found.sound, anew) == (3, True, False)


def test_an_index_that_is_fed_all_the_time_is_not_made_anew(archive: Archive, catalogue: Catalogue) -> None:
    def file() -> None:
        with open_catalogue(archive) as other:
            for number in range(3, 40):
                file_one(archive, other, number)
                feed.feed(archive, other)

    filing = threading.Thread(target=file)
    filing.start()
    looks = []
    while filing.is_alive():
        looks.append(inspection.mended(archive, catalogue, sample=50))
    filing.join()
    assert {(found.missing, found.documents - found.expected, anew) for found, anew in looks} == {
        ((), 0, False)
    }
    assert inspection.mended(archive, catalogue)[0].documents == 39


def test_an_index_that_somebody_feeds_for_long_is_not_made_anew(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PATIENCE", 0)
    file_one(archive, catalogue, 3)
    before = engines.live(archive.index)
    with layout.feeding(archive):
        assert inspection.inspect(archive, catalogue).behind == 1
        with pytest.raises(ArchiveBusyError):
            inspection.mended(archive, catalogue)
    assert engines.live(archive.index) == before


def test_a_damaged_file_is_not_merged_into_a_new_one_and_sealed(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_storage, "_facts", lambda found: (found.st_ino, found.st_size))
    feed.remade(archive, catalogue, "whoosh")
    live = engines.live(archive.index)
    assert live is not None
    (segment,) = live.folder.glob("*.seg")
    rotten(segment)
    for number in range(3, 3 + 2 * MOST_SEGMENTS):  # until that one is merged
        file_one(archive, catalogue, number)
        assert feed.feed(archive, catalogue)
    found = inspection.inspect(archive, catalogue)
    assert (found.intact, found.sound) == (True, True)
    assert found.documents == 2 + 2 * MOST_SEGMENTS
    assert not segment.exists()
    with closing(feed.open_index(archive)) as index:
        assert index.frequency("factura") == found.documents


def test_who_asks_has_an_index_with_damaged_files_made_anew_and_is_told_before(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_storage, "_facts", lambda found: (found.st_ino, found.st_size))
    monkeypatch.setattr(feed, "MANY", 3)
    feed.remade(archive, catalogue, "whoosh")
    live = engines.live(archive.index)
    assert live is not None
    (segment,) = live.folder.glob("*.seg")
    rotten(segment)
    told: list[int] = []
    for number in range(3, 3 + 2 * MOST_SEGMENTS):
        file_one(archive, catalogue, number)
        assert feed.brought_up(archive, catalogue, told=told.append)
    assert len(told) == 1
    assert inspection.inspect(archive, catalogue).sound


def test_files_that_vanish_while_they_are_counted_count_nothing(tmp_path: Path) -> None:
    def churn() -> None:
        for _ in range(400):
            generation = engines.begun(tmp_path, "whoosh")
            generation.folder.mkdir()
            for name in "abcdefgh":
                (generation.folder / name).write_text("x")
            engines.discard(tmp_path, generation)

    churning = threading.Thread(target=churn)
    churning.start()
    try:
        while churning.is_alive():
            assert 0 <= engines.size(tmp_path) <= 8
    finally:
        churning.join()
