"""Text without case, accents and special letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.folding import LONGEST, composed, fold, folded

PRINTED = st.text("abzABZ019 .,-ąĄłŁńśżŻéÉüÜßñº²½µæØþ§\u00a0\u00ad„”–€…™\n")
"""What business paper is printed with, most of it in the code page."""


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Łódź", "lodz"),
        ("año", "ano"),
        ("Ærø", "aero"),
        ("œuvre", "oeuvre"),
        ("ﬁrma", "firma"),
        ("İstanbul", "istanbul"),
        ("ısı", "isi"),
        ("nu\u0308r", "nur"),
        ("m²", "m2"),
        ("Groß\u00adkunde", "grosskunde"),
    ],
)
def test_letters_of_one_language_fold_to_plain_ones(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(PRINTED | st.text())
def test_a_page_is_folded_at_once_as_sign_by_sign(text: str) -> None:
    lower, plain = folded(text)
    letter_of_no_code_page = folded(f"{text} Ж")
    assert lower == text.lower()
    assert [*plain.split(), "ж"] == letter_of_no_code_page[1].split()


@given(PRINTED | st.text())
def test_words_of_a_page_are_folded_as_they_are_alone(text: str) -> None:
    words = folded(text)[1].split()
    assert [fold(word) for word in words] == [word[:LONGEST] for word in words]


@pytest.mark.parametrize("written", ["należności", "nalez\u0307nos\u0301ci", "nale\u00adżności"])
def test_a_word_is_composed_as_it_would_be_typed(written: str) -> None:
    assert composed(written) == "należności"
