import io
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

from docscan.accession import scans
from docscan.errors import (
    EncryptedDocumentError,
    IncompleteDocumentError,
    LimitExceededError,
    UnreadableDocumentError,
)
from docscan.pipeline import Limits

LIMITS = Limits(max_pages=20, max_megapixels=20)
KINDS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
    "image/jp2": "JPEG2000",
}


def _picture(mode="L", size=(400, 300)):
    """A grey page, its upper left corner black, lightly grained so that it does not pack to nothing."""
    grain = np.random.default_rng(1).integers(200, 255, size[::-1]).astype(np.uint8)
    image = Image.fromarray(grain)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill=0)
    return image.convert(mode)


def _saved(folder: Path, media_type: str, image=None, **options) -> Path:
    path = folder / "page"
    (image or _picture()).save(path, KINDS[media_type], **options)
    return path


def _pdf(folder: Path, pages=1) -> Path:
    path = folder / "paper.pdf"
    drawing = canvas.Canvas(str(path), pagesize=(300, 200))
    for _ in range(pages):
        drawing.rect(0, 100, 150, 100, fill=1)
        drawing.drawString(20, 20, "below")
        drawing.showPage()
    drawing.save()
    return path


def _scan(path, media_type, number=1, dpi=72, limits=LIMITS):
    return scans.scan(path, media_type, number, dpi=dpi, limits=limits)


def _corner_is_black(image):
    height, width = image.shape[:2]
    dark = image.reshape(height, width, -1).mean(axis=2) < 100
    quarter = dark[4 : height // 2 - 4, 4 : width // 2 - 4]
    return bool(quarter.mean() > 0.95 and dark[height // 2 + 4 :].mean() < 0.1)


@pytest.mark.parametrize("media_type", KINDS)
def test_every_kind_of_image_is_counted_and_decoded(tmp_path, media_type):
    path = _saved(tmp_path, media_type)
    assert scans.count(path, media_type, LIMITS) == 1
    scan = _scan(path, media_type)
    assert (scan.width, scan.height, scan.source_size) == (400, 300, (400, 300))
    assert _corner_is_black(scan.image)


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_truncated_image_is_called_incomplete(tmp_path, media_type, share):
    path = _saved(tmp_path, media_type)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(IncompleteDocumentError):
        scans.count(path, media_type, LIMITS)


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "jpeg"])
def test_a_truncated_packed_tiff_is_called_incomplete(tmp_path, compression):
    image = _picture("1" if compression == "group4" else "L")
    path = _saved(tmp_path, "image/tiff", image, compression=compression)
    assert scans.count(path, "image/tiff", LIMITS) == 1
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(IncompleteDocumentError):
        scans.count(path, "image/tiff", LIMITS)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_pdf_cut_short_is_called_incomplete(tmp_path, share):
    path = _pdf(tmp_path, pages=3)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(IncompleteDocumentError):
        scans.count(path, "application/pdf", LIMITS)


def test_a_pdf_whose_table_is_wrong_is_mended(tmp_path):
    path = _pdf(tmp_path, pages=2)
    path.write_bytes(path.read_bytes().replace(b"0000000", b"0000009"))
    assert scans.count(path, "application/pdf", LIMITS) == 2


@pytest.mark.parametrize(
    "media_type", ["application/pdf", "image/png", "image/jpeg", "image/heic", "image/webp"]
)
def test_rubbish_is_called_unreadable(tmp_path, media_type):
    path = tmp_path / "rubbish"
    path.write_bytes(b"\x00\x00\x00\x08free" + b"rubbish " * 40 + b"IEND startxref 0 %%EOF")
    with pytest.raises(UnreadableDocumentError):
        scans.count(path, media_type, LIMITS)


def test_a_password_is_asked_for_only_when_it_is_needed(tmp_path):
    path, locked, open_to_all = _pdf(tmp_path), tmp_path / "locked.pdf", tmp_path / "open.pdf"
    with pikepdf.open(path) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
        document.save(open_to_all, encryption=pikepdf.Encryption(owner="o", user=""))
    with pytest.raises(EncryptedDocumentError):
        scans.count(locked, "application/pdf", LIMITS)
    with pytest.raises(EncryptedDocumentError):
        _scan(locked, "application/pdf")
    assert scans.count(open_to_all, "application/pdf", LIMITS) == 1
    assert _corner_is_black(_scan(open_to_all, "application/pdf").image)


def test_limits_hold_before_anything_is_decoded(tmp_path):
    pixels = Limits(max_megapixels=0)
    for media_type in KINDS:
        with pytest.raises(LimitExceededError):
            scans.count(_saved(tmp_path, media_type), media_type, pixels)
    with pytest.raises(LimitExceededError):
        scans.count(_pdf(tmp_path, pages=3), "application/pdf", Limits(max_pages=2))
    inside = tmp_path / "inside.pdf"
    inside.write_bytes(img2pdf.convert(_saved(tmp_path, "image/png").read_bytes()))
    with pytest.raises(LimitExceededError):
        scans.count(inside, "application/pdf", pixels)


def test_an_image_many_times_too_large_is_refused_with_its_size(tmp_path):
    path = tmp_path / "huge.png"
    Image.new("1", (20_000, 20_000)).save(path)
    for look in (_scan, lambda *of: scans.count(*of, LIMITS)):
        with pytest.raises(LimitExceededError) as caught:
            look(path, "image/png")
        assert caught.value.facts == {"found": "400 MP", "allowed": "20 MP"}


def test_a_large_page_is_drawn_as_finely_as_the_limit_allows(tmp_path):
    path = _pdf(tmp_path)
    scan = _scan(path, "application/pdf", dpi=2400, limits=Limits(max_megapixels=1))
    assert scan.width * scan.height <= 1_000_000
    assert scan.dpi == pytest.approx(scan.width / (300 / 72), rel=0.01)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "CMYK", "P", "LA", "RGBA", "I;16"])
def test_every_depth_and_colour_becomes_eight_bits(tmp_path, mode):
    media_type = "image/png"
    if mode == "CMYK":
        media_type, image = "image/tiff", _picture("CMYK")
    elif mode == "I;16":
        image = Image.fromarray(np.asarray(_picture(), dtype=np.uint16) * 257)
    else:
        image = _picture(mode)
    scan = _scan(_saved(tmp_path, media_type, image), media_type)
    assert scan.image.dtype == np.uint8
    assert scan.image.ndim == (2 if mode in ("1", "L", "I;16") else 3)
    dark = scan.image.reshape(300, 400, -1).mean(axis=2) < 100
    assert dark[10:140, 10:190].mean() > 0.95


def test_what_is_transparent_is_white(tmp_path):
    scan = _scan(_saved(tmp_path, "image/png", Image.new("RGBA", (40, 60), (0, 0, 0, 0))), "image/png")
    assert scan.image.min() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_shown_as_the_camera_was_held(tmp_path, orientation):
    upright = _picture()
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # of Image.Transpose: what undoes the orientation
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[274] = orientation
    scan = _scan(_saved(tmp_path, "image/jpeg", stored, exif=exif, quality=95), "image/jpeg")
    assert _corner_is_black(scan.image)
    assert scan.treatments == ((f"orientation {orientation}",) if orientation > 1 else ())
    (a, b, c), (d, e, f), _ = scan.to_source
    x, y = 30.0, 20.0  # in the black corner of the image as shown
    pixel = np.asarray(stored)[int(d * x + e * y + f), int(a * x + b * y + c)]
    assert pixel < 60
    assert scan.source_size == stored.size


def test_resolution_is_taken_from_the_file_or_guessed_from_a4(tmp_path):
    assert _scan(_saved(tmp_path, "image/png", dpi=(200, 200)), "image/png").dpi == pytest.approx(200, abs=1)
    a4 = _picture(size=(1654, 2339))
    assert _scan(_saved(tmp_path, "image/png", a4), "image/png").dpi == pytest.approx(200, abs=2)
    assert _scan(_saved(tmp_path, "image/png", a4, dpi=(72, 72)), "image/png").dpi == pytest.approx(
        200, abs=2
    )


def test_a_long_receipt_is_no_sheet_of_a4(tmp_path):
    strip = _picture(size=(630, 7000))
    assert _scan(_saved(tmp_path, "image/png", strip, dpi=(200, 200)), "image/png").dpi == pytest.approx(
        200, abs=1
    )
    assert _scan(_saved(tmp_path, "image/png", strip), "image/png").dpi == pytest.approx(200, abs=2)


def test_a_fax_gets_square_pixels(tmp_path):
    scan = _scan(_saved(tmp_path, "image/tiff", dpi=(204, 102)), "image/tiff")
    assert (scan.width, scan.height, scan.source_size) == (400, 600, (400, 300))
    assert scan.treatments == ("square 204x102",)
    assert scan.to_source == ((1.0, 0.0, 0.0), (0.0, 0.5, 0.0), (0.0, 0.0, 1.0))


def test_the_pages_of_a_tiff_are_its_images_without_the_small_copies(tmp_path):
    path = tmp_path / "pages.tif"
    small = _picture(size=(40, 30))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    _picture().save(path, "TIFF", save_all=True, append_images=[small, _picture(size=(200, 100))])
    found = scans.count(path, "image/tiff", LIMITS)
    sizes = [_scan(path, "image/tiff", number).source_size for number in range(1, found + 1)]
    assert sizes == [(400, 300), (200, 100)]


def test_a_scanned_pdf_page_gives_the_image_as_stored(tmp_path):
    path = tmp_path / "scan.pdf"
    layout = img2pdf.get_fixed_dpi_layout_fun((150, 150))
    path.write_bytes(img2pdf.convert(_saved(tmp_path, "image/png").read_bytes(), layout_fun=layout))
    scan = _scan(path, "application/pdf", dpi=300)
    assert scan.dpi == pytest.approx(150, rel=1e-3)
    assert np.array_equal(scan.image, np.asarray(_picture()))
    assert scan.source_size == (400, 300)


@pytest.mark.parametrize(
    ("media_type", "mode"),
    [*(("image/png", mode) for mode in ("1", "L", "P", "RGB")), ("image/jpeg", "L"), ("image/jp2", "RGB")],
)
def test_an_image_in_a_pdf_that_ends_early_is_told(tmp_path, media_type, mode):
    path, drawn = tmp_path / "cut.pdf", io.BytesIO()
    chance = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    chance[:20] = chance[-20:] = 255  # paper without a speck
    Image.fromarray(chance).convert(mode).save(drawn, KINDS[media_type], dpi=(72, 72))
    path.write_bytes(img2pdf.convert(drawn.getvalue(), layout_fun=img2pdf.get_layout_fun((400, 300))))
    assert _scan(path, "application/pdf").treatments == ()
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        image = document.pages[0].Resources.XObject[next(iter(document.pages[0].Resources.XObject))]
        data = image.read_raw_bytes()
        image.write(data[: len(data) // 2], filter=image.Filter, decode_parms=image.get("/DecodeParms"))
        document.save()
    assert _scan(path, "application/pdf").treatments == ("cut",)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_pdf_page_looks_the_same_stored_and_rendered(tmp_path, rotation):
    path = tmp_path / "scan.pdf"
    layout = img2pdf.get_fixed_dpi_layout_fun((72, 72))
    with pikepdf.open(
        io.BytesIO(img2pdf.convert(_saved(tmp_path, "image/png").read_bytes(), layout_fun=layout))
    ) as pdf:
        pdf.pages[0].obj.Rotate = rotation
        pdf.save(path)
        pdf.pages[0].contents_add(b"0 0 0 0 re f")  # one more thing on the page: it has to be rendered
        pdf.save(tmp_path / "drawn.pdf")
    stored = _scan(path, "application/pdf").image
    drawn = _scan(tmp_path / "drawn.pdf", "application/pdf").image
    assert np.abs(stored.astype(int) - drawn.reshape(*stored.shape, -1).mean(axis=2)).mean() < 3


def test_heic_is_read_where_the_decoder_can_write_none(tmp_path):
    path = tmp_path / "photo.heic"
    path.write_bytes(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 12 + b"\x00\x00\x10\x00meta" + b"\x00" * 60)
    with pytest.raises(IncompleteDocumentError):
        scans.count(path, "image/heic", LIMITS)
