"""The processes that read: each document in a worker, under limits of time and memory."""

import ctypes
import errno
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from docscan import journey
from docscan.accession.intake import Received
from docscan.errors import AccessionError, DocscanError, EngineFailedError, LimitExceededError
from docscan.journey import Setup
from docscan.model import Record

PR_SET_PDEATHSIG = 1  # prctl(2)
PATIENCE = 0.2  # seconds between two looks at whether an answer can still come
TRIES = 3  # for a document whose worker dies: the machine may have been short of something
MEMORY = 4 << 30  # bytes of address space for a reader: a page of 150 megapixels in colour needs some 3 GB
# what no document can be blamed for; the run ends, and the next one tries again
MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}


class Readers:
    """Worker processes that examine documents, each document under a time limit.

    A pool whose workers died before they began is of no more use; another one
    takes its place.
    """

    def __init__(self, setup: Setup, workers: int, *, timeout: float, scratch: Path) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._setup = setup
        self._timeout = timeout
        self._scratch = scratch
        self._gate = threading.Lock()
        self._stopped = self._used = False
        scratch.mkdir(parents=True, exist_ok=True)
        self._pool = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and not self._broken(self._pool):
            self._pool.close()
        else:
            self.stop()
        self._pool.join()

    def stop(self) -> None:
        """Give up whatever is being read; who waits for it is told that it was cancelled."""
        with self._gate:
            self._stopped = True
        self._pool.stop()

    def examine(self, received: Received) -> Record:
        """Read one document in a worker.

        Raises:
            AccessionError: It cannot be read: damaged, too slow (A070), too much
                memory (A060), or its worker died of it again and again (A080).
            OcrError: The engine is missing.
            ArchiveError: The machine is at its end: disk, memory, open files.
            CancelledError: The readers were stopped.
        """
        task = partial(journey.examine, received, self._setup, journey.searchable_path(received))
        broken = expired = 0
        while broken < TRIES and expired < TRIES:
            answer = self._answer(task)
            error = BrokenProcessPool() if answer is None else answer.exception()
            if answer is not None and error is None:
                record: Record = answer.result()
                return record
            if isinstance(error, BrokenProcessPool):
                broken += 1
            elif isinstance(error, ProcessExpired):
                expired += 1
            elif error is not None:
                raise self._named(error)
        if expired:
            raise AccessionError("A080", detail="@N031")
        raise EngineFailedError(
            "The reading processes end as soon as they start.",
            hint="Nothing is lost. Look at `docscan doctor` and at the machine's memory.",
        )

    def _answer(self, task: Callable[[], Record]) -> ProcessFuture[Record] | None:
        """A task's future, done; None when the pool broke, or could not be started."""
        with self._gate:
            if self._stopped:
                raise CancelledError
            if self._broken(self._pool):
                self._pool = self._started()
            pool = self._pool
            try:
                future = pool.schedule(task, timeout=self._timeout)
            except (BrokenProcessPool, RuntimeError):  # its processes ended while they started
                self._pool = self._started()
                return None
            self._used = True
        while not future.done():
            if self._stopped:
                raise CancelledError
            if self._broken(pool):
                return None
            wait([future], timeout=PATIENCE)
        return future

    def _started(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["docscan.journey"])
        initargs = [os.fspath(self._scratch)]
        return ProcessPool(self.workers, context=context, initializer=_settle_in, initargs=initargs)

    def _broken(self, pool: ProcessPool) -> bool:
        """Whether a pool will answer no more; one that was never asked is not started by the question."""
        return self._used and not pool.active

    def _named(self, error: BaseException) -> BaseException:
        """What a worker's error means for the document, or for the whole run."""
        if isinstance(error, DocscanError | CancelledError):
            return error
        if isinstance(error, TimeoutError):
            return LimitExceededError("A070", allowed=f"{self._timeout:.0f} s")
        if isinstance(error, OSError) and error.errno in MACHINE:
            return error
        if isinstance(error, MemoryError) or "Insufficient memory" in str(error):
            return LimitExceededError("A060", found="@N030", allowed=f"{MEMORY >> 30} GB")
        traceback.print_exception(error, file=sys.stderr)  # a bug, shown, that stops no other document
        return AccessionError("A080", detail="@N032")


def _settle_in(scratch: str) -> None:
    """Start a worker that dies with its parent, cannot eat the machine, and leaves no files elsewhere."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tempfile.tempdir = scratch
    os.environ["TMPDIR"] = scratch
    os.environ["OMP_THREAD_LIMIT"] = "1"  # one page a core is fastest; the engine's own threads only cost
    cv2.setNumThreads(1)  # as above
