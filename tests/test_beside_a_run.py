"""People work in an archive while a run goes on, and neither loses anything when it is killed."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from shelf import NOW, Shelf

from docscan import batch, decisions, equipment, journey
from docscan.archive import Archive, durable, hold, ledger, papers
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.event import Draft
from docscan.archive.layout import without_run
from docscan.archive.proof import checkpoint
from docscan.archive.rebuild import dump, rebuild
from docscan.archive.recovery import continued, taken_up
from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.search import feed
from tests.archive.conftest import object_id, read_document

Slip = Callable[..., bytes]

BESIDE = Path(__file__).with_name("beside.py")
DOCUMENTS = 30
KILLS = 8


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def started(command: list[str], out: Path) -> subprocess.Popen[bytes]:
    with out.open("ab") as file:
        return subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL, start_new_session=True)


def test_whoever_is_killed_beside_whom_nothing_is_lost_or_told_twice(
    shelf: Shelf, slip: Slip, tmp_path: Path
):
    originals = [slip(f"letter number {2000 + number}", "Thank you") for number in range(DOCUMENTS)]
    for number, content in enumerate(originals):
        shelf.drop(f"{number:02}.png", content)
    chance, said = random.Random(20261122), tmp_path / "said"  # noqa: S311 - moments, not secrets
    desk = [sys.executable, str(BESIDE), str(shelf.root)]
    beside = started(desk, said)
    for number in range(KILLS):
        run = started(shelf.command("run"), tmp_path / "run")
        time.sleep(chance.uniform(0.8, 2.4))
        kill(run)
        if number % 2:
            kill(beside)
            beside = started(desk, said)
    shelf.run()
    kill(beside)
    with taken_up(shelf.archive, now=NOW, agent="tester"):
        pass
    marks = Counter(one.detail["mark"] for one in ledger.read(shelf.archive) if one.type == "request")
    decided = Counter(one.detail["mark"] for one in ledger.read(shelf.archive) if "decision" in one.detail)
    acknowledged = said.read_text().split()
    assert set(marks.values()) == {3}, "an act is whole, or was not begun"
    assert set(decided.values()) <= {1}
    assert set(acknowledged) <= marks.keys() | decided.keys()
    assert len(acknowledged) > KILLS, "the desk is to meet runs at work"
    digests = []
    for number, content in enumerate(originals):
        path = tmp_path / f"original-{number}"
        path.write_bytes(content)
        digests.append(durable.digest_of(path))
    assert sorted(row.sha256 for row in shelf.rows()) == sorted(digests)
    left = [path for place in ("inbox", "work") for path in (shelf.root / place).rglob("*") if path.is_file()]
    assert left == list((shelf.root / "pending").iterdir()) == list(shelf.root.glob("quarantine/*")) == []
    assert {path.name for path in shelf.archive.staging.iterdir()} <= {"scratch"}
    assert shelf.findings() == []
    before = dump(shelf.archive)
    rebuild(shelf.archive)
    assert dump(shelf.archive) == before


@contextmanager
def held_up(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A run that waits with its first document read; it goes on when the event is set."""
    reading, go_on, examine = threading.Event(), threading.Event(), batch._examine

    def waits(*args: object) -> object:
        record = examine(*args)  # type: ignore[arg-type] # as it is called
        reading.set()
        go_on.wait(60)
        return record

    monkeypatch.setattr(batch, "_examine", waits)
    thread = threading.Thread(target=shelf.run)
    thread.start()
    try:
        assert reading.wait(60)
        yield go_on
    finally:
        go_on.set()
        thread.join()


def test_a_clerk_decides_and_looks_while_a_run_goes_on(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    shelf.drop("first.png", slip("Rechnung 1"))
    shelf.run()
    (row,) = shelf.rows()
    shelf.drop("second.png", slip("Rechnung 2"))
    with held_up(shelf, monkeypatch):
        setup = equipment.equip("default", shelf.root)
        clerk = decisions.Reviewer(
            shelf.archive, setup.pipeline.verification, setup.schemas, "clerk", lambda: NOW
        )
        assert decisions.reject(clerk, row, "misdelivered").state == "rejected"
        shelf.call("show", row.id)
        assert list(shelf.archive.pending.iterdir()) == []
        assert [path.suffix for path in shelf.archive.staging.iterdir() if path.name != "scratch"] == [
            ".received"
        ]
    assert {one.state for one in shelf.rows()} >= {"rejected"}
    assert len(shelf.rows()) == 2
    assert shelf.findings() == []


def test_what_must_not_have_a_run_beside_it_is_told_of_the_run(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    shelf.drop("one.png", slip("Rechnung 3"))
    with held_up(shelf, monkeypatch):
        for words in (["run"], ["rebuild"]):
            assert "Another run goes on" in shelf.call(*words, code=75).stderr
        with hold(shelf.archive), pytest.raises(ArchiveBusyError), without_run(shelf.archive):
            pass
    with hold(shelf.archive), without_run(shelf.archive):
        pass


def test_the_same_bytes_filed_by_somebody_else_meanwhile_are_a_duplicate(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    content, path = slip("Rechnung 4"), tmp_path / "same.png"
    path.write_bytes(content)
    shelf.drop("one.png", content)
    with held_up(shelf, monkeypatch), taken_up(shelf.archive, now=NOW, agent="x", timeout=5) as catalogue:
        files = {"original/same.png": path, "derived/document.pdf": path}
        read = read_document(1, content)
        deposit(shelf.archive, catalogue, read, files, object_id=object_id(1), now=NOW, agent="x")
    assert [row.id for row in shelf.rows()] == [object_id(1)]
    (receipt,) = shelf.archive.duplicates.rglob("*.receipt.json")
    assert json.loads(receipt.read_text())["record"] == object_id(1)
    assert shelf.findings() == []


def test_a_file_whose_twin_was_destroyed_meanwhile_is_filed(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(journey, "_twin", lambda *_: object_id(7))
    shelf.drop("one.png", slip("Rechnung 5"))
    assert shelf.run()["archived"] == 1


def test_a_run_that_fails_signs_what_it_had_filed(shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise ArchiveError("The archive cannot be written to: No space left on device.")

    shelf.drop("one.png", slip("Rechnung 6"))
    monkeypatch.setattr(batch, "write_report", full)
    with pytest.raises(ArchiveError, match="space"):
        shelf.run()
    assert len(shelf.rows()) == 1
    assert checkpoint.unsigned(shelf.archive) == 0


def test_an_interrupted_paper_is_filed_before_a_session_goes_on(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    def pulled(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    path = f"custody/{object_id(3)}/acta.toml"
    with taken_up(shelf.archive, now=NOW, agent="x") as catalogue, monkeypatch.context() as patch:
        patch.setattr(papers.ledger, "append", pulled)
        with pytest.raises(KeyboardInterrupt):
            papers.file(catalogue, Draft("custody_transfer"), {path: b"x = 1\n"}, now=NOW, agent="x")
    with open_catalogue(shelf.archive) as catalogue:
        with continued(catalogue, now=NOW, agent="x", timeout=5):
            papers.file(catalogue, Draft("custody_transfer"), {path: b"x = 2\n"}, now=NOW, agent="x")
        assert papers.vouched(catalogue, path, ("custody_transfer",)) == ledger.sha256(b"x = 2\n")
    told = [one for one in ledger.read(shelf.archive) if path in one.files]
    assert len(told) == 2
    assert shelf.findings() == []


def test_the_index_follows_a_run_while_it_goes_on(shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batch, "FEED_EVERY", 1)
    begun, followed, fed = itertools.count(), threading.Event(), list[int]()
    examine, feeds = batch._examine, batch.feed

    def waits(*args: object) -> object:
        if next(begun):  # the second document is read only when the index has the first
            followed.wait(60)
        return examine(*args)  # type: ignore[arg-type] # as it is called

    def noted(archive: Archive, catalogue: Catalogue) -> bool:
        done = feeds(archive, catalogue)
        fed.append(feed._known(archive))
        followed.set()
        return done

    monkeypatch.setattr(batch, "_examine", waits)
    monkeypatch.setattr(batch, "feed", noted)
    for number in range(2):
        shelf.drop(f"{number}.png", slip(f"Rechnung {number}"))
    shelf.run()
    first, second, last = fed
    assert 0 < first < second == last
