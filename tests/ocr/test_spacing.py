from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from docscan.model import Line, Scan, Word
from docscan.ocr import spacing
from docscan.places import Box

FOLDER = "/usr/share/fonts/truetype/dejavu/"
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")
SENTENCE = "Wartung der Heizung und Reinigung der Filter je Anlage"


def _box(pen, left, top, text, face):
    return Box(*map(round, pen.textbbox((round(left), top), text, font=face)))


def _page(text, font):
    """A page with a sentence and, under it, a text that was read as one word."""
    face = ImageFont.truetype(FOLDER + font, 42)
    image = Image.new("L", (2400, 300), 255)
    pen = ImageDraw.Draw(image)
    words, left = [], 100.0
    for word in SENTENCE.split():
        words.append(Word(word, _box(pen, left, 60, word, face), 0.95))
        pen.text((round(left), 60), word, fill=0, font=face)
        left += face.getlength(word + " ")
    pen.text((100, 160), text, fill=0, font=face)
    box = _box(pen, 100, 160, text, face)
    read = Line((Word(text.replace(" ", ""), box, 0.6),))
    return Scan(1, np.asarray(image, dtype=np.uint8), 300.0), [Line(tuple(words)), read]


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("text", ["7 x 8,24", "19 %", "17,37 €", "40 h", "2 x 11,17", "3 mm", "1 kg"])
def test_a_space_between_a_figure_and_its_unit_is_found_in_the_ink(text, font):
    scan, lines = _page(text, font)
    done = spacing.spaced(scan, lines)
    assert done[0] == lines[0]
    assert done[1].text == text
    boxes = [word.box for word in done[1].words]
    whole = lines[1].words[0].box
    assert (boxes[0].left, boxes[-1].right) == (whole.left, whole.right)
    assert all(a.right < b.left for a, b in pairwise(boxes))


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize(
    "text", ["19%", "B19067354.", "11,17", "1.111,11", "DE811907980", "2x4mm", "A4", "R-1/17", "17€"]
)
def test_a_word_without_a_gap_stays_whole(text, font):
    scan, lines = _page(text, font)
    assert spacing.spaced(scan, lines) == tuple(lines)


def test_a_space_between_figures_or_letters_is_the_engines_to_tell():
    scan, lines = _page("7 637,88", FONTS[0])
    assert spacing.spaced(scan, lines) == tuple(lines)
    scan, lines = _page("R E C H N U N G", FONTS[0])
    assert spacing.spaced(scan, lines) == tuple(lines)


def _two_words(before, space, after, font):
    """A page with a sentence and, under it, figures that were read as two words."""
    scan, (sentence, _) = _page(f"{before}{space}{after}", font)
    face = ImageFont.truetype(FOLDER + font, 42)
    pen = ImageDraw.Draw(Image.new("L", (1, 1)))
    boxes = (
        _box(pen, 100, 160, before, face),
        _box(pen, 100 + face.getlength(before + space), 160, after, face),
    )
    return scan, [sentence, Line((Word(before, boxes[0], 0.9), Word(after, boxes[1], 0.8)))]


@pytest.mark.parametrize(
    "font", [font for font in FONTS if "Serif" not in font]
)  # its space is too narrow to tell
@pytest.mark.parametrize(("before", "after"), [("54528241", "19-2025"), ("8241", "90/11-02"), ("60", "1234")])
def test_a_number_that_was_cut_at_a_one_is_made_whole_unless_the_page_shows_a_space(before, after, font):
    scan, lines = _two_words(before, "", after, font)
    (whole,) = spacing.spaced(scan, lines)[1].words
    assert whole == Word(before + after, lines[1].box, 0.8)
    scan, lines = _two_words(before, " ", after, font)
    assert spacing.spaced(scan, lines) == tuple(lines)


def test_figures_without_a_one_between_them_are_never_joined():
    scan, lines = _two_words("7", "", "637,88", FONTS[0])
    assert spacing.spaced(scan, lines) == tuple(lines)


def test_a_page_with_few_spaces_does_not_tell_that_a_number_was_cut():
    scan, (_, line) = _two_words("8241", "", "1902", FONTS[0])
    assert spacing.spaced(scan, [line]) == (line,)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 30), st.text("17ax%€., ", min_size=1)), max_size=5),
    st.integers(0, 2**32 - 1),
)
def test_no_sign_is_lost_or_added_whatever_is_on_the_page(words, seed):
    image = (np.random.default_rng(seed).random((40, 120)) > 0.3).astype(np.uint8) * 255
    line = Line(tuple(Word(text, Box(left, 5, left + width, 35), 0.5) for left, width, text in words))
    if not words:
        return
    (done,) = spacing.spaced(Scan(1, image, 300.0), [line])
    assert "".join(word.text for word in done.words) == "".join(word.text for word in line.words)
    assert all(word.box.left < word.box.right for word in done.words)
