"""Why a filed value is what it is, as `docscan explain` tells it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from filing import corrected, filed
from shelf import NOW, Shelf
from typed import typed

from docscan.model import Record

Call = Callable[..., tuple[int, str, str]]

INVOICE = """
Muster Werkzeuge GmbH
Hauptstr. 1
12345 Musterstadt

Rechnung
Rechnungsnummer: RE-2026/0117            Rechnungsdatum: 05.03.2026
Kundennummer: 4711                       Zahlbar bis: 04.02.2026

Nettobetrag                                     300,00 EUR
zzgl. 19% MwSt.                                 57,00 EUR
Gesamtbetrag                                    357,00 EUR

IBAN: DE89 3704 0044 0532 0130 00
"""


@pytest.fixture
def record(shelf: Shelf, tmp_path: Path) -> Record:
    return filed(shelf, tmp_path, typed(INVOICE))


def test_a_value_is_told_with_its_candidates_its_sum_and_the_checks_that_prove_it(
    call: Call, shelf: Shelf, record: Record
):
    code, out, _ = call("-A", shelf.root, "explain", str(record.id)[:8], "total")
    assert code == 0
    assert "total  357.00" in out
    assert "'Gesamtbetrag'" in out
    assert "net 300.00, tax 57.00, total 357.00; they add up" in out
    assert "check totals: proves it" in out
    assert ": the same" in out
    assert "iban" not in out


def test_a_doubt_about_a_value_is_told_in_its_sentence(call: Call, shelf: Shelf, record: Record):
    _, out, _ = call("-A", shelf.root, "explain", record.id, "due_date")
    assert "check dates: V050 Due on 2026-02-04, before it was issued on 2026-03-05" in out


def test_without_a_field_every_field_of_the_record_is_explained(call: Call, shelf: Shelf, record: Record):
    _, out, _ = call("-A", shelf.root, "explain", record.id)
    heads = [line.split("  ")[0] for line in out.splitlines() if line and not line.startswith(" ")]
    assert heads == list(record.extraction.fields)


def test_as_json_it_says_the_same_to_programs(call: Call, shelf: Shelf, record: Record):
    _, out, _ = call("-A", shelf.root, "explain", record.id, "iban", "--json")
    told: dict[str, Any] = json.loads(out)
    assert told["subject"] == "iban"
    assert told["differs"] is False
    assert told["filed"]["value"] == "DE89370400440532013000"
    assert [item["fate"] for item in told["reason"]["considered"]] == ["chosen"]
    assert told["checks"] == [{"check": "iban", "doubt": None}]


def test_a_field_that_is_not_there_is_answered_with_those_that_are(call: Call, shelf: Shelf, record: Record):
    code, _, said = call("-A", shelf.root, "explain", record.id, "totl")
    assert code == 6
    assert "total" in said


def test_a_record_is_no_duplicate_of_itself_when_it_is_explained(call: Call, shelf: Shelf, record: Record):
    _, out, _ = call("-A", shelf.root, "explain", record.id, "invoice_number")
    assert "V070" not in out


def test_a_later_twin_is_told_as_a_duplicate_when_it_is_explained(
    call: Call, shelf: Shelf, record: Record, tmp_path: Path
):
    twin = filed(shelf, tmp_path, typed(INVOICE))
    _, out, _ = call("-A", shelf.root, "explain", twin.id, "invoice_number")
    assert f"V070 An invoice RE-2026/0117 of this supplier is already filed as {record.id}" in out


def test_a_value_that_does_not_come_out_again_is_told_as_different(
    call: Call, shelf: Shelf, record: Record, monkeypatch: pytest.MonkeyPatch
):
    fields = dict(record.extraction.fields)
    fields["total"] = replace(fields["total"], value="999.00")
    other = replace(record, extraction=replace(record.extraction, fields=fields), program="docscan/0.0.1")
    monkeypatch.setattr("docscan.archive.objects.read_record", lambda *_: other)
    _, out, _ = call("-A", shelf.root, "explain", record.id, "total")
    assert "total  999.00" in out
    assert "357.00, which differs from the record; it was read by docscan/0.0.1" in out


def test_words_that_are_damaged_are_told_as_such(call: Call, shelf: Shelf, record: Record):
    path = next(shelf.archive.objects.rglob("words.json"))
    path.write_text('{"pages": []}')
    code, _, said = call("-A", shelf.root, "explain", record.id)
    assert code == 6
    assert "docscan verify" in said


def test_what_people_had_taught_is_told_with_its_place_and_the_value_comes_out_again(
    call: Call, shelf: Shelf, record: Record, tmp_path: Path
):
    corrected(shelf, record, NOW - timedelta(days=1), invoice_number="4711")
    second = filed(shelf, tmp_path, typed(INVOICE.replace("4711", "4712").replace("0117", "0244")))
    _, out, _ = call("-A", shelf.root, "explain", second.id, "invoice_number")
    assert "invoice_number  4712" in out
    assert ": the same" in out
    assert "right of 'kundennummer'; right: 1, wrong: 0" in out
    assert "what people taught of this supplier agrees: 4712" in out
    assert "page differs: RE-2026/0244" in out
    (line,) = [line for line in out.splitlines() if "'Rechnungsnummer:'" in line]
    assert line.endswith("best by the print alone")


def test_what_a_person_decided_is_told_beside_what_was_read(call: Call, shelf: Shelf, record: Record):
    corrected(shelf, record, NOW + timedelta(days=1), invoice_number="4711")
    _, out, _ = call("-A", shelf.root, "explain", record.id, "invoice_number")
    assert "invoice_number  4711" in out
    assert "RE-2026/0117, which differs from the record; a person decided" in out
    assert "made it 4711" in out
    assert "learned:" not in out
