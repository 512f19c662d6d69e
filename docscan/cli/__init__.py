"""The command line: one file per chapter of the manual, loaded when its command is called."""

import atexit
import contextlib
import gc
import importlib
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

gc.disable()  # what is loaded stays: to look through it for garbage takes milliseconds

import click  # noqa: E402 - see above

from docscan import __version__  # noqa: E402
from docscan.errors import DocscanError, SearchError  # noqa: E402

gc.freeze()  # or it would be looked through now
gc.enable()

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

INTERRUPTED = 130
OBJECTS = 10_000  # made before they are looked through for garbage: with 700, as Python has it, it takes 2 ms
AT_ONCE = 0.05  # seconds until an interruption that went astray comes again

# command -> module of this package, and what the command is for, in the order of the manual
CHAPTERS = {
    "init": ("setting_up", "Make an archive at PATH: its inbox, objects, ledger, catalogue and index."),
    "doctor": (
        "setting_up",
        "Check the engine, its languages, the disk and the permissions, each with its way out.",
    ),
    "completion": ("setting_up", "Print the script that completes docscan's commands in a SHELL."),
    "run": ("taking_in", "Digitise all that waits in the inbox, once."),
    "watch": ("taking_in", "Digitise whatever arrives in the inbox, until stopped."),
    "custody": (
        "custodying",
        "Count what is handed over: declared, received, scanned, archived, and why these differ.",
    ),
    "read": ("reading", "Clean, read, extract and verify FILES without filing anything."),
    "list": ("finding", "List the records, newest first."),
    "show": ("finding", "Show one record: its fields with their evidence, its doubts, where it came from."),
    "open": ("finding", "Print the path of a record's original, or of its searchable PDF."),
    "search": ("searching", "Find records by their words, fields, dates and amounts."),
    "searches": (
        "searches",
        "Searches that you keep under a name: list them, run them, ask for what is new.",
    ),
    "explain": (
        "explaining",
        "Say why a record's fields have their values: candidates, scores, sums, checks, sources, people.",
    ),
    "review": ("reviewing", "Walk through what waits for a person, doubt by doubt."),
    "supplier": (
        "suppliers",
        "What was learned of suppliers from corrections: where their papers keep each field.",
    ),
    "quality": (
        "measuring",
        "Measure how often the program is right, by what people confirmed and corrected.",
    ),
    "retention": (
        "retaining",
        "Keep records as long as their class says, then destroy them: due, propose, approve, execute.",
    ),
    "hold": (
        "retaining",
        "Hold records, so that they are not destroyed whatever is due: place, release, list.",
    ),
    "site": ("shelving", "The buildings in which paper is kept."),
    "location": ("shelving", "The places on their shelves."),
    "box": ("shelving", "Boxes: register, place and seal them."),
    "item": ("shelving", "Files and volumes: register and place them, name their scans."),
    "person": ("shelving", "Who borrows."),
    "where": ("locating", "Where something belongs, and who has it; of a person, what they have."),
    "history": ("locating", "Every place something was in and everybody who had it, without a gap."),
    "label": (
        "printing",
        "Print labels for locations, boxes, items and people: bars (Code 128), a square (QR), and words.",
    ),
    "loan": (
        "lending",
        "Lend paper and take it back: request, approve, prepare, out, renew, recall, in, check, shelve.",
    ),
    "loans": (
        "lending",
        "List the items that are on a loan: who has them, since when, and when they are due.",
    ),
    "desk": (
        "desking",
        "Place, lend, take back and count paper with a reader of bar codes.",
    ),
    "stocktake": ("counting", "Compare what stands at a place with the register: start, scan, show, close."),
    "holdings": (
        "exchanging",
        "Take lists of holdings over and give them out, as CSV or as Colombia's FUID; figures of the depot.",
    ),
    "access": (
        "accessing",
        "Say who may do what in an archive: people with roles, a person being the login that calls.",
    ),
    "verify": (
        "proving",
        "Check every byte of every object against the ledger, and the ledger against itself"
        " and its witnesses.",
    ),
    "index": ("indexing", "Look after the search index, a cache that can always be made again."),
    "rebuild": (
        "proving",
        "Make the catalogue, the register of the paper and the search index again, from the evidence alone.",
    ),
    "proof": (
        "handing_over",
        "Write one document alone, with what proves it, revealing nothing of the others.",
    ),
    "export": (
        "handing_over",
        "Pack documents into a BagIt bag, with the proofs and the script that check it.",
    ),
    "import": ("handing_over", "Take over the documents of a bag that another archive exported."),
    "auditor-script": (
        "handing_over",
        "Give the script with which an auditor checks an archive, a bag or a proof without docscan.",
    ),
    "ledger": (
        "ledgering",
        "What happened to the documents: how much of it is signed, by which key, and who else has seen it.",
    ),
    "witness": (
        "witnessing",
        "Keep watch over somebody else's ledger: remember its newest checkpoint, and sign what only grew.",
    ),
}


class Manual(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of the manual."""
        return list(CHAPTERS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """The command of that name, or None."""
        if cmd_name not in CHAPTERS:
            return None
        chapter = importlib.import_module(f"docscan.cli.{CHAPTERS[cmd_name][0]}")
        if not gc.isenabled():  # until here, `main` has not wanted anything looked through
            gc.freeze()
            gc.enable()
        found: click.Command = chapter.COMMANDS[cmd_name]
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the commands; to ask each for its purpose would load the whole program."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, purpose) in CHAPTERS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; a wrong name is answered with the nearest known one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # noqa: PLC0415 - only after a typing mistake

            close = difflib.get_close_matches(args[0], CHAPTERS, n=1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{close[0]}'?", ctx) from error


@click.group(
    cls=Manual,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: docscan -A my-archive run",
)
@click.option(
    "-A",
    "--archive",
    envvar="DOCSCAN_ARCHIVE",
    type=click.Path(path_type=Path),
    help="The archive's folder.  [default: $DOCSCAN_ARCHIVE, or the archive one stands in]",
)
@click.version_option(__version__, prog_name="docscan")
@click.pass_context
def cli(ctx: click.Context, archive: Path | None) -> None:
    """Read, verify and archive a back office's paper, and prove it.

    Drop scans into an archive's inbox/ and call `docscan run`. People are
    spoken to on standard error; data goes to standard output.
    """
    ctx.obj = archive


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    At once: to tidy up memory takes a twentieth of a search, and the kernel takes it back anyway.
    """
    sys.unraisablehook = _unraised
    try:
        called()
    except SystemExit as left:
        if isinstance(left.code, int):
            _leave(left.code)
        raise


def _leave(code: int) -> None:
    """Leave, unless other threads or processes have to be waited for, or what was said cannot be put out."""
    if threading.active_count() > 1 or "multiprocessing" in sys.modules:
        return
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):  # then Python says so as it leaves
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def called() -> NoReturn:
    """Run the command line.

    Raises:
        SystemExit: With its exit code.
    """
    signal.signal(signal.SIGTERM, _interrupted)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed: what is opened next would have its number, and be written to
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - till the end
    gc.disable()
    gc.set_threshold(OBJECTS)
    atexit.register(gc.freeze)  # nothing that is left at the end need be gone through for garbage
    try:
        code = cli.main(prog_name="docscan", standalone_mode=False)
    except DocscanError as error:
        from docscan.cli.terminal import say  # noqa: PLC0415 - the manual alone is shown without an archive

        say(f"{click.style('Error:', fg='red')} {error}")
        if isinstance(error, SearchError):
            say(error.shown())
        if error.hint:
            say(error.hint)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing is lost.", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of our output went away, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _interrupted(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal's signature
    raise KeyboardInterrupt


def _unraised(unraisable: "UnraisableHookArgs") -> None:
    """Say what went wrong where nothing can be raised, as Python does; an interruption comes again.

    One that arrives while an object is being deleted would be said, and the command go on for ever.
    """
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    # not as SIGINT, which is ignored in what a shell began with `&`
    whom = [threading.main_thread().ident, signal.SIGTERM]
    again = threading.Timer(AT_ONCE, signal.pthread_kill, whom)
    again.daemon = True
    again.start()
