"""Pages drawn for the tests of cleanup."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan.model import Scan

FONT = Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")
TEXT = (
    "Estimado cliente: le enviamos la factura",
    "correspondiente al mes de enero. El importe",
    "total de la misma asciende a 1.452,00 euros",
    "con el impuesto incluido en el documento.",
    "La fecha de vencimiento es el 28 de febrero.",
    "Puede pagar en la cuenta indicada abajo.",
    "Reciba un cordial saludo de nuestro equipo.",
)


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Scan]:
    """Draws lines of text on half a page."""

    def draw(lines: tuple[str, ...] = TEXT, dpi: int = 200) -> Scan:
        width, height = round(5.8 * dpi), round(4.1 * dpi)
        image = Image.new("L", (width, height), 255)
        pen = ImageDraw.Draw(image)
        font = ImageFont.truetype(str(FONT), round(dpi * 11 / 72))
        for row, line in enumerate(lines):
            pen.text((0.5 * dpi, (0.5 + 0.25 * row) * dpi), line, font=font, fill=0)
        return Scan(1, np.asarray(image, dtype=np.uint8).copy(), float(dpi), source_size=(width, height))

    return draw
