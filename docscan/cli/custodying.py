"""Batches: `custody receive`, `deliver`, `count`, `show`, `list`, `close` and `acta`."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from docscan.archive import Archive, access, batches, ledger, reconciliation
from docscan.archive import acta as actas
from docscan.archive.acta import Acta, Box, Direction
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.event import Draft
from docscan.archive.layout import PATIENCE, without_run
from docscan.archive.proof import checkpoint
from docscan.archive.reconciliation import MEASURES, REASONS, Batch
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, now, put, put_json, say, standing_in, table, write
from docscan.errors import ActaError, BatchError
from docscan.holdings import transfers
from docscan.holdings.register import open_register
from docscan.messages import LANGUAGES, sentence

Boxes = tuple[tuple[str, int, int], ...]

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a batch.")
number_argument = click.argument("number", metavar="NUMBER")
box_option = click.option(
    "--box",
    "boxes",
    type=(str, click.IntRange(0, actas.MOST), click.IntRange(0, actas.MOST)),
    multiple=True,
    metavar="LABEL FILES PAGES",
    help="A box, how many files are in it and how many pages they have; may be given again.",
)
acta_option = click.option(
    "--acta",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The list of boxes: a TOML file, or a table as CSV.",
)
from_option = click.option("--from", "transmitter", metavar="NAME", help="Who hands it over.")
to_option = click.option("--to", "recipient", metavar="NAME", help="Who takes it.")
date_option = click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day of the hand-over.  [default: today]"
)


@click.group(epilog="Example: docscan custody list")
def custody() -> None:
    """Count what is handed over: declared, received, scanned, archived, and why these differ."""


@custody.command("receive", epilog="Example: docscan custody receive --acta acta.toml")
@acta_option
@from_option
@to_option
@date_option
@box_option
@click.pass_context
def receive(
    ctx: click.Context,
    path: Path | None,
    transmitter: str | None,
    recipient: str | None,
    day: datetime | None,
    boxes: Boxes,
) -> None:
    """Open a batch for documents that come in, as their acta declares them.

    Until it is closed, what `docscan run` takes in belongs to it; while several
    are open, to the one that is named with `docscan run --batch NUMBER`. A file
    in a folder of the inbox that is called like a box belongs to that box.
    Prints the number of the batch.
    """
    stated = _stated(path, boxes, transmitter, recipient, day)
    _opened(standing_in(ctx), stated, "in")


@custody.command("deliver", epilog="Example: docscan custody deliver --acta return.toml")
@acta_option
@from_option
@to_option
@date_option
@box_option
@click.option(
    "--item",
    "items",
    metavar="CODE",
    multiple=True,
    help="An item that leaves for good, or a box or a location with all in it; may be given again.",
)
@click.option("--uncounted", is_flag=True, help="Also items whose folios nobody counted: the acta says so.")
@click.pass_context
def deliver(
    ctx: click.Context,
    path: Path | None,
    transmitter: str | None,
    recipient: str | None,
    day: datetime | None,
    boxes: Boxes,
    items: Sequence[str],
    uncounted: bool,
) -> None:
    """Open a batch for paper that leaves: what is handed back, counted by who takes it.

    Items of the register (--item) make up boxes of the acta by themselves, and
    are transferred out of it when the batch is closed.
    """
    if uncounted and not items:
        raise click.UsageError("--uncounted is about items of the register: name them with --item.")
    stated = _stated(path, boxes, transmitter, recipient, day)
    _opened(standing_in(ctx), stated, "out", items, uncounted=uncounted)


@custody.command("count", epilog="Example: docscan custody count 2026-0001 --box C-1 118 340")
@number_argument
@box_option
@click.option("--as-declared", is_flag=True, help="Every box not counted yet holds what was declared.")
@click.pass_context
def count(ctx: click.Context, number: str, boxes: Boxes, as_declared: bool) -> None:
    """Say what was found in the boxes of a batch when they were received."""
    archive = standing_in(ctx)
    with _at_work(archive, "take in") as catalogue:
        batch = batches.named(catalogue, number)
        declared = batches.acta_of(catalogue, batch).boxes
        found = _placed(batch, declared, boxes)
        if as_declared:
            left = {n: box for n, box in enumerate(declared, 1) if n not in batch.received}
            found = {n: (box.files, box.pages) for n, box in left.items()} | found
        for place, (files, pages) in found.items():
            draft = reconciliation.counted(batch, place, files, pages)
            batches.note(catalogue, draft, now=now(), agent=agent())
        batch = batches.named(catalogue, number)
    counted, declared_boxes = str(len(batch.received)), str(batch.declared.boxes)
    say(sentence("B152", archive.config.language, counted=counted, boxes=declared_boxes))


@custody.command("show", epilog="Example: docscan custody show 2026-0001")
@number_argument
@json_option
@click.pass_context
def show(ctx: click.Context, number: str, as_json: bool) -> None:
    """Show the counts of a batch, box by box, and what differs."""
    from docscan.printed import acta as printed  # noqa: PLC0415 - what draws PDF takes long to load

    archive = standing_in(ctx)
    access.demand(archive, agent(), "view")
    with open_catalogue(archive) as catalogue:
        batch = batches.named(catalogue, number)
        if as_json:
            put_json([_plain(batch)])
            return
        acta = batches.acta_of(catalogue, batch)
    language, batch = archive.config.language, batch.beside(acta)
    made = printed.boxes(batch, acta, language)
    put(table(made.rows, made.head, right=made.head[2:]))
    if batch.differences:
        differing = printed.differences(batch, language)
        put("\n" + table(differing.rows, differing.head, right=differing.head[1:3]))
    say(sentence("B154" if batch.closing else "B153", language))


@custody.command("list", epilog="Example: docscan custody list --all")
@click.option("--all", "everything", is_flag=True, help="Also those that are closed.")
@json_option
@click.pass_context
def list_(ctx: click.Context, everything: bool, as_json: bool) -> None:
    """List the batches that are open."""
    archive = standing_in(ctx)
    access.demand(archive, agent(), "view")
    with open_catalogue(archive) as catalogue:
        found = batches.listing(catalogue, everything=everything)
    if as_json:
        put_json(map(_plain, found))
        return
    rows = [
        (
            one.number,
            one.opening.detail["date"],
            one.direction,
            "closed" if one.closing else "open",
            *(one.count(stage).files if stage in one.stages else None for stage in reconciliation.STAGES),
        )
        for one in found
    ]
    headers = ("number", "date", "direction", "state", *reconciliation.STAGES)
    put(table(rows, headers, right=reconciliation.STAGES))


@custody.command("close", epilog="Example: docscan custody close 2026-0001 --because missing")
@number_argument
@click.option(
    "--because",
    "reasons",
    multiple=True,
    type=click.Choice(list(REASONS)),
    help="Why a count differs from the one before it; may be given again.",
)
@click.option("--signed", metavar="ID", help="The record that shows the acta with both signatures.")
@click.pass_context
def close(ctx: click.Context, number: str, reasons: Sequence[str], signed: str | None) -> None:
    """Close a batch, once its four counts agree or each difference has its reason.

    One event holds the counts and the reasons. A closed batch takes nothing
    more; print its acta with `docscan custody acta`.
    """
    archive = standing_in(ctx)
    with _at_work(archive, "take in") as catalogue, without_run(archive):  # it files into one batch
        batch = batches.named(catalogue, number)
        shown = catalogue.row(signed).id if signed else "none"
        busy = batches.on_their_way(archive) if batch.direction == "in" else 0
        beside = batch.beside(batches.acta_of(catalogue, batch))
        draft = reconciliation.closed(beside, reasons, busy=busy, signed=shown)
        if batch.direction == "in":
            batches.note(catalogue, draft, now=now(), agent=agent())
        else:
            with open_register(catalogue) as register:
                gone = transfers.leaving(register, batch)
                register.write([draft, *gone], now=now(), agent=agent())
    say(sentence("B155", archive.config.language, number=batch.number))


@custody.command("acta", epilog="Example: docscan custody acta 2026-0001 --out acta.pdf")
@number_argument
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write."
)
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the acta.  [default: docscan.toml]")
@click.pass_context
def acta(ctx: click.Context, number: str, out: Path, language: str | None) -> None:
    """Print the acta of a batch as PDF, to be signed by both sides.

    Its foot carries the state of the ledger as a QR code: who keeps the paper
    can tell later whether the ledger was cut short or rewritten, with
    `docscan ledger check-paper`.
    """
    from docscan.printed import acta as printed  # noqa: PLC0415 - what draws PDF takes long to load
    from docscan.printed import paper  # noqa: PLC0415 - as above

    archive = standing_in(ctx)
    language = language or archive.config.language
    with _at_work(archive, "view") as catalogue:
        batch = batches.named(catalogue, number)
        state = checkpoint.at(archive, catalogue, catalogue.applied() + 1)
        mark = paper.Mark(state.origin, state.size, state.root) if state else None
        stated = batches.acta_of(catalogue, batch)
        made = paper.pdf(printed.paper(batch, stated, mark, language=language, at=ledger.stamp(now())))
        draft = Draft("dissemination", detail={"batch": batch.id, "purpose": "print"})
        batches.file(catalogue, draft, {f"acta-{language}.pdf": made}, now=now(), agent=agent())
    write(out, made)


@contextmanager
def _at_work(archive: Archive, act: access.Act) -> Iterator[Catalogue]:
    """The archive held for somebody who may do this; refusals are said in the clerks' language."""
    access.demand(archive, agent(), act)
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue:
        try:
            yield catalogue
        except BatchError as refused:
            raise BatchError(refused.code, archive.config.language, **refused.facts) from None


def _opened(
    archive: Archive,
    stated: dict[str, Any],
    direction: Direction,
    items: Sequence[str] = (),
    *,
    uncounted: bool = False,
) -> None:
    identifier = str(uuid.uuid4())
    with _at_work(archive, "take in" if direction == "in" else "export") as catalogue, without_run(archive):
        with open_register(catalogue) if items else nullcontext() as register:
            leaving = transfers.chosen(register, items) if register else []
            if register:
                stated["boxes"] += transfers.declared(register, leaving, uncounted=uncounted)
            acta = actas.checked(Acta(**stated, direction=direction), "The acta")
            if register:
                register.write(transfers.announced(leaving, identifier), now=now(), agent=agent())
        batch = batches.open_batch(catalogue, acta, identifier, now=now(), agent=agent())
        waiting = [one.number for one in batches.waiting(catalogue)]
    put(batch.number)
    if direction == "in" and len(waiting) > 1:
        facts = {"numbers": ", ".join(waiting), "number": batch.number}
        say(sentence("B156", archive.config.language, **facts))


def _stated(
    path: Path | None, boxes: Boxes, transmitter: str | None, recipient: str | None, day: datetime | None
) -> dict[str, Any]:
    """What an acta and the options say; an option goes before the file."""
    found: dict[str, Any] = {"date": now().date(), "boxes": ()}
    if path is not None and path.suffix.lower() == ".csv":
        found["boxes"] = actas.boxes_of(path)
    elif path is not None:
        whole = actas.load(path)
        found = {key: getattr(whole, key) for key in ("transmitter", "recipient", "date", "boxes")}
    said: dict[str, str | date | None] = {"transmitter": transmitter, "recipient": recipient}
    said["date"] = day.date() if day else None
    found |= {key: value for key, value in said.items() if value is not None}
    found["boxes"] += tuple(Box(label, files, pages) for label, files, pages in boxes)
    for key, option in (("transmitter", "--from"), ("recipient", "--to")):
        if key not in found:
            raise ActaError(f"Nothing says who the {key} is.", hint=f"Name it with {option}, or in the acta.")
    return found


def _placed(batch: Batch, declared: Sequence[Box], boxes: Boxes) -> dict[int, tuple[int, int]]:
    """The counts by the number of the box."""
    places = {box.label.casefold(): n for n, box in enumerate(declared, 1)}
    for label, _, _ in boxes:
        if label.casefold() not in places:
            known = ", ".join(box.label for box in declared)
            raise BatchError("E080", number=batch.number, box=label, boxes=known)
    return {places[label.casefold()]: (files, pages) for label, files, pages in boxes}


def _plain(batch: Batch) -> dict[str, Any]:
    counts: dict[str, Any] = {
        stage: {measure: getattr(batch.count(stage), measure) for measure in MEASURES}
        for stage in batch.stages
    }
    return {
        "number": batch.number,
        "id": batch.id,
        "direction": batch.direction,
        "date": batch.opening.detail["date"],
        "closed": batch.closing.at if batch.closing else None,
        **counts,
        "uncounted": batch.opening.detail.get("uncounted", 0),
        "duplicates": batch.files("duplicates"),
        "put_aside": batch.files("put_aside"),
        "reasons": list(reconciliation.reasons_of(batch)),
    }


COMMANDS = {"custody": custody}
