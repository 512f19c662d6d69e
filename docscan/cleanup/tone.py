"""The shades of a page image: even light, white edges, no specks."""

import cv2
import numpy as np
import numpy.typing as npt

from docscan.imaging import components, shrunk
from docscan.model import Image, Scan

ANALYSIS_DPI = 37.5  # the light on a page changes slowly: an eighth of 300 dpi shows it
PAPER_WIDTH = 0.4  # inches; wider than any stroke of text, narrower than the shade of a hand
DARKEST_LIGHT = 0.35  # of the page's own white: what is darker is ink or the scanner's lid, not shade
NO_PAPER = 50  # grey level of a page's white below which none of it is paper: the lid was open
EVEN = 8  # grey levels; paper that differs less is evenly lit
WHITE = 247  # paper brighter than this needs no light

EDGE_DPI = 75.0
EDGE_DARK = 110  # grey level below which an edge region is not paper
EDGE_DEPTH = 0.06  # of the page: the mean depth to which a dark edge may reach
EDGE_LEFT = 0.01  # of the image, a slip of 20 by 30 mm on an A4 lid: with less paper left it is no edge
EDGE_HOLES = 0.03  # of its own area: light spots inside mean white letters on a dark bar

BLACK, WASHED = 20, 185  # grey levels that become black and white: between them is print
PRINT = 150  # the darkest hundredth of a small copy is darker than this where print is dark

SPECK_CONTRAST = 60  # grey levels between a speck and the median around it
SPECK_SHARE = 5e-4  # of the paper's pixels: fewer specks do no harm
SPECK_SIZE = (
    0.0287  # square millimetres, 4 pixels at 300 dpi: what a median takes and is larger is a thin stroke
)
SPECK_NOISE = 8.0  # grey levels of other noise: above it the outliers are noise, which this does not cure
SOFTENED = 0.8  # sigma in pixels; of 0.6, 0.8 and 1.0 the one that joins most and smears least
SPECK_DPI = 180  # below it full stops are as small as specks


def grey(scan: Scan) -> Scan:
    """The scan in grey.

    Args:
        scan: Grey (H, W) uint8 or colour (H, W, 3) uint8 BGR.
    """
    if scan.image.ndim == 2:
        return scan
    return scan.treated(_u8(cv2.cvtColor(scan.image, cv2.COLOR_BGR2GRAY)), "grey")


def light(scan: Scan) -> Scan:
    """Divide the paper's own shade out, so that all of it is equally white.

    The shade is what a grey closing leaves when it has swallowed the ink, at an
    eighth of the usual resolution. It is never taken for darker than a third of
    the page's white, so that dark bars and borders stay dark. A page that is
    black all over has no shade: it comes back as it is.
    """
    scan = grey(scan)
    paper = _paper(scan)
    darkest, whitest = np.percentile(paper, (1, 90))
    if whitest <= NO_PAPER or darkest >= WHITE or (whitest >= WHITE and whitest - darkest <= EVEN):
        return scan
    floor = max(1.0, DARKEST_LIGHT * float(whitest))
    paper = np.maximum(paper, np.uint8(round(floor)))
    shade = cv2.resize(paper, (scan.width, scan.height), interpolation=cv2.INTER_LINEAR)
    return scan.treated(_u8(cv2.divide(scan.image, shade, dst=shade, scale=255.0)), "light")


def border(scan: Scan) -> Scan:
    """Paint the dark edges white that a lid or a neighbouring page left.

    A dark region is an edge when it touches the image's rim along a good length,
    does not reach deep into the page, and holds no light spots: a bar with white
    letters on it is part of the document. Where they would leave no paper, the
    page itself is dark, and comes back as it is.
    """
    scan = grey(scan)
    small = shrunk(scan.image, scan.dpi, min(scan.dpi, EDGE_DPI))
    dark = (small < EDGE_DARK).astype(np.uint8)
    if not any(rim.any() for rim in _rims(dark)):
        return scan
    labels, stats = components(dark)
    edges = [
        label
        for label in _at_rim(stats, dark.shape)
        if _is_edge(_u8(labels == label), int(stats[label, cv2.CC_STAT_AREA]))
    ]
    if not edges:
        return scan
    painted = cv2.dilate(_u8(np.isin(labels, edges) * 255), np.ones((5, 5), np.uint8))
    if np.count_nonzero(painted == 0) < EDGE_LEFT * painted.size:
        return scan
    mask = cv2.resize(painted, (scan.width, scan.height), interpolation=cv2.INTER_NEAREST)
    return scan.treated(_u8(cv2.max(scan.image, mask)), "border")


def levels(scan: Scan) -> Scan:
    """Wash out what is fainter than the print: the other side of thin paper, shining through.

    It takes light grey print along, so it is for a second reading of a page
    that read badly, and needs dark print on light paper: other pages come back as they are.
    """
    scan = grey(scan)
    small = shrunk(scan.image, scan.dpi, min(scan.dpi, EDGE_DPI))
    darkest, usual = np.percentile(small, (1, 50))
    if darkest >= PRINT or usual <= WASHED:
        return scan
    steps = (np.arange(256) - BLACK) * (255.0 / (WASHED - BLACK))
    return scan.treated(_u8(cv2.LUT(scan.image, _u8(np.clip(steps, 0, 255)))), "levels")


def soften(scan: Scan) -> Scan:
    """Join broken strokes, as faint thermal print and worn ribbons leave them, by a slight blur.

    Whole strokes lose by it as often as they gain, so it is for a second
    reading of a page that read badly: on photographed receipts it took the
    words that were found from 86 to 90 of 100.
    """
    scan = grey(scan)
    return scan.treated(_u8(cv2.GaussianBlur(scan.image, (0, 0), SOFTENED)), "soften")


def specks(scan: Scan) -> Scan:
    """Take out impulse noise, where there is any: single pixels unlike those around them.

    They take the shade of a 3 by 3 median. The median of the whole page would
    cost accents, and thin strokes of a fax.
    """
    scan = grey(scan)
    if scan.dpi < SPECK_DPI:
        return scan
    third = scan.height // 3
    if third == 0 or not _speckled(_u8(scan.image[third : 2 * third])):
        return scan
    calm = cv2.medianBlur(scan.image, 3)
    unlike = cv2.threshold(cv2.absdiff(scan.image, calm), SPECK_CONTRAST, 1, cv2.THRESH_BINARY)[1]
    labels, stats = components(_u8(unlike))
    small = stats[:, cv2.CC_STAT_AREA] <= max(1.0, SPECK_SIZE * (scan.dpi / 25.4) ** 2)
    small[0] = False
    # taking is twice as fast as an index
    mask = np.take(small.astype(np.uint8), labels, mode="clip")
    return scan.treated(_u8(cv2.copyTo(calm, mask, scan.image.copy())), "specks")


def _speckled(image: Image) -> bool:
    """Whether single dark pixels are many on paper that else is quiet."""
    calm = cv2.medianBlur(image, 3)
    paper = cv2.threshold(cv2.erode(calm, np.ones((5, 5), np.uint8)), 200, 255, cv2.THRESH_BINARY)[1]
    darker = cv2.bitwise_and(cv2.subtract(calm, image), paper)
    outliers = cv2.countNonZero(cv2.threshold(darker, SPECK_CONTRAST, 255, cv2.THRESH_BINARY)[1])
    if outliers < SPECK_SHARE * max(1, cv2.countNonZero(paper)):
        return False
    steps = cv2.calcHist([darker], [0], paper, [256], (0, 256)).ravel()
    quiet, levels = steps[: SPECK_CONTRAST + 1], np.arange(SPECK_CONTRAST + 1)
    if not quiet.any():
        return False
    mean = np.average(levels, weights=quiet)
    return bool(np.average((levels - mean) ** 2, weights=quiet) < SPECK_NOISE**2)


def _paper(scan: Scan) -> Image:
    """The shade of the paper under the ink, at `ANALYSIS_DPI`."""
    dpi = min(scan.dpi, ANALYSIS_DPI)
    small = shrunk(scan.image, scan.dpi, dpi)
    reach = max(3, round(PAPER_WIDTH * dpi)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    return _u8(cv2.medianBlur(closed, min(reach, 15)))


def _at_rim(stats: npt.NDArray[np.int32], shape: tuple[int, ...]) -> list[int]:
    """The regions, besides the paper, that reach the image's rim."""
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    rim = (left == 0) | (top == 0) | (right == shape[1]) | (bottom == shape[0])
    return [int(label) for label in np.flatnonzero(rim) if label > 0]


def _rims(mask: Image) -> tuple[Image, ...]:
    """The pixels at the four sides of a mask."""
    return mask[0], mask[-1], mask[:, 0], mask[:, -1]


def _is_edge(region: Image, area: int) -> bool:
    """Whether a dark region (mask (H, W)) lies along the rim of the page."""
    height, width = region.shape
    along = sum(int(rim.sum()) for rim in _rims(region))
    if along < 0.03 * min(height, width):
        return False
    if area > EDGE_DEPTH * max(height, width) * along:
        return False
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(region), contours, -1, 1, cv2.FILLED)
    # a frame around the whole page encloses the page: that is no row of white letters
    holes = int(filled.sum()) - area
    return holes <= EDGE_HOLES * area or holes > 0.5 * region.size


def _u8(image: npt.NDArray[np.generic] | cv2.typing.MatLike) -> Image:
    return np.ascontiguousarray(image, dtype=np.uint8)
