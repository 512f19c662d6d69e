"""What the print says beside what e-invoices and codes state."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import papers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan import extraction, verification
from docscan.extraction import einvoice, joining
from docscan.extraction.einvoice import Einvoice
from docscan.model import Code, Extraction, Finding, Page
from docscan.pipeline import Choice
from docscan.places import Box
from docscan.schema import Schema

Typed = Callable[..., Page]
CHECKS = [Choice(name, {}) for name in verification.CHECKS if name != "register_book"]
PLACE = Box(1500, 100, 1900, 500)

PAPER = """
Tischlerei Birkenhain GmbH
Ahornweg 4
01067 Dresden

Hotel Seeblick AG
Seestraße 1
18609 Binz

Rechnung

Rechnungsnummer: RE-2026-0815        Rechnungsdatum: 12.03.2026
Fällig am: 11.04.2026                USt-IdNr.: DE136695976
Bestellnummer: B-771

Nettobetrag          100,00 EUR
USt. 19 %             19,00 EUR
Gesamtbetrag         119,00 EUR

IBAN: DE89 3704 0044 0532 0130 00
"""


class Nothing:
    def same_invoice(self, supplier: str, number: str) -> None:  # noqa: ARG002 - as Known has it
        return None


def electronic(outline: str = papers.CII, name: str = "factur-x.xml") -> Einvoice:
    (found,), _ = einvoice.einvoices([(name, papers.xml(outline))])
    return found


@pytest.fixture
def joined(typed: Typed, schemas: Sequence[Schema]) -> Callable[..., tuple[Extraction, list[Finding]]]:
    def read(text: str = PAPER, *einvoices: Einvoice, code: str = "") -> tuple[Extraction, list[Finding]]:
        codes = (Code("QR", code, PLACE),) if code else ()
        page = replace(typed(text), codes=codes)
        found = extraction.extract([page], schemas, einvoices)
        checked, findings = verification.verify(found, CHECKS, Nothing())
        return checked, [finding for finding in findings if finding.code == "V100"]

    return read


Joined = Callable[..., tuple[Extraction, list[Finding]]]


def test_what_print_and_e_invoice_both_say_is_verified_at_its_place_in_the_print(joined: Joined) -> None:
    found, disputed = joined(PAPER, electronic())
    assert disputed == []
    for name in (
        "invoice_number",
        "issue_date",
        "due_date",
        "supplier_tax_id",
        "iban",
        "net",
        "tax",
        "total",
    ):
        field = found.fields[name]
        assert (name, field.status, field.origin) == (name, "verified", "textlayer")
        assert field.box != (0, 0, 0, 0)


def test_what_the_e_invoice_alone_says_is_given_and_not_proven(joined: Joined) -> None:
    found, _ = joined(PAPER, electronic())
    field = found.fields["delivery_date"]
    assert (field.value, field.origin, field.status, field.page) == ("2026-03-10", "einvoice", "read", 1)
    assert field.confidence == 0.99
    assert field.box == (0, 0, 0, 0)


def test_an_e_invoice_brings_its_lines_taxes_and_kind(joined: Joined) -> None:
    found, _ = joined("Guten Tag, anbei unsere Unterlagen.", electronic())
    assert (found.kind, found.kind_confidence) == ("invoice", 0.99)
    assert found.lines == electronic().lines
    assert found.tax_breakdown == electronic().tax_breakdown
    assert found.missing == ()


def test_a_difference_gives_the_e_invoice_s_value_doubtful_and_names_both(joined: Joined) -> None:
    found, (finding,) = joined(PAPER.replace("119,00", "911,00"), electronic())
    field = found.fields["total"]
    assert (field.value, field.status, field.origin) == ("119.00", "doubtful", "einvoice")
    assert (finding.subject, finding.severity) == ("total", "doubt")
    assert finding.facts == {
        "field": "total",
        "value": "119.00",
        "source": "factur-x.xml",
        "other": "911.00",
        "other_source": "@N040",
    }


def test_another_account_in_print_is_doubted_although_the_digits_of_both_agree(joined: Joined) -> None:
    text = PAPER.replace("DE89 3704 0044 0532 0130 00", "DE02 1203 0000 0000 2020 51")
    for print_too in ("", "\nDE89370400440532013000"):
        found, disputed = joined(text + print_too, electronic())
        assert [finding.subject for finding in disputed] == ["iban"]
        assert found.fields["iban"].status == "doubtful"


def test_a_number_that_stands_anywhere_on_the_page_is_agreed_with(joined: Joined) -> None:
    found, disputed = joined(
        PAPER.replace("Rechnungsnummer: RE-2026-0815", "RE-2026-0815  Zeichen: 4711/22"), electronic()
    )
    field = found.fields["invoice_number"]
    assert disputed == []
    assert (field.value, field.status) == ("RE-2026-0815", "verified")


def test_an_amount_that_only_stands_somewhere_else_is_not_agreed_with(joined: Joined) -> None:
    swapped = papers.CII.replace("GrandTotalAmount: 119.00", "GrandTotalAmount: 19.00")
    found, disputed = joined(PAPER, electronic(swapped))
    assert "total" in [finding.subject for finding in disputed]
    assert found.fields["total"].status == "doubtful"


def test_two_files_of_one_sender_do_not_prove_each_other(joined: Joined) -> None:
    both = electronic(), electronic(name="xrechnung.xml")
    found, _ = joined("Guten Tag, anbei unsere Unterlagen.", *both)
    assert found.fields["invoice_number"].status == "read"


def test_two_e_invoices_that_differ_are_told(joined: Joined) -> None:
    other = electronic(papers.CII.replace("119.00", "219.00"), name="zweite.xml")
    _, disputed = joined(PAPER, electronic(), other)
    assert [(item.subject, item.facts["other_source"]) for item in disputed] == [("total", "zweite.xml")]


def test_a_credit_note_s_sign_is_no_difference(joined: Joined) -> None:
    text = (
        PAPER.replace("Rechnung\n", "Gutschrift\n").replace("100,00", "-100,00").replace(" 19,00", "-19,00")
    )
    credit = electronic(papers.CII.replace("TypeCode: 380", "TypeCode: 381"))
    found, disputed = joined(text.replace("119,00", "-119,00"), credit)
    assert (found.kind, found.fields["total"].value, found.fields["total"].status) == (
        "credit-note",
        "-119.00",
        "verified",
    )
    assert disputed == []


def test_an_invoice_that_is_titled_a_credit_note_is_told(joined: Joined) -> None:
    text = PAPER.replace("Rechnung\n", "Gutschrift\n").replace("Rechnung", "Gutschrift")
    found, disputed = joined(text, electronic())
    assert found.kind == "invoice"
    assert [(finding.subject, finding.severity) for finding in disputed] == [("kind", "note")]


EPC = "BCD\n002\n1\nSCT\n\nTischlerei Birkenhain GmbH\nDE89370400440532013000\nEUR{}\n\n\nRE-2026-0815"


def test_a_code_proves_what_it_shares_with_the_print(joined: Joined) -> None:
    found, disputed = joined(PAPER, code=EPC.format("119.00"))
    assert disputed == []
    assert found.fields["supplier_name"].status == found.fields["iban"].status == "verified"
    payable = found.fields["payable"]
    assert (payable.value, payable.origin, payable.box) == ("119.00", "code", PLACE)


def test_a_wrong_code_is_a_doubt(joined: Joined) -> None:
    code = EPC.format("119.00").replace("DE89370400440532013000", "DE02120300000000202051")
    found, (finding,) = joined(PAPER, code=code)
    assert (finding.subject, finding.facts["source"]) == ("iban", "EPC QR")
    assert (found.fields["iban"].value, found.fields["iban"].status) == ("DE02120300000000202051", "doubtful")


def test_all_three_sources_are_kept_side_by_side(joined: Joined) -> None:
    found, _ = joined(PAPER, electronic(), code=EPC.format("119.00"))
    statements = [
        (statement.source, statement.agrees) for statement in found.statements if statement.subject == "iban"
    ]
    assert statements == [("factur-x.xml", True), ("EPC QR", True), ("page", True)]


def test_what_nothing_else_speaks_of_stays_as_it_was_read(joined: Joined) -> None:
    found, disputed = joined(PAPER)
    assert (found.statements, disputed) == ((), [])
    assert found.fields["order_reference"].origin == "textlayer"


@pytest.mark.parametrize(
    ("kind", "one", "other", "alike"),
    [
        ("tax-id", "DE136695976", "136695976", True),
        ("tax-id", "DE136695976", "DE136695977", False),
        ("iban", "PL61109010140000071219812874", "61109010140000071219812874", True),
        ("number", "F26-0042", "F260042", True),
        ("number", "F26-0042", "F26-0043", False),
        ("name", "Tischlerei Birkenhain GmbH", "TISCHLEREI BIRKENHAIN", True),
        ("name", "Carpintería El Roble, S.L.", "Carpinteria El Robie, S.L.", True),
        ("name", "Tischlerei Birkenhain GmbH", "Hotel Seeblick AG", False),
        ("address", "Ahornweg 4, 01067 Dresden", "01067 Dresden, Ahornweg 4", True),
        ("address", "Ahornweg 4, 01067 Dresden", "Ahornweg 5, 01067 Dresden", False),
        ("amount", "-119.00", "119.00", True),
        ("amount", "119.00", "119.01", False),
        ("date", "2026-03-12", "2026-12-03", False),
        ("currency", "EUR", "EURO", False),
    ],
)
def test_values_are_the_same_or_not_by_their_type(kind: str, one: str, other: str, *, alike: bool) -> None:
    assert joining.same(kind, one, other) is joining.same(kind, other, one) is alike


@given(st.text(max_size=30), st.sampled_from(["name", "address", "number", "tax-id", "iban", "text"]))
def test_a_value_is_the_same_as_itself(value: str, kind: str) -> None:
    assert joining.same(kind, value, value)
