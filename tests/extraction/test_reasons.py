"""What was weighed for a field, held against what was decided."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.extraction import extract, reasons
from docscan.extraction.reasons import Considered, Reason
from docscan.model import Page
from docscan.schema import Schema

Typed = Callable[..., Page]

INVOICE = """
Muster Werkzeuge GmbH
Hauptstr. 1
12345 Musterstadt

Rechnung
Rechnungsnummer: RE-2026/0117            Rechnungsdatum: {issued}
Auftrag Nr.: 881                         Zahlbar bis: {due}

Beschreibung        Menge      Einzelpreis      Betrag
Hammer              2          50,00            100,00
Zange               1          200,00           200,00

Nettobetrag                                     {net} EUR
zzgl. 19% MwSt.                                 57,00 EUR
Gesamtbetrag                                    357,00 EUR
Gesamt                                          350,00 EUR
"""


def told(
    typed: Typed,
    schemas: tuple[Schema, ...],
    *,
    issued: str = "05.03.2026",
    due: str = "04.04.2026",
    net: str = "300,00",
) -> tuple[Mapping[str, Reason], Page, Schema]:
    page = typed(INVOICE.format(issued=issued, due=due, net=net))
    schema = next(item for item in schemas if item.name == "invoice")
    return reasons.reasons([page], schema, [item.name for item in schema.properties]), page, schema


def by_value(reason: Reason) -> dict[str, Considered]:
    return {item.value: item for item in reason.considered}


def test_every_field_s_value_is_the_one_told_as_chosen(typed: Typed, schemas: tuple[Schema, ...]):
    found, page, _ = told(typed, schemas)
    fields = extract([page], schemas).fields
    assert len(fields) > 8
    for name, field in fields.items():
        chosen = [item for item in found[name].considered if item.fate == "chosen"]
        assert [(item.value, item.page, item.box) for item in chosen] == [
            (field.value, field.page, field.box)
        ]
        assert chosen[0].score * (0.5 + chosen[0].legibility / 2) == pytest.approx(field.confidence)


@settings(max_examples=15, deadline=None)
@given(
    net=st.decimals("1", "9999", places=2).map(lambda value: str(value).replace(".", ",")),
    day=st.integers(1, 28),
    month=st.integers(1, 12),
)
def test_what_is_told_as_chosen_is_what_was_decided_whatever_the_page_says(
    net: str, day: int, month: int, typed: Typed, schemas: tuple[Schema, ...]
):
    found, page, _ = told(typed, schemas, net=net, due=f"{day:02}.{month:02}.2026")
    fields = extract([page], schemas).fields
    for name, reason in found.items():
        chosen = [item.value for item in reason.considered if item.fate == "chosen"]
        assert chosen == ([fields[name].value] if name in fields else [])
        assert all(0 <= item.score <= 1 and 0 <= item.nearness <= 1 for item in reason.considered)


def test_a_value_by_a_label_is_told_with_the_print_of_that_label(typed: Typed, schemas: tuple[Schema, ...]):
    found, _, _ = told(typed, schemas)
    (number, *_) = found["invoice_number"].considered
    assert (number.ground, number.label, number.weight) == ("label", "Rechnungsnummer:", 1.0)
    factors = number.weight * number.likeness * number.reading * number.nearness * number.region
    assert factors == pytest.approx(number.score)


def test_a_candidate_that_is_another_field_is_told_as_taken(typed: Typed, schemas: tuple[Schema, ...]):
    page = typed("Rechnung Nr. A-17\nUSt-IdNr.: DE136695976\nIhre USt-IdNr.: DE811907980")
    schema = next(item for item in schemas if item.name == "invoice")
    found = reasons.reasons([page], schema, ["customer_tax_id"])["customer_tax_id"]
    assert [(item.value, item.fate, item.taken_by) for item in found.considered] == [
        ("DE811907980", "chosen", ""),
        ("DE136695976", "taken", "supplier_tax_id"),
    ]


def test_a_total_with_which_the_amounts_would_not_add_up_is_told_so(
    typed: Typed, schemas: tuple[Schema, ...]
):
    found, _, _ = told(typed, schemas)
    assert by_value(found["total"])["357.00"].fate == "chosen"
    assert by_value(found["total"])["350.00"].fate == "unsummed"
    assert found["total"].adds_up is True
    assert dict(found["total"].sum) == {"net": "300.00", "tax": "57.00", "total": "357.00"}


def test_amounts_that_do_not_add_up_are_told_so(typed: Typed, schemas: tuple[Schema, ...]):
    found, _, _ = told(typed, schemas, net="310,00")
    assert found["net"].adds_up is False


def test_a_date_before_the_issue_is_told_as_out_of_order(typed: Typed, schemas: tuple[Schema, ...]):
    page = typed(
        "Rechnung\nRechnungsnummer: A-17\nRechnungsdatum: 05.03.2026\n"
        "Zahlbar bis: 04.04.2026\nFällig am: 04.01.2026"
    )
    schema = next(item for item in schemas if item.name == "invoice")
    found = reasons.reasons([page], schema, ["due_date"])["due_date"]
    assert {item.value: item.fate for item in found.considered} == {
        "2026-04-04": "chosen",
        "2026-01-04": "unordered",
    }


def test_a_name_under_its_party_s_heading_is_told_with_the_heading(typed: Typed, schemas: tuple[Schema, ...]):
    page = typed("FACTURA\nPROVEEDOR\nTalleres Ficticios S.L.\nCalle Mayor 3\n\nCLIENTE\nPepa Inventada S.L.")
    schema = next(item for item in schemas if item.name == "invoice")
    found = reasons.reasons([page], schema, ["supplier_name", "customer_name"])
    assert [(reason.considered[0].ground, reason.considered[0].label) for reason in found.values()] == [
        ("heading", "PROVEEDOR"),
        ("heading", "CLIENTE"),
    ]


def test_nothing_is_weighed_for_a_field_that_the_page_does_not_speak_of(
    typed: Typed, schemas: tuple[Schema, ...]
):
    found, _, _ = told(typed, schemas)
    assert found["iban"] == Reason("iban", "iban")
    assert found["delivery_date"].considered == ()
    assert found["delivery_date"].elsewhere == 2
