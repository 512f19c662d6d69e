"""The explained page: what the engine saw, step by step, and each word where it stands."""

import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import img2pdf
import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from docscan import explain, journey
from docscan.accession import intake
from docscan.accession.intake import Received
from docscan.errors import EngineFailedError
from docscan.journey import Setup

Slip = Callable[..., bytes]
Array = np.ndarray

TEXT = "Rechnung Nummer 4711"
LINES = (TEXT, "Vielen Dank für Ihren Auftrag", "und für Ihr Vertrauen in uns")


@pytest.fixture(scope="module")
def setup() -> Setup:
    return journey.equip("default")


def received(path: Path) -> Received:
    return Received("", path, path.name, "", intake.identify(path))


def pictures(index: Path) -> list[tuple[str, str]]:
    """The pictures a page shows, in order, each with its caption."""
    text = index.read_text(encoding="utf-8")
    found = re.findall(r'<figcaption>(.*?)</figcaption><img src="(.*?)"', text)
    return [(name, html.unescape(caption)) for caption, name in found]


def pixels(path: Path) -> Array:
    return np.asarray(Image.open(path).convert("RGB"), dtype=int)


def coloured(image: Array, colour: tuple[int, int, int]) -> Array:
    """Where an image has a colour (BGR, as the module says it)."""
    found: Array = (np.abs(image - np.array(colour[::-1])) <= 12).all(axis=2)
    return found


def framed(image: Array, box: tuple[int, ...], colour: tuple[int, int, int]) -> bool:
    """Whether a frame of a colour stands around a box, two pixels off at most."""
    left, top, right, bottom = box
    sides = (
        (image[max(0, top - 2) : top + 3, left:right], 1),
        (image[bottom - 2 : bottom + 3, left:right], 1),
        (image[top:bottom, max(0, left - 2) : left + 3], 0),
        (image[top:bottom, right - 2 : right + 3], 0),
    )
    return all(coloured(part, colour).mean(axis=axis).max() > 0.7 for part, axis in sides)


def test_an_image_is_shown_as_it_came_and_after_each_step_that_changed_it(
    slip: Slip, setup: Setup, tmp_path: Path
):
    path = tmp_path / "slip.png"
    path.write_bytes(slip(*LINES))
    index = explain.explain(received(path), setup, tmp_path / "shown")
    first, *steps, last = pictures(index)
    assert first == ("page-001-0-original.png", "original")
    assert (pixels(index.with_name(first[0])) == pixels(path)).all()
    assert last == (f"page-001-{len(steps) + 1}-words.png", explain.CAPTION)
    assert [name.split("-")[2] for name, _ in (first, *steps, last)] == [
        str(n) for n in range(len(steps) + 2)
    ]
    for name, caption in steps:
        assert re.fullmatch(r"\w+: .+", caption), f"{name} shows no treatment"
    text = index.read_text(encoding="utf-8")
    assert "<td>read</td>" in text
    assert "<td>deu</td>" in text


@pytest.mark.parametrize("angle", [0, 2, 180])
def test_each_word_is_framed_where_it_stands(slip: Slip, setup: Setup, tmp_path: Path, angle: int):
    path = tmp_path / "slip.png"
    turned = Image.open(io.BytesIO(slip(*LINES, *LINES))).rotate(angle, expand=True, fillcolor=255)
    turned.save(path, dpi=(200, 200))
    index = explain.explain(received(path), setup, tmp_path)
    page = journey.read_page(path, "image/png", 1, setup)
    image = pixels(index.with_name(pictures(index)[-1][0]))
    assert image.shape[:2] == (page.height, page.width)
    for word in page.words:
        colour = explain.GREEN if word.confidence >= explain.SURE else explain.AMBER
        if word.confidence >= explain.FAIR:
            assert framed(image, word.box, colour), word
    number = next(word for word in page.words if word.text == "4711")
    left, top, right, bottom = number.box
    within = image[top + 4 : bottom - 4, left + 4 : right - 4]
    assert 0.1 < (within.min(axis=2) < 200).mean() < 0.6, "the word's ink lies within its frame"


def test_a_scanned_pdf_is_explained_page_by_page(slip: Slip, setup: Setup, tmp_path: Path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(img2pdf.convert([slip(*LINES), slip(*LINES[:2])]) or b"")
    shown = [name for name, _ in pictures(explain.explain(received(path), setup, tmp_path))]
    assert [name for name in shown if "original" in name] == [
        "page-001-0-original.png",
        "page-002-0-original.png",
    ]
    words = [name for name in shown if "words" in name]
    assert [name[:8] for name in words] == ["page-001", "page-002"]
    assert all((tmp_path / name).is_file() for name in shown)
    for name in words:
        image = pixels(tmp_path / name)
        assert coloured(image, explain.GREEN).sum() > 500


def test_a_born_digital_pdf_shows_its_words_over_what_it_looks_like(setup: Setup, tmp_path: Path):
    path = tmp_path / "born.pdf"
    canvas = Canvas(str(path), pagesize=(595, 842))
    canvas.setFont("Helvetica", 12)
    for row in range(4):
        canvas.drawString(72, 700 - 20 * row, "A letter that was never printed on paper, 4711")
    canvas.save()
    index = explain.explain(received(path), setup, tmp_path)
    (original, _), (words, _) = pictures(index)
    assert original == "page-001-0-original.png"
    assert "<td>textlayer</td>" in index.read_text(encoding="utf-8")
    image, page = pixels(tmp_path / words), journey.read_page(path, "application/pdf", 1, setup)
    for word in page.words:
        assert framed(image, word.box, explain.GREEN), word
        left, top, right, bottom = word.box
        inner = image[top + 3 : bottom - 3, left + 3 : right - 3]
        assert (inner.min(axis=2) < 200).mean() > 0.05, "the word's ink lies within its frame"


def test_a_blank_page_is_shown_without_words(setup: Setup, tmp_path: Path):
    path = tmp_path / "blank.png"
    Image.new("L", (400, 500), 250).save(path, dpi=(100, 100))
    index = explain.explain(received(path), setup, tmp_path / "shown")
    assert "<td>blank</td>" in index.read_text(encoding="utf-8")
    assert not coloured(pixels(index.with_name(pictures(index)[-1][0])), explain.GREEN).any()


def test_a_page_that_was_too_much_is_explained_at_half_its_size(
    slip: Slip, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real = journey.ocr.read

    def too_much(scan, *arguments):  # type: ignore[no-untyped-def]
        if "half" not in scan.treatments:
            raise EngineFailedError("too much", hint="none")
        return real(scan, *arguments)

    monkeypatch.setattr(journey.ocr, "read", too_much)
    path = tmp_path / "slip.png"
    path.write_bytes(slip(*LINES))
    index = explain.explain(received(path), setup, tmp_path / "shown")
    text = index.read_text(encoding="utf-8")
    assert "<td>read</td>" in text
    assert "half" in text
    image = pixels(index.with_name(pictures(index)[-1][0]))
    assert coloured(image, explain.GREEN).any()


def test_names_that_mean_something_in_html_are_shown_as_they_are(slip: Slip, setup: Setup, tmp_path: Path):
    path = tmp_path / "a <b> & c.png"
    path.write_bytes(slip("Seite 7"))
    text = explain.explain(received(path), setup, tmp_path / "shown").read_text(encoding="utf-8")
    assert "<title>a &lt;b&gt; &amp; c.png</title>" in text
