"""What is indexed of a text: its words, numbers, lemmas and skeletons.

Quick, as every page of an archive goes through it whenever an index is made
anew: a page is folded at once, and only what stands between two blanks and is
no plain word is taken apart; what words are forms of is remembered.
"""

from collections.abc import Sequence, Set
from functools import lru_cache
from itertools import filterfalse
from typing import NamedTuple

from docscan.search.analysis import (
    CHUNK,
    DIVIDED,
    LONGEST,
    MONTHS,
    SIGNS,
    bare,
    fold,
    grouped,
    mixed,
    parts_of,
    skeleton,
    wholes_of,
    written_days,
)
from docscan.search.inflection import SHORTEST, lemmas

KEPT = 65536
"""Words of a language whose forms are remembered, in some 10 MB: more than recur on business paper."""

_AROUND = ".,;:!?()\"'"
"""Marks beside a word, most of all."""

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


class _Number(NamedTuple):
    """The wholes and the skeletons of what stands between two blanks."""

    wholes: frozenset[str]
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
    joined = DIVIDED.sub("", text) if "-\n" in text else text
    pieces = joined.split()
    run = _run(joined)
    numbers = [found for piece in filterfalse(str.isalpha, pieces) if (found := _number(piece))]
    whole = [*grouped(text)] if numbers and len(pieces) > 1 else []
    if not MONTHS.keys().isdisjoint(run):
        whole += (day for day, _, _ in written_days(text))
    forms = _NONE
    if language is not None:
        forms = _forms({*run} if joined.isascii() else {*joined.lower().split()}, language)
    if not (numbers or whole):  # most values
        return Taken(run, _NONE, forms, _NONE)
    return Taken(
        run,
        _NONE.union(whole, *(number.wholes for number in numbers)),
        forms,
        _NONE.union(map(skeleton, filter(mixed, whole)), *(number.bones for number in numbers)),
    )


def taken_each(chunks: Sequence[str], language: str) -> list[Taken]:
    """What is indexed of each chunk of a page, as `taken`; their stems are asked for together."""
    _forms({chunk.lower() for chunk in chunks}, language)
    return [_chunk(chunk, language) for chunk in chunks]


@lru_cache(maxsize=4096)  # the hits of an answer have many words in common
def _chunk(text: str, language: str) -> Taken:
    return taken(text, language)


def _run(text: str) -> tuple[str, ...]:
    """The folded parts of a text in order; no word of it is divided at the end of a line."""
    parts = text.translate(SIGNS).split()
    if max(map(len, parts), default=0) > LONGEST:
        parts = [part[:LONGEST] for part in parts]
    return tuple(parts)


@lru_cache(maxsize=4096)  # a page's numbers recur at once, in the values of its fields
def _number(piece: str) -> _Number | None:
    """The terms of what stands between two blanks besides its parts; None where it is a word."""
    if piece.strip(_AROUND).isalpha():
        return None
    if piece.isalnum() and piece.isascii() and len(piece) <= LONGEST:  # a misread word, most of all
        return _boned({piece.lower()}, {*bare(piece.lower())})
    terms: set[str] = set()
    wholes: set[str] = set()
    for chunk in CHUNK.findall(piece):
        if parts := _run(chunk):
            terms.update(parts)
            wholes |= wholes_of(chunk, parts)
    return _boned(terms, wholes)


def _boned(terms: set[str], wholes: set[str]) -> _Number:
    return _Number(frozenset(wholes), frozenset(map(skeleton, filter(mixed, terms | wholes))))


_KNOWN: dict[str, dict[str, str]] = {}
"""Of each language what the words in lower case between two blanks are forms of, with blanks between.

Strings: Python's collector would look through as many small containers again and again.
"""


def _forms(pieces: Set[str], language: str) -> frozenset[str]:
    """What the words between blanks, in lower case, are forms of, where that is another word."""
    known = _KNOWN.get(language)
    if known is None or len(known) >= KEPT:
        known = _KNOWN[language] = {}
    found = [*map(known.get, pieces)]
    if None in found:
        fresh = _inflected(
            [piece for piece, forms in zip(pieces, found, strict=True) if forms is None], language
        )
        known.update(fresh)
        found += fresh.values()
    return frozenset(" ".join(filter(None, found)).split())


def _inflected(pieces: list[str], language: str) -> dict[str, str]:
    found = dict.fromkeys(pieces, "")
    words: list[tuple[str, str, str]] = []  # the piece, a word of it as written, and folded
    for piece in pieces:
        if piece.isalpha() and len(piece) <= LONGEST:  # most are
            words.append((piece, piece, piece if piece.isascii() else fold(piece)))
        else:
            words += [
                (piece, *both)
                for chunk in CHUNK.findall(piece)
                for both in zip(*parts_of(chunk), strict=True)
            ]
    words = [word for word in words if len(word[2]) >= SHORTEST and word[2].isalpha()]
    for (piece, _, part), themselves in zip(
        words, lemmas([word for _, word, _ in words], language), strict=True
    ):
        for tongue, form in themselves:
            folded = form if form.isascii() else fold(form)
            if folded != part:
                found[piece] += f" {tongue}={folded}"
    return found
