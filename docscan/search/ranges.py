"""Dates, amounts and counts as whole numbers, so that ranges of them can be searched."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from docscan.patterns import pattern
from docscan.search.analysis import MONTHS, written_days
from docscan.search.days import spoken
from docscan.search.folding import fold

Kind = Literal["keyword", "text", "date", "amount", "number"]
"""What a field holds: a word compared whole, words, a day, money, or a count."""

DATES = ("added", "issue_date", "due_date", "delivery_date")
"""Fields of every archive that hold a day, as the number YYYYMMDD."""

AMOUNTS = ("net", "tax", "withheld", "disbursed", "total", "prepaid", "payable")
"""Fields of every archive that hold money, in hundredths."""

Span = tuple[int, int]

_DATE = pattern(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?", re.ASCII)
_DIGITS_ALONE = pattern(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_FIRST = pattern(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_MONTH = pattern(r"(?:([0-9]{1,2})[./-]|([^\W\d_]+)\.?\s+(?:del?\s+)?)([0-9]{4})")
_AMOUNT = pattern(
    r"([+-]?)(\d+|[1-9]\d{0,2}([., '])\d{3}(?:\3\d{3})*)(?:(?!\3)[.,](\d{1,2}))?", re.ASCII
)  # one sign between all thousands, another before the hundredths
_SIGNS = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "’": "'", "\u2212": "-"})
"""Blanks between thousands, the Swiss apostrophe and the minus sign, as they are printed and copied."""

_DIGITS = 15
"""Digits of an amount in hundredths: fits 64 bits, and no invoice has more."""


def span(kind: Kind, value: str, today: date | None = None) -> Span | None:
    """The first and the last number that a written value covers.

    Args:
        kind: `date`, `amount` or `number`.
        value: `2026`, `2026-01`, `2026-01-17`, `17.1.2026`, `17/01/26`, `1/2026`, `enero 2026`,
            `17 stycznia 2026`, `last week`; `1000`, `1.234,56`, `1 234,56`, `-12,50`; `3`.
            The day stands before the month, but where that is no date.
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


def two_ways(value: str) -> bool:
    """Whether a date may be read with the month first as well: `03/04/2026`. With dots nobody writes so."""
    found = _DAY_FIRST.fullmatch(value.strip())
    if found is None or found[2] == ".":
        return False
    one, other = int(found[1]), int(found[3])
    return one != other and 1 <= one <= 12 and 1 <= other <= 12


@lru_cache(maxsize=4096)  # ten years
def _days(value: str) -> Span | None:
    if found := _DATE.fullmatch(value):
        return _calendar(found[1], found[3], found[4])
    if found := _DIGITS_ALONE.fullmatch(value):
        return _calendar(*found.groups())
    if found := _DAY_FIRST.fullmatch(value):
        year = found[4] if len(found[4]) > 2 else f"20{found[4]}"
        return _calendar(year, found[3], found[1]) or _calendar(year, found[1], found[3])
    if found := _MONTH.fullmatch(value):
        month = str(MONTHS.get(fold(found[2]), 0)) if found[2] else found[1]
        return _calendar(found[3], month, None)
    whole = next((day for day, *ends in written_days(value) if ends == [0, len(value)]), "")
    return (int(whole), int(whole)) if whole else None


def _calendar(year: str, month: str | None, day: str | None) -> Span | None:
    """A year, a month or a day; None where the calendar has none."""
    try:
        first = date(int(year), int(month or "1"), int(day or "1"))
    except ValueError:
        return None
    if day:
        return _number(first), _number(first)
    last = int(month) if month else 12
    end = date(first.year, last + 1, 1) - timedelta(days=1) if last < 12 else date(first.year, 12, 31)
    return _number(first), _number(end)


def _cents(value: str) -> Span | None:
    found = _AMOUNT.fullmatch(value.translate(_SIGNS))
    if found is None:
        return None
    sign, whole, _, fraction = found.groups()
    digits = (whole if whole.isdecimal() else re.sub(r"\D", "", whole)) + (fraction or "").ljust(2, "0")
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
