"""Stores the images of a page in fewer bytes without touching a pixel.

A bitonal image that lies in a PDF uncompressed, or packed as any bytes are, is
two to twenty times as large as in CCITT Group 4, which was made for print.
Small images are packed once more: a few pages of black and white as JBIG2, so
that words and all that PDF/A asks for fit beside them into the bytes of the
scan; others as a whole, as around print on white the codes of fax and JPEG
repeat themselves.
"""

import io
import zlib

import numpy as np
import pikepdf
from PIL import Image as Pillow
from PIL import TiffImagePlugin

from docscan.ocr import jbig2

# losslessly packed samples, whose bits can be had back (ISO 32000-1, 7.4)
GENERAL = frozenset(("/FlateDecode", "/LZWDecode", "/ASCIIHexDecode", "/ASCII85Decode"))
AGAIN = ("/CCITTFaxDecode", "/DCTDecode")  # codes that leave something to save
SMALL = 256 * 1024  # bytes; larger images take longer to pack again than the saving is worth
SLIGHT = (
    20 * 1024
)  # bytes of fax; in larger ones a page's words weigh little, and JBIG2 takes 15 ms a kilobyte
ODD = ("/Decode", "/ImageMask")  # what makes of black and white something else
WORTH = 0.98  # of the size before
ONE_STRIP = 2**31 - 1  # bytes; PDF takes Group 4 data in one piece
PHOTOMETRIC, OFFSETS, LENGTHS = 262, 273, 279  # TIFF 6.0, section 8
BLACK_IS_ZERO = 1


def pack(sheet: pikepdf.Page, *, again: bool) -> None:
    """Pack the images that a page shows; those that cannot be packed better stay as they are.

    Args:
        sheet: Its images are changed in place, for all pages that share them.
        again: Also pack once more what is packed well. It saves a few in a
            hundred, of slight pages of print a third, and holds the image in
            memory until the document is saved.
    """
    for image in sheet.get_images().values():
        if image.get("/BitsPerComponent", 1) == 1 and GENERAL.issuperset(_filters(image)):
            _fax(image)
        if again:
            _slight(image)
            _again(image)


def group4(samples: bytes, width: int, height: int) -> tuple[bytes, bool]:
    """Samples of one bit, rows padded to whole bytes, as CCITT Group 4.

    Returns:
        The code, and whether it has a one where its black is (`/BlackIs1`).

    Raises:
        ValueError: There are more or fewer samples than the size asks for.
    """
    image = Pillow.frombytes("1", (width, height), samples)
    file = io.BytesIO()
    image.save(file, "TIFF", compression="group4", strip_size=ONE_STRIP)
    file.seek(0)
    with TiffImagePlugin.TiffImageFile(file) as written:
        tags = written.tag_v2
        (start,), (length,) = tags[OFFSETS], tags[LENGTHS]
        return file.getvalue()[start : start + length], tags[PHOTOMETRIC] == BLACK_IS_ZERO


def _fax(image: pikepdf.Object) -> None:
    """Bring one bit samples into Group 4. The bits stay, and with them whatever the image says of them."""
    width, height = int(image.Width), int(image.Height)
    try:
        samples = image.read_bytes()
    except pikepdf.PdfError:
        return
    if len(samples) != (width + 7) // 8 * height:
        return  # several colours of one bit each, or cut short
    code, black_is_one = group4(samples, width, height)
    if len(code) < WORTH * len(image.read_raw_bytes()):
        parms = pikepdf.Dictionary(K=-1, Columns=width, Rows=height)
        if black_is_one:
            parms.BlackIs1 = True
        image.write(code, filter=pikepdf.Name.CCITTFaxDecode, decode_parms=parms)


def _slight(image: pikepdf.Object) -> None:
    """Bring a page with little in black and white into JBIG2, which has the same pixels in fewer bytes."""
    odd = image.get("/ColorSpace") != "/DeviceGray" or any(key in image for key in ODD)
    if not isinstance(image, pikepdf.Stream) or odd or _filters(image) != ("/CCITTFaxDecode",):
        return
    size = len(image.read_raw_bytes())
    if size > SLIGHT:
        return
    try:
        shown = pikepdf.PdfImage(image).as_pil_image()
    except (pikepdf.PdfError, NotImplementedError, ValueError, OSError):
        return
    if shown.mode != "1":
        return
    code = jbig2.encoded((~np.asarray(shown)).astype(np.uint8))
    if len(code) < WORTH * size:
        image.write(code, filter=pikepdf.Name.JBIG2Decode, decode_parms=None)


def _again(image: pikepdf.Object) -> None:
    """Deflate what is coded already, where that saves anything."""
    if _filters(image) not in [(name,) for name in AGAIN]:
        return
    code = image.read_raw_bytes()
    packed = zlib.compress(code, 9) if len(code) <= SMALL else code
    if len(packed) >= WORTH * len(code):
        return
    (name,), parms = _filters(image), image.get("/DecodeParms")
    if isinstance(parms, pikepdf.Array):
        parms = parms[0] if len(parms) else None
    image.write(
        packed,
        filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name(name)]),
        decode_parms=None if parms is None else pikepdf.Array([None, parms]),
    )


def _filters(image: pikepdf.Object) -> tuple[str, ...]:
    filters = image.get("/Filter", pikepdf.Array())
    return tuple(str(name) for name in (filters if isinstance(filters, pikepdf.Array) else [filters]))
