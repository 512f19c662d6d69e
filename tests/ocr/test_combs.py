from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan import ocr
from docscan.errors import EngineFailedError
from docscan.model import Line, Scan, Word
from docscan.ocr import combs, engine, ruling, strips
from docscan.pipeline import Reading
from docscan.places import Box

FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
MILLIMETRE = 300 / 25.4
PITCH = 64


def _page(*texts, groups=((100, "ES9121000418"),), size=44, closed=True):
    """A page of 300 dpi with combs at a height of 200 pixels: each its left edge and a sign for each cell."""
    image = Image.new("L", (1800, 500), 255)
    pen = ImageDraw.Draw(image)
    for left, signs in groups:
        for at, sign in enumerate(signs):
            cell = (left + PITCH * at, 200, left + PITCH * (at + 1), 274)
            pen.rectangle(cell, outline=0, width=3)
            pen.text((cell[0] + 18, 212), sign, font=ImageFont.truetype(FONT, size), fill=0)
        if not closed:
            pen.rectangle((left - 2, 196, left + PITCH * len(signs) + 2, 206), fill=255)
    for place, text in texts:
        pen.text(place, text, font=ImageFont.truetype(FONT, 40), fill=0)
    return Scan(1, np.asarray(image, dtype=np.uint8).copy(), 300.0)


def _read(scan, lines=()):
    ask = strips.asking(engine.named("tesseract"), 60)
    return combs.read(scan, lines, combs.found(ruling.found(scan)), "eng", ask)


def test_a_comb_is_read_as_one_word_whose_box_is_the_comb_s():
    (line,) = _read(_page())
    (word,) = line.words
    assert word.text == "ES9121000418"
    assert word.box == pytest.approx((100, 200, 100 + 12 * PITCH, 274), abs=5)


def test_a_comb_that_is_open_at_the_top_is_read_too():
    (line,) = _read(_page(closed=False))
    assert line.text == "ES9121000418"


def test_an_empty_comb_has_no_text():
    scan = _page(groups=((100, "        "),))
    assert len(combs.found(ruling.found(scan))) == 1
    assert _read(scan) == ()


def test_day_month_and_year_are_three_words_of_one_line():
    (line,) = _read(_page(groups=((100, "12"), (260, "04"), (420, "1988"))))
    assert [word.text for word in line.words] == ["12", "04", "1988"]


def test_cells_left_empty_after_the_last_sign_do_not_count():
    (line,) = _read(_page(groups=((100, "4711    "),)))
    assert line.text == "4711"


def test_what_the_engine_made_of_the_walls_gives_way_to_what_stands_in_the_comb():
    label = Word("Account", Box(100, 140, 260, 180), 0.97)
    garbled = Word("|E|S|9|1|2", Box(98, 198, 700, 276), 0.3)
    lines = _read(_page(), [Line((label,)), Line((garbled,))])
    assert [line.text for line in lines] == ["Account", "ES9121000418"]


def test_a_comb_stands_in_the_line_of_its_label():
    label = Word("Account", Box(60, 218, 90, 256), 0.97)
    (line,) = _read(_page(), [Line((label,))])
    assert [word.text for word in line.words] == ["Account", "ES9121000418"]


def test_a_sign_that_crosses_a_wall_hides_no_cell():
    scan = _page(groups=((100, "12345678"),))
    scan.image[204:270, 100 + 3 * PITCH - 14 : 100 + 3 * PITCH + 14] = 120  # a blot over the third wall
    (comb,) = combs.found(ruling.found(scan))
    assert len(comb.walls) == 9


def test_letters_a_table_and_one_box_alone_are_no_combs():
    image = Image.new("L", (1800, 1200), 255)
    pen = ImageDraw.Draw(image)
    pen.text((60, 20), "HILFE III HHH", font=ImageFont.truetype(FONT, 100), fill=0)
    for row in range(4):  # cells as narrow as a comb's, and four rows of them
        for column in range(10):
            pen.rectangle((100 + 60 * column, 200 + 70 * row, 160 + 60 * column, 270 + 70 * row), outline=0)
    for column in range(4):  # a row of a table
        pen.rectangle((100 + 300 * column, 600, 400 + 300 * column, 680), outline=0)
    pen.rectangle((100, 800, 160, 870), outline=0, width=3)
    pen.rectangle((100, 950, 160, 1020), outline=0, width=3)  # two cells that nothing bears out
    pen.line((130, 950, 130, 1020), fill=0, width=3)
    scan = Scan(1, np.asarray(image, dtype=np.uint8), 300.0)
    assert [comb for comb in combs.found(ruling.found(scan)) if len(comb.walls) > 3] == []


def test_signs_that_nothing_is_made_of_are_shown_as_unreadable():
    scan = _page(groups=((100, "4711"),))
    nothing = partial(lambda _scan, cuts, _language: [() for _ in cuts])
    (line,) = combs.read(scan, (), combs.found(ruling.found(scan)), "eng", nothing)
    assert line.text == "????"
    assert line.words[0].confidence == 0.0


def test_a_page_of_plain_text_comes_back_as_it_was():
    scan = _page(((100, 300), "The amount is due on the 28th."), groups=())
    lines = (Line((Word("The", Box(100, 300, 150, 340), 0.9),)),)
    assert _read(scan, lines) == lines


def test_a_page_is_read_with_its_combs_and_says_where_they_are(read_as):
    page = read_as(_page(((100, 120), "Number of your account"), ((100, 340), "Thank you")), "eng")
    assert [line.text for line in page.lines] == ["Number of your account", "ES9121000418", "Thank you"]
    assert [blank.kind for blank in page.blanks] == ["comb"]


def test_an_engine_that_fails_at_combs_costs_the_page_nothing_else(monkeypatch):
    def fail(*_):
        raise EngineFailedError("The engine stopped.")

    monkeypatch.setattr(combs, "read", fail)
    page = ocr.read(_page(((100, 120), "Number of your account")), ["eng"], Reading(second_look=0))
    assert page.lines[0].text == "Number of your account"
    assert [blank.kind for blank in page.blanks] == ["comb"]
