"""The place of every pixel: upright, straight, at a size the engine reads best.

Points are continuous: the pixel in column 3 spans x from 3 to 4. Each step
tells how a point of its result maps back, so that a word can be shown on the
image as it was stored.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from docscan.model import STRAIGHT, Matrix, Scan

ANALYSIS_DPI = 100.0
INK = 160  # grey level below which a pixel is ink, after the light is even
ENOUGH_INK = 300  # edge pixels of ink; a page with less shows no direction

SMALLEST_SKEW = 0.25  # degrees; less is not worth resampling every pixel
WORD_GAP = 5  # pixels at ANALYSIS_DPI that part letters, not lines
SHORTEST_WORD, LOWEST_WORD, HIGHEST_WORD = 12, 4, 40  # pixels at ANALYSIS_DPI
LONG = 1.5  # a word is this many times as long as high
ENOUGH_WORDS = 60  # pixels of words; a page with less shows no direction
SIDEWAYS = 1.2  # how much more must lie in tall words than in wide ones

LOW_DPI, HIGH_DPI, BEST_DPI = 180, 330, 300  # the engine is at its best from 225 to 300 dpi
LARGEST_FACTOR = 4.0  # more enlarging adds pixels and no shapes
SMOOTH_FROM = 200  # dpi; below it smoothing takes strokes away
SMOOTHING = 0.8  # sigma in pixels; evens out noise, spares strokes at 200 dpi and more


def turn(scan: Scan, angle: int) -> Scan:
    """Turn a scan by a quarter, a half or three quarters, exactly.

    Args:
        scan: Grey or colour.
        angle: 0, 90, 180 or 270 degrees, clockwise.

    Returns:
        The turned scan, with `"turn 90"` (or another angle) among its treatments.

    Raises:
        ValueError: Another angle.
    """
    width, height = scan.width, scan.height
    back: dict[int, Matrix] = {
        90: ((0.0, 1.0, 0.0), (-1.0, 0.0, float(height)), STRAIGHT),
        180: ((-1.0, 0.0, float(width)), (0.0, -1.0, float(height)), STRAIGHT),
        270: ((0.0, -1.0, float(width)), (1.0, 0.0, 0.0), STRAIGHT),
    }
    if angle == 0:
        return scan
    if angle not in back:
        raise ValueError(f"a page is turned by 0, 90, 180 or 270 degrees, not {angle}")
    image = np.ascontiguousarray(np.rot90(scan.image, -angle // 90))
    return scan.treated(image, f"turn {angle}", back[angle])


def axis(scan: Scan) -> Scan:
    """Turn a page by 90 degrees whose lines of text run from top to bottom.

    Letters stand closer together than lines do, so ink that is grown a little
    joins into words, which are longer along the line than across it. Most of
    them tell how the page lies, in tables as well; sums over rows and columns,
    which are quicker, take a page of aligned columns for one on its side.
    Which of the two sides is up cannot be told here; reading tells.
    """
    wide, tall = _words(_ink(scan))
    return turn(scan, 90) if tall > SIDEWAYS * wide and tall >= ENOUGH_WORDS else scan


def deskew(scan: Scan, *, limit: float = 10.0) -> Scan:
    """Straighten the lines of text on a scan.

    Args:
        scan: Grey.
        limit: The widest angle, in degrees, taken for skew. A page tilted
            further was meant so, and comes back as it is.

    Returns:
        The straightened scan, on a canvas that loses no corner; the angle it
        was turned by, clockwise in degrees, is added to its treatments.
    """
    angle = _skew(scan, limit)
    if abs(angle) < SMALLEST_SKEW or abs(angle) >= limit:
        return scan
    return _rotated(scan, -angle)


def scale(scan: Scan) -> Scan:
    """Bring a scan to the size the engine reads best, or smooth it lightly where it has it.

    Below 180 dpi it is enlarged to 300, above 330 reduced to 300; from 200 dpi
    on it is smoothed by a Gaussian of 0.8 pixels instead.
    """
    if LOW_DPI <= scan.dpi <= HIGH_DPI:
        if scan.dpi < SMOOTH_FROM:
            return scan
        smooth = cv2.GaussianBlur(scan.image, (0, 0), SMOOTHING)
        return scan.treated(np.asarray(smooth, dtype=np.uint8), f"smooth {SMOOTHING}")
    factor = min(BEST_DPI / scan.dpi, LARGEST_FACTOR)
    size = max(1, round(scan.width * factor)), max(1, round(scan.height * factor))
    way = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    image = np.asarray(cv2.resize(scan.image, size, interpolation=way), dtype=np.uint8)
    back: Matrix = ((scan.width / size[0], 0.0, 0.0), (0.0, scan.height / size[1], 0.0), STRAIGHT)
    scaled = scan.treated(image, f"scale {round(scan.dpi)} to {round(scan.dpi * factor)}", back)
    return replace(scaled, dpi=scan.dpi * size[0] / scan.width)


def _rotated(scan: Scan, angle: float) -> Scan:
    """The scan turned clockwise by a small angle in degrees, on a canvas that holds all of it."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    width = math.ceil(scan.width * abs(cos) + scan.height * abs(sin))
    height = math.ceil(scan.width * abs(sin) + scan.height * abs(cos))
    # clockwise on a page whose y runs down: new = R (old - middle) + new middle; back is its transpose
    x0, y0, x1, y1 = scan.width / 2, scan.height / 2, width / 2, height / 2
    back: Matrix = (
        (cos, sin, x0 - cos * x1 - sin * y1),
        (-sin, cos, y0 + sin * x1 - cos * y1),
        STRAIGHT,
    )
    image = cv2.warpAffine(
        scan.image,
        _between_centres(back),
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    return scan.treated(np.asarray(image, dtype=np.uint8), f"deskew {angle:.1f}", back)


def _between_centres(matrix: Matrix) -> npt.NDArray[np.float64]:
    """The map for OpenCV, whose points are the centres of pixels."""
    (a, b, c), (d, e, f), _ = matrix
    return np.array(((a, b, c + (a + b - 1) / 2), (d, e, f + (d + e - 1) / 2)))


def _ink(scan: Scan) -> npt.NDArray[np.bool_]:
    """Where the ink of text is, at `ANALYSIS_DPI`: long ruled lines and large dark areas left out."""
    factor = min(1.0, ANALYSIS_DPI / scan.dpi)
    small = cv2.resize(scan.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    dark = np.asarray(small < INK)
    long = round(0.6 * scan.dpi * factor)
    for shape in ((long, 1), (1, long)):
        rules = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        dark = dark & (cv2.dilate(rules, np.ones((3, 3), np.uint8)) == 0)
    return dark


def _words(ink: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """How much of the ink lies in shapes like words: those that are wide, and those that are tall.

    Returns:
        The sums of their longer sides, in pixels at `ANALYSIS_DPI`.
    """
    grown = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((WORD_GAP, WORD_GAP), np.uint8))
    boxes = cv2.connectedComponentsWithStats(grown)[2][1:]
    across, down = boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]
    longer, shorter = np.maximum(across, down), np.minimum(across, down)
    words = (longer >= SHORTEST_WORD) & (shorter >= LOWEST_WORD) & (shorter <= HIGHEST_WORD)
    words &= longer >= LONG * shorter
    return float(longer[words & (across > down)].sum()), float(longer[words & (down > across)].sum())


def _edges(ink: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The lower edges of ink as points (N, 2) of x and y: they mark the baselines."""
    below = np.zeros_like(ink)
    below[:-1] = ink[1:]
    rows, columns = np.nonzero(ink & ~below)
    return np.column_stack((columns, rows)).astype(np.float64)


def _sharpness(edges: npt.NDArray[np.float64], angle: float) -> float:
    """How sharply the edges gather in rows that fall to the right by `angle` degrees."""
    tangent = math.tan(math.radians(angle))
    rows = edges[:, 1] - edges[:, 0] * tangent
    counts = np.bincount((rows - rows.min()).astype(np.int64))
    return float(np.square(counts.astype(np.float64)).sum()) / len(edges)


def _skew(scan: Scan, limit: float) -> float:
    """The angle in degrees, clockwise, by which the lines of text fall to the right."""
    edges = _edges(_ink(scan))
    if len(edges) < ENOUGH_INK:
        return 0.0
    best = _sharpest(edges, np.arange(-limit, limit + 0.25, 0.5))
    best = _sharpest(edges, best + np.arange(-0.5, 0.51, 0.1))
    return _sharpest(edges, best + np.arange(-0.1, 0.101, 0.025))


def _sharpest(edges: npt.NDArray[np.float64], angles: npt.NDArray[np.float64]) -> float:
    return float(max(angles, key=lambda angle: _sharpness(edges, float(angle))))
