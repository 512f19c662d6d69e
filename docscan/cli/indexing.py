"""The search index: `index status`, `index rebuild` and `index switch`."""

from dataclasses import asdict

import click

from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.cli.terminal import put, put_json, say, standing_in, table
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
        look = inspection.mended if mend else _inspected
        before, found = look(archive, catalogue, sample=sample)
    if before != found:
        say(f"The index lacked something, or held too much, and was made again by {found.engine}.")
    if as_json:
        put_json([asdict(found) | {"sound": found.sound, "mended": before != found}])
    else:
        rows = (("engine", found.engine), ("documents", found.documents), ("of", found.expected),
                ("behind", found.behind), ("missing", len(found.missing)), ("bytes", found.size),
                ("bytes of text", found.text))  # fmt: skip
        put(table(rows, ("index", "")))
    if not found.sound:
        say("The index lacks something, or holds what is gone: docscan index rebuild")
        ctx.exit(8)


def _inspected(
    archive: Archive, catalogue: Catalogue, *, sample: int
) -> tuple[inspection.Inspection, inspection.Inspection]:
    found = inspection.inspect(archive, catalogue, sample=sample)
    return found, found


@index.command(epilog="Example: docscan index rebuild")
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Make the index anew from the catalogue; the one before answers until it is ready."""
    archive = standing_in(ctx, "mend")
    with open_catalogue(archive) as catalogue:
        engine = feed.remade(archive, catalogue)
    say(f"The index was made again by {engine}.")


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
    say(f"The index is kept by {engine} now.")
    if wanted != engine:
        say(f'To keep it so, write [search] engine = "{engine}" into docscan.toml.')


COMMANDS = {"index": index}
