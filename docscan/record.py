"""A record as JSON: what `docscan read --json` prints and `record.json` holds.

The form is `docscan.record/1`; `docs/record.md` describes it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from docscan.messages import sentence
from docscan.model import (
    Blank,
    Code,
    Decision,
    Entry,
    Extraction,
    Field,
    Finding,
    InvoiceLine,
    Judgement,
    Line,
    Mark,
    Page,
    PageRun,
    Record,
    Repair,
    Statement,
    TaxLine,
    Transcript,
    Word,
)
from docscan.places import STRAIGHT, Box, Matrix

FORMAT = "docscan.record/1"
WORDS_FORMAT = "docscan.words/1"


def to_json(record: Record, language: str = "en") -> dict[str, Any]:
    """The record in the form `docscan.record/1`.

    Args:
        record: A document as read or as filed.
        language: Of the findings' sentences.
    """
    extraction = record.extraction
    return {
        "format": FORMAT,
        "source": record.source,
        "sha256": record.sha256,
        "document": record.document,
        "id": record.id,
        "media_type": record.media_type,
        "received": record.received or None,
        "program": record.program,
        "kind": extraction.kind,
        "schema": extraction.schema,
        "kind_confidence": round(extraction.kind_confidence, 3),
        "language": extraction.language,
        "coverage": round(record.coverage, 3),
        "quality": round(record.quality, 3),
        "pages": [_page(page) for page in record.pages],
        "fields": {name: _field(field) for name, field in extraction.fields.items()},
        "tax_breakdown": [_slots(item) for item in extraction.tax_breakdown],
        "lines": [_slots(item) for item in extraction.lines],
        "missing": list(extraction.missing),
        "witnessed": sorted(extraction.witnessed),
        "repairs": [_slots(item) | {"readings": list(item.readings)} for item in extraction.repairs],
        "statements": [_slots(item) | {"box": list(item.box)} for item in extraction.statements],
        "entries": [
            _slots(entry) | {"box": list(entry.box), "confidence": round(entry.confidence, 3)}
            for entry in extraction.entries
        ],
        "findings": [_finding(finding, language) for finding in record.findings],
        "verdict": record.verdict,
        "state": record.state,
        "runs": [_slots(run) for run in record.runs],
        "decisions": [_decision(decision, language) for decision in record.decisions],
    }


def words_json(sha256: str, pages: Iterable[Page]) -> Iterator[str]:
    """Every word with its box and confidence, and how to map boxes to the stored image.

    Args:
        sha256: Of the original.
        pages: Taken one at a time.

    Yields:
        The parts of one line of JSON, in the form `docscan.words/1`.
    """
    yield f'{{"format":{_compact(WORDS_FORMAT)},"sha256":{_compact(sha256)},"pages":['
    for number, page in enumerate(pages):
        yield f"{',' if number else ''}{_compact(_words(page))}"
    yield "]}\n"


def from_json(record: Mapping[str, Any]) -> Record:
    """The record that `to_json` wrote, its pages as transcripts.

    Raises:
        KeyError, TypeError, ValueError: The JSON is of another form.
    """
    return Record(
        id=record["id"],
        source=record["source"],
        sha256=record["sha256"],
        media_type=record["media_type"],
        extraction=_extraction(record),
        pages=tuple(_transcript(page) for page in record["pages"]),
        findings=_findings(record["findings"]),
        verdict=record["verdict"],
        document=record["document"],
        received=record["received"] or "",
        program=record["program"],
        runs=tuple(PageRun(**item) for item in record.get("runs", ())),
        disposal=record["state"] if record.get("state") in ("rejected", "merged") else "",
        decisions=tuple(_decided(item) for item in record.get("decisions", ())),
    )


def pages_from_words(words: Mapping[str, Any], record: Record) -> tuple[Page, ...]:
    """The pages of a record with every word in its place, from what `words_json` wrote.

    Args:
        words: The JSON of `words.json`.
        record: The record it lies beside, whose transcripts know the rest.

    Raises:
        KeyError, TypeError, ValueError: The JSON is of another form, or of other pages.
    """
    placed_there = {"lines", "marks", "blanks", "strokes", "dpi", "source_size", "to_source"}
    kept = {item.name for item in fields(Page)} - placed_there
    return tuple(
        Page(
            **{name: getattr(page, name) for name in kept},
            dpi=placed["dpi"],
            source_size=tuple(placed["source_size"]),
            to_source=_matrix(placed["to_source"]),
            lines=tuple(_line(line) for line in placed["lines"]),
            marks=tuple(Mark(Box(*box), ticked, sure) for *box, ticked, sure in placed["marks"]),
            blanks=tuple(Blank(Box(*box), kind) for *box, kind in placed.get("blanks", ())),
            strokes=tuple(Box(*box) for box in placed.get("strokes", ())),
        )
        for placed, page in zip(words["pages"], record.pages, strict=True)
    )


def dumped(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """One line of JSON, as people's own letters."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _page(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": round(page.dpi),
        "state": page.state,
        "confidence": round(page.confidence, 3),
        "coverage": round(page.coverage, 3),
        "quality": round(page.quality, 3),
        "language": page.language,
        "treatments": list(page.treatments),
        "codes": [_slots(code) | {"box": list(code.box)} for code in page.codes],
        "text": page.text,
    }


def _words(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": round(page.dpi, 2),
        "source_size": list(page.source_size),
        "to_source": [[round(value, 12) for value in row] for row in page.to_source],
        "lines": [
            {
                "block": line.block,
                "words": [[word.text, *word.box, round(word.confidence, 3)] for word in line.words],
            }
            for line in page.lines
        ],
        "marks": [[*mark.box, mark.ticked, round(mark.confidence, 3)] for mark in page.marks],
        "blanks": [[*blank.box, blank.kind] for blank in page.blanks],
        "strokes": [list(box) for box in page.strokes],
    }


def _matrix(rows: Sequence[Sequence[float]]) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = [*rows, STRAIGHT][:3]  # objects of earlier versions have two rows
    return (a, b, c), (d, e, f), (g, h, i)


def _line(line: Mapping[str, Any]) -> Line:
    return Line(tuple(Word(text, Box(*box), sure) for text, *box, sure in line["words"]), line["block"])


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _field(field: Field) -> dict[str, Any]:
    return _slots(field) | {"box": list(field.box), "confidence": round(field.confidence, 3)}


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "field": finding.subject or None,
        "facts": dict(finding.facts),
        "message": sentence(finding.code, language, **finding.facts),
    }


def _decision(decision: Decision, language: str) -> dict[str, Any]:
    return _slots(decision) | {
        "judgements": [
            {
                "field": one.name,
                "before": None if one.before is None else _field(one.before),
                "value": one.value,
            }
            for one in decision.judgements
        ],
        "settled": [_finding(finding, language) for finding in decision.settled],
    }


def _slots(item: object) -> dict[str, Any]:
    return {name: getattr(item, name) for name in type(item).__slots__}  # type: ignore[attr-defined]


def _extraction(record: Mapping[str, Any]) -> Extraction:
    return Extraction(
        kind=record["kind"],
        schema=record["schema"],
        kind_confidence=record["kind_confidence"],
        language=record["language"],
        fields={name: _read_field(item) for name, item in record["fields"].items()},
        tax_breakdown=tuple(TaxLine(**item) for item in record["tax_breakdown"]),
        lines=tuple(InvoiceLine(**item) for item in record["lines"]),
        missing=tuple(record.get("missing", ())),
        witnessed=frozenset(record.get("witnessed", ())),
        repairs=tuple(
            Repair(**{**item, "readings": tuple(item["readings"])}) for item in record.get("repairs", ())
        ),
        entries=tuple(Entry(**item | {"box": Box(*item["box"])}) for item in record["entries"]),
        statements=tuple(
            Statement(**item | {"box": Box(*item["box"])}) for item in record.get("statements", ())
        ),
    )


def _read_field(item: Mapping[str, Any]) -> Field:
    return Field(**{**item, "box": Box(*item["box"])})


def _findings(items: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(item["code"], item["severity"], item["field"] or "", item["facts"]) for item in items
    )


def _decided(item: Mapping[str, Any]) -> Decision:
    judgements = (
        Judgement(one["field"], one["before"] and _read_field(one["before"]), one["value"])
        for one in item["judgements"]
    )
    return Decision(**{**item, "judgements": tuple(judgements), "settled": _findings(item["settled"])})


def _transcript(page: Mapping[str, Any]) -> Transcript:
    return Transcript(
        number=page["number"],
        width=page["width"],
        height=page["height"],
        dpi=page["dpi"],
        state=page["state"],
        language=page["language"],
        treatments=tuple(page["treatments"]),
        coverage=page.get("coverage", 1.0),
        codes=tuple(Code(**item | {"box": Box(*item["box"])}) for item in page.get("codes", ())),
        text=page["text"],
        confidence=page["confidence"],
    )
