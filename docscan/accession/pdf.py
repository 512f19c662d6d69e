"""PDF pages as images: the stored image where a page is one, else the page rendered."""

import ctypes
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from docscan.errors import EncryptedDocumentError, IncompleteDocumentError, LimitExceededError
from docscan.model import Image, Scan
from docscan.pipeline import Limits
from docscan.places import STRAIGHT, Matrix

TAIL = 2048  # bytes at the end in which a complete PDF tells where its table stands
CUT = "cut"  # among a scan's treatments: its image was not whole as it came
# what begins the last of the data and what ends it, and cannot occur within: in a JPEG (ITU-T T.81, B.1.1.3)
# and in JPEG 2000 (T.800, A.2)
LAST_DATA, END_OF_IMAGE = {"DCTDecode": b"\xff\xda", "JPXDecode": b"\xff\x93"}, b"\xff\xd9"
PIECE = 1 << 20  # bytes that are unpacked at a time
POINTS = 72.0  # to the inch
FULL = 0.02  # of the page: how far a full-page image may miss the page's edges
PLAIN = (pdfium.FPDF_COLORSPACE_DEVICEGRAY, pdfium.FPDF_COLORSPACE_DEVICERGB, pdfium.FPDF_COLORSPACE_ICCBASED)
COVERED = 0.9  # of the page: what a scan fills at least; scanners leave a margin
LOWEST_DPI = 50.0  # a stored image coarser than this is a background, not a scan


def count(path: Path, limits: Limits) -> int:
    """The number of pages.

    Raises:
        IncompleteDocumentError: The file is cut, or pages it speaks of are missing.
        LimitExceededError: An image inside has too many pixels.
        EncryptedDocumentError, pikepdf.PdfError, pypdfium2.PdfiumError: It cannot be opened.
    """
    _ended(path)
    with pikepdf.open(path) as document:
        pages = len(document.pages)
        if pages <= limits.max_pages:
            _bounded(document, limits)
    with _opened(path) as rendered:
        if not pages or len(rendered) < pages:
            raise IncompleteDocumentError("A040", detail="@N022")
    return pages


def scan(path: Path, number: int, dpi: int, limits: Limits) -> Scan:
    """One page, as displayed.

    Raises:
        EncryptedDocumentError, pypdfium2.PdfiumError, ValueError: It cannot be decoded.
    """
    with _opened(path) as document:
        document.init_forms()
        page = document[number - 1]
        stored = _only_image(page)
        found = _stored(number, page, stored) if stored is not None else None
        if found is None:
            found = _rendered(number, page, dpi, limits)
        return replace(found, treatments=(CUT,)) if _is_cut(page, found.image) else found


def _is_cut(page: pypdfium2.PdfPage, shown: Image) -> bool:
    """Whether an image on a page stops before its end: its rest, or all of it, is shown in one shade."""
    return any(_ends_early(page, item, shown) for item in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE]))


def _ends_early(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage, shown: Image) -> bool:
    filters = image.get_filters()
    last = LAST_DATA.get(filters[0]) if len(filters) == 1 else None
    if last is not None:
        data = bytes(image.get_data())
        return data.rfind(END_OF_IMAGE) < data.rfind(last)
    return (
        filters == ["FlateDecode"] and _has_plain_side(shown) and _lacks_rows(_metadata(page, image), image)
    )


def _has_plain_side(shown: Image) -> bool:
    """Whether a page may lack rows: those are of one shade, as paper on a scanner hardly ever is."""
    return any(np.ptp(side, axis=0).max() == 0 for side in (shown[0], shown[-1], shown[:, 0], shown[:, -1]))


def _lacks_rows(told: pdfium.FPDF_IMAGEOBJ_METADATA, image: pypdfium2.PdfImage) -> bool:
    """Whether packed pixels end early; they are unpacked a piece at a time, and none is kept."""
    unpacking, data, size = zlib.decompressobj(), bytes(image.get_data()), 0
    try:
        while data and not unpacking.eof:
            size += len(unpacking.decompress(data, PIECE))
            data = unpacking.unconsumed_tail
    except zlib.error:
        pass  # what is damaged ends there
    return not unpacking.eof and 8 * size < told.width * told.height * told.bits_per_pixel


def resolutions(path: Path) -> Iterator[float | None]:
    """The pixels to the inch of each page, by its image and the size at which it is shown.

    Of layers that each fill the page, the finest counts, as it holds the print;
    of strips that fill it together, the coarsest. Where images do not fill it,
    the page is no scan, and there is None.

    Raises:
        EncryptedDocumentError, pypdfium2.PdfiumError: It cannot be opened.
    """
    with _opened(path) as document:
        for page in document:
            width, height = (side / POINTS for side in page.get_size())
            images = [_in_inches(item) for item in page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE])]
            layers = [fine for fine, area in images if area >= COVERED * width * height]
            if layers:
                yield max(layers)
            elif sum(area for _, area in images) >= COVERED * width * height:
                yield min(fine for fine, _ in images)
            else:
                yield None


def _in_inches(item: pypdfium2.PdfObject) -> tuple[float, float]:
    """An image's pixels to the inch, the fewer of across and down, and how many square inches it fills."""
    matrix, holder = item.get_matrix(), item.container
    while holder is not None:  # a form has a matrix of its own
        matrix, holder = matrix.multiply(holder.get_matrix()), holder.container
    a, b, c, d, _, _ = matrix.get()
    across, down = math.hypot(a, b) / POINTS, math.hypot(c, d) / POINTS
    if not across or not down:
        return 0.0, 0.0
    width, height = item.get_px_size()
    return min(width / across, height / down), across * down


@contextmanager
def _opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as problem:
        if problem.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise EncryptedDocumentError("A030") from problem
        raise
    try:
        yield document
    finally:
        document.close()


def _ended(path: Path) -> None:
    """Look for the end that every PDF has (ISO 32000-1, 7.5.5).

    Raises:
        IncompleteDocumentError: It is not there.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - TAIL))
        tail = file.read()
    if b"startxref" not in tail:
        raise IncompleteDocumentError("A040", detail="@N021")


def _bounded(document: pikepdf.Pdf, limits: Limits) -> None:
    for item in document.objects:
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image":
            megapixels = _number(item.get("/Width")) * _number(item.get("/Height")) / 1e6
            if megapixels > limits.max_megapixels:
                raise LimitExceededError(
                    "A060",
                    found=f"{megapixels:.0f} MP",
                    allowed=f"{limits.max_megapixels} MP",
                )


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # a PDF may hold anything here
    except (TypeError, ValueError):
        return 0.0


def _only_image(page: pypdfium2.PdfPage) -> pypdfium2.PdfImage | None:
    """The image that is all a page shows, next to text nobody sees."""
    if pdfium.FPDFPage_GetAnnotCount(page) > 0:
        return None
    image = None
    for item in page.get_objects(max_depth=2):
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE and image is None and item.level == 0:
            image = item
        elif item.type == pdfium.FPDF_PAGEOBJ_TEXT:
            if pdfium.FPDFTextObj_GetTextRenderMode(item) != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
                return None
        elif item.type != pdfium.FPDF_PAGEOBJ_FORM:
            return None
    if image is None or pdfium.FPDFPageObj_HasTransparency(image):
        return None
    return image if _metadata(page, image).colorspace in PLAIN else None


def _metadata(page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> pdfium.FPDF_IMAGEOBJ_METADATA:
    found = pdfium.FPDF_IMAGEOBJ_METADATA()
    if not pdfium.FPDFImageObj_GetImageMetadata(image, page, ctypes.byref(found)):
        raise pypdfium2.PdfiumError("the image has no metadata")
    return found


def _stored(number: int, page: pypdfium2.PdfPage, image: pypdfium2.PdfImage) -> Scan | None:
    """The image as it lies in the file, turned as the page is displayed; None unless it fills the page."""
    a, b, c, d, e, f = image.get_matrix().get()
    left, bottom, right, top = page.get_bbox()
    across, down = right - left, top - bottom
    if a <= 0 or d <= 0 or abs(b) > 1e-3 * a or abs(c) > 1e-3 * d or across <= 0 or down <= 0:
        return None
    misses = (e - left) / across, (e + a - right) / across, (f - bottom) / down, (f + d - top) / down
    if max(abs(miss) for miss in misses) > FULL:
        return None
    pixels = _grid(image.get_bitmap(render=False))
    dpi = max(pixels.shape[1] * POINTS / a, pixels.shape[0] * POINTS / d)
    if dpi < LOWEST_DPI:
        return None
    size = max(1, round(a * dpi / POINTS)), max(1, round(d * dpi / POINTS))
    if size != (pixels.shape[1], pixels.shape[0]):
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    quarters = page.get_rotation() // 90
    shown = np.ascontiguousarray(np.rot90(pixels, -quarters))
    # the image's left and top edge on the displayed page, in points
    edges = (e - left, top - (f + d), right - (e + a), f - bottom)
    x, y = ((edges[0], edges[1]), (edges[3], edges[0]), (edges[2], edges[3]), (edges[1], edges[2]))[quarters]
    page_size = tuple(max(1, round(side * dpi / POINTS)) for side in page.get_size())
    to_page: Matrix = ((1.0, 0.0, x * dpi / POINTS), (0.0, 1.0, y * dpi / POINTS), STRAIGHT)
    return Scan(number, shown, dpi, to_source=to_page, source_size=(page_size[0], page_size[1]))


def _rendered(number: int, page: pypdfium2.PdfPage, dpi: int, limits: Limits) -> Scan:
    """The page drawn at `dpi`, or as fine as the limit on pixels allows."""
    width, height = page.get_size()
    most = limits.max_megapixels * 1e6
    wanted = dpi / POINTS
    scale = min(wanted, (0.99 * most / (width * height)) ** 0.5)
    pixels = _grid(page.render(scale=scale))
    size = (int(pixels.shape[1]), int(pixels.shape[0]))
    return Scan(number, pixels, scale * POINTS, source_size=size)


def _grid(bitmap: pypdfium2.PdfBitmap) -> Image:
    """A bitmap as grey (H, W) or BGR (H, W, 3), its own copy."""
    pixels = bitmap.to_numpy()
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]  # row by row, it is copied in a tenth of the time
    elif pixels.ndim == 3:
        pixels = pixels[:, :, :3]
    return np.array(pixels, dtype=np.uint8, order="C")
