"""Values put right where something on the page proves it, with what was read kept beside them."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from docscan.extraction import extract, mending
from docscan.extraction.candidates import Candidate
from docscan.extraction.rows import Row
from docscan.model import Extraction, Line, Page, Repair, Word
from docscan.places import Box
from docscan.schema import Schema

Typed = Callable[..., Page]

INVOICE = """
Herramientas Inventadas S.L.
NIF: {nif}

Factura nº F-2026/117          Fecha: 05/03/2026

Base imponible                 {net}
IVA 21%                        {tax}
Total factura                  {total}
IBAN: {iban}
"""
IBAN = "ES91 2100 0418 4502 0005 1332"
PRINTED = {"nif": "B76555663", "net": "300,00", "tax": "63,00", "total": "363,00", "iban": IBAN}


def read(typed: Typed, schemas: tuple[Schema, ...], state: str = "read", **misread: str) -> Extraction:
    return extract([typed(INVOICE.format(**PRINTED | misread), state=state)], schemas)


@pytest.mark.parametrize(
    ("printed", "misread", "repair"),
    [
        ("iban", "ES91 21OO O418 45O2 OOO5 1332", ("iban", "ES9121000418450200051332", "digits")),
        ("nif", "B7655S663", ("supplier_tax_id", "B76555663", "digits")),
        ("net", "800,00", ("net", "300.00", "sum")),
        ("tax", "68,00", ("tax", "63.00", "sum")),
        ("total", "368,00", ("total", "363.00", "sum")),
        ("total", "363.0O", ("total", "363.00", "sum")),
        ("total", "36300", ("total", "363.00", "sum")),
    ],
)
def test_a_misread_value_is_put_right_and_says_how_it_was_read(
    printed: str, misread: str, repair: tuple[str, str, str], typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    field, value, proof = repair
    found = read(typed, schemas, **{printed: misread})
    assert found.fields[field].value == value
    assert found.fields[field].raw == misread
    assert found.repairs == (Repair(field, misread, (value,), proof),)


def test_what_was_read_rightly_is_not_repaired(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    assert read(typed, schemas).repairs == ()


def test_a_text_layer_holds_no_misread_figures(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    found = read(typed, schemas, state="textlayer", total="368,00", nif="B7655S663")
    assert found.repairs == ()
    assert found.fields["total"].value == "368.00"


def test_a_sum_that_two_changes_would_close_is_left_to_a_person(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    """No rate is printed: 800 + 63 = 363 closes with another net amount, or with another total."""
    text = INVOICE.replace("IVA 21%", "Impuestos").format(**PRINTED | {"net": "800,00"})
    found = extract([typed(text, state="read")], schemas)
    assert found.repairs == ()
    assert "net" not in found.fields or found.fields["net"].value == "800.00"


TILL = """
INVENTED CORNER SHOP
TAX INVOICE
Date: {first}                  Cashier: 2
Bread                              3.20
Total                              3.20
Cash                               20.00
Change                             16.80
Printed on {second} and {second}
Thank you, please come again
"""


def faint(page: Page, text: str) -> Page:
    """The page with one word read unsurely."""

    def seen(word: Word) -> Word:
        return replace(word, confidence=0.4) if word.text == text else word

    return replace(page, lines=tuple(Line(tuple(map(seen, line.words))) for line in page.lines))


def test_the_day_of_a_receipt_read_unsurely_is_the_one_printed_twice_more(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    page = typed(TILL.format(first="14/08/2026", second="14/03/2026"), state="read")
    assert extract([page], schemas).fields["issue_date"].value == "2026-08-14"
    found = extract([faint(page, "14/08/2026")], schemas)
    assert found.fields["issue_date"].value == "2026-03-14"
    assert found.repairs == (Repair("issue_date", "14/08/2026", ("2026-03-14",), "again"),)


def test_a_day_that_the_calendar_lacks_is_the_only_one_it_may_be(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = TILL.format(first="92/01/2026", second="x")
    found = extract([typed(text, state="read")], schemas)
    assert found.fields["issue_date"].value == "2026-01-02"
    assert found.repairs == (Repair("issue_date", "92/01/2026", ("2026-01-02",), "calendar"),)


def test_of_several_days_it_may_be_none_is_chosen_without_saying_so(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = TILL.format(first="29/02/2026", second="x")
    (repair,) = extract([typed(text, state="read")], schemas).repairs
    assert len(repair.readings) > 1


def amount(text: str, row: int) -> Candidate:
    word = Word(text, Box(0, 40 * row, 100, 40 * row + 30), 0.9)
    return Candidate(text, text, Row(1, row, (word,), 30.0, True), 0, 1, 0.9, Decimal(text))


money = some.decimals(min_value=Decimal("0.10"), max_value=Decimal("99999.99"), places=2)


@given(money, some.sampled_from([Decimal(21), Decimal(23), Decimal(19)]), money)
def test_whatever_is_repaired_closes_the_sum_and_obeys_the_rate(
    net: Decimal, rate: Decimal, other: Decimal
) -> None:
    tax = (net * rate / 100).quantize(Decimal("0.01"))
    reading = {"net": amount(str(net), 0), "tax": amount(str(tax), 1), "total": amount(str(other), 2)}
    if other == net + tax:
        return
    found = mending.by_sum(reading, [rate])
    changed = [name for name in found if found[name].value != reading[name].value]
    assert len(changed) <= 1
    if changed:
        values = {name: Decimal(item.value) for name, item in found.items()}
        assert values["net"] + values["tax"] == values["total"]
        assert abs(values["net"] * rate / 100 - values["tax"]) <= Decimal("0.015")
        assert found[changed[0]].mended == "sum"
