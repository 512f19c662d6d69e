"""XML files that a PDF carries, such as the e-invoice in a Factur-X or ZUGFeRD document."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf

MOST_FILES = 30  # of a document; e-invoices carry the invoice and what proves it
MOST_BYTES = 8 << 20  # of one file, unpacked
MOST_NODES = 200  # of the tree of their names


def xml_files(path: Path) -> tuple[tuple[str, bytes], ...]:
    """Each attached XML file: its name and its bytes, sorted by name.

    Args:
        path: A PDF.

    Returns:
        None that is packed in an unusual way or unpacks to more than any
        e-invoice holds; nothing at all where the PDF is too damaged to tell.
    """
    try:
        with pikepdf.open(path) as document:
            found = dict(_files(document))
    except (pikepdf.PdfError, RecursionError):
        return ()
    return tuple(sorted(found.items()))


def _files(document: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    for specification in _specifications(document):
        name = str(specification.get("/UF", specification.get("/F", "")))
        embedded = specification.get("/EF")
        if not name.lower().endswith(".xml") or not isinstance(embedded, pikepdf.Dictionary):
            continue
        stream = embedded.get("/UF", embedded.get("/F"))
        if isinstance(stream, pikepdf.Stream) and (data := _unpacked(stream)) is not None:
            yield name, data


def _specifications(document: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """File specifications by name (ISO 32000-1, 7.11.4), and those of the document (32000-2, 14.13)."""
    names = document.Root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    listed = [*_leaves(tree), *_items(document.Root.get("/AF"))]
    yield from (item for item in listed[:MOST_FILES] if isinstance(item, pikepdf.Dictionary))


def _leaves(root: object) -> Iterator[object]:
    """The values of a tree of names; a tree that goes in circles ends, too."""
    left = [root]
    for _ in range(MOST_NODES):
        if not left:
            return
        node = left.pop()
        if isinstance(node, pikepdf.Dictionary):
            yield from _items(node.get("/Names"))[1::2]
            left += _items(node.get("/Kids"))[:MOST_NODES]


def _items(array: object) -> list[object]:
    return list(array) if isinstance(array, pikepdf.Array) else []


def _unpacked(stream: pikepdf.Stream) -> bytes | None:
    """The bytes of a file that is stored plainly or deflated; a small stream may unpack to a huge one."""
    packing = stream.get("/Filter")
    names = _items(packing) if isinstance(packing, pikepdf.Array) else [packing] if packing else []
    raw = stream.read_raw_bytes()
    if not names:
        return raw if len(raw) <= MOST_BYTES else None
    if names != ["/FlateDecode"] or stream.get("/DecodeParms") is not None:
        return None
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(raw, MOST_BYTES)
    except zlib.error:
        return None
    return data if unpacker.eof or not unpacker.unconsumed_tail else None
