from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from docscan.cleanup import geometry
from docscan.model import Scan

points = st.tuples(st.floats(0, 1), st.floats(0, 1))


def _spot(scan, x, y):
    """A black spot drawn at a place of an otherwise white image, and where its ink is afterwards."""
    image = np.full((300, 420), 255, np.uint8)
    cv2.circle(image, (x, y), 4, 0, -1)
    return replace(scan, image=image)


def _middle_of_ink(image):
    rows, columns = np.nonzero(image < 128)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def _back(scan, point):
    (a, b, c), (d, e, f), _ = scan.to_source
    x, y = point
    return a * x + b * y + c, d * x + e * y + f


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turn_is_exact_and_its_spots_map_back(angle):
    scan = _spot(Scan(1, np.empty((0, 0), np.uint8), 300.0), 100, 60)
    turned = geometry.turn(scan, angle)
    assert turned.treatments == (f"turn {angle}",)
    assert _back(turned, _middle_of_ink(turned.image)) == pytest.approx((100.5, 60.5), abs=1e-6)


def test_four_quarter_turns_give_the_page_back(drawn):
    scan = drawn()
    turned = scan
    for _ in range(4):
        turned = geometry.turn(turned, 90)
    assert np.array_equal(turned.image, scan.image)
    assert np.allclose(turned.to_source, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))


def test_no_turn_leaves_no_treatment_and_an_odd_angle_is_refused(drawn):
    scan = drawn()
    assert geometry.turn(scan, 0) is scan
    with pytest.raises(ValueError, match="45"):
        geometry.turn(scan, 45)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-10, 10),
    st.integers(30, 390),
    st.integers(30, 270),
    st.sampled_from([72.0, 150.0, 300.0, 400.0]),
)
def test_a_spot_stays_under_its_place_through_every_step(angle, x, y, dpi):
    scan = _spot(Scan(1, np.empty((0, 0), np.uint8), dpi), x, y)
    treated = geometry.scale(geometry.turn(geometry._rotated(scan, angle), 270))
    assert _back(treated, _middle_of_ink(treated.image)) == pytest.approx((x + 0.5, y + 0.5), abs=1.0)


@pytest.mark.parametrize("angle", [-8.0, -2.0, -0.7, 0.6, 3.3, 9.0])
def test_a_skewed_page_is_straightened(drawn, angle):
    skewed = geometry._rotated(drawn(), angle)
    straight = geometry.deskew(replace(skewed, treatments=()))
    assert len(straight.treatments) == 1
    found = float(straight.treatments[0].removeprefix("deskew "))
    assert found == pytest.approx(-angle, abs=0.2)


def test_a_straight_page_is_left_alone(drawn):
    scan = drawn()
    assert geometry.deskew(scan) is scan
    assert geometry.axis(scan) is scan


def test_a_page_tilted_further_than_the_limit_was_meant_so(drawn):
    tilted = geometry._rotated(drawn(), 6.0)
    assert geometry.deskew(tilted, limit=3.0) is tilted


def test_an_empty_page_shows_no_direction():
    empty = Scan(1, np.full((400, 300), 255, np.uint8), 100.0)
    assert geometry.deskew(geometry.axis(empty)) is empty


@pytest.mark.parametrize("angle", [90, 270])
def test_a_page_on_its_side_is_set_upright(drawn, angle):
    scan = drawn()
    upright = geometry.axis(geometry.turn(scan, angle))
    assert upright.treatments == (f"turn {angle}", "turn 90")
    assert (upright.width, upright.height) == (scan.width, scan.height)


def test_a_coarse_page_is_enlarged_and_a_fine_one_reduced(drawn):
    coarse = geometry.scale(drawn(dpi=150))
    fine = geometry.scale(drawn(dpi=400))
    assert (round(coarse.dpi), round(fine.dpi)) == (300, 300)
    assert coarse.treatments == ("scale 150 to 300",)
    assert geometry.scale(drawn(dpi=190)).treatments == ()


def _price_list():
    """An upright page whose columns of short, equal items line up better than its rows."""
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 34)
    page = Image.new("L", (1500, 2000), 255)
    pen = ImageDraw.Draw(page)
    for row in range(28):
        y = 80 + 66 * row
        for x, text in ((80, f"Tornillo M{row}"), (700, "ud"), (850, "3,10"), (1050, "21 %"), (1250, "6,20")):
            pen.text((x, y), text, font=font, fill=0)
    return Scan(1, geometry._rotated(Scan(1, np.asarray(page), 300.0), 0.8).image, 300.0)


def test_a_table_of_aligned_columns_stays_upright_and_is_turned_from_its_side():
    upright = _price_list()
    assert geometry.axis(upright).treatments == ()
    lying = replace(upright, image=np.ascontiguousarray(np.rot90(upright.image)))
    assert geometry.axis(lying).treatments == ("turn 90",)
