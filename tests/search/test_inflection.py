"""Forms of one word meet in a lemma or a stem; other words do not."""

import pytest

from docscan.search.inflection import LANGUAGES, asked, lemmas

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
    ("de", "rechnung", "rechnungen"), ("de", "betrag", "beträge"), ("de", "kunde", "kunden"),
    ("de", "lieferung", "lieferungen"), ("de", "vertrag", "verträge"), ("de", "zahlung", "zahlungen"),
    ("en", "invoice", "invoices"), ("en", "payment", "payments"), ("en", "delivery", "deliveries"),
    ("en", "charged", "charges"),
]  # fmt: skip


def meet(language: str, one: str, other: str) -> bool:
    return not set(asked(one, language)).isdisjoint(form for _, form in lemmas([other], language)[0])


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
    assert {language for language, _ in lemmas(["rechnungen"], "")[0]} == set(LANGUAGES)
    assert {language for language, _ in lemmas(["rechnungen"], "de")[0]} == {"de"}
