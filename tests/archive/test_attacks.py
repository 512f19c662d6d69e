"""Every attack of the table is named as what it is, and a flipped byte leads to the very file it is in."""

import itertools
import random
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import target
import tsa
from attacks import ATTACKS, DOCUMENTS
from target import Attack, folder, object_id

from docscan.archive import Archive, chain, fixity, report, shelves
from docscan.archive.custody import Seen
from docscan.auditor import verify_archive as script

SHELF = 40  # documents whose every file is damaged; benchmarks/custody_attacks.py takes a thousand
FLIPS = 3  # in each of their files


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("keys")
        patch.setenv("DOCSCAN_KEYS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def whole(keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return target.made(tmp_path_factory.mktemp("whole") / "archive", DOCUMENTS)


@pytest.fixture
def attacked(whole: Archive, tmp_path: Path) -> Archive:
    return target.copied(whole, tmp_path / "archive")


def found(archive: Archive, *witnesses: Path) -> set[tuple[str, str]]:
    """Code and path of each finding, those about the catalogue left out: it is no evidence."""
    asked = report.Asked(witnesses=witnesses)
    now = target.NOW + timedelta(days=3)
    findings = report.verify(archive, asked, now=now, agent=target.AGENT).findings
    return {(one.code, one.path) for one in findings if not one.code.startswith("P")}


def test_the_archive_is_whole_before_it_is_attacked(whole: Archive) -> None:
    assert list(fixity.verify(whole)) == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_named_and_nothing_else_is(attacked: Archive, attack: Attack) -> None:
    witness = target.witnessed(attacked)
    expected = attack.act(attacked)
    assert found(attacked) == expected
    beyond = {(attack.witness, str(witness))} if attack.witness else set[tuple[str, str]]()
    assert found(attacked, witness) == expected | beyond


def test_only_a_witness_tells_what_was_done_with_the_key() -> None:
    silent = [attack for attack in ATTACKS if attack.row == "A4"]
    assert len(silent) >= 4
    assert all(attack.witness for attack in silent)


def damaged(archive: Archive, number: int, count: int) -> tuple[int, list[str]]:
    """How many bytes of an object were altered, one at a time, and where that was told wrongly."""
    examined, wrong, done = chain.examine(archive), list[str](), 0
    files = examined.objects[object_id(number)]
    chance = random.Random(number)  # noqa: S311 - which bytes are altered, not a secret
    for path in sorted(path for path in (archive.root / folder(number)).rglob("*") if path.is_file()):
        name = str(path.relative_to(archive.root))
        for place in target.altered(path, count, chance):
            told = [
                (one.code, one.path) for one in shelves.one_object(archive, object_id(number), files, Seen())
            ]
            wrong += [] if told == [("D1", name)] else [f"{name}:{place} {told}"]
            done += 1
    return done, wrong


def test_a_byte_flipped_in_any_file_of_any_object_names_that_file(keys: Path, tmp_path: Path) -> None:
    archive = target.made(tmp_path / "archive", SHELF)
    told = [damaged(archive, number, FLIPS) for number in range(1, SHELF + 1)]
    assert [wrong for _, wrong in told if wrong] == []
    assert sum(done for done, _ in told) > SHELF * 8 * FLIPS * 0.8


def test_bytes_all_over_a_corrected_object_name_their_file(attacked: Archive) -> None:
    done, wrong = damaged(attacked, target.CORRECTED, 100)
    assert wrong == []
    assert done > 600


def test_a_file_beside_the_objects_is_named_whatever_becomes_of_it(attacked: Archive, tmp_path: Path) -> None:
    (tmp_path / "authority").mkdir()
    target.furnished(attacked, tsa.authority(tmp_path / "authority"))
    assert found(attacked) == set()
    paths, wrong = target.vouched(attacked), list[str]()
    for path in paths:
        name = str(path.relative_to(attacked.root))
        chance = random.Random(name)  # noqa: S311 - which bytes are altered, not a secret
        for way in itertools.chain(target.altered(path, FLIPS, chance), target.spoiled(path)):
            told = found(attacked)
            theirs = {(one.code, one.path) for one in script.check(attacked.root, (), {}, []).findings}
            same = told == {one for one in theirs if not one[0].startswith("P")}
            if {at for _, at in told} != {name} or not same:
                wrong.append(f"{name} {way}: {told}, {theirs}")
    assert wrong == []
    assert {path.suffix for path in paths} >= {".jsonl", ".json", ".note", ".tsr", ".toml", ".pdf"}


def test_what_was_damaged_is_right_again_once_it_is_restored(attacked: Archive, whole: Archive) -> None:
    shutil.rmtree(attacked.root / folder(3))
    assert found(attacked)
    shutil.copytree(whole.root / folder(3), attacked.root / folder(3))
    assert found(attacked) == set()
