"""Proving: `verify` and `rebuild`."""

from dataclasses import asdict

import click

from docscan import record
from docscan.archive import fixity, hold
from docscan.archive.rebuild import rebuild as rebuild_catalogue
from docscan.cli.terminal import progress_bar, put, say, standing_in
from docscan.search import feed

FINDINGS = 8
PATIENCE = 5.0  # seconds to wait for a run that is just ending


@click.command(epilog="Example: docscan -A my-archive verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every finding.")
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Check every byte of every object against the ledger, and the ledger against itself.

    Leaves with 0 when all is as it was filed, with 8 when something is not:
    each finding names the file.
    """
    archive = standing_in(ctx)
    language = archive.config.language
    with hold(archive, timeout=PATIENCE, reading=True), progress_bar("Verifying") as progress:
        findings = list(fixity.verify(archive, progress))
    if as_json:
        rows = [asdict(finding) | {"message": finding.sentence(language)} for finding in findings]
        put(record.dumped({"findings": rows}))
    else:
        for finding in findings:
            put(f"{finding.code}  {finding.path}: {finding.sentence(language)}")
        say(f"{len(findings)} findings." if findings else "Every file and every event is as it was filed.")
    if findings:
        ctx.exit(FINDINGS)


@click.command(epilog="Example: docscan -A my-archive rebuild")
@click.option("--force", is_flag=True, help="Also when the ledger was cut short; the old catalogue is kept.")
@click.pass_context
def rebuild(ctx: click.Context, force: bool) -> None:
    """Make the catalogue and the search index again, from the objects and the ledger alone.

    A catalogue that knows more than the ledger is evidence, and is not
    replaced; with --force it is moved to catalogue.db.ahead-1.
    """
    archive = standing_in(ctx)
    with hold(archive, timeout=PATIENCE):
        rebuild_catalogue(archive, force=force)
        feed.renew(archive)
    say("The catalogue and the index were made again.")


COMMANDS = {"verify": verify, "rebuild": rebuild}
