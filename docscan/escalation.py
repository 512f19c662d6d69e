"""Ladders of reminders: what is to be done next about something that is late.

One ladder for two uses, paper that is not back and money that has not come.
It is pure: whoever calls says what was done so far, and is told the one step
that may follow. No level is skipped, so what is found to be late by ninety days
begins at the first; none is done twice; and none rises while the one before
only waits to be sent.
"""

import calendar
from collections.abc import Iterable
from datetime import date
from typing import Literal

from docscan.frozen import dataclass

Count = Literal["due", "month end", "previous"]
Act = Literal["drafted", "sent", "blocked", "closed"]

COUNTS: tuple[Count, ...] = ("due", "month end", "previous")
CHANNELS = ("email", "letter", "phone")


@dataclass(frozen=True, slots=True)
class Level:
    """One rung.

    Attributes:
        after: So many days later it is reached, from 1.
        count: Later than what: the due date, the end of its month, or the day on
            which the level before was sent.
        channel: One of `CHANNELS`.
        letter: What is written, a keyword.
    """

    after: int
    count: Count = "due"
    channel: str = "email"
    letter: str = "reminder"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels in their order; the first is number 1, and is not counted from a level before."""

    name: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """What was done about one subject.

    Attributes:
        level: Its number, from 1; 0 for an act that is about no level.
        act: `drafted`, `sent`; `blocked` until `day`; `closed`.
        day: When it was done; of `blocked`, the last day on which nothing follows.
    """

    level: int
    act: Act
    day: date


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done now: a level, with its number."""

    number: int
    level: Level


def next_step(ladder: Ladder, due: date, done: Iterable[Rung], on: date) -> Step | None:
    """What is to be drafted on a day; None for nothing.

    Args:
        ladder: Of the rules in force.
        due: The last day on which it is not late.
        done: All that was done about it so far, in order.
        on: The day.
    """
    before = tuple(done)
    if _stopped(before, on):
        return None
    sent = {one.level: one.day for one in before if one.act == "sent"}
    reached = max((one.level for one in before), default=0)
    if (reached and reached not in sent) or reached >= len(ladder.levels):
        return None
    level = ladder.levels[reached]
    begun = _counted_from(level, due, sent.get(reached))
    return Step(reached + 1, level) if (on - begun).days >= level.after else None


def _stopped(before: tuple[Rung, ...], on: date) -> bool:
    return any(one.act == "closed" or (one.act == "blocked" and one.day >= on) for one in before)


def _counted_from(level: Level, due: date, previous: date | None) -> date:
    if level.count == "previous" and previous is not None:
        return previous
    if level.count == "month end":
        return due.replace(day=calendar.monthrange(due.year, due.month)[1])
    return due
