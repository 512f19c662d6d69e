"""Which segments are merged: few remain, each document is written anew a few times, and nothing is lost."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from docscan.search import whoosh_merging
from docscan.search.index import Question
from docscan.search.plan import Everything
from docscan.search.prepared import Prepared
from docscan.search.whoosh_engine import WhooshIndex
from docscan.search.whoosh_merging import FULL, MOST_SEGMENTS, tidying

NONE: frozenset[str] = frozenset()


def merged(sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], int]:
    """The sizes that stay, and how many documents are written anew."""
    again: list[int] = []
    monkeypatch.setattr(whoosh_merging, "_write_anew", lambda _, segment: again.append(segment.doc_count()))
    segments: list[Any] = [SimpleNamespace(doc_count=lambda size=size: size) for size in sizes]
    return [segment.doc_count() for segment in tidying(None, segments)], sum(again)


@pytest.mark.parametrize("commit", [1, 20, 500, 1000, 7000])
def test_segments_stay_few_and_documents_are_seldom_written_anew(
    commit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    chance, documents, written = random.Random(commit), 0, 0  # noqa: S311 - sizes of commits
    for _ in range(400):
        fresh = chance.randint((commit + 1) // 2, commit)
        sizes, again = merged(sizes, monkeypatch)
        sizes.append(fresh + again)
        documents, written = documents + fresh, written + again
        assert again < 2 * FULL
        assert sum(size < FULL for size in sizes) <= MOST_SEGMENTS + 1
    assert sum(sizes) == documents
    assert written <= 8 * documents
    assert len(sizes) <= MOST_SEGMENTS + 1 + documents // FULL


def test_an_empty_segment_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    assert merged([0, 700, FULL, 0], monkeypatch) == ([FULL, 700], 0)


def document(key: str, number: int) -> Prepared:
    return Prepared(key, (("word",),), NONE, (), NONE, NONE, {"seq": number}, {})


def test_many_small_commits_leave_every_document_once(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    for number in range(30):
        again = [f"d{number - 3}"] if number > 2 else []
        found = [
            Prepared(key, (("word",),), NONE, (), NONE, NONE, {"seq": number}, {})
            for key in (f"d{number}", *again)
        ]
        index.update(found, seq=number + 1, removed=["d5"] if number == 20 else [])
    hits = index.search(Question((Everything(),), 100, order="seq")).hits
    assert sorted(hit.id for hit in hits) == sorted(f"d{number}" for number in range(30) if number != 5)
    assert len(index._segments) <= MOST_SEGMENTS + 1
    index.close()
