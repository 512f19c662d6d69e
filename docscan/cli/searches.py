"""Searches that are kept under a name: `searches`."""

from dataclasses import replace
from typing import Any

import click

from docscan.archive import Archive, access, ledger
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.cli import answering, querying
from docscan.cli.answering import Wanted
from docscan.cli.searching import answered, json_option, put_answer, say_rest
from docscan.cli.terminal import agent, now, put, put_json, say, standing_in, table
from docscan.messages import sentence
from docscan.search import saved

NEWS = 8  # the exit code of what ran well and has something to tell


@click.group("searches", epilog="Example: docscan searches news")
def searches() -> None:
    """Searches that you keep under a name: list them, run them, ask for what is new."""


@searches.command("list", epilog="Example: docscan searches list --json")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the searches that you keep."""
    archive = standing_in(ctx)
    kept = list(saved.all_of(archive, agent()))
    if as_json:
        put_json({"name": one.name, "query": one.query, "looked": one.looked} for one in kept)
    else:
        put(table([(one.name, one.query, one.looked) for one in kept], ("name", "query", "looked at")))


@searches.command("run", epilog="Example: docscan searches run overdue-acme")
@click.argument("name")
@json_option
@click.pass_context
def run(ctx: click.Context, name: str, as_json: bool) -> None:
    """Search for what the search NAME finds now."""
    archive = standing_in(ctx)
    kept = saved.find(archive, agent(), name)
    with open_catalogue(archive) as catalogue:
        wanted = Wanted(limit=1000 if as_json else 10, boxes=as_json)
        answer = answered(catalogue, kept.query, None, wanted)
    put_answer(archive, answer, as_json=as_json, as_csv=False)
    say_rest(archive, answer, kept.query, "score")


@searches.command("remove", epilog="Example: docscan searches remove overdue-acme")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Keep the search NAME no more."""
    saved.remove(standing_in(ctx), agent(), name)


@searches.command("news", epilog="Example: docscan searches news || mail -s News clerk@example.com")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@json_option
@click.pass_context
def news(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """What your searches find, or those named, that they did not find when you looked last.

    As typed, so without other forms and misread words. Leaves with 8 when there
    is any, and with 0 when there is none, so that a nightly job can mail it.
    """
    archive = standing_in(ctx)
    kept = [saved.find(archive, agent(), name) for name in names] or list(saved.all_of(archive, agent()))
    rows = []
    with open_catalogue(archive) as catalogue:
        for one in kept:
            found = _ids(catalogue, one.query)
            new = [record for record in found if record not in set(one.seen)]
            rows += [(one.name, catalogue.row(record)) for record in new]
            _noted(archive, replace(one, seen=found))
    if rows and not access.searched(archive, len(rows), now=now(), agent=agent()):
        say(sentence("K018", archive.config.language))
    if as_json:
        put_json({"search": name, "id": row.id, "kind": row.kind, "state": row.state} for name, row in rows)
    elif rows:
        cells = [(name, row.id[:8], row.kind, row.issue_date, row.supplier, row.total) for name, row in rows]
        put(table(cells, ("search", "id", "kind", "date", "from", "total"), right=("total",)))
    say(sentence("F031" if rows else "F030", archive.config.language, count=str(len(rows))))
    if rows:
        ctx.exit(NEWS)


def keep(catalogue: Catalogue, name: str, text: str) -> None:
    """Keep a query under a name, for whoever calls.

    Raises:
        ArchiveError: The name is none, it finds too much, or it cannot be written.
        SearchError: It cannot be understood.
    """
    found = _ids(catalogue, text)
    _noted(catalogue.archive, saved.Saved(name, text, "", found))
    say(sentence("F032", catalogue.archive.config.language, name=name))


def _noted(archive: Archive, search: saved.Saved) -> None:
    saved.keep(archive, agent(), replace(search, looked=ledger.stamp(now())))


def _ids(catalogue: Catalogue, text: str) -> tuple[str, ...]:
    asked = querying.understood(catalogue, text, now().date())
    return answering.ids(catalogue, asked, saved.MOST_SEEN + 1)


COMMANDS: dict[str, Any] = {"searches": searches}
