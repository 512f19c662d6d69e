from dataclasses import replace

import cv2
import numpy as np
import pytest

from docscan.cleanup import geometry, sheet
from docscan.model import Scan
from docscan.places import mapped

CORNERS = ((180, 150), (1260, 190), (1330, 1760), (110, 1690))


def _photographed(page, corners=CORNERS, ground=70):
    height, width = page.shape[:2]
    flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(corners, np.float32))
    noise = np.random.default_rng(4).normal(ground, 8, (2000, 1500)).clip(0, 255).astype(np.uint8)
    seen = cv2.warpPerspective(page, matrix, (1500, 2000), flags=cv2.INTER_AREA)
    covered = cv2.warpPerspective(np.full_like(page, 255), matrix, (1500, 2000)) > 127
    return Scan(1, np.where(covered, seen, noise), 150.0, source_size=(1500, 2000))


@pytest.fixture
def page(drawn):
    image = np.full((2339, 1654), 240, np.uint8)
    text = drawn(dpi=200).image
    image[200 : 200 + text.shape[0], 200 : 200 + text.shape[1]] = text
    return image


@pytest.mark.parametrize("colour", [False, True])
def test_a_photographed_sheet_is_seen_from_above_and_its_corners_map_back(page, colour):
    photo = _photographed(page)
    if colour:
        photo = replace(photo, image=np.dstack([photo.image] * 3))
    flat = sheet.perspective(photo)
    assert flat.treatments == ("perspective",)
    ends = ((0, 0), (flat.width, 0), (flat.width, flat.height), (0, flat.height))
    for end, corner in zip(ends, CORNERS, strict=True):
        assert mapped(flat.to_source, *end) == pytest.approx(corner, abs=8)
    assert flat.height / flat.width == pytest.approx(297 / 210, rel=0.01)
    assert flat.dpi == pytest.approx(flat.height / 11.69, rel=0.01)


def test_a_sheet_that_is_no_a4_keeps_its_dpi(page):
    assert sheet.perspective(_photographed(page[:1700])).treatments == ("perspective",)
    narrow = _photographed(page, corners=((450, 100), (1000, 160), (1060, 1900), (380, 1880)))
    assert sheet.perspective(narrow).dpi == 150.0


@pytest.mark.parametrize("angle", [0.0, 3.0, -8.0])
def test_a_page_on_a_scanner_with_a_dark_lid_is_left_to_the_other_steps(page, angle):
    turned = geometry._resampled(Scan(1, 255 - page, 200.0), angle, 1.0).image
    framed = cv2.copyMakeBorder(255 - turned, 90, 120, 100, 60, cv2.BORDER_CONSTANT, value=20)
    scan = Scan(1, framed, 200.0)
    assert sheet.perspective(scan) is scan


def test_a_page_without_ground_and_one_with_a_frame_are_flat(page):
    framed = page.copy()
    cv2.polylines(framed, [np.array(CORNERS, np.int32)], True, 0, 12)
    for image in (page, framed):
        scan = Scan(1, image, 200.0)
        assert sheet.perspective(scan) is scan


def test_a_sheet_whose_side_lies_outside_the_photograph_is_left(page):
    cut = _photographed(page, corners=((180, 150), (1300, 230), (1420, 2100), (90, 1990)))
    assert sheet.perspective(cut) is cut
    small = _photographed(page, corners=((600, 600), (1000, 640), (1040, 1200), (580, 1160)))
    assert sheet.perspective(small) is small
