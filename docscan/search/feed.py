"""Keeps the search index up to the archive's catalogue, and asks it."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from docscan.archive import Archive, objects
from docscan.archive.catalogue import Catalogue, Errand, open_catalogue
from docscan.archive.layout import feeding
from docscan.errors import ArchiveBusyError, ArchiveError, FixityError, NotFoundError
from docscan.model import Record
from docscan.search.index import DamagedIndexError, IndexDocument
from docscan.search.nodes import Node
from docscan.search.whoosh_engine import FormerHits, WhooshIndex

BATCH = 200  # records in one commit of the index; they are held in memory meanwhile
PATIENCE = 3.0  # seconds to wait for another command that feeds the index


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Attributes:
        hits: The best first.
        current: Whether the index had all that the catalogue has.
    """

    hits: FormerHits
    current: bool


def open_index(archive: Archive) -> WhooshIndex:
    """The archive's index, made where there is none."""
    return WhooshIndex(archive.index)


def feed(archive: Archive, catalogue: Catalogue, timeout: float = 0) -> bool:
    """Bring the index up to what the catalogue holds, unless somebody else is at it.

    A record that cannot be read is left out; `verify` names it. One that was
    merged is found by the record that has its pages now. Of one that was
    destroyed no word stays in any file of the index.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        timeout: Seconds to wait for another command that feeds the index; it
            takes in what is filed meanwhile, too.

    Returns:
        Whether it was done here.

    Raises:
        ArchiveError: The index cannot be written.
    """
    try:
        with feeding(archive, timeout):
            _fed(archive, catalogue)
    except ArchiveBusyError:
        return False
    return True


def _fed(archive: Archive, catalogue: Catalogue) -> None:
    index = open_index(archive)
    try:
        while errands := tuple(islice(catalogue.outbox_after(index.seq()), BATCH)):
            records = tuple(_records(archive, errands))
            destroyed = [errand.record for errand in errands if errand.op == "remove"]
            gone = [str(record.id) for record in records if record.disposal == "merged"]
            kept = (_document(record) for record in records if record.disposal != "merged")
            index.update(kept, seq=errands[-1].seq, removed=gone + destroyed, wiped=bool(destroyed))
    finally:
        index.close()


def renew(archive: Archive) -> None:
    """Make the index anew from the catalogue.

    Raises:
        ArchiveBusyError: Another command feeds it.
    """
    with open_catalogue(archive) as catalogue, feeding(archive, PATIENCE):
        _clear(archive)
        _fed(archive, catalogue)


def answer(archive: Archive, catalogue: Catalogue, query: Node, *, limit: int) -> Answer:
    """Ask an index that has all the catalogue has, where that can be.

    One that is behind the catalogue, because it was deleted, damaged or came
    from elsewhere, is brought up first, unless another command is at it or it
    cannot be written.

    Raises:
        ArchiveError: There is no index that can be asked, and none can be made.
    """
    current = _brought_up(archive, catalogue)
    try:
        return Answer(find(archive, query, limit=limit), current)
    except DamagedIndexError:
        current = _brought_up(archive, catalogue, anew=True)
        return Answer(find(archive, query, limit=limit), current)


def find(archive: Archive, query: Node, *, limit: int) -> FormerHits:
    """Ask the index as it is for records, the best first."""
    index = open_index(archive)
    try:
        return index.search(query, limit=limit)
    finally:
        index.close()


def _brought_up(archive: Archive, catalogue: Catalogue, *, anew: bool = False) -> bool:
    """Whether the index is, or could be made, current."""
    try:
        known, newest = (-1, 0) if anew else (_known(archive), catalogue.newest_errand())
        if known == newest:
            return True
        with feeding(archive, PATIENCE):
            if anew or known > newest:
                _clear(archive)
            _fed(archive, catalogue)
    except ArchiveError:
        return False
    return True


def _known(archive: Archive) -> int:
    index = open_index(archive)
    try:
        return index.seq()
    finally:
        index.close()


def _clear(archive: Archive) -> None:
    if archive.index.is_dir() and not archive.index.is_symlink():
        shutil.rmtree(archive.index, ignore_errors=True)
    else:
        archive.index.unlink(missing_ok=True)


def _records(archive: Archive, errands: Iterable[Errand]) -> Iterator[Record]:
    """The newest version of each record that is to be followed."""
    for record in dict.fromkeys(errand.record for errand in errands if errand.op == "add"):
        try:
            yield objects.read_record(archive, record)
        except (NotFoundError, FixityError):
            continue


def _document(record: Record) -> IndexDocument:
    extraction = record.extraction
    said = {name: field.value for name, field in extraction.fields.items() if isinstance(field.value, str)}
    return IndexDocument(
        id=str(record.id),
        kind=extraction.kind,
        language=extraction.language,
        added=record.received[:10],
        verdict=record.state,
        fields=said,
        pages=tuple(page.text for page in record.pages),
    )
