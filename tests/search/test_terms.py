"""What is indexed of a text."""

import unicodedata

import pytest

from docscan.search import terms
from docscan.search.terms import taken

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
