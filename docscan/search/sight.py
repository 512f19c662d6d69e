"""The index as whoever asks may see it: all of it, or what a query finds and nothing else.

Of lists and numbers the index decides, of a single record the record itself.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Generic, TypeVar

from docscan.archive.catalogue import Catalogue
from docscan.archive.layout import Archive
from docscan.errors import ArchiveBusyError
from docscan.frozen import dataclass
from docscan.search import engines, feed
from docscan.search.documents import documents
from docscan.search.index import DamagedIndexError, Hits, Index, Question, Suggestion
from docscan.search.matching import matches
from docscan.search.plan import All, Everything, Plan, Term
from docscan.search.prepared import prepared

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Seen:
    """An open index, of which there is no more than a plan finds.

    Attributes:
        index: All of it.
        only: What may be seen; None for all of it.
    """

    index: Index
    only: Plan | None = None

    def search(self, question: Question) -> Hits:
        """Find documents, as `Index.search`."""
        parts = tuple(part for part in (self.only, question.only) if part is not None)
        return self.index.search(replace(question, only=All(parts) if parts else None))

    def frequency(self, term: str) -> int:
        """How many documents have a term in their body."""
        return self.index.frequency(term, only=self.only)

    def words(self, start: str, limit: int) -> tuple[Suggestion, ...]:
        """The terms of the body that begin so, the most frequent first."""
        return self.index.words(start, limit, only=self.only)

    def finds(self, term: str) -> bool:
        """Whether a document has a term in its body; what was taken out does not count."""
        return self.search(Question((Term("body", term),), limit=0)).total > 0

    def count(self) -> int:
        """How many documents there are."""
        return self.search(Question((Everything(),), limit=0)).total if self.only else self.index.count()


@dataclass(frozen=True, slots=True)
class Sight:
    """The records that a plan finds, as `archive.layout.Sight` asks for them."""

    plan: Plan

    def shows(self, catalogue: Catalogue, record: str) -> bool:
        """Whether they may see a record, as it is now."""
        return any(matches(self.plan, prepared(found)) for found in documents(catalogue, [record]))

    def ids(self, catalogue: Catalogue) -> frozenset[str]:
        """All that they may see.

        Raises:
            ArchiveBusyError: The index does not have all of the catalogue at the moment.
        """
        return asked(catalogue, everything).found


@dataclass(frozen=True, slots=True)
class Asked(Generic[Found]):
    """What an index answered.

    Attributes:
        found: The answer.
        current: Whether the index had all that the catalogue has.
    """

    found: Found
    current: bool


def everything(seen: Seen) -> frozenset[str]:
    """The ids of all documents there are."""
    hits = seen.search(Question((Everything(),), limit=max(1, seen.count()), order="added")).hits
    return frozenset(hit.id for hit in hits)


def asked(
    catalogue: Catalogue, ask: Callable[[Seen], Found], told: Callable[[int], object] | None = None
) -> Asked[Found]:
    """Ask an index that has all the catalogue has, where that can be.

    One that is behind the catalogue, because it was deleted, damaged or came
    from elsewhere, is brought up first, unless another command is at it or it
    cannot be written.

    Args:
        catalogue: Open on the archive, as whoever asks may see it.
        ask: Asks what is to be known; it may be called twice.
        told: Is called with the number of records where many have to be waited for.

    Raises:
        ArchiveError: There is no index that can be asked, and none can be made.
        ArchiveBusyError: Whoever asks may see a part alone, and an index that
            is behind could show more than that.
    """
    archive = catalogue.archive
    index = feed.current(archive, catalogue)  # of two looks at an index, the first is half of all the work
    current = index is not None or feed.brought_up(archive, catalogue, told=told)
    answering = engines.live(archive.index)
    try:
        return Asked(_asked(archive, ask, index, current=current), current)
    except DamagedIndexError:
        replaced = engines.live(archive.index) != answering  # and deleted while it was asked
        current = feed.brought_up(archive, catalogue, anew=not replaced, told=told)
        return Asked(_asked(archive, ask, None, current=current), current)


def _asked(archive: Archive, ask: Callable[[Seen], Found], index: Index | None, *, current: bool) -> Found:
    only = archive.sight.plan if isinstance(archive.sight, Sight) else None
    with ExitStack() as stack:
        if index is not None:
            stack.callback(index.close)
        if archive.sight is not None and (only is None or not current):
            raise ArchiveBusyError(
                "The search index does not have all that was filed yet.", hint="Try again in a minute."
            )
        if index is None:
            index = stack.enter_context(closing(feed.open_index(archive)))
        return ask(Seen(index, only))
