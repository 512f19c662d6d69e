"""Words written under their ink, as programs find them that take text out again."""

import math
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from docscan.model import Line, Page, Word
from docscan.ocr import glyphless, searchable, underlay
from docscan.places import STRAIGHT, Box, mapped

POPPLER = shutil.which("pdftotext")
LINES = (
    "Rechtsschutzversicherungsgesellschaften und Donaudampfschifffahrtsgesellschaft im Vertrag",
    "an die Kraftfahrzeughaftpflichtversicherung a b c und die Hauptstraße 12 in der Stadt",
    "Nummer 2041 vom 12. Januar, zu zahlen bis zum 28. Februar auf das unten genannte Konto.",
)


def _printed(pixels):
    """Lines of print at 200 dpi, and what was read of them."""
    image = Image.new("L", (2600, 600), 255)
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", pixels)
    lines = []
    for row, text in enumerate(LINES):
        x, y, words = 120.0, 150 + 2 * pixels * row, []
        for word in text.split():
            words.append(Word(word, Box(*(round(edge) for edge in pen.textbbox((x, y), word, font))), 0.9))
            x += pen.textlength(word + " ", font)
        lines.append(Line(tuple(words)))
    return Page(1, *image.size, 200.0, "read", tuple(lines), source_size=image.size)


def _turned(degrees, scale=1.0):
    """Maps a pixel of a straight page to one of the same page skewed."""
    cos, sin = (scale * turn(math.radians(degrees)) for turn in (math.cos, math.sin))
    return (cos, sin, 0.0), (-sin, cos, 200.0 if degrees > 0 else 0.0), STRAIGHT


@pytest.mark.skipif(not POPPLER, reason="no poppler")
@pytest.mark.parametrize("pixels", [25, 33, 42])
@pytest.mark.parametrize(("way", "degrees"), [("-layout", 0), ("-raw", 0), ("-raw", 3), ("-raw", -5)])
def test_words_stay_apart_after_long_ones_and_on_skewed_lines(tmp_path, pixels, way, degrees):
    page = _printed(pixels)
    source, target = tmp_path / "source.png", tmp_path / "target.pdf"
    Image.new("L", page.source_size, 255).save(source, dpi=(200, 200))
    skewed = Page(
        1, *page.source_size, 200.0, "read", page.lines, (), "deu", (), _turned(degrees), page.source_size
    )
    searchable.write(source, "image/png", [skewed], target)
    told = subprocess.run([POPPLER, way, target, "-"], capture_output=True, check=True, text=True).stdout
    assert sorted(told.split()) == sorted(" ".join(LINES).split())


@given(
    text=st.text("ab", min_size=1, max_size=30),
    width=st.floats(0.25, 0.7),
    height=st.integers(8, 60),
    left=st.integers(0, 2000),
    degrees=st.one_of(st.just(0.0), st.floats(-7, 7)),
)
def test_text_covers_its_ink_and_nothing_after_it(text, width, height, left, degrees):
    box = Box(left, 100, left + max(4, round(len(text) * height * width)), 100 + height)
    place = _turned(degrees, 0.24)
    page = Page(1, 3000, 3000, 300.0, "read", (Line((Word(text, box, 0.9),)),))
    begin, base, end, top = _covered(underlay.content(page, place, glyphless.letters([text])), text)
    corners = [mapped(place, x, y) for x in box[::2] for y in box[1::2]]
    across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    inner = (min(end, across[-1]) - max(begin, across[0])) * (min(top, down[-1]) - max(base, down[0]))
    outer = (end - begin) * (top - base) + (across[-1] - across[0]) * (down[-1] - down[0]) - inner
    assert inner / outer >= 0.8
    assert end <= across[-1] + 0.01


def _covered(content, text):
    """Left, lower, right and upper edge of the only word, in the page's units."""
    values = {
        operator: [float(value) for value in re.findall(rb"-?[\d.]+", before)]
        for before, operator in re.findall(
            rb"((?:-?[\d.]+ )+)(Tm|Td|Tz|Tf)", content.replace(b"/Unseen0 ", b"")
        )
    }
    scale = values[b"Tm"][0]
    (left, base), size, stretch = values[b"Td"], values[b"Tf"][0], values.get(b"Tz", [100.0])[0]
    right = left + len(text) * size * glyphless.ADVANCE / glyphless.EM * stretch / 100
    return [scale * edge for edge in (left, base, right, base + size * glyphless.ASCENT / glyphless.EM)]
