"""The equivalence surcharge: found where a legal rate makes it of a printed base, and part of the tax."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.extraction import extract
from docscan.extraction.surcharge import LEGAL, NAME
from docscan.model import Extraction, Page
from docscan.schema import Schema

Typed = Callable[..., Page]

HEAD = """
FACTURA                                    Nº F-2026/0042
                                           Fecha: 12 de marzo de 2026
PROVEEDOR                                  CLIENTE
Talleres Ficticios S.L.                    Bazar Inventado
NIF: B12345674

"""
ROWS = """
Base imponible:                            1.000,00 €
IVA 21%:                                   210,00 €
Recargo de equivalencia 5,2%:              52,00 €
TOTAL FACTURA:                             {} €
"""
TABLE = """
Base imponible      % IVA      Cuota IVA      % R.E.      Cuota R.E.
1.000,00            21         210,00         5,2         52,00
500,00              10         50,00          1,4         7,00

Total IVA           260,00
Total R.E.          59,00
TOTAL FACTURA                                             1.819,00 €
"""
OF_EACH_BASE = """
Base imponible                                       1.500,00 €
IVA 21% s/ 1.000,00                                  210,00 €
Recargo equiv. 5,20% s/ 1.000,00                     52,00 €
IVA 10% s/ 500,00                                    50,00 €
Recargo equiv. 1,40% s/ 500,00                       7,00 €
TOTAL FACTURA                                        1.819,00 €
"""
BOTH_RATES = [
    ("IVA", "21", "1000.00", "210.00"),
    ("IVA", "10", "500.00", "50.00"),
    (NAME, "5.2", "1000.00", "52.00"),
    (NAME, "1.4", "500.00", "7.00"),
]


def printed(value: Decimal) -> str:
    """`1.234,50`, as Spain writes it."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def share(base: Decimal, percent: str) -> Decimal:
    return (base * Decimal(percent) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def breakdown(found: Extraction) -> list[tuple[str, str, str, str]]:
    return [(line.tax, line.rate, line.base, line.amount) for line in found.tax_breakdown]


def amounts(found: Extraction) -> dict[str, str]:
    return {name: str(found.fields[name].value) for name in ("net", "tax", "total") if name in found.fields}


def test_the_surcharge_is_a_line_of_the_breakdown_and_part_of_the_tax(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    found = extract([typed(HEAD + ROWS.format("1.262,00"))], schemas)
    assert amounts(found) == {"net": "1000.00", "tax": "262.00", "total": "1262.00"}
    assert breakdown(found) == [("IVA", "21", "1000.00", "210.00"), (NAME, "5.2", "1000.00", "52.00")]
    assert found.fields["tax"].raw == "210,00 € + 52,00 €"


@pytest.mark.parametrize("paper", [TABLE, OF_EACH_BASE], ids=["in columns", "in rows"])
def test_each_rate_has_its_surcharge(paper: str, typed: Typed, schemas: tuple[Schema, ...]) -> None:
    found = extract([typed(HEAD + paper)], schemas)
    assert amounts(found) == {"net": "1500.00", "tax": "319.00", "total": "1819.00"}
    assert breakdown(found) == BOTH_RATES
    assert found.repairs == ()  # `Total IVA` names a part of the tax, and does not contest it


@pytest.mark.parametrize(
    ("vat", "added"),
    [
        ("IVA 21%:                 210,00 €", "Recargo de equivalencia 1,4%:          14,00 €"),
        ("IVA 21%:                 210,00 €", "Recargo de equivalencia 5,2%:          62,00 €"),
        ("IGIC 7%:                  70,00 €", "Recargo de equivalencia 1%:            10,00 €"),
        ("IVA 21%:                 210,00 €", "Recargo por demora:                    60,00 €"),
    ],
    ids=["of another rate", "of another amount", "on another tax", "for delay"],
)
def test_what_no_legal_rate_makes_is_no_surcharge(
    vat: str, added: str, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = f"{HEAD}\nBase imponible:      1.000,00 €\n{vat}\n{added}\nTOTAL FACTURA:      1.999,00 €"
    found = extract([typed(text)], schemas)
    assert all(tax != NAME for tax, *_ in breakdown(found))


pairs = st.sampled_from([(vat, legal) for vat, several in LEGAL.items() for legal in several])
bases = st.decimals("50", "90000", places=2)


@settings(max_examples=60, deadline=None)
@given(pair=pairs, base=bases)
def test_any_base_and_legal_pair_add_up_to_what_is_printed(
    pair: tuple[str, str], base: Decimal, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    vat, added = share(base, pair[0]), share(base, pair[1])
    text = f"""{HEAD}
    Base imponible:                            {printed(base)} €
    IVA {pair[0].replace(".", ",")}%:                                   {printed(vat)} €
    Recargo de equivalencia {pair[1].replace(".", ",")}%:              {printed(added)} €
    TOTAL FACTURA:                             {printed(base + vat + added)} €
    """
    found = extract([typed(text)], schemas)
    assert Decimal(amounts(found)["tax"]) == vat + added
    assert Decimal(amounts(found)["total"]) == base + vat + added
    assert breakdown(found)[-1] == (NAME, pair[1], f"{base:.2f}", f"{added:.2f}")
