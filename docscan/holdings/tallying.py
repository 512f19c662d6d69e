"""What the desk does in a stocktake."""

from dataclasses import replace

from docscan.errors import HoldingsError
from docscan.holdings import places, stocktake
from docscan.holdings.entities import Box, Location, called
from docscan.holdings.session import Answer, LookInto, See, Session, SumUp, Taken
from docscan.holdings.stocktake_findings import LENT, Counted, judged, tally
from docscan.holdings.work import Said, Work, and_, counted


def begin_count(work: Work, session: Session, place: Location | Box) -> Said:
    """Begin to count what is at a place, or go on with it."""
    known = stocktake.open_at(work.register, place)
    begun = known or stocktake.begin(work.register, place, now=work.now, agent=work.agent)
    shelf = place if isinstance(place, Location) else None
    session = replace(session, stocktake=begun, place=place, shelf=shelf, count=0)
    return session, session.said(
        "done" if known is None else "told", "J121" if known else "J120", place=place
    )


def look_into(work: Work, session: Session, deed: LookInto) -> Said:
    """Who counts has come to another place: what follows is seen there; a box is seen itself."""
    counting, place, shelf = deed.stocktake, deed.place, session.shelf
    stocktake.expect_open(work.register, counting)
    if not stocktake.covers(counting, place):
        raise HoldingsError("J128", session.language, place=place.code, counted=called(counting.place))
    if isinstance(place, Location):
        session = replace(session, shelf=place, place=place)
    elif shelf is not None:
        session, said = see(work, session, See(counting, place, shelf))
        return replace(session, place=place), and_(session, said, "J122", place=place.code)
    session = replace(session, place=place)
    return session, session.said("told", "J122", place=place)


def see(work: Work, session: Session, deed: See) -> Said:
    """Put on record where something was seen, and say whether it belongs there."""
    register, counting, subject = work.register, deed.stocktake, deed.subject
    if stocktake.where_seen(register, counting, subject) == deed.place.id:
        return session, session.said("told", "J127", item=subject)
    seen = [(subject, deed.place)]
    (seq,) = stocktake.scan(register, counting, seen, now=work.now, agent=work.agent)
    session = counted(session, Taken(subject, event=seq, stocktake=counting))
    return session, _finding(session, judged(register, counting, subject))


def _finding(session: Session, found: Counted) -> Answer:
    if found.finding == "expected":
        return session.said("done", "J123", item=found.subject, finding=found.finding)
    belongs = ", ".join(filter(None, (found.box, found.location)))
    if found.finding == "misplaced":
        return session.said("look", "J124", item=found.subject, place=belongs, finding=found.finding)
    if found.person is not None and found.state == LENT:
        return session.said("look", "J126", item=found.subject, person=found.person, finding=found.finding)
    state = places.STATES[found.state]
    return session.said("look", "J125", item=found.subject, state=state, finding=found.finding)


def summed_up(work: Work, session: Session, deed: SumUp) -> Answer:
    """How many there are of each finding so far."""
    found = tally(work.register, deed.stocktake)
    counts = {name: str(count) for name, count in found.items()}
    return session.said("told", "J130", place=called(deed.stocktake.place), **counts)
