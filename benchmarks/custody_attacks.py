"""What escapes verification: every attack of the table, and every file of an archive flipped, cut or lost.

Run it with the project's environment: `python benchmarks/custody_attacks.py [--quick]`.
It makes its own archive in a scratch folder, which it deletes, and holds
docscan and the auditor's script to it alike: each has to name the very code,
file, document and line, and nothing else, and both the same. A thousand
documents take half an hour; each class of attack tells how far it is.
Leaves with 1 when anything was altered without being told, was told of another
file, made one of them stop, or was told by them in two ways.
"""

import argparse
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the table of attacks is the tests' own

import target
import tsa
from attacks import ATTACKS
from target import altered, folder, object_id, spoiled, vouched

from docscan.archive import Archive, chain, report, shelves
from docscan.archive.custody import CustodyFinding, Seen
from docscan.archive.report import Asked
from docscan.auditor import verify_archive as script

FLIPS = 10  # in each file; of one document, every byte is flipped
LINE_FLIPS = 40  # in each segment of the ledger
UUID = re.compile(r"urn%3auuid%3a([0-9a-f-]{36})(?=/|\Z)")
MOST_SHOWN = 20  # of what went wrong, a class
MOST_SAID = 1_000  # signs of what a verifier said of one alteration
MISSED = ("silent", "misattributed", "tracebacks", "differing")


class Told(NamedTuple):
    """What a verifier says of one thing."""

    code: str
    path: str
    object: str
    line: str


Look = Callable[[], set[Told]]


@dataclass(frozen=True)
class Alteration:
    """Something that was altered, for as long as it is at hand.

    Attributes:
        name: What was done.
        expected: Code and path of each finding there has to be; an empty code stands for any.
        looks: How each verifier looks at it, by the verifier's name.
        line: The line of its file that was altered; empty where the file has none.
    """

    name: str
    expected: set[tuple[str, str]]
    looks: Mapping[str, Look]
    line: str = ""


def by_docscan(findings: Iterable[CustodyFinding]) -> set[Told]:
    """What docscan says, as far as the auditor's script says it too."""
    return {Told(one.code, one.path, one.object, one.facts.get("line", "")) for one in findings}


def by_script(findings: Iterable[script.Finding]) -> set[Told]:
    """The same of the auditor's script, which tells the line as what it found."""
    told = ((one, re.fullmatch("line ([0-9]+)", one.found)) for one in findings)
    return {Told(one.code, one.path, one.object, line[1] if line else "") for one, line in told}


def everything(archive: Archive, *witnesses: Path) -> Mapping[str, Look]:
    """Each verifier on the whole archive, its report written out."""

    def docscan() -> set[Told]:
        asked = Asked(witnesses=witnesses)
        found = report.verify(archive, asked, now=target.NOW + timedelta(days=3), agent=target.AGENT)
        report.plain(found, "en")
        return by_docscan(found.findings)

    def auditor() -> set[Told]:
        found = script.check(archive.root, witnesses, {}, [])
        list(found.lines())
        return by_script(found.findings)

    return {"docscan": docscan, "verify_archive.py": auditor}


def one_object(archive: Archive, name: str, files: Mapping[str, str]) -> Mapping[str, Look]:
    """Each verifier on one object alone, against the digests that the ledger has of it."""
    return {
        "docscan": lambda: by_docscan(shelves.one_object(archive, name, files, Seen())),
        "verify_archive.py": lambda: by_script(script.check_object(archive.root, name, dict(files))),
    }


# --- how one alteration was told ----------------------------------------------------------------------------


def judged(done: Alteration) -> tuple[set[str], Mapping[str, object]]:
    """What went wrong, as some of `MISSED`, and what each verifier said."""
    wrong, said = set[str](), dict[str, object]()
    for name, look in done.looks.items():
        try:
            said[name] = told = look()
        except Exception:  # noqa: BLE001 - a bug of any kind is what is counted here
            said[name] = traceback.format_exc(limit=-3)
            wrong.add("tracebacks")
        else:
            wrong |= missed(done, {one for one in told if not one.code.startswith("P")})  # no evidence
    if "tracebacks" not in wrong and len({frozenset(told) for told in said.values()}) > 1:
        wrong.add("differing")
    return wrong, said


def missed(done: Alteration, told: set[Told]) -> set[str]:
    """Whether something was not told, or told of something else."""
    places, expected = {one.path for one in told}, {path for _, path in done.expected}
    if expected - places:
        return {"silent"}
    any_code = any(code == "" for code, _ in done.expected)
    right = {("" if any_code else one.code, one.path) for one in told} == done.expected
    right &= all(one.object == object_in(one.path) for one in told)
    if done.line:
        right &= min((int(one.line) for one in told if one.line), default=0) == int(done.line)
    return set() if right else {"misattributed"}


def object_in(path: str) -> str:
    """The document in whose folder a path lies, by the folder's name; empty for none."""
    found = UUID.search(path)
    return found[1] if found else ""


def tried(title: str, groups: Sequence[Iterable[Alteration]]) -> Counter[str]:
    """Look at every alteration of a class, and tell how far it is at each tenth of the groups."""
    counts, began, shown = Counter[str](), time.process_time(), 0
    for number, group in enumerate(groups, 1):
        for done in group:
            counts["done"] += 1
            wrong, said = judged(done)
            counts["right"] += not wrong
            counts.update(wrong)
            if wrong and (shown := shown + 1) <= MOST_SHOWN:
                told = str(said)[:MOST_SAID]
                print(f"{' '.join(sorted(wrong))}: {done.name}: {told} instead of {done.expected}")
        if number * 10 // len(groups) > (number - 1) * 10 // len(groups):
            row(title, 100 * number // len(groups), counts, time.process_time() - began)
    return counts


def row(title: str, percent: int, counts: Counter[str], seconds: float) -> None:
    """One line of the table: how far a class is, and what was found so far."""
    faults = "".join(f"{counts[name]:15}" for name in MISSED)
    print(f"{title:30}{percent:5} %{counts['done']:10}{counts['right']:10}{faults}{seconds:9.0f}", flush=True)


# --- the classes of attack ----------------------------------------------------------------------------------


def attacked(whole: Archive, home: Path, attack: target.Attack) -> Iterator[Alteration]:
    """An attack of the table on a fresh copy of the archive; with a witness too where that tells more."""
    archive = target.copied(whole, home / "attacked" / "archive")
    witness = target.witnessed(archive)
    told = attack.act(archive)
    yield Alteration(attack.name, told, everything(archive))
    if attack.witness:
        beyond = {(attack.witness, str(witness))}
        yield Alteration(f"{attack.name}, witnessed", told | beyond, everything(archive, witness))
    shutil.rmtree(home / "attacked")


def object_spoiled(archive: Archive, number: int, files: Mapping[str, str]) -> Iterator[Alteration]:
    """Bytes of every file of a document flipped, and the files spoiled; its own verification has to tell."""
    chance = random.Random(number)  # noqa: S311 - which bytes, not a secret
    looks = one_object(archive, object_id(number), files)
    for path in sorted(path for path in (archive.root / folder(number)).rglob("*") if path.is_file()):
        name = str(path.relative_to(archive.root))
        count = path.stat().st_size if number == target.CORRECTED else FLIPS
        for place in altered(path, count, chance):
            yield Alteration(f"{name}:{place}", {("D1", name)}, looks)
        for way in spoiled(path):
            yield Alteration(f"{name} {way}", {("D2" if way == "lost" else "D1", name)}, looks)


def ledger_spoiled(archive: Archive, path: Path) -> Iterator[Alteration]:
    """The same of a file of the ledger or beside it, whatever the code; the whole archive is verified."""
    name, before = str(path.relative_to(archive.root)), path.read_bytes()
    chance = random.Random(name)  # noqa: S311 - which bytes, not a secret
    expected, looks = {("", name)}, everything(archive)
    lines = path.suffix == ".jsonl"
    for place in altered(path, LINE_FLIPS if lines else FLIPS, chance):
        line = str(before[:place].count(b"\n") + 1) if lines else ""
        yield Alteration(f"{name}:{place}", expected, looks, line)
    for way in spoiled(path):
        yield Alteration(f"{name} {way}", expected, looks)


def expect_sound(archive: Archive) -> None:
    """Stop when either verifier has a finding on what nobody attacked."""
    for name, look in everything(archive).items():
        if told := look():
            sys.exit(f"{name} finds in the archive under attack, which is sound: {told}")


def assailed(home: Path, documents: int) -> Counter[str]:
    """Every class of attack on an archive of so many documents; what came of all of them."""
    print(f"an archive of {documents} documents is made", flush=True)
    archive = target.made(home / "archive", documents)
    expect_sound(archive)
    print(f"{'':30}{'':7}{'altered':>10}{'right':>10}{''.join(f'{one:>15}' for one in MISSED)}{'CPU s':>9}")
    counts = tried("attacks of the table", [attacked(archive, home, one) for one in ATTACKS])
    (home / "authority").mkdir()
    target.furnished(archive, tsa.authority(home / "authority"))
    expect_sound(archive)
    counts += tried("ledger and files beside it", [ledger_spoiled(archive, one) for one in vouched(archive)])
    files, numbers = chain.examine(archive).objects, range(1, documents + 1)
    spoil = partial(object_spoiled, archive)
    counts += tried("files of documents", [spoil(one, files[object_id(one)]) for one in numbers])
    expect_sound(archive)
    return counts


def main() -> int:
    """Attack, tell what escaped, and leave with 1 when anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller archive")
    parser.add_argument("--documents", type=int, help="how many documents  [default: 1000, or 30]")
    parser.add_argument("--scratch", type=Path, help="where the scratch folder is made, as /dev/shm")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the scratch folder is deleted then too
    with tempfile.TemporaryDirectory(dir=asked.scratch) as scratch:
        os.environ["DOCSCAN_KEYS"] = str(Path(scratch) / "keys")
        counts = assailed(Path(scratch), asked.documents or (30 if asked.quick else 1000))
    faults = " ".join(f"{name}={counts[name]}" for name in MISSED)
    print(f"ratios told={counts['right'] / counts['done']:.6f} {faults}")
    return 1 if any(counts[name] for name in MISSED) else 0


if __name__ == "__main__":
    sys.exit(main())
