"""Many documents: all that waits in the inbox, once, side by side, with a report that adds up.

Each file's journey runs in a thread of this process, which alone writes to
the archive; the reading is done by worker processes, a page at a time, which
may be killed, time out or run out of memory without harm to their neighbours.
"""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from docscan import PROGRAM, journey, signing
from docscan.accession import inbox
from docscan.accession.inbox import Arrival, Claim
from docscan.accession.intake import Received
from docscan.archive import Archive, batches, complete
from docscan.archive.catalogue import open_catalogue
from docscan.archive.custody import shown
from docscan.archive.proof import checkpoint
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.recovery import running
from docscan.equipment import Setup
from docscan.errors import ArchiveError
from docscan.frozen import dataclass
from docscan.journey import Desk, Outcome
from docscan.messages import sentence
from docscan.model import Record
from docscan.readers import Readers
from docscan.search.feed import feed, succeed
from docscan.tally import Tally

ROOT_SHOWN = 20  # hex digits of the root of the ledger's tree, as many as `check-paper` asks for
GLANCE = 0.2  # seconds between two looks at files that are still young
# files after which the search index follows: it costs 0.3 ms more a document than to do so every 200, and
# nobody who searches or decides meanwhile has to take in what hours of a run have filed
FEED_EVERY = 50

SAID = {"duplicate": "B020", "put_aside": "B021", "waiting": "B022"}

UNDER_WAY = (
    2  # documents for each reader: while one is deposited others are read, long ones let short ones pass
)

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
        batch: The number of the batch that is filed into; empty for the one
            that is open, if there is just one.
    """

    agent: str
    clock: Callable[[], datetime]
    workers: int
    quiet: float
    grace: float
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, file by file.

    Attributes:
        outcomes: One a file, by name.
        pages: Those read in this run, by a reader or from their text layer.
        unproven: Those that the archive's folders do not bear out: none,
            unless something is badly wrong.
        batch: The number of the batch that was filed into, or empty.
        undecided: How many batches were open of which none was named, so that
            the files belong to none; 0 otherwise.
        checkpoint: The state of the ledger afterwards: who keeps the report
            keeps a witness of it (threat A4).
        unsigned: How many events could not be signed, for want of the key.
        unindexed: Why the search index does not have what was filed, and what
            to do; empty where it has.
    """

    started: datetime
    finished: datetime
    outcomes: tuple[Outcome, ...]
    pages: int = 0
    unproven: tuple[Outcome, ...] = ()
    batch: str = ""
    undecided: int = 0
    checkpoint: Checkpoint | None = None
    unsigned: int = 0
    unindexed: str = ""

    @property
    def pages_per_minute(self) -> float:
        """From the start to the end of the run."""
        seconds = (self.finished - self.started).total_seconds()
        return round(60 * self.pages / seconds, 1) if seconds > 0 else 0.0

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


def run(archive: Archive, setup: Setup, options: Options, progress: Progress) -> Report:
    """Digitise all that waits in the inbox, once.

    Args:
        archive: Where it is filed.
        setup: What it is read with.
        options: Who, when, how many at once.
        progress: Called after each page and each file, by one thread at a
            time, with the outcome of the file (or None), how many pages are
            done and how many are known; a file not yet opened counts as one.

    Raises:
        ArchiveBusyError: Another run goes on, or another command holds the archive for long.
        OcrError: The engine went missing.
        ArchiveError: The archive cannot be written to. Nothing is lost; the
            next run goes on from there.
    """
    started = options.clock()
    if not archive.inbox.is_dir():
        raise ArchiveError(
            f"There is no inbox at {archive.inbox}.",
            hint=f"Mount it again, or make it: mkdir {archive.inbox}",
        )
    with _heard(), running(archive, clock=options.clock, agent=options.agent) as catalogue:
        intake = batches.intake(catalogue, options.batch)
        seal = signing.asked(setup.pipeline, archive.config, archive.root, os.environ, started)
        timeout, scratch = archive.config.run.timeout, archive.staging / "scratch"
        tally = Tally[Outcome](progress)
        with Readers(setup, options.workers, timeout=timeout, scratch=scratch) as readers:
            desk = Desk(
                archive=archive,
                catalogue=catalogue,
                setup=setup,
                examine=partial(_examine, readers, tally),
                lock=threading.Lock(),
                clock=options.clock,
                agent=options.agent,
                grace=options.grace,
                intake=intake,
                seal=seal,
            )
            outcomes = _Shift(desk, readers, tally).work(options.quiet)
        batches.begin(archive, None)
        with desk.held():
            report = _reported(desk, outcomes, started, tally.read)
        write_report(archive, report)
        unindexed = _refused(lambda: feed(archive, catalogue))
    return replace(report, unindexed=unindexed or _refused(lambda: succeed(archive)))


def _refused(index: Callable[[], object]) -> str:
    """Do something with the search index, which no filed document waits for: why not, where it cannot be."""
    try:
        index()
    except ArchiveError as problem:
        return f"{problem} {problem.hint}"
    return ""


def _reported(desk: Desk, outcomes: list[Outcome], started: datetime, pages: int) -> Report:
    """The report of a run that has ended, and signed; the archive is held."""
    archive, catalogue, intake = desk.archive, desk.catalogue, desk.intake
    checkpoint.renew(archive, catalogue, now=desk.clock(), agent=desk.agent)
    return Report(
        started,
        desk.clock(),
        tuple(sorted(outcomes, key=lambda outcome: outcome.source)),
        pages,
        tuple(outcome for outcome in outcomes if not journey.borne_out(outcome, desk)),
        intake.number if intake else "",
        0 if intake or not outcomes else len(batches.waiting(catalogue)),
        checkpoint.at(archive, catalogue, catalogue.applied() + 1),
        checkpoint.unsigned(archive),
    )


@contextmanager
def _heard() -> Iterator[None]:
    """Let a lease that a writer breaks be what it is for us, no signal that ends the run (fcntl(2))."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set what a signal does
        return
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGIO, before)


def anything_waits(archive: Archive) -> bool:
    """Whether there is something for a run to do."""
    complete(archive)
    claimed = any(inbox.claimed(archive.inbox, archive.work))
    return claimed or bool(inbox.look(archive.inbox)) or not archive.inbox.is_dir()


def _examine(readers: Readers, tally: Tally[Outcome], received: Received) -> Record:
    return readers.examine(
        received,
        target=journey.searchable_path(received),
        words=journey.words_path(received),
        told=partial(tally.page, received.accession),
    )


class _Shift:
    """One pass of a run over the inbox, and what came of each file so far."""

    def __init__(self, desk: Desk, readers: Readers, tally: Tally[Outcome]) -> None:
        self.desk = desk
        self.readers = readers
        self.tally = tally
        self.outcomes: list[Outcome] = []

    def work(self, quiet: float) -> list[Outcome]:
        """Digitise until nothing in the inbox is complete or about to be."""
        folders, intake = self.desk.archive, self.desk.intake
        self.desk = replace(self.desk, intake=batches.interrupted(self.desk.catalogue))
        self._digitise(partial(_resumed, claim) for claim in list(inbox.claimed(folders.inbox, folders.work)))
        batches.begin(folders, intake)
        self.desk = replace(self.desk, intake=intake)
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
        self.tally.found(len(tasks))
        with ThreadPoolExecutor(max_workers=UNDER_WAY * self.readers.workers + 1) as threads:
            try:
                for future in as_completed([threads.submit(self._one, task) for task in tasks]):
                    outcome = future.result()
                    if outcome is not None:
                        self.outcomes.append(outcome)
                        self._feed()
            except BaseException:  # the pool must be stopped before the threads can end; it is raised again
                threads.shutdown(wait=False, cancel_futures=True)
                self.readers.stop()
                raise

    def _feed(self) -> None:
        """Let the search index follow now and then, while others read and file."""
        if len(self.outcomes) % FEED_EVERY == 0:
            with open_catalogue(self.desk.archive) as catalogue:  # the run's own is for one thread at a time
                _refused(lambda: feed(self.desk.archive, catalogue))  # once more, and told, in the end

    def _one(self, task: Callable[[Desk], Claim | None]) -> Outcome | None:
        claim = task(self.desk)
        if claim is None:
            self.tally.found(-1)
            return None
        try:
            outcome = journey.digitise(claim, self.desk)
            if claim.companion:
                outcome = replace(outcome, companion=shown(claim.companion.name))
        except OSError as problem:
            what = f"{problem.strerror or problem} ({problem.filename or ''})"
            raise ArchiveError(
                f"The archive cannot be written to: {what}.",
                hint="Nothing is lost: free some space or mend the permissions, then run again.",
            ) from problem
        self.tally.over(claim.accession, outcome)
        return outcome


def _claimed(arrival: Arrival, desk: Desk) -> Claim | None:
    return inbox.claim(arrival, desk.archive.inbox, desk.archive.work)


def _resumed(claim: Claim, desk: Desk) -> Claim:  # noqa: ARG001 - one shape with _claimed
    return claim


def write_report(archive: Archive, report: Report) -> Path | None:
    """Keep a run's report in `reports/`, as JSON and as text; nothing for a run without files."""
    if not report.outcomes:
        return None
    archive.reports.mkdir(exist_ok=True)
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
        "pages": report.pages,
        "pages_per_minute": report.pages_per_minute,
        "adds_up": not report.unproven,
        "batch": report.batch,
        "undecided": report.undecided,
        "unsigned": report.unsigned,
        "files": [
            asdict(outcome) | {"path": _relative(outcome.path, archive)} for outcome in report.outcomes
        ],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    path.with_suffix(".txt").write_text(as_text(report, archive.config.language), encoding="utf-8")
    return path


def as_text(report: Report, language: str) -> str:
    """The report for people: the counts, then every file that is not in the archive, with its reason."""
    seconds = (report.finished - report.started).total_seconds()
    counts = {name: str(number) for name, number in report.counts.items()}
    pace = sentence("B011", language, pages=str(report.pages), pace=f"{report.pages_per_minute:.0f}")
    lines = [
        f"{report.started:%Y-%m-%d %H:%M:%S} UTC, {seconds:.0f} s, {pace}",
        sentence("B010", language, **counts),
    ]
    if report.batch:
        lines.append(sentence("B012", language, batch=report.batch))
    if report.undecided:
        lines.append(sentence("B013", language, count=str(report.undecided)))
    lines += [
        sentence(SAID[outcome.result], language, source=outcome.source, reason=outcome.reason)
        for outcome in report.outcomes
        if outcome.result in SAID
    ]
    lines += [
        sentence("B030", language, source=outcome.source, result=outcome.result)
        for outcome in report.unproven
    ]
    if report.checkpoint:
        size, root = str(report.checkpoint.size), report.checkpoint.root.hex()[:ROOT_SHOWN]
        lines.append(sentence("B101", language, origin=report.checkpoint.origin, size=size))
        lines.append(sentence("B103", language, size=size, root=root))
    if report.unsigned:
        lines.append(sentence("B090", language, count=str(report.unsigned)))
    return "\n".join([*lines, ""])


def _relative(path: Path | None, archive: Archive) -> str | None:
    return None if path is None else shown(path.relative_to(archive.root).as_posix())
