"""The print on a page, found without reading it: which way it runs, how steep, how large.

Everything is measured on a copy of the page at `ANALYSIS_DPI`, in its pixels.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt

from docscan.frozen import dataclass
from docscan.imaging import components, shrunk
from docscan.model import Image, Scan

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

ANALYSIS_DPI = 150.0
DARKEST = 0.005  # of the pixels: their level is taken for that of ink
INK = 0.4  # of the way from ink to paper: what is darker is ink; higher, blurred letters would join
CONTRAST = 30  # grey levels by which ink is darker than paper at least
FEWEST_PIXELS = 3  # of a shape: smaller is dust
LONGEST, BROADEST = 150, 60  # pixels (25 and 10 mm) of a letter, or of a word whose letters touch
SMALLEST_LETTER = 5  # pixels: 0.85 mm, the x of 5 point print

WORD_GAP = 9  # pixels that part letters, not lines
SHORTEST_WORD, LOWEST_WORD, HIGHEST_WORD = 18, 6, 60  # pixels
LONG = 1.5  # a word is this many times as long as high
PHRASE_GAP = 21  # pixels along the line that part words, not columns

FEWEST_LETTERS = 20  # a page with less shows no skew
SLICE = 0.21  # of a phrase's height: slices are narrower than letters
FEWEST_SLICES = 5  # of a phrase whose band can be told
LOWEST_BAND = 4  # pixels
HIGHEST_PHRASE = 2.4  # times its band, ascenders and descenders; higher, two lines have joined
LEVEL = 0.12  # of the band, and half a pixel: as far from its edge a slice still stands on it
BEYOND = 0.12  # of the band, and half a pixel: a slice that reaches further has an ascender or descender
HALF_A_PIXEL = 0.5


@dataclass(frozen=True, slots=True)
class Lettering:
    """The shapes of a letter's size on a page.

    Attributes:
        ink: Their pixels, (H, W) of 0 and 1; H and W are even.
        boxes: (N, 4) left, top, right and bottom of the larger ones.
    """

    ink: Image
    boxes: Floats


@dataclass(frozen=True, slots=True)
class Slices:
    """Phrases cut into slices narrower than a letter, each with the band its small letters fill.

    Attributes:
        top: Of each slice's ink, in pixels down the straightened page.
        bottom: Likewise.
        band_top: Of the phrase a slice belongs to: the top of its x's.
        band_bottom: Likewise: the baseline, on an upright page.
    """

    top: Floats
    bottom: Floats
    band_top: Floats
    band_bottom: Floats


def lettering(scan: Scan) -> Lettering:
    """Find the print on a grey scan, without ruled lines and pictures."""
    dark = _dark(shrunk(scan.image, scan.dpi, ANALYSIS_DPI))
    labels, stats = components(dark)
    across, down = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    longer, shorter = np.maximum(across, down), np.minimum(across, down)
    kept = (longer <= LONGEST) & (shorter <= BROADEST) & (stats[:, cv2.CC_STAT_AREA] >= FEWEST_PIXELS)
    kept[0] = False
    # taking is twice as fast as an index
    ink = np.take(kept.astype(np.uint8), labels, mode="clip")
    large = stats[kept & (longer >= SMALLEST_LETTER), :4].astype(np.float64)
    return Lettering(ink, np.column_stack((large[:, :2], large[:, :2] + large[:, 2:])))


def turned(found: Lettering) -> Lettering:
    """The same print, a quarter turn clockwise."""
    left, top, right, bottom = found.boxes.T
    height = found.ink.shape[0]
    boxes = np.column_stack((height - bottom, left, height - top, right))
    return Lettering(_u8(cv2.rotate(found.ink, cv2.ROTATE_90_CLOCKWISE)), boxes)


def words(found: Lettering) -> tuple[float, float]:
    """How much of the print lies in shapes like words: those that are wide, and those that are tall.

    Letters stand closer together than lines do, so ink that is grown a little
    joins into words, which are longer along the line than across it.

    Returns:
        The sums of their longer sides, in pixels.
    """
    grown = _joined(found, WORD_GAP, WORD_GAP)
    stats = components(grown)[1][1:]
    across, down = 2.0 * stats[:, cv2.CC_STAT_WIDTH], 2.0 * stats[:, cv2.CC_STAT_HEIGHT]
    longer, shorter = np.maximum(across, down), np.minimum(across, down)
    like = (longer >= SHORTEST_WORD) & (shorter >= LOWEST_WORD) & (shorter <= HIGHEST_WORD)
    like &= longer >= LONG * shorter
    return float(longer[like & (across > down)].sum()), float(longer[like & (down > across)].sum())


def skew(found: Lettering, limit: float) -> float:
    """The angle in degrees, clockwise, by which the lines fall to the right.

    The feet of the letters gather most sharply in rows along the baselines.

    Args:
        found: Print whose lines run across the page.
        limit: The widest angle looked for.
    """
    if len(found.boxes) < FEWEST_LETTERS:
        return 0.0
    feet = np.column_stack((found.boxes[:, (0, 2)].mean(axis=1), found.boxes[:, 3]))
    best = _sharpest(feet, np.arange(-limit, limit + 0.125, 0.25))
    best = _sharpest(feet, best + np.arange(-0.25, 0.251, 0.05))
    return _sharpest(feet, best + np.arange(-0.05, 0.051, 0.0125))


def slices(found: Lettering, angle: float) -> Slices:
    """Cut the lines of print into slices, as if the page were straight.

    Args:
        found: Print whose lines run across the page.
        angle: Its skew.
    """
    x, y, phrase = _contour(found)
    row = y - x * math.tan(math.radians(angle))
    count = int(phrase.max(initial=0)) + 1
    low, high = _extremes(phrase, row, count)
    left, right = _extremes(phrase, x, count)
    height = high - low + 1
    like = (height >= LOWEST_WORD) & (height <= HIGHEST_WORD) & (right - left >= LONG * height)
    like[0] = False
    left, width = np.where(like, left, 0.0), np.maximum(3.0, SLICE * np.where(like, height, 0.0))
    cuts = np.where(like, (np.where(like, right, 0.0) - left) // width + 1, 0).astype(np.int64)
    first = np.cumsum(cuts) - cuts
    inside = like[phrase]
    x, row, phrase = x[inside], row[inside], phrase[inside]
    place = first[phrase] + ((x - left[phrase]) // width[phrase]).astype(np.int64)
    top, bottom = _extremes(place, row, int(cuts.sum()))
    inked = bottom >= top
    return _banded(top[inked], bottom[inked] + 1, np.repeat(np.arange(count), cuts)[inked])


def uprightness(cut: Slices) -> float:
    """How surely letters stand upright: above 0, or on their heads: below 0.

    Ascenders, capitals, dots and accents rise above the small letters more
    often than descenders fall below them, in each of the languages read.
    Digits and capitals alone do neither and tell nothing.

    Returns:
        The lead of the rising slices in standard deviations of a fair coin.
    """
    band = cut.band_bottom - cut.band_top
    level, beyond = LEVEL * band + HALF_A_PIXEL, BEYOND * band + HALF_A_PIXEL
    rising = (np.abs(cut.bottom - cut.band_bottom) <= level) & (cut.band_top - cut.top >= beyond)
    falling = (np.abs(cut.top - cut.band_top) <= level) & (cut.bottom - cut.band_bottom >= beyond)
    up, down = int(rising.sum()), int(falling.sum())
    return (up - down) / math.sqrt(up + down + 1)


def _dark(small: Image) -> Image:
    """Where a small image is ink: 0 or 1, with an even height and width."""
    if min(small.shape) < 2:
        return np.zeros((2, 2), np.uint8)
    small = _u8(small[: small.shape[0] // 2 * 2, : small.shape[1] // 2 * 2])
    shares = np.cumsum(cv2.calcHist([small], [0], None, [256], (0, 256)).ravel()) / max(1, small.size)
    ink, paper = (int(np.searchsorted(shares, share)) for share in (DARKEST, 0.6))
    level = min(ink + INK * (paper - ink), paper - CONTRAST)
    return _u8(cv2.threshold(small, level, 1, cv2.THRESH_BINARY_INV)[1])


def _joined(found: Lettering, across: int, down: int) -> Image:
    """The ink at half the resolution, grown together over gaps of some pixels."""
    height, width = found.ink.shape
    half = cv2.resize(found.ink * np.uint8(255), (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    half = cv2.threshold(half, 0, 1, cv2.THRESH_BINARY)[1]
    # an odd kernel: one of even size moves what it closes
    kernel = np.ones((down // 2 | 1, across // 2 | 1), np.uint8)
    return _u8(cv2.morphologyEx(half, cv2.MORPH_CLOSE, kernel))


def _contour(found: Lettering) -> tuple[Counts, Counts, Counts]:
    """The upper and lower edges of the ink: x, y, and the number of the phrase each belongs to."""
    joined = _joined(found, PHRASE_GAP, 6)
    phrases = cv2.connectedComponentsWithAlgorithm(joined, 8, cv2.CV_32S, cv2.CCL_GRANA)[1]
    edges = cv2.subtract(found.ink, cv2.erode(found.ink, np.ones((3, 1), np.uint8)))
    if not edges.any():  # OpenCV finds no empty list of points, but none
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    x, y = np.asarray(cv2.findNonZero(edges), dtype=np.int64).reshape(-1, 2).T
    return x, y, np.asarray(phrases[y // 2, x // 2], dtype=np.int64)


def _extremes(group: Counts, value: Floats | Counts, count: int) -> tuple[Floats, Floats]:
    """The least and the largest value of each group; infinity and its negative for an empty one."""
    least, largest = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(least, group, value)
    np.maximum.at(largest, group, value)
    return least, largest


def _banded(top: Floats, bottom: Floats, phrase: Counts) -> Slices:
    """The slices of phrases whose band can be told; small ones, of dots and commas, are left out."""
    height = bottom - top
    large = height >= 0.5 * _medians(phrase, height)[phrase]
    count = int(phrase.max(initial=-1)) + 1
    highest, lowest = _extremes(phrase, top, count)[0], _extremes(phrase, bottom, count)[1]
    top, bottom, phrase = top[large], bottom[large], phrase[large]
    band_top, band_bottom = _medians(phrase, top), _medians(phrase, bottom)  # every phrase keeps a slice
    band = band_bottom - band_top
    told = np.bincount(phrase, minlength=count) >= FEWEST_SLICES
    told &= (band >= LOWEST_BAND) & (lowest - highest <= HIGHEST_PHRASE * band + 2)
    used = told[phrase]
    top, bottom, phrase = top[used], bottom[used], phrase[used]
    return Slices(top, bottom, band_top[phrase], band_bottom[phrase])


def _medians(group: Counts, value: Floats) -> Floats:
    """The median value of each group from 0 on; 0 for an empty one."""
    order = np.lexsort((value, group))
    count = np.bincount(group)
    first = np.cumsum(count) - count
    ordered = np.append(value[order], 0.0)
    middle = (ordered[first + np.maximum(count - 1, 0) // 2] + ordered[first + count // 2]) / 2
    return np.where(count > 0, middle, 0.0)


def _sharpness(feet: Floats, angle: float) -> float:
    """How sharply points gather in rows that fall to the right by `angle` degrees."""
    rows = feet[:, 1] - feet[:, 0] * math.tan(math.radians(angle))
    counts = np.bincount((rows - rows.min()).astype(np.int64))
    return float(np.square(counts.astype(np.float64)).sum()) / len(feet)


def _sharpest(feet: Floats, angles: Floats) -> float:
    return float(max(angles, key=lambda angle: _sharpness(feet, float(angle))))


def _u8(image: npt.NDArray[np.generic] | cv2.typing.MatLike) -> Image:
    return np.ascontiguousarray(image, dtype=np.uint8)
