"""The XML file beside a document: an e-invoice that a program sends along with its picture.

`paper.pdf` is accompanied by `paper.xml` or `paper.pdf.xml`, in the same folder.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ENDING = ".xml"
MOST_BYTES = 8 << 20  # as of an XML file inside a PDF


def names(path: Path) -> Iterator[Path]:
    """Where the companion of a document would lie; nowhere for an XML file, which is none itself.

    Args:
        path: Of the document.
    """
    if path.suffix.lower() == ENDING:
        return
    for ending in (ENDING, ENDING.upper()):
        yield path.with_name(path.name + ending)
        if path.suffix:
            yield path.with_suffix(ending)


def beside(path: Path) -> Path | None:
    """The companion that lies beside a document, if any."""
    return next(filter(is_one, names(path)), None)


def is_one(path: Path) -> bool:
    """Whether there is a file of that name, and no link; a name may be longer than any file's."""
    return os.path.isfile(path) and not os.path.islink(path)  # noqa: PTH113,PTH114 - pathlib's raise for such names


def read(path: Path | None) -> tuple[tuple[str, bytes], ...]:
    """A companion's name and bytes, as of a file in a PDF; no bytes when it is too large or unreadable."""
    if path is None:
        return ()
    data = b""
    with suppress(OSError):
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else data
    return ((path.name, data),)
