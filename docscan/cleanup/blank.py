"""Whether there is anything on a page besides paper."""

import cv2
import numpy as np

from docscan.cleanup.shrinking import shrunk
from docscan.model import Image, Scan

ANALYSIS_DPI = 100.0
DARK, FAINT = 170, 215  # grey levels of ink and of faint ink on even paper
FEWEST_LETTERS = 3  # a page number alone does not make a page
FEWEST_FAINT = 15  # faint shapes: the other side shining through leaves some
LETTER = (0.9, 25.0)  # millimetres of height: smaller is dust
HOLE = (4.5, 8.0)  # millimetres across a punched hole: 5.5 to 7 by ISO 838 and custom
HOLE_FULL = 0.7  # of its box is dark, of a round one 0.79
MARGIN = 0.025  # of the page on each side, where edges and staples are


def is_blank(scan: Scan) -> bool:
    """Whether a page holds nothing to read.

    Shapes of a letter's size are counted on the page without its margins: a
    page with fewer than three dark ones and fewer than 15 faint ones is blank.
    Punched holes are not counted.

    Args:
        scan: Grey (H, W), best after its light was evened.
    """
    dpi = min(scan.dpi, ANALYSIS_DPI)
    small = shrunk(scan.image, scan.dpi, dpi)
    height, width = small.shape[:2]
    top, left = round(height * MARGIN), round(width * MARGIN)
    inner = np.ascontiguousarray(small[top : height - top, left : width - left])
    millimetre = dpi / 25.4
    return _letters(inner, DARK, millimetre) < FEWEST_LETTERS and (
        _letters(inner, FAINT, millimetre) < FEWEST_FAINT
    )


def _letters(image: Image, level: int, millimetre: float) -> int:
    """How many dark shapes are as tall as a letter, or wide like a word or a rule."""
    dark = (image < level).astype(np.uint8)
    stats = cv2.connectedComponentsWithStatsWithAlgorithm(dark, 8, cv2.CV_32S, cv2.CCL_GRANA)[2]
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    smallest, largest = LETTER[0] * millimetre, LETTER[1] * millimetre
    letters = (heights >= smallest) & (heights <= largest)
    large = np.maximum(heights, widths) > largest
    least, most = HOLE[0] * millimetre, HOLE[1] * millimetre
    hole = (np.minimum(heights, widths) >= least) & (np.maximum(heights, widths) <= most)
    hole &= stats[1:, cv2.CC_STAT_AREA] >= HOLE_FULL * heights * widths
    return int(np.count_nonzero((letters | large) & ~hole))
