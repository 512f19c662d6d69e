"""What a word is a form of: `facturas` of `factura`, `faktury` of `faktura`.

Snowball's stems for Spanish, German and English, of a Spanish plural those of its singular as well, as
Snowball tells `años`, `veces` or `ciudades` from theirs; for Polish, whose forms differ
more, the lemmas of the dictionary SGJP by Morfeusz2, which tell 23 of 24 pairs
of forms where Snowball tells 16. A stem need not be a word: it is only compared
with other stems.

Both libraries are loaded when they are first asked: Morfeusz2 takes 0.13 s of
processor time to start.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, islice, product, repeat
from typing import Any

LANGUAGES = ("es", "pl", "de", "en")
"""Of which the forms of words are known."""

STEMMED = ("es", "de", "en")
"""Whose forms are stems: these begin with the letter that the word begins with, but for its accent."""

SHORTEST = 3
"""Letters of the shortest word that has other forms worth finding, such as `dni`."""

MOST_GUESSES = 128
"""Ways of putting Polish signs on a word typed without them; a tenth of them are a millisecond's work."""

DICTIONARY = 36 << 20
"""Bytes of memory that the Polish dictionary takes in small pieces when it starts."""

_VOWELS = "aeiouáéíóúü"
_SNOWBALL = {"es": "spanish", "pl": "polish", "de": "german", "en": "english"}
_SIGNS = {"a": "aą", "c": "cć", "e": "eę", "l": "lł", "n": "nń", "o": "oó", "s": "sś", "z": "zżź"}


def lemmas(words: Sequence[str], language: str) -> Iterator[tuple[int, str, str]]:
    """What each of some words of a text is a form of.

    Args:
        words: In lower case, with their accents; of letters alone.
        language: Of the text; each of the four when it is none of them.

    Returns:
        Of every form the place of its word, a language, and the lemma or stem.
    """
    for tongue in (language,) if language in LANGUAGES else LANGUAGES:
        known = _known(words) if tongue == "pl" else {}
        for at, forms in known.items():
            yield from zip(repeat(at), repeat(tongue), forms)
        others = [at for at in range(len(words)) if at not in known] if known else range(len(words))
        stems = _stemmer(tongue).stemWords([words[at] for at in others] if known else words)
        yield from zip(others, repeat(tongue), stems, strict=False)
        if tongue == "es":
            # of the others Snowball takes the ending itself
            plurals = [at for at, word in enumerate(words) if word.endswith("es") or stems[at][-1:] == "s"]
            singulars = _stemmer(tongue).stemWords([_singular(words[at]) for at in plurals])
            yield from (
                (at, tongue, stem) for at, stem in zip(plurals, singulars, strict=True) if stem != stems[at]
            )


@lru_cache(maxsize=1024)
def asked(word: str, language: str) -> tuple[str, ...]:
    """What a word of a query may be a form of, Polish ones also when typed without their signs."""
    if language == "pl" and not _polish(word):
        written = map("".join, product(*(_SIGNS.get(sign, sign) for sign in word)))
        known = _known([*islice(written, MOST_GUESSES)])
        found = dict.fromkeys(form for at in sorted(known) for form in known[at])
        return tuple(found) or (_stemmer(language).stemWord(word),)
    return _forms(word, language)


def _forms(word: str, language: str) -> tuple[str, ...]:
    known = _polish(word) if language == "pl" else ()
    forms = known or (_stemmer(language).stemWord(word),)
    return (
        tuple(dict.fromkeys((*forms, _stemmer("es").stemWord(_singular(word)))))
        if language == "es"
        else forms
    )


def _singular(word: str) -> str:
    """A Spanish word without the ending of a plural, where it has one that Snowball may miss.

    From Real Academia Española, Nueva gramática (2009), chapter 3: `s` after a vowel, `es` after a
    consonant, and `z` becomes `ces`.
    """
    if len(word) <= SHORTEST or word[-1] != "s":
        return word
    if word.endswith("ces"):
        return f"{word[:-3]}z"
    if word.endswith("es") and word[-3] not in _VOWELS:
        return word[:-2]
    return word[:-1] if word[-2] in _VOWELS else word


def _polish(word: str) -> tuple[str, ...]:
    """All lemmas that the dictionary knows; none for a word it does not know."""
    return _known((word,)).get(0, ())


def _known(words: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """All lemmas of those Polish words that the dictionary knows, by their places.

    They are looked up as one text, which takes half as long as one by one.
    """
    entries = [*_dictionary().analyse(" ".join(words))]
    if not any(entry.tagId for entry in entries):
        return {}
    places = {start: at for at, start in enumerate(accumulate(map(len, words[:-1]), initial=0))}
    found: dict[int, dict[str, None]] = {}
    before = {0: 0}  # of each node the signs up to it, without blanks
    for entry in entries:
        start = before[entry.startNode]
        before[entry.endNode] = start + len(entry.orth)
        if entry.tagId and start in places:  # not the second part of a word, such as the -m of `byłem`
            # `dzień:Sm3`: which of several words spelled so
            lemma = entry.lemma.partition(":")[0].lower()
            found.setdefault(places[start], {})[lemma] = None
    return {at: tuple(forms) for at, forms in found.items()}


@cache
def _stemmer(language: str) -> Any:
    import Stemmer  # noqa: PLC0415 - not every search has a word

    return Stemmer.Stemmer(_SNOWBALL[language], 0)


@cache
def _dictionary() -> Any:
    import morfeusz2  # noqa: PLC0415 - slow to start, and only Polish needs it

    # Its `analyse` reads tags, names and labels of every entry as well, which takes twice as long.
    return morfeusz2.Morfeusz(generate=False, case_handling=morfeusz2.IGNORE_CASE)._morfeusz_obj
