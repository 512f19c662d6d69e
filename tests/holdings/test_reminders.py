"""Reminders of what is overdue."""

from datetime import date, datetime, timedelta

import pytest
from depot import AGENT, NOW, Depot

from docscan.holdings import lent, loans, policies, reminders
from docscan.holdings.lines import Act
from docscan.holdings.loans import Asked
from docscan.holdings.policies import Rules
from docscan.holdings.reminders import Reminder

DUE = date(2026, 4, 1)  # thirty days after NOW, a Wednesday


def on(day: date) -> datetime:
    return datetime.combine(day, NOW.timetz())


@pytest.fixture
def rules(depot: Depot) -> Rules:
    for item in depot.items[:2]:
        do(depot, "out", item.code, NOW)
    return policies.load(depot.catalogue)


def do(depot: Depot, act: Act, item: str, now: datetime) -> None:
    person = depot.persons[0].code if act == "out" else ""
    loans.act(depot.register, Asked(act, item, person), now=now, agent=AGENT)


def night(depot: Depot, rules: Rules, day: date) -> list[int]:
    """The levels that a night drafts."""
    due = reminders.due(depot.register, rules, day)
    reminders.draft(depot.register, due, now=on(day), agent=AGENT)
    return [one.number for one in due]


def waiting(depot: Depot, rules: Rules, day: date) -> list[Reminder]:
    return reminders.waiting(depot.register, rules, day)


def send(depot: Depot, rules: Rules, day: date) -> None:
    reminders.sent(depot.register, waiting(depot, rules, day), now=on(day), agent=AGENT)


def test_a_reminder_is_drafted_the_day_after_the_due_one_and_not_twice(depot: Depot, rules: Rules):
    assert night(depot, rules, DUE) == []
    assert night(depot, rules, DUE + timedelta(days=1)) == [1, 1]
    assert night(depot, rules, DUE + timedelta(days=1)) == []
    assert night(depot, rules, DUE + timedelta(days=300)) == []


def test_the_next_level_follows_when_the_one_before_was_sent_and_its_days_are_over(
    depot: Depot, rules: Rules
):
    first = DUE + timedelta(days=90)
    assert night(depot, rules, first) == [1, 1]
    assert [one.level.letter for one in waiting(depot, rules, first)] == ["reminder", "reminder"]
    send(depot, rules, first)
    assert waiting(depot, rules, first) == []
    assert night(depot, rules, first + timedelta(days=13)) == []
    assert night(depot, rules, first + timedelta(days=14)) == [2, 2]
    send(depot, rules, first + timedelta(days=20))
    assert night(depot, rules, first + timedelta(days=33)) == []
    assert night(depot, rules, first + timedelta(days=34)) == [3, 3]
    send(depot, rules, first + timedelta(days=34))
    assert night(depot, rules, first + timedelta(days=999)) == []


@pytest.mark.parametrize("act", ["in", "claimed returned", "declared lost"])
def test_what_came_back_or_is_looked_for_is_reminded_of_no_more(depot: Depot, rules: Rules, act: Act):
    assert night(depot, rules, DUE + timedelta(days=1)) == [1, 1]
    do(depot, act, depot.items[0].code, on(DUE + timedelta(days=2)))
    left = waiting(depot, rules, DUE + timedelta(days=2))
    assert [one.lent.item.code for one in left] == [depot.items[1].code]
    send(depot, rules, DUE + timedelta(days=2))
    assert night(depot, rules, DUE + timedelta(days=16)) == [2]


def test_a_renewal_begins_the_ladder_anew_for_the_new_day(depot: Depot, rules: Rules):
    assert night(depot, rules, DUE + timedelta(days=1)) == [1, 1]
    do(depot, "renew", depot.items[0].code, on(DUE + timedelta(days=2)))
    line = lent.of_loan(depot.register, rules, depot.items[0].code, DUE)[0].line
    again = date.fromisoformat(line.due)
    assert again > DUE
    assert [one.lent.item for one in waiting(depot, rules, again)] == [depot.items[1]]
    assert night(depot, rules, again) == []
    assert night(depot, rules, again + timedelta(days=1)) == [1]


def test_days_of_grace_pass_before_anything_is_overdue(depot: Depot, rules: Rules):
    patient = policies.parsed(policies.shipped().replace("grace = 0 ", "grace = 5 ", 1), "rules")
    assert not list(lent.overdue(depot.register, patient, DUE + timedelta(days=5)))
    assert night(depot, patient, DUE + timedelta(days=5)) == []
    late = list(lent.overdue(depot.register, patient, DUE + timedelta(days=6)))
    assert [one.late for one in late] == [6, 6]
    assert night(depot, patient, DUE + timedelta(days=6)) == [1, 1]


def test_without_a_ladder_nothing_is_written(depot: Depot, rules: Rules):
    silent = Rules(rules.policies, ())
    assert reminders.due(depot.register, silent, DUE + timedelta(days=99)) == []
    assert reminders.waiting(depot.register, silent, DUE + timedelta(days=99)) == []


def test_what_was_lent_on_a_day_stays_so_whatever_comes_later(depot: Depot, rules: Rules):
    day = DUE + timedelta(days=3)
    before = [(one.item.code, one.late, one.line.stand) for one in lent.as_of(depot.register, rules, day)]
    assert before == [(item.code, 3, "on loan") for item in depot.items[:2]]
    do(depot, "renew", depot.items[0].code, on(day + timedelta(days=1)))
    do(depot, "in", depot.items[1].code, on(day + timedelta(days=2)))
    do(depot, "shelve", depot.items[1].code, on(day + timedelta(days=2)))
    do(depot, "out", depot.items[2].code, on(day + timedelta(days=2)))
    assert [
        (one.item.code, one.late, one.line.stand) for one in lent.as_of(depot.register, rules, day)
    ] == before
    now = day + timedelta(days=2)
    assert [one.item.code for one in lent.as_of(depot.register, rules, now)] == [
        depot.items[0].code,
        depot.items[2].code,
    ]
    assert list(lent.as_of(depot.register, rules, NOW.date() - timedelta(days=1))) == []
