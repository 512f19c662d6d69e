"""Taking in: `run`, `watch` and `read`."""

import time
from collections.abc import Iterator
from pathlib import Path

import click

from docscan import batch, journey, record
from docscan.accession import intake
from docscan.accession.intake import Received
from docscan.archive import Archive, durable
from docscan.archive.custody import shown
from docscan.batch import Options
from docscan.cli.terminal import agent, now, progress_bar, put, say, standing_in
from docscan.errors import AccessionError, ArchiveBusyError
from docscan.journey import Outcome, Setup
from docscan.messages import LANGUAGES, sentence
from docscan.model import Record

SOME_PUT_ASIDE = 1

quiet_option = click.option(
    "--quiet", type=click.FloatRange(min=0), help="Seconds a file must not change.  [default: docscan.toml]"
)
grace_option = click.option(
    "--grace",
    type=click.FloatRange(min=0),
    help="Seconds an incomplete file may take to become complete.  [default: docscan.toml]",
)
workers_option = click.option(
    "--workers", type=click.IntRange(min=0), help="Reading processes; 0: one a core.  [default: docscan.toml]"
)


@click.command(epilog="Example: docscan -A my-archive run --json")
@quiet_option
@grace_option
@workers_option
@click.option("--json", "as_json", is_flag=True, help="Print the reconciliation as JSON.")
@click.pass_context
def run(
    ctx: click.Context, quiet: float | None, grace: float | None, workers: int | None, as_json: bool
) -> None:
    """Digitise all that waits in the inbox, once.

    Prints how many files were received and where each ended: archived,
    duplicate, put aside or waiting. Leaves with 0 when the numbers add up and
    nothing was put aside, 1 when something was, 75 when another run holds
    the archive. A report is kept in reports/.
    """
    archive = standing_in(ctx)
    report = _once(archive, _equipped(archive), _options(archive, quiet, grace, workers))
    if as_json:
        put(record.dumped(report.counts))
    else:
        put(batch.as_text(report, archive.config.language).rstrip())
    if report.unproven or report.counts["put_aside"]:
        ctx.exit(SOME_PUT_ASIDE)


@click.command(epilog="Example: docscan -A my-archive watch --polling")
@quiet_option
@grace_option
@workers_option
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
    every: float,
    polling: bool,
) -> None:
    """Digitise whatever arrives in the inbox, until stopped.

    Changes in the folder only wake the watcher; it looks for itself every few
    seconds, so that nothing is missed.
    """
    from watchfiles import watch as changes  # noqa: PLC0415 - only this command needs it

    archive = standing_in(ctx)
    setup, options = _equipped(archive), _options(archive, quiet, grace, workers)
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


@click.command(epilog="Example: docscan read scan-0007.pdf --json")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="One record a line, in the form docscan.record/1.")
@click.option("--pipeline", "name", default="default", show_default=True, help="The pipeline to read with.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the sentences."
)
@click.pass_context
def read(ctx: click.Context, files: tuple[Path, ...], as_json: bool, name: str, language: str) -> None:
    """Clean, read, extract and verify FILES without filing anything.

    Leaves with 1 when a file could not be read; the others are read all the same.
    """
    setup = _told(journey.equip(name, ctx.obj))
    failed = False
    for path in files:
        try:
            found = _read_one(path, setup)
        except AccessionError as reason:
            say(f"{shown(str(path))}: {sentence(reason.code, language, **reason.facts)}")
            failed = True
            continue
        put(record.dumped(record.to_json(found, language)) if as_json else _summary(found, language))
    if failed:
        ctx.exit(SOME_PUT_ASIDE)


def _read_one(path: Path, setup: Setup) -> Record:
    intake.check(path.resolve(), setup.pipeline.accession)
    received = Received("", path, shown(str(path)), durable.digest_of(path), intake.identify(path))
    return journey.verified(journey.examine(received, setup), setup, journey.Nothing())


def _summary(found: Record, language: str) -> str:
    extraction = found.extraction
    lines = [f"{found.source}: {extraction.kind} ({extraction.kind_confidence:.0%}), {found.verdict}"]
    lines += [
        f"  {name:20} {field.value}  [{field.status}, page {field.page}, {field.confidence:.0%}]"
        for name, field in extraction.fields.items()
    ]
    lines += [f"  ! {sentence(doubt.code, language, **doubt.facts)}" for doubt in found.findings]
    return "\n".join(lines)


def _equipped(archive: Archive) -> Setup:
    return _told(journey.equip(archive.config.pipeline, archive.root))


def _told(setup: Setup) -> Setup:
    missing = [language for language in setup.pipeline.ocr.languages if language not in setup.languages]
    if missing:
        packages = " ".join(f"tesseract-ocr-{language}" for language in missing)
        say(f"Tesseract cannot read {', '.join(missing)}; install: apt-get install {packages}")
    return setup


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

        return batch.run(archive, setup, options, progress)


COMMANDS = {"run": run, "watch": watch, "read": read}
