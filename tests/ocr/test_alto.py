from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Line, Page, Word
from docscan.ocr import alto
from docscan.places import Box

NAMESPACE = "{http://www.loc.gov/standards/alto/ns-v4#}"
# what may stand in what, in ALTO 4.4, of the elements written
CHILDREN = {
    "alto": ("Description", "Layout"),
    "Description": ("MeasurementUnit", "sourceImageInformation", "Processing"),
    "sourceImageInformation": ("fileName",),
    "Processing": ("processingSoftware",),
    "processingSoftware": ("softwareName", "softwareVersion"),
    "Layout": ("Page",),
    "Page": ("PrintSpace",),
    "PrintSpace": ("TextBlock",),
    "TextBlock": ("TextLine",),
    "TextLine": ("String", "SP"),
}
REQUIRED = {
    "Page": {"ID", "PHYSICAL_IMG_NR"},
    "TextBlock": {"ID"},
    "String": {"CONTENT"},
    "Processing": {"ID"},
}


def _page(lines, number=1, **said):
    return Page(number, 300, 200, 100.0, "read", tuple(lines), **{"source_size": (300, 200), **said})


def _words(*texts):
    return tuple(Word(text, Box(10 + 50 * n, 20, 50 + 50 * n, 40), 0.875) for n, text in enumerate(texts))


def _parsed(pages, source="scan.tif"):
    return ET.fromstring(alto.document(pages, source=source, program="docscan/9.1"))  # noqa: S314 - written a moment ago


def _name(element):
    return element.tag.removeprefix(NAMESPACE)


def _check(element):
    """The element holds what it may, in the order it may, with what it must say."""
    allowed = CHILDREN.get(_name(element), ())
    names = [_name(child) for child in element]
    assert set(names) <= set(allowed)
    if _name(element) != "TextLine":
        assert names == sorted(names, key=allowed.index)
    assert REQUIRED.get(_name(element), set()) <= set(element.keys())
    for child in element:
        _check(child)


def test_words_and_the_spaces_between_them_are_measured():
    root = _parsed([_page([Line(_words("Kwota", "<brutto>"))])])
    first, space, second = root.iter(f"{NAMESPACE}TextLine").__next__()
    assert first.attrib == {
        "ID": "word_1_1_1_1",
        "CONTENT": "Kwota",
        "HPOS": "10",
        "VPOS": "20",
        "WIDTH": "40",
        "HEIGHT": "20",
        "WC": "0.88",
    }
    assert space.attrib == {"HPOS": "50", "VPOS": "20", "WIDTH": "10"}
    assert second.get("CONTENT") == "<brutto>"


def test_it_says_what_was_read_with_what_and_in_which_unit():
    root = _parsed([_page([], language="deu")], "a & b.tif")
    texts = {_name(element): element.text for element in root.iter() if element.text and element.text.strip()}
    assert texts == {
        "MeasurementUnit": "pixel",
        "fileName": "a & b.tif",
        "softwareName": "docscan",
        "softwareVersion": "9.1",
    }
    page = root.find(f".//{NAMESPACE}Page")
    assert (page.get("WIDTH"), page.get("HEIGHT"), page.get("LANG")) == ("300", "200", "de")


def test_measures_are_those_of_the_image_as_stored():
    turned = ((0.0, 1.0, 0.0), (-1.0, 0.0, 300.0), (0.0, 0.0, 1.0))
    root = _parsed([_page([Line(_words("one"))], to_source=turned, source_size=(200, 300))])
    word = root.find(f".//{NAMESPACE}String")
    assert [word.get(name) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["20", "250", "20", "40"]


@given(
    st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=5),
    st.sampled_from(["", "spa", "spa+eng", "osd", "chi_sim"]),
    st.text(max_size=8),
)
def test_whatever_was_read_the_elements_stand_where_they_may(lines, language, source):
    read = [Line(_words(*texts), n // 2) for n, texts in enumerate(lines)]
    root = _parsed([_page(read, number, language=language) for number in (1, 2)], source)
    _check(root)
    names = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(names) == len(set(names))
    assert all(0 <= float(word.get("WC")) <= 1 for word in root.iter(f"{NAMESPACE}String"))
