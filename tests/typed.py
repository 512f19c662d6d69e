"""Pages drawn with letters: a column is 12 pixels wide, a line 36 high, a word 24."""

import re

from docscan.model import Line, Mark, Page, Word
from docscan.places import Box


def typed(text: str, *, state: str = "textlayer", marks: tuple[Mark, ...] = (), number: int = 1) -> Page:
    """A page of a text; the words keep their columns, four spaces part segments."""
    lines = []
    for row, line in enumerate(text.strip("\n").split("\n")):
        words = tuple(
            Word(found.group(), Box(found.start() * 12, row * 36, found.end() * 12, row * 36 + 24), 1.0)
            for found in re.finditer(r"\S+", line)
        )
        if words:
            lines.append(Line(words))
    return Page(number, 2480, 3508, 300, state, tuple(lines), marks)  # type: ignore[arg-type]
