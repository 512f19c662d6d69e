"""Where a page carries print, and how much of it was read."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from docscan.frozen import dataclass
from docscan.imaging import components, shrunk
from docscan.model import Image, Scan
from docscan.places import Box

ANALYSIS_DPI = 75.0
INK = 225  # grey level of ink on paper whose light is even: light grey print, not what shines through
MILLIMETRE = ANALYSIS_DPI / 25.4  # pixels
RULE_ACROSS, RULE_DOWN = 15.0, 8.0  # millimetres from which a straight stroke is a rule, no letter
LETTER = (0.9, 12.0)  # millimetres of height: dust is smaller, pictures are larger
WIDEST = 30.0  # millimetres: joined letters of a script; a longer shape is none
AROUND = 8.0  # millimetres of the square by which a picture is told: larger than a line with its gap
DENSE = 0.38  # of that square is ink: tight bold print reaches 0.33, square codes have 0.5
PICTURE = 10.0  # millimetres of height and width over which it stays so: no print does
REACH = 0.35  # millimetres around a word within which ink belongs to it
GAP = 2.2  # millimetres between words of one line
REGION = (1.2, 12.0)  # millimetres of height of a line of print
BAR = (2.6, 25.0)  # millimetres of height of a dark bar with light print on it
BAR_DARK = 120  # grey level
BAR_INK = (0.45, 0.998)  # of a bar's area is dark: less is no bar, more holds no letters
BAR_READ = 0.9  # of what is light on it lies under words already
NOISE = 6.0  # times the middle one: four standard deviations, which noise of that shape rarely exceeds
LEAST_APART = 2.0  # grey levels: rounding makes one


@dataclass(frozen=True, slots=True)
class Ink:
    """The print of a page, at about 75 dpi.

    Attributes:
        print: Where letters are: (H, W) of 0 and 1.
        rules: Where ruled lines are, likewise.
        bars: Dark bars with something light on them, in pixels of the page.
        small: The page, grey.
        scale: Pixels of the page to one of these.
    """

    print: Image
    rules: Image
    bars: tuple[Box, ...]
    small: Image
    scale: float

    def inside(self, box: Box) -> tuple[slice, slice]:
        """The rows and columns of a box given in pixels of the page."""
        return (
            slice(max(0, int(box.top / self.scale)), max(0, round(box.bottom / self.scale)) + 1),
            slice(max(0, int(box.left / self.scale)), max(0, round(box.right / self.scale)) + 1),
        )


def found(scan: Scan) -> Ink:
    """The print of a cleaned page, without rules, dark bars, pictures and dust.

    Args:
        scan: Grey (H, W), its light even.
    """
    small = shrunk(scan.image, scan.dpi, min(scan.dpi, ANALYSIS_DPI))
    dark = (small < INK).astype(np.uint8)
    bars = _bars(small)
    for left, top, width, height in bars:
        dark[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1] = 0
    rules = _rules(dark)  # none on a bar: a dash there is no part of one
    scale = scan.width / small.shape[1]
    boxes = tuple(box_of(bar, scale) for bar in bars)
    return Ink(_letters(dark, rules), rules, boxes, small, scale)


def coverage(ink: Ink, boxes: Iterable[Box]) -> float:
    """The share of the print that lies in boxes (in pixels of the page); 1 where none is, 0 in the dark.

    On a page that is black as a whole nobody can tell what was not read.
    """
    total = int(np.count_nonzero(ink.print))
    if not total:
        return float(np.median(ink.small) >= BAR_DARK)
    return 1.0 - int(np.count_nonzero(_uncovered(ink, boxes))) / total


def is_dark_noise(ink: Ink) -> bool:
    """Whether a page is dark as a whole and shows nothing there but noise: nothing as tall as a letter.

    What differs from the ground counts, lighter or darker, faint as it may be:
    print keeps its contrast at this scale, where pixels of noise even out.
    """
    if 2 * np.count_nonzero(ink.small >= BAR_DARK) > ink.small.size:
        return False
    ground = float(np.median(ink.small))
    apart = np.abs(ink.small - ground)
    other = (apart > max(LEAST_APART, NOISE * float(np.median(apart)))).astype(np.uint8)
    stats = components(other)[1][1:]
    return not np.any(stats[:, cv2.CC_STAT_HEIGHT] >= LETTER[0] * MILLIMETRE)


def unread(ink: Ink, boxes: Iterable[Box]) -> list[Box]:
    """Regions like a line of print that lie in none of the boxes, those with most ink first."""
    rest = _uncovered(ink, boxes)
    grown = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((3, round(GAP * MILLIMETRE)), np.uint8))
    labels, stats = components(_u8(grown))
    weights = np.bincount(labels[rest > 0], minlength=len(stats))
    wanted = [
        label
        for label in range(1, len(stats))
        if REGION[0] * MILLIMETRE <= stats[label, cv2.CC_STAT_HEIGHT] <= REGION[1] * MILLIMETRE
    ]
    wanted.sort(key=lambda label: -int(weights[label]))
    return [box_of(stats[label], ink.scale) for label in wanted]


def bars(ink: Ink, boxes: Iterable[Box]) -> list[Box]:
    """Dark bars on which something light lies in none of the boxes."""
    light = _u8((ink.small >= BAR_DARK).astype(np.uint8))
    rest = cv2.subtract(light, _painted(ink, boxes))
    inner = [(box, _within(ink.inside(box))) for box in ink.bars]
    return [box for box, place in inner if rest[place].sum() > (1.0 - BAR_READ) * light[place].sum()]


def on_rule(ink: Ink, box: Box) -> bool:
    """Whether what is in a box is mostly a ruled line."""
    place = ink.inside(box)
    rules = int(np.count_nonzero(ink.rules[place]))
    return rules > 0 and rules >= int(np.count_nonzero(ink.print[place]))


def _rules(dark: Image) -> Image:
    across = np.ones((1, round(RULE_ACROSS * MILLIMETRE)), np.uint8)
    down = np.ones((round(RULE_DOWN * MILLIMETRE), 1), np.uint8)
    long = cv2.bitwise_or(
        cv2.morphologyEx(dark, cv2.MORPH_OPEN, across), cv2.morphologyEx(dark, cv2.MORPH_OPEN, down)
    )
    return _u8(cv2.bitwise_and(dark, cv2.dilate(long, np.ones((3, 3), np.uint8))))


def _bars(small: Image) -> list[npt.NDArray[np.int32]]:
    """Dark bars with something light on them: left, top, width and height of each."""
    dark = (small < BAR_DARK).astype(np.uint8)
    core = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((3, round(2 * MILLIMETRE)), np.uint8))
    joined = cv2.morphologyEx(core, cv2.MORPH_CLOSE, np.ones((round(3 * MILLIMETRE),) * 2, np.uint8))
    stats = components(_u8(joined))[1][1:, : cv2.CC_STAT_AREA]
    return [
        bar
        for bar in stats
        for left, top, width, height in [bar]
        if BAR[0] * MILLIMETRE <= height <= min(BAR[1] * MILLIMETRE, width)
        if BAR_INK[0] <= dark[top : top + height, left : left + width].mean() <= BAR_INK[1]
    ]


def _letters(dark: Image, rules: Image) -> Image:
    """Shapes of a letter's size that are no part of a rule or of a picture."""
    shapes = cv2.subtract(cv2.subtract(dark, rules), _pictures(dark))
    labels, stats = components(_u8(shapes))
    heights, widths = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    keep = (heights >= LETTER[0] * MILLIMETRE) & (heights <= LETTER[1] * MILLIMETRE)
    keep &= widths <= WIDEST * MILLIMETRE
    keep[0] = False
    return _u8(np.take(keep.astype(np.uint8), labels, mode="clip"))  # in half the time of an index


def _pictures(dark: Image) -> Image:
    """1 where ink is dense in both directions: logos, photographs, square codes, and right around them."""
    around = (round(AROUND * MILLIMETRE),) * 2
    share = cv2.boxFilter(dark.astype(np.float32), -1, around, borderType=cv2.BORDER_CONSTANT)
    least = np.ones((round(PICTURE * MILLIMETRE),) * 2, np.uint8)
    core = cv2.morphologyEx((share >= DENSE).astype(np.uint8), cv2.MORPH_OPEN, least)
    return _u8(cv2.dilate(core, np.ones(around, np.uint8)))


def _uncovered(ink: Ink, boxes: Iterable[Box]) -> Image:
    return _u8(cv2.subtract(ink.print, _painted(ink, boxes)))


def _painted(ink: Ink, boxes: Iterable[Box]) -> Image:
    """1 where a box is, or within reach of one."""
    painted = np.zeros_like(ink.print)
    reach = round(REACH * MILLIMETRE)
    for box in boxes:
        rows, columns = ink.inside(box)
        painted[
            max(0, rows.start - reach) : rows.stop + reach,
            max(0, columns.start - reach) : columns.stop + reach,
        ] = 1
    return painted


def _within(place: tuple[slice, slice]) -> tuple[slice, slice]:
    """The place without its edge, which is neither dark nor light."""
    rows, columns = place
    return slice(rows.start + 2, rows.stop - 2), slice(columns.start + 2, columns.stop - 2)


def box_of(row: npt.NDArray[np.int32], scale: float) -> Box:
    """The page's box of one row of the statistics of connected components."""
    left, top, width, height = (int(value) for value in row[:4])
    return Box(
        round(left * scale), round(top * scale), round((left + width) * scale), round((top + height) * scale)
    )


def _u8(image: npt.NDArray[np.generic] | cv2.typing.MatLike) -> Image:
    return np.asarray(image, dtype=np.uint8)
