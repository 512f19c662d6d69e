"""Reviewing: `review`, what a person decides, and `quality`, what the decisions tell."""

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docscan import record
from docscan.archive import Archive, objects
from docscan.archive.catalogue import Catalogue, Row, open_catalogue
from docscan.archive.keeping import retention
from docscan.cli.terminal import agent, now, put, put_json, say, standing_in
from docscan.errors import FixityError, NotFoundError
from docscan.messages import sentence
from docscan.model import Record
from docscan.verification import review as rules

if TYPE_CHECKING:
    from docscan.decisions import Reviewer

SCREENFUL = 50

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a record.")


@click.group(invoke_without_command=True, epilog="Example: docscan -A my-archive review")
@click.option("--sample", is_flag=True, help="Walk through the sample of accepted records instead.")
@click.pass_context
def review(ctx: click.Context, sample: bool) -> None:
    """Walk through what waits for a person, doubt by doubt.

    Each doubt is shown with its reason, what stands on the page and what else
    it may be; the answer is filed at once as a further version of the record.
    Without a person at the keyboard use the commands below.
    """
    if ctx.invoked_subcommand is not None:
        return
    from docscan.cli import asking  # noqa: PLC0415 - slow to load, and `review list` needs none of it

    archive = standing_in(ctx, "decide")
    with open_catalogue(archive) as catalogue:
        waiting = [row.id for row in catalogue.listing(state="review")]
        drawn = [row.id for row in _sample(archive, catalogue)]
    asking.walk(_reviewer(archive), drawn if sample else waiting, sample=sample)
    with open_catalogue(archive) as catalogue:
        left = sum(1 for _ in _sample(archive, catalogue))
        _say_waiting(archive, catalogue.count(state="review"), left)


@review.command("list", epilog="Example: docscan review list --json")
@click.option("--limit", type=click.IntRange(min=1), help="Records at most.  [default: 50; all with --json]")
@click.option("--sample", is_flag=True, help="Those of the sample that nobody has looked at.")
@json_option
@click.pass_context
def review_list(ctx: click.Context, limit: int | None, sample: bool, as_json: bool) -> None:
    """List the records with doubts, each doubt with its sentence."""
    archive = standing_in(ctx)
    limit = limit or (None if as_json else SCREENFUL)
    with open_catalogue(archive) as catalogue:
        drawn = list(_sample(archive, catalogue))
        waiting = drawn[:limit] if sample else list(catalogue.listing(state="review", limit=limit))
        total = catalogue.count(state="review")
    rows = [asdict(row) | {"findings": _doubts(archive, row)} for row in waiting]
    if as_json:
        put_json(rows)
        return
    for row in rows:
        put(f"{click.style(row['id'][:8], fg='cyan')}  {row['kind']}  {Path(row['source']).name}")
        for doubt in row["findings"]:
            put(f"    {doubt['code']}  {doubt['message']}")
    _say_waiting(archive, total, len(drawn))


@review.command("accept", epilog="Example: docscan review accept 3f2a9c41 issue_date")
@click.argument("identifier", metavar="ID")
@click.argument("names", metavar="[FIELD]...", nargs=-1)
@json_option
@click.pass_context
def review_accept(ctx: click.Context, identifier: str, names: tuple[str, ...], as_json: bool) -> None:
    """Confirm what was read: the FIELDs named, or all that is in doubt.

    FIELD may also be a field that was rightly not found, or the code of a doubt
    that is about no field, such as R030.
    """
    from docscan import decisions  # noqa: PLC0415 - slow to load, and `review list` needs none of it

    with _deciding(ctx, identifier) as (reviewer, row):
        _told([decisions.accept(reviewer, row, names)], reviewer, as_json=as_json)


@review.command("correct", epilog="Example: docscan review correct 3f2a9c41 total=131,00 due_date=")
@click.argument("identifier", metavar="ID")
@click.argument("values", metavar="FIELD=VALUE...", nargs=-1, required=True)
@click.option("--force", is_flag=True, help="Also a tax id or an account whose check digits do not agree.")
@json_option
@click.pass_context
def review_correct(
    ctx: click.Context, identifier: str, values: tuple[str, ...], force: bool, as_json: bool
) -> None:
    """Put other values in the place of those that were read.

    A VALUE is typed as people write it: 12.3.2026, 1.234,56. FIELD= without a
    value says that the paper does not have it. The checks are made again. With
    kind=NAME the document is read anew as one of that kind.
    """
    stated = dict(value.partition("=")[::2] for value in values)
    if not all("=" in value for value in values):
        raise click.UsageError("Write each correction as FIELD=VALUE.")
    from docscan import decisions, regrouping  # noqa: PLC0415 - slow to load, and `review list` needs none of it

    kind = stated.pop("kind", None)
    with _deciding(ctx, identifier) as (reviewer, row):
        if kind is not None:
            after = regrouping.recategorise(reviewer, row, kind)
        if stated:
            looked_at = row if kind is None else replace(row, version=row.version + 1)
            after = decisions.correct(reviewer, looked_at, stated, forced=force)
        _told([after], reviewer, as_json=as_json)


@review.command("reject", epilog="Example: docscan review reject 3f2a9c41 --because blank")
@click.argument("identifier", metavar="ID")
@click.option("--because", required=True, type=click.Choice(rules.REASONS), help="Why it does not belong.")
@json_option
@click.pass_context
def review_reject(ctx: click.Context, identifier: str, because: str, as_json: bool) -> None:
    """Say that a document does not belong here; nothing is deleted.

    To take it back, accept the record.
    """
    from docscan import decisions  # noqa: PLC0415 - slow to load, and `review list` needs none of it

    with _deciding(ctx, identifier) as (reviewer, row):
        _told([decisions.reject(reviewer, row, because)], reviewer, as_json=as_json)


@review.command("split", epilog="Example: docscan review split 3f2a9c41 --at 3")
@click.argument("identifier", metavar="ID")
@click.option("--at", required=True, type=int, help="The page that begins the second document.")
@json_option
@click.pass_context
def review_split(ctx: click.Context, identifier: str, at: int, as_json: bool) -> None:
    """Make two records of one that holds two documents; both are read anew."""
    from docscan import regrouping  # noqa: PLC0415 - slow to load, and `review list` needs none of it

    with _deciding(ctx, identifier) as (reviewer, row):
        _told(regrouping.split(reviewer, row, at, str(uuid.uuid4())), reviewer, as_json=as_json)


@review.command("merge", epilog="Example: docscan review merge 3f2a9c41 77b01d5e")
@click.argument("identifier", metavar="ID")
@click.argument("other", metavar="OTHER")
@json_option
@click.pass_context
def review_merge(ctx: click.Context, identifier: str, other: str, as_json: bool) -> None:
    """Add the pages of OTHER to the record ID, which is read anew; OTHER stays, marked as merged."""
    from docscan import regrouping  # noqa: PLC0415 - slow to load, and `review list` needs none of it

    with _deciding(ctx, identifier) as (reviewer, row):
        with open_catalogue(reviewer.archive) as catalogue:
            follows = catalogue.row(other)
        _told(regrouping.merge(reviewer, row, follows), reviewer, as_json=as_json)


def outcome(after: Record, language: str) -> str:
    """What a decision left, in a sentence."""
    if after.disposal:
        code = "N226" if after.disposal == "rejected" else "N227"
        return sentence(code, language, id=after.decisions[-1].other)
    if after.verdict == "accepted":
        return sentence("N220", language)
    named = rules.in_doubt(after)
    about_none = (doubt.code for doubt in rules.doubts(after) if doubt.subject not in named)
    return sentence("N221", language, doubts=", ".join([*named, *about_none]))


def _reviewer(archive: Archive) -> "Reviewer":
    from docscan import decisions, equipment, signing  # noqa: PLC0415 - slow to load; `review list` needs none

    chosen, schemas = equipment.definitions(archive.config.pipeline, archive.root)
    seal = partial(signing.asked, chosen, archive.config, archive.root, os.environ, now())
    return decisions.Reviewer(archive, chosen.verification, schemas, agent(), now, seal)


@contextmanager
def _deciding(ctx: click.Context, identifier: str) -> Iterator[tuple["Reviewer", Row]]:
    """Who decides, and the record as it stands."""
    reviewer = _reviewer(standing_in(ctx, "decide"))
    with open_catalogue(reviewer.archive) as catalogue:
        row = catalogue.row(identifier)
        retention.expect_there(catalogue, row.id)
    yield reviewer, row


def _told(after: Sequence[Record], reviewer: "Reviewer", *, as_json: bool) -> None:
    for one in after:
        if as_json:
            put(record.dumped(record.to_json(one, reviewer.language)))
        else:
            say(f"{str(one.id)[:8]}  {outcome(one, reviewer.language)}")


def _sample(archive: Archive, catalogue: Catalogue) -> Iterator[Row]:
    """The accepted records of the sample that nobody has looked through."""
    done, one_in = catalogue.examined(), archive.config.review.sample
    for row in catalogue.listing(state="accepted"):
        if row.id not in done and rules.in_sample(row.id, one_in):
            yield row


def _say_waiting(archive: Archive, waiting: int, drawn: int) -> None:
    language = archive.config.language
    say(sentence("N223", language, count=str(waiting)) if waiting else sentence("N222", language))
    if drawn:
        say(sentence("N225", language, count=str(drawn)))


def _doubts(archive: Archive, row: Row) -> list[dict[str, str]]:
    try:
        found = objects.read_record(archive, row.id, row.version)
    except (NotFoundError, FixityError) as problem:
        return [{"code": "", "field": "", "message": f"{problem} {problem.hint}"}]
    language = archive.config.language
    return [
        {"code": doubt.code, "field": doubt.subject, "message": sentence(doubt.code, language, **doubt.facts)}
        for doubt in rules.doubts(found)
    ]


COMMANDS: dict[str, Any] = {"review": review}
