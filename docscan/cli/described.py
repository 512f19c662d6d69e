"""What is registered of the paper, as rows of a table or of JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from docscan.holdings import answers, counts, loan_rows, originals, transfers
from docscan.holdings.entities import Entity, Item
from docscan.holdings.register import Register

NUMBERS = ("capacity_mm", "width_mm", "capacity", "folios")
WHERE = ("state", "since", "shelf", "person", "holder", "loan", "due")  # of `Whereabouts`


def plain(register: Register, entity: Entity) -> dict[str, Any]:
    """An entity as a program gets it: others by code or name, records by id, None for unknown."""
    row: dict[str, Any] = {
        name: value or None if name in NUMBERS else value for name, value in asdict(entity).items()
    }
    for name in {"site", "box", "location", "parent"} & row.keys():
        if row[name]:
            row[name] = called(register.entity(row[name]))
    return row


def listed(register: Register, entity: Entity) -> dict[str, Any]:
    """The same, and of an item its state, by which it may be gone."""
    state = {"state": register.state(entity.id)} if isinstance(entity, Item) else {}
    return plain(register, entity) | state


def whole(register: Register, entity: Entity) -> dict[str, Any]:
    """The same, and where an item is to be looked for, and what became of its folios and of its scan."""
    row = plain(register, entity)
    if isinstance(entity, Item):
        (found,) = answers.where(register, entity.id)
        row |= {name: getattr(found, name) for name in WHERE}
        row["batch"] = transfers.batches_of(register, [entity.id])[entity.id]
        row["folios_known"] = counts.known(register, entity)[0]
        row["folios_missing"] = loan_rows.folios_missing(register.db, entity.id)
        row["record_state"] = originals.record_state(register, entity)
        row["merged_with"] = originals.merged_with(register, entity)
    return row


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as people read it."""
    return {**row, "folios": row["folios"] or "unknown"} if "folios" in row else dict(row)


def called(entity: Entity) -> str:
    """By which people name it: its code, or of a site its name."""
    return str(getattr(entity, "code", "") or getattr(entity, "name", ""))
