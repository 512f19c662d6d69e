"""The picture that a page of a PDF holds, as another program decodes it."""

import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE


def shown_bits(path, number=0):
    """The image of a page in black and white."""
    with pypdfium2.PdfDocument(path) as document:
        (shown,) = document[number].get_objects(filter=[FPDF_PAGEOBJ_IMAGE])
        return shown.get_bitmap().to_pil().convert("L").point(lambda level: 255 * (level > 127)).convert("1")
