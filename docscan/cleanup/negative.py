"""Pages whose print is light on dark ground: negatives of microfilm, inverted faxes, dark screens."""

import cv2
import numpy as np
import numpy.typing as npt

from docscan.cleanup.tone import grey
from docscan.imaging import shrunk
from docscan.model import Image, Scan

ANALYSIS_DPI = 75.0
MILLIMETRE = ANALYSIS_DPI / 25.4  # pixels
LIGHT_PAPER = 150  # grey level: most pages are lighter, and seen at a glance to be no negatives
DARK_SHARE = 0.55  # of a negative is dark, whatever letters, pictures and white margins it has
BRIGHTEST = 99.9  # percentile of a page's levels that is that of light letters, or of white paper
CONTRAST = 40  # grey levels between ground and letters
LETTER = (0.9, 12.0)  # millimetres of height
WIDEST = 30.0  # millimetres of letters that touch
AROUND = 8.0  # millimetres of the square that tells the ground a letter stands on: a line with its gaps
GROUND = 0.6  # of that square is ground; what is light within a dark letter stands on light ground
ENOUGH = 8.0  # millimetres of letters beside each other: two or three words
CLEARLY = 3.0  # times as much light print as dark


def negative(scan: Scan) -> Scan:
    """Turn a page that is white on black as a whole into black on white.

    Most of it is dark, and its letters are light on dark ground. The dark alone
    tells nothing: the lid around a receipt, a photograph and a bar are dark,
    but the letters on them are few beside the dark ones on paper.

    Args:
        scan: Grey or colour.

    Returns:
        The scan, inverted and grey, when it was a negative; else as it was.
    """
    light = _light(_grey(shrunk(scan.image, scan.dpi, ANALYSIS_DPI)))
    if light is None or _print(light) < max(ENOUGH, CLEARLY * _print(_u8(1 - light))):
        return scan
    scan = grey(scan)
    return scan.treated(_u8(cv2.bitwise_not(scan.image)), "negative")


def _light(small: Image) -> Image | None:
    """What is light on a page whose ground is dark: a mask of 0 and 1, or None where no ground is."""
    ground = np.median(small)
    if ground > LIGHT_PAPER:
        return None
    brightest = np.percentile(small, BRIGHTEST)
    light = _u8(small > (ground + brightest) / 2)
    if brightest - ground < CONTRAST or light.mean() > 1 - DARK_SHARE:
        return None
    return light


def _print(ink: Image) -> float:
    """Millimetres of letters, beside each other, that stand on ground free of ink (mask of 0 and 1)."""
    _, _, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_GRANA)
    size = (round(AROUND * MILLIMETRE),) * 2
    share = cv2.boxFilter(ink.astype(np.float32), -1, size, borderType=cv2.BORDER_REPLICATE)
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT] / MILLIMETRE, stats[1:, cv2.CC_STAT_WIDTH] / MILLIMETRE
    x, y = centres[1:].astype(np.int64).T
    letters = (heights >= LETTER[0]) & (heights <= LETTER[1]) & (widths <= WIDEST)
    return float(widths[letters & (share[y, x] <= 1 - GROUND)].sum())


def _grey(image: Image) -> Image:
    return image if image.ndim == 2 else _u8(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def _u8(image: npt.NDArray[np.generic] | cv2.typing.MatLike) -> Image:
    return np.ascontiguousarray(image, dtype=np.uint8)
