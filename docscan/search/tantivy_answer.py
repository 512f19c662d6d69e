"""A question answered from one state of a tantivy index."""

from dataclasses import dataclass

from tantivy import Query

from docscan.search.index import MOST_VALUES, Cursor, Hit, Hits, Question
from docscan.search.plan import rated
from docscan.search.tantivy_order import Column, Place, Shelf
from docscan.search.tantivy_query import Compiler, both, minus
from docscan.search.tantivy_schema import FACETS, ID

_BUCKETS = 65_000
"""Values of a facet that are counted: as many as tantivy does at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its tiers as queries, each narrowed to what may be found."""

    question: Question
    tiers: tuple[Query, ...]


def asked(compiler: Compiler, question: Question) -> Asked:
    """Compile a question."""
    tiers = tuple(compiler.query(tier) for tier in question.tiers)
    if question.only is not None:
        only = compiler.query(question.only)
        tiers = tuple(both(tier, only) for tier in tiers)
    return Asked(question, tiers)


def answered(shelf: Shelf, compiler: Compiler, asking: Asked) -> Hits:
    """The answer to a question."""
    question, tiers = asking.question, asking.tiers
    total = shelf.total(tiers[-1])
    typed = shelf.total(tiers[0]) if len(tiers) > 1 else total
    hits, places = _hits(shelf, compiler, asking) if question.limit else ((), ())
    more = len(hits) > question.limit
    hits, places = hits[: question.limit], places[: question.limit]
    tier = hits[-1].tier if more and question.order == "score" else 0
    following = Cursor(tier, places[-1].value, places[-1].id) if more else None
    counted = _facets(shelf, tiers[-1], question.facets)
    return Hits(total, typed, hits, counted, following)


def _hits(shelf: Shelf, compiler: Compiler, asking: Asked) -> tuple[tuple[Hit, ...], tuple[Place, ...]]:
    """One hit more than is wanted, if there is one, each with its place."""
    if asking.question.order == "score":
        placed = _by_score(shelf, asking)
        return tuple(Hit(place.id, tier, float(place.value or 0)) for tier, place in placed), tuple(
            place for _, place in placed
        )
    places = _by_number(shelf, compiler, asking)
    tiers = _tiers(shelf, compiler, asking, [place.id for place in places])
    return tuple(Hit(place.id, tiers[place.id], 0.0) for place in places), tuple(places)


def _by_score(shelf: Shelf, asking: Asked) -> list[tuple[int, Place]]:
    after, limit = asking.question.after, asking.question.limit + 1
    start = after.tier if after else 0
    found: list[tuple[int, Place]] = []
    for tier in range(start, len(asking.tiers)):
        query = asking.tiers[tier]
        if tier:
            query = minus(query, asking.tiers[tier - 1])
        place = Place(after.value, after.id) if after and tier == start else None
        if rated(asking.question.tiers[tier]):
            places = shelf.by_score(query, limit - len(found), place)
        else:  # all fit alike
            ids = shelf.by_id(query, limit - len(found), place.id if place else "")
            places = [Place(0.0, identifier) for identifier in ids]
        found += [(tier, place) for place in places]
        if len(found) == limit:
            break
    return found


def _by_number(shelf: Shelf, compiler: Compiler, asking: Asked) -> list[Place]:
    question = asking.question
    after = Place(question.after.value, question.after.id) if question.after else None
    column = compiler.columns.get(question.order.removeprefix("-"))
    if column is None:  # no document has such a number
        ids = shelf.by_id(asking.tiers[-1], question.limit + 1, after.id if after else "")
        return [Place(None, identifier) for identifier in ids]
    ordered = Column(compiler.schema, column, descending=question.order.startswith("-"))
    return shelf.by_number(asking.tiers[-1], ordered, question.limit + 1, after)


def _tiers(shelf: Shelf, compiler: Compiler, asking: Asked, ids: list[str]) -> dict[str, int]:
    """The first tier that finds each of some documents."""
    found: dict[str, int] = {}
    shown = Query.term_set_query(compiler.schema, ID, ids)
    for tier, query in enumerate(asking.tiers[:-1]):
        for identifier in shelf.by_id(both(query, shown), len(ids)):
            found.setdefault(identifier, tier)
    return {identifier: found.get(identifier, len(asking.tiers) - 1) for identifier in ids}


def _facets(shelf: Shelf, query: Query, names: tuple[str, ...]) -> dict[str, tuple[tuple[str, int], ...]]:
    """The values of each facet in all that is found, counted in one pass."""
    if not names:
        return {}
    counting = {
        name: {"terms": {"field": _path(name), "size": _BUCKETS, "segment_size": _BUCKETS}} for name in names
    }
    counted = shelf.searcher.aggregate(query, counting)
    found = {}
    for name in names:
        values = sorted((-bucket["doc_count"], bucket["key"]) for bucket in counted[name]["buckets"])
        found[name] = tuple((value, -count) for count, value in values[:MOST_VALUES])
    return found


def _path(name: str) -> str:
    """Where a facet lies; a dot would lead deeper."""
    return f"{FACETS}." + name.replace(".", "\\.")
