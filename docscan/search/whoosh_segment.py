"""Plans evaluated over one segment of a Whoosh index, as masks over its documents.

Whoosh's own queries step from posting to posting in Python, and its ranges and
prefixes build long lists of terms: a range takes some hundred times as long as
a mask over a column.
"""

from functools import cached_property, reduce
from typing import Any as Untyped

import numpy as np
import numpy.typing as npt
from whoosh.reading import IndexReader

from docscan.search.plan import (
    All,
    Among,
    Any,
    Between,
    Everything,
    Near,
    Plan,
    Sequence,
    Similar,
    Starts,
    Term,
    Where,
    Without,
)
from docscan.search.whoosh_columns import content
from docscan.search.whoosh_postings import Decoded
from docscan.search.whoosh_schema import ABSENT, KEY, LENGTH, SIGNS, USUAL, facet
from docscan.search.whoosh_terms import TermsReader

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Column = npt.NDArray[Untyped]
NOBODY: Numbers = np.empty(0, dtype=np.int64)

WIDTH = 2**40
"""More than the positions of any document."""

FEW = 500
"""Documents up to which identifiers are read one by one instead of all at once."""

Leaf = Term | Sequence | Near | Starts | Similar | Among


class Segment:
    """One segment of one commit.

    Attributes:
        live: Which of its documents are not taken out.
    """

    def __init__(self, reader: IndexReader, slots: dict[str, str]) -> None:
        """Take a segment.

        Args:
            reader: Whoosh's, of this segment alone.
            slots: Of each number and facet its column.
        """
        self._reader = reader
        self._terms: TermsReader = reader._terms
        self._slots = slots
        self._columns: dict[str, Column] = {}
        self._values: dict[str, tuple[list[str], Numbers]] = {}
        self._found: dict[Leaf, Numbers] = {}
        self._read: dict[Term, Decoded | None] = {}
        self.live: Mask = np.ones(reader.doc_count_all(), dtype=bool)
        self.live[sorted(reader.deleted_docs_set)] = False

    def mask(self, plan: Plan) -> Mask:
        """Which of its documents a plan finds; those taken out may be among them."""
        match plan:
            case All():
                found: Mask = reduce(np.logical_and, map(self.mask, plan.plans))
            case Any():
                found = reduce(np.logical_or, map(self.mask, plan.plans), np.zeros_like(self.live))
            case Without():
                found = ~self.mask(plan.plan)
            case Everything():
                found = np.ones_like(self.live)
            case Between():
                found = self._between(plan)
            case _:
                found = np.zeros_like(self.live)
                found[self.found(plan)] = True
        return found

    def found(self, leaf: Leaf) -> Numbers:
        """The documents that a leaf finds, each once; those taken out may be among them."""
        if leaf not in self._found:
            self._found[leaf] = self._numbers(leaf)
        return self._found[leaf]

    def forget(self) -> None:
        """Let go of what was read for a question: each leaf is in several of its tiers, and scored."""
        self._found.clear()
        self._read.clear()

    def _numbers(self, leaf: Leaf) -> Numbers:
        match leaf:
            case Term():
                postings = self._postings(leaf.where, leaf.term)
                found = postings.numbers if postings else NOBODY
            case Sequence():
                found = self._sequence(leaf)
            case Near():
                found = self._near(leaf)
            case Starts():
                found = self._terms.starting(leaf.where, leaf.start.encode()).documents()[0]
            case Similar():
                found = self._terms.similar(leaf.where, leaf.term, self._signs).documents()[0]
            case Among():
                found = self._terms.present("id", map(str.encode, leaf.ids)).documents()[0]
        return found

    def _sequence(self, sequence: Sequence) -> Numbers:
        places: Numbers | None = None
        for step, term in enumerate(sequence.terms):
            postings = self._postings(sequence.where, term)
            if postings is None:
                return NOBODY
            here = postings.places(WIDTH) - step
            places = here if places is None else np.intersect1d(places, here, assume_unique=True)
        return NOBODY if places is None else places // WIDTH

    def _near(self, near: Near) -> Numbers:
        one, other = self._postings("body", near.one), self._postings("body", near.other)
        if one is None or other is None:
            return NOBODY
        here, there = one.places(WIDTH), other.places(WIDTH)
        least = np.searchsorted(there, here - near.distance, "left")
        most = np.searchsorted(there, here + near.distance, "right")
        itself = 1 if near.one == near.other else 0
        found: Numbers = here[most - least > itself] // WIDTH
        return found

    def _postings(self, where: Where, term: str) -> Decoded | None:
        """All documents that have a term, also those taken out."""
        wanted = Term(where, term)
        if wanted not in self._read:
            self._read[wanted] = self._terms.postings(where, term.encode())
        return self._read[wanted]

    def _between(self, between: Between) -> Mask:
        values = self.numbers(between.name)
        found: Mask = values != ABSENT
        if between.low is not None:
            found &= values >= between.low
        if between.high is not None:
            found &= values <= between.high
        return found

    def occurrences(self, term: Term) -> tuple[Numbers, Numbers]:
        """The documents that have a term, and how often each has it."""
        found = self._postings(term.where, term.term)
        return (found.numbers, found.frequencies) if found else (NOBODY, NOBODY)

    def frequency(self, term: Term) -> int:
        """How many documents have a term, those taken out included."""
        found = self._postings(term.where, term.term)
        return len(found.numbers) if found else 0

    def starting(self, start: str, only: Plan | None) -> dict[str, int]:
        """The terms of the body that begin so, with how many documents have each.

        Args:
            start: One sign or more.
            only: What a document must fulfil to count; without it, those taken out count, too.
        """
        run = self._terms.starting("body", start.encode())
        numbers, counts = run.documents()
        if only is not None:
            seen = (self.live & self.mask(only))[numbers]
            which = np.repeat(np.arange(len(counts)), counts)
            counts = np.bincount(which[seen], minlength=len(counts))
        return {term.decode(): count for term, count in zip(run.terms, counts.tolist(), strict=True)}

    def numbers(self, name: str) -> Numbers:
        """A number of each document, `ABSENT` where it has none."""
        return self._column(self._slots.get(name, ""), ABSENT, np.dtype(np.int64))

    @cached_property
    def relative_lengths(self) -> npt.NDArray[np.float64]:
        """How many words each document's body has, as a share of the average."""
        lengths = self._column(LENGTH, 0, np.dtype(np.int64))
        shares: npt.NDArray[np.float64] = lengths / max(1.0, float(lengths.mean()))
        return shares

    def values(self, name: str) -> tuple[list[str], Numbers]:
        """The values of a facet, an empty one for none, and of each document the number of its value."""
        slot = self._slots.get(facet(name), "")
        if slot not in self._values:
            column = self._column(slot, b"", np.dtype(object)).tolist()
            self._columns.pop(slot, None)  # the codes are enough
            known = {value: code for code, value in enumerate(dict.fromkeys((b"", *column)))}
            codes = np.array([known[value] for value in column], dtype=np.int64)
            self._values[slot] = [value.decode() for value in known], codes
        return self._values[slot]

    def ids(self, numbers: Numbers) -> list[str]:
        """The identifiers of some documents."""
        if len(numbers) < FEW and KEY not in self._columns:
            return [self._keys[number].decode() for number in numbers.tolist()]
        column = self._column(KEY, b"", np.dtype(object))
        return [key.decode() for key in column[numbers].tolist()]

    @cached_property
    def id_order(self) -> Numbers:
        """Of each document the place of its identifier among all of the segment in order."""
        order = np.empty(len(self.live), dtype=np.int64)
        order[np.argsort(self._column(KEY, b"", np.dtype(object)))] = np.arange(len(order))
        return order

    @cached_property
    def _keys(self) -> Untyped:
        """The column of identifiers, to read some of it."""
        return self._reader.column_reader(KEY, translate=False)

    def _column(self, name: str, default: object, kind: np.dtype[Untyped]) -> Column:
        """A column, read once; of the default where the segment has none of that name."""
        if not name:
            return np.full(len(self.live), default, dtype=kind)
        if name not in self._columns:
            values = np.full(len(self.live), default, dtype=kind)
            if self._reader.has_column(name):
                found = content(self._reader.column_reader(name, translate=False))
                values[: len(found)] = found
            self._columns[name] = values
        return self._columns[name]

    @cached_property
    def _signs(self) -> frozenset[str]:
        """Every sign that occurs in its terms, and the usual ones."""
        return USUAL.union(sign.decode() for sign in self._reader.lexicon(SIGNS))
