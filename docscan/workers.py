"""The processes that work: each job under a limit of time, the jobs of many askers in turn.

A worker that dies or takes too long is replaced, and loses its own job only.
A pool whose workers died before they began is of no more use; another one
takes its place, and its jobs are told that it broke.

What the processes load takes longer than what their parent needs; `prepare`,
called before all else, lets the one go on beside the other.
"""

import ctypes
import multiprocessing
import os
import resource
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from docscan.errors import EngineFailedError

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")
READING: Final = (
    "docscan.reading",
)  # what the processes load before they begin, and their parent does without
COPYING: Final = (*READING, "docscan.ocr.searchable")  # the same, for searchable copies
KIND: Final = "forkserver"  # processes that start from one which has loaded everything, and has no threads

PR_SET_PDEATHSIG = 1  # prctl(2)
PATIENCE = 0.2  # seconds between two looks at whether an answer can still come
BREAKS = 3  # pools in a row that broke before they answered anything
AHEAD = 1  # jobs that lie ready, so that no worker waits for the parent
# What malloc takes from the system and gives back anew with every image costs as much as some of the work on
# it: 10 ms a page in the process, a twelfth of the time of a program that reads one (glibc, mallopt(3)).
MALLOC = {"MALLOC_MMAP_THRESHOLD_": (-3, 32 << 20), "MALLOC_TRIM_THRESHOLD_": (-1, 512 << 20)}
MEMORY = 4 << 30  # bytes of address space for a worker: a page of 150 megapixels in colour needs some 3 GB


def prepare(preload: Sequence[str]) -> None:
    """Let what workers are forked from begin to load, while this process does something else.

    Args:
        preload: As `Workers` takes it.
    """
    _context(preload)
    forkserver.ensure_running()


def answered(job: Callable[[], T], preload: Sequence[str]) -> T:
    """The answer to a single job, from a process that ends with it and has loaded what this one need not.

    Args:
        job: It travels to the process; whatever it raises is raised here.
        preload: As `Workers` takes it.

    Raises:
        EngineFailedError: The process ended without an answer.
    """
    try:
        with ProcessPoolExecutor(1, mp_context=_context(preload)) as process:
            return process.submit(job).result()
    except BrokenProcessPool as problem:
        raise _ending() from problem


def _context(preload: Sequence[str]) -> multiprocessing.context.ForkServerContext:
    """How processes are started: from one that has loaded so much, and no threads of numpy's algebra."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # is read once, when numpy is loaded
    context = multiprocessing.get_context(KIND)
    context.set_forkserver_preload(list(preload))
    return context


class Workers:
    """Processes that do one job after the other.

    Args:
        number: How many.
        scratch: The only folder they leave temporary files in.
        preload: Modules that their jobs need, loaded once for all of them.
    """

    def __init__(self, number: int, *, scratch: Path, preload: Sequence[str]) -> None:
        self._number = number
        self._scratch = scratch
        self._preload = list(preload)
        self._gate = threading.RLock()
        self._turns = _Turns(number + AHEAD)
        self._running: set[Future[Any]] = set()
        self._stopped = self._used = False
        self._breaks = 0
        self._pool = self._started()

    def begin(self, job: Callable[[], T], timeout: float) -> Future[T]:
        """Begin a job when its asker's turn comes.

        Args:
            job: It travels to another process.
            timeout: Seconds from the moment a worker takes it.

        Raises:
            CancelledError: The workers were stopped.
            EngineFailedError: They end as soon as they start.
        """
        self._turns.take(self._look)
        with self._gate:
            try:
                future: Future[T] = self._scheduled(job, timeout)
            except BaseException:
                self._turns.give()
                raise
            self._running.add(future)
        future.add_done_callback(self._over)
        return future

    def ended(self, futures: Collection[Future[T]], *, patiently: bool) -> list[Future[T]]:
        """Those of some jobs that have ended: of one at least, if it may wait."""
        while True:
            wait(futures, timeout=PATIENCE if patiently else 0, return_when=FIRST_COMPLETED)
            found = [future for future in futures if future.done()]
            if found or not patiently or not futures:
                return found
            self._look()

    def failure(self, future: Future[T]) -> BaseException | None:
        """Why a job that has ended has no result, if it has none.

        Returns:
            `CancelledError` when the workers were stopped, `BrokenProcessPool`
            when the pool broke before the job was done, `ProcessExpired` when
            the worker died of it, `TimeoutError`, or what it raised itself.
        """
        if future.cancelled():
            return CancelledError() if self._stopped else BrokenProcessPool()
        error = future.exception()
        if error is None:
            self._breaks = 0
        return error

    def stop(self) -> None:
        """Give up all jobs; who waits for one is told that it was cancelled."""
        with self._gate:
            self._stopped = True
            self._pool.stop()
            self._give_up()
        self._turns.give()  # to the first in the line, who finds it all stopped, and passes it on

    def close(self, *, cleanly: bool) -> None:
        """End the processes; `cleanly` when nothing is left to be done."""
        if cleanly and not self._stopped and not self._broken():
            self._pool.close()
        else:
            self.stop()
        self._pool.join()

    def _scheduled(self, job: Callable[[], T], timeout: float) -> Future[T]:
        while True:
            if self._stopped:
                raise CancelledError
            self._look()
            try:
                self._used = True
                future: Future[T] = self._pool.schedule(job, timeout=timeout)
            except (BrokenProcessPool, RuntimeError):  # its processes ended while they started
                self._replace()
            else:
                return future

    def _over(self, future: Future[T]) -> None:
        self._running.discard(future)
        self._turns.give()

    def _look(self) -> None:
        with self._gate:
            if not self._stopped and self._broken():
                self._replace()

    def _broken(self) -> bool:
        """Whether the pool will answer no more; one that was never asked is not started by the question."""
        return self._used and not self._pool.active

    def _replace(self) -> None:
        """Put another pool in the place of a broken one.

        Raises:
            EngineFailedError: It was not the first.
        """
        self._breaks += 1
        if self._breaks >= BREAKS:
            raise _ending()
        self._pool.stop()
        self._give_up()
        self._pool.join()
        self._pool, self._used = self._started(), False

    def _give_up(self) -> None:
        for future in list(self._running):
            future.cancel()

    def _started(self) -> "ProcessPool":
        from pebble import ProcessPool  # noqa: PLC0415 - with it comes asyncio, after the processes have begun

        context = _context(self._preload)
        initargs = [os.fspath(self._scratch)]
        return ProcessPool(self._number, context=context, initializer=settle_in, initargs=initargs)


class _Turns:
    """So many at a time, first come, first served: who asks again stands at the end of the line.

    An asker of a thousand pages so gets as many turns as an asker of one.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._line: deque[threading.Event] = deque()
        self._gate = threading.Lock()

    def take(self, meanwhile: Callable[[], None]) -> None:
        """Wait for a turn, now and then calling `meanwhile`."""
        with self._gate:
            if self._free and not self._line:
                self._free -= 1
                return
            mine = threading.Event()
            self._line.append(mine)
        try:
            while not mine.wait(PATIENCE):
                meanwhile()
        except BaseException:
            self._step_out(mine)
            raise

    def give(self) -> None:
        """Pass a turn on."""
        with self._gate:
            if self._line:
                self._line.popleft().set()
            else:
                self._free += 1

    def _step_out(self, mine: threading.Event) -> None:
        with self._gate:
            waiting = mine in self._line
            if waiting:
                self._line.remove(mine)
        if not waiting:  # it was given a turn at the last moment
            self.give()


def _ending() -> EngineFailedError:
    return EngineFailedError(
        "The reading processes end as soon as they start.",
        hint="Nothing is lost. Look at `docscan doctor` and at the machine's memory.",
    )


def settle_in(scratch: str) -> None:
    """Start a worker that dies with its parent, cannot eat the machine, and leaves no files elsewhere."""
    import cv2  # noqa: PLC0415 - loaded in workers alone

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    keep_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tempfile.tempdir = scratch
    os.environ["TMPDIR"] = scratch
    os.environ["OMP_THREAD_LIMIT"] = "1"  # one page a core is fastest; the engine's own threads only cost
    cv2.setNumThreads(1)  # as above


def keep_memory() -> None:
    """Let freed memory be used again, here and in programs that this process starts; glibc does.

    The images of a page are given back and asked for again many times, and new
    memory has to be cleared: that took a tenth of what is not the engine's.
    """
    library = ctypes.CDLL(None)
    for name, (option, value) in MALLOC.items():
        os.environ.setdefault(name, str(value))
        if hasattr(library, "mallopt"):
            library.mallopt(option, value)
