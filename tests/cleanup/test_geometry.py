from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from docscan.cleanup import geometry
from docscan.model import Scan
from docscan.places import mapped


def _spot(scan, x, y):
    """A black spot drawn at a place of an otherwise white image, and where its ink is afterwards."""
    image = np.full((300, 420), 255, np.uint8)
    cv2.circle(image, (x, y), 4, 0, -1)
    return replace(scan, image=image)


def _middle_of_ink(image):
    rows, columns = np.nonzero(image < 128)
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def _back(scan, point):
    return mapped(scan.to_source, *point)


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
@given(st.floats(-10, 10), st.integers(40, 380), st.integers(40, 260), st.floats(0.5, 4.0))
def test_a_spot_stays_under_its_place_through_every_step(angle, x, y, factor):
    scan = _spot(Scan(1, np.empty((0, 0), np.uint8), 300.0), x, y)
    treated = geometry._resampled(geometry.turn(scan, 270), angle, factor)
    assert _back(treated, _middle_of_ink(treated.image)) == pytest.approx((x + 0.5, y + 0.5), abs=1.0)


@pytest.mark.parametrize("angle", [-9.5, -2.0, -0.7, 0.6, 3.3, 9.0])
def test_a_skewed_page_is_straightened(drawn, angle):
    skewed = replace(geometry._resampled(drawn(), angle, 1.0), treatments=())
    straight = geometry.straighten(skewed)
    assert len(straight.treatments) == 1
    found = float(straight.treatments[0].removeprefix("deskew "))
    assert found == pytest.approx(-angle, abs=0.2)
    assert straight.upright


def test_a_straight_page_of_the_best_size_is_left_alone(drawn):
    scan = drawn()
    straight = geometry.straighten(scan)
    assert straight.image is scan.image
    assert straight.treatments == ()


def test_a_page_tilted_further_than_the_limit_was_meant_so(drawn):
    tilted = replace(geometry._resampled(drawn(), 6.0, 1.0), treatments=())
    assert geometry.straighten(tilted, limit=3.0).treatments == ()


def test_an_empty_page_shows_no_direction():
    straight = geometry.straighten(Scan(1, np.full((400, 300), 255, np.uint8), 200.0))
    assert (straight.treatments, straight.upright) == ((), False)


@pytest.mark.parametrize("tilt", [0.0, 4.0])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_page_is_set_upright_whichever_way_it_lay(drawn, angle, tilt):
    scan = replace(geometry._resampled(drawn(), tilt, 1.0), treatments=())
    lying = replace(geometry.turn(scan, angle), treatments=())
    upright = geometry.straighten(lying)
    back = (360 - angle) % 360
    assert upright.upright
    assert [told for told in upright.treatments if "turn" in told] == ([f"turn {back}"] if back else [])


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "lines", [("1.234,50 20.817,66 40.302,19 88.123,45",) * 7, ("INVOICE TOTAL NET PAID",) * 7]
)
def test_digits_and_capitals_alone_do_not_tell_which_way_is_up(drawn, lines, angle):
    straight = geometry.straighten(replace(geometry.turn(drawn(lines), angle), treatments=()))
    assert not straight.upright
    assert [told for told in straight.treatments if "turn" in told] == (["turn 90"] if angle % 180 else [])


def test_print_is_brought_to_the_size_that_is_read_best_whatever_the_resolution(drawn):
    sizes = []
    for dpi in (100, 150, 300):
        straight = geometry.straighten(drawn(dpi=dpi))
        assert straight.dpi == pytest.approx(dpi * straight.width / drawn(dpi=dpi).width, rel=0.01)
        sizes.append(straight.dpi)
    assert sizes[0] > 200
    assert min(sizes) >= 150
    assert sizes[2] < 250


def test_fine_print_keeps_the_page_large(drawn):
    usual = drawn(dpi=300)
    small = cv2.resize(usual.image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    image = np.full_like(usual.image, 255)
    image[: small.shape[0], : small.shape[1]] = small
    image[small.shape[0] + 30 :, :] = usual.image[: image.shape[0] - small.shape[0] - 30]
    kept = geometry.straighten(replace(usual, image=image))
    assert kept.dpi > geometry.straighten(usual).dpi


def test_only_a_scan_finer_than_any_print_needs_is_reduced_at_once(drawn):
    fine = geometry.reduce(drawn(dpi=600))
    assert (fine.treatments, round(fine.dpi)) == (("scale 600 to 300",), 300)
    assert geometry.reduce(drawn(dpi=300)).treatments == ()


def _price_list():
    """An upright page whose columns of short, equal items line up better than its rows."""
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 34)
    page = Image.new("L", (1500, 2000), 255)
    pen = ImageDraw.Draw(page)
    for row in range(28):
        y = 80 + 66 * row
        for x, text in ((80, f"Tornillo M{row}"), (700, "ud"), (850, "3,10"), (1050, "21 %"), (1250, "6,20")):
            pen.text((x, y), text, font=font, fill=0)
    return Scan(1, geometry._resampled(Scan(1, np.asarray(page), 300.0), 0.8, 1.0).image, 300.0)


def test_a_table_of_aligned_columns_stays_upright_and_is_turned_from_its_side():
    upright = _price_list()
    assert not any("turn" in told for told in geometry.straighten(upright).treatments)
    lying = replace(upright, image=np.ascontiguousarray(np.rot90(upright.image)))
    assert "turn 90" in geometry.straighten(lying).treatments
