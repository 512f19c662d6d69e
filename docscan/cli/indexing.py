"""The search index: `index status`, `index rebuild` and `index switch`."""

from dataclasses import asdict

import click

from docscan.archive.catalogue import open_catalogue
from docscan.cli.terminal import put, put_json, say, standing_in, table
from docscan.messages import sentence
from docscan.search import engines, feed, inspection


@click.group(epilog="Example: docscan index status")
def index() -> None:
    """Look after the search index, a cache that can always be made again."""


@index.command(epilog="Example: docscan index status --mend")
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=inspection.SAMPLE,
    show_default=True,
    help="Records looked up.",
)
@click.option("--mend", is_flag=True, help="Bring it up, and make it anew where it still lacks something.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def status(ctx: click.Context, sample: int, mend: bool, as_json: bool) -> None:
    """Say who keeps the index and whether it has what the catalogue has, in no more room than that takes.

    Exits with 8 where it has not; with --mend only where it could not be mended.
    """
    archive = standing_in(ctx, "mend" if mend else "view")
    with open_catalogue(archive) as catalogue:
        if mend:
            found, anew = inspection.mended(archive, catalogue, sample=sample)
        else:
            found, anew = inspection.inspect(archive, catalogue, sample=sample), False
    language = archive.config.language
    if anew:
        say(sentence("F060", language, engine=found.engine))
    if as_json:
        put_json([asdict(found) | {"sound": found.sound, "mended": anew}])
    else:
        rows = (("engine", found.engine), ("documents", found.documents), ("of", found.expected),
                ("behind", found.behind), ("missing", len(found.missing)), ("bytes", found.size),
                ("bytes of text", found.text), ("as written", "yes" if found.intact else "no"))  # fmt: skip
        put(table(rows, ("index", "")))
    if not found.sound:
        say(sentence("F061", language))
        ctx.exit(8)


@index.command(epilog="Example: docscan index rebuild")
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Make the index anew from the catalogue; the one before answers until it is ready."""
    archive = standing_in(ctx, "mend")
    with open_catalogue(archive) as catalogue:
        engine = feed.remade(archive, catalogue)
    say(sentence("F062", archive.config.language, engine=engine))


@index.command(epilog="Example: docscan index switch tantivy")
@click.argument("engine", type=click.Choice(engines.ENGINES))
@click.pass_context
def switch(ctx: click.Context, engine: engines.Engine) -> None:
    """Make the index anew by another engine.

    Where docscan.toml names one, or the archive is too large for this one, it
    is made by that again when the next record is filed.
    """
    archive = standing_in(ctx, "mend")
    with open_catalogue(archive) as catalogue:
        feed.remade(archive, catalogue, engine)
        wanted = engines.wanted(archive.config.search.engine, catalogue.count(), engine)
    say(sentence("F063", archive.config.language, engine=engine))
    if wanted != engine:
        say(sentence("F064", archive.config.language, engine=engine))


COMMANDS = {"index": index}
