"""Setting up: `init`, `doctor` and `completion`."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from docscan import archive, equipment
from docscan.archive import Archive, ledger
from docscan.cli.terminal import agent, now, put, put_json, say, standing_in
from docscan.errors import DocscanError, OcrError
from docscan.frozen import dataclass
from docscan.messages import LANGUAGES
from docscan.ocr import engine, ppocr

LOW_DISK = 1_000_000_000  # bytes; about 500 scanned documents
BROKEN = 3


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that `doctor` looked at; well unless it has a way out."""

    what: str
    found: str
    way_out: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.way_out


@click.command(epilog="Example: docscan init /srv/archives/acme --name 'Acme S.L.' --language es")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="Whose archive it is.  [default: the folder's name]")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="In which the clerk is spoken to.",
)
def init(path: Path, name: str | None, language: str) -> None:
    """Make an archive at PATH: its inbox, objects, ledger, catalogue and index."""
    made = archive.create(path, name=name or path.resolve().name, language=language, now=now(), agent=agent())
    say(f"The archive is ready: {made.root}")
    say(f"Drop scans into {made.inbox} and call: docscan -A {made.root} run")


@click.command(epilog="Example: docscan -A my-archive doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a check.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check the engine, its languages, the disk and the permissions, each with its way out.

    Leaves with 3 when something must be mended.
    """
    checks = [*_engines(), *_archive(ctx)]
    if as_json:
        put_json(asdict(check) | {"ok": check.ok} for check in checks)
    else:
        for check in checks:
            mark = click.style("ok  ", fg="green") if check.ok else click.style("MEND", fg="red")
            put(f"{mark} {check.what}: {check.found}")
            if not check.ok:
                put(f"     {check.way_out}")
    if not all(check.ok for check in checks):
        ctx.exit(BROKEN)


def _engines() -> Iterator[Examined]:
    try:
        chosen = engine.named()
        yield Examined("engine", f"{chosen.name} {chosen.version()}")
    except DocscanError as error:
        yield Examined("engine", str(error), error.hint)
        return
    for name in engine.names():
        if name != chosen.name:
            yield Examined(f"engine {name}", _found_of(name))
    yield Examined("second reader", ppocr.NAME if ppocr.installed() else "not installed (extra second)")
    installed = chosen.languages()
    for language in ("spa", "pol", "deu", "eng"):
        if language in installed:
            yield Examined(f"language {language}", "installed")
        else:
            way_out = f"Install its model: apt-get install tesseract-ocr-{language}"
            yield Examined(f"language {language}", "missing", way_out)


def _found_of(name: str) -> str:
    """What there is of an engine that is not needed."""
    try:
        return engine.named(name).version()
    except OcrError as error:
        return str(error)


def _archive(ctx: click.Context) -> Iterator[Examined]:
    if ctx.obj is None and archive.find(Path.cwd()) is None:
        return  # the engine alone is worth asking for
    try:
        shelf = standing_in(ctx)
        yield Examined("archive", str(shelf.root))
    except DocscanError as error:
        yield Examined("archive", str(error), error.hint)
        return
    yield from _disk(shelf)
    yield _key(shelf)
    try:
        setup = equipment.equip(shelf.config.pipeline, shelf.root)
        yield Examined("pipeline", f"{setup.pipeline.name}, {len(setup.schemas)} schemas")
    except OcrError:
        return  # said of the engine already
    except DocscanError as error:
        yield Examined("pipeline", str(error), error.hint)


def _key(shelf: Archive) -> Examined:
    """The ledger's private key: there, that of this ledger, and nobody else's to read."""
    from docscan.archive.catalogue import open_catalogue  # noqa: PLC0415 - without an archive it is not asked
    from docscan.archive.proof import keys  # noqa: PLC0415 - as above

    what = "ledger's key"
    try:
        path, signer = keys.place(shelf, ledger.origin(shelf)), keys.signer_of(shelf)
        with open_catalogue(shelf) as catalogue:
            told = catalogue.key_told()
    except DocscanError as error:
        return Examined(what, str(error), error.hint or ledger.VERIFY)
    if signer is None or (told is not None and told[1] != signer.public.hex()):
        found = "missing" if signer is None else "not the one the ledger tells"
        return Examined(what, f"{found}: {path}", "Bring it back from a copy, or: docscan ledger rotate-key")
    if keys.exposed(path):
        return Examined(what, f"others can read it: {path}", f"Keep it to yourself: chmod 600 {path}")
    if shelf.root.resolve() in path.resolve().parents:
        return Examined(
            what, f"inside the archive: {path}", "Move it elsewhere: who has both can sign anything."
        )
    return Examined(what, str(path))


def _disk(shelf: Archive) -> Iterator[Examined]:
    free = shutil.disk_usage(shelf.root).free
    way_out = "" if free >= LOW_DISK else "Free some space: a run stops when the disk is full."
    yield Examined("disk", f"{free / 1e9:.1f} GB free", way_out)
    device = shelf.root.stat().st_dev
    for folder in (
        shelf.inbox,
        shelf.work,
        shelf.staging,
        shelf.objects,
        shelf.ledger,
        shelf.put_aside,
        shelf.duplicates,
        shelf.reports,
    ):
        name = f"folder {folder.name}"
        if not folder.is_dir():
            yield Examined(name, "missing", f"Make it again: mkdir {folder}")
        elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Examined(name, "no permission", f"Give the right to write: chown -R {agent()} {folder}")
        elif folder.stat().st_dev != device:
            way_out = "Files are claimed by renaming them: keep the whole archive on one file system."
            yield Examined(name, "on another file system", way_out)
        else:
            yield Examined(name, "writable")


@click.command(epilog='Example: eval "$(docscan completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes docscan's commands in a SHELL."""
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"{shell} is not known.")
    put(made(ctx.find_root().command, {}, "docscan", "_DOCSCAN_COMPLETE").source())


COMMANDS = {"init": init, "doctor": doctor, "completion": completion}
