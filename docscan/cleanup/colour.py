"""Coloured ink over black print: stamps, signatures, ticks."""

import cv2
import numpy as np
import numpy.typing as npt

from docscan.imaging import components, shrunk
from docscan.model import Image, Scan

ANALYSIS_DPI = 75.0
SATURATED = 50  # grey levels between the strongest and the weakest colour of coloured ink
BLACK, COLOURLESS = 150, 40  # black print: no colour stronger than the one, nor further apart than the other
REACH = 5  # pixels over which coloured ink is taken for one mark: 1.7 mm, as print shows through its loops
SMALLEST = 14  # pixels: a mark is at least 5 mm long
# pixels of black print seen through a mark: 1.4 mm2; its edges, mixed with colour, do not count
CROSSED = 12
THICK = 9  # pixels, 3 mm: no stroke of a stamp is thicker
FILLED = 0.5  # of a mark so thick: it is a bar of colour
BLACK_SHARE = 0.3  # of the coloured ink there must be as much black one: else the print itself is coloured


def stamps(scan: Scan) -> Scan:
    """Lighten coloured ink that lies over black print.

    Only marks that black print runs through are touched, and only on a page
    whose print is black: what is written in colour alone stays.

    Args:
        scan: Colour, BGR; a grey one comes back as it is.

    Returns:
        The scan in grey, when it had such a mark; else as it was.
    """
    if scan.image.ndim == 2:
        return scan
    marks = _marks(shrunk(scan.image, scan.dpi, min(scan.dpi, ANALYSIS_DPI)))
    if marks is None:
        return scan
    image = np.asarray(cv2.cvtColor(scan.image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    across, down = scan.width / marks.shape[1], scan.height / marks.shape[0]
    for left, top, width, height in _boxes(marks):
        rows = slice(int(top * down), int((top + height) * down))
        columns = slice(int(left * across), int((left + width) * across))
        size = columns.stop - columns.start, rows.stop - rows.start
        part = marks[top : top + height, left : left + width]
        mask = cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)
        cv2.copyTo(_lightened(scan.image[rows, columns]), mask, image[rows, columns])
    return scan.treated(image, "stamps")


def _marks(small: Image) -> Image | None:
    """Where marks lie over black print: 0 or 255, or None where there are none."""
    strong, weak = _strongest(small), _weakest(small)
    span = cv2.subtract(strong, weak)
    coloured = cv2.threshold(span, SATURATED, 1, cv2.THRESH_BINARY)[1]
    black = ((strong < BLACK) & (span < COLOURLESS)).astype(np.uint8)
    if not np.any(coloured) or black.sum() < BLACK_SHARE * coloured.sum():
        return None
    joined = cv2.morphologyEx(coloured, cv2.MORPH_CLOSE, np.ones((REACH, REACH), np.uint8))
    labels, stats = components(np.asarray(joined, dtype=np.uint8))
    count = len(stats)
    crossed = np.bincount(labels.ravel(), black.ravel(), count) >= CROSSED
    crossed &= stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(axis=1) >= SMALLEST
    crossed &= _thick(np.asarray(coloured, np.uint8), labels, count) < FILLED * stats[:, cv2.CC_STAT_AREA]
    crossed[0] = False
    if not crossed.any():
        return None
    found = np.asarray(crossed[labels] * np.uint8(255), dtype=np.uint8)
    return np.asarray(cv2.dilate(found, np.ones((3, 3), np.uint8)), dtype=np.uint8)


def _thick(coloured: Image, labels: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.float64]:
    """Of each mark, the pixels that are thicker than a stroke."""
    thick = cv2.morphologyEx(coloured, cv2.MORPH_OPEN, np.ones((THICK, THICK), np.uint8))
    return np.asarray(np.bincount(labels.ravel(), np.asarray(thick).ravel(), count), dtype=np.float64)


def _boxes(marks: Image) -> npt.NDArray[np.int32]:
    """The boxes around the marks: left, top, width, height."""
    return components(marks)[1][1:, :4]


def _lightened(image: Image) -> Image:
    """Grey in which ink is the lighter the more coloured it is: its strongest colour and its saturation."""
    strong = _strongest(image)
    return np.asarray(cv2.add(strong, cv2.subtract(strong, _weakest(image))), dtype=np.uint8)


def _strongest(image: Image) -> Image:
    return np.asarray(cv2.max(cv2.max(image[..., 0], image[..., 1]), image[..., 2]), dtype=np.uint8)


def _weakest(image: Image) -> Image:
    return np.asarray(cv2.min(cv2.min(image[..., 0], image[..., 1]), image[..., 2]), dtype=np.uint8)
