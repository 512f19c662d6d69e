"""What an engine is asked: a query in ready terms, the same for every engine.

Every rule of language and spelling is applied before (`planned`): an engine
knows terms and numbers only, so that two engines, or a few lines of Python
over the prepared documents, find the same documents.
"""

from typing import Literal

from docscan.frozen import dataclass

Where = Literal["body", "wholes", "fields", "lemmas", "bones"]
"""The parts of a prepared document (`prepared.Prepared`) that hold terms."""

FARTHEST = 64
"""Positions that a `Near` spans at most, about five lines of a page; an engine keeps runs farther apart."""


@dataclass(frozen=True, slots=True)
class Term:
    """Documents with this very term."""

    where: Where
    term: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Documents with these terms at consecutive positions; at least two, of `body` or `fields`."""

    where: Where
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Documents with both terms in one run of the body, at two positions at most `distance` apart.

    In any order; from 1 to `FARTHEST` positions.
    """

    one: str
    other: str
    distance: int


@dataclass(frozen=True, slots=True)
class Starts:
    """Documents with a term that begins so, itself included; one sign or more."""

    where: Where
    start: str


@dataclass(frozen=True, slots=True)
class Similar:
    """Documents with a term at most one edit away, itself included.

    An edit is a sign more, less or other, or two neighbours swapped; any sign
    of Unicode may be the one that differs.
    """

    where: Where
    term: str


@dataclass(frozen=True, slots=True)
class Between:
    """Documents whose number of that name lies between both ends, inclusive; None is open."""

    name: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Among:
    """Documents with these ids: what somebody else knows of them, such as who has their paper."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Everything:
    """All documents."""


@dataclass(frozen=True, slots=True)
class Without:
    """All documents that the plan does not find."""

    plan: "Plan"


@dataclass(frozen=True, slots=True)
class All:
    """Documents that every plan finds; at least one."""

    plans: tuple["Plan", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Documents that any plan finds; none for no plan."""

    plans: tuple["Plan", ...]


Plan = Term | Sequence | Near | Starts | Similar | Between | Among | Everything | Without | All | Any


def rated(plan: Plan) -> bool:
    """Whether some of what a plan finds may fit better than the rest, by how frequent its words are.

    What is asked of fields alone fits or does not.
    """
    if isinstance(plan, All | Any):
        return any(rated(part) for part in plan.plans)
    return isinstance(plan, Near) or (isinstance(plan, Term | Sequence) and plan.where != "fields")
