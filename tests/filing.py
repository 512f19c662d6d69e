"""Files typed pages in an archive without reading any image, as a test that needs records does it."""

import uuid
from hashlib import sha256
from pathlib import Path

from shelf import NOW, Shelf

from docscan import PROGRAM, equipment, extraction
from docscan.archive.catalogue import open_catalogue
from docscan.archive.deposit import deposit
from docscan.model import Page, Record


def filed(shelf: Shelf, folder: Path, *pages: Page) -> Record:
    """The record of a document that consists of these pages, extracted, verified and deposited."""
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
        return deposit(
            shelf.archive,
            catalogue,
            equipment.verified(record, setup, catalogue),
            {f"original/{original.name}": original},
            object_id=str(uuid.uuid5(uuid.NAMESPACE_URL, original.name)),
            now=NOW,
            agent="tester",
        )
