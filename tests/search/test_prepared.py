"""A record as engines take it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.amounts import amount
from docscan.search.index import IndexDocument
from docscan.search.prepared import Prepared, prepared, prepared_each


def record(*pages: str, language: str = "de", **fields: str) -> Prepared:
    return prepared(IndexDocument("k1", "invoice", language, "2026-11-02", "accepted", fields, pages, "Acme"))


def test_pages_and_values_are_runs_of_folded_words() -> None:
    found = record("Rech-\nnung Nr. 7", "Straße", supplier_name="Łódź AG")
    assert found.body == ("rechnung nr 7", "strasse", "lodz ag")


def test_a_value_whose_words_stand_on_a_page_is_not_repeated() -> None:
    found = record("Von Müller & Söhne", supplier_name="Müller Söhne", invoice_number="7")
    assert found.body == ("von muller sohne", "7")


def test_a_field_is_there_with_its_words_and_wholes() -> None:
    found = record(invoice_number="F-2026/0117", iban="")
    known = "id=k1 kind=invoice language=de verdict=accepted client=acme"
    number = "=invoice_number invoice_number=f invoice_number=2026 invoice_number=0117"
    assert found.fields == (f"{known} {number}", "invoice_number=f20260117")


def test_two_wholes_of_a_field_do_not_stand_beside_each_other() -> None:
    found = record(issue_date="17.1.2026", total="1.200,00")
    runs = [run.split() for run in found.fields[1:]]
    assert {len(run) for run in runs} == {2}
    assert {term for run in runs for term in run} == {
        "issue_date=1712026", "issue_date=20260117", "total=1200.00", "total=1200"
    }  # fmt: skip
    assert all(len({term.partition("=")[0] for term in run}) == 2 for run in runs)


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("2 1 234,56 EUR", "1234.56"),
        ("1.200,00", "1200"),
        ("1.200,00", "1200.00"),
        ("17.1.2026", "20260117"),
        ("17 de enero de 2026", "20260117"),
        ("17 stycznia 2026", "20260117"),
        ("17. Januar 2026", "20260117"),
        ("1. März 2026", "20260301"),
        ("17-ene-2026", "20260117"),
        ("Jan 17, 2026", "20260117"),
        ("January 17th 2026", "20260117"),
        ("31 June 2026", ""),
        ("F-2026/0117", "f20260117"),
        ("PL 526-000-12-46", "5260001246"),
        ("ESB12345674", "b12345674"),
        ("DE123456789", "123456789"),
        ("ES91 2100 0418 4502 0005 1332", "es9121000418450200051332"),
        ("ES91 2100 0418 4502 0005 1332 15.02.2026", "es9121000418450200051332"),
        ("IBAN: PL61 1090 1014 0000 0712 1981 2874", "61109010140000071219812874"),
    ],
)
def test_a_number_is_one_whole_however_it_is_written(written: str, whole: str) -> None:
    wholes = record(f"Am {written} gezahlt").wholes.split()
    assert whole in wholes if whole else not [found for found in wholes if found.startswith("2026")]


def test_an_amount_after_a_month_is_no_year() -> None:
    assert record("Menge 1 Mai 2026,50 EUR").wholes.split() == ["2026.50"]
    assert "20260501" in record("am 1. Mai 2026, bar").wholes.split()


def test_lemmas_are_those_of_the_language_where_they_differ() -> None:
    assert record("Rechnungen rechnung 17", language="de").lemmas == "de=rechnung"
    assert record("faktury", language="pl").lemmas == "pl=faktura"
    assert {"es=factur", "pl=faktura"} <= {*record("facturas faktury", language="").lemmas.split()}


def test_only_words_with_digits_have_bones() -> None:
    found = record("Summe T0TAL, 1234, F2O26", supplier_tax_id="B12345674")
    assert {*found.bones.split()} == {"totai", "fzoz6", "biz34s674", "supplier_tax_id=biz34s674"}


def test_numbers_are_those_of_dates_amounts_and_pages() -> None:
    found = record(
        "a",
        "b",
        issue_date="2026-01-17",
        total="-5.10",
        due_date="soon",
        net="x",
        fee="2.50",
        born="1990-02-01",
    )
    assert found.numbers == {
        "pages": 2,
        "added": 20261102,
        "issue_date": 20260117,
        "total": -510,
        "fee": 250,
        "born": 19900201,
    }


def test_facets_are_left_out_where_there_is_nothing() -> None:
    assert record(issue_date="2026-01-17").facets == {
        "kind": "invoice",
        "client": "Acme",
        "year": "2026",
        "language": "de",
        "state": "accepted",
    }


@given(st.lists(st.text(), max_size=3), st.text(max_size=30))
def test_every_term_is_made_of_letters_and_digits(pages: list[str], value: str) -> None:
    found = record(*pages, language="", supplier_name=value)
    for text in (*found.body, found.wholes, *found.fields, found.lemmas, found.bones):
        assert " ".join(text.split()) == text  # and nothing else that engines might take for a blank
    assert all(term.isalnum() and len(term) <= 64 for run in found.body for term in run.split())
    for term in found.wholes.split():  # but for the point of an amount
        assert term.isalnum() or amount(term) == term
        assert len(term) <= 64
    assert all("=" in term for run in (*found.fields, found.lemmas) for term in run.split())


def test_of_some_documents_those_of_a_language_are_prepared_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(prepared_each.__globals__, "AT_ONCE", 4)
    papers = [
        IndexDocument(f"k{number}", "invoice", ("de", "es", "pl")[number % 3], "2026-11-02", "accepted")
        for number in range(7)
    ]
    found = [one.id for one in prepared_each(papers)]
    assert found == ["k0", "k3", "k1", "k2", "k6", "k4", "k5"]


@given(st.lists(st.tuples(st.sampled_from(("es", "pl", "")), st.lists(st.text(), max_size=3)), max_size=6))
def test_together_each_document_keeps_the_pages_that_it_has_alone(many: list[tuple[str, list[str]]]) -> None:
    papers = [
        IndexDocument(
            f"k{number}", "letter", language, "2026-11-02", "accepted", {"note": "1.2.2026"}, tuple(pages)
        )
        for number, (language, pages) in enumerate(many)
    ]
    together = {one.id: one for one in prepared_each(papers)}
    assert len(together) == len(papers)
    for paper in papers:
        alone, found = prepared(paper), together[paper.id]
        assert found.body == alone.body
        assert set(found.lemmas.split()) == set(alone.lemmas.split())
        assert set(found.wholes.split()) == set(alone.wholes.split())
