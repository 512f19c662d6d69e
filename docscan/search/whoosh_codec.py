"""How an index lies in files: as Whoosh's own codec puts it, but for postings and the table of terms.

Whoosh's own codec writes a block with two pickles for each term, even where
one document has it, as with every misread word: some 80 bytes where 5 will do.
"""

from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PerDocReader, W3TermInfo
from whoosh.formats import Format

from docscan.search.whoosh_postings import Postings, listed, packed
from docscan.search.whoosh_terms import Extent, TermsReader

WHOLE = -1.0
"""In place of a posting's weight: it is all that another segment has of a term, as written there."""


class PostingsWriter:
    """Writes the postings of one term after the other."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def start_postings(self, format_: Format, terminfo: W3TermInfo) -> None:  # noqa: ARG002 - whoosh's signature
        """Begin with a term."""
        self._last = 0
        self._numbers: list[int] = []  # the steps between them
        self._frequencies: list[int] = []
        self._places: list[int] = []

    def add_posting(self, number: int, weight: float, value: bytes, length: int | None = None) -> None:  # noqa: ARG002 - as above
        """A document that has it, with its positions; or `WHOLE`, counted from this number."""
        found = listed(value)
        if weight == WHOLE:
            count = found[0]
            first, *others = found[1 : count + 1]
            self._numbers += (number + first - self._last, *others)
            self._last = number + first + sum(others)
            self._frequencies += found[count + 1 : 2 * count + 1]
            self._places += found[2 * count + 1 :]
        else:
            self._numbers.append(number - self._last)
            self._last = number
            if found:
                self._frequencies.append(len(found))
                self._places += found

    def finish_postings(self) -> Extent:
        """Write the term's postings."""
        data = packed([len(self._numbers), *self._numbers, *self._frequencies, *self._places])
        extent = Extent()
        extent.set_extent(self._file.tell(), len(data))
        extent._df = len(self._numbers)
        self._file.write(data)
        return extent


class FieldWriter(W3FieldWriter):  # type: ignore[misc]  # whoosh has no types
    """Writes terms, without asking for the length of a document's field at each posting."""

    def add_postings(self, schema: Any, lengths: Any, items: Any) -> None:  # noqa: ARG002 - whoosh's signature
        """Write all postings, in the order of their fields and terms."""
        super().add_postings(schema, None, items)


class PerDocumentReader(W3PerDocReader):  # type: ignore[misc]  # whoosh has no types
    """Reads columns; no field has a length of its own."""

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:  # noqa: ARG002 - whoosh's signature
        """None, without looking for a file each time."""
        return default


class Codec(W3Codec):  # type: ignore[misc]  # whoosh has no types
    """Whoosh's own, but for the postings."""

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:
        """For the terms of a new segment."""
        return FieldWriter(self, storage, segment)

    def per_document_reader(self, storage: Any, segment: Any) -> PerDocumentReader:
        """For the columns of a segment."""
        return PerDocumentReader(storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> PostingsWriter:  # noqa: ARG002 - whoosh's
        """For the postings of a field."""
        return PostingsWriter(dbfile)

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        """For the terms of a segment."""
        name = segment.make_filename(self.TERMS_EXT)
        postings = segment.open_file(storage, self.POSTS_EXT)
        return TermsReader(self, storage.open_file(name), storage.file_length(name), postings)

    def postings_reader(self, dbfile: Any, terminfo: Extent, *_: Any, **__: Any) -> Postings:
        """The postings of a term."""
        return Postings(dbfile.get(*terminfo.extent()))
