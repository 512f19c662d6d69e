import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Line, Page, Word
from docscan.ocr import hocr
from docscan.places import Box

NAMESPACE = "{http://www.w3.org/1999/xhtml}"
TURNED = (
    (0.0, 1.0, 0.0),
    (-1.0, 0.0, 300.0),
    (0.0, 0.0, 1.0),
)  # from a page of 300 by 200 to one of 200 by 300
SKEWED = ((0.998, 0.05, 3.0), (-0.05, 0.998, 4.0), (0.0, 0.0, 1.0))


def _page(words, number=1, **said):
    said = {"source_size": (300, 200), "language": "spa", **said}
    return Page(number, 300, 200, 100.0, "read", (Line(tuple(words)),), **said)


def _parsed(pages, source="scan.tif"):
    return ET.fromstring(hocr.document(pages, source=source, program="docscan/9"))  # noqa: S314 - written a moment ago


def _of(root, kind):
    return [element for element in root.iter() if element.get("class") == kind]


def _bbox(element):
    return tuple(
        int(value) for value in re.search(r"bbox (\d+) (\d+) (\d+) (\d+)", element.get("title")).groups()
    )


def test_every_word_has_its_box_and_confidence():
    page = _page([Word("Señor", Box(10, 20, 60, 40), 0.934), Word("<&>", Box(70, 20, 90, 40), 1.0)])
    words = _of(_parsed([page]), "ocrx_word")
    assert [(word.text, word.get("title")) for word in words] == [
        ("Señor", "bbox 10 20 60 40; x_wconf 93"),
        ("<&>", "bbox 70 20 90 40; x_wconf 100"),
    ]


def test_a_page_says_its_image_size_place_resolution_and_language():
    (page,) = _of(_parsed([_page([], number=3)], 'a "b".tif'), "ocr_page")
    assert page.get("title") == "image \"a 'b'.tif\"; bbox 0 0 300 200; ppageno 2; scan_res 100 100"
    assert page.get("{http://www.w3.org/XML/1998/namespace}lang") == page.get("lang") == "es"


@pytest.mark.parametrize(
    ("place", "size", "expected"),
    [(TURNED, (200, 300), (20, 240, 40, 290)), (SKEWED, (300, 200), (14, 21, 65, 43))],
)
def test_boxes_are_those_of_the_image_as_stored(place, size, expected):
    page = _page([Word("one", Box(10, 20, 60, 40), 0.9)], to_source=place, source_size=size)
    root = _parsed([page])
    assert _bbox(_of(root, "ocr_page")[0])[2:] == size
    assert {_bbox(_of(root, kind)[0]) for kind in ("ocr_carea", "ocr_par", "ocr_line", "ocrx_word")} == {
        expected
    }


def test_a_page_read_from_its_text_layer_is_measured_by_itself():
    page = Page(1, 300, 200, 100.0, "textlayer", (Line((Word("one", Box(10, 20, 60, 40), 1.0),)),))
    (element,) = _of(_parsed([page]), "ocr_page")
    assert _bbox(element) == (0, 0, 300, 200)


def test_blocks_and_lines_stay_apart_and_identifiers_are_unique():
    lines = [Line((Word(str(n), Box(5, 10 * n, 50, 10 * n + 8), 0.9),), n // 2) for n in range(4)]
    root = _parsed([Page(n, 300, 200, 100.0, "read", tuple(lines), source_size=(300, 200)) for n in (1, 2)])
    assert [len(_of(root, kind)) for kind in ("ocr_page", "ocr_carea", "ocr_line")] == [2, 4, 8]
    names = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(names) == len(set(names))


@given(st.lists(st.text(max_size=12), max_size=6), st.text(max_size=12))
def test_whatever_was_read_the_page_is_well_formed_and_keeps_what_xml_can_hold(texts, source):
    page = _page([Word(text, Box(10, 20, 60, 40), 0.5) for text in texts])
    words = [word.text for word in _of(_parsed([page], source), "ocrx_word")]
    assert "".join("".join(words).split()) == "".join("".join(_held(texts)).split())


def _held(texts):
    """The signs that XML 1.0 allows, counted out by their code points."""
    ranges = ((0x9, 0xA), (0xD, 0xD), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    return [sign for text in texts for sign in text if any(low <= ord(sign) <= high for low, high in ranges)]


@given(
    st.tuples(st.integers(-50, 350), st.integers(-50, 250), st.integers(1, 400), st.integers(1, 300)),
)
def test_no_box_leaves_the_image(numbers):
    left, top, width, height = numbers
    page = _page([Word("one", Box(left, top, left + width, top + height), 0.9)], to_source=SKEWED)
    (word,) = _of(_parsed([page]), "ocrx_word")
    x0, y0, x1, y1 = _bbox(word)
    assert 0 <= x0 < x1 <= 300
    assert 0 <= y0 < y1 <= 200
