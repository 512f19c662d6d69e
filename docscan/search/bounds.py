"""The value of a field with dates, amounts or counts, as typed, and the ends of the range that it means.

::

    range  = [">" | ">=" | "<" | "<="] end | [end] ".." [end]
"""

import re
from collections.abc import Callable
from datetime import date
from itertools import islice, pairwise
from typing import NoReturn, Protocol

from docscan.patterns import pattern
from docscan.search.days import MOST_WORDS, nearest
from docscan.search.nodes import GROUP
from docscan.search.ranges import Kind, Span, after, before, span

Ends = tuple[int | None, int | None]

LONGEST = 2 * MOST_WORDS + 1
"""Words of a value: two days as people say them, and the dots between."""


class Fail(Protocol):
    """Refuses a query."""

    def __call__(self, code: str, at: int, meant: str = "", **facts: str) -> NoReturn:
        """Take a code, the place in the value, what was perhaps meant, and what fills the sentences."""


NOT = {"date": "F147", "amount": "F149", "number": "F151"}
"""What refuses a value that is none of its kind."""

SIGN = pattern(r"[<>]=?")

_HUNDREDS = pattern(r"(?:.*\.\.)?[<>]?=?[+\u2212-]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})*", re.DOTALL)
_THOUSANDS = pattern(r"[0-9]{3}(?:[.,][0-9]{1,2})?(?:\.\..*)?")
_DOTS = pattern(r"\s+\.\.\s*(?=[+\u2212-]?[0-9])")
_AROUND_A_NUMBER = pattern(r"^[^\d+-]+|\D+$")


def extent(text: str, start: int, kind: Kind, today: date | None) -> int:
    """Where a value ends that stands in a query without quotes.

    Args:
        text: The query.
        start: Where its value begins, behind a sign of comparison.
        kind: What the field holds.
        today: As for `span`.

    Returns:
        The end of `last week`, `17 stycznia 2026`, `1 234,56` or a range of them, blanks within
        them; of the first word for anything else. Dots with a blank behind them alone end a range.
    """
    if not GROUP.match(text, start):
        return start
    ends = [found.end() for found in islice(GROUP.finditer(text, start), LONGEST)]
    if kind == "date":
        return next((end for end in reversed(ends[1:]) if _means(text[start:end], today)), ends[0])
    end = ends[0]
    if kind == "amount":
        end = next((one for one, other in pairwise(ends) if not _goes_on(text, start, one, other)), ends[-1])
    dots = _DOTS.match(text, end) if span(kind, text[start:end]) else None
    return extent(text, dots.end(), kind, today) if dots else end


def _means(text: str, today: date | None) -> bool:
    """Whether a text is a day, or a range of days."""
    start, dots, stop = text.partition("..")
    if dots and stop.strip() and stop[0].isspace() and not start[-1:].isspace():
        return False
    written = [part.strip() for part in (start, stop) if part.strip()]
    return bool(written) and all(span("date", part, today) for part in written)


def _goes_on(text: str, start: int, end: int, following: int) -> bool:
    """Whether what stands behind a blank are more thousands of the same amount."""
    more = text[end + 1 : following]
    return bool(_HUNDREDS.fullmatch(text, start, end) and _THOUSANDS.fullmatch(more))


def ends(name: str, kind: Kind, text: str, today: date | None, fail: Fail) -> Ends:
    """The ends of the range that a value means, inclusive; None where it is open.

    Args:
        name: Of the field.
        kind: What it holds.
        text: The value.
        today: As for `span`.
        fail: Called where it means nothing.
    """
    if not text.strip():
        fail("F121", 0, name=name, example=example(name, kind))
    if text.endswith("*"):
        fail("F145", len(text) - 1, name=name, example=example(name, kind))
    if text.strip() == "..":
        fail("F121", 0, name=name, example=example(name, kind))

    def value(part: str, at: int) -> Span:
        found = span(kind, part.strip(), today)
        if found is None:
            compared = sign.group() if sign else ""
            guess = _guess(kind, part, today)
            meant = f"{name}:{compared}{guess}" if guess else ""
            fail(NOT.get(kind, NOT["number"]), at, meant, example=example(name, kind))
        return found

    sign = SIGN.match(text)
    if sign:
        low, high = _compared(sign.group(), kind, value(text[sign.end() :], sign.end()))
    else:
        low, high = _between(name, text, value, fail)
    if low is None and high is None:
        fail("F153", 0, example=example(name, kind))
    return low, high


def _compared(sign: str, kind: Kind, value: Span) -> Ends:
    first, last = value
    if sign.startswith(">"):
        return (first if sign == ">=" else after(kind, last)), None
    return None, (last if sign == "<=" else before(kind, first))


def _between(name: str, text: str, value: Callable[[str, int], Span], fail: Fail) -> Ends:
    """The ends of `a..b`, `a..`, `..b`, or of a value alone."""
    start, dots, stop = text.partition("..")
    if not dots:
        return value(text, 0)
    low = value(start, 0)[0] if start else None
    high = value(stop, len(start) + len(dots))[1] if stop else None
    if low is not None and high is not None and low > high:
        fail("F155", 0, f"{name}:{stop.strip()}..{start.strip()}")
    return low, high


def _guess(kind: Kind, text: str, today: date | None) -> str:
    """What was perhaps meant; empty for nothing that would be understood."""
    if kind == "date":
        return nearest(text, today) if today else ""
    guess = _AROUND_A_NUMBER.sub("", text)
    return guess if span(kind, guess) else ""


def example(name: str, kind: Kind) -> str:
    """A field with a value that it may have."""
    known = {"kind": "invoice", "language": "es", "verdict": "review"}
    examples = {"date": "2026-01..2026-03", "amount": ">1000", "number": ">3"}
    return f"{name}:{known.get(name) or examples.get(kind, 'word')}"
