from dataclasses import replace

import cv2
import numpy as np
import pytest

from docscan import cleanup
from docscan.model import Scan
from docscan.pipeline import Choice

USUAL = [Choice(name, {}) for name in cleanup.STEPS if name not in ("levels", "soften")]


def _paper(white=240, dpi=300):
    return np.full((round(11.7 * dpi), round(8.3 * dpi)), white, np.uint8)


def _is_blank(image, dpi=300.0):
    return cleanup.clean(Scan(1, np.asarray(image, dtype=np.uint8), dpi), USUAL).blank


def _soft(image, sigma):
    return cv2.GaussianBlur(image, (0, 0), sigma)


@pytest.mark.parametrize("paper", [255, 235, 190])
def test_bare_paper_is_blank(paper):
    chance = np.random.default_rng(3)
    assert _is_blank(np.clip(chance.normal(paper, 6, (1100, 800)), 0, 255), 100.0)


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 2)])
def test_bare_paper_of_any_size_is_blank(shape):
    assert cleanup.is_blank(Scan(1, np.full(shape, 255, np.uint8), 300.0))


def test_a_page_with_one_line_is_not_blank(drawn):
    assert not cleanup.clean(drawn(("Paid on the third of May",)), USUAL).blank


@pytest.mark.parametrize("text", ["NO", "7", "1", "no", "OK", "?"])
@pytest.mark.parametrize("ink", [20, 140])
def test_a_page_with_a_short_word_or_a_figure_is_not_blank(drawn, text, ink):
    page = _paper()
    word = np.maximum(drawn((text,), dpi=300).image, ink)
    page[1700 : 1700 + word.shape[0], 300 : 300 + word.shape[1]] = np.minimum(word, 240)
    assert not _is_blank(page)


@pytest.mark.parametrize(("ink", "width"), [(40, 5), (120, 4), (165, 6)])
def test_a_page_with_a_signature_alone_is_not_blank_even_in_pencil(ink, width):
    page, along = _paper(), np.linspace(0, 9, 200)
    points = np.stack((900 + 70 * along, 1800 + 60 * np.sin(3 * along)), axis=1).astype(np.int32)
    cv2.polylines(page, [points], isClosed=False, color=ink, thickness=width, lineType=cv2.LINE_AA)
    assert not _is_blank(_soft(page, 0.7))


def test_a_page_with_a_stamp_alone_is_not_blank():
    page = _paper()
    cv2.circle(page, (1500, 900), 160, 120, 7, cv2.LINE_AA)
    assert not _is_blank(page)


def test_dust_and_the_other_side_shining_through_are_blank(drawn):
    through = np.fliplr(drawn(dpi=300).image)
    image = (255 - (255 - _soft(through, 2.0).astype(np.float64)) * 0.18).astype(np.uint8)
    chance = np.random.default_rng(5)
    for _ in range(40):
        centre = int(chance.integers(image.shape[1])), int(chance.integers(image.shape[0]))
        cv2.circle(image, centre, 3, 40, -1)
    assert cleanup.is_blank(replace(drawn(dpi=300), image=image))


def test_folds_shadows_and_streaks_are_blank():
    page = _paper().astype(np.float32) * np.linspace(1, 0.7, 2490, dtype=np.float32)[None, :]
    fold = np.zeros_like(page)
    cv2.line(fold, (0, 1169), (2490, 1180), 50.0, 6)
    page -= _soft(fold, 2.0)
    cv2.line(page, (901, 0), (900, 3510), 120.0, 3)
    assert _is_blank(page)


def test_punched_holes_a_dark_edge_and_a_staple_are_blank():
    page = _paper()
    page[:, :50] = 15
    for y in (500, 1400, 2300, 3200):
        cv2.circle(page, (180, y), 36, 20, -1)
    cv2.line(page, (150, 180), (250, 270), 90, 6)
    assert _is_blank(page)


@pytest.mark.parametrize("edge", ["top", "bottom"])
def test_a_line_at_the_very_edge_as_fax_machines_print_is_not_blank(drawn, edge):
    page, line = _paper(), drawn(("FROM 0048 22 555 0117  PAGE 1",), dpi=200).image
    rows, columns = np.nonzero(line < 128)
    line = line[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    top = 30 if edge == "top" else page.shape[0] - 30 - line.shape[0]
    assert line.shape[0] < 50
    page[top : top + line.shape[0], 300 : 300 + line.shape[1]] = np.minimum(line, 240)
    assert not _is_blank(page)


def test_a_ragged_dark_edge_with_crumbs_is_blank():
    page, chance = _paper(), np.random.default_rng(11)
    for y in range(page.shape[0]):
        page[y, : int(20 + 15 * abs(np.sin(y / 40)) + chance.integers(4))] = 20
    for y in chance.integers(0, page.shape[0], 60):
        cv2.circle(page, (50, int(y)), 3, 40, -1)
    assert _is_blank(page)


def test_small_letters_that_touch_are_enough_alone():
    page = _paper()
    cv2.rectangle(page, (1200, 1700), (1208, 1716), 30, 3)
    cv2.rectangle(page, (1208, 1700), (1224, 1716), 30, 3)
    assert not _is_blank(_soft(page, 0.6))


def test_the_same_stroke_in_the_middle_of_the_page_is_no_staple():
    page = _paper()
    cv2.line(page, (1250, 1680), (1350, 1770), 90, 6)
    assert not _is_blank(page)


@pytest.mark.parametrize("shape", [(1170, 830), (2000, 40), (100, 800)])
@pytest.mark.parametrize("noise", [0, 6, 15])
def test_a_black_page_is_not_blank_paper_and_stays_black(noise, shape):
    chance = np.random.default_rng(8)
    image = np.clip(chance.normal(20, noise, shape), 0, 255).astype(np.uint8)
    cleaned = cleanup.clean(Scan(1, image, 100.0), USUAL)
    assert not cleaned.blank
    assert np.median(cleaned.image) < 50
