"""Black and white as JBIG2: other programs find every pixel again."""

import io
import shutil
import subprocess

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw, ImageFont
from shown_bits import shown_bits

from docscan.ocr import jbig2
from docscan.ocr.bitonal import group4

FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
PDFIMAGES = shutil.which("pdfimages")


def _print(width=900, height=1200):
    image = Image.new("1", (width, height), 1)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 30)
    for row in range(24):
        pen.text((60, 40 + 46 * row), f"Rechnung {4711 * row}, zahlbar in {row} Tagen", font=font, fill=0)
    return (~np.asarray(image)).astype(np.uint8)


def _in_a_pdf(black, path):
    height, width = black.shape
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(max(3, width), max(3, height)))
        image = document.make_stream(
            jbig2.encoded(black),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=width,
            Height=height,
            BitsPerComponent=1,
            ColorSpace=pikepdf.Name.DeviceGray,
            Filter=pikepdf.Name.JBIG2Decode,
        )
        sheet = document.pages[0].obj
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
        sheet.Contents = document.make_stream(f"{width} 0 0 {height} 0 0 cm /Im0 Do".encode())
        document.save(path)
    return path


def _found(path):
    return (~np.asarray(shown_bits(path))).astype(np.uint8)


SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 70))


@settings(max_examples=60, deadline=None)
@given(arrays.arrays(np.uint8, SHAPES, elements=st.integers(0, 1)))
def test_every_pixel_of_any_picture_is_found_again(black):
    file = io.BytesIO()
    _in_a_pdf(black, file)
    assert np.array_equal(_found(file.getvalue()), black)


@pytest.mark.parametrize("share", [0.0, 0.002, 0.5, 0.998, 1.0])
def test_white_black_and_noise_are_found_again(tmp_path, share):
    black = (np.random.default_rng(3).random((500, 333)) < share).astype(np.uint8)
    assert np.array_equal(_found(_in_a_pdf(black, tmp_path / "noise.pdf")), black)


def test_print_takes_three_quarters_of_the_room_of_fax_and_is_found_again(tmp_path):
    black = _print()
    height, width = black.shape
    fax, _ = group4(np.packbits(black == 0, axis=1).tobytes(), width, height)
    assert len(jbig2.encoded(black)) < 0.75 * len(fax)
    assert np.array_equal(_found(_in_a_pdf(black, tmp_path / "print.pdf")), black)


@pytest.mark.skipif(not PDFIMAGES, reason="no poppler")
def test_poppler_finds_the_same_pixels(tmp_path):
    black = _print()
    path = _in_a_pdf(black, tmp_path / "print.pdf")
    subprocess.run([PDFIMAGES, "-png", path, tmp_path / "found"], check=True)
    found = np.asarray(Image.open(tmp_path / "found-000.png").convert("L"))
    assert np.array_equal(found < 128, black == 1)
