"""Draws A4 pages of an office: invoices, letters, forms and receipts. Lengths are in millimetres."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from sheet import Printed
from wording import Tongue

from docscan.model import Image
from docscan.places import Box

DPI = 300
WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 12.0
FONTS = Path("/usr/share/fonts/truetype")  # the packages fonts-liberation and fonts-dejavu-core
FAMILIES: Mapping[str, tuple[str, str]] = {
    "sans": ("liberation/LiberationSans-Regular", "liberation/LiberationSans-Bold"),
    "serif": ("liberation/LiberationSerif-Regular", "liberation/LiberationSerif-Bold"),
    "narrow": ("liberation/LiberationSansNarrow-Regular", "liberation/LiberationSansNarrow-Bold"),
    "mono": ("liberation/LiberationMono-Regular", "liberation/LiberationMono-Bold"),
    "sans italic": ("liberation/LiberationSans-Italic", "liberation/LiberationSans-BoldItalic"),
    "italic": ("liberation/LiberationSerif-Italic", "liberation/LiberationSerif-BoldItalic"),
    "dejavu": ("dejavu/DejaVuSans", "dejavu/DejaVuSans-Bold"),
    "dejavu serif": ("dejavu/DejaVuSerif", "dejavu/DejaVuSerif-Bold"),
    "dejavu mono": ("dejavu/DejaVuSansMono", "dejavu/DejaVuSansMono-Bold"),
}
TINTS = ((31, 56, 100), (120, 30, 30), (25, 90, 60), (40, 40, 40), (90, 60, 120))  # RGB of letterheads
Tint = tuple[int, int, int]


class Paper:
    """A white sheet, a pen, and a list of the words written.

    Attributes:
        words: Those written, with their boxes in pixels.
        size: Of the body's print, in points.
        leading: From one line to the next, in millimetres.
    """

    def __init__(self, family: str, size: float, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.leading = size * 25.4 / 72 * float(rng.uniform(1.22, 1.5))
        self.words: list[Printed] = []
        self.ink: Tint = (int(rng.integers(0, 45)),) * 3
        self.tint = TINTS[int(rng.integers(len(TINTS)))]
        self._family = family
        self._sheet = Pillow.new("RGB", (_pixels(WIDTH), _pixels(HEIGHT)), "white")
        self._pen = ImageDraw.Draw(self._sheet)

    def image(self) -> Image:
        """The sheet in BGR."""
        return np.asarray(cv2.cvtColor(np.asarray(self._sheet), cv2.COLOR_RGB2BGR), dtype=np.uint8)

    def width(self, text: str, *, scale: float = 1.0, bold: bool = False) -> float:
        """How wide a text would be."""
        return float(self._font(scale, bold).getlength(text)) * 25.4 / DPI

    def write(
        self,
        text: str,
        at: tuple[float, float],
        *,
        scale: float = 1.0,
        bold: bool = False,
        fill: Tint | None = None,
    ) -> None:
        """Write a line whose baseline begins at `at`; each word is kept with its box.

        A line that would leave the paper is printed smaller.
        """
        room = WIDTH - MARGIN - at[0]
        scale *= min(1.0, room / max(room, self.width(text, scale=scale, bold=bold)))
        font = self._font(scale, bold)
        x, y = at[0] * DPI / 25.4, _pixels(at[1])
        for word in text.split():
            self._pen.text((round(x), y), word, font=font, fill=fill or self.ink, anchor="ls")
            box = self._pen.textbbox((round(x), y), word, font=font, anchor="ls")
            self.words.append(Printed(word, Box(*(round(edge) for edge in box))))
            x += font.getlength(word + " ")

    def write_in(self, text: str, at: tuple[float, float], room: float, *, fill: Tint | None = None) -> None:
        """Write a line a little smaller than the body's, and smaller yet to fit into a cell."""
        width = self.width(text, scale=0.9)
        self.write(text, at, scale=0.9 * min(1.0, room / width), fill=fill)

    def write_to(
        self,
        text: str,
        right: tuple[float, float],
        *,
        scale: float = 1.0,
        bold: bool = False,
        fill: Tint | None = None,
    ) -> None:
        """Write a line that ends at `right`."""
        start = right[0] - self.width(text, scale=scale, bold=bold)
        self.write(text, (start, right[1]), scale=scale, bold=bold, fill=fill)

    def paragraph(self, text: str, at: tuple[float, float], width: float, *, scale: float = 1.0) -> float:
        """Write lines of at most a width; returns where the next baseline would be."""
        line, (x, y) = "", at
        for word in [*text.split(), ""]:
            if word and self.width(f"{line} {word}", scale=scale) <= width:
                line = f"{line} {word}".strip()
                continue
            self.write(line, (x, y), scale=scale)
            line, y = word, y + self.leading * scale
        return y

    def bar(self, left: float, top: float, right: float, bottom: float) -> None:
        """A dark bar in the letterhead's colour."""
        self._pen.rectangle([_pixels(left), _pixels(top), _pixels(right), _pixels(bottom)], fill=self.tint)

    def rule(self, left: float, top: float, right: float, bottom: float) -> None:
        """A thin line."""
        ends = [_pixels(left), _pixels(top), _pixels(right), _pixels(bottom)]
        self._pen.line(ends, fill=self.ink, width=2)

    def tick_box(self, left: float, top: float, side: float, *, ticked: bool) -> None:
        """A box to tick."""
        edges = [_pixels(left), _pixels(top), _pixels(left + side), _pixels(top + side)]
        self._pen.rectangle(edges, outline=self.ink, width=3)
        if ticked:
            self._pen.line(edges, fill=self.ink, width=5)
            self._pen.line([edges[0], edges[3], edges[2], edges[1]], fill=self.ink, width=5)

    def _font(self, scale: float, bold: bool) -> ImageFont.FreeTypeFont:
        path = FONTS / f"{FAMILIES[self._family][bold]}.ttf"
        return ImageFont.truetype(str(path), self.size * scale * DPI / 72)


WHITE: Tint = (255, 255, 255)


def invoice(paper: Paper, tongue: Tongue) -> None:
    """An invoice: letterhead, customer, a ruled table of items, totals and terms."""
    labels = tongue.labels
    y = _letterhead(paper, tongue) + 6
    paper.write(labels["invoice"], (20, y), scale=1.7, bold=True)
    facts = (
        (labels["number"], tongue.said("{ref}")),
        (labels["date"], tongue.date()),
        (labels["due"], tongue.date()),
    )
    for row, (label, value) in enumerate(facts):
        paper.write(f"{label}: {value}", (120, y + row * paper.leading))
    y += 2 * paper.leading
    customer = (
        labels["customer"],
        tongue.firm(),
        tongue.street(),
        tongue.one("towns"),
        tongue.said("{tax_id}"),
    )
    for row, line in enumerate(customer):
        paper.write(line, (20, y + row * paper.leading), bold=row == 0)
    y = _items(paper, tongue, y + 6.5 * paper.leading)
    y = paper.paragraph(tongue.paragraph(tongue.number(3, 6)), (20, y + paper.leading), 170)
    paper.write(f"{labels['iban']}: {tongue.iban()}", (20, y + paper.leading / 2), bold=True)
    _footer(paper, tongue)


def letter(paper: Paper, tongue: Tongue) -> None:
    """A letter: letterhead, address, subject, paragraphs."""
    y = _letterhead(paper, tongue) + 8
    for line in (tongue.person(), tongue.firm(), tongue.street(), tongue.one("towns")):
        paper.write(line, (20, y))
        y += paper.leading
    paper.write_to(f"{tongue.town()}, {tongue.date()}", (190, y + paper.leading))
    y += 3 * paper.leading
    paper.write(tongue.said(tongue.labels["subject"]), (20, y), bold=True)
    y += 2 * paper.leading
    paper.write(tongue.one("greeting"), (20, y))
    y += 1.5 * paper.leading
    while y < 215 and len(paper.words) < 340:
        y = paper.paragraph(tongue.paragraph(tongue.number(2, 4)), (20, y), 170) + paper.leading / 2
    paper.write(tongue.one("closing"), (20, y + paper.leading))
    paper.write(tongue.person(), (20, y + 3 * paper.leading))
    _footer(paper, tongue)


def form(paper: Paper, tongue: Tongue) -> None:
    """A ruled form: sections under white-on-dark headers, labels, answers, boxes to tick."""
    labels = tongue.labels
    paper.write(labels["form"], (20, 24), scale=1.7, bold=True)
    paper.write_to(tongue.said("{ref}"), (190, 24), bold=True)
    y, fields = 32.0, list(labels["fields"])
    for section in labels["sections"]:
        paper.bar(20, y, 190, y + 1.7 * paper.leading)
        paper.write(section, (23, y + 1.2 * paper.leading), bold=True, fill=WHITE)
        y += 1.7 * paper.leading
        for label in fields[:4]:
            y = _field(paper, label, _answer(tongue, label), y)
        y, fields = y + 4, fields[4:]
    for number, label in enumerate(labels["ticks"]):
        x, top = 20 + 62 * (number % 3), y + number // 3 * 1.6 * paper.leading
        paper.tick_box(x, top, 3.6, ticked=bool(tongue.number(0, 1)))
        paper.write_in(label, (x + 6, top + 3.1), 54)
    y += 4.5 * paper.leading
    sentences = min(6, max(1, int((255 - y) / (2 * paper.leading))))  # as many as there is room for
    y = paper.paragraph(tongue.paragraph(sentences), (20, y), 170, scale=0.8)
    paper.rule(120, y + 14, 190, y + 14)
    paper.write(f"{tongue.town()}, {tongue.date()}", (20, y + 14))
    _footer(paper, tongue)


def receipt(paper: Paper, tongue: Tongue) -> None:
    """A receipt laid on the glass: one narrow column of items with amounts."""
    labels, left, right = tongue.labels, 62.0, 62.0 + 86.0
    y = 16 + paper.leading
    for line in (
        tongue.firm(),
        tongue.street(),
        tongue.one("towns"),
        tongue.said("{tax_id}"),
        labels["receipt"],
    ):
        paper.write(line, (left + (right - left - paper.width(line)) / 2, y))
        y += paper.leading
    paper.write(tongue.date(), (left, y))
    paper.write_to(tongue.said("{time}"), (right, y))
    y, total = y + 1.5 * paper.leading, 0
    while y < 225:
        count, price = tongue.number(1, 9), tongue.number(45, 6_000)
        total += count * price
        paper.write(tongue.one("items"), (left, y))
        paper.write(f"{count} x {tongue.figure(price)}", (left + 6, y + paper.leading))
        paper.write_to(tongue.figure(count * price), (right, y + paper.leading))
        y += 2 * paper.leading
    paper.rule(left, y - 0.6 * paper.leading, right, y - 0.6 * paper.leading)
    given = (total // 5000 + 1) * 5000
    for label, cents in (
        (labels["total"], total),
        (labels["cash"], given),
        (labels["change"], given - total),
    ):
        y += paper.leading
        paper.write(label, (left, y), bold=cents == total)
        paper.write_to(tongue.money(cents), (right, y), bold=cents == total)
    y = paper.paragraph(
        tongue.said(tongue.words["footer"]), (left, y + 2 * paper.leading), right - left, scale=0.8
    )
    paper.write(labels["thanks"], (left, y + paper.leading / 2))


def _letterhead(paper: Paper, tongue: Tongue) -> float:
    """The sender's name and address, on a bar or beside a mark; returns the next baseline."""
    firm = tongue.firm()
    address = f"{tongue.street()}, {tongue.one('towns')} · {tongue.said('{phone}')} · {tongue.mail()}"
    if tongue.number(0, 1):
        paper.bar(0, 0, WIDTH, 22)
        paper.write(firm, (20, 14), scale=1.8, bold=True, fill=WHITE)
    else:
        paper.bar(20, 9, 32, 21)
        paper.write(firm, (36, 17), scale=1.8, bold=True, fill=paper.tint)
    paper.write(address, (20, 29), scale=0.8)
    paper.rule(20, 31.5, 190, 31.5)
    return 31.5 + 1.5 * paper.leading


def _items(paper: Paper, tongue: Tongue, y: float) -> float:
    """The ruled table of items and its totals; returns the next baseline."""
    ends = (22.0, 115.0, 140.0, 158.0, 187.0)  # the first column's left edge, the others' right
    row = 1.6 * paper.leading
    paper.bar(20, y - 1.1 * paper.leading, 190, y + 0.5 * paper.leading)
    _cells(paper, tongue.labels["columns"], ends, y, fill=WHITE)
    top, net, rate = y + 0.5 * paper.leading, 0, tongue.words["rates"][0]
    for _ in range(tongue.number(5, 9)):
        y += row
        count, price = tongue.number(1, 40), tongue.number(150, 90_000)
        net += count * price
        quantity = f"{count} {tongue.one('units')}"
        _cells(
            paper,
            (tongue.one("items"), quantity, tongue.figure(price), f"{rate} %", tongue.figure(count * price)),
            ends,
            y,
        )
        paper.rule(20, y + 0.5 * paper.leading, 190, y + 0.5 * paper.leading)
    for x in (20.0, 96.0, 117.0, 142.0, 190.0):
        paper.rule(x, top, x, y + 0.5 * paper.leading)
    tax = round(net * rate / 100)
    labels = (tongue.labels["net"], f"{tongue.words['tax']} {rate} %", tongue.labels["total"])
    for label, cents in zip(labels, (net, tax, net + tax), strict=True):
        y += row
        paper.write(label, (120, y), bold=label is labels[2])
        paper.write_to(tongue.money(cents), (187, y), bold=label is labels[2])
    return y + row


def _cells(
    paper: Paper, texts: tuple[str, ...], ends: tuple[float, ...], y: float, *, fill: Tint | None = None
) -> None:
    """One row of a table: the first cell to the left, the others to the right."""
    paper.write_in(texts[0], (ends[0], y), 72, fill=fill)
    for text, end in zip(texts[1:], ends[1:], strict=True):
        room = {140.0: 20.0, 158.0: 13.0}.get(end, 19.0)
        paper.write_in(text, (end - min(room, paper.width(text, scale=0.9)), y), room, fill=fill)


def _field(paper: Paper, label: str, value: str, y: float) -> float:
    """A ruled field with its label and what was filled in; returns where the next one begins."""
    bottom = y + 1.9 * paper.leading
    for x in (20.0, 75.0, 190.0):
        paper.rule(x, y, x, bottom)
    paper.rule(20, bottom, 190, bottom)
    paper.write_in(label, (22, y + 1.25 * paper.leading), 50)
    paper.write(value, (78, y + 1.25 * paper.leading))
    return bottom


def _answer(tongue: Tongue, label: str) -> str:
    """What somebody would write in a field of a form."""
    said = tongue.said
    answers = (
        *(tongue.person, tongue.date, tongue.street, lambda: tongue.one("towns")),
        *(lambda: said("{phone}"), tongue.mail, lambda: said("{ref}"), tongue.firm),
        *(tongue.tax_id, tongue.iban, tongue.date, lambda: said("{amount}")),
    )
    return answers[list(tongue.labels["fields"]).index(label)]()


def _footer(paper: Paper, tongue: Tongue) -> None:
    """Six-point print at the bottom."""
    paper.paragraph(tongue.said(tongue.words["footer"]), (20, 281), 170, scale=6 / paper.size)


def _pixels(millimetres: float) -> int:
    return round(millimetres * DPI / 25.4)
