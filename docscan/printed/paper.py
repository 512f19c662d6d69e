"""A paper as people print and sign it: A4 pages with heads, tables, boxes for signatures, and codes.

Every page ends with its number and, where there is one, the checkpoint of the
ledger: whoever keeps the paper keeps a witness of all that happened until then
(threats A4 and A6). The same paper gives the same bytes.
"""

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate
from xml.sax.saxutils import escape

from reportlab.graphics import renderPDF
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
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
from docscan.frozen import dataclass
from docscan.messages import sentence
from docscan.printed.symbols import BOLD, PLAIN, bars, qr, typefaces

MARGIN = 20 * mm
FOOT = 34 * mm  # room below the text for the code of the checkpoint
WIDTH = A4[0] - 2 * MARGIN - 12  # points: a frame of reportlab's is padded with 6 on each side
HEIGHT = (
    A4[1] - MARGIN - FOOT - 13
)  # points: of the text on a page, padded as in width, less one for rounding
SIGNED_ROWS = 3  # of a table, at least, on the page on which it is signed: nobody signs an empty page
ROW = 18.5  # points: a row of a table with one line in it
ALL = 1 << 24  # points: more than any page has, so that a flowable is asked how it is split
BELOW_HEADING = 30 * mm  # a heading with less room below it goes over to the next page
CODE = 22 * mm  # a code of 96 characters has 0.4 mm modules then: three pixels and more from 200 dpi
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
    """Boxes that people sign, two side by side, all of them on one page with the last rows above them.

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

    story: list[Flowable] = [_said(paper.title, "title"), *_story(paper.parts)]
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue(), document.page


def _story(parts: Sequence[Part]) -> Iterator[Flowable]:
    """The parts in their order, those from the last table to the signatures below it as one."""
    signed = next((n for n, part in enumerate(parts) if isinstance(part, Signatures)), None)
    if signed is None:
        yield from (one for part in parts for one in _laid_out(part))
        return
    at = max((n for n in range(signed) if isinstance(parts[n], Table)), default=signed)
    begins = at - 1 if at and isinstance(parts[at - 1], Heading) else at
    yield from _story(parts[:begins])
    table, after = parts[at], parts[at + 1 : signed + 1]
    if isinstance(table, Table):
        yield _Signed(parts[begins:at], table, after)
    else:
        yield KeepTogether(_plainly(parts[begins : signed + 1]))
    yield from _story(parts[signed + 1 :])


class _Signed(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A table and what is signed below it: the signatures go over to the next page with its last rows."""

    def __init__(self, before: Sequence[Part], table: Table, after: Sequence[Part]) -> None:
        super().__init__()
        self.before, self.table, self.after = before, table, after

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """More than there is room for: `split` knows what fits."""
        return width, ALL

    def split(self, width: float, height: float) -> list[Flowable]:
        """All of it where that fits; else as many rows as fit, and the rest; else nothing, on this page."""
        count, most = len(self.table.rows), int(height // ROW)
        if count <= most and _height(whole := self._whole(), width) <= height:
            return whole
        fitting = min(count - SIGNED_ROWS, self._fitting(most, width, height))
        if fitting > 0:
            rest = replace(self.table, rows=self.table.rows[fitting:])
            return [*_plainly(self.before), _table(self._begun(fitting)), _Signed((), rest, self.after)]
        return [] if height < HEIGHT else [Spacer(0, 0), *self._whole()]  # longer than any page

    def _whole(self) -> list[Flowable]:
        return _plainly([*self.before, self.table, *self.after])

    def _fitting(self, most: int, width: float, height: float) -> int:
        """How many rows fit, at most so many."""
        left = height - _height(_plainly(self.before), width)
        trial = _table(self._begun(most))
        trial.wrap(width, ALL)
        return bisect_right(list(accumulate(trial._rowHeights)), left) - 1  # the first is the head

    def _begun(self, rows: int) -> Table:
        return replace(self.table, rows=self.table.rows[:rows], total=False)


def _plainly(parts: Sequence[Part]) -> list[Flowable]:
    """Parts as they follow one another; nothing in them asks for another page."""
    return [one for part in parts for one in _laid_out(part) if not isinstance(one, CondPageBreak)]


def _height(flowables: Sequence[Flowable], width: float) -> float:
    """How much room flowables take at most: what is between two of them may be less."""
    return sum(
        float(one.getSpaceBefore() + one.wrap(width, ALL)[1] + one.getSpaceAfter()) for one in flowables
    )


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
            return [_said(declared, "text"), Spacer(0, 8), _signatures(boxes)]
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
