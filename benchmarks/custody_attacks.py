"""What escapes verification: random bytes of every file of an archive flipped, and every attack of the table.

Run it with the project's environment: `python benchmarks/custody_attacks.py [--quick]`.
It makes its own archive, and holds docscan and the auditor's script to it alike.
Leaves with 1 when anything was altered without being told, was told of another
file, or made one of them stop.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the table of attacks is the tests' own

import target
from attacks import ATTACKS, DOCUMENTS
from target import altered, folder, object_id

from docscan.archive import Archive, chain, report, shelves
from docscan.archive.custody import CustodyFinding, Seen
from docscan.archive.report import Asked
from docscan.auditor import verify_archive as script

FLIPS = 10  # in each file of each object; of one object, every byte is flipped
LEDGER_FLIPS = 50  # in each file of the ledger and of the storage root
Told = set[tuple[str, str]]
Findings = Iterable[CustodyFinding | script.Finding]


@dataclass(frozen=True)
class Verifier:
    """Something that verifies an archive.

    Attributes:
        name: What it is called.
        one_object: Verifies one object against the digests that the ledger has of it.
        ledger: Verifies the ledger and the storage root.
        everything: Verifies all, with what witnesses kept.
    """

    name: str
    one_object: Callable[[Archive, str, Mapping[str, str]], Findings]
    ledger: Callable[[Archive], Findings]
    everything: Callable[[Archive, tuple[Path, ...]], Findings]


def ledger_by_docscan(archive: Archive) -> Findings:
    """Steps 1 to 3 of docscan."""
    examined = chain.examine(archive)
    named = examined.creation.files if examined.creation else None
    return [*examined.findings, *shelves.root_files(archive, named, Seen())]


def ledger_by_script(archive: Archive) -> Findings:
    """Steps 2 to 5, and 7, of the auditor's script."""
    findings: list[script.Finding] = []
    ledger = script.read_ledger(archive.root, findings)
    hold = not any(one.code.startswith("L") and one.path != script.HEAD for one in findings)
    checkpoint = script.check_checkpoint(archive.root, ledger, [], hold)
    return [*findings, *checkpoint, *script.check_root_files(archive.root, ledger)]


VERIFIERS = (
    Verifier(
        "docscan",
        lambda archive, name, files: shelves.one_object(archive, name, files, Seen()),
        ledger_by_docscan,
        lambda archive, witnesses: (
            report.verify(
                archive, Asked(witnesses=witnesses), now=target.NOW + timedelta(days=3), agent="bench"
            ).findings
        ),
    ),
    Verifier(
        "verify_archive.py",
        lambda archive, name, files: script.check_object(archive.root, name, dict(files)),
        ledger_by_script,
        lambda archive, witnesses: script.check(archive.root, witnesses, {}, []).findings,
    ),
)


def judged(counts: Counter[str], name: str, expected: Told, look: Callable[[], Findings]) -> None:
    """Count how one alteration was told; an expected code that is empty stands for any."""
    counts["done"] += 1
    try:
        told = {(one.code, one.path) for one in look() if not one.code.startswith("P")}
    except Exception:  # noqa: BLE001 - a bug of any kind is what is counted here
        counts["tracebacks"] += 1
        print(f"stopped: {name}\n{traceback.format_exc(limit=-3)}")
        return
    if all(code == "" for code, _ in expected):
        told = {("", path) for _, path in told}
    if told != expected:
        silent = {path for _, path in expected} - {path for _, path in told}
        counts["silent" if silent else "misattributed"] += 1
        print(f"{name}: {sorted(told)} instead of {sorted(expected)}")


def flip_object(archive: Archive, number: int, files: Mapping[str, str], counts: Counter[str]) -> None:
    """Flip bytes of every file of an object; each time its own verification has to name the file."""
    chance = random.Random(number)  # noqa: S311 - which bytes, not a secret
    for path in sorted(path for path in (archive.root / folder(number)).rglob("*") if path.is_file()):
        name = str(path.relative_to(archive.root))
        count = path.stat().st_size * 9 if number == target.CORRECTED else FLIPS  # 9: all but one in 8000
        for place in altered(path, count, chance):
            for one in VERIFIERS:
                look = partial(one.one_object, archive, object_id(number), files)
                judged(counts, f"{one.name}: {name}:{place}", {("D1", name)}, look)


def flip_ledger(archive: Archive, counts: Counter[str]) -> None:
    """Flip bytes of the files of ledger and storage root; the file has to be right, whatever the code."""
    paths = [*archive.ledger.glob("*"), *archive.objects.glob("*"), *archive.objects.glob("extensions/*/*")]
    for path in sorted(path for path in paths if path.is_file()):
        name = str(path.relative_to(archive.root))
        for place in altered(path, LEDGER_FLIPS, random.Random(name)):  # noqa: S311 - which bytes, not a secret
            for one in VERIFIERS:
                judged(counts, f"{one.name}: {name}:{place}", {("", name)}, partial(one.ledger, archive))


def attack(home: Path, counts: Counter[str]) -> None:
    """Each attack of the table on a fresh archive, without a witness and with one."""
    whole = target.made(home / "whole", DOCUMENTS)
    for attacked in ATTACKS:
        archive = target.copied(whole, home / "attacked" / "archive")
        witness = target.witnessed(archive)
        told = attacked.act(archive)
        beyond = {(attacked.witness, str(witness))} if attacked.witness else set()
        for one in VERIFIERS:
            name = f"{one.name}: {attacked.name}"
            judged(counts, name, told, partial(one.everything, archive, ()))
            judged(counts, f"{name}, witnessed", told | beyond, partial(one.everything, archive, (witness,)))
        shutil.rmtree(home / "attacked")


def main() -> int:
    """Attack, print what was done, and say what escaped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller archive")
    parser.add_argument("--documents", type=int, help="how many documents  [default: 1000, or 30]")
    asked = parser.parse_args()
    documents = asked.documents or (30 if asked.quick else 1000)
    counts = Counter[str]()
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        os.environ["DOCSCAN_KEYS"] = str(home / "keys")
        archive = target.made(home / "archive", documents)
        vouched, began = chain.examine(archive).objects, time.process_time()
        for number in range(1, documents + 1):
            flip_object(archive, number, vouched[object_id(number)], counts)
        flip_ledger(archive, counts)
        flips, seconds = counts["done"] // len(VERIFIERS), time.process_time() - began
        print(f"{documents} documents: {flips} bytes flipped, one at a time, {seconds:.0f} s CPU")
        attack(home, counts)
        print(f"{len(ATTACKS)} attacks, without and with a witness")
    missed = {name: counts[name] for name in ("silent", "misattributed", "tracebacks")}
    print(" ".join(f"{name}={count}" for name, count in missed.items()))
    return 1 if any(missed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
