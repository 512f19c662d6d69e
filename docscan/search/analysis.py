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
from functools import lru_cache
from typing import NamedTuple

from docscan.search.amounts import (
    SPACE,
    all_spaced,
    amount,
    amounts,
    day_and_month,
    spaced,
    thousands,
    with_currency,
    without_blanks,
)
from docscan.search.folding import INSIDE, LONGEST, fold

VERSION = 5
"""Raised with every change of the terms of a text: an index made before is made anew."""

# A joiner stands inside a number, a name or an address; a hyphen at the end of
# a line joins only when the next line goes on in lower case.
_PART = rf"[^\W_]+(?:{INSIDE.pattern}+[^\W_]*)*"
CHUNK = re.compile(rf"{_PART}(?:(?:[.,/:'’·\-‐‑–_+&@]|-\n(?=[a-zß-öø-ÿąćęłńóśźż])){_PART})*")
DIVIDED = re.compile(rf"(?:(?<=[^\W_])|(?<={INSIDE.pattern}))-\n(?=[a-zß-öø-ÿąćęłńóśźż])")
PARTS = re.compile(_PART)
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")

_IBAN = 34
"""ISO 13616: an IBAN has at most 34 characters. Longer runs of numbers are columns of a table."""

_SHORTEST_IBAN = 15

_LONG = 7
"""Digits of a number that was typed with blanks and is looked for without: fewer may be several numbers."""

_DIGIT = re.compile(" [0-9]")
_GROUPED = re.compile(r"[0-9A-Z](?: [0-9]\S*+)+")
_GROUPS = re.compile(rf"(?:(?<!\S)[\W_]*{_PART}|(?<![\d.,])[0-9]{{1,3}}){SPACE}[0-9]")
_BANK = re.compile(
    rf"(?<![^\W_])[A-Z]{{2}}[0-9]{{2}}{SPACE}[A-Z]{{4}}(?:{SPACE}[A-Z0-9]{{4}}){{1,6}}"
    rf"(?:{SPACE}[A-Z0-9]{{1,3}})?(?![^\W_])"
)
"""An IBAN in groups of four of which the second is the bank's letters, as in Britain or the Netherlands."""

LAND = re.compile(r"[^a-z0-9][a-z]{2}[0-9]{2}(?: |$)")
"""The first group of an IBAN, in lower case, among others with blanks between, one before the first."""

_PREFIX = re.compile(r"[A-Z]{1,3}")
_NUMBERED = re.compile(r"[a-z]{2}([a-z]?\d{7,32}[a-z]?)", re.ASCII)

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
_WRITTEN = re.compile(
    rf"([0-9]{{1,2}})(?:\.|st|nd|rd|th)?[\s/-]{{1,2}}(?:de\s)?{_NAME}\.?,?[\s/-]{{1,2}}(?:del?\s)?([0-9]{{4}})(?![0-9])"
)
_MONTH_FIRST = re.compile(rf"{_NAME}\.?\s([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s([0-9]{{4}})(?![0-9])")
YEAR = re.compile(r"(?: |[^\W\d_]{2}[.,]{0,2}[/-]|[ /-][/-])[0-9]{4}(?![0-9])")
"""How a date with the month's name ends, a blank before the first word."""

_YEAR_AFTER = re.compile(r"[0-9](?:st|nd|rd|th)?,?\s[0-9]{4}(?![0-9])")

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
        parts = parts_of(found.group())[1]
        if parts:
            yield Chunk(found.start(), found.end(), found.group(), parts)


def wordings(text: str) -> tuple[tuple[str, ...], ...]:
    """The ways in which a text that is searched for may be indexed.

    Returns:
        Sequences of terms, of which any one will do: the words, at consecutive
        positions, or one that is a whole. Empty when the text has no letter
        and no digit.
    """
    found = list(chunks(text))
    if not found:
        return ()
    parts = tuple(part for chunk in found for part in chunk.parts)
    if len(found) > 1:
        if exact := spaced(text.strip()):
            return (
                tuple((term,) for term in exact[:1]) if "." in exact[0] else (parts, *((t,) for t in exact))
            )
        whole = "".join(parts)
        wholes = {whole, *bare(whole)} if _in_groups(text, whole) else set()
    elif exact := amounts(found[0].text)[:1]:
        return (exact, parts) if day_and_month(found[0].text) else (exact,)
    elif thousands(found[0].text):
        return ((found[0].joined,),)
    else:
        wholes = wholes_of(found[0].text, found[0].parts) - {*with_currency(found[0].text)}
    dates = [day for day, start, end in written_days(text) if (start, end) == (found[0].start, found[-1].end)]
    return tuple(dict.fromkeys((parts, *((whole,) for whole in (*sorted(wholes), *dates)))))


def amounts_within(text: str) -> tuple[str, ...]:
    """The terms of the amounts among the words of a text; none where it is nothing but an amount."""
    found = list(chunks(without_blanks(text)))
    return tuple(filter(None, (amount(chunk.text) for chunk in found))) if len(found) > 1 else ()


def _in_groups(text: str, whole: str) -> bool:
    """Whether several chunks are one number, such as a tax id or an IBAN; `whole` is that without blanks."""
    if len(whole) > LONGEST or not whole.isalnum():
        return False
    if bare(whole):
        return True
    upper = text.upper()
    return sum(map(str.isdecimal, whole)) >= _LONG and (whole in grouped(upper) or whole in accounts(upper))


def parts_of(text: str) -> tuple[Sequence[str], tuple[str, ...]]:
    """The parts of a chunk, as written and folded; those that fold to nothing are left out."""
    text = text.replace("-\n", "") if "\n" in text else text
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
    if len(parts) > 1 and amount(text):
        return {*amounts(text)}
    joined = "".join(parts)[:LONGEST]
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


def grouped(text: str) -> Iterator[str]:
    """Numbers written in groups one space apart, such as an IBAN, 1 234,56 or B 12345674, as one term."""
    for groups in _runs(text.replace("\u00a0", " ").replace("\u202f", " ")):
        if not _GROUPS.search(groups):  # dates, amounts and their like beside one another
            continue
        for run in _numbers(groups):
            joined = "".join(run)
            if len(joined) <= _IBAN:
                yield joined
                yield from bare(joined)
            if len(run) > 2 and run[0].isalpha():  # NIP 526 104 08 28
                yield "".join(run[1:])[:_IBAN]
            if (
                len(run) > 4 and run[0][:2].isalpha() and run[0][2:4].isdecimal()
            ):  # an IBAN, and more after it
                yield from _beginnings(run)
        for number in all_spaced(groups):
            yield from spaced(number)


def _runs(text: str) -> Iterator[str]:
    """What stands between blanks, where a digit follows each of these, and it ends in a digit or capital."""
    end = 0
    for blank in _DIGIT.finditer(text):  # begins with a sign that is found at once
        at = blank.start()
        if at < end or not (found := _GROUPED.match(text, at - 1)):
            continue
        before = text[max(0, at - 1 - LONGEST) : at - 1]
        first = "" if before[-1:].isspace() else "".join(before.split()[-1:])
        end = found.end()
        yield first + found.group()


def accounts(text: str) -> Iterator[str]:
    """The IBANs in groups of four of which the second group is letters, each as one term; see `LAND`."""
    for found in _BANK.finditer(text):
        yield from _beginnings(found.group().lower().split())


def _numbers(text: str) -> Iterator[list[str]]:
    """The groups of each number but amounts: all but the last of one part, the first numbered or a prefix."""
    run: list[str] = []
    for group in text.split(" "):
        joined, follows, starts, goes_on = _group(group)
        if not (run and follows) or "." in joined:
            if len(run) > 1 and not ("." in joined and spaced(" ".join(run))):
                yield run
            run = [joined] if starts else []
        else:
            run.append(joined)
            if not goes_on:
                yield run
                run = []
    if len(run) > 1:
        yield run


class _Group(NamedTuple):
    """What stands between two spaces, as a part of a number."""

    joined: str  # with its point where it is an amount
    follows: bool  # it may come after another one
    starts: bool  # it may be the first
    goes_on: bool  # another one may come after it


@lru_cache(maxsize=4096)  # days and counts recur
def _group(text: str) -> _Group:
    if text.isascii() and text.isalnum() and len(text) <= LONGEST:
        numbered = not text.isalpha() or _PREFIX.fullmatch(text) is not None
        return _Group(text.lower(), follows=text[0].isdigit(), starts=numbered, goes_on=True)
    found = CHUNK.search(text)
    parts = parts_of(found.group())[1] if found else ()
    if not found or not parts:
        return _Group("", follows=False, starts=False, goes_on=False)
    goes_on = len(parts) == 1 and found.end() == len(text)  # nothing follows an amount, or a comma
    numbered = not parts[0].isalpha() or _PREFIX.fullmatch(found.group()) is not None
    follows = found.start() == 0 and text[0].isdigit()
    joined = amount(found.group()) or "".join(parts)
    return _Group(joined, follows=follows, starts=goes_on and numbered, goes_on=goes_on)


def _beginnings(run: list[str]) -> Iterator[str]:
    joined = ""
    for group in run:
        joined += group
        if _SHORTEST_IBAN <= len(joined) <= _IBAN:
            yield joined
            yield from bare(joined)
