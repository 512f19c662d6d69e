"""What a register of invoices received asks for is there, or a person is asked."""

import pytest

from docscan import verification
from docscan.model import Extraction, Field, Finding, TaxLine
from docscan.pipeline import Choice
from docscan.places import NOWHERE

CHECK = [Choice("register_book", {})]
VALUES = {
    "invoice_number": "F-1", "issue_date": "2026-03-01",
    "supplier_name": "Muñoz", "supplier_tax_id": "ESB00000000",
    "net": "100.00", "tax": "21.00", "total": "121.00",
}  # fmt: skip
RATES = (TaxLine("IVA", "21", "100.00", "21.00"),)


def findings(kind: str, values: dict[str, str], rates: tuple[TaxLine, ...]) -> tuple[Finding, ...]:
    fields = {name: Field(value, value, 0.99, "read", "ocr", 1, NOWHERE) for name, value in values.items()}
    found = Extraction(kind, kind, 0.99, "es", fields, rates)
    return verification.verify(found, CHECK, None)[1]  # type: ignore[arg-type]  # this check asks nothing else


@pytest.mark.parametrize("kind", ["invoice", "credit-note"])
def test_an_invoice_with_all_of_it_is_complete(kind: str):
    assert findings(kind, VALUES, RATES) == ()


@pytest.mark.parametrize("name", VALUES)
def test_each_field_that_is_not_there_is_a_doubt(name: str):
    (found,) = findings("invoice", {key: value for key, value in VALUES.items() if key != name}, RATES)
    assert (found.code, found.severity, found.subject) == ("V130", "doubt", name)


def test_the_rate_of_a_tax_is_asked_for_and_of_no_tax_is_not():
    (found,) = findings("invoice", VALUES, ())
    assert (found.code, found.subject) == ("V130", "tax_breakdown")
    assert findings("invoice", VALUES | {"tax": "0.00"}, ()) == ()


@pytest.mark.parametrize("kind", ["letter", "receipt", "contract"])
def test_what_is_no_invoice_is_told(kind: str):
    assert [one.code for one in findings(kind, VALUES, RATES)] == ["V131"]
