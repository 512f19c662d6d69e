from dataclasses import replace

import cv2
import numpy as np
import pytest

from docscan import cleanup, messages, ocr
from docscan.model import Box, Line, Page, Scan, Word
from docscan.ocr import language, tesseract
from docscan.pipeline import Choice

EVERY = [Choice(name, {}) for name in cleanup.STEPS]
LANGUAGES = ("spa", "pol", "deu", "eng")


@pytest.fixture
def runs(monkeypatch):
    """The languages the engine really ran with, in order."""
    seen = []
    real = tesseract.read

    def counted(scan, name, *, timeout):
        seen.append(name)
        return real(scan, name, timeout=timeout)

    monkeypatch.setattr(tesseract, "read", counted)
    return seen


def _read(scan, **options):
    return ocr.read(cleanup.clean(scan, EVERY), LANGUAGES, timeout=60, turn=cleanup.turn, **options)


def _found(page, lines):
    """The share of the drawn words that were read."""
    drawn = " ".join(lines).split()
    return sum(word in page.text.split() for word in drawn) / len(drawn)


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_language_is_recognised_and_read(drawn, letters, runs, name):
    page = _read(drawn(letters[name]))
    assert page.language == name
    assert _found(page, letters[name]) >= 0.95
    assert len(runs) == (1 if name == "spa" else 2)


def test_the_language_of_the_page_before_is_tried_first(drawn, letters, runs):
    assert _read(drawn(letters["deu"]), first="deu").language == "deu"
    assert runs == ["deu"]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_is_read_and_its_words_lie_on_the_ink(drawn, letters, angle):
    scan = replace(cleanup.turn(drawn(letters["spa"]), angle), treatments=())
    page = _read(scan)
    assert _found(page, letters["spa"]) >= 0.95
    (a, b, c), (d, e, f), _ = page.to_source
    x, y = page.words[0].box.middle
    middle = a * x + b * y + c, d * x + e * y + f
    assert middle == pytest.approx((175, 103), abs=6)  # of the first word as it was drawn


def test_shade_skew_and_specks_together_are_read(drawn, letters):
    scan = drawn(letters["spa"])
    matrix = cv2.getRotationMatrix2D((scan.width / 2, scan.height / 2), 2.5, 1)
    image = cv2.warpAffine(scan.image, matrix, (scan.width, scan.height), borderValue=(255, 255, 255))
    image = (image * np.linspace(0.95, 0.4, scan.width)[None, :]).astype(np.uint8)
    image[np.random.default_rng(2).random(image.shape) < 0.01] = 0
    page = _read(replace(scan, image=image))
    assert _found(page, letters["spa"]) >= 0.9
    assert {treatment.split()[0] for treatment in page.treatments} >= {"light", "deskew", "specks"}


def test_a_blank_page_is_told_without_a_run(runs):
    page = _read(Scan(1, np.full((500, 400), 250, np.uint8), 100.0))
    assert page.state == "blank"
    assert page.marks == ()


def test_languages_are_guessed_only_among_those_asked_for(letters):
    for name, lines in letters.items():
        guessed, sure = language.guess(" ".join(lines), LANGUAGES)
        assert (guessed, sure > 0.3) == (name, True)
    assert language.guess(" ".join(letters["pol"]), ("spa", "fra")) == ("", 0.0)
    assert language.guess("2041 1.452,00", LANGUAGES) == ("", 0.0)


def test_findings_name_the_page_and_speak_every_language():
    poor = (Line((Word("blurred", Box(0, 0, 9, 9), 0.4),)),)
    pages = [
        Page(1, 10, 10, 300.0, "empty"),
        ocr.failed(Scan(2, np.zeros((10, 10), np.uint8), 300.0, source_size=(10, 10))),
        Page(3, 10, 10, 300.0, "read", poor),
        Page(4, 10, 10, 300.0, "blank"),
        Page(5, 10, 10, 300.0, "textlayer", poor),
    ]
    found = ocr.findings(pages)
    assert [(item.code, item.severity, item.facts["page"]) for item in found] == [
        ("R010", "doubt", "1"),
        ("R020", "error", "2"),
        ("R030", "doubt", "3"),
        ("R040", "note", "4"),
    ]
    for item in found:
        said = {messages.sentence(item.code, name, **item.facts) for name in messages.LANGUAGES}
        assert len(said) == 4
