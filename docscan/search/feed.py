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
from docscan.search import engines
from docscan.search.engines import Engine
from docscan.search.index import DamagedIndexError, Hits, Index, IndexDocument, Question
from docscan.search.nodes import Node
from docscan.search.planning import planned
from docscan.search.prepared import prepared

BATCH = 500  # records in one commit of the index; they are held in memory meanwhile
PATIENCE = 3.0  # seconds to wait for another command that feeds the index


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Attributes:
        hits: The best first.
        current: Whether the index had all that the catalogue has.
    """

    hits: Hits
    current: bool


def open_index(archive: Archive) -> Index:
    """The archive's index, made where there is none."""
    return engines.open_index(archive.index, archive.config.search.engine)


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
    """Bring the index up; make another where it was outgrown, or may hold words of what is gone."""
    index = open_index(archive)
    try:
        _caught_up(archive, catalogue, index)
        count, soiled = index.count(), index.soiled()
    finally:
        index.close()
    live = engines.live(archive.index)
    now = live.engine if live else None
    wanted = engines.wanted(archive.config.search.engine, count, now)
    if soiled or wanted != now:
        _beside(archive, catalogue, wanted)


def _beside(archive: Archive, catalogue: Catalogue, engine: Engine) -> None:
    """Make another index, while the one before answers, and let it take over."""
    generation = engines.begun(archive.index, engine)
    index = engines.opened(generation)
    try:
        _caught_up(archive, catalogue, index)
    finally:
        index.close()
    engines.publish(archive.index, generation)


def _caught_up(archive: Archive, catalogue: Catalogue, index: Index) -> None:
    """Put in what the catalogue's outbox names, up to its end."""
    while errands := tuple(islice(catalogue.outbox_after(index.seq()), BATCH)):
        records = tuple(_records(archive, errands))
        destroyed = [errand.record for errand in errands if errand.op == "remove"]
        gone = [str(record.id) for record in records if record.disposal == "merged"]
        kept = (prepared(_document(record)) for record in records if record.disposal != "merged")
        # into an empty index nothing came that would have to be wiped
        wiped = bool(destroyed) and index.count() > 0
        index.update(kept, seq=errands[-1].seq, removed=gone + destroyed, wiped=wiped)


def remade(archive: Archive, catalogue: Catalogue, engine: Engine | None = None) -> Engine:
    """Make the index anew beside the one that answers, and let it take over.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        engine: Who is to keep it; as `docscan.toml` says where it is left out.

    Returns:
        Who keeps it now.

    Raises:
        ArchiveBusyError: Another command feeds the index.
        ArchiveError: It cannot be written.
    """
    with feeding(archive, PATIENCE):
        chosen = engine or engines.wanted(archive.config.search.engine, catalogue.count())
        _beside(archive, catalogue, chosen)
    return chosen


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


def find(archive: Archive, query: Node, *, limit: int) -> Hits:
    """Ask the index as it is for records, the best first."""
    index = open_index(archive)
    try:
        return index.search(Question(planned(query), limit))
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
