"""Entering what is registered or changed: rules first, then the sheets and the event that names them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from uuid import uuid4

from docscan.archive import papers
from docscan.archive.event import Draft, Event
from docscan.holdings import codes, counts, projection, rows, rules, scans
from docscan.holdings.entities import Entity, Item, Site, called, kind_of
from docscan.holdings.facts import Detail
from docscan.holdings.register import Register

MOST_ROWS = 100_000  # of one event: what a crash leaves whole or not begun is held in memory once


def numbered(register: Register, entered: Sequence[Entity]) -> list[Entity]:
    """Entities with an id and a code, each that has none yet: the next numbers of their kinds.

    Args:
        register: Open, on an archive that the caller holds.
        entered: With empty texts for what is to be given.
    """
    given = highest(entered)
    numbers = {kind: count(max(register.next_number(kind), given.get(kind, 0) + 1)) for kind in codes.KINDS}
    return [_numbered(row, numbers) for row in entered]


def _numbered(row: Entity, numbers: Mapping[codes.Kind, Iterator[int]]) -> Entity:
    row = replace(row, id=row.id or str(uuid4()))
    kind = kind_of(row)
    if isinstance(row, Site) or kind == "site" or row.code:
        return row
    return replace(row, code=codes.code(kind, next(numbers[kind])))


def enter(
    register: Register, entered: Sequence[Entity], *, now: datetime, agent: str, act: str = "register"
) -> Event:
    """Register entities, or replace what was registered of them.

    Args:
        register: Open, on an archive that the caller holds.
        entered: Whole, each with id and code; at most `MOST_ROWS`.
        now: When, with its time zone.
        agent: Who: a login name.
        act: One of `rules.ACTS`: `register` when they are new.

    Returns:
        The event as it stands in the ledger: all of them are entered, or none.

    Raises:
        AccessError: It takes the scan of an item away, which whoever it is may not.
        HoldingsError: A row breaks a rule, takes its own login from a person, or changes a count that is
            known (`correct` does); nothing is entered.
        LedgerError: The ledger cannot be continued.
        ValueError: There are more rows than one event can hold.
    """
    if len(entered) > MOST_ROWS:
        raise ValueError(f"{len(entered)} rows are more than one event holds")
    if act != projection.REGISTER:
        scans.expect_free(register, entered, agent)
        rules.expect_others_login(register, entered, agent)
        counts.expect_kept(register, entered)
    detail: Detail = {"act": act, "rows": len(entered)}
    detail |= highest(entered) if act == projection.REGISTER else {}
    draft = Draft(projection.REGISTERED, detail=detail)
    sheets = pages(register, entered, act)
    written = papers.file(register.catalogue, draft, sheets, now=now, agent=agent)
    register.catch_up()
    return written


def correct(register: Register, row: Item, because: str, *, now: datetime, agent: str) -> Event:
    """Replace what was registered of an item, with another count of folios than is known of it.

    Args:
        register: Open, on an archive that the caller holds.
        row: Whole, as it is to be.
        because: Why the count is another: of `conditions.REASONS`.
        now: When, with its time zone.
        agent: Who: a login name.

    Returns:
        The event as it stands in the ledger: it says both counts and the reason.

    Raises:
        AccessError: It takes the scan of an item away, which whoever it is may not.
        HoldingsError: A row breaks a rule, or the count may not be put right so; nothing is entered.
        LedgerError: The ledger cannot be continued.
    """
    scans.expect_free(register, [row], agent)
    detail: Detail = {"act": "change", "rows": 1, **counts.explained(register, row, because, agent)}
    draft = Draft(projection.REGISTERED, detail=detail, role="authorizer")
    sheets = pages(register, [row], "change")
    written = papers.file(register.catalogue, draft, sheets, now=now, agent=agent)
    register.catch_up()
    return written


def highest(entered: Iterable[Entity]) -> dict[str, int]:
    """By kind, the highest number among new entities: by it none is given twice, be their sheet lost.

    Args:
        entered: With their codes.
    """
    found: dict[str, int] = {}
    for code in (codes.parsed(called(row)) for row in entered if not isinstance(row, Site)):
        if code is not None:
            found[code.kind] = max(code.number, found.get(code.kind, 0))
    return found


def pages(
    register: Register, entered: Sequence[Entity], act: str, *, untitled: bool = False
) -> dict[str, bytes]:
    """Sheets to come, by their paths, once it is seen that what they say may be entered.

    Args:
        register: Open, on an archive that the caller holds.
        entered: Whole, each with id and code; at most `MOST_ROWS`.
        act: One of `rules.ACTS`.
        untitled: As `rules.checked` has it.

    Raises:
        HoldingsError: A row breaks a rule, or a sheet from before is lost or altered.
    """
    register.expect_whole()  # the codes of a lost one would be given again
    lines = rules.checked(register, entered, act, untitled=untitled)
    return {f"holdings/{uuid4()}.jsonl": data for data in rows.sheets(lines)}
