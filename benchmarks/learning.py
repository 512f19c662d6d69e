"""What looking through one paper is worth: others of its supplier before and after.

Each supplier has a layout of its own, with words of its house beside some
fields, and numbers, dates and amounts of other things among them. The first
paper's wrong fields are corrected and its right ones confirmed; then its other papers are extracted
with and without what was learned. Some are scanned and read by the engine, the
others are taken as drawn. It is counted, too, what a wrong lesson can do: each
field is taught where something else stands, and nothing may be verified by that.

Usage: `.venv/bin/python benchmarks/learning.py [--quick] [--errors]`.
Leaves with 0 when every bar is met, with 1 otherwise.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import wearing
from extraction_pages import received, setup
from learning_layouts import ASKED, Drawn, Layout, drawn, layout
from scoring import Bar
from sheet import Sheet

from docscan import reading, verification
from docscan.extraction import anchors, extract, spots
from docscan.extraction.anchors import Lesson
from docscan.model import Extraction, Page
from docscan.schema import Schema

FOLLOWING = 4  # papers of a supplier after the corrected one
SUPPLIERS, QUICK = (80, 6), (16, 1)  # as drawn, and scanned
LEARNED, SPOILT, PROVEN = 0.8, 0.005, 0.0
COST = 0.03  # seconds of processor beside the seconds it takes to read a page


class Nobody:
    """A catalogue without records."""

    def same_invoice(self, supplier: str, number: str) -> str | None:  # noqa: ARG002 - the protocol's
        """Nothing was filed."""
        return None


@dataclass(slots=True)
class Counts:
    """Fields of papers after the corrected one.

    Attributes:
        fields: Looked at.
        wrong: Wrong without what was learned.
        mended: Of those, right with it.
        spoilt: Right without what was learned, wrong with it.
        alarmed: Right, and doubted because something else stands where it was learned.
        doubted: Of those that stay wrong, how many ask for a person.
        proven: Wrong and verified after a wrong lesson.
        seconds: Of processor, to apply what was learned.
        papers: How many.
    """

    fields: int = 0
    wrong: int = 0
    mended: int = 0
    spoilt: int = 0
    alarmed: int = 0
    doubted: int = 0
    proven: int = 0
    seconds: float = 0.0
    papers: int = 0
    told: list[str] = field(default_factory=list)

    def told_of(self, name: str, suppliers: int) -> str:
        """All of it in a sentence."""
        rest = f"in doubt {self.doubted} of the others; {self.spoilt} spoilt, {self.alarmed} doubted"
        return (
            f"{name}: {suppliers} suppliers, {self.fields} fields, {self.wrong} wrong;"
            f" right after one paper {self.mended}, {rest}"
        )


def pages(one: Drawn, scan: Path | None, rng: np.random.Generator) -> tuple[Page, ...]:
    """The pages of a paper: as drawn, or scanned and read."""
    if scan is None:
        return (one.page,)
    worn = wearing.scanned(Sheet(one.image, 300.0, "", "invoice", ()), rng)
    cv2.imwrite(str(scan), worn.image)
    return (reading.read_page(received(scan), 1, setup()),)


def measure(seed: int, counts: Counts, scan: Path | None) -> None:
    """Correct the first paper of a supplier, and see what becomes of the others."""
    rng, house, schemas = np.random.default_rng(seed), layout(seed), setup().schemas
    invoice = next(schema for schema in schemas if schema.name == "invoice")
    papers = [drawn(house, 1000 * seed + number) for number in range(FOLLOWING + 1)]
    read = [pages(one, scan, rng) for one in papers]
    learned = anchors.gathered(list(lessons(papers[0], read[0], schemas)), invoice)
    misled = anchors.gathered(list(wrong_lessons(papers[0], read[0], schemas)), invoice)
    for one, page in zip(papers[1:], read[1:], strict=True):
        before = extract(page, schemas)
        began = time.process_time()
        after = anchors.apply(before, page, learned, invoice)
        counts.seconds += time.process_time() - began
        counts.papers += 1
        compare(house, one.truth, (before, after), counts)
        counts.proven += proven_wrong(anchors.apply(before, page, misled, invoice), before, one.truth)


def lessons(paper: Drawn, page: Sequence[Page], schemas: Sequence[Schema]) -> Iterator[Lesson]:
    """What a person leaves on a paper: the wrong fields corrected, and the right ones confirmed."""
    found, place = extract(page, schemas), spots.paper_of(page)
    for name in ASKED:
        yield Lesson("first", name, paper.truth[name], found.fields.get(name), place)


def wrong_lessons(paper: Drawn, page: Sequence[Page], schemas: Sequence[Schema]) -> Iterator[Lesson]:
    """What a careless person would teach: each field as the value of another."""
    found, place = extract(page, schemas), spots.paper_of(page)
    others = {
        "invoice_number": "other_number",
        "issue_date": "other_date",
        "due_date": "other_date",
        "total": "net",
    }
    for name, other in others.items():
        value = paper.truth.get(other) or value_of(found, other)
        if value:
            yield Lesson("first", name, value, found.fields.get(name), place)


def compare(
    house: Layout, truth: Mapping[str, str], both: tuple[Extraction, Extraction], counts: Counts
) -> None:
    """Count the fields of one paper without and with what was learned."""
    checked, findings = verification.verify(both[1], setup().pipeline.verification, Nobody())
    differing = {finding.subject for finding in findings if finding.code == "V120"}
    for name in ASKED:
        before, after = (value_of(one, name) == truth[name] for one in both)
        counts.fields += 1
        counts.wrong += not before
        counts.mended += after and not before
        counts.spoilt += before and not after
        asked = name in checked.fields and checked.fields[name].status == "doubtful"
        counts.alarmed += after and name in differing
        counts.doubted += not before and not after and asked
        if not after:
            said = f"{value_of(both[0], name)!r}, then {value_of(both[1], name)!r}"
            counts.told.append(f"{name} by {house.labels[name]!r}: {truth[name]}; {said}")


def proven_wrong(misled: Extraction, before: Extraction, truth: Mapping[str, str]) -> int:
    """How many wrong fields a wrong lesson got verified that were not so without it."""
    every = setup().pipeline.verification
    without, _ = verification.verify(before, every, Nobody())
    checked, _ = verification.verify(misled, every, Nobody())
    return sum(
        found.status == "verified" and found.value != truth[name] and found != without.fields.get(name)
        for name, found in checked.fields.items()
        if name in ASKED
    )


def value_of(found: Extraction, name: str) -> str:
    """What an extraction says of a field; empty for nothing."""
    return str(found.fields[name].value) if name in found.fields else ""


def bars(name: str, counts: Counts) -> list[Bar]:
    """What was measured against what is asked."""
    return [
        Bar(
            f"{name}: wrong fields right after one paper",
            counts.mended / max(1, counts.wrong),
            LEARNED,
            least=True,
        ),
        Bar(f"{name}: right fields spoilt", counts.spoilt / max(1, counts.fields - counts.wrong), SPOILT),
        Bar(f"{name}: right fields doubted", counts.alarmed / max(1, counts.fields), SPOILT),
        Bar(f"{name}: verified by a wrong lesson", counts.proven, PROVEN),
        Bar(f"{name}: seconds a paper", counts.seconds / max(1, counts.papers), COST),
    ]


def main() -> int:
    """Run the benchmark; the exit code."""
    cli = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cli.add_argument("--quick", action="store_true", help="a few suppliers")
    cli.add_argument("--errors", action="store_true", help="print what stays wrong")
    given = cli.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cv2.setNumThreads(1)
    found: list[Bar] = []
    with tempfile.TemporaryDirectory(prefix="learning-") as made:
        for name, most in zip(("as drawn", "scanned"), QUICK if given.quick else SUPPLIERS, strict=True):
            counts = Counts()
            for seed in range(most):
                measure(seed, counts, Path(made) / "scan.png" if name == "scanned" else None)
            print(counts.told_of(name, most))
            if given.errors:
                print("\n".join(counts.told))
            found += bars(name, counts)
    print("\n".join(map(str, found)))
    print("; ".join(f"{bar.name} {bar.value:.3f}" for bar in found))
    return 0 if all(bar.met for bar in found) else 1


if __name__ == "__main__":
    sys.exit(main())
