"""Amounts that something printed speaks against: told to a person, never settled by choosing one."""

from collections.abc import Callable

import pytest

from docscan.evidence import Repair
from docscan.extraction import extract
from docscan.model import Page
from docscan.schema import Schema

Typed = Callable[..., Page]
Contested = Callable[[str], list[tuple[str, tuple[str, ...], str]]]

HEAD = "Factura nº F-7                       Fecha: 12/03/2026\n"
WITHHELD = """
Base imponible:                            1.000,00 €
IVA 21%:                                   210,00 €
{}
TOTAL FACTURA:                             {} €
"""
PAID = """
Base imponible:                            1.000,00 €
IVA 21%:                                   210,00 €
TOTAL FACTURA:                             1.210,00 €
"""


@pytest.fixture
def contested(typed: Typed, schemas: tuple[Schema, ...]) -> Contested:
    def told(text: str) -> list[tuple[str, tuple[str, ...], str]]:
        repairs: tuple[Repair, ...] = extract([typed(HEAD + text)], schemas).repairs
        return [(repair.subject, repair.readings, repair.proof) for repair in repairs]

    return told


@pytest.mark.parametrize(
    ("held", "total"),
    [
        ("Retención IRPF 15%:          -190,00 €", "1.020,00"),
        ("Retención IRPF 15% s/ 1.000,00:          -190,00 €", "1.020,00"),
        ("Retención IRPF 15%:          -181,50 €", "1.028,50"),  # of the total, the usual mistake
    ],
)
def test_what_is_withheld_at_another_rate_than_printed_is_contested(
    held: str, total: str, contested: Contested
) -> None:
    assert contested(WITHHELD.format(held, total)) == [("withheld", ("150.00",), "rate")]


@pytest.mark.parametrize(
    ("held", "total"),
    [
        ("Retención IRPF 15%:          -150,00 €", "1.060,00"),
        ("Retención IRPF 15%:          -150,03 €", "1.059,97"),  # line by line
        ("15% IRPF:          -150,00 €", "1.060,00"),
        ("Base IRPF: 800,00 €\nRetención IRPF 15%:          -120,00 €", "1.090,00"),  # of a part
        ("Retención IRPF:          -190,00 €", "1.020,00"),  # no rate is printed
        ("Retención de garantía 5%:          -60,50 €", "1.149,50"),  # no tax
    ],
)
def test_what_is_withheld_at_its_rate_is_not_contested(held: str, total: str, contested: Contested) -> None:
    assert contested(WITHHELD.format(held, total)) == []


def test_a_second_amount_to_pay_is_told(contested: Contested) -> None:
    text = PAID + "\nTotal a pagar:             1.210,00 €\n\nImporte a pagar:             1.310,00 €"
    assert contested(text) == [("payable", ("1310.00",), "rival")]


@pytest.mark.parametrize(
    "text",
    [
        "Total a pagar:             1.210,00 €\n\nImporte a pagar:             1.210,00 €",
        "Retención IRPF 15%:   -150,00 €\nTotal a pagar:   1.060,00 €\n\nImporte a pagar:   1.210,00 €",
        "Total a pagar:   1.210,00 €\n\nA pagar:   605,00 €\n\nA pagar:   605,00 €",
        "Total a pagar:   1.210,00 €\n\nA pagar:   410,00 €\n\nA pagar:   800,00 €",
        "Total a pagar:   1.210,00 €\n\nA pagar con 2 % de descuento:   1.185,80 €",
        "Total a pagar:   1.210,00 €\n\nImporte pendiente:   0,00 €",
    ],
    ids=["the same", "before what is withheld", "halves", "instalments", "a discount", "nothing left"],
)
def test_an_amount_to_pay_that_another_explains_is_no_doubt(text: str, contested: Contested) -> None:
    assert contested(PAID + text) == []
