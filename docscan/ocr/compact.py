"""Shows a scanned page in a small part of its bytes: the print sharp, the paper blurred.

Print needs every pixel and few colours, paper needs colours and few pixels
(mixed raster content, ITU-T T.44). The print is stored as black and white in
CCITT Group 4 and painted in its own colours over a coarse picture of the
paper. What is too pale for print stays in the picture of the paper.
"""

import io
from copy import copy

import cv2
import numpy as np
import pikepdf
from PIL import Image as Pillow

from docscan.model import Image
from docscan.ocr.bitonal import group4

PAPER_DPI = 100.0  # of the picture of the paper: a stamp can be read on it, small print cannot
INK_DPI = 50.0  # of the picture of the ink's colours: one or two for each letter
QUALITY = 50  # of both as JPEG, colours as fine as light; nothing in them is sharp
PRINT = 0.7  # of the paper's light: what is darker is print
REACH = 0.06  # inches: wider than any stroke of print, so that the paper shows between them
ALONE = 255 // 9 + 1  # the mean of nine pixels of which one is ink
NEAR = (41, 5, 1)  # coarse pixels around one from which it has its colour; the nearest that suffice count
ENOUGH = 0.1  # of a coarse pixel must show a layer to give it its colour
WORTH = 0.7  # of the bytes before
DRAWING = frozenset(("q", "Q", "cm", "Do"))  # what a page does that shows an image and nothing else
SPACES = frozenset(("/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB", "/ICCBased"))
FORM = b"q /Paper Do /Print Do Q"
GREYISH = 12  # levels between a pixel's channels, up to which it has no colour


def shrink(document: pikepdf.Pdf, sheet: pikepdf.Page, dpi: float) -> bool:
    """Replace the image that is all a page shows by its print and its paper.

    Args:
        document: It holds the page.
        sheet: Its image is replaced for this page alone.
        dpi: Pixels to the inch of the image as stored.

    Returns:
        Whether it was; a page that shows anything else, is black and white
        already, or would hardly be smaller stays as it is.
    """
    name = _only_image(sheet)
    if name is None:
        return False
    drawn = sheet.obj.Resources.XObject
    pixels = _pixels(drawn[name])
    if pixels is None:
        return False
    paper, print_ = _layers(document, pixels, dpi)
    size = sum(len(part.read_raw_bytes()) for part in (paper, print_, print_.Mask))
    if size > WORTH * len(drawn[name].read_raw_bytes()):
        return False
    form = document.make_stream(FORM, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Paper=paper, Print=print_))
    resources = copy(sheet.obj.Resources)  # other pages may share them
    resources.XObject = copy(drawn)
    resources.XObject[name] = form
    sheet.obj.Resources = resources
    return True


def _only_image(sheet: pikepdf.Page) -> str | None:
    """The name of the image on a page that does nothing but show it."""
    try:
        parts = pikepdf.parse_content_stream(sheet)
    except pikepdf.PdfError:
        return None
    operators = [str(part.operator) for part in parts]
    shown = [str(part.operands[0]) for part in parts if str(part.operator) == "Do"]
    images = sheet.get_images()
    if not DRAWING.issuperset(operators) or len(shown) != 1 or shown[0] not in images:
        return None
    return shown[0]


def _pixels(image: pikepdf.Object) -> Image | None:
    """An image as grey (H, W) or RGB (H, W, 3) uint8; None unless it is of eight bits and simple."""
    space = image.get("/ColorSpace")
    kind = str(space[0] if isinstance(space, pikepdf.Array) else space)
    odd = any(key in image for key in ("/Decode", "/SMask", "/Mask", "/ImageMask"))
    if (
        not isinstance(image, pikepdf.Stream)
        or odd
        or kind not in SPACES
        or image.get("/BitsPerComponent") != 8
    ):
        return None
    try:
        decoded = pikepdf.PdfImage(image).as_pil_image()
    except (pikepdf.PdfError, NotImplementedError, ValueError, OSError):
        return None
    return np.asarray(decoded, dtype=np.uint8) if decoded.mode in ("L", "RGB") else None


def _layers(document: pikepdf.Pdf, pixels: Image, dpi: float) -> tuple[pikepdf.Stream, pikepdf.Stream]:
    """The picture of the paper, and that of the ink with the print as its mask."""
    ink = _ink(pixels, dpi)
    height, width = ink.shape
    print_ = _picture(document, _coarse(pixels, ink, dpi / INK_DPI))
    code, black_is_one = group4(np.packbits(ink == 0, axis=1).tobytes(), width, height)
    parms = pikepdf.Dictionary(K=-1, Columns=width, Rows=height, BlackIs1=black_is_one)
    mask = document.make_stream(code, Filter=pikepdf.Name.CCITTFaxDecode, DecodeParms=parms, ImageMask=True)
    mask.Type, mask.Subtype, mask.BitsPerComponent = pikepdf.Name.XObject, pikepdf.Name.Image, 1
    mask.Width, mask.Height = width, height
    print_.Mask = mask
    return _picture(document, _coarse(pixels, ~ink, dpi / PAPER_DPI)), print_


def _ink(pixels: Image, dpi: float) -> Image:
    """255 where there is print, else 0; without pixels that stand alone, which cost more than letters."""
    grey = np.asarray(
        pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8
    )
    dark = np.asarray(cv2.compare(grey, _threshold(grey, dpi), cv2.CMP_LT), dtype=np.uint8)
    dark[np.asarray(cv2.blur(dark, (3, 3))) <= ALONE] = 0
    return dark


def _threshold(grey: Image, dpi: float) -> Image:
    """How dark print must be: a share of the paper's light, the lightest near each pixel, evened out."""
    factor = max(1.0, dpi / PAPER_DPI)
    size = max(1, round(grey.shape[1] / factor)), max(1, round(grey.shape[0] / factor))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    reach = 2 * round(REACH * dpi / factor) + 1
    light = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    light = np.asarray(cv2.blur(light, (reach, reach)) * PRINT, dtype=np.uint8)
    return np.asarray(cv2.resize(light, grey.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _coarse(pixels: Image, shown: Image, factor: float) -> Image:
    """A small picture of some pixels (255 in `shown`); where there are hardly any, of those around."""
    size = max(1, round(pixels.shape[1] / factor)), max(1, round(pixels.shape[0] / factor))
    share = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), dtype=np.float32) / 255
    seen = cv2.bitwise_and(pixels, pixels, mask=shown)
    total = np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    found = np.empty_like(total)
    found[:] = np.array(cv2.mean(pixels, mask=shown)[: total.size // share.size])
    for side in NEAR:
        values, part = (np.asarray(cv2.blur(layer, (side, side))) for layer in (total, share))
        part = part.reshape(*part.shape, *[1] * (total.ndim - 2))
        np.divide(values, part, out=found, where=part >= ENOUGH)
    return np.asarray(np.clip(np.rint(found), 0, 255), dtype=np.uint8)


def _picture(document: pikepdf.Pdf, pixels: Image) -> pikepdf.Stream:
    """A picture as JPEG, grey unless it has colours."""
    if pixels.ndim == 3:
        red, green, blue = cv2.split(pixels)
        if max(float(cv2.absdiff(red, green).max()), float(cv2.absdiff(blue, green).max())) <= GREYISH:
            pixels = np.asarray(green, dtype=np.uint8)
    data = io.BytesIO()
    Pillow.fromarray(pixels).save(data, "JPEG", quality=QUALITY, optimize=True, subsampling=0)
    stream = document.make_stream(data.getvalue(), Filter=pikepdf.Name.DCTDecode)
    stream.Type, stream.Subtype, stream.BitsPerComponent = pikepdf.Name.XObject, pikepdf.Name.Image, 8
    stream.ColorSpace = pikepdf.Name.DeviceGray if pixels.ndim == 2 else pikepdf.Name.DeviceRGB
    stream.Width, stream.Height = pixels.shape[1], pixels.shape[0]
    return stream
