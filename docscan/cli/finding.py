"""Looking up: `list`, `show` and `open`."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from docscan import record
from docscan.archive import objects
from docscan.archive.catalogue import Row, open_catalogue
from docscan.archive.event import Event
from docscan.archive.keeping import retention
from docscan.cli.terminal import (
    on_record,
    put,
    put_json,
    say,
    shortened,
    standing_in,
    table,
)
from docscan.messages import sentence

KINDS = ("invoice", "credit-note", "receipt", "form", "letter", "contract", "slip")
STATES = ("accepted", "review", "rejected", "merged", "destroyed")

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a record.")
limit_option = click.option(
    "--limit", type=click.IntRange(min=1), help="Records at most.  [default: 50; all with --json]"
)
SCREENFUL = 50


@click.command("list", epilog="Example: docscan list --kind invoice --state review")
@click.option("--kind", type=click.Choice(KINDS), help="Only this kind.")
@click.option(
    "--state",
    type=click.Choice(STATES),
    help="Only those accepted, waiting for review, rejected, merged or destroyed.  [default: not the last]",
)
@limit_option
@json_option
@click.pass_context
def list_(ctx: click.Context, kind: str | None, state: str | None, limit: int | None, as_json: bool) -> None:
    """List the records, newest first."""
    archive = standing_in(ctx)
    limit = limit or (None if as_json else SCREENFUL)
    with open_catalogue(archive) as catalogue:
        rows = list(catalogue.listing(kind=kind, state=state, limit=limit))
        total = catalogue.count(kind=kind, state=state)
    if as_json:
        put_json(map(asdict, rows))
        return
    put(_listed(rows))
    if total > len(rows):
        say(f"{len(rows)} of {total}; see more with --limit.")


def _listed(rows: Iterable[Row]) -> str:
    headers = ("id", "kind", "date", "number", "from", "total", "state", "file")
    cells = (
        (
            row.id[:8],
            row.kind,
            row.issue_date,
            shortened(row.number, 18),
            shortened(row.supplier, 28),
            f"{row.total} {row.currency}" if row.total else "",
            row.state,
            shortened(Path(row.source).name, 32),
        )
        for row in rows
    )
    return table(cells, headers, right=("total",))


@click.command(epilog="Example: docscan show 3f2a9c41 --json")
@click.argument("identifier", metavar="ID")
@click.option("--text", is_flag=True, help="The text that was read, page by page.")
@click.option("--json", "as_json", is_flag=True, help="The whole record in the form docscan.record/1.")
@click.pass_context
def show(ctx: click.Context, identifier: str, text: bool, as_json: bool) -> None:
    """Show one record: its fields with their evidence, its doubts, where it came from.

    ID may be cut short as long as it means one record. Of one that was
    destroyed, what the ledger keeps is shown: class, dates, by whose authority.
    """
    archive = standing_in(ctx)
    with open_catalogue(archive) as catalogue:
        row = catalogue.row(identifier)
        gone = catalogue.destruction(row.id)
    if gone is not None:
        _put_tombstone(row, gone, as_json=as_json)
        return
    found = objects.read_record(archive, row.id, row.version)
    on_record(archive, [row.id], "view")
    language = archive.config.language
    if as_json:
        put(record.dumped(record.to_json(found, language)))
        return
    if text:
        put("\n\f\n".join(page.text for page in found.pages))
        return
    extraction = found.extraction
    put(f"{found.id}  {extraction.kind}  {found.state}")
    put(f"received {found.received} as {found.source}, sha256 {found.sha256}")
    rows = [
        (name, field.value, field.status, f"{field.confidence:.0%}", field.page, field.raw)
        for name, field in extraction.fields.items()
    ]
    if rows:
        put(table(rows, ("field", "value", "status", "sure", "page", "on the page"), right=("sure", "page")))
    for doubt in found.findings:
        put(f"{doubt.code} {doubt.severity}: {sentence(doubt.code, language, **doubt.facts)}")


def _put_tombstone(row: Row, gone: Event, *, as_json: bool) -> None:
    """What is left of a record that was destroyed."""
    facts = {"id": row.id, "state": row.state, "destroyed": gone.at, "sha256": row.sha256, **gone.detail}
    if as_json:
        put(record.dumped({**facts, "by": gone.agent.id, "event": gone.seq}))
        return
    put(f"{row.id}  {row.kind}  {row.state}")
    put(table([*list(facts.items())[2:], ("by", gone.agent.id)], ("field", "value")))


@click.command("open", epilog='Example: xdg-open "$(docscan open 3f2a9c41 --searchable)"')
@click.argument("identifier", metavar="ID")
@click.option("--searchable", is_flag=True, help="The searchable PDF instead of the original.")
@click.pass_context
def open_(ctx: click.Context, identifier: str, searchable: bool) -> None:
    """Print the path of a record's original, or of its searchable PDF.

    Never change a file under objects/: `docscan verify` would name it.
    """
    archive = standing_in(ctx)
    with open_catalogue(archive) as catalogue:
        found = catalogue.row(identifier).id
        retention.expect_there(catalogue, found)
    path = objects.path_of(archive, found, objects.SEARCHABLE if searchable else "original")
    on_record(archive, [found], "download")
    put(str(path))


COMMANDS = {"list": list_, "show": show, "open": open_}
