"""What a word is a form of: `facturas` of `factura`, `faktury` of `faktura`.

Snowball's stems for Spanish, German and English; for Polish, whose forms differ
more, the lemmas of the dictionary SGJP by Morfeusz2, which tell 23 of 24 pairs
of forms where Snowball tells 16. A stem need not be a word: it is only compared
with other stems.

Both libraries are loaded when they are first asked: Morfeusz2 takes 0.13 s of
processor time to start.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice, product
from typing import Any

LANGUAGES = ("es", "pl", "de", "en")
"""Of which the forms of words are known."""

SHORTEST = 3
"""Letters of the shortest word that has other forms worth finding, such as `dni`."""

MOST_GUESSES = 128
"""Ways of putting Polish signs on a word typed without them; a tenth of them are a millisecond's work."""

Form = tuple[str, str]
"""A language and a lemma or stem."""

_SNOWBALL = {"es": "spanish", "pl": "polish", "de": "german", "en": "english"}
_SIGNS = {"a": "aą", "c": "cć", "e": "eę", "l": "lł", "n": "nń", "o": "oó", "s": "sś", "z": "zżź"}


def lemmas(words: Sequence[str], language: str) -> list[list[Form]]:
    """What each of some words of a text is a form of.

    Args:
        words: In lower case, with their accents.
        language: Of the text; each of the four when it is none of them.
    """
    if language in ("es", "de", "en"):
        return [[(language, stem)] for stem in _stemmer(language).stemWords(words)]
    tongues = ("pl",) if language == "pl" else LANGUAGES
    return [[(tongue, form) for tongue in tongues for form in _forms(word, tongue)] for word in words]


@lru_cache(maxsize=1024)
def asked(word: str, language: str) -> tuple[str, ...]:
    """What a word of a query may be a form of, Polish ones also when typed without their signs."""
    if language == "pl" and not _polish(word):
        written = ("".join(signs) for signs in product(*(_SIGNS.get(sign, sign) for sign in word)))
        found = dict.fromkeys(form for guess in islice(written, MOST_GUESSES) for form in _polish(guess))
        return tuple(found) or _forms(word, language)
    return _forms(word, language)


def _forms(word: str, language: str) -> tuple[str, ...]:
    known = _polish(word) if language == "pl" else ()
    return known or (_stemmer(language).stemWord(word),)


def _polish(word: str) -> tuple[str, ...]:
    """All lemmas that the dictionary knows; none for a word it does not know."""
    entries = _dictionary().analyse(word)
    if entries.front().isIgn():
        return ()
    # `dzień:Sm3`: which of several words spelled so
    found = [entry.lemma.partition(":")[0].lower() for entry in entries if entry.startNode == 0]
    return tuple(dict.fromkeys(found))


@cache
def _stemmer(language: str) -> Any:
    import Stemmer  # noqa: PLC0415 - not every search has a word

    return Stemmer.Stemmer(_SNOWBALL[language], 0)


@cache
def _dictionary() -> Any:
    import morfeusz2  # noqa: PLC0415 - slow to start, and only Polish needs it

    # Its `analyse` reads tags, names and labels of every entry as well, which takes twice as long.
    return morfeusz2.Morfeusz(generate=False, case_handling=morfeusz2.IGNORE_CASE)._morfeusz_obj
