"""Workers: jobs end, one way or another, and nobody waits behind a long asker."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

import jobs
import pytest
from pebble import ProcessExpired

from docscan.errors import DefinitionError, EngineFailedError
from docscan.workers import Workers, answered

SOON = 60.0  # seconds; only a worker that hangs comes near


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(2, scratch=tmp_path, preload=["docscan.reading"])
    yield made
    made.close(cleanly=False)


def outcome(workers: Workers, future: Future[Any]) -> Any:
    workers.ended([future], patiently=True)
    error = workers.failure(future)
    return future.result() if error is None else type(error)


def test_a_job_s_result_comes_back(workers: Workers):
    assert outcome(workers, workers.begin(partial(jobs.answer, 7), SOON)) == 7


def test_a_single_job_is_answered_by_a_process_of_its_own():
    assert answered(os.getpid, ["docscan.reading"]) != os.getpid()


@pytest.mark.parametrize(("job", "error"), [(jobs.refuse, DefinitionError), (jobs.die, EngineFailedError)])
def test_what_a_single_job_raises_is_raised_here(job: Any, error: type):
    with pytest.raises(error):
        answered(job, ["docscan.reading"])


def test_a_worker_and_its_programs_use_freed_memory_again(workers: Workers):
    told = outcome(workers, workers.begin(partial(os.getenv, "MALLOC_TRIM_THRESHOLD_"), SOON))
    assert int(told) >= 256 << 20
    faults = outcome(workers, workers.begin(jobs.faults_of_freed_memory, SOON))
    assert faults < 1000  # 16 megabytes have 4096 pages; taken anew each time they fault again


@pytest.mark.parametrize(
    ("job", "limit", "error"),
    [
        (jobs.die, SOON, ProcessExpired),
        (os.abort, SOON, ProcessExpired),
        (partial(jobs.linger, 600), 0.3, TimeoutError),
        (jobs.eat, SOON, MemoryError),
        (jobs.fail, SOON, ZeroDivisionError),
    ],
    ids=["killed", "aborted", "too slow", "too large", "a bug"],
)
def test_a_job_that_ends_badly_ends_alone(workers: Workers, job: Any, limit: float, error: type):
    bad, good = workers.begin(job, limit), workers.begin(partial(jobs.answer, 8), SOON)
    assert issubclass(outcome(workers, bad), error)
    assert outcome(workers, good) == 8
    assert outcome(workers, workers.begin(partial(jobs.answer, 9), SOON)) == 9


def test_a_worker_killed_while_it_has_nothing_to_do_is_replaced(workers: Workers):
    pid = outcome(workers, workers.begin(os.getpid, SOON))
    os.kill(pid, signal.SIGKILL)
    found = BrokenProcessPool
    while found is BrokenProcessPool:  # told so when the pool broke before the job was begun
        found = outcome(workers, workers.begin(os.getpid, SOON))
    assert found != pid


def test_who_asks_for_much_takes_turns_with_who_asks_for_little(workers: Workers, tmp_path: Path):
    path = tmp_path / "notes"
    begun: list[Future[None]] = []

    def ask(name: str, times: int) -> None:
        begun.extend(workers.begin(partial(jobs.note, path, name), SOON) for _ in range(times))

    outcome(workers, workers.begin(partial(jobs.answer, 1), SOON))
    much = threading.Thread(target=ask, args=("much", 60))
    much.start()
    while len(begun) < 3:
        time.sleep(0.005)
    little = threading.Thread(target=ask, args=("little", 10))
    little.start()
    little.join()
    much.join()
    for future in begun:
        outcome(workers, future)
    names = path.read_text().split()
    assert len(names) == 70
    last = max(place for place, name in enumerate(names) if name == "little")
    assert last < 40, "ten turns of one asker take about as many of another, not all sixty"


def test_who_waits_when_all_is_stopped_is_told(workers: Workers):
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(outcome(workers, workers.begin(partial(jobs.linger, 600), SOON)))
        except CancelledError:
            found.append("never begun")

    askers = [threading.Thread(target=ask) for _ in range(6)]
    for asker in askers:
        asker.start()
    time.sleep(0.5)
    workers.stop()
    for asker in askers:
        asker.join(timeout=20)
    assert not any(asker.is_alive() for asker in askers)
    assert sorted(map(str, found)) == sorted([*["never begun"] * 3, *[str(CancelledError)] * 3])


def test_workers_that_cannot_start_are_not_started_for_ever(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr("pebble.ProcessPool.schedule", broken)
    with pytest.raises(EngineFailedError, match="as soon as they start"):
        workers.begin(os.getpid, SOON)
    monkeypatch.undo()
    assert outcome(workers, workers.begin(partial(jobs.answer, 1), SOON)) == 1
