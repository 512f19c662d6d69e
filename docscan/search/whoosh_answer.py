"""A question answered from the segments of a Whoosh index."""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import log

import numpy as np
import numpy.typing as npt

from docscan.frozen import dataclass
from docscan.search.index import MOST_VALUES, Cursor, Hit, Hits, Question
from docscan.search.plan import All, Any, Near, Plan, Sequence, Term, rated
from docscan.search.whoosh_schema import ABSENT
from docscan.search.whoosh_segment import Mask, Numbers, Segment

Values = npt.NDArray[np.float64] | Numbers

SATURATION = 1.2
"""BM25's k1: how soon more occurrences of a term say no more (Robertson and Zaragoza 2009, 3.3)."""

LENGTH_SHARE = 0.75
"""BM25's b: how much less the occurrences in a long document count (the same)."""

LAST = 2**63 - 1
"""The key of a document without the number that is ordered by."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in all segments; an entry of each array for each document.

    Attributes:
        segments: All.
        parts: Which segment it lies in.
        numbers: Its number there.
        tiers: The first tier that finds it.
    """

    segments: tuple[Segment, ...]
    parts: Numbers
    numbers: Numbers
    tiers: Numbers

    def ids(self, places: Numbers) -> list[str]:
        """The identifiers of some of it."""
        found = {
            part: iter(segment.ids(self.numbers[places[self.parts[places] == part]]))
            for part, segment in enumerate(self.segments)
        }
        return [next(found[part]) for part in self.parts[places].tolist()]


def answered(segments: tuple[Segment, ...], question: Question) -> Hits:
    """The answer to a question."""
    try:
        found = _found(segments, question)
        typed = int(np.count_nonzero(found.tiers == 0))
        hits, following = _page(found, question) if question.limit else ((), None)
        facets = {name: _facet(found, name) for name in question.facets}
        return Hits(len(found.numbers), typed, hits, facets, following)
    finally:
        for segment in segments:
            segment.forget()


def _found(segments: tuple[Segment, ...], question: Question) -> Found:
    parts, numbers, tiers = [], [], []
    for part, segment in enumerate(segments):
        seen = segment.live if question.only is None else segment.live & segment.mask(question.only)
        masks: list[Mask] = [seen & segment.mask(tier) for tier in question.tiers]
        chosen = np.flatnonzero(masks[-1])
        first = np.argmax(np.stack(masks)[:, chosen], axis=0)  # the first that is true
        parts.append(np.full(len(chosen), part))
        numbers.append(chosen)
        tiers.append(first)
    none = np.empty(0, dtype=np.int64)
    return Found(segments, *(np.concatenate([none, *arrays]) for arrays in (parts, numbers, tiers)))


def _page(found: Found, question: Question) -> tuple[tuple[Hit, ...], Cursor | None]:
    """The hits that are wanted, and where the next ones begin."""
    rated_by = question.order == "score"
    ranks = found.tiers if rated_by else np.zeros_like(found.tiers)
    keys = _scores(found, question) if rated_by else _column(found, question.order)
    places = _wanted(found, ranks, keys, question)
    chosen = sorted(
        zip(ranks[places].tolist(), keys[places].tolist(), found.ids(places), places.tolist(), strict=True)
    )
    shown = chosen[: question.limit]
    hits = tuple(
        Hit(identifier, int(found.tiers[place]), -key if rated_by else 0.0)
        for _, key, identifier, place in shown
    )
    if len(chosen) <= question.limit:
        return hits, None
    rank, key, identifier, _ = shown[-1]
    return hits, Cursor(rank, _value(key, question.order), identifier)


def _wanted(found: Found, ranks: Numbers, keys: Values, question: Question) -> Numbers:
    """The first documents behind the cursor: one more than wanted, and all that share the last one's key."""
    places = np.arange(len(keys))
    after = question.after
    if after is not None:
        key = _key(after.value, question.order)
        behind = (ranks > after.tier) | ((ranks == after.tier) & (keys > key))
        equal = np.flatnonzero((ranks == after.tier) & (keys == key))
        later = [identifier > after.id for identifier in found.ids(equal)]
        behind[equal[np.array(later, dtype=bool)]] = True
        places = np.flatnonzero(behind)
    if len(places) <= question.limit + 1:
        return places
    order = places[np.lexsort((keys[places], ranks[places]))]
    last = order[question.limit]
    # sorted, so those up to the last one's key are a beginning of the order
    up_to = (ranks[order] < ranks[last]) | ((ranks[order] == ranks[last]) & (keys[order] <= keys[last]))
    equal = (ranks[order] == ranks[last]) & (keys[order] == keys[last])
    return np.concatenate([order[up_to & ~equal], _least(found, order[equal], question.limit + 1)])


def _least(found: Found, places: Numbers, many: int) -> Numbers:
    """Of each segment those with the least ids, so many of them at most: the others are not shown."""
    kept = []
    for part, segment in enumerate(found.segments):
        here = places[found.parts[places] == part]
        if len(here) > many:
            here = here[np.argpartition(segment.id_order[found.numbers[here]], many)[:many]]
        kept.append(here)
    return np.concatenate(kept)


def _key(value: float | int | None, order: str) -> float | int:
    """What a cursor's value is ordered by."""
    if value is None:
        return LAST
    return -value if order == "score" or order.startswith("-") else value


def _value(key: float | int, order: str) -> float | int | None:
    """A cursor's value again."""
    if order != "score" and key == LAST:
        return None
    return -key if order == "score" or order.startswith("-") else key


def _column(found: Found, order: str) -> Numbers:
    """A number of each document, negative for the greatest first."""
    name = order.removeprefix("-")
    values = np.full(len(found.numbers), ABSENT, dtype=np.int64)
    for part, segment in enumerate(found.segments):
        here = found.parts == part
        values[here] = segment.numbers(name)[found.numbers[here]]
    return np.where(values == ABSENT, LAST, -values if order.startswith("-") else values)


def _scores(found: Found, question: Question) -> Values:
    """How well each document fits what its tier asks for, negative: the best first; 0 for tiers not shown."""
    scores = np.zeros(len(found.numbers))
    for tier in _shown(found, question):
        leaves = [(leaf, _rarity(found.segments, leaf)) for leaf in _leaves(question.tiers[tier])]
        for part, segment in enumerate(found.segments):
            here = (found.parts == part) & (found.tiers == tier)
            if here.any():
                scores[here] = _weights(segment, leaves)[found.numbers[here]]
    return -scores


def _shown(found: Found, question: Question) -> Iterator[int]:
    """The tiers of which a part is wanted, where some of what they find may fit better than the rest."""
    first = question.after.tier if question.after else 0
    before = 0  # documents that come before the tier, and behind the cursor
    for tier, plan in enumerate(question.tiers):
        many = int(np.count_nonzero(found.tiers == tier))
        if many and tier >= first and before < question.limit and rated(plan):
            yield tier
        before += many if tier > first or not question.after else 0


def _leaves(plan: Plan) -> Iterator[Term | Sequence | Near]:
    """What a document can fit more or less."""
    if isinstance(plan, All | Any):
        for part in plan.plans:
            yield from _leaves(part)
    elif isinstance(plan, Term | Sequence | Near):
        yield plan


def _rarity(segments: tuple[Segment, ...], leaf: Term | Sequence | Near) -> float:
    """BM25's inverse document frequency; of several terms the sum."""
    if isinstance(leaf, Term):
        terms = [leaf]
    elif isinstance(leaf, Sequence):
        terms = [Term(leaf.where, term) for term in leaf.terms]
    else:
        terms = [Term("body", leaf.one), Term("body", leaf.other)]
    count = sum(len(segment.live) for segment in segments)
    frequencies = [sum(segment.frequency(term) for segment in segments) for term in terms]
    return sum(log(1 + (count - each + 0.5) / (each + 0.5)) for each in frequencies)


def _weights(
    segment: Segment, leaves: Iterable[tuple[Term | Sequence | Near, float]]
) -> npt.NDArray[np.float64]:
    """How well each document of a segment fits leaves, each with its rarity."""
    weights = np.zeros(len(segment.live))
    for leaf, rarity in leaves:
        if not isinstance(leaf, Term):
            weights[segment.found(leaf)] += rarity
            continue
        numbers, occurrences = segment.occurrences(leaf)
        if len(numbers):
            relative = 1 - LENGTH_SHARE + LENGTH_SHARE * segment.relative_lengths[numbers]
            share = occurrences * (SATURATION + 1) / (occurrences + SATURATION * relative)
            weights[numbers] += rarity * share
    return weights


def _facet(found: Found, name: str) -> tuple[tuple[str, int], ...]:
    """The values of a facet in all that was found."""
    counted: Counter[str] = Counter()
    for part, segment in enumerate(found.segments):
        values, codes = segment.values(name)
        counts = np.bincount(codes[found.numbers[found.parts == part]], minlength=len(values))
        counted.update(
            {value: int(count) for value, count in zip(values, counts, strict=True) if value and count}
        )
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES])
