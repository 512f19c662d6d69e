"""Entities as rows of the projection's tables: how they are written, and read again."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from docscan.holdings import codes
from docscan.holdings.entities import TYPES, Entity, Kind, Site, kind_of

PLACED = ("box", "item")  # whose place stands in `placement`, not among their columns
NOT_COLUMNS = ("box", "location")


@cache
def columns(kind: Kind) -> tuple[str, ...]:
    """The columns of a kind's table, the id first, then the number where there is one."""
    names = [one.name for one in fields(TYPES[kind]) if one.name not in NOT_COLUMNS or kind not in PLACED]
    return tuple("number" if name == "code" else name for name in names)


@cache
def inserting(kind: Kind) -> str:
    """What enters a new entity, given its `values`."""
    names = columns(kind)
    return f"INSERT INTO {kind} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - own names


@cache
def updating(kind: Kind) -> str:
    """What changes an entity, given its `values`; neither id nor number is ever another."""
    numbered = [f"{name} = ?{at}" for at, name in enumerate(columns(kind), start=1)]
    fixed = 1 if kind == "site" else 2
    return f"UPDATE {kind} SET {', '.join(numbered[fixed:])} WHERE {' AND '.join(numbered[:fixed])}"  # noqa: S608 - own names


def values(entity: Entity) -> list[Any]:
    """What an entity has in the columns of its kind.

    Raises:
        ValueError: Its code is none.
    """
    return [_value(entity, name) for name in columns(kind_of(entity))]


@cache
def selecting(kind: Kind) -> str:
    """What reads rows of a kind for `entity`: the columns of its table, and where it belongs now."""
    names = ", ".join(f"{kind}.{name}" for name in columns(kind))
    if kind not in PLACED:
        return f"SELECT {names} FROM {kind}"  # noqa: S608 - own names
    return (
        f"SELECT {names}, coalesce(place_kind, ''), coalesce(place, '') FROM {kind}"  # noqa: S608 - own names
        f" LEFT JOIN placement ON subject = {kind}.id AND until IS NULL"
    )


def entity(kind: Kind, row: Sequence[Any]) -> Entity:
    """An entity of what `selecting` read."""
    told: dict[str, Any] = dict(zip(columns(kind), row, strict=False))
    if kind != "site":
        told["code"] = codes.code(kind, told.pop("number"))
    if "extra" in told:
        told["extra"] = json.loads(told["extra"])
    if kind in PLACED and row[-1]:
        told[row[-2]] = row[-1]
    return TYPES[kind](**told)


def folded(text: str) -> str:
    """A text as it is looked for: small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("ł", "l")


def _value(entity: Entity, name: str) -> Any:
    if name == "number" and not isinstance(entity, Site):
        found = codes.parsed(entity.code)
        if found is None:
            raise ValueError(f"{entity.code} is no code")
        return found.number
    value = getattr(entity, name)
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if name == "extra" else value
