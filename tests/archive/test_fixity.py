"""Whatever is altered, verification names that very file, and nothing else."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive, ledger, objects, rebuild
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.fixity import CustodyFinding, verify
from docscan.messages import LANGUAGES, sentences
from tests.archive.conftest import AGENT, NOW, file_one, object_id

LINES = 3  # lines a segment in these tests, so that a small ledger has several
DUPLICATE = Draft("accession", "cancelled", detail={"accession": object_id(9), "duplicate_of": object_id(1)})


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Two documents among other events, over three segments; tests leave it as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "SEGMENT_LINES", LINES)
        archive = archives.create(
            tmp_path_factory.mktemp("kept") / "archive", name="A", language="en", now=NOW, agent=AGENT
        )
        with open_catalogue(archive) as catalogue:
            for number in (1, 2):
                ledger.append(archive, DUPLICATE, now=NOW, agent=AGENT)
                file_one(archive, catalogue, number, size=60)
        ledger.append(archive, DUPLICATE, now=NOW, agent=AGENT)
        ledger.append(archive, DUPLICATE, now=NOW, agent=AGENT)
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


def found(archive: Archive) -> set[tuple[str, str]]:
    """Code and path of each finding; every one of them can be told in every language."""
    findings = list(verify(archive))
    for finding in findings:
        assert len({finding.sentence(language) for language in LANGUAGES}) == len(LANGUAGES)
    return {(finding.code, finding.path) for finding in findings}


def folder(number: int) -> str:
    return f"objects/{objects.relative_folder(object_id(number))}"


def flipped(archive: Archive, path: Path, position: int, bit: int) -> list[CustodyFinding]:
    """The findings while one bit of one byte is another."""
    with path.open("r+b", buffering=0) as file:
        file.seek(position)
        before = file.read(1)
        file.seek(position)
        file.write(bytes([before[0] ^ bit]))
        try:
            return list(verify(archive))
        finally:
            file.seek(position)
            file.write(before)


def sweep(archive: Archive, top: Path, step: Callable[[int], int]) -> tuple[list[str], list[str], int]:
    """Flip a bit at many positions of every file: where nothing was found, where another file was named."""
    chance = random.Random(7)  # noqa: S311 - which bit is flipped, not a secret
    silent, astray, flips = [], [], 0
    for path in sorted(path for path in top.rglob("*") if path.is_file()):
        name, size = str(path.relative_to(archive.root)), path.stat().st_size
        stride = step(size)
        for position in sorted({0, *range(chance.randrange(stride), size, stride), size - 1}):
            findings = flipped(archive, path, position, 1 << chance.randrange(8))
            flips += 1
            if not findings:
                silent.append(f"{name}:{position}")
            elif {item.path for item in findings} != {name}:
                astray.append(f"{name}:{position} {findings}")
    return silent, astray, flips


def test_an_archive_as_it_was_left_has_no_findings(archive: Archive) -> None:
    assert found(archive) == set()


def test_a_changed_byte_in_the_ledger_names_that_file(archive: Archive) -> None:
    silent, astray, flips = sweep(archive, archive.ledger, lambda _: 5)
    assert (silent, astray[:3]) == ([], [])
    assert flips > 500


def test_a_changed_byte_under_objects_names_that_file(archive: Archive) -> None:
    silent, astray, flips = sweep(archive, archive.objects, lambda size: max(1, size // 12))
    assert (silent, astray[:3]) == ([], [])
    assert flips > 250


def test_every_removed_file_is_named(archive: Archive, tmp_path: Path) -> None:
    for top in (archive.ledger, archive.objects):
        for path in sorted(path for path in top.rglob("*") if path.is_file()):
            aside = path.rename(tmp_path / "aside")
            findings = list(verify(archive))
            aside.rename(path)
            assert {item.path for item in findings} == {str(path.relative_to(archive.root))}, findings


@pytest.mark.parametrize(
    "place",
    [
        "ledger/notes.txt",
        "ledger/000009.jsonl",
        "objects/notes.txt",
        "objects/abc/def",
        f"{folder(1)}/notes.txt",
        f"{folder(1)}/v1/content/original/second.pdf",
        f"{folder(1)}/v1/content/RECORD.json",
    ],
)
def test_an_added_file_is_named(copy: Archive, place: str) -> None:
    (copy.root / place).parent.mkdir(parents=True, exist_ok=True)
    (copy.root / place).write_bytes(b"")
    assert found(copy) == {("D3", place)}


def test_an_added_folder_is_named(copy: Archive) -> None:
    (copy.root / folder(1) / "v2/content").mkdir(parents=True)
    (copy.objects / "000").mkdir()
    assert found(copy) == {("D3", f"{folder(1)}/v2/content"), ("D3", "objects/000")}


def test_an_object_that_the_ledger_does_not_know_is_named(copy: Archive) -> None:
    stranger = copy.root / folder(7)
    shutil.copytree(copy.root / folder(1), stranger)
    (finding,) = verify(copy)
    assert (finding.code, finding.path, finding.object) == ("D3", folder(7), object_id(7))


def test_a_missing_object_is_named(copy: Archive) -> None:
    shutil.rmtree(copy.root / folder(2))
    assert found(copy) == {("D2", folder(2))}


def test_two_scans_exchanged_are_both_named(copy: Archive) -> None:
    one, two = (next((copy.root / folder(n) / "v1/content/original").iterdir()) for n in (1, 2))
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    assert found(copy) == {("D1", str(path.relative_to(copy.root))) for path in (one, two)}


def test_a_record_forged_together_with_its_inventories_is_found(copy: Archive) -> None:
    home = copy.root / folder(1)
    record = home / "v1/content/record.json"
    forged = record.read_bytes().replace(b"F-1", b"F-9")
    inventory = (
        (home / "inventory.json")
        .read_text()
        .replace(objects.sha256(record.read_bytes()), objects.sha256(forged))
    )
    record.write_bytes(forged)
    for above in (home, home / "v1"):
        (above / "inventory.json").write_text(inventory)
        (above / "inventory.json.sha256").write_text(f"{objects.sha256(inventory.encode())} inventory.json\n")
    names = {path for code, path in found(copy) if code == "D1"}
    assert f"{folder(1)}/inventory.json" in names
    assert ("D7", f"{folder(1)}/inventory.json") in found(copy)


def test_the_original_is_checked_even_without_a_sound_inventory(copy: Archive) -> None:
    home = copy.root / folder(1)
    (home / "inventory.json").unlink()
    (home / "v1/inventory.json").write_text("{}")
    original = next((home / "v1/content/original").iterdir())
    original.write_bytes(b"%PDF another")
    assert ("D1", str(original.relative_to(copy.root))) in found(copy)


def lines_of(archive: Archive, number: int) -> tuple[Path, list[bytes]]:
    path = archive.ledger / f"{number:06d}.jsonl"
    return path, path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("place", range(7))
def test_a_removed_line_names_its_segment(copy: Archive, place: int) -> None:
    path, lines = lines_of(copy, place // LINES)
    del lines[place % LINES]
    path.write_bytes(b"".join(lines))
    assert {name for _, name in found(copy)} == {f"ledger/{path.name}"}


@pytest.mark.parametrize("place", [0, 1, 3, 4])
def test_exchanged_lines_name_their_segment(copy: Archive, place: int) -> None:
    path, lines = lines_of(copy, place // LINES)
    at = place % LINES
    lines[at : at + 2] = lines[at : at + 2][::-1]
    path.write_bytes(b"".join(lines))
    assert {name for _, name in found(copy)} == {f"ledger/{path.name}"}


@pytest.mark.parametrize("place", range(7))
def test_a_doubled_line_names_its_segment(copy: Archive, place: int) -> None:
    path, lines = lines_of(copy, place // LINES)
    lines.insert(place % LINES, lines[place % LINES])
    path.write_bytes(b"".join(lines))
    assert f"ledger/{path.name}" in {name for _, name in found(copy)}
    assert {name.partition("/")[0] for _, name in found(copy)} == {"ledger"}


def test_a_ledger_cut_short_is_found_by_its_head(copy: Archive) -> None:
    (copy.ledger / "000002.jsonl").unlink()
    path, lines = lines_of(copy, 1)
    path.write_bytes(b"".join(lines[:1]))
    assert found(copy) == {("L4", "ledger/000001.jsonl"), ("L4", "ledger/000002.jsonl")}


def test_an_old_ledger_with_its_old_head_is_found_by_objects_and_catalogue(
    copy: Archive, tmp_path: Path
) -> None:
    old = shutil.copytree(copy.ledger, tmp_path / "old")
    with open_catalogue(copy) as catalogue:
        file_one(copy, catalogue, 3)
    shutil.rmtree(copy.ledger)
    old.rename(copy.ledger)
    assert found(copy) == {("D3", folder(3)), ("P3", "catalogue.db")}


def test_an_old_head_alone_is_found(copy: Archive) -> None:
    head = (copy.ledger / "head.json").read_bytes()
    for _ in range(2):
        ledger.append(copy, DUPLICATE, now=NOW, agent=AGENT)
    (copy.ledger / "head.json").write_bytes(head)
    assert found(copy) == {("L5", "ledger/head.json")}


def test_a_head_one_behind_is_told_as_what_it_is(copy: Archive) -> None:
    head = (copy.ledger / "head.json").read_bytes()
    ledger.append(copy, DUPLICATE, now=NOW, agent=AGENT)
    (copy.ledger / "head.json").write_bytes(head)
    assert found(copy) == {("L6", "ledger/head.json")}


def test_a_planted_object_does_not_hide_behind_more_lost_lines_than_there_are(copy: Archive) -> None:
    path, lines = lines_of(copy, 0)
    lines[2] = lines[2].replace(b'"pages":2', b'"pages":3')
    path.write_bytes(b"".join(lines))
    shutil.copytree(copy.root / folder(1), copy.root / folder(7))
    assert ("L2", "ledger/000000.jsonl") in found(copy)
    assert any(code.startswith("D") for code, _ in found(copy))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\n",
        b"\n\n\n",
        b"[" * 100_000 + b"\n",
        b'{"seq":' + b"9" * 5_000 + b"}\n",
        b'{"seq":' + b"9" * 400 + b"}\n",
        b'{"a":1e400}\n',
        b'{"a":"\\ud800"}\n',
        b"x" * 200_000,
        b"null\n",
        b'{"agent":[],"at":1,"detail":2,"outcome":[],"prev":{},"seq":true,"type":[],"v":1}\n',
    ],
)
def test_a_line_of_any_bytes_is_a_finding(copy: Archive, data: bytes) -> None:
    path, lines = lines_of(copy, 1)
    path.write_bytes(lines[0] + data + lines[2])
    assert {name for _, name in found(copy)} == {"ledger/000001.jsonl"}
    (copy.ledger / "head.json").write_bytes(data)
    (copy.ledger / "log.json").write_bytes(data)
    assert {("L5", "ledger/head.json"), ("D1", "ledger/log.json")} <= found(copy)


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b"{}", b'{"manifest":{"a":1}}', b'{"manifest":[]}', b"\xff"]
)
def test_an_inventory_of_any_bytes_is_a_finding_even_when_the_ledger_cannot_help(
    copy: Archive, data: bytes
) -> None:
    shutil.rmtree(copy.ledger)
    copy.ledger.mkdir()
    home = copy.root / folder(1)
    for above in (home, home / "v1"):
        (above / "inventory.json").write_bytes(data)
        (above / "inventory.json.sha256").write_text(f"{objects.sha256(data)} inventory.json\n")
    assert ("D2", "ledger/head.json") in found(copy)


@pytest.mark.parametrize(
    "name",
    [
        "ledger/000001.jsonl",
        "ledger/head.json",
        "ledger/log.json",
        f"{folder(1)}/v1/content/record.json",
        "objects/ocfl_layout.json",
    ],
)
@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_something_else_in_place_of_a_file_is_named(
    copy: Archive, tmp_path: Path, name: str, kind: str
) -> None:
    path = copy.root / name
    aside = path.rename(tmp_path / "aside")
    {"folder": path.mkdir, "link": lambda: path.symlink_to(aside), "pipe": lambda: os.mkfifo(path)}[kind]()
    findings = found(copy)
    assert ("D5", name) in findings
    assert {path for _, path in findings} == {name}


def test_a_linked_folder_is_named_even_when_its_contents_are_right(copy: Archive, tmp_path: Path) -> None:
    level = Path(folder(1)).parts[1]
    (copy.objects / level).rename(tmp_path / "elsewhere")
    (copy.objects / level).symlink_to(tmp_path / "elsewhere")
    assert found(copy) == {("D5", f"objects/{level}")}


def test_a_name_that_is_no_text_can_be_shown(copy: Archive) -> None:
    (copy.objects / os.fsdecode(b"\xff\x1b[2J")).touch()
    assert found(copy) == {("D3", "objects/\\xff\\x1b[2J")}


def test_a_head_without_a_ledger_is_named(copy: Archive) -> None:
    shutil.rmtree(copy.ledger)
    assert {("D2", "ledger"), ("D2", "ledger/head.json")} <= found(copy)


@pytest.mark.parametrize("data", [None, b"", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_catalogue_that_cannot_be_read_is_named(copy: Archive, data: bytes | None) -> None:
    for path in copy.root.glob("catalogue.db*"):
        path.unlink()
    if data is not None:
        copy.catalogue_path.write_bytes(data)
    assert found(copy) == {("P1", "catalogue.db")}


def test_a_catalogue_behind_or_short_of_a_record_is_named(copy: Archive) -> None:
    ledger.append(copy, DUPLICATE, now=NOW, agent=AGENT)
    assert found(copy) == {("P2", "catalogue.db")}
    with open_catalogue(copy) as catalogue:
        catalogue.db.execute("PRAGMA foreign_keys = OFF")
        catalogue.db.execute("DELETE FROM record WHERE id = ?", (object_id(1),))
    assert found(copy) == {("P4", "catalogue.db")}
    rebuild.rebuild(copy)
    assert found(copy) == set()


def test_progress_counts_the_objects(archive: Archive) -> None:
    told: list[tuple[int, int]] = []
    assert list(verify(archive, lambda done, total: told.append((done, total)))) == []
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_every_custody_sentence_is_there_in_every_language() -> None:
    codes = {code for code in sentences() if code[0] in "DLOP" and code[1:].isdigit()}
    assert {"D1", "L2", "O1", "P1"} <= codes
    assert all(sentences()[code].keys() == set(LANGUAGES) for code in codes)


def test_the_ledger_holds_no_name_of_a_file_or_person(archive: Archive) -> None:
    text = b"".join(path.read_bytes() for path in archive.ledger.iterdir())
    assert not any(word.encode() in text for word in (AGENT, "Muñoz", ".pdf", "Factura"))
    assert json.loads((archive.ledger / "log.json").read_bytes())["origin"].startswith("docscan/")
