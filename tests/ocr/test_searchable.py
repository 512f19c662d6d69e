import html
import io
import itertools
import math
import random
import re
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageFont
from reportlab.pdfgen import canvas
from shown_bits import shown_bits

from docscan.accession import scans
from docscan.cleanup import geometry
from docscan.model import Line, Page, Scan, Word
from docscan.ocr import archival, glyphless, searchable, underlay
from docscan.ocr.hidden import without_hidden_text
from docscan.pipeline import Limits
from docscan.places import IDENTITY, Box, mapped

POPPLER, VERAPDF = shutil.which("pdftotext"), shutil.which("verapdf")
FONT = Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")


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
    x, y, outer_x, outer_y = page.get_bbox()
    width, height = outer_x - x, outer_y - y
    left, bottom = min(c[0] for c in corners) - x, min(c[1] for c in corners) - y
    right, top = max(c[2] for c in corners) - x, max(c[3] for c in corners) - y
    turned = {
        0: (left, height - top, right, height - bottom),
        90: (bottom, left, top, right),
        180: (width - right, bottom, width - left, top),
        270: (height - top, width - right, height - bottom, width - left),
    }[page.get_rotation()]
    return [200 / 72 * value for value in turned]


def _found_by_poppler(path, number=0):
    """The same as another program finds them."""
    options = ["-bbox", "-cropbox", "-f", str(number + 1), "-l", str(number + 1)]
    told = subprocess.run([POPPLER, *options, path, "-"], capture_output=True, check=True, text=True).stdout
    found = re.findall(r'<word xMin="(.+)" yMin="(.+)" xMax="(.+)" yMax="(.+)">(.*)</word>', told)
    words = [html.unescape(text) for *_, text in found]
    return words, [[200 / 72 * float(value) for value in corners] for *corners, _ in found]


def _shared(one, other):
    """Intersection over union."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    inner = max(0.0, across) * max(0.0, down)
    sizes = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return inner / (sizes - inner)


@pytest.fixture(scope="module")
def polish(drawn, letters, read_as):
    """A scan and what the engine read on it."""
    scan = drawn(letters["pol"])
    return scan, read_as(scan, "pol")


def _as_stored(scan):
    """The scan's image as if it had come so."""
    return Scan(1, scan.image, scan.dpi, source_size=(scan.width, scan.height))


def _least_shared(found, page, place=IDENTITY):
    """The worst share that a word found has with the box of the same word read."""
    boxes = dict[str, list]()
    for text, box in zip(*found, strict=True):
        boxes.setdefault(text, []).append(box)
    wanted = [(word.text, _hull(word.box, place)) for word in page.words]
    return min(max((_shared(box, hull) for box in boxes.get(text, [])), default=0.0) for text, hull in wanted)


def _hull(box, place):
    corners = [mapped(place, x, y) for x in box[::2] for y in box[1::2]]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(down), max(across), max(down)


READERS = [
    pytest.param(_found, id="pdfium"),
    pytest.param(_found_by_poppler, id="poppler", marks=pytest.mark.skipif(not POPPLER, reason="no poppler")),
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("media_type", ["image/png", "application/pdf"])
def test_words_lie_under_the_ink_of_a_turned_page(tmp_path, polish, angle, media_type, reader):
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
    found = reader(target)
    assert sorted(found[0]) == sorted(word.text for word in page.words)
    assert _least_shared(found, page) >= 0.8
    assert pypdfium2.PdfDocument(target)[0].get_rotation() == angle


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_copied_the_way_its_camera_was_held(tmp_path, polish, orientation):
    source, target = tmp_path / "photograph.jpg", tmp_path / "target.pdf"
    upright, page = polish
    undone = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # of Image.Transpose
    image = Image.fromarray(upright.image)
    stored = image.transpose(Image.Transpose(undone[orientation])) if orientation > 1 else image
    exif = Image.Exif()
    exif[274] = orientation
    stored.save(source, exif=exif, dpi=(200, 200), quality=90)
    held = scans.scan(source, "image/jpeg", 1, dpi=200, limits=Limits())
    page = replace(page, to_source=held.to_source, source_size=held.source_size)
    written = searchable.write(source, "image/jpeg", [page], target)
    assert written.archival, written.reason
    shown = pypdfium2.PdfDocument(target)[0].render(scale=200 / 72, grayscale=True).to_numpy().squeeze()
    expected = image.resize(shown.shape[::-1])
    assert np.corrcoef(shown.ravel(), np.asarray(expected).ravel())[0, 1] > 0.9
    found = _found(target)
    assert sorted(found[0]) == sorted(word.text for word in page.words)
    assert _least_shared(found, replace(page, to_source=IDENTITY)) >= 0.8


def _skewed(scan, angle):
    """The scan turned by a few degrees, and the map from its pixels to those of the turned image."""
    image = Image.fromarray(scan.image).rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y = scan.width / 2, scan.height / 2
    return image, (
        (cos, sin, image.width / 2 - cos * x - sin * y),
        (-sin, cos, image.height / 2 + sin * x - cos * y),
        (0.0, 0.0, 1.0),
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("angle", [-6.0, -0.7, 3.0])
def test_words_of_a_skewed_page_lie_under_their_ink(tmp_path, polish, angle, reader):
    scan, page = polish
    source, target = tmp_path / "skewed.png", tmp_path / "target.pdf"
    image, place = _skewed(scan, angle)
    image.save(source, dpi=(200, 200))
    page = replace(page, to_source=place, source_size=image.size)
    searchable.write(source, "image/png", [page], target)
    found = reader(target)
    assert sorted(found[0]) == sorted(word.text for word in page.words)
    assert _least_shared(found, page, place) >= 0.8


@pytest.mark.parametrize("reader", READERS)
def test_words_of_a_photograph_lie_under_their_ink(tmp_path, reader):
    place = ((0.9, 0.05, 40.0), (-0.04, 0.95, 60.0), (1e-4, 2e-4, 1.0))
    words = [Word(f"word{n}", Box(100 * n, 150 * n, 100 * n + 80, 150 * n + 30), 0.9) for n in range(1, 8)]
    page = Page(
        1, 1000, 1400, 200.0, "read", (Line(tuple(words)),), to_source=place, source_size=(1000, 1400)
    )
    source, target = tmp_path / "photo.png", tmp_path / "target.pdf"
    Image.new("L", (1000, 1400), 200).save(source)
    searchable.write(source, "image/png", [page], target)
    found = reader(target)
    size = pypdfium2.PdfDocument(target)[0].get_size()
    across, down = 1000 / (size[0] * 200 / 72), 1400 / (size[1] * 200 / 72)
    scaled = [[box[0] * across, box[1] * down, box[2] * across, box[3] * down] for box in found[1]]
    assert _least_shared((found[0], scaled), page, place) >= 0.8


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_lie_right_on_a_cropped_page_that_says_it_is_turned(tmp_path, rotation):
    source, target = (
        _pdf(tmp_path / "source.pdf", lambda pen: pen.rect(0, 0, 300, 200)),
        tmp_path / "target.pdf",
    )
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.pages[0].obj.CropBox = [20, 30, 280, 190]
        document.pages[0].obj.Rotate = rotation
        document.save(source)
    size = (722, 444) if rotation in (0, 180) else (444, 722)  # 260 by 160 points at 200 dpi
    words = [Word("first", Box(50, 60, 130, 90), 0.9), Word("(last)", Box(300, 400, 380, 430), 0.9)]
    page = Page(1, *size, 200.0, "read", (Line(tuple(words)),), source_size=size)
    searchable.write(source, "application/pdf", [page], target)
    assert _least_shared(_found(target), page) >= 0.8


@pytest.mark.parametrize(
    ("media", "crop"),
    [
        ([100, 50, 400, 250], [0, 0, 900, 900]),  # a crop box that is larger than the page
        ([400, 250, 100, 50], [400, 250, 100, 50]),  # corners the other way round
    ],
)
def test_words_lie_right_on_pages_with_odd_boxes(tmp_path, media, crop):
    source, target = _pdf(tmp_path / "source.pdf", lambda pen: pen.rect(0, 0, 9, 9)), tmp_path / "target.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.pages[0].obj.MediaBox, document.pages[0].obj.CropBox = media, crop
        document.save(source)
    size = (833, 556)  # 300 by 200 points at 200 dpi
    page = _page(
        [Word("first", Box(50, 60, 130, 90), 0.9), Word("last", Box(600, 400, 680, 430), 0.9)], size=size
    )
    searchable.write(source, "application/pdf", [page], target)
    assert _least_shared(_found(target), page) >= 0.8


def test_a_signed_pdf_is_copied_with_its_signature_field_and_stays_as_it_is(tmp_path):
    source, target = _pdf(tmp_path / "source.pdf", _earlier), tmp_path / "target.pdf"
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        value = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Contents=b"signed", ByteRange=[0, 10, 20, 30])
        field = document.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Signature", V=value))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        document.save(source)
    before = source.read_bytes()
    searchable.write(source, "application/pdf", [_page([Word("read", Box(20, 90, 80, 104), 0.9)])], target)
    assert source.read_bytes() == before
    with pikepdf.open(target) as document:
        assert str(document.Root.AcroForm.Fields[0].T) == "Signature"
    assert _found(target)[0] == ["read"]


@pytest.mark.skipif(not POPPLER, reason="no poppler")
@pytest.mark.parametrize("way", [(), ("-layout",)])
def test_lines_stay_lines_when_text_is_taken_out(tmp_path, drawn, letters, read_as, way):
    scan = drawn(letters["deu"])
    page = read_as(scan, "deu")
    source, target = tmp_path / "source.png", tmp_path / "target.pdf"
    Image.fromarray(scan.image).save(source, dpi=(200, 200))
    searchable.write(source, "image/png", [page], target)
    told = subprocess.run([POPPLER, *way, target, "-"], capture_output=True, check=True, text=True).stdout
    assert [" ".join(line.split()) for line in told.splitlines() if line.strip()] == [
        line.text for line in page.lines
    ]


def _page_of_print(width=1654, height=2339):
    """Half a page of small print at 200 dpi, black on white."""
    image = Image.new("1", (width, height), 1)
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(str(FONT), 28)
    words, chance = [], random.Random(7)  # noqa: S311 - the same print each time
    for row in range(24):
        for column in range(5):
            text = "".join(chance.sample("abcdefghilmnoprstuvzAEFMRS0123456789", 5 + (row + column) % 4))
            place = 150 + 260 * column, 150 + 80 * row
            pen.text(place, text, font=font, fill=0)
            words.append(
                Word(text, Box(*(round(value) for value in pen.textbbox(place, text, font=font))), 0.9)
            )
    return image, Page(1, width, height, 200.0, "read", (Line(tuple(words)),), source_size=(width, height))


def _as_pdf(image, compress):
    """The bits of an image in a PDF of their own, packed or not."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    bits = document.make_stream(
        image.tobytes(), Subtype=pikepdf.Name.Image, ColorSpace=pikepdf.Name.DeviceGray
    )
    bits.Width, bits.Height, bits.BitsPerComponent = image.width, image.height, 1
    document.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=bits))
    document.pages[0].obj.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    data = io.BytesIO()
    document.save(data, compress_streams=compress)
    return data.getvalue()


@pytest.mark.parametrize("kind", ["group4", "tiff_lzw", "raw", "packbits", "png", "pdf deflated", "pdf bare"])
def test_black_and_white_keeps_its_pixels_and_takes_no_more_room(tmp_path, kind):
    image, page = _page_of_print()
    source, target, data = tmp_path / "source", tmp_path / "target.pdf", io.BytesIO()
    if kind.startswith("pdf"):
        data.write(_as_pdf(image, kind == "pdf deflated"))
    elif kind == "png":
        image.save(data, "PNG", dpi=(200, 200))
    else:
        image.save(data, "TIFF", compression=kind, dpi=(200, 200))
    source.write_bytes(data.getvalue())
    media_type = (
        "application/pdf" if kind.startswith("pdf") else "image/png" if kind == "png" else "image/tiff"
    )
    written = searchable.write(source, media_type, [page], target)
    assert written.archival, written.reason
    with pikepdf.open(target) as document:
        (stored,) = document.pages[0].get_images().values()
        assert str(stored.Filter) == "/JBIG2Decode"
    assert shown_bits(target).tobytes() == image.tobytes()
    assert target.stat().st_size <= len(_group4(image))
    assert source.read_bytes() == data.getvalue()


def test_much_black_and_white_keeps_the_code_it_came_in(tmp_path):
    source, target = tmp_path / "source.tif", tmp_path / "target.pdf"
    image = Image.fromarray(np.random.default_rng(7).random((800, 600)) < 0.5)
    image.save(source, compression="group4", dpi=(200, 200))
    page = _page([Word("one", Box(10, 10, 60, 30), 0.9)], size=(600, 800))
    searchable.write(source, "image/tiff", [page], target)
    with pikepdf.open(target) as document:
        (stored,) = document.pages[0].get_images().values()
        assert "/CCITTFaxDecode" in str(stored.Filter)
        code = stored.read_raw_bytes()
        code = zlib.decompress(code) if "/FlateDecode" in str(stored.Filter) else code
    assert code in source.read_bytes()
    assert shown_bits(target).tobytes() == image.tobytes()


def _group4(image):
    data = io.BytesIO()
    image.save(data, "TIFF", compression="group4")
    return data.getvalue()


def _page(words, number=1, size=(300, 200)):
    return Page(number, *size, 72.0, "read", (Line(tuple(words)),), source_size=size)


def test_a_jpeg_is_embedded_as_stored(tmp_path):
    source, target = tmp_path / "photo.jpg", tmp_path / "target.pdf"
    Image.effect_noise((300, 200), 50).save(source, "JPEG", quality=80)
    searchable.write(source, "image/jpeg", [_page([Word("one", Box(10, 10, 60, 30), 0.9)])], target)
    with pikepdf.open(target) as document:
        (image,) = document.pages[0].get_images().values()
        assert bytes(image.read_raw_bytes()) == source.read_bytes()


def test_the_white_of_a_jpeg_is_packed_and_its_bytes_are_the_same(tmp_path):
    source, target = tmp_path / "receipt.jpg", tmp_path / "target.pdf"
    _page_of_print()[0].convert("L").save(source, "JPEG", quality=80)
    searchable.write(
        source, "image/jpeg", [_page([Word("one", Box(10, 10, 60, 30), 0.9)], size=(1654, 2339))], target
    )
    with pikepdf.open(target) as document:
        (image,) = document.pages[0].get_images().values()
        assert [str(name) for name in image.Filter] == ["/FlateDecode", "/DCTDecode"]
        assert zlib.decompress(image.read_raw_bytes()) == source.read_bytes()
    assert target.stat().st_size < source.stat().st_size


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
    for name in ("one.pdf", "two.pdf"):
        searchable.write(source, "application/pdf", [page], tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    whole = pypdfium2.PdfDocument(tmp_path / "one.pdf")[0].get_textpage().get_text_range()
    assert whole.split() == ["Łódź", "𝒳-ray"]


def test_more_signs_than_a_font_holds_are_all_found(tmp_path):
    source, target = _pdf(tmp_path / "source.pdf", _earlier), tmp_path / "target.pdf"
    signs = "".join(chr(code) for code in range(0x0100, 0x0100 + 360))
    words = [Word(f"x{signs[n : n + 30]}y", Box(20, 10 + n, 280, 24 + n), 0.9) for n in range(0, 360, 30)]
    words = [replace(word, box=Box(20, 14 * n, 280, 14 * n + 12)) for n, word in enumerate(words)]
    searchable.write(source, "application/pdf", [_page(words)], target)
    assert sorted(_found(target)[0]) == sorted(word.text for word in words)


@given(st.lists(st.text(max_size=9), max_size=5))
def test_whatever_was_read_can_be_written(texts):
    words = tuple(Word(text, Box(10, 10 * n, 10 + n, 10 * n + 9), 0.5) for n, text in enumerate(texts))
    page = Page(1, 100, 100, 72.0, "read", (Line(words),), source_size=(100, 100))
    content = underlay.content(page, IDENTITY, glyphless.letters(texts))
    with pikepdf.new() as document:
        parts = pikepdf.parse_content_stream(document.make_stream(content))
    shown = [bytes(part.operands[0]) for part in parts if str(part.operator) == "Tj"]
    assert len(b"".join(shown)) == sum(len(text) + 1 for text in texts if text)


def test_the_profile_of_colours_is_srgb():
    profile = ImageCms.ImageCmsProfile(io.BytesIO(archival.srgb()))
    colours = Image.merge("RGB", [Image.effect_noise((64, 64), 90) for _ in range(3)])
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    there = np.asarray(ImageCms.applyTransform(colours, transform), dtype=int)
    assert np.abs(there - np.asarray(colours)).max() <= 1


def test_what_a_document_says_of_itself_is_kept(tmp_path):
    source, target = tmp_path / "source.pdf", tmp_path / "target.pdf"
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(300, 200))
        document.docinfo.Title, document.docinfo.Producer = "Rechnung <7> & mehr", "Scanner 3000"
        document.save(source)
    page = _page([Word("one", Box(10, 10, 60, 30), 0.9)])
    assert searchable.write(source, "application/pdf", [page], target).archival
    with pikepdf.open(source) as before, pikepdf.open(target) as after, after.open_metadata() as said:
        assert dict(after.docinfo) == dict(before.docinfo)
        assert said["dc:title"] == "Rechnung <7> & mehr"


def test_inline_images_and_text_that_is_seen_stay_when_unseen_text_goes(tmp_path):
    source, target = _pdf(tmp_path / "source.pdf", lambda pen: pen.rect(0, 0, 9, 9)), tmp_path / "target.pdf"
    inline = b"q 8 0 0 8 0 0 cm BI /W 8 /H 1 /BPC 1 /CS /G ID \xaa EI Q"
    unseen = b"BT /F1 12 Tf 10 TL 50 90 Td 3 Tr (gone) Tj (too) ' 0 Tr (seen) Tj ET"
    with pikepdf.open(source, allow_overwriting_input=True) as document:
        document.pages[0].obj.Contents = document.make_stream(inline + b"\n" + unseen)
        document.save(source)
        without_hidden_text(document, document.pages[0])
        document.save(target)
    with pikepdf.open(target) as document:
        kept = [str(part.operator) for part in pikepdf.parse_content_stream(document.pages[0])]
    assert kept.count("INLINE IMAGE") == 1
    assert (_found(target)[0], kept.count("T*")) == (["seen"], 1)


@pytest.mark.skipif(not VERAPDF, reason="no veraPDF")
def test_verapdf_agrees_that_it_is_pdf_a(tmp_path):
    image, page = _page_of_print()
    source, target = tmp_path / "source.png", tmp_path / "target.pdf"
    image.save(source)
    searchable.write(source, "image/png", [page], target)
    told = subprocess.run([VERAPDF, "-f", "2b", target], capture_output=True, check=False, text=True).stdout
    assert 'isCompliant="true"' in told


def test_a_large_image_is_bound_without_a_warning(tmp_path, monkeypatch):
    source = tmp_path / "large.png"
    Image.new("1", (400, 500), 1).save(source)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)  # 200,000 pixels are over it
    page = Page(1, 400, 500, 100.0, "empty", source_size=(400, 500))
    assert searchable.write(source, "image/png", [page], tmp_path / "out.pdf").archival
    assert Image.MAX_IMAGE_PIXELS == 100_000
