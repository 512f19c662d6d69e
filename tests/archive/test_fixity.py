"""Whatever is altered, verification names that very file, and nothing else."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive, ledger, rebuild
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.fixity import CustodyFinding, verify
from docscan.messages import LANGUAGES

from tests.archive.conftest import AGENT, NOW, file_one, object_id

LINES = 3  # lines a segment in these tests, so that a small ledger has several


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Six documents and one other event, over three segments; tests leave it as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "SEGMENT_LINES", LINES)
        archive = archives.create(
            tmp_path_factory.mktemp("kept") / "archive", name="A", language="en", now=NOW, agent=AGENT
        )
        with open_catalogue(archive) as catalogue:
            for number in range(1, 7):
                file_one(archive, catalogue, number, size=60)
        ledger.append(archive, Draft("quarantine", "fail", detail={"reason": "A020"}), now=NOW, agent=AGENT)
        with open_catalogue(archive):
            pass
    return archive


@pytest.fixture
def archive(kept: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setattr(ledger, "SEGMENT_LINES", LINES)
    return kept


@pytest.fixture
def copy(archive: Archive, tmp_path: Path) -> Archive:
    shutil.copytree(archive.root, tmp_path / "copy")
    return archives.open_archive(tmp_path / "copy")


def found(archive: Archive) -> list[CustodyFinding]:
    return list(verify(archive))


def codes(archive: Archive) -> set[tuple[str, str]]:
    return {(item.code, item.path) for item in verify(archive)}


def evidence(archive: Archive) -> list[Path]:
    return sorted(
        path for top in (archive.ledger, archive.objects) for path in top.rglob("*") if path.is_file()
    )


def flipped(path: Path, position: int, archive: Archive, bit: int) -> list[CustodyFinding]:
    """The findings while one bit of one byte is another."""
    with path.open("r+b") as file:
        file.seek(position)
        before = file.read(1)
        file.seek(position)
        file.write(bytes([before[0] ^ bit]))
        file.flush()
        try:
            return found(archive)
        finally:
            file.seek(position)
            file.write(before)


def test_an_archive_as_it_was_left_has_no_findings(archive: Archive) -> None:
    assert found(archive) == []


def sweep(archive: Archive, paths: list[Path], step: int) -> tuple[list[str], list[str], int]:
    chance = random.Random(7)  # noqa: S311 - which bit is flipped, not a secret
    silent, astray, flips = [], [], 0
    for path in paths:
        name = str(path.relative_to(archive.root))
        for position in range(chance.randrange(step), path.stat().st_size, step):
            findings = flipped(path, position, archive, 1 << chance.randrange(8))
            flips += 1
            if not findings:
                silent.append(f"{name}:{position}")
            elif {item.path for item in findings} != {name}:
                astray.append(f"{name}:{position} {findings}")
    return silent, astray, flips


def test_a_changed_byte_anywhere_in_the_ledger_names_that_file(archive: Archive) -> None:
    silent, astray, flips = sweep(archive, [p for p in evidence(archive) if archive.ledger in p.parents], 7)
    assert (silent, astray[:3]) == ([], [])
    assert flips > 500
