import io

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode import code128, qr
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from docscan.model import Scan
from docscan.ocr import codes, textlayer

SAID = "https://qr.ksef.mf.gov.pl/invoice/5260001246/12-03-2026/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
LINES = ("Faktura numer 12 z dnia 12 marca 2026 roku", "Do zapłaty razem 187,00 PLN w terminie 30 dni")


def _symbol(text, kind=zxingcpp.BarcodeFormat.QRCode, scale=1):
    return np.array(zxingcpp.create_barcode(text, kind).to_image(scale=scale, add_quiet_zones=False))


def _sheet(symbol, side, place, size=(1654, 2339), shade=255):
    """A page with a symbol of so many pixels across, its upper left corner at a place."""
    page = np.full(size[::-1], shade, np.uint8)
    height = max(1, round(symbol.shape[0] * side / symbol.shape[1]))
    drawn = cv2.resize(symbol, (side, height), interpolation=cv2.INTER_NEAREST)
    x, y = place
    page[y : y + height, x : x + side] = np.minimum(drawn, shade)
    for row in range(12):
        cv2.putText(page, "twelve pieces of oak 12,34", (150, 1300 + 60 * row), 0, 1.2, 20, 2)
    return page


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
def test_a_qr_code_is_read_where_it_stands(dpi):
    side = round(30 / 25.4 * dpi)  # 30 mm, the least that the Spanish rule allows
    left, top = 2 * dpi, dpi
    scan = Scan(1, _sheet(_symbol(SAID), side, (left, top), (round(8.27 * dpi), round(11.69 * dpi))), dpi)
    (code,) = codes.read(scan)
    assert (code.format, code.text) == ("QR", SAID)
    assert code.box == pytest.approx((left, top, left + side, top + side), abs=dpi / 25)


def test_bars_are_read_in_every_direction():
    symbol = _symbol("ARCHIV-000417", zxingcpp.BarcodeFormat.Code128, 2)
    page = _sheet(symbol, 2 * symbol.shape[1], (300, 400))
    for quarters in range(4):
        (code,) = codes.read(Scan(1, np.ascontiguousarray(np.rot90(page, quarters)), 200))
        assert (code.format, code.text) == ("Code 128", "ARCHIV-000417")


def test_a_worn_and_crooked_code_is_read():
    page = _sheet(_symbol(SAID), 240, (500, 300), shade=225)
    turn = cv2.getRotationMatrix2D((800, 1100), 3.0, 1.0)
    worn = cv2.GaussianBlur(cv2.warpAffine(page, turn, page.shape[::-1], borderValue=225), (0, 0), 1.0)
    noise = np.random.default_rng(3).normal(0, 12, worn.shape)
    scan = Scan(1, np.clip(worn + noise, 0, 255).astype(np.uint8), 200)
    assert [code.text for code in codes.read(scan)] == [SAID]


def test_codes_come_from_top_to_bottom_and_each_once():
    page = _sheet(_symbol("https://example.org/second"), 300, (200, 900))
    page[100:400, 200:500] = _sheet(_symbol("https://example.org/first"), 300, (0, 0))[:300, :300]
    assert [code.text[-6:] for code in codes.read(Scan(1, page, 200))] == ["/first", "second"]


def test_print_alone_has_no_code():
    page = _sheet(np.full((10, 10), 255, np.uint8), 100, (0, 0))
    assert codes.read(Scan(1, page, 200)) == ()


def test_a_torn_code_says_nothing():
    symbol = _symbol(SAID)
    symbol[symbol.shape[0] // 3 :, symbol.shape[1] // 3 :] = 255
    assert codes.read(Scan(1, _sheet(symbol, 300, (200, 200)), 200)) == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2)])
@pytest.mark.parametrize("dpi", [72, 1200])
def test_a_page_of_any_shape_is_looked_at(size, dpi):
    assert codes.read(Scan(1, np.zeros(size, np.uint8), dpi)) == ()


# ---- pages of PDFs ----------------------------------------------------------------------------------


def _pdf(path, paint):
    drawing = canvas.Canvas(str(path), pagesize=(595, 842))
    drawing.setFont("Helvetica", 11)
    for row, line in enumerate(LINES):
        drawing.drawString(60, 700 - 16 * row, line)
    paint(drawing)
    drawing.save()
    return path


def _vectors(drawing):
    widget = qr.QrCodeWidget(SAID, barWidth=90, barHeight=90, barBorder=0)
    symbol = Drawing(90, 90)
    symbol.add(widget)
    renderPDF.draw(symbol, drawing, 400, 500)


def _picture(drawing):
    image = io.BytesIO()
    Image.fromarray(_symbol(SAID, scale=4)).save(image, "PNG")
    drawing.drawImage(ImageReader(image), 400, 500, 90, 90)


def _table(drawing):
    for row in range(10):
        drawing.rect(60, 300 + 20 * row, 400, 20, fill=0)


@pytest.mark.parametrize("paint", [_vectors, _picture], ids=["vectors", "picture"])
def test_a_page_with_text_of_its_own_gives_its_codes_in_its_pixels(tmp_path, paint):
    page = textlayer.read(_pdf(tmp_path / "a.pdf", paint), 1, dpi=300, minimum_text=50)
    (code,) = page.codes
    assert (code.format, code.text) == ("QR", SAID)
    scale = 300 / 72
    expected = [edge * scale for edge in (400, 842 - 590, 490, 842 - 500)]
    assert list(code.box) == pytest.approx(expected, abs=3 * scale)


def test_bars_drawn_as_vectors_are_read(tmp_path):
    def paint(drawing):
        code128.Code128("ARCHIV-000417", barWidth=0.33 * mm, barHeight=12 * mm).drawOn(drawing, 60, 500)

    page = textlayer.read(_pdf(tmp_path / "a.pdf", paint), 1, dpi=300, minimum_text=50)
    assert [(code.format, code.text) for code in page.codes] == [("Code 128", "ARCHIV-000417")]


@pytest.mark.parametrize(("paint", "drawn"), [(_table, False), (_vectors, True), (_picture, True)])
def test_a_page_is_drawn_only_where_it_may_hold_a_code(tmp_path, paint, drawn):
    with pypdfium2.PdfDocument(_pdf(tmp_path / "a.pdf", paint)) as document:
        assert codes.may_hold_codes(document[0]) is drawn
