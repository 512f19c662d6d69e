"""Text to search terms: once, for what is indexed and for what is asked.

A *chunk* is what stands between spaces, such as `Rechnung`, `F-2026/0117` or
`1.234,56`. Its *parts* are the runs of letters and digits in it; those of a
word divided at the end of a line are one. What has several parts, or is written
in groups, is indexed twice: part by part, and as a *whole* without separators,
so that a number is found however it is written; a date is as YYYYMMDD as well,
and an amount keeps its point (see `amounts`).
Terms are folded: no case, no accents, no letters that only one language has.

Engines are handed ready terms, so every engine finds the same documents.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from docscan.patterns import pattern
from docscan.search.amounts import amount, amounts, with_currency
from docscan.search.folding import INSIDE, LONGEST, fold

VERSION = 6
"""Raised with every change of the terms of a text: an index made before is made anew."""

# A joiner stands inside a number, a name or an address; a hyphen at the end of
# a line, also a soft one, joins only when the next line goes on in lower case.
PART = rf"[^\W_]+(?:{INSIDE.pattern}+[^\W_]*)*"
CHUNK = pattern(rf"{PART}(?:(?:[.,/:'’·\-‐‑–_+&@]|(?:(?<=\u00ad)|[-‐])\n(?=[a-zß-öø-ÿąćęłńóśźż])){PART})*")
DIVIDED = pattern(rf"(?:(?<=[^\W_])|(?<={INSIDE.pattern}))[-‐\u00ad]\n(?=[a-zß-öø-ÿąćęłńóśźż])")
PARTS = pattern(PART)
_DAY = pattern(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")

_NUMBERED = pattern(r"[a-z]{2}([a-z]?\d{7,32}[a-z]?)", re.ASCII)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janner enero ene stycznia styczen sty",
            "february feb februar febrero lutego luty lut",
            "march mar marz maerz marzo marca marzec mrz",
            "april apr abril abr kwietnia kwiecien kwi",
            "may mai mayo maja maj",
            "june jun juni junio czerwca czerwiec cze",
            "july jul juli julio lipca lipiec lip",
            "august aug agosto ago sierpnia sierpien sie",
            "september sep sept septiembre setiembre wrzesnia wrzesien wrz",
            "october oct oktober okt octubre pazdziernika pazdziernik paz",
            "november nov noviembre listopada listopad lis",
            "december dec dezember dez diciembre dic grudnia grudzien gru",
        ),
        start=1,
    )
    for name in names.split()
}
_NAME = r"([^\W\d_]{3,12})"
_YEAR = "([0-9]{4})(?![0-9]|[.,][0-9])"  # and no amount
_WRITTEN = pattern(
    rf"([0-9]{{1,2}})(?:(?:st|nd|rd|th|[.º°])?[\s/-]{{1,2}}|\.)(?:de\s|of\s)?{_NAME}\.?,?[\s/-]{{1,2}}(?:del?\s)?{_YEAR}"
)
_MONTH_FIRST = pattern(rf"{_NAME}\.?\s([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s{_YEAR}")
YEAR = pattern(rf"(?: |[^\W\d_]{{2}}[.,]{{0,2}}[/-]|[ /-][/-]){_YEAR}")
"""How a date with the month's name ends, a blank before the first word."""

_YEAR_AFTER = pattern(rf"[0-9](?:st|nd|rd|th)?,?\s{_YEAR}")

# What an engine of character recognition takes for one another (Spanish,
# Polish, German and English print); each group is written with one sign.
_CONFUSED = str.maketrans("015l82eu", "oisibzcn")
_AS_DIGITS = str.maketrans("oisbz", "01582")


class Chunk(NamedTuple):
    """What stands between spaces.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends, exclusive.
        text: As written.
        parts: Its folded parts; at least one.
    """

    start: int
    end: int
    text: str
    parts: tuple[str, ...]

    @property
    def joined(self) -> str:
        """The parts without separators."""
        return "".join(self.parts)[:LONGEST]


def skeleton(term: str) -> str:
    """Folded terms with every sign that is easily misread put as one of its kind; blanks stay.

    Two readings of the same print have the same skeleton when they differ only
    in 0/o, 1/l/i, 5/s, 8/b, 2/z, c/e, n/u or m/rn.
    """
    return term.replace("rn", "m").translate(_CONFUSED)


def mixed(term: str) -> bool:
    """Whether a term has letters and digits, and so may be a misread word or number; an amount has none."""
    return not term.isalpha() and not term.isdecimal() and term.isalnum()


def digits(bones: str) -> str:
    """The number that has this skeleton, read as one; empty when no number has."""
    number = bones.translate(_AS_DIGITS)
    return number if number.isdecimal() else ""


def chunks(text: str) -> Iterator[Chunk]:
    """The chunks of a text, in order."""
    for found in CHUNK.finditer(text):
        written = found.group()
        if parts := parts_of(written)[1]:
            yield Chunk(*found.span(), written, parts)


def parts_of(text: str) -> tuple[Sequence[str], tuple[str, ...]]:
    """The parts of a chunk, as written and folded; those that fold to nothing are left out."""
    text = DIVIDED.sub("", text) if "\n" in text else text
    if text.isalpha() and len(text) <= LONGEST:  # most are
        word = text.lower() if text.isascii() else fold(text)
        return ((text,), (word,)) if word else ((), ())
    if text.isascii() and len(text) <= LONGEST:
        return PARTS.findall(text), tuple(PARTS.findall(text.lower()))
    words = PARTS.findall(text)
    parts = tuple(map(fold, words))
    if all(parts):
        return words, parts
    return [word for word, part in zip(words, parts, strict=True) if part], tuple(filter(None, parts))


def wholes_of(text: str, parts: Sequence[str]) -> set[str]:
    """The forms of a chunk as one term, besides its one part."""
    joined = "".join(parts)[:LONGEST]
    if len(parts) > 1 and amount(text):
        sign = text[len(parts[0])]
        alike = len(parts) > 2 and text.count(sign) == len(parts) - 1  # `12.345.67` may be no amount
        return {*amounts(text), joined} if alike else {*amounts(text)}
    found = {joined} if len(parts) > 1 else set()
    if len(parts) == 3 and len(text) <= 10 and (day := _DAY.fullmatch(text)):
        found.add(_day(*day.groups()))
    if joined[0].isalpha():
        found.update(bare(joined))
    if len(parts) > 1 and (joined[0].isalpha() or joined[-1].isalpha()):
        found.update(with_currency(text))
    found.discard("")
    return found


def bare(whole: str) -> tuple[str, ...]:
    """A tax id, an IBAN or another long number without the two letters before it; none for others."""
    found = _NUMBERED.fullmatch(whole)
    return found.groups() if found else ()


def _day(first: str, second: str, year: str) -> str:
    """A date of the form 17.1.2026 as 20260117; the month first only where it must be."""
    return _iso(first, int(second), year) or _iso(second, int(first), year)


def _iso(day: str, month: int, year: str) -> str:
    try:
        found = date(int(year) if len(year) > 2 else 2000 + int(year), month, int(day))
    except ValueError:
        return ""
    return found.isoformat().replace("-", "")


def written_days(text: str) -> Iterator[tuple[str, int, int]]:
    """Dates with the month's name, such as `17 de enero de 2026`: as YYYYMMDD, with start and end."""
    for found in _WRITTEN.finditer(text):
        month = MONTHS.get(fold(found.group(2)))
        if (
            month
            and not text[: found.start()][-1:].isdigit()
            and (day := _iso(found.group(1), month, found.group(3)))
        ):
            yield day, found.start(), found.end()
    for found in _MONTH_FIRST.finditer(text) if _YEAR_AFTER.search(text) else ():
        month = MONTHS.get(fold(found.group(1)))
        if month and (day := _iso(found.group(2), month, found.group(3))):
            yield day, found.start(), found.end()
