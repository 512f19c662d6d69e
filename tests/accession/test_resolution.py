"""How fine a page is, by its own pixels and its size on paper."""

import io
from pathlib import Path

import img2pdf
import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from docscan.accession import intake, scans
from docscan.errors import AccessionError, UnsupportedMediaError
from docscan.pipeline import Limits

LIMITS = Limits(min_dpi=200)
PDF, TIFF, PNG, JP2 = "application/pdf", "image/tiff", "image/png", "image/jp2"
INCHES = (4, 3)


def sheet(dpi: float) -> Image.Image:
    return Image.new("L", (round(INCHES[0] * dpi), round(INCHES[1] * dpi)), 230)


def tiff(path: Path, *resolutions: float) -> Path:
    first, *others = (sheet(dpi) for dpi in resolutions)
    for image, dpi in zip((first, *others), resolutions, strict=True):
        image.encoderinfo = {"dpi": (dpi, dpi)}
    first.save(path, "TIFF", save_all=True, append_images=others, dpi=(resolutions[0],) * 2)
    return path


def bound(path: Path, *images: Image.Image, rotation: int = 0) -> Path:
    """A PDF of pages of the same size on paper, each filled by one image."""
    data = []
    for image in images:
        made = io.BytesIO()
        image.save(made, "PNG")
        data.append(made.getvalue())
    size = tuple(img2pdf.in_to_pt(side) for side in INCHES)
    path.write_bytes(img2pdf.convert(data, layout_fun=lambda *_: (*size, *size), nodate=True))
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        for page in document.pages:
            page.rotate(rotation, relative=False)
        document.save(path)
    return path


def drawn(path: Path, *images: tuple[float, float, float, float, float]) -> Path:
    """A PDF of one page with images at (x, y, width, height) in inches, each of so many dpi."""
    made = canvas.Canvas(str(path), pagesize=tuple(72 * side for side in INCHES))
    for x, y, width, height, dpi in images:
        image = Image.new("L", (round(width * dpi), round(height * dpi)), 200)
        made.drawInlineImage(image, 72 * x, 72 * y, 72 * width, 72 * height)
    made.showPage()
    made.save()
    return path


def refused(path: Path, media_type: str) -> UnsupportedMediaError:
    with pytest.raises(UnsupportedMediaError) as caught:
        scans.count(path, media_type, LIMITS)
    return caught.value


@pytest.mark.parametrize("dpi", [200, 201, 300, 600])
def test_a_page_of_two_hundred_dots_and_more_is_taken(tmp_path: Path, dpi: int):
    sheet(dpi).save(tmp_path / "a.png", dpi=(dpi, dpi))
    assert scans.count(tmp_path / "a.png", PNG, LIMITS) == 1
    assert scans.count(tiff(tmp_path / "a.tif", dpi), TIFF, LIMITS) == 1
    assert scans.count(bound(tmp_path / "a.pdf", sheet(dpi)), PDF, LIMITS) == 1


@pytest.mark.parametrize("dpi", [199, 150, 100])
def test_a_page_of_fewer_is_refused_with_its_number_and_a_way_out(tmp_path: Path, dpi: int):
    found = refused(bound(tmp_path / "a.pdf", sheet(300), sheet(dpi)), PDF)
    assert (found.code, found.facts) == ("A150", {"page": "2", "found": str(dpi), "allowed": "200"})
    assert "scan it again" in str(found)
    assert refused(tiff(tmp_path / "a.tif", 300, 200, dpi), TIFF).facts["page"] == "3"


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_that_is_shown_turned_is_as_fine_as_it_is(tmp_path: Path, rotation: int):
    assert scans.count(bound(tmp_path / "a.pdf", sheet(200), rotation=rotation), PDF, LIMITS) == 1
    assert refused(bound(tmp_path / "a.pdf", sheet(199), rotation=rotation), PDF).code == "A150"


def test_the_coarser_way_counts_where_across_and_down_differ(tmp_path: Path):
    Image.new("L", (816, 300), 230).save(tmp_path / "fax.tif", dpi=(204, 98))
    assert refused(tmp_path / "fax.tif", TIFF).facts["found"] == "98"


def test_an_image_that_does_not_say_its_size_on_paper_is_refused(tmp_path: Path):
    sheet(300).save(tmp_path / "a.png")
    assert refused(tmp_path / "a.png", PNG).code == "A151"


@pytest.mark.parametrize(
    ("images", "code"),
    [
        ([(0, 0, 4, 3, 100), (0, 0, 4, 3, 300)], ""),  # a coarse background and the print above it
        ([(0, 0, 4, 1.5, 300), (0, 1.5, 4, 1.5, 200)], ""),  # strips
        ([(0, 0, 4, 1.5, 300), (0, 1.5, 4, 1.5, 150)], "A150"),
        ([(0, 0, 4, 3, 100), (1, 1, 1, 1, 600)], "A150"),  # a fine stamp on a coarse page
        ([(1, 1, 1, 1, 600)], "A151"),  # a logo on a page without a scan
        ([], "A151"),
        ([(0.1, 0.05, 3.8, 2.9, 200)], ""),  # a scanner that leaves a margin
    ],
)
def test_what_fills_a_page_of_a_pdf_says_how_fine_it_is(
    tmp_path: Path, images: list[tuple[float, float, float, float, float]], code: str
):
    path = drawn(tmp_path / "a.pdf", *images)
    if code:
        assert refused(path, PDF).code == code
    else:
        assert scans.count(path, PDF, LIMITS) == 1


def test_an_image_inside_a_form_is_measured_as_it_is_shown(tmp_path: Path):
    outer = canvas.Canvas(str(tmp_path / "a.pdf"), pagesize=(288, 216))
    outer.beginForm("half")
    outer.drawInlineImage(sheet(200), 0, 0, 576, 432)  # 100 dpi, were it not shown at half its size
    outer.endForm()
    outer.scale(0.5, 0.5)
    outer.doForm("half")
    outer.showPage()
    outer.save()
    assert scans.count(tmp_path / "a.pdf", PDF, LIMITS) == 1


def test_other_pipelines_ask_for_no_resolution_and_take_every_format(tmp_path: Path):
    sheet(60).save(tmp_path / "a.png")
    assert scans.count(tmp_path / "a.png", PNG, Limits()) == 1
    intake.expect_format("image/heic", Limits())


def test_a_format_that_is_not_taken_is_refused_by_name():
    limits = Limits(formats=("pdf", "tiff"))
    intake.expect_format(PDF, limits)
    with pytest.raises(AccessionError) as caught:
        intake.expect_format(JP2, limits)
    assert caught.value.code == "A021"
    assert "JP2" in str(caught.value)
    assert "PDF, TIFF" in str(caught.value)
