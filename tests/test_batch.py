"""A run: every file ends in exactly one place, whatever happens on the way."""

import errno
import io
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import jobs
import pytest
from PIL import Image
from shelf import Shelf

from docscan import batch, equipment
from docscan.archive import durable, ledger, objects
from docscan.archive.proof import checkpoint, keys
from docscan.archive.rebuild import dump, rebuild
from docscan.errors import ArchiveError, EngineFailedError

Slip = Callable[..., bytes]

FILES = 60
KILLS = 25
WORDS = ("Rechnung", "factura", "faktura", "receipt", "umowa", "contrato", "Vertrag", "letter")


def slips(slip: Slip, count: int) -> list[bytes]:
    return [
        slip(f"{WORDS[number % len(WORDS)]} number {1000 + number}", "Thank you") for number in range(count)
    ]


def sheets(slip: Slip, count: int) -> bytes:
    """A TIFF of several pages."""
    pages = [Image.open(io.BytesIO(content)) for content in slips(slip, count)]
    made = io.BytesIO()
    pages[0].save(made, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    return made.getvalue()


def state(shelf: Shelf) -> dict[str, int]:
    return {
        "objects": sum(1 for path in shelf.archive.objects.rglob("0=ocfl_object_1.1")),
        "inbox": sum(path.is_file() for path in shelf.archive.inbox.rglob("*")),
        "work": sum(path.is_file() for path in shelf.archive.work.rglob("*")),
        "staging": sum(1 for path in shelf.archive.staging.iterdir() if path.name != "scratch"),
    }


def sql(shelf: Shelf) -> str:
    """The catalogue as SQLite's own shell would dump it."""
    with closing(sqlite3.connect(shelf.archive.catalogue_path)) as connection:
        return "\n".join(connection.iterdump())


def assert_whole(shelf: Shelf, originals: list[bytes], tmp_path: Path) -> None:
    """Each original is an object, none twice, all verified, and the catalogue is what a rebuild gives."""
    digests = []
    for number, content in enumerate(originals):
        path = tmp_path / f"original-{number}"
        path.write_bytes(content)
        digests.append(durable.digest_of(path))
    assert sorted(row.sha256 for row in shelf.rows()) == sorted(digests)
    assert state(shelf) == {"objects": len(originals), "inbox": 0, "work": 0, "staging": 0}
    assert shelf.findings() == []
    before = dump(shelf.archive), sql(shelf)
    rebuild(shelf.archive)
    assert (dump(shelf.archive), sql(shelf)) == before


def test_a_run_files_what_waits_and_says_so(shelf: Shelf, slip: Slip):
    shelf.drop("one.png", slip("Rechnung 4711", "Muster GmbH"))
    shelf.drop("floor 2/two.pdf", slip("factura 4712", suffix="pdf"))
    counts = shelf.run()
    assert counts == {"received": 2, "archived": 2, "duplicates": 0, "put_aside": 0, "waiting": 0}
    assert {row.source for row in shelf.rows()} == {"inbox/one.png", "inbox/floor 2/two.pdf"}
    (report,) = shelf.archive.reports.glob("*.json")
    kept = json.loads(report.read_text())
    assert kept["received"] == 2
    assert kept["adds_up"] is True
    assert "received 2 = archived 2" in report.with_suffix(".txt").read_text()


def test_an_xml_file_beside_a_document_is_kept_in_its_object(shelf: Shelf, slip: Slip, tmp_path: Path):
    content = slip("Rechnung 4713", "Muster GmbH")
    shelf.drop("one.png", content)
    shelf.drop("one.xml", b"<Invoice/>")
    assert shelf.run() == {"received": 1, "archived": 1, "duplicates": 0, "put_aside": 0, "waiting": 0}
    (row,) = shelf.rows()
    assert objects.path_of(shelf.archive, row.id, "companion/one.xml").read_bytes() == b"<Invoice/>"
    (report,) = shelf.archive.reports.glob("*.json")
    assert [file["companion"] for file in json.loads(report.read_text())["files"]] == ["one.xml"]
    assert_whole(shelf, [content], tmp_path)


def test_a_companion_of_a_duplicate_is_not_lost(shelf: Shelf, slip: Slip):
    content = slip("Rechnung 4714")
    shelf.drop("first.png", content)
    shelf.run()
    shelf.drop("second.png", content)
    shelf.drop("second.xml", b"<Invoice/>")
    assert shelf.run()["duplicates"] == 1
    (kept,) = shelf.archive.duplicates.rglob("second.xml")
    assert kept.read_bytes() == b"<Invoice/>"


def test_an_empty_inbox_is_no_error(shelf: Shelf):
    counts = shelf.run()
    assert counts["received"] == 0


def test_a_file_just_dropped_is_waited_for_and_filed(shelf: Shelf, slip: Slip):
    shelf.drop("fresh.png", slip("letter 1"), age=0)
    counts = shelf.run()
    assert counts["archived"] == 1


def test_a_file_that_is_still_written_to_waits_and_is_left_alone(shelf: Shelf, slip: Slip):
    path = shelf.drop("slow.png", slip("letter 2"))
    with path.open("ab"):
        counts = shelf.run()
        assert counts == {"received": 1, "archived": 0, "duplicates": 0, "put_aside": 0, "waiting": 1}
        assert path.exists()
    counts = shelf.run()
    assert counts["archived"] == 1


def test_the_same_bytes_twice_give_one_record_and_one_receipt(shelf: Shelf, slip: Slip):
    content = slip("receipt 77")
    shelf.drop("first.png", content)
    shelf.drop("second.png", content)
    counts = shelf.run()
    assert counts == {"received": 2, "archived": 1, "duplicates": 1, "put_aside": 0, "waiting": 0}
    shelf.drop("third.png", content)
    counts = shelf.run()
    assert counts == {"received": 1, "archived": 0, "duplicates": 1, "put_aside": 0, "waiting": 0}
    (record,) = shelf.rows()
    for receipt in shelf.archive.duplicates.rglob("*.receipt.json"):
        assert json.loads(receipt.read_text())["record"] == record.id
        assert receipt.with_name(receipt.name.removesuffix(".receipt.json")).read_bytes() == content
    assert len(list(shelf.archive.duplicates.rglob("*.receipt.json"))) == 2
    assert shelf.findings() == []


def test_a_duplicate_of_a_damaged_original_is_kept_as_its_rescue(shelf: Shelf, slip: Slip):
    content = slip("receipt 78")
    shelf.drop("first.png", content)
    shelf.run()
    original = objects.path_of(shelf.archive, shelf.rows()[0].id, "original")
    original.chmod(0o644)
    original.write_bytes(content[:-1] + b"?")
    shelf.drop("again.png", content)
    counts = shelf.run()
    assert counts["put_aside"] == 1
    (receipt,) = shelf.archive.put_aside.rglob("*.receipt.json")
    assert json.loads(receipt.read_text())["code"] == "A100"


@pytest.fixture(scope="module")
def bad_files(slip: Slip, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, str]]:
    import pikepdf  # noqa: PLC0415 - only here

    whole = slip("contrato 9", suffix="pdf")
    locked = tmp_path_factory.mktemp("locked") / "locked.pdf"
    plain = locked.with_name("plain.pdf")
    plain.write_bytes(whole)
    with pikepdf.open(plain) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="secret"))
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")  # 400 megapixels in some 50 kB
    return {
        "empty.pdf": (b"", "A010"),
        "text.pdf": (b"This is only a text.\n", "A020"),
        "word.pdf": (b"PK\x03\x04 something", "A020"),
        "locked.pdf": (locked.read_bytes(), "A030"),
        "cut.pdf": (whole[: len(whole) // 2], "A040"),
        "cut.png": (slip("letter 5")[:-400], "A040"),
        "huge.png": (bomb.getvalue(), "A060"),
    }


def test_bad_files_are_put_aside_with_their_reason_and_stop_nobody(
    shelf: Shelf, slip: Slip, bad_files: dict[str, tuple[bytes, str]]
):
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace('language = "en"', 'language = "es"'))
    for name, (content, _) in bad_files.items():
        shelf.drop(name, content, age=10_000)
    shelf.drop("good.png", slip("factura 12"))
    counts = shelf.run()
    assert counts == {
        "received": len(bad_files) + 1,
        "archived": 1,
        "duplicates": 0,
        "put_aside": len(bad_files),
        "waiting": 0,
    }
    for name, (content, code) in bad_files.items():
        (path,) = shelf.archive.put_aside.rglob(name)
        assert path.read_bytes() == content
        receipt = json.loads(path.with_name(f"{name}.receipt.json").read_text())
        assert (name, receipt["code"]) == (name, code)
        assert receipt["reason"].startswith(("El archivo", "docscan no lee"))
    assert shelf.findings() == []


def test_a_file_cut_short_waits_for_its_rest(shelf: Shelf, slip: Slip):
    content = slip("Vertrag 6", suffix="pdf")
    path = shelf.drop("scan.pdf", content[: len(content) // 2])
    counts = shelf.run()
    assert counts["waiting"] == 1
    assert path.read_bytes() == content[: len(content) // 2]
    path.write_bytes(content)
    counts = shelf.run()
    assert counts["archived"] == 1


def test_two_runs_at_once_file_each_document_once(shelf: Shelf, slip: Slip, tmp_path: Path):
    originals = slips(slip, 8)
    for number, content in enumerate(originals):
        shelf.drop(f"{number:02}.png", content)
    runs = [
        subprocess.Popen(shelf.command("run"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for _ in "ab"
    ]
    codes = {run.wait() for run in runs}
    assert codes <= {0, 75}
    assert 0 in codes
    shelf.run()
    assert_whole(shelf, originals, tmp_path)


def test_killed_again_and_again_nothing_is_lost_and_nothing_twice(shelf: Shelf, slip: Slip, tmp_path: Path):
    originals = slips(slip, FILES)
    chance = random.Random(20260302)  # noqa: S311 - moments, not secrets
    command, landed, dropped = shelf.command("run"), 0, 1
    shelf.drop("00.png", originals[0])
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    whole = time.monotonic() - begun  # a run for one document, as quick as this machine is
    for kill in range(KILLS):
        to_come = originals[dropped : (kill + 1) * FILES // KILLS]
        for content in to_come:
            shelf.drop(f"{dropped:02}.png", content)
            dropped += 1
        run = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(chance.uniform(0.3, 1.3) * whole)
        landed += run.poll() is None
        if kill % 2:
            run.kill()  # the readers outlive it for a moment
        else:
            with suppress(ProcessLookupError):  # it came to its end before
                os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert landed >= KILLS // 2, "the kills are to meet runs at work"
    shelf.run()
    assert_whole(shelf, originals, tmp_path)
    assert not list(shelf.root.glob("quarantine/*"))


def test_an_interrupted_run_says_so_and_the_next_one_goes_on(shelf: Shelf, slip: Slip, tmp_path: Path):
    originals = slips(slip, 12)
    for number, content in enumerate(originals):
        shelf.drop(f"{number:02}.png", content)
    run = subprocess.Popen(shelf.command("run"), stderr=subprocess.PIPE, text=True)
    while state(shelf)["objects"] < 2:
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "nothing is lost" in said
    shelf.run()
    assert_whole(shelf, originals, tmp_path)


def test_a_page_that_kills_its_readers_is_filed_unread_for_a_person(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("docscan.readers._read", jobs.dies_on_two)
    shelf.drop("pages.tif", sheets(slip, 3))
    assert shelf.run()["archived"] == 1
    (row,) = shelf.rows()
    assert row.verdict == "review"
    filed = objects.read_record(shelf.archive, row.id)
    assert [page.state for page in filed.pages] == ["read", "failed", "read"]
    assert ("R020", {"page": "2"}) in [(found.code, dict(found.facts)) for found in filed.findings]
    words = json.loads(objects.path_of(shelf.archive, row.id, objects.WORDS).read_bytes())
    assert [bool(page["lines"]) for page in words["pages"]] == [True, False, True]
    assert shelf.findings() == []


def test_a_file_whose_pages_cannot_be_counted_is_put_aside(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace("timeout = 1800", "timeout = 1"))
    monkeypatch.setattr("docscan.readers._count", jobs.hangs_while_counting)
    shelf.drop("slow.png", slip("letter 8"))
    assert shelf.run()["put_aside"] == 1
    (receipt,) = shelf.archive.put_aside.rglob("*.receipt.json")
    assert json.loads(receipt.read_text())["code"] == "A070"


def test_a_run_tells_how_many_pages_it_read_and_how_fast(shelf: Shelf, slip: Slip):
    shelf.drop("pages.tif", sheets(slip, 3))
    shelf.drop("one.png", slip("letter 9"))
    shelf.drop("no page.pdf", b"")
    told: list[tuple[int, int]] = []
    setup = equipment.equip("default", shelf.root)
    options = batch.Options(agent="tester", clock=lambda: datetime.now(UTC), workers=2, quiet=0.2, grace=900)
    report = batch.run(shelf.archive, setup, options, lambda _, done, known: told.append((done, known)))
    assert report.pages == 4
    assert report.pages_per_minute > 0
    assert (0, 3) in told
    assert told[-1] == (5, 5)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(done <= known for done, known in told)
    (kept,) = shelf.archive.reports.glob("*.json")
    assert json.loads(kept.read_text())["pages"] == 4
    assert "4 pages read, " in kept.with_suffix(".txt").read_text()


def test_a_reader_cannot_eat_the_machine_s_memory(tmp_path: Path):
    hungry = (
        "import numpy; from docscan import workers; workers.settle_in('.')\n"
        "try: numpy.ones(workers.MEMORY, numpy.uint8)\n"
        "except MemoryError: print('refused')"
    )
    done = subprocess.run(
        [sys.executable, "-c", hungry], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "refused\n"


def test_a_png_with_bytes_after_its_end_is_filed(shelf: Shelf, slip: Slip):
    shelf.drop("scan.png", slip("letter 21") + b"late bytes")
    assert shelf.run()["archived"] == 1


def test_a_page_added_while_the_file_queued_is_not_lost(shelf: Shelf, slip: Slip):
    for number in range(4):
        shelf.drop(f"{number}.png", slip(f"contrato {number}", "uno", "dos", "tres"))
    path = shelf.drop("z.png", slip("factura 22"))
    run = subprocess.Popen(shelf.command("run", "--workers", "1", "--quiet", "0.2"))
    waited_for = time.monotonic() + 60
    while not any(shelf.archive.work.iterdir()):
        assert time.monotonic() < waited_for
        time.sleep(0.02)
    with path.open("ab") as scanner:
        scanner.write(b"more")
        run.wait()
        scanner.write(b" and more")
    shelf.run()
    kept = [*shelf.archive.objects.rglob("z.png"), *shelf.archive.inbox.rglob("z.png")]
    assert any(copy.read_bytes().endswith(b"more and more") for copy in kept)


def test_a_missing_inbox_is_no_empty_one(shelf: Shelf):
    shelf.archive.inbox.rmdir()
    with pytest.raises(ArchiveError, match="no inbox"):
        shelf.run()


def test_what_nobody_claimed_in_the_work_folder_stops_nothing(shelf: Shelf, slip: Slip):
    shelf.drop("scan.png", slip("letter 23"))
    junk = shelf.archive.work / "junk" / "x.png"
    junk.parent.mkdir()
    junk.write_bytes(b"junk")
    assert shelf.run()["archived"] == 1
    assert junk.exists()


def test_an_index_that_cannot_be_written_stops_no_run_and_is_told(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    def refused(*_: object, **__: object) -> bool:
        raise ArchiveError("The search index cannot be written.", hint="See to the disk.")

    shelf.drop("one.png", slip("Rechnung 4711", "Muster GmbH"))
    setup = equipment.equip("default", shelf.root)
    options = batch.Options(agent="tester", clock=lambda: datetime.now(UTC), workers=1, quiet=0.2, grace=900)
    for part in ("feed", "succeed"):
        with monkeypatch.context() as patch:
            patch.setattr(batch, part, refused)
            report = batch.run(shelf.archive, setup, options, lambda *_: None)
        assert report.unindexed == "The search index cannot be written. See to the disk."
    assert batch.run(shelf.archive, setup, options, lambda *_: None).unindexed == ""


def test_a_full_disk_ends_the_run_and_blames_no_document(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    shelf.drop("scan.png", slip("letter 24"))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "objects")

    monkeypatch.setattr("docscan.journey.deposit", full)
    with pytest.raises(ArchiveError, match="No space left"):
        shelf.run()
    monkeypatch.undo()
    assert shelf.run()["archived"] == 1


def test_readers_that_cannot_start_end_the_run_and_lose_nothing(
    shelf: Shelf, slip: Slip, monkeypatch: pytest.MonkeyPatch
):
    shelf.drop("scan.png", slip("letter 25"))

    def broken(*_: object, **__: object) -> None:
        raise BrokenProcessPool

    monkeypatch.setattr("pebble.ProcessPool.schedule", broken)
    with pytest.raises(EngineFailedError, match="as soon as they start"):
        shelf.run()
    monkeypatch.undo()
    assert shelf.run()["archived"] == 1


def test_empty_folders_that_a_backup_left_out_are_made_again(shelf: Shelf, slip: Slip):
    shelf.drop("scan.png", slip("letter 26"))
    for folder in (shelf.archive.work, shelf.archive.staging, shelf.archive.reports, shelf.archive.put_aside):
        folder.rmdir()
    assert shelf.run()["archived"] == 1


def test_a_run_signs_what_it_filed(shelf: Shelf):
    shelf.drop("empty.pdf", b"")
    shelf.run()
    assert checkpoint.unsigned(shelf.archive) == 0
    assert checkpoint.newest(shelf.archive)[0].size == 2
    (report,) = shelf.archive.reports.glob("*.json")
    assert json.loads(report.read_text())["unsigned"] == 0
    assert "not signed" not in report.with_suffix(".txt").read_text()


def test_a_run_without_the_log_s_key_files_all_the_same_and_says_so(shelf: Shelf):
    keys.place(shelf.archive, ledger.origin(shelf.archive)).unlink()
    shelf.drop("empty.pdf", b"")
    assert shelf.run()["put_aside"] == 1
    (report,) = shelf.archive.reports.glob("*.json")
    assert json.loads(report.read_text())["unsigned"] == 1
    assert "1 events are not signed" in report.with_suffix(".txt").read_text()
    assert shelf.findings() == []
