"""Spaces that the engine did not see, as around the x of `7 x 8,24`, and those it saw where there are none.

The network that reads a line tells spaces by what it has learnt to expect, so
that `19 %` comes out as one word, and a long number as two, cut at a narrow 1.
The gaps in the ink tell better.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

import numpy as np

from docscan.model import Image, Line, Scan, Word
from docscan.places import Box, around

INK = 0.5  # of the way from a word's darkest shade to its lightest
SHARE = 0.7  # of the page's usual space, in heights of a line: as wide a gap within a word is one
LEAST_SHARE = 0.2  # of a line's height: a narrower gap is never a space
USUAL = 0.32  # of a line's height; where a page has too few spaces to tell
ENOUGH = 8  # spaces of a page, from which they tell
FARTHEST = 1.5  # heights of a line: words farther apart stand in two columns
SLENDER_ONE = 0.2  # of a line's height that the figure 1 may be thinner than the others
UNITS = "%‰°" + "€$£¥"  # that stand beside a figure, as letters do
NARROW, WIDE = "iljtfrI.,:;!|'’()[]-/1", "mwMW@%&€"
WIDTHS = (0.55, 1.0, 1.5)  # of narrow, usual and wide signs, beside each other
TOUCHING = (0.0, 0.8, 0.95)  # of the usual space, by the ones at a gap: narrower, two figures are one number
AROUND = 0.3  # heights of a line beside a gap in which its ink is looked at
SURE = 0.5  # signs by which the place of a gap may miss the end of one


def spaced(scan: Scan, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with their words parted where the page shows a space, and numbers whole where it shows none.

    Args:
        scan: Grey, as it was read.
        lines: What was read.
    """
    gaps = [gap for line in lines for gap in _gaps(line)]
    usual = median(gaps) if len(gaps) >= ENOUGH else USUAL
    closed = lines if len(gaps) < ENOUGH else [_closed(scan, line, usual) for line in lines]
    return tuple(
        replace(line, words=tuple(part for word in line.words for part in _parted(scan, word, line, usual)))
        for line in closed
    )


def _closed(scan: Scan, line: Line, usual: float) -> Line:
    """The line with its numbers joined that were cut at a 1.

    A 1 is as wide as other figures and holds half their ink, so that a space
    beside it looks wider than others: one that looks narrower is none.
    """
    words = list(line.words[:1])
    for after in line.words[1:]:
        before = words[-1]
        ones = (before.text[-1:] == "1") + (after.text[:1] == "1")
        figures = before.text[-1:].isdigit() and after.text[:1].isdigit()
        if ones and figures and _gap(scan, before.box, after.box, _height(line)) < TOUCHING[ones] * usual:
            box = around([before.box, after.box])
            sure = min(before.confidence, after.confidence)
            words[-1] = Word(before.text + after.text, box, sure)
        else:
            words.append(after)
    return replace(line, words=tuple(words))


def _gap(scan: Scan, before: Box, after: Box, height: float) -> float:
    """The widest gap in the ink about where two words meet, in heights of a line."""
    reach = round(AROUND * height)
    left, right = max(0, before.right - reach), max(0, after.left + reach)
    top, bottom = min(before.top, after.top), max(before.bottom, after.bottom)
    runs = _runs(scan.image[top:bottom, left:right])
    wide = max((b[0] - a[1] for a, b in pairwise(runs)), default=0)
    return max(wide, after.left - before.right) / height


def _gaps(line: Line) -> Iterator[float]:
    height = _height(line)
    for before, word in pairwise(line.words):
        gap = (word.box.left - before.box.right) / height
        if 0 < gap < FARTHEST:
            yield gap


def _height(line: Line) -> float:
    """The height of a line's print: half its words are lower."""
    return max(1.0, median(word.box.height for word in line.words))


def _parted(scan: Scan, word: Word, line: Line, usual: float) -> Iterator[Word]:
    """The word, or its parts when there are gaps between them."""
    if not any(_may_part(before, after) for before, after in pairwise(word.text)):
        yield word
        return
    height = _height(line)
    runs = _runs(scan.image[word.box.top : word.box.bottom, word.box.left : word.box.right])
    least = height * max(LEAST_SHARE, SHARE * usual)
    start, left = 0, word.box.left
    for gap_left, gap_right, place in _places(word.text, runs, least):
        before, after = word.text[place - 1], word.text[place]
        slender = SLENDER_ONE * height * (before == "1" or after == "1")
        if place <= start or not _may_part(before, after) or gap_right - gap_left < least + slender:
            continue
        box = Box(left, word.box.top, word.box.left + gap_left, word.box.bottom)
        yield replace(word, text=word.text[start:place], box=box)
        start, left = place, word.box.left + gap_right
    yield (
        word
        if start == 0
        else replace(
            word, text=word.text[start:], box=Box(left, word.box.top, word.box.right, word.box.bottom)
        )
    )


def _may_part(before: str, after: str) -> bool:
    """Whether a space may be lost between two signs: one is a figure, the other a letter or a unit."""
    if before.isdigit() == after.isdigit():
        return False
    other = after if before.isdigit() else before
    return other.isalpha() or other in UNITS


def _runs(image: Image) -> list[tuple[int, int]]:
    """The columns of a word that hold ink: from, to."""
    if image.size == 0:
        return []
    darkest, lightest = int(image.min()), int(image.max())
    inked = (image < darkest + INK * (lightest - darkest)).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inked, [False]))))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _places(text: str, runs: Sequence[tuple[int, int]], least: float) -> Iterator[tuple[int, int, int]]:
    """The wide gaps of a word: from, to, and how many of its signs stand before."""
    wide = [(a[1], b[0]) for a, b in pairwise(runs) if b[0] - a[1] >= least]
    if not wide:
        return
    ends = np.cumsum([_width(sign) for sign in text])
    total = runs[-1][1] - runs[0][0] - sum(right - left for left, right in wide)
    passed = 0
    for left, right in wide:
        at = (left - runs[0][0] - passed) / max(1, total) * ends[-1]
        passed += right - left
        before = sum(1 for run in runs if run[1] <= left)
        place = before if len(runs) == len(text) else 1 + int(np.abs(ends[:-1] - at).argmin())
        if len(runs) == len(text) or abs(ends[place - 1] - at) <= SURE:
            yield left, right, place


def _width(sign: str) -> float:
    return WIDTHS[0] if sign in NARROW else WIDTHS[2] if sign in WIDE else WIDTHS[1]
