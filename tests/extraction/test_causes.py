"""Why values were missed or taken for others: one small document for each cause."""

from collections.abc import Callable, Mapping

import pytest

from docscan.extraction import extract
from docscan.model import Page
from docscan.schema import Schema

Typed = Callable[..., Page]
Said = Mapping[str, str]


@pytest.fixture
def said(typed: Typed, schemas: tuple[Schema, ...]) -> Callable[..., Said]:
    def fields(text: str, state: str = "textlayer") -> Said:
        found = extract([typed(text, state=state)], schemas)
        return {name: str(field.value) for name, field in found.fields.items()}

    return fields


BESIDE_A_TABLE = """
Invented Supplies Ltd.                        Supplier
                                              Invented Supplies Ltd.
Invoice                                       123 Nowhere Street, London
INV-2026-007                                  VAT number: GB123456789
Issue date: 2026-03-12

#     Description          Qty.      Price      Total
1     Consulting           10        100.00     1,000.00
2     Travel               1         200.00     200.00

Tax      Base         Rate       Amount        Sum         1,200.00
VAT      1,000.00     20%        200.00        Discount    20.00
         180.00       10%        18.00         Total       1,180.00
                                               Tax         218.00
Total to pay                                               1,398.00
"""


def test_printed_rates_tell_the_tax_from_the_amounts_beside_their_table(said: Callable[..., Said]) -> None:
    found = said(BESIDE_A_TABLE)
    assert (found["net"], found["tax"], found["total"]) == ("1180.00", "218.00", "1398.00")


def test_a_number_under_the_bare_title_goes_before_an_address_in_the_next_column(
    said: Callable[..., Said],
) -> None:
    assert said(BESIDE_A_TABLE)["invoice_number"] == "INV-2026-007"


def test_a_summary_by_rates_that_leaves_its_sums_unsaid_is_added_up(said: Callable[..., Said]) -> None:
    found = said(
        """
        Numer faktury: FV/12/2026            Data wystawienia: 2026-03-12
        Faktura VAT
        Kwota należności ogółem: 1 338,00 PLN

        Stawka podatku     Kwota netto      Kwota podatku     Kwota brutto
        23%                1 000,00         230,00            1 230,00
        8%                 100,00           8,00              108,00
        """
    )
    assert (found["net"], found["tax"], found["total"]) == ("1100.00", "238.00", "1338.00")


def test_a_line_of_the_invoice_is_not_taken_for_the_tax_that_is_not_printed(
    said: Callable[..., Said],
) -> None:
    found = said(
        """
        Invoice                                       Issue date: 2026-03-12
        Invoice number: INV-7

        Description          Qty.      Price      Total
        Consulting           10        380.00     3,800.00
        Something            1         1,000.00   1,000.00
        Sum                                       4,800.00
        Total to pay                              4,800.00
        """
    )
    assert found["total"] == "4800.00"
    assert "tax" not in found


def test_what_is_withheld_is_no_rate_of_the_tax(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    text = """
    Factura nº F-7                       Fecha: 12/03/2026
    Impuesto     Base imp.     Tasa      Cuota
    IVA          1.000,00      21%       210,00
    IRPF         1.000,00      15%       150,00
    Base imponible: 1.000,00
    Total IVA: 210,00
    Total factura: 1.210,00
    """
    lines = extract([typed(text)], schemas).tax_breakdown
    assert [(line.tax, line.amount) for line in lines] == [("IVA", "210.00")]


@pytest.mark.parametrize(
    ("words", "currency"), [("NIF: B12345674", "EUR"), ("NIP: 526-104-08-28", "PLN"), ("TIN: 12345678", None)]
)
def test_a_currency_that_is_not_printed_is_that_of_the_only_country_named(
    words: str, currency: str | None, said: Callable[..., Said]
) -> None:
    found = said(f"Invoice number: F-7\nIssue date: 12/03/2026\n{words}\nTotal: 121.00\nNet amount: 100.00")
    assert found.get("currency") == currency


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Zmyślona Firma Sp. z 0.0.", "Zmyślona Firma Sp. z o.o."),
        ("Zmyślona Firma sp. z 0. o.", "Zmyślona Firma sp. z o.o."),
        ("Muster GmbH 8 Co. KG", "Muster GmbH & Co. KG"),
    ],
)
def test_a_legal_form_read_with_figures_is_mended(read: str, meant: str, said: Callable[..., Said]) -> None:
    text = "Faktura VAT\nNumer faktury: FV/7\nData wystawienia: 2026-03-12\nSprzedawca\n{}\nRazem: 5,00 zł"
    assert said(text.format(read), "read")["supplier_name"] == meant
    assert said(text.format(read))["supplier_name"] != meant  # a text layer says what it says


def test_a_heading_behind_a_rule_read_as_a_sign_is_a_heading(said: Callable[..., Said]) -> None:
    found = said(
        """
        Nº F-2026/006
        FACTURA
        Fecha: 24/08/2026
        PROVEEDOR                              |  CLIENTE
        Farmacia Inventada                     Pepa Inventada
        NIF: B12345674                         NIF: 12345678Z
        Total factura: 121,00 €
        """,
        "read",
    )
    assert (found["customer_name"], found["customer_tax_id"]) == ("Pepa Inventada", "12345678Z")


def test_particulars_under_a_heading_that_was_misread_are_not_the_other_partys(
    said: Callable[..., Said],
) -> None:
    found = said(
        """
        FACTURA                                Nº F-2026/006
        Fecha: 24/08/2026
        PROVEEDOR                              Ecuenre
        Farmacia Inventada                     Pepa Inventada
        NIF: B12345674                         NIF: 12345678Z
        Total factura: 121,00 €
        """,
        "read",
    )
    assert found["supplier_tax_id"] == "B12345674"
    assert found["customer_tax_id"] == "12345678Z"


@pytest.mark.parametrize("sign", ["N2", "N9", "No"])
def test_a_number_behind_a_misread_ordinal_is_found(sign: str, said: Callable[..., Said]) -> None:
    found = said(f"FACTURA\n{sign} F-2026/021\nFecha: 20/09/2026\nTotal factura: 121,00 €", "read")
    assert found["invoice_number"] == "F-2026/021"


def test_a_number_with_series_and_year_is_found_without_a_label_when_it_is_the_only_one(
    said: Callable[..., Said],
) -> None:
    text = "FACTURA\nFecha: 20/09/2026\nTotal factura: 121,00 €\n\nDocumento generado {}"
    assert said(text.format("F-2026/021"))["invoice_number"] == "F-2026/021"
    assert "invoice_number" not in said(text.format("F-2026/021 y F-2026/022"))


def test_a_label_in_capitals_that_goes_on_is_another_label(said: Callable[..., Said]) -> None:
    found = said(
        """
        FACTURE N° : F2026-27
        Date : 31/01/2026
        DATE DE FACTURE ASSOCIÉE : 01/01/2026
        Total TTC : 110,00 EUR
        """
    )
    assert found["issue_date"] == "2026-01-31"


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Exento de IVA: 500,00", []),  # a part of the net amount bears no tax
        ("Base sujeta: 1.000,00", [("1000.00", "210.00")]),
        ("Gracias", [("1500.00", "210.00")]),  # nothing explains it: to be doubted
    ],
)
def test_a_rate_is_taken_for_that_of_the_part_that_it_makes_the_tax_of(
    words: str, lines: list[tuple[str, str]], typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = f"""
    Factura nº F-7                       Fecha: 12/03/2026
    {words}
    Base imponible:   1.500,00 €
    IVA 21%:          210,00 €
    Total factura:    1.710,00 €
    """
    found = extract([typed(text)], schemas).tax_breakdown
    assert [(line.base, line.amount) for line in found] == lines


def test_a_label_that_a_sum_overrules_is_told(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    text = """
Talleres Marisol S.L.                           FACTURA
NIF: B12345674                                  Número de factura: TM-2026/301
Fecha de emisión: 12/03/2026

Descripción           Cantidad    Precio      Importe
Mesa                  2           300,00      600,00

Base imponible                                500,00 €
IVA 21 %                                      126,00 €
Total factura                                 726,00 €
"""
    (repair,) = extract([typed(text)], schemas).repairs
    assert (repair.subject, repair.readings, repair.proof) == ("net", ("500.00",), "label")
