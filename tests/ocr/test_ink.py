from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Scan
from docscan.ocr import ink
from docscan.places import Box

ROWS = [
    (100, 60 + 60 * row, f"Row {row} of a page of print, to be read from left to right") for row in range(10)
]


def _boxes(rows):
    """Boxes around rows of print as they are drawn by `sheet`."""
    return [Box(x, y + 2, x + 14 * len(text), y + 36) for x, y, text in rows]


@pytest.fixture(scope="module")
def page(sheet):
    return ink.found(sheet(*ROWS))


def test_print_that_lies_in_boxes_is_covered(page):
    assert ink.coverage(page, _boxes(ROWS)) == 1
    assert ink.coverage(page, _boxes(ROWS[:5])) == pytest.approx(0.5, abs=0.02)
    assert ink.coverage(page, []) == 0


@pytest.mark.parametrize("dpi", [75, 150, 300, 600])
def test_coverage_is_the_same_at_any_resolution(sheet, dpi):
    scan = sheet(*ROWS)
    image = cv2.resize(scan.image, None, fx=dpi / 200, fy=dpi / 200, interpolation=cv2.INTER_AREA)
    found = ink.found(Scan(1, image, float(dpi)))
    boxes = [Box(*(round(edge * dpi / 200) for edge in box)) for box in _boxes(ROWS[:5])]
    assert ink.coverage(found, boxes) == pytest.approx(0.5, abs=0.03)


def _with_rules(image):
    for row in range(100, 800, 100):
        cv2.line(image, (80, row), (1160, row), 0, 3)
    for column in (80, 500, 1160):
        cv2.line(image, (column, 100), (column, 700), 0, 3)


def _with_a_code(image):
    code = cv2.QRCodeEncoder.create().encode("docscan " * 8)
    image[100:500, 100:500] = cv2.resize(code, (400, 400), interpolation=cv2.INTER_NEAREST)


def _with_a_photograph(image):
    noise = np.random.default_rng(3).integers(0, 255, (40, 50), dtype=np.uint8)
    image[100:500, 100:600] = cv2.resize(noise, (500, 400), interpolation=cv2.INTER_CUBIC)


def _with_dust(image):
    chance = np.random.default_rng(4)
    for _ in range(300):
        cv2.circle(image, (int(chance.integers(1240)), int(chance.integers(800))), 1, 0, -1)


def _with_a_bar(image):
    image[100:160, 80:1160] = 60
    cv2.putText(image, "light on dark", (120, 142), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 255, 3)


@pytest.mark.parametrize("spoil", [_with_rules, _with_a_code, _with_a_photograph, _with_dust, _with_a_bar])
def test_what_is_no_print_does_not_count(spoil):
    image = np.full((800, 1240), 255, np.uint8)
    spoil(image)
    found = ink.found(Scan(1, image, 200.0))
    assert not found.print.any()
    assert ink.coverage(found, []) == 1
    assert ink.unread(found, []) == []


def test_a_page_of_print_with_a_code_is_covered_by_its_words(sheet):
    scan = sheet(*((x + 450, y, text) for x, y, text in ROWS))
    _with_a_code(scan.image)
    found = ink.found(scan)
    assert ink.coverage(found, _boxes([(x + 450, y, text) for x, y, text in ROWS])) == 1


def test_unread_print_is_found_line_by_line_with_most_ink_first(sheet):
    long, short = (100, 300, "a whole line of print that nobody read"), (100, 500, "Two words")
    found = ink.found(sheet(*ROWS[:3], short, long))
    first, second = ink.unread(found, _boxes(ROWS[:3]))
    assert first == pytest.approx((100, 306, 592, 336), abs=12)
    assert second == pytest.approx((100, 504, 240, 530), abs=12)


def test_a_digit_alone_is_a_region_to_read(sheet):
    (box,) = ink.unread(ink.found(sheet(*ROWS[:2], (1000, 400, "7"))), _boxes(ROWS[:2]))
    assert box == pytest.approx((1001, 406, 1015, 427), abs=6)


def test_a_dark_bar_is_found_until_all_of_its_print_is_read(sheet):
    heads = [(100, 92, "Artikel", 30, 255), (600, 92, "Menge", 30, 255), (1000, 92, "Preis", 30, 255)]
    found = ink.found(sheet(*heads, under=[((80, 80, 1160, 140), 40)]))
    boxes = [Box(x - 2, 84, x + 110, 134) for x, *_ in heads]
    (bar,) = ink.bars(found, [])
    assert bar == pytest.approx((80, 80, 1160, 140), abs=6)
    assert ink.bars(found, boxes[:2]) == [bar]
    assert ink.bars(found, boxes) == []


@pytest.mark.parametrize("box", [(80, 80, 1160, 140), (80, 80, 140, 700), (100, 100, 700, 600)])
def test_a_dark_patch_that_holds_nothing_or_is_no_bar_is_none(sheet, box):
    assert ink.bars(ink.found(sheet(under=[(box, 0)])), []) == []


def test_what_lies_on_a_ruled_line_is_told_from_print(sheet):
    scan = sheet((100, 300, "left | right", 40))
    cv2.line(scan.image, (700, 100), (700, 600), 0, 3)
    found = ink.found(scan)
    assert ink.on_rule(found, Box(694, 280, 706, 350))
    assert not ink.on_rule(found, Box(168, 300, 184, 350))
    assert not ink.on_rule(found, Box(900, 300, 910, 350))


def test_a_dash_on_a_dark_bar_is_no_ruled_line(sheet):
    scan = sheet((100, 92, "Saldo - 12,50", 30, 255), under=[((80, 80, 1160, 140), 0)])
    assert not ink.on_rule(ink.found(scan), Box(194, 108, 206, 114))


def test_a_page_smaller_than_a_letter_has_no_print():
    scan = Scan(1, np.full((2, 3), 255, np.uint8), 300.0)
    assert ink.coverage(ink.found(scan), []) == 1
    assert ink.unread(ink.found(replace(scan, image=np.zeros((1, 900), np.uint8))), []) == []


edges = st.integers(-50, 1400)
boxes = st.lists(
    st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), edges, edges, *[st.integers(1, 900)] * 2),
    max_size=6,
)


@given(boxes, boxes)
def test_more_boxes_never_cover_less(page, some, more):
    one, both = ink.coverage(page, some), ink.coverage(page, [*some, *more])
    assert 0 <= one <= both <= 1
    assert len(ink.unread(page, some)) == 0 or both < 1 or ink.unread(page, [*some, *more]) == []


@pytest.mark.parametrize("shade", [0, 40])
def test_nothing_of_a_black_page_counts_as_read(shade):
    assert ink.coverage(ink.found(Scan(1, np.full((1100, 800), shade, np.uint8), 100.0)), []) == 0


def _noisy(image, ground, noise):
    """An image of black on white drawn with less contrast on a dark ground."""
    chance = np.random.default_rng(5)
    return np.clip(ground + image + chance.normal(0, noise, image.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("ground", "noise"), [(0, 0), (5, 3), (10, 8), (30, 15), (0, 20)])
def test_noise_in_the_dark_is_nothing_but_noise(ground, noise):
    image = _noisy(np.zeros((1754, 1240)), ground, noise)
    assert ink.is_dark_noise(ink.found(Scan(1, image, 300.0)))


@pytest.mark.parametrize("lighter", [1, -1])
@pytest.mark.parametrize("noise", [0, 3, 8])
def test_a_faint_row_of_print_in_the_dark_is_more_than_noise(sheet, noise, lighter):
    row = (255 - sheet((100, 300, "Row of print", 26)).image) / 255 * 20 * lighter
    assert not ink.is_dark_noise(ink.found(Scan(1, _noisy(row, 30, noise), 300.0)))


@pytest.mark.parametrize("ground", [130, 255])
def test_paper_is_no_dark_noise(ground):
    assert not ink.is_dark_noise(ink.found(Scan(1, _noisy(np.zeros((800, 1240)), ground, 5), 200.0)))
