"""Other spellings of a term."""

import naive_search as naive
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.plan import Similar, Term
from docscan.search.spelling import misread, one_edit, one_edit_each

few = st.text("ab1", max_size=5)


@given(few, few)
def test_one_edit_is_an_optimal_string_alignment_of_one(one: str, other: str) -> None:
    assert one_edit(one, other) == (naive.distance(one, other) <= 1)


@given(few, st.sets(few))
def test_of_many_terms_those_are_found_that_differ_so(one: str, others: set[str]) -> None:
    assert one_edit_each(one, others) == {other for other in others if one_edit(one, other)}


@pytest.mark.parametrize(
    ("term", "other"),
    [
        ("summe", "surnme"),
        ("summe", "surnrne"),
        ("extern", "extem"),
        ("la", "1a"),
        ("no", "uo"),
        ("o117", "0117"),
        ("t0tal", "total"),
        ("fi1ia1e", "filiale"),
    ],
)
def test_what_one_edit_does_not_find_is_asked_by_itself(term: str, other: str) -> None:
    assert Term("body", other) in misread(term)


def test_words_are_asked_with_one_edit_and_numbers_by_their_skeleton_alone() -> None:
    assert Similar("body", "summe") in misread("summe")
    assert not [plan for plan in misread("f20260117") if isinstance(plan, Similar)]
    assert Term("bones", "fzoz6oii7") in misread("f20260117")
    assert Term("bones", "iban=piz34s7") in misread("p123457", "iban")


@pytest.mark.parametrize("term", ["a", "12", "7", "b7"])
def test_what_is_too_short_has_no_other_spelling(term: str) -> None:
    assert not list(misread(term))
