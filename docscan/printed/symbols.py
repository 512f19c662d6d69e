"""What papers and labels are drawn with: bar codes, squares, and a typeface that is embedded."""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import segno
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.shapes import Drawing, Path
from reportlab.lib import colors
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "SourceSansPro-Regular", "SourceSansPro-Semibold"
QUIET = 4  # modules of white around a code (ISO/IEC 18004, 9.1)
BESIDE = 10  # modules of white on each side of bars (ISO/IEC 15417, 4.3.7)


@cache
def typefaces() -> None:
    """Make the typeface known in which everything is printed."""
    folder = resources.files("font_source_sans_pro") / "files"
    for name in (PLAIN, BOLD):
        with resources.as_file(folder / f"{name}.ttf") as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))


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
