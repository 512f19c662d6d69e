"""Text to search terms: once, for what is indexed and for what is asked.

A *chunk* is what stands between spaces, such as `Rechnung`, `F-2026/0117` or
`1.234,56`. Its *parts* are the runs of letters and digits in it. A chunk of
several parts is indexed twice: part by part, and joined without separators,
so that a number is found however it is written. Terms are folded: no case, no
accents, no letters that only one language has.

Engines are handed ready terms, so every engine finds the same documents.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

VERSION = 1
"""Raised with every change of this module's answers: an index made before is made anew."""

LONGEST = 64
"""Characters of a term; the rest is cut off. The longest number on business paper, an IBAN, has 34."""

GAP = 16
"""Empty positions between two pages or two fields, so that no phrase reaches across."""

# What Unicode's compatibility forms leave undivided, as printed without the sign.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)

# A joiner stands inside a number, a name or an address; a hyphen at the end of
# a line joins only when the next line goes on in lower case.
_PART = r"[^\W_](?:[^\W_]|[\u0300-\u036f\u00ad])*"
_CHUNK = re.compile(rf"{_PART}(?:(?:[.,/:'’·\-‐‑–_+&@]|-\n(?=[a-zß-öø-ÿąćęłńóśźż])){_PART})*")
_PARTS = re.compile(_PART)
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_SPACE = frozenset((" ", "\u00a0", "\u202f"))

_IBAN = 34
"""ISO 13616: an IBAN has at most 34 characters. Longer runs of numbers are columns of a table."""

# What an engine of character recognition takes for one another (Spanish,
# Polish, German and English print); each group is written with one sign.
_CONFUSED = str.maketrans("015l82eu", "oisibzcn")


@dataclass(frozen=True, slots=True)
class Chunk:
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


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Letters and digits alone, without case, accents and special letters; may be empty."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in plain.translate(_LETTERS).casefold() if sign.isalnum())[:LONGEST]


@lru_cache(maxsize=65536)
def skeleton(term: str) -> str:
    """A folded term with every sign that is easily misread put as one of its kind.

    Two readings of the same print have the same skeleton when they differ only
    in 0/o, 1/l/i, 5/s, 8/b, 2/z, c/e, n/u or m/rn.
    """
    return term.replace("rn", "m").translate(_CONFUSED)


def chunks(text: str) -> Iterator[Chunk]:
    """The chunks of a text, in order."""
    for found in _CHUNK.finditer(text):
        parts = tuple(filter(None, map(fold, _PARTS.findall(found.group()))))
        if parts:
            yield Chunk(found.start(), found.end(), found.group(), parts)


def terms(texts: Iterable[str]) -> dict[str, list[int]]:
    """What is indexed of some texts.

    Args:
        texts: The pages, or the values of one field.

    Returns:
        Every term with its positions, ascending. The parts of the texts stand
        at consecutive positions; a joined form at that of its first part.
    """
    found: dict[str, list[int]] = {}
    position = 0
    for text in texts:
        placed: list[tuple[Chunk, int]] = []
        for chunk in chunks(text):
            placed.append((chunk, position))
            position += len(chunk.parts)
        for chunk, at in placed:
            for offset, part in enumerate(chunk.parts):
                found.setdefault(part, []).append(at + offset)
            for whole in _wholes(chunk):
                found.setdefault(whole, []).append(at)
        for run in _runs(text, placed):
            found.setdefault("".join(chunk.joined for chunk, _ in run), []).append(run[0][1])
        position += GAP
    return {term: sorted(set(positions)) for term, positions in found.items()}


def wordings(text: str) -> tuple[tuple[str, ...], ...]:
    """The ways in which a text that is searched for may be indexed.

    Returns:
        Sequences of terms, of which any one will do; each stands at
        consecutive positions. Empty when the text has no letter and no digit.
    """
    found = list(chunks(text))
    if not found:
        return ()
    parts = tuple(part for chunk in found for part in chunk.parts)
    singles = ((whole,) for whole in _wholes(found[0])) if len(found) == 1 else ()
    return tuple(dict.fromkeys((parts, *singles)))


def _wholes(chunk: Chunk) -> Iterator[str]:
    """The forms of a chunk as one term, where it has several parts."""
    if len(chunk.parts) > 1:
        yield chunk.joined
        day = _day(chunk.text)
        if day:
            yield day


def _day(text: str) -> str:
    """A date of the form 17.1.2026 as 20260117; the month first only where it must be."""
    found = _DAY.fullmatch(text)
    if found is None:
        return ""
    first, second, year = (int(number) for number in found.groups())
    for day, month in ((first, second), (second, first)):
        try:
            return f"{date(year if year > 99 else 2000 + year, month, day):%Y%m%d}"
        except ValueError:
            continue
    return ""


def _runs(text: str, placed: Sequence[tuple[Chunk, int]]) -> Iterator[list[tuple[Chunk, int]]]:
    """Numbers written in groups, such as an IBAN, 1 234,56 or B 12345674.

    One space apart; all groups but the first begin with a digit, and the first
    has digits or is a prefix of up to three capitals.
    """
    run: list[tuple[Chunk, int]] = []
    for item in placed:
        chunk = item[0]
        near = bool(run) and text[run[-1][0].end : chunk.start] in _SPACE
        if near and chunk.parts[0][0].isdigit():
            run.append(item)
            continue
        if _is_run(run):
            yield run
        numbered = any(sign.isdigit() for sign in chunk.joined)
        run = [item] if numbered or (len(chunk.text) <= 3 and chunk.text.isupper()) else []
    if _is_run(run):
        yield run


def _is_run(run: Sequence[tuple[Chunk, int]]) -> bool:
    return len(run) > 1 and sum(len(chunk.joined) for chunk, _ in run) <= _IBAN
