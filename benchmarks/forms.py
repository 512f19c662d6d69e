"""How much of a form is read by its schema alone, and how much of it without one.

Ten forms in four languages are drawn, filled in by chance from a seed, and
scanned twice by a program beside the corpora, once well and once badly; the
sample forms are scanned likewise. Each is read with its schema among the
others (share of fields said rightly), and once more without it (F1 of its
label and value pairs among the entries, but for those that a field holds).
What may be looked at with `--errors` is drawn from other seeds than what is
reported by default.

Usage: `.venv/bin/python benchmarks/forms.py [--quick] [--errors] [--seed N] [--scorer DIR] [--kept DIR]`.
Leaves with 0 when the bar is met, with 1 otherwise.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
from forms_run import DRAWN, Result, drawn_forms, measured, sample_forms
from scoring import Bar

ROOT = Path(__file__).resolve().parent.parent
PROFILES = ("office", "rough")
FIELDS = 0.97
REPORTED, LOOKED_AT = (11, 12), (1, 2, 3)  # seeds: of the figures, and those whose errors may be looked at
QUICK = 8  # forms


def main() -> int:
    """Run the benchmark; the exit code."""
    cli = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cli.add_argument("--quick", action="store_true", help="a few forms")
    cli.add_argument("--errors", action="store_true", help=f"print what is wrong, of seeds {LOOKED_AT}")
    cli.add_argument("--seed", type=int, action="append", help="of the fillings")
    cli.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    cli.add_argument("--scorer", type=Path, help="the folder of make_scans.py; beside the corpora by default")
    cli.add_argument("--kept", type=Path, help="a folder where pages read are kept for the next run")
    given = cli.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cv2.setNumThreads(1)
    scanner = (given.scorer or given.corpora.parent / "score") / "make_scans.py"
    profiles: Sequence[str] = PROFILES
    if not scanner.is_file():
        print(f"  (skipped: scans, for there is no {scanner}; the forms are read as they are drawn)")
        profiles = (DRAWN,)
    seeds = given.seed or list(LOOKED_AT if given.errors else REPORTED)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="forms-") as made:
        kept = given.kept or Path(made)
        kept.mkdir(parents=True, exist_ok=True)
        forms = [*sample_forms(kept), *(form for seed in seeds for form in drawn_forms(seed, kept))]
        for form in forms[:: len(forms) // QUICK] if given.quick else forms:
            for profile in profiles:
                results.append(measured(form, profile, scanner, kept))
                print(results[-1].row(errors=given.errors), flush=True)
    return _concluded(results)


def _concluded(results: Sequence[Result]) -> int:
    """Print what every kind of field comes to, and the ratios; the exit code."""
    kinds = sorted({answer.kind for result in results for answer in result.answers})
    answers = [answer for result in results for answer in result.answers]
    for kind in kinds:
        own = [answer for answer in answers if answer.kind == kind]
        print(f"  {kind:12}{sum(answer.right for answer in own):6} of {len(own)}")
    bars = []
    for profile in dict.fromkeys(result.profile for result in results):
        own = [a for result in results if result.profile == profile for a in result.answers]
        bars.append(Bar(f"{profile} fields", sum(a.right for a in own) / len(own), FIELDS, least=True))
    right, said, there = (
        sum(getattr(r.entries, name) for r in results) for name in ("right", "said", "there")
    )
    print("\n".join(map(str, bars)))
    print(f"entries without a schema: {right} right, {said} said, {there} there")
    reading = sum(result.reading for result in results)
    extracting = sum(result.extracting for result in results)
    ratios = [f"{bar.name} {bar.value:.3f}" for bar in bars]
    ratios += [
        f"entries F1 {2 * right / max(1, said + there):.3f}",
        f"cost beside reading {extracting / reading:.3f}",
    ]
    print("; ".join(ratios))
    return 0 if all(bar.met for bar in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
