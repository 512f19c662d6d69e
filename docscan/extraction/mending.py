"""Amounts that an engine misread in the usual ways: letters for figures, a space at the decimal sign."""

import re
from collections.abc import Iterator

from docscan.extraction import values
from docscan.extraction.candidates import Candidate
from docscan.extraction.rows import WIDE_GAP, Row

TORN = 0.85  # the certainty of an amount read in two pieces

_TORN = re.compile(r"\d+(?:[.,] | [.,])\d{2}")
_MISREAD = str.maketrans(
    {"O": "0", "o": "0", "D": "0", "l": "1", "I": "1", "|": "1", "S": "5", "B": "8", "Z": "2"}
)


def mended_amounts(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """Amounts with letters that an engine takes for digits."""
    for index in range(first, last):
        text = row.words[index].text
        digits = text.translate(_MISREAD)
        if digits != text and re.fullmatch(r"-?[\d.,]*\d[.,]\d{2}", digits) and any(map(str.isdigit, text)):
            found = values.read_amount(digits)
            if found:
                yield Candidate(
                    values.money(found.value), text, row, index, index + 1, 0.4, found.value, mended=True
                )
    yield from _torn_amounts(row, first, last)


def _torn_amounts(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """Amounts with a space at their decimal sign, as wide print is read: `42 .00`."""
    for index in range(first, last - 1):
        before, after = row.words[index], row.words[index + 1]
        text = before.text + after.text
        near = after.box.left - before.box.right <= WIDE_GAP * row.height
        found = values.read_amount(text) if near and _TORN.fullmatch(f"{before.text} {after.text}") else None
        if found:
            yield Candidate(values.money(found.value), text, row, index, index + 2, TORN, found.value)
