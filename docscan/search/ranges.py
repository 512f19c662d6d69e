"""Dates and amounts as whole numbers, so that ranges of them can be searched."""

import re
from datetime import date, timedelta

DATES = ("added", "issue_date", "due_date", "delivery_date")
"""Fields that hold a day, as the number YYYYMMDD."""

AMOUNTS = ("net", "tax", "withheld", "disbursed", "total", "prepaid", "payable")
"""Fields that hold money, in hundredths."""

NUMBERS = (*DATES, *AMOUNTS)

Span = tuple[int, int]

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AMOUNT = re.compile(r"([+-]?)(\d+|[1-9]\d{0,2}(?:[., '’]\d{3})+)(?:[.,](\d{1,2}))?")
_DIGITS = 15
"""Digits of an amount in hundredths: fits 64 bits, and no invoice has more."""


def number(field: str, value: str) -> int | None:
    """The number under which a field's value is indexed; None when it is not one.

    Args:
        field: One of `NUMBERS`.
        value: As in a record: an ISO date or a decimal string.
    """
    found = span(field, value)
    return found[0] if found is not None and (field in AMOUNTS or found[0] == found[1]) else None


def span(field: str, value: str) -> Span | None:
    """The first and the last number that a written value covers.

    Args:
        field: One of `NUMBERS`.
        value: `2026`, `2026-01`, `2026-01-17`; `1000`, `1000.5`, `1.234,56`, `-12,50`.

    Returns:
        Both ends, inclusive, or None when the value is no date or no amount.
    """
    return _days(value) if field in DATES else _cents(value)


def after(field: str, value: int) -> int | None:
    """The next greater number of that field, or None past the end of the calendar."""
    return _moved(value, 1) if field in DATES else value + 1


def before(field: str, value: int) -> int | None:
    """The next smaller number of that field, or None before the start of the calendar."""
    return _moved(value, -1) if field in DATES else value - 1


def written(field: str, value: int) -> str:
    """The number as it is typed in a query."""
    if field in DATES:
        return f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}"
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"


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
