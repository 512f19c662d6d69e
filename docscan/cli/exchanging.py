"""Lists of holdings in and out, and figures: `holdings import`, `lists`, `export` and `report`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from docscan.archive import batches
from docscan.cli.listing import forms, give
from docscan.cli.registered import changing, looking
from docscan.cli.terminal import agent, now, put, say, write
from docscan.errors import ArchiveError
from docscan.holdings import exports, fuid_export, imports, losses, policies, report, tabular
from docscan.holdings.entities import Box, Item, Location
from docscan.holdings.fuid import Heading
from docscan.holdings.imports import Fault, Prepared, Terms
from docscan.holdings.register import Register
from docscan.holdings.report import Figure
from docscan.holdings.tabular import Form
from docscan.messages import sentence

MOST_SHOWN = 50  # faults of a list: who has more has one mistake in every line


@click.group(epilog="Example: docscan holdings report")
def holdings() -> None:
    """Take lists of holdings over and give them out, as CSV or as Colombia's FUID; figures of the depot."""


@holdings.command("import", epilog="Example: docscan holdings import fuid.csv --at L-000012N")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--at", "place", metavar="CODE", help="Where that is put which names no place: a location, or a box."
)
@click.option("--client", default="", help="Whose it is.  [default: the entity that the form names]")
@click.option("--batch", metavar="NUMBER", help="The batch with which it came: see custody receive.")
@click.option(
    "--encoding",
    default="",
    help="Of the file, such as cp1250.  [default: UTF-8, or what was usual before]",
)
@click.option("--again", is_flag=True, help="Though the same file was imported before.")
@click.option("--dry-run", is_flag=True, help="Say what is wrong with it, and import nothing.")
@click.pass_context
def import_(
    ctx: click.Context,
    path: Path,
    place: str | None,
    client: str,
    batch: str | None,
    encoding: str,
    again: bool,
    dry_run: bool,
) -> None:
    """Register all items of a list, or none: prints the list's id.

    Each number of a box in the list becomes a new box at the location that
    --at names, and so does each code of a box when none of them is registered.
    What is wrong is said line by line. The same file is not imported twice.
    """
    data = _data(path)
    with looking(ctx) if dry_run else changing(ctx) as register:
        at = _place(register, place) if place else ""
        of = batches.intake(register.catalogue, batch) if batch else None
        prepared = imports.prepare(register, data, Terms(at, client, encoding, of.id if of else "", again))
        language = register.archive.config.language
        if prepared.foot:
            first, last = map(str, prepared.foot)
            say(sentence("U088", language, first=first, last=last))
        for fault in prepared.faults[:MOST_SHOWN]:
            say(_sentence(fault, language))
        if not dry_run or prepared.faults:  # which it refuses
            put(imports.enter(register, prepared, now=now(), agent=agent()))
    facts = {"items": str(len(prepared.items)), "boxes": str(len(prepared.boxes))}
    say(sentence("U081" if dry_run else "U080", language, **facts))
    for said in _told(prepared, language):
        say(said)


def _told(prepared: Prepared, language: str) -> Iterator[str]:
    """What a clerk should know of where the rows of a list went."""
    named = [f"{box.code} ({box.type})" if box.type else box.code for box in prepared.boxes]
    for code, codes in (
        ("U096", named),
        ("U098", prepared.into),
        ("U100", prepared.elsewhere),
        ("U102", prepared.unlinked),
    ):
        if codes:
            shown = ", ".join(codes[:MOST_SHOWN]) + (", …" if len(codes) > MOST_SHOWN else "")
            yield sentence(code, language, codes=shown, count=str(len(codes)))


def _place(register: Register, named: str) -> str:
    """The UUID of the box or the location that is called so.

    Raises:
        NotFoundError: Neither is.
    """
    found = register.entity(named)
    return found.id if isinstance(found, Box) else register.one(Location, named).id


@holdings.command("lists", epilog="Example: docscan holdings lists --json")
@forms
@click.pass_context
def lists(ctx: click.Context, as_json: bool, as_csv: bool) -> None:
    """List the lists that were imported."""
    with looking(ctx) as register:
        rows = [asdict(one) for one in exports.lists(register)]
    give(rows, ("id", "at", "items", "batch"), as_json=as_json, as_csv=as_csv, right=("items",))


@holdings.command("export", epilog="Example: docscan holdings export --out items.csv")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write."
)
@click.option("--list", "listed", metavar="ID", help="A list that was imported, as it came in.")
@click.option("--in", "place", metavar="CODE", help="Only what is in a box or at a location.")
@click.option("--fuid", "as_form", is_flag=True, help="As Colombia's form, to be signed.")
@click.option("--entity", default="", help="Of the form: who produced the paper.")
@click.option("--unit", default="", help="Of the form: the administrative unit.")
@click.option("--office", default="", help="Of the form: the producing office.")
@click.option("--purpose", default="", help="Of the form: what it is for.")
@click.option("--transfer", default="", help="Of the form: the number of the transfer.")
@click.pass_context
def export(
    ctx: click.Context,
    /,
    out: Path,
    listed: str | None,
    place: str | None,
    as_form: bool,
    **heading: str,
) -> None:
    """Write items as a table: a list as it came in, the register as plain CSV, or as a new form.

    What came in comes out byte for byte, for as long as nothing of it was
    changed. So cells that a spreadsheet would take for formulas stay as they
    are, and how many there are is said: open such a file as text.
    """
    if listed and (place or as_form):
        raise click.UsageError("A list comes out as it came in: leave --in and --fuid out.")
    with looking(ctx) as register:
        language = register.archive.config.language
        if listed:
            came = exports.kept(register, listed)
            data, form = exports.as_it_came(register, came)
            if form != came.form:
                say(sentence("U086", language, encoding=came.form.encoding))
        elif as_form:
            above = Heading(**heading, day=now().date().isoformat())
            data, form = fuid_export.filled(register, _chosen(register, place), above), fuid_export.FORM
        else:
            form = Form()
            data = "".join(exports.plain(register, _chosen(register, place), form)).encode()
        if not (listed or place) and (gone := exports.gone(register)):
            say(sentence("U084", language, count=str(gone)))
    write(out, data)
    if count := tabular.formulas(data, form):
        say(sentence("U082", language, count=str(count)))


@holdings.command("give-up", epilog="Example: docscan holdings give-up holdings/6f1b….jsonl --because fire")
@click.argument("path", metavar="SHEET")
@click.option("--because", type=click.Choice(losses.CAUSES), required=True, help="Why it is lost.")
@click.confirmation_option(prompt="What it said will not be known any more. Is there no copy of it?")
@click.pass_context
def give_up(ctx: click.Context, path: str, because: losses.Cause) -> None:
    """Say that a sheet of the register is lost for good, so that registering goes on.

    An empty sheet takes its place. No code that it may have given is given
    again: enter what is on the shelf anew, by the codes of its labels, with
    `holdings import`.
    """
    with changing(ctx, "authorise") as register:
        losses.give_up(register, path, because, now=now(), agent=agent())
        language = register.archive.config.language
    say(sentence("G146", language, path=path))


@holdings.command("report", epilog="Example: docscan holdings report --on 2026-06-30 --csv")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As of the end of that day.  [default: today]")
@forms
@click.pass_context
def report_(ctx: click.Context, on: datetime | None, as_json: bool, as_csv: bool) -> None:
    """Metres of shelf in use, loans by client and month, mean days out, and the share that is overdue."""
    day = on.date() if on else now().date()
    if day > now().date():
        raise click.UsageError("Nobody knows yet what will be so on that day.")
    with looking(ctx) as register:
        found = report.figures(register, policies.load(register.catalogue), day)
    give(map(asdict, found), Figure.__slots__, as_json=as_json, as_csv=as_csv, right=("value",))


def _chosen(register: Register, place: str | None) -> Sequence[Item]:
    if place:
        return list(register.items_in(register.entity(place).id))
    return exports.here(register)


def _sentence(fault: Fault, language: str) -> str:
    facts = {"line": str(fault.line), "column": fault.column, "value": fault.value}
    said = sentence(fault.code, language, **facts)
    return f"{said} {sentence('G003', language, codes=', '.join(fault.meant))}" if fault.meant else said


def _data(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise ArchiveError(
            f"{path} cannot be read: {problem.strerror}.", hint="Name another file."
        ) from problem


COMMANDS = {"holdings": holdings}
