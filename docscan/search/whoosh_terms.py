"""The table of terms of a segment of a Whoosh index: many terms looked up at once.

Whoosh reads its table term by term, some five small reads of a file for each.
A word with one edit is some 700 terms, and most of them are nowhere: here a
sieve tells these, and only what may be there is read. The
terms that begin alike lie side by side, and so do their postings: they are
read whole.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from hashlib import md5
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from whoosh.codec.whoosh3 import W3TermInfo, W3TermsReader
from whoosh.reading import TermNotFound

from docscan.search.whoosh_postings import Decoded, Numbers, decoded, documents
from docscan.search.whoosh_sieve import Sieve

_EXTENT = struct.Struct("<QII")
"""Offset, length, documents."""

_EXTENTS = np.dtype([("offset", "<u8"), ("length", "<u4"), ("documents", "<u4")])
"""The same, of many terms."""

SLOT = struct.Struct(">Iq")
"""A place of Whoosh's table of hashes: a term's hash and where its row lies; both 0 where it is free."""

_SLOTS = np.dtype([("hash", ">u4"), ("row", ">i8")])
"""The same, of many places."""

PROBED = 8
"""Places read at once: half of them are free, so a term lies within as many nearly always."""

_LENGTHS = 8
"""Bytes before a row: the lengths of the term and of its extent."""

AT_ONCE = 4096
"""Terms that are read together where all of a segment are: some 100 KB with their postings."""

_FIELD = 2
"""Bytes before a term: the number of its field."""


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


class Run(NamedTuple):
    """Terms that lie side by side.

    Attributes:
        terms: In their order.
        postings: Of all of them.
        starts: Where each one's postings begin.
    """

    terms: tuple[bytes, ...]
    postings: bytes
    starts: Numbers

    def documents(self) -> tuple[Numbers, Numbers]:
        """Of each term in turn the numbers of the documents that have it, and how many these are.

        Raises:
            ValueError: The postings are damaged.
        """
        return documents(self.postings, self.starts)


class TermsReader(W3TermsReader):  # type: ignore[misc]  # whoosh has no types
    """Reads the terms of a segment."""

    def term_info(self, fieldname: str, tbytes: bytes) -> Extent:
        """What is known of a term."""
        found = self._extent(self._keycoder(fieldname, tbytes))
        if found is None:
            raise TermNotFound(f"No term {fieldname}:{tbytes!r}")
        return Extent.from_bytes(found)

    def doc_frequency(self, fieldname: str, tbytes: bytes) -> int:
        """How many documents have a term, those taken out included."""
        found = self._extent(self._keycoder(fieldname, tbytes))
        return int(_EXTENT.unpack(found)[2]) if found else 0

    def postings(self, field: str, term: bytes) -> Decoded | None:
        """The postings of a term; None where no document has it."""
        found = self._extent(self._keycoder(field, term))
        if found is None:
            return None
        offset, length, _ = _EXTENT.unpack(found)
        return decoded(self._postfile.get(offset, length))

    def all(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Of each term its field, itself, and its postings as they lie there, in order."""
        for low in range(0, self._tindex.indexlen, AT_ONCE):
            run = self._run(low, min(low + AT_ONCE, self._tindex.indexlen))
            ends = [*run.starts[1:].tolist(), len(run.postings)]
            for key, start, end in zip(run.terms, run.starts.tolist(), ends, strict=True):
                yield *self._keydecoder(key), run.postings[start:end]

    def present(self, field: str, terms: Iterable[bytes]) -> Run:
        """Those of many terms that the segment has."""
        head = self._keycoder(field, b"")
        keys = tuple(head + term for term in terms)
        return self._found(keys, _hashes(keys))

    def similar(self, field: str, term: str, signs: frozenset[str]) -> Run:
        """Those of a term and all that are one edit away that the segment has.

        Args:
            field: Where they are looked for.
            term: One sign or more.
            signs: What may stand in a term.
        """
        return self._found(*_edited(self._keycoder(field, b""), term, signs))

    def _found(self, keys: tuple[bytes, ...], hashes: Numbers) -> Run:
        """Those of some keys that the segment has."""
        likely = [keys[place] for place in np.flatnonzero(self._sieve.passing(hashes)).tolist()]
        rows = [(key, _EXTENT.unpack(value)) for key in likely if (value := self._extent(key))]
        lengths = np.array([length for _, (_, length, _) in rows], dtype=np.int64)
        postings = b"".join(self._postfile.get(offset, length) for _, (offset, length, _) in rows)
        return Run(tuple(key[_FIELD:] for key, _ in rows), postings, np.cumsum(lengths) - lengths)

    def starting(self, field: str, start: bytes) -> Run:
        """The terms that begin so."""
        first = self._keycoder(field, start)
        run = self._run(self._row(first), self._row(first + b"\xff"))  # which is in no UTF-8
        return run._replace(terms=tuple(key[_FIELD:] for key in run.terms))

    def _run(self, low: int, high: int) -> Run:
        """Rows side by side, each term after the number of its field."""
        if low >= high:
            return Run((), b"", np.empty(0, dtype=np.int64))
        rows = self._rows(low, high)
        begin, end = int(rows[0]), self._end(high)
        data = self._tindex.dbfile.get(begin, end - begin)
        raw = np.frombuffer(data, dtype=np.uint8)
        places = rows - begin
        lengths = _fields(raw, places, np.dtype(">i4")).astype(np.int64)
        extents = _fields(raw, places + _LENGTHS + lengths, _EXTENTS)
        offsets = extents["offset"].astype(np.int64)
        ends = offsets + extents["length"].astype(np.int64)
        postings = self._postfile.get(int(offsets[0]), int(ends[-1] - offsets[0]))
        heads = places + _LENGTHS
        tails = heads + lengths
        terms = tuple(data[head:tail] for head, tail in zip(heads.tolist(), tails.tolist(), strict=True))
        return Run(terms, postings, offsets - offsets[0])

    def _row(self, key: bytes) -> int:
        """The number of the first row that is not before a key."""
        table = self._tindex
        return bisect_left(
            range(table.indexlen),
            key,
            key=lambda row: table.key_at(table._get_pos(table.indexbase + row * table.indexsize)),
        )

    def _rows(self, low: int, high: int) -> Numbers:
        """Where rows begin."""
        table = self._tindex
        data = table.dbfile.get(table.indexbase + low * table.indexsize, (high - low) * table.indexsize)
        return np.frombuffer(data, dtype=f">{table.extras['indextype']}").astype(np.int64)

    def _end(self, row: int) -> int:
        """Where the row before this one ends."""
        return int(self._tindex.endofdata if row == self._tindex.indexlen else self._rows(row, row + 1)[0])

    def _extent(self, key: bytes) -> bytes | None:
        """What the table has of a term; None where it has no such term."""
        number = int.from_bytes(md5(key, usedforsecurity=False).digest()[-4:])
        for row in self._rows_of(number) if self._sieve.passes(number) else ():
            end = row + _LENGTHS + len(key)
            found: bytes = self._tindex.dbfile.get(row, end - row + _EXTENT.size)
            if found[_LENGTHS : -_EXTENT.size] == key and int.from_bytes(found[:4]) == len(key):
                return found[-_EXTENT.size :]
        return None

    def _rows_of(self, number: int) -> Iterator[int]:
        """Where the rows of terms with a hash lie: its places go from its own one to the next free one."""
        begin, count = self._tindex.tables[number & 255]
        first = (number >> 8) % count if count else 0
        for low, high in ((first, count), (0, first)):
            for place in range(low, high, PROBED):
                size = min(PROBED, high - place) * SLOT.size
                for found, row in SLOT.iter_unpack(self._tindex.dbfile.get(begin + place * SLOT.size, size)):
                    if row == 0:
                        return
                    if found == number:
                        yield row

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve.of(self._hashes_there(), self._tindex.indexlen)

    def _hashes_there(self) -> Iterator[Numbers]:
        """The hashes of all terms, a part of the table after the other."""
        for begin, count in self._tindex.tables:
            found = np.frombuffer(self._tindex.dbfile.get(begin, count * SLOT.size), dtype=_SLOTS)
            yield found["hash"][found["row"] != 0].astype(np.int64)


@lru_cache(maxsize=32)
def _edited(head: bytes, term: str, signs: frozenset[str]) -> tuple[tuple[bytes, ...], Numbers]:
    """The keys of a term and all that are one edit away, with their hashes; the same for each segment."""
    keys = tuple(head + other.encode() for other in _edits(term, signs))
    return keys, _hashes(keys)


def _edits(term: str, signs: Iterable[str]) -> set[str]:
    """A term, and every string that is one edit away from it, each once."""
    cuts = [(term[:at], term[at:]) for at in range(len(term) + 1)]
    found = {term}
    found.update(head + tail[1:] for head, tail in cuts if tail)
    found.update(head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1)
    for sign in signs:
        found.update(head + sign + tail for head, tail in cuts)
        found.update(head + sign + tail[1:] for head, tail in cuts if tail)
    found.discard("")
    return found


def _hashes(keys: tuple[bytes, ...]) -> Numbers:
    """The hashes of Whoosh's tables, `filetables.md5_hash`: the last four bytes of a digest."""
    digests = (md5(key, usedforsecurity=False).digest()[-4:] for key in keys)
    return np.frombuffer(b"".join(digests), dtype=">u4").astype(np.int64)


def _fields(raw: npt.NDArray[np.uint8], places: Numbers, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """What lies at some places of a table."""
    found: npt.NDArray[Any] = np.ascontiguousarray(raw[places[:, None] + np.arange(kind.itemsize)]).view(kind)
    return found[:, 0]
