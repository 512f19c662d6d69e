"""What is true of every engine, and how one is found."""

import multiprocessing
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from docscan.errors import EngineFailedError, EngineMissingError, LanguageMissingError
from docscan.ocr import engine, libtesseract, tesseract

LANGUAGES = ("spa", "pol", "deu", "eng")


@pytest.fixture
def inside():
    """The library in this process; it is an extra, and not built for every machine."""
    pytest.importorskip("tesserocr")
    return engine.named("tesserocr")


@pytest.fixture(params=["tesserocr", "tesseract"])
def reader(request):
    """Each of docscan's own engines."""
    return request.getfixturevalue("inside") if request.param == "tesserocr" else engine.named("tesseract")


@pytest.fixture
def looked_for_anew():
    found = (engine.named, libtesseract._library, libtesseract._languages)
    for cached in found:
        cached.cache_clear()
    yield
    for cached in found:
        cached.cache_clear()


def read(reader, scan, language="eng", **options):
    return reader.read(scan.image, language, **{"dpi": scan.dpi, "timeout": 60} | options)


def words(lines):
    return [word for line in lines for word in line.words]


def texts(lines):
    return [word.text for word in words(lines)]


# ---- reading ----------------------------------------------------------------------------------------


def test_words_come_with_boxes_and_confidence(reader, drawn, letters):
    lines = read(reader, drawn(letters["eng"]))
    assert [line.text for line in lines] == list(letters["eng"])
    assert min(word.confidence for word in words(lines)) > 0.5
    first = lines[0].words[0]
    assert first.box.left == pytest.approx(100, abs=8)
    assert first.box.top == pytest.approx(87, abs=8)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_library_and_the_program_read_the_same(inside, drawn, letters, language):
    scan = drawn(letters[language])
    library, program = (words(read(each, scan, language)) for each in (inside, engine.named("tesseract")))
    same = [(a, b) for a, b in zip(library, program, strict=True) if a.text == b.text]
    assert len(same) >= 0.98 * len(program) > 20
    apart = [abs(p - q) for a, b in same for p, q in zip(a.box, b.box, strict=True)]
    assert max(apart) <= 2


def test_blocks_are_numbered_from_0(reader, drawn, letters):
    apart = (*letters["eng"][:2], "", "", *letters["eng"][2:])
    blocks = [line.block for line in read(reader, drawn(apart))]
    assert sorted(set(blocks)) == list(range(max(blocks) + 1))
    assert blocks[0] < blocks[-1]


def test_one_line_and_one_block_are_read_as_such(reader, drawn, letters):
    scan = drawn(letters["eng"])
    strip = reader.read(scan.image[70:130], "eng", dpi=scan.dpi, layout="line", timeout=60)
    assert [line.text for line in strip] == [letters["eng"][0]]
    block = reader.read(scan.image[70:330], "eng", dpi=scan.dpi, layout="block", timeout=60)
    assert {line.block for line in block} == {0}
    assert [line.text for line in block] == list(letters["eng"])


def test_colour_and_cut_outs_read_like_grey(reader, drawn, letters):
    scan = drawn(letters["eng"])
    assert scan.image[:, 50:].flags.c_contiguous is False
    expected = " ".join(letters["eng"]).split()
    assert texts(reader.read(scan.image[:, 50:], "eng", dpi=scan.dpi, timeout=60)) == expected
    assert texts(reader.read(np.dstack([scan.image] * 3), "eng", dpi=scan.dpi, timeout=60)) == expected


def test_the_channels_of_colour_are_blue_green_red(reader, drawn, letters):
    paper = np.full((*drawn(letters["eng"]).image.shape, 3), (160, 0, 0), np.uint8)  # BGR: dark as 18 of 255
    paper[drawn(letters["eng"]).image > 128] = (0, 0, 255)  # as light as 76
    assert texts(reader.read(paper, "eng", dpi=200.0, timeout=60)) == " ".join(letters["eng"]).split()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 400), (400, 3), (40, 60)])
@pytest.mark.parametrize("layout", ["page", "block"])
def test_an_image_without_print_has_no_lines(reader, shape, layout):
    assert reader.read(np.full(shape, 255, np.uint8), "eng", dpi=300.0, layout=layout, timeout=60) == ()


@pytest.mark.parametrize("dpi", [0.0, 1.0, 1e6])
def test_a_resolution_that_cannot_be_true_does_not_stop_it(reader, drawn, letters, dpi):
    assert texts(read(reader, drawn(letters["eng"]), dpi=dpi))


def test_a_missing_language_is_named_with_a_way_out(reader, drawn, letters):
    with pytest.raises(LanguageMissingError, match="tlh") as caught:
        read(reader, drawn(letters["eng"]), "eng+tlh")
    assert "tesseract-ocr-tlh" in caught.value.hint


def test_a_page_that_takes_too_long_is_given_up(reader, drawn, letters):
    page = np.vstack([drawn(letters["eng"]).image] * 4)
    with pytest.raises(EngineFailedError, match=r"longer than 0\.01 seconds") as caught:
        reader.read(page, "eng", dpi=200.0, timeout=0.01)
    assert caught.value.hint
    assert texts(read(reader, drawn(letters["eng"])))  # and the next one is read


def test_what_was_read_before_does_not_matter(reader, drawn, letters):
    for loaded in (libtesseract._model, tesseract._kept):
        loaded.cache_clear()
    alone = read(reader, drawn(letters["eng"]))
    for other in ("qwertz qvvertz rnrn mm cl d", "l1I| O0o 5S 8B", *letters["pol"]):
        read(reader, drawn((other, other)))
    assert read(reader, drawn(letters["eng"])) == alone


def test_what_it_offers_is_known(reader):
    assert set(LANGUAGES) <= reader.languages()
    assert "osd" not in reader.languages()
    assert reader.version().split(".")[0] == "5"


# ---- the library in the process -----------------------------------------------------------------------


def test_no_more_models_stay_loaded_than_are_kept(inside, drawn, letters):
    scan = drawn(letters["eng"][:1])
    for language in (*LANGUAGES, *(f"eng+{other}" for other in LANGUAGES[:-1])):
        read(inside, scan, language)
    assert libtesseract._model.cache_info().currsize == libtesseract.KEPT


def _texts_in_a_child(image):
    return texts(engine.named("tesserocr").read(image, "eng", dpi=200.0, timeout=60))


def test_a_process_that_was_forked_after_loading_loads_its_own(inside, drawn, letters):
    image = drawn(letters["eng"]).image
    here = _texts_in_a_child(image)
    loaded = libtesseract._model.cache_info().misses
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_texts_in_a_child, (image,)) == here
        assert pool.apply(_misses) == loaded + 1


def _misses():
    return libtesseract._model.cache_info().misses


def test_threads_take_turns(inside, drawn, letters):
    scans = {name: drawn(letters[name]) for name in ("eng", "deu")}
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda name: texts(read(inside, scans[name], name)), ["eng", "deu"] * 2))
    assert found == [" ".join(letters[name]).split() for name in ("eng", "deu")] * 2


# ---- how an engine is found ----------------------------------------------------------------------------


def test_the_library_goes_before_the_program(inside, looked_for_anew):
    assert engine.named().name == "tesserocr"
    assert engine.names()[:2] == ("tesserocr", "tesseract")


def test_without_the_library_the_program_reads(monkeypatch, looked_for_anew):
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    assert engine.named().name == "tesseract"
    with pytest.raises(EngineMissingError) as caught:
        engine.named("tesserocr")
    assert "'fast'" in caught.value.hint


def test_a_name_that_nobody_has_is_answered_with_the_nearest():
    with pytest.raises(EngineMissingError, match="teseract") as caught:
        engine.named("teseract")
    assert "tesseract?" in caught.value.hint


def test_without_any_model_there_is_no_engine(inside, monkeypatch, looked_for_anew, tmp_path):
    (tmp_path / "osd.traineddata").touch()
    monkeypatch.setattr(libtesseract.tessdata, "folder", lambda: tmp_path)
    with pytest.raises(EngineMissingError, match="no models"):
        engine.named("tesserocr")
    assert engine.named().name == "tesseract"


def test_an_engine_is_made_once():
    assert engine.named("tesseract") is engine.named("tesseract")
