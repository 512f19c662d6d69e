"""The records whose paper is on loan, overdue, missing, or registered at all.

Of an item whose scan was merged it is the record that has its pages now, as a
search finds no other.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from docscan.holdings import lent, policies
from docscan.holdings.register import Register

_OF_ITEMS = "SELECT DISTINCT record FROM item WHERE record <> ''"
_REGISTERED = _OF_ITEMS
_MISSING = f"{_OF_ITEMS} AND id IN (SELECT subject FROM absence WHERE until IS NULL AND what = 'missing')"  # noqa: S608 - own words
_ON_LOAN = f"{_OF_ITEMS} AND id IN (SELECT item FROM loan_line WHERE state = 'on loan')"  # noqa: S608 - own words
_WITH_LOAN = f"{_OF_ITEMS} AND id IN (SELECT item FROM loan_line WHERE open = 1)"  # noqa: S608 - own words
_OF_CLIENT = (
    "SELECT DISTINCT item.record, coalesce(nullif(item.client, ''), box.client, '') FROM item"
    " LEFT JOIN placement ON subject = item.id AND until IS NULL AND place_kind = 'box'"
    " LEFT JOIN box ON box.id = place WHERE item.record <> ''"
)

Ids = frozenset[str]


def in_states(register: Register, names: Iterable[str], on: date) -> dict[str, Ids]:
    """The records in each state.

    Args:
        register: Open.
        names: `has:paper`, `has:loan`, `is:on-loan`, `is:overdue` or `is:missing`; others are left out.
        on: Today.
    """
    heirs = register.catalogue.heirs()
    found = {name: _RULES[name](register, on) for name in names if name in _RULES}
    return {name: frozenset(heirs.get(one, one) for one in ids) for name, ids in found.items()}


def clients(register: Register) -> Mapping[str, Ids]:
    """The records of each client whose paper is registered: the item's own client, or that of its box."""
    found: dict[str, set[str]] = {}
    heirs = register.catalogue.heirs()
    for record, client in register.rows(_OF_CLIENT):
        if client:
            found.setdefault(str(client), set()).add(heirs.get(str(record), str(record)))
    return {client: frozenset(records) for client, records in found.items()}


def _overdue(register: Register, on: date) -> Ids:
    """Of what `docscan loans --overdue` lists."""
    late = lent.overdue(register, policies.load(register.catalogue), on)
    return frozenset(one.item.record for one in late if one.item.record)


def _rows(query: str) -> Callable[[Register, date], Ids]:
    return lambda register, _: frozenset(str(record) for (record,) in register.rows(query))


_RULES: Mapping[str, Callable[[Register, date], Ids]] = {
    "has:paper": _rows(_REGISTERED),
    "has:loan": _rows(_WITH_LOAN),
    "is:missing": _rows(_MISSING),
    "is:on-loan": _rows(_ON_LOAN),
    "is:overdue": _overdue,
}
