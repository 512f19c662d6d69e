"""Numbers printed in groups with a blank between, such as an IBAN or `1 234,56`, as one term."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from docscan.patterns import pattern
from docscan.search.amounts import BLANKS, SPACE, all_spaced, amount, spaced
from docscan.search.analysis import CHUNK, PART, bare, parts_of
from docscan.search.folding import LONGEST

_IBAN = 34
"""ISO 13616: an IBAN has at most 34 characters. Longer runs of numbers are columns of a table."""

_SHORTEST_IBAN = 15

_DIGIT = pattern(" [0-9]")
_GROUPED = pattern(r"[0-9A-Z](?: [0-9]\S*+)+")
_GROUPS = pattern(rf"(?:(?<!\S)[\W_]*{PART}|(?<![\d.,])[0-9]{{1,3}}){SPACE}[0-9]")
LAND = pattern(r"[^a-z0-9][a-z]{2}[0-9]{2}(?: |$)")
"""The first group of an IBAN, in lower case, among others with blanks between, one before the first."""

_PREFIX = pattern(r"[A-Z]{1,3}")


def grouped(text: str) -> Iterator[str]:
    """Numbers written in groups one space apart, such as an IBAN, 1 234,56 or B 12345674, as one term."""
    for groups in _runs(_plain(text)):
        if not _GROUPS.search(groups):  # dates, amounts and their like beside one another
            continue
        for run in _numbers(groups):
            joined = "".join(run)
            label = run[0].isalpha() and len(run[0]) > 2  # NIP 526 104 08 28
            if len(joined) <= _IBAN:
                yield joined
                yield from () if label else bare(joined)
            if label and len(run) > 2:
                yield "".join(run[1:])[:_IBAN]
            if (
                len(run) > 4 and run[0][:2].isalpha() and run[0][2:4].isdecimal()
            ):  # an IBAN, and more after it
                yield from _beginnings(run)
        for number in all_spaced(groups):
            yield from spaced(number)


def _plain(text: str) -> str:
    """A text with no other blanks than the usual one between the groups of its numbers."""
    for blank in () if text.isascii() else BLANKS:
        text = text.replace(blank, " ")
    return text


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
    """The IBANs in groups of four of which the second is the bank's letters, each as one term; see `LAND`."""
    for found in _banks().finditer(text):
        yield from _beginnings(found.group().lower().split())


@cache  # they are rare, as in Britain and the Netherlands, and no search needs to know their form
def _banks() -> re.Pattern[str]:
    group = f"{SPACE}[A-Z0-9]"
    return pattern(
        rf"(?<![^\W_])[A-Z]{{2}}[0-9]{{2}}{SPACE}[A-Z]{{4}}(?:{group}{{4}}){{1,6}}(?:{group}{{1,3}})?(?![^\W_])"
    )


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
