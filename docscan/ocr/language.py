"""In which language a text is written, by its words and its letters."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from docscan.frozen import dataclass
from docscan.model import Line, Word

LETTER_WEIGHT = 0.5  # a word with a letter of the language counts half one of its words
ENOUGH = 2.5  # hits; fewer say nothing

_WORD = re.compile(r"[^\W\d_]+")
_UNFOLDED = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d"})  # what has no accent to take off


@dataclass(frozen=True, slots=True)
class _Tongue:
    """What tells one language: its words without accents, its own letters, endings of its compounds.

    `mended` says which of its words engines take for which others.
    """

    words: frozenset[str]
    letters: frozenset[str]
    endings: tuple[str, ...]
    mended: Mapping[str, str]


def guess(text: str, among: Sequence[str], enough: float = ENOUGH) -> tuple[str, float]:
    """The language of a text.

    Args:
        text: As read, in whatever language the engine was set to.
        among: The engine's names of the languages to choose from, or several
            joined by `+`; those that `known` does not name are never guessed.
        enough: Hits with fewer than which nothing is guessed.

    Returns:
        The engine's name and how sure that is, from 0 to 1: the winner's lead
        over the next. An empty name where too little speaks for any.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    folded = [_folded(word) for word in words]
    scores = sorted(
        (
            (max(_score(words, folded, _tongues()[part]) for part in name.split("+")), name)
            for name in among
            if known().issuperset(name.split("+"))
        ),
        reverse=True,
    )
    if not scores or scores[0][0] < enough:
        return "", 0.0
    best, name = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0.0
    return name, (best - second) / best


def mended(lines: Iterable[Line], name: str) -> tuple[Line, ...]:
    """The lines of a page in a language, without what engines are known to misread in it."""
    tongue = _tongues().get(name)
    if tongue is None or not tongue.mended:
        return tuple(lines)
    return tuple(replace(line, words=tuple(_mended(word, tongue) for word in line.words)) for line in lines)


def _mended(word: Word, tongue: _Tongue) -> Word:
    return replace(word, text=tongue.mended[word.text]) if word.text in tongue.mended else word


def known() -> frozenset[str]:
    """The engine's names of the languages that can be told from one another."""
    return frozenset(_tongues())


@cache
def _tongues() -> Mapping[str, _Tongue]:
    tables = tomllib.loads(files("docscan.ocr").joinpath("languages.toml").read_text(encoding="utf-8"))
    return {
        name: _Tongue(
            frozenset(table["words"].split()),
            frozenset(table["letters"]),
            tuple(table.get("endings", ())),
            table.get("mended", {}),
        )
        for name, table in tables.items()
    }


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.translate(_UNFOLDED))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _score(words: Iterable[str], folded: Iterable[str], tongue: _Tongue) -> float:
    score = 0.0
    for word, plain in zip(words, folded, strict=True):
        if plain in tongue.words or (tongue.endings and len(plain) > 8 and plain.endswith(tongue.endings)):
            score += 1.0
        elif tongue.letters.intersection(word):
            score += LETTER_WEIGHT
    return score
