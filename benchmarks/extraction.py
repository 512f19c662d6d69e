"""How many printed fields are said rightly, how many of them proven, and what that costs beside reading.

Takes collected documents with their truth: born-digital PDFs by their text
layers, without the e-invoices in them; scans made of them by a program beside
the corpora; photographs of receipts as they are. A third of the suppliers is
held back by a hash of their tax ids: their documents are counted by
themselves, and their errors are never printed, so that nothing is tuned to
them. Reading the scans takes about five seconds of processor a page; with
`--kept DIR` pages are read once, and the next run only extracts.

Usage: `.venv/bin/python benchmarks/extraction.py [--quick] [--errors] [--corpora DIR] [--kept DIR]`.
Leaves with 0 when every bar that was measured is met, with 1 otherwise.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
from extraction_diagram import diagram
from extraction_pages import BORN_DIGITAL, PHOTO
from extraction_run import Part, Run, measured
from extraction_score import Answer, calibration_error, reliability
from scoring import Bar

ROOT = Path(__file__).resolve().parent.parent
INVOICES = ("es_facturas", "zugferd", "ksef", "gobl")
OFFICE, ROUGH = "office", "rough"
WORN, QUICK = 10, 2  # documents of a corpus: of rough scans, which take longest to read; of everything
F1 = {BORN_DIGITAL: 0.95, OFFICE: 0.93, ROUGH: 0.86}
THROUGH, VERIFIED, WRONG, MISCALIBRATED, COST = 0.75, 0.5, 0.001, 0.05, 0.05
RECEIPTS = {"total": 0.85, "issue_date": 0.85, "supplier_name": 0.75}


def parts(most: int | None, *, quick: bool) -> list[Part]:
    """What is measured: each corpus in each way, and at most so many documents of each as scans."""
    few = QUICK if quick else None
    digital = [Part(name, BORN_DIGITAL, few) for name in INVOICES]
    office = [Part(name, OFFICE, few or most) for name in INVOICES]
    rough = [Part(name, ROUGH, few or most or WORN) for name in INVOICES]
    return [*digital, *office, *rough, Part("sroie", PHOTO, 2 * QUICK if quick else None)]


def bars(results: Sequence[tuple[Part, Run]]) -> list[Bar]:
    """What was measured against what is asked."""
    found = []
    for part, run in results:
        named = f"{part.kind} {part.corpus}"
        if part.kind == PHOTO:
            shares = {field: run.all.share(field) for field in RECEIPTS}
            found += [Bar(f"{named} {field}", shares[field], RECEIPTS[field], least=True) for field in shares]
            continue
        found.append(Bar(f"{named} F1", run.all.f1, F1[part.kind], least=True))
        if part.kind == OFFICE:
            found.append(Bar(f"{named} straight through", run.all.straight, THROUGH, least=True))
    invoices = [answer for part, run in results if part.kind != PHOTO for answer in run.all.answers]
    every = [answer for _, run in results for answer in run.all.answers]
    return [*found, *_of_proofs(invoices, every), *_of_cost(results)]


def _of_proofs(invoices: Sequence[Answer], every: Sequence[Answer]) -> list[Bar]:
    verified = [answer for answer in every if answer.verified]
    wrong = sum(not answer.right for answer in verified)
    share = sum(answer.verified for answer in invoices) / max(1, len(invoices))
    return [
        Bar("share verified", share, VERIFIED, least=True),
        Bar(f"verified wrong, {wrong} of {len(verified)}", wrong / max(1, len(verified)), WRONG),
        Bar("calibration error", calibration_error(every), MISCALIBRATED),
    ]


def _of_cost(results: Sequence[tuple[Part, Run]]) -> list[Bar]:
    """Extraction beside reading, where pages were read by an engine."""
    scans = [run for part, run in results if part.kind != BORN_DIGITAL]
    reading = sum(run.reading for run in scans)
    return (
        [Bar("cost beside reading", sum(run.extracting for run in scans) / reading, COST)] if reading else []
    )


def main() -> int:
    """Run the benchmark; the exit code."""
    cli = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    corpora = ROOT.parent / "shared" / "corpora"
    cli.add_argument("--quick", action="store_true", help="a few documents of each corpus")
    cli.add_argument("--errors", action="store_true", help="print what is wrong, of suppliers not held back")
    cli.add_argument("--corpora", type=Path, default=corpora, help="documents with their truth")
    cli.add_argument("--scorer", type=Path, help="the folder of make_scans.py; beside the corpora by default")
    cli.add_argument(
        "--scans",
        type=int,
        help=f"documents of a corpus as scans  [default: all, {WORN} worn]",
    )
    cli.add_argument("--kept", type=Path, help="a folder where pages read are kept for the next run")
    cli.add_argument("--diagram", type=Path, help="an SVG file for the reliability diagram")
    cli.add_argument("--kind", action="append", choices=[*F1, PHOTO], help="measure these alone")
    given = cli.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cv2.setNumThreads(1)
    scanner = (given.scorer or given.corpora.parent / "score") / "make_scans.py"
    if not scanner.is_file():
        print(f"  (skipped: scans, for there is no {scanner})")
    results: list[tuple[Part, Run]] = []
    with tempfile.TemporaryDirectory(prefix="extraction-") as made:
        kept = given.kept or Path(made)
        kept.mkdir(parents=True, exist_ok=True)
        kinds = given.kind or (*F1, PHOTO)
        every = parts(given.scans, quick=given.quick)
        wanted = [part for part in every if part.kind in kinds]
        for part in wanted:
            run = measured(part, given.corpora, scanner if scanner.is_file() else None, kept)
            if run is not None:
                results.append((part, run))
                print(run.table(part, errors=given.errors), flush=True)
    if given.diagram and results:
        every = [answer for _, run in results for answer in run.all.answers]
        given.diagram.write_text(diagram(reliability(every)), encoding="utf-8")
    return _concluded(results)


def _concluded(results: Sequence[tuple[Part, Run]]) -> int:
    """Print confidence, bars and ratios; the exit code."""
    if not results:
        print("nothing to measure")
        return 1
    every = [answer for _, run in results for answer in run.all.answers]
    print("confidence   right      of")
    for sure, good, held in reliability(every):
        print(f"{sure:10.3f}{good:8.3f}{held:8}")
    found = bars(results)
    print("\n".join(map(str, found)))
    print("; ".join(f"{bar.name} {bar.value:.3f}" for bar in found))
    return 0 if all(bar.met for bar in found) else 1


if __name__ == "__main__":
    sys.exit(main())
