"""The command line: one file per chapter of the manual, loaded when its command is called."""

import importlib
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from docscan import __version__
from docscan.errors import DocscanError, SearchError

INTERRUPTED = 130

# command -> module of this package, in the order of the manual
CHAPTERS = {
    "init": "setting_up",
    "doctor": "setting_up",
    "completion": "setting_up",
    "run": "taking_in",
    "watch": "taking_in",
    "read": "reading",
    "list": "finding",
    "show": "finding",
    "open": "finding",
    "search": "finding",
    "review": "finding",
    "verify": "proving",
    "rebuild": "proving",
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
        chapter = importlib.import_module(f"docscan.cli.{CHAPTERS[cmd_name]}")
        found: click.Command = chapter.COMMANDS[cmd_name]
        return found

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
    """Run the command line and leave with its exit code."""
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        code = cli.main(prog_name="docscan", standalone_mode=False)
    except DocscanError as error:
        click.echo(f"{click.style('Error:', fg='red')} {error}", err=True)
        if isinstance(error, SearchError):
            click.echo(error.shown(), err=True)
        if error.hint:
            click.echo(error.hint, err=True)
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
