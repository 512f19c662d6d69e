"""Whether what was read can be true: checks, what they prove, and the verdict.

A check says two things of a field: that something independent proves it (a
`Proof`), or that something speaks against it (a `Finding`, and `Doubted` for
the other fields the same sentence is about). A doubt always
outweighs a proof, and nothing becomes `verified` without one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from docscan.model import Extraction, Field, Finding, Known, Verdict
from docscan.pipeline import Choice
from docscan.verification import checks as _checks
from docscan.verification import doubts as _doubts
from docscan.verification import sums as _sums
from docscan.verification.calibration import DOUBTED, chance
from docscan.verification.checks import Check, Doubted, Proof

__all__ = ["CHECKS", "Check", "Doubted", "Proof", "verdict", "verify"]

CHECKS: Mapping[str, Check] = {
    "kind": _doubts.kind,
    "required": _checks.required,
    "tax_ids": _checks.tax_ids,
    "iban": _checks.iban,
    "totals": _sums.totals,
    "breakdown": _sums.breakdown,
    "lines_sum": _sums.lines_sum,
    "dates": _checks.dates,
    "parties": _checks.parties,
    "witnesses": _checks.witnesses,
    "duplicate_number": _checks.duplicate_number,
    "sources": _checks.sources,
    "repairs": _doubts.repairs,
    "day_or_month": _doubts.day_or_month,
    "register_book": _doubts.register_book,
    "confidence": _checks.confidence,
}

PROVEN = 0.995  # the confidence of a proven field


def verify(
    extraction: Extraction, checks: Sequence[Choice], known: Known
) -> tuple[Extraction, tuple[Finding, ...]]:
    """Check what was read.

    Args:
        extraction: As extracted.
        checks: Which checks to make, in order, with their options.
        known: What earlier documents said.

    Returns:
        The extraction with the status of each field, and every finding.
    """
    findings: list[Finding] = []
    proven: set[str] = set()
    doubted: set[str] = set()
    repaired = _doubts.own_proofs(extraction.repairs)
    for choice in checks:
        for said in CHECKS[choice.name](extraction, known, **choice.options):
            if isinstance(said, Proof):
                if all(repaired.get(subject) != said.by for subject in said.subjects):
                    proven.update(said.subjects)
            elif isinstance(said, Doubted):
                doubted.update(said.subjects)
            else:
                findings.append(said)
    doubted |= {finding.subject for finding in findings if finding.severity != "note"}
    fields = {
        name: _judged(field, proven=name in proven, doubted=name in doubted)
        for name, field in extraction.fields.items()
    }
    return replace(extraction, fields=fields), tuple(findings)


def verdict(findings: Iterable[Finding], extraction: Extraction) -> Verdict:
    """`review` when a person should look: any doubt, error or doubtful or missing field."""
    doubts = any(finding.severity != "note" for finding in findings)
    doubtful = any(field.status == "doubtful" for field in extraction.fields.values())
    return "review" if doubts or doubtful or extraction.missing else "accepted"


def _judged(field: Field, *, proven: bool, doubted: bool) -> Field:
    sure = chance(field)
    if doubted:
        return replace(field, status="doubtful", confidence=sure * DOUBTED)
    if proven:
        return replace(field, status="verified", confidence=max(sure, PROVEN))
    return replace(field, confidence=sure)
