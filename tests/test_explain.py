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

from docscan import equipment, explain, reading
from docscan.accession import intake
from docscan.accession.intake import Received
from docscan.equipment import Setup
from docscan.model import Page

Slip = Callable[..., bytes]
Array = np.ndarray

TEXT = "Rechnung Nummer 4711"
LINES = (TEXT, "Vielen Dank für Ihren Auftrag", "und für Ihr Vertrauen in uns")


@pytest.fixture(scope="module")
def setup() -> Setup:
    return equipment.equip("default")


def received(path: Path) -> Received:
    return Received("", path, path.name, "", intake.identify(path))


def explained(path: Path, setup: Setup, folder: Path, *, smaller: bool = False) -> tuple[Path, list[Page]]:
    """Where a document is explained, and its pages."""
    document = received(path)
    numbers = range(1, reading.count(document, setup) + 1)
    pages = [reading.read_page(document, number, setup, smaller=smaller) for number in numbers]
    return explain.explain(document, pages, setup, folder), pages


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
    index, _ = explained(path, setup, tmp_path / "shown")
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
    index, (page,) = explained(path, setup, tmp_path)
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
    shown = [name for name, _ in pictures(explained(path, setup, tmp_path)[0])]
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
    index, (page,) = explained(path, setup, tmp_path)
    (original, _), (words, _) = pictures(index)
    assert original == "page-001-0-original.png"
    assert "<td>textlayer</td>" in index.read_text(encoding="utf-8")
    image = pixels(tmp_path / words)
    for word in page.words:
        assert framed(image, word.box, explain.GREEN), word
        left, top, right, bottom = word.box
        inner = image[top + 3 : bottom - 3, left + 3 : right - 3]
        assert (inner.min(axis=2) < 200).mean() > 0.05, "the word's ink lies within its frame"


def test_a_blank_page_is_shown_without_words(setup: Setup, tmp_path: Path):
    path = tmp_path / "blank.png"
    Image.new("L", (400, 500), 250).save(path, dpi=(100, 100))
    index, _ = explained(path, setup, tmp_path / "shown")
    assert "<td>blank</td>" in index.read_text(encoding="utf-8")
    assert not coloured(pixels(index.with_name(pictures(index)[-1][0])), explain.GREEN).any()


def test_a_page_that_was_too_much_is_explained_at_half_its_size(slip: Slip, setup: Setup, tmp_path: Path):
    path = tmp_path / "slip.png"
    path.write_bytes(slip(*LINES))
    index, (page,) = explained(path, setup, tmp_path / "shown", smaller=True)
    first, *_, last = (pixels(index.with_name(name)) for name, _ in pictures(index))
    assert first.shape[0] == pixels(path).shape[0] // 2
    assert page.words
    assert coloured(last, explain.GREEN).any()


def test_a_page_that_no_worker_could_look_at_is_explained_without_pictures(
    slip: Slip, setup: Setup, tmp_path: Path
):
    path = tmp_path / "slip.png"
    path.write_bytes(slip(*LINES))
    lost = Page(1, 2480, 3508, 300.0, "failed")
    index = explain.explain(received(path), [lost], setup, tmp_path / "shown")
    assert pictures(index) == []
    assert "<td>failed</td>" in index.read_text(encoding="utf-8")


def test_names_that_mean_something_in_html_are_shown_as_they_are(slip: Slip, setup: Setup, tmp_path: Path):
    path = tmp_path / "a <b> & c.png"
    path.write_bytes(slip("Seite 7"))
    text = explained(path, setup, tmp_path / "shown")[0].read_text(encoding="utf-8")
    assert "<title>a &lt;b&gt; &amp; c.png</title>" in text
