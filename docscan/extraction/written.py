"""What is written in a place of a form, read as its field's type wants it."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from docscan.extraction import candidates, identifiers, values
from docscan.extraction.answers import Place
from docscan.extraction.lookalikes import PAIRS
from docscan.extraction.rows import Row
from docscan.frozen import dataclass
from docscan.model import Field, Word
from docscan.places import around

UNREAD = 0.1  # certainty of writing that is not what its field's type wants: a person has to look
MENDED = 0.65  # certainty of figures that were read as letters: check digits that chose them prove no more
_FIGURES = str.maketrans(dict(PAIRS) | {"A": "4", "i": "1", "s": "5", "!": "1"})
_LETTERS = str.maketrans({figure: letter for letter, figure in reversed(PAIRS) if letter.isupper()})
_NOISE = re.compile(r"[\s:;,|_.\-–—=~'\"`«»*]*")
_OTHER_SIGN = re.compile(r"(\d) ?(?:[.,] ?[^\d\s.,]?|[^\d\s.,%€$£-]) ?(\d\d)$")  # what is read of a comma
NOT_EXACT = 0.45  # certainty of an amount without cents: their sign may have been lost
# A slanted `l` is read as `I` or `/`: no word ends in a capital after small letters, or in a slash.
_L = re.compile(r"(?<=[a-zà-ž])I(?!\w)|(?<=[a-zà-ž]{2})/(?=,?(?: |$))|(?:(?<= )|^)/(?=[a-zà-ž]{2})")
_JOINED = re.compile(r" ?([/-]) ?")
NUMERIC_IBANS = ("DE", "ES", "PL")  # countries whose account numbers hold figures alone


@dataclass(frozen=True, slots=True)
class Reading:
    """What is written somewhere: as a record says it, as it stands there, and how sure that is (0 to 1)."""

    value: str
    raw: str
    certainty: float


def read(place: Place, kind: str, order: str = "dmy") -> Reading | None:
    """What is written in a place.

    Args:
        place: Without its label.
        kind: The field's type.
        order: How `03/04/2026` is meant: `dmy` or `mdy`.

    Returns:
        None for an empty place; writing that is nothing of that type has no
        value, so that a person is asked.
    """
    rows = [words for row in place.rows if (words := [w for w in row.words if not _NOISE.fullmatch(w.text)])]
    words = [word for row in rows for word in row]
    if not words:
        return None
    raw = " ".join(word.text for word in words)
    as_it_stands = (_tidy(raw), 0.95) if kind in AS_IT_STANDS else ("", UNREAD)
    value, sure = next(_values(place, words, kind, order), as_it_stands)
    legible = sum(word.confidence * len(word.text) for word in words) / sum(len(word.text) for word in words)
    return Reading(value, raw, sure * (0.5 + legible / 2))


def as_field(found: Reading, place: Place, likeness: float = 1.0) -> Field:
    """What is written in a place as a field.

    Args:
        found: What was read there.
        place: Where.
        likeness: How sure its label is, from 0 to 1.
    """
    return Field(
        value=found.value,
        raw=found.raw,
        confidence=max(0.0, min(1.0, found.certainty * likeness)),
        status="read",
        origin="ocr" if place.rows[0].origin_ocr else "textlayer",
        page=place.page,
        box=around([word.box for word in place.words]),
    )


AS_IT_STANDS = ("text", "name", "address", "number")
Found = Iterator[tuple[str, float]]


def _values(place: Place, words: Sequence[Word], kind: str, order: str) -> Found:
    """Readings of a type, the surest first."""
    joined = "".join(word.text for word in words)
    if place.kind == "comb" and kind in AS_IT_STANDS:
        yield (joined if kind == "number" else " ".join(word.text for word in words)), 0.95
    elif reader := _OF_TYPE.get(kind):
        yield from reader(words, joined, order)
    elif kind in candidates.READERS and kind not in AS_IT_STANDS:
        yield from ((item.value, item.score) for item in _candidates(place.rows, kind))


def _candidates(rows: Sequence[Row], kind: str) -> Iterator[candidates.Candidate]:
    for row in rows:
        yield from candidates.READERS[kind](row, 0, len(row.words))


def _dates(words: Sequence[Word], joined: str, order: str) -> Found:
    """A date as written, or its figures alone, as in a comb."""
    for text in (" ".join(word.text for word in words), joined, joined.translate(_FIGURES)):
        if found := values.read_date(text, order):
            yield found.value, found.confidence
    figures = re.sub(r"\D", "", joined.translate(_FIGURES))
    if len(figures) == 8:
        for day in (
            f"{figures[:2]}.{figures[2:4]}.{figures[4:]}",
            f"{figures[:4]}-{figures[4:6]}-{figures[6:]}",
        ):
            if found := values.read_date(day, order):
                yield found.value, 0.97 if joined.isdigit() else MENDED


def _amounts(words: Sequence[Word], joined: str, order: str) -> Found:  # noqa: ARG001 - one shape for all
    for text, sure in ((" ".join(w.text for w in words), 1.0), (joined, 0.97), (_figures(joined), MENDED)):
        if found := values.read_amount(_OTHER_SIGN.sub(r"\1,\2", text.strip(" .:;_|"))):
            exact = 1.0 if found.decimals == 2 else NOT_EXACT
            yield values.money(found.value), sure * found.confidence * exact


def _quantities(words: Sequence[Word], joined: str, order: str) -> Found:  # noqa: ARG001 - one shape for all
    for text, sure in ((joined, 0.97), (_figures(joined), MENDED)):
        if re.fullmatch(r"-?\d+(?:[.,]\d+)?", text.strip(" .:;_|")):
            yield text.strip(" .:;_|"), sure


def _ibans(words: Sequence[Word], joined: str, order: str) -> Found:  # noqa: ARG001 - one shape for all
    bare = identifiers.compact(joined)
    for start in range(min(3, max(1, len(bare) - 14))):  # a stray sign may stand before it
        text = bare[start:]
        mended = text[:2].translate(_LETTERS) + text[2:4].translate(_FIGURES) + text[4:]
        numeric = mended[:4] + mended[4:].translate(_FIGURES) if mended[:2] in NUMERIC_IBANS else mended
        for value, sure in ((text, 1.0), (mended, MENDED), (numeric, MENDED)):
            if len(value) >= 15 and identifiers.iban_valid(value):
                yield value, sure
    if len(bare) >= 15:
        yield bare, 0.5


def _tax_ids(words: Sequence[Word], joined: str, order: str) -> Found:  # noqa: ARG001 - one shape for all
    found = identifiers.tax_id([word.text for word in words])
    if found and identifiers.tax_id_valid(found[2]):
        yield found[2], found[3]
    bare = identifiers.compact(joined)
    for start, end in itertools.product((0, 1, 2), (len(bare), len(bare) - 1)):  # letters at its ends
        ends = bare[:start], bare[end:].translate(_LETTERS)
        value = ends[0] + bare[start:end].translate(_FIGURES) + ends[1]
        if identifiers.tax_id_valid(value):
            yield value, 1.0 if value == bare else MENDED
    if found:
        yield found[2], found[3]
    if sum(map(str.isdigit, bare)) >= 5:
        yield bare, 0.6


def _figures(text: str) -> str:
    return text.translate(_FIGURES)


def _tidy(text: str) -> str:
    """Writing without stray signs at its ends and around the signs that join its parts."""
    stripped = _L.sub("l", text.strip(" :;,|_-–—=~'\"`«»*"))
    return _JOINED.sub(r"\1", stripped) if any(map(str.isdigit, stripped)) else stripped


_OF_TYPE: Mapping[str, Callable[[Sequence[Word], str, str], Found]] = {
    "date": _dates, "amount": _amounts, "quantity": _quantities, "iban": _ibans, "tax-id": _tax_ids,
}  # fmt: skip
