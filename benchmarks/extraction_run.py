"""One corpus in one way: read, extracted, verified and scored, those held back by themselves."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import peers
from extraction_pages import Document, documents, leaves
from extraction_peer import invoice2data
from extraction_score import FIELDS, Answer, Tally, answers, lines_found, tallied
from reading_pages import setup

from docscan import equipment, extraction
from docscan.model import Page, Record
from docscan.record import to_json


@dataclass(frozen=True, slots=True)
class Part:
    """What is measured: a corpus, how its documents come, and how many of them at most."""

    corpus: str
    kind: str
    most: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured.

    Attributes:
        seen: Of suppliers whose errors may be looked at.
        held_back: Of the others.
        reading: Seconds of processor that reading the pages took.
        extracting: Seconds of processor that extraction and its checks took.
        peer: Of invoice2data on the same text.
        doubts: How many documents have each finding.
        lines: How many the invoices have, how many were said, and how many rightly.
    """

    seen: Tally
    held_back: Tally
    reading: float
    extracting: float
    peer: Tally | None
    wrong: tuple[str, ...] = ()
    doubts: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[int, int, int] = (0, 0, 0)

    @property
    def all(self) -> Tally:
        """Both together."""
        one, other = self.seen, self.held_back
        return Tally(
            one.documents + other.documents, one.through + other.through, one.answers + other.answers
        )

    def table(self, part: Part, *, errors: bool) -> str:
        """Every figure, one row each for those seen, those held back, and the peer; then every field."""
        rows = [
            f"{part.corpus}, {part.kind}: reading {self.reading:.1f} s, extracting {self.extracting:.2f} s"
        ]
        head = ("documents", "through", "asked", "said", "right", "verified", "wrong", "F1")
        rows.append(" " * 20 + "".join(f"{title:>10}" for title in head))
        named = (("  seen", self.seen), ("  held back", self.held_back), ("  invoice2data", self.peer))
        rows += [_row(name, tally) for name, tally in named if tally is not None and tally.documents]
        rows += [_field_row(name, self) for name in FIELDS if any(a.field == name for a in self.all.answers)]
        there, told, rightly = self.lines
        rows += [f"    lines              {rightly:4}/{there:<4} said {told:4}"] if there else []
        rows += list(self.wrong) if errors else []
        rows += [f"  findings: {dict(sorted(self.doubts.items()))}"] if errors else []
        return "\n".join(rows) + "\n"


def _row(name: str, tally: Tally) -> str:
    figures = (tally.documents, tally.through, len(tally.answers), tally.said, tally.right)
    return (
        f"{name:20}"
        + "".join(f"{figure:10}" for figure in (*figures, tally.verified, tally.wrong))
        + f"{tally.f1:10.3f}"
    )


def _field_row(name: str, run: Run) -> str:
    of_field = [
        Tally(0, 0, tuple(a for a in tally.answers if a.field == name)) for tally in (run.seen, run.held_back)
    ]
    cells = [f"{t.right:4}/{len(t.answers):<4} said {t.said:4} verified {t.verified:4}" for t in of_field]
    return f"    {name:18}" + "   held back: ".join(cells)


class _Nobody:
    """Earlier documents: none."""

    def same_invoice(self, supplier: str, number: str) -> None:  # noqa: ARG002 - the protocol's
        return None


def measured(part: Part, corpora: Path, scanner: Path | None, kept: Path) -> Run | None:
    """One part of the benchmark; None when its documents are missing."""
    found: list[tuple[Document, Sequence[Page], float]] = []
    for document in documents(corpora / part.corpus, part.kind, part.most):
        read = leaves(document, part.kind, scanner, kept)
        if read is not None:
            found.append((document, read.pages, read.cpu))
    if not found:
        return None
    began = peers.processor()
    records = [extracted(document, pages) for document, pages, _ in found]
    extracting = peers.processor() - began
    said = {
        document.path.name: record["fields"] for (document, _, _), record in zip(found, records, strict=True)
    }
    chosen = [document for document, _, _ in found]
    each = [
        lines_found(record, document.truth) for (document, _, _), record in zip(found, records, strict=True)
    ]
    doubts: defaultdict[str, int] = defaultdict(int)
    for code in (code for record in records for code in {finding["code"] for finding in record["findings"]}):
        doubts[code] += 1
    return Run(
        scored([document for document in chosen if not document.held_back], said),
        scored([document for document in chosen if document.held_back], said),
        sum(cpu for *_, cpu in found),
        extracting,
        _peer(found, kept),
        tuple(_errors(chosen, said)),
        doubts,
        (sum(one[0] for one in each), sum(one[1] for one in each), sum(one[2] for one in each)),
    )


def extracted(document: Document, pages: Sequence[Page]) -> Mapping[str, Any]:
    """The record of a document, as `docscan read --json` says it."""
    said = extraction.extract(tuple(pages), setup().schemas)
    record = Record(None, document.path.name, "", "", said, tuple(pages), (), "review")
    return to_json(equipment.verified(record, setup(), _Nobody()))


def scored(chosen: Sequence[Document], said: Mapping[str, Mapping[str, Any]]) -> Tally:
    """What was said of some documents, against what they say."""
    return tallied(list(answers(said.get(document.path.name, {}), document.truth)) for document in chosen)


def _peer(found: Sequence[tuple[Document, Sequence[Page], float]], kept: Path) -> Tally | None:
    answer = invoice2data({document.path.name: pages for document, pages, _ in found}, kept)
    return scored([document for document, _, _ in found], answer[0]) if answer else None


def _errors(chosen: Sequence[Document], said: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is wrong, of suppliers that are not held back."""
    return [
        f"  {document.path.name[:44]:45}{_wrong(answer)}"
        for document in chosen
        if not document.held_back
        for answer in answers(said.get(document.path.name, {}), document.truth)
        if not answer.right
    ]


def _wrong(answer: Answer) -> str:
    proven = " VERIFIED" if answer.verified else ""
    return f"{answer.field}{proven}: {answer.value!r} ({answer.confidence:.2f}), should be {answer.truth!r}"
