"""Taking in: `run` and `watch`."""

import time
from collections.abc import Iterator
from dataclasses import replace

import click

from docscan import batch, record
from docscan.archive import Archive
from docscan.batch import Options
from docscan.cli.terminal import (
    SOME_PUT_ASIDE,
    agent,
    equipped,
    now,
    progress_bar,
    put,
    say,
    standing_in,
    workers_option,
)
from docscan.equipment import Setup
from docscan.errors import ArchiveBusyError
from docscan.journey import Outcome
from docscan.messages import sentence
from docscan.workers import COPYING, prepare

quiet_option = click.option(
    "--quiet", type=click.FloatRange(min=0), help="Seconds a file must not change.  [default: docscan.toml]"
)
grace_option = click.option(
    "--grace",
    type=click.FloatRange(min=0),
    help="Seconds an incomplete file may take to become complete.  [default: docscan.toml]",
)

batch_option = click.option(
    "--batch", "number", default="", help="The batch to file into.  [default: the one that is open]"
)


@click.command(epilog="Example: docscan -A my-archive run --json")
@quiet_option
@grace_option
@workers_option
@batch_option
@click.option("--json", "as_json", is_flag=True, help="Print the reconciliation as JSON.")
@click.pass_context
def run(
    ctx: click.Context,
    quiet: float | None,
    grace: float | None,
    workers: int | None,
    number: str,
    as_json: bool,
) -> None:
    """Digitise all that waits in the inbox, once.

    Prints how many files were received and where each ended: archived,
    duplicate, put aside or waiting. Leaves with 0 when the numbers add up and
    nothing was put aside, 1 when something was, 75 when another run goes
    on. A report is kept in reports/.
    """
    archive = standing_in(ctx, "take in")
    if archive.inbox.is_dir() and any(archive.inbox.iterdir()):  # a run that finds nothing loads no readers
        prepare(COPYING)
    options = replace(_options(archive, quiet, grace, workers), batch=number)
    report = _once(archive, _equipped(archive), options)
    if as_json:
        put(record.dumped(report.counts))
        if report.undecided:
            say(sentence("B013", archive.config.language, count=str(report.undecided)))
    else:
        put(batch.as_text(report, archive.config.language).rstrip())
    if report.unproven or report.counts["put_aside"]:
        ctx.exit(SOME_PUT_ASIDE)


@click.command(epilog="Example: docscan -A my-archive watch --polling")
@quiet_option
@grace_option
@workers_option
@batch_option
@click.option(
    "--every", type=click.FloatRange(min=0.5), default=10, show_default=True, help="Seconds between looks."
)
@click.option("--polling", is_flag=True, help="For folders that other machines write to (SMB, NFS).")
@click.pass_context
def watch(
    ctx: click.Context,
    quiet: float | None,
    grace: float | None,
    workers: int | None,
    number: str,
    every: float,
    polling: bool,
) -> None:
    """Digitise whatever arrives in the inbox, until stopped.

    Changes in the folder only wake the watcher; it looks for itself every few
    seconds, so that nothing is missed.
    """
    from watchfiles import watch as changes  # noqa: PLC0415 - only this command needs it

    archive = standing_in(ctx, "take in")
    setup = _equipped(archive)
    options = replace(_options(archive, quiet, grace, workers), batch=number)
    say(f"Watching {archive.inbox}; stop with Ctrl-C.")
    milliseconds = int(every * 1000)
    events = changes(
        archive.inbox,
        rust_timeout=milliseconds,
        yield_on_timeout=True,
        force_polling=polling,
        raise_interrupt=True,
        ignore_permission_denied=True,
    )
    for _ in _and_at_once(events):
        if not batch.anything_waits(archive):
            continue
        prepare(COPYING)
        try:
            report = _once(archive, setup, options)
        except ArchiveBusyError:
            time.sleep(every)
            continue
        if report.counts["received"] > report.counts["waiting"]:
            put(batch.as_text(report, archive.config.language).rstrip())


def _and_at_once(events: Iterator[object]) -> Iterator[object]:
    yield None
    yield from events


def _equipped(archive: Archive) -> Setup:
    return equipped(archive.config.pipeline, archive.root)


def _options(archive: Archive, quiet: float | None, grace: float | None, workers: int | None) -> Options:
    config = archive.config
    return Options(
        agent=agent(),
        clock=now,
        workers=config.run.workers if workers is None else workers,
        quiet=config.inbox.quiet if quiet is None else quiet,
        grace=config.inbox.grace if grace is None else grace,
    )


def _once(archive: Archive, setup: Setup, options: Options) -> batch.Report:
    with progress_bar("Reading") as bar:

        def progress(outcome: Outcome | None, done: int, known: int) -> None:
            if outcome is not None and outcome.result == "put_aside":
                language = archive.config.language
                say("\r" + sentence("B021", language, source=outcome.source, reason=outcome.reason))
            bar(done, known)

        report = batch.run(archive, setup, options, progress)
    if report.unindexed:
        say(report.unindexed)
    if archive.config.timestamp.url:
        from docscan.cli.witnessing import stamp_when_due  # noqa: PLC0415 - most archives have no authority

        stamp_when_due(archive)
    return report


COMMANDS = {"run": run, "watch": watch}
