"""The index kept by Whoosh, with guards against what is known to break in it.

- `Searcher.refresh()` goes on finding deleted documents: a searcher is closed
  and opened again instead.
- A commit that fails keeps the lock: the lock is taken and released here.
- Nothing is ever synced: see `durable`.
"""

import contextlib
import pickle
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.filedb.filetables import FileFormatError
from whoosh.index import FileIndex
from whoosh.index import IndexError as WhooshIndexError
from whoosh.query import And, Query
from whoosh.reading import IndexReader, SegmentReader
from whoosh.util.filelock import try_for
from whoosh.writing import SegmentWriter

from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.search import durable, whoosh_storage
from docscan.search.index import DamagedIndexError, IndexDocument
from docscan.search.nodes import Node
from docscan.search.whoosh_query import Compiler, Numbers, without
from docscan.search.whoosh_schema import ABSENT, BODY, entry, fingerprint, schema

PATIENCE = 30.0
"""Seconds to wait for another writer: longer than the merge of a large index takes."""

MEMORY = 64
"""Megabytes of postings that a writer gathers before it puts them to the disk."""

MOST_ALSO = 20
"""Other spellings that an answer names."""

_LOCK = f"{whoosh_storage.NAME}_WRITELOCK"
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    AssertionError,
    OverflowError,
    struct.error,
    zlib.error,
    FileFormatError,
    pickle.UnpicklingError,
    WhooshIndexError,
)


@dataclass(frozen=True, slots=True)
class FormerHit:
    """A document that was found.

    Attributes:
        id: The record's identifier.
        score: At least 1 for what was found as typed, below 1 for what was
            found under another spelling only.
    """

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class FormerHits:
    """An answer.

    Attributes:
        total: How many documents were found in all; exact.
        exact: How many of them as typed; these come first.
        hits: The part that was asked for, best first.
        also: Other spellings under which documents were found ("also found as").
    """

    total: int
    exact: int
    hits: tuple[FormerHit, ...]
    also: tuple[str, ...] = ()


class WhooshIndex:
    """One folder's index; see `search.Index` for what it offers."""

    def __init__(
        self,
        folder: Path,
        *,
        storage: whoosh_storage.DurableFileStorage | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._folder = folder
        self._storage = storage or whoosh_storage.DurableFileStorage(str(folder))
        self._patience = patience
        self._searcher: Any = None
        self._state: tuple[int, int] = (-1, -1)
        self._columns: dict[tuple[str, str], Numbers] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not self._ours():
                self._rebuild()
        except OSError as error:
            raise ArchiveError(
                f"The search index {folder} cannot be made: {error.strerror or error}.",
                hint="Make it anew, where it can be written, with: docscan rebuild",
            ) from error

    def update(
        self,
        documents: Iterable[IndexDocument],
        *,
        seq: int,
        removed: Iterable[str] = (),
        wiped: bool = False,
    ) -> None:
        """Put documents in and take others out, in one commit."""
        latest = {document.id: document for document in documents}
        with self._writer(seq, wiped=wiped) as writer:
            for key in dict.fromkeys((*latest, *removed)) if writer.segments else ():
                writer.delete_by_term("id", key)
            for document in latest.values():
                writer.add_document(**entry(document))

    def seq(self) -> int:
        """The last number of the outbox that is in the index."""
        return self._seq_of(self._index().latest_generation())

    def search(self, query: Node, *, limit: int, offset: int = 0) -> FormerHits:
        """Find documents: as typed first, then under other spellings."""
        try:
            return self._found(query, limit, offset)
        except _DAMAGE as error:
            self.close()
            raise _damaged() from error

    def _found(self, query: Node, limit: int, offset: int) -> FormerHits:
        searcher = self._open()
        exact = Compiler(searcher.reader(), self._column, misread=False).query(query)
        compiler = Compiler(searcher.reader(), self._column, misread=True)
        wide = compiler.query(query)
        hits, typed = _page(searcher, exact, limit, offset)
        hits = [FormerHit(hit.id, 1.0 + hit.score) for hit in hits]
        if not any(compiler.spellings.values()):
            return FormerHits(typed, typed, tuple(hits))
        rest = And([wide, without(exact)])
        more, misread = _page(searcher, rest, limit - len(hits), max(0, offset - typed))
        hits += [FormerHit(hit.id, hit.score / (1.0 + hit.score)) for hit in more]
        also = _also(searcher, rest, compiler) if misread else ()
        return FormerHits(typed + misread, typed, tuple(hits), also)

    def count(self) -> int:
        """How many documents are in the index."""
        return int(self._open().reader().doc_count())

    def close(self) -> None:
        """Release the files."""
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = None
        self._columns.clear()
        self._state = (-1, -1)

    def _ours(self) -> bool:
        """Whether a usable index of ours lies in the folder; a foreign one is not even opened."""
        if not durable.labelled(self._folder, fingerprint()):
            return False
        try:
            self._index().reader().close()
        except _DAMAGE:
            return False
        return True

    def _rebuild(self) -> None:
        with self._locked():
            if self._ours():  # another process was quicker
                return
            durable.clear(self._folder, whoosh_storage.ours, keep=_LOCK)
            FileIndex.create(self._storage, schema(), whoosh_storage.NAME)
            durable.label(self._folder, fingerprint())

    def _index(self) -> FileIndex:
        return FileIndex(self._storage, schema=schema(), indexname=whoosh_storage.NAME)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self._storage.lock(_LOCK)
        if not try_for(lock.acquire, timeout=self._patience, delay=0.05):
            raise ArchiveBusyError(
                f"Another run has been writing the search index for more than {self._patience:g} seconds.",
                hint="Wait for it to end and try again; nothing was lost.",
            )
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def _writer(self, seq: int, *, wiped: bool) -> Iterator[SegmentWriter]:
        """A writer whose commit happens whole, with its number, or not at all."""
        with self._locked():
            writer: SegmentWriter = None
            done = False
            try:
                writer = SegmentWriter(self._index(), _lk=False, limitmb=MEMORY)
                yield writer
                # Named after the generation, so that the commit publishes both.
                durable.write(self._seq_path(writer.generation), str(seq))
                writer.commit(mergetype=_wiped if wiped else None)
                done = True
            except OSError as error:
                raise ArchiveError(
                    f"The search index could not be written: {error.strerror or error}.",
                    hint="See to the disk and try again; the index is as it was before.",
                ) from error
            finally:
                if not done and writer is not None:
                    self._storage.abandon()
                    with contextlib.suppress(OSError):
                        writer._finish()
            self._tidy(writer.generation)

    def _tidy(self, generation: int) -> None:
        for path in self._folder.glob("seq.*"):
            if path != self._seq_path(generation):
                path.unlink(missing_ok=True)

    def _seq_path(self, generation: int) -> Path:
        return self._folder / f"seq.{generation}"

    def _seq_of(self, generation: int) -> int:
        try:
            return int(durable.content(self._seq_path(generation)))
        except (OSError, ValueError):
            return 0  # everything is put in again, to the same effect

    def _open(self) -> Any:
        """A searcher of the newest commit."""
        try:
            index = self._index()
            state = (index.latest_generation(), (self._folder / durable.LABEL).stat().st_ino)
            if state != self._state:
                self.close()
                self._searcher = index.searcher()
                self._state = state
        except _DAMAGE as error:
            raise _damaged() from error
        return self._searcher

    def _column(self, reader: IndexReader, field: str) -> Numbers:
        """A segment's dates or amounts as an array, read once per commit."""
        if not reader.doc_count_all():  # an index without a segment
            return np.empty(0, dtype=np.int64)
        key = (str(reader.segment().segment_id()), field)
        if key not in self._columns:
            count = reader.doc_count_all()
            found = np.full(count, ABSENT, dtype=np.int64)
            if reader.has_column(field):
                column = reader.column_reader(field)
                found[:] = [column[number] for number in range(count)]
            self._columns[key] = found
        return self._columns[key]


def _wiped(writer: SegmentWriter, segments: Iterable[Any]) -> list[Any]:
    """Write anew every segment that something was taken out of: a mark alone would leave its words there."""
    kept = []
    for segment in segments:
        if not segment.has_deletions():
            kept.append(segment)
        elif segment.doc_count():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return kept


def _damaged() -> DamagedIndexError:
    return DamagedIndexError("The search index cannot be read.", hint="Make it anew with: docscan rebuild")


def _page(searcher: Any, query: Query, limit: int, offset: int) -> tuple[list[FormerHit], int]:
    """FormerHits from `offset` on, and how many there are in all."""
    results = searcher.search(query, limit=max(1, offset + limit))
    total = len(results)
    shown = range(offset, min(offset + limit, results.scored_length()))
    return [FormerHit(results[rank]["id"], float(results.score(rank))) for rank in shown], total


def _also(searcher: Any, rest: Query, compiler: Compiler) -> tuple[str, ...]:
    """The spellings that stand in documents which were found by them."""
    found = set(searcher.docs_for_query(rest))
    spellings = dict.fromkeys(other for others in compiler.spellings.values() for other in others)
    shown = (
        other
        for other in spellings
        if (BODY, other) in searcher.reader()
        and not found.isdisjoint(searcher.reader().postings(BODY, other).all_ids())
    )
    return tuple(other for other, _ in zip(shown, range(MOST_ALSO), strict=False))
