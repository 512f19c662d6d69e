"""What may be entered: the rules of the register, asked before an event is written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from docscan.errors import HoldingsError
from docscan.holdings import calendars, codes, rows
from docscan.holdings.entities import (
    Box,
    Entity,
    Item,
    Kind,
    Person,
    Site,
    called,
    faults,
    first_place,
    kind_of,
    obeyed,
)
from docscan.holdings.projection import REGISTER
from docscan.holdings.register import Register

ACTS = (REGISTER, "change", "link", "seal")
"""What the event of a sheet says was done; `link` changes an item's scan, `seal` the seal of a box."""

FIRST = date.min.isoformat()  # any day: what says a year or a month is read as its first one

NEW: dict[Kind, str] = {"location": "@N335", "box": "@N336", "item": "@N337", "person": "@N338"}
"""How something new is said in a sentence, whose code nobody has seen yet."""

REFERENCES: dict[str, Kind] = {"site": "site", "box": "box", "location": "location", "parent": "item"}


def checked(
    register: Register, entered: Sequence[Entity], act: str, *, untitled: bool = False
) -> list[bytes]:
    """Entities as rows of a sheet, once it is seen that they may be entered.

    Args:
        register: Open, on an archive that the caller holds.
        entered: Whole, with id and code.
        act: One of `ACTS`.
        untitled: Items may be without a title, as where they come from it was forgotten.

    Raises:
        HoldingsError: One of them may not.
    """
    language = register.archive.config.language
    lines = []
    for row in entered:
        said = _said(row, entered, new=act == REGISTER)
        if not untitled and _lacks_name(register, row):
            raise HoldingsError("G010", language, subject=said, field=_named_by(row), value="''")
        lines.append(_line(row, said, language, placed=act == REGISTER))
    _check_unique(register, entered, new=act == REGISTER)
    _check_references(register, entered, new=act == REGISTER)
    return lines


def expect_others_login(register: Register, entered: Sequence[Entity], agent: str) -> None:
    """See that nobody takes their own login from a person: by it, nobody lends to themselves (P4).

    Args:
        register: Open, on an archive that the caller holds.
        entered: As they are to be.
        agent: Who changes them: a login name.

    Raises:
        HoldingsError: Somebody does.
    """
    for row in (one for one in entered if isinstance(one, Person)):
        before = register.known(row.id, ("person",))
        if isinstance(before, Person) and before.login == agent != row.login:
            raise HoldingsError("G140", register.archive.config.language, subject=before.code)


def _said(row: Entity, entered: Sequence[Entity], *, new: bool) -> str:
    """How a refusal calls a row: by its code, unless it is one that was about to be given to it alone."""
    return NEW.get(kind_of(row), called(row)) if new and len(entered) == 1 else called(row)


def _line(row: Entity, said: str, language: str, *, placed: bool) -> bytes:
    """An entity as a row, if it has the form that it should have."""
    wrong = next(faults(row), "") or next(obeyed(row), "") or _no_day(row)
    if wrong:
        raise HoldingsError("G010", language, subject=said, field=wrong, value=repr(getattr(row, wrong)))
    if isinstance(row, Item) and row.is_backwards:
        raise HoldingsError("G160", language, subject=said, first=row.date_from, last=row.date_to)
    if isinstance(row, Site):
        _check_calendar(row, language)
    if placed and isinstance(row, Box | Item):
        both = isinstance(row, Item) and row.box and row.location
        if both or first_place(row) is None:
            raise HoldingsError("G020", language, subject=said)
    try:
        return rows.row(row)
    except ValueError:
        raise HoldingsError("G015", language, subject=said, most=str(rows.ROW_BYTES)) from None


def _check_calendar(site: Site, language: str) -> None:
    """A site is in a country and a region whose holidays are known, or in none that is named (P8)."""
    country, region = site.country, site.region
    if not (country or region) or calendars.is_known(country, region):
        return
    if not country:
        raise HoldingsError("G138", language, subject=site.name, region=region)
    place = "-".join(filter(None, (country, region)))
    of = country if calendars.is_known(country) else ""
    known = ", ".join(calendars.known(of)) or country
    raise HoldingsError("G012", language, subject=site.name, value=place, known=known)


def _named_by(row: Entity) -> str:
    """The field that says what something is called; empty for what has a code alone."""
    return "title" if isinstance(row, Item) else "name" if isinstance(row, Person | Site) else ""


def _lacks_name(register: Register, row: Entity) -> bool:
    """Whether nothing says what it is called; of an item whose title was forgotten nothing need."""
    name = _named_by(row)
    if not name or getattr(row, name).strip():
        return False
    before = register.known(row.id, ("item",)) if isinstance(row, Item) else None
    return not (isinstance(before, Item) and not before.title)


def _no_day(row: Entity) -> str:
    """The date that no calendar has, such as 30 February; a row from before this rule is still read."""
    for name in ("date_from", "date_to") if isinstance(row, Item) else ():
        try:
            date.fromisoformat(f"{getattr(row, name) or FIRST}-01-01"[: len(FIRST)])
        except ValueError:
            return name
    return ""


def _check_unique(register: Register, entered: Sequence[Entity], *, new: bool) -> None:
    """New ids, codes and names of sites are nobody's yet; those of a change are what they were."""
    language = register.archive.config.language
    seen: set[str] = set()
    for row in entered:
        own = {row.id, called(row)}
        if own & seen:
            raise HoldingsError("G030", language, subject=called(row))
        seen |= own
    for kind, some in _by_kind(entered).items():
        named = "name" if kind == "site" else "number"
        here = {row.id: _named(row) for row in some}
        known = dict(_known(register, kind, "id", here, named))
        others = dict(_known(register, kind, named, here.values(), "id"))
        for row in some:
            if new and (row.id in known or _named(row) in others):
                raise HoldingsError("G030", language, subject=called(row))
            if not new and (row.id not in known or others.get(_named(row), row.id) != row.id):
                raise HoldingsError("G040", language, subject=called(row))
            if not new and kind != "site" and known[row.id] != _named(row):
                raise HoldingsError("G040", language, subject=called(row))


def _check_references(register: Register, entered: Sequence[Entity], *, new: bool) -> None:
    """What a row names is registered, or stands among the rows; a new scan is a record on the shelf."""
    here = {row.id: kind_of(row) for row in entered}
    asked: dict[tuple[str, str], Entity] = {}
    for row in entered:
        for name in ("record", *REFERENCES):
            value = getattr(row, name, "")
            if name == "record" and value and not new and _had(register, row):
                continue
            if value and here.get(value) != REFERENCES.get(name, ""):
                asked.setdefault((name, value), row)
    for name in {name for name, _ in asked}:
        wanted = {value for of, value in asked if of == name}
        if name == "record":
            known = {value for value in wanted if _on_the_shelf(register, value)}
        else:
            known = {str(found) for found, _ in _known(register, REFERENCES[name], "id", wanted, "id")}
        for value in sorted(wanted - known):
            said = _said(asked[name, value], entered, new=new)
            raise HoldingsError(
                "G050", register.archive.config.language, subject=said, field=name, value=value
            )


def _had(register: Register, row: Entity) -> bool:
    """Whether the scan of an item was named before: it may have been destroyed since."""
    before = register.known(row.id, ("item",))
    return isinstance(before, Item) and isinstance(row, Item) and before.record == row.record


def _on_the_shelf(register: Register, record: str) -> bool:
    query = "SELECT 1 FROM record WHERE id = ? AND state <> 'destroyed'"
    return register.catalogue.db.execute(query, [record]).fetchone() is not None


def _known(
    register: Register, kind: Kind, column: str, values: Iterable[str | int], other: str
) -> list[tuple[Any, Any]]:
    """Which of some values a column of a kind's table holds, each with another column."""
    query = f"SELECT {column}, {other} FROM {kind} WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - own names
    return [(one, two) for one, two in register.rows(query, json.dumps(list(values)))]


def _by_kind(entered: Iterable[Entity]) -> Mapping[Kind, list[Entity]]:
    found: dict[Kind, list[Entity]] = {}
    for row in entered:
        found.setdefault(kind_of(row), []).append(row)
    return found


def _named(row: Entity) -> str | int:
    """What no other of its kind has: the name of a site, the number of anything else."""
    if isinstance(row, Site):
        return row.name
    code = codes.parsed(row.code)
    return code.number if code else 0
