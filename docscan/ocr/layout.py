"""Words in reading order: rows, columns side by side, blocks apart."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from docscan.model import Line, Word
from docscan.places import around

SAME_ROW = 0.5  # of the lower word's height must overlap
BLOCK_GAP = 0.9  # heights of a line between two rows: a paragraph ends
GUTTER = 2.5  # heights of a line: wider than any gap between words of a sentence
COLUMN_ROWS = 3  # fewer rows side by side are labels and values
COLUMN_WORDS = 1.5  # words a row on each side: a table's cells hold fewer
MANY_COLUMNS_WORDS = 3.0  # the same with three columns and more, as tables have
HEADING_ROWS = 2  # at most, close above columns or below them, that go over all of them


def lines(words: Sequence[Word]) -> tuple[Line, ...]:
    """Words as lines in reading order, their blocks numbered from 0.

    Columns of running text, and an address beside another or beside labels with
    their values, are read one after the other; the cells of a table and a label
    with its value stay on one line.

    Args:
        words: In any order, with boxes on one page.
    """
    if not words:
        return ()
    height = median(word.box.height for word in words)
    found: list[Line] = []
    block = 0
    for band in _bands(_rows(words), height):
        for column in _columns(band, height):
            found += [Line(tuple(row), block) for row in column]
            block += 1
    return tuple(found)


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words that stand on one height, left to right; rows from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.box.middle[1]):
        if rows and _overlaps(rows[-1], word):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.box.left) for row in rows]


def _overlaps(row: Sequence[Word], word: Word) -> bool:
    top, bottom = median(one.box.top for one in row), median(one.box.bottom for one in row)
    shared = min(bottom, word.box.bottom) - max(top, word.box.top)
    return shared >= SAME_ROW * max(1, min(bottom - top, word.box.height))


def _bands(rows: Sequence[list[Word]], height: float) -> Iterator[list[list[Word]]]:
    """Rows that follow each other closely."""
    band = [rows[0]]
    for row in rows[1:]:
        above = around([word.box for word in band[-1]])
        if around([word.box for word in row]).top - above.bottom > BLOCK_GAP * height:
            yield band
            band = []
        band.append(row)
    yield band


def _columns(band: list[list[Word]], height: float) -> list[list[list[Word]]]:
    """The band as one block, or as columns of running text, below and above what goes over all of them."""
    for head in range(min(HEADING_ROWS, len(band)) + 1):
        for foot in range(min(HEADING_ROWS, len(band) - head) + 1):
            rows = band[head : len(band) - foot]
            columns = _split(rows, height) if len(rows) >= COLUMN_ROWS else []
            if columns:
                return [part for part in (band[:head], *columns, band[len(band) - foot :]) if part]
    return [band]


def _split(rows: list[list[Word]], height: float) -> list[list[list[Word]]]:
    """The columns of rows that are columns of text, each with its own rows; else none."""
    gutters = _gutters([word for row in rows for word in row], GUTTER * height)
    edges = [-math.inf, *gutters, math.inf]
    columns = [
        [part for row in rows if (part := [word for word in row if left <= word.box.left < right])]
        for left, right in pairwise(edges)
    ]
    if not gutters or min(len(column) for column in columns) < COLUMN_ROWS:
        return []
    words = COLUMN_WORDS if len(columns) == 2 else MANY_COLUMNS_WORDS
    return columns if all(_running(column, words) for column in columns) else []


def _gutters(words: Sequence[Word], width: float) -> list[float]:
    """Where no word stands for at least `width`, from the first word to the last."""
    ordered = sorted(words, key=lambda word: word.box.left)
    gutters: list[float] = []
    reach = ordered[0].box.right
    for word in ordered[1:]:
        if word.box.left - reach >= width:
            gutters.append((word.box.left + reach) / 2)
        reach = max(reach, word.box.right)
    return gutters


def _running(rows: Sequence[Sequence[Word]], least: float) -> bool:
    """Whether rows can be read without what stands beside them: text, or labels with their values."""
    words = [word for row in rows for word in row]
    letters = sum(any(sign.isalpha() for sign in word.text) for word in words)
    labels = sum(row[-1].text.endswith(":") for row in rows)
    answered = sum(any(word.text.endswith(":") for word in row[:-1]) for row in rows)
    text = len(words) >= least * len(rows) and letters >= 0.6 * len(words) and 2 * labels <= len(rows)
    return text or (answered > 0.5 * len(rows) and labels == 0)
