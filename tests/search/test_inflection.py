"""Forms of one word meet in a lemma or a stem; other words do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.folding import fold
from docscan.search.inflection import LANGUAGES, STEMMED, asked, lemmas

POLISH = [
    ("faktura", "faktury"), ("faktura", "fakturze"), ("faktur", "fakturami"), ("sprzedawca", "sprzedawcy"),
    ("nabywca", "nabywców"), ("termin", "terminie"), ("płatność", "płatności"),
    ("należność", "należnościach"),
    ("umowa", "umów"), ("umowie", "umową"), ("rachunek", "rachunku"), ("konto", "kont"),
    ("kwota", "kwocie"), ("podatek", "podatku"), ("odsetki", "odsetek"), ("dzień", "dni"),
    ("usługa", "usług"), ("towar", "towarów"), ("dostawa", "dostaw"), ("zamówienie", "zamówień"),
    ("zapłacić", "zapłacono"), ("koszt", "kosztem"), ("księga", "ksiąg"), ("przelew", "przelewem"),
]  # fmt: skip
PAIRS = [
    ("es", "factura", "facturas"), ("es", "pago", "pagos"), ("es", "vencimiento", "vencimientos"),
    ("es", "contrato", "contratos"), ("es", "importación", "importaciones"), ("es", "pagado", "pagada"),
    ("es", "ciudad", "ciudades"), ("es", "día", "días"), ("es", "año", "años"), ("es", "vez", "veces"),
    ("es", "luz", "luces"), ("es", "imagen", "imágenes"), ("es", "examen", "exámenes"),
    ("es", "joven", "jóvenes"), ("es", "volumen", "volúmenes"), ("es", "interes", "intereses"),
    ("es", "país", "países"), ("es", "mes", "meses"), ("es", "ley", "leyes"), ("es", "rubí", "rubíes"),
    ("de", "rechnung", "rechnungen"), ("de", "betrag", "beträge"), ("de", "kunde", "kunden"),
    ("de", "lieferung", "lieferungen"), ("de", "vertrag", "verträge"), ("de", "zahlung", "zahlungen"),
    ("en", "invoice", "invoices"), ("en", "payment", "payments"), ("en", "delivery", "deliveries"),
    ("en", "charged", "charges"),
]  # fmt: skip


def meet(language: str, one: str, other: str) -> bool:
    return not set(asked(one, language)).isdisjoint(form for _, _, form in lemmas([other], language))


def test_polish_forms_meet_in_twenty_three_of_twenty_four_pairs() -> None:
    assert sum(meet("pl", one, other) for one, other in POLISH) >= 23


@pytest.mark.parametrize(("language", "one", "other"), PAIRS)
def test_forms_of_one_word_meet(language: str, one: str, other: str) -> None:
    assert meet(language, one, other)
    assert meet(language, other, one)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("pl", "faktura", "faktor"),
        ("pl", "kwota", "kot"),
        ("es", "pago", "país"),
        ("de", "rechnung", "rechnen"),
    ],
)
def test_other_words_do_not(language: str, one: str, other: str) -> None:
    assert not meet(language, one, other)


@pytest.mark.parametrize(("typed", "printed"), [("naleznosc", "należności"), ("zamowien", "zamówienie")])
def test_polish_is_understood_without_its_signs(typed: str, printed: str) -> None:
    assert meet("pl", typed, printed)


def test_a_polish_name_that_no_dictionary_has_still_meets_its_forms() -> None:
    assert meet("pl", "docskanowa", "docskanową")


def test_a_text_of_no_known_language_has_forms_of_all_four() -> None:
    assert {language for _, language, _ in lemmas(["rechnungen"], "")} == set(LANGUAGES)
    assert {language for _, language, _ in lemmas(["rechnungen"], "de")} == {"de"}


@given(st.lists(st.sampled_from(["byłem", "faktury", "kotem", "nieznanowo", "kod", "abym", "dni", "xqz"])))
def test_words_asked_together_have_the_forms_they_have_alone(words: list[str]) -> None:
    for language in ("pl", "de", ""):
        alone = [(at, *form) for at, word in enumerate(words) for _, *form in lemmas([word], language)]
        assert sorted(lemmas(words, language)) == sorted(alone)


def test_the_second_part_of_a_polish_word_is_no_form_of_it() -> None:
    assert {form for _, _, form in lemmas(["kota", "byłem", "kota"], "pl")} == {
        form for word in ("byłem", "kota") for form in asked(word, "pl")
    }


@given(st.text("abcdeghiloqrstuyzäöüßáéíóúñçœ", min_size=1, max_size=9), st.sampled_from(STEMMED))
def test_a_stem_begins_with_the_letter_that_the_word_begins_with(word: str, language: str) -> None:
    assert {fold(stem)[:1] for _, _, stem in lemmas([word], language)} <= {fold(word)[:1]}
    assert {fold(stem)[:1] for stem in asked(word, language)} <= {fold(word)[:1]}
