"""What kind of document this is, and in which language."""

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence

from docscan.extraction.candidates import amounts
from docscan.extraction.labels import hits_in, key, lexicon
from docscan.extraction.rows import Row
from docscan.extraction.values import plain
from docscan.frozen import dataclass
from docscan.schema import Schema

BILLS = ("invoice", "credit-note", "receipt")
CORRECTED = ("credit-note", "invoice")
LETTER, ADDRESSED = "letter", 2.0  # as much as one word of greeting
TITLED, SPOKEN = 1.6, 0.5  # of a word's weight where a title begins with it, and in running text alone
LEAST_PROSE = 7  # words of a line of running text
MOSTLY_SMALL = 0.5  # of its words begin small: German writes its nouns large
LEAST_SCORE = 3.0  # below it nothing tells the kind: a letter
COLUMN = "    "  # parts the columns of a row
TITLE_ROWS = 0.35  # of the first page: where a document says what it is
COMPOUND = 7  # letters from which a German word may be the end of a longer one
LEAST_WORDS = 3  # function words needed to tell a language

# The commonest function words that the other three languages do not have.
_FUNCTION_WORDS = {
    "es": "el la los las del que y en por con para una su no se al es este esta fecha nº total",
    "pl": "i w z na do nie jest oraz dla od po przez się o lub przy ze za numer data kwota razem",
    "de": "der die das und ist von mit für ein eine den dem zu auf bei bis vom im datum nummer betrag",
    "en": "the and of to is for with by this that be are on at your our date number amount total",
}
_LANGUAGES_OF = {
    word: [name for name, words in _FUNCTION_WORDS.items() if word in words.split()]
    for words in _FUNCTION_WORDS.values()
    for word in words.split()
}
_LETTERS = {"pl": "ąęłśżźćń", "es": "ñ¿¡", "de": "ßäöü"}


@dataclass(frozen=True, slots=True)
class _Told:
    """A row, as it is compared with the words of schemas.

    Attributes:
        words: In lower case without accents and signs, one blank apart.
        titles: The same of each column of it, where it stands where titles do.
        prose: It is a line of running text.
    """

    row: Row
    words: str
    titles: tuple[str, ...]
    prose: bool


def language_of(rows: Sequence[Row], schemas: Sequence[Schema] = ()) -> str:
    """The language by its function words, letters and labels.

    Returns:
        `es`, `pl`, `de` or `en`; empty when too little tells them apart.
    """
    counts: defaultdict[str, float] = defaultdict(float)
    label_words = _label_words(schemas)
    for row in rows:
        for word in re.findall(r"[^\W\d_]+", row.text.casefold()):
            for owners in (_LANGUAGES_OF.get(word, ()), label_words.get(word, ())):
                for name in owners:
                    counts[name] += 1 / len(owners)
            for name, letters in _LETTERS.items():
                counts[name] += 0.3 * any(sign in letters for sign in word)
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])[:2]
    if not ranked or ranked[0][1] < LEAST_WORDS or (len(ranked) > 1 and ranked[0][1] < 1.15 * ranked[1][1]):
        return ""
    return ranked[0][0]


def _label_words(schemas: Sequence[Schema]) -> dict[str, list[str]]:
    """Words of labels by the languages that have them."""
    owners: dict[str, set[str]] = {}
    for schema in schemas:
        for label in (*schema.words, *(label for prop in schema.properties for label in prop.labels)):
            for word in re.findall(r"[^\W\d_]{4,}", label.text.casefold()):
                owners.setdefault(word, set()).add(label.language)
    return {word: sorted(names) for word, names in owners.items() if len(names) == 1}


def kind_of(rows: Sequence[Row], schemas: Sequence[Schema]) -> tuple[Schema | None, float]:
    """The schema that describes a document best.

    Returns:
        The schema, or None when nothing tells; and how sure that is.
    """
    told = _told(rows)
    written = any(schema.kind == LETTER and _score(told, schema) >= ADDRESSED for schema in schemas)
    each = (_score(told, schema, written=written) for schema in schemas)
    scores = sorted(((worth, index) for index, worth in enumerate(each)), reverse=True)
    if not scores or scores[0][0] < LEAST_SCORE:
        return None, 0.5
    best, chosen = scores[0][0], schemas[scores[0][1]]
    # whatever corrects an invoice says all that an invoice says, and more
    rivals = [worth for worth, at in scores[1:] if (chosen.kind, schemas[at].kind) != CORRECTED]
    second = rivals[0] if rivals else 0.0
    sure = best / (best + second + 1.0)
    return chosen, min(0.99, sure + 0.3 * (best > 2 * second))


def _told(rows: Sequence[Row]) -> tuple[_Told, ...]:
    """What the rows of a document say."""
    head = int(len([row for row in rows if row.page == rows[0].page]) * TITLE_ROWS) + 3
    return tuple(
        _Told(
            row,
            _spaced(row.text),
            tuple(_spaced(line) for line in row.text.split(COLUMN)) if at < head else (),
            _is_prose(row),
        )
        for at, row in enumerate(rows)
    )


def _score(told: Sequence[_Told], schema: Schema, *, written: bool = False) -> float:
    """How much speaks for a schema: its words, in titles above all, and a form's labels.

    Args:
        told: By the rows of the document.
        schema: A kind it may be.
        written: It reads like a letter: what running text says of an invoice makes it none.
    """
    if not told:
        return 0.0
    kept = [one for one in told if not (written and schema.kind in BILLS and one.prose)]
    every = f" {' '.join(one.words for one in told)} "
    printed = f" {' '.join(one.words for one in kept)} "
    titles = [line for one in kept for line in one.titles]
    rows = [one.row for one in told]
    found = 0.0
    for word in schema.words:
        phrase = _spaced(word.text)
        before = "" if word.language == "de" and len(phrase) >= COMPOUND else " "
        if not phrase or f"{before}{phrase} " not in every:
            continue
        begins = any(f" {line} ".find(f"{before}{phrase} ") >= 0 and _leads(line, phrase) for line in titles)
        there = f"{before}{phrase} " in printed
        found += word.weight * (TITLED if begins else 1.0 if there else SPOKEN)
    if schema.kind in BILLS and not _has_amounts(rows):
        return 0.5 * found
    return found + (_coverage(rows, schema) if schema.kind == "form" else 0.0)


def _is_prose(row: Row) -> bool:
    """Whether a row is a line of running text: it may speak of an invoice without being one."""
    words = [word.text.strip(".,;:()") for word in row.words]
    small = sum(word.isalpha() and word.islower() for word in words)
    return len(row.segments) == 1 and len(words) >= LEAST_PROSE and small >= MOSTLY_SMALL * len(words)


def _has_amounts(rows: Sequence[Row]) -> bool:
    """Whether at least two amounts with cents are printed: a letter may speak of an invoice."""
    exact = (item for row in rows for item in amounts(row, 0, len(row.words)) if item.score > 0.9)
    return len(list(itertools.islice(exact, 2))) == 2


def _leads(line: str, phrase: str) -> bool:
    """Whether a line begins with a phrase, or its first word ends with it (`Schlussrechnung`)."""
    return line.startswith(phrase) or line.split(" ", 1)[0].endswith(phrase)


def _coverage(rows: Sequence[Row], schema: Schema) -> float:
    """Up to 6 for a form whose labels are all there, in the language that has most of them."""
    there = {key(meaning.name) for hit in hits_in(rows, lexicon(schema)) for meaning in hit.meanings}
    share = len(there) / max(1, len(schema.properties))
    return 6.0 * share if share >= 0.4 else 0.0


def _spaced(text: str) -> str:
    return " ".join(re.findall(r"\w+", plain(text)))
