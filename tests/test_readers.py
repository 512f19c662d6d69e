"""Readers: the same record from any number of workers, and no page lost to a bad one."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jobs
import pikepdf
import pytest
from PIL import Image

from docscan import equipment, readers, reading
from docscan.accession import intake
from docscan.accession.intake import Received
from docscan.archive import durable
from docscan.equipment import Setup
from docscan.errors import LimitExceededError
from docscan.model import Page, Record
from docscan.places import mapped
from docscan.readers import Readers

Slip = Callable[..., bytes]

LINES = (
    ("Rechnung Nummer 4711", "Vielen Dank für Ihren Auftrag und das Vertrauen"),
    ("Seite zwei der Rechnung", "Bitte überweisen Sie den Betrag innerhalb von zehn Tagen"),
    ("The third page is in English", "Thank you for your order and for your trust in us"),
)


@pytest.fixture(scope="module")
def setup() -> Setup:
    return equipment.equip("default")


@pytest.fixture(scope="module")
def several(slip: Slip, tmp_path_factory: pytest.TempPathFactory) -> Received:
    """A TIFF of three pages in two languages."""
    pages = [Image.open(io.BytesIO(slip(*lines))) for lines in LINES]
    path = tmp_path_factory.mktemp("several") / "several.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(200, 200))
    return received(path)


@pytest.fixture(scope="module")
def single(slip: Slip, tmp_path_factory: pytest.TempPathFactory) -> Received:
    path = tmp_path_factory.mktemp("single") / "single.png"
    path.write_bytes(slip(*LINES[0]))
    return received(path)


def received(path: Path) -> Received:
    return Received("", path, path.name, durable.digest_of(path), intake.identify(path))


def in_turn(received: Received, setup: Setup) -> tuple[Page, ...]:
    """The pages of a document, read one after the other in this process."""
    expecting, pages = setup, []
    for number in range(1, reading.count(received, setup) + 1):
        pages.append(reading.read_page(received, number, expecting))
        expecting = reading.expecting(pages[0].language, setup)
    return tuple(pages)


def states(record: Record) -> list[str]:
    return [page.state for page in record.pages]


def test_the_number_of_workers_changes_nothing(several: Received, setup: Setup, tmp_path: Path):
    found = []
    for workers in (1, 2, 3):
        words = tmp_path / f"{workers}.json"
        with Readers(setup, workers, timeout=600, scratch=tmp_path / "scratch") as team:
            record = team.examine(several, words=words)
        found.append((record, words.read_bytes()))
    assert found[0] == found[1] == found[2]
    assert [page.number for page in found[0][0].pages] == [1, 2, 3]


def test_a_document_s_words_are_left_in_a_file_and_its_text_comes_back(
    several: Received, setup: Setup, tmp_path: Path
):
    whole = reading.bind(several, in_turn(several, setup), setup)
    with Readers(setup, 2, timeout=600, scratch=tmp_path / "scratch") as team:
        light = team.examine(several, words=tmp_path / "words.json", target=tmp_path / "copy.pdf")
        assert team.examine(several) == whole
    assert [page.language for page in whole.pages] == ["deu", "deu", "eng"]
    assert [page.text for page in light.pages] == [page.text for page in whole.pages]
    assert not any(page.words for page in light.pages)
    written = json.loads((tmp_path / "words.json").read_bytes())
    for said, page in zip(written["pages"], whole.pages, strict=True):
        assert [word[0] for line in said["lines"] for word in line["words"]] == [
            word.text for word in page.words
        ]
    with pikepdf.open(tmp_path / "copy.pdf") as copy:
        assert len(copy.pages) == 3


def test_progress_is_told_page_by_page(several: Received, setup: Setup, tmp_path: Path):
    told: list[tuple[int, int]] = []
    with Readers(setup, 2, timeout=600, scratch=tmp_path) as team:
        team.examine(several, told=lambda done, known: told.append((done, known)))
    assert told == [(done, 3) for done in range(4)]


@pytest.mark.parametrize(
    ("job", "found"),
    [
        (jobs.dies_on_two_the_first_time, "read"),
        (jobs.dies_on_two_until_smaller, "half"),
        (jobs.dies_on_two, "failed"),
        (jobs.has_a_bug_on_two, "failed"),
    ],
    ids=["killed by chance", "aborted until it is smaller", "always killed", "a bug"],
)
def test_a_page_that_ends_its_worker_costs_no_other_page(  # noqa: PLR0917 - fixtures
    several: Received, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: Any, found: str
):
    monkeypatch.setattr("docscan.readers._read", job)
    with Readers(setup, 2, timeout=600, scratch=tmp_path / "scratch") as team:
        record = team.examine(several, target=tmp_path / "copy.pdf")
    assert states(record) == ["read", "failed" if found == "failed" else "read", "read"]
    assert ("half" in record.pages[1].treatments) == (found == "half")
    assert [finding.code for finding in record.findings].count("R020") == (found == "failed")
    with pikepdf.open(tmp_path / "copy.pdf") as copy:
        assert len(copy.pages) == 3


def test_a_page_that_hangs_is_given_up(
    several: Received, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("docscan.readers._read", jobs.hangs_on_two)
    monkeypatch.setattr("docscan.readers.GRACE", 0)
    brief = replace(setup, pipeline=replace(setup.pipeline, ocr=replace(setup.pipeline.ocr, timeout=4)))
    with Readers(brief, 2, timeout=600, scratch=tmp_path) as team:
        assert states(team.examine(several)) == ["read", "failed", "read"]


def test_a_page_too_large_for_the_memory_is_read_smaller(
    single: Received, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("docscan.readers._read", jobs.too_large_until_smaller)
    with Readers(setup, 1, timeout=600, scratch=tmp_path) as team:
        (page,) = team.examine(single).pages
    assert (page.state, page.treatments[0]) == ("read", "half")
    assert "4711" in page.text
    left, top, right, bottom = page.words[0].box
    corners = *mapped(page.to_source, left, top), *mapped(page.to_source, right, bottom)
    ink = (43, 37, 208, 63)  # of the first word on the slip as drawn
    assert all(abs(found - drawn) <= 8 for found, drawn in zip(corners, ink, strict=True)), corners


def test_a_document_that_cannot_be_counted_is_refused_for_what_it_is(
    single: Received, setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with Readers(setup, 1, timeout=2, scratch=tmp_path) as team:
        monkeypatch.setattr("docscan.readers._count", jobs.hangs_while_counting)
        with pytest.raises(LimitExceededError) as slow:
            team.examine(single)
        monkeypatch.setattr("docscan.readers._count", jobs.dies_while_counting)
        with pytest.raises(readers.AccessionError) as dead:
            team.examine(single)
    assert (slow.value.code, dead.value.code) == ("A070", "A080")


def test_nothing_is_left_in_the_scratch_folder(single: Received, setup: Setup, tmp_path: Path):
    with Readers(setup, 1, timeout=600, scratch=tmp_path) as team:
        team.examine(single)
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0, "what is unpickled lies where nobody else can write"
        assert [path.name for path in folder.iterdir()] == ["setup"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("run", "page", "expected"), [(600, 120, 120), (60, 120, 55), (3, 120, 1), (600, 4, 4)]
)
def test_the_engine_ends_before_the_worker_is_ended(setup: Setup, run: float, page: int, expected: int):
    asked = replace(setup, pipeline=replace(setup.pipeline, ocr=replace(setup.pipeline.ocr, timeout=page)))
    assert readers._hurried(asked, run).pipeline.ocr.timeout == expected
