"""What every deed at the desk is done with, and how the session and the answer grow by it."""

from dataclasses import replace
from datetime import datetime

from docscan.frozen import dataclass
from docscan.holdings import boxes, desk
from docscan.holdings.register import Register
from docscan.holdings.session import Answer, Session, Taken

Said = tuple[Session, Answer]
"""The session after a deed, and what is said to it."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every deed is done with.

    Attributes:
        register: Open.
        now: When, with its time zone.
        agent: Who: a login name.
    """

    register: Register
    now: datetime
    agent: str


def counted(session: Session, taken: Taken) -> Session:
    """The session with one more step that can be taken back."""
    return replace(session, taken=(*session.taken, taken)[-desk.MOST_UNDONE :], count=session.count + 1)


def and_(session: Session, said: Answer, code: str, **facts: str) -> Answer:
    """An answer and one more sentence."""
    more = session.said(said.kind, code, **facts)
    return replace(said, text=f"{said.text} {more.text}", facts={**said.facts, **facts})


def doubted(register: Register, said: Answer, *, into: str = "", out_of: str = "") -> Answer:
    """An answer, and what is to be looked at of the boxes that were opened for it.

    Args:
        register: Open.
        said: To a deed that was done.
        into: As `boxes.doubts` has it.
        out_of: As there.
    """
    found = list(boxes.doubts(register, into=into, out_of=out_of))
    return replace(said, kind="look", text=" ".join((said.text, *found))) if found else said
