"""Dates, amounts and counts as whole numbers, so that ranges of them can be searched."""

import re
from datetime import date, timedelta
from typing import Literal

from docscan.search.days import spoken

Kind = Literal["keyword", "text", "date", "amount", "number"]
"""What a field holds: a word compared whole, words, a day, money, or a count."""

DATES = ("added", "issue_date", "due_date", "delivery_date")
"""Fields of every archive that hold a day, as the number YYYYMMDD."""

AMOUNTS = ("net", "tax", "withheld", "disbursed", "total", "prepaid", "payable")
"""Fields of every archive that hold money, in hundredths."""

Span = tuple[int, int]

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AMOUNT = re.compile(r"([+-]?)(\d+|[1-9]\d{0,2}(?:[., '’]\d{3})+)(?:[.,](\d{1,2}))?")
_DIGITS = 15
"""Digits of an amount in hundredths: fits 64 bits, and no invoice has more."""


def span(kind: Kind, value: str, today: date | None = None) -> Span | None:
    """The first and the last number that a written value covers.

    Args:
        kind: `date`, `amount` or `number`.
        value: `2026`, `2026-01`, `2026-01-17`, `last week`; `1000`, `1.234,56`, `-12,50`; `3`.
        today: The day that words such as `yesterday` start from; without it
            they are no dates.

    Returns:
        Both ends, inclusive, or None when the value is nothing of that kind.
    """
    if kind == "date":
        days = spoken(value, today) if today else None
        return (_number(days[0]), _number(days[1])) if days else _days(value)
    if kind == "amount":
        return _cents(value)
    count = int(value) if value.isascii() and value.isdigit() and len(value) <= _DIGITS else None
    return None if count is None else (count, count)


def after(kind: Kind, value: int) -> int | None:
    """The next greater number of that kind, or None past the end of the calendar."""
    return _moved(value, 1) if kind == "date" else value + 1


def before(kind: Kind, value: int) -> int | None:
    """The next smaller number of that kind, or None before the start of the calendar and below no count."""
    if kind == "number" and not value:
        return None
    return _moved(value, -1) if kind == "date" else value - 1


def written(kind: Kind, value: int) -> str:
    """The number as it is typed in a query."""
    if kind == "date":
        return f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    if kind == "amount":
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    return str(value)


def _days(value: str) -> Span | None:
    found = _DATE.fullmatch(value)
    if found is None or not value.isascii():
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    last = first
    if month is None:
        last = date(first.year, 12, 31)
    elif day is None:
        last = date(first.year, 12, 31) if month == 12 else date(first.year, month + 1, 1) - timedelta(days=1)
    return _number(first), _number(last)


def _cents(value: str) -> Span | None:
    found = _AMOUNT.fullmatch(value)
    if found is None or not value.isascii():
        return None
    sign, whole, fraction = found.groups()
    digits = re.sub(r"\D", "", whole) + (fraction or "").ljust(2, "0")
    if len(digits) > _DIGITS:
        return None
    cents = int(digits) * (-1 if sign == "-" else 1)
    return cents, cents


def _number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


def _moved(value: int, days: int) -> int | None:
    try:
        return _number(date(value // 10000, value // 100 % 100, value % 100) + timedelta(days=days))
    except OverflowError:
        return None
