"""The lines of an invoice: their cells, their rows, and their pages."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from docscan.extraction import extract
from docscan.model import InvoiceLine, Page
from docscan.schema import Schema

Typed = Callable[..., Page]

HEAD = """
Zmyślone Narzędzia sp. z o.o.
NIP: 1234563218

Faktura VAT nr FV 12/2026
Data wystawienia: 05.03.2026

Lp.   Nazwa towaru            Ilość    J.m.    Cena netto    Stawka VAT    Wartość netto
{lines}

Razem netto                                                            {net}
Kwota VAT                                                              {tax}
Razem brutto                                                           {total}
"""


def lines_of(pages: list[Page], schemas: tuple[Schema, ...]) -> tuple[InvoiceLine, ...]:
    return extract(pages, schemas).lines


def test_every_cell_of_a_line_stands_under_its_header(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    text = HEAD.format(
        lines="""1     Młotek ślusarski        3        szt.    12,50         23%           37,50
2     Gwoździe 100 mm         2,500    kg      8,00          23%           20,00
3     Dostawa                 1        usł.    0,1250        23%           0,13""",
        net="57,63",
        tax="13,25",
        total="70,88",
    )
    assert lines_of([typed(text)], schemas) == (
        InvoiceLine("Młotek ślusarski", "3", "szt.", "12.50", "23", "37.50"),
        InvoiceLine("Gwoździe 100 mm", "2.5", "kg", "8.00", "23", "20.00"),
        InvoiceLine("Dostawa", "1", "usł.", "0.125", "23", "0.13"),
    )


def test_a_quantity_of_thousands_is_told_from_thousandths_by_its_amount(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    row = "1     Śruby                   1.500    szt.    0,10          23%           150,00"
    text = HEAD.format(lines=row, net="150,00", tax="34,50", total="184,50")
    assert [line.quantity for line in lines_of([typed(text)], schemas)] == ["1500"]


def test_a_line_in_two_rows_is_one(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    rows = """1     Młotek ślusarski        3        szt.    12,50         23%
      590123412345                                                            37,50
2     Obcęgi                  1        szt.    20,00         23%
      590123412346                                                            20,00"""
    text = HEAD.format(lines=rows, net="57,50", tax="13,23", total="70,73")
    found = lines_of([typed(text)], schemas)
    assert [(line.description, line.amount) for line in found] == [
        ("Młotek ślusarski", "37.50"),
        ("Obcęgi", "20.00"),
    ]


def test_what_has_neither_quantity_nor_price_among_lines_that_have_is_no_line(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    rows = """1     Młotek                  1        szt.    10,00         23%           10,00
2     Obcęgi                  1        szt.    20,00         23%           20,00
      Dodatek za pakowanie                                                    5,00"""
    text = HEAD.format(lines=rows, net="35,00", tax="8,05", total="43,05")
    assert [line.amount for line in lines_of([typed(text)], schemas)] == ["10.00", "20.00"]


PAGES = {
    "de": ("Pos   Beschreibung        Menge    Einzelpreis    Gesamtpreis", "Übertrag", "Nettobetrag"),
    "es": ("Nº    Descripción         Cant.    Precio         Importe", "Suma y sigue", "Base imponible"),
    "pl": ("Lp.   Nazwa towaru        Ilość    Cena netto     Wartość", "Do przeniesienia", "Razem netto"),
    "en": ("No    Description         Qty      Unit price     Amount", "Carried forward", "Net total"),
}
TITLES = {
    "de": "Rechnung Nr. 2026-7",
    "es": "Factura nº 2026-7",
    "pl": "Faktura nr 2026-7",
    "en": "Invoice no. 2026-7",
}


def paged(language: str, pages: int, each: int, *, repeated: bool) -> list[str]:
    """An invoice of several pages, each with its carried sums, with its head printed once or on each."""
    head, carried, net = PAGES[language]
    texts, total = [], Decimal(0)
    for page in range(pages):
        rows = [f"{TITLES[language]}      {page + 1}", ""]
        if page == 0 or repeated:
            rows.append(head)
        if page:
            rows.append(f"      {carried:44}{total}")
        for number in range(page * each + 1, (page + 1) * each + 1):
            price = Decimal(number) + Decimal("0.25")
            rows.append(f"{number:<6}{'Ding ' + chr(64 + number % 26 + 1):20}{2:<9}{price!s:<15}{2 * price}")
            total += 2 * price
        rows.append(f"      {carried:44}{total}" if page + 1 < pages else f"      {net:44}{total}")
        texts.append("\n".join(rows))
    return texts


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("repeated", [True, False], ids=["head on each page", "head once"])
def test_lines_go_on_over_pages_and_carried_sums_are_none(
    language: str, repeated: bool, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    texts = paged(language, 3, 7, repeated=repeated)
    pages = [typed(text, number=number) for number, text in enumerate(texts, 1)]
    found = lines_of(pages, schemas)
    assert len(found) == 21
    assert sum(Decimal(line.amount) for line in found) == Decimal(texts[-1].split()[-1])
    assert all(line.quantity == "2" and line.description.startswith("Ding ") for line in found)


def test_the_tax_breakdown_under_the_lines_is_none_of_them(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    text = """
    Rechnung Nr. 2026-7                          Rechnungsdatum: 05.03.2026
    Pos   Beschreibung        Menge    Einzelpreis    MwSt.    Gesamtpreis
    1     Hammer              2        10,00          19 %     20,00

    Steuerart    Satz    Basis    Steuerbetrag
    USt          19 %    20,00    3,80

    Gesamtbetrag                                               23,80
    """
    assert [line.description for line in lines_of([typed(text)], schemas)] == ["Hammer"]
