"""What a pen drew on a page and nobody can read: signatures, above all."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from docscan.model import Image, Mark, Word
from docscan.ocr.combs import Comb
from docscan.ocr.ruling import Ruling, scaled, shapes
from docscan.places import Box

INKED = 40  # of 255: a sixth of a coarse pixel is ink, as of a thin stroke
COARSE = 4  # times, by halving twice: strokes are looked for at about 50 dpi
NEAR = 1.2  # millimetres between strokes of one hand
LEAST, MOST = (7.0, 3.5), (120.0, 45.0)  # millimetres of width and height
SURE = 0.75  # confidence from which a word of several letters is print
SOLID = 0.55  # of its box is ink: a bar, a picture
RIM = 1  # coarse pixels around a word that are taken for it


def found(
    ruling: Ruling, words: Sequence[Word], combs: Sequence[Comb], marks: Sequence[Mark]
) -> tuple[Box, ...]:
    """The boxes around what a pen drew, from top to bottom.

    It is as large as a hand's strokes, hangs together, and is neither a rule
    nor a word that was surely read; what stands in a comb or in a box to tick
    is told by those.

    Args:
        ruling: The ink of a cleaned page.
        words: What was read.
        combs: Of the page.
        marks: Its boxes to tick.
    """
    rest = np.asarray(cv2.subtract(ruling.ink, ruling.rules), dtype=np.uint8)
    unit = ruling.millimetre / COARSE
    coarse = (_halved(_halved(rest)) > INKED).astype(np.uint8) * 255
    known = [word.box for word in words if word.confidence >= SURE and len(word.text) > 1]
    for box in (*known, *(comb.box for comb in combs), *(mark.box for mark in marks)):
        left, top, right, bottom = scaled(box, 1 / (ruling.scale * COARSE))
        coarse[max(0, top - RIM) : bottom + RIM, max(0, left - RIM) : right + RIM] = 0
    return tuple(scaled(box, ruling.scale * COARSE) for box in _hands(coarse, unit))


def _halved(image: Image) -> Image:
    """An image at half its size; an odd last row or column is dropped."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    return np.asarray(
        cv2.resize(image[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA),
        dtype=np.uint8,
    )


def _hands(coarse: Image, unit: float) -> Iterator[Box]:
    """Shapes of a signature's size that are no solid ones."""
    reach = max(1, round(NEAR * unit))
    joined = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    for box in shapes(np.asarray(joined, dtype=np.uint8)):
        fits = (
            LEAST[0] * unit <= box.width <= MOST[0] * unit and LEAST[1] * unit <= box.height <= MOST[1] * unit
        )
        if fits and (coarse[box.top : box.bottom, box.left : box.right] > 0).mean() <= SOLID:
            yield box
