"""Words in reading order: rows, columns side by side, blocks apart."""

from collections.abc import Iterator, Sequence
from statistics import median

from docscan.model import Line, Word, around

SAME_ROW = 0.5  # of the lower word's height must overlap
BLOCK_GAP = 0.9  # heights of a line between two rows: a paragraph ends
GUTTER = 2.5  # heights of a line: wider than any gap between words of a sentence
COLUMN_ROWS = 3  # fewer rows side by side are labels and values
COLUMN_WORDS = 1.5  # words a row on each side: a table's cells hold fewer


def lines(words: Sequence[Word]) -> tuple[Line, ...]:
    """Words as lines in reading order, their blocks numbered from 0.

    Two columns of running text are read one after the other; the cells of a
    table and a label with its value stay on one line.

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
    """The band as one block, or as two columns of running text."""
    gutters = _gutters([word for row in band for word in row], GUTTER * height)
    if len(band) < COLUMN_ROWS or len(gutters) != 1:
        return [band]
    left = [part for row in band if (part := [word for word in row if word.box.left < gutters[0]])]
    right = [part for row in band if (part := [word for word in row if word.box.left >= gutters[0]])]
    if min(len(left), len(right)) < COLUMN_ROWS or not (_running(left) and _running(right)):
        return [band]
    return [left, right]


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


def _running(rows: Sequence[Sequence[Word]]) -> bool:
    """Whether rows look like text rather than like labels or amounts."""
    words = [word for row in rows for word in row]
    letters = sum(any(sign.isalpha() for sign in word.text) for word in words)
    labels = sum(row[-1].text.endswith(":") for row in rows)
    return len(words) >= COLUMN_WORDS * len(rows) and letters >= 0.6 * len(words) and 2 * labels <= len(rows)
