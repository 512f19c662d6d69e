"""When a page is read again by another reader, and what becomes of what was read before."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from docscan.model import Line, Scan, Word
from docscan.ocr import ppocr, rereading
from docscan.places import Box

BLANK = Scan(1, np.full((400, 600), 255, np.uint8), 200.0)


def line(text: str, sure: float, top: int = 10, left: int = 10) -> Line:
    return Line((Word(text, Box(left, top, left + 100, top + 20), sure),))


class Other:
    """A reader that finds some lines."""

    def __init__(self, *found: Line) -> None:
        self.found = found

    def lines(self, _image: Any, _dpi: float) -> list[Box]:
        return [each.box for each in self.found]

    def words(self, _image: Any, box: Box) -> Sequence[Word]:
        return next(each.words for each in self.found if each.box == box)


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return lambda *found: monkeypatch.setattr(ppocr, "reader", lambda: Other(*found))


def texts(lines: Sequence[Line]) -> list[str]:
    return [each.text for each in lines]


def test_a_page_that_was_read_badly_is_as_the_surer_reader_has_it(other: Callable[..., None]) -> None:
    other(line("TOTAL", 0.95), line("12.50", 0.95, left=300), line("THANK", 0.9, top=60))
    read = rereading.reread(BLANK, [line("T0Tfll", 0.4), line("I2.S0", 0.3)])
    assert texts(read) == ["TOTAL 12.50", "THANK"]


@pytest.mark.parametrize("sure", [0.3, 0.5])
def test_a_page_stays_as_it_was_when_the_other_reader_is_no_surer(
    sure: float, other: Callable[..., None]
) -> None:
    other(line("TOTAL", sure))
    assert texts(rereading.reread(BLANK, [line("T0TAL", 0.5)])) == ["T0TAL"]


def test_what_the_other_reader_hardly_makes_out_is_left_out(other: Callable[..., None]) -> None:
    other(line("TOTAL", 0.95), line("~#", 0.2, top=60))
    assert texts(rereading.reread(BLANK, [line("T0Tfll", 0.4)])) == ["TOTAL"]


@pytest.mark.parametrize("lines", [[line("Rechnungsnummer und Datum", 0.95), line("2O41", 0.4, top=60)], []])
def test_a_page_that_was_read_well_or_is_empty_is_shown_to_nobody(
    lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ppocr, "reader", lambda: pytest.fail("it was asked"))
    assert rereading.reread(BLANK, lines) == tuple(lines)


def test_without_the_package_a_page_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppocr, "installed", lambda: False)
    assert texts(rereading.reread(BLANK, [line("T0Tfll", 0.4)])) == ["T0Tfll"]


@pytest.mark.skipif(not ppocr.installed(), reason="the extra 'second' is not installed")
def test_faint_print_is_read_that_was_not_before(drawn: Any, letters: dict[str, Any]) -> None:
    scan = drawn(letters["eng"])
    faint = 255 - (255 - scan.image.astype(np.int16)) // 4
    noisy = faint + np.random.default_rng(7).normal(0, 12, faint.shape)
    worn = Scan(1, np.clip(noisy, 0, 255).astype(np.uint8), scan.dpi)
    assert texts(rereading.reread(worn, [line("Dea7 cvst0rner", 0.3)])) == list(letters["eng"])
