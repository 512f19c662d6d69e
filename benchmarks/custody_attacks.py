"""What escapes verification: random bytes of every file of an archive flipped, and every attack of the table.

Run it with the project's environment: `python benchmarks/custody_attacks.py [--quick]`.
It makes its own archive. Leaves with 1 when anything was altered without being
told, was told of another file, or made verification stop.
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
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the table of attacks is the tests' own

import target
from attacks import ATTACKS, DOCUMENTS
from target import altered, folder, object_id

from docscan.archive import Archive, chain, report, shelves
from docscan.archive.custody import CustodyFinding, Seen
from docscan.archive.examined import Examined
from docscan.archive.report import Asked

FLIPS = 10  # in each file of each object; of one object, every byte is flipped
LEDGER_FLIPS = 200  # in each file of the ledger and of the storage root
Told = set[tuple[str, str]]


def judged(counts: Counter[str], name: str, expected: Told, look: Callable[[], list[CustodyFinding]]) -> None:
    """Count how one alteration was told."""
    counts["done"] += 1
    try:
        told = {(one.code, one.path) for one in look() if not one.code.startswith("P")}
    except Exception:  # noqa: BLE001 - a bug of any kind is what is counted here
        counts["tracebacks"] += 1
        print(f"stopped: {name}\n{traceback.format_exc(limit=-3)}")
        return
    paths, right = {path for _, path in told}, {path for _, path in expected}
    if not right <= paths:
        counts["silent"] += 1
        print(f"silent: {name}: {sorted(told)}")
    elif paths != right or (expected and "" not in {code for code, _ in expected} and told != expected):
        counts["misattributed"] += 1
        print(f"misattributed: {name}: {sorted(told)}")


def flip_object(archive: Archive, examined: Examined, number: int, counts: Counter[str]) -> None:
    """Flip bytes of every file of an object; each time its own verification has to name the file."""
    files, chance = examined.objects[object_id(number)], random.Random(number)  # noqa: S311 - no secret
    for path in sorted((archive.root / folder(number)).rglob("*")):
        if path.is_file():
            name = str(path.relative_to(archive.root))
            count = path.stat().st_size * 9 if number == target.CORRECTED else FLIPS  # 9: all but one in 8000
            for place in altered(path, count, chance):
                judged(
                    counts,
                    f"{name}:{place}",
                    {("D1", name)},
                    lambda: list(shelves.one_object(archive, object_id(number), files, Seen())),
                )


def flip_ledger(archive: Archive, counts: Counter[str]) -> None:
    """Flip bytes of the files of ledger and storage root; the file has to be right, whatever the code."""

    def look() -> list[CustodyFinding]:
        examined = chain.examine(archive)
        named = examined.creation.files if examined.creation else None
        return [*examined.findings, *shelves.root_files(archive, named, Seen())]

    paths = [*archive.ledger.glob("*"), *archive.objects.glob("*"), *archive.objects.glob("extensions/*/*")]
    for path in sorted(path for path in paths if path.is_file()):
        name = str(path.relative_to(archive.root))
        for place in altered(path, LEDGER_FLIPS, random.Random(name)):  # noqa: S311 - no secret
            judged(counts, f"{name}:{place}", {("", name)}, look)


def verified(archive: Archive, *witnesses: Path) -> list[CustodyFinding]:
    """Every finding that docscan has."""
    now = target.NOW + timedelta(days=3)
    return list(report.verify(archive, Asked(witnesses=witnesses), now=now, agent="bench").findings)


def attack(home: Path, counts: Counter[str]) -> None:
    """Each attack of the table on a fresh archive, without a witness and with one."""
    whole = target.made(home / "whole", DOCUMENTS)
    for one in ATTACKS:
        archive = target.copied(whole, home / "attacked" / "archive")
        witness = target.witnessed(archive)
        expected = one.act(archive)
        beyond = {(one.witness, str(witness))} if one.witness else set()
        judged(counts, one.name, expected, partial(verified, archive))
        judged(counts, f"{one.name}, witnessed", expected | beyond, partial(verified, archive, witness))
        shutil.rmtree(home / "attacked")


def main() -> int:
    """Attack, print what was done, and say what escaped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller archive")
    parser.add_argument("--documents", type=int, help="how many documents  [default: 1000, or 30]")
    asked = parser.parse_args()
    documents = asked.documents or (30 if asked.quick else 1000)
    counts = Counter[str]()
    with tempfile.TemporaryDirectory() as folder_:
        home = Path(folder_)
        os.environ["DOCSCAN_KEYS"] = str(home / "keys")
        archive = target.made(home / "archive", documents)
        examined, began = chain.examine(archive), time.process_time()
        for number in range(1, documents + 1):
            flip_object(archive, examined, number, counts)
        flip_ledger(archive, counts)
        print(
            f"{documents} documents, {counts['done']} bytes flipped, {time.process_time() - began:.0f} s CPU"
        )
        attack(home, counts)
        print(f"{len(ATTACKS)} attacks, each without and with a witness")
    missed = {name: counts[name] for name in ("silent", "misattributed", "tracebacks")}
    print(" ".join(f"{name}={count}" for name, count in missed.items()))
    return 1 if any(missed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
