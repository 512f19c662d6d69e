"""Tells the words that a PDF page gives as text of its own, where they stand.

A scan that was stamped with a line of text, or a page of text whose letterhead
is a picture, is read as a whole. What the page says itself needs no unseen
text: who copies or searches would meet it twice.
"""

import unicodedata
from dataclasses import replace

import pikepdf
import pypdfium2

from docscan.model import Page, Word
from docscan.ocr.hidden import alone, shows_text
from docscan.ocr.stored import hull
from docscan.places import Box, Matrix

AROUND = 0.25  # of a word's height, above and below, where letters of other lines may reach


def left_out(sheet: pikepdf.Page, page: Page, place: Matrix) -> Page:
    """The page without the words that the PDF gives itself.

    A word is one of these when its letters and digits are, in their order,
    among those of the text right over it. A misread one stays, and so does
    every word over text whose signs have no meaning.

    Args:
        sheet: Without the unseen text of earlier readings.
        page: As read from what the sheet shows.
        place: Maps a point of the image as read to the sheet's points.
    """
    if not shows_text(sheet):
        return page
    try:
        with pypdfium2.PdfDocument(alone(sheet)) as document:
            text = document[0].get_textpage()
            lines = (
                replace(line, words=tuple(word for word in line.words if not _is_said(word, text, place)))
                for line in page.lines
            )
            return replace(page, lines=tuple(line for line in lines if line.words))
    except pypdfium2.PdfiumError:  # it cannot be drawn either
        return page


def _is_said(word: Word, text: pypdfium2.PdfTextPage, place: Matrix) -> bool:
    left, top, right, bottom = word.box
    rim = AROUND * (bottom - top)
    middle = Box(left, round(top + rim), right, round(bottom - rim))
    said = text.get_text_bounded(*hull(middle, place))
    letters = _letters(word.text)
    return letters in _letters(said) if letters else word.text in said


def _letters(text: str) -> str:
    """Letters and digits, ligatures as the letters they join."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())
