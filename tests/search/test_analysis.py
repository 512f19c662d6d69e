"""Text to terms: words, numbers however written, skeletons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.amounts import amount
from docscan.search.analysis import chunks, digits, skeleton
from docscan.search.folding import LONGEST
from docscan.search.terms import taken


@given(st.text())
def test_every_term_is_short_and_made_of_letters_and_digits(text: str) -> None:
    page = taken(text)
    for term in (*page.run, *page.wholes, *page.bones):
        assert term.isalnum() or amount(term) == term
        assert len(term) <= LONGEST


@given(st.lists(st.text(max_size=12), max_size=4))
def test_words_are_those_of_the_chunks_in_order(texts: list[str]) -> None:
    text = " ".join(texts)
    assert taken(text).run == tuple(part for chunk in chunks(text) for part in chunk.parts)


@given(st.text())
def test_chunks_lie_in_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for chunk in chunks(text):
        assert end <= chunk.start < chunk.end <= len(text)
        assert text[chunk.start : chunk.end] == chunk.text
        end = chunk.end


def test_columns_of_numbers_are_not_joined_to_one_endless_number() -> None:
    assert not taken(" ".join(["1234567"] * 9)).wholes


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("total", "t0tal"),
        ("neuer", "nener"),
        ("summe", "surnrne"),
        ("b12345674", "8i2345674"),
        ("f20260117", "f2o26o1l7"),
        ("importe", "1mportc"),
        ("neue", "ueuc"),
    ],
)
def test_what_print_confuses_has_the_same_skeleton(printed: str, read: str) -> None:
    assert skeleton(printed) == skeleton(read)


def test_digits_are_never_confused_with_one_another() -> None:
    assert len({skeleton(digit) for digit in "0123456789"}) == 10


@given(st.integers(0, 10**12))
def test_a_number_is_known_by_its_skeleton(number: int) -> None:
    assert digits(skeleton(str(number))) == str(number)
    assert digits(skeleton(f"x{number}")) == ""
