"""A document's words as hOCR 1.2: a web page that says where each word stands."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from docscan.model import Page
from docscan.ocr import markup, stored
from docscan.places import Box

CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
)


def document(pages: Iterable[Page], *, source: str, program: str) -> str:
    """The words of a document as one hOCR file.

    Args:
        pages: As read; each is taken up, also without a word.
        source: The name of the file they come from.
        program: What read them, such as `docscan/0.1.0`.

    Returns:
        XHTML. Boxes are in pixels of each page's image as stored, confidences
        in percent.
    """
    root = ET.Element("html", {"xmlns": "http://www.w3.org/1999/xhtml"})
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = markup.printable(source)
    ET.SubElement(head, "meta", {"http-equiv": "Content-Type", "content": "text/html; charset=utf-8"})
    ET.SubElement(head, "meta", name="ocr-system", content=markup.printable(program))
    ET.SubElement(head, "meta", name="ocr-capabilities", content=CAPABILITIES)
    body = ET.SubElement(root, "body")
    for page in pages:
        _page(body, page, source)
    ET.indent(root, " ")
    return HEAD + ET.tostring(root, encoding="unicode") + "\n"


def _page(body: ET.Element, page: Page, source: str) -> None:
    width, height = stored.size(page)
    across, down = (round(value) for value in stored.dpi(page))
    name = markup.printable(source).replace('"', "'")  # the quote ends a name
    place = _bbox(Box(0, 0, width, height))
    title = f'image "{name}"; {place}; ppageno {page.number - 1}; scan_res {across} {down}'
    element = ET.SubElement(body, "div", {"class": "ocr_page", "id": f"page_{page.number}", "title": title})
    language = markup.language(page.language)
    if language:
        element.attrib |= {"lang": language, "xml:lang": language}
    for number, lines in enumerate(markup.blocks(page), 1):
        place = _bbox(markup.box(tuple(word for line in lines for word in line)))
        ids = f"{page.number}_{number}"
        area = _part(element, "div", "ocr_carea", f"block_{ids}", place)
        paragraph = _part(area, "p", "ocr_par", f"par_{ids}", place)
        for row, words in enumerate(lines, 1):
            _line(paragraph, f"{ids}_{row}", words)


def _line(paragraph: ET.Element, ids: str, words: tuple[markup.Marked, ...]) -> None:
    line = _part(paragraph, "span", "ocr_line", f"line_{ids}", _bbox(markup.box(words)))
    for number, word in enumerate(words, 1):
        title = f"{_bbox(word.box)}; x_wconf {round(100 * word.confidence)}"
        _part(line, "span", "ocrx_word", f"word_{ids}_{number}", title).text = word.text


def _part(parent: ET.Element, tag: str, kind: str, name: str, title: str) -> ET.Element:
    return ET.SubElement(parent, tag, {"class": kind, "id": name, "title": title})


def _bbox(box: Box) -> str:
    return f"bbox {box.left} {box.top} {box.right} {box.bottom}"
