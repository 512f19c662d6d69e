import re
from datetime import date

import papers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.extraction import einvoice
from docscan.extraction.einvoice import terms
from docscan.extraction.einvoice.markup import MOST_BYTES
from docscan.extraction.einvoice.terms import Einvoice
from docscan.model import InvoiceLine, TaxLine


def read(outline: str, encoding: str = "utf-8") -> Einvoice:
    (found,), findings = einvoice.einvoices([("factur-x.xml", papers.xml(outline, encoding))])
    assert findings == ()
    return found


def said(found: Einvoice) -> dict[str, list[str]]:
    by_subject: dict[str, list[str]] = {}
    for statement in found.statements:
        by_subject.setdefault(statement.subject, []).append(statement.value)
    return by_subject


def test_a_cross_industry_invoice_gives_every_business_term_it_states() -> None:
    found = read(papers.CII)
    assert said(found) == {
        "invoice_number": ["RE-2026-0815"],
        "issue_date": ["2026-03-12"],
        "due_date": ["2026-04-11"],
        "delivery_date": ["2026-03-10"],
        "currency": ["EUR"],
        "supplier_name": ["Tischlerei Birkenhain GmbH"],
        "supplier_tax_id": ["DE136695976", "20311540218"],
        "supplier_address": ["Ahornweg 4, 01067 Dresden"],
        "customer_name": ["Hotel Seeblick AG"],
        "order_reference": ["B-771"],
        "preceding_invoice": ["RE-2026-0700"],
        "iban": ["DE89370400440532013000"],
        "payment_reference": ["0815-12"],
        "net": ["100.00"],
        "tax": ["19.00"],
        "total": ["119.00"],
        "prepaid": ["9.00"],
        "payable": ["110.00"],
    }
    assert found.kind == "invoice"
    assert {(statement.origin, statement.source) for statement in found.statements} == {
        ("einvoice", "factur-x.xml")
    }


def test_the_tax_is_the_one_in_the_currency_of_the_invoice() -> None:
    assert said(read(papers.CII.replace("InvoiceCurrencyCode: EUR", "InvoiceCurrencyCode: PLN")))["tax"] == [
        "81.70"
    ]


def test_lines_and_taxes_come_with_it_and_lines_that_only_explain_do_not() -> None:
    found = read(papers.CII)
    assert found.lines == (InvoiceLine("Eichenbrett geölt", "8", "MTR", "12.50", "19", "100.00"),)
    assert found.tax_breakdown == (TaxLine("VAT", "19", "100.00", "19.00"),)


def test_the_first_zugferd_is_read_under_its_own_names() -> None:
    found = read(papers.ZUGFERD_1)
    stated = said(found)
    assert found.kind == "credit-note"
    assert (stated["invoice_number"], stated["total"], stated["tax"]) == (["471102"], ["107.00"], ["7.00"])
    assert found.tax_breakdown == (TaxLine("", "7", "100.00", "7.00"),)
    assert found.lines == (InvoiceLine("Blätter", "1904.76", "C62", "0.0525", "7", "100.00"),)


@pytest.mark.parametrize(
    ("outline", "kind"), [(papers.UBL, "invoice"), (papers.UBL_CREDIT_NOTE, "credit-note")]
)
def test_ubl_gives_the_same_sale(outline: str, kind: str) -> None:
    found = read(outline)
    same = said(read(papers.CII)) | {"invoice_number": ["V/26/33"], "preceding_invoice": ["V/26/12"]}
    assert said(found) == same | {"supplier_tax_id": ["DE136695976"]}
    assert (found.kind, found.tax_breakdown) == (kind, (TaxLine("VAT", "19", "100.00", "19.00"),))
    assert found.lines == (InvoiceLine("Eichenbrett geölt", "8", "MTR", "12.50", "19", "100.00"),)


def test_facturae_says_surcharges_and_what_was_laid_out() -> None:
    outline = papers.FACTURAE.replace(
        "   TaxAmount > TotalAmount: 21.00\n",
        "   TaxAmount > TotalAmount: 21.00\n   EquivalenceSurcharge: 5.20\n"
        "   EquivalenceSurchargeAmount > TotalAmount: 5.20\n",
    ).replace("   InvoiceTotal: 106.00\n", "   InvoiceTotal: 106.00\n   TotalReimbursableExpenses: 12.00\n")
    found = read(outline)
    assert said(found)["disbursed"] == ["12.00"]
    assert found.tax_breakdown[1:] == (TaxLine("RE", "5.2", "100.00", "5.20"),)


def test_facturae_joins_series_and_number_and_says_what_was_withheld() -> None:
    found = read(papers.FACTURAE)
    stated = said(found)
    assert stated["invoice_number"] == ["F26-0042"]
    assert (stated["withheld"], stated["total"], stated["payable"]) == (["15.00"], ["106.00"], ["106.00"])
    assert (stated["supplier_name"], stated["customer_name"]) == (
        ["Carpintería El Roble, S.L."],
        ["Inés Valle Campo"],
    )
    assert stated["supplier_address"] == ["Calle del Olmo 7, 37001 Salamanca"]
    assert stated["iban"] == ["ES9121000418450200051332"]
    assert found.tax_breakdown == (TaxLine("IVA", "21", "100.00", "21.00"),)
    assert found.lines == (InvoiceLine("Puerta de roble", "1", "", "100.00", "21", "100.00"),)


def test_a_correcting_facturae_is_a_credit_note_that_names_the_invoice_before() -> None:
    found = read(papers.FACTURAE_CORRECTION)
    assert found.kind == "credit-note"
    assert said(found)["preceding_invoice"] == ["F26-0007"]


def test_of_several_invoices_in_one_facturae_none_is_taken() -> None:
    batch = papers.xml(papers.FACTURAE).replace(b"<Invoices>", b"<Invoices><Invoice></Invoice>")
    assert einvoice.einvoices([("batch.xml", batch)]) == ((), ())


def test_ksef_s_net_and_tax_are_the_sums_over_its_rates() -> None:
    found = read(papers.KSEF)
    stated = said(found)
    assert (stated["net"], stated["tax"], stated["total"]) == (["160.00"], ["27.00"], ["187.00"])
    assert (stated["supplier_tax_id"], stated["customer_tax_id"]) == (["5260001246"], ["DE136695976"])
    assert stated["supplier_address"] == ["ul. Bukowa 3, 00-001 Warszawa"]
    assert [(line.rate, line.base, line.amount) for line in found.tax_breakdown] == [
        ("23", "100.00", "23.00"),
        ("8", "50.00", "4.00"),
        ("0", "10.00", "0.00"),
    ]
    assert [(line.amount, line.tax_rate) for line in found.lines] == [("100.00", "23"), ("10.00", "")]


def test_a_ksef_correction_is_a_credit_note() -> None:
    found = read(papers.KSEF_CORRECTION)
    assert (found.kind, said(found)["preceding_invoice"]) == ("credit-note", ["FV/9/2026"])


def test_the_older_rate_is_told_by_the_tax_it_makes() -> None:
    older = papers.KSEF.replace("P_14_1: 23.00", "P_14_1: 22.00")
    assert read(older).tax_breakdown[0].rate == "22"


def test_xml_that_is_no_invoice_says_nothing() -> None:
    order = papers.xml("SCRDMCCBDACIOMessageStructure\n ExchangedDocument > ID: 1")
    assert einvoice.einvoices([("order-x.xml", order), ("empty.xml", b"<Invoice/>")]) == ((), ())


BOMB = b'<!DOCTYPE Invoice [<!ENTITY a "aaaaa"><!ENTITY b "&a;&a;&a;">]><Invoice><ID>&b;</ID></Invoice>'
FETCHED = b'<!DOCTYPE Invoice [<!ENTITY a SYSTEM "file:///etc/passwd">]><Invoice><ID>&a;</ID></Invoice>'


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        FETCHED,
        b'<!DOCTYPE Invoice SYSTEM "invoice.dtd"><Invoice><ID>1</ID></Invoice>',
        b"<Invoice><ID>1</ID>",
        b"",
        b"not XML at all",
        b'<?xml version="1.0" encoding="klingon"?><Invoice><ID>1</ID></Invoice>',
        b"<a>" * 100 + b"</a>" * 100,
        b"<Invoice>" + b"<a/>" * 400_000 + b"</Invoice>",
        b"<Invoice><ID>" + b" " * MOST_BYTES + b"</ID></Invoice>",
    ],
    ids=["bomb", "fetched", "dtd", "cut", "empty", "text", "encoding", "deep", "many", "large"],
)
def test_xml_that_is_not_safe_to_read_is_a_doubt_with_its_name(data: bytes) -> None:
    found, findings = einvoice.einvoices([("factur-x.xml", data)])
    assert found == ()
    assert [(item.code, item.severity, item.facts) for item in findings] == [
        ("V101", "doubt", {"source": "factur-x.xml"})
    ]


def test_other_encodings_are_read() -> None:
    assert read(papers.CII, "latin-1") == read(papers.CII, "utf-16") == read(papers.CII)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_doubted_and_nothing_else(data: bytes) -> None:
    found, findings = einvoice.einvoices([("a.xml", data)])
    assert len(found) + len(findings) <= 1


@given(st.text(max_size=30) | st.decimals(allow_nan=True).map(str))
def test_an_amount_has_two_places_or_is_none(text: str) -> None:
    assert re.fullmatch(r"(-?\d{1,16}\.\d{2})?", terms.amount(text))


@given(st.dates())
def test_a_day_is_the_same_however_a_standard_writes_it(day: date) -> None:
    for written in (f"{day:%Y%m%d}".zfill(8), f"{day}", f"{day}T12:00:00Z", f"{day}+01:00"):
        assert terms.day(written) == day.isoformat()


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "1e400", "1e-400000", "twelve", ""])
def test_what_is_no_amount_of_money_states_none(raw: str) -> None:
    assert terms.amount(raw) in ("", "0.00")
    assert terms.number(raw) in ("", "0")
