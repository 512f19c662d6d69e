"""A copy of the original that can be searched: the read words as unseen text under the ink.

The pages of a PDF stay as they are; an image is embedded as it was stored
where PDF can hold it so. Words are written in a font without shapes, each
stretched over its own ink, through the map from the read image to the stored
one, so that a page that came skewed or upside down is marked rightly, too.
"""

import io
import logging
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pi_heif
import pikepdf
from PIL import Image as Pillow
from PIL import ImageSequence

from docscan.frozen import dataclass
from docscan.model import Page
from docscan.ocr import archival, bitonal, compact, glyphless, own_text, stored, underlay
from docscan.ocr.hidden import without_hidden_text
from docscan.pipeline import Picture
from docscan.places import STRAIGHT, Matrix, chained

POINTS = 72.0  # to the inch
LONGEST_SIDE = 14_400.0  # points (ISO 32000-1, annex C)
DECODED = ("image/webp", "image/heic")  # PDF cannot hold these as they are
LONG = 65_536  # bytes of content from which a page's own is left in a stream of its own


FEW = 4  # pages, among which what the format asks for weighs anything


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the copy.

    Attributes:
        archival: It is PDF/A-2b, by pikepdf's check of the written file.
        reason: Why it is not; empty when it is.
    """

    archival: bool
    reason: str = ""


def write(
    source: Path, media_type: str, pages: Sequence[Page], target: Path, *, image: Picture = "stored"
) -> Written:
    """Write the searchable copy of a document.

    Args:
        source: The original; it is only read.
        media_type: By content.
        pages: As read, by their numbers in the original.
        target: Where the PDF goes. A PDF that opens without a password is
            written without its encryption.
        image: What pages show that were read from an image: that image as
            `stored`, or, where it is all they show, a `compact` picture of it.

    Returns:
        Whether the copy is PDF/A-2b. One that cannot be made so, such as a PDF
        that lacks a font, is written as a plain PDF.

    Raises:
        pikepdf.PdfError: The original cannot be opened.
    """
    with _opened(source, media_type, pages) as document:
        there = (page for page in pages if page.number <= len(document.pages) and page.state != "textlayer")
        read = [_unsaid(document, page) for page in there]
        letters = glyphless.letters(word.text for page in read for word in page.words)
        fonts = glyphless.embedded(document, letters) if any(page.words for page in read) else None
        for page in read:
            sheet = document.pages[page.number - 1]
            if image == "stored" or not compact.shrink(document, sheet, min(stored.dpi(page))):
                bitonal.pack(sheet, again=len(document.pages) <= FEW)
            if _is_mirrored(page):
                _mirror_back(sheet)
            if page.words and fonts is not None:
                _underlay(document, sheet, page, letters)
                for name, font in fonts.items():
                    sheet.add_resource(font, pikepdf.Name.Font, pikepdf.Name(name))
            _upright(sheet, page)
        reason = archival.save(document, target)
    return Written(archival=not reason, reason=reason)


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


def _unsaid(document: pikepdf.Pdf, page: Page) -> Page:
    """A page without the words that its sheet says itself; what an earlier reading left there is removed."""
    if not page.words:
        return page
    sheet = document.pages[page.number - 1]
    without_hidden_text(document, sheet)
    return own_text.left_out(sheet, page, _place(sheet, page))


def _bound(source: Path, media_type: str, pages: Sequence[Page]) -> bytes:
    """The images of a file as the pages of a PDF, as stored where PDF can hold them so."""
    resolutions = [_possible_dpi(page) for page in sorted(pages, key=lambda page: page.number)]
    if media_type not in DECODED:
        try:
            return _converted(source.read_bytes(), resolutions)
        except Exception:  # noqa: BLE001, S110 - img2pdf raises bare ones; whatever it is, the image is decoded below
            pass  # transparency, bytes after the end, forms of TIFF that PDF does not know
    return _converted(_decoded(source, media_type), resolutions)


def _converted(data: bytes | list[bytes], resolutions: Sequence[tuple[float, float]]) -> bytes:
    """img2pdf with the resolution that reading found, in the order of the pages."""
    import img2pdf  # noqa: PLC0415 - a tenth of what is loaded for copies, for files that are no PDF alone

    logging.getLogger("img2pdf").setLevel(logging.ERROR)  # it tells of every alpha channel, which we expect
    left = iter(resolutions)

    def sized(width: int, height: int, _stated: tuple[float, float]) -> tuple[float, float, float, float]:
        across, down = next(left, (300.0, 300.0))
        size = width * POINTS / across, height * POINTS / down
        return (*size, *size)

    made = img2pdf.convert(data, layout_fun=sized, rotation=img2pdf.Rotation.none, nodate=True)
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


def _possible_dpi(page: Page) -> tuple[float, float]:
    """Pixels to the inch of the image as stored, across and down; enough for a page that PDF allows."""
    across, down = stored.dpi(page)
    least = max(page.source_size) * POINTS / LONGEST_SIDE
    return max(across, least), max(down, least)


def _upright(sheet: pikepdf.Page, page: Page) -> None:
    """Show the page the way up it was read."""
    (a, _), (d, _) = stored.steps(page)
    quarters = round(math.degrees(math.atan2(-d, -a if _is_mirrored(page) else a)) / 90) % 4
    if quarters:
        sheet.obj.Rotate = (_rotation(sheet) + 90 * quarters) % 360


def _is_mirrored(page: Page) -> bool:
    """Whether the image as stored shows the page mirrored, as a camera's metadata may say."""
    (a, b), (d, e) = stored.steps(page)
    return a * e - b * d < 0


def _mirror_back(sheet: pikepdf.Page) -> None:
    """Exchange the left and the right of what a page shows, which no rotation does."""
    matrix = " ".join(str(value) for row in zip(*_exchanged(sheet)[:2], strict=True) for value in row)
    sheet.contents_add(f"q {matrix} cm\n".encode(), prepend=True)
    sheet.contents_add(b"Q\n")


def _exchanged(sheet: pikepdf.Page) -> Matrix:
    """Maps a point of the page to the one as far from its other side."""
    left, _, right, _ = _box(sheet)
    return ((-1.0, 0.0, left + right), (0.0, 1.0, 0.0), STRAIGHT)


def _rotation(sheet: pikepdf.Page) -> int:
    return int(sheet.rotation) % 360


def _underlay(document: pikepdf.Pdf, sheet: pikepdf.Page, page: Page, letters: glyphless.Letters) -> None:
    """Add the words to a page, after what it shows."""
    text = underlay.content(page, _place(sheet, page), letters)
    before = _short_content(sheet)
    if before is not None:
        sheet.obj.Contents = _packed(document, b"q\n" + before + b"\nQ\n" + text)
    else:
        sheet.contents_add(b"q\n", prepend=True)
        sheet.contents_add(_packed(document, b"Q\n" + text))


def _short_content(sheet: pikepdf.Page) -> bytes | None:
    """What a page draws, in one piece; None where that is long, or cannot be unpacked."""
    contents = sheet.obj.get("/Contents", pikepdf.Array())
    streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    if sum(int(stream.get("/Length", 0)) for stream in streams) > LONG:
        return None
    try:
        return b"\n".join(stream.read_bytes() for stream in streams)
    except pikepdf.PdfError:
        return None


def _packed(document: pikepdf.Pdf, data: bytes) -> pikepdf.Stream:
    return document.make_stream(zlib.compress(data, 9), Filter=pikepdf.Name.FlateDecode)


def _place(sheet: pikepdf.Page, page: Page) -> Matrix:
    """Maps a pixel of the image as read to the sheet's points."""
    place = chained(_to_user_space(sheet, page), page.to_source)
    return chained(_exchanged(sheet), place) if _is_mirrored(page) else place


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
