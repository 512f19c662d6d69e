"""Images as scanners and telephones store them: TIFF, PNG, JPEG, WebP, JPEG 2000, HEIC."""

import struct
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count as numbers_from
from itertools import islice
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import pi_heif
from PIL import Image as Pillow
from PIL import ImageOps

from docscan.errors import IncompleteDocumentError, LimitExceededError, UnreadableDocumentError
from docscan.model import Image, Scan
from docscan.pipeline import Limits
from docscan.places import STRAIGHT, Matrix

HEIC, JPEG, PNG, TIFF, WEBP, JP2 = (
    "image/heic",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
    "image/jp2",
)
Order = Literal["little", "big"]

SMALLEST_SIDE = 32  # pixels; a strip thinner than a line of print is no page
A4_INCHES = (8.27, 11.69)
PLAUSIBLE_DPI = (50.0, 2400.0)
SCREEN_DPI = (72, 96)  # what programs write that know nothing of paper
A3_INCHES = 17.0  # a page whose metadata make it longer than A3 has wrong metadata
STRIP, TILL_ROLL = 2.5, 3.15  # times as long as wide: a receipt, of any length; inches of width, 80 mm
NEW_SUBFILE_TYPE, REDUCED, MASK = 254, 1, 4  # TIFF 6.0: a smaller copy or a mask is no page
ORIENTATION = 274  # EXIF

# EXIF orientation: how a point of the displayed image maps to the stored one; the last
# column is a share of the stored width (first row) or height (second row)
_STORED: Mapping[int, Matrix] = {
    2: ((-1.0, 0.0, 1.0), (0.0, 1.0, 0.0), STRAIGHT),
    3: ((-1.0, 0.0, 1.0), (0.0, -1.0, 1.0), STRAIGHT),
    4: ((1.0, 0.0, 0.0), (0.0, -1.0, 1.0), STRAIGHT),
    5: ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), STRAIGHT),
    6: ((0.0, 1.0, 0.0), (-1.0, 0.0, 1.0), STRAIGHT),
    7: ((0.0, -1.0, 1.0), (-1.0, 0.0, 1.0), STRAIGHT),
    8: ((0.0, -1.0, 1.0), (1.0, 0.0, 0.0), STRAIGHT),
}


def count(path: Path, media_type: str, limits: Limits) -> int:
    """The number of pages, each decoded once to know that it is whole.

    Raises:
        IncompleteDocumentError: The file ends before its images do.
        LimitExceededError: Too many pixels.
        OSError, ValueError, SyntaxError: Damaged.
    """
    _whole(path, media_type)
    with _opened(path, media_type) as image:
        frames = list(_frames(image, media_type))
        for frame in frames[: limits.max_pages]:
            image.seek(frame)
            _bounded(image, limits)
            if media_type == JPEG:
                # an eighth of the size still reads every byte of the stream
                image.draft(None, (image.width // 8, image.height // 8))
            _loaded(image)
        return len(frames)


def scan(path: Path, media_type: str, number: int, limits: Limits) -> Scan:
    """One image of the file, upright as its metadata say.

    Raises:
        IncompleteDocumentError, LimitExceededError, OSError, ValueError, SyntaxError: As for `count`.
    """
    with _opened(path, media_type) as image:
        image.seek(next(islice(_frames(image, media_type), number - 1, None)))
        _bounded(image, limits)
        across, down = _resolution(image)
        orientation = int(image.getexif().get(ORIENTATION, 1)) if media_type != HEIC else 1
        _loaded(image)
        pixels = _pixels(image)
    size = (int(pixels.shape[1]), int(pixels.shape[0]))
    stored = Scan(number, pixels, max(across, down), source_size=size)
    return _oriented(_squared(stored, across, down), orientation)


def resolutions(path: Path, media_type: str) -> Iterator[float | None]:
    """The pixels to the inch of each page, the fewer of across and down; None where the file does not say.

    Raises:
        OSError, ValueError, SyntaxError: Damaged.
    """
    with _opened(path, media_type) as image:
        for frame in list(_frames(image, media_type)):
            image.seek(frame)
            stated = image.info.get("dpi")
            least = min(map(float, stated)) if isinstance(stated, tuple) and len(stated) == 2 else 0.0
            yield least if PLAUSIBLE_DPI[0] <= least <= PLAUSIBLE_DPI[1] else None


@contextmanager
def _opened(path: Path, media_type: str) -> Iterator[Pillow.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # metadata out of order are no concern; sizes are compared here
        if media_type == HEIC:
            yield pi_heif.open_heif(path, convert_hdr_to_8bit=True).to_pillow()
            return
        with Pillow.open(path) as image:
            yield image


def _frames(image: Pillow.Image, media_type: str) -> Iterator[int]:
    """The images of the file that are pages, each looked for only when it is asked for."""
    found = False
    for frame in numbers_from(0) if media_type == TIFF else ():
        try:
            image.seek(frame)
        except EOFError:
            break
        kind = int(image.tag_v2.get(NEW_SUBFILE_TYPE, 0))  # type: ignore[attr-defined]  # a TiffImageFile
        if not kind & (REDUCED | MASK):
            found = True
            yield frame
    if not found:
        yield 0


def _bounded(image: Pillow.Image, limits: Limits) -> None:
    if min(image.size) < SMALLEST_SIDE:
        raise UnreadableDocumentError("A050", detail="@N024")
    megapixels = image.width * image.height / 1e6
    if megapixels > limits.max_megapixels:
        raise LimitExceededError("A060", found=f"{megapixels:.0f} MP", allowed=f"{limits.max_megapixels} MP")


def _loaded(image: Pillow.Image) -> None:
    """Decode the image.

    Raises:
        IncompleteDocumentError: Pillow met the end of the file, or libtiff a strip that is cut.
    """
    try:
        image.load()
    except (OSError, EOFError, struct.error) as problem:
        said = str(problem).lower()
        if "truncated" in said or "unexpected end" in said or isinstance(problem, EOFError):
            raise IncompleteDocumentError("A040", detail="@N020") from problem
        raise


def _whole(path: Path, media_type: str) -> None:
    """Compare the length the file declares with the one it has.

    Raises:
        IncompleteDocumentError: It is shorter.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(max(0, size - 64))
        tail = file.read()
    declared = {
        PNG: lambda: size if b"IEND" in tail else size + 1,
        WEBP: lambda: 8 + int.from_bytes(head[4:8], "little"),
        TIFF: lambda: _tiff_length(path),
        HEIC: lambda: _boxes_length(path),
        JP2: lambda: _boxes_length(path) if head[4:8] == b"jP  " else 0,
    }
    if size < 16 or declared.get(media_type, lambda: 0)() > size:
        raise IncompleteDocumentError("A040", detail="@N020")


def _tiff_length(path: Path) -> int:
    """Where the last byte stands that a classic TIFF's directories speak of."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    order: Order = "little" if bytes(data[:2]) == b"II" else "big"
    if _integer(data, order, 2, 2) != 42:
        return 0  # BigTIFF: left to the decoder
    place = _integer(data, order, 4, 4)
    length, seen = 8, set[int]()
    while place and place not in seen:
        seen.add(place)
        if place + 2 > data.size:
            return place + 2
        entries = _integer(data, order, place, 2)
        end = place + 2 + 12 * entries + 4
        if end > data.size:
            return end
        length = max(length, end, _strips_end(data, order, place + 2, entries))
        place = _integer(data, order, end - 4, 4)
    return length


def _integer(data: npt.NDArray[np.uint8], order: Order, place: int, width: int) -> int:
    return int.from_bytes(bytes(data[place : place + width]), order)


def _strips_end(data: npt.NDArray[np.uint8], order: Order, start: int, entries: int) -> int:
    """Where the last strip or tile of one directory ends."""
    found: dict[int, list[int]] = {}
    for entry in range(start, start + 12 * entries, 12):
        tag, kind = _integer(data, order, entry, 2), _integer(data, order, entry + 2, 2)
        number = _integer(data, order, entry + 4, 4)
        if tag not in (273, 279, 324, 325) or kind not in (3, 4):  # offsets and byte counts
            continue
        width = 2 if kind == 3 else 4
        place = entry + 8 if width * number <= 4 else _integer(data, order, entry + 8, 4)
        if place + width * number > data.size:
            return place + width * number
        found[tag] = [_integer(data, order, place + width * item, width) for item in range(number)]
    offsets = found.get(273, []) + found.get(324, [])
    lengths = found.get(279, []) + found.get(325, [])
    return max((a + b for a, b in zip(offsets, lengths, strict=False)), default=0)


def _boxes_length(path: Path) -> int:
    """Where the last box of an ISO base media file ends, as the boxes say."""
    place, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while place < size:
            file.seek(place)
            head = file.read(16)
            if len(head) < 8:
                return place + 8
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length == 0:
                return size
            place += max(length, 8)
    return place


def _resolution(image: Pillow.Image) -> tuple[float, float]:
    """Pixels to the inch, across and down; guessed from A4 or a till roll where they cannot be true."""
    short, long = sorted(image.size)
    strip = long > STRIP * short
    guess = short / TILL_ROLL if strip else max(short / A4_INCHES[0], long / A4_INCHES[1])
    stated = image.info.get("dpi")
    if not isinstance(stated, tuple) or len(stated) != 2:
        return guess, guess
    across, down = float(stated[0]), float(stated[1])
    if not all(PLAUSIBLE_DPI[0] <= value <= PLAUSIBLE_DPI[1] for value in (across, down)):
        return guess, guess
    inches = max(image.width / across, image.height / down)
    if strip and round(across) not in SCREEN_DPI and short / across <= A4_INCHES[0]:
        return across, down
    longest = A4_INCHES[1] * 1.03 if round(across) in SCREEN_DPI else A3_INCHES
    return (across, down) if inches <= longest else (guess, guess)


def _pixels(image: Pillow.Image) -> Image:
    """The decoded image as grey (H, W) or BGR (H, W, 3) uint8, transparent parts white."""
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"), dtype=np.uint8)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _deep(np.asarray(image))
    if "A" in image.mode or "transparency" in image.info:
        clear = image.convert("RGBA")
        image = Pillow.alpha_composite(Pillow.new("RGBA", clear.size, "white"), clear)
    return np.ascontiguousarray(np.asarray(image.convert("RGB"), dtype=np.uint8)[:, :, ::-1])


def _deep(values: npt.NDArray[np.generic]) -> Image:
    """More than 8 bits a pixel brought to 8: by the range of 16 bits, or by the values' own."""
    numbers = values.astype(np.float64)
    highest = float(numbers.max(initial=0.0))
    full = 255.0 if highest <= 255 and values.dtype != np.uint16 else max(65535.0, highest)
    if values.dtype.kind == "f" and highest <= 1.0:
        full = 1.0
    return np.clip(np.rint(numbers * (255.0 / full)), 0, 255).astype(np.uint8)


def _squared(scan: Scan, across: float, down: float) -> Scan:
    """The scan with square pixels: a fax has half as many lines as columns."""
    if abs(across - down) <= 0.01 * max(across, down):
        return scan
    best = max(across, down)
    size = max(1, round(scan.width * best / across)), max(1, round(scan.height * best / down))
    image = np.asarray(cv2.resize(scan.image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    back: Matrix = ((scan.width / size[0], 0.0, 0.0), (0.0, scan.height / size[1], 0.0), STRAIGHT)
    return scan.treated(image, f"square {round(across)}x{round(down)}", back)


def _oriented(scan: Scan, orientation: int) -> Scan:
    """The scan as the camera says it was held."""
    if orientation not in _STORED:
        return scan
    (a, b, c), (d, e, f), _ = _STORED[orientation]
    back: Matrix = ((a, b, c * scan.width), (d, e, f * scan.height), STRAIGHT)
    turned = Pillow.fromarray(scan.image)
    turned.getexif()[ORIENTATION] = orientation
    image = np.ascontiguousarray(np.asarray(ImageOps.exif_transpose(turned), dtype=np.uint8))
    return scan.treated(image, f"orientation {orientation}", back)
