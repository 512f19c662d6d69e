"""Where things lie on a page as it was stored, before it was turned, straightened or scaled for reading."""

import math

from docscan.model import Page
from docscan.places import Box, Matrix, mapped


def hull(box: Box, place: Matrix) -> tuple[float, float, float, float]:
    """The smallest upright rectangle around a mapped box: left, top, right, bottom."""
    corners = [mapped(place, x, y) for x in box[::2] for y in box[1::2]]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(down), max(across), max(down)


def size(page: Page) -> tuple[int, int]:
    """Width and height in pixels; those of the page itself where it was read from its text layer."""
    return page.source_size if all(page.source_size) else (page.width, page.height)


def steps(page: Page) -> tuple[tuple[float, float], tuple[float, float]]:
    """What a step of one pixel, across or down, becomes in the middle of a page.

    Returns:
        How far x goes by each, then how far y goes by each: stored pixels.
    """
    x, y = page.width / 2, page.height / 2
    left, right = mapped(page.to_source, x - 0.5, y), mapped(page.to_source, x + 0.5, y)
    above, below = mapped(page.to_source, x, y - 0.5), mapped(page.to_source, x, y + 0.5)
    return (right[0] - left[0], below[0] - above[0]), (right[1] - left[1], below[1] - above[1])


def dpi(page: Page) -> tuple[float, float]:
    """Stored pixels to the inch, across and down."""
    (a, b), (d, e) = steps(page)
    return page.dpi * math.hypot(a, b), page.dpi * math.hypot(d, e)
