"""Which segments of a Whoosh index a commit writes anew as one: every question goes through each of them."""

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

from whoosh.reading import SegmentReader
from whoosh.writing import PostingPool, SegmentWriter

from docscan.search.whoosh_codec import WHOLE

MOST_SEGMENTS = 8
"""Segments that a commit leaves as they are, besides its own and those that are full."""

FULL = 5000
"""Documents of a segment that is merged no more; a commit merges fewer than twice as many."""


Posting = tuple[str, bytes, int, float, bytes]
"""A field, a term, the number of a document that has it, its weight, and its positions."""


class Pool(PostingPool):  # type: ignore[misc]  # whoosh has no types
    """The postings of a commit in the order of their terms: those of a merged segment lie so already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._merged: list[tuple[SegmentReader, int]] = []

    def take(self, reader: SegmentReader, first: int) -> None:
        """Take in a segment, term by term.

        Args:
            reader: Open on it; nothing was taken out of it. It is closed in the end.
            first: The number of its first document from now on.
        """
        self._merged.append((reader, first))

    def iter_postings(self) -> Iterator[Posting]:
        """All of them, in order."""
        return heapq.merge(self.items(), *(_whole(reader, first) for reader, first in self._merged))

    def release(self) -> None:
        """Close what was merged."""
        while self._merged:
            self._merged.pop()[0].close()


def _whole(reader: SegmentReader, first: int) -> Iterator[Posting]:
    return ((field, term, first, WHOLE, postings) for field, term, postings in reader._terms.all())


def tidying(writer: SegmentWriter, segments: Iterable[Any]) -> list[Any]:
    """Merge the smallest segments where there are too many, and those no larger than these together.

    So each document is written anew a few times at most, however small the commits are.
    """
    full = [segment for segment in segments if segment.doc_count() >= FULL]
    others = sorted((one for one in segments if one.doc_count() < FULL), key=lambda one: one.doc_count())
    merged = 0
    while (
        others and merged < FULL and (len(others) > MOST_SEGMENTS or others[0].doc_count() <= merged)
    ):  # the empty ones always
        merged += others[0].doc_count()
        _write_anew(writer, others.pop(0))
    return [*full, *others]


def wiping(writer: SegmentWriter, segments: Iterable[Any]) -> list[Any]:
    """Write anew every segment that something was taken out of: a mark alone would leave its words there."""
    kept = []
    for segment in segments:
        if segment.has_deletions():
            _write_anew(writer, segment)
        else:
            kept.append(segment)
    return kept


def _write_anew(writer: SegmentWriter, segment: Any) -> None:
    """Put what is left of a segment into the one that is being written.

    Where nothing was taken out, the postings of each term move in one piece (`Pool`).
    """
    if not segment.doc_count():
        return
    writer.storage.prove(segment.make_filename(segment.COMPOUND_EXT))  # or its damage would be sealed, too
    reader = SegmentReader(writer.storage, writer.schema, segment)
    if segment.has_deletions():
        writer.add_reader(reader)
        reader.close()
    else:
        writer.pool.take(reader, writer.docnum)
        writer.write_per_doc({*writer.schema.names(), *reader.indexed_field_names()}, reader)
        writer._added = True
