"""Pages drawn with letters: a column is 12 pixels wide, a line 36 high, a word 24."""

import re
from collections.abc import Callable

import pytest

from docscan import library, schema
from docscan.model import Line, Mark, Page, Word
from docscan.places import Box
from docscan.schema import Schema

Typed = Callable[..., Page]


@pytest.fixture(scope="session")
def typed() -> Typed:
    """Makes a page of a text; the words keep their columns, four spaces part segments."""

    def page(text: str, *, state: str = "textlayer", marks: tuple[Mark, ...] = (), number: int = 1) -> Page:
        lines = []
        for row, line in enumerate(text.strip("\n").split("\n")):
            words = tuple(
                Word(found.group(), Box(found.start() * 12, row * 36, found.end() * 12, row * 36 + 24), 1.0)
                for found in re.finditer(r"\S+", line)
            )
            if words:
                lines.append(Line(words))
        return Page(number, 2480, 3508, 300, state, tuple(lines), marks)  # type: ignore[arg-type]

    return page


@pytest.fixture(scope="session")
def schemas() -> tuple[Schema, ...]:
    return tuple(schema.load(path) for path in library.definitions("schemas", ".json").values())
