"""A page image and the truth about it."""

from dataclasses import dataclass

import cv2
import numpy as np

from docscan.model import Image
from docscan.places import IDENTITY, Box, Matrix, chained, mapped


@dataclass(frozen=True, slots=True)
class Printed:
    """A word as drawn; the box in pixels of the page as drawn, before any wear."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it comes from the scanner, and what stands on it.

    Attributes:
        image: Grey (H, W) or BGR (H, W, 3) uint8.
        dpi: Pixels to the inch of `image`.
        language: The engine's name of it.
        kind: `invoice`, `letter`, `form`, `receipt` or the corpus it is from.
        words: In the order they were drawn.
        degradation: What was done to it.
        turn: Degrees clockwise by which the page lies turned: 0, 90, 180 or 270.
        skew: Degrees clockwise by which it lies askew besides.
        placed: Maps a point of the page as drawn to `image`.
    """

    image: Image
    dpi: float
    language: str
    kind: str
    words: tuple[Printed, ...]
    degradation: str = "clean"
    turn: int = 0
    skew: float = 0.0
    placed: Matrix = IDENTITY

    @property
    def text(self) -> str:
        """Its words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def bitonal(self) -> bool:
        """Whether it has black and white alone."""
        return self.image.ndim == 2 and not np.any((self.image > 0) & (self.image < 255))

    def tilt(self, to_source: Matrix) -> float:
        """By how many degrees the lines of text still fall to the right after cleanup, -180 to 180.

        Args:
            to_source: Maps a point of the cleaned image back to `image`.
        """
        cleaned = chained(_inverse(to_source), self.placed)
        boxes = [word.box for word in self.words]
        x = (min(box.left for box in boxes) + max(box.right for box in boxes)) / 2
        y = (min(box.top for box in boxes) + max(box.bottom for box in boxes)) / 2
        (x0, y0), (x1, y1) = mapped(cleaned, x - 100, y), mapped(cleaned, x + 100, y)
        return float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))


def encoded(image: Image, suffix: str, quality: int = 85) -> bytes:
    """A page image as a file's bytes, without a resolution.

    Args:
        image: Grey or BGR.
        suffix: `.png`, `.jpg` or `.pnm`.
        quality: Of a JPEG.
    """
    return bytes(cv2.imencode(suffix, image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def _inverse(matrix: Matrix) -> Matrix:
    one, two, three = (tuple(map(float, row)) for row in np.linalg.inv(np.array(matrix)))
    return (one[0], one[1], one[2]), (two[0], two[1], two[2]), (three[0], three[1], three[2])
