"""Keeps the search index up to the archive's catalogue, and asks it."""

import shutil
from itertools import islice

from docscan.archive import Archive, objects
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.search.index import Hits, Index, IndexDocument
from docscan.search.nodes import Node
from docscan.search.whoosh_engine import WhooshIndex

BATCH = 200  # records in one commit of the index; they are held in memory meanwhile


def open_index(archive: Archive) -> Index:
    """The archive's index, made where there is none."""
    return WhooshIndex(archive.index)


def feed(archive: Archive, catalogue: Catalogue) -> None:
    """Bring the index up to what the catalogue holds."""
    index = open_index(archive)
    try:
        while errands := tuple(islice(catalogue.outbox_after(index.seq()), BATCH)):
            index.update((_document(archive, errand.record) for errand in errands), seq=errands[-1].seq)
    finally:
        index.close()


def renew(archive: Archive) -> None:
    """Make the index anew from the catalogue."""
    shutil.rmtree(archive.index, ignore_errors=True)
    with open_catalogue(archive) as catalogue:
        feed(archive, catalogue)


def find(archive: Archive, query: Node, *, limit: int) -> Hits:
    """Ask the index for records, the best first."""
    index = open_index(archive)
    try:
        return index.search(query, limit=limit)
    finally:
        index.close()


def _document(archive: Archive, record_id: str) -> IndexDocument:
    record = objects.read_record(archive, record_id)
    extraction = record.extraction
    said = {name: field.value for name, field in extraction.fields.items() if isinstance(field.value, str)}
    return IndexDocument(
        id=record_id,
        kind=extraction.kind,
        language=extraction.language,
        added=record.received[:10],
        verdict=record.verdict,
        fields=said,
        pages=tuple(page.text for page in record.pages),
    )
