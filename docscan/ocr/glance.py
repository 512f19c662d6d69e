"""A first look at a page: a few of its longest rows tell its language and which way is up.

Reading a page in the wrong language, or upside down, costs a whole reading and
tells less than these rows, which cost a tenth of one.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import cv2
import numpy as np

from docscan.model import Scan, Word
from docscan.ocr import ink as inks
from docscan.ocr import language as languages_of
from docscan.ocr import strips
from docscan.ocr.ink import Ink
from docscan.ocr.strips import Ask
from docscan.places import Box

Turn = Callable[[Scan, int], Scan]

ROWS = (2, 4)  # looked at first, and when they do not tell the language
ROW_HEIGHT = 30  # pixels that a row is brought to: the engine brings a line to 36 with its rim
ROW_WIDTH = 1000  # pixels of it: some twelve words
LINE = (1.2, 6.0)  # millimetres of height of a row
SLENDER = 4.0  # a row is so many times as long as high
GOOD_WORD = 0.75  # confidence of a word that was surely read
LETTERS = 3  # in a row: shorter words come out of dirt as well
CHANCE = 6  # letters that dirt, and digits upside down, are read as: 010 is OTO
LEAST_GAIN = 1.2  # times as many letters show that a page is better read another way
GOOD_SHARE = 0.35  # of the letters stand in such words when a page is the right way up
SURELY_GOOD = 0.7  # as above, and no other way up is tried
LEAD = 0.3  # of the guessed language over the next, from which it is taken


def look(scan: Scan, ink: Ink, languages: Sequence[str], ask: Ask, turn: Turn | None) -> tuple[Scan, str]:
    """Find out how a page is to be read.

    Args:
        scan: Cleaned.
        ink: Its print.
        languages: The engine's names; the first is taken when nothing tells.
        ask: What reads.
        turn: Turns a scan clockwise by 90, 180 or 270 degrees; None when the
            page must stay as it is.

    Returns:
        The scan, turned so that it can be read, and the language to read it in.

    Raises:
        OcrError: As `Engine.read` does.
    """
    if len(languages) == 1 and (scan.upright or turn is None):
        return scan, languages[0]
    rows = _rows(ink)
    words = _read(scan, rows[: ROWS[0]], ask, languages[0])
    if turn is not None and not scan.upright:
        upright = _best_way_up(scan, words, turn, partial(_turned_read, ask=ask, language=languages[0]))
        if upright[0] is not scan:
            return upright[0], _likeliest(upright[1], languages)
    found = _language(words, languages)
    if not found:
        words = (*words, *_read(scan, rows[ROWS[0] : sum(ROWS)], ask, languages[0]))
        found = _language(words, languages)
    return scan, found or _likeliest(words, languages)


def good_letters(words: Iterable[Word]) -> int:
    """Letters in words that were surely read."""
    return sum(
        len(word.text)
        for word in words
        if word.confidence >= GOOD_WORD and sum(letter.isalpha() for letter in word.text) >= LETTERS
    )


def is_clearly_better(words: Sequence[Word], than: Sequence[Word]) -> bool:
    """Whether a page read another way shows clearly more letters, and no fewer signs that are sure."""
    more = good_letters(words) > LEAST_GAIN * good_letters(than) + CHANCE
    return more and sure_signs(words) > sure_signs(than)


def sure_signs(words: Iterable[Word]) -> int:
    """How many signs were surely read. Digits count as letters do: upside down they are hardly ever sure."""
    return sum(len(word.text) for word in words if word.confidence >= GOOD_WORD)


def good_share(words: Sequence[Word]) -> float:
    """Of all signs, those in words that were surely read."""
    return good_letters(words) / max(1, sum(len(word.text) for word in words))


def _best_way_up(
    scan: Scan, words: Sequence[Word], turn: Turn, read: Callable[[Scan], Sequence[Word]]
) -> tuple[Scan, Sequence[Word]]:
    """The scan turned so that most can be read, with its rows; another way must be clearly better."""
    best = scan, words
    for angle in (180, 90, 270):
        if good_share(best[1]) >= SURELY_GOOD or (angle != 180 and good_share(best[1]) >= GOOD_SHARE):
            break
        turned = turn(scan, angle)
        again = read(turned)
        if is_clearly_better(again, best[1]):
            best = turned, again
    return best


def _turned_read(scan: Scan, *, ask: Ask, language: str) -> tuple[Word, ...]:
    return _read(scan, _rows(inks.found(scan))[: ROWS[0]], ask, language)


def _read(scan: Scan, rows: Sequence[Box], ask: Ask, language: str) -> tuple[Word, ...]:
    found = ask(scan, [_cut(box) for box in rows], language)
    return tuple(word for words in found for word in words)


def _cut(box: Box) -> strips.Cut:
    factor = ROW_HEIGHT / box.height
    right = min(box.right, box.left + round(ROW_WIDTH / factor))
    return strips.Cut(Box(box.left, box.top, right, box.bottom), factor, rim=max(2, round(4 / factor)))


def _rows(ink: Ink) -> list[Box]:
    """The page's rows of print, the longest first."""
    joined = cv2.morphologyEx(
        ink.print, cv2.MORPH_CLOSE, np.ones((1, round(inks.GAP * inks.MILLIMETRE)), np.uint8)
    )
    stats = cv2.connectedComponentsWithStats(joined, connectivity=8)[2][1:]
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    rows = (heights >= LINE[0] * inks.MILLIMETRE) & (heights <= LINE[1] * inks.MILLIMETRE)
    rows &= widths >= SLENDER * heights
    longest = sorted(np.flatnonzero(rows), key=lambda row: -int(widths[row]))
    return [inks.box_of(stats[row], ink.scale) for row in longest]


def _language(words: Sequence[Word], languages: Sequence[str]) -> str:
    """The language that a text surely is in, or empty."""
    guessed, lead = languages_of.guess(" ".join(word.text for word in words), languages)
    return guessed if lead >= LEAD else ""


def _likeliest(words: Sequence[Word], languages: Sequence[str]) -> str:
    """The language that any word speaks for, or the first."""
    return languages_of.guess(" ".join(word.text for word in words), languages, enough=1.0)[0] or languages[0]
