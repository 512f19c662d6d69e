import os
from dataclasses import replace

import numpy as np
import pytest

from docscan.errors import EngineFailedError, EngineMissingError, LanguageMissingError
from docscan.model import Scan
from docscan.ocr import tesseract


@pytest.fixture
def no_memory():
    """The engine is looked for anew, before and after."""
    caches = (tesseract._engine, tesseract.languages, tesseract.version)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def test_words_come_with_boxes_and_confidence(drawn, letters):
    page = tesseract.read(drawn(letters["eng"]), "eng", timeout=60)
    assert page.state == "read"
    assert page.text.split() == " ".join(letters["eng"]).split()
    assert page.confidence > 0.9
    first = page.words[0]
    assert first.box.left == pytest.approx(100, abs=8)
    assert first.box.top == pytest.approx(87, abs=8)
    assert [len(line.words) for line in page.lines] == [len(line.split()) for line in letters["eng"]]


def test_a_blank_page_costs_no_run_and_an_empty_one_is_told_from_it():
    scan = Scan(1, np.full((300, 400), 255, np.uint8), 100.0)
    assert tesseract.read(replace(scan, blank=True), "no such language", timeout=60).state == "blank"
    scan.image[100:200, 100:300] = np.linspace(0, 255, 200).astype(np.uint8)
    assert tesseract.read(scan, "eng", timeout=60).state == "empty"


def test_colour_is_read_as_well(drawn, letters):
    scan = drawn(letters["eng"])
    page = tesseract.read(replace(scan, image=np.dstack([scan.image] * 3)), "eng", timeout=60)
    assert "invoice" in page.text


def test_a_missing_language_is_named_with_a_way_out(drawn, letters):
    with pytest.raises(LanguageMissingError, match="tlh") as caught:
        tesseract.read(drawn(letters["eng"]), "eng+tlh", timeout=60)
    assert "tesseract-ocr-tlh" in caught.value.hint


def test_a_missing_engine_is_told_with_a_way_out(monkeypatch, no_memory, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tesseract, "WHEEL", "no_such_module")
    with pytest.raises(EngineMissingError) as caught:
        tesseract.version()
    assert "tesseract" in caught.value.hint


def test_the_engine_of_the_environment_is_found_when_the_system_has_none(monkeypatch, no_memory, tmp_path):
    binary = tmp_path / "engine_wheel" / "data" / "bin" / "tesseract"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\necho 'tesseract 5.4.1'\n")
    binary.chmod(0o755)
    (tmp_path / "engine_wheel" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(tesseract, "WHEEL", "engine_wheel")
    monkeypatch.setattr(tesseract.shutil, "which", lambda _name: None)
    monkeypatch.setenv("TESSDATA_PREFIX", "")
    monkeypatch.delenv("TESSDATA_PREFIX")
    assert tesseract._engine() == str(binary)
    assert os.environ["TESSDATA_PREFIX"] == str(tmp_path / "engine_wheel" / "data" / "share" / "tessdata")


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo 'leptonica broke' >&2; exit 1", "leptonica broke"), ("exec sleep 30", "longer than 1 seconds")],
)
def test_an_engine_that_fails_or_hangs_is_named(monkeypatch, tmp_path, script, said):
    binary = tmp_path / "tesseract"
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    scan = Scan(1, np.zeros((30, 40), np.uint8), 100.0)
    tesseract.languages()
    monkeypatch.setattr(tesseract.pytesseract.pytesseract, "tesseract_cmd", str(binary))
    with pytest.raises(EngineFailedError, match=said) as caught:
        tesseract.read(scan, "eng", timeout=1)
    assert caught.value.hint


def test_what_the_engine_offers_is_known():
    assert {"eng", "spa", "pol", "deu"} <= tesseract.languages()
    assert tesseract.version().startswith("5")
