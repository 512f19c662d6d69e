"""What a scanner and a desk do to a page, and the files scanners write.

Chance comes from a generator seeded with the sample's name, so the same
sample always ages the same way. Images are (H, W, 3) uint8 RGB.
"""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import img2pdf
import numpy as np
import numpy.typing as npt
import pikepdf
from PIL import Image

Pixels = npt.NDArray[Any]


@dataclass(frozen=True)
class Wear:
    """How a page looks after the desk and the scanner.

    Attributes:
        dpi: Of the scan.
        skew: Degrees, counter-clockwise positive.
        turn: 0, 90, 180 or 270 degrees clockwise.
        light: How much darker the far corner is, 0 to 1.
        noise: Standard deviation of the sensor's noise, in grey levels.
        blur: Standard deviation of the lens, in pixels.
        stain: Leave the ring of a cup.
        edge: Width of a black scanner edge, in millimetres.
        fade: How far the ink is towards the paper, 0 to 1 (thermal paper).
        specks: Dust, in specks to the square inch.
        grey: Scan without colour.
        levels: Grey levels kept, 2 for a bilevel scan.
    """

    dpi: int = 200
    skew: float = 0.0
    turn: int = 0
    light: float = 0.0
    noise: float = 0.0
    blur: float = 0.5
    stain: bool = False
    edge: float = 0.0
    fade: float = 0.0
    specks: float = 0.0
    grey: bool = True
    levels: int = 256

    @property
    def said(self) -> str:
        """The wear in words, for the table of samples."""
        parts = [f"{self.dpi} dpi"]
        parts += [f"skewed {self.skew:g}°"] if self.skew else []
        parts += [f"turned {self.turn}°"] if self.turn else []
        parts += ["uneven light"] if self.light else []
        parts += ["noise"] if self.noise else []
        parts += ["coffee stain"] if self.stain else []
        parts += ["black scanner edge"] if self.edge else []
        parts += ["faded ink"] if self.fade else []
        parts += ["dust"] if self.specks else []
        parts += ["black and white"] if self.levels == 2 else []
        return ", ".join(parts)


def chance(name: str) -> np.random.Generator:
    """The generator of a sample's chance."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def worn(page: Pixels, wear: Wear, rng: np.random.Generator) -> Pixels:
    """The page after the desk and the scanner, (H, W) or (H, W, 3) uint8."""
    image: Pixels = page.astype(np.float32)
    image += (250 - image) * wear.fade
    if wear.stain:
        image = stained(image, rng, wear.dpi)
    if wear.skew:
        image = skewed(image, wear.skew)
    if wear.blur:
        image = cv2.GaussianBlur(image, (0, 0), wear.blur)
    if wear.light:
        image = image * shade(image.shape[:2], wear.light)[..., None]
    if wear.noise:
        image = image + rng.normal(0, wear.noise, (*image.shape[:2], 1)).astype(np.float32)
    if wear.specks:
        image = dusty(image, rng, wear)
    if wear.edge:
        image = edged(image, rng, round(wear.edge / 25.4 * wear.dpi))
    finished: Pixels = np.clip(image, 0, 255).astype(np.uint8)
    if wear.grey:
        finished = cv2.cvtColor(finished, cv2.COLOR_RGB2GRAY)
    if wear.levels < 256:
        finished = posterised(finished, wear.levels)
    return np.ascontiguousarray(np.rot90(finished, -wear.turn // 90))


def skewed(image: Pixels, degrees: float) -> Pixels:
    """The page laid crooked on the glass; the lid behind it is off-white."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    lid = (246.0, 246.0, 246.0)
    return cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=lid)


def shade(shape: tuple[int, int], depth: float) -> Pixels:
    """Factors (H, W), one at the upper left, `1 - depth` at the lower right."""
    height, width = shape
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    return 1 - depth * (0.6 * down + 0.4 * across) ** 1.5


def stained(image: Pixels, rng: np.random.Generator, dpi: int) -> Pixels:
    """The ring of a cup, 80 mm across, in the lower half."""
    height, width = image.shape[:2]
    centre = (int(width * rng.uniform(0.3, 0.7)), int(height * rng.uniform(0.6, 0.8)))
    radius = round(40 / 25.4 * dpi)
    mask: Pixels = np.zeros((height, width), np.float32)
    cv2.circle(mask, centre, radius, 0.30, -1)
    cv2.circle(mask, centre, radius, 1.0, round(dpi / 14))
    mask = cv2.GaussianBlur(mask, (0, 0), dpi / 50)[..., None]
    brown = np.array([0.86, 0.74, 0.55], np.float32)
    return image * (1 - mask + mask * brown)


def dusty(image: Pixels, rng: np.random.Generator, wear: Wear) -> Pixels:
    """Single dark specks of one or two pixels."""
    height, width = image.shape[:2]
    count = round(wear.specks * height * width / wear.dpi**2)
    marked = image.copy()
    for x, y in zip(rng.integers(0, width - 2, count), rng.integers(0, height - 2, count), strict=True):
        marked[y : y + 1 + (x % 2), x : x + 2] = 40
    return marked


def edged(image: Pixels, rng: np.random.Generator, width: int) -> Pixels:
    """A black strip down the right and along the bottom, where the lid stood open."""
    marked = image.copy()
    for row in range(0, marked.shape[0], 8):
        marked[row : row + 8, marked.shape[1] - width - int(rng.integers(0, 4)) :] = 22
    marked[-(width // 2) :, :] = 22
    return marked


def posterised(image: Pixels, levels: int) -> Pixels:
    """The image in so many grey levels; paper becomes plain white, as scanners do it."""
    stretched = np.clip((image.astype(np.float32) - 20) * 255 / 205, 0, 255)
    step = 255 / (levels - 1)
    return (np.round(stretched / step) * step).astype(np.uint8)


def encoded(image: Pixels, kind: str, dpi: int, quality: int = 60) -> bytes:
    """One image as `jpeg`, `png`, `webp` or `jp2`."""
    picture = Image.fromarray(image)
    out = io.BytesIO()
    options: dict[str, object] = {"dpi": (dpi, dpi)}
    if kind in ("jpeg", "webp"):
        options["quality"] = quality
    if kind == "webp":
        options = {"quality": quality, "method": 4}
    if kind == "png":
        options["optimize"] = True
    if kind == "jp2":
        options = {"quality_mode": "rates", "quality_layers": [30], "irreversible": True}
    picture.save(out, {"jp2": "JPEG2000"}.get(kind, kind.upper()), **options)
    return out.getvalue()


def tiff(images: Sequence[Pixels], compression: str, dpi: int, quality: int = 60) -> bytes:
    """A TIFF of one or more pages.

    Args:
        images: The pages.
        compression: `group4`, `tiff_lzw` or `jpeg`.
        dpi: Of the pages.
        quality: Of JPEG compression.
    """
    pictures = [Image.fromarray(image) for image in images]
    if compression == "group4":
        pictures = [picture.convert("1", dither=Image.Dither.NONE) for picture in pictures]
    options: dict[str, object] = {"quality": quality} if compression == "jpeg" else {}
    out = io.BytesIO()
    pictures[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=pictures[1:],
        compression=compression,
        dpi=(dpi, dpi),
        **options,
    )
    return out.getvalue()


def scanned_pdf(images: Sequence[Pixels], dpi: int, quality: int = 60, *, bilevel: bool = False) -> bytes:
    """A PDF of JPEG pages, or of G4 pages if `bilevel`; no dates inside."""
    if bilevel:
        pages = [tiff([image], "group4", dpi) for image in images]
    else:
        pages = [encoded(image, "jpeg", dpi, quality) for image in images]
    return identified(img2pdf.convert(pages, nodate=True))


def joined(*pdfs: bytes) -> bytes:
    """The pages of all PDFs in one."""
    with pikepdf.new() as whole:
        for pdf in pdfs:
            with pikepdf.open(io.BytesIO(pdf)) as part:
                whole.pages.extend(part.pages)
        out = io.BytesIO()
        whole.save(out, deterministic_id=True)
    return out.getvalue()


def identified(pdf: bytes) -> bytes:
    """The PDF with an id that follows from its contents."""
    return joined(pdf)
