"""How postings lie in a Whoosh index: each term's as one run of small numbers, read at once.

Whoosh's own codec writes a block with two pickles for each term, even where
one document has it, as with every misread word: some 80 bytes where 5 will do.
"""

import struct
from array import array
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3PerDocReader, W3TermInfo, W3TermsReader
from whoosh.formats import Format
from whoosh.matching import ListMatcher
from whoosh.reading import TermNotFound

Numbers = npt.NDArray[np.int64]

_EXTENT = struct.Struct("<QII")
"""Offset, length, documents."""

_WIDE = b"\xff"
"""Before numbers of eight bytes each, where one is too large for a sign of Unicode; begins no UTF-8."""


def packed(numbers: list[int]) -> bytes:
    """Numbers from 0, each a sign in UTF-8: one byte for most."""
    try:
        return "".join(map(chr, numbers)).encode("utf-8", "surrogatepass")
    except (ValueError, OverflowError):
        return _WIDE + array("Q", numbers).tobytes()


def unpacked(data: bytes) -> Numbers:
    """The numbers again."""
    if data.startswith(_WIDE):
        return np.frombuffer(data[1:], dtype=np.uint64).astype(np.int64)
    wide = data.decode("utf-8", "surrogatepass").encode("utf-32-le", "surrogatepass")
    return np.frombuffer(wide, dtype="<u4").astype(np.int64)


def steps(numbers: list[int]) -> list[int]:
    """Ascending numbers as the first one and the steps between them."""
    return [*numbers[:1], *(there - here for here, there in pairwise(numbers))]


class Places(Format):  # type: ignore[misc]  # whoosh has no types
    """The positions of a term in a document, as the steps between them."""


class Postings(ListMatcher):  # type: ignore[misc]  # whoosh has no types
    """The documents that have a term.

    Attributes:
        numbers: Theirs, ascending.
        frequencies: How often each has the term; 1 where positions are not kept.
        steps: The steps between its positions, of one document after the other; none where they are not kept.
    """

    def __init__(self, data: bytes) -> None:
        found = unpacked(data)
        count = int(found[0])
        self.numbers = np.cumsum(found[1 : count + 1])
        self.frequencies = found[count + 1 : 2 * count + 1]
        self.steps = found[2 * count + 1 :]
        if not len(self.frequencies):
            self.frequencies = np.ones(count, dtype=np.int64)
        super().__init__(self.numbers.tolist(), self.frequencies.tolist())

    def value(self) -> bytes:
        """The current document's positions as `PostingsWriter` takes them."""
        end = int(self.frequencies[: self._i + 1].sum())
        found: list[int] = self.steps[end - int(self.frequencies[self._i]) : end].tolist()
        return packed(found)

    def places(self, width: int) -> Numbers:
        """Where the term stands, ascending: each document's number times `width`, plus the position."""
        if not len(self.steps):
            return self.steps
        total = np.cumsum(self.steps)
        starts = np.cumsum(self.frequencies) - self.frequencies
        before = np.where(starts > 0, total[starts - 1], 0)
        return np.repeat(self.numbers * width - before, self.frequencies) + total


class Extent(W3TermInfo):  # type: ignore[misc]  # whoosh has no types
    """Where a term's postings lie, and how many there are."""

    def to_bytes(self) -> bytes:
        """In 16 bytes instead of 35."""
        return _EXTENT.pack(self._offset, self._length, self._df)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Extent":
        """Read again."""
        made = cls()
        made._offset, made._length, made._df = _EXTENT.unpack(data)
        made._weight = made._maxweight = float(made._df)
        return made


class TermsReader(W3TermsReader):  # type: ignore[misc]  # whoosh has no types
    """Reads the terms of a segment."""

    def term_info(self, fieldname: str, tbytes: bytes) -> Extent:
        """What is known of a term."""
        try:
            return Extent.from_bytes(self._tindex[self._keycoder(fieldname, tbytes)])
        except KeyError:
            raise TermNotFound(f"No term {fieldname}:{tbytes!r}") from None

    def doc_frequency(self, fieldname: str, tbytes: bytes) -> int:
        """How many documents have a term, those taken out included."""
        return int(self.term_info(fieldname, tbytes)._df) if (fieldname, tbytes) in self else 0


class PostingsWriter:
    """Writes the postings of one term after the other."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._numbers: list[int] = []
        self._values: list[bytes] = []

    def start_postings(self, format_: Format, terminfo: W3TermInfo) -> None:  # noqa: ARG002 - whoosh's signature
        """Begin with a term."""
        self._numbers = []
        self._values = []

    def add_posting(self, number: int, weight: float, value: bytes, length: int | None = None) -> None:  # noqa: ARG002 - as above
        """A document that has it, with its positions."""
        self._numbers.append(number)
        self._values.append(value)

    def finish_postings(self) -> Extent:
        """Write the term's postings."""
        kept = [unpacked(value).tolist() for value in self._values if value]
        head = [len(self._numbers), *steps(self._numbers), *map(len, kept)]
        data = packed([*head, *chain.from_iterable(kept)])
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
