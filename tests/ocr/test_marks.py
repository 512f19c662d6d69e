import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan.model import Line, Mark, Scan, Word
from docscan.ocr import marks, ruling
from docscan.places import Box

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
MILLIMETRE = 300 / 25.4


def _form(draw, side=4.0, line=3):
    """A box of `side` millimetres with something drawn into it, and its place."""
    image = Image.new("L", (700, 400), 255)
    pen = ImageDraw.Draw(image)
    length = round(side * MILLIMETRE)
    box = (200, 150, 200 + length, 150 + length)
    pen.rectangle(box, outline=0, width=line)
    draw(pen, box)
    return Scan(1, np.asarray(image, dtype=np.uint8), 300.0), box


def _nothing(_pen, _box):
    pass


def _neighbour(pen, _box):
    pen.rectangle((400, 150, 447, 197), fill=0)


def _cross(pen, box):
    pen.line(box, fill=0, width=4)
    pen.line((box[0], box[3], box[2], box[1]), fill=0, width=4)


def _overshooting(pen, box):
    pen.line((box[0] - 14, box[1] - 10, box[2] + 12, box[3] + 12), fill=0, width=5)
    pen.line((box[0] - 9, box[3] + 12, box[2] + 15, box[1] - 13), fill=0, width=5)


def _tick(pen, box):
    middle = (box[0] + box[2]) // 2
    pen.line((box[0] + 8, (box[1] + box[3]) // 2, middle, box[3] - 8), fill=0, width=5)
    pen.line((middle, box[3] - 8, box[2] + 10, box[1] - 12), fill=0, width=5)


@pytest.mark.parametrize("side", [3.0, 4.5, 7.5])
@pytest.mark.parametrize(
    ("draw", "ticked"),
    [(_nothing, False), (_cross, True), (_overshooting, True), (_tick, True)],
    ids=["empty", "cross", "overshooting", "tick"],
)
def test_a_box_is_found_and_its_state_told(side, draw, ticked):
    scan, box = _form(draw, side)
    (mark,) = marks.found(ruling.found(scan))
    assert mark.ticked is ticked
    assert mark.box == pytest.approx(box, abs=5)


def test_a_blacked_out_box_beside_an_empty_one_is_ticked():
    scan, _ = _form(_neighbour)
    assert [mark.ticked for mark in marks.found(ruling.found(scan))] == [False, True]


@pytest.mark.parametrize("size", [34, 50, 70, 100])
def test_letters_are_no_boxes(size):
    image = Image.new("L", (1400, 700), 255)
    pen = ImageDraw.Draw(image)
    for row, text in enumerate(("ODoQB 0880 DO", "BOX HEEL 6900", "MODELO FOLIO")):
        pen.text((40, 30 + 1.6 * size * row), text, font=ImageFont.truetype(FONT, size), fill=0)
    assert marks.found(ruling.found(Scan(1, np.asarray(image, dtype=np.uint8), 300.0))) == ()


def test_the_cells_of_a_table_and_of_a_comb_are_no_boxes():
    image = Image.new("L", (800, 600), 255)
    pen = ImageDraw.Draw(image)
    for column in range(8):
        pen.rectangle((100 + 60 * column, 100, 160 + 60 * column, 160), outline=0, width=2)
    for row in range(3):
        for column in range(3):
            pen.rectangle((100 + 60 * column, 300 + 60 * row, 160 + 60 * column, 360 + 60 * row), outline=0)
    assert marks.found(ruling.found(Scan(1, np.asarray(image, dtype=np.uint8), 300.0))) == ()


def test_a_box_that_was_read_as_letters_is_no_text():
    mark = Mark(Box(200, 150, 247, 197), ticked=True, confidence=0.9)
    label = Word("Autónomo", Box(260, 152, 420, 190), 0.95)
    line = Line((Word("X]", Box(203, 152, 246, 196), 0.3), label))
    assert marks.outside([line], [mark]) == (Line((label,)),)
    assert marks.outside([Line((Word("[_]", Box(200, 151, 248, 197), 0.4),))], [mark]) == ()


def test_words_beside_a_box_and_words_surely_read_in_one_stay():
    mark = Mark(Box(200, 150, 247, 197), ticked=True, confidence=0.9)
    line = Line((Word("A", Box(210, 155, 240, 190), 0.97), Word("si", Box(240, 155, 290, 190), 0.3)))
    assert marks.outside([line], [mark]) == (line,)


def test_a_figure_in_a_box_of_its_own_stays():
    mark = Mark(Box(200, 150, 247, 197), ticked=True, confidence=0.9)
    line = Line((Word("7", Box(205, 155, 240, 190), 0.5),))
    assert marks.outside([line], [mark]) == (line,)


def _ring(draw, text=""):
    """A ring of four millimetres with something drawn into it and words beside it."""
    image = Image.new("L", (900, 400), 255)
    pen = ImageDraw.Draw(image)
    box = (200, 150, 247, 197)
    pen.ellipse(box, outline=0, width=4)
    draw(pen, box)
    pen.text((275, 152), text, font=ImageFont.truetype(FONT, 40), fill=0)
    return Scan(1, np.asarray(image, dtype=np.uint8), 300.0), box


def _dot(pen, box):
    pen.ellipse((box[0] + 13, box[1] + 13, box[2] - 13, box[3] - 13), fill=0)


def _small_cross(pen, box):
    pen.line((box[0] + 10, box[1] + 10, box[2] - 10, box[3] - 10), fill=0, width=4)
    pen.line((box[0] + 10, box[3] - 10, box[2] - 10, box[1] + 10), fill=0, width=4)


@pytest.mark.parametrize(
    ("draw", "ticked"),
    [(_nothing, False), (_dot, True), (_small_cross, True)],
    ids=["empty", "dot", "cross"],
)
def test_a_round_box_is_found_and_its_state_told(draw, ticked):
    scan, box = _ring(draw)
    (mark,) = marks.found(ruling.found(scan))
    assert mark.ticked is ticked
    assert mark.box == pytest.approx(box, abs=5)


def test_a_round_box_that_was_read_as_a_letter_of_its_label_is_a_box():
    scan, box = _ring(_nothing, "Mujer")
    read = Word("OMujer", Box(200, 150, 420, 200), 0.9)
    (mark,) = marks.found(ruling.found(scan), [read])
    assert mark.box == pytest.approx(box, abs=5)


def _inner_square(gap):
    def draw(pen, box):
        pen.rectangle((box[0] + gap, box[1] + gap, box[2] - gap, box[3] - gap), fill=20)

    return draw


@pytest.mark.parametrize("gap", [0, 4, 6, 9])
def test_a_box_that_was_blacked_out_is_ticked_however_far_it_was_filled(gap):
    scan, box = _form(_inner_square(gap))
    (mark,) = marks.found(ruling.found(scan))
    assert mark.ticked
    assert mark.box == pytest.approx(box, abs=5)


@pytest.mark.parametrize(
    ("text", "left", "right", "label"),
    [("[Nein", 200, 380, "Nein"), ("OMujer", 200, 410, "Mujer"), ("Ja]", 100, 247, "Ja")],
)
def test_a_label_that_was_read_with_its_box_is_freed_of_it(text, left, right, label):
    mark = Mark(Box(200, 150, 247, 197), ticked=False, confidence=0.9)
    (line,) = marks.outside([Line((Word(text, Box(left, 152, right, 190), 0.6),))], [mark])
    assert line.text == label
    assert line.box.right <= 200 or line.box.left >= 247
