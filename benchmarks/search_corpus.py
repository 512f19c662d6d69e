"""Documents of a business in four languages, invented, and misread as a scanner's page is."""

import random
import string
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from docscan.search import IndexDocument

LANGUAGES = {
    "es": ("aeiouáéíóñ", "ción", "mente", "ados", "es", "as"),
    "pl": ("aeioyąęół", "ości", "ego", "ami", "ów", "nie"),
    "de": ("aeiouäöü", "ungen", "keit", "lich", "ern", "en"),
    "en": ("aeiou", "ing", "ness", "ment", "ers", "ed"),
}
WORDS = 20_000  # of each language: about what a wholesaler's letters use
KINDS = ("invoice", "credit-note", "receipt", "form", "letter", "contract")
SUPPLIERS = 2000

# What an engine of character recognition takes for one another, most of all: six in ten errors.
CONFUSED = {"o": "0", "0": "o", "l": "1", "1": "l", "i": "l", "s": "5", "5": "s", "b": "8", "e": "c",
            "c": "e", "u": "n", "n": "u", "m": "rn", "z": "2"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it was read, and the words that were printed on it."""

    document: IndexDocument
    printed: tuple[str, ...]


def vocabulary(chance: random.Random, language: str) -> list[str]:
    """Words of syllables and endings, each once."""
    vowels, *endings = LANGUAGES[language]
    consonants = "bcdfghjklmnprstvwz"
    found: dict[str, None] = {}
    while len(found) < WORDS:
        stem = "".join(chance.choice(consonants) + chance.choice(vowels) for _ in range(chance.randint(1, 3)))
        found[stem + chance.choice(consonants) + chance.choice(("", *endings))] = None
    return list(found)


def misread(chance: random.Random, text: str, rate: float) -> str:
    """A text with that share of its signs misread, dropped or doubled."""
    if not rate:
        return text
    read: list[str] = []
    for sign in text:
        if sign == " " or chance.random() >= rate:
            read.append(sign)
        elif chance.random() < 0.6 and sign in CONFUSED:
            read.append(CONFUSED[sign])
        else:
            read.append(chance.choice((chance.choice(string.ascii_lowercase), "", sign * 2)))
    return "".join(read)


def papers(count: int, *, seed: int = 20261122, rate: float = 0.02) -> Iterator[Paper]:
    """Documents of one page of about 200 words, the frequent ones as frequent as in life (Zipf, s = 1.07)."""
    chance = random.Random(seed)  # noqa: S311 - invented documents
    words = {language: vocabulary(chance, language) for language in LANGUAGES}
    weights = list(accumulate(1 / (rank + 3) ** 1.07 for rank in range(WORDS)))
    suppliers = [
        f"{chance.choice(words['es'])} {chance.choice(words['de'])} GmbH".title() for _ in range(SUPPLIERS)
    ]
    for number in range(count):
        language = chance.choice(tuple(LANGUAGES))
        chosen = words[language]
        printed = tuple(
            chosen[bisect(weights, chance.random() * weights[-1], hi=WORDS - 1)]
            for _ in range(chance.randint(120, 260))
        )
        yield Paper(
            _document(chance, number, language, suppliers, misread(chance, " ".join(printed), rate)), printed
        )


def _document(
    chance: random.Random, number: int, language: str, suppliers: list[str], page: str
) -> IndexDocument:
    day = f"{chance.randint(2016, 2026)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    total = f"{chance.lognormvariate(6, 1.5):.2f}"
    fields = {
        "invoice_number": f"F-{chance.randint(2016, 2026)}/{number:06d}",
        "issue_date": day,
        "supplier_name": chance.choice(suppliers),
        "supplier_tax_id": f"B{chance.randint(10**7, 10**8 - 1)}",
        "total": total,
        "currency": "EUR",
    }
    text = f"{page} {fields['invoice_number']} {day[8:]}.{day[5:7]}.{day[:4]} {total.replace('.', ',')} EUR"
    return IndexDocument(
        f"d{number:07d}",
        chance.choice(KINDS),
        language,
        day,
        "accepted",
        fields,
        (text,),
        f"client {number % 7}",
    )
