import io

import img2pdf
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from docscan.ocr import textlayer

LINES = (
    "Invoice number 2041 of the third of January",
    "The total amount is 1,452.00 and it is due",
    "Please pay within thirty days of the date",
)


def _write(path, paint, size=(420, 595)):
    drawing = canvas.Canvas(str(path), pagesize=size)
    drawing.setFont("Helvetica", 11)
    paint(drawing)
    drawing.save()
    return path


def _paragraph(drawing):
    for row, line in enumerate(LINES):
        drawing.drawString(60, 480 - 16 * row, line)


def _read(path):
    return textlayer.read(path, 1, dpi=150, minimum_text=50)


def _ink(path, box):
    """The share of dark pixels in a box of the page as it is displayed."""
    image = pypdfium2.PdfDocument(path)[0].render(scale=150 / 72).to_pil().convert("L").crop(box)
    return sum(image.histogram()[:128]) / (image.width * image.height)


@pytest.fixture
def paper(tmp_path):
    return _write(tmp_path / "paper.pdf", _paragraph)


def test_text_is_taken_as_it_stands(paper):
    page = _read(paper)
    assert page.state == "textlayer"
    assert page.text.splitlines() == list(LINES)
    assert (page.confidence, page.language) == (1.0, "eng")
    assert (page.width, page.height) == pytest.approx((875, 1240), abs=1)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("media", [(0, 0, 420, 595), (-20, -30, 420, 595)])
def test_boxes_lie_on_the_ink_of_turned_and_cropped_pages(tmp_path, rotation, media):
    def upright_after_turning(drawing):
        drawing.translate(*{0: (0, 0), 90: (420, 0), 180: (420, 595), 270: (0, 595)}[rotation])
        drawing.rotate(rotation)
        for row, line in enumerate(LINES):
            drawing.drawString(80, 280 - 16 * row, line)

    path = _write(tmp_path / "turned.pdf", upright_after_turning)
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        sheet = document.pages[0].obj
        sheet.Rotate, sheet.MediaBox, sheet.CropBox = rotation, list(media), [20, 30, 410, 585]
        document.save()
    page = _read(path)
    assert page.text.splitlines() == list(LINES)
    assert all(0.05 < _ink(path, word.box) < 0.7 for word in page.words if len(word.text) > 2)


def test_text_that_lies_on_its_side_is_left_to_the_image(tmp_path, paper):
    with pikepdf.open(paper) as document:
        document.pages[0].obj.Rotate = 90
        document.save(tmp_path / "side.pdf")
    assert _read(tmp_path / "side.pdf") is None


def test_what_runs_up_the_margin_comes_last(tmp_path):
    def paint(drawing):
        _paragraph(drawing)
        drawing.rotate(90)
        drawing.setFont("Helvetica", 6)
        drawing.drawString(200, -20, "Registered in volume 12")

    page = _read(_write(tmp_path / "margin.pdf", paint))
    assert page.text.splitlines() == [*LINES, "", "Registered in volume 12"]


def test_a_scan_with_hidden_or_covered_text_is_left_to_the_image(tmp_path):
    image = io.BytesIO()
    Image.new("L", (420, 595), 240).save(image, "PNG")
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(img2pdf.convert(image.getvalue()))
    assert _read(scan) is None
    picture = tmp_path / "picture.png"
    picture.write_bytes(image.getvalue())

    def hidden(drawing):
        drawing.drawImage(str(picture), 0, 0, 420, 595)
        text = drawing.beginText(60, 400)
        text.setTextRenderMode(3)
        text.textLines("\n".join(LINES))
        drawing.drawText(text)

    def covered(drawing):
        _paragraph(drawing)
        drawing.drawImage(str(picture), 0, 0, 420, 595)

    def letterhead(drawing):
        drawing.drawImage(str(picture), 0, 0, 420, 595)
        _paragraph(drawing)

    assert _read(_write(tmp_path / "hidden.pdf", hidden)) is None
    assert _read(_write(tmp_path / "covered.pdf", covered)) is None
    assert _read(_write(tmp_path / "letterhead.pdf", letterhead)).text.splitlines() == list(LINES)


def test_a_font_that_names_no_letters_leaves_the_page_to_the_image(tmp_path):
    path = tmp_path / "unnamed.pdf"
    pdfmetrics.registerFont(TTFont("Embedded", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
    drawing = canvas.Canvas(str(path), pagesize=(420, 595))
    drawing.setFont("Embedded", 11)
    for row in range(8):
        drawing.drawString(60, 480 - 16 * row, "Zażółć gęślą jaźń, 12 sztuk: termin płatności 3 dni")
    drawing.save()
    assert _read(path).state == "textlayer"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                del item["/ToUnicode"]
        pdf.save()
    assert _read(path) is None


def test_white_words_on_white_paper_are_left_out_and_those_on_a_dark_bar_taken(tmp_path):
    def paint(drawing):
        _paragraph(drawing)
        drawing.setFillGray(0.1)
        drawing.rect(50, 300, 200, 20, fill=1, stroke=0)
        drawing.setFillGray(1)
        drawing.drawString(60, 306, "Quantity")
        drawing.drawString(60, 200, "Total 9,999.00 to be paid to somebody else")

    page = _read(_write(tmp_path / "white.pdf", paint))
    assert [line.text for line in page.lines] == [*LINES, "Quantity"]


def test_too_little_text_and_no_pdf_are_left_to_the_image(tmp_path):
    assert _read(_write(tmp_path / "stamp.pdf", lambda pen: pen.drawString(50, 50, "Received"))) is None
    (tmp_path / "no.pdf").write_bytes(b"no PDF")
    assert _read(tmp_path / "no.pdf") is None


def test_boxes_to_tick_are_found_in_drawings_and_signs(tmp_path):
    def paint(drawing):
        _paragraph(drawing)
        for row, inside in enumerate(("cross", "letter", "empty")):
            y = 400 - 30 * row
            drawing.rect(60, y, 11, 11)
            if inside == "cross":
                drawing.line(60, y, 71, y + 11)
                drawing.line(60, y + 11, 71, y)
            elif inside == "letter":
                drawing.drawString(62, y + 2, "X")
        for cell in range(4):
            drawing.rect(60 + 12 * cell, 200, 12, 12)

    page = _read(_write(tmp_path / "form.pdf", paint))
    assert [mark.ticked for mark in page.marks] == [True, True, False]


def test_a_link_changes_nothing(tmp_path):
    def paint(drawing):
        _paragraph(drawing)
        drawing.linkURL("mailto:office@example.com", (60, 480, 200, 500))

    assert _read(_write(tmp_path / "link.pdf", paint)).text.splitlines() == list(LINES)


def test_what_was_typed_into_a_form_is_read(tmp_path):
    def paint(drawing):
        _paragraph(drawing)
        drawing.acroForm.textfield(name="client", value="Rosa Example", x=60, y=300, width=150, height=20)
        drawing.acroForm.checkbox(name="agreed", checked=True, x=60, y=250, size=15, buttonStyle="cross")
        drawing.acroForm.checkbox(name="refused", checked=False, x=60, y=220, size=15, buttonStyle="cross")

    page = _read(_write(tmp_path / "filled.pdf", paint))
    assert "Rosa Example" in page.text
    assert [mark.ticked for mark in page.marks] == [True, False]
