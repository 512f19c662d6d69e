"""What hOCR and ALTO both need: the words of a page in blocks and lines, placed on the image as stored.

A program that lays them over the original needs no knowledge of how the page
was turned, straightened or scaled for reading. A page read from its text layer
has no stored image: its boxes are in pixels of the page at the page's dpi.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from docscan.model import Line, Page
from docscan.ocr import stored
from docscan.places import Box, around

# what XML 1.0 cannot hold (section 2.2), nor can any escape
_FORBIDDEN = re.compile("[^\\t\\n\\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# the engine's names of languages (ISO 639-2) and what XML calls them (BCP 47: the shortest)
LANGUAGES = {"spa": "es", "pol": "pl", "deu": "de", "eng": "en", "fra": "fr", "ita": "it", "por": "pt"}


class Marked(NamedTuple):
    """A word as it is marked up.

    Attributes:
        text: Without signs that XML cannot hold; not empty.
        box: On the image as stored, in pixels.
        confidence: From 0 to 1.
    """

    text: str
    box: Box
    confidence: float


def blocks(page: Page) -> Iterator[tuple[tuple[Marked, ...], ...]]:
    """The lines of each block in reading order; none of them is empty."""
    for _, group in groupby(page.lines, key=lambda line: line.block):
        lines = tuple(words for line in group if (words := _words(page, line)))
        if lines:
            yield lines


def box(words: tuple[Marked, ...]) -> Box:
    """Around all of the words."""
    return around([word.box for word in words])


def printable(text: str) -> str:
    """A text without the signs that XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def language(name: str) -> str:
    """What XML calls a language of the engine; empty for none, and for several at once."""
    return LANGUAGES.get(name, name if re.fullmatch("[a-z]{3}", name) else "")


def _words(page: Page, line: Line) -> tuple[Marked, ...]:
    return tuple(
        Marked(text, _box(page, word.box), word.confidence)
        for word in line.words
        if (text := printable(word.text).strip())
    )


def _box(page: Page, place: Box) -> Box:
    """A box on the image as stored, at least a pixel wide and high, and inside."""
    width, height = stored.size(page)
    left, top, right, bottom = (round(value) for value in stored.hull(place, page.to_source))
    left, top = min(max(0, left), width - 1), min(max(0, top), height - 1)
    return Box(left, top, min(max(left + 1, right), width), min(max(top + 1, bottom), height))
