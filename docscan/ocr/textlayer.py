"""Pages that were born digital: their text is read as it stands in the PDF, without an engine."""

import io
import logging
import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from docscan.model import Line, Mark, Page, Word
from docscan.ocr import codes, language, layout, shown
from docscan.places import Box

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # its warnings name nothing a person could mend

POINTS = 72.0  # to the inch
WORD_GAP = 0.15  # of the letters' size: a wider gap parts two words
# shapes like letters in pictures from which the page is read: a line of print has more, and what is left
# of a logo or a square code has fewer than 20
LOST = 25
GARBLED = 0.15  # of the signs without a meaning: a font without a map to letters
BOX_SIDES = (7.0, 24.0)  # points: boxes to tick from 2.5 to 8.5 mm
FRAME = 0.07  # of a box's side: what follows its edge more closely is its frame or its ground
# what pdfium and pdfminer raise on PDFs they cannot follow: such pages are read from their image
UNREADABLE = (
    pypdfium2.PdfiumError,
    PdfminerException,
    PSException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    RecursionError,
)
EMPTY_SIGNS = frozenset("☐□❏❑❒◻\uf06f\uf0a8")  # the last two are Wingdings
TICKED_SIGNS = frozenset("☑☒☓⊠✓✔✗✘🗹🗷\uf0fe\uf0fd\uf0fc\uf0fb")
GUESSED = ("spa", "pol", "deu", "eng")


@dataclass(frozen=True, slots=True)
class _Frame:
    """The displayed page in pdfplumber's points and in pixels.

    Attributes:
        left: Where the displayed page begins, in points, across.
        top: The same, down.
        scale: Pixels to the point.
        width: Of the displayed page, in pixels.
        height: Of the displayed page, in pixels.
    """

    left: float
    top: float
    scale: float
    width: int
    height: int

    def box(self, item: Mapping[str, Any]) -> Box:
        """The place of one of pdfplumber's objects, in pixels."""
        return Box(
            round((item["x0"] - self.left) * self.scale),
            round((item["top"] - self.top) * self.scale),
            round((item["x1"] - self.left) * self.scale),
            round((item["bottom"] - self.top) * self.scale),
        )


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
        more, or signs without a meaning.
    """
    try:
        with _opened(path) as document:
            page, drawn_on = _flattened(document, number)
            items = shown.items(page)
            text = shown.text(page, items)
            if not _readable(text, minimum_text):
                return None
            lost = shown.pictured(page, items)
            if lost >= LOST:
                return None
            frame = _frame(page, dpi)
            source = _alone(document, number) if drawn_on or len(document) > 1 else path
            printed = codes.on_page(page, dpi)
        with pdfplumber.open(source) as plumbed:
            found = _page(plumbed.pages[0], number, dpi, frame)
        return found and replace(found, coverage=len(text) / max(1, len(text) + lost), codes=printed)
    except UNREADABLE:
        return None


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


def _frame(page: pypdfium2.PdfPage, dpi: int) -> _Frame:
    """Where the displayed page (its crop box, turned) lies within the media box."""
    left, bottom, right, top = page.get_mediabox()
    crop = page.get_bbox()
    edges = (crop[0] - left, top - crop[3], right - crop[2], crop[1] - bottom)  # left, top, right, bottom
    x, y = ((edges[0], edges[1]), (edges[3], edges[0]), (edges[2], edges[3]), (edges[1], edges[2]))[
        page.get_rotation() // 90
    ]
    width, height = page.get_size()
    scale = dpi / POINTS
    return _Frame(x, y, scale, max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale)))


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


def _page(plumbed: Any, number: int, dpi: int, frame: _Frame) -> Page | None:
    x, y = float(plumbed.mediabox[0]), float(plumbed.mediabox[1])
    shifted = replace(frame, left=frame.left + x, top=frame.top + y)
    plumbed = plumbed.dedupe_chars()  # bold by printing twice
    words = [word for word in _words(plumbed, _level, shifted) if _inside(word.box, frame)]
    aside = [
        word
        for runs in (_rising, _falling)
        for word in _words(plumbed, runs, shifted)
        if _inside(word.box, frame)
    ]
    if len(words) <= len(aside):
        return None  # the page lies on its side or upside down: its image is turned and read
    lines = layout.lines(words)
    lines += _margin(aside, lines[-1].block + 1)
    name, _ = language.guess(" ".join(word.text for word in words), GUESSED)
    return Page(
        number=number,
        width=frame.width,
        height=frame.height,
        dpi=float(dpi),
        state="textlayer",
        lines=lines,
        marks=tuple(_marks(plumbed, shifted)),
        language=name,
    )


def _level(sign: Mapping[str, Any]) -> bool:
    a, b = sign["matrix"][:2]
    return bool(a > 0 and abs(b) < 0.2 * a)


def _rising(sign: Mapping[str, Any]) -> bool:
    a, b = sign["matrix"][:2]
    return bool(b > 0 and abs(a) < 0.2 * b)


def _falling(sign: Mapping[str, Any]) -> bool:
    a, b = sign["matrix"][:2]
    return bool(b < 0 and abs(a) < -0.2 * b)


def _words(plumbed: Any, runs: Callable[[Mapping[str, Any]], bool], frame: _Frame) -> list[Word]:
    """The words whose signs run in one direction."""
    part = plumbed.filter(lambda item: item["object_type"] == "char" and runs(item))
    directions = ("rtl", "ttb") if runs is _falling else ("ltr", "btt")
    found = part.extract_words(
        x_tolerance_ratio=WORD_GAP,
        y_tolerance=2 if runs is _level else 3,
        line_dir_rotated=directions[0],
        char_dir_rotated=directions[1],
    )
    return [Word(item["text"], frame.box(item), 1.0) for item in found]


def _margin(words: Sequence[Word], block: int) -> tuple[Line, ...]:
    """What runs up or down a margin: each column one line, after the text of the page."""
    columns: list[list[Word]] = []
    for word in words:
        before = columns[-1][-1].box if columns else None
        if before and min(before.right, word.box.right) > max(before.left, word.box.left):
            columns[-1].append(word)
        else:
            columns.append([word])
    return tuple(Line(tuple(column), block) for column in columns)


def _inside(box: Box, frame: _Frame) -> bool:
    x, y = box.middle
    return 0 <= x < frame.width and 0 <= y < frame.height and box.width > 0 and box.height > 0


def _marks(plumbed: Any, frame: _Frame) -> Iterator[Mark]:
    """Boxes to tick: small squares with or without something inside, and signs that show one."""
    squares = _squares([*plumbed.rects, *plumbed.curves])
    drawn = [*plumbed.chars, *plumbed.lines, *plumbed.curves, *plumbed.rects]
    for square in squares:
        yield Mark(frame.box(square), _ticked(square, drawn), 1.0)
    for sign in plumbed.chars:
        if sign["text"] in EMPTY_SIGNS | TICKED_SIGNS and not any(_holds(one, sign) for one in squares):
            yield Mark(frame.box(sign), sign["text"] in TICKED_SIGNS, 1.0)


def _squares(shapes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Shapes of a tick box's size and form that stand alone."""
    found: list[Mapping[str, Any]] = []
    for shape in shapes:
        short, long = sorted((shape["width"], shape["height"]))
        corners = {(round(x), round(y)) for x, y in shape.get("pts", ())}
        box_like = len(corners) == 4 and shape["stroke"]
        if BOX_SIDES[0] <= short and long <= BOX_SIDES[1] and short >= 0.8 * long and box_like:
            near = [one for one in found if _distance(one, shape) < 1.5]
            if not near:
                found.append(shape)
    return [one for one in found if not _has_neighbour(one, found)]


def _distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    return float(max(abs(one[edge] - other[edge]) for edge in ("x0", "x1", "top", "bottom")))


def _has_neighbour(one: Mapping[str, Any], squares: Sequence[Mapping[str, Any]]) -> bool:
    """Whether another square shares a side: cells of a comb are for letters."""
    return any(
        other is not one
        and abs(one["top"] - other["top"]) < 1.5
        and min(abs(one["x1"] - other["x0"]), abs(one["x0"] - other["x1"])) < 1.5
        for other in squares
    )


def _ticked(square: Mapping[str, Any], drawn: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a sign, a stroke or a filled shape stands inside the square."""
    return any(_holds(square, item) and _is_tick(square, item) for item in drawn)


def _is_tick(square: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    if item["object_type"] == "char":
        return bool(item["text"].strip()) and item["text"] not in EMPTY_SIGNS
    return item["object_type"] == "line" or _distance(square, item) >= FRAME * float(square["width"])


def _holds(square: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    small = item["x1"] - item["x0"] <= 1.6 * square["width"] and item["bottom"] - item["top"] <= (
        2.0 * square["height"]
    )
    return bool(square["x0"] < x < square["x1"] and square["top"] < y < square["bottom"] and small)
