from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan.cleanup import colour
from docscan.model import Scan

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"

INKS = {"red": (40, 30, 200), "blue": (180, 60, 40), "green": (60, 140, 30), "navy": (110, 30, 30)}


def _coloured(scan):
    return np.dstack([scan.image] * 3)


@pytest.mark.parametrize("ink", INKS.values(), ids=INKS)
def test_a_coloured_stamp_over_black_print_is_lightened_and_the_print_stays(drawn, ink):
    scan = drawn()
    page = _coloured(scan)
    stamp = np.full_like(page, 255)
    for radius in (60, 100, 140):
        cv2.circle(stamp, (500, 220), radius, ink, 12)
    cleaned = colour.stamps(replace(scan, image=np.minimum(page, stamp)))
    assert cleaned.treatments == ("stamps",)
    printed, stamped = scan.image < 60, (stamp.min(axis=2) < 255) & (scan.image == 255)
    assert cleaned.image[printed].max() < 120
    assert np.median(cleaned.image[stamped]) > 170


@pytest.mark.parametrize("ink", INKS.values(), ids=INKS)
def test_text_that_is_written_in_colour_alone_stays(drawn, ink):
    scan = drawn()
    written = np.where(_coloured(scan) < 128, np.array(ink, np.uint8), np.uint8(255))
    page = np.vstack((_coloured(scan), written))
    both = replace(scan, image=np.ascontiguousarray(page))
    assert colour.stamps(both) is both


def test_a_page_printed_in_blue_stays_readable(drawn):
    scan = drawn()
    page = np.where(_coloured(scan) < 128, np.array(INKS["blue"], np.uint8), np.uint8(255))
    cv2.rectangle(page, (90, 90), (400, 130), (0, 0, 0), 2)
    blue = replace(scan, image=page)
    assert colour.stamps(blue) is blue


def test_a_grey_page_has_no_stamps(drawn):
    scan = drawn()
    assert colour.stamps(scan) is scan


def test_a_bar_of_colour_with_white_and_black_print_is_no_stamp():
    image = Image.new("RGB", (1600, 1200), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 1600, 260), fill=(30, 90, 200))
    pen.text((100, 90), "Nordwind Rechnung 5512", fill="white", font=ImageFont.truetype(FONT, 70))
    pen.text((1100, 100), "Kopie 8841", fill="black", font=ImageFont.truetype(FONT, 50))
    for row in range(10):
        pen.text(
            (100, 330 + 80 * row),
            "Lieferung und Montage der Anlage",
            fill="black",
            font=ImageFont.truetype(FONT, 44),
        )
    scan = Scan(1, np.asarray(image, dtype=np.uint8)[:, :, ::-1].copy(), 300.0)
    assert colour.stamps(scan) is scan
