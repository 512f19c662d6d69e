"""Sheets of labels: each with its code as bars (Code 128), as a square (QR), and for people.

A sheet that was begun is used up by leaving out its first labels. The same
labels give the same bytes.
"""

import io
from collections.abc import Mapping, Sequence

from reportlab.graphics import renderPDF
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from docscan import PROGRAM
from docscan.frozen import dataclass
from docscan.printed.symbols import BOLD, PLAIN, bars, qr, typefaces

BARS = 0.38  # of a label's height: the rest is for the square, and for words beside it
LARGEST, SMALLEST = 28, 5  # points of a code for people
WORDS, WORDS_AT_MOST = 0.62, 9  # the size of words against that of the code, and in points
LINES = 3  # of the code's size that there is room for beside the square: for the code, and for words
BETWEEN = 1.5 * mm  # of white between bars and what is above them
BY_PRINTERS = 4.5  # millimetres from the edge of a sheet that office printers leave white
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Format:
    """A sheet of labels on A4, all of them around its centre; lengths in millimetres.

    Attributes:
        columns: Side by side.
        rows: Below one another, without a gap.
        width: Of a label.
        height: Of a label.
        gap: Between two columns.
        margin: Left white within a label, on all sides.
    """

    columns: int
    rows: int
    width: float
    height: float
    gap: float = 0.0
    margin: float = 2.0

    @property
    def size(self) -> int:
        """How many labels are on a sheet."""
        return self.columns * self.rows


FORMATS: Mapping[str, Format] = {
    "3x8": Format(3, 8, 70, 37, margin=BY_PRINTERS),
    "2x8": Format(2, 8, 105, 37, margin=BY_PRINTERS),
    "2x4": Format(2, 4, 105, 74, margin=BY_PRINTERS),
    "3x7": Format(3, 7, 63.5, 38.1, 2.54),
    "3x8-gap": Format(3, 8, 63.5, 33.9, 2.54),
    "2x7": Format(2, 7, 99.1, 38.1, 2.54),
    "2x4-gap": Format(2, 4, 99.1, 67.7, 2.54),
    "4x10": Format(4, 10, 52.5, 29.7, margin=BY_PRINTERS),
    "4x10-gap": Format(4, 10, 45.7, 25.4, 2.54, margin=1.5),
}
"""Label sheets as stationers sell them, by columns and rows; `-gap` where one without a gap has the same.

On a narrower label the thinnest bar is below 0.3 mm, and was not always read at 200 dpi.
"""


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says.

    Attributes:
        code: As bars and as a square: ASCII.
        lines: For people, cut where there is no room.
        name: In large letters; empty where that is the code.
    """

    code: str
    lines: Sequence[str] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Room:
    """Where something is drawn, in points from the sheet's left and bottom, and the white around it."""

    left: float
    bottom: float
    width: float
    height: float
    margin: float = 0


def pdf(labels: Sequence[Label], sheet: Format, *, skip: int = 0, title: str, language: str) -> bytes:
    """The labels on as many sheets as they need, row by row.

    Args:
        labels: In order.
        sheet: One of `FORMATS`, or another.
        skip: How many places of the first sheet are used up: fewer than it has.
        title: Of the file; not printed.
        language: Of the file: `en`, `es`, `pl` or `de`.
    """
    typefaces()
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=True, lang=language)
    canvas.setTitle(title)
    canvas.setCreator(PROGRAM)
    canvas.setProducer(PROGRAM)
    for place, label in enumerate(labels, skip):
        if place % sheet.size == 0 and place > skip:
            canvas.showPage()
        _draw(canvas, label, _room(sheet, place % sheet.size))
    canvas.save()
    return made.getvalue()


def _room(sheet: Format, place: int) -> _Room:
    """The inside of a label."""
    row, column = divmod(place, sheet.columns)
    across = sheet.columns * sheet.width + (sheet.columns - 1) * sheet.gap
    left = A4[0] / 2 + (column * (sheet.width + sheet.gap) - across / 2 + sheet.margin) * mm
    bottom = A4[1] / 2 + (sheet.rows * sheet.height / 2 - (row + 1) * sheet.height + sheet.margin) * mm
    margin = sheet.margin * mm
    return _Room(left, bottom, sheet.width * mm - 2 * margin, sheet.height * mm - 2 * margin, margin)


def _draw(canvas: Canvas, label: Label, room: _Room) -> None:
    high = BARS * room.height
    bars(label.code, room.width, high, beside=room.margin).drawOn(canvas, room.left, room.bottom)
    side = room.height - high - BETWEEN
    bottom = room.bottom + high + BETWEEN
    renderPDF.draw(qr(label.code, side), canvas, room.left + room.width - side, bottom)
    _write(canvas, label, _Room(room.left, bottom, room.width - side, side))


def _write(canvas: Canvas, label: Label, room: _Room) -> None:
    """The name in letters as large as there is room for, and words below it."""
    name = label.name or label.code
    size = max(SMALLEST, min(LARGEST, room.width / stringWidth(name, BOLD, 1), room.height / LINES))
    top = room.bottom + room.height - size
    canvas.setFont(BOLD, size)
    canvas.drawString(room.left, top, name)
    small = max(SMALLEST, min(WORDS_AT_MOST, WORDS * size))
    canvas.setFont(PLAIN, small)
    most = int((top - room.bottom) / (1.15 * small))
    for line, text in enumerate(_cut(label.lines, room.width, small, most), 1):
        canvas.drawString(room.left, top - line * 1.15 * small, text)


def _cut(lines: Sequence[str], width: float, size: float, most: int) -> list[str]:
    """Lines broken to a width, and cut to a number of them with an ellipsis."""
    broken = [part for line in lines for part in simpleSplit(" ".join(line.split()), PLAIN, size, width)]
    kept = [_narrowed(line, width, size) for line in broken[:most]]
    if kept and len(broken) > most:
        kept[-1] = _narrowed(f"{broken[most - 1]}{ELLIPSIS}", width, size)
    return kept


def _narrowed(text: str, width: float, size: float) -> str:
    """A text cut to a width: one long word has no place to be broken at."""
    if stringWidth(text, PLAIN, size) <= width:
        return text
    kept = text.removesuffix(ELLIPSIS)
    while kept and stringWidth(f"{kept}{ELLIPSIS}", PLAIN, size) > width:
        kept = kept[:-1]
    return f"{kept}{ELLIPSIS}"
