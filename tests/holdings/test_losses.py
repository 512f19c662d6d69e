"""What is lost of the register: sheets that nobody has any more, rows that contradict others."""

from dataclasses import replace

import pytest
from depot import AGENT, NOW, Depot, enter

from docscan.archive import ledger, papers
from docscan.archive.event import Draft
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError
from docscan.holdings import codes, losses, places, projection, rows, tables
from docscan.holdings import register as registers
from docscan.holdings.entities import Item, called


def lost(depot: Depot, text: str) -> str:
    """Lose the sheet that says something; its path from the archive's root."""
    (path,) = [path for path in (depot.archive.root / "holdings").iterdir() if text in path.read_text()]
    path.unlink()
    return f"holdings/{path.name}"


def added(depot: Depot, title: str) -> str:
    (row,) = enter(depot.register, [Item("", "", title, box=depot.boxes[0].id)])
    return called(row)


def test_once_a_lost_sheet_is_given_up_registering_goes_on_and_no_code_is_given_twice(depot: Depot):
    (named,) = enter(
        depot.register, [Item("", codes.code("item", 900), "Actas", box=depot.boxes[0].id)]
    )  # as a list may name it
    path = lost(depot, "Actas")
    with pytest.raises(HoldingsError) as unknown:
        losses.give_up(depot.register, path, "fire", now=NOW, agent=AGENT)
    assert unknown.value.code == "G142"  # what is in the tables is not given up
    registers.rebuild(depot.archive)
    with registers.open_register(depot.catalogue) as found:
        again = replace(depot, register=found)
        with pytest.raises(HoldingsError):
            added(again, "Nuevo")
        told = losses.give_up(found, path, "fire", now=NOW, agent=AGENT)
        assert (told.detail["act"], told.detail["reason"], told.detail["item"]) == ("lost", "fire", 900)
        assert (found.left_out(), added(again, "Nuevo")) == ([], codes.code("item", 901))
        enter(found, [replace(named, id="", title="Actas, otra vez")])  # the label on the shelf is its own
        before = dump(tables.path_of(depot.archive), tables.TABLES)
        assert registers.rebuild(depot.archive) == ()
        assert dump(tables.path_of(depot.archive), tables.TABLES) == before


def test_what_is_in_the_place_of_a_sheet_is_not_written_over(depot: Depot):
    path = lost(depot, depot.items[0].title)
    (depot.archive.root / path).write_text("altered")
    registers.rebuild(depot.archive)
    with registers.open_register(depot.catalogue) as found:
        with pytest.raises(HoldingsError) as there:
            losses.give_up(found, path, "other", now=NOW, agent=AGENT)
        assert there.value.code == "G144"
        (depot.archive.root / path).unlink()
        losses.give_up(found, path, "other", now=NOW, agent=AGENT)
        assert list(found.entities(Item, "TRUE")) == []


def test_of_a_sheet_whose_event_names_no_numbers_as_many_are_passed_over_as_it_has_rows(depot: Depot):
    row = Item("2f4b8b5c-0000-4000-8000-000000000001", codes.code("item", 7), "Actas", box=depot.boxes[0].id)
    (data,) = rows.sheets([rows.row(row)])
    path = "holdings/2f4b8b5c-0000-4000-8000-000000000002.jsonl"
    draft = Draft(projection.REGISTERED, detail={"act": "register", "rows": 1})
    papers.file(depot.catalogue, draft, {path: data}, now=NOW, agent=AGENT)
    (depot.archive.root / path).unlink()
    depot.register.catch_up()
    losses.give_up(depot.register, path, "theft", now=NOW, agent=AGENT)
    assert depot.register.next_number("item") == 8
    assert depot.register.next_number("box") == len(depot.boxes) + 2  # it may have been a box


def test_rows_that_contradict_others_are_findings_of_a_verification(depot: Depot):
    assert list(losses.contradicting(depot.archive)) == []
    twin = replace(depot.items[0], id="2f4b8b5c-0000-4000-8000-000000000003")
    (data,) = rows.sheets([rows.row(twin)])
    files = {"holdings/2f4b8b5c-0000-4000-8000-000000000004.jsonl": data}
    draft = Draft(projection.REGISTERED, detail={"act": "register", "rows": 1})
    written = papers.file(depot.catalogue, draft, files, now=NOW, agent=AGENT)
    depot.register.catch_up()
    (found,) = losses.contradicting(depot.archive)
    assert (found.code, found.line, twin.code in found.sentence("es")) == ("P5", written.seq, True)


def test_a_register_that_cannot_be_read_or_is_not_there_contradicts_nothing(depot: Depot):
    depot.register.write([places.missing(depot.register, depot.items[0].id)], now=NOW, agent=AGENT)
    depot.register.close()
    tables.path_of(depot.archive).write_bytes(b"no database")
    assert list(losses.contradicting(depot.archive)) == []
    tables.forget(tables.path_of(depot.archive))
    assert list(losses.contradicting(depot.archive)) == []
    assert all(one.type for one in ledger.read(depot.archive))
