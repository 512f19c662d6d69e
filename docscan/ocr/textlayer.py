"""Pages that were born digital: their text is read as it stands in the PDF, without an engine.

Whether a page is one is told here; what it says is for `plumbed`.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from docscan.model import Image, Page, Word
from docscan.ocr import codes, shown

# shapes like letters in pictures from which the page is read: a line of print has more, and what is left
# of a logo or a square code has fewer than 20
LOST = 25
GARBLED = 0.15  # of the signs without a meaning: a font without a map to letters
UNMAPPED = re.compile(r"\(cid:\d+\)")  # how pdfminer writes a sign that its font does not name
LACKING = 0.02  # of the words may lack a letter
FAINTEST = 16  # grey levels between a word and what it stands on, from which it is seen
# what pdfium and its callers raise on PDFs they cannot follow: such pages are read from their image
UNREADABLE = (pypdfium2.PdfiumError, ValueError, TypeError, KeyError, IndexError, RecursionError)


def read(path: Path, number: int, *, dpi: int, minimum_text: int) -> Page | None:
    """The text of a PDF page, if it carries its own.

    Args:
        path: A PDF.
        number: The page's number, from 1.
        dpi: What the boxes are scaled to.
        minimum_text: Visible signs from which the text is trusted.

    Returns:
        The page with state `textlayer`; None when the page has to be read from
        its image: too little text, text behind a scan, text beside a picture of
        more, signs without a meaning, or words that lack letters. Words that
        are as white as the paper are left out.
    """
    try:
        with _opened(path) as document:
            page, drawn_on = _flattened(document, number)
            items = shown.items(page)
            text = shown.text(page, items)
            if not _readable(text, minimum_text):
                return None
            look = shown.look(page) if shown.has_pale_text(items) else None
            lost = shown.pictured(page, items)
            if lost >= LOST:
                return None
            from docscan.ocr import plumbed  # noqa: PLC0415 - it takes long to load, and scans do without

            frame = plumbed.frame_of(page, dpi)
            source = _alone(document, number) if drawn_on or len(document) > 1 else path
            printed = codes.on_page(page, dpi)
        found = plumbed.read(source, number, dpi, frame)
        if found is None or _unmapped(found):
            return None
        if look is not None:
            found = _seen(found, look)
        return replace(found, coverage=len(text) / max(1, len(text) + lost), codes=printed)
    except UNREADABLE:
        return None


def _unmapped(page: Page) -> bool:
    """Whether its words lack letters, for which a font names no sign: a sign alone may be an ornament."""
    texts = [word.text for word in page.words]
    lacking = sum(any(map(str.isalpha, UNMAPPED.sub("", text))) for text in texts if UNMAPPED.search(text))
    return lacking > LACKING * len(texts)


def _seen(page: Page, look: Image) -> Page:
    """The page without words that cannot be told from what they stand on: white ones on white, say."""
    scale = look.shape[1] / page.width

    def differs(word: Word) -> bool:
        left, top, right, bottom = (round(edge * scale) for edge in word.box)
        place = look[max(0, top) : bottom + 1, max(0, left) : right + 1]
        return place.size > 0 and int(place.max()) - int(place.min()) >= FAINTEST

    lines = (replace(line, words=tuple(filter(differs, line.words))) for line in page.lines)
    return replace(page, lines=tuple(line for line in lines if line.words))


@contextmanager
def _opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(path)
    try:
        document.init_forms()
        yield document
    finally:
        document.close()


def _readable(text: str, minimum: int) -> bool:
    garbled = sum(unicodedata.category(sign) in ("Co", "Cn", "Cc", "Cs") or sign == "\ufffd" for sign in text)
    return len(text) >= minimum and garbled <= GARBLED * len(text)


def _flattened(document: pypdfium2.PdfDocument, number: int) -> tuple[pypdfium2.PdfPage, bool]:
    """A page with its stamps and what was filled into its form drawn on it, and whether there were any."""
    page = document[number - 1]
    if not any(_is_drawn(page, index) for index in range(pdfium.FPDFPage_GetAnnotCount(page))):
        return page, False
    drawn_on = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) != pdfium.FLATTEN_FAIL
    page.close()
    return document[number - 1], drawn_on


def _alone(document: pypdfium2.PdfDocument, number: int) -> io.BytesIO:
    """The page as a document of its own: pdfplumber looks through all pages of a document to find one."""
    single = pypdfium2.PdfDocument.new()
    try:
        single.import_pages(document, pages=[number - 1])
        data = io.BytesIO()
        single.save(data)
    finally:
        single.close()
    data.seek(0)
    return data


def _is_drawn(page: pypdfium2.PdfPage, index: int) -> bool:
    """Whether an annotation shows anything: links do not."""
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    kind = int(pdfium.FPDFAnnot_GetSubtype(annotation))
    pdfium.FPDFPage_CloseAnnot(annotation)
    return kind not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)
