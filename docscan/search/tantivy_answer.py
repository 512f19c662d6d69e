"""A question answered from one state of a tantivy index."""

from collections.abc import Mapping
from dataclasses import field, replace

from tantivy import Query

from docscan.frozen import dataclass
from docscan.search.index import MOST_VALUES, SCORED, Cursor, Hit, Hits, Question, fitting
from docscan.search.plan import All, Between, Plan
from docscan.search.tantivy_order import Column, Counted, Place, Shelf
from docscan.search.tantivy_query import Compiler, both, minus
from docscan.search.tantivy_schema import FACETS, ID

_BUCKETS = 65_000
"""Values of a facet that are counted: as many as tantivy does at once."""


_ALL = "\0"
"""Under which all that is found is counted; no facet is called so."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its tiers as queries, each narrowed to what may be found."""

    question: Question
    tiers: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """One hit more than is wanted, if there is one, each with its place.

    Attributes:
        counts: How many documents a tier finds that the ones before do not, as far as they were counted.
    """

    hits: tuple[Hit, ...] = ()
    places: tuple[Place, ...] = ()
    counts: Mapping[int, int] = field(default_factory=dict)

    def total(self, tiers: int) -> int | None:
        """How many documents so many tiers find together; None when one was not counted."""
        return sum(self.counts.values()) if len(self.counts) == tiers else None


def asked(compiler: Compiler, question: Question) -> Asked:
    """Compile a question."""
    rating = replace(compiler, shared=question.order == "shared")
    tiers = tuple(rating.query(tier) for tier in question.tiers)
    if question.only is not None:
        only = compiler.query(question.only)
        tiers = tuple(both(tier, only) for tier in tiers)
    return Asked(question, tiers)


def answered(shelf: Shelf, compiler: Compiler, asking: Asked) -> Hits:
    """The answer to a question: no query runs twice, as one for misread words takes milliseconds."""
    question = asking.question
    first = None
    if question.facets and len(asking.tiers) == 1 and not fitting(question, 0):
        first = _counted(shelf, asking, None)  # with the number, the newest are found sooner
    found = _found(shelf, compiler, asking, first and first[0]) if question.limit else _Found()
    total, facets = first or _counted(shelf, asking, found.total(len(asking.tiers)))
    typed = found.counts.get(0)
    if len(asking.tiers) == 1:
        typed = total
    elif typed is None:
        typed = shelf.total(asking.tiers[0])
    more = len(found.hits) > question.limit
    hits, places = found.hits[: question.limit], found.places[: question.limit]
    tier = hits[-1].tier if more and question.order in SCORED else 0
    following = Cursor(tier, places[-1].value, places[-1].id, places[-1].added) if more else None
    return Hits(total, typed, hits, facets, following)


def _found(shelf: Shelf, compiler: Compiler, asking: Asked, total: int | None) -> _Found:
    if asking.question.order in SCORED:
        return _by_score(shelf, compiler, asking, total)
    places, count = _by_number(shelf, compiler, asking)
    tiers = _tiers(shelf, compiler, asking, [place.id for place in places])
    hits = tuple(Hit(place.id, tiers[place.id], 0.0) for place in places)
    counts = {0: count} if count is not None and len(asking.tiers) == 1 else {}
    return _Found(hits, tuple(places), counts)


def _by_score(shelf: Shelf, compiler: Compiler, asking: Asked, total: int | None) -> _Found:
    """The hits; the total of the only tier may be known already."""
    after, limit = asking.question.after, asking.question.limit + 1
    start = after.tier if after else 0
    name = compiler.columns.get("added")
    added = Column(compiler.schema, name, descending=True) if name else None
    hits: list[Hit] = []
    every: list[Place] = []
    counts: dict[int, int] = {}
    for tier in range(start, len(asking.tiers)):
        query = asking.tiers[tier]
        if tier:
            query = minus(query, asking.tiers[tier - 1])
        place = Place(after.value, after.id, after.added) if after and tier == start else None
        if fitting(asking.question, tier):
            places, counts[tier] = shelf.by_score(query, added, limit - len(every), place)
        else:  # all fit alike
            counts[tier] = shelf.total(query) if total is None else total
            places = shelf.newest(Counted(query, counts[tier]), added, limit - len(every), place)
        hits += [Hit(place.id, tier, float(place.value or 0)) for place in places]
        every += places
        if len(every) == limit:
            break
    return _Found(tuple(hits), tuple(every), counts)


def _by_number(shelf: Shelf, compiler: Compiler, asking: Asked) -> tuple[list[Place], int | None]:
    question = asking.question
    name = question.order.removeprefix("-")
    after = Place(question.after.value, question.after.id) if question.after else None
    column = compiler.columns.get(name)
    if column is None:  # no document has such a number
        return shelf.by_id(asking.tiers[-1], question.limit + 1, after.id if after else "")[0], None
    ordered = Column(compiler.schema, column, descending=question.order.startswith("-"))
    every = _have(question.tiers[-1], name)
    return shelf.by_number(asking.tiers[-1], ordered, question.limit + 1, after, every=every)


def _have(plan: Plan, name: str) -> bool:
    """Whether only documents with a number are found, as it has to lie in a range."""
    if isinstance(plan, All):
        return any(_have(part, name) for part in plan.plans)
    return isinstance(plan, Between) and plan.name == name


def _tiers(shelf: Shelf, compiler: Compiler, asking: Asked, ids: list[str]) -> dict[str, int]:
    """The first tier that finds each of some documents."""
    found: dict[str, int] = {}
    shown = Query.term_set_query(compiler.schema, ID, ids)
    for tier, query in enumerate(asking.tiers[:-1]):
        for place in shelf.by_id(both(query, shown), len(ids))[0]:
            found.setdefault(place.id, tier)
    return {identifier: found.get(identifier, len(asking.tiers) - 1) for identifier in ids}


def _counted(
    shelf: Shelf, asking: Asked, total: int | None
) -> tuple[int, dict[str, tuple[tuple[str, int], ...]]]:
    """How many documents are found, and the values of each facet in all of them, counted in one pass."""
    query, names = asking.tiers[-1], asking.question.facets
    if not names:
        return shelf.total(query) if total is None else total, {}
    counting: dict[str, object] = {name: {"terms": _counting(name)} for name in names}
    if total is None:
        counting[_ALL] = {"value_count": {"field": ID}}
    counted = shelf.searcher.aggregate(query, counting)
    found = {
        name: tuple((bucket["key"], bucket["doc_count"]) for bucket in counted[name]["buckets"])
        for name in names
    }
    return int(counted[_ALL]["value"]) if total is None else total, found


def _counting(name: str) -> dict[str, object]:
    """What asks for the values of a facet, the most frequent first; equally frequent ones come by name."""
    return {"field": _path(name), "size": MOST_VALUES, "segment_size": _BUCKETS, "order": {"_count": "desc"}}


def _path(name: str) -> str:
    """Where a facet lies; a dot would lead deeper."""
    return f"{FACETS}." + name.replace(".", "\\.")
