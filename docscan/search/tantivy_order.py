"""The hits of a tantivy query in an order that a cursor can go on in: by score or by a number.

Of equal score the newest comes first; then the id decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import inf
from operator import itemgetter
from typing import Any

from tantivy import DocAddress, FieldType, Index, Order, Query, Schema, Searcher, SearchResult

from docscan.frozen import dataclass
from docscan.search.tantivy_query import bare, behind, both, minus
from docscan.search.tantivy_schema import ID

AHEAD = 32
"""Hits that are fetched beyond those wanted, as equal scores come in no order;
four times as many when they do not suffice."""

Rows = Sequence[tuple[Any, DocAddress]]


@dataclass(frozen=True, slots=True)
class Place:
    """A hit's place in an order.

    Attributes:
        value: Its score or number; None without a number.
        id: Its identifier.
        added: When it was filed, in an order by score; None where that is unknown.
    """

    value: float | int | None
    id: str
    added: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """The column of a number, to be ordered by."""

    schema: Schema
    name: str
    descending: bool

    @property
    def order(self) -> Order:
        """As tantivy names it."""
        return Order.Desc if self.descending else Order.Asc

    def equal(self, value: int) -> Query:
        """The documents with this number."""
        return bare(Query.range_query(self.schema, self.name, FieldType.Integer, value, value))

    def beyond(self, value: int) -> Query:
        """The documents whose number comes after this one in the order."""
        low, high = (None, value) if self.descending else (value, None)
        return bare(
            Query.range_query(
                self.schema,
                self.name,
                FieldType.Integer,
                low,
                high,
                include_lower=low is None,
                include_upper=high is None,
            )
        )


@dataclass(frozen=True, slots=True)
class Shelf:
    """One state of one index."""

    index: Index
    searcher: Searcher

    def total(self, query: Query) -> int:
        """How many documents a query finds."""
        return _count(self.searcher.search(query, 1, count=True))

    def by_id(self, query: Query, limit: int, after: str = "") -> tuple[list[Place], int]:
        """The first ids that a query finds, behind one of them, and how many there are behind it."""
        if limit <= 0:
            return [], 0
        wanted = both(query, behind(self.index, after)) if after else query
        found = self.searcher.search(wanted, limit, count=True, order_by_field=ID, order=Order.Asc)
        return [Place(None, str(key)) for key, _ in found.hits], _count(found)

    def newest(self, query: Query, added: Column | None, limit: int, after: Place | None) -> list[Place]:
        """Those that a query finds, what was filed last first, behind a place among them; all score 0."""
        place = Place(after.added, after.id) if after else None
        if added is None:
            found = self.by_id(query, limit, place.id if place else "")[0]
        else:
            found = self.by_number(query, added, limit, place)
        return [Place(0.0, one.id, None if one.value is None else int(one.value)) for one in found]

    def by_score(
        self, query: Query, added: Column | None, limit: int, after: Place | None
    ) -> tuple[list[Place], int]:
        """The best that a query finds, behind a place among them, and how many it finds at all."""
        fetched = limit + AHEAD
        while True:
            answer = self.searcher.search(query, fetched, count=True)
            rows = answer.hits
            whole = len(rows) < fetched
            if rows and not rows[0][0]:  # all are misread alike
                return self.newest(query, added, limit, after), _count(answer)
            # those that share the last score may not all be there
            sure = rows if whole else [row for row in rows if row[0] > rows[-1][0]]
            found = self._rated(sure, added, limit, after)
            if whole or len(found) == limit:
                return found, _count(answer)
            fetched *= 4

    def _rated(self, rows: Rows, added: Column | None, limit: int, after: Place | None) -> list[Place]:
        """The first of some rows by score, behind a place among them, with all that share its score there."""
        chosen: list[tuple[float, str]] = []
        passed = 0  # with the score of the place, perhaps all before it
        for score, equal in groupby(rows, key=itemgetter(0)):
            if after is None or after.value is None or score <= after.value:
                chosen += ((score, identifier) for identifier in self._ids(equal))
            if after is not None and score == after.value:
                passed = len(chosen)
            if len(chosen) - passed >= limit:
                break
        dates = self._dates([identifier for _, identifier in chosen], added)
        places = [Place(score, identifier, dates.get(identifier)) for score, identifier in chosen]
        found = sorted(places, key=_order)
        return [place for place in found if after is None or _order(place) > _order(after)][:limit]

    def _dates(self, ids: list[str], added: Column | None) -> dict[str, int]:
        """When documents were filed, where that is known."""
        if added is None or not ids:
            return {}
        wanted = Query.term_set_query(added.schema, ID, ids)
        rows = self.searcher.search(
            both(wanted, Query.exists_query(added.name)), len(ids), count=False, order_by_field=added.name
        ).hits
        return {identifier: value for value, address in rows for identifier in self._ids([(value, address)])}

    def by_number(self, query: Query, column: Column, limit: int, after: Place | None) -> list[Place]:
        """Those with a number in its order, then those without, behind a place among them."""
        numbered = Query.exists_query(column.name)
        found: list[Place] = []
        if after is None:
            found = self._numbered(both(query, numbered), column, limit)
        elif after.value is not None:
            value = int(after.value)
            found = self._equal(query, column, Place(value, after.id), limit)
            found += self._numbered(both(query, column.beyond(value)), column, limit - len(found))
        start = after.id if after is not None and after.value is None else ""
        return found + self.by_id(minus(query, numbered), limit - len(found), start)[0]

    def _numbered(self, query: Query, column: Column, limit: int) -> list[Place]:
        """The first of those with a number; where the last number is shared, the first of them by id."""
        if limit <= 0:
            return []
        rows = self.searcher.search(
            query, limit, count=False, order_by_field=column.name, order=column.order
        ).hits
        whole = len(rows) < limit
        sure = [
            Place(value, identifier)
            for value, equal in groupby(rows, key=itemgetter(0))
            if whole or value != rows[-1][0]
            for identifier in sorted(self._ids(equal))
        ]
        if whole:
            return sure
        return sure + self._equal(query, column, Place(rows[-1][0], ""), limit - len(sure))

    def _equal(self, query: Query, column: Column, after: Place, limit: int) -> list[Place]:
        """Those with the very number of a place, behind it."""
        found, _ = self.by_id(both(query, column.equal(int(after.value or 0))), limit, after.id)
        return [replace(place, value=after.value) for place in found]

    def _ids(self, rows: Iterable[tuple[Any, DocAddress]]) -> Iterator[str]:
        for _, address in rows:
            yield str(self.searcher.doc(address)[ID][0])


def _order(place: Place) -> tuple[float, float, str]:
    """The best first, then what was filed last, then by id."""
    return -(place.value or 0), inf if place.added is None else -place.added, place.id


def _count(answer: SearchResult) -> int:
    return int(answer.count or 0)  # type: ignore[attr-defined]  # not in its stubs
