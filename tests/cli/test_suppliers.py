"""What was learned of suppliers, as a person sees and forgets it."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from filing import corrected, filed
from shelf import NOW, Shelf
from typed import typed

Call = Callable[..., tuple[int, str, str]]

PAPER = """
Talleres Ficticios S.L.
Calle Mayor 3
28001 Villanueva

FACTURA
Expediente: {}                Fecha: 12/03/2026
Nº factura: {}

Total factura                 121,00 EUR
CIF: B12345674
"""


@pytest.fixture
def taught(shelf: Shelf, tmp_path: Path) -> Shelf:
    record = filed(shelf, tmp_path, typed(PAPER.format("EX-26/117", "881")))
    corrected(shelf, record, NOW + timedelta(days=1), invoice_number="EX-26/117", order_reference=None)
    return shelf


def test_before_the_first_correction_nothing_is_listed(call: Call, shelf: Shelf):
    code, out, said = call("-A", shelf.root, "supplier", "list")
    assert (code, out.strip()) == (0, "")
    assert "first correction" in said


def test_a_supplier_is_listed_with_what_was_taught(call: Call, taught: Shelf):
    _, out, _ = call("-A", taught.root, "supplier", "list")
    assert "Talleres Ficticios" in out
    assert "invoice_number" in out
    (row,) = (
        json.loads(line) for line in call("-A", taught.root, "supplier", "list", "--json")[1].splitlines()
    )
    assert (row["tax_id"], row["papers"]) == ("B12345674", 1)


@pytest.mark.parametrize("key", ["B12345674", "ESB-12345674", "talleres ficticios sl"])
def test_a_place_is_shown_with_its_words_and_how_often_it_was_right(call: Call, taught: Shelf, key: str):
    code, out, _ = call("-A", taught.root, "supplier", "show", key)
    assert code == 0
    (line,) = [line for line in out.splitlines() if line.startswith("invoice_number")]
    assert "right of 'expediente'" in line
    assert "A-9/9" in line
    (row,) = (
        json.loads(line)
        for line in call("-A", taught.root, "supplier", "show", key, "--json")[1].splitlines()
    )
    assert (row["confirmed"], row["contradicted"], row["used"]) == (1, 0, True)


def test_an_unknown_supplier_is_answered_with_the_way_out(call: Call, taught: Shelf):
    code, _, said = call("-A", taught.root, "supplier", "show", "Nadie")
    assert code == 6
    assert "supplier list" in said


def test_what_was_forgotten_is_not_listed_any_more(call: Call, taught: Shelf):
    code, _, said = call("-A", taught.root, "supplier", "forget", "Talleres Ficticios", "total")
    assert code == 6
    code, _, said = call("-A", taught.root, "supplier", "forget", "B12345674", "total")
    assert code == 6
    assert "invoice_number" in said
    code, _, said = call("-A", taught.root, "supplier", "forget", "B12345674", "invoice_number")
    assert code == 0
    assert "invoice_number" in said
    _, out, _ = call("-A", taught.root, "supplier", "list")
    assert "invoice_number" not in out
    assert call("-A", taught.root, "supplier", "forget", "B12345674")[0] == 0
    assert call("-A", taught.root, "supplier", "show", "B12345674")[0] == 6
    assert taught.findings() == []
