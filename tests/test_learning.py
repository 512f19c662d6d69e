"""From a correction in the archive to the next paper of the same supplier."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from filing import corrected, filed
from shelf import NOW, Shelf
from typed import typed

from docscan import learning
from docscan.archive import fixity, lessons, objects
from docscan.archive.catalogue import open_catalogue
from docscan.model import Page, Record

LATER = NOW + timedelta(days=1)


def paper(
    number: str, other: str, supplier: str = "Muster Werkzeuge GmbH", seller: str = "DE136695976"
) -> Page:
    return typed(f"""
{supplier}
Hauptstr. 1
12345 Musterstadt

Rechnung
Vorgangskennung: {number}                Rechnungsdatum: 05.03.2026
Rechnungs-Nr. {other}

Nettobetrag                                     300,00 EUR
zzgl. 19% MwSt.                                 57,00 EUR
Gesamtbetrag                                    357,00 EUR

USt-IdNr. {seller}
""")


@pytest.fixture
def taught(shelf: Shelf, tmp_path: Path) -> Shelf:
    """An archive in which one number was corrected."""
    first = filed(shelf, tmp_path, paper("RE-2026/0117", "K-88123"))
    assert first.extraction.fields["invoice_number"].value == "K-88123"
    corrected(shelf, first, LATER, invoice_number="RE-2026/0117")
    return shelf


def number_of(shelf: Shelf, folder: Path, page: Page) -> str:
    return str(filed(shelf, folder, page).extraction.fields["invoice_number"].value)


def test_the_next_paper_of_the_supplier_has_the_right_number_and_says_why(taught: Shelf, tmp_path: Path):
    record = filed(taught, tmp_path, paper("RE-2026/0244", "K-91007"))
    assert record.extraction.fields["invoice_number"].value == "RE-2026/0244"
    again = objects.read_record(taught.archive, str(record.id))
    assert [one.source for one in again.extraction.statements] == ["learned", "page"]
    assert "V121" in {finding.code for finding in again.findings}


def test_a_supplier_whose_tax_id_was_not_read_is_known_by_its_name(taught: Shelf, tmp_path: Path):
    assert number_of(taught, tmp_path, paper("RE-2026/0244", "K-91007", seller="fehlt")) == "RE-2026/0244"


def test_a_supplier_is_known_by_its_tax_id_whatever_its_name(taught: Shelf, tmp_path: Path):
    page = paper("RE-2026/0244", "K-91007", supplier="Werkzeug Nord AG", seller="DE 136 695 976")
    assert number_of(taught, tmp_path, page) == "RE-2026/0244"


def test_another_supplier_s_paper_is_read_as_before(taught: Shelf, tmp_path: Path):
    page = paper("RE-2026/0244", "K-91007", supplier="Zimmerei Holz KG", seller="DE811907980")
    assert number_of(taught, tmp_path, page) == "K-91007"


def test_a_run_uses_what_a_correction_of_an_earlier_run_taught(shelf: Shelf, slip: Callable[..., bytes]):
    def scan(name: str, number: str, other: str) -> Record:
        lines = ("Muster Werkzeuge GmbH", "Rechnung", f"Vorgang: {number}", f"Rechnungs-Nr. {other}")
        shelf.drop(name, slip(*lines, "Gesamtbetrag 357,00 EUR", "USt-IdNr. DE136695976"))
        shelf.run()
        row = next(row for row in shelf.rows() if row.source.endswith(name))
        return objects.read_record(shelf.archive, row.id)

    first = scan("first.png", "RE-20260117", "88123")
    assert first.extraction.fields["invoice_number"].value == "88123"
    corrected(shelf, first, LATER, invoice_number="RE-20260117")
    second = scan("second.png", "RE-20260244", "91007")
    assert second.extraction.fields["invoice_number"].value == "RE-20260244"
    assert [one.source for one in second.extraction.statements] == ["learned", "page"]


def test_words_are_not_read_back_where_nothing_was_learned(taught: Shelf, tmp_path: Path):
    other = filed(taught, tmp_path, paper("A", "K-91007", "Zimmerei Holz KG", "DE811907980"))
    with open_catalogue(taught.archive) as catalogue:
        assert learning.taught(other, catalogue, (), lambda: pytest.fail("they were")) is other


def test_forgotten_lessons_count_no_longer_and_the_ledger_says_so_without_names(
    taught: Shelf, tmp_path: Path
):
    with open_catalogue(taught.archive) as catalogue:
        whose = lessons.supplier("DE136695976", "Muster Werkzeuge GmbH")
        lessons.forget(catalogue, whose, now=LATER, agent="clerk")
    assert number_of(taught, tmp_path, paper("RE-2026/0244", "K-91007")) == "K-91007"
    ledger = next(taught.archive.ledger.glob("*.jsonl")).read_text()
    assert "forgotten" in ledger
    assert "136695976" not in ledger
    assert "muster" not in ledger.lower()
    assert list(fixity.verify(taught.archive)) == []


def test_to_forget_one_field_leaves_the_others(taught: Shelf, tmp_path: Path):
    with open_catalogue(taught.archive) as catalogue:
        whose = lessons.supplier("DE136695976", "")
        lessons.forget(catalogue, whose, "total", now=LATER, agent="clerk")
    assert number_of(taught, tmp_path, paper("RE-2026/0244", "K-91007")) == "RE-2026/0244"
    with open_catalogue(taught.archive) as catalogue:
        lessons.forget(catalogue, whose, "invoice_number", now=LATER, agent="clerk")
    assert number_of(taught, tmp_path, paper("RE-2026/0300", "K-93000")) == "K-93000"


def test_what_is_decided_after_forgetting_teaches_again(taught: Shelf, tmp_path: Path):
    with open_catalogue(taught.archive) as catalogue:
        lessons.forget(catalogue, lessons.supplier("DE136695976", ""), now=LATER, agent="clerk")
    record = filed(taught, tmp_path, paper("RE-2026/0244", "K-91007"))
    corrected(taught, record, LATER + timedelta(seconds=1), invoice_number="RE-2026/0244")
    assert number_of(taught, tmp_path, paper("RE-2026/0300", "K-93000")) == "RE-2026/0300"


def test_a_wrong_lesson_is_outvoted_by_the_next_right_one(taught: Shelf, tmp_path: Path):
    record = filed(taught, tmp_path, paper("RE-2026/0244", "K-91007"))
    corrected(taught, record, LATER + timedelta(days=1), invoice_number="K-91007")
    assert number_of(taught, tmp_path, paper("RE-2026/0300", "K-93000")) == "K-93000"


def test_the_last_word_on_a_field_is_the_lesson(taught: Shelf, tmp_path: Path):
    (row,) = taught.rows()
    record = objects.read_record(taught.archive, row.id)
    corrected(taught, record, LATER + timedelta(days=1), invoice_number=None)
    assert number_of(taught, tmp_path, paper("RE-2026/0244", "K-91007")) == "K-91007"


def test_a_damaged_record_teaches_nothing_and_stops_nothing(taught: Shelf, tmp_path: Path):
    for path in taught.archive.objects.rglob("words.json"):
        path.write_text("{}")
    assert number_of(taught, tmp_path, paper("RE-2026/0244", "K-91007")) == "K-91007"


def test_only_the_newest_records_of_a_supplier_are_asked(taught: Shelf, tmp_path: Path):
    for number in range(lessons.MOST_RECORDS + 2):
        record = filed(taught, tmp_path, paper(f"RE-2026/{number:04}", f"K-9{number:04}"))
        corrected(taught, record, LATER + timedelta(days=1 + number), invoice_number=f"RE-2026/{number:04}")
    with open_catalogue(taught.archive) as catalogue:
        told = lessons.about(catalogue, lessons.supplier("DE136695976", ""))
    assert len(told) == lessons.MOST_RECORDS
    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)
