"""What the chapters share: finding the archive, and printing for people and for programs."""

import os
import pwd
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docscan import archive
from docscan.archive import Archive, durable
from docscan.errors import ArchiveError, NotFoundError
from docscan.messages import sentence
from docscan.patterns import pattern

if TYPE_CHECKING:
    from email.headerregistry import Address

    from docscan.archive.access import Act, Purpose
    from docscan.equipment import Setup

SOME_PUT_ASIDE = 1
ROLES = "access.toml"
STYLE = r"\x1b\[(?:[01]|3[1-7]|41)m"  # what click.style writes for the colours that are used here
OBEYED = pattern(
    rf"(?!{STYLE})"
    r"[\x00-\x08\x0b\r\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
"""What a terminal obeys instead of showing: controls (ECMA-48), and what turns the order round (UAX 9)."""
UNSHOWN = "\N{REPLACEMENT CHARACTER}"
IN_A_CELL = str.maketrans({"\x1b": UNSHOWN, "\t": " ", "\n": " ", "\f": " "})

workers_option = click.option(
    "--workers", type=click.IntRange(min=0), help="Reading processes; 0: one a core.  [default: docscan.toml]"
)


def standing_in(ctx: click.Context, act: "Act | None" = "view") -> Archive:
    """The archive named by -A or the environment, or the one around the current folder.

    Args:
        ctx: Of the command.
        act: What whoever calls is about to do there; None for what everybody may.

    Raises:
        NotFoundError: There is none.
        AccessError: Whoever calls may not do that in it, or not in a part of it.
        ConfigError: Who may do what cannot be read.
    """
    named: Path | None = ctx.obj
    root = named or archive.find(Path.cwd())
    if root is None:
        raise NotFoundError(
            "You are not in an archive.", hint="Name one with -A PATH, or make one: docscan init PATH."
        )
    return entered(ctx, root, act)


def entered(ctx: click.Context, root: Path, act: "Act | None" = "view") -> Archive:
    """The archive in a folder, as far as whoever calls may see it.

    Args:
        ctx: Of the command.
        root: The folder.
        act: What whoever calls is about to do there; None for what everybody may.

    Raises:
        NotFoundError: There is none.
        AccessError: Whoever calls may not do that in it, or not in a part of it.
        ConfigError: Who may do what cannot be read.
    """
    found = archive.open_archive(root)
    if act is not None and os.path.lexists(found.root / ROLES):  # a link too: docscan makes none
        from docscan.archive import access  # noqa: PLC0415 - most archives have one desk, and start faster

        access.demand(found, agent(), act)
        if only := access.only(found, agent()):
            from docscan.cli import querying  # noqa: PLC0415 - most people see all of an archive

            return querying.part(ctx, found, agent(), only, now().date())
    return found


def address(ctx: click.Context, param: click.Parameter, value: str | None) -> "Address | None":
    """What an option that names an e-mail's sender or recipient means."""
    from docscan.printed import mail  # noqa: PLC0415 - most commands write no e-mail

    found = mail.address(value) if value else None
    if value and found is None:
        raise click.BadParameter(f"{value} is no address that an e-mail is sent from.", ctx, param)
    return found


def on_record(shelf: Archive, records: Sequence[str], purpose: "Purpose") -> None:
    """Have it written that documents are shown or given out; call it last before they are.

    Raises:
        ArchiveError: It cannot be written, so nothing may be shown.
    """
    from docscan.archive import access  # noqa: PLC0415 - most commands show no document

    if not access.disseminated(shelf, records, purpose, now=now(), agent=agent()):
        say(sentence("K018", shelf.config.language))


def equipped(pipeline: str, root: Path | None, engine: str = "") -> "Setup":
    """What documents are read with, once a person was told which languages cannot be read.

    Raises:
        DefinitionError, EngineMissingError, LanguageMissingError: Nothing can be read.
    """
    from docscan import equipment  # noqa: PLC0415 - most commands read nothing

    return told(equipment.equip(pipeline, root, reader=engine))


def told(setup: "Setup") -> "Setup":
    """Tell a person which languages of a setup cannot be read."""
    missing = [language for language in setup.pipeline.ocr.languages if language not in setup.languages]
    if missing:
        from docscan.ocr import engine  # noqa: PLC0415 - most commands read nothing

        name = engine.named(setup.pipeline.ocr.engine).name
        say(f"The engine {name} cannot read {', '.join(missing)}. {engine.way_to(name, missing)}")
    return setup


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def agent() -> str:
    """The login of who calls; the ledger keeps only a digest of it."""
    return login()


def login() -> str:
    """The name the system has for who runs this; no variable of the environment changes it (A9)."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a service's user without a name
        return f"uid-{number}"


def say(text: str = "") -> None:
    """Speak to a person."""
    click.echo(tamed(text), err=True)


def put(text: str) -> None:
    """Give data: to a program as they are, to a terminal as it can show them.

    Raises:
        ArchiveError: They cannot be written, as to a file on a full disk.
    """
    try:
        click.echo(tamed(text) if sys.stdout.isatty() else text)
    except BrokenPipeError:  # nobody reads on
        raise
    except OSError as problem:
        raise ArchiveError(
            f"What was found cannot be put out: {problem.strerror}.", hint="Free some space, then try again."
        ) from problem


def tamed(text: str) -> str:
    """A text in which a terminal finds nothing to obey but colours: what was stored is anybody's words."""
    return text if text.isprintable() else OBEYED.sub(UNSHOWN, text)


def write(path: Path, data: bytes) -> None:
    """Write a file that a person named, whole or not at all; what is no file is written through to.

    So /dev/stdout and a named pipe stay what they are, and a link still leads
    to the file that it led to.

    Raises:
        ArchiveError: It cannot be written.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with _writing(path):
            path.write_bytes(data)
    else:
        lay(path, data)


def lay(path: Path, data: bytes) -> None:
    """Put a file in the place of whatever has that name: in a folder that others write to, perhaps a link.

    Raises:
        ArchiveError: It cannot be written.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - few commands write a file

    with _writing(path), TemporaryDirectory(prefix=".docscan-", dir=path.parent) as beside:
        durable.replace(path, data, Path(beside))


def expect_folder(folder: Path, names: Iterable[str]) -> None:
    """See that files can be written to a folder before anything is put on record about them.

    Raises:
        ArchiveError: They cannot.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - as above

    with _writing(folder), TemporaryDirectory(prefix=".docscan-", dir=folder):
        pass
    for path in (folder / name for name in names):
        if path.is_dir():
            raise ArchiveError(f"{path} is a folder.", hint="Name another with --to, or move it away.")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise ArchiveError(
            f"{path} cannot be written: {problem.strerror}.", hint="Name another place."
        ) from problem


def put_json(items: Iterable[Any]) -> None:
    """Give one JSON object a line."""
    from docscan import record  # noqa: PLC0415 - it loads what records are made of

    for item in items:
        put(record.dumped(item))


def table(rows: Iterable[Sequence[object]], headers: Sequence[str], right: Sequence[str] = ()) -> str:
    """Rows as aligned columns.

    Args:
        rows: Cells in the order of the headers; None is shown as nothing, and
            what a terminal would obey, colours included, as a sign for what cannot be shown.
        headers: Above the columns.
        right: The headers whose columns are aligned to the right.
    """
    from tabulate import tabulate  # noqa: PLC0415 - most commands print no table

    align = ["right" if header in right else "left" for header in headers]
    cells = [["" if cell is None else tamed(str(cell)).translate(IN_A_CELL) for cell in row] for row in rows]
    if not cells:
        return ""
    shown: str = tabulate(
        cells, headers=list(headers), tablefmt="simple", colalign=align, disable_numparse=True
    )
    return shown


def shortened(text: str, width: int) -> str:
    """The text cut to a width, with an ellipsis where something is missing."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def highlighted(text: str, marks: Iterable[tuple[int, int]]) -> str:
    """The text with its hits in bold on a terminal, in guillemets elsewhere."""
    parts, at = [], 0
    text = tamed(text).replace("\x1b", UNSHOWN)  # sign for sign, so that the marks are right
    for start, end in marks:
        hit = text[start:end]
        parts += [
            text[at:start],
            click.style(hit, bold=True, fg="yellow") if sys.stdout.isatty() else f"«{hit}»",
        ]
        at = end
    return "".join([*parts, text[at:]])


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, if that is a terminal; it is told how many pages are done and of how many."""
    if not sys.stderr.isatty():
        yield lambda done, known: None  # noqa: ARG005 - nobody watches
        return
    begun = time.monotonic()
    with click.progressbar(
        length=0,
        label=label,
        file=sys.stderr,
        width=30,
        show_eta=False,
        show_percent=False,
        item_show_func=lambda shown: shown,
    ) as bar:

        def progress(done: int, known: int) -> None:
            bar.length, bar.pos = known, done
            bar.current_item = pace(done, known, time.monotonic() - begun)
            bar.render_progress()  # `update` would draw nothing when more pages become known

        yield progress


def pace(done: int, known: int, seconds: float) -> str:
    """How far a reading is: `120/500 pages 38/min, 10 min left`.

    Args:
        done: Pages done.
        known: Pages known of.
        seconds: Since the beginning.
    """
    so_far = f"{done}/{known} pages"
    if done == 0 or seconds <= 0:
        return so_far
    left = seconds * (known - done) / done
    time_left = f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
    return f"{so_far} {60 * done / seconds:.0f}/min, {time_left} left"
