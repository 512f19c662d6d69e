"""Which segments are merged: few remain, each document is written anew a few times, and nothing is lost."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import naive_search as naive
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


def test_what_is_merged_is_found_as_without_an_index(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - invented documents
    known = [naive.word(chance) for _ in range(60)]
    index, kept = WhooshIndex(tmp_path / "index"), dict[str, Prepared]()
    for seq in range(1, 31):
        fresh = [naive.document(chance, f"d{chance.randrange(400)}", known) for _ in range(4)]
        gone = chance.sample(sorted(kept), 2) if seq % 5 == 0 else []
        kept = {key: document for key, document in kept.items() if key not in gone}
        fresh = [document for document in {one.id: one for one in fresh}.values() if document.id not in gone]
        kept |= {document.id: document for document in fresh}
        index.update(fresh, seq=seq, removed=gone)
    index.search(Question((Everything(),)))
    assert len(index._segments) <= MOST_SEGMENTS + 1
    assert index.count() == len(kept)
    for _ in range(400):
        plan = naive.plan(chance, known)
        hits = index.search(Question((plan,), len(kept) + 1)).hits
        assert {hit.id for hit in hits} == naive.ids(plan, kept.values()), plan
    index.close()
