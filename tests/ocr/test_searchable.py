import io
import itertools
from dataclasses import replace

import img2pdf
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from docscan.cleanup import geometry
from docscan.model import Box, Line, Page, Scan, Word
from docscan.ocr import searchable, tesseract
from docscan.ocr.hidden import without_hidden_text


def _found(path, number=0):
    """The words a PDF reader finds on a page, and their boxes as displayed, in pixels of 200 dpi."""
    page = pypdfium2.PdfDocument(path)[number]
    signs = page.get_textpage()
    words, boxes = [], []
    places = [(signs.get_text_range(i, 1), i) for i in range(signs.count_chars())]
    for blank, group in itertools.groupby(places, key=lambda place: not place[0].strip()):
        if not blank:
            letters = list(group)
            corners = [signs.get_charbox(i, loose=True) for _, i in letters]
            words.append("".join(letter for letter, _ in letters))
            boxes.append(_displayed(page, corners))
    return words, boxes


def _displayed(page, corners):
    left, bottom = min(c[0] for c in corners), min(c[1] for c in corners)
    right, top = max(c[2] for c in corners), max(c[3] for c in corners)
    width, height = page.get_size()
    turned = {
        0: (left, height - top, right, height - bottom),
        90: (bottom, left, top, right),
        180: (width - right, bottom, width - left, top),
        270: (width - top, height - right, width - bottom, height - left),
    }[page.get_rotation()]
    return [200 / 72 * value for value in turned]


def _shared(one, other):
    """Intersection over union."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    inner = max(0.0, across) * max(0.0, down)
    sizes = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return inner / (sizes - inner)


@pytest.fixture(scope="module")
def polish(drawn, letters):
    """A scan and what the engine read on it."""
    scan = drawn(letters["pol"])
    return scan, tesseract.read(scan, "pol", timeout=60)


def _as_stored(scan):
    """The scan's image as if it had come so."""
    return Scan(1, scan.image, scan.dpi, source_size=(scan.width, scan.height))


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("media_type", ["image/png", "application/pdf"])
def test_words_lie_under_the_ink_of_a_turned_page(tmp_path, polish, angle, media_type):
    source, target = tmp_path / "source", tmp_path / "target.pdf"
    upright, page = polish
    stored = geometry.turn(upright, (360 - angle) % 360)
    image = io.BytesIO()
    Image.fromarray(stored.image).save(image, "PNG", dpi=(200, 200))
    source.write_bytes(image.getvalue() if media_type == "image/png" else img2pdf.convert(image.getvalue()))
    turned = geometry.turn(_as_stored(stored), angle)
    page = replace(page, to_source=turned.to_source, source_size=turned.source_size)
    written = searchable.write(source, media_type, [page], target)
    assert written.archival, written.reason
    words, boxes = _found(target)
    assert words == [word.text for word in page.words]
    shares = [_shared(box, word.box) for box, word in zip(boxes, page.words, strict=True)]
    assert sorted(shares)[len(shares) // 10] >= 0.8
    assert pypdfium2.PdfDocument(target)[0].get_rotation() == angle


def test_words_of_a_skewed_page_stay_whole_and_in_order(tmp_path, drawn, letters):
    skewed = geometry._rotated(drawn(letters["deu"]), 3.0)
    source, target = tmp_path / "skewed.png", tmp_path / "target.pdf"
    Image.fromarray(skewed.image).save(source, dpi=(200, 200))
    page = tesseract.read(geometry.deskew(_as_stored(skewed)), "deu", timeout=60)
    assert page.treatments
    searchable.write(source, "image/png", [page], target)
    assert _found(target)[0] == [word.text for word in page.words]


def _page(words, number=1, size=(300, 200)):
    return Page(number, *size, 72.0, "read", (Line(tuple(words)),), source_size=size)


def _image_of(path):
    with pikepdf.open(path) as document:
        (image,) = document.pages[0].get_images().values()
        return bytes(image.read_raw_bytes())


def test_a_jpeg_is_embedded_as_stored(tmp_path):
    source, target = tmp_path / "photo.jpg", tmp_path / "target.pdf"
    Image.effect_noise((300, 200), 50).save(source, "JPEG", quality=80)
    searchable.write(source, "image/jpeg", [_page([Word("one", Box(10, 10, 60, 30), 0.9)])], target)
    assert _image_of(target) == source.read_bytes()


@pytest.mark.parametrize(("media_type", "kind"), [("image/webp", "WEBP"), ("image/png", "PNG")])
def test_what_pdf_cannot_hold_is_decoded_and_put_on_white(tmp_path, media_type, kind):
    source, target = tmp_path / "picture", tmp_path / "target.pdf"
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(source, kind)
    assert searchable.write(
        source, media_type, [_page([Word("one", Box(10, 10, 60, 30), 0.9)])], target
    ).archival
    assert pypdfium2.PdfDocument(target)[0].render().to_pil().convert("L").getextrema() == (255, 255)
    assert _found(target)[0] == ["one"]


def _pdf(path, paint):
    drawing = canvas.Canvas(str(path), pagesize=(300, 200))
    paint(drawing)
    drawing.save()
    return path


def _earlier(drawing):
    drawing.rect(0, 0, 300, 200, fill=1)
    text = drawing.beginText(20, 100)
    text.setTextRenderMode(3)
    text.textLine("misread before")
    drawing.drawText(text)


def test_unseen_text_of_an_earlier_reading_does_not_stay_beside_the_new(tmp_path):
    source, target = _pdf(tmp_path / "source.pdf", _earlier), tmp_path / "target.pdf"
    searchable.write(source, "application/pdf", [_page([Word("read", Box(20, 90, 80, 104), 0.9)])], target)
    assert _found(target)[0] == ["read"]


def test_seen_text_stays_when_unseen_text_goes(tmp_path):
    def both(drawing):
        drawing.saveState()
        _earlier(drawing)
        drawing.restoreState()
        drawing.setFillGray(1)
        drawing.drawString(20, 50, "seen")

    with pikepdf.open(_pdf(tmp_path / "source.pdf", both)) as document:
        without_hidden_text(document, document.pages[0])
        document.save(tmp_path / "target.pdf")
    assert _found(tmp_path / "target.pdf")[0] == ["seen"]


def test_born_digital_pages_get_nothing_and_locked_ones_are_opened(tmp_path):
    source, target = (
        _pdf(tmp_path / "source.pdf", lambda pen: pen.drawString(20, 50, "seen")),
        tmp_path / "out.pdf",
    )
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(source) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="o", user=""))
    page = Page(1, 300, 200, 72.0, "textlayer", (Line((Word("seen", Box(20, 140, 50, 152), 1.0),)),))
    written = searchable.write(locked, "application/pdf", [page], target)
    assert (written.archival, bool(written.reason)) == (False, True)  # Helvetica is not embedded
    assert _found(target)[0] == ["seen"]
    with pikepdf.open(target) as document:
        assert not document.is_encrypted


def test_the_same_words_give_the_same_bytes(tmp_path):
    source = _pdf(tmp_path / "source.pdf", _earlier)
    page = _page([Word("Łódź", Box(20, 90, 80, 104), 0.9), Word("𝒳-ray", Box(90, 90, 140, 104), 0.9)])
    copies = []
    for name in ("one.pdf", "two.pdf"):
        searchable.write(source, "application/pdf", [page], tmp_path / name)
        copies.append(_found(tmp_path / name)[0])
    assert copies == [["Łódź", "\ufffd-ray"]] * 2


def test_a_large_image_is_bound_without_a_warning(tmp_path, monkeypatch):
    source = tmp_path / "large.png"
    Image.new("1", (400, 500), 1).save(source)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)  # 200,000 pixels are over it
    page = Page(1, 400, 500, 100.0, "empty", source_size=(400, 500))
    assert searchable.write(source, "image/png", [page], tmp_path / "out.pdf").archival
    assert Image.MAX_IMAGE_PIXELS == 100_000
