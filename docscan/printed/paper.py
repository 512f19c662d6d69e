"""A paper as people print and sign it: A4 pages with heads, tables, boxes for signatures, and codes.

Every page ends with its number and, where there is one, the checkpoint of the
ledger: whoever keeps the paper keeps a witness of all that happened until then
(threats A4 and A6). The same paper gives the same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from xml.sax.saxutils import escape

import segno
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.shapes import Drawing, Path
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)
from reportlab.platypus import Table as Grid

from docscan import PROGRAM
from docscan.messages import sentence

PLAIN, BOLD = "SourceSansPro-Regular", "SourceSansPro-Semibold"
MARGIN = 20 * mm
FOOT = 34 * mm  # room below the text for the code of the checkpoint
WIDTH = A4[0] - 2 * MARGIN - 12  # points: a frame of reportlab's is padded with 6 on each side
BELOW_HEADING = 30 * mm  # a heading with less room below it goes over to the next page
CODE = 22 * mm  # a code of 96 characters has 0.4 mm modules then: three pixels and more from 200 dpi
QUIET = 4  # modules of white around a code (ISO/IEC 18004, 9.1)
BESIDE = 10  # modules of white on each side of bars (ISO/IEC 15417, 4.3.7)
SIDE_BY_SIDE = 2  # boxes for signatures: in a narrower one nobody can sign
MOST_TITLE = 60  # characters of the title at the foot of each page, which is one line
RULE = colors.Color(0.72, 0.72, 0.72)
SHADE = colors.Color(0.94, 0.94, 0.94)
ROOT_SHOWN = 20  # hex digits: 80 bits, more than anybody can search for a second tree


@dataclass(frozen=True, slots=True)
class Mark:
    """The state of a ledger, as a paper carries it.

    Attributes:
        origin: The log's name.
        size: How many events it has.
        root: Of the hash tree over them (RFC 6962), 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def short(self) -> str:
        """What people can type: the first digits of the root."""
        return self.root.hex()[:ROOT_SHOWN]

    @property
    def text(self) -> str:
        """What the code says: the log, and size and root as `docscan ledger check-paper` takes them."""
        return f"{self.origin} {self.size} {self.root.hex()}"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a paper."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one pair a row."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that goes on over pages, its head repeated.

    Attributes:
        head: Above the columns.
        rows: Cells in the order of the head.
        shares: How wide the columns are, in any unit.
        right: The indexes of columns set to the right.
        total: Whether the last row is the sum of the others.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    right: frozenset[int] = frozenset()
    total: bool = False


@dataclass(frozen=True, slots=True)
class Signatures:
    """Boxes that people sign, two side by side, all of them on one page.

    Attributes:
        boxes: Each with its heading and the lines to be filled in.
        declared: What is signed, above them; may be empty.
    """

    boxes: Sequence[tuple[str, Sequence[str]]]
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code across the page: as bars, as a square, and to be read from afar."""

    code: str


Part = Heading | Text | Facts | Table | Signatures | Coded


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper.

    Attributes:
        title: At its head.
        language: `en`, `es`, `pl` or `de`, in which its foot is printed.
        parts: In order.
        mark: The checkpoint at the foot of each page; None where there is none.
    """

    title: str
    language: str
    parts: Sequence[Part]
    mark: Mark | None = None


def pdf(paper: Paper) -> bytes:
    """The paper as PDF, its typeface embedded; the same paper gives the same bytes."""
    typefaces()
    pages = _built(paper, 0)[1]
    return _built(paper, pages)[0]


def begun(code: str, language: str) -> str:
    """A phrase with a capital, as at the beginning of a line."""
    said = sentence(code, language)
    return said[:1].upper() + said[1:]


def qr(text: str, side: float) -> Drawing:
    """A QR code as a drawing, its quiet zone within.

    Args:
        text: What it says.
        side: Of the square, in points.
    """
    matrix = segno.make_qr(text, error="m", boost_error=False).matrix
    unit = side / (len(matrix) + 2 * QUIET)
    path = Path(fillColor=colors.black, strokeColor=None)
    for row, modules in enumerate(matrix):
        for first, last in _runs(modules):
            left, right = (QUIET + first) * unit, (QUIET + last) * unit
            top = side - (QUIET + row) * unit
            path.moveTo(left, top)
            path.lineTo(right, top)
            path.lineTo(right, top - unit)
            path.lineTo(left, top - unit)
            path.closePath()
    drawing = Drawing(side, side)
    drawing.add(path)
    return drawing


@cache
def typefaces() -> None:
    """Make the typeface known in which everything is printed."""
    folder = resources.files("font_source_sans_pro") / "files"
    for name in (PLAIN, BOLD):
        with resources.as_file(folder / f"{name}.ttf") as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))


def bars(text: str, width: float, height: float, *, beside: float = 0) -> Code128:
    """A bar code (Code 128) as something to draw, in the middle of its width.

    Args:
        text: What it says: ASCII.
        width: In points.
        height: In points.
        beside: Points that are white on both sides of it anyway.
    """
    modules = Code128(text, barWidth=1, quiet=0).width
    unit = min(width / modules, (width + 2 * beside) / (modules + 2 * BESIDE))
    within = (width - modules * unit) / 2
    return Code128(text, barWidth=unit, barHeight=height, lquiet=within, rquiet=within)


def _runs(modules: Sequence[int]) -> list[tuple[int, int]]:
    """Where dark modules begin and end."""
    edges = [n for n in range(len(modules) + 1) if _dark(modules, n) != _dark(modules, n - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _dark(modules: Sequence[int], n: int) -> bool:
    return 0 <= n < len(modules) and bool(modules[n])


@cache
def _style(name: str) -> ParagraphStyle:
    size, leading = {"title": (18, 24), "heading": (12, 16), "afar": (30, 36)}.get(name, (10, 13.5))
    above, below = {"title": (0, 10), "heading": (10, 4), "text": (2, 4)}.get(name, (0, 0))
    return ParagraphStyle(
        name,
        fontName=BOLD if name in ("title", "heading", "afar") or name.startswith("bold") else PLAIN,
        fontSize=size,
        leading=leading,
        spaceBefore=above,
        spaceAfter=below,
        alignment=TA_CENTER if name == "afar" else TA_RIGHT if name.endswith("right") else 0,
    )


def _said(text: str, style: str = "cell") -> Paragraph:
    return Paragraph(escape(text), _style(style))


def _built(paper: Paper, pages: int) -> tuple[bytes, int]:
    """The pages, and how many there are; their number must be known to be printed on each."""
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=FOOT,
        title=paper.title,
        lang=paper.language,
        creator=PROGRAM,
        producer=PROGRAM,
        displayDocTitle=True,
        invariant=True,
    )

    def foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
        _foot(canvas, paper, document.page, pages)

    story: list[Flowable] = [_said(paper.title, "title")]
    for part in paper.parts:
        story += _laid_out(part)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue(), document.page


def _laid_out(part: Part) -> list[Flowable]:
    match part:
        case Heading(text):
            return [CondPageBreak(BELOW_HEADING), _said(text, "heading")]
        case Text(text):
            return [_said(text, "text")]
        case Facts(rows):
            return [_facts(rows), Spacer(0, 6)]
        case Table():
            return [_table(part), Spacer(0, 8)]
        case Signatures(boxes, declared):
            return [KeepTogether([_said(declared, "text"), Spacer(0, 8), _signatures(boxes)])]
        case Coded(code):
            return [_coded(code), Spacer(0, 10)]


def _facts(rows: Sequence[tuple[str, str]]) -> Flowable:
    cells = [[_said(name, "bold"), _said(value)] for name, value in rows]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), *_tight(1)]
    return LongTable(cells, colWidths=[0.32 * WIDTH, 0.68 * WIDTH], splitInRow=1, style=style)


def _table(table: Table) -> Flowable:
    def row(cells: Sequence[str], style: str) -> list[Paragraph]:
        return [_said(text, style + "-right" * (n in table.right)) for n, text in enumerate(cells)]

    last = len(table.rows) - 1
    body = [row(cells, "bold" if table.total and n == last else "cell") for n, cells in enumerate(table.rows)]
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        *_tight(2.5),
    ]
    if table.total:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 1, colors.black))
    widths = [share / sum(table.shares) * WIDTH for share in table.shares]
    return LongTable(
        [row(table.head, "bold"), *body], colWidths=widths, repeatRows=1, splitInRow=1, style=style
    )


def _tight(points: float) -> list[tuple[object, ...]]:
    return [(side, (0, 0), (-1, -1), points) for side in ("TOPPADDING", "BOTTOMPADDING")]


def _signatures(boxes: Sequence[tuple[str, Sequence[str]]]) -> Flowable:
    cells = [
        [
            _said(heading, "bold"),
            Spacer(0, 6),
            *(item for line in lines for item in (_said(line), Spacer(0, 10))),
        ]
        for heading, lines in boxes
    ]
    across = min(len(cells), SIDE_BY_SIDE)
    rows = [cells[at : at + across] for at in range(0, len(cells), across)]
    rows[-1] += [[]] * (across - len(rows[-1]))
    places = [divmod(n, across) for n in range(len(cells))]
    style: list[tuple[object, ...]] = [("BOX", (n, row), (n, row), 0.6, colors.black) for row, n in places]
    style += [("VALIGN", (0, 0), (-1, -1), "TOP"), *_tight(6)]
    return Grid(rows, colWidths=[WIDTH / across] * across, style=style)


def _coded(code: str) -> Flowable:
    side = 30 * mm
    cells = [[bars(code, WIDTH - side, side - 14 * mm), qr(code, side)], [_said(code, "afar"), ""]]
    style = [
        ("SPAN", (1, 0), (1, 1)),
        ("ALIGN", (0, 0), (0, -1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    return Grid(cells, colWidths=[WIDTH - side, side], style=[*style, *_tight(0)])


def _foot(canvas: Canvas, paper: Paper, page: int, pages: int) -> None:
    """The lines at the foot of a page, and the code of the checkpoint beside them."""
    lines = [sentence("B100", paper.language, number=f"{page} / {pages}")]
    if page > 1:  # the first has it at its head
        lines[0] += f" · {paper.title[:MOST_TITLE]}"
    left, top = MARGIN, FOOT - 8 * mm
    if paper.mark is not None:
        renderPDF.draw(qr(paper.mark.text, CODE), canvas, MARGIN, top + 3 * mm - CODE)
        left += CODE + 3 * mm
        size = str(paper.mark.size)
        lines.append(sentence("B101", paper.language, origin=paper.mark.origin, size=size))
        lines.append(sentence("B102", paper.language, root=paper.mark.short))
        lines.append(sentence("B103", paper.language, size=size, root=paper.mark.short))
    canvas.setFont(PLAIN, 8)
    for line, text in enumerate(lines):
        canvas.drawString(left, top - 10 * line, text)
