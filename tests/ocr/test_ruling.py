"""Straight strokes: as long as asked for, and whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from docscan.model import Scan
from docscan.ocr import ruling
from docscan.ocr.ruling import Ruling
from docscan.places import Box

MILLIMETRE = 8.0
MASKS = st.tuples(st.integers(1, 30), st.integers(1, 30)).flatmap(
    lambda shape: arrays.arrays(np.uint8, shape, elements=st.sampled_from((0, 255, 255, 255)))
)


def drawn(mask: np.ndarray) -> Ruling:
    return Ruling(mask, mask, (), 1.0, MILLIMETRE)


def runs(row: np.ndarray, least: int) -> list[int]:
    """The row with only the runs that are so long, told pixel by pixel."""
    kept, start = [0] * len(row), 0
    for at in range(len(row) + 1):
        if at == len(row) or not row[at]:
            if at - start >= least:
                kept[start:at] = [255] * (at - start)
            start = at + 1
    return kept


@given(MASKS, st.floats(0.5, 3.0))
def test_level_strokes_are_the_runs_of_a_row_that_are_long_enough(mask, length):
    least = max(5, round(length * MILLIMETRE))
    assert drawn(mask).level(length).tolist() == [runs(row, least) for row in mask]


@given(MASKS, st.floats(0.5, 3.0))
def test_upright_strokes_are_the_level_ones_of_the_page_on_its_side(mask, length):
    assert np.array_equal(drawn(mask).upright(length), drawn(mask.T.copy()).level(length).T)


def test_rules_are_the_long_strokes_and_a_pixel_around_them():
    mask = np.zeros((40, 100), np.uint8)
    mask[20, 10:90] = mask[5, 10:30] = 255
    found = drawn(mask).rules
    assert found[19:22, 9:91].all()
    assert np.count_nonzero(found) == 3 * 82


@pytest.mark.parametrize("dpi", [200, 237.5, 300, 600])
def test_a_hairline_is_ink_at_any_resolution(dpi):
    image = np.full((round(2 * dpi), round(3 * dpi)), 255, np.uint8)
    at = round(dpi)
    image[at : at + max(1, round(dpi / 150)), 50:-50] = 40  # a sixth of a millimetre
    page = ruling.found(Scan(1, image, dpi))
    (rule,) = ruling.shapes(page.long_level)
    assert rule.height <= 3
    assert page.on_page(rule).width == pytest.approx(3 * dpi - 100, abs=4)
    assert isinstance(rule, Box)
