import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan.model import Scan, Word
from docscan.ocr import blanks, combs, leaders, marks, ruling, strokes
from docscan.places import Box

FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
ROOM = round(blanks.ROOM * 300 / 25.4)


def _scan(draw):
    image = Image.new("L", (2000, 1200), 255)
    draw(ImageDraw.Draw(image))
    return Scan(1, np.asarray(image, dtype=np.uint8).copy(), 300.0)


def _found(scan):
    drawn = ruling.found(scan)
    return blanks.found(drawn, combs.found(drawn), marks.found(drawn), leaders.found(drawn))


def _scribble(pen, left, baseline):
    """Loops as tall as a signature's, each joined to the next."""
    turn = np.linspace(0, 10 * np.pi, 200)
    xs, ys = left + 12 * turn + 30 * np.sin(turn), baseline - 45 * (1 - np.cos(turn))
    pen.line([(float(x), float(y)) for x, y in zip(xs, ys, strict=True)], fill=40, width=5)


def _dots(pen, y):
    for x in range(300, 1300, 13):
        pen.ellipse((x, y - 2, x + 4, y + 2), fill=0)


def test_a_frame_is_a_place_to_write_in():
    (blank,) = _found(_scan(lambda pen: pen.rectangle((200, 300, 1400, 400), outline=0, width=3)))
    assert blank.kind == "frame"
    assert blank.box == pytest.approx((200, 300, 1400, 400), abs=8)


def test_joined_frames_are_places_each():
    def draw(pen):
        pen.rectangle((200, 300, 800, 440), outline=0, width=3)
        pen.rectangle((800, 300, 1400, 440), outline=0, width=3)

    assert [blank.kind for blank in _found(_scan(draw))] == ["frame", "frame"]


def test_the_room_above_a_rule_is_a_place_to_write_in():
    (blank,) = _found(_scan(lambda pen: pen.line((300, 600, 1300, 600), fill=0, width=3)))
    assert blank.kind == "rule"
    assert blank.box == pytest.approx((300, 600 - ROOM, 1300, 600), abs=8)


def test_the_room_above_a_row_of_dots_is_a_place_to_write_in():
    (blank,) = _found(_scan(lambda pen: _dots(pen, 600)))
    assert blank.kind == "rule"
    assert blank.box == pytest.approx((300, 600 - ROOM, 1300, 600), abs=12)


def test_a_rule_that_a_signature_hangs_on_is_one_all_the_same():
    def draw(pen):
        pen.line((300, 600, 1300, 600), fill=0, width=3)
        pen.line((420, 615, 900, 606), fill=0, width=5)

    (blank,) = _found(_scan(draw))
    assert blank.box == pytest.approx((300, 600 - ROOM, 1300, 600), abs=12)


def test_print_and_boxes_to_tick_are_no_places_to_write_in():
    def draw(pen):
        pen.text((200, 200), "Please sign below.", font=ImageFont.truetype(FONT, 60), fill=0)
        pen.rectangle((200, 500, 250, 550), outline=0, width=4)

    assert _found(_scan(draw)) == ()


def test_dots_go_and_what_is_written_on_them_stays():
    def draw(pen):
        _dots(pen, 600)
        pen.text((400, 545), "Inés", font=ImageFont.truetype(FONT, 50), fill=0)

    def plain(pen):
        pen.text((400, 545), "Inés", font=ImageFont.truetype(FONT, 50), fill=0)

    dotted, clean = _scan(draw), _scan(plain)
    erased = leaders.erased(dotted, leaders.found(ruling.found(dotted)))
    assert np.count_nonzero(erased.image < 128) == pytest.approx(
        np.count_nonzero(clean.image < 128), rel=0.02
    )


def test_a_page_without_dots_is_not_touched():
    scan = _scan(lambda pen: pen.text((200, 200), "i. j. k. ...", font=ImageFont.truetype(FONT, 60), fill=0))
    assert leaders.found(ruling.found(scan)) == ()
    assert leaders.erased(scan, ()) is scan


def test_a_signature_is_found_and_surely_read_print_is_not():
    def draw(pen):
        _scribble(pen, 500, 800)
        pen.text((200, 200), "Signature", font=ImageFont.truetype(FONT, 90), fill=0)
        pen.line((400, 820, 1300, 820), fill=0, width=3)

    scan = _scan(draw)
    words = [Word("Signature", Box(200, 200, 620, 300), 0.98), Word("ONO", Box(480, 700, 900, 810), 0.1)]
    (box,) = strokes.found(ruling.found(scan), words, (), ())
    assert box.left < 600
    assert box.right > 700
    assert 690 < box.top < box.bottom < 830


def test_an_empty_rule_and_a_frame_hold_no_strokes():
    def draw(pen):
        pen.line((400, 820, 1300, 820), fill=0, width=3)
        pen.rectangle((200, 300, 1400, 440), outline=0, width=3)

    assert strokes.found(ruling.found(_scan(draw)), (), (), ()) == ()


def test_faint_print_that_falls_into_specks_is_no_row_of_dots():
    rng = np.random.default_rng(4)

    def draw(pen):
        x = 300.0
        while x < 1300:
            pen.ellipse((x, 600, x + 4, 604), fill=0)
            x += float(rng.uniform(7, 28))

    assert leaders.found(ruling.found(_scan(draw))) == ()
