"""Writes the words of a page as unseen text, each exactly under its own ink.

Programs that take text out again tell a word's place by its font size and its
baseline, so each word has its own: the size is its height, the baseline its
lower edge. Text runs along the page's own axes, also where the page came
skewed or was photographed askew: along the skew such programs take every
letter for a word of its own.
"""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from docscan.model import Page, Word
from docscan.ocr.glyphless import ADVANCE, ASCENT, EM, Letters
from docscan.ocr.stored import hull
from docscan.places import Box, Matrix, mapped

UNIT = 0.48  # points, a 150th of an inch: finer numbers take more room and put no letter elsewhere
INSET = 0.06  # of an outline's width: the most that is taken from each end of it for skew
CLOSE = 0.85  # of the area that a word's box and its text cover together, both cover
DIGITS = (0, 1, 2, 3)  # behind the point, until a text lies so close
STRETCHES = 1.06  # from one width of letters to the next: few different numbers pack well
# along the page's x, y, -x, -y: the cosine and the sine of a direction of writing
DIRECTIONS = ((1, 0), (0, 1), (-1, 0), (0, -1))


class Rectangle(NamedTuple):
    """A rectangle whose sides lie along a direction of writing and across it; units."""

    left: float
    bottom: float
    right: float
    top: float


class Style(NamedTuple):
    """Where a word begins and how it is written.

    Attributes:
        left: Units along the direction of writing.
        base: Units across it, of the baseline.
        size: Of the font, units.
        stretch: Of the letters' width, percent.
    """

    left: float
    base: float
    size: float
    stretch: float

    def covers(self, text: str) -> Rectangle:
        """What the text lies over."""
        right = self.left + len(text) * self.size * ADVANCE / EM * self.stretch / 100
        return Rectangle(self.left, self.base, right, self.base + self.size * ASCENT / EM)


def content(page: Page, place: Matrix, letters: Letters) -> bytes:
    """The operators that write all words of a page, in reading order.

    Args:
        page: As read, with at least one word.
        place: Maps a point of the image as read to the page's points.
        letters: The codes of all signs.

    Returns:
        One text object.
    """
    words = (word for word in page.words if word.text)
    return b"\n".join((b"BT 3 Tr", *_shown(words, place, letters), b"ET"))


def _shown(words: Iterable[Word], place: Matrix, letters: Letters) -> Iterator[bytes]:
    """Each word from where the one before began; size and width are said only where they change."""
    way, last, font = -1, Style(0, 0, 0, 100), ""
    for word in words:
        turned = _direction(word.box, place)
        operators = ""
        if turned != way:
            operators, way, last = _begun(turned), turned, last._replace(left=0, base=0)
        outline = _outline(word.box, place, DIRECTIONS[way])
        style = _styled(word.text, outline, _ends(word.box, place, DIRECTIONS[way], outline))
        operators += f"{_short(style.left - last.left)} {_short(style.base - last.base)} Td"
        if style.stretch != last.stretch:
            operators += f" {_short(style.stretch)} Tz"
        shown = operators.encode()
        for name, signs in letters.coded(word.text + " "):  # the space is for programs that look for one
            if (name, style.size) != (font, last.size):
                shown += f"{name} {_short(style.size)} Tf".encode()
            font, last = name, style
            shown += b"(" + signs + b")Tj"
        yield shown


def _direction(box: Box, place: Matrix) -> int:
    """Which of `DIRECTIONS` the words of a box run in: the one they are nearest to."""
    _, middle = box.middle
    (x0, y0), (x1, y1) = mapped(place, box.left, middle), mapped(place, box.right, middle)
    return round(math.atan2(y1 - y0, x1 - x0) / (math.pi / 2)) % len(DIRECTIONS)


def _begun(way: int) -> str:
    """Begin to write in a direction, from the page's origin."""
    cos, sin = DIRECTIONS[way]
    values = (cos * UNIT, sin * UNIT, -sin * UNIT, cos * UNIT, 0, 0)
    return " ".join(_short(value) for value in values) + " Tm\n"


def _outline(box: Box, place: Matrix, axis: tuple[int, int]) -> Rectangle:
    """The smallest rectangle along the page's axes around a mapped box."""
    cos, sin = axis
    x0, y0, x1, y1 = (value / UNIT for value in hull(box, place))
    along, across = (
        sorted((cos * x0 + sin * y0, cos * x1 + sin * y1)),
        sorted((cos * y0 - sin * x0, cos * y1 - sin * x1)),
    )
    return Rectangle(along[0], across[0], along[1], across[1])


def _ends(box: Box, place: Matrix, axis: tuple[int, int], outline: Rectangle) -> tuple[float, float]:
    """Where a word begins and ends along its outline, less what skew adds to that.

    The outlines of a skewed line's words leave narrower gaps than the words do,
    and programs join what lies too close.
    """
    (cos, sin), (_, middle) = axis, box.middle
    points = (mapped(place, x, middle) for x in (box.left, box.right))
    left, right = sorted((cos * x + sin * y) / UNIT for x, y in points)
    most = INSET * (outline.right - outline.left)
    return min(left, outline.left + most), max(right, outline.right - most)


def _styled(text: str, box: Rectangle, ends: tuple[float, float]) -> Style:
    """How to write a word over its outline in the fewest digits, and never beyond its end."""
    for digits in DIGITS:
        left, base = round(ends[0], digits), round(box.bottom, digits)
        size = max(10.0**-digits, round((box.top - base) * EM / ASCENT, digits))
        stretch = 100 * max(ends[1] - left, 0.01) / (len(text) * size * ADVANCE / EM)
        if digits == 0:
            stretch = STRETCHES ** math.floor(math.log(stretch, STRETCHES))
        fine = 10 ** max(0, digits - 1)
        style = Style(left, base, size, max(0.1, math.floor(stretch * fine) / fine))
        if _shared(style.covers(text), box) >= CLOSE:
            break
    return style


def _shared(one: Rectangle, other: Rectangle) -> float:
    """Intersection over union."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    inner = max(0.0, width) * max(0.0, height)
    areas = sum((box.right - box.left) * (box.top - box.bottom) for box in (one, other))
    return inner / (areas - inner) if areas > inner else 0.0


def _short(value: float) -> str:
    """A number as PDF writes it: no exponent, no more digits than `DIGITS` has."""
    return f"{value:.{DIGITS[-1]}f}".rstrip("0").rstrip(".").replace("-0.", "-.") or "0"
