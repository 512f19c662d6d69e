"""A question answered from the segments of a Whoosh index."""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import log

import numpy as np
import numpy.typing as npt

from docscan.frozen import dataclass
from docscan.search.index import MOST_VALUES, SCORED, Cursor, Hit, Hits, Question, fitting
from docscan.search.plan import All, Any, Near, Plan, Sequence, Term
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
    scored = question.order in SCORED
    keys = _keys(found, question)
    places = _wanted(found, keys, question)
    rows = zip(*(key[places].tolist() for key in keys), found.ids(places), places.tolist(), strict=True)
    chosen = sorted(rows)
    shown = chosen[: question.limit]
    hits = tuple(
        Hit(identifier, int(found.tiers[place]), -key[1] if scored else 0.0)
        for *key, identifier, place in shown
    )
    if len(chosen) <= question.limit:
        return hits, None
    *key, identifier, _ = shown[-1]
    if scored:
        return hits, Cursor(key[0], -key[1], identifier, _value(key[2], "-added"))
    return hits, Cursor(0, _value(key[0], question.order), identifier)


def _keys(found: Found, question: Question) -> tuple[Values, ...]:
    """What documents are ordered by, one after the other, the least first; their ids come after all."""
    if question.order in SCORED:
        return found.tiers, _scores(found, question), _column(found, "-added")
    return (_column(found, question.order),)


def _wanted(found: Found, keys: tuple[Values, ...], question: Question) -> Numbers:
    """The first documents behind the cursor: one more than wanted, and all that share the last one's keys."""
    places = np.arange(len(found.numbers))
    after = question.after
    if after is not None:
        behind, equal = _against(keys, _cursor_keys(after, question.order))
        same = np.flatnonzero(equal)
        later = [identifier > after.id for identifier in found.ids(same)]
        behind[same[np.array(later, dtype=bool)]] = True
        places = np.flatnonzero(behind)
    if len(places) <= question.limit + 1:
        return places
    order = places[np.lexsort([key[places] for key in reversed(keys)])]
    last = order[question.limit]
    beyond, equal = _against([key[order] for key in keys], [key[last] for key in keys])
    # sorted, so those up to the last one's keys are a beginning of the order
    return np.concatenate([order[~beyond & ~equal], _least(found, order[equal], question.limit + 1)])


def _against(keys: Iterable[Values], others: Iterable[float | int]) -> tuple[Mask, Mask]:
    """Which documents come after some keys, and which have just these."""
    beyond: Mask = np.zeros(1, dtype=bool)
    equal: Mask = np.ones(1, dtype=bool)
    for key, other in zip(keys, others, strict=True):
        beyond = beyond | (equal & (key > other))
        equal = equal & (key == other)
    return beyond, equal


def _least(found: Found, places: Numbers, many: int) -> Numbers:
    """Of each segment those with the least ids, so many of them at most: the others are not shown."""
    kept = []
    for part, segment in enumerate(found.segments):
        here = places[found.parts[places] == part]
        if len(here) > many:
            here = here[np.argpartition(segment.id_order[found.numbers[here]], many)[:many]]
        kept.append(here)
    return np.concatenate(kept)


def _cursor_keys(after: Cursor, order: str) -> tuple[float | int, ...]:
    """The keys of the hit that a cursor stands at."""
    if order in SCORED:
        return after.tier, -(after.value or 0.0), _key(after.added, "-added")
    return (_key(after.value, order),)


def _key(value: float | int | None, order: str) -> float | int:
    """What a number is ordered by."""
    if value is None:
        return LAST
    return -value if order.startswith("-") else value


def _value(key: int, order: str) -> int | None:
    """A number again."""
    if key == LAST:
        return None
    return -key if order.startswith("-") else key


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
        plan = question.tiers[tier]
        shared = question.order == "shared"
        leaves = [] if shared else [(leaf, _rarity(found.segments, leaf)) for leaf in _leaves(plan)]
        for part, segment in enumerate(found.segments):
            here = (found.parts == part) & (found.tiers == tier)
            if here.any():
                weights = _shared(segment, plan) if shared else _weights(segment, leaves)
                scores[here] = weights[found.numbers[here]]
    return -scores


def _shown(found: Found, question: Question) -> Iterator[int]:
    """The tiers of which a part is wanted, where some of what they find may fit better than the rest."""
    first = question.after.tier if question.after else 0
    before = 0  # documents that come before the tier, and behind the cursor
    for tier in range(len(question.tiers)):
        many = int(np.count_nonzero(found.tiers == tier))
        if many and tier >= first and before < question.limit and fitting(question, tier):
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


def _shared(segment: Segment, plan: Plan) -> npt.NDArray[np.float64]:
    """How many parts of a plan each document of a segment has."""
    if isinstance(plan, All | Any):
        parts = [_shared(segment, part) for part in plan.plans]
        return np.where(segment.mask(plan), sum(parts, np.zeros(len(segment.live))), 0.0)
    fits = isinstance(plan, Term | Sequence | Near)
    return segment.mask(plan).astype(float) if fits else np.zeros(len(segment.live))


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
