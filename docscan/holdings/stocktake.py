"""Stocktakes: what stands at a place is scanned, and compared with what the register says.

A place has one open stocktake at most; whoever begins it again goes on with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from docscan.archive.event import Draft
from docscan.errors import HoldingsError
from docscan.holdings import places
from docscan.holdings.entities import Box, Item, Location, called, kind_of
from docscan.holdings.register import Register
from docscan.holdings.stocktake_findings import (
    MISSING,
    Countable,
    Counted,
    Stocktake,
    report,
    totals,
)

TYPE = "stocktake"  # of the events
NOTHING: Mapping[str, str] = {}  # more to say of one


def begin(register: Register, place: Countable, *, now: datetime, agent: str) -> Stocktake:
    """Begin to count what is at a place, or go on with it.

    Args:
        register: Open, on an archive that the caller holds.
        place: A site, a location or a box.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    known = open_at(register, place)
    if known is not None:
        return known
    detail = {"act": "start", "stocktake": str(uuid4()), "place": place.id, "kind": kind_of(place)}
    register.write([Draft(TYPE, detail=detail)], now=now, agent=agent)
    begun = open_at(register, place)
    if begun is None:
        raise LookupError(place.id)  # the event was written, so it is there
    return begun


def open_at(register: Register, place: Countable) -> Stocktake | None:
    """The stocktake of a place that is open; None when it is not being counted."""
    return next(_stocktakes(register, "place = ? AND closed IS NULL", place.id), None)


def listing(register: Register, *, closed: bool = False) -> Iterator[Stocktake]:
    """The open stocktakes, the oldest first; or those that are over, the newest first."""
    if closed:
        return _stocktakes(register, "closed IS NOT NULL ORDER BY closed DESC")
    return _stocktakes(register, "closed IS NULL ORDER BY started")


def newest_of(register: Register, place: Countable) -> Stocktake:
    """The stocktake of a place that is open, or the last that was.

    Raises:
        HoldingsError: It was never counted.
    """
    found = next(
        _stocktakes(register, "place = ? ORDER BY closed IS NULL DESC, started DESC", place.id), None
    )
    if found is None:
        raise HoldingsError("J300", register.archive.config.language, place=called(place))
    return found


def counting(register: Register, place: Countable) -> Stocktake:
    """The stocktake of a place that is open.

    Raises:
        HoldingsError: There is none.
    """
    known = open_at(register, place)
    if known is None:
        raise HoldingsError("J302", register.archive.config.language, place=called(place))
    return known


def covers(stocktake: Stocktake, place: Location | Box) -> bool:
    """Whether things that are counted can be seen at a location or in a box.

    A box may be scanned anywhere: where it is seen tells whether it belongs there.
    """
    if isinstance(place, Box):
        return not isinstance(stocktake.place, Box) or place.id == stocktake.place.id
    return stocktake.place.id in (place.id, place.site)


def scan(
    register: Register,
    stocktake: Stocktake,
    seen: Sequence[tuple[Item | Box, Location | Box]],
    *,
    now: datetime,
    agent: str,
) -> list[int]:
    """Put on record that things were seen.

    Args:
        register: Open, on an archive that the caller holds.
        stocktake: Open.
        seen: What, and where.
        now: When, with its time zone.
        agent: Who: a login name.

    Returns:
        The numbers of the events, in the order of what was seen.

    Raises:
        HoldingsError: The stocktake is over.
        LedgerError: The ledger cannot be continued.
    """
    expect_open(register, stocktake)
    drafts = [
        _draft(stocktake, "scan", {"subject": subject.id, "kind": kind_of(subject), "place": place.id})
        for subject, place in seen
    ]
    return [one.seq for one in register.write(drafts, now=now, agent=agent)]


def unscan(register: Register, stocktake: Stocktake, seq: int, *, now: datetime, agent: str) -> None:
    """Take back that something was seen.

    Args:
        register: Open, on an archive that the caller holds.
        stocktake: Open.
        seq: The number of the event.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        HoldingsError: The stocktake is over.
        LedgerError: The ledger cannot be continued.
    """
    expect_open(register, stocktake)
    register.write([_draft(stocktake, "undone", {"step": seq})], now=now, agent=agent)


def where_seen(register: Register, stocktake: Stocktake, subject: Item | Box) -> str:
    """The UUID of the place at which something was seen last; empty if it was not."""
    query = "SELECT place FROM stocktake_scan WHERE subject = ? AND stocktake = ? ORDER BY seq DESC LIMIT 1"
    return next((str(place) for (place,) in register.rows(query, subject.id, stocktake.id)), "")


def close(register: Register, stocktake: Stocktake, *, now: datetime, agent: str) -> list[Counted]:
    """End a stocktake.

    What was not seen is missing from now on, and a request for it is cancelled;
    what was missing, and seen in its place, is found. What is misplaced stays so in the register
    until somebody puts it right.

    Args:
        register: Open, on an archive that the caller holds.
        stocktake: Open.
        now: When, with its time zone.
        agent: Who: a login name.

    Returns:
        What it found.

    Raises:
        HoldingsError: It is over, or nothing was scanned.
        LedgerError: The ledger cannot be continued.
    """
    expect_open(register, stocktake)
    expect_scans(register, stocktake)
    found = list(report(register, stocktake))
    missing = [one for one in found if one.finding == "missing" and not one.state]
    there = [one for one in found if one.finding == "expected" and one.state == MISSING]
    drafts = [draft for one in missing for draft in _missed(register, one.subject)]
    drafts += [places.found(register, one.subject.id) for one in there]
    drafts.append(_draft(stocktake, "close", totals(found)))
    register.write(drafts, now=now, agent=agent)
    return found


def _missed(register: Register, item: Item | Box) -> Iterator[Draft]:
    """That an item is missing; a request for it, which nobody can answer, is cancelled first (P1)."""
    loan = register.open_loan(item.id)
    if loan is not None:
        yield Draft("loan", detail={"act": "cancel", "loan": loan.loan, "item": item.id}, role="implementer")
    if isinstance(item, Item):
        yield places.saying(item, "missing")


def cancel(register: Register, stocktake: Stocktake, *, now: datetime, agent: str) -> None:
    """End a stocktake without a result: nothing is missing because of it.

    Args:
        register: Open, on an archive that the caller holds.
        stocktake: Open.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        HoldingsError: It is over.
        LedgerError: The ledger cannot be continued.
    """
    expect_open(register, stocktake)
    register.write([_draft(stocktake, "cancel")], now=now, agent=agent)


def expect_scans(register: Register, stocktake: Stocktake) -> None:
    """See that something was scanned, or all of a place would be missing.

    Raises:
        HoldingsError: Nothing was.
    """
    query = "SELECT 1 FROM stocktake_scan WHERE stocktake = ? LIMIT 1"
    if not list(register.rows(query, stocktake.id)):
        raise HoldingsError("J304", register.archive.config.language, place=called(stocktake.place))


def _stocktakes(register: Register, where: str, *values: object) -> Iterator[Stocktake]:
    query = f"SELECT id, place, started, started_at, closed, closed_at FROM stocktake WHERE {where}"  # noqa: S608 - own conditions
    for identifier, place, started, started_at, closed, closed_at in list(register.rows(query, *values)):
        counted = register.entity(place)
        if isinstance(counted, Countable):
            yield Stocktake(identifier, counted, started, started_at, closed or 0, closed_at or "")


def expect_open(register: Register, stocktake: Stocktake) -> None:
    """See that a stocktake goes on.

    Raises:
        HoldingsError: It is over.
    """
    known = open_at(register, stocktake.place)
    if known is None or known.id != stocktake.id:
        raise HoldingsError("J302", register.archive.config.language, place=called(stocktake.place))


def _draft(stocktake: Stocktake, act: str, detail: Mapping[str, str] | Mapping[str, int] = NOTHING) -> Draft:
    return Draft(TYPE, detail={"act": act, "stocktake": stocktake.id, **detail})
