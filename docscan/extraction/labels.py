"""Where the labels of a schema stand on the pages, misread letters forgiven."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from functools import cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Indel

from docscan.extraction.rows import Row
from docscan.extraction.values import plain
from docscan.frozen import dataclass
from docscan.schema import Label, Schema

SHORTEST_FUZZY = 6  # letters: in shorter labels one misread letter makes another word
LIKENESS = 0.9  # one wrong letter in ten; `Supplies` is another word than `Supplier`
MOST_WORDS_OF_LABEL = 7
LONGEST_CAPITALS = 4  # letters of an abbreviation: longer titles are set in capitals for show
AT_ONCE = 2048  # texts compared with all labels: a few megabytes
QUALIFIERS = ("net", "tax")  # `USt. Gesamt` is a tax, `Summe netto` a net amount: they say more than `total`

# Letters that engines take for one another; words alike after this are alike enough.
_CONFUSED = str.maketrans({"l": "i", "1": "i", "j": "i", "0": "o", "5": "s", "8": "b", "6": "b", "c": "e"})

_ORDINAL = frozenset({"n2", "n9", "n0"})  # what engines make of `Nº`

_SIGNS = re.compile(r"[^0-9a-z]+")
_FOOTNOTE = re.compile(r"(?<=[^\W\d_]{3})[\d¹²³⁴⁵⁶⁷⁸⁹](?=:?$)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label may announce.

    Attributes:
        role: `field`, `heading`, `option` or `other`.
        name: The field's name, the party's (`supplier`), or the field's and the option's (`sex.female`).
        weight: From 0 to 1.
        language: ISO 639-1.
    """

    role: str
    name: str
    weight: float
    language: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found on a page.

    Attributes:
        row: Where it stands.
        first: Its first word in the row.
        last: One past its last word.
        meanings: What it may announce, the surest first.
        likeness: 1 for the very letters of the label, less for a misreading.
    """

    row: Row
    first: int
    last: int
    meanings: tuple[Meaning, ...]
    likeness: float

    def weight_of(self, name: str) -> float:
        """How surely it announces a field, from 0 to 1."""
        return max((m.weight for m in self.meanings if m.role == "field" and m.name == name), default=0.0)

    @property
    def heading(self) -> str:
        """The party it stands over, or empty."""
        return next((m.name for m in self.meanings if m.role == "heading"), "")


@dataclass(frozen=True)
class Lexicon:
    """Every label of a schema by its letters and digits.

    Attributes:
        meanings: What each may announce.
        capitals: Abbreviations written in capitals (`EIN`, `BLZ`), to be told from words (`ein`, `Biz`).
    """

    meanings: dict[str, tuple[Meaning, ...]] = field(default_factory=dict)
    capitals: frozenset[str] = frozenset()

    @cached_property
    def longest(self) -> int:
        """Letters of the longest label."""
        return max((len(key) for key in self.meanings), default=0)


@lru_cache(maxsize=1 << 15)  # the words of a document are asked for again and again
def key(text: str) -> str:
    """Letters and digits alone, lower case without accents: `USt-IdNr.` is `ustidnr`."""
    return _SIGNS.sub("", plain(text))


def lexicon(schema: Schema) -> Lexicon:
    """The labels of a schema, ready for finding."""
    found: dict[str, list[Meaning]] = {}
    small: set[str] = set()
    for role, name, label in _labels(schema):
        if letters := key(label.text):
            found.setdefault(letters, []).append(Meaning(role, name, label.weight, label.language))
            if len(letters) > LONGEST_CAPITALS or not label.text.isupper():
                small.add(letters)
    meanings = {letters: tuple(sorted(all_, key=lambda m: -m.weight)) for letters, all_ in found.items()}
    return Lexicon(meanings, frozenset(meanings.keys() - small))


def headers(schema: Schema) -> frozenset[str]:
    """What may stand over a column of the schema's tables, as letters and digits."""
    columns = (column for item in schema.properties for column in item.columns)
    return frozenset(letters for column in columns for label in column.labels if (letters := key(label.text)))


def _labels(schema: Schema) -> Iterator[tuple[str, str, Label]]:
    for item in schema.properties:
        yield from (("field", item.name, label) for label in item.labels)
        yield from (("option", f"{item.name}.{o.name}", label) for o in item.options for label in o.labels)
    yield from (("heading", role, label) for role, label in schema.headings)
    yield from (("other", "", label) for label in schema.other_labels)
    columns = (column for item in schema.properties for column in item.columns)
    yield from (("other", "", label) for column in columns for label in column.labels if " " in label.text)


def hits_in(rows: Sequence[Row], words: Lexicon) -> tuple[Hit, ...]:
    """Every label on the pages, in reading order; no two share a word."""
    spans = [span for row in rows for span in _spans(row, words.longest + 3)]
    alike = _alike({letters for *_, letters in spans}, words, misread=any(row.origin_ocr for row in rows))
    found: dict[int, list[Hit]] = {}
    for row, first, last, letters in spans:
        if letters not in alike:
            continue
        label, likeness = alike[letters]
        written = row.words[first].text
        if label in words.capitals and (written.islower() or (likeness < 1.0 and not written.isupper())):
            continue
        found.setdefault(row.index, []).append(Hit(row, first, last, words.meanings[label], likeness))
    return tuple(
        hit for row in rows for hit in _joined([_placed(hit) for hit in _apart(found.get(row.index, ()))])
    )


def _placed(hit: Hit) -> Hit:
    """The hit; not as a heading unless it stands like one: alone in its segment, or before a colon.

    Nor as the label of a name in the midst of others: `Zmyślona Firma` is a name itself.
    """
    begin, end = hit.row.segments[hit.row.segment_of(hit.first)]
    while begin < hit.first and not key(hit.row.words[begin].text):  # a rule between columns, read as a sign
        begin += 1
    colon = hit.row.words[hit.last - 1].text.endswith(":")
    alone = hit.first == begin and (hit.last == end or hit.last - hit.first > 1 or colon)
    within = hit.first > begin and not colon
    meanings = (m for m in hit.meanings if alone or m.role != "heading")
    return replace(hit, meanings=tuple(m for m in meanings if not (within and m.name.endswith("_name"))))


def _joined(hits: Sequence[Hit]) -> Iterator[Hit]:
    """Labels that stand together as one: the part that says more gives the meaning."""
    before: Hit | None = None
    for hit in hits:
        if before is not None and before.last == hit.first and (meanings := _qualified(before, hit)):
            before = replace(before, last=hit.last, meanings=meanings)
            continue
        if before is not None and before.meanings:
            yield before
        before = hit
    if before is not None and before.meanings:
        yield before


def _qualified(before: Hit, hit: Hit) -> tuple[Meaning, ...]:
    """The meanings of two labels together; none when they do not belong together."""
    if not (before.weight_of("total") or hit.weight_of("total")):
        return ()
    apart = before.row.segment_of(before.first) != hit.row.segment_of(hit.first)
    if apart or before.row.words[before.last - 1].text.endswith(":"):
        return ()
    part = hit if before.weight_of("total") else before
    return tuple(m for m in part.meanings if m.role == "field" and m.name in QUALIFIERS)


def _spans(row: Row, longest: int) -> Iterator[tuple[Row, int, int, str]]:
    """Runs of words inside one segment, short enough to be a label."""
    pieces = [key(_FOOTNOTE.sub("", word.text)) for word in row.words]
    for begin, end in row.segments:
        for first in range(begin, end):
            letters = ""
            for last in range(first, min(end, first + MOST_WORDS_OF_LABEL)):
                letters += pieces[last]
                if len(letters) > longest:
                    break
                if pieces[first] and pieces[last]:
                    yield row, first, last + 1, letters


def _alike(texts: Iterable[str], words: Lexicon, *, misread: bool) -> dict[str, tuple[str, float]]:
    """For each text that is a label, or nearly, the label and how alike they are."""
    found = {text: (text, 1.0) for text in texts if text in words.meanings}
    if not misread:
        return found
    confused = {label.translate(_CONFUSED): label for label in words.meanings if len(label) > 2}
    unknown = []
    for text in texts:
        if text in found:
            continue
        if text in _ORDINAL and "no" in words.meanings:
            found[text] = ("no", 0.95)
        elif label := confused.get(text.translate(_CONFUSED)):
            found[text] = (label, 0.95)
        elif len(text) >= SHORTEST_FUZZY:
            unknown.append(text)
    labels = [label for label in words.meanings if len(label) >= SHORTEST_FUZZY]
    return found | dict(_likest(unknown, labels))


def _likest(texts: Sequence[str], labels: Sequence[str]) -> Iterator[tuple[str, tuple[str, float]]]:
    """Each text that is nearly a label, with the label; all pairs at once cost a tenth of one by one."""
    for begin in range(0, len(texts) if labels else 0, AT_ONCE):
        some = texts[begin : begin + AT_ONCE]
        likeness = process.cdist(some, labels, scorer=Indel.normalized_similarity, score_cutoff=LIKENESS)
        for row in likeness.max(axis=1).nonzero()[0]:
            text, label = some[row], labels[likeness[row].argmax()]
            if _digits(label) == _digits(text):
                yield text, (label, Indel.normalized_similarity(text, label))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _apart(hits: Sequence[Hit]) -> list[Hit]:
    """The longest and likest of the hits that overlap."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=_rank, reverse=True):
        if all(hit.last <= other.first or hit.first >= other.last for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.first)


def _rank(hit: Hit) -> tuple[float, int]:
    letters = sum(len(word.text) for word in hit.row.words[hit.first : hit.last])
    return hit.likeness**4 * letters, -hit.first
