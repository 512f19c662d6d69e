"""Many terms looked up at once are those that looking one by one finds."""

from collections.abc import Iterable
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.reading import SegmentReader

from docscan.search.prepared import Prepared
from docscan.search.whoosh_engine import WhooshIndex
from docscan.search.whoosh_postings import documents, packed, steps
from docscan.search.whoosh_terms import TermsReader

WORDS = [f"{start}{number:x}" for number in range(700) for start in ("x", "xy", "żó", "\U0001f4c4")]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterable[TermsReader]:
    index = WhooshIndex(tmp_path_factory.mktemp("terms") / "index")
    runs = [" ".join(WORDS[number::7] * (1 + number % 2)) for number in range(7)]
    found = [Prepared(f"d{number}", (run,), "", (), "", "", {}, {}) for number, run in enumerate(runs)]
    index.update(found, seq=1)
    leaf: SegmentReader = index._open()
    yield leaf._terms
    index.close()


def test_of_many_terms_those_are_found_that_are_there(reader: TermsReader) -> None:
    asked = [
        word.encode() for word in [*WORDS[::3], "a", "zz", *(f"a{number:x}" for number in range(700, 3000))]
    ]
    run = reader.present("body", asked)
    there = {word.encode() for word in WORDS}
    assert set(run.terms) == there.intersection(asked)
    numbers, counts = run.documents()
    assert counts.tolist() == [reader.doc_frequency("body", term) for term in run.terms]
    assert numbers.tolist() == [WORDS.index(term.decode()) % 7 for term in run.terms]


@pytest.mark.parametrize("start", ["x", "xy", "xy2", "ż", "\U0001f4c4", "a", "żóff"])
def test_the_terms_that_begin_so_are_read_with_their_documents(reader: TermsReader, start: str) -> None:
    run = reader.starting("body", start.encode())
    assert list(run.terms) == sorted({word.encode() for word in WORDS if word.startswith(start)})
    numbers, counts = run.documents()
    assert counts.tolist() == [1] * len(run.terms)
    assert numbers.tolist() == [WORDS.index(term.decode()) % 7 for term in run.terms]


def test_in_a_field_without_terms_nothing_is_found(reader: TermsReader) -> None:
    assert reader.present("lemmas", [b"x1"]).terms == reader.starting("lemmas", b"x").terms == ()


@given(st.lists(st.sets(st.integers(0, 2**31), min_size=1, max_size=9), max_size=9))
def test_the_documents_of_many_terms_are_read_as_written(written: list[set[int]]) -> None:
    pieces = [packed([len(numbers), *steps(sorted(numbers)), *([1] * len(numbers))]) for numbers in written]
    starts = [sum(map(len, pieces[:place])) for place in range(len(pieces))]
    numbers, counts = documents(b"".join(pieces), np.array(starts, dtype=np.int64))
    assert numbers.tolist() == list(chain.from_iterable(map(sorted, written)))
    assert counts.tolist() == [len(each) for each in written]


def test_postings_that_name_more_documents_than_they_hold_are_damaged() -> None:
    with pytest.raises(ValueError, match="more documents"):
        documents(packed([9, 1]), np.array([0], dtype=np.int64))
