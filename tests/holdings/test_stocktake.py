"""Stocktakes: what is found at a place, against what the register says."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from counter import Desk, opened
from depot import AGENT, NOW, Depot, enter, furnish

from docscan.archive import Archive
from docscan.archive.rebuild import dump
from docscan.archive.recovery import continued
from docscan.errors import HoldingsError
from docscan.holdings import loans, places, stocktake, tables
from docscan.holdings.entities import Box, Item, Location, called
from docscan.holdings.lines import Act
from docscan.holdings.loans import Asked
from docscan.holdings.places import STATES
from docscan.holdings.register import Register, rebuild
from docscan.holdings.stocktake_findings import Countable, Counted, Finding, Stocktake, report, tally, totals

ITEMS, BOXES = 5_000, 200
PLANTED: dict[Finding, int] = {"missing": 14, "misplaced": 13, "unexpected": 10}  # 37 together
SEED = 20261122


def begin(register: Register, place: Countable) -> Stocktake:
    return stocktake.begin(register, place, now=NOW, agent=AGENT)


def see(register: Register, counting: Stocktake, *seen: tuple[Item | Box, Location | Box]) -> None:
    stocktake.scan(register, counting, seen, now=NOW, agent=AGENT)


def do(register: Register, act: Act, item: Item, person: str = "") -> None:
    loans.act(register, Asked(act, item.id, person), now=NOW, agent=AGENT)


def findings(register: Register, counting: Stocktake) -> dict[str, Finding]:
    return {one.subject.code: one.finding for one in report(register, counting)}


def wrong(found: list[Counted]) -> dict[str, Finding]:
    return {one.subject.code: one.finding for one in found if one.finding != "expected"}


def test_of_5000_items_with_37_planted_errors_exactly_those_are_found(register: Register):
    chance = random.Random(SEED)  # noqa: S311 - a shelf, not a secret
    depot = furnish(register, locations=4, boxes=BOXES, items=ITEMS)
    home = {item.id: depot.boxes[number % BOXES] for number, item in enumerate(depot.items)}
    chosen = chance.sample(depot.items, 47)
    planted = {"missing": chosen[:14], "misplaced": chosen[14:27], "unexpected": chosen[27:37]}
    out = chosen[37:]  # with their borrowers, which is no error
    for item in (*planted["unexpected"], *out):
        do(register, "out", item, depot.persons[0].id)
    counting = begin(register, depot.locations[0])
    seen = [
        (item, home[item.id]) for item in depot.items if item not in planted["missing"] and item not in out
    ]
    elsewhere = {
        item.id: chance.choice([box for box in depot.boxes if box != home[item.id]])
        for item in planted["misplaced"]
    }
    see(register, counting, *((item, elsewhere.get(item.id, box)) for item, box in seen))

    found = stocktake.close(register, counting, now=NOW, agent=AGENT)
    expected = {item.code: finding for finding, items in planted.items() for item in items}
    assert {code: finding for code, finding in wrong(found).items() if finding != "away"} == expected
    assert Counter(expected.values()) == PLANTED
    assert {code for code, finding in wrong(found).items() if finding == "away"} == {
        item.code for item in out
    }
    assert all(register.state(item.id) == "missing" for item in planted["missing"])
    assert all(register.state(item.id) == "on loan" for item in out)


def test_each_finding_says_where_it_was_seen_where_it_belongs_and_who_has_it(depot: Depot):
    one, other, lent, away, *_ = depot.items
    do(depot.register, "out", lent, depot.persons[0].id)
    do(depot.register, "out", away, depot.persons[1].id)
    counting = begin(depot.register, depot.locations[0])
    first, second = depot.boxes
    see(depot.register, counting, (one, first), (other, first), (lent, first))
    found = {row.subject.id: row for row in report(depot.register, counting)}
    shelf = depot.locations[0].code
    assert (found[one.id].finding, found[one.id].seen) == ("expected", first.code)
    assert (found[other.id].finding, found[other.id].box, found[other.id].location) == (
        "misplaced",
        second.code,
        shelf,
    )
    assert (found[lent.id].finding, found[lent.id].person) == ("unexpected", depot.persons[0])
    assert (found[away.id].finding, found[away.id].person, found[away.id].seen) == (
        "away",
        depot.persons[1],
        "",
    )
    assert [row.finding for row in found.values()].count("missing") == 2


def test_an_item_that_is_seen_at_its_shelf_is_there_though_its_box_was_not_scanned(depot: Depot):
    counting = begin(depot.register, depot.locations[0])
    see(depot.register, counting, (depot.items[0], depot.locations[0]))
    assert findings(depot.register, counting)[depot.items[0].code] == "expected"


def test_a_box_on_the_wrong_shelf_is_misplaced_and_what_lies_in_it_is_not(depot: Depot):
    box, item = depot.boxes[0], depot.items[0]
    counting = begin(depot.register, depot.locations[1])
    see(depot.register, counting, (box, depot.locations[1]), (item, box))
    assert findings(depot.register, counting) == {box.code: "misplaced", item.code: "expected"}
    assert sum(tally(depot.register, counting).values()) == 1, "a box is no item"


def test_what_is_lent_returned_or_put_down_while_it_is_counted_is_no_error(depot: Depot):
    lent_after, returned, arrived, moved_away, _, missing = depot.items
    shelf, box = depot.locations[1], depot.boxes[0]
    reg = depot.register
    for item in depot.items:
        reg.write([places.moving(reg, item.id, shelf.id)], now=NOW, agent=AGENT)
    do(reg, "out", returned, depot.persons[0].id)
    reg.write([places.moving(reg, arrived.id, box.id)], now=NOW, agent=AGENT)
    counting = begin(reg, shelf)
    see(reg, counting, (lent_after, shelf), (depot.items[4], shelf))
    do(reg, "out", lent_after, depot.persons[0].id)
    do(reg, "in", returned)
    do(reg, "shelve", returned)
    reg.write([places.moving(reg, arrived.id, shelf.id)], now=NOW, agent=AGENT)
    reg.write([places.moving(reg, moved_away.id, box.id)], now=NOW, agent=AGENT)
    assert wrong(list(report(reg, counting))) == {missing.code: "missing"}


def test_a_box_brought_while_its_new_shelf_is_counted_brings_what_is_in_it(depot: Depot):
    reg = depot.register
    counting = begin(reg, depot.locations[2])
    reg.write([places.moving(reg, depot.boxes[0].id, depot.locations[2].id)], now=NOW, agent=AGENT)
    assert set(findings(reg, counting).values()) == {"expected"}


def test_a_site_is_counted_with_all_of_its_locations(depot: Depot):
    counting = begin(depot.register, depot.site)
    assert set(findings(depot.register, counting)) == {one.code for one in (*depot.items, *depot.boxes)}
    assert all(stocktake.covers(counting, place) for place in (*depot.locations, *depot.boxes))


def test_a_box_is_missing_where_neither_it_nor_anything_in_it_was_seen(depot: Depot):
    counting = begin(depot.register, depot.locations[0])
    (empty,) = enter(depot.register, [Box("", "", location=depot.locations[0].id)])
    assert findings(depot.register, counting)[called(empty)] == "expected", "it came meanwhile"
    see(depot.register, counting, (depot.items[0], depot.locations[0]))
    found = findings(depot.register, counting)
    assert (found.get(depot.boxes[0].code), found[depot.boxes[1].code]) == (None, "missing")
    assert tally(depot.register, counting)["missing"] == 5, "items are counted"
    closed = stocktake.close(depot.register, counting, now=NOW, agent=AGENT)
    assert wrong(closed)[depot.boxes[1].code] == "missing"
    assert depot.register.state(depot.boxes[1].id) == "shelved", "that a box is missing is said, and no more"
    again = begin(depot.register, depot.locations[0])
    assert findings(depot.register, again)[called(empty)] == "missing"


def test_what_was_lost_is_told_as_that_when_it_is_seen(desk: Desk):
    depot, item = desk.depot, desk.depot.items[0]
    with continued(desk.register.catalogue, now=NOW, agent=AGENT, timeout=1):
        for act, person in (("out", depot.persons[0].id), ("declared lost", "")):
            do(desk.register, act, item, person)  # type: ignore[arg-type]  # one of its acts
    said = desk.scan(depot.boxes[0].code, "A-COUNT", item.code)
    assert (said.kind, said.code, said.facts["state"]) == ("look", "J125", STATES["lost"])
    counting = stocktake.counting(desk.register, depot.boxes[0])
    (found,) = [one for one in report(desk.register, counting) if one.subject == desk.register.item(item.id)]
    assert (found.finding, found.state, found.person) == ("unexpected", "lost", depot.persons[0])


def test_at_the_desk_nothing_is_looked_into_for_a_stocktake_that_another_desk_closed(desk: Desk):
    depot = desk.depot
    desk.scan(depot.locations[0].code, "A-COUNT", depot.items[0].code)
    with continued(desk.register.catalogue, now=NOW, agent=AGENT, timeout=1):
        counting = stocktake.counting(desk.register, depot.locations[0])
        stocktake.cancel(desk.register, counting, now=NOW, agent=AGENT)
    for code in (depot.boxes[0].code, depot.locations[0].code):
        said = desk.scan(code)
        assert (said.kind, said.code) == ("refused", "J302")


def test_a_box_is_counted_by_itself(depot: Depot):
    counting = begin(depot.register, depot.boxes[0])
    assert len(findings(depot.register, counting)) == 3
    assert not stocktake.covers(counting, depot.boxes[1])
    assert not stocktake.covers(counting, depot.locations[0])


def test_the_last_place_a_thing_was_seen_at_counts(depot: Depot):
    counting = begin(depot.register, depot.locations[0])
    see(depot.register, counting, (depot.items[0], depot.boxes[1]))
    assert findings(depot.register, counting)[depot.items[0].code] == "misplaced"
    see(depot.register, counting, (depot.items[0], depot.boxes[0]))
    assert findings(depot.register, counting)[depot.items[0].code] == "expected"


def test_what_was_missing_and_is_seen_in_its_place_is_found_by_the_close(depot: Depot):
    reg, item = depot.register, depot.items[0]
    reg.write([places.missing(reg, item.id)], now=NOW, agent=AGENT)
    counting = begin(reg, depot.boxes[0])
    see(reg, counting, *((one, depot.boxes[0]) for one in depot.items[::2]))
    found = stocktake.close(reg, counting, now=NOW, agent=AGENT)
    assert wrong(found) == {}
    assert reg.state(item.id) == "shelved"


def test_a_request_for_what_turns_out_to_be_missing_is_cancelled_by_the_close(depot: Depot):
    seen, unseen = depot.items[0], depot.items[2]  # in the same box
    do(depot.register, "request", unseen, depot.persons[0].id)
    counting = begin(depot.register, depot.boxes[0])
    see(depot.register, counting, (seen, depot.boxes[0]))
    stocktake.close(depot.register, counting, now=NOW, agent=AGENT)
    assert depot.register.open_loan(unseen.id) is None  # P1
    assert depot.register.state(unseen.id) == "missing"


def test_what_is_missing_already_is_not_said_to_be_missing_again(depot: Depot):
    reg, item = depot.register, depot.items[0]
    reg.write([places.missing(reg, item.id)], now=NOW, agent=AGENT)
    counting = begin(reg, depot.boxes[0])
    see(reg, counting, *((one, depot.boxes[0]) for one in depot.items[2::2]))
    assert wrong(stocktake.close(reg, counting, now=NOW, agent=AGENT)) == {item.code: "missing"}


def test_a_report_of_what_is_over_stays_as_it_was(depot: Depot):
    reg = depot.register
    do(reg, "out", depot.items[2], depot.persons[0].id)
    counting = begin(reg, depot.boxes[0])
    see(reg, counting, (depot.items[0], depot.boxes[0]))
    before = stocktake.close(reg, counting, now=NOW, agent=AGENT)
    do(reg, "in", depot.items[2])
    do(reg, "shelve", depot.items[2])
    reg.write([places.moving(reg, depot.items[0].id, depot.locations[2].id)], now=NOW, agent=AGENT)
    reg.write([places.moving(reg, depot.items[4].id, depot.locations[2].id)], now=NOW, agent=AGENT)
    over = stocktake.newest_of(reg, depot.boxes[0])
    assert over.closed
    after = list(report(reg, over))
    assert wrong(after) == wrong(before) == {depot.items[2].code: "away", depot.items[4].code: "missing"}
    assert totals(after) == totals(before) == tally(reg, over)


def test_a_place_has_one_open_stocktake_and_begins_a_new_one_when_it_is_over(depot: Depot):
    counting = begin(depot.register, depot.locations[0])
    assert begin(depot.register, depot.locations[0]) == counting
    stocktake.cancel(depot.register, counting, now=NOW, agent=AGENT)
    assert all(depot.register.state(item.id) == "shelved" for item in depot.items)
    assert begin(depot.register, depot.locations[0]).id != counting.id
    assert [one.id for one in stocktake.listing(depot.register, closed=True)] == [counting.id]


def test_nothing_is_scanned_or_closed_in_a_stocktake_that_is_over(depot: Depot):
    counting = begin(depot.register, depot.locations[0])
    stocktake.cancel(depot.register, counting, now=NOW, agent=AGENT)
    with pytest.raises(HoldingsError, match=depot.locations[0].code):
        see(depot.register, counting, (depot.items[0], depot.boxes[0]))
    with pytest.raises(HoldingsError, match=depot.locations[0].code):
        stocktake.close(depot.register, counting, now=NOW, agent=AGENT)


def test_a_stocktake_in_which_nothing_was_scanned_is_not_closed(depot: Depot):
    counting = begin(depot.register, depot.locations[0])
    with pytest.raises(HoldingsError) as refused:
        stocktake.close(depot.register, counting, now=NOW, agent=AGENT)
    assert refused.value.code == "J304"
    assert depot.register.state(depot.items[0].id) == "shelved"


def test_a_place_that_was_never_counted_has_no_result(depot: Depot):
    with pytest.raises(HoldingsError) as refused:
        stocktake.newest_of(depot.register, depot.locations[0])
    assert refused.value.code == "J300"


def test_made_anew_from_the_ledger_the_stocktakes_are_the_same(depot: Depot):
    reg = depot.register
    counting = begin(reg, depot.boxes[0])
    seqs = stocktake.scan(
        reg, counting, [(one, depot.boxes[0]) for one in depot.items[::2]], now=NOW, agent=AGENT
    )
    stocktake.unscan(reg, counting, seqs[0], now=NOW, agent=AGENT)
    stocktake.close(reg, counting, now=NOW, agent=AGENT)
    begin(reg, depot.locations[0])
    path = tables.path_of(reg.archive)
    before = dump(path, tables.TABLES)
    rebuild(reg.archive)
    assert dump(path, tables.TABLES) == before
    assert counting.id in before


@pytest.fixture
def desk(archive: Archive) -> Iterator[Desk]:
    with opened(archive) as found:
        yield found


def test_at_the_desk_each_scan_says_whether_the_item_belongs_there(desk: Desk):
    depot = desk.depot
    assert desk.scan("A-COUNT", depot.locations[0].code).code == "J120"
    assert desk.scan(depot.boxes[0].code, depot.items[0].code).kind == "done"
    said = desk.scan(depot.items[1].code)
    assert said.kind == "look"
    assert depot.boxes[1].code in said.text
    assert desk.scan(depot.items[1].code).kind == "told", "it is counted once"
    assert desk.scan("A-END").facts == {
        "place": depot.locations[0].code,
        "expected": "1",
        "misplaced": "1",
        "unexpected": "0",
        "missing": "4",
        "away": "0",
    }


def test_at_the_desk_a_scan_of_a_count_is_taken_back(desk: Desk):
    depot = desk.depot
    desk.scan(depot.boxes[0].code, "A-COUNT", depot.items[0].code, "A-UNDO")
    assert desk.scan("A-END").facts["expected"] == "0"
    assert desk.scan(depot.boxes[0].code, "A-COUNT").code == "J121", "it goes on"


def test_at_the_desk_a_place_elsewhere_bars_what_follows(desk: Desk):
    depot = desk.depot
    said = desk.scan(depot.locations[0].code, "A-COUNT", depot.locations[1].code)
    assert (said.kind, said.code) == ("refused", "J128")
    assert desk.scan(depot.items[0].code).kind == "refused"
    assert desk.scan(depot.boxes[0].code, depot.items[0].code).kind == "done"
    assert desk.scan(depot.persons[0].code).code == "J066"


def test_whoever_counts_may_rest_for_longer_than_others(desk: Desk):
    depot = desk.depot
    desk.scan(depot.boxes[0].code, "A-COUNT")
    desk.now += timedelta(hours=1)
    assert desk.scan(depot.items[0].code).kind == "done"
