"""A sheet of a form: print, rules, boxes and combs, and a pen whose letters are never twice the same.

Lengths are in millimetres. The hand is a font bent by chance: every letter is
turned, raised and sized a little, and the whole word is warped.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from docscan.model import Image

DPI = 300
SIZE = 210.0, 297.0
FONTS = Path("/usr/share/fonts/truetype")  # the packages fonts-liberation and fonts-dejavu-core
FACES = {
    "sans": "liberation/LiberationSans-Regular",
    "bold": "liberation/LiberationSans-Bold",
    "serif": "liberation/LiberationSerif-Regular",
    "round": "dejavu/DejaVuSans",
}
HANDS = {
    "slanted": "liberation/LiberationSerif-Italic",
    "upright": "liberation/LiberationSans-Regular",
    "narrow": "liberation/LiberationSansNarrow-Italic",
    "typed": "liberation/LiberationMono-Regular",
}
PENS = ((29, 47, 125), (20, 20, 24), (40, 60, 160))  # RGB
INK = (25, 25, 25)


@dataclass(frozen=True, slots=True)
class Look:
    """How one form is printed and filled in.

    Attributes:
        face: Of the print.
        hand: Of what is filled in.
        pen: Its colour.
        mark: `cross`, `tick` or `fill`.
        line: Of rules and boxes, in pixels.
    """

    face: str
    hand: str
    pen: tuple[int, int, int]
    mark: str
    line: int


def pixels(millimetres: float) -> int:
    """A length in pixels."""
    return round(millimetres * DPI / 25.4)


class Paper:
    """A white sheet on which a form is printed and filled in."""

    def __init__(self, look: Look, rng: np.random.Generator) -> None:
        self.look, self.rng = look, rng
        self.sheet = Pillow.new("RGB", (pixels(SIZE[0]), pixels(SIZE[1])), "white")
        self.draw = ImageDraw.Draw(self.sheet)

    def write(self, text: str, at: tuple[float, float], size: float = 9.5, face: str = "") -> float:
        """Print a line whose baseline begins at `at`; returns where it ends."""
        font = _font(FACES[face or self.look.face], size)
        self.draw.text((pixels(at[0]), pixels(at[1])), text, font=font, fill=INK, anchor="ls")
        return at[0] + float(font.getlength(text)) * 25.4 / DPI

    def width(self, text: str, size: float = 9.5) -> float:
        """How wide a printed line would be."""
        return float(_font(FACES[self.look.face], size).getlength(text)) * 25.4 / DPI

    def rule(self, left: float, right: float, y: float, *, dotted: bool = False) -> None:
        """A line, or a row of dots, to write on."""
        if not dotted:
            ends = [pixels(left), pixels(y), pixels(right), pixels(y)]
            self.draw.line(ends, fill=INK, width=self.look.line)
            return
        for x in range(pixels(left), pixels(right), pixels(1.1)):
            self.draw.ellipse([x, pixels(y) - 2, x + 4, pixels(y) + 2], fill=INK)

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        """A frame."""
        edges = [pixels(left), pixels(top), pixels(right), pixels(bottom)]
        self.draw.rectangle(edges, outline=INK, width=self.look.line)

    def comb(self, left: float, top: float, pitch: float, signs: str) -> float:
        """Cells with a sign in each, a blank for an empty one; returns where they end."""
        for at, sign in enumerate(signs):
            x = left + at * pitch
            self.box(x, top, x + pitch, top + 6.4)
            if sign.strip():
                wide = (pitch - 4.2) / 2 + float(self.rng.uniform(-0.4, 0.4))
                self.hand(sign, (x + wide, top + 5.1), size=13)
        return left + len(signs) * pitch

    def hand(self, text: str, at: tuple[float, float], size: float = 14, room: float = 0) -> None:
        """Fill in a line whose baseline begins at `at`, smaller where there is no room for it."""
        mask = self._written(text, size)
        if room and mask.shape[1] > pixels(room):
            mask = self._written(text, size * pixels(room) / mask.shape[1])
        ink = Pillow.new("RGB", mask.shape[::-1], self.look.pen)
        corner = pixels(at[0]), pixels(at[1]) - round(mask.shape[0] * 0.68)
        self.sheet.paste(ink, corner, Pillow.fromarray(mask))

    def _written(self, text: str, size: float) -> Image:
        """Words in this form's hand: their darkness, the baseline 0.68 of the height down."""
        typed, rng = self.look.hand == "typed", self.rng
        height = round(size * DPI / 72 * 1.9)
        font = _font(HANDS[self.look.hand], size)
        mask = Pillow.new("L", (round(font.getlength(text) * 1.1) + 60, height), 0)
        x = 12.0
        for sign in text:
            bent = 0.0 if typed else 1.0
            one = _font(HANDS[self.look.hand], size * (1 + bent * float(rng.uniform(-0.06, 0.06))))
            tile = Pillow.new("L", (height, height), 0)
            lift = bent * float(rng.uniform(-0.02, 0.02)) * height
            ImageDraw.Draw(tile).text(
                (height // 3, round(height * 0.68 + lift)), sign, font=one, fill=255, anchor="ls"
            )
            tile = tile.rotate(bent * float(rng.uniform(-3.5, 3.5)), Pillow.Resampling.BICUBIC)
            at = round(x) - height // 3
            mask.paste(255, (at, 0), tile)
            x += one.getlength(sign) * (1 + bent * float(rng.uniform(0.0, 0.08)))
        drawn = np.asarray(mask, dtype=np.uint8)[:, : round(x) + 12]
        return drawn if typed else _warped(drawn, rng)

    def mark(self, box: tuple[float, float, float]) -> None:
        """Mark a box to tick: left, top and side."""
        left, top, side = (pixels(value) for value in box)
        jitter = [int(value) for value in self.rng.integers(-6, 7, 8)]
        right, bottom, width = left + side, top + side, 5
        if self.look.mark == "fill":
            inset = side // 6
            self.draw.rectangle(
                [left + inset, top + inset, right - inset, bottom - inset], fill=self.look.pen
            )
        elif self.look.mark == "cross":
            one = [left + 4 + jitter[0], top + 4 + jitter[1], right - 4 + jitter[2], bottom - 4 + jitter[3]]
            other = [left + 4 + jitter[4], bottom - 4 + jitter[5], right - 4 + jitter[6], top + 4 + jitter[7]]
            self.draw.line(one, fill=self.look.pen, width=width)
            self.draw.line(other, fill=self.look.pen, width=width)
        else:
            foot = left + side * 2 // 5 + jitter[0], bottom - 5 + jitter[1]
            points = [
                left + 5,
                top + side // 2 + jitter[2],
                *foot,
                right + 8 + jitter[3],
                top - 6 + jitter[4],
            ]
            self.draw.line(points, fill=self.look.pen, width=width, joint="curve")

    def circle(self, box: tuple[float, float, float], *, marked: bool) -> None:
        """A round box to tick, with a dot or a cross in it when it is marked."""
        left, top, side = (pixels(value) for value in box)
        self.draw.ellipse([left, top, left + side, top + side], outline=INK, width=self.look.line + 1)
        inset = side // 4
        inner = [left + inset, top + inset, left + side - inset, top + side - inset]
        if marked and self.look.mark == "cross":
            self.mark((box[0] + 0.5, box[1] + 0.5, box[2] - 1))
        elif marked:
            self.draw.ellipse(inner, fill=self.look.pen)

    def scribble(self, left: float, baseline: float) -> None:
        """A signature: loops that grow smaller, and a stroke below."""
        rng, x = self.rng, left
        points: list[tuple[float, float]] = []
        for _ in range(int(rng.integers(5, 8))):
            high, wide = float(rng.uniform(4, 9)), float(rng.uniform(4, 8))
            turn = np.linspace(0, 2 * np.pi, 24)
            loop = zip(
                x + wide * (turn / 6 - 0.35 * np.sin(turn)),
                baseline - high * (1 - np.cos(turn)) / 2,
                strict=True,
            )
            points += list(loop)
            x += wide
        points += [(left + 3, baseline + 1.5), (x + 4, baseline + float(rng.uniform(0.5, 2)))]
        self.draw.line(
            [(pixels(a), pixels(b)) for a, b in points], fill=self.look.pen, width=5, joint="curve"
        )


def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size * DPI / 72)


def _warped(mask: Image, rng: np.random.Generator) -> Image:
    """The letters pushed about by a smooth field of up to a fifth of a millimetre."""
    height, width = mask.shape
    fields = []
    for _ in range(2):
        coarse = rng.normal(0, 1.6, (max(2, height // 22), max(2, width // 22))).astype(np.float32)
        fields.append(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(cv2.remap(mask, x + fields[0], y + fields[1], cv2.INTER_LINEAR), dtype=np.uint8)
