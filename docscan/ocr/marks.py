"""Boxes to tick on a page image, and whether they are ticked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from docscan.model import Image, Line, Mark, Scan, Word
from docscan.places import Box

ANALYSIS_DPI = 200.0
SIDES = (2.6, 8.5)  # millimetres: a box of 3 to 8, drawn or scanned a little off
STRAIGHT = 0.65  # of a side: a straight stroke that long is no part of a letter of that size
SEEN, COVERED = 0.6, 0.9  # of a side is drawn where it is looked for, and within the box once found
STUBS = 1.3  # times a box's size: so far strokes that leave it at the corners may enlarge its shape
SQUARE = 0.8  # the shorter side to the longer
HOLLOW = 0.5  # of a box's area lies inside its lines
INSET = 0.18  # of the side, left out when looking for ink inside
EMPTY, TICKED = 0.015, 0.045  # share of ink inside a box that is surely empty, surely ticked
WITHIN = 0.85  # of a word lies in a box to tick: the engine read the box
DOUBTED = 0.8  # confidence below which such a word is none
BOXES = frozenset("[](){}|_\\/-=~.:;,'\"*+XxLlIiJjOoVvEeDd☐☒☑✓✗")  # what a box, or a cross in one, is read as


def tick_boxes(scan: Scan) -> tuple[Mark, ...]:
    """The small squares of a form, from top to bottom and left to right.

    Only straight level and upright strokes are looked at, so that crosses and
    ticks, also those that leave their box, do not hide it; letters have none of
    that length on four sides. Cells that share a line with a neighbour are a
    table's or a comb's, not boxes to tick.

    Args:
        scan: A cleaned image, grey or BGR.
    """
    factor = min(1.0, ANALYSIS_DPI / scan.dpi)
    image = scan.image if scan.image.ndim == 2 else cv2.cvtColor(scan.image, cv2.COLOR_BGR2GRAY)
    if factor < 1:
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    ink = np.asarray(cv2.threshold(image, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1], dtype=np.uint8)
    smallest, largest = (side * scan.dpi * factor / 25.4 for side in SIDES)
    hollow = list(_hollow(_rules(ink, smallest), smallest, largest))
    marks = [_mark(ink, box) for box in hollow]
    marks += [Mark(box, ticked=True, confidence=0.7) for box in _filled(ink, hollow)]
    marks.sort(key=lambda mark: (mark.box.top // smallest, mark.box.left))
    return tuple(replace(mark, box=_enlarged(mark.box, scan.width / ink.shape[1])) for mark in marks)


def outside(lines: Sequence[Line], marks: Sequence[Mark]) -> tuple[Line, ...]:
    """The lines without boxes to tick that were read as `X]` or `[_]`: the marks tell those better."""
    kept = (
        replace(
            line, words=tuple(word for word in line.words if not any(_is_box(word, mark) for mark in marks))
        )
        for line in lines
    )
    return tuple(line for line in kept if line.words)


def _is_box(word: Word, mark: Mark) -> bool:
    width = min(word.box.right, mark.box.right) - max(word.box.left, mark.box.left)
    height = min(word.box.bottom, mark.box.bottom) - max(word.box.top, mark.box.top)
    shared = max(0, width) * max(0, height)
    doubted = word.confidence < DOUBTED and BOXES.issuperset(word.text)
    return doubted and shared >= WITHIN * word.box.width * word.box.height


def _enlarged(box: Box, factor: float) -> Box:
    left, top, right, bottom = (round(edge * factor) for edge in box)
    return Box(left, top, right, bottom)


def _rules(ink: Image, smallest: float) -> Image:
    """Only what is straight, level or upright, and long enough for a side."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    length = max(5, round(STRAIGHT * smallest))
    level = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    upright = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return np.asarray(cv2.bitwise_or(level, upright), dtype=np.uint8)


def _hollow(rules: Image, smallest: float, largest: float) -> Iterator[Box]:
    """Shapes of the size and form of a box with one large hole in them."""
    contours, hierarchy = cv2.findContours(rules, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for index, contour in enumerate(contours):
        left, top, width, height = cv2.boundingRect(contour)
        if hierarchy[0][index][3] >= 0 or not _fits(width, height, smallest, STUBS * largest):
            continue
        box = _sides(rules, Box(left, top, left + width, top + height))
        child, hole = int(hierarchy[0][index][2]), 0.0
        while child >= 0:
            hole = max(hole, cv2.contourArea(contours[child]))
            child = int(hierarchy[0][child][0])
        fits = box is not None and _fits(box.width, box.height, smallest, largest)
        if box is not None and fits and hole >= HOLLOW * box.width * box.height:
            yield box


def _sides(rules: Image, around: Box) -> Box | None:
    """The box without the stubs of strokes that leave it at a corner; None unless it has four sides."""
    part = rules[around.top : around.bottom, around.left : around.right] > 0
    columns = np.flatnonzero(part.mean(axis=0) >= SEEN)
    rows = np.flatnonzero(part.mean(axis=1) >= SEEN)
    if len(columns) < 2 or len(rows) < 2:
        return None
    left, right = around.left + int(columns[0]), around.left + int(columns[-1]) + 1
    top, bottom = around.top + int(rows[0]), around.top + int(rows[-1]) + 1
    inner = rules[top:bottom, left:right] > 0
    sides = (inner[:3].any(0), inner[-3:].any(0), inner[:, :3].any(1), inner[:, -3:].any(1))
    drawn = all(float(side.mean()) >= COVERED for side in sides)
    return Box(left, top, right, bottom) if drawn else None


def _fits(width: int, height: int, smallest: float, largest: float) -> bool:
    short, long = sorted((width, height))
    return smallest <= short and long <= largest and short >= SQUARE * long


def _mark(ink: Image, box: Box) -> Mark:
    """The box with what is inside it."""
    inset = max(2, round(INSET * min(box.width, box.height)))
    inside = ink[box.top + inset : box.bottom - inset, box.left + inset : box.right - inset]
    share = float((inside > 0).mean()) if inside.size else 0.0
    ticked = share >= (EMPTY + TICKED) / 2
    sure = share <= EMPTY or share >= TICKED
    return Mark(box, ticked, 0.95 if sure else 0.55)


def _filled(ink: Image, hollow: list[Box]) -> Iterator[Box]:
    """Solid squares as large as the page's other boxes: blacked out ones."""
    if not hollow:
        return
    side = float(np.median([max(box.width, box.height) for box in hollow]))
    kernel = np.ones((round(0.6 * side),) * 2, np.uint8)
    solid = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel), dtype=np.uint8)
    contours, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        left, top, width, height = cv2.boundingRect(contour)
        box = Box(left, top, left + width, top + height)
        inside_another = any(
            other.left <= box.middle[0] < other.right and other.top <= box.middle[1] < other.bottom
            for other in hollow
        )
        if _fits(width, height, 0.75 * side, 1.25 * side) and not inside_another:
            yield box
