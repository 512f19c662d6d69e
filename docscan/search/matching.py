"""Whether one document is what a plan finds, without any index: the rights to a single record ask it."""

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
from docscan.search.spelling import one_edit

Run = tuple[str, ...]


def matches(plan: Plan, document: Prepared) -> bool:
    """Whether a plan finds a document, exactly as every engine decides it."""
    if isinstance(plan, All):
        return all(matches(part, document) for part in plan.plans)
    if isinstance(plan, Any):
        return any(matches(part, document) for part in plan.plans)
    if isinstance(plan, Without):
        return not matches(plan.plan, document)
    if isinstance(plan, Between):
        return _between(plan, document)
    if isinstance(plan, Everything | Among):
        return isinstance(plan, Everything) or document.id in plan.ids
    return _has(plan, document)


def _between(plan: Between, document: Prepared) -> bool:
    number = document.numbers.get(plan.name)
    if number is None:
        return False
    return (plan.low is None or plan.low <= number) and (plan.high is None or number <= plan.high)


def _has(plan: Term | Sequence | Near | Starts | Similar, document: Prepared) -> bool:
    if isinstance(plan, Sequence):
        return any(_in_row(plan.terms, run) for run in _runs(document, plan.where))
    if isinstance(plan, Near):
        return any(_close(plan, run) for run in _runs(document, "body"))
    terms = _terms(document, plan.where)
    if isinstance(plan, Term):
        return plan.term in terms
    if isinstance(plan, Starts):
        return any(term.startswith(plan.start) for term in terms)
    return any(one_edit(plan.term, term) for term in terms)


def _runs(document: Prepared, where: Where) -> tuple[Run, ...]:
    return tuple(tuple(run.split()) for run in (document.body if where == "body" else document.fields))


def _terms(document: Prepared, where: Where) -> frozenset[str]:
    if where in ("body", "fields"):
        return frozenset(term for run in _runs(document, where) for term in run)
    return frozenset(getattr(document, where).split())


def _in_row(terms: Run, run: Run) -> bool:
    return any(run[at : at + len(terms)] == terms for at in range(len(run) - len(terms) + 1))


def _close(plan: Near, run: Run) -> bool:
    """Two positions, even of one term that is asked for twice, not farther apart than allowed."""
    ones = [at for at, term in enumerate(run) if term == plan.one]
    others = [at for at, term in enumerate(run) if term == plan.other]
    return any(0 < abs(one - other) <= plan.distance for one in ones for other in others)
