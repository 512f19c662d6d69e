"""Of an index that is seen in part, there is nothing else."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from docscan.search.index import IndexDocument, Question
from docscan.search.likeness import more_like
from docscan.search.plan import Everything, Term
from docscan.search.prepared import prepared
from docscan.search.sight import Seen, everything
from docscan.search.tantivy_engine import TantivyIndex

TEXTS = {
    "a": ("invoice", "fuse box cellar"),
    "b": ("invoice", "fuse box attic"),
    "c": ("letter", "fuse secret"),
    "d": ("letter", "fuse box secret"),
    "e": ("invoice", "lamp"),
}
DOCUMENTS = {
    key: prepared(IndexDocument(key, kind, "en", "2026-01-01", "accepted", pages=(text,)))
    for key, (kind, text) in TEXTS.items()
}


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    with contextlib.closing(TantivyIndex(tmp_path / "index")) as index:
        index.update(DOCUMENTS.values(), seq=1)
        yield Seen(index, Term("fields", "kind=invoice"))


def test_it_is_neither_found_nor_counted_nor_proposed(seen: Seen) -> None:
    assert everything(seen) == {"a", "b", "e"}
    assert seen.count() == 3
    assert seen.frequency("fuse") == 2
    assert seen.frequency("secret") == 0
    assert seen.words("se", 5) == ()
    assert [(found.term, found.count) for found in seen.words("b", 5)] == [("box", 2)]


def test_what_a_question_is_narrowed_to_is_narrowed_further(seen: Seen) -> None:
    hits = seen.search(Question((Everything(),), only=Term("body", "box"), facets=("kind",)))
    assert ([hit.id for hit in hits.hits], hits.facets) == (["a", "b"], {"kind": (("invoice", 2),)})


def test_more_like_one_are_those_that_are_seen(seen: Seen) -> None:
    plan = more_like(DOCUMENTS["a"], seen.frequency, seen.count())
    assert plan is not None
    assert [hit.id for hit in seen.search(Question((plan,))).hits] == ["b"]


def test_somebody_who_sees_all_is_given_all(seen: Seen) -> None:
    assert everything(Seen(seen.index)) == set(TEXTS)
    assert Seen(seen.index).count() == 5
