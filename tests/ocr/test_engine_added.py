"""An engine of another distribution: the one of docs/engines.md, and some that misbehave."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from docscan import equipment
from docscan.cli import terminal
from docscan.errors import EngineFailedError, EngineMissingError, LanguageMissingError
from docscan.ocr import engine

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"
MISBEHAVING = """
from docscan.errors import LanguageMissingError
from docscan.model import Line, Word
from docscan.places import Box

FINE = Box(0, 0, 5, 5)
ANSWERS = {
    "nothing": (),
    "fine": (Line((Word("a", FINE, 0.5),)),),
    "raises": ZeroDivisionError("no ink"),
    "wrong": "a text",
    "empty line": (Line(()),),
    "negative block": (Line((Word("a", FINE, 0.5),), -1),),
    "empty word": (Line((Word(" ", FINE, 0.5),)),),
    "sure": (Line((Word("a", FINE, 96.0),)),),
    "outside": (Line((Word("a", Box(0, 0, 50, 5), 0.5),)),),
    "missing": LanguageMissingError("no such language"),
}

class Odd:
    name = "something else"
    def version(self):
        raise ValueError("unknown")
    def languages(self):
        return list(ANSWERS)
    def read(self, image, language, *, dpi, layout="page", timeout):
        answer = ANSWERS[language]
        if isinstance(answer, Exception):
            raise answer
        return answer

class Speechless(Odd):
    def languages(self):
        return []
"""


def code(kind):
    (found,) = re.findall(
        rf"```{kind}\n(\S[^`]*?)```", PAGE.read_text(encoding="utf-8").split("## Adding one")[1]
    )
    return found


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a distribution with one module and its engines where Python looks for installed ones."""

    def installed(module, source, **engines):
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        described = tmp_path / f"{module}-1.0.dist-info"
        described.mkdir()
        (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in engines.items()]
        (described / "entry_points.txt").write_text("\n".join(["[docscan.engines]", *lines]))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, module, raising=False)

    engine.named.cache_clear()
    yield installed
    engine.named.cache_clear()


@pytest.fixture
def odd(install):
    install("odd_engine", MISBEHAVING, odd="odd_engine:Odd", speechless="odd_engine:Speechless")
    return engine.named("odd")


@pytest.fixture
def gocr(install):
    (value,) = re.findall(r'^gocr = "(.+)"$', code("toml"), re.MULTILINE)
    install("gocr_engine", code("python"), gocr=value)
    return engine.named("gocr")


def read(odd, answer):
    return odd.read(np.zeros((10, 10), np.uint8), answer, dpi=100.0, timeout=1)


def test_the_engine_of_the_page_reads(gocr, drawn, letters):
    scan = drawn(letters["eng"])
    lines = gocr.read(scan.image, "eng", dpi=scan.dpi, timeout=60)
    found = [word.text for line in lines for word in line.words]
    expected = " ".join(letters["eng"]).split()
    assert sum(word in found for word in expected) >= 0.8 * len(expected)
    assert len(lines) == 4
    assert lines[0].words[0].box.left == pytest.approx(100, abs=8)
    assert gocr.read(np.dstack([scan.image] * 3), "eng", dpi=scan.dpi, timeout=60) == lines


def test_the_engine_of_the_page_is_known_by_its_name(gocr):
    assert engine.names() == ("tesserocr", "tesseract", "gocr")
    assert gocr.name == "gocr"
    assert re.fullmatch(r"\d+\.\d+", gocr.version())


def test_the_engine_of_the_page_keeps_its_deadline_and_says_what_is_missing(
    gocr, drawn, letters, monkeypatch, tmp_path
):
    image = np.vstack([drawn(letters["eng"]).image] * 4)
    with pytest.raises(EngineFailedError, match="longer than"):
        gocr.read(image, "eng", dpi=200.0, timeout=0.001)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissingError) as caught:
        gocr.version()
    assert "gocr" in caught.value.hint


def test_what_keeps_to_the_contract_comes_through(odd):
    assert odd.name == "odd"
    assert read(odd, "nothing") == ()
    assert [line.text for line in read(odd, "fine")] == ["a"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("raises", "no ink"),
        ("wrong", "AttributeError"),
        ("empty line", "without words"),
        ("negative block", "block -1"),
        ("empty word", "' '"),
        ("sure", "96"),
        ("outside", "outside the image of 10 x 10"),
    ],
)
def test_a_failure_or_nonsense_of_an_added_engine_costs_the_page_alone(odd, answer, said):
    with pytest.raises(EngineFailedError, match=said) as caught:
        read(odd, answer)
    assert caught.value.hint


def test_the_errors_of_the_contract_come_through_as_they_are(odd):
    with pytest.raises(LanguageMissingError):
        read(odd, "missing")


def test_a_version_that_cannot_be_told_is_a_failure(odd):
    with pytest.raises(EngineFailedError, match="unknown"):
        odd.version()


def test_an_engine_that_reads_no_language_is_none(odd):
    with pytest.raises(EngineMissingError, match="no models"):
        engine.named("speechless")


def test_languages_that_an_added_engine_lacks_are_not_laid_to_tesseract(gocr, odd, capsys):
    terminal.told(equipment.equip("default", reader=gocr.name))
    said = capsys.readouterr().err
    assert "gocr cannot read spa, pol, deu" in said
    assert "another engine" in said
    with pytest.raises(LanguageMissingError, match="odd has none") as caught:
        equipment.equip("default", reader=odd.name)
    assert "esseract" not in said + str(caught.value) + caught.value.hint
    assert engine.way_to("tesserocr", ("chi_sim",)) == "Install: apt-get install tesseract-ocr-chi-sim."


def test_an_engine_that_cannot_be_loaded_is_told_with_a_way_out(install):
    install("broken_engine", "import no_such_module", broken="broken_engine:Broken")
    with pytest.raises(EngineMissingError, match="no_such_module") as caught:
        engine.named("broken")
    assert "broken_engine" in caught.value.hint


def test_docscans_own_engines_cannot_be_replaced(install):
    install("thief_engine", MISBEHAVING, tesseract="thief_engine:Odd")
    assert engine.named("tesseract").version()[0] == "5"
    assert engine.names() == ("tesserocr", "tesseract")
