"""What people taught of a supplier's papers, brought to the next one.

The catalogue knows which records teach something; what they teach is worked
out from these records and their words each time, so there are no templates to
keep, and a better way of working it out needs no rebuilding.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from docscan.archive import Archive, lessons, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.lessons import Supplier, Taught
from docscan.errors import FixityError, NotFoundError
from docscan.extraction import anchors, spots
from docscan.extraction.anchors import Anchor, Lesson
from docscan.model import Extraction, Field, Judgement, Page, Record
from docscan.schema import Schema

MOST_PAGES = 50  # of a document that is looked at again for what was learned
KEPT = 32  # records that are kept in memory: papers of one supplier often come together


def supplier_of(extraction: Extraction) -> Supplier:
    """Who sent a document, as far as it says so."""
    values = (_text(extraction, name) for name in ("supplier_tax_id", "supplier_name"))
    return lessons.supplier(*values)


def taught(
    record: Record, catalogue: Catalogue, schemas: Sequence[Schema], pages: Callable[[], Sequence[Page]]
) -> Record:
    """The record with what was learned of its supplier.

    Args:
        record: As read, not yet checked.
        catalogue: Of what was filed before.
        schemas: Of the pipeline.
        pages: Gives its pages with every word in its place; asked only where
            something was learned.
    """
    schema = next((item for item in schemas if item.name == record.extraction.schema), None)
    if schema is None or len(record.pages) > MOST_PAGES:
        return record
    learned = known_of(record.extraction, catalogue, schema)
    if not any(anchor.holds for anchor in learned):
        return record
    return replace(record, extraction=anchors.apply(record.extraction, pages(), learned, schema))


def known_of(
    extraction: Extraction, catalogue: Catalogue, schema: Schema, until: str = lessons.ALWAYS
) -> tuple[Anchor, ...]:
    """What is known of the supplier of a document.

    Args:
        extraction: As read.
        catalogue: Of what was filed.
        schema: Of the document's kind.
        until: What was decided later is left out: ISO 8601, UTC.
    """
    told = lessons.about(catalogue, supplier_of(extraction), until)
    return anchors_of(catalogue.archive, told, schema) if told else ()


def anchors_of(archive: Archive, told: Sequence[Taught], schema: Schema) -> tuple[Anchor, ...]:
    """What some records teach of where fields stand.

    Args:
        archive: That holds them.
        told: The records, the newest first.
        schema: Of the kind of document.
    """
    return anchors.gathered([lesson for one in told for lesson in _lessons(archive, one)], schema)


@lru_cache(maxsize=KEPT)
def _lessons(archive: Archive, one: Taught) -> tuple[Lesson, ...]:
    """What people said of the fields of one record; nothing of one that is damaged, which `verify` names."""
    with suppress(NotFoundError, FixityError):
        record = objects.read_record(archive, one.record)
        if len(record.pages) <= MOST_PAGES:
            paper = spots.paper_of(objects.read_pages(archive, record))
            by_then = [decision for decision in record.decisions if decision.at <= one.at]
            said = [judgement for decision in by_then for judgement in decision.judgements]
            return tuple(_lesson(one.record, field, said, paper) for field in one.fields)
    return ()


def _lesson(record: str, name: str, judgements: Sequence[Judgement], paper: spots.Paper) -> Lesson:
    """The last word on a field, and how it had been read at first."""
    said = [one for one in judgements if one.name == name]
    value = said[-1].value
    return Lesson(record, name, value if isinstance(value, str) else None, said[0].before, paper)


def _text(extraction: Extraction, name: str) -> str:
    field: Field | None = extraction.fields.get(name)
    return field.value if field is not None and isinstance(field.value, str) else ""
