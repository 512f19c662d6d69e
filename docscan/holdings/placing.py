"""What the desk does with what is put somewhere."""

from dataclasses import replace

from docscan.holdings import loan_rows, loans, places, telling
from docscan.holdings.entities import Box, Item
from docscan.holdings.lines import AWAY
from docscan.holdings.loans import Asked, Done
from docscan.holdings.register import Place
from docscan.holdings.session import Answer, Put, Session, Taken
from docscan.holdings.stocktake_findings import MISSING
from docscan.holdings.work import Said, Work, counted, doubted


def put(work: Work, session: Session, deed: Put) -> Said:
    """Place a box or an item; what is back from a loan is shelved by it."""
    register, subject, to = work.register, deed.subject, deed.to
    shelved = _shelve(work, subject)
    here, state = register.place_of(subject.id), register.state(subject.id)
    moves = here is None or here.id != to.id or state in (MISSING, *AWAY)  # what is away is refused
    seq, asked_for = 0, telling.taken(register, subject) if state == "prepared" else None
    if asked_for is not None and not moves:
        raise asked_for
    if moves:
        draft = places.moving(register, subject.id, to.id)
        (written,) = register.write([draft], now=work.now, agent=work.agent)
        seq = written.seq
    said = _placed(session, deed, shelved, here if moves else None) if moves or shelved else None
    if said is None:
        return session, session.said(
            "told", "J014" if isinstance(subject, Box) else "J016", item=subject, place=to
        )
    if isinstance(subject, Item):
        said = doubted(register, said, into=to.id, out_of=here.id if here and moves else "")
    if asked_for is not None:
        said = replace(said, text=f"{said.text} {asked_for}")
    taken = Taken(
        subject,
        (shelved.events,) if shelved else (),
        was_at=here.id if here and moves else "",
        was_missing=state == MISSING,
        event=seq,
    )
    return counted(session, taken), said


def _placed(session: Session, deed: Put, shelved: Done | None, was: Place | None) -> Answer:
    """That it is there now; of what came back from a loan, also that it belonged elsewhere."""
    facts = {"item": deed.subject, "place": deed.to}
    if shelved is None:
        return session.said("done", "J013" if isinstance(deed.subject, Box) else "J015", **facts)
    if was is None:
        return session.said("done", "J017", loan=shelved.number, **facts)
    return session.said("look", "J018", loan=shelved.number, was=was.code, **facts)


def _shelve(work: Work, subject: Box | Item) -> Done | None:
    """Close the loan of an item that is back, by putting it somewhere."""
    line = loan_rows.open_line(work.register.db, subject.id)
    if line is None or line.stand not in ("returned", "checked"):
        return None
    asked = Asked("shelve", subject.id)
    return loans.act(work.register, asked, now=work.now, agent=work.agent)
