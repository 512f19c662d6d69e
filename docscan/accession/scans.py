"""The pages of a document as images, one at a time.

`count` looks at the structure and at the sizes the file declares before
anything large is decoded; `scan` decodes one page. Whatever the libraries
raise on hostile or broken bytes leaves here as an `AccessionError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import pikepdf
import pypdfium2
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from docscan.accession import pdf, picture
from docscan.errors import (
    EncryptedDocumentError,
    LimitExceededError,
    UnreadableDocumentError,
    UnsupportedMediaError,
)
from docscan.model import Scan
from docscan.pipeline import Limits

PDF = "application/pdf"


def count(path: Path, media_type: str, limits: Limits) -> int:
    """The number of pages, once the file is known to be whole and not too large.

    Args:
        path: The file.
        media_type: By content: PDF, TIFF, PNG, JPEG, WebP, JPEG 2000 or HEIC.
        limits: What is taken in at most.

    Raises:
        EncryptedDocumentError: A password is needed.
        IncompleteDocumentError: The file ends before it is complete.
        UnreadableDocumentError: It is damaged.
        LimitExceededError: Too many pages, or too many pixels on one.
        UnsupportedMediaError: A page has too few pixels to the inch, or does
            not say how many.
    """
    with _named_errors(limits):
        found = pdf.count(path, limits) if media_type == PDF else picture.count(path, media_type, limits)
    if found > limits.max_pages:
        raise LimitExceededError("A061", found=str(found), allowed=str(limits.max_pages))
    if found == 0:
        raise UnreadableDocumentError("A050", detail="@N023")
    if limits.min_dpi:
        _expect_fine(path, media_type, limits)
    return found


def _expect_fine(path: Path, media_type: str, limits: Limits) -> None:
    """Refuse a document with a page that has too few pixels for its size on paper."""
    with _named_errors(limits):
        found = list(pdf.resolutions(path) if media_type == PDF else picture.resolutions(path, media_type))
    for number, dpi in enumerate(found, 1):
        facts = {"page": str(number), "allowed": str(limits.min_dpi)}
        if dpi is None:
            raise UnsupportedMediaError("A151", **facts)
        if round(dpi) < limits.min_dpi:  # a PNG counts pixels to the metre: 200 dpi are 199.9996 then
            raise UnsupportedMediaError("A150", found=f"{dpi:.0f}", **facts)


def scan(path: Path, media_type: str, number: int, *, dpi: int, limits: Limits) -> Scan:
    """The image of one page.

    Args:
        path: The file.
        media_type: By content.
        number: The page's number, from 1.
        dpi: What a PDF page is rendered at that is not one stored image.
        limits: A page that would have more megapixels is rendered at a lower
            resolution; a stored image that has more is refused.

    Returns:
        Grey (H, W) or BGR (H, W, 3) uint8. The image as stored, or the page as
        displayed, is `source_size` pixels large.

    Raises:
        AccessionError: As for `count`.
    """
    with _named_errors(limits):
        if media_type == PDF:
            return pdf.scan(path, number, dpi, limits)
        return picture.scan(path, media_type, number, limits)


@contextmanager
def _named_errors(limits: Limits) -> Iterator[None]:
    """Give what the decoders raise its name."""
    # Pillow's own limit would hide the size; every size is compared before the image is decoded
    before, Pillow.MAX_IMAGE_PIXELS = Pillow.MAX_IMAGE_PIXELS, None
    try:
        yield
    except pikepdf.PasswordError as problem:
        raise EncryptedDocumentError("A030") from problem
    except MemoryError as problem:
        raise LimitExceededError("A060", found="@N030", allowed=f"{limits.max_megapixels} MP") from problem
    except UnidentifiedImageError as problem:
        raise UnreadableDocumentError("A050", detail="the image cannot be identified") from problem
    except (
        pikepdf.PdfError,
        pypdfium2.PdfiumError,
        cv2.error,
        OSError,
        ValueError,
        TypeError,
        SyntaxError,
        NotImplementedError,
        EOFError,
        KeyError,
        IndexError,
        OverflowError,
        ZeroDivisionError,
    ) as problem:
        # what Pillow, OpenCV, pikepdf and pdfium raise on broken bytes
        raise UnreadableDocumentError("A050", detail=_detail(problem)) from problem
    finally:
        Pillow.MAX_IMAGE_PIXELS = before


def _detail(problem: BaseException) -> str:
    """What the library said, in one short line without the path."""
    said = str(problem).strip().splitlines()
    return (said[0].rpartition(": ")[2] if said else "")[:120] or type(problem).__name__
