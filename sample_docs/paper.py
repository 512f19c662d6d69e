"""Pages as they leave an office printer: fonts, styles, tables, PDF out.

Everything is drawn with a text layer; lengths are in points (1/72 inch).
The same story gives the same bytes: no dates or random ids in the PDF.
"""

import io
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

FONTS = Path("/usr/share/fonts/truetype")
FACES = {
    "sans": ("liberation/LiberationSans-Regular", "liberation/LiberationSans-Bold"),
    "serif": ("liberation/LiberationSerif-Regular", "liberation/LiberationSerif-Bold"),
    "mono": ("liberation/LiberationMono-Regular", "liberation/LiberationMono-Bold"),
    "narrow": ("liberation/LiberationSansNarrow-Regular", "liberation/LiberationSansNarrow-Bold"),
    "round": ("dejavu/DejaVuSans", "dejavu/DejaVuSans-Bold"),
    "book": ("dejavu/DejaVuSerif", "dejavu/DejaVuSerif-Bold"),
    "hand": ("liberation/LiberationSerif-Italic", "liberation/LiberationSerif-BoldItalic"),
}
INK = colors.HexColor("#1a1a1a")
PEN = colors.HexColor("#1d2f7d")

Command = tuple[object, ...]
Stamp = Callable[[Canvas, int], None]


def load_fonts() -> None:
    """Make the faces known to the PDF writer, each as `name` and `name-bold`."""
    for name, files in FACES.items():
        for suffix, path in zip(("", "-bold"), files, strict=True):
            pdfmetrics.registerFont(TTFont(name + suffix, str(FONTS / f"{path}.ttf")))
        bold = f"{name}-bold"
        pdfmetrics.registerFontFamily(name, normal=name, bold=bold, italic=name, boldItalic=bold)


def text(words: str, face: str = "sans", size: float = 10, **style: object) -> Paragraph:
    """A paragraph; `<b>` and `<br/>` are understood.

    Args:
        words: What it says.
        face: A name of `FACES`, `-bold` added for bold.
        size: In points; the leading is a third more.
        style: Further attributes of a reportlab paragraph style.
    """
    look = {"fontName": face, "fontSize": size, "leading": size * 1.33, "textColor": INK} | style
    return Paragraph(words, ParagraphStyle("text", **look))


def gap(height: float) -> Flowable:
    """Empty height, in millimetres."""
    return Spacer(1, height * mm)


def rows(
    cells: Sequence[Sequence[object]],
    widths: Sequence[float],
    face: str = "sans",
    size: float = 10,
    commands: Sequence[Command] = (),
) -> Table:
    """A table without rules, its head repeated on the next page if it runs over.

    Args:
        cells: Strings or paragraphs.
        widths: Of the columns, in millimetres.
        face: A name of `FACES`.
        size: In points.
        commands: Further reportlab table commands.
    """
    plain: list[Command] = [
        ("FONT", (0, 0), (-1, -1), face, size, size * 1.33),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    columns = [width * mm for width in widths]
    return Table(cells, columns, style=[*plain, *commands], repeatRows=1, hAlign="LEFT")


def printed(
    story: Sequence[Flowable],
    stamp: Stamp | None = None,
    size: tuple[float, float] = A4,
    margin: float = 18,
) -> bytes:
    """The PDF of a story.

    Args:
        story: Flowables from top to bottom.
        stamp: Draws what stands on every page, given the canvas and the
            page's number.
        size: Of the paper, in points.
        margin: On all sides, in millimetres.
    """
    out = io.BytesIO()

    def on_page(canvas: Canvas, document: SimpleDocTemplate) -> None:
        if stamp is not None:
            canvas.saveState()
            stamp(canvas, document.page)
            canvas.restoreState()

    edge = margin * mm
    document = SimpleDocTemplate(
        out, pagesize=size, leftMargin=edge, rightMargin=edge, topMargin=edge, bottomMargin=edge, invariant=1
    )
    document.build(list(story), onFirstPage=on_page, onLaterPages=on_page)
    return out.getvalue()


def footer(words: str, face: str = "sans", page_word: str = "") -> Stamp:
    """A stamp with a line of small print and, if worded, the page's number."""

    def stamp(canvas: Canvas, number: int) -> None:
        width = A4[0]
        canvas.setStrokeColor(colors.grey)
        canvas.line(18 * mm, 15 * mm, width - 18 * mm, 15 * mm)
        canvas.setFont(face, fitting(words, face, 8, width - 58 * mm))
        canvas.setFillColor(INK)
        canvas.drawString(18 * mm, 11 * mm, words)
        if page_word:
            canvas.drawRightString(width - 18 * mm, 11 * mm, f"{page_word} {number}")

    return stamp


def fitting(words: str, face: str, size: float, width: float) -> float:
    """The size in points, `size` at most, at which the words fit the width in points."""
    natural: float = pdfmetrics.stringWidth(words, face, size)
    return min(size, size * width / natural)


class Signature(Flowable):
    """A scribble in ink, other for every name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rng = np.random.default_rng(zlib.crc32(name.encode()))

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Small enough for the room above a name."""
        return min(width, 120.0), min(height, 34.0)

    def draw(self) -> None:
        """Loops that grow smaller to the right, and a stroke below."""
        canvas, rng = self.canv, self.rng
        canvas.setStrokeColor(PEN)
        canvas.setLineWidth(1.3)
        path = canvas.beginPath()
        path.moveTo(6, 10)
        for x in range(6, 96, 15):
            high, low = rng.uniform(16, 34) * (1 - x / 160), rng.uniform(-2, 6)
            path.curveTo(x + 2, 10 + high, x + 14, 10 + high, x + 9, 8 + low)
            path.curveTo(x + 6, low, x + 14, low, x + 15, 10)
        canvas.drawPath(path)
        canvas.line(18, 3, 108, 3 + rng.uniform(0, 6))


def rendered(pdf: bytes, dpi: int) -> list[np.ndarray]:
    """The pages as colour images (H, W, 3) uint8 RGB."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [np.array(page.render(scale=dpi / 72).to_pil().convert("RGB")) for page in document]
    finally:
        document.close()


def first_page(pdf: bytes) -> bytes:
    """A PDF of the first page alone."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        del document.pages[1:]
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def page_texts(pdf: bytes) -> list[str]:
    """The text layer of every page, single-spaced."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()
