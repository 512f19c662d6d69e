import io
import time
from dataclasses import replace

import img2pdf
import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from docscan.model import Scan
from docscan.ocr import searchable

PALE_BLUE, DARK_RED = (205, 215, 235), (150, 20, 30)


@pytest.fixture(scope="module")
def coloured(drawn, letters):
    """A scan on blue paper that is darker at one side and grainy, its second half printed in red."""
    ink = 1 - np.asarray(drawn(letters["spa"]).image, dtype=float)[:, :, None] / 255
    colour = np.where(np.arange(ink.shape[1])[None, :, None] < ink.shape[1] // 2, (20, 20, 20), DARK_RED)
    shade = np.linspace(1.0, 0.75, ink.shape[1])[None, :, None]
    paper = np.array(PALE_BLUE) * shade + np.random.default_rng(5).normal(0, 3, ink.shape)
    return Image.fromarray(np.clip(paper * (1 - ink) + colour * ink, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def page(drawn, letters, read_as):
    return read_as(drawn(letters["spa"]), "spa")


def _written(tmp_path, image, page, kind="JPEG", how="compact"):
    source, target = tmp_path / "source", tmp_path / f"{how}.pdf"
    image.save(source, kind, dpi=(200, 200), quality=85)
    written = searchable.write(source, f"image/{kind.lower()}", [page], target, image=how)
    assert written.archival, written.reason
    return source, target


def _shown(target):
    drawn = np.asarray(pypdfium2.PdfDocument(target)[0].render(scale=200 / 72).to_pil().convert("RGB"))
    return drawn[:500, :1160]  # a page is rounded up to whole pixels


def test_a_compact_page_is_a_small_part_of_the_stored_one(tmp_path, coloured, page):
    source, target = _written(tmp_path, coloured, page)
    assert target.stat().st_size < 0.4 * source.stat().st_size


def test_a_compact_page_reads_as_the_stored_one_does(tmp_path, coloured, page, read_as):
    _, target = _written(tmp_path, coloured, page)
    assert read_as(Scan(1, _shown(target)[:, :, 1], 200.0), "spa").text == page.text
    assert pypdfium2.PdfDocument(target)[0].get_textpage().get_text_range().split() == page.text.split()


def test_paper_and_print_keep_their_colours(tmp_path, coloured, page):
    _, target = _written(tmp_path, coloured, page)
    before, after = np.asarray(coloured, dtype=int), _shown(target).astype(int)
    dark = before.min(axis=2) < 80
    red = dark & (np.arange(before.shape[1])[None, :] > before.shape[1] // 2 + 20)
    for place, most in ((~dark, 12), (red, 40)):  # the edges of letters, half paper, count as print
        assert np.abs(np.median(before[place], axis=0) - np.median(after[place], axis=0)).max() <= most


def test_black_and_white_stays_as_it_is(tmp_path, coloured, page):
    image = coloured.convert("1", dither=Image.Dither.NONE)
    _, stored = _written(tmp_path, image, page, "TIFF", "stored")
    _, target = _written(tmp_path, image, page, "TIFF")
    assert stored.read_bytes() == target.read_bytes()


def test_a_page_that_shows_more_than_an_image_stays_as_it_is(tmp_path, coloured, page):
    source, target, data = tmp_path / "source.pdf", tmp_path / "target.pdf", io.BytesIO()
    coloured.save(data, "JPEG", quality=85, dpi=(200, 200))
    with pikepdf.open(io.BytesIO(img2pdf.convert(data.getvalue()))) as document:
        document.pages[0].contents_add(b"10 10 20 20 re f")
        document.save(source)
    searchable.write(source, "application/pdf", [page], target, image="compact")
    with pikepdf.open(target) as document:
        assert str(document.pages[0].obj.Resources.XObject.Im0.Subtype) == "/Image"


def test_pages_that_share_an_image_are_shrunk_each_for_itself(tmp_path, coloured, page):
    source, target, data = tmp_path / "source.pdf", tmp_path / "target.pdf", io.BytesIO()
    coloured.save(data, "JPEG", quality=85, dpi=(200, 200))
    with pikepdf.open(io.BytesIO(img2pdf.convert(data.getvalue()))) as document:
        document.pages.append(document.pages[0])
        document.save(source)
    searchable.write(source, "application/pdf", [page], target, image="compact")
    with pikepdf.open(target) as document:
        kinds = [str(sheet.obj.Resources.XObject.Im0.Subtype) for sheet in document.pages]
    assert kinds == ["/Form", "/Image"]


def test_a_page_without_print_is_its_paper(tmp_path, coloured, page):
    blank = coloured.crop((0, 0, coloured.width, 60)).resize(coloured.size)
    _, target = _written(tmp_path, blank, replace(page, lines=(), state="blank"))
    assert np.abs(np.asarray(blank, dtype=int) - _shown(target).astype(int)).mean() < 6


def test_the_same_page_gives_the_same_bytes_in_another_second(tmp_path, coloured, page):
    image = coloured.convert("1", dither=Image.Dither.NONE)
    _, first = _written(tmp_path, image, page, "TIFF", "stored")
    before = first.read_bytes()
    time.sleep(1 - time.time() % 1)  # qpdf names a document after the second it was made in
    _, second = _written(tmp_path, image, page, "TIFF", "stored")
    assert before == second.read_bytes()
