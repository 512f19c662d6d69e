"""Figures of the depot: metres of shelf, loans by client and month, how long, and how many overdue.

As of a day that is over, facts of later days change nothing, but for what is
registered of boxes and places (widths, millimetres, site, use), which is as it
is now. A loan counts for the client whose the item was, as registered at the
end of the day it went out.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from docscan.frozen import dataclass
from docscan.holdings import lent
from docscan.holdings.policies import Rules
from docscan.holdings.register import Register

ALL, NONE = "all", "none"  # in `of`: of all clients, and of what has no client
OCCUPIED = (  # by site and use: what stands there, and what could
    "SELECT site.name, use, coalesce(sum(width_mm), 0), count(box.id) FROM placement"
    " JOIN box ON box.id = subject JOIN location ON location.id = place JOIN site ON site.id = location.site"
    " WHERE kind = 'box' AND since_at < :after AND (until_at IS NULL OR until_at >= :after) GROUP BY 1, 2"
)
CAPACITY = (
    "SELECT site.name, use, sum(capacity_mm) FROM location JOIN site ON site.id = location.site"
    " GROUP BY 1, 2 HAVING sum(capacity_mm) > 0"
)
CLIENT = (  # of an item at the end of the day it went out
    "coalesce((SELECT was.client FROM former_client AS was"
    " WHERE was.item = item.id AND until_at >= date(out_at, '+1 day') ORDER BY until LIMIT 1), item.client)"
)
LENT = (  # the days that the steps name, which a return that was entered late has too
    f"SELECT {CLIENT}, substr(coalesce(json_extract(gone.detail, '$.day'), out_at), 1, 7), count(*)"  # noqa: S608 - own expressions
    " FROM loan_line JOIN item ON item.id = loan_line.item"
    " JOIN loan_step AS gone ON gone.item = loan_line.item AND gone.loan = loan_line.loan AND gone.seq = out"
    " WHERE out_at < :after GROUP BY 1, 2"
)
DAYS = (
    f"SELECT {CLIENT}, count(*),"  # noqa: S608 - own expressions
    " sum(julianday(coalesce(json_extract(came.detail, '$.day'), substr(back_at, 1, 10)))"
    " - julianday(coalesce(json_extract(gone.detail, '$.day'), substr(out_at, 1, 10))))"
    " FROM loan_line JOIN item ON item.id = loan_line.item"
    " JOIN loan_step AS gone ON gone.item = loan_line.item AND gone.loan = loan_line.loan AND gone.seq = out"
    " JOIN loan_step AS came ON came.item = loan_line.item AND came.loan = loan_line.loan AND came.seq = back"
    " WHERE back_at < :after GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        measure: `boxes`, `occupied_m`, `capacity_m`, `loans`, `returned`,
            `mean_days_out`, `on_loan`, `overdue` or `overdue_rate`.
        of: The site with the use of its places, or the client; `all`, or `none` for no client.
        month: `2026-03` for a number by month; empty otherwise.
        value: Metres, days, a share from 0 to 1, or how many.
    """

    measure: str
    of: str
    month: str
    value: float


def figures(register: Register, rules: Rules, on: date) -> list[Figure]:
    """The figures as of the end of a day.

    Args:
        register: Open.
        rules: Of lending: they say what is overdue.
        on: The day, not one to come.
    """
    after = {"after": (on + timedelta(days=1)).isoformat()}
    return [
        *_shelves(register, after),
        *(
            Figure("loans", client or NONE, month, count)
            for client, month, count in _rows(register, LENT, after)
        ),
        *_days(register, after),
        *_overdue(register, rules, on),
    ]


def _shelves(register: Register, after: dict[str, str]) -> Iterator[Figure]:
    for site, use, width, count in _rows(register, OCCUPIED, after):
        yield Figure("boxes", f"{site} / {use}", "", count)
        yield Figure("occupied_m", f"{site} / {use}", "", width / 1000)
    for site, use, capacity in _rows(register, CAPACITY, after):
        yield Figure("capacity_m", f"{site} / {use}", "", capacity / 1000)


def _days(register: Register, after: dict[str, str]) -> Iterator[Figure]:
    """How many came back, and after how many days, by client and of all."""
    found = list(_rows(register, DAYS, after))
    for client, count, days in found:
        yield Figure("returned", client or NONE, "", count)
        yield Figure("mean_days_out", client or NONE, "", round(days / count, 2))
    total = sum(count for _, count, _ in found)
    yield Figure("returned", ALL, "", total)
    if total:
        yield Figure("mean_days_out", ALL, "", round(sum(days for *_, days in found) / total, 2))


def _overdue(register: Register, rules: Rules, on: date) -> Iterator[Figure]:
    """What was out at the end of the day, and how much of it was overdue."""
    out = [one for one in lent.as_of(register, rules, on) if one.line.stand == "on loan"]
    late = sum(1 for one in out if one.late)
    yield Figure("on_loan", ALL, "", len(out))
    yield Figure("overdue", ALL, "", late)
    yield Figure("overdue_rate", ALL, "", round(late / len(out), 4) if out else 0.0)


def _rows(register: Register, query: str, values: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    yield from register.db.execute(query, values)
