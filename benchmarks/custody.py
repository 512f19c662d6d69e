"""What custody costs: verifying beside plain hashing, and filing beside a growing archive.

Run it with the project's environment: `python benchmarks/custody.py [--quick]`.
It makes its own documents. Leaves with 1 when verifying big files is slower than
0.7 of hashing them, or when filing one more document takes over 1.2 times as
long among many records as among few.
"""

import argparse
import hashlib
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

from docscan import archive as archives
from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.fixity import verify
from docscan.model import Extraction, Field, Line, Page, Record, Word
from docscan.places import Box

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = 400  # on a page, about what an invoice has
SLOWEST_VERIFY = 0.7
MOST_GROWTH = 1.2
TAKEN = 40  # deposits timed at each size; their median counts


def a_document(number: int, original: bytes) -> Record:
    """A page of words, as the stages hand it over."""
    words = [Word(f"word{n}", Box(n, 20, n + 9, 30), 0.9) for n in range(WORDS)]
    lines = tuple(Line(tuple(words[n : n + 8])) for n in range(0, WORDS, 8))
    field = Field(f"F-{number}", f"F-{number}", 0.99, "verified", "ocr", 1, Box(1, 2, 3, 4))
    extraction = Extraction("invoice", "invoice", 0.9, "en", {"invoice_number": field})
    page = Page(1, 2480, 3508, 300.0, "read", lines, language="eng")
    digest = hashlib.sha256(original).hexdigest()
    return Record(None, f"{number}.pdf", digest, "application/pdf", extraction, (page,), (), "accepted")


def file_one(archive: Archive, catalogue: Catalogue, number: int, original: bytes) -> float:
    """Seconds to file one document."""
    claimed = archive.work / "claimed.pdf"
    claimed.write_bytes(original)
    record, identifier = a_document(number, original), str(uuid.uuid4())
    began = time.perf_counter()
    deposit(
        archive, catalogue, record, {"original/a.pdf": claimed}, object_id=identifier, now=NOW, agent="bench"
    )
    return time.perf_counter() - began


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
    """MB/s of verifying and of hashing the same bytes, each the best of several turns taken side by side."""
    archive = archives.create(home / name, name=name, language="en", now=NOW, agent="bench")
    with open_catalogue(archive) as catalogue:
        for number in range(documents):
            file_one(archive, catalogue, number, number.to_bytes(8, "big") * (size // 8))
    took: dict[str, list[float]] = {"verify": [], "hash": []}
    for _ in range(5):
        began = time.perf_counter()
        megabytes = hashed(archive) / 1e6
        between = time.perf_counter()
        verified(archive)
        took["hash"].append(between - began)
        took["verify"].append(time.perf_counter() - between)
    return megabytes / min(took["verify"]), megabytes / min(took["hash"])


def growth(home: Path, few: int, many: int) -> tuple[float, float]:
    """Median milliseconds to file one more document among few and among many records, turn by turn."""
    grown = {}
    for name, size in (("few", few), ("many", many)):
        grown[name] = archives.create(home / name, name=name, language="en", now=NOW, agent="bench")
        with open_catalogue(grown[name]) as catalogue:
            for number in range(size):
                file_one(grown[name], catalogue, number, f"{name} {number}".encode() * 100)
    took: dict[str, list[float]] = {"few": [], "many": []}
    with open_catalogue(grown["few"]) as small, open_catalogue(grown["many"]) as large:
        for number in range(TAKEN):
            for name, catalogue in (("few", small), ("many", large)):
                original = f"{name} more {number}".encode() * 100
                took[name].append(file_one(grown[name], catalogue, 10**6 + number, original))
    return statistics.median(took["few"]) * 1000, statistics.median(took["many"]) * 1000


def main() -> int:
    """Measure, print the table and the ratios, and say whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller archives")
    quick = parser.parse_args().quick
    few, many = (50, 500) if quick else (100, 2000)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        big = speeds(home, "big", 4 if quick else 10, 25_000_000)
        small = speeds(home, "small", 20 if quick else 100, 200_000)
        filing = growth(home, few, many)
    print(f"{'':34}{'docscan':>12}{'beside':>12}   beside what")
    for what, (ours, plain) in (("25 MB", big), ("0.2 MB", small)):
        print(
            f"{f'verify, {what} a document':34}{ours:7.0f} MB/s{plain:7.0f} MB/s   SHA-256 of the same files"
        )
    print(f"{f'file one more among {many}':34}{filing[1]:9.1f} ms{filing[0]:9.1f} ms   among {few}")
    ratios = {
        "verify_big": big[0] / big[1],
        "verify_small": small[0] / small[1],
        "growth": filing[1] / filing[0],
    }
    print("ratios " + " ".join(f"{name}={value:.2f}" for name, value in ratios.items()))
    return 0 if ratios["verify_big"] >= SLOWEST_VERIFY and ratios["growth"] <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
