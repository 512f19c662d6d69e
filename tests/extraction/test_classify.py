"""The kind of a document: said where its own words tell it, and never forced."""

from collections.abc import Callable

import pytest

from docscan import verification
from docscan.extraction import extract
from docscan.model import Extraction, Page
from docscan.pipeline import Choice
from docscan.schema import Schema

Typed = Callable[..., Page]

LETTERS = {
    "a reminder": """
Herrn Max Mustermann                                               12. März 2026

Zahlungserinnerung

Sehr geehrter Herr Mustermann,

unsere Rechnung Nr. 2026-117 vom 5. Februar 2026 über 357,00 EUR ist noch offen.
Bitte überweisen Sie den Betrag von 357,00 EUR bis zum 26. März 2026.

Mit freundlichen Grüßen
""",
    "a complaint": """
Estimado señor:

Le escribimos en relación con la factura nº F-2026/12, por un importe de 1.234,56 €, que
recibimos el 3 de marzo de 2026. La base imponible de 1.020,30 € no coincide con el
presupuesto aceptado, por lo que le rogamos nos envíe una factura rectificativa.

Atentamente
""",
    "a payment told": """
Szanowni Państwo,

w nawiązaniu do faktury nr FV 12/2026 z dnia 5 marca 2026 na kwotę 1 234,56 zł informujemy,
że kwota 200,00 zł została zapłacona 10 marca 2026. Prosimy o przesłanie faktury korygującej.

Z poważaniem
""",
    "a question about a receipt": """
Dear Sir,

The invoice that you sent us amounts to 357.00 GBP, and we have paid 357.00 GBP in cash.
Please send us the receipt that we were promised by your cashier. Thank you.

Yours faithfully
""",
}

OFFER = """
Angebot Nr. 2026-12
Pos   Beschreibung   Menge  Einzelpreis   Gesamtpreis
1     Hammer         2      10,00         20,00
Nettobetrag                               20,00
zzgl. 19% MwSt.                           3,80
Gesamtbetrag                              23,80
Dieses Angebot ist keine Rechnung.
"""
MINUTES = """
Protokół zebrania mieszkańców

W dniu 5 marca 2026 odbyło się zebranie mieszkańców. Omówiono remont dachu i jego koszty.
"""


class Nobody:
    """Knows no earlier invoice."""

    def same_invoice(self, supplier: str, number: str) -> str | None:
        del supplier, number
        return None


def asks_for_a_person(found: Extraction) -> bool:
    """Whether the kind alone does."""
    _, findings = verification.verify(found, [Choice("kind", {})], Nobody())
    return [finding.code for finding in findings] == ["V090"]


@pytest.mark.parametrize("name", LETTERS)
def test_prose_that_speaks_of_an_invoice_is_a_letter(
    name: str, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    assert extract([typed(LETTERS[name], state="read")], schemas).kind == "letter"


def test_what_looks_like_an_invoice_and_calls_itself_an_offer_asks_for_a_person(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    assert asks_for_a_person(extract([typed(OFFER)], schemas))


def test_what_nothing_describes_is_filed_as_a_letter_and_asks_for_a_person(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    found = extract([typed(MINUTES)], schemas)
    assert found.kind == "letter"
    assert asks_for_a_person(found)


def test_an_invoice_that_names_its_delivery_note_is_surely_an_invoice(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = """
    Rechnung Nr. 2026-7                          Rechnungsdatum: 05.03.2026
    Lieferschein Nr. 4711                        Ihre Bestellung: B-12
    Nettobetrag                                  300,00 EUR
    zzgl. 19% MwSt.                              57,00 EUR
    Gesamtbetrag                                 357,00 EUR
    Wir danken für Ihren Auftrag und bitten um Zahlung ohne Abzug.
    """
    found = extract([typed(text)], schemas)
    assert found.kind == "invoice"
    assert not asks_for_a_person(found)
