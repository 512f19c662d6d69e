"""Giving out lists of holdings: one as it came in, or the register as a plain table."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from docscan.archive import event, ledger, papers
from docscan.archive.custody import read_small
from docscan.archive.tables import guarded
from docscan.errors import HoldingsError
from docscan.frozen import dataclass
from docscan.holdings import counts, inventory, tabular
from docscan.holdings.columns import PLAIN, apart, fields_of
from docscan.holdings.entities import Item
from docscan.holdings.inventory import Cells, Inventory, is_kept
from docscan.holdings.projection import GONE, REDACTED, REGISTERED
from docscan.holdings.register import Register
from docscan.holdings.tabular import Form

WITH_EVERY_LETTER = "utf-8-sig"  # which spreadsheets know by its byte order mark
MOST_BYTES = 2 * tabular.MOST_BYTES


@dataclass(frozen=True, slots=True)
class Kept:
    """A list that was imported.

    Attributes:
        id: Its UUID.
        at: When: ISO 8601, UTC.
        items: How many items came with it.
        batch: The UUID of the batch with which it came; may be empty.
    """

    id: str
    at: str
    items: int
    batch: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The list from which an item came.

    Attributes:
        place: The number of the list, and of the row in it.
        columns: The names of its columns.
    """

    place: tuple[int, int]
    columns: tuple[str, ...]

    @property
    def stands(self) -> dict[str, str]:
        """The column of each field that the list has."""
        return {
            field: name for field, name in zip(fields_of(self.columns), self.columns, strict=True) if field
        }


def lists(register: Register) -> list[Kept]:
    """The lists that were imported, the oldest first."""
    query = "SELECT line FROM events WHERE type = ? AND object IS NULL"
    listed = f"{query} AND json_extract(line, '$.detail.list') IS NOT NULL ORDER BY seq"
    with guarded(register.archive.catalogue_path):
        rows = register.catalogue.db.execute(listed, (REGISTERED,)).fetchall()
    found = [event.parsed(line.encode()) for (line,) in rows]
    return [
        Kept(str(told["list"]), one.at, int(told.get("items", told["rows"])), str(told.get("batch", "")))
        for one, told in ((one, one.detail) for one in found)
    ]


def imported(register: Register, digest: str) -> Kept | None:
    """The list that was imported from a file, the first if it was so again; None for none.

    Args:
        register: Open.
        digest: SHA-256 of the file, in hexadecimal.
    """
    for one in lists(register):
        with suppress(OSError, ValueError):  # of what was lost or altered `verify` tells
            if digest.encode() in read_small(register.archive.root / path_of(one.id), MOST_BYTES):
                return one
    return None


def path_of(identifier: str) -> str:
    """Where a list lies, from the archive's root."""
    return f"custody/{identifier}/list.json"


def kept(register: Register, identifier: str) -> Inventory:
    """A list as it was filed.

    Args:
        register: Open.
        identifier: Its UUID.

    Raises:
        HoldingsError: There is none, or it is not as it was filed.
    """
    language, path = register.archive.config.language, path_of(identifier)
    types = () if '"' in identifier else (REGISTERED, REDACTED)  # it is no part of a question to SQLite
    digest = papers.vouched(register.catalogue, path, types) if types else None
    if digest is None:
        raise HoldingsError("U060", language, list=identifier)
    try:
        data = read_small(register.archive.root / path, MOST_BYTES)
        if ledger.sha256(data) == digest:
            return inventory.read(data)
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise HoldingsError("U062", language, path=path)


def as_it_came(register: Register, listed: Inventory) -> tuple[bytes, Form]:
    """A list as it came in, with what was changed and counted since; and how it is written down.

    That is as it came, or in UTF-8 where a change has a letter that its encoding lacks.

    Args:
        register: Open.
        listed: As it was filed.
    """
    asked = json.dumps(listed.rows)
    items = register.entities(Item, "item.id IN (SELECT value FROM json_each(?))", (asked,))
    found = list(counts.counted(register, items))
    try:
        return inventory.written(register, listed, found), listed.form
    except UnicodeEncodeError:
        form = replace(listed.form, encoding=WITH_EVERY_LETTER)
        return inventory.written(register, replace(listed, form=form), found), form


def here(register: Register) -> list[Item]:
    """All items but those that are gone for good, which have no place that a list could name."""
    return list(register.entities(Item, "place IS NOT NULL"))


def gone(register: Register) -> int:
    """How many items are gone for good."""
    query = "SELECT count(*) FROM absence WHERE until IS NULL AND what IN (SELECT value FROM json_each(?))"
    ((count,),) = register.rows(query, json.dumps(GONE))
    return int(count)


def origins(register: Register, items: Iterable[Item]) -> dict[str, Origin]:
    """From which list each item came, by UUID; none of what was registered by itself.

    Args:
        register: Open.
        items: Those that are asked about.
    """
    wanted, found = {item.id for item in items}, dict[str, Origin]()
    for number, one in enumerate(lists(register)):
        with suppress(HoldingsError):  # of what was lost or altered `verify` tells
            listed = kept(register, one.id)
            for row, identifier in enumerate(listed.rows):
                if identifier in wanted:
                    found[identifier] = Origin((number, row), listed.columns)
    return found


def plain(register: Register, items: Sequence[Item], form: Form) -> Iterator[str]:
    """Items as a table that can be imported again: the fields of an item, then what else it had.

    A field says what its cell in a list said, for as long as that is so. What was
    registered by itself comes first, and then list by list in the order of their rows.

    Args:
        register: Open.
        items: In order.
        form: How it is to be written down.
    """
    came = origins(register, items)
    own = {item.id: _own(item, came.get(item.id)) for item in items}
    further = apart(sorted({name for names in own.values() for name in names}), PLAIN)
    in_order = sorted(further, key=further.__getitem__)
    yield tabular.written([*PLAIN, *(further[name] for name in in_order)], form)
    cells = Cells.of_items(register, items)
    for item in counts.counted(register, listed_order(items, came)):
        stands = came[item.id].stands if item.id in came else {}
        told = [cells.of(item, name, _as_it_came(item, name, stands.get(name, name))) for name in PLAIN]
        yield tabular.written(
            [*told, *(cells.of(item, "", name) if name in own[item.id] else "" for name in in_order)], form
        )


def listed_order(items: Iterable[Item], came: Mapping[str, Origin]) -> list[Item]:
    """Items as their lists have them, after what was registered by itself."""
    return sorted(items, key=lambda item: came[item.id].place if item.id in came else (-1, 0))


def _as_it_came(item: Item, name: str, column: str) -> str | None:
    """The column of a field, unless a list left it to the import to say that."""
    came = item.extra.get(column, "")
    return column if came.strip() or (came and name not in inventory.OPEN) else None


def _own(item: Item, origin: Origin | None) -> set[str]:
    """The columns of an item that no field says."""
    fields = {*PLAIN} if origin is None else {*origin.stands.values()}
    return {name for name in item.extra if name not in fields and not is_kept(name)}
