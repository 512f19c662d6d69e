"""Where something is and who has it, and where it was and who had it."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from depot import AGENT, NOW, Depot, enter

from docscan.archive.event import Draft
from docscan.archive.keeping import holds
from docscan.errors import HoldingsError, NotFoundError
from docscan.holdings import answers, places
from docscan.holdings import register as registers
from docscan.holdings.answers import Stay
from docscan.holdings.entities import Item, Site
from tests.archive.conftest import file_one


def at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def write(depot: Depot, hours: float, *drafts: Draft) -> None:
    depot.register.write(drafts, now=NOW + timedelta(hours=hours), agent=AGENT)


def move(depot: Depot, hours: int, subject: str, to: str) -> None:
    places.move(depot.register, subject, to, now=NOW + timedelta(hours=hours), agent=AGENT)


def steps(loan: str, item: str, acts: tuple[str, ...], **more: str) -> list[Draft]:
    return [Draft("loan", detail={"act": act, "loan": loan, "item": item, **more}) for act in acts]


def lend(depot: Depot, hours: int, item: str, person: str) -> str:
    loan = str(uuid.uuid4())
    acts = ("request", "approve", "prepare", "out")
    write(depot, hours, *steps(loan, item, acts, person=person, due="2026-04-01"))
    return loan


def test_an_item_is_in_its_box_and_the_box_on_its_shelf(depot: Depot):
    (found,) = answers.where(depot.register, depot.items[0].code)
    assert (found.code, found.name, found.state) == (depot.items[0].code, "Expediente Muñoz 0", "shelved")
    assert (found.box, found.location) == (depot.boxes[0].code, depot.locations[0].code)
    assert found.shelf == "Central / 2 / A / 3 / 0"
    assert (found.since, found.person, found.due) == (at(0), "", "")


def test_a_lent_item_says_who_has_it_since_when_and_until_when(depot: Depot):
    lend(depot, 5, depot.items[0].id, depot.persons[1].id)
    (found,) = answers.where(depot.register, depot.items[0].id)
    assert (found.state, found.person, found.holder) == ("on loan", depot.persons[1].code, "Zoë Kowalska 1")
    assert (found.since, found.due, found.loan) == (at(5), "2026-04-01", "2026/000001")
    assert (found.box, found.location) == (depot.boxes[0].code, depot.locations[0].code)
    (held,) = answers.where(depot.register, depot.persons[1].code)
    assert held == found
    assert answers.where(depot.register, depot.persons[0].code) == []


def test_a_requested_item_is_still_on_its_shelf(depot: Depot):
    loan = str(uuid.uuid4())
    write(depot, 1, *steps(loan, depot.items[0].id, ("request",), person=depot.persons[0].id))
    (found,) = answers.where(depot.register, depot.items[0].code)
    asks = depot.persons[0]
    assert (found.state, found.since) == ("requested", at(0))
    assert (found.person, found.holder, found.loan) == (asks.code, asks.name, "2026/000001")
    assert answers.where(depot.register, asks.code) == [found]


def test_boxes_locations_and_sites_are_somewhere_too(depot: Depot):
    (box,) = answers.where(depot.register, depot.boxes[0].code)
    assert (box.location, box.name, box.state) == (depot.locations[0].code, "archive box", "")
    (location,) = answers.where(depot.register, depot.locations[1].code)
    assert (location.code, location.shelf) == (depot.locations[1].code, "Central / 2 / A / 3 / 1")
    (site,) = answers.where(depot.register, "Central")
    assert site.code == "Central"


def test_nobody_knows_where_nothing_is(depot: Depot):
    with pytest.raises(NotFoundError):
        answers.where(depot.register, "F-000099Q")


def test_a_history_has_every_place_and_every_holder_without_a_gap(depot: Depot):
    item, box = depot.items[0], depot.boxes[0]
    move(depot, 1, box.id, depot.locations[1].id)
    loan = lend(depot, 2, item.id, depot.persons[0].id)
    move(depot, 3, box.id, depot.locations[2].id)  # its slot moves while it is away (P9)
    write(depot, 4, *steps(loan, item.id, ("in",)))
    write(depot, 4.5, *steps(loan, item.id, ("check", "shelve")))
    move(depot, 5, item.id, depot.locations[0].id)
    write(depot, 6, places.missing(depot.register, item.id))
    assert answers.where(depot.register, item.code)[0].since == at(6)
    write(depot, 7, places.found(depot.register, item.id))
    write(depot, 8, places.leaving(depot.register, item.id, "transferred out"))
    one, two, three = (location.code for location in depot.locations)
    code, person = item.code, depot.persons[0].code
    assert answers.history(depot.register, code) == [
        Stay(at(0), at(1), "shelved", code, box.code, one),
        Stay(at(1), at(2), "shelved", code, box.code, two),
        Stay(at(2), at(3), "on loan", code, box.code, two, person),
        Stay(at(3), at(4), "on loan", code, box.code, three, person),
        Stay(at(4), at(4.5), "returned", code, box.code, three),
        Stay(at(4.5), at(5), "shelved", code, box.code, three),
        Stay(at(5), at(6), "shelved", code, "", one),
        Stay(at(6), at(7), "missing", code, "", one),
        Stay(at(7), at(8), "shelved", code, "", one),
        Stay(at(8), "", "transferred out", code),
    ]
    assert answers.history(depot.register, person) == [Stay(at(2), at(4), "on loan", code, person=person)]
    assert [stay.location for stay in answers.history(depot.register, box.code)] == [one, two, three]
    (gone,) = answers.where(depot.register, code)
    assert (gone.state, gone.box, gone.location) == ("transferred out", "", "")


def test_a_history_tells_what_was_claimed_returned_and_lost_and_where_it_ended(depot: Depot):
    item, other, person = *depot.items[:2], depot.persons[0]
    loan = lend(depot, 1, item.id, person.id)
    write(depot, 2, *steps(loan, item.id, ("claimed returned",)))
    write(depot, 3, *steps(loan, item.id, ("declared lost",)))
    write(depot, 4, *steps(loan, item.id, ("found",)))
    stays = answers.history(depot.register, item.code)
    assert [(stay.since, stay.state, stay.person) for stay in stays] == [
        (at(0), "shelved", ""),
        (at(1), "on loan", person.code),
        (at(2), "claimed returned", person.code),
        (at(3), "lost", person.code),
        (at(4), "returned", ""),
    ]
    loan = lend(depot, 5, other.id, person.id)
    gone = {"act": "written off", "subject": other.id, "kind": "item"}
    lost, ended = steps(loan, other.id, ("declared lost", "written off"))
    write(depot, 6, lost, Draft("holding moved", detail=gone), ended)
    assert [
        (stay.state, stay.person, stay.until) for stay in answers.history(depot.register, other.code)
    ] == [
        ("shelved", "", at(5)),
        ("on loan", person.code, at(6)),
        ("lost", person.code, at(6)),
        ("written off", "", ""),
    ]
    assert answers.history(depot.register, person.code)[1].until == at(6)


def test_what_happened_to_a_box_before_an_item_came_into_it_is_not_the_item_s(depot: Depot):
    move(depot, 1, depot.boxes[1].id, depot.locations[1].id)
    move(depot, 2, depot.items[0].id, depot.boxes[1].id)
    assert [(stay.since, stay.box) for stay in answers.history(depot.register, depot.items[0].code)] == [
        (at(0), depot.boxes[0].code),
        (at(2), depot.boxes[1].code),
    ]


def test_things_of_the_same_second_have_their_order(depot: Depot):
    item = depot.items[0]
    for to in (depot.locations[1], depot.locations[2], depot.locations[1]):
        move(depot, 1, item.id, to.id)
    stays = answers.history(depot.register, item.code)
    assert [stay.location for stay in stays] == [depot.locations[n].code for n in (0, 1, 2, 1)]
    assert [(stay.since, stay.until) for stay in stays[1:]] == [(at(1), at(1)), (at(1), at(1)), (at(1), "")]


def test_a_location_has_no_history(depot: Depot):
    assert answers.history(depot.register, depot.locations[0].code) == []


REFUSED = {
    "a box in a box": ("G060", lambda d: places.moving(d.register, d.boxes[0].id, d.boxes[1].id)),
    "a person on a shelf": ("G060", lambda d: places.moving(d.register, d.persons[0].id, d.locations[0].id)),
    "an item in an item": ("G060", lambda d: places.moving(d.register, d.items[0].id, d.items[1].id)),
    "where it is already": ("G065", lambda d: places.moving(d.register, d.items[0].id, d.boxes[0].id)),
    "what is lent": ("G070", lambda d: places.moving(d.register, d.items[1].id, d.locations[0].id)),
    "lent, and missing": ("G100", lambda d: places.missing(d.register, d.items[1].id)),
    "lent, and destroyed": ("G070", lambda d: places.leaving(d.register, d.items[1].id, "destroyed")),
    "asked for, and destroyed": ("G136", lambda d: places.leaving(d.register, d.items[4].id, "destroyed")),
    "a region of no country": ("G138", lambda d: enter(d.register, [Site("", "Sur", "", "MD")])),
    "found, though never missing": ("G075", lambda d: places.found(d.register, d.items[0].id)),
    "missing twice": ("G075", lambda d: places.missing(d.register, d.items[2].id)),
    "missing, and transferred": (
        "G075",
        lambda d: places.leaving(d.register, d.items[2].id, "transferred out"),
    ),
    "destroyed, and moved": ("G075", lambda d: places.moving(d.register, d.items[3].id, d.locations[0].id)),
}


def test_a_code_of_another_kind_is_registered_and_refused_as_that(depot: Depot):
    with pytest.raises(NotFoundError, match="otra cosa") as error:
        depot.register.item(depot.persons[0].code)
    assert "P persona" in error.value.hint


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_is_refused_with_its_reason(depot: Depot, why: str):
    lend(depot, 1, depot.items[1].id, depot.persons[0].id)
    write(depot, 1, places.missing(depot.register, depot.items[2].id))
    write(depot, 1, places.leaving(depot.register, depot.items[3].id, "destroyed"))
    write(depot, 1, *steps(str(uuid.uuid4()), depot.items[4].id, ("request",), person=depot.persons[0].id))
    code, asked = REFUSED[why]
    with pytest.raises(HoldingsError) as error:
        asked(depot)
    assert error.value.code == code
    assert error.value.hint


def test_what_has_a_held_scan_stays_in_the_house(depot: Depot):
    item, record = depot.items[0], str(file_one(depot.archive, depot.catalogue, 1).id)
    enter(depot.register, [replace(item, record=record)], act="link")
    hold = holds.place(depot.catalogue, [record], "litigation", now=NOW, agent=AGENT)
    with pytest.raises(HoldingsError) as error:
        places.leaving(depot.register, item.id, "destroyed")
    assert error.value.code == "G095"
    holds.release(depot.catalogue, hold, now=NOW, agent=AGENT)
    write(depot, 1, places.leaving(depot.register, item.id, "destroyed"))
    assert depot.register.state(item.id) == "destroyed"


def test_what_is_missing_is_found_by_being_moved(depot: Depot):
    item = depot.items[0]
    write(depot, 1, places.missing(depot.register, item.id))
    move(depot, 2, item.id, depot.boxes[0].id)
    assert depot.register.state(item.id) == "shelved"


def test_an_item_of_an_item_has_a_place_of_its_own(depot: Depot):
    whole = depot.items[0]
    (part,) = enter(depot.register, [Item("", "", "Anexo", location=depot.locations[2].id, parent=whole.id)])
    (found,) = answers.where(depot.register, getattr(part, "code", ""))
    assert found.location == depot.locations[2].code


def test_what_a_lost_sheet_spoke_of_is_left_out(depot: Depot):
    lend(depot, 1, depot.items[0].id, depot.persons[0].id)
    for kind in ('"kind":"site"', '"kind":"person"'):
        for path in (depot.archive.root / "holdings").iterdir():
            if kind in path.read_text():
                path.unlink()
    registers.rebuild(depot.archive)
    with registers.open_register(depot.catalogue) as register:
        (found,) = answers.where(register, depot.items[0].code)
        assert (found.location, found.shelf) == (depot.locations[0].code, "2 / A / 3 / 0")
        assert len(answers.history(register, depot.items[0].code)) >= 1
