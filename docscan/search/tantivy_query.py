"""Plans as tantivy's queries."""

import re

from tantivy import FieldType, Index, Occur, Query, Schema

from docscan.errors import SearchError
from docscan.frozen import dataclass
from docscan.patterns import pattern
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
    Without,
)
from docscan.search.tantivy_schema import ID, POSITIONED

_IDENTIFIER = pattern(r"\w[\w-]*")

Leaf = Term | Sequence | Near | Starts | Similar | Between | Among


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns plans into queries for one index.

    Attributes:
        schema: The index's.
        columns: Of each number's name its column; others are in no document.
        shared: Every part of a plan counts 1, however rare it is.
    """

    schema: Schema
    columns: dict[str, str]
    shared: bool = False

    def query(self, plan: Plan) -> Query:
        """The query that finds what a plan finds."""
        if isinstance(plan, All):
            return self._all(plan)
        if isinstance(plan, Any):
            return any_of([self.query(part) for part in plan.plans])
        if isinstance(plan, Without):
            return Query.boolean_query([(Occur.Must, everything()), (Occur.MustNot, self.query(plan.plan))])
        if isinstance(plan, Everything):
            return everything()
        return self._leaf(plan)

    def _all(self, plan: All) -> Query:
        parts = [
            (Occur.MustNot, self.query(part.plan))
            if isinstance(part, Without)
            else (Occur.Must, self.query(part))
            for part in plan.plans
        ]
        if all(isinstance(part, Without) for part in plan.plans):
            parts.append((Occur.Must, everything()))
        return Query.boolean_query(parts)

    def _leaf(self, leaf: Leaf) -> Query:
        match leaf:
            case Term():
                option = "freq" if leaf.where in POSITIONED else "basic"
                found = Query.term_query(self.schema, leaf.where, leaf.term, option)
            case Sequence():
                found = Query.phrase_query(self.schema, leaf.where, [*leaf.terms])
            case Near():
                found = self._near(leaf)
            case Starts():
                found = bare(Query.regex_query(self.schema, leaf.where, f"{plain(leaf.start)}.*"))
            case Similar():
                found = bare(Query.fuzzy_term_query(self.schema, leaf.where, leaf.term, distance=1))
            case Between():
                found = self._between(leaf)
            case Among():
                found = bare(Query.term_set_query(self.schema, ID, sorted(leaf.ids)))
        if self.shared and isinstance(leaf, Term | Sequence | Near):
            found = Query.const_score_query(found, 1.0)
        return found

    def _near(self, near: Near) -> Query:
        """Both terms as if they stood at one place, from which each may be that far away, in either order."""
        if near.one != near.other:
            pair: list[str | tuple[int, str]] = [(0, near.one), (0, near.other)]
            return Query.phrase_query(self.schema, "body", pair, slop=near.distance)
        return any_of(  # with slop a term would be near itself
            [
                Query.phrase_query(self.schema, "body", [(0, near.one), (step, near.one)])
                for step in range(1, near.distance + 1)
            ]
        )

    def _between(self, between: Between) -> Query:
        column = self.columns.get(between.name)
        if column is None:
            return Query.empty_query()
        if between.low is None and between.high is None:
            return bare(Query.exists_query(column))
        return bare(Query.range_query(self.schema, column, FieldType.Integer, between.low, between.high))


def bare(query: Query) -> Query:
    """A query that says nothing of how well a document fits."""
    return Query.const_score_query(query, 0.0)


def everything() -> Query:
    """All documents, but not the mark."""
    return bare(Query.exists_query(ID))


def any_of(queries: list[Query]) -> Query:
    """What any query finds."""
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def both(one: Query, other: Query) -> Query:
    """What both queries find, rated as by the first."""
    return Query.boolean_query([(Occur.Must, one), (Occur.Must, bare(other))])


def minus(one: Query, other: Query) -> Query:
    """What the first query finds and the other does not."""
    return Query.boolean_query([(Occur.Must, one), (Occur.MustNot, other)])


def behind(index: Index, identifier: str) -> Query:
    """The documents whose identifiers come after this one.

    Raises:
        SearchError: It is no identifier.
    """
    if not _IDENTIFIER.fullmatch(identifier):  # it is put into an expression, where nothing can be escaped
        raise SearchError(
            "This place of an answer is unknown.", query=identifier, position=0, hint="Search anew."
        )
    return bare(index.parse_query(f"{ID}:{{{identifier} TO *]"))


def plain(text: str) -> str:
    """An expression for these very signs."""
    return re.sub(r"([^\w])", r"\\\1", text)
