"""What may be registered, what is refused, and how it is found again."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest
from depot import AGENT, NOW, Depot, enter, furnish, working

from docscan.archive import Archive, ledger
from docscan.archive.event import Draft
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError, NotFoundError
from docscan.holdings import codes, places, sheets, tables
from docscan.holdings import register as registers
from docscan.holdings.entities import Box, Entity, Item, Location, Person, Site
from docscan.holdings.register import Register
from tests.archive.conftest import file_one


def refused(register: Register, row: Entity, act: str = "register") -> str:
    """The code of the reason, once it is seen that nothing was written."""
    before = ledger.read_head(register.archive)
    with pytest.raises(HoldingsError) as error:
        sheets.enter(register, sheets.numbered(register, [row]), now=NOW, agent=AGENT, act=act)
    assert ledger.read_head(register.archive) == before
    return error.value.code


def test_what_was_registered_is_found_by_code_and_by_id(depot: Depot):
    for row in (*depot.locations, *depot.boxes, *depot.items, *depot.persons):
        assert depot.register.entity(row.code) == row
        assert depot.register.entity(f" {row.code.lower()} ") == row
        assert depot.register.entity(row.id.upper()) == row
    assert depot.register.entity("Central") == depot.site
    assert depot.register.item(depot.items[0].code) == depot.items[0]
    assert depot.register.person(depot.persons[0].id) == depot.persons[0]


def test_numbers_go_on_by_kind(depot: Depot):
    assert [row.code for row in depot.items] == [codes.code("item", n) for n in range(1, 7)]
    assert {kind: depot.register.next_number(kind) for kind in codes.KINDS} == {
        "location": 4,
        "box": 3,
        "item": 7,
        "person": 3,
    }


@pytest.mark.parametrize(
    "named", ["F-000099Q", "Nowhere", "", "\ud800", "F-1", "x" * 9000, "494b1403-0000-4000-8000-000000000000"]
)
def test_what_is_not_registered_is_not_found(depot: Depot, named: str):
    with pytest.raises(NotFoundError):
        depot.register.entity(named)


def test_a_code_with_two_digits_in_each_others_place_is_answered_with_the_right_one(depot: Depot):
    enter(depot.register, [Item("", codes.code("item", 120), "Akte", box=depot.boxes[0].id)])
    code = codes.code("item", 120)
    with pytest.raises(NotFoundError) as error:
        depot.register.entity(code.replace("120", "210"))
    assert code in error.value.hint


def test_a_box_is_no_item(depot: Depot):
    with pytest.raises(NotFoundError):
        depot.register.item(depot.boxes[0].code)


BOOK = {str(page): "x" * 3_000 for page in range(30)}
BAD: dict[str, tuple[str, Callable[[Depot], Entity]]] = {
    "a title that says nothing": ("G010", lambda d: Item("", "", "  ", box=d.boxes[0].id)),
    "a person without a name": ("G010", lambda _: Person("", "", "")),
    "a day there is not": ("G010", lambda d: Item("", "", "a", box=d.boxes[0].id, date_from="1998-00")),
    "a 30 February": ("G010", lambda d: Item("", "", "a", box=d.boxes[0].id, date_from="2026-02-30")),
    "a 31 February": ("G010", lambda d: Item("", "", "a", box=d.boxes[0].id, date_to="1998-02-31")),
    "a 29 February of no leap year": (
        "G010",
        lambda d: Item("", "", "a", box=d.boxes[0].id, date_from="2024-02-29", date_to="2026-02-29"),
    ),
    "an end before the beginning": (
        "G160",
        lambda d: Item("", "", "a", box=d.boxes[0].id, date_from="1998-05", date_to="1997"),
    ),
    "a text that is no text": ("G010", lambda d: Item("", "", "a\ud800", box=d.boxes[0].id)),
    "a title that a terminal obeys": ("G010", lambda d: Item("", "", "a\x1b[2J", box=d.boxes[0].id)),
    "a name that a terminal obeys": ("G010", lambda _: Person("", "", "Ana\x9b2J")),
    "a code of another kind": ("G010", lambda d: Item("", codes.code("box", 9), "a", box=d.boxes[0].id)),
    "a country in small letters": ("G010", lambda _: Site("", "Norte", "es")),
    "a mail that is none": ("G010", lambda _: Person("", "", "Ana", email="ana@x\nBcc: y")),
    "notes of a book": ("G015", lambda d: Item("", "", "a", box=d.boxes[0].id, extra=BOOK)),
    "no place": ("G020", lambda _: Item("", "", "a")),
    "two places": ("G020", lambda d: Item("", "", "a", box=d.boxes[0].id, location=d.locations[0].id)),
    "a box nowhere": ("G020", lambda _: Box("", "")),
    "a code somebody has": ("G030", lambda d: Item("", d.items[0].code, "a", box=d.boxes[0].id)),
    "an id somebody has": ("G030", lambda d: Item(d.items[0].id, "", "a", box=d.boxes[0].id)),
    "a site called as another": ("G030", lambda _: Site("", "Central")),
    "a box that is a location": ("G050", lambda d: Item("", "", "a", box=d.locations[0].id)),
    "a location in no site": ("G050", lambda d: Location("", "", d.items[0].id)),
    "a part of nothing": ("G050", lambda d: Item("", "", "a", box=d.boxes[0].id, parent=d.site.id)),
    "a scan that is no record": ("G050", lambda d: Item("", "", "a", box=d.boxes[0].id, record=d.site.id)),
}  # fmt: skip


@pytest.mark.parametrize("why", BAD)
def test_what_breaks_a_rule_is_not_registered(depot: Depot, why: str):
    code, made = BAD[why]
    assert refused(depot.register, made(depot)) == code


def test_of_rows_that_come_together_none_is_entered_when_one_is_refused(depot: Depot):
    rows = [Item("", "", "a", box=depot.boxes[0].id), Item("", "", "", box=depot.boxes[0].id)]
    with pytest.raises(HoldingsError):
        enter(depot.register, rows)
    assert depot.register.next_number("item") == 7


def test_two_rows_of_one_sheet_may_not_share_a_code(depot: Depot):
    row = Item("", codes.code("item", 50), "a", box=depot.boxes[0].id)
    with pytest.raises(HoldingsError):
        enter(depot.register, [row, replace(row, title="b")])


def test_a_sheet_may_name_what_it_registers_itself(depot: Depot):
    (box,) = sheets.numbered(depot.register, [Box("", "", location=depot.locations[1].id)])
    first, second = enter(depot.register, [box, Item("", "", "a", box=box.id)])
    assert depot.register.place_of(second.id).id == first.id  # type: ignore[union-attr]  # it has one


def test_a_change_keeps_code_and_place(depot: Depot):
    item = depot.register.item(depot.items[0].id)
    places.move(depot.register, item.id, depot.locations[2].id, now=NOW, agent=AGENT)
    enter(depot.register, [replace(item, title="Nómina 2024", folios=204)], act="change")
    found = depot.register.item(item.code)
    assert (found.title, found.folios) == ("Nómina 2024", 204)
    assert (found.box, found.location) == ("", depot.locations[2].id)


def test_nothing_is_changed_that_is_not_registered_or_is_something_else(depot: Depot):
    item = depot.items[0]
    assert refused(depot.register, replace(item, id=depot.boxes[0].id), "change") == "G040"
    assert refused(depot.register, replace(item, code=codes.code("item", 77)), "change") == "G040"
    assert refused(depot.register, replace(item, code=depot.items[1].code), "change") == "G040"


def test_an_item_names_its_scan_and_is_found_by_it(depot: Depot):
    record = str(file_one(depot.archive, depot.catalogue, 1).id)
    depot.register.catch_up()
    enter(depot.register, [replace(depot.items[0], record=record)], act="link")
    assert [one.code for one in depot.register.entities(Item, "record = ?", [record])] == [
        depot.items[0].code
    ]


def test_a_box_is_asked_for_what_is_in_it_and_a_location_for_all(depot: Depot):
    lone = depot.items[0]
    places.move(depot.register, lone.id, depot.locations[0].id, now=NOW, agent=AGENT)
    first, second = depot.boxes
    places.move(depot.register, second.id, depot.locations[1].id, now=NOW, agent=AGENT)
    assert [one.id for one in depot.register.items_in(first.id)] == [depot.items[n].id for n in (2, 4)]
    assert [one.id for one in depot.register.items_in(depot.locations[0].id)] == [
        depot.items[n].id for n in (0, 2, 4)
    ]
    assert len(list(depot.register.items_in(depot.locations[0].id, limit=2))) == 2
    assert list(depot.register.items_in(depot.locations[2].id)) == []


def test_a_move_of_a_box_is_one_event_and_takes_its_items_along(depot: Depot):
    before = ledger.read_head(depot.archive).size
    places.move(depot.register, depot.boxes[0].id, depot.locations[2].id, now=NOW, agent=AGENT)
    assert ledger.read_head(depot.archive).size == before + 1
    assert [one.id for one in depot.register.items_in(depot.locations[2].id)] == [
        depot.items[n].id for n in (0, 2, 4)
    ]


def test_a_cause_is_one_of_a_few_words(depot: Depot):
    with pytest.raises(ValueError, match="no cause"):
        places.moving(depot.register, depot.boxes[0].id, depot.locations[1].id, cause="García asked")


def test_no_name_or_title_stands_in_the_ledger(depot: Depot):
    said = b"".join(path.read_bytes() for path in depot.archive.ledger.iterdir() if path.is_file()).lower()
    for row in (*depot.items, *depot.persons):
        for word in (row.title if isinstance(row, Item) else row.name).lower().split():
            assert word.encode() not in said or len(word) < 3


def test_the_register_is_made_again_with_the_same_contents(depot: Depot):
    path = tables.path_of(depot.archive)
    places.move(depot.register, depot.boxes[0].id, depot.locations[1].id, now=NOW, agent=AGENT)
    enter(depot.register, [replace(depot.items[0], client="Acme")], act="change")
    before = dump(path, tables.TABLES)
    assert before.count("\n") > 20
    assert before.count("\nformer_client ") == 1
    registers.rebuild(depot.archive)
    assert dump(path, tables.TABLES) == before


def test_a_register_of_another_ledger_is_made_anew(archive: Archive, tmp_path):
    with working(archive) as register:
        furnish(register)
        lost = dump(tables.path_of(archive), tables.TABLES)
    with sqlite3.connect(tables.path_of(archive)) as connection:
        connection.execute("UPDATE applied SET hash = ?", ("0" * 64,))
        connection.execute("DELETE FROM item")
    connection.close()
    with working(archive) as register:
        assert len(list(register.entities(Item, "TRUE"))) == 6
        assert dump(tables.path_of(archive), tables.TABLES).splitlines()[:-1] == lost.splitlines()[:-1]


def test_a_register_that_is_behind_catches_up(depot: Depot):
    draft = places.moving(depot.register, depot.boxes[0].id, depot.locations[1].id)
    depot.catalogue.apply(ledger.append(depot.archive, draft, now=NOW, agent=AGENT))
    assert [one.id for one in depot.register.items_in(depot.locations[1].id)] == []
    depot.register.catch_up()
    assert len(list(depot.register.items_in(depot.locations[1].id))) == 3


def test_several_events_are_one_step(depot: Depot):
    drafts = [places.missing(depot.register, one.id) for one in depot.items]
    written = depot.register.write(drafts, now=NOW, agent=AGENT)
    assert [one.seq for one in written] == list(range(written[0].seq, written[0].seq + 6))
    assert {depot.register.state(one.id) for one in depot.items} == {"missing"}


def test_other_events_cost_the_register_nothing(depot: Depot):
    asked: list[str] = []
    depot.catalogue.apply(ledger.append(depot.archive, Draft("validation"), now=NOW, agent=AGENT))
    depot.register.db.conn.set_trace_callback(asked.append)
    depot.catalogue.db.conn.set_trace_callback(asked.append)
    depot.register.catch_up()
    depot.register.catch_up()
    assert not any("placement" in query or "item" in query for query in asked)
