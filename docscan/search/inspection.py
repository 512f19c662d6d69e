"""Whether the search index has what the catalogue has, and no more files than that takes."""

from contextlib import ExitStack, suppress

from docscan.archive import Archive, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.layout import feeding
from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.frozen import dataclass
from docscan.search import engines, feed
from docscan.search.documents import documents

SAMPLE = 500
"""Records that are looked up: of an index that lacks one in a hundred, 99 in 100 such samples show it."""

MOST_ROOM = 16
"""Times the text that an index may take: Whoosh takes some 5, and twice that while it merges."""

AGAIN = 5
"""Times that an index is brought up and looked at, where something is filed between the two."""

LEAST_ROOM = 1 << 24
"""Bytes that an index may take however little text there is."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found.

    Attributes:
        engine: Who keeps the index.
        documents: How many are in it.
        expected: How many records of the catalogue can be found.
        behind: How many numbers of the catalogue's outbox it has not taken in.
        missing: The ids of records that it should have, among those looked up.
        size: Bytes of its files.
        text: About how many bytes the pages' text has, reckoned from the records looked up; 0 for none.
        soiled: Whether words of what was destroyed may still lie in them.
        intact: Whether they are all as they were written.
    """

    engine: str
    documents: int
    expected: int
    behind: int
    missing: tuple[str, ...]
    size: int
    text: int
    soiled: bool
    intact: bool

    @property
    def bloated(self) -> bool:
        """Whether files lie there that no index of this text needs, as where none were ever deleted."""
        return bool(self.text) and self.size > LEAST_ROOM + MOST_ROOM * self.text

    @property
    def sound(self) -> bool:
        """Whether it has what it should, and nothing else."""
        counted = self.behind == 0 and self.documents == self.expected
        return counted and not self.missing and not self.soiled and self.intact and not self.bloated


def mended(archive: Archive, catalogue: Catalogue, *, sample: int = SAMPLE) -> tuple[Inspection, bool]:
    """Bring the index up and compare it with the catalogue; where that does not fit, make it anew.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        sample: As for `inspect`.

    Returns:
        What was found in the end, and whether it was made anew.

    Raises:
        ArchiveBusyError: Another command is making one, or feeds it for long.
        ArchiveError: The index cannot be written.
    """
    try:
        found = _brought_up(archive, catalogue, sample)
        if found.sound:
            return found, False
    except ArchiveBusyError:
        raise
    except ArchiveError:  # it is damaged; a disk that is full is full for the next one, too
        pass
    feed.remade(archive, catalogue)
    return _brought_up(archive, catalogue, sample), True


def _brought_up(archive: Archive, catalogue: Catalogue, sample: int) -> Inspection:
    """What is found of an index that has all, as nobody else feeds it meanwhile."""
    with feeding(archive, feed.PATIENCE):
        for _ in range(AGAIN):
            feed.catch_up(archive, catalogue)
            found = _seen(archive, catalogue, sample)
            if not found.behind:
                break
    return found


def inspect(archive: Archive, catalogue: Catalogue, *, sample: int = SAMPLE) -> Inspection:
    """Compare the index with the catalogue, as both are at one moment.

    Nobody feeds the index meanwhile, unless somebody has been at it for long.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        sample: Records to look up, evenly taken from all of them.

    Raises:
        DamagedIndexError: The index cannot be read.
    """
    with ExitStack() as stack:
        with suppress(ArchiveError):  # where nothing can be written, nothing is fed
            stack.enter_context(feeding(archive, feed.PATIENCE))
        return _seen(archive, catalogue, sample)


def _seen(archive: Archive, catalogue: Catalogue, sample: int) -> Inspection:
    with tables.snapshot(catalogue.db):
        return _compared(archive, catalogue, sample)


def _compared(archive: Archive, catalogue: Catalogue, sample: int) -> Inspection:
    ids = [row.id for row in catalogue.listing() if row.state != "merged"]
    looked_up = ids[:: max(1, -(-len(ids) // sample))] if sample else []
    text = sum(len(page.encode()) for found in documents(catalogue, looked_up) for page in found.pages)
    index = feed.open_index(archive)
    try:
        live = engines.live(archive.index)
        return Inspection(
            engine=live.engine if live else "",
            documents=index.count(),
            expected=len(ids),
            behind=catalogue.newest_errand() - index.seq(),
            missing=index.missing(looked_up),
            size=engines.size(archive.index),
            text=text * len(ids) // max(1, len(looked_up)),
            soiled=index.soiled(),
            intact=index.intact(),
        )
    finally:
        index.close()
