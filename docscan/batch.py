"""Many documents: all that waits in the inbox, once, side by side, with a report that adds up.

Each file's journey runs in a thread of this process, which alone writes to
the archive; the reading is done by worker processes, which may be killed, time
out or run out of memory without harm to their neighbours.
"""

import ctypes
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
from pebble import ProcessExpired, ProcessFuture, ProcessPool

from docscan import PROGRAM, journey
from docscan.accession import inbox
from docscan.accession.inbox import Arrival, Claim
from docscan.accession.intake import Received
from docscan.archive import Archive, hold, ledger
from docscan.archive.catalogue import open_catalogue
from docscan.archive.deposit import recover
from docscan.errors import AccessionError, ArchiveError, DocscanError, LimitExceededError
from docscan.journey import Desk, Outcome, Setup
from docscan.model import Record
from docscan.search.feed import feed

PR_SET_PDEATHSIG = 1  # prctl(2)
MEMORY = 4 << 30  # bytes of address space for a reader: a page of 150 megapixels in colour needs some 3 GB
GLANCE = 0.2  # seconds between two looks at files that are still young

Progress = Callable[[Outcome | None, int, int], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done.

    Attributes:
        agent: The login of who runs it.
        clock: Tells the time, with its zone.
        workers: Reading processes; 0 means one a core.
        quiet: Seconds for which a file must not have changed.
        grace: Seconds that an incomplete file may take to become complete.
    """

    agent: str
    clock: Callable[[], datetime]
    workers: int
    quiet: float
    grace: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, file by file.

    Attributes:
        outcomes: One a file, by name.
        unproven: Those that the archive's folders do not bear out: none,
            unless something is badly wrong.
    """

    started: datetime
    finished: datetime
    outcomes: tuple[Outcome, ...]
    unproven: tuple[Outcome, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The reconciliation: received is the sum of the others."""
        found = Counter(outcome.result for outcome in self.outcomes)
        return {
            "received": len(self.outcomes),
            "archived": found["archived"],
            "duplicates": found["duplicate"],
            "put_aside": found["put_aside"],
            "waiting": found["waiting"],
        }


class Readers:
    """Worker processes that examine documents, each document under a time limit."""

    def __init__(self, setup: Setup, workers: int, *, timeout: float, scratch: Path) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._setup = setup
        self._timeout = timeout
        self._asked: set[ProcessFuture[Record]] = set()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["docscan.journey"])
        scratch.mkdir(parents=True, exist_ok=True)
        self._pool = ProcessPool(
            max_workers=self.workers, context=context, initializer=_settle_in, initargs=[os.fspath(scratch)]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._pool.close()
        else:
            self.stop()
        self._pool.join()

    def stop(self) -> None:
        """Give up whatever is being read; who waits for it is told that it was cancelled."""
        for future in tuple(self._asked):
            future.cancel()
        self._pool.stop()

    def examine(self, received: Received) -> Record:
        """Read one document in a worker.

        Raises:
            AccessionError: It cannot be read: damaged, too slow (A070), or the
                worker died of it, twice (A080).
            OcrError: The engine is missing.
        """
        task = partial(journey.examine, received, self._setup, journey.searchable_path(received))
        for last in (False, True):
            future = self._pool.schedule(task, timeout=self._timeout)
            self._asked.add(future)
            error = future.exception()
            self._asked.discard(future)
            if error is None:
                record: Record = future.result()
                return record
            if isinstance(error, DocscanError):
                raise error
            if isinstance(error, TimeoutError):
                raise LimitExceededError("A070", allowed=f"{self._timeout:.0f} s")
            if not isinstance(error, ProcessExpired):
                traceback.print_exception(
                    error, file=sys.stderr
                )  # a bug, shown, that stops no other document
                break
            if last:
                break
        raise AccessionError("A080", detail=type(error).__name__)


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


def run(archive: Archive, setup: Setup, options: Options, progress: Progress) -> Report:
    """Digitise all that waits in the inbox, once.

    Args:
        archive: Where it is filed.
        setup: What it is read with.
        options: Who, when, how many at once.
        progress: Called with each outcome (None at first), how many files are
            done and how many are known.

    Raises:
        ArchiveBusyError: Another run holds the archive.
        OcrError: The engine went missing.
        ArchiveError: The archive cannot be written to. Nothing is lost; the
            next run goes on from there.
    """
    started = options.clock()
    with hold(archive):
        ledger.heal(archive, now=started, agent=options.agent)
        with open_catalogue(archive) as catalogue:
            recover(archive, catalogue)
            timeout, scratch = archive.config.run.timeout, archive.staging / "scratch"
            with Readers(setup, options.workers, timeout=timeout, scratch=scratch) as readers:
                desk = Desk(
                    archive=archive,
                    catalogue=catalogue,
                    setup=setup,
                    examine=readers.examine,
                    lock=threading.Lock(),
                    clock=options.clock,
                    agent=options.agent,
                    grace=options.grace,
                )
                outcomes = _Shift(desk, readers, progress).work(options.quiet)
            feed(archive, catalogue)
            unproven = tuple(outcome for outcome in outcomes if not journey.borne_out(outcome, desk))
        outcomes.sort(key=lambda outcome: outcome.source)
        report = Report(started, options.clock(), tuple(outcomes), unproven)
        write_report(archive, report)
    return report


def anything_waits(archive: Archive) -> bool:
    """Whether there is something for a run to do."""
    return bool(inbox.look(archive.inbox)) or any(archive.work.iterdir())


class _Shift:
    """One pass of a run over the inbox, and what came of each file so far."""

    def __init__(self, desk: Desk, readers: Readers, progress: Progress) -> None:
        self.desk = desk
        self.readers = readers
        self.progress = progress
        self.outcomes: list[Outcome] = []
        self.known = 0

    def work(self, quiet: float) -> list[Outcome]:
        """Digitise until nothing in the inbox is complete or about to be."""
        folders = self.desk.archive
        self._digitise(partial(_resumed, claim) for claim in list(inbox.claimed(folders.work)))
        lookout = inbox.Lookout(folders.inbox, quiet)
        patience = time.monotonic() + 2 * quiet + 1
        while True:
            ready, young = lookout.look(now=self.desk.clock().timestamp(), moment=time.monotonic())
            waiting = {outcome.path for outcome in self.outcomes if outcome.result == "waiting"}
            ready = [arrival for arrival in ready if arrival.path not in waiting]
            young = [arrival for arrival in young if arrival.path not in waiting]
            self._digitise(partial(_claimed, arrival) for arrival in ready)
            if not ready and (not young or time.monotonic() > patience):
                self.outcomes += [journey.still_arriving(arrival, self.desk) for arrival in young]
                return self.outcomes
            if not ready:
                time.sleep(GLANCE)

    def _digitise(self, files: Iterable[Callable[[Desk], Claim | None]]) -> None:
        """Digitise files side by side; each gives its claim when its turn comes."""
        tasks = list(files)
        self.known += len(tasks)
        self.progress(None, len(self.outcomes), self.known)
        with ThreadPoolExecutor(max_workers=self.readers.workers + 1) as threads:
            try:
                for future in as_completed([threads.submit(_one, task, self.desk) for task in tasks]):
                    outcome = future.result()
                    if outcome is None:
                        self.known -= 1
                    else:
                        self.outcomes.append(outcome)
                    self.progress(outcome, len(self.outcomes), self.known)
            except BaseException:  # the pool must be stopped before the threads can end; it is raised again
                threads.shutdown(wait=False, cancel_futures=True)
                self.readers.stop()
                raise


def _one(task: Callable[[Desk], Claim | None], desk: Desk) -> Outcome | None:
    claim = task(desk)
    if claim is None:
        return None
    try:
        return journey.digitise(claim, desk)
    except OSError as problem:
        raise ArchiveError(
            f"The archive cannot be written to: {problem.strerror or problem}.",
            hint="Nothing is lost: free some space or mend the permissions, then run again.",
        ) from problem


def _claimed(arrival: Arrival, desk: Desk) -> Claim | None:
    return inbox.claim(arrival, desk.archive.inbox, desk.archive.work)


def _resumed(claim: Claim, desk: Desk) -> Claim:  # noqa: ARG001 - one shape with _claimed
    return claim


def write_report(archive: Archive, report: Report) -> Path:
    """Keep a run's report in `reports/`, as JSON and as text; nothing for a run without files."""
    stem = f"{report.started:%Y-%m-%dT%H%M%SZ}"
    path = archive.reports / f"{stem}.json"
    number = 2
    while path.exists():
        path = archive.reports / f"{stem}-{number}.json"
        number += 1
    content = {
        "format": "docscan.run/1",
        "program": PROGRAM,
        "started": report.started.isoformat(timespec="seconds"),
        "finished": report.finished.isoformat(timespec="seconds"),
        **report.counts,
        "adds_up": not report.unproven,
        "files": [
            asdict(outcome) | {"path": _relative(outcome.path, archive)} for outcome in report.outcomes
        ],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    path.with_suffix(".txt").write_text(as_text(report), encoding="utf-8")
    return path


def as_text(report: Report) -> str:
    """The report for people: the counts, then every file that is not in the archive, with its reason."""
    counts = report.counts
    seconds = (report.finished - report.started).total_seconds()
    lines = [
        f"Run of {report.started:%Y-%m-%d %H:%M:%S} UTC, {seconds:.0f} s",
        f"received {counts['received']} = archived {counts['archived']} + duplicates {counts['duplicates']}"
        f" + put aside {counts['put_aside']} + waiting {counts['waiting']}",
    ]
    lines += [
        f"{outcome.result.replace('_', ' ')}: {outcome.source}: {outcome.reason}"
        for outcome in report.outcomes
        if outcome.result != "archived"
    ]
    lines += [f"NOT BORNE OUT: {outcome.source} should be {outcome.result}" for outcome in report.unproven]
    return "\n".join([*lines, ""])


def _relative(path: Path | None, archive: Archive) -> str | None:
    return None if path is None else path.relative_to(archive.root).as_posix()
