"""What every search engine of docscan offers, and what it is handed.

The index is a cache: the catalogue's outbox says what to put into it, the
index remembers how far it has got, and one that is missing, damaged, foreign
or of an older form is made anew, with the sequence number 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from docscan.errors import ArchiveError
from docscan.search.nodes import Node


class DamagedIndexError(ArchiveError):
    """The index cannot be read; it is to be made anew."""


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """What can be found of a record.

    Attributes:
        id: The record's identifier.
        kind: `invoice`, `credit-note` ...
        language: `es`, `pl`, `de`, `en`, or empty.
        added: When it was filed, YYYY-MM-DD.
        verdict: `accepted`, `review` or `rejected`.
        fields: The values by name, normalised as in a record.
        pages: The text of each page, in order.
    """

    id: str
    kind: str
    language: str
    added: str
    verdict: str
    fields: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found.

    Attributes:
        id: The record's identifier.
        score: At least 1 for what was found as typed, below 1 for what was
            found under another spelling only.
    """

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """An answer.

    Attributes:
        total: How many documents were found in all; exact.
        exact: How many of them as typed; these come first.
        hits: The part that was asked for, best first.
        also: Other spellings under which documents were found ("also found as").
    """

    total: int
    exact: int
    hits: tuple[Hit, ...]
    also: tuple[str, ...] = ()


class Index(Protocol):
    """An open index. Several may read while one writes."""

    def update(
        self,
        documents: Iterable[IndexDocument],
        *,
        seq: int,
        removed: Iterable[str] = (),
        wiped: bool = False,
    ) -> None:
        """Put documents in, or in place of those with the same id, in one commit.

        Args:
            documents: Held in memory until the commit; some thousands at most.
            seq: The last number of the outbox that this commit covers.
            removed: The ids of records to take out.
            wiped: No word of what was ever taken out may stay in a file of the index.

        Raises:
            ArchiveError: The disk failed; the index is as it was before.
            ArchiveBusyError: Another process has been writing for too long.
        """

    def seq(self) -> int:
        """The last number of the outbox that is in the index; 0 for a new one."""

    def search(self, query: Node, *, limit: int, offset: int = 0) -> Hits:
        """Find documents, as typed before misread ones.

        Args:
            query: From `parse`.
            limit: How many hits to return at most.
            offset: How many to leave out before.

        Raises:
            DamagedIndexError: The index was damaged since it was opened.
        """

    def count(self) -> int:
        """How many documents are in the index."""

    def close(self) -> None:
        """Release the files."""
