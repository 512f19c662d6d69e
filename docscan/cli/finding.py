"""Finding: `list`, `show`, `open` and `search`."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from docscan import record, search
from docscan.archive import access, objects
from docscan.archive.catalogue import Catalogue, Row, open_catalogue
from docscan.archive.event import Event
from docscan.archive.keeping import retention
from docscan.cli.terminal import (
    agent,
    highlighted,
    now,
    on_record,
    put,
    put_json,
    say,
    shortened,
    standing_in,
    table,
)
from docscan.messages import sentence
from docscan.search import feed

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


@click.command(
    "search",
    context_settings={"ignore_unknown_options": True},
    epilog="Example: docscan search 'total:>1000 kind:invoice tornillos'",
)
@click.argument("query", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--limit", type=click.IntRange(min=1), help="Hits at most.  [default: 10; 1000 with --json]")
@json_option
@click.pass_context
def search_(ctx: click.Context, query: tuple[str, ...], limit: int | None, as_json: bool) -> None:
    """Find records by their words, fields, dates and amounts.

    Words must all occur; "quoted words" in a row; -word must not; OR between
    alternatives; word* for beginnings; field:value, total:>1000,
    issue_date:2026-01..2026-03. Misread words are found too, after the exact ones.
    """
    archive = standing_in(ctx)
    node = search.parse(" ".join(query))
    with open_catalogue(archive) as catalogue:
        answer = feed.answer(archive, catalogue, node, limit=limit or (1000 if as_json else 10))
        hits = answer.hits
        snippets = [_snippet(catalogue, node, hit) for hit in hits.hits]
        rows = [_hit(catalogue, hit, piece) for hit, piece in zip(hits.hits, snippets, strict=True)]
    if rows and not access.searched(archive, len(rows), now=now(), agent=agent()):
        say(sentence("K018", archive.config.language))
    if not answer.current:
        say("The index is behind the catalogue, so something may be missing: run `docscan rebuild`.")
    if as_json:
        put_json(rows)
        return
    for row in rows:
        put(
            f"{click.style(row['id'][:8], fg='cyan')}  {row['kind']}  {row['issue_date']}"
            f"  {row['supplier']}  {Path(row['source']).name}, page {row['page']}"
        )
        put(f"    {highlighted(row['snippet'], row['marks'])}")
    say(f"{hits.total} found." if len(rows) == hits.total else f"{len(rows)} of {hits.total} found.")
    also = search.also_found_as(snippets)
    if also:
        say(f"Also found as: {', '.join(also)}.")


def _snippet(catalogue: Catalogue, node: search.Node, hit: search.Hit) -> search.Snippet:
    return search.snippet(catalogue.page_texts(hit.id), node)


def _hit(catalogue: Catalogue, hit: search.Hit, snippet: search.Snippet) -> dict[str, Any]:
    return asdict(catalogue.row(hit.id)) | {
        "score": round(hit.score, 3),
        "tier": hit.tier,
        "page": snippet.page,
        "snippet": snippet.text,
        "marks": [list(mark) for mark in snippet.marks],
    }


COMMANDS = {"list": list_, "show": show, "open": open_, "search": search_}
