"""Boxes to tick on a page image, and whether they are ticked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from docscan.model import Image, Line, Mark, Word
from docscan.ocr.ruling import Ruling, scaled, shapes, within
from docscan.places import Box

SIDES = (2.6, 8.5)  # millimetres: a box of 3 to 8, drawn or scanned a little off
STRAIGHT = 0.65  # of a side: a straight stroke that long is no part of a letter of that size
SEEN, COVERED = 0.6, 0.9  # of a side is drawn where it is looked for, and within the box once found
STUBS = 1.3  # times a box's size: so far strokes that leave it at the corners may enlarge its shape
SQUARE = 0.8  # the shorter side to the longer
HOLLOW = 0.45  # of a box's area is free of straight strokes
SOLID, CENTRE = 0.9, 0.3  # of the middle of a blacked out box is ink; of its side, left out all round
LETTER_GAP, LARGER = 0.22, 1.15  # of a box's width: letters are closer; times their height: a box is taller
SOLID_SIDES = (2.8, 5.6)  # millimetres of a blacked out box on a page without another
DIAMETERS = (2.4, 6.5)  # millimetres of a round box
ROUND = 0.86  # its narrower side to the wider
RING, INNER = (0.78, 1.12), 0.6  # of the radius: where the ring is drawn, what is inside
THIN, MOST_THICK = (0.64, 0.74), 0.4  # of the radius, just inside the ring: of this is ink, at most
ANGLES = 40  # directions from the middle in which the ring is looked for
LEAST_CORNER = 0.1  # of what is outside the ring is ink, at most
CORNER = 0.08  # of the side, within which a corner is drawn
INSET = 0.18  # of the side, left out when looking for ink inside
EMPTY, TICKED = 0.015, 0.045  # share of ink inside a box that is surely empty, surely ticked
WITHIN = 0.85  # of a word lies in a box to tick: the engine read the box
DOUBTED = 0.8  # confidence below which such a word is none
GUESSED, MOSTLY = 0.5, 0.6  # confidence of a guess, which is a box when it lies mostly in one
PARTLY = 0.3  # of a word of nothing but frames is a box, where it was read across its label
RINGS = frozenset("Oo0©®()@")  # what a round box is read as, surely at times
ALSO_OUTSIDE = 2.0  # times a box's width: a mark in it reaches so far
FRAMES = "[](){}|_"  # what a box beside a word adds to it
BOXES = frozenset("[](){}|_\\/-=~.:;,'\"*+XxLlIiJjOoVvEeDd☐☒☑✓✗")  # what a box, or a cross in one, is read as


def found(ruling: Ruling, words: Sequence[Word] = ()) -> tuple[Mark, ...]:
    """The boxes to tick of a form, square and round, from top to bottom and left to right.

    Args:
        ruling: The ink of a cleaned page.
        words: What was read: a letter of a word is no box.
    """
    read = [word.box for word in words if len(word.text) > (1 if word.confidence >= DOUBTED else 2)]
    every = [
        mark
        for mark in (*tick_boxes(ruling), *_circles(ruling))
        if all(_stands_out(ruling, mark.box, word) for word in _holding(read, mark.box))
    ]
    row = SIDES[0] * ruling.millimetre * ruling.scale
    return tuple(sorted(every, key=lambda mark: (mark.box.top // row, mark.box.left)))


def _holding(words: Sequence[Box], box: Box) -> list[Box]:
    """The words in which the middle of a box lies."""
    x, y = box.middle
    return [word for word in words if word.left <= x < word.right and word.top <= y < word.bottom]


def _stands_out(ruling: Ruling, mark: Box, word: Box) -> bool:
    """Whether a shape that was read as a part of a word is larger than its letters, and apart from them."""
    box, whole = scaled(mark, 1 / ruling.scale), scaled(word, 1 / ruling.scale)
    edge = round(LETTER_GAP * box.width)
    part = ruling.ink[whole.top : whole.bottom, whole.left : whole.right].copy()
    left, right = box.left - whole.left, box.right - whole.left
    beside = np.hstack((part[:, max(0, left - edge) : max(0, left - 1)], part[:, right + 1 : right + edge]))
    part[:, max(0, left - 1) : right + 1] = 0
    letters = np.flatnonzero(part.any(axis=1))
    height = int(letters[-1] - letters[0] + 1) if len(letters) else 0
    return not beside.any() and box.height >= LARGER * height


def tick_boxes(ruling: Ruling) -> tuple[Mark, ...]:
    """The small squares of a form, from top to bottom and left to right.

    Only straight level and upright strokes are looked at, so that crosses and
    ticks, also those that leave their box, do not hide it; letters have none of
    that length on four sides. Cells that share a line with a neighbour are a
    table's or a comb's, not boxes to tick.

    Args:
        ruling: The ink of a cleaned page.
    """
    ink, (smallest, largest) = ruling.ink, (side * ruling.millimetre for side in SIDES)
    squares = list(_squares(ruling, smallest, largest))
    marks = [_mark(ink, box) for box in squares]
    marks += [Mark(box, ticked=True, confidence=0.7) for box in _filled(ruling, squares)]
    marks.sort(key=lambda mark: (mark.box.top // smallest, mark.box.left))
    return tuple(replace(mark, box=ruling.on_page(mark.box)) for mark in marks)


def outside(lines: Sequence[Line], marks: Sequence[Mark]) -> tuple[Line, ...]:
    """The lines without boxes to tick that were read as `X]` or `[_]`: the marks tell those better."""
    kept = (replace(line, words=tuple(_freed(line.words, marks))) for line in lines)
    return tuple(line for line in kept if line.words)


def _freed(words: Sequence[Word], marks: Sequence[Mark]) -> Iterator[Word]:
    for word in words:
        if any(_is_box(word, mark) for mark in marks):
            continue
        stuck = next((mark.box for mark in marks if _sticks(word.box, mark.box)), None)
        text = word.text if stuck is None else _without(word, stuck)
        changed = stuck is not None and text not in ("", word.text)
        yield replace(word, text=text, box=_beside(word.box, stuck)) if stuck and changed else word


def _sticks(word: Box, mark: Box) -> bool:
    """Whether a word lies partly in a box to tick, and partly beside it."""
    return _shared(word, mark) > 0 and max(mark.left - word.left, word.right - mark.right) > mark.width / 4


def _without(word: Word, mark: Box) -> str:
    """A word's text without what a box to tick was read as that stands at one of its ends."""
    text = word.text
    if _shared(word.box, mark) >= MOSTLY * mark.width * mark.height:
        number = max(1, round(len(text) * mark.width / word.box.width))
        text = text[number:] if mark.middle[0] < word.box.middle[0] else text[:-number]
    return text.strip(FRAMES)


def _beside(box: Box, mark: Box) -> Box:
    """A word's box without the box to tick that was read with it."""
    if mark.middle[0] < box.middle[0]:
        return box._replace(left=min(mark.right, box.right - 1))
    return box._replace(right=max(mark.left, box.left + 1))


def _is_box(word: Word, mark: Mark) -> bool:
    """Whether a word is what the engine made of a box: doubted signs, or a ring for a round letter."""
    area = word.box.width * word.box.height
    shared = _shared(word.box, mark.box) / max(1, area)
    narrow = word.box.width <= ALSO_OUTSIDE * mark.box.width  # a mark that leaves its box is read with it
    if word.confidence < GUESSED and len(word.text.strip(FRAMES)) <= 3 and narrow:
        return shared * area >= MOSTLY * min(area, mark.box.width * mark.box.height)
    doubted = word.confidence < DOUBTED and BOXES.issuperset(word.text)
    ring = RINGS.issuperset(word.text) and word.box.width >= MOSTLY * mark.box.width
    frame = doubted and set(FRAMES).issuperset(word.text) and shared >= PARTLY
    return frame or (doubted and shared >= WITHIN) or (ring and shared >= MOSTLY)


def _shared(one: Box, other: Box) -> int:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0, width) * max(0, height)


def _strokes(ruling: Ruling) -> Image:
    """Only what is straight, level or upright, and long enough for a side."""
    length = STRAIGHT * SIDES[0]
    return np.asarray(cv2.bitwise_or(ruling.level(length), ruling.upright(length)), dtype=np.uint8)


def _squares(ruling: Ruling, smallest: float, largest: float) -> Iterator[Box]:
    """Shapes of the size and form of a box with four straight sides: hollow, crossed out or solid."""
    strokes = _strokes(ruling)
    for around in shapes(strokes):
        if not _fits(around.width, around.height, smallest, STUBS * largest):
            continue
        box = _sides(strokes, around)
        if box is None or not _fits(box.width, box.height, smallest, largest) or not _cornered(ruling, box):
            continue
        free = (strokes[box.top : box.bottom, box.left : box.right] == 0).mean()
        if free >= HOLLOW or _inked(ruling.closed, box, CENTRE) >= SOLID:
            yield box


def _cornered(ruling: Ruling, box: Box) -> bool:
    """Whether all four corners of a box are drawn; those of a D are not."""
    size = max(2, round(CORNER * min(box.width, box.height)))
    part = ruling.closed[box.top : box.bottom, box.left : box.right]
    corners = (part[:size, :size], part[:size, -size:], part[-size:, :size], part[-size:, -size:])
    return all(bool(corner.any()) for corner in corners)


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
    share = _inked(ink, box, INSET)
    ticked = share >= (EMPTY + TICKED) / 2
    sure = share <= EMPTY or share >= TICKED
    return Mark(box, ticked, 0.95 if sure else 0.55)


def _inked(ink: Image, box: Box, inset: float) -> float:
    """The share of ink in a box, without so much of its side all round."""
    edge = max(2, round(inset * min(box.width, box.height)))
    inside = ink[box.top + edge : box.bottom - edge, box.left + edge : box.right - edge]
    return float((inside > 0).mean()) if inside.size else 0.0


def _filled(ruling: Ruling, squares: list[Box]) -> Iterator[Box]:
    """Solid squares as large as the page's other boxes, or as boxes are drawn: blacked out ones."""
    usual = [side * ruling.millimetre for side in SOLID_SIDES]
    if squares:
        middling = float(np.median([max(box.width, box.height) for box in squares]))
        usual = [0.75 * middling, 1.25 * middling]
    side = round(0.75 * usual[0])
    if not _may_hold_solid(ruling.closed, side):
        return
    kernel = np.ones((side, side), np.uint8)
    solid = np.asarray(cv2.morphologyEx(ruling.closed, cv2.MORPH_OPEN, kernel), dtype=np.uint8)
    yield from (
        box for box in shapes(solid) if _fits(box.width, box.height, *usual) and not within(box, squares)
    )


def _may_hold_solid(ink: Image, side: int) -> bool:
    """Whether a solid square of so many pixels may be there: in it, each third pixel of a side is ink."""
    step = max(1, side // 3)
    grid = np.ascontiguousarray(ink[::step, ::step])
    return bool(cv2.erode(grid, np.ones((3, 3), np.uint8)).any())


def _circles(ruling: Ruling) -> Iterator[Mark]:
    """Rings by themselves, with or without something in them."""
    smallest, largest = (side * ruling.millimetre for side in DIAMETERS)
    for box in ruling.parts:
        short, long = sorted((box.width, box.height))
        if short < max(smallest, ROUND * long) or long > largest:
            continue
        inside = _in_ring(ruling.ink[box.top : box.bottom, box.left : box.right])
        if inside is not None:
            sure = inside <= EMPTY or inside >= TICKED
            yield Mark(ruling.on_page(box), inside >= (EMPTY + TICKED) / 2, 0.95 if sure else 0.55)


def _in_ring(part: Image) -> float | None:
    """The share of ink inside a ring; None for a shape with gaps, corners, or a letter's weight."""
    far, turn = _around_middle(*part.shape)
    dark = part > 0
    drawn = np.unique(turn[dark & (far >= RING[0])])
    if len(drawn) < COVERED * ANGLES or dark[far > RING[1]].mean() > LEAST_CORNER:
        return None
    if dark[(far >= THIN[0]) & (far < THIN[1])].mean() > MOST_THICK:
        return None
    return float(dark[far < INNER].mean())


@lru_cache(maxsize=256)  # the letters of a page are of few sizes
def _around_middle(height: int, width: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """How far each pixel lies from the middle, 1 at the edges, and in which of `ANGLES` directions."""
    y, x = np.mgrid[0:height, 0:width]
    far = np.hypot((x - (width - 1) / 2) / (width / 2), (y - (height - 1) / 2) / (height / 2))
    turn = np.arctan2(y - height / 2, x - width / 2) / np.pi + 1
    return far, np.round(turn * ANGLES / 2).astype(np.int64) % ANGLES
