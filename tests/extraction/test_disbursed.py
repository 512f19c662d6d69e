"""What was paid on the customer's behalf: beyond base and tax, in the total or added after it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from docscan.extraction import extract
from docscan.extraction.sums import gap
from docscan.model import Page
from docscan.schema import Schema

Typed = Callable[..., Page]
Said = Callable[[str], dict[str, str]]

SPANISH = "Factura nº F-7                       Fecha: 12/03/2026\n"
GERMAN = "Rechnung                     Rechnungsnummer: R-7         Rechnungsdatum: 12.03.2026\n"
POLISH = "Faktura VAT                  Numer faktury: FV/7          Data wystawienia: 12.03.2026\n"


@pytest.fixture
def said(typed: Typed, schemas: tuple[Schema, ...]) -> Said:
    def fields(text: str) -> dict[str, str]:
        found = extract([typed(text)], schemas).fields
        return {name: str(field.value) for name, field in found.items()}

    return fields


@pytest.mark.parametrize(
    "text",
    [
        SPANISH
        + "Base imponible: 1.000,00 €\nIVA 21%: 210,00 €\nSuplidos: 85,00 €\nTOTAL FACTURA: 1.295,00 €",
        SPANISH + "Base imponible: 1.000,00 €\nIVA 21%: 210,00 €\nRetención IRPF 15%: -150,00 €\n"
        "Suplidos: 85,00 €\nTOTAL FACTURA: 1.145,00 €",
        GERMAN + "Nettobetrag: 1.000,00 €\nzzgl. 19% MwSt.: 190,00 €\nDurchlaufende Posten: 85,00 €\n"
        "Gesamtbetrag: 1.275,00 €",
        POLISH + "Razem netto: 1 000,00 zł\nKwota VAT: 230,00 zł\nKoszty refakturowane poza VAT: 85,00 zł\n"
        "Razem brutto: 1 315,00 zł",
    ],
    ids=["suplidos", "suplidos and IRPF", "durchlaufende Posten", "koszty refakturowane"],
)
def test_it_is_found_where_the_total_has_it(text: str, said: Said) -> None:
    found = said(text)
    assert (found["net"], found["disbursed"]) == ("1000.00", "85.00")


@pytest.mark.parametrize(
    ("text", "total", "payable"),
    [
        (
            SPANISH + "Base imponible: 1.000,00 €\nIVA 21%: 210,00 €\nTotal factura: 1.210,00 €\n"
            "Suplidos: 85,00 €\nTotal a pagar: 1.295,00 €",
            "1210.00",
            "1295.00",
        ),
        (
            GERMAN + "Nettobetrag: 1.000,00 €\nzzgl. 19% MwSt.: 190,00 €\nRechnungsbetrag: 1.190,00 €\n"
            "Auslagen (nicht steuerbar): 85,00 €\nZahlbetrag: 1.275,00 €",
            "1190.00",
            "1275.00",
        ),
        (
            POLISH + "Razem netto: 1 000,00 zł\nKwota VAT: 230,00 zł\nRazem brutto: 1 230,00 zł\n"
            "Wydatki poniesione w imieniu nabywcy: 85,00 zł\nDo zapłaty: 1 315,00 zł",
            "1230.00",
            "1315.00",
        ),
    ],
    ids=["suplidos", "Auslagen", "wydatki"],
)
def test_it_is_found_where_it_is_added_after_the_total(
    text: str, total: str, payable: str, said: Said
) -> None:
    found = said(text)
    assert (found["total"], found["disbursed"], found["payable"]) == (total, "85.00", payable)


def test_costs_that_are_part_of_the_base_are_not_taken_for_it(said: Said) -> None:
    text = "Auslagen: 20,00 €\nNettobetrag: 1.000,00 €\nzzgl. 19% MwSt.: 190,00 €\nGesamtbetrag: 1.190,00 €"
    assert "disbursed" not in said(GERMAN + text)


money = st.decimals("0.01", "99999", places=2)


@given(
    net=money, tax=money, withheld=money, disbursed=money, in_total=st.tuples(st.booleans(), st.booleans())
)
def test_the_parts_close_whichever_of_them_the_total_has(
    net: Decimal, tax: Decimal, withheld: Decimal, disbursed: Decimal, in_total: tuple[bool, bool]
) -> None:
    assume(withheld < net)
    total = net + tax - in_total[0] * withheld + in_total[1] * disbursed
    parts = {"net": net, "tax": tax, "withheld": withheld, "disbursed": disbursed, "total": total}
    assert gap(parts) == 0
    credited = {name: -value for name, value in parts.items()}
    assert gap(credited) == gap(credited | {"withheld": withheld}) == 0  # its sign is printed, or is not


@given(net=money, tax=money, disbursed=money, off=money)
def test_a_total_that_no_part_explains_leaves_a_gap(
    net: Decimal, tax: Decimal, disbursed: Decimal, off: Decimal
) -> None:
    found = gap({"net": net, "tax": tax, "disbursed": disbursed, "total": net + tax - off})
    assert found is not None
    assert found == min(off, off + disbursed, key=abs)


@settings(max_examples=40, deadline=None)
@given(cents=st.integers(min_value=3, max_value=400_000))  # two cents may be rounding
def test_any_amount_laid_out_is_found_by_its_sum(
    cents: int, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    laid_out = Decimal(cents) / 100
    text = f"""{SPANISH}
    Base imponible: 1.000,00 €
    IVA 21%: 210,00 €
    Suplidos: {laid_out:.2f} €
    TOTAL FACTURA: {1210 + laid_out:.2f} €
    """
    found = extract([typed(text)], schemas).fields
    assert found["disbursed"].value == f"{laid_out:.2f}"
