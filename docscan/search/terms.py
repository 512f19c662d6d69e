"""What is indexed of a text: its words, numbers, lemmas and skeletons.

Quick, as every page of an archive goes through it whenever an index is made
anew: a page is folded at once, and only what stands between two blanks and is
no plain word is taken apart; what words are forms of is remembered.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import filterfalse, islice
from typing import NamedTuple

from docscan.search.analysis import (
    CHUNK,
    DIVIDED,
    MONTHS,
    PARTS,
    bare,
    grouped,
    mixed,
    parts_of,
    skeleton,
    wholes_of,
    written_days,
)
from docscan.search.folding import LONGEST, composed, fold, folded
from docscan.search.inflection import SHORTEST, lemmas

KEPT = 65_536
"""Words of a language whose forms are remembered, in some 10 MB: more than recur on business paper."""

_AROUND = ".,;:!?()\"'"
"""Marks beside a word, most of all."""

_MONTHS = frozenset(MONTHS)
_NONE: frozenset[str] = frozenset()


class Taken(NamedTuple):
    """The terms of a chunk or a text.

    Attributes:
        run: Its words, folded, in order.
        wholes: Its folded forms as one term, where they are no words of the run.
        lemmas: `es=factura`: what its words are forms of, where that is another word.
        bones: The skeletons of the terms with letters and digits.
    """

    run: tuple[str, ...]
    wholes: frozenset[str]
    lemmas: frozenset[str]
    bones: frozenset[str]


def taken(text: str, language: str | None = None) -> Taken:
    """What is indexed of a text.

    Args:
        text: A page, or the value of a field.
        language: Whose lemmas are taken; all four languages' when it is
            empty or another one, none for None.
    """
    if text.isascii() and text.isalpha() and len(text) <= LONGEST:  # one plain word
        word = text.lower()
        return Taken((word,), _NONE, _NONE if language is None else _forms({word}, language), _NONE)
    lower, plain = folded(DIVIDED.sub("", text) if "-\n" in text else text)
    run = _run(plain)
    pieces = lower.split()
    forms = _NONE if language is None else _forms({*pieces}, language)
    terms, wholes = _numbers(filterfalse(str.isalpha, pieces))
    if not terms:  # most values
        return Taken(run, _NONE, forms, _NONE)
    if len(pieces) > 1:
        wholes.update(grouped(text))
    if not _MONTHS.isdisjoint(run):
        wholes.update(day for day, _, _ in written_days(text))
    return Taken(run, frozenset(wholes), forms, frozenset(map(skeleton, filter(mixed, terms | wholes))))


def taken_each(chunks: Sequence[str], language: str) -> list[Taken]:
    """What is indexed of each chunk of a page, as `taken`; their stems are asked for together."""
    _forms({chunk.lower() for chunk in chunks}, language)
    return [_chunk(chunk, language) for chunk in chunks]


@lru_cache(maxsize=4096)  # the hits of an answer have many words in common
def _chunk(text: str, language: str) -> Taken:
    return taken(text, language)


def _run(plain: str) -> tuple[str, ...]:
    """The words of a folded text in order."""
    parts = plain.split()
    if max(map(len, parts), default=0) > LONGEST:
        parts = [part[:LONGEST] for part in parts]
    return tuple(parts)


def _numbers(pieces: Iterable[str]) -> tuple[set[str], set[str]]:
    """The parts of what is no word between two blanks, in lower case, and its forms as one term."""
    terms: set[str] = set()
    wholes: set[str] = set()
    for piece in pieces:
        if piece.isalnum() and piece.isascii() and len(piece) <= LONGEST:  # a misread word, most of all
            terms.add(piece)
            wholes.update(bare(piece))
        elif not piece.strip(_AROUND).isalpha():
            for chunk in CHUNK.findall(piece):
                if parts := parts_of(chunk)[1]:
                    terms.update(parts)
                    wholes |= wholes_of(chunk, parts)
    return terms, wholes


_KNOWN: dict[str, dict[str, str]] = {}
"""Of each language what the words in lower case between two blanks are forms of, with blanks between.

Strings: Python's collector would look through as many small containers again and again.
"""


def _forms(pieces: set[str], language: str) -> frozenset[str]:
    """What the words between blanks, in lower case, are forms of, where that is another word."""
    known = _KNOWN.setdefault(language, {})
    if len(known) >= KEPT:  # what recurs most was met first
        known = _KNOWN[language] = dict(islice(known.items(), KEPT // 2))
    fresh = pieces.difference(known)
    if fresh:
        known.update(_inflected(fresh, language))
    forms = frozenset(filter(None, map(known.get, pieces)))
    return frozenset(" ".join(forms).split()) if " " in "".join(forms) else forms


def _inflected(pieces: set[str], language: str) -> dict[str, str]:
    """What each piece's words are forms of, with blanks between."""
    found = dict.fromkeys(pieces, "")
    written = [*filter(str.isalpha, pieces)]  # most are one word, as it would be typed
    owners = written.copy()
    for piece in filterfalse(str.isalpha, pieces):
        words = [word for word in map(composed, PARTS.findall(piece)) if word.isalpha()]
        written += words
        owners += [piece] * len(words)
    parts = _folded_each(written)
    forms = [*lemmas(written, language)]
    for (at, tongue, _), form in zip(forms, _folded_each([form for _, _, form in forms]), strict=True):
        if form != parts[at] and len(parts[at]) >= SHORTEST:
            piece = owners[at]
            found[piece] = f"{found[piece]} {tongue}={form}".lstrip()
    return found


def _folded_each(words: Sequence[str]) -> list[str]:
    parts = folded(" ".join(words))[1].split()
    # a lemma may be of two words, and a letter of a rare script be folded to nothing
    same = len(parts) == len(words) and all(map(str.isalpha, words))
    return [part[:LONGEST] for part in parts] if same else [*map(fold, words)]
