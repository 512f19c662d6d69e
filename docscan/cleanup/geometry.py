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

from docscan.cleanup import lettering
from docscan.cleanup.lettering import Lettering
from docscan.cleanup.tone import grey
from docscan.frozen import dataclass
from docscan.imaging import shrunk
from docscan.model import Scan
from docscan.places import STRAIGHT, Matrix

ENOUGH_WORDS = 90  # pixels of words at ANALYSIS_DPI; a page with less shows no direction
SIDEWAYS = 1.5  # how much more must lie in tall words than in wide ones
CLEARLY = 4.0  # how much more makes it sure
UPRIGHT = 6.0  # standard deviations from which letters surely stand upright: broken capitals reach 5.6

WIDEST_SKEW = 10.0  # degrees looked for at least: letters are measured on straight lines
SMALLEST_SKEW = 0.25  # degrees; less is not worth resampling every pixel

HIGH_DPI, USUAL_DPI = 330, 300  # finer than any print needs
LOW_DPI, BEST_DPI = 180, 225  # for a page whose print is too little to be measured
STEEPEST = 0.998  # of all steps between neighbouring pixels are smaller than those of the steepest edges
STEEP = 40  # grey levels: of good scans that step is 95 and more, of those out of focus 20 to 26
SMALL_X, BEST_X, ENLARGED_X = 11.0, 14.0, 18.0  # pixels of an x: the engine reads these sizes best
LEAST_X = 9.5  # pixels of the x of the smallest tenth of the print
ENOUGH_SLICES = 60  # to measure print by
LEAST_DPI = 150  # to which a page of large print is reduced
LARGEST_FACTOR = 4.0  # more enlarging adds pixels and no shapes
CLOSE = 0.2  # a factor this near to 1 is not worth resampling
SMOOTH_UP_TO = 0.8  # a scan reduced to less of its size is smoothed before
SMOOTHING = 0.8  # sigma in pixels; spares strokes at 200 dpi and more


@dataclass(frozen=True, slots=True)
class _Stance:
    """How the print on a page lies.

    Attributes:
        lying: Its lines run down the page.
        skew: Degrees, clockwise, by which they then fall to the right.
        score: How surely the letters then stand upright, or on their heads: below 0.
        heights: Of the small letters, in pixels at `ANALYSIS_DPI`.
    """

    lying: bool
    skew: float
    score: float
    heights: npt.NDArray[np.float64]


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
    back: dict[int, tuple[int, Matrix]] = {
        90: (cv2.ROTATE_90_CLOCKWISE, ((0.0, 1.0, 0.0), (-1.0, 0.0, float(height)), STRAIGHT)),
        180: (cv2.ROTATE_180, ((-1.0, 0.0, float(width)), (0.0, -1.0, float(height)), STRAIGHT)),
        270: (cv2.ROTATE_90_COUNTERCLOCKWISE, ((0.0, -1.0, float(width)), (1.0, 0.0, 0.0), STRAIGHT)),
    }
    if angle == 0:
        return scan
    if angle not in back:
        raise ValueError(f"a page is turned by 0, 90, 180 or 270 degrees, not {angle}")
    way, step = back[angle]
    return scan.treated(np.asarray(cv2.rotate(scan.image, way), dtype=np.uint8), f"turn {angle}", step)


def straighten(scan: Scan, *, limit: float = 10.0) -> Scan:
    """Turn a page upright, straighten its lines and bring them to the size the engine reads best.

    All three are told by one look at the print, and straightening and scaling
    resample once. The shapes of words tell whether lines run across the page or
    down; sums over rows and columns, which are quicker, take a page of aligned
    columns for one on its side. Ascenders and descenders tell which side is up.

    Args:
        scan: Grey.
        limit: The widest angle, in degrees, taken for skew. A page tilted
            further was meant so, and is not straightened.

    Returns:
        The scan on a canvas that loses no corner, with the quarters it was
        turned by, the angle in degrees clockwise and the change of its dpi
        among its treatments. It is `upright` where its letters were seen to
        stand so; where they leave a doubt, as digits and capitals do, reading
        has to tell.
    """
    scan = grey(scan)
    stance = _stance(lettering.lettering(scan), max(limit, WIDEST_SKEW))
    quarter = 90 if stance.lying else 0
    if stance.score <= -UPRIGHT:
        quarter += 180
    scan = replace(turn(scan, quarter), upright=abs(stance.score) >= UPRIGHT)
    steep = SMALLEST_SKEW <= abs(stance.skew) < limit
    return _resampled(scan, -stance.skew if steep else 0.0, _factor(scan, stance.heights))


def reduce(scan: Scan) -> Scan:
    """Reduce a scan of more than 330 dpi to 300, before anything costs time on it.

    Args:
        scan: Grey or colour.
    """
    if scan.dpi <= HIGH_DPI:
        return scan
    image = shrunk(scan.image, scan.dpi, USUAL_DPI)
    across, down = scan.width / image.shape[1], scan.height / image.shape[0]
    back: Matrix = ((across, 0.0, 0.0), (0.0, down, 0.0), STRAIGHT)
    reduced = scan.treated(image, f"scale {round(scan.dpi)} to {USUAL_DPI}", back)
    return replace(reduced, dpi=scan.dpi / across)


def between_centres(matrix: Matrix) -> npt.NDArray[np.float64]:
    """A map for OpenCV, whose points are the centres of pixels."""
    half = np.array(((1.0, 0.0, 0.5), (0.0, 1.0, 0.5), (0.0, 0.0, 1.0)))
    return np.asarray(np.linalg.inv(half) @ np.array(matrix) @ half)


def _stance(found: Lettering, widest: float) -> _Stance:
    """How the print lies: across the page or down, by its words, or where they disagree by its letters."""
    wide, tall = lettering.words(found)
    if max(wide, tall) < ENOUGH_WORDS:
        return _Stance(lying=False, skew=0.0, score=0.0, heights=np.zeros(0))
    stance = _stance_if(found, tall > SIDEWAYS * wide, widest)
    if max(wide, tall) < CLEARLY * min(wide, tall):
        other = _stance_if(found, not stance.lying, widest)
        if max(UPRIGHT, abs(stance.score)) < abs(other.score):
            return other
    return stance


def _stance_if(found: Lettering, lying: bool, widest: float) -> _Stance:
    across = lettering.turned(found) if lying else found
    angle = lettering.skew(across, widest)
    cut = lettering.slices(across, angle)
    return _Stance(lying, angle, lettering.uprightness(cut), cut.band_bottom - cut.band_top)


def _factor(scan: Scan, heights: npt.NDArray[np.float64]) -> float:
    """By how much to enlarge or reduce a scan whose x's are that high, in pixels at the analysis."""
    if heights.size < ENOUGH_SLICES:
        wanted = USUAL_DPI if scan.dpi < LOW_DPI else min(scan.dpi, BEST_DPI)
        factor = wanted / scan.dpi
    else:
        usual, small = np.percentile(heights, (50, 10)) * scan.dpi / lettering.ANALYSIS_DPI
        factor = max(BEST_X / usual, LEAST_X / small)
        factor = ENLARGED_X / usual if usual < SMALL_X else min(1.0, max(factor, LEAST_DPI / scan.dpi))
    if abs(factor - 1) < CLOSE or (factor < 1 and _is_blurred(scan)):
        return 1.0
    return min(float(factor), LARGEST_FACTOR)


def _is_blurred(scan: Scan) -> bool:
    """Whether no edge on the page is steep: what is blurred is read worse when it is reduced, too."""
    third = scan.height // 3
    part = scan.image[third : 2 * third]
    if part.shape[0] == 0 or part.shape[1] < 2:
        return False
    steps = cv2.absdiff(part[:, 1:], part[:, :-1])
    steep = cv2.countNonZero(cv2.threshold(steps, STEEP - 1, 255, cv2.THRESH_BINARY)[1])
    return steps.size - steep >= STEEPEST * steps.size


def _resampled(scan: Scan, angle: float, factor: float) -> Scan:
    """The scan turned clockwise by a small angle in degrees and scaled, with all of its corners."""
    if angle == 0.0 and factor == 1.0:
        return scan
    (width, height), back = _canvas(scan, angle, factor)
    way = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_LINEAR
    # lines finer than the new pixels would come and go
    source = cv2.GaussianBlur(scan.image, (3, 3), SMOOTHING) if factor < SMOOTH_UP_TO else scan.image
    if angle:
        image = cv2.warpAffine(
            source,
            between_centres(back)[:2],
            (width, height),
            flags=way | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(255, 255, 255),
        )
    else:
        image = cv2.resize(source, (width, height), interpolation=way)
    told = [f"deskew {angle:.1f}"] if angle else []
    told += [f"scale {round(scan.dpi)} to {round(scan.dpi * factor)}"] if factor != 1 else []
    treated = scan.treated(np.asarray(image, dtype=np.uint8), "", back)
    return replace(treated, dpi=scan.dpi * factor, treatments=(*scan.treatments, *told))


def _canvas(scan: Scan, angle: float, factor: float) -> tuple[tuple[int, int], Matrix]:
    """The size that holds a turned and scaled scan, and how its points map back."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    width = max(1, math.ceil((scan.width * abs(cos) + scan.height * abs(sin)) * factor - 0.5))
    height = max(1, math.ceil((scan.width * abs(sin) + scan.height * abs(cos)) * factor - 0.5))
    # clockwise on a page whose y runs down: new = R (old - middle) + new middle; back is its inverse
    x0, y0, x1, y1 = scan.width / 2, scan.height / 2, width / 2, height / 2
    across, down = (1 / factor, 1 / factor) if angle else (scan.width / width, scan.height / height)
    cos_x, sin_x, cos_y, sin_y = cos * across, sin * across, cos * down, sin * down
    return (width, height), (
        (cos_x, sin_y, x0 - cos_x * x1 - sin_y * y1),
        (-sin_x, cos_y, y0 + sin_x * x1 - cos_y * y1),
        STRAIGHT,
    )
