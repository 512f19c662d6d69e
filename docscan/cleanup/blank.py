"""Whether there is anything on a page besides paper."""

import cv2
import numpy as np
import numpy.typing as npt

from docscan.imaging import components, shrunk
from docscan.model import Image, Scan

ANALYSIS_DPI = 150.0  # coarser, the soft print of the other side is as steep as a pencil's
MILLIMETRE = ANALYSIS_DPI / 25.4  # pixels
INK = 225  # grey level: paper whose light is even is lighter
DARK_GROUND = 100  # grey level of most of a page that shows no paper
# grey levels over two pixels at the edges of a shape: folds reach 26, what shines through 34 and only the
# strongest 55; the faintest pencil begins at 38, print at 80 (on drawn pages)
STEEP, EDGES = 35, 90  # the latter: the percentile of a shape's steps that is taken for its edges
LETTERS = 1.2  # millimetres of height: smaller is dust
LETTER = 1.5  # millimetres of height or width of a shape that is enough alone, as joined letters are
HOLE = (4.5, 8.0)  # millimetres across a punched hole: 5.5 to 7 by ISO 838 and custom
HOLE_FULL = 0.7  # of its box is dark, of a round one 0.79
STREAK = 25.0  # millimetres of a fold or of a line left by dirt on the glass; it is as thin as it is straight
LONG = 100.0  # millimetres of streaks and folds that cross
STAPLE = (8.0, 16.0)  # millimetres
THIN = 1.0  # millimetres
STAPLED = 30.0  # millimetres from the page's edge within which it is stapled
MARGIN = 0.025  # of the page on each side, where edges are
# millimetres of letters there, how many make a line, and how many shapes are looked at
LARGEST_AT_EDGE, ENOUGH_AT_EDGE, MOST_AT_EDGE = 8.0, 6, 200


def is_blank(scan: Scan) -> bool:
    """Whether a page holds nothing but paper.

    A page is not blank when it shows one shape as large as a figure, two as tall
    as small letters, a short line of them at its very edge, where fax machines
    print, or no paper at all. Taking a blank page for one with print
    costs a reading, the opposite costs the print. Dust is too small for a
    letter; what shines through, shadows and folds have softer edges; punched
    holes, staples and streaks are told by their shape.

    Args:
        scan: Grey (H, W), best after its light was evened.
    """
    if _is_printed_in_its_middle(scan):
        return False
    small = shrunk(scan.image, scan.dpi, ANALYSIS_DPI, quick=True)
    if 2 * np.count_nonzero(small < DARK_GROUND) > small.size:
        return False
    return not (_is_printed(small) or _is_printed_at_edge(small))


def _is_printed_in_its_middle(scan: Scan) -> bool:
    """Whether the middle third of a page shows enough by itself, as that of most pages does.

    Shapes that reach out of it are not counted: what they are is seen on the whole page.
    """
    third = scan.height // 3
    if third == 0:
        return False
    small = shrunk(scan.image[third : 2 * third], scan.dpi, ANALYSIS_DPI, quick=True)
    height, width = small.shape
    margin = round(width * MARGIN)
    dark = np.asarray(small < INK, dtype=np.uint8)
    dark[:, :margin] = dark[:, width - margin :] = 0
    shapes, stats = _shapes(dark)
    top, tall = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    stats[(top == 0) | (top + tall == height)] = 0
    return _is_enough(small, shapes, stats)


def _is_printed(small: Image) -> bool:
    """Whether there is enough inside the page's margins."""
    return _is_enough(small, *_shapes(_dark(small, inside=True)))


def _is_enough(small: Image, shapes: npt.NDArray[np.int32], stats: npt.NDArray[np.int32]) -> bool:
    """Whether there is a shape as large as a figure, or two as tall as letters."""
    found = 0
    for label in stats[:, cv2.CC_STAT_HEIGHT].argsort()[::-1]:
        tall = stats[label, cv2.CC_STAT_HEIGHT]
        if tall < LETTERS * MILLIMETRE:
            return False
        if _is_written(stats[label], small.shape) and _is_steep(small, shapes, stats, int(label)):
            wide = stats[label, cv2.CC_STAT_WIDTH]
            found += 1 if max(tall, wide) < LETTER * MILLIMETRE else 2
        if found >= 2:
            return True
    return False


def _is_printed_at_edge(small: Image) -> bool:
    """Whether several shapes like letters, none joined to the edge, stand in a margin."""
    shapes, stats = _shapes(_dark(small, inside=False))
    height, width = small.shape
    left, top, wide, tall, _ = stats.T
    joined = (left == 0) | (top == 0) | (left + wide == width) | (top + tall == height)
    sides = np.maximum(wide, tall) / MILLIMETRE
    letters = ~joined & (tall >= LETTERS * MILLIMETRE) & (sides <= LARGEST_AT_EDGE)
    found = (_is_steep(small, shapes, stats, int(label)) for label in np.flatnonzero(letters)[:MOST_AT_EDGE])
    return sum(found) >= ENOUGH_AT_EDGE


def _dark(small: Image, *, inside: bool) -> Image:
    """What is darker than paper inside the page's margins, or in them."""
    height, width = small.shape
    top, left = round(height * MARGIN), round(width * MARGIN)
    middle = slice(top, height - top), slice(left, width - left)
    dark = np.asarray(small < INK, dtype=np.uint8)
    if not inside:
        dark[middle] = 0
        return dark
    framed = np.zeros_like(dark)
    framed[middle] = dark[middle]
    return framed


def _shapes(dark: Image) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The shapes of a mask: their labels, and their statistics but those of the ground."""
    labels, stats = components(dark)
    stats[0] = 0
    return labels, stats


def _is_written(shape: npt.NDArray[np.int32], page: tuple[int, ...]) -> bool:
    """Whether a shape is none that binding, folding or scanning leave."""
    left, top, width, height, area = (float(value) / MILLIMETRE for value in shape)
    area /= MILLIMETRE
    longer, shorter, length = max(width, height), min(width, height), float(np.hypot(width, height))
    hole = shorter >= HOLE[0] and longer <= HOLE[1] and area >= HOLE_FULL * width * height
    streak = longer >= STREAK and shorter <= THIN + 0.02 * longer
    streak = streak or (longer >= LONG and area <= THIN * (width + height))
    edges = (left, top, page[1] / MILLIMETRE - left - width, page[0] / MILLIMETRE - top - height)
    staple = STAPLE[0] <= length <= STAPLE[1] and area <= THIN * length and min(edges) <= STAPLED
    return not (hole or streak or staple)


def _is_steep(small: Image, shapes: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], label: int) -> bool:
    """Whether a shape stands out from the paper with sharp edges."""
    left, top, width, height = (int(value) for value in stats[label, : cv2.CC_STAT_AREA])
    rows, columns = slice(max(0, top - 1), top + height + 1), slice(max(0, left - 1), left + width + 1)
    steps = cv2.morphologyEx(small[rows, columns], cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return float(np.percentile(steps[shapes[rows, columns] == label], EDGES)) >= STEEP
