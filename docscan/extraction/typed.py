"""Values as a person types them, and where on the pages a value may stand."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from docscan.extraction import identifiers, spots, values
from docscan.extraction.candidates import READERS
from docscan.extraction.rows import Row, rows_of
from docscan.frozen import dataclass
from docscan.model import Page
from docscan.places import Box

SURE = 0.8  # an amount typed that could be read in two ways is asked for again
ISO_CURRENCY = re.compile(r"[A-Z]{3}")
TICKS = {"true yes y x sí si s tak t ja j": True, "false no n nie nein": False}


@dataclass(frozen=True, slots=True)
class Place:
    """A value that stands on a page.

    Attributes:
        value: Normalised.
        raw: As printed.
        page: The page's number, from 1.
        box: Around its words.
    """

    value: str
    raw: str
    page: int
    box: Box


def _date(text: str) -> str | None:
    found = values.read_date(text)
    return found.value if found else None


def _amount(text: str) -> str | None:
    found = values.read_amount(text)
    return values.money(found.value) if found and found.confidence >= SURE else None


def _identifier(text: str) -> str | None:
    return identifiers.compact(text) or None


def _currency(text: str) -> str | None:
    return text.upper() if ISO_CURRENCY.fullmatch(text.upper()) else values.currency(text) or None


def _tick(text: str) -> bool | None:
    return next((ticked for words, ticked in TICKS.items() if text.casefold() in words.split()), None)


TYPED: Mapping[str, Callable[[str], str | bool | None]] = {
    "date": _date, "amount": _amount, "tax-id": _identifier, "iban": _identifier, "currency": _currency,
    "tick": _tick,
}  # fmt: skip


def typed(text: str, kind: str) -> str | bool | None:
    """The normalised value of what a person typed; None when it is no value of that type.

    Args:
        text: Such as `12.3.2026`, `12 de marzo de 2026`, `1.234,56 €`, `ES-B12345674`.
        kind: One of the types of a schema's properties.
    """
    text = " ".join(text.split())
    if not text or not text.isprintable() or kind == "table":
        return None
    return TYPED[kind](text) if kind in TYPED else text


def places(pages: Sequence[Page], kind: str, near: tuple[int, Box] | None = None) -> tuple[Place, ...]:
    """Every value of a type on the pages, in reading order, or the nearest to a place first.

    Args:
        pages: With their words.
        kind: One of the types of a schema's properties.
        near: A page and a box, such as those of the value that was read.
    """
    found = spots.paper_of(pages).standing(kind) if kind in READERS else ()
    there = (Place(item.value, item.raw, item.row.page, item.box) for _, item in found)
    return tuple(there) if near is None else tuple(sorted(there, key=lambda place: _far(place, near)))


def place_of(value: str, pages: Sequence[Page], kind: str, near: tuple[int, Box] | None) -> Place | None:
    """Where a value stands; the place nearest to another one when there are several.

    Args:
        value: Normalised.
        pages: With their words.
        kind: The type of the value.
        near: A page and a box, such as those of the value that was read.
    """
    there = [*(place for place in places(pages, kind) if place.value == value), *_spelt(value, pages)]
    if near is None or not there:
        return there[0] if there else None
    return min(there, key=lambda place: _far(place, near))


def row_text(pages: Sequence[Page], page: int, box: Box) -> str:
    """The words of the row or rows that a box lies on, those in the box between `[` and `]`."""
    rows = rows_of([one for one in pages if one.number == page])
    return " / ".join(_marked(row, box) for row in rows if _crosses(row.box, box))


def _far(place: Place, near: tuple[int, Box]) -> tuple[bool, float]:
    """How far a value stands from a place: on another page, and in pixels."""
    page, box = near
    (across, down), (there_across, there_down) = place.box.middle, box.middle
    return place.page != page, abs(across - there_across) + abs(down - there_down)


def _spelt(value: str, pages: Sequence[Page]) -> Iterator[Place]:
    """Where the words of a value stand as they are, in a row, but for capitals and signs."""
    wanted = [_letters(word) for word in value.split()]
    for row in rows_of(pages):
        words = [_letters(word.text) for word in row.words]
        for first in range(len(words) - len(wanted) + 1):
            last = first + len(wanted)
            if words[first:last] == wanted:
                raw = " ".join(word.text for word in row.words[first:last])
                yield Place(value, raw, row.page, row.span_box(first, last))


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _marked(row: Row, box: Box) -> str:
    inside = [_covers(box, word.box) for word in row.words]
    parts: list[str] = []
    for before, word, here in zip([False, *inside], row.words, inside, strict=False):
        parts.append(
            ("] " if before and not here else " ") + ("[" if here and not before else "") + word.text
        )
    return "".join(parts).strip() + ("]" if inside and inside[-1] else "")


def _covers(box: Box, word: Box) -> bool:
    across, down = word.middle
    return box.left <= across <= box.right and box.top <= down <= box.bottom


def _crosses(row: Box, box: Box) -> bool:
    return row.top < box.middle[1] < row.bottom or box.top < row.middle[1] < box.bottom
