"""The search that cannot be wrong: plans evaluated over prepared documents, one by one, without any index.

Used by the tests and by `benchmarks/search.py`, which hold every engine to it.
"""

import random
from collections.abc import Callable, Iterable

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
from docscan.search.prepared import Prepared

POSITIONED: tuple[Where, ...] = ("body", "fields")
PARTS: tuple[Where, ...] = ("body", "wholes", "fields", "lemmas", "bones")


def ids(plan: Plan, documents: Iterable[Prepared]) -> set[str]:
    """The identifiers of the documents that a plan finds."""
    return {document.id for document in documents if finds(plan, document)}


def finds(plan: Plan, document: Prepared) -> bool:
    match plan:
        case All():
            found = all(finds(part, document) for part in plan.plans)
        case Any():
            found = any(finds(part, document) for part in plan.plans)
        case Without():
            found = not finds(plan.plan, document)
        case Everything():
            found = True
        case Among():
            found = document.id in plan.ids
        case Between():
            number = document.numbers.get(plan.name)
            found = (
                number is not None
                and (plan.low is None or plan.low <= number)
                and (plan.high is None or number <= plan.high)
            )
        case _:
            found = finds_terms(plan, document)
    return found


def finds_terms(leaf: Term | Sequence | Near | Starts | Similar, document: Prepared) -> bool:
    match leaf:
        case Term():
            return leaf.term in terms(document, leaf.where)
        case Starts():
            return any(term.startswith(leaf.start) for term in terms(document, leaf.where))
        case Similar():
            return any(distance(term, leaf.term) <= 1 for term in terms(document, leaf.where))
        case Sequence():
            wanted = leaf.terms
            return any(
                run[at : at + len(wanted)] == wanted
                for run in runs(document, leaf.where)
                for at in range(len(run))
            )
        case Near():
            return any(
                one == leaf.one and other == leaf.other and 0 < abs(here - there) <= leaf.distance
                for run in runs(document, "body")
                for here, one in enumerate(run)
                for there, other in enumerate(run)
            )


def runs(document: Prepared, where: Where) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(run.split()) for run in (document.body if where == "body" else document.fields))


def terms(document: Prepared, where: Where) -> frozenset[str]:
    if where in POSITIONED:
        return frozenset(term for run in runs(document, where) for term in run)
    return frozenset(getattr(document, where).split())


def distance(one: str, other: str) -> int:
    """Optimal string alignment: edits and swaps of neighbours, no part edited twice."""
    if abs(len(one) - len(other)) > 1:
        return 2  # or more
    rows = [list(range(len(other) + 1))]
    for i, sign in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (sign != against))
            if i > 1 and j > 1 and (sign, one[i - 2]) == (other[j - 2], against):
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


# --- random documents and plans: few signs and words, so that much is found -------------------------------

SIGNS = "abcdeł1ñ0ß"


def word(chance: random.Random) -> str:
    return "".join(chance.choice(SIGNS) for _ in range(chance.choice((1, 2, 2, 3, 3, 4, 6))))


def document(chance: random.Random, identifier: str, known: list[str]) -> Prepared:
    def some(most: int, field: str = "") -> str:
        return " ".join(f"{field}{chance.choice(known)}" for _ in range(chance.randint(0, most)))

    return Prepared(
        id=identifier,
        body=tuple(some(12) for _ in range(chance.randint(0, 3))),
        wholes=some(3),
        fields=tuple(some(3, "name=") for _ in range(chance.randint(0, 2))),
        lemmas=some(4, "es="),
        bones=some(4),
        numbers={
            name: chance.choice((-500, -1, 0, 1, 20260101, 20260102, 10**12))
            for name in ("total", "added", "a number of this archive")
            if chance.random() < 0.6
        },
        facets={
            name: chance.choice(("invoice", "Żółć & Co", "x"))
            for name in ("kind", "by.hand")
            if chance.random() < 0.8
        },
    )


def plan(chance: random.Random, known: list[str], depth: int = 0) -> Plan:
    if depth < 3 and chance.random() < 0.4:
        parts = tuple(plan(chance, known, depth + 1) for _ in range(chance.randint(1, 3)))
        return chance.choice((All, Any))(parts)
    if depth < 3 and chance.random() < 0.15:
        return Without(plan(chance, known, depth + 1))
    return chance.choice(LEAVES)(chance, known)


def _placed(chance: random.Random, known: list[str]) -> tuple[Where, Callable[[], str]]:
    where = chance.choice(PARTS)
    before = {"fields": "name=", "lemmas": "es="}.get(where, "")
    return where, lambda: before + chance.choice(known)


def _term(chance: random.Random, known: list[str]) -> Plan:
    where, one = _placed(chance, known)
    return Term(where, one())


def _starts(chance: random.Random, known: list[str]) -> Plan:
    where, one = _placed(chance, known)
    term = one()
    return Starts(where, term[: max(1, len(term) - chance.randint(0, 2))])


def _similar(chance: random.Random, known: list[str]) -> Plan:
    where, one = _placed(chance, known)
    return Similar(where, one())


def _sequence(chance: random.Random, known: list[str]) -> Plan:
    before = chance.choice(("", "name="))
    made = tuple(before + chance.choice(known) for _ in range(chance.choice((2, 2, 3))))
    return Sequence("fields" if before else "body", made)


def _near(chance: random.Random, known: list[str]) -> Plan:
    return Near(chance.choice(known), chance.choice(known), chance.randint(1, 8))


def _between(chance: random.Random, known: list[str]) -> Plan:
    ends = [chance.choice((None, -500, 0, 1, 20260101, 10**12)) for _ in range(2)]
    return Between(chance.choice(("total", "added", "a number of this archive", "never")), *ends)


def _among(chance: random.Random, known: list[str]) -> Plan:
    return Among(frozenset(f"d{chance.randint(0, 99)}" for _ in range(chance.randint(0, 9))))


def _everything(chance: random.Random, known: list[str]) -> Plan:
    return chance.choice((Everything(), Any(())))


LEAVES = (
    _term,
    _term,
    _term,
    _starts,
    _similar,
    _similar,
    _sequence,
    _sequence,
    _near,
    _between,
    _among,
    _everything,
)
