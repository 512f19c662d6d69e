"""The hits of a tantivy query in an order that a cursor can go on in: by score or by a number.

Of equal score the newest comes first; then the id decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import inf, isclose
from operator import itemgetter
from typing import Any, NamedTuple

from tantivy import DocAddress, FieldType, Index, Order, Query, Schema, Searcher, SearchResult

from docscan.frozen import dataclass
from docscan.search.tantivy_query import bare, behind, both, minus
from docscan.search.tantivy_schema import ID

AHEAD = 32
"""Hits that are fetched beyond those wanted, as equal scores come in no order;
four times as many when they do not suffice."""

MANY = 500
"""Hits beyond which those of one score are no longer fetched to the last one to be put in order."""

MONTH, YEAR = 100, 10_000
"""What is subtracted from a day as YYYYMMDD to come to the days before which one looks last."""

FEW = 4
"""Where more than one in so many is found, to put them all in order takes longer than to look at a month."""

ROUNDED = 1e-4
"""By how much of itself a score may differ when its parts are added up in another order: some single bits."""

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

    def since(self, value: int) -> Query:
        """The documents with this number or a greater one."""
        return bare(Query.range_query(self.schema, self.name, FieldType.Integer, value, None))

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


class Counted(NamedTuple):
    """A query, and how many documents it finds."""

    query: Query
    total: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """One state of one index."""

    index: Index
    searcher: Searcher

    def total(self, query: Query) -> int:
        """How many documents a query finds."""
        return _count(self.searcher.search(bare(query), 1, count=True))  # unrated, as that takes longer

    def by_id(self, query: Query, limit: int, after: str = "") -> tuple[list[Place], int]:
        """The first ids that a query finds, behind one of them, and how many there are behind it."""
        if limit <= 0:
            return [], 0
        wanted = both(query, behind(self.index, after)) if after else query
        found = self.searcher.search(wanted, limit, count=True, order_by_field=ID, order=Order.Asc)
        return [Place(None, str(key)) for key, _ in found.hits], _count(found)

    def newest(self, counted: Counted, added: Column | None, limit: int, after: Place | None) -> list[Place]:
        """Those that a query finds, what was filed last first, behind a place among them; all score 0."""
        place = Place(after.added, after.id) if after else None
        if added is None:
            found = self.by_id(counted.query, limit, place.id if place else "")[0]
        else:
            found = self._latest(counted, added, limit, place)
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
                return self.newest(Counted(query, _count(answer)), added, limit, after), _count(answer)
            # those that share the last score may not all be there
            sure = rows if whole else [row for row in rows if row[0] > rows[-1][0]]
            found = self._rated(sure, added, limit, after)
            passed = after is not None and after.value is not None and after.value < rows[-1][0]
            if added is not None and not (whole or passed) and fetched > MANY:
                counted = Counted(query, _count(answer))
                found += self._shared(counted, rows[-1][0], added, limit - len(found), after)
            if whole or len(found) == limit:
                return found, _count(answer)
            fetched *= 4

    def _shared(
        self, counted: Counted, score: float, added: Column, limit: int, after: Place | None
    ) -> list[Place]:
        """The newest of the many that share a score, behind a place; none where they are not found soon.

        One document of a kind scores as another. So they are looked for among
        the newest, of which they are many, instead of looking through them all.
        """
        found: list[Place] = []
        behind = after if after is not None and after.value == score else None
        place = Place(behind.added, behind.id) if behind else None
        for some in (4 * limit, 16 * limit, 64 * limit):
            newest = self._latest(counted, added, some, place)
            scores = self._scores(counted.query, [one.id for one in newest])
            if any(one != score and isclose(one, score, rel_tol=ROUNDED) for one in scores.values()):
                break  # added up in another order, they tell nothing
            found += [
                Place(score, one.id, None if one.value is None else int(one.value))
                for one in newest
                if scores[one.id] == score
            ]
            if len(found) >= limit:
                return found[:limit]
            if len(newest) < some:
                break
            place = newest[-1]
        return []

    def _scores(self, query: Query, ids: list[str]) -> dict[str, float]:
        """How well documents that a query finds fit it."""
        if not ids:
            return {}
        wanted = Query.term_set_query(self.index.schema, ID, ids)
        rows = self.searcher.search(both(query, wanted), len(ids), count=False).hits
        return {identifier: row[0] for row in rows for identifier in self._ids([row])}

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

    def _latest(self, counted: Counted, added: Column, limit: int, after: Place | None) -> list[Place]:
        """As `by_number` for days, but soon where many of all are found: first among those filed last."""
        query, last = counted.query, None
        if counted.total > self.searcher.num_docs // FEW:
            last = self._last(added) if after is None else after.value
        for back in () if last is None else (MONTH, YEAR):
            found, _ = self.by_number(both(query, added.since(int(last or 0) - back)), added, limit, after)
            if len(found) == limit:
                return found
        return self.by_number(query, added, limit, after)[0]

    def _last(self, added: Column) -> float | None:
        """The last day on which anything was filed; perhaps what has gone since."""
        found = self.searcher.aggregate(Query.all_query(), {"last": {"max": {"field": added.name}}})
        last: float | None = found["last"]["value"]
        return last

    def by_number(
        self, query: Query, column: Column, limit: int, after: Place | None, *, every: bool = False
    ) -> tuple[list[Place], int | None]:
        """Those with a number in its order, then those without, behind a place among them.

        Args:
            query: What finds them.
            column: Of the number.
            limit: How many are wanted, at most.
            after: The place; None for the first.
            every: What the query finds has that number.

        Returns:
            The first of them, and how many the query finds where that came to light.
        """
        numbered = Query.exists_query(column.name)
        if after is None:
            found, count = self._numbered(query if every else both(query, numbered), column, limit)
            if every:
                return found, count
        elif after.value is not None:
            value = int(after.value)
            found = self._equal(query, column, Place(value, after.id), limit)
            found += self._numbered(both(query, column.beyond(value)), column, limit - len(found))[0]
        else:
            found = []
        start = after.id if after is not None and after.value is None else ""
        return found + self.by_id(minus(query, numbered), limit - len(found), start)[0], None

    def _numbered(self, query: Query, column: Column, limit: int) -> tuple[list[Place], int]:
        """The first of those with a number, and how many there are.

        Where the last number is shared, the first of them by id.
        """
        if limit <= 0:
            return [], 0
        answer = self.searcher.search(
            query, limit, count=True, order_by_field=column.name, order=column.order
        )
        rows = answer.hits
        whole = len(rows) < limit
        sure = [
            Place(value, identifier)
            for value, equal in groupby(rows, key=itemgetter(0))
            if whole or value != rows[-1][0]
            for identifier in sorted(self._ids(equal))
        ]
        if not whole:
            sure += self._equal(query, column, Place(rows[-1][0], ""), limit - len(sure))
        return sure, _count(answer)

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
