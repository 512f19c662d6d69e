"""What a PDF page shows: as text that can be taken, and as pictures that would have to be read.

A text layer is worth only what it accounts for. A scan that a program stamped
with a line of text has one, and so has an invoice whose letterhead is a
picture: what remains of the page once its text is left out tells the difference.
"""

import ctypes
import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from docscan.model import Image, Scan
from docscan.ocr import ink

POINTS = 72.0  # to the inch
FULL_PAGE = 0.85  # of the page's area: an image that large hides what was drawn before it
PICTURED = 0.005  # of the page's area, two lines of 3 cm: smaller pictures hold no more than a name
PLAIN = 8  # segments of a path up to which it is a rule, a frame or a box, not the outline of letters
OUTLINED = 300  # segments in paths of more: as many as some thirty letters have
MOST_PIXELS = 9e6  # of the drawing that is looked at: more only on pages larger than A0
PALE = 230  # of 255, from which each colour of a text makes it white or nearly so
DARK = 100  # grey level of most of a negative
LIGHT = 25  # pixels at 75 dpi (8 mm): wider than any stroke, narrower than a shade

TEXT, PATH = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH
IMAGE = pdfium.FPDF_PAGEOBJ_IMAGE
UNSEEN = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)


Items = Sequence[pypdfium2.PdfObject]


def items(page: pypdfium2.PdfPage) -> Items:
    """All that a page draws, in its order, also within forms.

    Raises:
        pypdfium2.PdfiumError: Its content cannot be followed.
    """
    return tuple(page.get_objects(textpage=page.get_textpage()))


def text(page: pypdfium2.PdfPage, drawn: Items) -> str:
    """The text of a page that is seen, without spaces."""
    return "".join("".join(_visible(page, drawn)).split())


def has_pale_text(drawn: Items) -> bool:
    """Whether any text is filled with white or nearly so: what it stands on decides whether it is seen."""
    return any(item.type == TEXT and _is_pale(item) for item in drawn)


def look(page: pypdfium2.PdfPage) -> Image:
    """The page in grey as it is seen, at about 75 dpi; before anything of it was left out."""
    width, height = page.get_size()
    scale = min(ink.ANALYSIS_DPI / POINTS, math.sqrt(MOST_PIXELS / (width * height)))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    return np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)


def pictured(page: pypdfium2.PdfPage, drawn: Items) -> int:
    """Count the shapes like letters in what a page shows besides its text.

    Args:
        page: Its text can be drawn no more, until it is loaded again.
        drawn: Its items.

    Returns:
        Their number. Letters that touch count as one: 30 to 90 for 100 letters,
        by the size of the print. 0 for a page with nothing but text, rules and
        small pictures, which is not drawn.
    """
    if not _has_pictures(page, drawn):
        return 0
    return int(cv2.connectedComponents(ink.found(without_text(page, drawn)).print)[0]) - 1


def without_text(page: pypdfium2.PdfPage, drawn: Items) -> Scan:
    """The page without its text, rules and frames, at about 75 dpi, its light made even.

    Args:
        page: What is left out stays so until it is loaded again.
        drawn: Its items.
    """
    for item in drawn:
        if item.type == TEXT or (item.type == PATH and _segments(item) <= PLAIN):
            pdfium.FPDFPageObj_SetIsActive(item, 0)
    width, height = page.get_size()
    scale = min(ink.ANALYSIS_DPI / POINTS, math.sqrt(MOST_PIXELS / (width * height)))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False, draw_annots=False)
    pixels = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
    return Scan(1, _even(pixels), scale * POINTS)


def _visible(page: pypdfium2.PdfPage, drawn: Items) -> Iterator[str]:
    """The text that is seen, but for what stands under a full-page image."""
    hides = [place for place, item in enumerate(drawn) if item.type == IMAGE and _hides(page, item)]
    for item in drawn[hides[-1] if hides else 0 :]:
        if item.type == TEXT and int(pdfium.FPDFTextObj_GetTextRenderMode(item)) not in UNSEEN:
            yield item.extract()


def _is_pale(text: pypdfium2.PdfObject) -> bool:
    red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
    places = map(ctypes.byref, (red, green, blue, opacity))
    return (
        bool(pdfium.FPDFPageObj_GetFillColor(text, *places))
        and min(red.value, green.value, blue.value) >= PALE
    )


def _hides(page: pypdfium2.PdfPage, image: pypdfium2.PdfObject) -> bool:
    return (
        image.level == 0
        and _share(page, image) >= FULL_PAGE
        and not pdfium.FPDFPageObj_HasTransparency(image)
    )


def _share(page: pypdfium2.PdfPage, image: pypdfium2.PdfObject) -> float:
    """How much of the page an image takes at most; one within a form, whose place is not known, all."""
    if image.level:
        return 1.0
    left, bottom, right, top = image.get_bounds()
    width, height = page.get_size()
    return float((right - left) * (top - bottom) / (width * height))


def _has_pictures(page: pypdfium2.PdfPage, drawn: Items) -> bool:
    """Whether there is anything worth drawing besides text: images, or letters drawn as outlines."""
    images = sum(_share(page, item) for item in drawn if item.type == IMAGE)
    outlines = sum(_segments(item) for item in drawn if item.type == PATH and _segments(item) > PLAIN)
    return images >= PICTURED or outlines >= OUTLINED


def _segments(path: pypdfium2.PdfObject) -> int:
    return int(pdfium.FPDFPath_CountSegments(path))


def _even(pixels: Image) -> Image:
    """Dark on white, the paper's own shade divided out: a scan may be as grey as print, or a negative."""
    if np.median(pixels) < DARK:
        pixels = ~pixels
    paper = cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, np.ones((LIGHT, LIGHT), np.uint8))
    paper = cv2.blur(np.maximum(paper, 1), (LIGHT, LIGHT))
    return np.asarray(cv2.divide(pixels, paper, scale=255.0), dtype=np.uint8)
