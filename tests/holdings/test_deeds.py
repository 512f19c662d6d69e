"""The desk at work: what a scan does to the register and the ledger, and what it answers."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from counter import Desk, opened
from depot import AGENT, NOW, Depot, enter, furnish

from docscan.archive import Archive, access, hold
from docscan.archive.catalogue import open_catalogue
from docscan.archive.rebuild import dump
from docscan.archive.recovery import continued, taken_up
from docscan.errors import ArchiveBusyError
from docscan.holdings import deeds, filed, loans, places, redaction, sheets, tables
from docscan.holdings.desk import ACTIONS
from docscan.holdings.entities import Item, Location, Person, Site
from docscan.holdings.loans import Asked
from docscan.holdings.projection import MOVED
from docscan.holdings.register import Register, open_register, rebuild
from docscan.messages import LANGUAGES
from tests.archive.conftest import file_one

OTHER = "jperez"
SCANS, SEED = 3_000, 20261122


def counted(register: Register) -> Depot:
    """A depot whose first item has 204 folios; the last of each kind has a name with odd signs."""
    depot = furnish(register, items=5)
    first = replace(depot.items[0], folios=204)
    enter(register, [first], act="change")
    (odd,) = enter(register, [Item("", "", "@N301 Łódź\n\u202e{x}", box=depot.boxes[1].id)])
    (site,) = enter(register, [Site("", "@J130 \u202e{x}")])
    shelf, person = enter(register, [Location("", "", site.id), Person("", "", "@J130 \u202eZoë\n{x}")])
    items, locations, persons = (
        [first, *depot.items[1:], odd],
        [*depot.locations, shelf],
        [*depot.persons, person],
    )
    return replace(depot, items=items, locations=locations, persons=persons)  # type: ignore[arg-type]  # as entered


@pytest.fixture
def desk(archive: Archive) -> Iterator[Desk]:
    with opened(archive, counted) as found:
        yield found


def by_another(desk: Desk, item: Item, act: str, person: str = "") -> None:
    """Another person does something with an item at the same archive."""
    with continued(desk.register.catalogue, now=desk.now, agent=OTHER, timeout=1):
        loans.act(desk.register, Asked(act, item.id, person), now=desk.now, agent=OTHER)  # type: ignore[arg-type]  # one of its acts


def test_a_scan_waits_for_the_disk_until_the_ledger_is_there_and_no_longer(desk: Desk):
    depot = desk.depot
    desk.scan(depot.locations[2].code)
    with mock.patch.object(os, "fsync") as flushed:
        assert desk.scan(depot.items[0].code).kind == "done"
    assert flushed.call_count == 3, "the line, the head, and the folder that names it"
    assert desk.register.catalogue.db.execute("PRAGMA synchronous").fetchone() == (1,)


def test_boxes_and_items_are_where_they_were_scanned_to(desk: Desk):
    depot = desk.depot
    shelf, box, item = depot.locations[2], depot.boxes[1], depot.items[0]
    assert desk.scan(shelf.code).kind == "told"
    assert desk.scan(box.code).kind == "done"
    said = desk.scan(item.code)
    assert (said.kind, said.facts["item"], said.facts["place"]) == ("done", item.code, box.code)
    assert desk.place(0) == box.code
    assert desk.register.place_of(box.id).id == shelf.id  # type: ignore[union-attr]  # it has a place


def test_what_is_there_already_is_said_to_be_and_not_written_again(desk: Desk):
    depot = desk.depot
    before = desk.register.catalogue.applied()
    said = desk.scan(depot.locations[0].code, depot.boxes[0].code, depot.items[0].code)
    assert said.kind == "told"
    assert desk.register.catalogue.applied() == before


def test_a_box_that_cannot_be_placed_bars_the_items_after_it(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    depot = desk.depot
    desk.scan(depot.locations[1].code)
    with hold(desk.depot.archive, 0), monkeypatch.context() as patch:
        patch.setattr(deeds, "PATIENCE", 0.05)
        assert desk.scan(depot.boxes[1].code).kind == "refused"
    said = desk.scan(depot.items[0].code)
    assert (said.kind, said.code) == ("refused", "J061")
    assert desk.place(0) == depot.boxes[0].code


def test_what_is_lent_is_not_said_to_be_in_its_place_when_it_turns_up_there(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[0].code)
    said = desk.scan(depot.boxes[0].code, depot.items[0].code)
    assert said.kind == "refused"
    assert depot.persons[0].code in said.text


def test_whoever_waited_too_long_for_the_archive_is_told_who_got_the_item(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    depot = desk.depot
    desk.scan(depot.persons[1].code, "A-OUT")
    heard = deeds.desk.heard

    def lent_meanwhile(*words: Any) -> Any:
        said = heard(*words)
        by_another(desk, depot.items[0], "out", depot.persons[0].code)
        return said

    with hold(depot.archive, 0), monkeypatch.context() as patch:
        patch.setattr(deeds, "PATIENCE", 0.05)
        assert desk.scan(depot.items[0].code).text.count(str(depot.archive.root)) == 1
    with monkeypatch.context() as patch:
        patch.setattr(deeds, "PATIENCE", 0.05)
        patch.setattr(deeds.desk, "heard", lent_meanwhile)
        patch.setattr(deeds, "continued", mock.Mock(side_effect=ArchiveBusyError("held")))
        said = desk.scan(depot.items[0].code)
    assert (said.kind, said.code) == ("refused", "Q020")
    assert depot.persons[0].code in said.text


def test_what_waits_to_be_fetched_is_not_just_said_to_be_in_its_place(desk: Desk):
    depot = desk.depot
    for act in ("request", "approve", "prepare"):
        by_another(desk, depot.items[0], act, depot.persons[0].code)
    said = desk.scan(depot.boxes[0].code, depot.items[0].code)
    assert (said.kind, said.code) == ("refused", "Q022")
    said = desk.scan(depot.locations[1].code, depot.items[0].code)
    assert said.kind == "done", "it may stand on another shelf until it is fetched"
    assert depot.persons[0].code in said.text


def test_items_of_one_person_are_one_loan_and_their_day_is_said(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT")
    said = [desk.scan(depot.items[number].code) for number in (0, 1)]
    assert [one.kind for one in said] == ["done", "done"]
    assert len({one.facts["loan"] for one in said}) == 1
    assert all(one.facts["due"] in one.text for one in said)
    assert desk.state(0) == desk.state(1) == "on loan"
    other = desk.scan(depot.persons[1].code, depot.items[2].code)
    assert other.facts["loan"] != said[0].facts["loan"]


def test_who_has_it_is_told_to_whoever_would_lend_it_again(desk: Desk):
    depot = desk.depot
    by_another(desk, depot.items[0], "out", depot.persons[1].id)
    said = desk.scan(depot.persons[0].code, "A-OUT", depot.items[0].code)
    assert said.kind == "refused"
    assert depot.persons[1].code in said.text


def test_a_return_is_counted_and_shelved_by_scanning_its_box(desk: Desk):
    depot = desk.depot
    item, box = depot.items[0], depot.boxes[0]
    desk.scan(depot.persons[0].code, "A-OUT", item.code)
    assert desk.scan("A-IN", item.code).facts["person"] == depot.persons[0].code
    assert desk.state(0) == "returned"
    assert desk.scan("203").kind == "refused"
    assert desk.state(0) == "returned", "203 of 204 do not close without a discrepancy"
    assert desk.scan("204").kind == "done"
    assert desk.state(0) == "checked"
    said = desk.scan(box.code, item.code)
    assert said.kind == "done"
    assert desk.state(0) == "shelved"
    assert desk.register.open_loan(item.id) is None


def test_a_return_put_into_another_box_is_done_and_to_be_looked_at(desk: Desk):
    depot = desk.depot
    item, (right, wrong) = depot.items[1], (depot.boxes[1], depot.boxes[0])
    desk.scan(depot.persons[0].code, "A-OUT", item.code, "A-IN", item.code)
    said = desk.scan(wrong.code, item.code)
    assert (said.kind, said.code) == ("look", "J018")
    assert (said.facts["place"], said.facts["was"]) == (wrong.code, right.code)
    assert (desk.state(1), desk.place(1)) == ("shelved", wrong.code)
    desk.scan("A-UNDO")
    assert (desk.state(1), desk.place(1)) == ("returned", right.code)
    assert desk.scan(right.code, item.code).code == "J017"


def test_a_box_that_holds_too_much_or_is_sealed_is_to_be_looked_at(desk: Desk):
    depot = desk.depot
    full = replace(depot.boxes[0], capacity=4)
    with continued(desk.register.catalogue, now=desk.now, agent=AGENT, timeout=1):
        enter(desk.register, [full, replace(depot.boxes[1], seal="S-778")], act="change")
    assert (
        desk.scan(depot.locations[0].code, full.code, depot.items[1].code).kind == "look"
    )  # out of the sealed one
    said = desk.scan(depot.items[3].code)
    assert (said.kind, "S-778" in said.text, "5 expedientes" in said.text) == ("look", True, True)
    assert desk.place(3) == full.code, "it is done all the same"
    said = desk.scan(depot.persons[0].code, "A-OUT", depot.items[5].code)
    assert (said.kind, said.facts["person"], "S-778" in said.text) == ("look", depot.persons[0].code, True)
    assert desk.scan(depot.items[0].code).kind == "done"


def test_what_follows_a_place_outside_the_count_is_said_not_to_be_counted(desk: Desk):
    depot = desk.depot
    outside, item = depot.locations[1].code, depot.items[0].code
    desk.scan(depot.boxes[0].code)
    assert desk.scan("A-COUNT").code == "J120"
    assert [desk.scan(code).code for code in (outside, item)] == ["J128", "J067"]
    assert [desk.scan(code).code for code in (depot.boxes[0].code, item)] == ["J122", "J123"]


def test_nothing_is_lent_to_somebody_who_was_forgotten_since_their_card_was_scanned(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT")
    with continued(desk.register.catalogue, now=desk.now, agent=OTHER, timeout=1):
        redaction.redact(desk.register, depot.persons[0].id, now=desk.now, agent=OTHER)
    said = desk.scan(depot.items[1].code)
    assert (said.kind, said.code, depot.persons[0].name in said.text) == ("refused", "Q052", False)
    assert desk.state(1) == "shelved"


def test_a_return_with_a_folio_missing_cannot_be_shelved_either(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[0].code, "A-IN", depot.items[0].code, "203")
    assert desk.scan(depot.boxes[0].code, depot.items[0].code).kind == "refused"
    assert desk.state(0) == "returned"


def test_a_return_that_was_not_counted_is_mentioned_once_and_can_be_scanned_again_for_it(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[0].code, depot.items[1].code)
    desk.scan("A-IN", depot.items[0].code)
    said = desk.scan(depot.items[1].code)
    assert depot.items[0].code in said.text
    assert depot.items[0].code not in desk.scan("A-IN").text
    assert desk.scan(depot.items[0].code).kind == "told"
    assert desk.scan("204").kind == "done"


def test_a_late_return_says_how_late(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[1].code)
    desk.now += timedelta(days=90)
    assert int(desk.scan("A-IN", depot.items[1].code).facts["days"]) > 30


def test_a_renewal_gives_a_later_day(desk: Desk):
    depot = desk.depot
    first = desk.scan(depot.persons[0].code, "A-OUT", depot.items[1].code).facts["due"]
    desk.now += timedelta(days=5)
    assert desk.scan("A-RENEW", depot.items[1].code).facts["due"] > first


def test_undo_takes_back_step_after_step(desk: Desk):
    depot = desk.depot
    place = desk.place(0)
    desk.scan(depot.locations[2].code, depot.items[0].code)
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[1].code)
    assert desk.scan("A-UNDO").facts["item"] == depot.items[1].code
    assert desk.state(1) == "shelved"
    assert desk.scan("A-UNDO").facts["item"] == depot.items[0].code
    assert desk.place(0) == place
    assert desk.scan("A-UNDO").code == "J070"
    moves = filed.events(desk.register.catalogue, (MOVED,))
    assert [one.detail.get("cause", "") for one in moves] == ["", "undone"]


def test_undo_goes_back_through_several_steps_with_the_same_item(desk: Desk):
    depot = desk.depot
    home, item = desk.place(1), depot.items[1].code
    desk.scan(depot.locations[1].code, item, depot.locations[2].code, item)
    desk.scan(depot.persons[0].code, "A-OUT", item, "A-IN", item, depot.boxes[0].code, item)
    seen = [(desk.place(1), desk.state(1))]
    for _ in range(5):
        assert desk.scan("A-UNDO").kind == "done"
        seen.append((desk.place(1), desk.state(1)))
    second, first = depot.locations[2].code, depot.locations[1].code
    assert seen == [
        (depot.boxes[0].code, "shelved"),
        (second, "returned"),
        (second, "on loan"),
        (second, "shelved"),
        (first, "shelved"),
        (home, "shelved"),
    ]


def test_undo_of_a_shelved_return_opens_its_loan_again(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[1].code, "A-IN", depot.items[1].code)
    desk.scan(depot.locations[2].code, depot.items[1].code)
    assert (desk.state(1), desk.place(1)) == ("shelved", depot.locations[2].code)
    desk.scan("A-UNDO")
    assert (desk.state(1), desk.place(1)) == ("returned", depot.boxes[1].code)
    desk.scan("A-UNDO")
    assert desk.state(1) == "on loan"


def test_undo_of_a_box_bars_the_items_after_it(desk: Desk):
    depot = desk.depot
    desk.scan(depot.locations[2].code, depot.boxes[1].code, "A-UNDO")
    assert desk.register.place_of(depot.boxes[1].id).code == depot.locations[0].code  # type: ignore[union-attr]  # it has a place
    assert desk.scan(depot.items[0].code).code == "J061"


def test_what_was_missing_is_found_by_being_placed_and_missing_again_when_that_is_undone(desk: Desk):
    depot = desk.depot
    with continued(desk.register.catalogue, now=desk.now, agent=AGENT, timeout=1):
        desk.register.write([places.missing(desk.register, depot.items[0].id)], now=desk.now, agent=AGENT)
    assert desk.scan(depot.boxes[0].code, depot.items[0].code).kind == "done"
    assert desk.state(0) == "shelved"
    assert desk.scan("A-UNDO").kind == "done"
    assert desk.state(0) == "missing"


def test_nothing_is_undone_after_which_something_came(desk: Desk):
    depot = desk.depot
    desk.scan(depot.locations[2].code, depot.items[0].code)
    by_another(desk, depot.items[0], "request", depot.persons[1].id)
    assert desk.scan("A-UNDO").code == "J042"
    assert desk.place(0) == depot.locations[2].code
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[1].code)
    by_another(desk, depot.items[1], "recall")
    assert desk.scan("A-UNDO").kind == "refused"
    assert desk.state(1) == "on loan"


def test_what_somebody_else_did_is_not_undone(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[1].code)
    desk.agent = OTHER
    assert desk.scan("A-UNDO").kind == "refused"
    assert desk.state(1) == "on loan"


def test_nobody_lends_to_themselves(desk: Desk):
    with taken_up(desk.depot.archive, now=NOW, agent=AGENT):
        (own,) = sheets.numbered(desk.register, [Person("", "", "Marta López", login=AGENT)])
        sheets.enter(desk.register, [own], now=NOW, agent=AGENT)
    assert isinstance(own, Person)
    assert desk.scan(own.code, "A-OUT", desk.depot.items[0].code).kind == "refused"
    assert desk.state(0) == "shelved"


def test_who_tells_and_changes_nothing(desk: Desk):
    depot = desk.depot
    desk.scan(depot.persons[0].code, "A-OUT", depot.items[0].code, "A-WHO")
    before = desk.register.catalogue.applied()
    assert desk.scan(depot.items[0].code).facts["person"] == depot.persons[0].code
    assert desk.scan(depot.persons[0].code).facts["count"] == "1"
    assert desk.scan(depot.boxes[0].code).facts["place"] == depot.locations[0].code
    assert desk.scan(depot.locations[0].code).facts["boxes"] == "2"
    assert desk.register.catalogue.applied() == before


def test_words_of_a_title_and_numbers_find_items_without_accents(desk: Desk):
    depot = desk.depot
    assert depot.items[3].code in desk.scan("munoz 3").text
    assert depot.items[3].code in desk.scan("4").text
    assert desk.scan("EXPEDIENTE").facts["items"].split() == [one.code for one in depot.items[:5]]
    assert depot.items[5].code in desk.scan("lodz").text
    assert desk.scan("nothing like it").kind == "refused"


def test_every_answer_is_one_line_that_a_terminal_can_show(desk: Desk):
    odd, shelf, person = desk.depot.items[5].code, desk.depot.locations[-1].code, desk.depot.persons[-1].code
    told = [desk.scan("A-WHO", code) for code in (odd, shelf, person)]
    told += [desk.scan("A-END", shelf), desk.scan(odd), desk.scan(person, "A-OUT"), desk.scan(odd)]
    refused = [desk.scan(desk.depot.persons[0].code, odd), desk.scan("A-END", shelf, odd)]
    refused += [desk.scan("\x1b[2J\udcff{x}@N301" * 9), desk.scan("x" * 5_000)]
    said = told + refused
    assert {one.kind for one in refused} == {"refused"}
    assert all(one.text.isprintable() for one in said)


def test_a_place_that_is_scanned_while_the_ledger_cannot_be_read_bars_what_follows(desk: Desk):
    depot, head = desk.depot, desk.depot.archive.root / "ledger" / "head.json"
    desk.scan(depot.boxes[1].code)
    head.rename(head.with_suffix(".away"))
    assert desk.scan(depot.boxes[0].code).kind == "refused"
    head.with_suffix(".away").rename(head)
    assert desk.scan(depot.items[0].code).code == "J061"


def test_whoever_may_not_is_told_so_and_nothing_is_done(desk: Desk):
    with taken_up(desk.depot.archive, now=NOW, agent=AGENT) as catalogue:
        access.change(catalogue, AGENT, ("administrator",), now=NOW, agent=AGENT)
        access.change(catalogue, OTHER, ("auditor",), now=NOW, agent=AGENT)
    desk.agent = OTHER
    depot = desk.depot
    assert desk.scan(depot.locations[2].code, depot.items[0].code).kind == "refused"
    assert desk.scan(depot.persons[0].code, "A-OUT", depot.items[0].code).kind == "refused"
    assert desk.place(0) == depot.boxes[0].code
    assert desk.scan("A-WHO", depot.items[0].code).kind == "told"


def test_two_desks_see_what_the_other_did_at_once(desk: Desk, archive: Archive):
    with open_catalogue(archive) as catalogue, open_register(catalogue) as register:
        other = replace(desk, register=register, session=deeds.opened(register), agent=OTHER)
        depot = desk.depot
        assert desk.scan(depot.persons[0].code, "A-OUT", depot.items[0].code).kind == "done"
        said = other.scan(depot.persons[1].code, "A-OUT", depot.items[0].code)
        assert said.kind == "refused"
        assert depot.persons[0].code in said.text
        assert other.scan("A-IN", depot.items[0].code).kind == "done"
        assert desk.scan("A-WHO", depot.items[0].code).facts["state"] == "returned"


def test_the_paper_of_what_is_scanned_stays(archive: Archive):
    with open_catalogue(archive) as catalogue:
        record = file_one(archive, catalogue, 1).id or ""
    with opened(archive, lambda register: scanned(register, record)) as desk:
        said = desk.scan(desk.depot.persons[0].code, "A-OUT", desk.depot.items[0].code)
        assert (said.kind, said.code) == ("refused", "J044")
        assert desk.state(0) == "shelved"


def scanned(register: Register, record: str) -> Depot:
    depot = furnish(register)
    enter(register, [replace(depot.items[0], record=record)], act="link")
    return depot


def test_whatever_is_scanned_in_any_order_is_answered_and_only_done_if_it_is_said_so(desk: Desk):
    chance = random.Random(SEED)  # noqa: S311 - scans, not secrets
    depot = desk.depot
    lines = [one.code for one in (*depot.locations, *depot.boxes, *depot.items, *depot.persons)]
    lines += [f"A-{word}" for word in ACTIONS] * 2 + [
        "A-IN",
        "A-OUT",
        "204",
        "203",
        "F-000021D",
        "B-000001A",
        "tejado",
    ]
    for _ in range(SCANS):
        desk.pause = timedelta(seconds=chance.choice((0, 2, 2, 2, 2, 2, 2, 700)))
        before = desk.register.catalogue.applied()
        said = desk.scan(chance.choice(lines))
        written = desk.register.catalogue.applied() > before
        assert written is (said.kind in ("done", "look")), said
        desk.session = replace(desk.session, over=False)
    path = tables.path_of(depot.archive)
    before_it = dump(path, tables.TABLES)
    rebuild(depot.archive)
    assert dump(path, tables.TABLES) == before_it


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_morning_goes_well_in_every_language(desk: Desk, language: str):
    depot = desk.depot
    desk.session = replace(desk.session, language=language)
    lines = [
        depot.locations[1].code, depot.boxes[0].code, depot.items[0].code, depot.persons[0].code, "A-OUT",
        depot.items[0].code, "A-RENEW", depot.items[0].code, "A-IN", depot.items[0].code, "204", "A-UNDO",
        depot.boxes[0].code, depot.items[0].code, "A-COUNT", depot.items[1].code, "A-END", "A-WHO",
        depot.items[1].code, "munoz", "A-END", "A-END",
    ]  # fmt: skip
    said = [desk.scan(line) for line in lines]
    assert all(one.text and "{" not in one.text for one in said)
    assert desk.session.over
