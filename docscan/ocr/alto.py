"""A document's words as ALTO 4.4, the form in which libraries and archives keep them."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from docscan.model import Page
from docscan.ocr import markup, stored
from docscan.places import Box

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
VERSION = "4.4"
READING = "reading"  # the identifier of the only processing there is


def document(pages: Iterable[Page], *, source: str, program: str) -> str:
    """The words of a document as one ALTO file.

    Args:
        pages: As read, at least one; each is taken up, also without a word.
        source: The name of the file they come from.
        program: What read them, such as `docscan/0.1.0`.

    Returns:
        XML. Measures are in pixels of each page's image as stored.
    """
    root = ET.Element("alto", {"xmlns": NAMESPACE, "SCHEMAVERSION": VERSION})
    _description(root, markup.printable(source), markup.printable(program))
    layout = ET.SubElement(root, "Layout")
    for page in pages:
        _page(layout, page)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _description(root: ET.Element, source: str, program: str) -> None:
    description = ET.SubElement(root, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    image = ET.SubElement(description, "sourceImageInformation")
    ET.SubElement(image, "fileName").text = source
    processing = ET.SubElement(description, "Processing", ID=READING)
    software = ET.SubElement(processing, "processingSoftware")
    name, _, version = program.partition("/")
    ET.SubElement(software, "softwareName").text = name
    ET.SubElement(software, "softwareVersion").text = version


def _page(layout: ET.Element, page: Page) -> None:
    width, height = stored.size(page)
    element = ET.SubElement(layout, "Page", ID=f"page_{page.number}", PHYSICAL_IMG_NR=str(page.number))
    element.attrib |= {"WIDTH": str(width), "HEIGHT": str(height), "PROCESSING": READING}
    if page.words:
        element.set("PC", _share(page.confidence))
    language = markup.language(page.language)
    if language:
        element.set("LANG", language)
    space = ET.SubElement(element, "PrintSpace", _measures(Box(0, 0, width, height)))
    for number, lines in enumerate(markup.blocks(page), 1):
        ids = f"{page.number}_{number}"
        around = _measures(markup.box(tuple(word for line in lines for word in line)))
        block = ET.SubElement(space, "TextBlock", {"ID": f"block_{ids}", **around})
        for row, words in enumerate(lines, 1):
            _line(block, f"{ids}_{row}", words)


def _line(block: ET.Element, ids: str, words: tuple[markup.Marked, ...]) -> None:
    line = ET.SubElement(block, "TextLine", {"ID": f"line_{ids}", **_measures(markup.box(words))})
    for number, word in enumerate(words, 1):
        if number > 1:
            _space(line, words[number - 2].box, word.box)
        measures = {"ID": f"word_{ids}_{number}", "CONTENT": word.text, **_measures(word.box)}
        ET.SubElement(line, "String", {**measures, "WC": _share(word.confidence)})


def _space(line: ET.Element, before: Box, after: Box) -> None:
    """What lies between two words; it has no width where a page on its side has one above the other."""
    width = max(0, after.left - before.right)
    ET.SubElement(line, "SP", HPOS=str(before.right), VPOS=str(before.top), WIDTH=str(width))


def _measures(box: Box) -> dict[str, str]:
    return {
        "HPOS": str(box.left),
        "VPOS": str(box.top),
        "WIDTH": str(box.width),
        "HEIGHT": str(box.height),
    }


def _share(value: float) -> str:
    return f"{min(1.0, max(0.0, value)):.2f}"
