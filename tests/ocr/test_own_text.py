"""A PDF page that says a part of what is read from it: in its copy, every word is found once."""

import shutil
import subprocess
from collections import Counter

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from docscan.cleanup import geometry
from docscan.model import Line, Page, Scan, Word
from docscan.ocr import own_text, searchable
from docscan.places import IDENTITY, Box

POPPLER = shutil.which("pdftotext")
SIZE = (418, 300)  # points
STAMP = "Received by the registry on Monday under number 7350"
DPI = 200


def _by_pdfium(path):
    return pypdfium2.PdfDocument(path)[0].get_textpage().get_text_range()


def _by_poppler(path):
    return subprocess.run([POPPLER, path, "-"], capture_output=True, check=True, text=True).stdout


READERS = [
    pytest.param(_by_pdfium, id="pdfium"),
    pytest.param(_by_poppler, id="poppler", marks=pytest.mark.skipif(not POPPLER, reason="no poppler")),
]


def _drawn(path, *parts):
    pen = canvas.Canvas(str(path), pagesize=SIZE)
    for part in parts:
        part(pen)
    pen.save()
    return path


def _picture(scan):
    """A scan across the foot of the page."""
    return lambda pen: pen.drawImage(ImageReader(Image.fromarray(scan.image)), 0, 0, SIZE[0], 180)


def _text(*lines):
    """Lines of text at the head of the page."""

    def draw(pen):
        text = pen.beginText(40, 270)
        text.setFont("Helvetica", 12)
        text.textLines("\n".join(lines))
        pen.drawText(text)

    return draw


def _in_a_form(part):
    def draw(pen):
        pen.beginForm("stamp")
        part(pen)
        pen.endForm()
        pen.translate(-20, -15)  # the form's own space is not the page's
        pen.doForm("stamp")
        pen.translate(20, 15)

    return draw


def _shown(path):
    """What the page shows, as a scan."""
    image = pypdfium2.PdfDocument(path)[0].render(scale=DPI / 72, grayscale=True).to_numpy()
    pixels = np.array(image, dtype=np.uint8).reshape(image.shape[:2])
    return Scan(1, pixels, float(DPI), source_size=(pixels.shape[1], pixels.shape[0]))


@pytest.fixture
def copied(tmp_path, read_as):
    """Draws a page, displayed at an angle; reads what it shows, and writes the copy."""

    def copy(*parts, angle=0):
        source, target = _drawn(tmp_path / "source.pdf", *parts), tmp_path / "target.pdf"
        with pikepdf.open(source, allow_overwriting_input=True) as document:
            document.pages[0].obj.Rotate = angle
            document.save(source)
        page = read_as(geometry.turn(_shown(source), -angle % 360), "eng")
        searchable.write(source, "application/pdf", [page], target)
        return target

    return copy


@pytest.fixture
def scan(drawn, letters):
    return drawn(letters["eng"])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("stamp", [_text(STAMP), _in_a_form(_text(STAMP))], ids=["text", "form"])
def test_a_stamped_scan_gives_stamp_and_scan_once(copied, scan, letters, stamp, reader):
    target = copied(_picture(scan), stamp)
    assert Counter(reader(target).split()) == Counter(" ".join((STAMP, *letters["eng"])).split())


@pytest.mark.parametrize("reader", READERS)
def test_a_pictured_letterhead_and_the_text_beside_it_are_there_once(copied, drawn, letters, reader):
    head = ("Example Trading Company", "Harbour Street 12, Westport")
    target = copied(_text(*letters["eng"]), _picture(drawn(head)))
    assert Counter(reader(target).split()) == Counter(" ".join((*letters["eng"], *head)).split())


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_on_a_turned_page_nothing_is_there_twice_either(copied, scan, letters, angle):
    target = copied(_picture(scan), _text(STAMP), angle=angle)
    assert Counter(_by_pdfium(target).split()) == Counter(" ".join((STAMP, *letters["eng"])).split())


def test_a_page_that_says_all_itself_stays_as_it_is(tmp_path):
    source = _drawn(tmp_path / "source.pdf", _text(STAMP))
    page = _read(("Received", Box(111, 61, 260, 90)))
    target = tmp_path / "target.pdf"
    searchable.write(source, "application/pdf", [page], target)
    assert _by_pdfium(target).split() == STAMP.split()
    with pikepdf.open(target) as document:
        assert len(document.pages[0].obj.Resources.Font) == 1


def _read(*words):
    line = Line(tuple(Word(text, box, 0.9) for text, box in words))
    return Page(1, 1161, 833, float(DPI), "read", (line,), source_size=(1161, 833))


def _left(source, page):
    """What is left of the words, by hand-made places."""
    with pikepdf.open(source) as document:
        down = SIZE[1] / page.height
        place = ((72 / DPI, 0.0, 0.0), (0.0, -down, float(SIZE[1])), IDENTITY[2])
        return own_text.left_out(document.pages[0], page, place).text


HERE, THERE = Box(111, 61, 260, 90), Box(111, 361, 260, 390)  # over `Received`, and on white


def test_words_misread_or_elsewhere_stay(tmp_path):
    source = _drawn(tmp_path / "source.pdf", _text(STAMP))
    assert _left(source, _read(("Received", HERE), ("Rcceived", HERE), ("Received", THERE))) == (
        "Rcceived Received"
    )


def test_signs_around_a_word_and_joined_letters_do_not_make_it_another(tmp_path):
    source = _drawn(tmp_path / "source.pdf", _text("Office - Received"))
    page = _read(("“O\ufb03ce,", Box(111, 61, 200, 90)), ("-", Box(211, 70, 216, 80)), ("*", HERE))
    assert _left(source, page) == "*"


def test_text_whose_signs_have_no_meaning_costs_no_word(tmp_path):
    source = _drawn(tmp_path / "source.pdf", _text(STAMP))
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        (font,) = document.pages[0].obj.Resources.Font.values()
        pairs = "".join(f"<{code:02x}> <{0xE000 + code:04x}> " for code in range(32, 127))
        font.ToUnicode = document.make_stream(
            b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> "
            b"endcodespacerange 95 beginbfchar " + pairs.encode() + b"endbfchar endcmap end"
        )
        document.save(source)
    assert _left(source, _read(("Received", HERE))) == "Received"


def test_a_page_without_text_is_not_opened(tmp_path, monkeypatch, scan):
    source = _drawn(tmp_path / "source.pdf", _picture(scan))
    monkeypatch.delattr(own_text, "alone")
    assert _left(source, _read(("Received", HERE))) == "Received"
