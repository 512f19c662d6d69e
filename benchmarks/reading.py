"""How well, how quickly and in how little memory pages are read, against Tesseract and OCRmyPDF.

Draws office pages in four languages and wears them (`pages.py`), takes
born-digital documents of a corpus as well where there is one, and measures
part by part. A peer that is not installed is skipped with a sentence. Seconds
are those of the processor, of all processes, except for the part `workers`.
The whole takes an hour or more, most of it OCRmyPDF's; `--quick` some minutes.

Usage: `.venv/bin/python benchmarks/reading.py [--quick] [--part NAME[,NAME]] [--corpora DIR]`.
Leaves with 0 when every bar that was measured is met, with 1 otherwise.
"""

import argparse
import compileall
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import cv2
from reading_accuracy import accuracy, calibration, orientation
from reading_memory import memory
from reading_pages import Run
from reading_proof import pdfa
from reading_speed import floor, speed, workers
from scoring import Bar

import docscan

Part = Callable[[Run], Iterator[Bar]]

PARTS: Mapping[str, Part] = {
    "accuracy": accuracy,
    "calibration": calibration,
    "orientation": orientation,
    "speed": speed,
    "floor": floor,
    "workers": workers,
    "memory": memory,
    "pdfa": pdfa,
}
CORPORA = Path(__file__).resolve().parent.parent.parent / "shared" / "corpora"


def main() -> int:
    """Run the benchmark; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few pages of everything, some minutes")
    parser.add_argument("--part", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--corpora", type=Path, default=CORPORA, help="documents with their truth")
    given = parser.parse_args()
    names = given.part.split(",")
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cv2.setNumThreads(1)
    # as the peers are by who installs them; where Python may write no bytecode, each start would do it again
    compileall.compile_dir(Path(docscan.__file__).parent, quiet=2)
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        run = Run(given.quick, given.corpora, Path(folder))
        for name in names:
            for bar in PARTS[name](run):
                print(bar, flush=True)
                bars.append(bar)
    failed = [bar for bar in bars if not bar.met]
    print(f"\n{len(bars) - len(failed)} of {len(bars)} bars are met")
    print("; ".join(f"{bar.name} {bar.value:.3f}" for bar in bars))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
