"""What is indexed of a text."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docscan.search import terms
from docscan.search.analysis import chunks
from docscan.search.folding import LONGEST
from docscan.search.terms import taken, taken_each

TEXT = "Rechnungen, Lieferungen/Zahlungen und Verträge: Beträge der Kunden-Nr. 17"


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """No word has been met."""
    known: dict[str, dict[str, str]] = {}
    monkeypatch.setattr(terms, "_KNOWN", known)
    return known


@pytest.mark.usefixtures("fresh")
def test_words_beside_marks_have_forms_too() -> None:
    assert taken(TEXT, "de").lemmas == {
        f"de={form}" for form in ("rechnung", "liefer", "zahlung", "vertrag", "betrag", "kund")
    }


def test_forms_are_the_same_once_they_were_met(fresh: dict[str, dict[str, str]]) -> None:
    first = taken(TEXT, "de")
    assert fresh["de"]
    assert taken(TEXT, "de") == first


def test_of_too_many_words_those_met_first_are_kept(
    monkeypatch: pytest.MonkeyPatch, fresh: dict[str, dict[str, str]]
) -> None:
    monkeypatch.setattr(terms, "KEPT", 8)
    first = taken(TEXT, "de")  # one of many words in any order
    fresh.clear()
    met = ("verträge", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn")
    for word in met:
        taken(word, "de")
    assert list(fresh["de"]) == ["verträge", "eins", "zwei", "drei", "acht", "neun", "zehn"]
    assert taken(TEXT, "de") == first


@pytest.mark.usefixtures("fresh")
def test_a_word_with_accents_put_after_its_letters_has_its_forms() -> None:
    assert taken(unicodedata.normalize("NFD", "Należności"), "pl").lemmas == {"pl=naleznosc"}


@pytest.mark.usefixtures("fresh")
def test_a_word_that_grows_when_it_is_folded_is_cut_however_often_it_is_met() -> None:
    word = "ß" * (LONGEST // 2 + 1)
    assert [taken(f"{word} Rechnungen", "de").run for _ in range(2)] == [("s" * LONGEST, "rechnungen")] * 2


@pytest.mark.parametrize("text", ["1 234 1 234", "12 12"])
def test_groups_of_the_same_digits_are_a_number_too(text: str) -> None:
    assert text.replace(" ", "") in taken(text).wholes


@pytest.mark.parametrize(
    "date", ["17 mar 2026", "17-März-2026", "17 mar.-2026", "17 mar. -2026", "Mar 17, 2026"]
)
def test_a_date_with_the_month_s_name_is_one_term_among_other_words(date: str) -> None:
    assert "20260317" in taken(f"vom {date}: 4 Tage", "de").wholes


@given(st.text(st.sampled_from("aA1 0.,-/\n\u00a0ßé"), max_size=40))
def test_a_value_has_the_terms_of_a_page_but_for_its_lemmas(text: str) -> None:
    value, page = taken(text), taken(text, "de")
    assert value == page._replace(lemmas=frozenset())


@given(
    st.text(st.sampled_from("aAeBßłŁéİıǅﬁ\u0301\u00ad1. /-\n\u00a0" * 3 + "ﷺ"), max_size=80),
    st.sampled_from(["es", "pl", "de", "en", ""]),
)
@example("ß" * 33 + " " + "ﷺ" * 9 + " İstanbul Faktury", "pl")
@example("s" * 70 + " Rechnungen", "de")
def test_chunks_looked_up_together_have_the_terms_of_each_alone(text: str, language: str) -> None:
    divided = [*chunks(text)]
    assert taken_each(divided, language) == [taken(one.text, language) for one in divided]
