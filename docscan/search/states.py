"""What is known of a record besides itself: decisions, doubts, holds, what is due, and its paper.

It changes while the record stays as it is, so the index does not have it: it
is looked up when somebody asks for it, and an engine is given the ids.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from docscan.archive import tables
from docscan.archive.catalogue import Catalogue
from docscan.search.folding import fold
from docscan.search.nodes import And, Leaf, Node, Not, Or, Phrase, Prefix, State, Word, leaves

STATES: Mapping[str, str] = {
    "is:decided": "F010",
    "is:due": "F011",
    "is:missing": "F012",
    "is:on-loan": "F013",
    "is:overdue": "F014",
    "has:doubt": "F015",
    "has:hold": "F016",
    "has:loan": "F017",
    "has:paper": "F018",
}
"""What may be asked for, each with the code of the sentence that says what it means."""

PAPER = frozenset({"is:missing", "is:on-loan", "is:overdue", "has:loan", "has:paper"})
"""Those that the register of the paper knows."""

Ids = frozenset[str]

_DECIDED = "SELECT DISTINCT record FROM decision"
_DOUBTED = "SELECT DISTINCT record FROM finding WHERE severity = 'doubt'"


def named(nodes: Iterable[Node]) -> frozenset[str]:
    """The states that queries ask for."""
    found: Iterable[Leaf] = (leaf for node in nodes for leaf in leaves(node))
    return frozenset(leaf.name for leaf in found if isinstance(leaf, State))


def clients(node: Node) -> tuple[Word | Phrase | Prefix, ...]:
    """The clients that a query asks for."""
    found = (leaf for leaf in leaves(node) if isinstance(leaf, Word | Phrase | Prefix))
    return tuple(leaf for leaf in found if leaf.field == "client")


def with_clients(node: Node) -> Node:
    """The query in which a client is also whose box the paper stands in: a state named like the question."""
    if isinstance(node, And | Or):
        return type(node)(tuple(map(with_clients, node.nodes)))
    if isinstance(node, Not):
        return Not(with_clients(node.node))
    if isinstance(node, Word | Phrase | Prefix) and node.field == "client":
        return Or((node, State(str(node))))
    return node


def of_clients(node: Node, records: Mapping[str, Ids]) -> dict[str, Ids]:
    """The records in the states that `with_clients` made.

    Args:
        node: The query.
        records: Of each client, those whose paper is registered as theirs.
    """
    return {
        str(leaf): frozenset().union(*(ids for client, ids in records.items() if _is(leaf, client)))
        for leaf in clients(node)
    }


def _is(leaf: Word | Phrase | Prefix, client: str) -> bool:
    asked, name = fold(leaf.text), fold(client)
    return name.startswith(asked) if isinstance(leaf, Prefix) else name == asked


def known(catalogue: Catalogue, names: Iterable[str], on: date) -> dict[str, Ids]:
    """The records in each state that the catalogue and the ledger know of.

    Args:
        catalogue: Open.
        names: Some of `STATES`; those of `PAPER` are left out.
        on: Today.
    """
    return {name: _RULES[name](catalogue, on) for name in names if name in _RULES}


def _decided(catalogue: Catalogue, on: date) -> Ids:  # noqa: ARG001 - one shape for all
    return _rows(catalogue, _DECIDED)


def _doubted(catalogue: Catalogue, on: date) -> Ids:  # noqa: ARG001 - one shape for all
    return _rows(catalogue, _DOUBTED)


def _held(catalogue: Catalogue, on: date) -> Ids:  # noqa: ARG001 - one shape for all
    from docscan.archive.keeping import standing  # noqa: PLC0415 - most searches ask for none of it

    kept = standing.of(catalogue, "holds").objects
    return frozenset(name for name, one in kept.items() if one.holds)


def _due(catalogue: Catalogue, on: date) -> Ids:
    """Those kept long enough, as `docscan retention due` lists them."""
    from docscan.archive.keeping import retention, schedules, standing  # noqa: PLC0415 - as above

    told = standing.of(catalogue)
    schedule = schedules.load(catalogue.archive, told.schedule)
    items = retention.overview(catalogue, told, schedule, on).values()
    return frozenset(one.id for one in items if one.kept_until is not None and one.kept_until < on)


def _rows(catalogue: Catalogue, query: str) -> Ids:
    with tables.guarded(catalogue.archive.catalogue_path):
        return frozenset(str(record) for (record,) in catalogue.db.execute(query))


_RULES: Mapping[str, Callable[[Catalogue, date], Ids]] = {
    "is:decided": _decided,
    "is:due": _due,
    "has:doubt": _doubted,
    "has:hold": _held,
}
