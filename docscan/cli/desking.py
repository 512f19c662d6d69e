"""The desk: `desk`, one prompt that a reader of bar codes types into."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

import click

from docscan.archive.catalogue import open_catalogue
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import taken_up
from docscan.cli.registered import leave_with_findings, tell_lacks
from docscan.cli.terminal import agent, now, put_json, standing_in
from docscan.errors import ArchiveBusyError
from docscan.holdings import deeds
from docscan.holdings.calendars import Calendar
from docscan.holdings.desk import UNREADABLE
from docscan.holdings.register import Register, open_register
from docscan.holdings.session import Answer, Kind
from docscan.messages import sentence

PROMPT = "scan> "
CR, LF = b"\r", b"\n"  # a reader sends either after a code, or both
CHUNK = 4_096  # bytes: more than a terminal gives at once
MOST_WAITING = 1_024  # bytes of a line; a code has a dozen, and a longer one is none
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
        if tell_lacks(register):
            leave_with_findings(ctx)
        session, language = deeds.opened(register), register.archive.config.language
        _prepare(deeds.calendars(register, now().date()), now().date())
        terminal = sys.stdin.isatty()
        for line in typed(_sent(prompt=terminal and not as_json), whole=terminal):
            session, said = deeds.answered(register, session, line, clock=now, agent=agent())
            if said is not None and as_json:
                put_json([_plain(line, said)])
            elif said is not None:
                click.echo(shown(said, language, terminal=sys.stderr.isatty()), err=True)
            if session.over:
                return
        if terminal and not as_json:
            click.echo(f"\n{shown(session.said('told', 'J099'), language, terminal=False)}", err=True)


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


def _prepare(calendars: Sequence[Calendar], today: date) -> None:
    """Look into calendars before the prompt stands, so that the first loan is as fast as others."""
    for one in calendars:
        one.is_closed(today)


def typed(sent: Iterable[bytes], *, whole: bool = False) -> Iterator[str]:
    """The lines that a reader or a person types, without their ends.

    A line too long to be a scan is given once, its beginning alone, as soon as
    that is known; it ends with the sign for what cannot be read. So does what
    nobody finished when `whole` lines are wanted.

    Args:
        sent: Bytes as they come: some of a line, or several lines.
        whole: A last line without an end is none, as on a terminal.
    """
    waiting, dropping = b"", False
    for data in sent:
        *ended, waiting = (waiting + data.replace(CR, LF)).split(LF)
        for line in ended:
            if not dropping:
                yield line.decode(errors="replace")
            dropping = False
        if dropping:
            waiting = b""
        elif len(waiting) > MOST_WAITING:
            yield _begun(waiting)
            waiting, dropping = b"", True
    if waiting:
        yield _begun(waiting) if whole else waiting.decode(errors="replace")


def _begun(line: bytes) -> str:
    """The beginning of a line that is none, with a sign at its end that no code has."""
    return line[:MOST_WAITING].decode(errors="replace") + UNREADABLE


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


def _sent(*, prompt: bool) -> Iterator[bytes]:
    """What comes in, until its end; a prompt stands where a line begins."""
    begins = True
    while True:
        if prompt and begins:
            click.echo(PROMPT, nl=False, err=True)
        data = os.read(sys.stdin.fileno(), CHUNK)
        if not data:
            return
        begins = data.endswith((CR, LF))
        yield data


def _plain(line: str, said: Answer) -> dict[str, str]:
    """An answer as a program gets it."""
    facts = {name: fact for name, fact in said.facts.items() if fact}
    return {"scan": line, "answer": said.kind, "code": said.code, "said": said.text, **facts}


COMMANDS = {"desk": desk}
