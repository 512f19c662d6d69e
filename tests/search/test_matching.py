"""A single document is matched as the engines would find it."""

import random

import naive_search as naive
import pytest

from docscan.search.matching import matches


@pytest.mark.parametrize("seed", range(20))
def test_a_document_matches_when_a_naive_evaluator_finds_it(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - invented documents
    known = [naive.word(chance) for _ in range(30)]
    documents = [naive.document(chance, f"d{number}", known) for number in range(20)]
    plans = [naive.plan(chance, known) for _ in range(30)]
    said = [[matches(plan, document) for document in documents] for plan in plans]
    assert said == [[naive.finds(plan, document) for document in documents] for plan in plans]
    assert any(map(any, said))
    assert not all(map(all, said))
