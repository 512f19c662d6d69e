"""Reading: `read`, which files nothing.

Its workers begin to load before this process does: what it does is in
`unfiled`, which is imported after that.
"""

from pathlib import Path

import click

from docscan.messages import LANGUAGES
from docscan.workers import COPYING, READING, prepare

SOME_PUT_ASIDE = 1


@click.command(epilog="Example: docscan read scan-0007.pdf --save pdf --save text")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One record a line, in the form docscan.record/1.")
@click.option(
    "--save",
    multiple=True,
    type=click.Choice(("pdf", "hocr", "alto", "text")),
    help="Write the searchable PDF, the words as hOCR or ALTO, or the text; may be said several times.",
)
@click.option("--explain", "explained", is_flag=True, help="Write each page before and after every step.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The folder that --save and --explain write to.",
)
@click.option("--pipeline", "name", default="default", show_default=True, help="The pipeline to read with.")
@click.option("--engine", default="", help="What reads.  [default: the pipeline's, or the fastest there is]")
@click.option(
    "--workers", type=click.IntRange(min=0), default=0, help="Reading processes.  [default: one a core]"
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the sentences."
)
@click.pass_context
def read(
    ctx: click.Context,
    files: tuple[Path, ...],
    as_json: bool,
    save: tuple[str, ...],
    explained: bool,
    out: Path,
    name: str,
    engine: str,
    workers: int,
    language: str,
) -> None:
    """Clean, read, extract and verify FILES without filing anything.

    With --explain a folder STEM.explained shows what became of each page on
    its way to text; open its index.html. Leaves with 1 when a file could not
    be read; the others are read all the same.
    """
    preload = COPYING if "pdf" in save else READING
    prepare(preload)
    from docscan.cli import unfiled  # noqa: PLC0415 - see above

    jobs = unfiled.jobs(files, save, explained, out)
    setup = unfiled.equipped(name, ctx.obj, engine, preload)
    shown = unfiled.as_json if as_json else unfiled.summary
    if not unfiled.all_shown(unfiled.all_read(jobs, setup, workers), shown, language):
        ctx.exit(SOME_PUT_ASIDE)


COMMANDS = {"read": read}
