"""Pages on which an earlier reading left its text, where nobody sees it."""

import numpy as np
import pikepdf
import pypdfium2
import pytest

from docscan.ocr.hidden import without_hidden_text

SIZE = (300, 200)
IMAGE = b"q 300 0 0 200 0 0 cm /Im Do Q\n"


def _document(content, *, shade=230, mask=None):
    """A page with an image and a font, and a form with the same."""
    document = pikepdf.new()
    document.add_blank_page(page_size=SIZE)
    image = document.make_stream(bytes([shade]) * 6, Subtype=pikepdf.Name.Image)
    image.Width, image.Height, image.BitsPerComponent = 3, 2, 8
    image.ColorSpace = pikepdf.Name.DeviceGray
    if mask is not None:
        image.SMask = document.make_stream(bytes([mask]), Subtype=pikepdf.Name.Image)
        image.SMask.Width = image.SMask.Height = 1
        image.SMask.BitsPerComponent, image.SMask.ColorSpace = 8, pikepdf.Name.DeviceGray
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font), XObject=pikepdf.Dictionary(Im=image))
    page = document.pages[0].obj
    page.Resources, page.Contents = resources, document.make_stream(content)
    return document


def _in_a_form(content):
    """A page that draws the content within a form."""
    document = _document(b"/Fm Do")
    page = document.pages[0].obj
    form = document.make_stream(content, Subtype=pikepdf.Name.Form, BBox=[0, 0, *SIZE])
    form.Resources = page.Resources
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Fm=form))
    return document


def _text(words, place=b"20 100 Td", mode=0):
    return b"BT /F 12 Tf %d Tr %b (%b) Tj ET\n" % (mode, place, words)


def _after(document, tmp_path):
    """The words that are left when the hidden ones are gone, and whether the page looks as before."""
    document.save(tmp_path / "before.pdf")
    without_hidden_text(document, document.pages[0])
    document.save(tmp_path / "after.pdf")
    looks, words = [], ""
    for name in ("before.pdf", "after.pdf"):
        page = pypdfium2.PdfDocument(tmp_path / name)[0]
        looks.append(np.array(page.render(scale=2).to_numpy()))
        words = page.get_textpage().get_text_range()
    assert np.array_equal(*looks)
    return words.split()


@pytest.mark.parametrize(
    "place",
    [
        b"20 100 Td",
        b"1 0 0 1 20 100 Tm",
        b"14 TL 20 114 Td T*",
        b"20 50 Td 0 50 TD",
        b"0 0 Td 280 180 Td -260 -80 Td",
    ],
)
def test_text_under_the_scan_goes_and_a_stamp_over_it_stays(tmp_path, place):
    document = _document(_text(b"misread", place) + IMAGE + _text(b"stamp"))
    assert _after(document, tmp_path) == ["stamp"]


def test_text_under_the_scan_goes_from_a_form_too(tmp_path):
    document = _in_a_form(_text(b"misread") + IMAGE + _text(b"stamp"))
    assert _after(document, tmp_path) == ["stamp"]


def test_text_beside_a_scan_that_leaves_a_margin_stays(tmp_path):
    smaller = b"q 300 0 0 160 0 0 cm /Im Do Q\n"
    document = _document(_text(b"head", b"20 180 Td") + _text(b"misread") + smaller)
    assert _after(document, tmp_path) == ["head"]


@pytest.mark.parametrize("angle", [b"0 200 -300 0 300 0", b"-300 0 0 -200 300 200", b"300 0 0 -200 0 200"])
def test_text_goes_under_a_scan_that_is_painted_turned(tmp_path, angle):
    document = _document(_text(b"misread") + b"q " + angle + b" cm /Im Do Q\n" + _text(b"stamp"))
    assert _after(document, tmp_path) == ["stamp"]


def test_text_under_a_picture_that_lets_it_through_stays(tmp_path):
    document = _document(_text(b"seen") + IMAGE, mask=90)
    assert _after(document, tmp_path) == ["seen"]


def test_text_beside_what_is_left_of_a_cut_picture_stays(tmp_path):
    cut = b"q 0 0 300 50 re W n 300 0 0 200 0 0 cm /Im Do Q\n"
    assert _after(_document(_text(b"seen") + cut), tmp_path) == ["seen"]


def test_text_that_only_clips_goes_when_nothing_is_painted_through_it(tmp_path):
    document = _document(IMAGE + b"q " + _text(b"misread", mode=7) + b"Q\n" + _text(b"stamp"))
    assert _after(document, tmp_path) == ["stamp"]


def test_text_through_which_a_picture_shows_stays(tmp_path):
    document = _document(b"q " + _text(b"seen", mode=7) + IMAGE + b"Q\n", shade=90)
    assert _after(document, tmp_path) == ["seen"]


def test_unpainted_text_goes_even_where_covered_text_has_to_stay(tmp_path):
    document = _document(_text(b"misread", mode=3) + _text(b"seen") + IMAGE, mask=90)
    assert _after(document, tmp_path) == ["seen"]


def test_an_image_within_the_instructions_covers_too(tmp_path):
    inline = b"q 300 0 0 200 0 0 cm BI /W 8 /H 1 /BPC 1 /CS /G ID \xaa EI Q\n"
    assert _after(_document(_text(b"misread") + inline + _text(b"stamp")), tmp_path) == ["stamp"]


@pytest.mark.parametrize("odd", [b"(a) Tr", b"/x TL", b"1 Td", b"0 0 0 0 0 0 cm /Im Do", b"/Gone Do", b"Q Q"])
def test_odd_instructions_leave_what_is_seen(tmp_path, odd):
    document = _document(b"q\n" + odd + b"\nQ " + _text(b"seen"))
    assert _after(document, tmp_path) == ["seen"]
