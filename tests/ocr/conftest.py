"""Pages drawn for the tests of reading."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan import ocr
from docscan.model import Page, Scan
from docscan.pipeline import Reading

FONT = Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")
LETTERS = {
    "spa": (
        "Estimado cliente: le enviamos la factura número 2041",
        "que corresponde al mes de enero con su importe total.",
        "La fecha de vencimiento es el 28 de febrero de 2026.",
        "Puede hacer el pago en la cuenta que se indica abajo.",
    ),
    "pol": (
        "Szanowni Państwo, przesyłamy fakturę numer 2041",
        "za usługi wykonane w styczniu oraz za dostawę części.",
        "Termin płatności upływa dnia 28 lutego 2026 roku.",
        "Prosimy o wpłatę na rachunek podany na odwrocie.",
    ),
    "deu": (
        "Sehr geehrte Damen und Herren, wir senden Ihnen die",
        "Rechnung Nummer 2041 für die Leistungen im Januar.",
        "Der Betrag ist bis zum 28. Februar 2026 zu zahlen und",
        "wird auf das unten genannte Konto überwiesen.",
    ),
    "eng": (
        "Dear customer, please find the invoice number 2041",
        "for the services that were delivered in January.",
        "The amount is due on the 28th of February 2026 and",
        "should be paid to the account that is given below.",
    ),
}


@pytest.fixture(scope="session")
def letters() -> dict[str, tuple[str, ...]]:
    """A few lines in each language."""
    return LETTERS


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Scan]:
    """Draws lines of text on half a page, 200 dpi."""

    def draw(lines: tuple[str, ...]) -> Scan:
        image = Image.new("L", (1160, 500), 255)
        pen = ImageDraw.Draw(image)
        font = ImageFont.truetype(str(FONT), 33)
        for row, line in enumerate(lines):
            pen.text((100, 80 + 58 * row), line, font=font, fill=0)
        return Scan(1, np.asarray(image, dtype=np.uint8).copy(), 200.0, source_size=image.size)

    return draw


@pytest.fixture(scope="session")
def sheet() -> Callable[..., Scan]:
    """Draws a page of 200 dpi.

    Its arguments are texts, each (left, top, text) with, if others are meant, a
    size in pixels and a shade; `under` are filled boxes, each with its shade.
    """

    def draw(
        *texts: tuple[Any, ...],
        under: Iterable[tuple[tuple[int, ...], int]] = (),
        size: tuple[int, int] = (1240, 800),
    ) -> Scan:
        image = Image.new("L", size, 255)
        pen = ImageDraw.Draw(image)
        for box, shade in under:
            pen.rectangle(box, fill=shade)
        for left, top, text, *rest in texts:
            pixels, shade = (*rest, 30, 0)[:2] if len(rest) != 1 else (rest[0], 0)
            pen.text((left, top), text, font=ImageFont.truetype(str(FONT), pixels), fill=shade)
        return Scan(1, np.asarray(image, dtype=np.uint8).copy(), 200.0, source_size=size)

    return draw


@pytest.fixture(scope="session")
def read_as() -> Callable[[Scan, str], Page]:
    """Reads a scan as it is, once, in one language."""

    def read(scan: Scan, language: str) -> Page:
        return ocr.read(scan, [language], Reading(second_look=0))

    return read
