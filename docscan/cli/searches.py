"""Searches that are kept under a name: `searches`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from docscan.archive import Archive, access, ledger
from docscan.archive.catalogue import Catalogue, Row, open_catalogue
from docscan.cli import answering, querying
from docscan.cli.answering import Wanted
from docscan.cli.searching import answered, json_option, put_answer, say_rest
from docscan.cli.terminal import address, agent, lay, now, put, put_json, say, standing_in, table
from docscan.frozen import dataclass
from docscan.messages import sentence
from docscan.search import saved

if TYPE_CHECKING:
    from email.headerregistry import Address

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
    kept = _kept(archive)
    if as_json:
        put_json({"name": one.name, "query": one.query, "looked": one.looked} for one in kept)
    elif kept:
        put(table([(one.name, one.query, one.looked) for one in kept], ("name", "query", "looked at")))


def _kept(archive: Archive) -> list[saved.Saved]:
    """The searches of whoever calls; files that are none are named."""
    kept, broken = saved.all_of(archive, agent())
    for path in broken:
        say(sentence("F055", archive.config.language, path=str(path)))
    return list(kept)


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


@dataclass(frozen=True, slots=True)
class _News:
    """What a kept search finds now.

    Attributes:
        search: As it was kept when it was looked at last.
        found: The ids of all it finds.
        rows: What of that it did not find then.
    """

    search: saved.Saved
    found: tuple[str, ...]
    rows: tuple[Row, ...]


@searches.command("news", epilog="Example: docscan searches news --to letters --from archive@example.com")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--to",
    "folder",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    help="Also write an e-mail for each search with news to this folder, to be sent by you.",
)
@click.option(
    "--from",
    "sender",
    envvar="DOCSCAN_FROM",
    callback=address,
    metavar="ADDRESS",
    help="From whom the e-mails are.  [default: $DOCSCAN_FROM]",
)
@click.option(
    "--for",
    "recipient",
    callback=address,
    metavar="ADDRESS",
    help="To whom they are.  [default: from whom]",
)
@json_option
@click.pass_context
def news(
    ctx: click.Context,
    names: tuple[str, ...],
    folder: Path | None,
    sender: "Address | None",
    recipient: "Address | None",
    as_json: bool,
) -> None:
    """What your searches find, or those named, that they did not find when you looked last.

    As typed, so without other forms and misread words. Leaves with 8 when there
    is any, and with 0 when there is none; no e-mail is written then.
    """
    if folder and sender is None:
        raise click.UsageError("From whom are the e-mails? Say so with --from.")
    archive = standing_in(ctx)
    kept = [saved.find(archive, agent(), name) for name in names] or _kept(archive)
    with open_catalogue(archive) as catalogue:
        told = [_told(catalogue, one) for one in kept]
    fresh = [one for one in told if one.rows]
    count = sum(len(one.rows) for one in fresh)
    if count and not access.searched(archive, count, now=now(), agent=agent()):
        say(sentence("K018", archive.config.language))
    _give(fresh, as_json=as_json)
    if folder and sender:
        for one in fresh:
            say(
                sentence(
                    "F054",
                    archive.config.language,
                    path=str(_mailed(archive, one, folder, sender, recipient)),
                )
            )
    for one in told:  # last: whoever is interrupted is told once more
        _noted(archive, replace(one.search, seen=one.found))
    say(sentence("F031" if fresh else "F030", archive.config.language, count=str(count)))
    if fresh:
        ctx.exit(NEWS)


def _told(catalogue: Catalogue, search: saved.Saved) -> _News:
    found, seen = _ids(catalogue, search.query), frozenset(search.seen)
    return _News(search, found, tuple(catalogue.row(record) for record in found if record not in seen))


def _give(fresh: Sequence[_News], *, as_json: bool) -> None:
    rows = [(one.search.name, row) for one in fresh for row in one.rows]
    if as_json:
        put_json({"search": name, "id": row.id, "kind": row.kind, "state": row.state} for name, row in rows)
    elif rows:
        cells = [(name, row.id[:8], row.kind, row.issue_date, row.supplier, row.total) for name, row in rows]
        put(table(cells, ("search", "id", "kind", "date", "from", "total"), right=("total",)))


def _mailed(
    archive: Archive, fresh: _News, folder: Path, sender: "Address", recipient: "Address | None"
) -> Path:
    """Write an e-mail about what a search found: `news-overdue-acme-20260617T062000Z.eml`."""
    from docscan.printed import mail  # noqa: PLC0415 - most commands write no e-mail
    from docscan.printed import news as letter  # noqa: PLC0415 - as above

    language, moment = archive.config.language, now()
    subject = letter.subject(archive.config.name, fresh.search, fresh.rows, language)
    envelope = mail.Envelope(sender, recipient or sender, subject, str(uuid4()))
    path = folder / f"news-{fresh.search.name}-{moment:%Y%m%dT%H%M%SZ}.eml"
    lay(path, mail.message(envelope, letter.text(fresh.search, fresh.rows, language), now=moment))
    return path


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
