"""The table of terms of a segment of a Whoosh index: many terms looked up at once.

Whoosh reads its table term by term, some five small reads of a file for each.
A word with one edit is some 700 terms, and most of them are nowhere: here the
hashes of all terms are held in memory, and only what may be there is read. The
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

from docscan.search.whoosh_postings import Numbers, documents

_EXTENT = struct.Struct("<QII")
"""Offset, length, documents."""

_EXTENTS = np.dtype([("offset", "<u8"), ("length", "<u4"), ("documents", "<u4")])
"""The same, of many terms."""

_SLOT = np.dtype([("hash", ">u4"), ("row", ">i8")])
"""A place of Whoosh's table of hashes: a term's hash and where its row lies; both 0 where it is free."""

_LENGTHS = 8
"""Bytes before a row: the lengths of the term and of its extent."""

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
        try:
            return Extent.from_bytes(self._tindex[self._keycoder(fieldname, tbytes)])
        except KeyError:
            raise TermNotFound(f"No term {fieldname}:{tbytes!r}") from None

    def doc_frequency(self, fieldname: str, tbytes: bytes) -> int:
        """How many documents have a term, those taken out included."""
        try:
            return int(self.term_info(fieldname, tbytes)._df)
        except TermNotFound:
            return 0

    def all(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Of each term its field, itself, and its postings as they lie there."""
        run = self._run(0, self._tindex.indexlen)
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
        likely = [keys[place] for place in np.flatnonzero(self._maybe(hashes)).tolist()]
        rows = [(key, value) for key in likely if (value := self._tindex.get(key))]
        extents = [Extent.from_bytes(value).extent() for _, value in rows]
        lengths = np.array([length for _, length in extents], dtype=np.int64)
        postings = b"".join(self._postfile.get(*extent) for extent in extents)
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

    @cached_property
    def _slots(self) -> npt.NDArray[np.uint32]:
        """The hashes as they lie in Whoosh's table: 0 where a place is free."""
        tables = self._tindex.tables
        begin = tables[0][0]
        end = tables[-1][0] + tables[-1][1] * _SLOT.itemsize
        found = np.frombuffer(self._tindex.dbfile.get(begin, end - begin), dtype=_SLOT)
        hashes = found["hash"].astype(np.uint32)
        hashes[(hashes == 0) & (found["row"] != 0)] = 1
        return hashes

    @cached_property
    def _tables(self) -> Numbers:
        """Where each of the 256 parts of that table begins, and how many places it has."""
        return np.array(self._tindex.tables, dtype=np.int64)

    def _maybe(self, hashes: Numbers) -> npt.NDArray[np.bool_]:
        """Whether a term with a hash may be there: it lies between its own place and the next free one."""
        slots = self._slots
        tables = self._tables
        starts = ((tables[:, 0] - tables[0, 0]) // _SLOT.itemsize)[hashes & 255]
        counts = tables[:, 1][hashes & 255]
        found: npt.NDArray[np.bool_] = (hashes == 0) & (counts > 0)  # 0 is not told from a free place
        open_ = np.flatnonzero((counts > 0) & ~found)
        step = 0
        while len(open_):
            here = slots[starts[open_] + ((hashes[open_] >> 8) + step) % counts[open_]]
            found[open_[here == hashes[open_]]] = True
            step += 1
            open_ = open_[(here != 0) & (here != hashes[open_]) & (step < counts[open_])]
        return found


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
