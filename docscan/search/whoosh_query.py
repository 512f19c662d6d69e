"""Parsed queries as Whoosh's, and the leaves that Whoosh is slow at as our own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.matching import ListMatcher, NullMatcher
from whoosh.query import And as WhooshAnd
from whoosh.query import Or as WhooshOr
from whoosh.query import Phrase as WhooshPhrase
from whoosh.query import Query, Term
from whoosh.reading import IndexReader

from docscan.search.analysis import fold, skeleton, wordings
from docscan.search.nodes import And, Has, Leaf, Near, Node, Not, Or, Phrase, Prefix, Range, State, Word
from docscan.search.query import KEYWORDS
from docscan.search.spelling import edits, tolerant
from docscan.search.whoosh_schema import ABSENT, BODY, FIELDS, SPELLINGS, named

Numbers = npt.NDArray[np.int64]

MOST_SPELLINGS = 50
"""Other spellings of one word that are searched, the most frequent first."""


class Documents(Query):  # type: ignore[misc]  # whoosh has no types
    """Documents found by a function from a segment's searcher to their numbers, ascending.

    Whoosh's own range and prefix queries build long lists of terms: 93 and
    221 ms at 10,000 documents, where a mask over a column takes less than 1.
    """

    boost = 1.0

    def __init__(self, select: Callable[[Any], Iterable[int]]) -> None:
        self.select = select

    def is_leaf(self) -> bool:
        """It has no parts."""
        return True

    def normalize(self) -> "Documents":
        """It is as simple as can be."""
        return self

    def estimate_size(self, reader: IndexReader) -> int:
        """At most all."""
        return int(reader.doc_count_all())

    estimate_min_size = estimate_size

    def matcher(self, searcher: Any, context: Any = None) -> Any:  # noqa: ARG002 - whoosh's signature
        """The documents that are not deleted, in one segment."""
        reader = searcher.reader()
        found = list(self.select(searcher))
        if reader.has_deletions():
            found = [number for number in found if not reader.is_deleted(number)]
        return ListMatcher(found, all_weights=1.0) if found else NullMatcher()


@dataclass
class Compiler:
    """Turns nodes into Whoosh's queries against one state of an index.

    Attributes:
        reader: Of the whole index.
        column: A segment's column of a date or an amount.
        misread: Whether other spellings are searched too.
        spellings: Those that were, by the term they stand for.
    """

    reader: IndexReader
    column: Callable[[IndexReader, str], Numbers]
    misread: bool
    spellings: dict[str, list[str]] = field(default_factory=dict)

    def query(self, node: Node) -> Query:
        """The query for a node."""
        if isinstance(node, And):
            return self._all(node)
        if isinstance(node, Or):
            return WhooshOr([self.query(part) for part in node.nodes])
        if isinstance(node, Not):
            return without(self._exactly(node.node))
        return self._leaf(node)

    def _all(self, node: And) -> Query:
        wanted = [self.query(part) for part in node.nodes if not isinstance(part, Not)]
        unwanted = [self._exactly(part.node) for part in node.nodes if isinstance(part, Not)]
        return WhooshAnd([*wanted, *map(without, unwanted)])

    def _exactly(self, node: Node) -> Query:
        """What is left out is left out as typed: a misreading proves nothing."""
        return Compiler(self.reader, self.column, misread=False).query(node)

    def _leaf(self, leaf: Leaf) -> Query:
        if isinstance(leaf, Range):
            return Documents(lambda segment: in_range(self.column(segment.reader(), leaf.field), leaf))
        if isinstance(leaf, Near | Has | State):
            return self._wordless(leaf)
        where = FIELDS if leaf.field else BODY
        if isinstance(leaf, Prefix):
            start = named(leaf.field, fold(leaf.text))
            return Documents(lambda segment: beginning(segment.reader(), where, start))
        if leaf.field in KEYWORDS:
            return Term(FIELDS, named(leaf.field, fold(leaf.text)))
        return self._wordings(leaf, where)

    def _wordless(self, leaf: Near | Has | State) -> Query:
        if isinstance(leaf, Near):
            pair = [fold(leaf.one), fold(leaf.other)]
            either = (pair, pair[::-1])
            return WhooshOr([WhooshPhrase(BODY, words, slop=leaf.distance) for words in either])
        if isinstance(leaf, Has):
            start = named(leaf.field, "")
            return Documents(lambda segment: beginning(segment.reader(), FIELDS, start))
        return Documents(lambda _: ())  # known to nobody yet

    def _wordings(self, leaf: Word | Phrase, where: str) -> Query:
        found: list[Query] = []
        for wording in wordings(leaf.text):
            if len(wording) > 1:
                found.append(WhooshPhrase(where, [named(leaf.field, term) for term in wording]))
                continue
            found.append(Term(where, named(leaf.field, wording[0])))
            if self.misread and isinstance(leaf, Word):
                found.extend(Term(where, named(leaf.field, other)) for other in self._spellings(wording[0]))
        return found[0] if len(found) == 1 else WhooshOr(found)

    def _spellings(self, term: str) -> list[str]:
        """The other spellings of a term that the index knows, the most frequent first."""
        if term not in self.spellings:
            known = {other for other in self._candidates(term) if other != term}
            frequent = sorted(known, key=lambda other: (-self.reader.doc_frequency(BODY, other), other))
            self.spellings[term] = frequent[:MOST_SPELLINGS]
        return self.spellings[term]

    def _candidates(self, term: str) -> Iterable[str]:
        if tolerant(term):
            start = f"{skeleton(term)}="
            for found in self.reader.expand_prefix(SPELLINGS, start):
                yield found.decode()[len(start) :]
            yield from (edited for edited in edits(term) if (BODY, edited) in self.reader)


def without(unwanted: Query) -> Query:
    """All documents that a query does not find.

    Not Whoosh's own AndNot: that one never looks whether the first document
    is unwanted, when the first unwanted one comes before it.
    """

    def rest(segment: Any) -> list[int]:
        mask = np.ones(segment.reader().doc_count_all(), dtype=bool)
        mask[list(unwanted.matcher(segment, segment.boolean_context()).all_ids())] = False
        found: list[int] = np.flatnonzero(mask).tolist()
        return found

    return Documents(rest)


def in_range(column: Numbers, wanted: Range) -> Iterable[int]:
    """The documents whose value lies between both ends, inclusive."""
    mask = column != ABSENT
    if wanted.low is not None:
        mask &= column >= wanted.low
    if wanted.high is not None:
        mask &= column <= wanted.high
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def beginning(reader: IndexReader, where: str, start: str) -> Iterable[int]:
    """The documents with a term that begins so."""
    found: set[int] = set()
    for term in reader.expand_prefix(where, start):
        found.update(reader.postings(where, term).all_ids())
    return sorted(found)
