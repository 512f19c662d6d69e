"""What a page says that was born digital: its words and boxes to tick, as pdfplumber gives them."""

import io
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from docscan.frozen import dataclass
from docscan.model import Line, Mark, Page, Word
from docscan.ocr import language, layout
from docscan.places import Box

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # its warnings name nothing a person could mend

POINTS = 72.0  # to the inch
MOST_SIGNS = 30_000  # up to which doubles are looked for, which takes ever longer; a full page has 6,000
WORD_GAP = 0.15  # of the letters' size: a wider gap parts two words
BOX_SIDES = (7.0, 24.0)  # points: boxes to tick from 2.5 to 8.5 mm
FRAME = 0.07  # of a box's side: what follows its edge more closely is its frame or its ground
EMPTY_SIGNS = frozenset("☐□❏❑❒◻\uf06f\uf0a8")  # the last two are Wingdings
TICKED_SIGNS = frozenset("☑☒☓⊠✓✔✗✘🗹🗷\uf0fe\uf0fd\uf0fc\uf0fb")
GUESSED = ("spa", "pol", "deu", "eng")


@dataclass(frozen=True, slots=True)
class Frame:
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


def frame_of(page: pypdfium2.PdfPage, dpi: int) -> Frame:
    """Where the displayed page (its crop box, turned) lies within the media box."""
    left, bottom, right, top = page.get_mediabox()
    crop = page.get_bbox()
    edges = (crop[0] - left, top - crop[3], right - crop[2], crop[1] - bottom)  # left, top, right, bottom
    x, y = ((edges[0], edges[1]), (edges[3], edges[0]), (edges[2], edges[3]), (edges[1], edges[2]))[
        page.get_rotation() // 90
    ]
    width, height = page.get_size()
    scale = dpi / POINTS
    return Frame(x, y, scale, max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale)))


def read(source: Path | io.BytesIO, number: int, dpi: int, frame: Frame) -> Page | None:
    """The text of a page.

    Args:
        source: A PDF of this page alone.
        number: The page's number in its document, from 1.
        dpi: What the boxes are scaled to.
        frame: Where the displayed page lies.

    Returns:
        The page with state `textlayer`; None when it lies on its side or
        cannot be followed.
    """
    try:
        with pdfplumber.open(source) as plumbed:
            return _page(plumbed.pages[0], number, dpi, frame)
    except (PdfminerException, PSException):
        return None


def _page(plumbed: Any, number: int, dpi: int, frame: Frame) -> Page | None:
    x, y = float(plumbed.mediabox[0]), float(plumbed.mediabox[1])
    shifted = replace(frame, left=frame.left + x, top=frame.top + y)
    if len(plumbed.chars) <= MOST_SIGNS:
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


def _words(plumbed: Any, runs: Callable[[Mapping[str, Any]], bool], frame: Frame) -> list[Word]:
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


def _inside(box: Box, frame: Frame) -> bool:
    x, y = box.middle
    return 0 <= x < frame.width and 0 <= y < frame.height and box.width > 0 and box.height > 0


def _marks(plumbed: Any, frame: Frame) -> Iterator[Mark]:
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
