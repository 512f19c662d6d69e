"""Sums: what a total may have in it, what is left to pay, and tables that contradict the amounts."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docscan import verification
from docscan.model import Extraction, Field, InvoiceLine, TaxLine
from docscan.pipeline import Choice
from docscan.places import Box

SUMS = [Choice(name, {}) for name in ("totals", "breakdown", "lines_sum", "repairs")]


class Nobody:
    def same_invoice(self, supplier: str, number: str) -> None:  # noqa: ARG002 - as Known has it
        return None


def bill(**values: str) -> Extraction:
    fields = {
        name: Field(value, value, 0.9, "read", "ocr", 1, Box(0, 40 * row, 100, 40 * row + 30))
        for row, (name, value) in enumerate(values.items())
    }
    return Extraction("invoice", "invoice", 0.9, "es", fields)


def codes(found: Extraction) -> list[str]:
    return [finding.code for finding in verification.verify(found, SUMS, Nobody())[1]]


def statuses(found: Extraction) -> Mapping[str, str]:
    return {
        name: field.status for name, field in verification.verify(found, SUMS, Nobody())[0].fields.items()
    }


def test_what_was_laid_out_is_proven_by_the_total_that_has_it() -> None:
    found = bill(net="1000.00", tax="210.00", disbursed="85.00", total="1295.00")
    assert set(statuses(found).values()) == {"verified"}


def test_what_was_laid_out_is_no_proof_where_the_total_is_without_it() -> None:
    found = bill(net="1000.00", tax="210.00", disbursed="85.00", total="1210.00")
    assert statuses(found) == {"net": "verified", "tax": "verified", "disbursed": "read", "total": "verified"}


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"total": "1210.00", "disbursed": "85.00", "payable": "1295.00"}, []),
        ({"total": "1210.00", "disbursed": "85.00", "payable": "1210.00"}, ["V031"]),
        ({"total": "1295.00", "disbursed": "85.00", "payable": "1295.00"}, []),
        ({"total": "1295.00", "disbursed": "85.00", "payable": "1380.00"}, ["V031"]),
        ({"total": "1210.00", "withheld": "150.00", "disbursed": "85.00", "payable": "1145.00"}, []),
        ({"total": "1145.00", "withheld": "150.00", "disbursed": "85.00", "payable": "995.00"}, ["V031"]),
        ({"total": "1300.00", "disbursed": "85.00"}, ["V030"]),
        ({"total": "1125.00", "disbursed": "85.00"}, ["V030"]),
    ],
)
def test_each_amount_is_taken_off_or_added_once(amounts: dict[str, str], expected: list[str]) -> None:
    assert codes(bill(net="1000.00", tax="210.00", **amounts)) == expected


@pytest.mark.parametrize("held", ["150.00", "-150.00"])
def test_a_credit_note_gives_back_what_was_withheld(held: str) -> None:
    found = bill(net="-1000.00", tax="-210.00", withheld=held, total="-1060.00")
    assert codes(found) == []
    assert codes(bill(net="-1000.00", tax="-210.00", withheld=held, total="-1360.00")) == ["V030"]


def test_an_invoice_without_tax_may_have_what_was_laid_out_in_its_total() -> None:
    assert codes(bill(net="500.00", disbursed="85.00", total="585.00")) == []
    assert codes(bill(net="500.00", disbursed="85.00", total="595.00")) == ["V036"]


money = st.decimals("1", "9999", places=2)


@given(net=money, tax=money, disbursed=money, off=money)
def test_a_total_that_nothing_printed_explains_is_doubted(
    net: Decimal, tax: Decimal, disbursed: Decimal, off: Decimal
) -> None:
    assume(abs(off - disbursed) > Decimal("0.02"))
    values = {"net": net, "tax": tax, "disbursed": disbursed, "total": net + tax + off}
    found = bill(**{name: f"{value:.2f}" for name, value in values.items()})
    assert "V030" in codes(found)
    assert "verified" not in statuses(found).values()


def test_a_surcharge_is_part_of_the_tax_that_the_rates_make() -> None:
    lines = (TaxLine("IVA", "21", "1000.00", "210.00"), TaxLine("RE", "5.2", "1000.00", "52.00"))
    right = replace(bill(net="1000.00", tax="262.00", total="1262.00"), tax_breakdown=lines)
    assert set(statuses(right).values()) == {"verified"}
    without = replace(bill(net="1000.00", tax="210.00", total="1210.00"), tax_breakdown=lines)
    assert codes(without) == ["V032"]
    assert "verified" not in statuses(without).values()


ITEMS = (
    InvoiceLine("Mesa", "2", unit_price="30.00", amount="60.00"),
    InvoiceLine("Silla", "4", unit_price="5.005", amount="20.02"),
)


def severities(found: Extraction) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in verification.verify(found, SUMS, Nobody())[1]]


def test_lines_that_are_made_of_quantity_and_price_and_miss_the_net_amount_are_doubted() -> None:
    found = replace(bill(net="90.00"), lines=ITEMS)
    assert severities(found) == [("V040", "doubt")]
    assert severities(replace(found, witnessed=frozenset({"lines"}))) == [("V040", "note")]
    assert severities(replace(bill(net="80.02"), lines=ITEMS)) == []


@pytest.mark.parametrize(
    "line",
    [InvoiceLine("Mesa", "2", unit_price="30.00", amount="66.00"), InvoiceLine("Mesa", amount="66.00")],
    ids=["another amount", "no price"],
)
def test_lines_one_of_which_may_be_misread_are_a_note(line: InvoiceLine) -> None:
    assert severities(replace(bill(net="90.00"), lines=(*ITEMS, line))) == [("V040", "note")]


def test_what_was_laid_out_may_be_one_of_the_lines() -> None:
    found = replace(bill(net="60.00", tax="12.60", disbursed="20.02", total="92.62"), lines=ITEMS)
    assert codes(found) == []
