"""Words to rows, and rows to segments: the geometry everything else is asked in.

A row is what stands at one height of the page; a segment is a run of words in
a row without a wide gap, such as a label, a table cell or a line of an address.
"""

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from docscan.model import Page, Word
from docscan.places import Box, around

SAME_ROW = 0.55  # of a line's height, between the middles of two words
WIDE_GAP = 1.6  # of a line's height, between two segments
WORD_GAP = 0.75  # of a line's height: a wider gap never joins the groups of a number
# of a line's height a letter is wide where all are alike, as on a typewriter; a space there is one letter
# and the white on both sides of it, so of a letter's width
WIDE_LETTER, WIDE_SPACE = 0.85, 1.4
MOST_WORDS = 3_000  # of a page: as many as print of six points fills A4 with
LONGEST_WORD = 300  # letters; a longer one is no word, nor an address of a page


@dataclass(frozen=True, eq=False)  # each is one place of one document
class Row:
    """What stands at one height of a page.

    Attributes:
        page: The page's number, from 1.
        index: The row's number over the whole document, from 0.
        words: Left to right.
        height: The page's usual line height, in pixels.
        origin_ocr: Read by an engine rather than taken from a text layer.
    """

    page: int
    index: int
    words: tuple[Word, ...]
    height: float
    origin_ocr: bool

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each word begins in `text`."""
        starts, at = [], 0
        for before, word in zip((None, *self.words), self.words, strict=False):
            if before is not None:
                at += len(before.text) + len(self._space(before, word))
            starts.append(at)
        return tuple(starts)

    @cached_property
    def text(self) -> str:
        """The words; one space where they stand close, two where they do not, four at a wide gap."""
        parts: list[str] = []
        for before, word in zip((None, *self.words), self.words, strict=False):
            if before is not None:
                parts.append(self._space(before, word))
            parts.append(word.text)
        return "".join(parts)

    @cached_property
    def box(self) -> Box:
        """Around all words."""
        return around([word.box for word in self.words])

    @cached_property
    def segments(self) -> tuple[tuple[int, int], ...]:
        """First and one-past-last word of each run without a wide gap."""
        cuts = [0]
        for index, (before, word) in enumerate(zip(self.words, self.words[1:], strict=False), 1):
            if word.box.left - before.box.right > WIDE_GAP * self.height:
                cuts.append(index)
        return tuple(zip(cuts, [*cuts[1:], len(self.words)], strict=True))

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        return tuple(end for _, end in self.segments)

    def segment_of(self, index: int) -> int:
        """The number of the segment that holds a word."""
        return bisect_right(self._ends, index)

    def words_at(self, start: int, end: int) -> tuple[int, int]:
        """First and one-past-last word of a stretch of `text`."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_left(self.starts, end) - 1)
        return first, last + 1

    def stretch(self, first: int, last: int) -> tuple[str, int]:
        """The text of the words from `first` up to, not including, `last`, and where it begins in `text`."""
        start = self.starts[first]
        return self.text[start : self.starts[last - 1] + len(self.words[last - 1].text)], start

    def span_box(self, first: int, last: int) -> Box:
        """Around the words from `first` up to, not including, `last`."""
        return around([word.box for word in self.words[first:last]])

    def _space(self, before: Word, word: Word) -> str:
        gap = word.box.left - before.box.right
        if gap > WIDE_GAP * self.height:
            return "    "
        longer = max(before, word, key=lambda each: len(each.text))
        letter = longer.box.width / len(longer.text)
        near = WIDE_SPACE * letter if letter > WIDE_LETTER * self.height else WORD_GAP * self.height
        return "  " if gap > near else " "


def rows_of(pages: Sequence[Page]) -> tuple[Row, ...]:
    """Every row of a document, top to bottom, page after page."""
    rows: list[Row] = []
    for page in pages:
        found = (word for word in page.words[:MOST_WORDS] if len(word.text) <= LONGEST_WORD)
        words = [part for word in found for part in _parted(word) if part.text.strip()]
        height = line_height(words)
        for group in _grouped(words, height):
            rows.append(Row(page.number, len(rows), tuple(group), height, page.state != "textlayer"))
    return tuple(rows)


def line_height(words: Sequence[Word]) -> float:
    """The usual height of a word, in pixels; 1 without any."""
    heights = [word.box.height for word in words if len(word.text) > 1] or [word.box.height for word in words]
    return max(1.0, statistics.median(heights)) if heights else 1.0


def _grouped(words: Sequence[Word], height: float) -> Iterator[list[Word]]:
    """Words whose middles lie within half a line of the row's, each group left to right."""
    group: list[Word] = []
    middle = 0.0
    for word in sorted(words, key=lambda item: (item.box.middle[1], item.box.left)):
        if group and word.box.middle[1] - middle > SAME_ROW * height:
            yield sorted(group, key=lambda item: item.box.left)
            group = []
        group.append(word)
        middle += (word.box.middle[1] - middle) / len(group)
    if group:
        yield sorted(group, key=lambda item: item.box.left)


def _parted(word: Word) -> Iterator[Word]:
    """`NIF:B12345674` as two words; times, addresses of pages and lone colons stay whole."""
    label, colon, value = word.text.partition(":")
    if not ((colon and value and label[-1:].isalpha()) or label[-1:] in (")", ".")) or value[:1] in ("/", ""):
        yield word
        return
    cut = word.box.left + round(word.box.width * (len(label) + 1) / len(word.text))
    yield Word(label + colon, word.box._replace(right=cut), word.confidence)
    yield Word(value, word.box._replace(left=cut), word.confidence)
