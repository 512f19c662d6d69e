"""Whether the search index has what the catalogue has."""

from dataclasses import dataclass

from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue
from docscan.search import engines, feed

SAMPLE = 500
"""Records that are looked up: of an index that lacks one in a hundred, 99 in 100 such samples show it."""


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
        soiled: Whether words of what was destroyed may still lie in them.
    """

    engine: str
    documents: int
    expected: int
    behind: int
    missing: tuple[str, ...]
    size: int
    soiled: bool

    @property
    def sound(self) -> bool:
        """Whether it has what it should, and nothing else."""
        counted = self.behind == 0 and self.documents == self.expected
        return counted and not self.missing and not self.soiled


def inspect(archive: Archive, catalogue: Catalogue, *, sample: int = SAMPLE) -> Inspection:
    """Compare the index with the catalogue, as both are.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        sample: Records to look up, evenly taken from all of them.

    Raises:
        ArchiveError: The index cannot be read.
    """
    ids = [row.id for row in catalogue.listing() if row.state != "merged"]
    index = feed.open_index(archive)
    try:
        live = engines.live(archive.index)
        return Inspection(
            engine=live.engine if live else "",
            documents=index.count(),
            expected=len(ids),
            behind=catalogue.newest_errand() - index.seq(),
            missing=index.missing(ids[:: max(1, -(-len(ids) // sample))] if sample else ()),
            size=engines.size(archive.index),
            soiled=index.soiled(),
        )
    finally:
        index.close()
