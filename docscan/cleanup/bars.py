"""Bars and bands of colour with print on them: letterheads, heads of tables, tinted cells."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from docscan.cleanup.tone import grey
from docscan.frozen import dataclass
from docscan.imaging import components, shrunk
from docscan.model import Image, Scan

ANALYSIS_DPI = 100.0
MILLIMETRE = ANALYSIS_DPI / 25.4  # pixels
SHADE_DPI = 25.0  # shows the paper between bars
REACH = 50.0  # millimetres: no bar is higher, so that there is paper this near
DARK = (0.8, 0.6, 0.4)  # of the paper around; a darker bar is sought within a shadow it runs into
SOLID = 0.7  # of its upright or slanting rectangle is a bar; of a bar with a shadow less
THIN = 3  # pixels of analysis, 0.8 mm: rules are thinner, and the ground between letters and edge is not
LEAST = (10.0, 3.5)  # millimetres of width and height of a bar
SLENDER, BROAD = 2.2, 40.0  # times as long as high, or millimetres high: a large letter is neither
LETTER = (0.9, 25.0)  # millimetres of height of letters on it
WIDEST = 60.0  # millimetres of letters that touch
GROUND = 0.6  # of a bar is its ground; of a heavy frame with cells less
ENOUGH = 3.0  # millimetres of letters beside each other: a short word
MOST = 0.22  # of a bar is letters; more that is light is a lighter bar beside it
CONTRAST = 30  # grey levels between letters and ground
MIDDLE = (35, 65)  # percentiles of a bar's shades between which all is ground
EVEN = 0.1  # of its ground's shade: what varies more is a shade with print in it, which needs evening only
LIGHTEST = 99.5  # percentile of a bar's shades: letters cover more than the rest
GROUND_REACH = 10.0  # millimetres of the square that gives the ground's shade at its middle
RIM = 2  # pixels of analysis on both sides of a bar's edge, which become paper
NOISE = 0.1  # of the way from ground to letters: what is less is the ground's grain


@dataclass(frozen=True, slots=True)
class _Bar:
    """A bar on the small copy.

    Attributes:
        left: Where it begins.
        top: As above.
        mask: Which pixels from there are its own.
        light: The shade of its light letters; 0 when it has none.
        dark: It has dark letters.
    """

    left: int
    top: int
    mask: Image
    light: float = 0.0
    dark: bool = False

    @property
    def place(self) -> tuple[slice, slice]:
        height, width = self.mask.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def bars(scan: Scan) -> Scan:
    """Turn the ground of dark bars into paper, and what is printed on them, light or dark, into dark print.

    A bar is darker than the paper around it, thicker than a rule, and holds
    letters. The engine reads light print badly and takes a dark tint for ink,
    and evening out the light would take a broad bar for shade and wash light
    letters away.

    Args:
        scan: Grey or colour.

    Returns:
        The scan in grey, its bars inverted.
    """
    scan = grey(scan)
    small = shrunk(scan.image, scan.dpi, min(scan.dpi, ANALYSIS_DPI), quick=True)
    paper = _paper(small)
    found = list(_bars(small, paper))
    if not found:
        return scan
    image = scan.image.copy()
    for bar in found:
        _invert(image, small, paper, bar)
    return scan.treated(image, f"bars {len(found)}")


def _paper(small: Image) -> Image:
    """The shade of the paper nearby, everywhere."""
    tiny = shrunk(small, ANALYSIS_DPI, SHADE_DPI)
    reach = round(REACH * SHADE_DPI / 25.4) | 1
    lightest = cv2.dilate(tiny, np.ones((reach, reach), np.uint8))
    shade = cv2.resize(cv2.blur(lightest, (reach, reach)), small.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(shade, dtype=np.uint8)


def _bars(small: Image, paper: Image) -> Iterator[_Bar]:
    """The bars that have letters on them."""
    taken = np.zeros_like(small)
    for share in DARK:
        dark = (small < cv2.convertScaleAbs(paper, alpha=share)) & (taken == 0)
        found, more = _solid(np.asarray(dark, dtype=np.uint8))
        for left, top, mask in found:
            bar = _printed(_Bar(left, top, mask), small)
            if bar.light or bar.dark:
                taken[bar.place] |= mask
                yield bar
            else:
                more = True
        if not more:
            return


def _solid(dark: Image) -> tuple[list[tuple[int, int, Image]], bool]:
    """Dark rectangles, upright or slanting.

    Args:
        dark: Mask (H, W).

    Returns:
        Each one's left, top, and mask with its letters; and whether there is
        something as large of another shape, in which one may hide.
    """
    thick = cv2.morphologyEx(
        dark, cv2.MORPH_OPEN, np.ones((THIN, THIN), np.uint8), borderType=cv2.BORDER_REPLICATE
    )
    labels, stats = components(np.asarray(thick, dtype=np.uint8))
    least = LEAST[0] * MILLIMETRE, LEAST[1] * MILLIMETRE
    large = (stats[:, 2] >= least[0]) & (stats[:, 3] >= least[1]) & (stats[:, 4] >= least[0] * least[1])
    found, more = [], False
    for label in np.flatnonzero(large[1:]) + 1:
        left, top, width, height, area = map(int, stats[label])
        place = slice(top, top + height), slice(left, left + width)
        bar = np.asarray(labels[place] == label, dtype=np.uint8)
        grown = cv2.bitwise_and(cv2.dilate(bar, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)), dark[place])
        mask = _with_letters(np.asarray(grown, dtype=np.uint8))
        whole = int(np.count_nonzero(mask))
        _, sides, _ = cv2.minAreaRect(_outline(mask))
        long, short = max(sides) + 1, min(sides) + 1
        shaped = long >= SLENDER * short or short >= BROAD * MILLIMETRE
        if shaped and area >= GROUND * whole and whole >= SOLID * long * short:
            found.append((left, top, mask))
        else:
            more = True
    return found, more


def _outline(mask: Image) -> npt.NDArray[np.int32]:
    """The points (N, 1, 2) of a mask's outer contours: all that its rectangle depends on."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.concatenate([np.asarray(contour, dtype=np.int32) for contour in contours])


def _with_letters(bar: Image) -> Image:
    """A bar (mask) with the holes in it that letters may be."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - bar, connectivity=4)
    small = (stats[:, cv2.CC_STAT_HEIGHT] <= LETTER[1] * MILLIMETRE) & (
        stats[:, cv2.CC_STAT_WIDTH] <= WIDEST * MILLIMETRE
    )
    right, bottom = stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
    inside = (stats[:, 0] > 0) & (stats[:, 1] > 0) & (right < bar.shape[1]) & (bottom < bar.shape[0])
    holes = np.asarray(small & inside, dtype=np.uint8)
    holes[0] = 0  # the bar itself
    return np.asarray(bar | holes[labels], dtype=np.uint8)


def _printed(bar: _Bar, small: Image) -> _Bar:
    """The bar with what is told of its letters: nothing when it has none, or is two bars."""
    shades, counted = small[bar.place], bar.mask > 0
    inside = shades[counted]
    ground, lightest = float(np.median(inside)), float(np.percentile(inside, LIGHTEST))
    step = (lightest - ground) / 2
    if np.mean(inside > ground + max(step, CONTRAST / 2)) > MOST:
        return bar
    contrast = shades - _mean(shades, counted)
    deepest, highest = np.percentile(contrast[counted], (100 - LIGHTEST, LIGHTEST))
    darker, lighter = np.percentile(inside, MIDDLE)
    even = lighter - darker <= max(CONTRAST / 4, EVEN * ground)
    light = step >= CONTRAST / 2 and (even or highest >= -deepest) and _letters((contrast > step) & counted)
    darkest = float(np.percentile(inside, 100 - LIGHTEST))
    below = even and darkest <= ground - CONTRAST
    dark = below and _letters((shades < (ground + darkest) / 2) & counted)
    return replace(bar, light=lightest if light else 0.0, dark=bool(dark))


def _letters(ink: npt.NDArray[np.bool_]) -> bool:
    """Whether there are enough letters in an ink (mask)."""
    stats = components(ink.astype(np.uint8))[1][1:]
    widths, heights = stats[:, cv2.CC_STAT_WIDTH] / MILLIMETRE, stats[:, cv2.CC_STAT_HEIGHT] / MILLIMETRE
    letters = (heights >= LETTER[0]) & (heights <= LETTER[1]) & (widths <= WIDEST)
    return bool(widths[letters].sum() >= ENOUGH)


def _invert(image: Image, small: Image, paper: Image, bar: _Bar) -> None:
    """Invert a bar in the image, in place: its ground takes the shade of the paper around."""
    around = _grown(bar, small.shape)
    scale = image.shape[0] / small.shape[0]
    rows, columns = (slice(round(side.start * scale), round(side.stop * scale)) for side in around.place)
    part = image[rows, columns]
    shades, white = small[around.place], paper[around.place].astype(np.float32)
    ground = _ground(shades, around.mask)
    lighter = np.maximum(white * (bar.light / float(np.median(white))) - ground, 1.0)
    ground, lighter, white = (_as_large(shade, part) for shade in (ground, lighter, white))
    strokes = (part - ground) / lighter if bar.light else np.zeros_like(ground)
    if bar.dark:
        strokes = np.maximum(strokes, (ground - part) / np.maximum(ground, CONTRAST))
    strokes = np.clip((strokes - NOISE) / (1.0 - NOISE), 0.0, 1.0)
    inner, outer = (
        cv2.resize(mask, part.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        for mask in _edges(around.mask)
    )
    inverted = white * (1.0 - strokes * inner)
    part[:] = np.where(outer, np.where(inner, inverted, np.maximum(part, white)), part).astype(np.uint8)


def _as_large(shades: npt.NDArray[np.float32], part: Image) -> npt.NDArray[np.float32]:
    larger = cv2.resize(shades, part.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(larger, dtype=np.float32)


def _edges(mask: Image) -> tuple[Image, Image]:
    """A bar's mask without its rim, and with what its edge runs out into; at the page's edge it goes on."""
    around = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    inner = cv2.erode(mask, around, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(inner, dtype=np.uint8), np.asarray(cv2.dilate(mask, around), dtype=np.uint8)


def _grown(bar: _Bar, shape: tuple[int, ...]) -> _Bar:
    """The same bar in a window with room for its rim, where the page has it."""
    height, width = bar.mask.shape
    before = min(RIM, bar.top), min(RIM, bar.left)
    after = min(RIM, shape[0] - bar.top - height), min(RIM, shape[1] - bar.left - width)
    mask = np.pad(bar.mask, tuple(zip(before, after, strict=True)))
    return replace(bar, left=bar.left - before[1], top=bar.top - before[0], mask=mask)


def _ground(shades: Image, mask: Image) -> npt.NDArray[np.float32]:
    """The shade of a bar's ground, everywhere: the mean of what is nearer to it than to the letters."""
    inside = shades[mask > 0]
    middle = (float(np.median(inside)) + float(np.percentile(inside, LIGHTEST))) / 2
    return _mean(shades, (mask > 0) & (shades < middle))


def _mean(shades: Image, counted: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """The mean shade nearby, of the pixels that count; where there are none, of all of those."""
    side = (round(GROUND_REACH * MILLIMETRE) | 1,) * 2
    weights = counted.astype(np.float32)
    total = cv2.boxFilter(shades * weights, -1, side, normalize=False, borderType=cv2.BORDER_REPLICATE)
    number = cv2.boxFilter(weights, -1, side, normalize=False, borderType=cv2.BORDER_REPLICATE)
    usual = float(shades[counted].mean()) if counted.any() else 0.0
    return np.asarray(np.where(number > 0.5, total / np.maximum(number, 1.0), usual), dtype=np.float32)
