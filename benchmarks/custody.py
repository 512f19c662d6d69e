"""What custody costs: verifying beside plain hashing, a long ledger, and filing beside a growing archive.

Run it with the project's environment: `python benchmarks/custody.py [--quick] [--part verify|ledger|filing]`.
It makes its own documents, 5 GB of them and a hundred thousand small ones, in a
scratch folder that it deletes, and takes half an hour; --quick takes two
minutes, and --part does one of the three. All figures are CPU seconds of this
process. Leaves with 1 when verifying big files is slower than 0.7 of hashing
them, when 100,000 events take 2 s or more, or when filing one more document
takes over 1.2 times as much among many records as among few.
"""

import argparse
import errno
import hashlib
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from docscan import archive as archives
from docscan.archive import Archive, building, chain, event, ledger, objects
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.event import Agent, Event
from docscan.archive.fixity import verify
from docscan.archive.ledger import Head
from docscan.archive.proof import checkpoint
from docscan.archive.recovery import taken_up
from docscan.model import Extraction, Field, Line, Page, Record, Word
from docscan.places import Box

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = 400  # on a page, about what an invoice has
FEW_WORDS = 40  # on the pages of the many small documents
EVENTS = 100_000
SLOWEST_VERIFY = 0.7
SLOWEST_LEDGER = 2.0
MOST_GROWTH = 1.2
TURNS = 4  # of hashing and verifying, side by side
TAKEN = 60  # deposits timed at each size; their median counts


def a_document(number: int, original: bytes, count: int) -> Record:
    """A page of so many words, as the stages hand it over."""
    words = [Word(f"word{n}", Box(n, 20, n + 9, 30), 0.9) for n in range(count)]
    lines = tuple(Line(tuple(words[n : n + 8])) for n in range(0, count, 8))
    field = Field(f"F-{number}", f"F-{number}", 0.99, "verified", "ocr", 1, Box(1, 2, 3, 4))
    extraction = Extraction("invoice", "invoice", 0.9, "en", {"invoice_number": field})
    page = Page(1, 2480, 3508, 300.0, "read", lines, language="eng")
    digest = hashlib.sha256(original).hexdigest()
    return Record(None, f"{number}.pdf", digest, "application/pdf", extraction, (page,), (), "accepted")


def file_one(
    archive: Archive, catalogue: Catalogue, number: int, original: bytes, words: int = WORDS
) -> float:
    """CPU seconds to file one document."""
    claimed = archive.work / "claimed.pdf"
    claimed.write_bytes(original)
    record, identifier = a_document(number, original, words), str(uuid.uuid4())
    began = time.process_time()
    deposit(
        archive, catalogue, record, {"original/a.pdf": claimed}, object_id=identifier, now=NOW, agent="bench"
    )
    return time.process_time() - began


def hashed(archive: Archive) -> int:
    """Hash every file of the archive's evidence as plainly as can be; how many bytes that were."""
    total = 0
    for top in (archive.ledger, archive.objects):
        for path in top.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    hashlib.file_digest(file, "sha256")
                total += path.stat().st_size
    return total


def verified(archive: Archive) -> None:
    """Verify the archive, which has to be sound."""
    findings = list(verify(archive))
    if findings:
        sys.exit(f"the archive under measurement has findings: {findings[:3]}")


def speeds(home: Path, name: str, documents: int, size: int) -> tuple[float, float]:
    """MB a CPU second of verifying and of hashing the same bytes, each the best of turns side by side."""
    archive = archives.create(home / name, name=name, language="en", now=NOW, agent="bench")
    with open_catalogue(archive) as catalogue, mock.patch.object(os, "fsync"):
        for number in range(documents):
            file_one(archive, catalogue, number, number.to_bytes(8, "big") * (size // 8))
            told(f"filing {documents} documents of {size / 1e6:g} MB", number + 1, documents)
        checkpoint.renew(archive, catalogue, now=NOW, agent="bench")
    took: dict[str, list[float]] = {"verify": [], "hash": []}
    for turn in range(TURNS):
        began = time.process_time()
        megabytes = hashed(archive) / 1e6
        between = time.process_time()
        verified(archive)
        took["hash"].append(between - began)
        took["verify"].append(time.process_time() - between)
        told(f"hashing and verifying {megabytes:.0f} MB", turn + 1, TURNS)
    shutil.rmtree(archive.root)
    return megabytes / min(took["verify"]), megabytes / min(took["hash"])


def line_after(archive: Archive, seq: int, prev: str, object_id: str) -> Event:
    """An event as they come: mostly a document filed, or a decision on one."""
    agent = Agent(ledger.pseudonym(archive, "bench"), "implementer", "docscan/0.1.0")
    said = json.dumps({"id": object_id, "n": seq}).encode()
    if seq % 4:
        digest = {
            objects.OBJECT_MARK: objects.sha256(b"mark"),
            "v1/content/original": objects.sha256(prev.encode()),
        }
        detail = {"accession": object_id, "document": 1, "pages": 1 + seq % 3}
        files = digest | building.control(said, 1)
        return Event(
            seq, "2026-01-01T00:00:00Z", prev, "ingestion", "pass", agent, object_id, 1, files, detail
        )
    detail = {"decision": "correct", "fields": 3, "changed": 1, "doubts": 2}
    files, type_ = building.control(said, 2), "metadata modification"
    return Event(seq, "2026-01-01T00:00:00Z", prev, type_, "pass", agent, object_id, 2, files, detail)


def written(archive: Archive, lines: list[bytes], tail: str) -> None:
    """Write a whole ledger at once, and its head."""
    size = ledger.SEGMENT_LINES
    for first in range(0, len(lines), size):
        data = b"".join(line + b"\n" for line in lines[first : first + size])
        ledger.segment(archive, first).write_bytes(data)
    (archive.ledger / "head.json").write_bytes(Head(len(lines), tail).data)


def examined(home: Path, events: int) -> float:
    """CPU seconds to verify a ledger of so many events."""
    archive = archives.create(home / "long", name="long", language="en", now=NOW, agent="bench")
    lines = [ledger.segment(archive, 0).read_bytes()[:-1]]
    tail, object_id = event.leaf(lines[0]), ""
    for seq in range(1, events):
        object_id = object_id if seq % 4 == 0 else str(uuid.uuid4())
        found = line_after(archive, seq, tail, object_id)
        lines.append(found.line)
        tail = event.leaf(lines[-1])
        told(f"making {events} events", seq, events - 1)
    written(archive, lines, tail)
    took = []
    for _ in range(5):
        began = time.process_time()
        findings = chain.examine(archive).findings
        took.append(time.process_time() - began)
        if findings:
            sys.exit(f"the ledger under measurement has findings: {findings[:3]}")
    return min(took)


def stocked(home: Path, name: str, size: int) -> Archive:
    """An archive of so many small documents: one that was filed, and others made after it."""
    archive = archives.create(home / name, name=name, language="en", now=NOW, agent="bench")
    with mock.patch.object(os, "fsync"):
        with open_catalogue(archive) as catalogue:
            file_one(archive, catalogue, 0, b"first", FEW_WORDS)
        filed = list(ledger.read(archive))[-1]
        lines, tail = ledger.segment(archive, 0).read_bytes().splitlines(), filed.hash
        for number in range(1, size):
            made = another(archive, filed, number, tail)
            lines.append(made.line)
            tail = made.hash
            told(f"making {size} documents", number, size - 1)
        written(archive, lines, tail)
        with open_catalogue(archive) as catalogue:  # takes in all of them
            checkpoint.renew(archive, catalogue, now=NOW, agent="bench")
    return archive


def _linked(old: str, new: str) -> None:
    """Link a file, or copy it where the file system has no more links to it (ext4: 65,000)."""
    try:
        os.link(old, new)
    except OSError as problem:
        if problem.errno != errno.EMLINK:
            raise
        shutil.copyfile(old, new)


def another(archive: Archive, filed: Event, number: int, prev: str) -> Event:
    """The object of a filed document once more, as that of another; what both have alike is linked."""
    old_id, new_id = str(filed.object), str(uuid.uuid4())
    old, new = (archive.objects / objects.relative_folder(name) for name in (old_id, new_id))
    shutil.copytree(old, new, copy_function=_linked)
    original = f"another {number}".encode()
    record = (old / "v1/content/record.json").read_bytes().replace(old_id.encode(), new_id.encode())
    changed = {old_id: new_id, hashlib.sha256(b"first").hexdigest(): hashlib.sha256(original).hexdigest()}
    record = replaced(record, changed | {"F-0": f"F-{number}"})
    changed[objects.sha256((old / "v1/content/record.json").read_bytes())] = objects.sha256(record)
    data = replaced((old / objects.INVENTORY).read_bytes(), changed)
    files = {"v1/content/original/a.pdf": original, "v1/content/record.json": record}
    for above in ("", "v1/"):
        files |= {above + objects.INVENTORY: data, above + objects.SIDECAR: building.inventory.sidecar(data)}
    for path, content in files.items():
        (new / path).unlink()
        (new / path).write_bytes(content)
    digests = {**filed.files, **building.control(data, 1), "v1/content/original": objects.sha256(original)}
    detail = {**filed.detail, "accession": new_id}
    seq = filed.seq + number
    return Event(seq, filed.at, prev, filed.type, filed.outcome, filed.agent, new_id, 1, digests, detail)


def replaced(data: bytes, changed: dict[str, str]) -> bytes:
    """The bytes with some words put in the place of others."""
    for old, new in changed.items():
        data = data.replace(old.encode(), new.encode())
    return data


def one_more(archive: Archive, number: int) -> tuple[float, float]:
    """CPU milliseconds for one more document: to file it; to take up the archive, file it and sign."""
    began = time.process_time()
    with taken_up(archive, now=NOW, agent="bench") as catalogue:
        original = f"{archive.root.name} more {number}".encode() * 100
        filing = file_one(archive, catalogue, 10**6 + number, original, FEW_WORDS)
    return filing * 1000, (time.process_time() - began) * 1000


def growth(home: Path, few: int, many: int) -> dict[str, tuple[float, float]]:
    """Median CPU milliseconds for one more document among few and among many records, turn by turn.

    Returns:
        `growth` for filing alone, `run_growth` for all of a run but the reading.
    """
    small, large = stocked(home, "few", few), stocked(home, "many", many)
    took = []
    for number in range(TAKEN):
        took.append((*one_more(small, number), *one_more(large, number)))
        told("filing one more", number + 1, TAKEN)
    few_filed, few_run, many_filed, many_run = (statistics.median(one) for one in zip(*took, strict=True))
    return {"growth": (few_filed, many_filed), "run_growth": (few_run, many_run)}


def told(what: str, done: int, count: int) -> None:
    """Say how far something is, at each tenth of it."""
    if done * 10 // count > (done - 1) * 10 // count:
        print(f"{what}: {100 * done // count} %", file=sys.stderr, flush=True)


def row(what: str, ours: str, beside: str, beside_what: str) -> None:
    """One line of the table."""
    print(f"{what:42}{ours:>12}{beside:>12}   {beside_what}", flush=True)


# --- the parts: each prints its lines of the table, and gives its ratios ------------------------------------


def verify_part(home: Path, *, quick: bool) -> dict[str, float]:
    """Verifying big and small files beside hashing the same bytes."""
    sizes = {"big": (4 if quick else 200, 25_000_000), "small": (20 if quick else 100, 200_000)}
    ratios = {}
    for name, (documents, size) in sizes.items():
        ours, plain = speeds(home, name, documents, size)
        what = f"verify, {size / 1e6:g} MB a document"
        row(what, f"{ours:.0f} MB/s", f"{plain:.0f} MB/s", "SHA-256 of the same files")
        ratios[f"verify_{name}"] = ours / plain
    return ratios


def ledger_part(home: Path, *, quick: bool) -> dict[str, float]:  # noqa: ARG001 - it is as long in either case
    """Verifying a long ledger."""
    took = examined(home, EVENTS)
    row(f"verify {EVENTS} events", f"{took:.2f} s", f"{SLOWEST_LEDGER:.2f} s", "the bar")
    return {"ledger": took / SLOWEST_LEDGER}


def filing_part(home: Path, *, quick: bool) -> dict[str, float]:
    """Filing one more document among few and among many."""
    few, many = (50, 1000) if quick else (100, 100_000)
    took = growth(home, few, many)
    for name, what in (("growth", "file one more"), ("run_growth", "open, file one more, sign")):
        among_few, among_many = took[name]
        row(f"{what}, among {many}", f"{among_many:.1f} ms", f"{among_few:.1f} ms", f"among {few}")
    return {name: many / few for name, (few, many) in took.items()}


PARTS = {"verify": verify_part, "ledger": ledger_part, "filing": filing_part}
BARS = {  # what each ratio has to be; those without one are shown only
    "verify_big": lambda ratio: ratio >= SLOWEST_VERIFY,
    "ledger": lambda ratio: ratio < 1,
    "growth": lambda ratio: ratio <= MOST_GROWTH,
    "run_growth": lambda ratio: ratio <= MOST_GROWTH,
}


def main() -> int:
    """Measure, print the table and the ratios, and say whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller archives; the ledger is as long")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part  [default: all]")
    parser.add_argument("--scratch", type=Path, help="where the scratch folder is made; it needs 6 GB")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the scratch folder is deleted then too
    ratios: dict[str, float] = {}
    row("", "docscan", "beside", "beside what")
    for name in asked.part or PARTS:
        with tempfile.TemporaryDirectory(dir=asked.scratch) as folder:
            os.environ["DOCSCAN_KEYS"] = f"{folder}/keys"
            ratios |= PARTS[name](Path(folder), quick=asked.quick)
    print("ratios " + " ".join(f"{name}={value:.2f}" for name, value in ratios.items()))
    return 0 if all(BARS[name](value) for name, value in ratios.items() if name in BARS) else 1


if __name__ == "__main__":
    sys.exit(main())
