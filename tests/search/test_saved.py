"""Searches are kept, each person's own, and nothing of them enters the ledger."""

from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive, fixity
from docscan.errors import ArchiveError, NotFoundError
from docscan.search import saved
from docscan.search.saved import MOST_SEEN, Saved
from tests.archive.conftest import AGENT, NOW

ZOE = Saved("zoe-2026", 'supplier_name:"Zoë & Co"', "2026-03-01T09:30:00Z", ("a", "b"))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archives.create(tmp_path / "archive", name="acme", language="en", now=NOW, agent=AGENT)


def test_what_was_kept_is_found_again_by_who_kept_it(archive: Archive) -> None:
    saved.keep(archive, "zoe", ZOE)
    assert saved.find(archive, "zoe", ZOE.name) == ZOE
    assert saved.all_of(archive, "zoe") == ((ZOE,), ())
    assert saved.all_of(archive, "other") == ((), ())
    with pytest.raises(NotFoundError, match="zoe-2026"):
        saved.find(archive, "other", ZOE.name)


def test_it_is_no_evidence_and_in_no_ones_way(archive: Archive) -> None:
    saved.keep(archive, "zoe", ZOE)
    assert list(fixity.verify(archive)) == []
    assert "Zoë".encode() not in b"".join(path.read_bytes() for path in archive.ledger.iterdir())


def test_one_of_the_same_name_takes_its_place_and_a_removed_one_is_gone(archive: Archive) -> None:
    saved.keep(archive, "zoe", ZOE)
    saved.keep(archive, "zoe", Saved(ZOE.name, "other", ""))
    assert [one.query for one in saved.all_of(archive, "zoe")[0]] == ["other"]
    saved.remove(archive, "zoe", ZOE.name)
    assert saved.all_of(archive, "zoe") == ((), ())
    with pytest.raises(NotFoundError, match=ZOE.name):
        saved.remove(archive, "zoe", ZOE.name)


@pytest.mark.parametrize("name", ["", "../access", "a/b", "Ä", "x" * 65, "-x"])
def test_a_name_that_no_file_should_have_is_refused(archive: Archive, name: str) -> None:
    with pytest.raises(ArchiveError, match="no name"):
        saved.keep(archive, "zoe", Saved(name, "x", ""))


def test_a_search_that_finds_too_much_is_not_kept(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match="more than"):
        saved.keep(archive, "zoe", Saved("all", "x", "", ("id",) * (MOST_SEEN + 1)))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": "other"}', '{"format": "docscan.search/1", "seen": 3}']
)
def test_a_file_of_another_form_is_no_search(archive: Archive, text: str) -> None:
    saved.keep(archive, "zoe", ZOE)
    (path,) = archive.root.glob("searches/*/*.json")
    path.write_text(text)
    with pytest.raises(NotFoundError, match="zoe-2026"):
        saved.find(archive, "zoe", ZOE.name)


@pytest.mark.parametrize("name", ["broken", "Capital"])
def test_a_broken_file_hides_no_other_search(archive: Archive, name: str) -> None:
    saved.keep(archive, "zoe", ZOE)
    (path,) = archive.root.glob("searches/*/*.json")
    broken = path.with_name(f"{name}.json")
    broken.write_text("{")
    assert saved.all_of(archive, "zoe") == ((ZOE,), (broken,))


def test_a_broken_search_can_be_removed(archive: Archive) -> None:
    saved.keep(archive, "zoe", ZOE)
    (path,) = archive.root.glob("searches/*/*.json")
    path.write_text("{")
    saved.remove(archive, "zoe", ZOE.name)
    assert saved.all_of(archive, "zoe") == ((), ())
