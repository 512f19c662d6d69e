"""Bars and bands of colour with light print on them: letterheads, heads of tables."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from docscan.cleanup.shrinking import shrunk
from docscan.cleanup.tone import grey
from docscan.model import Image, Scan

ANALYSIS_DPI = 100.0
MILLIMETRE = ANALYSIS_DPI / 25.4  # pixels
SHADE_DPI = 25.0  # shows the paper between bars
REACH = 50.0  # millimetres: no bar is higher, so that there is paper this near
DARK = (0.8, 0.6, 0.4)  # of the paper around; a darker bar is sought within a shadow it runs into
SOLID = 0.7  # of its upright or slanting rectangle is a bar; of a bar with a shadow less
THIN = 3  # pixels of analysis, 0.8 mm: rules are thinner, and the ground between letters and edge is not
LEAST = (10.0, 3.5)  # millimetres of width and height of a bar
LETTER = (0.9, 14.0)  # millimetres of height of letters on it
WIDEST = 60.0  # millimetres of letters that touch
GROUND = 0.6  # of a bar is its ground; of a heavy frame with cells less
ENOUGH = 3.0  # millimetres of letters beside each other: a short word
MOST = 0.22  # of a bar is letters; more that is light is a lighter bar beside it
CONTRAST = 30  # grey levels between letters and ground
LIGHTEST = 99.5  # percentile of a bar's shades: letters cover more than the rest
GROUND_REACH = 10.0  # millimetres of the square that gives the ground's shade at its middle
RIM = 2  # pixels of analysis on both sides of a bar's edge, which become paper
NOISE = 0.1  # of the way from ground to letters: what is less is the ground's grain


@dataclass(frozen=True, slots=True)
class _Bar:
    """Where a bar lies on the small copy, with which of those pixels (mask), and the shade of its letters."""

    left: int
    top: int
    mask: Image
    letters: float

    @property
    def place(self) -> tuple[slice, slice]:
        height, width = self.mask.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def bars(scan: Scan) -> Scan:
    """Turn light print on dark bars into dark print on paper.

    A bar is darker than the paper around it, thicker than a rule, and holds
    light letters. The engine reads light print badly, and evening out the light
    would take a broad bar for shade and wash its letters away.

    Args:
        scan: Grey or colour.

    Returns:
        The scan in grey, its bars inverted.
    """
    scan = grey(scan)
    small = shrunk(scan.image, scan.dpi, min(scan.dpi, ANALYSIS_DPI))
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
    """The bars that have light letters on them."""
    taken = np.zeros_like(small)
    for share in DARK:
        dark = (small < cv2.convertScaleAbs(paper, alpha=share)) & (taken == 0)
        found, more = _solid(np.asarray(dark, dtype=np.uint8))
        for left, top, mask in found:
            bar = _Bar(left, top, mask, 0.0)
            letters = _letters(small[bar.place], mask)
            more |= not letters
            if letters:
                taken[bar.place] |= mask
                yield replace(bar, letters=letters)
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
    _, labels, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=8)
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
        _, sides, _ = cv2.minAreaRect(cv2.findNonZero(mask))
        if area >= GROUND * whole and whole >= SOLID * (sides[0] + 1) * (sides[1] + 1):
            found.append((left, top, mask))
        else:
            more = True
    return found, more


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


def _letters(shades: Image, mask: Image) -> float:
    """The shade of the light letters on a bar; 0 with none, with dark print, and for two bars."""
    inside = shades[mask > 0]
    lightest = float(np.percentile(inside, LIGHTEST))
    ground = float(np.median(inside))
    step = (lightest - ground) / 2
    if np.mean(inside > ground + step) > MOST:
        return 0.0
    contrast = shades - _mean(shades, mask > 0)
    deepest, highest = np.percentile(contrast[mask > 0], (100 - LIGHTEST, LIGHTEST))
    if step < CONTRAST / 2 or highest < -deepest:
        return 0.0
    light = np.asarray((contrast > step) & (mask > 0), dtype=np.uint8)
    stats = cv2.connectedComponentsWithStats(light, connectivity=8)[2][1:]
    widths, heights = stats[:, cv2.CC_STAT_WIDTH] / MILLIMETRE, stats[:, cv2.CC_STAT_HEIGHT] / MILLIMETRE
    letters = (heights >= LETTER[0]) & (heights <= LETTER[1]) & (widths <= WIDEST)
    return lightest if widths[letters].sum() >= ENOUGH else 0.0


def _invert(image: Image, small: Image, paper: Image, bar: _Bar) -> None:
    """Invert a bar in the image, in place: its ground takes the shade of the paper around."""
    around = _grown(bar, small.shape)
    scale = image.shape[0] / small.shape[0]
    rows, columns = (slice(round(side.start * scale), round(side.stop * scale)) for side in around.place)
    part = image[rows, columns]
    shades, white = small[around.place], paper[around.place].astype(np.float32)
    ground = _ground(shades, around.mask)
    letters = white * (bar.letters / float(np.median(white)))
    ground, gain, white = (
        _as_large(shade, part) for shade in (ground, 1.0 / np.maximum(letters - ground, 1.0), white)
    )
    strokes = np.clip(((part - ground) * gain - NOISE) / (1.0 - NOISE), 0.0, 1.0)
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
    return _Bar(bar.left - before[1], bar.top - before[0], mask, bar.letters)


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
