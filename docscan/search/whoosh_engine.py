"""The index kept by Whoosh, with guards against what is known to break in it.

- `Searcher.refresh()` goes on finding deleted documents: a reader is closed
  and opened again instead.
- A commit that fails keeps the lock: the lock is taken and released here.
- Nothing is ever synced: see `whoosh_storage`.
"""

import contextlib
import pickle
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from whoosh.filedb.filetables import FileFormatError
from whoosh.index import FileIndex
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import IndexReader, TermNotFound
from whoosh.util.filelock import try_for
from whoosh.writing import SegmentWriter

from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.search import durable, whoosh_storage
from docscan.search.index import DamagedIndexError, Hits, Question, Suggestion
from docscan.search.plan import Among, Plan, Term
from docscan.search.prepared import Prepared
from docscan.search.whoosh_answer import answered
from docscan.search.whoosh_codec import Codec
from docscan.search.whoosh_merging import Pool, tidying, wiping
from docscan.search.whoosh_schema import COLUMNS, column, enrol, enrolled, entry, fingerprint, schema
from docscan.search.whoosh_segment import Segment

PATIENCE = 120.0
"""Seconds to wait for another writer: longer than the merge of a large index takes."""

MEMORY = 64
"""Megabytes of postings that a writer gathers before it puts them to the disk."""

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
    TermNotFound,
    pickle.UnpicklingError,
    WhooshIndexError,
)


class WhooshIndex:
    """One folder's index; see `index.Index` for what it offers."""

    name = "whoosh"
    batch = 500

    def __init__(
        self,
        folder: Path,
        *,
        terms: str = "",
        patience: float = PATIENCE,
        storage: whoosh_storage.DurableFileStorage | None = None,
    ) -> None:
        """Open the index in a folder of its own, or make it.

        Args:
            folder: One that holds an index from elsewhere, of an older form
                or damaged is emptied, and `seq()` is 0 again.
            terms: Names the rules by which terms are made; an index made by others is of an older form.
            patience: Seconds to wait for another writer.
            storage: Where the files are kept, for tests.

        Raises:
            ArchiveError: The folder cannot be written.
            ArchiveBusyError: Another process has been writing for too long.
        """
        self._folder = folder
        self._fingerprint = fingerprint(terms)
        self._storage = storage or whoosh_storage.DurableFileStorage(str(folder))
        self._patience = patience
        self._reader: IndexReader | None = None
        self._segments: tuple[Segment, ...] = ()
        self._state: tuple[int, int] = (-1, -1)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not self._ours():
                self._rebuild()
        except OSError as error:
            raise durable.unmade(folder, error) from error

    def update(
        self,
        documents: Iterable[Prepared],
        *,
        seq: int,
        removed: Iterable[str] = (),
        wiped: bool = False,
    ) -> None:
        """Put documents in and take others out, in one commit."""
        latest = {document.id: document for document in documents}
        with self._writer(tuple(latest.values()), seq, wiped=wiped) as writer:
            slots = _slots(self._folder)
            with _undamaged():
                for key in dict.fromkeys((*latest, *removed)) if writer.segments else ():
                    writer.delete_by_term("id", key)
            for document in latest.values():
                writer.add_document(**entry(document, slots))

    def soiled(self) -> bool:
        """Never: what is to be wiped is cut out at once."""
        return False

    def seq(self) -> int:
        """The last number of the outbox that is in the index."""
        with _readable():
            return self._seq_of(self._index().latest_generation())

    def search(self, question: Question) -> Hits:
        """Find documents."""
        with _readable():
            self._open()
            return answered(self._segments, question)

    def frequency(self, term: str, *, only: Plan | None = None) -> int:
        """How many documents have a term in their body."""
        if only is not None:
            return self.search(Question((Term("body", term),), limit=0, only=only)).total
        with _readable():
            return int(self._open().doc_frequency("body", term))

    def words(self, start: str, limit: int, *, only: Plan | None = None) -> tuple[Suggestion, ...]:
        """The terms of the body that begin so."""
        counted: Counter[str] = Counter()
        with _readable():
            self._open()
            for segment in self._segments:
                counted.update(segment.starting(start, only))
        best = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
        return tuple(Suggestion(term, count) for term, count in best if count)

    def count(self) -> int:
        """How many documents are in the index."""
        with _readable():
            return int(self._open().doc_count())

    def missing(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of some ids whose documents are not in the index."""
        wanted = tuple(ids)
        hits = self.search(Question((Among(frozenset(wanted)),), limit=len(wanted))).hits
        found = {hit.id for hit in hits}
        return tuple(identifier for identifier in wanted if identifier not in found)

    def intact(self) -> bool:
        """Whether all its files are as they were written."""
        return whoosh_storage.intact(self._folder)

    def close(self) -> None:
        """Release the files."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._segments = ()
        self._state = (-1, -1)

    def _ours(self) -> bool:
        """Whether a usable index of ours lies in the folder; a foreign one is not even opened."""
        if not durable.labelled(self._folder, self._fingerprint):
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
            durable.clear(self._folder, _part, keep=_LOCK)
            FileIndex.create(self._storage, schema(()), whoosh_storage.NAME)
            durable.write_names(self._folder / COLUMNS, [])
            durable.label(self._folder, self._fingerprint)

    def _index(self) -> FileIndex:
        names = enrolled(self._folder)
        return FileIndex(self._storage, schema=schema(names), indexname=whoosh_storage.NAME)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self._storage.lock(_LOCK)
        try:
            held = try_for(lock.acquire, timeout=self._patience, delay=0.05)
        except OSError as error:  # the folder is gone
            raise durable.unmade(self._folder, error) from error
        if not held:
            raise ArchiveBusyError(
                f"Another run has been writing the search index for more than {self._patience:g} seconds.",
                hint="Wait for it to end and try again; nothing was lost.",
            )
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def _writer(self, documents: tuple[Prepared, ...], seq: int, *, wiped: bool) -> Iterator[SegmentWriter]:
        """A writer whose commit happens whole, with its number, or not at all."""
        with self._locked():
            writer: SegmentWriter = None
            done = False
            try:
                enrol(self._folder, documents)
                with _undamaged():
                    writer = SegmentWriter(self._index(), _lk=False, codec=Codec())
                writer.pool = Pool(writer._tempstorage, writer.newsegment, limitmb=MEMORY)
                yield writer
                # Named after the generation, so that the commit publishes both.
                durable.write(self._seq_path(writer.generation), str(seq))
                with _undamaged():
                    writer.commit(mergetype=wiping if wiped else tidying)
                done = True
            except OSError as error:
                raise ArchiveError(
                    f"The search index could not be written: {error.strerror or error}.",
                    hint="See to the disk and try again; the index is as it was before.",
                ) from error
            finally:
                if writer is not None:
                    writer.pool.release()
                if not done and writer is not None:
                    self._storage.abandon()
                    with contextlib.suppress(OSError):
                        writer._finish()
            with contextlib.suppress(OSError):  # the commit is whole; the next one tidies up again
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

    def _open(self) -> IndexReader:
        """A reader of the newest commit, with its segments."""
        index = self._index()
        state = (index.latest_generation(), (self._folder / durable.LABEL).stat().st_ino)
        if self._reader is None or state != self._state:
            self.close()
            self._reader = index.reader()
            slots = _slots(self._folder)
            leaves = [leaf for leaf, _ in self._reader.leaf_readers() if leaf.doc_count_all()]
            self._segments = tuple(Segment(leaf, slots) for leaf in leaves)
            self._state = state
        return self._reader


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Whatever breaks while the index is read is damage of the index."""
    try:
        yield
    except _DAMAGE as error:
        raise _damaged() from error


@contextlib.contextmanager
def _undamaged() -> Iterator[None]:
    """Whatever breaks in files that are merged is damage of the index, but for what the disk says itself."""
    try:
        yield
    except OSError:
        raise
    except _DAMAGE as error:
        raise _damaged() from error


def _damaged() -> DamagedIndexError:
    return DamagedIndexError(
        "The search index cannot be read.", hint="Make it anew with: docscan index rebuild"
    )


def _slots(folder: Path) -> dict[str, str]:
    """Of each number and facet its column."""
    return {name: column(slot) for slot, name in enumerate(enrolled(folder))}


def _part(name: str) -> bool:
    """Whether a file or folder of that name may be part of a Whoosh index."""
    return whoosh_storage.ours(name) or name in (COLUMNS, f"{COLUMNS}.new")
