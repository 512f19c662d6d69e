"""The places of a form where something is to be written: frames, rules and rows of dots."""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from docscan.model import Blank, Image, Mark
from docscan.ocr.combs import Comb
from docscan.ocr.ruling import Ruling, scaled, shapes, within
from docscan.places import Box

WIDTHS = (8.0, 200.0)  # millimetres of a frame
HEIGHTS = (4.0, 60.0)
FULL = 0.88  # of a frame's area is empty of strokes of its kind: it is a rectangle
SHORTEST_RULE = 14.0  # millimetres
ROOM = 7.5  # millimetres above a rule: a line of writing
THICKEST = 1.0  # millimetres: what is thicker is a bar
HANGING, WHOLE = 6.0, 0.6  # millimetres of a stroke that hangs on a rule; of its width the rule has at least
ALONG = 2.5  # millimetres between a rule and a stroke that underlines what is signed on it
TOUCHING = 0.9  # millimetres between a rule and the frame it is a side of


def found(
    ruling: Ruling, combs: Sequence[Comb], marks: Sequence[Mark], dotted: Sequence[Box]
) -> tuple[Blank, ...]:
    """The places to write in, from top to bottom.

    Args:
        ruling: The ink of a cleaned page.
        combs: Of the page.
        marks: Its boxes to tick, which are none.
        dotted: Its rows of dots.
    """
    taken = [scaled(box, 1 / ruling.scale) for box in (*(c.box for c in combs), *(m.box for m in marks))]
    level = ruling.long_level
    strokes = shapes(level)
    frames = [box for box in _frames(ruling) if not within(box, taken)]
    rules = [rule for box in strokes if (rule := _rule(box, level, ruling.millimetre))]
    rules = [rule for rule in rules if not _is_side(rule, (*frames, *taken), ruling.millimetre)]
    rules = [rule for rule in rules if not _is_written(rule, rules, ruling.millimetre)]
    every = [Blank(ruling.on_page(box), "frame") for box in frames]
    every += [Blank(comb.box, "comb") for comb in combs]
    every += [Blank(_above(ruling.on_page(box), ruling), "rule") for box in rules]
    every += [Blank(_above(box, ruling), "rule") for box in dotted]
    return tuple(sorted(every, key=lambda blank: (blank.box.top, blank.box.left)))


def _frames(ruling: Ruling) -> Iterator[Box]:
    """The insides of rectangles, also of those that share their sides."""
    unit = ruling.millimetre
    contours, hierarchy = cv2.findContours(ruling.rules, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for index, contour in enumerate(contours):
        if hierarchy[0][index][3] < 0:
            continue
        left, top, width, height = cv2.boundingRect(contour)
        fits = (
            WIDTHS[0] * unit <= width <= WIDTHS[1] * unit and HEIGHTS[0] * unit <= height <= HEIGHTS[1] * unit
        )
        if fits and cv2.contourArea(contour) >= FULL * width * height:
            yield Box(left, top, left + width, top + height)


def _rule(box: Box, level: Image, unit: float) -> Box | None:
    """The rule in a level stroke, where one is: a hand's stroke may hang on it."""
    if box.width < SHORTEST_RULE * unit or box.height > HANGING * unit:
        return None
    if box.height <= THICKEST * unit:
        return box
    drawn = np.count_nonzero(level[box.top : box.bottom, box.left : box.right], axis=1)
    at = box.top + int(drawn.argmax())
    return Box(box.left, at, box.right, at + 1) if drawn.max() >= WHOLE * box.width else None


def _is_side(rule: Box, others: Iterable[Box], unit: float) -> bool:
    """Whether a level stroke is the side of a frame, of a comb or of a box to tick."""
    near = TOUCHING * unit
    return any(
        other.left - near < rule.right
        and rule.left < other.right + near
        and other.top - near <= rule.middle[1] <= other.bottom + near
        for other in others
    )


def _is_written(rule: Box, rules: Iterable[Box], unit: float) -> bool:
    """Whether a level stroke is a pen's, drawn along a rule that is longer."""
    return any(
        other.left <= rule.left
        and rule.right <= other.right
        and rule.width < other.width
        and abs(other.middle[1] - rule.middle[1]) <= ALONG * unit
        for other in rules
    )


def _above(rule: Box, ruling: Ruling) -> Box:
    """The room for writing on a rule, in pixels of the page."""
    return rule._replace(top=max(0, rule.top - round(ROOM * ruling.millimetre * ruling.scale)))
