"""Whatever lies in an archive, verification ends with findings: never with a traceback, never waiting."""

import os
import random
import shutil
import sqlite3
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import target
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from target import NOW, folder, object_id

from docscan.archive import Archive, custody, fixity, report
from docscan.archive.custody import Seen
from docscan.archive.report import Asked
from docscan.messages import LANGUAGES

DEPTH = 60  # folders of long names: their path is longer than the system takes
ROOT = os.geteuid() == 0  # to whom no permission is refused


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCSCAN_KEYS", str(tmp_path_factory.mktemp("keys")))
        return target.made(tmp_path_factory.mktemp("whole") / "archive", 3)


@pytest.fixture
def archive(whole: Archive, tmp_path: Path) -> Archive:
    return target.copied(whole, tmp_path / "archive")


def found(archive: Archive) -> list[tuple[str, str]]:
    """Code and path of each finding, each of which can be told in every language."""
    verified = report.verify(archive, Asked(), now=NOW + timedelta(days=3), agent="tester")
    assert all(one.sentence(language) for one in verified.findings for language in LANGUAGES)
    assert report.plain(verified, "en")["result"] == verified.result
    return [(one.code, one.path) for one in verified.findings]


def test_folders_deeper_than_the_system_takes_are_a_finding(archive: Archive) -> None:
    here = os.open(archive.root / folder(1), os.O_RDONLY)
    try:
        for _ in range(DEPTH):
            os.mkdir("d" * 100, dir_fd=here)
            deeper = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = deeper
        os.close(os.open("planted", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    finally:
        os.close(here)
    ((code, path),) = found(archive)
    assert code == "D6"
    assert path.startswith(f"{folder(1)}/ddd")


def test_a_file_that_goes_away_while_it_is_read_is_missing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = archive.root / folder(2) / "v1/content/salt"
    opened = custody.opened

    def vanishing(path: Path) -> object:
        if path == gone:
            path.unlink(missing_ok=True)
        return opened(path)

    monkeypatch.setattr(custody, "opened", vanishing)
    assert found(archive) == [("D2", f"{folder(2)}/v1/content/salt")]


def test_a_file_that_becomes_a_link_while_it_is_read_is_looked_at_again_and_told_to_be_none(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = archive.root / folder(2) / "v1/content/salt"
    opened = custody.opened

    def turning(path: Path) -> object:
        if path == place and not path.is_symlink():
            path.unlink()
            path.symlink_to("/etc/passwd")
        return opened(path)

    monkeypatch.setattr(custody, "opened", turning)
    assert found(archive) == [("D5", f"{folder(2)}/v1/content/salt")]


def test_a_disk_that_cannot_be_read_is_told_with_its_reason(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = archive.root / folder(2) / "v1/content/salt"
    digest = custody.digest

    def failing(path: Path, expected: str, seen: Seen) -> str:
        if path == place:
            raise OSError(5, "Input/output error")
        return digest(path, expected, seen)

    monkeypatch.setattr(custody, "digest", failing)
    (finding,) = fixity.verify(archive)
    assert (finding.code, finding.facts) == ("D6", {"reason": "Input/output error"})


@pytest.mark.skipif(ROOT, reason="nothing is refused to root")
@pytest.mark.parametrize("mode", [0o000, 0o400])
def test_what_may_not_be_read_is_a_finding(archive: Archive, mode: int) -> None:
    for name in ("v1/content", "v1/content/original"):
        (archive.root / folder(1) / name).chmod(mode)
    try:
        assert {code for code, _ in found(archive)} <= {"D2", "D6"}
    finally:
        for name in ("v1/content", "v1/content/original"):
            (archive.root / folder(1) / name).chmod(0o755)


def test_twins_of_one_name_but_for_its_capitals_or_its_accents_are_found(archive: Archive) -> None:
    home = archive.root / folder(1) / "v1/content"
    for name in ("Salt", "SALT", "re\u0301cord.json", "r\u00e9cord.json"):
        (home / name).touch()
    assert len(found(archive)) == 4


@pytest.mark.parametrize("top", ["objects", "ledger", "ledger/timestamps", "ledger/witnesses", "custody"])
@pytest.mark.parametrize("kind", ["link", "pipe", "file"])
def test_something_else_in_place_of_a_folder_is_named(
    archive: Archive, tmp_path: Path, top: str, kind: str
) -> None:
    place = archive.root / top
    if place.exists():
        place.rename(tmp_path / "aside")
    else:
        (tmp_path / "aside").mkdir()
    if kind == "link":
        place.symlink_to(tmp_path / "aside")
    else:
        os.mkfifo(place) if kind == "pipe" else place.touch()
    assert ("D5", top) in found(archive)


@pytest.mark.parametrize(
    "view",
    [
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS state FROM n",
        "SELECT 'x' AS state",
        "SELECT * FROM record_",
    ],
)
def test_a_catalogue_that_asks_for_endless_work_is_no_catalogue(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    monkeypatch.setattr(fixity, "MOST_STEPS", 100_000)
    connection = sqlite3.connect(archive.catalogue_path)
    connection.executescript(f"PRAGMA foreign_keys = OFF; DROP TABLE record; CREATE VIEW record AS {view}")
    connection.close()
    assert [code for code, _ in found(archive)] in (["P1"], ["P4"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_an_archive_shredded_at_random_is_told_and_never_stops_it(
    whole: Archive, tmp_path: Path, seed: int, count: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - what is shredded, not a secret
    archive = target.copied(whole, tmp_path / str(uuid.uuid4()))
    for _ in range(count):
        shred(archive, chance)
    told, left = found(archive), contents(archive)
    shutil.rmtree(archive.root)
    assert told or left == contents(whole)  # one act may undo another


def contents(archive: Archive) -> dict[str, bytes]:
    """All of the evidence: what stands at each path."""
    paths = [path for top in (archive.ledger, archive.objects) for path in top.rglob("*")]
    return {
        str(path.relative_to(archive.root)): path.read_bytes()
        if path.is_file() and not path.is_symlink()
        else b""
        for path in paths
    }


def shred(archive: Archive, chance: random.Random) -> None:
    """Do something to any one thing under the ledger or the objects."""
    tops = (archive.ledger, archive.objects)
    paths = sorted(path for top in tops for path in top.rglob("*") if not path.is_symlink())
    path = chance.choice(paths)
    act = chance.randrange(6)
    if act == 0 and path.is_dir():
        shutil.rmtree(path)
    elif act == 1:
        name = chance.choice(["x", "v9", os.fsdecode(b"\xff")])
        path.rename(path.with_name(f"{name}{chance.randrange(10**9)}"))
    elif act == 2:
        planted = f"planted{chance.randrange(10**9)}"
        (path if path.is_dir() else path.parent).joinpath(planted).symlink_to(archive.root)
    elif path.is_file():
        data = bytearray(path.read_bytes())
        where = chance.randrange(len(data) + 1)
        data[where : where + chance.randrange(40)] = chance.randbytes(chance.randrange(1, 40))
        path.write_bytes(data)
    else:
        path.joinpath(object_id(chance.randrange(100))).mkdir(exist_ok=True)
