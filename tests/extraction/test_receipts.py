"""The total of a receipt, found among what is paid, given back, counted and rounded."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from docscan.extraction import extract
from docscan.model import Blank, Page
from docscan.places import Box
from docscan.schema import Schema

Typed = Callable[..., Page]

TILL = """
INVENTED CORNER SHOP
SDN BHD (998877-K)
No. 7, Jalan Khayalan, 50000 Kuala Lumpur
TAX INVOICE
Date: 14/03/2026                  Cashier: 2

Apples               2.00   4.50   9.00
Bread                1.00   3.20   3.20

Sub total                          12.20
Rounding                           0.00
{total}
Cash                               20.00
Change                             7.80
Thank you, please come again
"""


@pytest.mark.parametrize(
    "total",
    [
        "Total                              12.20",
        "T0tal Gy                           -",  # its amount was not read at all
        "Total                              12 .20",  # wide print, read in two pieces
        "Total Qty: 3.00",
        "Total                              1Z.ZO",
    ],
)
def test_the_total_is_what_was_paid_less_the_change(
    total: str, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    found = extract([typed(TILL.format(total=total), state="read")], schemas)
    assert found.kind == "receipt"
    assert found.fields["total"].value == "12.20"
    assert found.fields["tendered"].value == "20.00"
    assert found.fields["change"].value == "7.80"


def test_of_two_totals_the_one_that_was_paid_by_card_is_meant(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = """
    Bazar Inventado S.L.
    Ticket: 004711      12/03/2026
    Gracias por su visita

    Cuadernos            3     15,00
    Total                      15,00
    Total a pagar              13,50
    Tarjeta                    13,50
    """
    found = extract([typed(text, state="read")], schemas)
    assert (found.kind, found.fields["total"].value) == ("receipt", "13.50")


def test_a_name_that_goes_on_with_its_legal_form_on_the_next_line_is_whole(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    found = extract([typed(TILL.format(total="Total   12.20"), state="read")], schemas)
    assert found.fields["supplier_name"].value == "INVENTED CORNER SHOP SDN BHD"


def test_a_total_that_cannot_be_read_is_reckoned_from_the_payment(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = """
    INVENTED CORNER SHOP
    TAX INVOICE
    Date: 14/03/2026                  Cashier: 2
    Bread                              v.2O
    TOTAL                              l£Z
    Cash                               20.00
    Change                             7.80
    Thank you, please come again
    """
    found = extract([typed(text, state="read")], schemas)
    assert found.fields["total"].value == "12.20"
    assert found.fields["total"].raw == "20.00 - 7.80"


def test_rules_and_frames_drawn_on_a_receipt_hold_no_values_of_its_own(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    """Only a form says by its places what belongs in them."""
    page = typed(TILL.format(total="Total                              12.20"), state="read")
    rules = tuple(Blank(Box(0, line.box.top, 2000, line.box.bottom + 8), "rule") for line in page.lines)
    assert extract([replace(page, blanks=rules)], schemas).fields == extract([page], schemas).fields


FAINT = """
INVENTED CORNER SHOP
{title}
OTHER CUSTOMER SDN BHD
Date: 14/03/2026                  Cashier: 2
Bread                              v.2O
{lines}
Thank you, please come again
"""


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        ("TOTAL\nCASH 6.00\nCHANGE v.20\nSR (6%)       5.47    0.33", "5.80"),  # of its tax summary
        (
            "T0T-L   l£Z\nC4 5H               10.00\nChange              2.80",
            "7.20",
        ),  # of the row over the change
        ("TOTAL AMOUNT\nCard                50.00\nSale                50.00", "50.00"),  # of what was paid
    ],
)
def test_a_total_that_cannot_be_read_is_told_by_the_rest(
    lines: str, total: str, typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    found = extract([typed(FAINT.format(title="TAX INVOICE", lines=lines), state="read")], schemas)
    assert found.fields["total"].value == total
    assert found.fields["supplier_name"].value == "INVENTED CORNER SHOP"


def test_of_a_total_and_what_is_left_after_rounding_the_latter_is_meant(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    lines = "Total               12.22\nRounding            -0.02\nTotal               12.20"
    found = extract([typed(FAINT.format(title="TAX INVOICE", lines=lines), state="read")], schemas)
    assert found.fields["total"].value == "12.20"


def test_a_company_that_goes_on_after_an_ampersand_is_whole(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = FAINT.replace("CORNER SHOP", "LAMPS &\nHARDWARE SUPPLY").format(
        title="RECEIPT", lines="Total  1.20\nCash  1.20"
    )
    found = extract([typed(text, state="read")], schemas)
    assert found.fields["supplier_name"].value == "INVENTED LAMPS & HARDWARE SUPPLY"


def test_the_base_in_the_sum_of_a_tax_summary_is_no_total_nor_a_second_printing_of_it(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    lines = (
        "Total               12.72\nCash                12.72\nTax Summary\nTotal               12.00    0.72"
    )
    found = extract([typed(FAINT.format(title="TAX INVOICE", lines=lines), state="read")], schemas)
    assert found.fields["total"].value == "12.72"
    misread = lines.replace("Total               12.72", "T0tal Gy", 1).replace("12.72", "12.7Z")
    found = extract([typed(FAINT.format(title="TAX INVOICE", lines=misread), state="read")], schemas)
    assert "total" not in found.witnessed
