"""The two networks of PP-OCR: how their answers become lines and words, and what they read."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.model import Image
from docscan.ocr import ppocr
from docscan.places import Box

LETTERS = ("", *"ABCDEFGH", " ")
needs_networks = pytest.mark.skipif(not ppocr.installed(), reason="the extra 'second' is not installed")


class Network:
    """Answers with what a function makes of what it is shown."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.shown: list[tuple[int, ...]] = []

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "x"})]

    def run(self, _outputs: None, feed: dict[str, Any]) -> list[Any]:
        self.shown.append(feed["x"].shape)
        return [self.answer(feed["x"])]


def dark(shown: Any) -> Any:
    """How likely each pixel is print: as dark as it is."""
    return (shown[:, :1] < 0).astype(np.float32)


def page(rows: list[int], height: int) -> Image:
    image = np.full((height, 640), 255, np.uint8)
    for top in rows:
        image[top : top + 12, 100:500] = 0
    return image


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 29), min_size=1, unique=True), st.integers(0, 31))
def test_every_line_is_found_once_wherever_the_page_is_parted(rows: list[int], shift: int) -> None:
    finder = Network(dark)
    tops = [shift + 40 * row for row in sorted(rows)]
    found = ppocr.Reader(finder, None, LETTERS).lines(page(tops, 1280), ppocr.FINDING_DPI)
    assert [box.middle[1] for box in found] == pytest.approx([top + 6 for top in tops], abs=6)
    assert all(box.left <= 101 and box.right >= 499 for box in found)
    assert all(high * wide <= ppocr.BAND for *_, high, wide in finder.shown)


def test_print_that_stands_on_its_end_is_no_line() -> None:
    image = np.full((640, 640), 255, np.uint8)
    image[100:500, 300:312] = 0
    assert ppocr.Reader(Network(dark), None, LETTERS).lines(image, ppocr.FINDING_DPI) == []


def spelling(columns: str, sure: float = 0.9) -> ppocr.Reader:
    """A speller that sees one sign in each column of any line; a point is the space between two signs."""
    said = np.zeros((1, len(columns), len(LETTERS)), np.float32)
    for at, sign in enumerate(columns):
        said[0, at, 0 if sign == "." else LETTERS.index(sign)] = sure
    return ppocr.Reader(None, Network(lambda _shown: said), LETTERS)


@pytest.mark.parametrize(
    ("columns", "texts"),
    [("AAA.A.B", ["AAB"]), ("AB CD", ["AB", "CD"]), ("  A ", ["A"]), ("....", []), ("ABBA", ["ABA"])],
)
def test_a_sign_goes_on_until_another_or_none_and_spaces_part_words(columns: str, texts: list[str]) -> None:
    words = spelling(columns).words(page([], 60), Box(100, 10, 400, 40))
    assert [word.text for word in words] == texts


def test_a_word_stands_where_its_signs_are_and_within_its_line() -> None:
    line = Box(100, 10, 400, 40)
    first, second = spelling("AB.......  .....CD.").words(page([], 60), line)
    assert line.left <= first.box.left < first.box.right < second.box.left < second.box.right <= line.right
    assert first.box.middle[0] < 180
    assert second.box.middle[0] > 320


def test_a_word_is_as_sure_as_its_least_sure_sign() -> None:
    reader = spelling("AB CD")
    reader.speller.answer(None)[0, 3] *= 0.5
    assert [round(word.confidence, 2) for word in reader.words(page([], 60), Box(0, 0, 90, 30))] == [
        0.9,
        0.45,
    ]


@needs_networks
@pytest.mark.parametrize("language", ["spa", "pol", "deu", "eng"])
def test_the_networks_read_every_language(language: str, drawn: Any, letters: dict[str, Any]) -> None:
    scan = drawn(letters[language])
    reader = ppocr.reader()
    assert reader is not None
    found = [reader.words(scan.image, box) for box in reader.lines(scan.image, scan.dpi)]
    assert [" ".join(word.text for word in words) for words in found] == list(letters[language])
