"""What a second place on the pages bears out, and what it does not."""

from collections.abc import Callable

import pytest

from docscan.extraction import extract
from docscan.model import Page
from docscan.schema import Schema

Typed = Callable[..., Page]

INVOICE = """
Muster Werkzeuge GmbH
Hauptstr. 1
12345 Musterstadt

Rechnung
Rechnungsnummer: RE-2026/0117            Rechnungsdatum: 05.03.2026
{below}

Nettobetrag                                     300,00 EUR
zzgl. 19% MwSt.                                 57,00 EUR
Gesamtbetrag                                    357,00 EUR
"""


def witnessed(below: str, typed: Typed, schemas: tuple[Schema, ...]) -> frozenset[str]:
    return extract([typed(INVOICE.format(below=below))], schemas).witnessed


@pytest.mark.parametrize(
    ("below", "name"),
    [
        ("Verwendungszweck: RE-2026/0117", "invoice_number"),
        ("Seite 2 zu RE-2026/0117", "invoice_number"),
        ("Gedruckt am 05.03.2026", "issue_date"),
        ("https://pay.example/invoice/2026-03-05/x", "issue_date"),
        ("Kontoinhaber ist Muster Werkzeuge GmbH", "supplier_name"),
        ("Fällig am: 19.03.2026 (14 Tage)", "due_date"),
        ("Fällig am: 19.03.2026 (14 Tage)", "issue_date"),
        ("Zahlbetrag                357,00 EUR", "total"),
    ],
)
def test_what_is_printed_again_or_falls_due_in_its_term_is_borne_out(
    below: str, name: str, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    assert name in witnessed(below, typed, schemas)
    assert name not in witnessed("", typed, schemas)


@pytest.mark.parametrize(
    ("below", "name"),
    [
        ("Kundennummer: RE-2026/0117", "invoice_number"),  # announced as something else
        ("Lieferdatum: 05.03.2026", "issue_date"),
        ("Fällig am: 20.03.2026 (14 Tage)", "due_date"),  # not in its term
        ("Rechnung an:   Muster Werkzeuge GmbH", "supplier_name"),  # the customer's name
        ("Betrag in USD: 400,00 USD", "currency"),  # two currencies
    ],
)
def test_what_stands_there_as_something_else_bears_nothing_out(
    below: str, name: str, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    assert name not in witnessed(below, typed, schemas)


def test_a_currency_is_borne_out_by_being_the_only_one(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    assert "currency" in witnessed("", typed, schemas)


@pytest.mark.parametrize(("amounts", "borne_out"), [(2, False), (8, True)])
def test_a_currency_beside_amount_after_amount_outweighs_one_that_is_named_once(
    amounts: int, borne_out: bool, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    lines = "\n".join(f"Posten {number}                {number},50 EUR" for number in range(1, amounts + 1))
    found = witnessed(f"{lines}\nKurs am Tag: 1,00 USD", typed, schemas)
    assert ("currency" in found) is borne_out


@pytest.mark.parametrize(
    ("below", "borne_out"),
    [
        ("Kontakt: rechnung@muster-werkzeuge.example", True),
        ("https://www.musterwerkzeuge.example/impressum", True),
        ("Kontakt: rechnung@muster.example", False),  # a part of the name may be another's
        ("Rechnung an:   rechnung@muster-werkzeuge.example", False),  # the customer's address
    ],
)
def test_a_domain_that_is_the_whole_name_bears_it_out(
    below: str, borne_out: bool, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    assert ("supplier_name" in witnessed(below, typed, schemas)) is borne_out


@pytest.mark.parametrize(
    ("below", "borne_out"),
    [
        ("USt-IdNr.: (AR) 30712345671", True),
        ("CUIT: 30712345671", True),
        ("USt-IdNr.: (AR) 30712345672", False),
        ("USt-IdNr.: 30712345671", False),  # of some country, which none says
        ("USt-IdNr.: (SA) 307123456710003", False),  # whose ids have no check digits
    ],
)
def test_a_tax_id_has_the_check_digits_of_the_country_before_it(
    below: str, borne_out: bool, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    assert ("supplier_tax_id" in witnessed(below, typed, schemas)) is borne_out
