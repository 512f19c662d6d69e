"""A person decides at the terminal, and the archive follows."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import papers
import pikepdf
import pytest
from click.testing import CliRunner
from depot import enter, furnish, working
from filing import filed
from shelf import NOW, Shelf
from typed import typed

from docscan import cli, decisions, equipment
from docscan.archive import access, hold, ledger, objects, rebuild
from docscan.archive.catalogue import open_catalogue
from docscan.archive.revision import Revision, revise
from docscan.cli.terminal import agent
from docscan.decisions import Reviewer
from docscan.errors import ArchiveBusyError, DecisionError, FixityError, RecordChangedError
from docscan.model import Finding, Record

INVOICE = """
Ferretería Quimera, S.L.            FACTURA
NIF: B69637122                      Número de factura: QN-2026/0117
Fecha de emisión: 12/03/2026        Vencimiento: 11/04/2026
Base imponible        100,00 €
IVA 21 %              21,00 €
Total factura         131,00 €
"""
LETTER = """
Hausverwaltung Mondschein
Beispielstadt, den 3. Februar 2026
Betreff: Kellerfeuchte
Sehr geehrte Damen und Herren,
die Wand im Keller ist feucht.
"""


@pytest.fixture
def invoice(shelf: Shelf, tmp_path: Path) -> Record:
    """An invoice whose printed total is not its sum."""
    return with_copy(shelf, filed(shelf, tmp_path, typed(INVOICE)))


@pytest.fixture
def letter(shelf: Shelf, tmp_path: Path) -> Record:
    return with_copy(shelf, filed(shelf, tmp_path, typed(LETTER)))


@pytest.fixture
def two_in_one(shelf: Shelf, tmp_path: Path) -> Record:
    """An invoice and a letter that went through the scanner together."""
    pages = typed(INVOICE.replace("131,00", "121,00")), typed(LETTER, number=2)
    return with_copy(shelf, filed(shelf, tmp_path, *pages))


def with_copy(shelf: Shelf, record: Record) -> Record:
    """The record with a searchable copy, each page of another width."""
    path = shelf.archive.staging / "copy.pdf"
    with pikepdf.new() as document:
        for page in record.pages:
            document.add_blank_page(page_size=(100 * page.number, 800))
        document.save(path)
    with open_catalogue(shelf.archive) as catalogue:
        files = {objects.SEARCHABLE: path}
        revise(shelf.archive, catalogue, [Revision(record, 2, files)], now=NOW, agent="tester")
    return record


def spoken(shelf: Shelf, *words: str, typed_in: str = "", code: int = 0) -> tuple[str, str]:
    """Call `review` as a person would; what it gives and what it says."""
    done = CliRunner().invoke(cli.cli, ["-A", str(shelf.root), *words], input=typed_in)
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout, done.stderr


def shown(shelf: Shelf, record: Record) -> dict[str, Any]:
    out, _ = spoken(shelf, "show", str(record.id), "--json")
    found: dict[str, Any] = json.loads(out)
    return found


def sound(shelf: Shelf) -> bool:
    """The archive verifies, and rebuilds to the same catalogue."""
    live = rebuild.dump(shelf.archive)
    rebuild.rebuild(shelf.archive)
    return shelf.findings() == [] and rebuild.dump(shelf.archive) == live


def reviewer(shelf: Shelf) -> Reviewer:
    chosen, schemas = equipment.definitions("default", shelf.root)
    return Reviewer(shelf.archive, chosen.verification, schemas, "clerk", lambda: datetime.now(UTC))


def test_a_walk_shows_the_doubt_the_row_and_the_alternatives_and_takes_a_number_for_an_answer(
    shelf: Shelf, invoice: Record
) -> None:
    _, said = spoken(shelf, "review", typed_in="s\ns\n1\nq\n")
    assert "The amounts do not add up: net 100.00, tax 21.00, withheld 0, total 131.00." in said
    assert "on page 1: Total factura [131,00] €" in said
    assert "total was read as 131.00" in said
    assert "it may be: 1 21.00  2 100.00" in said
    found = shown(shelf, invoice)
    assert (found["fields"]["total"]["value"], found["fields"]["total"]["origin"]) == ("21.00", "person")
    assert "Still in doubt" in said
    assert sound(shelf)


def test_the_scan_of_an_item_is_rejected_only_by_who_may_authorise(shelf: Shelf, invoice: Record) -> None:
    with working(shelf.archive) as register:
        found = furnish(register)
        enter(register, [replace(found.items[0], record=str(invoice.id))], act="link")
        access.change(found.catalogue, "boss", ["administrator"], now=NOW, agent="boss")
        access.change(found.catalogue, agent(), ["reviewer"], now=NOW, agent="boss")
    _, said = spoken(shelf, "review", typed_in="r\n5\nq\n")
    assert f"is the scan of {found.items[0].code}" in said
    assert "archivist" in said
    assert shown(shelf, invoice)["state"] == "review"
    with open_catalogue(shelf.archive) as catalogue:
        access.change(catalogue, agent(), ["archivist"], now=NOW, agent="boss")
    spoken(shelf, "review", "reject", str(invoice.id), "--because", "misdelivered")
    assert shown(shelf, invoice)["state"] == "rejected"


def test_a_correction_is_found_by_search_and_the_value_before_is_not(shelf: Shelf, invoice: Record) -> None:
    assert "1 found." in spoken(shelf, "search", "total:131.00")[1]
    _, said = spoken(shelf, "review", "correct", str(invoice.id)[:8], "total=121,00")
    assert "Nothing is in doubt any more." in said
    assert "1 found." in spoken(shelf, "search", "total:121.00", "is:accepted")[1]
    assert "0 found." in spoken(shelf, "search", "total:131.00")[1]
    found = shown(shelf, invoice)
    assert (found["verdict"], found["state"]) == ("accepted", "accepted")
    (decision,) = found["decisions"]
    assert decision["judgements"][0]["before"]["value"] == "131.00"
    assert [finding["code"] for finding in decision["settled"]] == ["V030"]
    assert sound(shelf)


def test_a_corrected_value_takes_the_box_of_the_words_that_say_it(shelf: Shelf, invoice: Record) -> None:
    spoken(shelf, "review", "correct", str(invoice.id), "due_date=12 de marzo de 2026", "total=77,00")
    fields = shown(shelf, invoice)["fields"]
    assert fields["due_date"]["value"] == "2026-03-12"
    assert fields["due_date"]["raw"] == "12/03/2026"
    assert fields["due_date"]["box"] == fields["issue_date"]["box"]
    old = invoice.extraction.fields["total"]
    assert (fields["total"]["raw"], fields["total"]["box"]) == ("77,00", list(old.box))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["correct", "ID", "total=many"], "many cannot be understood as total."),
        (["correct", "ID", "lines=1"], "lines is a table, and tables are not corrected here."),
        (["correct", "ID", "colour=red"], "This kind of document has no field colour"),
        (["correct", "ID", "supplier_tax_id=B69637123"], "The check digits of supplier_tax_id B69637123"),
        (["accept", "ID", "colour"], "The record has no field and no doubt named colour."),
        (["split", "ID", "--at", "2"], "The document has 1 pages"),
        (["merge", "ID", "ID"], "A record cannot be merged with itself."),
    ],
)
def test_a_decision_that_cannot_be_taken_is_refused_with_its_reason(
    shelf: Shelf, invoice: Record, call: Callable[..., tuple[int, str, str]], words: list[str], said: str
) -> None:
    before = rebuild.dump(shelf.archive)
    named = [str(invoice.id) if word == "ID" else word for word in words]
    code, _, err = call("-A", shelf.root, "review", *named)
    assert code == 6
    assert said in err
    assert "Nothing was changed." in err
    assert rebuild.dump(shelf.archive) == before


def test_who_insists_on_a_tax_id_gets_it(shelf: Shelf, invoice: Record) -> None:
    values = ["supplier_tax_id=B69637123", "total=121,00"]
    spoken(shelf, "review", "correct", str(invoice.id), "--force", *values)
    found = shown(shelf, invoice)
    assert found["fields"]["supplier_tax_id"]["status"] == "verified"
    assert found["verdict"] == "accepted"


@pytest.mark.parametrize(("insists", "value"), [("n", "B69637124"), ("y", "B69637123")])
def test_who_insists_in_the_dialogue_is_asked_once_more(
    shelf: Shelf, tmp_path: Path, insists: str, value: str
) -> None:
    text = INVOICE.replace("131,00", "121,00").replace("B69637122", "B69637124")
    misread = with_copy(shelf, filed(shelf, tmp_path, typed(text)))
    assert misread.extraction.fields["supplier_tax_id"].status == "doubtful"
    _, said = spoken(shelf, "review", typed_in=f"c\nB69637123\n{insists}\nq\n")
    assert "The check digits of supplier_tax_id B69637123 do not agree" in said
    assert "Write it down all the same?" in said
    assert shown(shelf, misread)["fields"]["supplier_tax_id"]["value"] == value


def test_a_document_of_another_kind_is_read_anew(shelf: Shelf, invoice: Record) -> None:
    spoken(shelf, "review", "correct", str(invoice.id), "issue_date=11.4.2026")
    spoken(shelf, "review", "correct", str(invoice.id), "kind=receipt", "total=121,00")
    found = shown(shelf, invoice)
    assert (found["kind"], found["schema"]) == ("receipt", "receipt")
    assert {"invoice_number", "net"}.isdisjoint(found["fields"])
    assert found["fields"]["issue_date"]["value"] == "2026-04-11"
    assert found["fields"]["total"]["value"] == "121.00"
    assert [one["field"] for one in found["decisions"][1]["judgements"]] == ["kind"]
    with pytest.raises(DecisionError, match="There is no kind of document named poem"):
        spoken(shelf, "review", "correct", str(invoice.id), "kind=poem")
    assert sound(shelf)


def test_a_kind_in_doubt_is_asked_for(shelf: Shelf, letter: Record) -> None:
    unsure = Finding("V090", "doubt", "", {"kind": "letter", "confidence": "50"})
    after = replace(letter, findings=(unsure,), verdict="review")
    with open_catalogue(shelf.archive) as catalogue:
        revise(shelf.archive, catalogue, [Revision(after, 3)], now=NOW, agent="tester")
    _, said = spoken(shelf, "review", typed_in="c\nreceipt\nq\n")
    assert "say what kind of document it is" in said
    assert "invoice" in said.partition("it may be: ")[2]
    assert shown(shelf, letter)["kind"] == "receipt"


def test_accepting_confirms_what_is_in_doubt(shelf: Shelf, invoice: Record) -> None:
    out, _ = spoken(shelf, "review", "accept", str(invoice.id), "--json")
    found = json.loads(out)
    assert found["verdict"] == "accepted"
    assert {name for name, field in found["fields"].items() if field["origin"] == "person"} == {
        "net",
        "tax",
        "total",
    }
    assert sound(shelf)


def test_a_rejected_record_waits_no_longer_and_nothing_of_it_is_deleted(
    shelf: Shelf, invoice: Record
) -> None:
    spoken(shelf, "review", "reject", str(invoice.id), "--because", "misdelivered")
    assert spoken(shelf, "review", "list")[1].startswith("Nothing waits for a person.")
    assert spoken(shelf, "list", "--state", "rejected", "--json")[0].count("\n") == 1
    assert shown(shelf, invoice)["state"] == "rejected"
    assert objects.path_of(shelf.archive, str(invoice.id), "original").is_file()
    text = "".join(path.read_text() for path in shelf.archive.ledger.iterdir())
    assert '"reason":"misdelivered"' in text
    assert "1 found." in spoken(shelf, "search", "is:rejected")[1]
    with pytest.raises(DecisionError, match="was rejected or merged before"):
        spoken(shelf, "review", "correct", str(invoice.id), "total=1,00")
    spoken(shelf, "review", "accept", str(invoice.id))
    assert shown(shelf, invoice)["state"] == "accepted"
    assert sound(shelf)


def test_one_record_becomes_two_each_with_its_own_pages(shelf: Shelf, two_in_one: Record) -> None:
    out, _ = spoken(shelf, "review", "split", str(two_in_one.id), "--at", "2", "--json")
    first, second = (json.loads(line) for line in out.splitlines())
    assert (first["kind"], second["kind"]) == ("invoice", "letter")
    assert (first["document"], second["document"]) == (1, 2)
    assert first["sha256"] == second["sha256"]
    assert [page["number"] for page in second["pages"]] == [1]
    assert [(run["record"], run["first"], run["last"]) for run in second["runs"]] == [(first["id"], 2, 2)]
    assert (first["fields"]["total"]["value"], "total" in second["fields"]) == ("121.00", False)
    for one, width in ((first, 100), (second, 200)):
        with pikepdf.open(objects.path_of(shelf.archive, one["id"], objects.SEARCHABLE)) as copy:
            assert [float(page.mediabox[2]) for page in copy.pages] == [width]
    original = objects.path_of(shelf.archive, second["id"], "original").read_bytes()
    assert original == objects.path_of(shelf.archive, first["id"], "original").read_bytes()
    assert "1 found." in spoken(shelf, "search", "Kellerfeuchte")[1]
    assert sound(shelf)


def test_two_records_become_one_and_the_other_stands_as_merged(
    shelf: Shelf, invoice: Record, letter: Record
) -> None:
    spoken(shelf, "review", "correct", str(letter.id), "issue_date=5.2.2026")
    out, _ = spoken(shelf, "review", "merge", str(invoice.id), str(letter.id), "--json")
    whole, gone = (json.loads(line) for line in out.splitlines())
    assert [page["number"] for page in whole["pages"]] == [1, 2]
    assert [run["record"] for run in whole["runs"]] == [invoice.id, letter.id]
    assert (gone["state"], gone["decisions"][-1]["other"]) == ("merged", invoice.id)
    assert "1 found." in spoken(shelf, "search", "Kellerfeuchte")[1]
    with pikepdf.open(objects.path_of(shelf.archive, whole["id"], objects.SEARCHABLE)) as copy:
        assert len(copy.pages) == 2
    assert sound(shelf)
    out, _ = spoken(shelf, "review", "split", str(invoice.id), "--at", "2", "--json")
    _, left = (json.loads(line) for line in out.splitlines())
    assert [(run["record"], run["first"]) for run in left["runs"]] == [(letter.id, 1)]
    assert sound(shelf)


@pytest.mark.parametrize("name", [objects.WORDS, objects.SEARCHABLE])
def test_what_somebody_altered_is_not_split(shelf: Shelf, two_in_one: Record, name: str) -> None:
    path = objects.path_of(shelf.archive, str(two_in_one.id), name)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(FixityError, match="not as it was filed"):
        spoken(shelf, "review", "split", str(two_in_one.id), "--at", "2")
    assert len(shelf.rows()) == 1


def test_what_people_stated_stays_with_its_page(shelf: Shelf, two_in_one: Record) -> None:
    spoken(shelf, "review", "correct", str(two_in_one.id), "issue_date=3.2.2026")
    assert shown(shelf, two_in_one)["fields"]["issue_date"]["page"] == 2
    out, _ = spoken(shelf, "review", "split", str(two_in_one.id), "--at", "2", "--json")
    first, second = (json.loads(line)["fields"]["issue_date"] for line in out.splitlines())
    assert (first["value"], first["origin"]) == ("2026-03-12", "textlayer")
    assert (second["value"], second["origin"], second["page"]) == ("2026-02-03", "person", 1)


def test_a_record_that_another_clerk_changed_is_told(shelf: Shelf, invoice: Record) -> None:
    with open_catalogue(shelf.archive) as catalogue:
        row = catalogue.row(str(invoice.id))
    decisions.correct(reviewer(shelf), row, {"total": "121,00"})
    with pytest.raises(RecordChangedError, match="Somebody changed the record"):
        decisions.accept(reviewer(shelf), row)
    assert len(shown(shelf, invoice)["decisions"]) == 1


def test_who_cannot_have_the_archive_is_told(
    shelf: Shelf, invoice: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "PATIENCE", 0)
    with hold(shelf.archive), pytest.raises(ArchiveBusyError):
        spoken(shelf, "review", "accept", str(invoice.id))
    with hold(shelf.archive):
        _, said = spoken(shelf, "review", typed_in="a\nq\n")
    assert "Another command holds the archive" in said


def test_a_walk_asks_again_after_what_it_did_not_understand(shelf: Shelf, invoice: Record) -> None:
    _, said = spoken(shelf, "review", typed_in="s\no\ns\nx\nc\nnonsense\nc\n121,00\n")
    assert str(objects.path_of(shelf.archive, str(invoice.id), objects.SEARCHABLE)) in said
    assert "nonsense cannot be understood as total. Nothing was changed." in said
    assert "Nothing is in doubt any more." in said
    assert shown(shelf, invoice)["fields"]["total"]["value"] == "121.00"
    assert sound(shelf)


def test_a_walk_rejects_splits_and_merges(
    shelf: Shelf, invoice: Record, letter: Record, two_in_one: Record
) -> None:
    spoken(shelf, "review", "correct", str(two_in_one.id), "total=1,00")
    spoken(shelf, "review", typed_in=f"l\n2\nm\n{letter.id}\nq\n")
    assert len(shown(shelf, two_in_one)["pages"]) == 2
    assert shown(shelf, letter)["state"] == "merged"
    _, said = spoken(shelf, "review", typed_in="s\nr\n2\nq\n")
    assert "Why does it not belong here? 1 blank paper, 2 no document" in said
    assert shown(shelf, two_in_one)["decisions"][-1]["reason"] == "rubbish"
    assert sound(shelf)


def test_a_walk_without_a_person_is_interrupted_and_loses_nothing(shelf: Shelf, invoice: Record) -> None:
    before, rows = [event.type for event in ledger.read(shelf.archive)], shelf.rows()
    spoken(shelf, "review", typed_in="s\n", code=1)
    assert [event.type for event in ledger.read(shelf.archive)] == [*before, "dissemination"]
    assert shelf.rows() == rows


def test_the_clerk_is_asked_in_the_archives_language(shelf: Shelf, invoice: Record) -> None:
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace('language = "en"', 'language = "pl"'))
    _, said = spoken(shelf, "review", typed_in="q\n")
    assert "Kwoty się nie sumują" in said
    assert "przyjmij" in said
    assert "Na człowieka czeka: 1." in said


def test_the_sample_is_looked_through_and_measured(shelf: Shelf, letter: Record) -> None:
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace("sample = 50", "sample = 1"))
    assert letter.verdict == "accepted"
    _, said = spoken(shelf, "review", "list")
    assert "1 of the sample have not been looked at: docscan review --sample" in said
    assert "not known" in spoken(shelf, "quality")[0]
    _, said = spoken(shelf, "review", "--sample", typed_in="c\nissue_date\n4.2.2026\na\n")
    assert "the sample has it. Is all of it right?" in said
    found = json.loads(spoken(shelf, "quality", "--json")[0])
    assert (found["accepted"]["wrong"], found["accepted"]["of"]) == (1, 1)
    assert found["straight_through"] == 1.0
    (date,) = [tally for tally in found["by_field"] if tally["name"] == "issue_date"]
    assert (date["misread"], date["confirmed"]) == (1, 0)
    assert "1 of 1, 100.0% (95 %: 2.50% to 100.00%)" in spoken(shelf, "quality")[0]
    assert "of the sample" not in spoken(shelf, "review", "list", "--sample")[1]
    assert sound(shelf)


def test_a_document_that_waited_for_a_person_is_never_in_the_sample(shelf: Shelf, invoice: Record) -> None:
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace("sample = 50", "sample = 1"))
    spoken(shelf, "review", "accept", str(invoice.id))
    assert spoken(shelf, "review", "list", "--sample", "--json")[0] == ""
    assert json.loads(spoken(shelf, "quality", "--json")[0])["accepted"]["of"] == 0


def test_a_catalogue_of_an_earlier_docscan_has_a_way_out(shelf: Shelf, invoice: Record) -> None:
    with closing(sqlite3.connect(shelf.archive.catalogue_path)) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    with pytest.raises(Exception, match="tables of version 1"):
        spoken(shelf, "review", "list")
    spoken(shelf, "rebuild")
    assert "1 wait for a person." in spoken(shelf, "review", "list")[1]


def test_a_record_without_words_can_be_decided_on(shelf: Shelf, invoice: Record) -> None:
    objects.path_of(shelf.archive, str(invoice.id), objects.WORDS).write_bytes(b"{")
    _, said = spoken(shelf, "review", typed_in="s\ns\nc\n121,00\n")
    assert "Nothing is in doubt any more." in said
    assert shown(shelf, invoice)["fields"]["total"]["raw"] == "121,00"


def test_a_record_read_anew_still_hears_the_e_invoice_that_came_with_it(
    shelf: Shelf, slip: Callable[..., bytes]
):
    shelf.drop("paper.png", slip("Faktura VAT FV/12/2026", "Razem 187,00 PLN"))
    shelf.drop("paper.xml", papers.xml(papers.KSEF))
    assert shelf.run()["archived"] == 1
    (row,) = shelf.rows()
    before = objects.read_record(shelf.archive, row.id).extraction
    spoken(shelf, "review", "correct", row.id, "kind=credit-note")
    after = objects.read_record(shelf.archive, row.id).extraction
    assert after.kind == "credit-note"
    assert after.fields["iban"].origin == before.fields["iban"].origin == "einvoice"
    shelf.call("explain", row.id, "iban")
