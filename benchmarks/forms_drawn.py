"""Draws forms filled in by chance; labels come from their schemas, lengths are in millimetres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from forms_filled import Answer, answers, properties
from forms_layouts import FORMS, Form, Row
from forms_paper import HANDS, PENS, Look, Paper

from docscan.model import Image

LEFT, RIGHT = 18.0, 192.0
MARKS = ("cross", "tick", "fill")
TICK = 4.0  # side of a box to tick


@dataclass(frozen=True, slots=True)
class Filled:
    """A form filled in: its image in RGB, and what a reader should find.

    Attributes:
        fields: By name, as the record should say them.
        pairs: Label and value, as anybody would read them without a schema.
    """

    form: Form
    image: Image
    fields: Mapping[str, str | bool]
    pairs: tuple[tuple[str, str], ...]


class _Desk:
    """A form being filled in."""

    def __init__(self, form: Form, paper: Paper, filled: Mapping[str, Answer]) -> None:
        self.form, self.paper, self.filled = form, paper, filled
        self.rules = properties(form.schema)
        self.y = 40.0

    def label(self, name: str) -> str:
        labels: Mapping[str, Sequence[str]] = self.rules[name].get("x-labels", {})
        return labels[self.form.language][0] if labels else ""

    def fill(self, name: str, at: tuple[float, float], room: float) -> None:
        self.paper.hand(self.filled[name].written, at, room=room)

    def area(self, on: str, left: float, right: float, top: float, bottom: float) -> None:
        if on == "box":
            self.paper.box(left, top, right, bottom)
        else:
            self.paper.rule(left, right, bottom, dotted=on == "dots")


def filled(form: Form, seed: int) -> Filled:
    """A form filled in; the same for the same seed."""
    rng = np.random.default_rng([seed, len(form.title), FORMS.index(form)])
    look = Look(
        face=("sans", "serif", "round")[int(rng.integers(3))],
        hand=tuple(HANDS)[int(rng.integers(len(HANDS)))],
        pen=PENS[int(rng.integers(len(PENS)))],
        mark=MARKS[int(rng.integers(len(MARKS)))],
        line=int(rng.integers(2, 5)),
    )
    desk = _Desk(form, Paper(look, rng), answers(form.schema, form.language, rng))
    desk.paper.write(form.title, (LEFT, 26), 17, "bold")
    for row in form.rows:
        WAYS[row.way](desk, row)
    fields = {name: answer.value for name, answer in desk.filled.items()}
    return Filled(form, np.asarray(desk.paper.sheet, dtype=np.uint8), fields, tuple(_pairs(desk)))


def _pairs(desk: _Desk) -> list[tuple[str, str]]:
    """Label and value of each field that is written or ticked; tables and signatures are no pairs."""
    found = []
    for name, answer in desk.filled.items():
        kind = desk.rules[name]["x-type"] if name in desk.rules else "table"
        if kind == "choice":
            options = desk.rules[name]["x-options"]
            found += [(options[o][desk.form.language][0], str(o == answer.value).lower()) for o in options]
        elif kind == "tick":
            found.append((desk.label(name), str(answer.value).lower()))
        elif kind not in ("table", "signature"):
            found.append((desk.label(name), str(answer.value)))
    return found


def _heading(desk: _Desk, row: Row) -> None:
    desk.paper.write(row.names[0], (LEFT, desk.y + 5), 10.5, "bold")
    desk.y += 9


def _prose(desk: _Desk, row: Row) -> None:
    for line in row.names:
        desk.paper.write(line, (LEFT, desk.y + 3), 8)
        desk.y += 4.2
    desk.y += 3


def _beside(desk: _Desk, row: Row) -> None:
    """The label left of its value; two fields share a row."""
    width = (RIGHT - LEFT) / len(row.names)
    for at, name in enumerate(row.names):
        left = LEFT + at * width
        end = desk.paper.write(desk.label(name), (left, desk.y + 5.2))
        start = max(left + (52 if len(row.names) == 1 else 0), end + 3)
        desk.area(row.on, start, left + width - 4, desk.y, desk.y + (7.5 if row.on == "box" else 6.2))
        desk.fill(name, (start + 1.5, desk.y + 5.3), left + width - 7 - start)
    desk.y += 11


def _above(desk: _Desk, row: Row) -> None:
    """A small label above where its value is written."""
    width = (RIGHT - LEFT) / len(row.names)
    for at, name in enumerate(row.names):
        left = LEFT + at * width
        desk.paper.write(desk.label(name), (left, desk.y + 3), 8)
        desk.area(row.on, left, left + width - 5, desk.y + 4.5, desk.y + 12)
        desk.fill(name, (left + 1.5, desk.y + 10), width - 9)
    desk.y += 16.5


def _under(desk: _Desk, row: Row) -> None:
    """A small label below the line its value, or a signature, is written on."""
    width = (RIGHT - LEFT) / len(row.names)
    desk.y += 6
    for at, name in enumerate(row.names):
        left = LEFT + at * width
        desk.paper.rule(left, left + width - 12, desk.y + 8, dotted=row.on == "dots")
        desk.paper.write(desk.label(name), (left, desk.y + 11.5), 8)
        if desk.filled[name].value is True:
            desk.paper.scribble(left + 6, desk.y + 7)
        desk.fill(name, (left + 2, desk.y + 6.3), width - 16)
    desk.y += 18


def _inside(desk: _Desk, row: Row) -> None:
    """Joined boxes, each with its label at its top left."""
    width = (RIGHT - LEFT) / len(row.names)
    for at, name in enumerate(row.names):
        left = LEFT + at * width
        desk.paper.box(left, desk.y, left + width, desk.y + 12)
        desk.paper.write(desk.label(name), (left + 1.2, desk.y + 3.4), 7)
        if desk.filled[name].value is True:
            desk.paper.scribble(left + 45, desk.y + 10.5)
        desk.fill(name, (left + 3, desk.y + 10), width - 6)
    desk.y += 12


def _grid(desk: _Desk, row: Row) -> None:
    """Two joined columns: labels, and values."""
    for name in row.names:
        desk.paper.box(LEFT, desk.y, LEFT + 62, desk.y + 9)
        desk.paper.box(LEFT + 62, desk.y, RIGHT, desk.y + 9)
        desk.paper.write(desk.label(name), (LEFT + 2, desk.y + 5.8))
        desk.fill(name, (LEFT + 65, desk.y + 6.3), RIGHT - LEFT - 70)
        desk.y += 9
    desk.y += 4


def _comb(desk: _Desk, row: Row) -> None:
    """A cell for each sign, in groups; the label beside them, or above where there is no room."""
    name = row.names[0]
    value = str(desk.filled[name].value)
    signs = "".join(reversed(value.split("-"))) if desk.rules[name]["x-type"] == "date" else value
    signs = value[8:] + value[5:7] + value[:4] if desk.rules[name]["x-type"] == "date" else signs
    pitch = 5.4 if sum(row.groups) > 14 else 6.0
    wide = sum(row.groups) * pitch > 110
    end = desk.paper.write(desk.label(name), (LEFT, desk.y + (3.4 if wide else 4.9)))
    left, top = (LEFT, desk.y + 5) if wide else (max(LEFT + 52, end + 3), desk.y)
    for group in row.groups:
        left = desk.paper.comb(left, top, pitch, signs[:group].ljust(group)) + 2.5
        signs = signs[group:]
    desk.y = top + 11


def _marked(desk: _Desk, row: Row, at: tuple[float, float], words: str, *, marked: bool) -> float:
    """One box to tick with its words, left or right of it; returns where both end."""
    x, y = at
    left = desk.paper.write(words, (x, y + 3.3)) + 2 if row.side == "right" else x
    if row.on == "circle":
        desk.paper.circle((left, y, TICK), marked=marked)
    else:
        desk.paper.box(left, y, left + TICK, y + TICK)
        if marked:
            desk.paper.mark((left, y, TICK))
    return left + TICK if row.side == "right" else desk.paper.write(words, (left + TICK + 2.2, y + 3.3))


def _ticks(desk: _Desk, row: Row) -> None:
    """Boxes to tick, each by itself, under each other."""
    for name in row.names:
        _marked(desk, row, (LEFT, desk.y), desk.label(name), marked=bool(desk.filled[name].value))
        desk.y += 7
    desk.y += 2


def _choice(desk: _Desk, row: Row) -> None:
    """A question and its options in one row, one of them ticked."""
    name = row.names[0]
    end = desk.paper.write(desk.label(name), (LEFT, desk.y + 3.3))
    x = max(LEFT + 50, end + 6)
    for option in desk.rules[name]["enum"]:
        words = desk.rules[name]["x-options"][option][desk.form.language][0]
        if x + desk.paper.width(words) + TICK + 4 > RIGHT:
            x, desk.y = LEFT + 50, desk.y + 7
        x = _marked(desk, row, (x, desk.y), words, marked=option == desk.filled[name].value) + 8
    desk.y += 10


def _table(desk: _Desk, row: Row) -> None:
    """A ruled table of four rows, some of them filled."""
    name = row.names[0]
    columns = desk.rules[name]["items"]["properties"]
    widths = [float(width) for width in row.groups]
    for line in range(5):
        left = LEFT
        for (column, rules), width in zip(columns.items(), widths, strict=True):
            desk.paper.box(left, desk.y, left + width, desk.y + 8.5)
            if line == 0:
                desk.paper.write(
                    rules["x-labels"][desk.form.language][0], (left + 1.5, desk.y + 5.5), 9, "bold"
                )
            elif f"{name}.{line}.{column}" in desk.filled:
                desk.fill(f"{name}.{line}.{column}", (left + 2, desk.y + 6), width - 5)
            left += width
        desk.y += 8.5
    desk.y += 5


def _sign(desk: _Desk, row: Row) -> None:
    """A label with a rule beside it for a signature."""
    name = row.names[0]
    desk.y += 8
    end = desk.paper.write(desk.label(name), (LEFT, desk.y + 6))
    desk.area(row.on, end + 3, end + 75, desk.y - 8, desk.y + 7)
    if desk.filled[name].value is True:
        desk.paper.scribble(end + 10, desk.y + 5)
    desk.y += 14


WAYS = {
    "heading": _heading, "prose": _prose, "beside": _beside, "above": _above, "under": _under,
    "inside": _inside, "grid": _grid, "comb": _comb, "ticks": _ticks, "choice": _choice, "table": _table,
    "sign": _sign,
}  # fmt: skip
