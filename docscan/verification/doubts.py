"""Checks of the reading itself: is the kind sure, and what was put right that was misread."""

from collections.abc import Iterator

from docscan.model import Extraction, Finding, Known, Repair

# The phrase that says what a repair was proven by, in the reader's language.
LABEL = "label"  # the proof of a repair that is none: a label against a sum
PHRASES = {"digits": "@N110", "sum": "@N111", "again": "@N112", "calendar": "@N113"}


def kind(extraction: Extraction, known: Known, *, minimum: float = 0.55) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """More speaks for the kind of the document than against it.

    Args:
        extraction: With its kind.
        known: Not asked.
        minimum: From 0 to 1; a kind as sure as this is doubted still.
    """
    if extraction.kind_confidence <= minimum:
        sure = str(round(100 * extraction.kind_confidence))
        yield Finding("V090", "doubt", "", {"kind": extraction.kind, "confidence": sure})


def repairs(extraction: Extraction, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """A value that was misread is shown with both readings; of several readings a person has to tell."""
    for repair in extraction.repairs:
        field = extraction.fields.get(repair.subject)
        if field is None or field.raw != repair.read:  # another source gave the value since
            continue
        if repair.proof == LABEL:
            named = {"field": repair.subject, "value": str(field.value), "named": repair.readings[0]}
            yield Finding("V112", "doubt", repair.subject, named)
            continue
        facts = {"field": repair.subject, "read": repair.read, "proof": PHRASES[repair.proof]}
        if len(repair.readings) > 1:
            yield Finding("V111", "doubt", repair.subject, facts | {"readings": ", ".join(repair.readings)})
        elif field.value == repair.readings[0]:
            yield Finding("V110", "note", repair.subject, facts | {"value": repair.readings[0]})


def own_proofs(repaired: tuple[Repair, ...]) -> dict[str, str]:
    """For each repaired field the proof that repaired it, which does not verify it as well."""
    return {repair.subject: repair.proof for repair in repaired}
