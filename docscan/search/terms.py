"""What is indexed of a text: its words, numbers, lemmas and skeletons.

Quick, as every page of an archive goes through it whenever an index is made
anew: a page is folded at once, and only what stands between two blanks and is
no plain word is taken apart; what words are forms of is remembered.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import filterfalse, islice
from typing import NamedTuple

from docscan.search.analysis import (
    CHUNK,
    DIVIDED,
    MONTHS,
    PARTS,
    YEAR,
    Chunk,
    bare,
    mixed,
    parts_of,
    skeleton,
    wholes_of,
    written_days,
)
from docscan.search.folding import LONGEST, SHORT, composed, fold, folded
from docscan.search.groups import LAND, accounts, grouped
from docscan.search.inflection import SHORTEST, STEMMED, lemmas

KEPT = 65_536
"""Words of a language whose forms are remembered, in some 10 MB: more than recur on business paper."""

RECURRING = 4096
"""Numbers whose forms are remembered: dates recur."""

_AROUND = ".,;:!?()\"'"
"""Marks beside a word, most of all."""

_MONTHS = frozenset(MONTHS)
_NONE: frozenset[str] = frozenset()


class Terms(NamedTuple):
    """The terms of a text as engines take them: with a blank between each two.

    Attributes:
        run: Its words, folded, in order.
        wholes: Its folded forms as one term, where they are no words of the run.
        lemmas: `es=factura`: what its words are forms of, where that is another
            word; one may stand there twice.
        bones: The skeletons of the terms with letters and digits.
    """

    run: str
    wholes: str
    lemmas: str
    bones: str


class Taken(NamedTuple):
    """The terms of a text one by one, as `Terms`."""

    run: tuple[str, ...]
    wholes: frozenset[str]
    lemmas: frozenset[str]
    bones: frozenset[str]


def terms(text: str, language: str | None = None) -> Terms:
    """What is indexed of a text.

    Args:
        text: A page, or the value of a field.
        language: Whose lemmas are taken; all four languages' when it is
            empty or another one, none for None.
    """
    if text.isascii() and len(text) <= LONGEST:
        if text.isalpha():
            word = text.lower()
            return Terms(word, "", "" if language is None else _forms({word}, language)[0], "")
        if language is None and text.split() == [text] and not YEAR.search(text):
            parts, forms = _number(text.lower())
            return Terms(" ".join(parts), " ".join(forms), "", _bones((*parts, *forms)))
    return _finished(_split(text, language))


def terms_each(texts: Iterable[str], language: str) -> list[Terms]:
    """What is indexed of each of some pages, as `terms`.

    All are split before one is searched for numbers: what a step needs stays at hand in
    the processor, which takes a twelfth less time for pages of a hundred documents.
    """
    return [*map(_finished, [_split(text, language) for text in texts])]


class _Split(NamedTuple):
    """A text, the words of it that stand for themselves, and what may be numbers."""

    text: str
    run: str
    lemmas: str
    numbered: list[str]  # what stands between two blanks and is no plain word, in lower case
    alone: bool  # there is no blank in it


def _split(text: str, language: str | None) -> _Split:
    hyphens = "-\n" in text or (not text.isascii() and ("\u00ad\n" in text or "‐\n" in text))
    lower, plain = folded(DIVIDED.sub("", text) if hyphens else text)
    written = lower.split()
    pieces = {*written}
    lemmas, met = ("", pieces) if language is None else _forms(pieces, language)
    return _Split(text, _run(plain, met), lemmas, [*filterfalse(str.isalpha, met)], alone=len(written) <= 1)


def _finished(split: _Split) -> Terms:
    """The terms of a text, with its numbers."""
    text, run, lemmas, numbered, alone = split
    if not numbered:
        return Terms(run, "", lemmas, "")
    words, wholes = _numbers(numbered)
    beside = " ".join(("", *numbered))
    if not alone:
        wholes.update(grouped(text))
        if LAND.search(beside):
            wholes.update(accounts(text))
    if YEAR.search(beside) and not _MONTHS.isdisjoint(run.split()):
        wholes.update(day for day, _, _ in written_days(text))
    return Terms(run, " ".join(wholes), lemmas, _bones((*words, *wholes)))


def taken(text: str, language: str | None = None) -> Taken:
    """What is indexed of a text, one by one; see `terms`."""
    run, *others = terms(text, language)
    wholes, lemmas, bones = (frozenset(some.split()) for some in others)
    return Taken(tuple(run.split()), wholes, lemmas, bones)


def taken_each(divided: Sequence[Chunk], language: str) -> list[Taken]:
    """What is indexed of each chunk of a page, as `taken`; their stems are asked for together.

    Most are plain words, which are their own parts and have nothing but forms.
    """
    _forms({chunk.text.lower() for chunk in divided}, language)
    forms_of = _KNOWN[language].get
    found = []
    for _, _, text, parts in divided:
        forms = forms_of(text.lower()) if text.isalpha() else None
        if forms is None:
            found.append(_chunk(text, language))
        else:
            found.append(Taken(parts, _NONE, frozenset(forms.split()) if forms else _NONE, _NONE))
    return found


def forms_of_any(words: Mapping[str, str], language: str, wanted: Set[str]) -> set[str]:
    """Those of some words that are forms of some others.

    Args:
        words: Of letters alone, in lower case, each with what it is folded to.
        language: Of the text that they are from.
        wanted: As `Terms.lemmas` has them.
    """
    if language in STEMMED:  # so most are none
        first = {form[len(language) + 1 : len(language) + 2] for form in wanted}
        words = {word: part for word, part in words.items() if part[:1] in first}
    if not wanted or not words:
        return set()
    _forms({*words}, language)
    known = _KNOWN[language]
    return {word for word in words if not wanted.isdisjoint(known.get(word, "").split())}


@lru_cache(maxsize=4096)  # the hits of an answer have many words in common
def _chunk(text: str, language: str) -> Taken:
    return taken(text, language)


def _bones(found: Iterable[str]) -> str:
    """The skeletons of those terms that may be misread."""
    return skeleton(" ".join(filter(mixed, found)))


def _run(plain: str, pieces: Iterable[str]) -> str:
    """The words of a folded text in order.

    Args:
        plain: With blanks around its words.
        pieces: What stood between blanks in it, but what is known to be short.
    """
    if max(map(len, pieces), default=0) > SHORT:
        return " ".join(word[:LONGEST] for word in plain.split())
    while "  " in plain:
        plain = plain.replace("    ", " ").replace("  ", " ")
    return plain.strip(" ")


def _numbers(pieces: Iterable[str]) -> tuple[set[str], set[str]]:
    """The parts of what is no word between two blanks, in lower case, and its forms as one term."""
    parts: set[str] = set()
    wholes: set[str] = set()
    for piece in pieces:
        if piece.isalnum() and len(piece) <= LONGEST:  # a misread word, most of all
            if word := piece if piece.isascii() else fold(piece):
                parts.add(word)
                wholes.update(bare(word))
        elif not piece.strip(_AROUND).isalpha():
            some, others = _number(piece)
            parts.update(some)
            wholes.update(others)
    return parts, wholes


@lru_cache(maxsize=RECURRING)
def _number(piece: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts of a number, in lower case, and its forms as one term."""
    found: list[str] = []
    wholes: list[str] = []
    for chunk in CHUNK.findall(piece):
        plain = chunk.isascii() and len(chunk) <= LONGEST
        if parts := PARTS.findall(chunk) if plain else parts_of(chunk)[1]:
            found += parts
            wholes += wholes_of(chunk, parts)
    return tuple(found), tuple(wholes)


_KNOWN: dict[str, dict[str, str]] = {}
"""Of each language what the words in lower case between two blanks are forms of, with blanks between.

Strings: Python's collector would look through as many small containers again and again.
"""


def _forms(pieces: set[str], language: str) -> tuple[str, set[str]]:
    """What the words between blanks, in lower case, are forms of, where that is another word.

    Returns:
        With blanks between; and what was not known before: whatever is no word, is long, or was never met.
    """
    known = _KNOWN.setdefault(language, {})
    if len(known) >= KEPT:  # what recurs most was met first
        known = _KNOWN[language] = dict(islice(known.items(), KEPT // 2))
    fresh = pieces.difference(known)
    forms = [*filter(None, map(known.get, pieces))]
    if fresh:
        found = _inflected(fresh, language)
        forms += filter(None, found.values())
        known.update({piece: found[piece] for piece in fresh if len(piece) <= SHORT and _word(piece)})
    return " ".join(forms), fresh


def _word(piece: str) -> bool:
    """Whether what stands between two blanks is one word, with marks beside it or not."""
    return piece.isalpha() or piece.strip(_AROUND).isalpha()


def _inflected(pieces: set[str], language: str) -> dict[str, str]:
    """What each piece's words are forms of, with blanks between."""
    found = dict.fromkeys(pieces, "")
    written = [*filter(str.isalpha, pieces)]  # most are one word, as it would be typed
    owners = written.copy()
    for piece in filterfalse(str.isalnum, pieces):
        words = [word for word in map(composed, PARTS.findall(piece)) if word.isalpha()]
        written += words
        owners += [piece] * len(words)
    parts = folded_each(written)
    forms = [*lemmas(written, language)]
    for (at, tongue, _), form in zip(forms, folded_each([form for _, _, form in forms]), strict=True):
        if form != parts[at] and len(parts[at]) >= SHORTEST:
            piece = owners[at]
            found[piece] = f"{found[piece]} {tongue}={form}" if found[piece] else f"{tongue}={form}"
    return found


def folded_each(words: Sequence[str]) -> list[str]:
    """Each of some words folded."""
    parts = folded(" ".join(words))[1].split()
    # a lemma may be of two words, and a letter of a rare script be folded to nothing
    same = len(parts) == len(words) and all(map(str.isalpha, words))
    return [part[:LONGEST] for part in parts] if same else [*map(fold, words)]
