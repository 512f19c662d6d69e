"""Taking back what was done at the desk: by further events, and only while nothing came after."""

from dataclasses import replace
from datetime import datetime

from docscan.archive import access
from docscan.errors import HoldingsError
from docscan.holdings import desk, loans, places, stocktake
from docscan.holdings.register import Register
from docscan.holdings.session import Session, Taken

NOW = 1 << 53  # beyond the number of any event
NEWEST = """
SELECT max(seq) FROM (
    SELECT since AS seq FROM placement WHERE subject = ?1
    UNION ALL SELECT since FROM absence WHERE subject = ?1
    UNION ALL SELECT until FROM absence WHERE subject = ?1
    UNION ALL SELECT seq FROM loan_step WHERE item = ?1
) WHERE seq < ?2
"""


def undo(register: Register, session: Session, taken: Taken, *, now: datetime, agent: str) -> Session:
    """Take the last step of a session back.

    Args:
        register: Open, on an archive that the caller holds.
        session: As it is.
        taken: Its last step.
        now: When, with its time zone.
        agent: Who: a login name.

    Returns:
        The session without it; the step before can be taken back now.

    Raises:
        HoldingsError: Something came after it with the same thing, or somebody else did it.
        AccessError: They may not.
        LedgerError: The ledger cannot be continued.
    """
    subject, events = taken.subject, [one.seq for each in taken.loans for one in each]
    before = _newest(register, subject.id, min([*events, taken.event or NOW]))
    if taken.stocktake is not None:
        stocktake.unscan(register, taken.stocktake, taken.event, now=now, agent=agent)
    elif taken.event:
        _move_back(register, taken, now=now, agent=agent)
    for each in reversed(taken.loans):
        access.demand(register.archive, agent, "lend")
        loans.undo(register, each, now=now, agent=agent)
    newest = _newest(register, subject.id, NOW)
    left = [
        replace(one, settled=newest)
        if one.subject.id == subject.id and before in (one.event, one.settled)
        else one
        for one in session.taken[:-1]
    ]  # what came after the step before it was only that which is taken back
    session = replace(session, taken=tuple(left), count=max(session.count - 1, 0))
    if session.uncounted is not None and session.uncounted.id == subject.id:
        session = replace(session, uncounted=None)
    if session.place is not None and session.place.id == subject.id:
        session = desk.barred(session, subject.code[0])
    return session


def _move_back(register: Register, taken: Taken, *, now: datetime, agent: str) -> None:
    subject = taken.subject
    if _newest(register, subject.id, NOW) != max(taken.event, taken.settled):
        raise HoldingsError("J042", register.archive.config.language, item=subject.code)
    drafts = [places.missing(register, subject.id)] if taken.was_missing else []
    here = register.place_of(subject.id)
    if here is None or here.id != taken.was_at:
        drafts.insert(0, places.moving(register, subject.id, taken.was_at, cause="undone"))
    register.write(drafts, now=now, agent=agent)


def _newest(register: Register, subject: str, below: int) -> int:
    """The number of the last event about a box or an item before another; 0 for none."""
    ((found,),) = register.rows(NEWEST, subject, below)
    return int(found or 0)
