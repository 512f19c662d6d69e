"""Bar codes and QR codes on a page: what they say, and where they stand. No address in one is followed."""

import ctypes

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp

from docscan.model import Code, Image, Scan
from docscan.places import Box

FORMATS = {zxingcpp.BarcodeFormat.QRCode: "QR", zxingcpp.BarcodeFormat.Code128: "Code 128"}
# From 200 dpi on, codes of a usual size (modules of 0.19 mm and more) are read as well as from 300, in half
# the time; from 150 dpi narrow bars are lost.
DPI = 200.0
MOST_CODES = 20  # of a page; a sheet of labels is no document
MOST_SIGNS = 4296  # in the largest QR code (ISO/IEC 18004, version 40)
POINTS = 72.0  # to the inch
MOST_PIXELS = 12e6  # of a drawn page: A3 at 200 dpi has 7.7 million
LEAST_SIDE = 20.0  # points: no code that a camera can read is smaller than 7 mm
# Segments in the filled shapes of a page, from which they may be a code: Code 128 has three bars of five
# segments a sign, and eight signs are few; what frames and shades a table has less, mostly.
LEAST_SEGMENTS = 120
LOOKED_AT = 3000  # objects of a page; one that has more is a drawing, and may hold anything


def read(scan: Scan) -> tuple[Code, ...]:
    """The codes on a cleaned page, from top to bottom.

    Args:
        scan: Grey (H, W) uint8.
    """
    scale = min(1.0, DPI / scan.dpi)
    size = max(1, round(scan.width * scale)), max(1, round(scan.height * scale))
    # linear, not by area: at two thirds of the size it is better for bars, and five times as fast
    image = cv2.resize(scan.image, size, interpolation=cv2.INTER_LINEAR)
    return _decoded(np.asarray(image, dtype=np.uint8), 1 / scale)


def on_page(page: pypdfium2.PdfPage, dpi: float) -> tuple[Code, ...]:
    """The codes on a page of a PDF, which is drawn only where it may have any.

    Args:
        page: As displayed.
        dpi: What the boxes are scaled to.

    Raises:
        pypdfium2.PdfiumError: It cannot be drawn.
    """
    if not may_hold_codes(page):
        return ()
    width, height = page.get_size()
    scale = min(DPI / POINTS, (MOST_PIXELS / (width * height)) ** 0.5)
    pixels = np.array(page.render(scale=scale, grayscale=True).to_numpy(), dtype=np.uint8)
    return _decoded(np.ascontiguousarray(pixels.reshape(pixels.shape[:2])), dpi / (scale * POINTS))


def may_hold_codes(page: pypdfium2.PdfPage) -> bool:
    """Whether a page shows a picture of a code's size, or filled shapes of many sides."""
    segments = 0
    for count, item in enumerate(page.get_objects(max_depth=4)):
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            if right - left >= LEAST_SIDE and top - bottom >= LEAST_SIDE:
                return True
        elif item.type == pdfium.FPDF_PAGEOBJ_PATH and _is_filled(item):
            segments += int(pdfium.FPDFPath_CountSegments(item))
        if segments >= LEAST_SEGMENTS or count >= LOOKED_AT:
            return True
    return False


def _is_filled(item: pypdfium2.PdfObject) -> bool:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    known = pdfium.FPDFPath_GetDrawMode(item, ctypes.byref(mode), ctypes.byref(stroked))
    return bool(known) and mode.value != pdfium.FPDF_FILLMODE_NONE


def _decoded(image: Image, scale: float) -> tuple[Code, ...]:
    """Every code of an image; boxes are multiplied by `scale`."""
    found = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.BarcodeFormats(list(FORMATS)),
        text_mode=zxingcpp.TextMode.Plain,
        try_invert=False,
    )
    codes = {
        Code(FORMATS[item.format], item.text, _box(item.position, scale))
        for item in found[:MOST_CODES]
        if item.valid and item.text.strip() and len(item.text) <= MOST_SIGNS
    }
    return tuple(sorted(codes, key=lambda code: (code.box.top, code.box.left, code.text)))


def _box(position: zxingcpp.Position, scale: float) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    edges = (min(across), min(down), max(across) + 1, max(down) + 1)
    left, top, right, bottom = (round(edge * scale) for edge in edges)
    return Box(left, top, right, bottom)
