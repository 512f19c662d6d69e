"""Rows of dots to write on: found, and taken off the image, as engines read them into what stands on them."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from docscan.model import Scan
from docscan.ocr.ruling import Ruling
from docscan.places import Box, around

DOT = 0.75  # millimetres, the largest
APART = 2.6  # millimetres between two, at most
COVERED = 6.0  # millimetres that a letter which hangs into a row may cover of it
FEWEST = 10
STRAIGHT, EVEN = 0.25, 0.2  # millimetres off the line; of the usual distance, off that
REGULAR = 0.75  # of the dots keep the line, and the distance
SHORTEST = 14.0  # millimetres of a row
THICKEST = 1.6  # millimetres of a row that does not quite keep the level
INK = 200  # grey level of a dot's rim
WHOLE = 5  # dots: as tall is what is looked at above and below a row
RIM = 2  # pixels around a dot that are taken off with it


def found(ruling: Ruling) -> tuple[Box, ...]:
    """The rows of dots of a page, in its pixels."""
    unit, most = ruling.millimetre, DOT * ruling.millimetre
    dots = np.array([box for box in ruling.parts if box.width <= most and box.height <= most]).reshape(-1, 4)
    rows: list[Box] = []
    for offset in (0.0, 0.5):  # of a band's height: a row may lie across the border of two
        bands = np.floor(dots[:, 1] / (THICKEST * unit) + offset)
        for row in _runs(dots, bands, unit):
            if not any(_overlap(row, other) for other in rows):
                rows.append(row)
    return tuple(ruling.on_page(row) for row in rows)


def _runs(dots: npt.NDArray[np.int64], bands: npt.NDArray[np.float64], unit: float) -> Iterator[Box]:
    """Around stretches of dots of one band that stand close; letters may cover a few of them."""
    order = np.lexsort((dots[:, 0], bands))
    left, same = dots[order, 0], np.diff(bands[order]) == 0
    far = np.flatnonzero(~same | (np.diff(left) > COVERED * unit)) + 1
    for run in np.split(dots[order], far):
        if len(run) >= FEWEST and run[-1, 0] - run[0, 0] >= SHORTEST * unit and _is_regular(run, unit):
            yield around([Box(*edges) for edges in run.tolist()])


def _is_regular(dots: npt.NDArray[np.int64], unit: float) -> bool:
    """Whether dots stand in a straight line, one as far from the next as the others: faint print does not."""
    x, y = (dots[:, 0] + dots[:, 2]) / 2, (dots[:, 1] + dots[:, 3]) / 2
    off = np.abs(y - np.polyval(np.polyfit(x, y, 1), x)) <= STRAIGHT * unit
    gaps = np.diff(x)
    usual = float(np.median(gaps))
    even = np.abs(gaps - usual) <= EVEN * usual + 1
    return usual <= APART * unit and bool(off.mean() >= REGULAR and even.mean() >= REGULAR)


def _overlap(one: Box, other: Box) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def erased(scan: Scan, rows: Sequence[Box]) -> Scan:
    """The scan without the dots of some rows; what is larger than a dot stays.

    Args:
        scan: Grey (H, W).
        rows: In its pixels.
    """
    if not rows:
        return scan
    image, most = scan.image.copy(), DOT * scan.dpi / 25.4 + 1
    for row in rows:
        reach = round(WHOLE * most)  # so that the foot of a letter is seen to be a letter's
        top = max(0, row.top - reach)
        part = image[top : row.bottom + reach, row.left : row.right]
        _, labels, stats, middles = cv2.connectedComponentsWithStats(
            (part < INK).astype(np.uint8), connectivity=8
        )
        small = (stats[:, cv2.CC_STAT_WIDTH] <= most) & (stats[:, cv2.CC_STAT_HEIGHT] <= most)
        small &= (middles[:, 1] >= row.top - top - most) & (middles[:, 1] < row.bottom - top + most)
        small[0] = False
        dots = cv2.dilate(small[labels].astype(np.uint8), np.ones((2 * RIM + 1,) * 2, np.uint8))
        part[(dots > 0) & ~((labels > 0) & ~small[labels])] = 255
    return scan.treated(image, "")
