from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan import cleanup
from docscan.cleanup.bars import bars
from docscan.model import Scan
from docscan.ocr import engine
from docscan.pipeline import Choice

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
TOP, BOTTOM = 0, 260
NAME = "Zimmerei Sonnenberg"
LIGHT = [Choice(name, {}) for name in ("bars", "light")]


def _letterhead(ground=70, letters=255, paper=250, text=NAME):
    """A page at 300 dpi: a band across its whole top with a name on it, and a few rows of print."""
    image = Image.new("L", (1800, 1500), paper)
    pen = ImageDraw.Draw(image)
    if ground is not None:
        pen.rectangle((0, TOP, 1800, BOTTOM), fill=ground)
    pen.text((150, 120), text, fill=letters, font=ImageFont.truetype(FONT, 60))
    for row in range(8):
        pen.text((150, 500 + 90 * row), "Rechnung und Lieferung", fill=20, font=ImageFont.truetype(FONT, 40))
    return Scan(1, np.asarray(image, dtype=np.uint8), 300.0)


def _text(scan):
    lines = engine.named("tesseract").read(scan.image, "deu", dpi=scan.dpi, timeout=60)
    return "\n".join(line.text for line in lines)


def test_the_name_on_a_band_across_the_page_is_read_once_its_light_is_even():
    scan = cleanup.clean(_letterhead(), LIGHT)
    assert "bars 1" in scan.treatments
    assert NAME in _text(scan)


@pytest.mark.parametrize(("ground", "letters", "paper"), [(0, 255, 255), (120, 235, 240), (130, 175, 185)])
def test_a_bar_becomes_paper_and_its_letters_ink(ground, letters, paper):
    scan = _letterhead(ground, letters, paper)
    done = bars(scan)
    band, drawn = done.image[20:240], scan.image[20:240] == letters
    assert np.median(band) > paper - 12
    assert band[drawn].mean() < 0.35 * paper
    assert np.array_equal(done.image[300:], scan.image[300:])


def test_a_slanting_bar_leaves_no_line_along_its_edge():
    scan = _letterhead()
    slant = cv2.getRotationMatrix2D((900, 750), 2.0, 1.0)
    image = scan.image.copy()
    image[:60] = 250  # the band begins below the page's edge
    turned = cv2.warpAffine(image, slant, (1800, 1500), flags=cv2.INTER_CUBIC, borderValue=(250,))
    done = bars(replace(scan, image=np.asarray(turned, dtype=np.uint8)))
    assert done.treatments == ("bars 1",)
    around = done.image[:420, 1000:]  # the name ends before
    assert (around < 128).mean() < 1e-4


def test_a_bar_that_runs_into_a_shadow_is_inverted_alone():
    scan = _letterhead()
    shadow = np.zeros(scan.image.shape, np.float32)
    cv2.ellipse(shadow, (1300, 420), (260, 330), 0, 0, 360, (1.0,), -1)
    image = scan.image * (1 - 0.55 * cv2.GaussianBlur(shadow, (0, 0), 40))
    done = bars(replace(scan, image=image.astype(np.uint8)))
    assert done.treatments == ("bars 1",)
    assert np.array_equal(done.image[BOTTOM + 30 :], image.astype(np.uint8)[BOTTOM + 30 :])
    assert NAME in _text(done)


def test_a_tint_beside_a_bar_is_left_as_it_is():
    scan = _letterhead()
    image = scan.image.copy()
    tint = image[BOTTOM : BOTTOM + 200]
    tint[:] = 165
    cv2.putText(tint, "Kundennummer 4711", (150, 130), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (20,), 5)
    done = bars(replace(scan, image=image))
    assert done.treatments == ("bars 1",)
    assert np.array_equal(done.image[BOTTOM + 12 :], image[BOTTOM + 12 :])
    assert NAME in _text(done)


def test_dark_print_on_a_light_tint_stays():
    scan = _letterhead(225, letters=10)
    assert bars(scan) is scan


@pytest.mark.parametrize("ground", [90, 130, 160])
def test_dark_print_on_a_dark_tint_is_read(ground):
    scan = cleanup.clean(_letterhead(ground, letters=10), LIGHT)
    assert "bars 1" in scan.treatments
    assert NAME in _text(scan)


def test_light_and_dark_print_on_one_bar_are_both_read():
    scan = _letterhead(120)
    image = Image.fromarray(scan.image)
    ImageDraw.Draw(image).text((1100, 130), "Kopie 8841", fill=10, font=ImageFont.truetype(FONT, 50))
    text = _text(cleanup.clean(replace(scan, image=np.asarray(image, dtype=np.uint8)), LIGHT))
    assert NAME in text
    assert "Kopie 8841" in text


def test_a_letter_as_large_as_a_bar_is_none():
    image = Image.new("L", (1800, 900), 255)
    ImageDraw.Draw(image).text((150, 300), "STORNO", fill=0, font=ImageFont.truetype(FONT, 300))
    scan = Scan(1, np.asarray(image, dtype=np.uint8), 300.0)
    assert bars(scan) is scan


@pytest.mark.parametrize("size", [40, 90, 110])
def test_a_black_band_of_a_fax_becomes_paper_whatever_the_size_of_its_letters(size):
    image = Image.new("1", (1650, 1200), 1)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 1650, 200), fill=0)
    pen.text((150, 30), NAME, fill=1, font=ImageFont.truetype(FONT, size))
    pen.text((150, 400), "Rechnung und Lieferung", fill=0, font=ImageFont.truetype(FONT, 40))
    scan = Scan(1, np.asarray(image.convert("L"), dtype=np.uint8), 200.0)
    done = bars(scan)
    assert done.treatments == ("bars 1",)
    assert np.array_equal(done.image[20:190] > 128, scan.image[20:190] < 128)


def test_white_letters_of_two_centimetres_become_black():
    scan = _letterhead(10, text="")
    image = Image.fromarray(scan.image)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 1800, 480), fill=10)
    pen.text((120, 80), "STORNO 77", fill=255, font=ImageFont.truetype(FONT, 260))
    done = bars(replace(scan, image=np.asarray(image, dtype=np.uint8)))
    assert done.treatments == ("bars 1",)
    assert np.median(done.image[:460]) > 230


def test_a_bar_without_letters_stays():
    scan = _letterhead(text="")
    assert bars(scan) is scan


def test_the_frame_of_a_table_and_a_dark_edge_around_the_page_are_no_bars():
    scan = _letterhead(None, letters=20)
    image = scan.image.copy()
    cv2.rectangle(image, (100, 480), (900, 1250), (0,), 14)
    cv2.line(image, (100, 850), (900, 850), (0,), 14)
    image[:, :30] = image[:, -40:] = 10
    image[:25] = image[-30:] = 10
    scan = replace(scan, image=image)
    assert bars(scan) is scan


def test_a_shade_over_half_the_page_is_no_bar():
    scan = _letterhead(None, letters=20)
    shade = np.where(np.arange(1800) < 900, 1.0, np.linspace(1.3, 0.45, 1800).clip(0, 1))
    scan = replace(scan, image=(scan.image * shade[None, :]).astype(np.uint8))
    assert bars(scan) is scan


def test_a_clean_page_stays_as_it_is(drawn):
    scan = drawn()
    assert bars(scan) is scan
