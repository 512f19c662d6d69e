"""What every search engine of docscan offers, and what it answers.

The index is a cache: the catalogue's outbox says what to put into it, the
index remembers how far it has got, and one that is missing, damaged, foreign
or of an older form is made anew, with the sequence number 0.

An engine is given ready terms (`prepared`) and asked in ready terms (`plan`):
it knows nothing of languages, and every engine finds the same documents.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Protocol

from docscan.errors import ArchiveError
from docscan.frozen import dataclass
from docscan.search.plan import Plan, rated
from docscan.search.prepared import Prepared

MOST_VALUES = 100
"""Values of a facet that an answer names, the most frequent: more than a person reads."""


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
        client: Whose paper it is, in an archive of several clients.
    """

    id: str
    kind: str
    language: str
    added: str
    verdict: str
    fields: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()
    client: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found.

    Attributes:
        id: The record's identifier.
        tier: The first of the tiers that finds it, from 0.
        score: How well it fits, among those of its tier; more is better. Each
            engine has a scale of its own. 0 where all fit alike, as whatever
            is asked with `only`: how rare a term is would tell of documents
            that may not be seen. In the order `shared`, how many parts of the
            tier's plan it has, the same in every engine.
    """

    id: str
    tier: int
    score: float


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last hit of a part of an answer: the next part begins after it.

    A document that is added or changed meanwhile moves no other one from one
    part into the next, unless the order is that of the score, which depends
    on all documents.

    Attributes:
        tier: The hit's, where the order is that of the score; 0 otherwise.
        value: Its score, or the number that is ordered by; None where it has no such number.
        id: Its identifier.
        added: When it was filed, where the order is that of the score; None where that is unknown.
        engine: Whose scale the score has; empty where every engine can go on.
    """

    tier: int
    value: float | int | None
    id: str
    added: int | None = None
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What an index is asked.

    Attributes:
        tiers: Plans of which each finds all that the one before finds; at
            least one. The last says what is found, the others what comes first.
        limit: How many hits to return at most; 0 for the numbers alone.
        after: The `next` of the part before, asked with the same plans and order.
        order: `score` or `shared` (see `Hit`): by tier, then by score, the
            best first, of equal score what was filed last, then by id. The
            name of a number: the least first, or the greatest first with a
            minus before it; documents without it last, ties by id.
        facets: The names of facets to count.
        only: What else every document must fulfil, such as what a person may
            see; one that does not is neither counted nor shown.
    """

    tiers: tuple[Plan, ...]
    limit: int = 10
    after: Cursor | None = None
    order: str = "score"
    facets: tuple[str, ...] = ()
    only: Plan | None = None


SCORED = ("score", "shared")
"""The orders by tier and score."""

_GREATEST = 2**62
"""Beyond every number that is ordered by."""


def fitting(question: Question, tier: int) -> bool:
    """Whether some of what a tier finds may fit better than the rest."""
    if question.order == "score" and question.only is not None:
        return False
    return rated(question.tiers[tier])


def fits(cursor: Cursor, question: Question, engine: str) -> bool:
    """Whether an engine can go on at a cursor that somebody typed, with this order and these tiers."""
    numbers = [number for number in (cursor.value, cursor.added) if number is not None]
    if cursor.engine not in ("", engine) or not all(abs(number) < _GREATEST for number in numbers):
        return False
    if question.order in SCORED:
        return 0 <= cursor.tier < len(question.tiers) and cursor.value is not None and min(numbers) >= 0
    return cursor.tier == 0 and not isinstance(cursor.value, float) and cursor.added is None


@dataclass(frozen=True, slots=True)
class Hits:
    """An answer.

    Attributes:
        total: How many documents were found in all; exact.
        typed: How many of them by the first tier.
        hits: The part that was asked for, in order.
        facets: Of each facet asked for, its values with the number of all
            documents found that have it: the most frequent first, then by value.
        next: Where the next part begins; None where there is none.
    """

    total: int
    typed: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    next: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term of the body, with the number of documents that have it."""

    term: str
    count: int


class Index(Protocol):
    """An open index. Several may read while one writes.

    Attributes:
        name: The engine's, as `[search] engine` has it.
        batch: How many documents one commit had best put in, where there are many.
    """

    name: str
    batch: int

    def update(
        self,
        documents: Iterable[Prepared],
        *,
        seq: int,
        removed: Iterable[str] = (),
        wiped: bool = False,
    ) -> None:
        """Put documents in, or in place of those with the same id, in one commit.

        Args:
            documents: `batch` of them at most; taken one by one, the last of those with the same id counts.
            seq: The last number of the outbox that this commit covers.
            removed: The ids of records to take out; one that is among the documents as well is put in.
            wiped: No word of what was ever taken out may stay in a file of
                the index; see `soiled` for an engine that cannot cut them out.

        Raises:
            ArchiveError: The disk failed; the index is as it was before.
            ArchiveBusyError: Another process has been writing for too long.
        """

    def soiled(self) -> bool:
        """Whether words of what was to be wiped still lie in files of the index.

        It finds none of them; but another is to be made beside it, and this one deleted.
        """

    def seq(self) -> int:
        """The last number of the outbox that is in the index; 0 for a new one."""

    def search(self, question: Question) -> Hits:
        """Find documents.

        Raises:
            DamagedIndexError: The index was damaged since it was opened.
        """

    def frequency(self, term: str, *, only: Plan | None = None) -> int:
        """How many documents have a term in their body.

        Without `only`, documents that were taken out may still count.
        """

    def words(self, start: str, limit: int, *, only: Plan | None = None) -> tuple[Suggestion, ...]:
        """The terms of the body that begin so, the most frequent first, then by term.

        Without `only`, documents that were taken out may still count.
        """

    def count(self) -> int:
        """How many documents are in the index."""

    def missing(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of some ids whose documents are not in the index, in their order."""

    def intact(self) -> bool:
        """Whether all its files are as they were written; it reads them all.

        Who only asks does not: damage that no answer stumbles over shows here alone.
        """

    def close(self) -> None:
        """Release the files."""
