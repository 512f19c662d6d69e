"""Searchable copies cut and joined, when a person says which pages belong together."""

from collections.abc import Sequence
from pathlib import Path

import pikepdf

from docscan.ocr import archival


def cut(source: Path, first: int, last: int, target: Path) -> None:
    """Write some pages of a searchable copy; a signature over the whole is none of theirs.

    Args:
        source: The copy; it is only read.
        first: The number of the first page, from 1.
        last: The number of the last page.
        target: Where they go.
    """
    with pikepdf.open(source) as document:
        del document.pages[last:]
        del document.pages[: first - 1]
        if "/Perms" in document.Root:  # ISO 32000-2, 12.8.6: it was certified
            _unsign(document)
        archival.save(document, target)


def join(sources: Sequence[Path], target: Path) -> None:
    """Write the pages of several searchable copies, one after the other.

    Args:
        sources: The copies, at least one; they are only read.
        target: Where they go.
    """
    with pikepdf.open(sources[0]) as document:
        for source in sources[1:]:
            with pikepdf.open(source) as other:
                document.pages.extend(other.pages)
        archival.save(document, target)


def _unsign(document: pikepdf.Pdf) -> None:
    """Take out a signature, its field and where it stands, and the metadata that it signed."""
    for key in ("/Perms", "/AcroForm", "/Extensions", "/Metadata"):
        if key in document.Root:
            del document.Root[key]
    for page in document.pages:
        kept = [note for note in page.get("/Annots", []) if note.get("/FT") != "/Sig"]
        if kept:
            page.Annots = pikepdf.Array(kept)
        elif "/Annots" in page:
            del page["/Annots"]
