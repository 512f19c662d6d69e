"""The index kept by tantivy, with guards against what is known to break in it.

- A writer that goes on with an index opened earlier does not know what another
  process wrote meanwhile, and leaves files behind for ever: the index is
  opened anew before each write, under a lock of our own.
- A failed write is a `ValueError`; damage may be a panic of its own kind.
- What is deleted is only marked, and its words stay in the files until tantivy
  finds it worth while to merge them; nothing can make it: see `soiled`.
- Whoever reads takes a lock, which is a file that is made: where none can be,
  links to the index's files are read, in a folder of the reader's own.
"""

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import tantivy

from docscan.archive import locks
from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.search import durable
from docscan.search.index import DamagedIndexError, Hits, Question, Suggestion
from docscan.search.plan import Among, Plan, Term
from docscan.search.prepared import Prepared
from docscan.search.tantivy_answer import answered, asked
from docscan.search.tantivy_order import Shelf
from docscan.search.tantivy_query import Compiler
from docscan.search.tantivy_schema import ID, NUMBERS, SEQ, columns, enrol, entry, mark, schema

LAYOUT = 2
"""Raised with every change of how a document lies in the index."""

PATIENCE = 30.0
"""Seconds to wait for another writer: longer than the merge of a large index takes."""

MEMORY = 512_000_000
"""Bytes of postings that a writer gathers, if there are as many, before it puts them to the disk: of some
40,000 pages."""

AT_ONCE = 100
"""Documents whose numbers are given columns together."""

LOCK = "docscan.lock"

META = "meta.json"
"""tantivy's own table of contents, replaced by every commit."""

SOILED = "soiled"
"""The file that says that words of what was to be wiped still lie in files of the index."""


class TantivyIndex:
    """One folder's index; see `index.Index` for what it offers."""

    name = "tantivy"
    batch = 40_000
    """With 10,000 a quarter of tantivy's work would be merging, with 2500 half of it."""

    def __init__(self, folder: Path, *, terms: str = "", patience: float = PATIENCE) -> None:
        """Open the index in a folder of its own, or make it.

        Args:
            folder: One that holds an index from elsewhere, of an older form
                or damaged is emptied, and `seq()` is 0 again.
            terms: Names the rules by which terms are made; an index made by others is of an older form.
            patience: Seconds to wait for another writer.

        Raises:
            ArchiveError: The folder cannot be written.
            ArchiveBusyError: Another process has been writing for too long.
        """
        self._folder = folder
        self._fingerprint = f"tantivy {tantivy.tantivy.__version__}, layout {LAYOUT}, {terms}"
        self._patience = patience
        self._state: tuple[int, ...] = ()
        self._opened: tuple[Shelf, Compiler] | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not self._ours():
                self._rebuild()
        except (OSError, ValueError) as error:
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
        with self._locked(), _uncollected(), contextlib.ExitStack() as stack:
            with _writable():
                writer = stack.enter_context(_written(tantivy.Index.open(str(self._folder))))
                if wiped:
                    durable.write(self._folder / SOILED, "")
                known = columns(self._folder)
                there = self.count() > 0
                gone = set(removed) if there else set()
                for identifier in gone:
                    writer.delete_documents_by_term(ID, identifier)
            fresh: set[str] = set()
            some = iter(documents)
            while few := tuple(islice(some, AT_ONCE)):
                with _writable():
                    names = {name for document in few for name in document.numbers}
                    known = enrol(self._folder, known, names)
                    for document in few:
                        if document.id in fresh or (there and document.id not in gone):
                            writer.delete_documents_by_term(ID, document.id)
                        fresh.add(document.id)
                        writer.add_document(entry(document, known))
            with _writable():
                writer.delete_documents_by_term(SEQ, SEQ)
                writer.add_document(mark(seq))
                writer.commit()

    def soiled(self) -> bool:
        """Whether words of what was to be wiped still lie in files of the index."""
        return (self._folder / SOILED).exists()

    def seq(self) -> int:
        """The last number of the outbox that is in the index."""
        shelf, compiler = self._open()
        with _readable():
            found = shelf.searcher.search(tantivy.Query.term_query(compiler.schema, SEQ, SEQ, "basic"), 1)
            return int(shelf.searcher.doc(found.hits[0][1])[SEQ][1])

    def search(self, question: Question) -> Hits:
        """Find documents."""
        shelf, compiler = self._open()
        asking = asked(compiler, question)
        with _readable():
            return answered(shelf, compiler, asking)

    def frequency(self, term: str, *, only: Plan | None = None) -> int:
        """How many documents have a term in their body."""
        if only is None:
            shelf, _ = self._open()
            with _readable():
                return int(shelf.searcher.doc_freq("body", term))
        return self.search(Question((Term("body", term),), limit=0, only=only)).total

    def words(self, start: str, limit: int, *, only: Plan | None = None) -> tuple[Suggestion, ...]:
        """The terms of the body that begin so."""
        shelf, compiler = self._open()
        narrowed = None if only is None else compiler.query(only)
        with _readable():
            found = shelf.searcher.terms_with_prefix("body", start, narrowed, limit)
        return tuple(Suggestion(term, count) for term, count in found if count)

    def count(self) -> int:
        """How many documents are in the index."""
        return int(self._open()[0].searcher.num_docs) - 1  # but the mark

    def missing(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of some ids whose documents are not in the index."""
        wanted = tuple(ids)
        shelf, compiler = self._open()
        query = compiler.query(Among(frozenset(wanted)))
        with _readable():
            found = {place.id for place in shelf.by_id(query, len(wanted))[0]}
        return tuple(identifier for identifier in wanted if identifier not in found)

    def intact(self) -> bool:
        """Whether all its files are as they were written."""
        from docscan.search.tantivy_files import intact  # noqa: PLC0415 - who only asks reads no files whole

        with _readable():
            return intact(self._folder, META)

    def close(self) -> None:
        """Release the files."""
        self._opened = None
        self._state = ()

    def _ours(self) -> bool:
        """Whether a usable index of ours lies in the folder; a foreign one is not even opened."""
        if not durable.labelled(self._folder, self._fingerprint):
            return False
        try:
            self.seq()
        except DamagedIndexError:
            return False
        return True

    def _rebuild(self) -> None:
        with self._locked():
            if self._ours():  # another process was quicker
                return
            self.close()
            durable.clear(self._folder, _part, keep=LOCK)
            index = tantivy.Index(schema(), path=str(self._folder))
            with _written(index) as writer:
                writer.add_document(mark(0))
                writer.commit()
            durable.write_names(self._folder / NUMBERS, [])
            durable.label(self._folder, self._fingerprint)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locks.locked(self._folder / LOCK, self._patience))
            except BlockingIOError as error:
                raise ArchiveBusyError(
                    "Another run has been writing the search index for more than"
                    f" {self._patience:g} seconds.",
                    hint="Wait for it to end and try again; nothing was lost.",
                ) from error
            except OSError as error:  # the folder is gone
                raise durable.unmade(self._folder, error) from error
            yield

    def _open(self) -> tuple[Shelf, Compiler]:
        """The newest commit."""
        with _readable():
            paths = (self._folder / META, self._folder / durable.LABEL)
            known = [path.stat() for path in paths]
            state = tuple(part for stat in known for part in (stat.st_ino, stat.st_mtime_ns))
            if self._opened is None or state != self._state:
                with _lockable(self._folder) as folder:
                    index = tantivy.Index.open(str(folder))
                    index.config_reader("manual")
                    index.reload()
                    searcher = index.searcher()
                compiler = Compiler(index.schema, columns(self._folder))
                self._opened = (Shelf(index, searcher), compiler)
                self._state = state
            return self._opened


@contextlib.contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """The folder, or one of links to its files where it cannot be written; what is read stays open."""
    if os.access(folder, os.W_OK):
        yield folder
        return
    import tempfile  # noqa: PLC0415 - most folders can be written

    with tempfile.TemporaryDirectory(prefix="docscan-index-") as links:
        for path in folder.iterdir():
            if path.suffix != ".lock":
                (Path(links) / path.name).symlink_to(path.absolute())
        yield Path(links)


@contextlib.contextmanager
def _written(index: tantivy.Index) -> Iterator[tantivy.IndexWriter]:
    """A writer, gone in the end with its threads, its lock and the files that are no longer used."""
    writer = index.writer(MEMORY, 1)
    # What a killed commit left stands in the way of the next one, whose files have the same names.
    with contextlib.suppress(OSError, ValueError):
        writer.garbage_collect_files()
    try:
        yield writer
    finally:
        # Merging may fail where the commit did not; the next one tries again.
        with contextlib.suppress(OSError, ValueError):
            writer.garbage_collect_files()
        with contextlib.suppress(OSError, ValueError):
            writer.wait_merging_threads()


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing is looked through for cycles, of which documents have none: it takes a tenth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextlib.contextmanager
def _writable() -> Iterator[None]:
    """Whatever breaks while the index is written is the disk's; what documents are made of is elsewhere."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise ArchiveError(
            f"The search index could not be written: {error}.",
            hint="See to the disk and try again; the index is as it was before.",
        ) from error


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Whatever breaks while the index is read is damage of the index."""
    try:
        yield
    except (OSError, ValueError, LookupError) as error:
        raise _damaged() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # tantivy's own; its class can be had nowhere
            raise
        raise _damaged() from error


def _damaged() -> DamagedIndexError:
    return DamagedIndexError(
        "The search index cannot be read.", hint="Make it anew with: docscan index rebuild"
    )


def _part(name: str) -> bool:
    """Whether a file of that name may be part of a tantivy index."""
    segment, _, _ = name.partition(".")
    own = (META, NUMBERS, f"{NUMBERS}.new", SOILED, f"{SOILED}.new", LOCK, ".managed.json")
    return name in own or name.startswith((".tantivy-", ".tmp")) or _is_segment(segment)


def _is_segment(name: str) -> bool:
    return len(name) == 32 and all(sign in "0123456789abcdef" for sign in name)
