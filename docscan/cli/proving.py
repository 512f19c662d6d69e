"""Proving: `verify` and `rebuild`."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from docscan import record
from docscan.archive import Archive, access, hold, report
from docscan.archive.layout import PATIENCE, without_run
from docscan.archive.proof import policy
from docscan.archive.proof.policy import Policy
from docscan.archive.rebuild import rebuild as rebuild_catalogue
from docscan.archive.report import CLEAN, FINDINGS, Asked, Report
from docscan.cli.terminal import agent, now, progress_bar, put, say, standing_in, write
from docscan.errors import ConfigError
from docscan.holdings import losses
from docscan.search import feed

EXIT_CODES = {CLEAN: 0, FINDINGS: 8, report.UNMET: 3}
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SPAN = re.compile(rf"([1-9]\d{{0,4}})([{''.join(UNITS)}])", re.ASCII)


class Span(click.ParamType[timedelta]):
    """How long: `90d`, `2h`, `30m` or `90s`."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read what was typed."""
        found = SPAN.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no span of time; write 90d, 2h, 30m or 90s.", param, ctx)
        return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.command(epilog="Example: docscan -A my-archive verify --budget 2h --max-age 90d")
@click.option("--object", "object_id", default="", metavar="ID", help="Only this record and the ledger.")
@click.option("--budget", type=Span(), help="Look at records for so long, those first that wait longest.")
@click.option("--max-age", type=Span(), help="Leave with 3 when a record was not checked for longer.")
@click.option("--record", "keep", is_flag=True, help="Put the round on record, as --budget does.")
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A checkpoint that somebody outside kept; may be repeated.",
)
@click.option(
    "--trust",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Whom to believe.  [default: trust.toml of the archive]",
)
@click.option(
    "--report",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write a report, as its name ends: .pdf or .json.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with figures and findings.")
@click.pass_context
def verify(
    ctx: click.Context,
    object_id: str,
    budget: timedelta | None,
    max_age: timedelta | None,
    keep: bool,
    witnesses: tuple[Path, ...],
    trust: Path | None,
    target: Path | None,
    as_json: bool,
) -> None:
    """Check every byte of every object against the ledger, and the ledger against itself and its witnesses.

    Leaves with 0 when all is as it was filed; with 8 when something is not:
    each finding names the file; with 3 when nothing is wrong, but nobody
    outside has seen the ledger as lately as trust.toml asks, or a record was
    not looked at within --max-age. Nothing is written, unless --budget or
    --record asks for the round to be put on record.
    """
    archive, keep = standing_in(ctx, None), keep or budget is not None
    refusal = _refusal(archive) if keep else ""
    if target is not None and target.suffix not in {".pdf", ".json"}:
        raise click.UsageError(f"{target} ends neither with .pdf nor with .json.")
    believed, unusable = _believed(archive, trust)
    asked = Asked(object_id, budget, max_age, witnesses, believed, unusable)
    with progress_bar("Verifying") as progress:
        found = report.verify(archive, asked, now=now(), agent=agent(), progress=progress)
    found = found if object_id else _with_rows(archive, found)
    if refusal:
        found = replace(found, unrecorded=refusal)
    elif keep:
        found = report.recorded(archive, found, now=now(), timeout=PATIENCE)
    if as_json:
        put(record.dumped(report.plain(found, archive.config.language)))
    else:
        _tell(found, archive.config.language)
    if target is not None:
        _write(archive, found, target)
    ctx.exit(EXIT_CODES[found.result])


def _believed(archive: Archive, named: Path | None) -> tuple[Policy, str]:
    """Whom to believe, and why the archive's own policy cannot be used; empty when it can.

    Whoever may write to the archive can spoil its policy, which must not keep
    anybody from looking: then nobody is believed, and the policy is not met.

    Raises:
        UsageError: The file that was named is no policy.
    """
    try:
        return (policy.load(named) if named else policy.own(archive)), ""
    except ConfigError as problem:
        if named:
            raise click.UsageError(str(problem)) from problem
        return Policy(), str(problem)


def _with_rows(archive: Archive, found: Report) -> Report:
    """A report with the rows of the paper's register that contradict others."""
    told = found.verification
    rows = losses.contradicting(archive)
    return replace(found, verification=replace(told, findings=(*told.findings, *rows)))


def _refusal(archive: Archive) -> str:
    """Why no round can be put on record: nobody's role can be read; empty when whoever calls may.

    Raises:
        AccessError: They may not.
    """
    try:
        access.demand(archive, agent(), "view")
    except ConfigError as problem:  # the verification will say what is wrong with that file
        return str(problem)
    return ""


def _tell(found: Report, language: str) -> None:
    """Findings as data, all else to the person."""
    for finding in found.findings:
        put(f"{finding.code}  {finding.path}: {finding.sentence(language)}")
    for sentence in (*report.figures(found, language), *found.state.sentences(language)):
        say(sentence)
    say(report.verdict(found, language))


def _write(archive: Archive, found: Report, target: Path) -> None:
    language = archive.config.language
    if target.suffix == ".json":
        write(target, f"{record.dumped(report.plain(found, language))}\n".encode())
    else:
        from docscan.printed import custody_report  # noqa: PLC0415 - most verifications print nothing

        write(target, custody_report.pdf(found, language))


@click.command(epilog="Example: docscan -A my-archive rebuild")
@click.option("--force", is_flag=True, help="Also when the ledger was cut short; the old catalogue is kept.")
@click.pass_context
def rebuild(ctx: click.Context, force: bool) -> None:
    """Make the catalogue, the register of the paper and the search index again, from the evidence alone.

    Leaves with 8 when a sheet of the register is lost or altered, and names it.

    A catalogue that knows more than the ledger is evidence, and is not
    replaced; with --force it is moved to catalogue.db.ahead-1.
    """
    from docscan.holdings import register  # noqa: PLC0415 - `verify` does without it

    archive = standing_in(ctx, "mend")
    with hold(archive, timeout=PATIENCE), without_run(archive):  # a run would go on with the old catalogue
        rebuild_catalogue(archive, force=force)
        left_out = register.rebuild(archive)
        feed.renew(archive)
    say("The catalogue, the register and the index were made again.")
    for one in left_out:
        say(f"{one} {one.hint}")
    if left_out:
        ctx.exit(EXIT_CODES[FINDINGS])


COMMANDS = {"verify": verify, "rebuild": rebuild}
