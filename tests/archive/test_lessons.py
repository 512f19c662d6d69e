"""Whose papers people decided on, and what is to be forgotten of them."""

from datetime import timedelta
from pathlib import Path

import pytest
from filing import corrected, filed
from shelf import NOW, Shelf
from typed import typed

from docscan.archive import ledger, lessons, rebuild
from docscan.archive.catalogue import open_catalogue

LATER = NOW + timedelta(days=1)
PAPER = "Muster Werkzeuge GmbH\nRechnung\nRechnungs-Nr. {}\nGesamtbetrag 357,00 EUR\nUSt-IdNr. {}"
ID = "DE136695976"


def paper(shelf: Shelf, folder: Path, number: str = "K-88123", seller: str = ID) -> None:
    record = filed(shelf, folder, typed(PAPER.format(number, seller)))
    corrected(shelf, record, LATER, invoice_number=number, total="357.00")


def fields(shelf: Shelf, whose: lessons.Supplier, until: str = lessons.ALWAYS) -> list[tuple[str, ...]]:
    with open_catalogue(shelf.archive) as catalogue:
        return [one.fields for one in lessons.about(catalogue, whose, until)]


def forget(shelf: Shelf, whose: lessons.Supplier, field: str = "") -> None:
    with open_catalogue(shelf.archive) as catalogue:
        lessons.forget(catalogue, whose, field, now=LATER, agent="clerk")


def test_a_record_nobody_decided_on_teaches_nothing(shelf: Shelf, tmp_path: Path):
    filed(shelf, tmp_path, typed(PAPER.format("K-88123", ID)))
    assert fields(shelf, lessons.supplier(ID, "")) == []


@pytest.mark.parametrize("asked", [(ID, ""), ("", "MUSTER Werkzeuge GmbH"), (ID, "Otro S.L.")])
def test_lessons_are_found_by_tax_id_or_name(shelf: Shelf, tmp_path: Path, asked: tuple[str, str]):
    paper(shelf, tmp_path)
    assert fields(shelf, lessons.supplier(*asked)) == [("invoice_number", "total")]


def test_a_supplier_without_tax_id_is_not_every_other_without_one(shelf: Shelf, tmp_path: Path):
    paper(shelf, tmp_path, seller="fehlt")
    assert fields(shelf, lessons.supplier("", "Zimmerei Holz KG")) == []
    assert fields(shelf, lessons.supplier("", "")) == []


def test_what_was_decided_later_can_be_left_out(shelf: Shelf, tmp_path: Path):
    paper(shelf, tmp_path)
    assert fields(shelf, lessons.supplier(ID, ""), ledger.stamp(NOW)) == []
    assert fields(shelf, lessons.supplier(ID, ""), ledger.stamp(LATER)) != []


def test_one_field_is_forgotten_or_all(shelf: Shelf, tmp_path: Path):
    paper(shelf, tmp_path)
    whose = lessons.supplier(ID, "")
    forget(shelf, whose, "total")
    assert fields(shelf, whose) == [("invoice_number",)]
    forget(shelf, whose)
    assert fields(shelf, whose) == []
    with open_catalogue(shelf.archive) as catalogue:
        assert lessons.everyone(catalogue) == ()


def test_to_forget_one_supplier_leaves_the_others(shelf: Shelf, tmp_path: Path):
    paper(shelf, tmp_path)
    forget(shelf, lessons.supplier("DE811907980", "Zimmerei Holz KG"))
    assert fields(shelf, lessons.supplier(ID, "")) == [("invoice_number", "total")]


def test_papers_with_one_tax_id_or_one_name_are_one_supplier_s(shelf: Shelf, tmp_path: Path):
    for number, seller in (("K-88123", ID), ("K-91007", "fehlt"), ("K-93000", ID)):
        paper(shelf, tmp_path, number, seller)
    with open_catalogue(shelf.archive) as catalogue:
        ((whose, told),) = lessons.everyone(catalogue)
    assert whose.name == "musterwerkzeugegmbh"
    assert len(told) == 3


def test_lessons_are_the_same_after_a_rebuild(shelf: Shelf, tmp_path: Path):
    paper(shelf, tmp_path)
    forget(shelf, lessons.supplier("B99", "Niemand bekannt"))
    before = rebuild.dump(shelf.archive)
    assert "lesson" in before
    assert "forgotten" in before
    rebuild.rebuild(shelf.archive)
    assert rebuild.dump(shelf.archive) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ESB12345674", ""), ("B-12345674", "")),
        (("DE 136 695 976", "x"), ("136695976", "")),
        (("", "Muñoz & Hijos, S.L."), ("", "MUÑOZ & HIJOS SL")),
    ],
)
def test_a_supplier_is_the_same_however_it_is_written(one: tuple[str, str], other: tuple[str, str]):
    assert lessons.supplier(*one).same(lessons.supplier(*other))


@pytest.mark.parametrize(("tax_id", "name"), [("", ""), ("12", "AG"), ("DE-1", "")])
def test_too_little_is_no_supplier(tax_id: str, name: str):
    assert not lessons.supplier(tax_id, name)
    assert not lessons.supplier(tax_id, name).same(lessons.supplier(tax_id, name))
