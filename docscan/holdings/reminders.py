"""Reminders of paper that is overdue: the ladder of the rules, climbed by night.

To draft one is an event, and so is that it was sent: nothing is sent by
docscan. The ladder belongs to one due date, so it begins anew after a renewal;
it ends when the item comes back, because only what is on loan is looked at.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from docscan.archive.event import Draft, Event
from docscan.escalation import Act, Ladder, Level, Rung, Step, next_step
from docscan.frozen import dataclass
from docscan.holdings import lent
from docscan.holdings.lent import Lent
from docscan.holdings.policies import OVERDUE, Rules
from docscan.holdings.register import Register


@dataclass(frozen=True, slots=True)
class Reminder:
    """A level that an overdue item has reached.

    Attributes:
        lent: The item, its loan and its borrower.
        number: Of the level, from 1.
        level: What is written, and by which channel.
        since: When it was drafted: ISO 8601; empty while it is not.
    """

    lent: Lent
    number: int
    level: Level
    since: str = ""


def due(register: Register, rules: Rules, on: date) -> list[Reminder]:
    """The reminders that are to be drafted on a day.

    Args:
        register: Open.
        rules: Of lending.
        on: The day.
    """
    ladder = rules.ladder(on)
    if ladder is None:
        return []
    found = ((one, _next(register, rules, ladder, one, on)) for one in lent.overdue(register, rules, on))
    return [Reminder(one, step.number, step.level) for one, step in found if step is not None]


def draft(register: Register, reminders: Sequence[Reminder], *, now: datetime, agent: str) -> list[Event]:
    """Put on record that reminders are drafted, as one step.

    Args:
        register: Open, on an archive that the caller holds.
        reminders: Those of `due`.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    return _record(register, reminders, "drafted", now=now, agent=agent)


def sent(register: Register, reminders: Sequence[Reminder], *, now: datetime, agent: str) -> list[Event]:
    """Put on record that reminders were sent; only then the next level may follow.

    Args:
        register: Open, on an archive that the caller holds.
        reminders: Those of `waiting`.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    return _record(register, reminders, "sent", now=now, agent=agent)


def waiting(register: Register, rules: Rules, on: date) -> list[Reminder]:
    """The reminders that were drafted and not sent, of items that are still away and as due as they were.

    Args:
        register: Open.
        rules: Of lending.
        on: Today.
    """
    ladder = rules.ladder(on)
    levels = ladder.levels if ladder else ()
    found: list[Reminder] = []
    for one in lent.overdue(register, rules, on):
        rungs = done(register, one.line.loan, one.line.item, one.line.due)
        sent = {rung.level for rung in rungs if rung.act == "sent"}
        left = {rung.level: rung.day.isoformat() for rung in rungs if rung.level not in sent}
        found += [
            Reminder(one, number, levels[number - 1], day)
            for number, day in left.items()
            if 0 < number <= len(levels)
        ]
    return found


def done(register: Register, loan: str, item: str, due_day: str) -> list[Rung]:
    """What was written about an item on a loan for one due date, in order.

    Args:
        register: Open.
        loan: A UUID.
        item: A UUID.
        due_day: ISO 8601.
    """
    rows = register.rows(
        "SELECT level, act, day FROM escalation"
        " WHERE subject = ? AND item = ? AND due = ? AND ladder = ? ORDER BY seq",
        *(loan, item, due_day, OVERDUE),
    )
    return [Rung(level, act, date.fromisoformat(day)) for level, act, day in rows]


def _next(register: Register, rules: Rules, ladder: Ladder, one: Lent, on: date) -> Step | None:
    line = one.line
    policy = rules.policy(line.policy, date.fromisoformat(line.out))
    last = date.fromisoformat(line.due) + timedelta(days=policy.grace if policy else 0)
    return next_step(ladder, last, done(register, line.loan, line.item, line.due), on)


def _record(
    register: Register, reminders: Sequence[Reminder], act: Act, *, now: datetime, agent: str
) -> list[Event]:
    drafts = [_draft(one, act, now.date()) for one in reminders]
    return register.write(drafts, now=now, agent=agent) if drafts else []


def _draft(one: Reminder, act: Act, day: date) -> Draft:
    line = one.lent.line
    detail: dict[str, str | int] = {"ladder": OVERDUE, "subject": line.loan, "item": line.item}
    detail |= {"level": one.number, "act": act, "due": line.due, "day": day.isoformat()}
    return Draft("escalation", detail=detail)
