"""Giving out lists of holdings: one as it came in, the register as a plain table, or as Colombia's form."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from docscan.archive import event, ledger, papers
from docscan.archive.custody import read_small
from docscan.archive.tables import guarded
from docscan.errors import HoldingsError
from docscan.frozen import dataclass
from docscan.holdings import counts, fuid, inventory, tabular
from docscan.holdings.columns import PLAIN, folded
from docscan.holdings.entities import Item
from docscan.holdings.fuid import Heading
from docscan.holdings.inventory import Cells, Inventory, is_kept
from docscan.holdings.projection import GONE, REDACTED, REGISTERED
from docscan.holdings.register import Register
from docscan.holdings.tabular import Form

WITH_EVERY_LETTER = "utf-8-sig"  # which spreadsheets know by its byte order mark
MOST_BYTES = 2 * tabular.MOST_BYTES
FUID_FORM = Form("utf-8-sig", ";", "needed", "\r\n")  # as spreadsheets in Spanish open it by themselves
FUID_FIELDS = (
    "",
    "series_code",
    "title",
    "date_from",
    "date_to",
    "box",
    "",
    "",
    "",
    "folios",
    "medium",
    "",
    "",
)


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
    """A list as it came in, with what was changed since; and how it is written down.

    That is as it came, or in UTF-8 where a change has a letter that its encoding lacks.

    Args:
        register: Open.
        listed: As it was filed.
    """
    asked = json.dumps(listed.rows)
    found = list(register.entities(Item, "item.id IN (SELECT value FROM json_each(?))", (asked,)))
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


def plain(register: Register, items: Sequence[Item], form: Form) -> Iterator[str]:
    """Items as a table that can be imported again: the fields of an item, then what else it had.

    Args:
        register: Open.
        items: In order.
        form: How it is to be written down.
    """
    said = {name for item in items for name in item.extra if not is_kept(name)}
    further = sorted(said - {*PLAIN})
    yield tabular.written([*PLAIN, *further], form)
    cells = Cells(register)
    for item in counts.counted(register, items):
        told = [cells.of(item, name, name if item.extra.get(name, "").strip() else None) for name in PLAIN]
        yield tabular.written([*told, *(cells.further(item, name) for name in further)], form)


def as_fuid(register: Register, items: Iterable[Item], heading: Heading) -> bytes:
    """Items as Colombia's form, to be signed by who hands them over.

    Args:
        register: Open.
        items: In order.
        heading: What stands above them.
    """
    cells = Cells(register)
    lines = [fuid.above(heading, FUID_FORM)]
    for number, item in enumerate(counts.counted(register, items), 1):
        others = {folded(name): text for name, text in item.extra.items()}
        row = [
            cells.of(item, said, None) if said else others.get(folded(name), "")
            for said, name in zip(FUID_FIELDS, fuid.COLUMNS, strict=True)
        ]
        row[0], row[2] = str(number), row[2] or item.code  # what was forgotten is known by its label
        row[3] = row[3] if item.date_from or item.date_to else "s.f."
        lines.append(tabular.written(row, FUID_FORM))
    return "".join([*lines, fuid.below(FUID_FORM)]).encode(FUID_FORM.encoding)
