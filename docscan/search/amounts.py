"""Amounts in a text as terms of their own: `1.234,56`, `1 234.56` and `1234,56` are all `1234.56`.

Written without their point they would be other numbers: `10,00` is no `1000`.
"""

import re

from docscan.patterns import pattern

BLANKS = "\u00a0\u2007\u2009\u202f"
"""What stands between the groups of a number besides a blank: it never breaks, or is thin."""

SPACE = f"[ {BLANKS}]"
"""What stands between the groups of a number."""

_LONGEST = 32
"""Characters of an amount: more than money needs."""

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZłŁ"
"""Of which the short names of currencies are made."""

_POINT = pattern(r"(\d{1,3}(?:[.,'’]\d{3})+|\d+)[.,](\d{1,2})", re.ASCII)
_SPACED = pattern(rf"(?<![\d.,])\d{{1,3}}(?:{SPACE}\d{{3}})+(?:[.,]\d{{1,2}})?(?![\d.,]*\d)", re.ASCII)


def amount(text: str) -> str:
    """An amount with one or two decimals as its term, such as `1234.56`; empty for any other text.

    Between thousands there may be a point, a comma or an apostrophe, whichever stands before the decimals:
    one is easily read for the other.
    """
    found = begun(text)
    return f"{found}0" if found[-2:-1] == "." else found


def begun(text: str) -> str:
    """The beginning of an amount's term, with as many decimals as the text has; empty for any other text."""
    found = _POINT.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return ""
    whole = "".join(filter(str.isdecimal, found[1])).lstrip("0") or "0"
    return f"{whole}.{found[2]}"


def amounts(text: str) -> tuple[str, ...]:
    """The terms of a text that is an amount: itself, and its whole part where the hundredths are none.

    None of one that begins with noughts, as `000,00` in `1 000,00` does.
    """
    found = "" if text[:1] == "0" and text[1:2].isdecimal() else amount(text)
    return (found, found[:-3]) if found.endswith(".00") else (found,) if found else ()


def with_currency(text: str) -> tuple[str, ...]:
    """The terms of an amount that has its currency written to it, such as `50,00zł`."""
    alone = text.strip(_LETTERS)
    return amounts(alone) if alone[-3:-2] in {",", "."} and len(text) - len(alone) <= len("EUR") else ()


def spaced(text: str) -> tuple[str, ...]:
    """The terms of a number with blanks between its thousands, such as `1 234,56`; none for other texts."""
    if _SPACED.fullmatch(text) is None:
        return ()
    joined = _joined(text)
    return amounts(joined) or (joined,)


def spaced_end(text: str, start: int) -> int:
    """Where an amount ends that has its hundredths and blanks between its thousands; 0 where none stands."""
    found = _SPACED.match(text, start) if text[start : start + 1].isdecimal() else None
    return found.end() if found and found.group()[-3] in ".," else 0


def without_blanks(text: str) -> str:
    """A text without the blanks between thousands."""
    return _SPACED.sub(lambda found: _joined(found.group()), text)


def all_spaced(text: str) -> list[str]:
    """The numbers in a text that have blanks between their thousands."""
    return _SPACED.findall(text)


def thousands(text: str) -> bool:
    """Whether a text is a whole number with signs between its thousands, such as `12.500`."""
    return not text.isdecimal() and text[:1] != "0" and bool(amount(f"{text},00"))


def day_and_month(text: str) -> bool:
    """Whether a text that looks like an amount may be a day with its month as well: `17.01`."""
    day, dot, month = text.partition(".")
    short = len(day) <= 2 and len(month) <= 2 and day.isdecimal() and month.isdecimal()
    return bool(dot) and short and 1 <= int(day) <= 31 and 1 <= int(month) <= 12


def _joined(text: str) -> str:
    return "".join(text.split())
