"""Files typed pages in an archive without reading any image, as a test that needs records does it."""

import uuid
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from shelf import NOW, Shelf

from docscan import PROGRAM, equipment, extraction, learning
from docscan.archive import ledger
from docscan.archive.catalogue import open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.revision import Revision, revise
from docscan.model import Decision, Field, Judgement, Page, Record
from docscan.places import NOWHERE


def filed(shelf: Shelf, folder: Path, *pages: Page) -> Record:
    """The record of a document that consists of these pages, learned from, verified and deposited."""
    number = len(shelf.rows()) + 1
    original = folder / f"document-{number}.txt"
    original.write_text("\f".join(page.text for page in pages) + str(number))
    setup = equipment.equip(shelf.archive.config.pipeline, shelf.root)
    record = Record(
        id=None,
        source=original.name,
        sha256=sha256(original.read_bytes()).hexdigest(),
        media_type="text/plain",
        extraction=extraction.extract(pages, setup.schemas),
        pages=pages,
        findings=(),
        verdict="review",
        program=PROGRAM,
    )
    with open_catalogue(shelf.archive) as catalogue:
        learned = learning.taught(record, catalogue, setup.schemas, lambda: pages)
        return deposit(
            shelf.archive,
            catalogue,
            equipment.verified(learned, setup, catalogue),
            {f"original/{original.name}": original},
            object_id=str(uuid.uuid5(uuid.NAMESPACE_URL, original.name)),
            now=NOW,
            agent="tester",
        )


def corrected(shelf: Shelf, record: Record, now: datetime, **values: str | None) -> Record:
    """The record's next version, in which a person left these values; None for a field that is not there."""
    fields = dict(record.extraction.fields)
    at, agent = ledger.stamp(now), ledger.pseudonym(shelf.archive, "clerk")
    judgements = tuple(Judgement(name, fields.get(name), value) for name, value in values.items())
    decision = Decision("correct", at, agent, record.verdict, judgements)
    for name, value in values.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = Field(value, value, 0.995, "verified", "person", 1, NOWHERE)
    after = replace(
        record,
        extraction=replace(record.extraction, fields=fields),
        decisions=(*record.decisions, decision),
    )
    with open_catalogue(shelf.archive) as catalogue:
        version = catalogue.newest_version(str(record.id))
        number = (version.object_version or 0) + 1 if version else 1
        revision = Revision(after, number, detail={"decision": "correct"})
        revise(shelf.archive, catalogue, [revision], now=now, agent="clerk")
    return after
