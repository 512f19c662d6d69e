"""Pages on which text and pictures share what is said."""

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from docscan.ocr import shown, textlayer

SIZE = (595, 842)  # points
STAMP = "Received by the registry on the third of January 2026 under number 2041/7"
LINES = [f"{STAMP}, line {row} of the text of this page" for row in range(20)]


@pytest.fixture(scope="module")
def font():
    return ImageFont.truetype("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", 22)


@pytest.fixture(scope="module")
def scan(font):
    """A page of print at 150 dpi."""
    return _print(font, LINES, (1240, 1754))


def _print(font, lines, size, paper=255, shade=20):
    image = Image.new("L", size, paper)
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        pen.text((40, 30 + 32 * row), line, font=font, fill=shade)
    return image


def _page(path, *drawn, size=SIZE):
    """A PDF page on which functions draw, one after the other."""
    pen = canvas.Canvas(str(path), pagesize=size)
    for draw in drawn:
        pen.saveState()
        pen.setFont("Helvetica", 9)
        draw(pen)
        pen.restoreState()
    pen.save()
    return path


def _picture(image, box=(0, 0, *SIZE)):
    return lambda pen: pen.drawImage(ImageReader(image), *box)


def _text(*lines, top=800, mode=0, white=False):
    def draw(pen):
        text = pen.beginText(60, top)
        text.setTextRenderMode(mode)
        text.setFillGray(1.0 if white else 0.0)
        text.textLines("\n".join(lines))
        pen.drawText(text)

    return draw


def _in_a_form(*drawn):
    def draw(pen):
        pen.beginForm("whole")
        for one in drawn:
            one(pen)
        pen.endForm()
        pen.doForm("whole")

    return draw


def _in_strips(image):
    def draw(pen):
        for strip in range(10):
            part = image.crop((0, image.height * strip // 10, image.width, image.height * (strip + 1) // 10))
            pen.drawImage(ImageReader(part), 0, SIZE[1] * (9 - strip) / 10, SIZE[0], SIZE[1] / 10)

    return draw


def _outlined(pen):
    """Lines of letters drawn as curves, as programs do that embed no font."""
    for row in range(12):
        for column in range(50):
            path = pen.beginPath()
            x, y = 60 + 9 * column, 700 - 16 * row
            path.moveTo(x, y)
            for step in range(6):
                path.lineTo(x + 5 * (step % 2), y + step)
                path.lineTo(x + 5 - 5 * (step % 2), y + step + 1)
            pen.drawPath(path, stroke=0, fill=1)


def _read(path):
    return textlayer.read(path, 1, dpi=150, minimum_text=50)


@pytest.mark.parametrize("white", [False, True], ids=["black", "white"])
def test_a_stamped_scan_is_left_to_the_image(tmp_path, scan, white):
    assert _read(_page(tmp_path / "s.pdf", _picture(scan), _text(STAMP, white=white))) is None


def test_a_stamped_scan_with_an_earlier_reading_is_left_to_the_image(tmp_path, scan):
    misread = _text(*LINES, top=780, mode=3)
    assert _read(_page(tmp_path / "after.pdf", _picture(scan), misread, _text(STAMP))) is None
    assert _read(_page(tmp_path / "before.pdf", misread, _picture(scan), _text(STAMP))) is None
    covered = _text(*LINES, top=780)
    assert _read(_page(tmp_path / "covered.pdf", covered, _picture(scan), _text(STAMP))) is None
    assert _read(_page(tmp_path / "form.pdf", _in_a_form(covered, _picture(scan)), _text(STAMP))) is None


@pytest.mark.parametrize("kind", ["form", "strips", "turned", "grey", "negative", "skewed"])
def test_however_a_stamped_scan_lies_it_is_left_to_the_image(tmp_path, scan, font, kind):
    drawn = {
        "form": _in_a_form(_picture(scan)),
        "strips": _in_strips(scan),
        "turned": _picture(scan.rotate(90, expand=True)),
        "grey": _picture(_print(font, LINES, scan.size, paper=130, shade=40)),
        "negative": _picture(ImageOps.invert(scan)),
        "skewed": _picture(scan.rotate(4, fillcolor=255)),
    }[kind]
    assert _read(_page(tmp_path / "scan.pdf", drawn, _text(STAMP, STAMP))) is None


def test_a_scan_with_a_filled_form_is_left_to_the_image(tmp_path, scan):
    def fields(pen):
        for row in range(3):
            pen.acroForm.textfield(name=f"f{row}", value=STAMP, x=60, y=300 - 40 * row, width=400, height=20)

    assert _read(_page(tmp_path / "filled.pdf", _picture(scan), fields)) is None


def test_a_scan_with_a_typed_stamp_as_an_annotation_is_left_to_the_image(tmp_path, scan):
    path = _page(tmp_path / "noted.pdf", _picture(scan), _text("Seen"))
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        look = document.make_stream(f"BT /F 9 Tf 5 5 Td ({STAMP}) Tj ET".encode())
        look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 400, 20]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        look.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[60, 800, 460, 820], F=4
        )
        note.Contents, note.AP = STAMP, pikepdf.Dictionary(N=look)
        document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(note)])
        document.save()
    assert _read(path) is None


def test_a_scan_attached_as_a_stamp_to_a_page_of_text_is_left_to_the_image(tmp_path, scan):
    path = _page(tmp_path / "pinned.pdf", _text(STAMP))
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        data = io.BytesIO()
        scan.save(data, "JPEG")
        image = document.make_stream(
            data.getvalue(), Subtype=pikepdf.Name.Image, Filter=pikepdf.Name.DCTDecode
        )
        image.Width, image.Height = scan.size
        image.BitsPerComponent, image.ColorSpace = 8, pikepdf.Name.DeviceGray
        look = document.make_stream(b"595 0 0 842 0 0 cm /I Do")
        look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, *SIZE]
        look.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[0, 0, *SIZE], F=4
        )
        note.AP = pikepdf.Dictionary(N=look)
        document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(note)])
        document.save()
    assert _read(path) is None


def test_text_beside_a_picture_of_a_table_is_left_to_the_image(tmp_path, font):
    table = _print(font, LINES[:8], (1040, 320))
    path = _page(tmp_path / "mixed.pdf", _text(*LINES, top=780), _picture(table, (50, 300, 500, 150)))
    assert _read(path) is None


def test_a_letterhead_that_is_a_picture_is_read_with_the_page(tmp_path, font):
    letterhead = _print(font, LINES[:3], (1240, 1754))
    assert _read(_page(tmp_path / "head.pdf", _picture(letterhead), _text(*LINES, top=700))) is None


def test_letters_drawn_as_curves_are_left_to_the_image(tmp_path):
    assert _read(_page(tmp_path / "curves.pdf", _outlined, _text(STAMP))) is None


def test_text_over_a_picture_without_letters_stays_text(tmp_path):
    noise = np.random.default_rng(7).normal(228, 6, (842, 595)).clip(0, 255).astype(np.uint8)
    paper = Image.fromarray(noise)
    ImageDraw.Draw(paper).ellipse((150, 250, 450, 550), fill=200)
    page = _read(_page(tmp_path / "paper.pdf", _picture(paper), _text(*LINES)))
    assert page.text.split() == " ".join(LINES).split()
    assert page.coverage > 0.97


def test_a_logo_leaves_text_text_and_is_told_in_its_coverage(tmp_path, font):
    logo = _print(font, ["Example & Sons"], (260, 90))
    page = _read(_page(tmp_path / "logo.pdf", _picture(logo, (350, 740, 200, 69)), _text(*LINES, top=700)))
    assert page.text.split() == " ".join(LINES).split()
    assert 0.97 < page.coverage < 1.0


def test_text_under_a_watermark_that_lets_it_through_stays_text(tmp_path):
    mark = Image.new("L", (595, 842), 255)
    ImageDraw.Draw(mark).ellipse((150, 250, 450, 550), fill=180)

    def watermark(pen):
        pen.setFillAlpha(0.3)
        pen.drawImage(ImageReader(mark), 0, 0, *SIZE)

    page = _read(_page(tmp_path / "mark.pdf", _text(*LINES), watermark))
    assert page.text.split() == " ".join(LINES).split()


def test_letters_in_a_picture_are_counted_whatever_they_are_as_text(tmp_path, scan):
    path = _page(tmp_path / "scan.pdf", _picture(scan), _text(*LINES, top=780, mode=3), _text(STAMP))
    page = pypdfium2.PdfDocument(path)[0]
    items = shown.items(page)
    assert shown.text(page, items) == "".join(STAMP.split())
    letters = sum(len("".join(line.split())) for line in LINES)
    assert 0.3 * letters < shown.pictured(page, items) < letters


def test_a_huge_page_is_drawn_no_larger_than_others(tmp_path, scan):
    path = _page(tmp_path / "huge.pdf", _picture(scan, (0, 0, 9000, 12000)), size=(9000, 12000))
    page = pypdfium2.PdfDocument(path)[0]
    drawn = shown.without_text(page, shown.items(page))
    assert 0.9 * shown.MOST_PIXELS < drawn.image.size <= shown.MOST_PIXELS * 1.01
