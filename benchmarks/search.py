"""How fast, how whole and how tolerantly the archive is searched, by each engine.

    benchmarks/search.py [--quick] [--million] [--part NAME ...]

Makes its own documents: four languages, invented words as frequent as in life,
two signs in a hundred misread. All times are one core's processor time.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from search_command import command
from search_differential import differential
from search_harm import disk, kills
from search_speed import Sizes, polish, recall, tantivy, whoosh

PARTS = ("whoosh", "tantivy", "recall", "polish", "differential", "kills", "disk", "command")


@dataclass
class Outcome:
    """What was measured, bar by bar."""

    ratios: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def bar(self, name: str, value: float, holds: bool) -> None:
        """Note a figure and whether it is good enough."""
        self.ratios.append(f"{name} {value:.3g}")
        print(f"{'ok  ' if holds else 'MISS'} {name}: {value:.4g}", flush=True)
        if not holds:
            self.failed.append(name)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a twentieth of the documents")
    parser.add_argument("--million", action="store_true", help="1,000,000 documents in tantivy")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be repeated")
    parser.add_argument("--folder", type=Path, help="where the indexes are made; deleted afterwards")
    options = parser.parse_args()
    sizes = Sizes.chosen(quick=options.quick, million=options.million)
    folder = Path(tempfile.mkdtemp(prefix="docscan-search-", dir=options.folder))
    outcome = Outcome()
    try:
        for part in options.part or PARTS:
            print(f"--- {part}", flush=True)
            run(part, folder, sizes, outcome)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        "; ".join(outcome.ratios), "| all bars hold" if not outcome.failed else f"| missed: {outcome.failed}"
    )
    return 1 if outcome.failed else 0


def run(part: str, folder: Path, sizes: Sizes, outcome: Outcome) -> None:
    parts: dict[str, Callable[[Path, Sizes], Iterable[tuple[str, float, bool]]]] = {
        "whoosh": whoosh, "tantivy": tantivy, "recall": recall, "polish": polish,
        "differential": differential, "kills": kills, "disk": disk, "command": command,
    }  # fmt: skip
    for name, value, holds in parts[part](folder, sizes):
        outcome.bar(name, value, holds)


if __name__ == "__main__":
    sys.exit(main())
