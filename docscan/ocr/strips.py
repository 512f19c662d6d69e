"""Parts of a page, cut out, enlarged and read together in one run of the engine."""

from collections.abc import Callable, Sequence
from functools import partial

import cv2
import numpy as np

from docscan.frozen import dataclass
from docscan.model import Image, Scan, Word
from docscan.ocr.engine import Engine
from docscan.places import Box

GAP = 30  # pixels between two strips: the engine takes what stands closer for one line
RIM = 14  # pixels of paper around them
WIDEST = 3000  # pixels; more of a strip is cut off


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a page to be read by itself.

    Attributes:
        box: On the page, in pixels.
        factor: How much it is enlarged.
        smoothing: Sigma, in enlarged pixels, of a Gaussian; 0 for none.
        inverted: It is light print on dark ground.
        rim: Pixels of the page around the box that are cut out with it; below 0,
            pixels of the box that are left out.
    """

    box: Box
    factor: float
    smoothing: float = 0.0
    inverted: bool = False
    rim: int = 6


Ask = Callable[[Scan, Sequence[Cut], str], list[tuple[Word, ...]]]  # `read` with an engine and its patience


@dataclass(frozen=True, slots=True)
class _Strip:
    """Where a cut lies on the sheet: its origin there and on the page, and its scale."""

    top: int
    bottom: int
    left: int
    page_left: int
    page_top: int
    factor: float


def asking(engine: Engine, timeout: float) -> Ask:
    """`read`, once it is said what reads and for how many seconds at a time."""
    return partial(read, engine=engine, timeout=timeout)


def read(
    scan: Scan, cuts: Sequence[Cut], language: str, *, engine: Engine, timeout: float
) -> list[tuple[Word, ...]]:
    """Read parts of a page.

    Args:
        scan: Grey (H, W).
        cuts: Each a line of print at most.
        language: The engine's name of a language.
        engine: What reads.
        timeout: Seconds for all of them.

    Returns:
        The words of each cut, left to right, with their boxes on the page.

    Raises:
        OcrError: As `Engine.read` does.
    """
    if not cuts:
        return []
    sheet, strips = _sheet(scan, cuts)
    lines = engine.read(sheet, language, dpi=scan.dpi * cuts[0].factor, layout="block", timeout=timeout)
    found: list[list[Word]] = [[] for _ in cuts]
    for word in (word for line in lines for word in line.words):
        middle = word.box.middle[1]
        for words, strip in zip(found, strips, strict=True):
            if strip.top - GAP / 2 <= middle < strip.bottom + GAP / 2:
                words.append(_on_page(word, strip, scan))
                break
    return [tuple(sorted(words, key=lambda word: word.box.left)) for words in found]


def _sheet(scan: Scan, cuts: Sequence[Cut]) -> tuple[Image, list[_Strip]]:
    """The cuts under each other on white, and where each came to lie."""
    images, strips, top = [], [], RIM
    for cut in cuts:
        left, above = max(0, cut.box.left - cut.rim), max(0, cut.box.top - cut.rim)
        image = _enlarged(scan.image[above : cut.box.bottom + cut.rim, left : cut.box.right + cut.rim], cut)
        strips.append(_Strip(top, top + image.shape[0], RIM, left, above, cut.factor))
        images.append(image)
        top += image.shape[0] + GAP
    width = max(image.shape[1] for image in images) + 2 * RIM
    sheet = np.full((top - GAP + RIM, width), 255, np.uint8)
    for image, strip in zip(images, strips, strict=True):
        sheet[strip.top : strip.bottom, RIM : RIM + image.shape[1]] = image
    return sheet, strips


def _enlarged(image: Image, cut: Cut) -> Image:
    if cut.inverted:
        image = _dark_on_white(image)
    way = cv2.INTER_CUBIC if cut.factor > 1 else cv2.INTER_AREA
    larger = cv2.resize(image, None, fx=cut.factor, fy=cut.factor, interpolation=way)[:, :WIDEST]
    if cut.smoothing:
        larger = cv2.GaussianBlur(larger, (0, 0), cut.smoothing)
    return np.asarray(larger, dtype=np.uint8)


def _dark_on_white(image: Image) -> Image:
    """Light print on a dark ground as black on white: on grey the engine takes it all for ink."""
    ground, lightest = int(np.median(image)), int(image.max())
    shade = (image.astype(np.int32) - ground) * 255 // max(1, lightest - ground)
    return np.asarray(255 - np.clip(shade, 0, 255), dtype=np.uint8)


def _on_page(word: Word, strip: _Strip, scan: Scan) -> Word:
    """The word with its box in pixels of the page."""

    def across(x: int) -> int:
        return min(scan.width - 1, max(0, round((x - strip.left) / strip.factor) + strip.page_left))

    def down(y: int) -> int:
        return min(scan.height - 1, max(0, round((y - strip.top) / strip.factor) + strip.page_top))

    left, top, right, bottom = word.box
    box = Box(across(left), down(top), max(across(left) + 1, across(right)), max(down(top) + 1, down(bottom)))
    return Word(word.text, box, word.confidence)
