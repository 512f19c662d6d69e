"""Figures of the depot, as of any day."""

from dataclasses import replace
from datetime import UTC, datetime

from depot import AGENT, NOW, Depot, enter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docscan.holdings import loans, places, policies, report, sheets
from docscan.holdings import register as registers
from docscan.holdings.conditions import Condition
from docscan.holdings.entities import Box, Item, Location
from docscan.holdings.loans import Asked

MAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def figures(depot: Depot, on: datetime = MAY) -> dict[tuple[str, str, str], float]:
    found = report.figures(depot.register, policies.load(depot.catalogue), on.date())
    told = {(one.measure, one.of, one.month): one.value for one in found}
    assert len(told) == len(found)
    return told


def lend(depot: Depot, item: Item, at: datetime) -> None:
    loans.act(depot.register, Asked("out", item.id, depot.persons[0].id), now=at, agent=AGENT)


def take(depot: Depot, item: Item, at: datetime, **how: object) -> None:
    loans.act(depot.register, replace(Asked("in", item.id), **how), now=at, agent=AGENT)  # type: ignore[arg-type]


def test_metres_are_told_by_site_and_use(depot: Depot):
    shelf = Location("", "", depot.site.id, capacity_mm=2500)
    (shelf,) = enter(depot.register, [shelf])
    enter(depot.register, [Box("", "", width_mm=110, location=shelf.id) for _ in range(3)])
    told = figures(depot)
    assert told["occupied_m", "Central / permanent", ""] == 0.33
    assert told["capacity_m", "Central / permanent", ""] == 2.5
    assert told["boxes", "Central / permanent", ""] == 5


def test_a_box_is_counted_where_it_was_on_the_day(depot: Depot):
    (other,) = enter(depot.register, [Location("", "", depot.site.id, use="transit")])
    box = replace(depot.boxes[0], width_mm=100)
    sheets.enter(depot.register, [box], now=NOW, agent=AGENT, act="change")
    places.move(depot.register, box.id, other.id, now=MAY, agent=AGENT)
    assert figures(depot)["occupied_m", "Central / transit", ""] == 0.1
    before = figures(depot, NOW)
    assert before["occupied_m", "Central / permanent", ""] == 0.1
    assert ("occupied_m", "Central / transit", "") not in before


def test_loans_are_told_by_client_and_month_with_the_days_they_took(depot: Depot):
    mine, theirs = (
        replace(item, client=client) for item, client in zip(depot.items, ("Acme", "Beta"), strict=False)
    )
    sheets.enter(depot.register, [mine, theirs], now=NOW, agent=AGENT, act="change")
    lend(depot, mine, NOW)
    take(depot, mine, datetime(2026, 3, 12, 9, tzinfo=UTC))
    lend(depot, theirs, datetime(2026, 4, 1, 9, tzinfo=UTC))
    take(depot, theirs, datetime(2026, 4, 9, 9, tzinfo=UTC), returned=datetime(2026, 4, 5, tzinfo=UTC).date())
    told = figures(depot)
    assert {key: value for key, value in told.items() if key[0] == "loans"} == {
        ("loans", "Acme", "2026-03"): 1,
        ("loans", "Beta", "2026-04"): 1,
    }
    assert (told["mean_days_out", "Acme", ""], told["mean_days_out", "Beta", ""]) == (10, 4)
    assert told["mean_days_out", "all", ""] == 7


def own(depot: Depot, item: Item, client: str, at: datetime) -> None:
    row = replace(depot.register.item(item.id), client=client)
    sheets.enter(depot.register, [row], now=at, agent=AGENT, act="change")


def test_a_loan_counts_for_the_client_of_the_day_it_went_out_also_once_made_anew(depot: Depot):
    item, evening = depot.items[0], datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)
    own(depot, item, "Draft", NOW)
    lend(depot, item, NOW)
    own(depot, item, "Acme", evening)  # which is still of that day
    take(depot, item, datetime(2026, 3, 12, 9, tzinfo=UTC), found=Condition(9))
    loans.act(depot.register, Asked("shelve", item.id), now=MAY, agent=AGENT)
    for client, month in (("Beta", 4), ("", 5), ("Zeta", 6)):
        own(depot, item, client, datetime(2026, month, 3, tzinfo=UTC))
    lend(depot, item, datetime(2026, 6, 4, 9, tzinfo=UTC))
    told = figures(depot, datetime(2026, 7, 1, tzinfo=UTC))
    assert {key[1:]: value for key, value in told.items() if key[0] == "loans"} == {
        ("Acme", "2026-03"): 1,
        ("Zeta", "2026-06"): 1,
    }
    assert {key[1] for key in told if key[0] == "returned"} == {"Acme", "all"}
    registers.rebuild(depot.archive)
    with registers.open_register(depot.catalogue) as register:
        assert figures(replace(depot, register=register), datetime(2026, 7, 1, tzinfo=UTC)) == told


def test_what_has_no_client_is_told_apart_from_all(depot: Depot):
    sheets.enter(depot.register, [replace(depot.items[0], client="Acme")], now=NOW, agent=AGENT, act="change")
    for item, day in zip(depot.items, (12, 6), strict=False):
        lend(depot, item, NOW)
        take(depot, item, datetime(2026, 3, day, 9, tzinfo=UTC))
    told = figures(depot)
    days = [told["mean_days_out", of, ""] for of in ("Acme", "none", "all")]
    assert days == [10, 4, 7]
    assert [told["returned", of, ""] for of in ("Acme", "none", "all")] == [1, 1, 2]
    assert told["loans", "none", "2026-03"] == 1


def test_the_rate_of_what_is_overdue_is_of_what_is_out(depot: Depot):
    for item in depot.items[:4]:
        lend(depot, item, NOW)
    take(depot, depot.items[3], NOW)
    lend(depot, depot.items[4], MAY)
    told = figures(depot)
    assert (told["on_loan", "all", ""], told["overdue", "all", ""], told["overdue_rate", "all", ""]) == (
        4,
        3,
        0.75,
    )


def test_where_nothing_is_lent_nothing_is_overdue(depot: Depot):
    assert figures(depot)["overdue_rate", "all", ""] == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10)
@given(st.lists(st.sampled_from(["out", "in", "renew", "client"]), max_size=4))
def test_facts_of_later_days_change_nothing(depot: Depot, steps: list[str]):
    for item in depot.items[:2]:
        if depot.register.open_loan(item.id) is None:
            lend(depot, item, NOW)
    was = figures(depot, datetime(2026, 4, 20, tzinfo=UTC))
    for act in steps:
        if act == "client":
            own(depot, depot.items[0], f"{len(figures(depot))}", MAY)
        if act == "out" and depot.register.state(depot.items[2].id) == "shelved":
            lend(depot, depot.items[2], MAY)
        if act == "in" and depot.register.state(depot.items[0].id) == "on loan":
            take(depot, depot.items[0], MAY)
        if act == "renew" and figures(depot)["on_loan", "all", ""] == 1:
            loans.act(depot.register, Asked("renew", depot.items[1].id), now=MAY, agent=AGENT)
    assert figures(depot, datetime(2026, 4, 20, tzinfo=UTC)) == was
