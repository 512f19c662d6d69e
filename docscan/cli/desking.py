"""The desk: `desk`, one prompt that a reader of bar codes types into."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click

from docscan.archive.catalogue import open_catalogue
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, now, put_json, say, standing_in
from docscan.errors import ArchiveBusyError
from docscan.holdings import deeds
from docscan.holdings.register import Register, open_register
from docscan.holdings.session import Answer, Kind
from docscan.messages import sentence

PROMPT = "scan> "
CR, LF = b"\r", b"\n"  # a reader sends either after a code, or both
CHUNK = 4_096  # bytes: more than a terminal gives at once
MOST_WAITING = 1 << 16  # bytes of a line without an end; a code has a dozen
BELL = "\a"
COLOURS: dict[Kind, dict[str, Any]] = {
    "done": {"fg": "green"},
    "told": {},
    "look": {"fg": "yellow", "bold": True},
    "refused": {"fg": "white", "bg": "red", "bold": True},
}
WORDS: dict[Kind, str] = {
    "look": "J191",
    "refused": "J190",
}  # an answer begins with one of them, or with blanks


@click.command(epilog="Example: docscan desk")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each scan, and no prompt.")
@click.pass_context
def desk(ctx: click.Context, as_json: bool) -> None:
    """Place, lend, take back and count paper with a reader of bar codes.

    Scan a location, then the boxes that stand there; a box, then the items in
    it; a person and A-OUT, then what they borrow; A-IN, then what came back.
    A-RENEW, A-UNDO, A-WHO, A-COUNT and A-END do what they say. Whatever else is
    typed is looked for in the titles. The end of the input ends it, too.
    """
    with _at_work(ctx) as register:
        session, language = deeds.opened(register, now().date()), register.archive.config.language
        for line in typed(lambda: _next_bytes(prompt=not as_json and sys.stdin.isatty())):
            session, said = deeds.answered(register, session, line, clock=now, agent=agent())
            if said is not None and as_json:
                put_json([_plain(line, said)])
            elif said is not None:
                say(shown(said, language, terminal=sys.stderr.isatty()))
            if session.over:
                break


@contextmanager
def _at_work(ctx: click.Context) -> Iterator[Register]:
    """The register for a session: what was interrupted is put right before, what was done is signed after."""
    archive = standing_in(ctx)
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE):
        pass
    try:
        with open_catalogue(archive) as catalogue, open_register(catalogue) as register:
            yield register
    finally:
        with (
            suppress(ArchiveBusyError),  # whoever holds it signs this, too
            taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE),
        ):
            pass


def typed(more: Callable[[], bytes]) -> Iterator[str]:
    """The lines that a reader or a person types, without their ends.

    Args:
        more: Gives the next bytes, some of a line or several lines; none at the end.
    """
    waiting = b""
    while data := more():
        *lines, waiting = (waiting + data.replace(CR, LF)).split(LF)
        yield from (line.decode(errors="replace") for line in lines)
        if len(waiting) > MOST_WAITING:  # no line at all; its beginning is enough to say so
            yield waiting.decode(errors="replace")
            waiting = b""
    if waiting:
        yield waiting.decode(errors="replace")


def shown(said: Answer, language: str, *, terminal: bool) -> str:
    """An answer as a line for people: what is wrong begins with a word in capitals, in colour, and rings.

    Args:
        said: The answer.
        language: Of the word.
        terminal: Somebody looks at it on one.
    """
    word = sentence(WORDS[said.kind], language) if said.kind in WORDS else ""
    if not terminal:
        return f"{word or ' '} {said.text}"
    if word:
        return f"{BELL}{click.style(f' {word} ', **COLOURS[said.kind])} {said.text}"
    return click.style(f"  {said.text}", **COLOURS[said.kind])


def _next_bytes(*, prompt: bool) -> bytes:
    if prompt:
        click.echo(PROMPT, nl=False, err=True)
    return os.read(sys.stdin.fileno(), CHUNK)


def _plain(line: str, said: Answer) -> dict[str, str]:
    """An answer as a program gets it."""
    facts = {name: fact for name, fact in said.facts.items() if fact}
    return {"scan": line, "answer": said.kind, "code": said.code, "said": said.text, **facts}


COMMANDS = {"desk": desk}
