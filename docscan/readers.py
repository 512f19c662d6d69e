"""Reads documents in worker processes, page by page, and loses neither page nor document without a word.

A document is counted, read page by page, and bound: three kinds of jobs, each
under its own limit of time. A page that is too much for a worker is tried
again, at last at half its resolution, and is `failed` after that; the document
is filed all the same, for a person to look at. What was read of a page lies in
a file of its own until its document is bound, so that neither the parent nor
the way between the processes holds the words of a long document.
"""

import errno
import os
import pickle
import sys
import tempfile
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from pebble import ProcessExpired

from docscan import record as records
from docscan.accession.intake import Received
from docscan.errors import AccessionError, DocscanError, EngineFailedError, LimitExceededError
from docscan.frozen import dataclass
from docscan.model import Page, Record, transcribed
from docscan.workers import COPYING, MEMORY, READING, Workers

if TYPE_CHECKING:
    from docscan.equipment import Setup

T = TypeVar("T")
A4_INCHES = (8.27, 11.69)
Told = Callable[[int, int], None]

TRIES = 3  # for a document whose worker dies: the machine may have been short of something
GRACE = 5  # seconds in which the engine's own limit may end it, before its worker is ended
# what no document can be blamed for; the run ends, and the next one tries again
MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}


@dataclass(frozen=True, slots=True)
class _Document:
    """A document under way; it travels to the workers.

    Attributes:
        received: The file.
        setup: Where the setup lies that it is read with.
        folder: Where its pages are kept until it is bound.
        language: Of its first pages, tried first on the others; empty until it is known.
    """

    received: Received
    setup: Path
    folder: Path
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One attempt at a page.

    Attributes:
        number: The page's, from 1.
        again: A worker died of it before, which may have been chance.
        smaller: It is read at half its resolution.
    """

    number: int
    again: bool = False
    smaller: bool = False


class Readers:
    """Worker processes that read documents; used as a context.

    Args:
        setup: What is read with.
        workers: How many processes; 0 means one a core.
        timeout: Seconds for which nothing may come of a document: none of its
            jobs (to count, to read a page, to bind) may take longer.
        scratch: Where the pages of documents under way are kept, in a folder
            that nobody else can open; it is made.
        copies: Whether searchable PDFs will be asked for: what makes them is
            then loaded once for all.
    """

    def __init__(
        self, setup: "Setup", workers: int, *, timeout: float, scratch: Path, copies: bool = True
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._setup = setup = _hurried(setup, timeout)
        self._timeout = timeout
        self._page_timeout = min(timeout, setup.pipeline.ocr.timeout + GRACE)
        scratch.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True)
        self._place = Path(self._folder.name) / "setup"
        self._place.write_bytes(pickle.dumps(setup))
        self._pool = Workers(
            self.workers, scratch=Path(self._folder.name), preload=COPYING if copies else READING
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close(cleanly=error is None)
        self._folder.cleanup()

    def stop(self) -> None:
        """Give up whatever is being read; who waits for it is told that it was cancelled."""
        self._pool.stop()

    def examine(
        self,
        received: Received,
        *,
        target: Path | None = None,
        words: Path | None = None,
        told: Told = lambda done, known: None,  # noqa: ARG005 - nobody listens
    ) -> Record:
        """Read one document in the workers; may be called from several threads at once.

        Args:
            received: The file.
            target: Where the searchable PDF is written, if anywhere.
            words: Where `words.json` is written, if anywhere. With it the
                record comes with transcripts of its pages, else with the pages.
            told: Told after each page how many are done, and of how many.

        Returns:
            The record, not yet verified; the same for any number of workers.

        Raises:
            AccessionError: It cannot be opened or bound: damaged, too slow
                (A070), too much memory (A060), or its workers died of it again
                and again (A080).
            OcrError: The engine is missing, or no worker can be started.
            OSError: The machine is at its end: disk, open files.
            CancelledError: The readers were stopped.
        """
        name = tempfile.TemporaryDirectory(dir=self._folder.name, ignore_cleanup_errors=True)
        with name as folder:
            only = self._setup.languages[0] if len(self._setup.languages) == 1 else ""
            document = _Document(received, self._place, Path(folder), only)
            number = self.done(partial(_count, document))
            told(0, number)
            self._read(document, number, told)
            record = self.done(partial(_bind, document, number, target, words))
            return record if words else replace(record, pages=_kept(document, number))

    def verified(self, record: Record) -> Record:
        """The record after its checks, which know of no earlier document.

        Raises:
            AccessionError, OcrError, OSError, CancelledError: As `examine` does.
        """
        checked = self.done(partial(_verified, self._place, replace(record, pages=())))
        return replace(checked, pages=record.pages)

    def done(self, job: Callable[[], T]) -> T:
        """The answer to a job that is done in a worker.

        Args:
            job: It travels to another process.

        Raises:
            AccessionError, OcrError, OSError, CancelledError: As `examine` does.
        """
        deaths = 0
        while deaths < TRIES:
            future = self._pool.begin(job, self._timeout)
            self._pool.ended([future], patiently=True)
            error = self._pool.failure(future)
            if error is None:
                return future.result()
            if isinstance(error, ProcessExpired):
                deaths += 1
            elif not isinstance(error, BrokenProcessPool):
                raise self._named(error)
        raise AccessionError("A080", detail="@N031")

    def _read(self, document: _Document, number: int, told: Told) -> None:
        """Have all pages of a document kept in its folder.

        One page is read after the other until one tells its language, as a
        page in an unexpected one is read twice; all others side by side.
        """
        to_do = deque(_Attempt(page + 1) for page in range(number))
        begun: dict[Future[str], _Attempt] = {}
        try:
            while to_do or begun:
                if to_do and (document.language or not begun):
                    attempt = to_do.popleft()
                    begun[self._pool.begin(partial(_read, document, attempt), self._page_timeout)] = attempt
                for future in self._pool.ended(begun, patiently=not (to_do and document.language)):
                    attempt, error = begun.pop(future), self._pool.failure(future)
                    if error is None:
                        document = replace(document, language=document.language or future.result())
                    elif (again := self._next(attempt, error)) is not None:
                        to_do.appendleft(again)
                    else:
                        _keep(document, _unread(attempt.number, self._setup))
                    told(number - len(to_do) - len(begun), number)
        finally:
            while begun:  # the folder they write to is about to go
                for future in self._pool.ended(begun, patiently=True):
                    del begun[future]

    def _next(self, attempt: _Attempt, error: BaseException) -> _Attempt | None:
        """How a page is tried next: as it is, smaller, not at all.

        Raises:
            AccessionError, OcrError, OSError, CancelledError: It is not the
                page's size that failed it.
        """
        if isinstance(error, BrokenProcessPool):
            return attempt
        if isinstance(error, ProcessExpired):
            if not attempt.again:
                return replace(attempt, again=True)
        elif not _too_much(error):
            raise error
        return None if attempt.smaller else replace(attempt, smaller=True)

    def _named(self, error: BaseException) -> BaseException:
        """What a worker's error means for the document, or for the whole run."""
        if isinstance(error, TimeoutError):
            return LimitExceededError("A070", allowed=f"{self._timeout:.0f} s")
        if _is_known(error):
            return error
        if _is_memory(error):
            return LimitExceededError("A060", found="@N030", allowed=f"{MEMORY >> 30} GB")
        _show(error)
        return AccessionError("A080", detail="@N032")


def _hurried(setup: "Setup", timeout: float) -> "Setup":
    """The setup, with no more seconds for a page than end before its worker is ended."""
    ocr = setup.pipeline.ocr
    seconds = min(ocr.timeout, max(1, int(timeout) - GRACE))
    return replace(setup, pipeline=replace(setup.pipeline, ocr=replace(ocr, timeout=seconds)))


def _too_much(error: BaseException) -> bool:
    """Whether a page may be read when it is made smaller: it took too long, too much memory, or met a bug."""
    if isinstance(error, EngineFailedError | LimitExceededError | TimeoutError) or _is_memory(error):
        return True
    if _is_known(error):
        return False
    _show(error)
    return True


def _is_known(error: BaseException) -> bool:
    return isinstance(error, DocscanError | CancelledError) or (
        isinstance(error, OSError) and error.errno in MACHINE
    )


def _is_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or "Insufficient memory" in str(error)


def _show(error: BaseException) -> None:
    """Show a bug, which stops no other document."""
    traceback.print_exception(error, file=sys.stderr)


# -- what the workers do --


@cache
def _setup(path: Path) -> "Setup":
    """The setup, taken in once by each worker: with every job it would cost more than the job's way."""
    found: Setup = pickle.loads(path.read_bytes())  # noqa: S301 - this run's own, in a folder closed to others
    return found


def _count(document: _Document) -> int:
    from docscan import reading  # noqa: PLC0415 - loaded in workers alone

    return reading.count(document.received, _setup(document.setup))


def _read(document: _Document, attempt: _Attempt) -> str:
    """Read a page and keep it; its language."""
    from docscan import reading  # noqa: PLC0415 - loaded in workers alone

    setup = reading.expecting(document.language, _setup(document.setup))
    page = reading.read_page(document.received, attempt.number, setup, smaller=attempt.smaller)
    _keep(document, page)
    return page.language


def _bind(document: _Document, number: int, target: Path | None, words: Path | None) -> Record:
    """Bind the pages that were kept; the record comes without words, its words go to the file."""
    from docscan import reading  # noqa: PLC0415 - loaded in workers alone

    received, pages = document.received, _kept(document, number)
    if words is not None:
        with words.open("wb") as file:
            for part in records.words_json(received.sha256, pages):
                file.write(part.encode(errors="backslashreplace"))
    record = reading.bind(received, pages, _setup(document.setup), target)
    return replace(record, pages=tuple(transcribed(page) for page in pages))


class _Nothing:
    """The catalogue of a reading that files nothing: it knows of no earlier document."""

    def same_invoice(self, supplier: str, number: str) -> str | None:  # noqa: ARG002 - as Known has it
        """None, always."""
        return None


def _verified(setup: Path, record: Record) -> Record:
    from docscan import equipment  # noqa: PLC0415 - loaded in workers alone

    return equipment.verified(record, _setup(setup), _Nothing())


def _unread(number: int, setup: "Setup") -> Page:
    """The place of a page that could not even be looked at; its size is not known and said to be A4."""
    dpi = setup.pipeline.ocr.dpi
    width, height = (round(inches * dpi) for inches in A4_INCHES)
    return Page(number, width, height, float(dpi), "failed", coverage=0.0)


def _keep(document: _Document, page: Page) -> None:
    (document.folder / f"{page.number}").write_bytes(pickle.dumps(page))


def _kept(document: _Document, number: int) -> tuple[Page, ...]:
    places = (document.folder / f"{page + 1}" for page in range(number))
    return tuple(pickle.loads(place.read_bytes()) for place in places)  # noqa: S301 - as in _setup
