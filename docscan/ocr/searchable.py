"""A copy of the original that can be searched: the read words as unseen text under the ink.

The pages of a PDF stay as they are; an image is embedded as it was stored
where PDF can hold it so. Words are written in a font without shapes, each
stretched over its own ink, through the map from the read image to the stored
one, so that a page that came skewed or upside down is marked rightly, too.
"""

import io
import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import img2pdf
import pi_heif
import pikepdf
from pikepdf import pdfa
from PIL import Image as Pillow
from PIL import ImageSequence

from docscan.model import STRAIGHT, Matrix, Page, Word, chained
from docscan.ocr.glyphless import ADVANCE, ASCENT, EM, embedded
from docscan.ocr.hidden import without_hidden_text

logging.getLogger("img2pdf").setLevel(logging.ERROR)  # it tells of every alpha channel, which we expect

FLAVOUR = "2b"  # PDF/A-2: JPEG 2000 and transparency are allowed; b: looks the same for ever
POINTS = 72.0  # to the inch
LONGEST_SIDE = 14_400.0  # points (ISO 32000-1, annex C)
FONT = "/DocscanUnseen"
BELOW = frozenset("gjpqyQJ,;()[]{}|/@$§ąęçß_")  # signs that reach below the baseline in many fonts
FAR = 0.5  # of the usual height: a word that far off stands on a line of its own
FLAT = 0.5  # of the usual height: dashes and dots are written higher than they are
DECODED = ("image/webp", "image/heic")  # PDF cannot hold these as they are


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the copy.

    Attributes:
        archival: It is PDF/A-2b, by pikepdf's check of the written file.
        reason: Why it is not; empty when it is.
    """

    archival: bool
    reason: str = ""


def write(source: Path, media_type: str, pages: Sequence[Page], target: Path) -> Written:
    """Write the searchable copy of a document.

    Args:
        source: The original; it is only read.
        media_type: By content.
        pages: As read, by their numbers in the original.
        target: Where the PDF goes. A PDF that opens without a password is
            written without its encryption.

    Returns:
        Whether the copy is PDF/A-2b. One that cannot be made so, such as a PDF
        that lacks a font, is written as a plain PDF.

    Raises:
        pikepdf.PdfError: The original cannot be opened.
    """
    with _opened(source, media_type, pages) as document:
        font: pikepdf.Object | None = None
        for page in pages:
            if page.number > len(document.pages) or page.state == "textlayer":
                continue
            sheet = document.pages[page.number - 1]
            if page.words:
                without_hidden_text(document, sheet)
                font = font if font is not None else embedded(document)
                _underlay(document, sheet, page, font)
            _upright(sheet, page)
        return _saved(document, target)


@contextmanager
def _opened(source: Path, media_type: str, pages: Sequence[Page]) -> Iterator[pikepdf.Pdf]:
    with _sizes_known():
        data = source if media_type == "application/pdf" else io.BytesIO(_bound(source, media_type, pages))
    with pikepdf.open(data) as document:
        yield document


@contextmanager
def _sizes_known() -> Iterator[None]:
    """Keep Pillow from warning of large images: their sizes were held to the limits when they came in."""
    before, Pillow.MAX_IMAGE_PIXELS = Pillow.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Pillow.MAX_IMAGE_PIXELS = before


def _saved(document: pikepdf.Pdf, target: Path) -> Written:
    try:
        pdfa.save(document, target, FLAVOUR)
    except pdfa.PdfaError as problem:
        document.save(target)
        return Written(archival=False, reason=str(problem).splitlines()[0][:200])
    return Written(archival=True)


def _bound(source: Path, media_type: str, pages: Sequence[Page]) -> bytes:
    """The images of a file as the pages of a PDF, as stored where PDF can hold them so."""
    resolutions = [_stored_dpi(page) for page in sorted(pages, key=lambda page: page.number)]
    if media_type not in DECODED:
        try:
            return _converted(source.read_bytes(), resolutions)
        except Exception:  # noqa: BLE001, S110 - img2pdf raises bare ones; whatever it is, the image is decoded below
            pass  # transparency, bytes after the end, forms of TIFF that PDF does not know
    return _converted(_decoded(source, media_type), resolutions)


def _converted(data: bytes | list[bytes], resolutions: Sequence[tuple[float, float]]) -> bytes:
    """img2pdf with the resolution that reading found, in the order of the pages."""
    left = iter(resolutions)

    def sized(width: int, height: int, _stated: tuple[float, float]) -> tuple[float, float, float, float]:
        across, down = next(left, (300.0, 300.0))
        size = width * POINTS / across, height * POINTS / down
        return (*size, *size)

    made = img2pdf.convert(data, layout_fun=sized, rotation=img2pdf.Rotation.none)
    return bytes(made)


def _decoded(source: Path, media_type: str) -> list[bytes]:
    """Each image as PNG, on white."""
    if media_type == "image/heic":
        opened = pi_heif.open_heif(source, convert_hdr_to_8bit=True).to_pillow()
    else:
        opened = Pillow.open(source)
    sheets = []
    with opened:
        frames = ImageSequence.Iterator(opened) if media_type == "image/tiff" else [opened]
        for frame in frames:
            clear = frame.convert("RGBA")
            flat = Pillow.alpha_composite(Pillow.new("RGBA", clear.size, "white"), clear).convert("RGB")
            data = io.BytesIO()
            flat.save(data, "PNG")
            sheets.append(data.getvalue())
    return sheets


def _stored_dpi(page: Page) -> tuple[float, float]:
    """Pixels to the inch of the image as stored, across and down; enough for a page that PDF allows."""
    (a, b, _), (d, e, _), _ = page.to_source
    least = max(page.source_size) * POINTS / LONGEST_SIDE
    return max(page.dpi * math.hypot(a, b), least), max(page.dpi * math.hypot(d, e), least)


def _upright(sheet: pikepdf.Page, page: Page) -> None:
    """Show the page the way up it was read."""
    (a, b, _), (d, e, _), _ = page.to_source
    quarters = round(math.degrees(math.atan2(-d, a)) / 90) % 4
    if quarters and a * e - b * d > 0:
        sheet.obj.Rotate = (_rotation(sheet) + 90 * quarters) % 360


def _rotation(sheet: pikepdf.Page) -> int:
    return int(sheet.rotation) % 360


def _underlay(document: pikepdf.Pdf, sheet: pikepdf.Page, page: Page, font: pikepdf.Object) -> None:
    """Add the words to a page."""
    place = chained(_to_user_space(sheet, page), page.to_source)
    lines = [_shown_line(line.words, place) for line in page.lines]
    content = "\n".join(("BT 3 Tr", *lines, "ET")).encode("ascii")
    sheet.add_resource(font, pikepdf.Name.Font, pikepdf.Name(FONT))
    sheet.contents_add(b"q\n", prepend=True)
    sheet.contents_add(document.make_stream(b"Q\nq\n" + content + b"\nQ\n"))


def _to_user_space(sheet: pikepdf.Page, page: Page) -> Matrix:
    """Maps a pixel of the image as stored, or of the page as displayed, to the page's own points."""
    left, bottom, right, top = _box(sheet)
    rotation = _rotation(sheet)
    across = right - left if rotation in (0, 180) else top - bottom
    down = top - bottom if rotation in (0, 180) else right - left
    x, y = across / page.source_size[0], down / page.source_size[1]
    maps: Mapping[int, Matrix] = {
        0: ((x, 0.0, left), (0.0, -y, top), STRAIGHT),
        90: ((0.0, y, left), (x, 0.0, bottom), STRAIGHT),
        180: ((-x, 0.0, right), (0.0, y, bottom), STRAIGHT),
        270: ((0.0, -y, right), (-x, 0.0, top), STRAIGHT),
    }
    return maps[rotation]


def _box(sheet: pikepdf.Page) -> tuple[float, float, float, float]:
    """What of the page is displayed: left, bottom, right, top in points."""
    media, crop = ([float(value) for value in box] for box in (sheet.mediabox, sheet.cropbox))
    left, right = sorted((media[0], media[2]))
    bottom, top = sorted((media[1], media[3]))
    inner = max(left, min(crop[0], crop[2])), max(bottom, min(crop[1], crop[3]))
    outer = min(right, max(crop[0], crop[2])), min(top, max(crop[1], crop[3]))
    if inner[0] >= outer[0] or inner[1] >= outer[1]:
        return left, bottom, right, top
    return inner[0], inner[1], outer[0], outer[1]


def _shown_line(words: Sequence[Word], place: Matrix) -> str:
    """The operators that write one line, a space stretched over each gap.

    All words share a baseline, as programs that take text out again break the
    line where it jumps. Each word runs along the page's own axis: a word that
    followed a slight skew would fall apart into letters there.
    """
    base, usual = _baseline(words)
    parts = []
    for word, following in zip(words, (*words[1:], None), strict=True):
        on_line = abs(word.box.bottom - base) <= FAR * usual
        bottom = base if on_line else word.box.bottom
        rise = max(bottom - word.box.top, FLAT * usual)
        size = rise * EM / ASCENT
        parts.append(f"{FONT} {size:.3f} Tf {_text_matrix(word, bottom, place)} Tm")
        parts.append(_stretched(word.text, word.box.width, size))
        gap = following.box.left - word.box.right if following is not None else 0
        if gap > 0:
            parts.append(_stretched(" ", gap, size))
    return "\n".join(parts)


def _baseline(words: Sequence[Word]) -> tuple[float, float]:
    """Where the letters of a line stand, and how high they usually are, in pixels."""
    usual = median(word.box.height for word in words)
    standing = [word.box.bottom for word in words if not BELOW.intersection(word.text)]
    return (median(standing) if standing else max(word.box.bottom for word in words) - 0.2 * usual), usual


def _text_matrix(word: Word, bottom: float, place: Matrix) -> str:
    """One pixel along the word, one up, and where it begins, in the page's points."""
    (a, b, c), (d, e, f), _ = place
    middle, width = word.box.middle[0], word.box.width
    x, y = a * middle + b * bottom + c, d * middle + e * bottom + f
    right, up = _along_axis(a, d), _along_axis(-b, -e)
    origin = x - right[0] * width / 2, y - right[1] * width / 2
    return " ".join(f"{value:.5f}" for value in (*right, *up, *origin))


def _along_axis(x: float, y: float) -> tuple[float, float]:
    """The vector of the same length along the axis it lies closest to."""
    length = math.hypot(x, y)
    return (math.copysign(length, x), 0.0) if abs(x) >= abs(y) else (0.0, math.copysign(length, y))


def _stretched(text: str, width: int, size: float) -> str:
    """Text that is `width` pixels wide, one sign as wide as the other."""
    signs = "".join(sign if ord(sign) <= 0xFFFF else "\ufffd" for sign in text)
    natural = len(signs) * size * ADVANCE / EM
    return f"{100 * width / natural:.3f} Tz <{signs.encode('utf-16-be', 'replace').hex()}> Tj"
