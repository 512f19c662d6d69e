"""Decisions after which a record is read anew: its pages change, or its kind.

The pages keep what was read of them; fields are extracted anew from their
words, and what people stated of fields on these pages stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from docscan import PROGRAM, extraction, ocr, reading, signing
from docscan import record as records
from docscan.archive import Archive, ledger, objects
from docscan.archive.catalogue import Catalogue, Row
from docscan.archive.revision import Revision
from docscan.decisions import Reviewer, detail_of, file_all, held, looked_at, on_the_shelf
from docscan.errors import DecisionError, NotFoundError
from docscan.extraction.einvoice import Einvoice
from docscan.frozen import dataclass
from docscan.model import Extraction, Field, Finding, Page, PageRun, Record, transcribed
from docscan.ocr import rebound
from docscan.schema import Schema
from docscan.signing import Making
from docscan.verification import review


def split(reviewer: Reviewer, row: Row, at: int, new_id: str) -> tuple[Record, Record]:
    """Make two records of one; both are read anew from the words of their pages.

    Args:
        reviewer: Who decides.
        row: The record as it was looked at.
        at: The number of the page that begins the second one.
        new_id: A UUID for the second one.

    Returns:
        The record with the pages before, and the new one.

    Raises:
        DecisionError: There is no such page, or it is the first.
        ConfigError, SignatureError: The copies are to be signed, and cannot be.
        ArchiveBusyError: Another run holds the archive.
        RecordChangedError: Somebody else decided on it meanwhile.
    """
    with held(reviewer) as catalogue:
        record, by = looked_at(reviewer, catalogue, row)
        on_the_shelf(reviewer, record)
        if not 2 <= at <= len(record.pages):
            raise DecisionError("C020", reviewer.language, pages=str(len(record.pages)))
        number = catalogue.documents(record.sha256) + 1
        other = replace(record, id=new_id, document=number, decisions=())
        before, after = _Part(record, 1, at - 1), _Part(record, at, len(record.pages))
        kept = _reread(reviewer, catalogue, review.signed(record, "split", by, other=new_id), [before])
        left = _reread(reviewer, catalogue, review.signed(other, "split", by, other=row.id), [after])
        original = objects.path_of(reviewer.archive, row.id, "original")
        files = {f"original/{original.name}": original, **left.files}
        revisions = (
            Revision(left.record, 1, files, {"decision": "split", "other": row.id, **left.signed}),
            Revision(kept.record, row.version + 1, kept.files, {**detail_of(kept.record), **kept.signed}),
        )
        file_all(reviewer, catalogue, revisions)
        return kept.record, left.record


def merge(reviewer: Reviewer, row: Row, other: Row) -> tuple[Record, Record]:
    """Add the pages of one record to another; all are read anew from their words.

    Args:
        reviewer: Who decides.
        row: The record that is kept, as it was looked at.
        other: The one whose pages follow; it stays as it is, marked as merged.

    Returns:
        Both.

    Raises:
        DecisionError: They are one, or one of them left the shelf before.
        ConfigError, SignatureError: The copy is to be signed, and cannot be.
        ArchiveBusyError: Another run holds the archive.
        RecordChangedError: Somebody else decided on them meanwhile.
    """
    with held(reviewer) as catalogue:
        record, by = looked_at(reviewer, catalogue, row)
        second, _ = looked_at(reviewer, catalogue, other)
        for one in (record, second):
            on_the_shelf(reviewer, one)
        if row.id == other.id:
            raise DecisionError("C021", reviewer.language)
        parts = [_Part(one, 1, len(one.pages)) for one in (record, second)]
        whole = _reread(reviewer, catalogue, review.signed(record, "merge", by, other=other.id), parts)
        gone = review.merged(second, row.id, by)
        revisions = (
            Revision(whole.record, row.version + 1, whole.files, {**detail_of(whole.record), **whole.signed}),
            Revision(gone, other.version + 1, detail=detail_of(gone)),
        )
        file_all(reviewer, catalogue, revisions)
        return whole.record, gone


def recategorise(reviewer: Reviewer, row: Row, kind: str) -> Record:
    """Read a record anew as a document of another kind.

    Args:
        reviewer: Who decides.
        row: The record as it was looked at.
        kind: The name of a schema of the archive's pipeline.

    Raises:
        DecisionError: There is no such schema.
        ArchiveBusyError: Another run holds the archive.
        RecordChangedError: Somebody else decided on it meanwhile.
    """
    with held(reviewer) as catalogue:
        record, by = looked_at(reviewer, catalogue, row)
        on_the_shelf(reviewer, record)
        schema = next((item for item in reviewer.schemas if item.name == kind), None)
        if schema is None:
            raise DecisionError("C014", reviewer.language, kind=kind, known=", ".join(reviewer.kinds))
        whole = _Part(record, 1, len(record.pages))
        _, found, _ = _extracted(reviewer, [whole], schema)
        after = replace(review.recategorised(record, kind, by), extraction=found, program=PROGRAM)
        checked = review.rechecked(after, reviewer.checks, catalogue, anew=True)
        file_all(reviewer, catalogue, [Revision(checked, row.version + 1, detail=detail_of(checked))])
        return checked


@dataclass(frozen=True, slots=True)
class _Part:
    """Pages of a record, from the first to the last."""

    record: Record
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Reread:
    """A record read anew from the words of its pages, and the files that belong to it.

    Attributes:
        signed: What the event says of the signature of its copy, if it has one.
    """

    record: Record
    files: Mapping[str, Path]
    signed: Mapping[str, str]


def _reread(reviewer: Reviewer, catalogue: Catalogue, record: Record, parts: Sequence[_Part]) -> _Reread:
    """A record of other pages: kind, fields and findings come from their words, what people said stays."""
    archive = reviewer.archive
    pages, found, doubts = _extracted(reviewer, parts)
    read_anew = replace(
        record,
        extraction=found,
        pages=pages,
        findings=(*ocr.findings(pages), *doubts),
        runs=tuple(run for part in parts for run in _runs(part)),
        program=PROGRAM,
    )
    checked = review.rechecked(read_anew, reviewer.checks, catalogue, anew=True)
    words = archive.staging / f"{record.id}.words.json"
    text = "".join(records.words_json(record.sha256, pages))
    words.write_bytes(text.encode(errors="backslashreplace"))
    kept = replace(checked, pages=tuple(transcribed(page) for page in pages))
    copy = _copy(archive, record, parts)
    signed = _signed(reviewer, copy[objects.SEARCHABLE], kept) if copy else {}
    return _Reread(kept, {objects.WORDS: words, **copy}, signed)


def _extracted(
    reviewer: Reviewer, parts: Sequence[_Part], said: Schema | None = None
) -> tuple[tuple[Page, ...], Extraction, tuple[Finding, ...]]:
    """The pages of parts, numbered anew, what they say, and doubts; what people stated of them stays."""
    pages, kept = list[Page](), dict[str, Field]()
    for part in parts:
        moved = len(pages) + 1 - part.first
        words = objects.WORDS  # a version vouches for what it is made of
        objects.sound_path(reviewer.archive, str(part.record.id), words)
        read = objects.read_pages(reviewer.archive, part.record)[part.first - 1 : part.last]
        pages += (replace(page, number=page.number + moved) for page in read)
        kept = {**_said(part, moved), **kept}
    einvoices, doubts = stated(reviewer.archive, parts[0].record) if parts[0].first == 1 else ((), ())
    found = extraction.extract(pages, reviewer.schemas, einvoices, said=said)
    missing = tuple(name for name in found.missing if name not in kept)
    return tuple(pages), replace(found, fields={**found.fields, **kept}, missing=missing), doubts


def stated(archive: Archive, record: Record) -> tuple[tuple[Einvoice, ...], tuple[Finding, ...]]:
    """The e-invoices that came with a record, and doubts of them; none for later pages of what arrived.

    Raises:
        NotFoundError, FixityError: The original cannot be had.
    """
    if record.runs and record.runs[0].first > 1:
        return (), ()
    original, companion = objects.arrived(archive, str(record.id))
    return reading.stated(original, record.media_type, companion)


def _copy(archive: Archive, record: Record, parts: Sequence[_Part]) -> dict[str, Path]:
    """The searchable copy of some pages, where each of them has one."""
    pieces: list[Path] = []
    for part in parts:
        try:
            whole = objects.sound_path(archive, str(part.record.id), objects.SEARCHABLE)
        except NotFoundError:
            return {}
        pieces.append(archive.staging / f"{record.id}.{len(pieces)}.pdf")
        rebound.cut(whole, part.first, part.last, pieces[-1])
    bound = archive.staging / f"{record.id}.pdf"
    rebound.join(pieces, bound)
    return {objects.SEARCHABLE: bound}


def _signed(reviewer: Reviewer, copy: Path, record: Record) -> dict[str, str]:
    """Sign a copy where the pipeline asks for it; by which certificate, for the event."""
    seal = reviewer.seal()
    if seal is None:
        return {}
    scanned = " ".join(dict.fromkeys(run.sha256 for run in record.runs))
    profile = reviewer.archive.config.pipeline
    making = Making(PROGRAM, ledger.stamp(reviewer.clock()), profile, scanned, seal.homologation)
    signing.sign(copy, seal, making)
    return {"certificate": seal.certificate}


def _said(part: _Part, moved: int) -> dict[str, Field]:
    """What people stated of fields on these pages, with the pages' new numbers."""
    return {
        name: replace(field, page=field.page + moved)
        for name, field in part.record.extraction.fields.items()
        if field.origin == "person" and part.first <= field.page <= part.last
    }


def _runs(part: _Part) -> Iterator[PageRun]:
    """Where the pages of a part come from."""
    record, at = part.record, 1
    whole = PageRun(str(record.id), record.sha256, 1, len(record.pages))
    for run in record.runs or (whole,):
        first, last = max(part.first, at), min(part.last, at + run.last - run.first)
        if first <= last:
            yield replace(run, first=run.first + first - at, last=run.first + last - at)
        at += run.last - run.first + 1
