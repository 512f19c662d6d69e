"""Places on a page image, and the maps between images of one page.

Boxes are in pixels (left, top, right, bottom; right and bottom exclusive). A map
is a homography: three rows that take a point (x, y, 1) of one image to another.
"""

from collections.abc import Sequence
from typing import NamedTuple

Row = tuple[float, float, float]
Matrix = tuple[Row, Row, Row]

STRAIGHT: Row = (0.0, 0.0, 1.0)  # the last row of a map that keeps parallels parallel
IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), STRAIGHT)


class Box(NamedTuple):
    """A rectangle on a page image, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """The centre, x then y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


NOWHERE = Box(0, 0, 0, 0)  # the box of what stands on no page


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of the given ones (at least one)."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def chained(after: Matrix, first: Matrix) -> Matrix:
    """The map that applies `first` and then `after`."""
    one, two, three = (_across(row, first) for row in after)
    return one, two, three


def mapped(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Where a point goes."""
    across, down, depth = (a * x + b * y + c for a, b, c in matrix)
    return across / depth, down / depth


def _across(row: Row, matrix: Matrix) -> Row:
    """A row times a matrix."""
    first, second, third = (
        sum(value * other[column] for value, other in zip(row, matrix, strict=True)) for column in range(3)
    )
    return first, second, third
