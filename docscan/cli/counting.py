"""Stocktakes: `stocktake`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from docscan.cli.listing import forms, give
from docscan.cli.registered import changing, looking
from docscan.cli.terminal import agent, now, put, say
from docscan.errors import ArchiveError, HoldingsError
from docscan.holdings import stocktake as stocktakes
from docscan.holdings.entities import Box, Entity, Item, Location, Site, called
from docscan.holdings.register import Register
from docscan.holdings.stocktake_findings import (
    FINDINGS,
    Countable,
    Counted,
    Stocktake,
    report,
    tally,
    totals,
)
from docscan.messages import sentence

COLUMNS = ("item", "title", "finding", "seen", "box", "location", "state", "person", "name")
LISTED = ("place", "started", "closed")
NO_PLACES = ("F", "P")  # what the codes of items and persons begin with

place_argument = click.argument("place", metavar="PLACE")


@click.group(epilog="Example: docscan stocktake show L-000012N")
def stocktake() -> None:
    """Compare what stands at a place with the register: start, scan, show, close."""


@stocktake.command("start", epilog="Example: docscan stocktake start L-000012N")
@place_argument
@click.pass_context
def start(ctx: click.Context, place: str) -> None:
    """Begin to count PLACE: a location, a box, or a site by its name; prints how it is called.

    One that was begun already goes on. Then scan what is there: at the desk,
    with A-COUNT, or with `stocktake scan`.
    """
    with changing(ctx) as register:
        begun = stocktakes.begin(register, _place(register, place), now=now(), agent=agent())
    put(called(begun.place))


@stocktake.command("scan", epilog="Example: docscan stocktake scan L-000012N B-000003R F-000007K F-000009M")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.option("--in", "place", metavar="PLACE", help="What is counted, when it is not the first CODE.")
@click.pass_context
def scan(ctx: click.Context, codes: Sequence[str], place: str | None) -> None:
    """Say what was seen: the code of a location or a box, then the items that are there, and so on.

    A box after a location is seen there. A code that is none of what is counted
    is named, and so are those after it while nobody knows where they were
    seen; the others are put on record, and the exit code is 1.
    """
    with changing(ctx) as register:
        counted = _place(register, place or codes[0])
        counting = stocktakes.counting(register, counted)
        seen = codes if place or not isinstance(counted, Site) else codes[1:]  # it is no place
        found = _read(register, counting, seen)
        if found.seen:
            stocktakes.scan(register, counting, found.seen, now=now(), agent=agent())
    say(f"{len(found.seen)} scanned.")
    for told in found.foreign:
        say(told)
    if found.foreign:
        ctx.exit(1)


@stocktake.command("show", epilog="Example: docscan stocktake show L-000012N --csv")
@place_argument
@click.option("--all", "everything", is_flag=True, help="Also what is where it should be.")
@forms
@click.pass_context
def show(ctx: click.Context, place: str, everything: bool, as_json: bool, as_csv: bool) -> None:
    """Show what the newest stocktake of PLACE found: misplaced, unexpected, missing, away.

    Of each, where it was seen, where it belongs, and who has it. What somebody
    has on loan is away, and not missing.
    """
    with looking(ctx) as register:
        known = stocktakes.newest_of(register, _place(register, place))
        found = list(report(register, known))
        language = register.archive.config.language
    _give(found, everything=everything, as_json=as_json, as_csv=as_csv)
    say(_summary(found, known.place, language))


@stocktake.command("close", epilog="Example: docscan stocktake close L-000012N")
@place_argument
@click.option("--yes", is_flag=True, help="Do not ask when something is missing.")
@click.option("--cancel", is_flag=True, help="Give it up: nothing is missing because of it.")
@forms
@click.pass_context
def close(ctx: click.Context, place: str, yes: bool, cancel: bool, as_json: bool, as_csv: bool) -> None:
    """End the stocktake of PLACE: what was not seen, and nobody has, is missing from then on."""
    if not (yes or cancel or _is_confirmed(ctx, place)):
        ctx.exit(1)
    with changing(ctx, answers=True) as register:
        counting = stocktakes.counting(register, _place(register, place))
        if cancel:
            stocktakes.cancel(register, counting, now=now(), agent=agent())
            return
        found = stocktakes.close(register, counting, now=now(), agent=agent())
        language = register.archive.config.language
    _give(found, everything=False, as_json=as_json, as_csv=as_csv)
    say(_summary(found, counting.place, language))


@stocktake.command("list", epilog="Example: docscan stocktake list")
@click.option("--closed", is_flag=True, help="Those that are over, the newest first.")
@forms
@click.pass_context
def list_(ctx: click.Context, closed: bool, as_json: bool, as_csv: bool) -> None:
    """List the stocktakes that go on."""
    with looking(ctx) as register:
        rows = [
            {"id": one.id, "place": called(one.place), "started": one.started_at, "closed": one.closed_at}
            for one in stocktakes.listing(register, closed=closed)
        ]
    give(rows, LISTED, as_json=as_json, as_csv=as_csv)


def _is_confirmed(ctx: click.Context, place: str) -> bool:
    """Ask before anything is said to be missing; nobody is kept waiting meanwhile."""
    with looking(ctx) as register:
        counting = stocktakes.counting(register, _place(register, place))
        stocktakes.expect_scans(register, counting)
        missing, language = tally(register, counting)["missing"], register.archive.config.language
    if not missing or click.confirm(f"{missing} items were not seen. Are they missing?", err=True):
        return True
    say(sentence("G122", language, place=called(counting.place)))
    return False


def _place(register: Register, named: str) -> Countable:
    """What can be counted.

    Raises:
        NotFoundError: Nothing is called so.
        click.UsageError: It is an item or a person.
    """
    found = register.entity(named)
    if not isinstance(found, Countable):
        raise click.UsageError(f"{named} is no place: name a location, a box or a site.")
    return found


@dataclass(slots=True)
class _Scans:
    """What codes mean, one after the other.

    Attributes:
        language: Of the sentences.
        seen: What was seen, each with where: the last place before it.
        foreign: A sentence for each code that is none of what is counted.
        shelf: The last location; None for none.
        place: The last place; None when it is not known.
    """

    language: str
    seen: list[tuple[Item | Box, Location | Box]] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    shelf: Location | None = None
    place: Location | Box | None = None


def _read(register: Register, counting: Stocktake, codes: Sequence[str]) -> _Scans:
    """What was seen, and what does not belong to the stocktake."""
    scans = _Scans(register.archive.config.language)
    for code in codes:
        try:
            _take(scans, counting, register.entity(code))
        except ArchiveError as problem:
            scans.foreign.append(f"{code}: {problem} {problem.hint}")
            if not code.strip().upper().startswith(NO_PLACES):  # it may have been the place of what follows
                scans.shelf = scans.place = None
    return scans


def _take(scans: _Scans, counting: Stocktake, found: Entity) -> None:
    """Take one code.

    Raises:
        HoldingsError: It is none of what is counted, or nobody knows where it was seen.
    """
    counted = called(counting.place)
    if isinstance(found, Location | Box):
        if not stocktakes.covers(counting, found):
            raise HoldingsError("J128", scans.language, place=found.code, counted=counted)
        if isinstance(found, Box) and scans.shelf is not None:
            scans.seen.append((found, scans.shelf))
        scans.place, scans.shelf = found, found if isinstance(found, Location) else scans.shelf
    elif not isinstance(found, Item):
        raise HoldingsError("G118", scans.language, subject=called(found))
    elif scans.place is None:
        raise HoldingsError("G120", scans.language, item=found.code, place=counted)
    else:
        scans.seen.append((found, scans.place))


def _give(found: Sequence[Counted], *, everything: bool, as_json: bool, as_csv: bool) -> None:
    rows = (_plain(one) for one in found if everything or one.finding != "expected")
    give(rows, COLUMNS, as_json=as_json, as_csv=as_csv)


def _plain(found: Counted) -> dict[str, Any]:
    person = found.person
    return {
        "item": found.subject.code,
        "title": found.subject.title if isinstance(found.subject, Item) else found.subject.type,
        "finding": found.finding,
        "seen": found.seen,
        "box": found.box,
        "location": found.location,
        "state": found.state,
        "person": person.code if person else "",
        "name": person.name if person else "",
    }


def _summary(found: Sequence[Counted], place: Countable, language: str) -> str:
    counts = {name: str(count) for name, count in totals(found).items() if name in FINDINGS[1:]}
    seen = sum(1 for one in found if one.seen)
    return sentence("J308", language, place=called(place), seen=str(seen), **counts)


COMMANDS = {"stocktake": stocktake}
