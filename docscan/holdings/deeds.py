"""What the desk does: each line that is scanned, understood, done, and answered.

The register stays open for the whole session, and the archive is held for the
moment of each deed. Every deed asks anew whether whoever scans may do it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from docscan.archive import access
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import continued
from docscan.errors import ArchiveBusyError, DocscanError, HoldingsError
from docscan.holdings import codes, desk, loan_rows, loans, places, policies, stocktake, telling, undoing
from docscan.holdings.calendars import Calendar
from docscan.holdings.conditions import Condition
from docscan.holdings.entities import Box, Item, Location, Site, called
from docscan.holdings.lines import AWAY, Line
from docscan.holdings.loans import Asked, Done
from docscan.holdings.register import Register
from docscan.holdings.session import (
    Answer,
    BeginCount,
    Check,
    Deed,
    Lend,
    LookInto,
    Put,
    Renew,
    Search,
    See,
    Session,
    SumUp,
    TakeBack,
    Taken,
    Tell,
    Undo,
    shown,
)
from docscan.holdings.stocktake_findings import MISSING, Counted, judged, tally
from docscan.messages import sentence

Said = tuple[Session, Answer]
RIGHTS: Mapping[type[Deed], access.Act] = {
    Put: "shelve",
    Lend: "lend",
    TakeBack: "lend",
    Check: "lend",
    Renew: "lend",
    BeginCount: "shelve",
    LookInto: "shelve",
    See: "shelve",
    Undo: "shelve",  # and to lend, where a loan is taken back
}
"""What somebody has to be allowed for a deed that writes; the others only tell."""


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


def opened(register: Register) -> Session:
    """A session at the desk of an archive.

    Each scan waits for the disk until the ledger is there, and no longer: what
    a power cut takes from the catalogue is read from the ledger once more.

    Args:
        register: Open.
    """
    register.catalogue.db.execute("PRAGMA synchronous = NORMAL").close()
    return Session(register.archive.config.language)


def calendars(register: Register, today: date) -> Sequence[Calendar]:
    """By what the days of lending are reckoned at the sites of an archive.

    The first look into one takes a second of the processor.

    Args:
        register: Open.
        today: The day.

    Raises:
        ConfigError: The rules of lending cannot be used.
    """
    policy = policies.load(register.catalogue).policy(policies.STANDARD, today)
    sites = register.entities(Site, "TRUE") if policy is not None else ()
    return [policy.calendar(site.country, site.region) for site in sites if policy is not None]


def answered(
    register: Register, session: Session, line: str, *, clock: Callable[[], datetime], agent: str
) -> tuple[Session, Answer | None]:
    """Understand a line, do what it asks for, and say so.

    Args:
        register: Open since the session began; nobody here holds the archive.
        session: As it was after the line before.
        line: As it came from the reader, without its end.
        clock: Tells the time, with its zone.
        agent: Who scans: a login name.

    Returns:
        The session after it, and the answer; None to an empty line.
    """
    scan = desk.read(line)
    after = session
    try:
        register.catch_up()
        after, said = desk.heard(session, line, register.entity, clock())
        if isinstance(said, Deed):
            after, said = _done(Work(register, clock(), agent), after, said)
    except DocscanError as problem:
        letter = codes.ACTION if scan.kind == "action" else scan.text[:1] if scan.kind == "code" else ""
        after, said = desk.barred(session, letter), _refused(problem)
    if said is None:
        return after, None
    if session.uncounted is not None and after.uncounted is not session.uncounted:
        said = _reminded(register, session.uncounted, after, said)
    remembered = (scan.text, clock()) if scan.kind in ("action", "code") else ("", clock())
    return replace(after, last=remembered), said


def _done(work: Work, session: Session, deed: Deed) -> Said:
    """Do it; what is refused leaves nothing behind that the next item could go to by mistake."""
    try:
        with _held(work, RIGHTS.get(type(deed))):
            return _doing(work, session, deed)
    except DocscanError as problem:
        place = deed.subject if isinstance(deed, Put) else getattr(deed, "place", None)
        if isinstance(place, Box | Location) and not isinstance(deed, See):
            session = desk.barred(session, place.code[0])
        if isinstance(problem, ArchiveBusyError) and isinstance(deed, Lend):  # perhaps to lend the same item
            work.register.catch_up()
            problem = telling.taken(work.register, deed.item) or problem
        return session, _refused(problem)


@contextmanager
def _held(work: Work, right: access.Act | None) -> Iterator[None]:
    """The archive is held for whoever may do something in it; who only looks needs neither."""
    if right is None:
        yield
        return
    access.demand(work.register.archive, work.agent, right)
    with continued(work.register.catalogue, now=work.now, agent=work.agent, timeout=PATIENCE):
        work.register.catch_up()
        yield


def _doing(work: Work, session: Session, deed: Deed) -> Said:  # noqa: C901, PLR0911 - one line for each deed
    today = work.now.date()
    match deed:
        case Put():
            return _put(work, session, deed)
        case Lend():
            return _lend(work, session, deed)
        case TakeBack():
            return _take_back(work, session, deed.item)
        case Check():
            return _check(work, session, deed)
        case Renew():
            return _renew(work, session, deed.item)
        case BeginCount():
            return _begin_count(work, session, deed.place)
        case LookInto():
            return _look_into(work, session, deed)
        case See():
            return _see(work, session, deed)
        case SumUp():
            return session, _summed_up(work, session, deed)
        case Undo():
            return _undo(work, session, deed.taken)
        case Tell():
            return session, telling.whereabouts(work.register, session, deed.found, today)
        case Search():
            return session, telling.search(work.register, session, deed.text, today)


def _refused(problem: DocscanError) -> Answer:
    return Answer("refused", getattr(problem, "code", ""), shown(f"{problem} {problem.hint}"))


def _reminded(register: Register, item: Item, session: Session, said: Answer) -> Answer:
    """An answer, and that an item is back whose folios nobody has counted, if that is so."""
    line = loan_rows.open_line(register.db, item.id)
    if line is None or line.stand != "returned":
        return said
    return replace(said, text=f"{said.text} {sentence('J092', session.language, item=item.code)}")


def _counted(session: Session, taken: Taken) -> Session:
    """The session with one more step that can be taken back."""
    return replace(session, taken=(*session.taken, taken)[-desk.MOST_UNDONE :], count=session.count + 1)


# -- placing


def _put(work: Work, session: Session, deed: Put) -> Said:
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
    code = ("J013" if moves else "J014") if isinstance(subject, Box) else ("J015" if moves else "J016")
    number = "" if shelved is None else shelved.number
    said = session.said(
        "done" if moves or shelved else "told",
        "J017" if shelved else code,
        item=subject,
        place=to,
        loan=number,
    )
    if not moves and shelved is None:
        return session, said
    if asked_for is not None:
        said = replace(said, text=f"{said.text} {asked_for}")
    taken = Taken(
        subject,
        (shelved.events,) if shelved else (),
        was_at=here.id if here and moves else "",
        was_missing=state == MISSING,
        event=seq,
    )
    return _counted(session, taken), said


def _shelve(work: Work, subject: Box | Item) -> Done | None:
    """Close the loan of an item that is back, by putting it somewhere."""
    line = loan_rows.open_line(work.register.db, subject.id)
    if line is None or line.stand not in ("returned", "checked"):
        return None
    asked = Asked("shelve", subject.id)
    return loans.act(work.register, asked, now=work.now, agent=work.agent)


# -- lending


def _lend(work: Work, session: Session, deed: Lend) -> Said:
    """Lend; what has a scan is lent by those who give the reason and the authoriser (surrogate first)."""
    item, person = deed.item, deed.person
    if loan_rows.open_line(work.register.db, item.id) is None and loans.scan_of(work.register, item):
        raise HoldingsError("J044", session.language, item=item.code, person=person.code)
    done = _lending(work, Asked("out", item.id, person.id, loan=session.loan))
    line = _line(done)
    session = _counted(replace(session, loan=line.loan), Taken(item, (done.events,)))
    facts = {"due": line.due, "loan": done.number}
    return session, session.said("done", "J030", item=item, person=person, **facts)


def _take_back(work: Work, session: Session, item: Item) -> Said:
    line = loan_rows.open_line(work.register.db, item.id)
    if line is not None and line.stand == "returned":  # scanned once more, to be counted
        said = session.said("told", "J037", item=item, place=telling.home(work.register, item))
        return _to_be_counted(session, item, line, said)
    done = _lending(work, Asked("in", item.id))
    line = _line(done)
    session = _counted(session, Taken(item, (done.events,)))
    said = session.said("done", "J032", item=item, person=done.person, loan=done.number)
    days = (date.fromisoformat(line.returned) - date.fromisoformat(line.due)).days if line.due else 0
    if days > 0:
        said = _and(session, said, "J033", days=str(days))
    if line.sent.folios is None:
        return session, _and(session, said, "J035", place=telling.home(work.register, item))
    return _to_be_counted(session, item, line, said)


def _to_be_counted(session: Session, item: Item, line: Line, said: Answer) -> Said:
    if line.sent.folios is None:
        return session, said
    return replace(session, uncounted=item), _and(session, said, "J034")


def _check(work: Work, session: Session, deed: Check) -> Said:
    item = deed.item
    done = _lending(work, Asked("check", item.id, found=Condition(deed.folios)))
    session = _counted(replace(session, uncounted=None), Taken(item, (done.events,)))
    facts = {"folios": str(deed.folios), "place": telling.home(work.register, item)}
    return session, session.said("done", "J036", item=item, **facts)


def _renew(work: Work, session: Session, item: Item) -> Said:
    done = _lending(work, Asked("renew", item.id))
    session = _counted(session, Taken(item, (done.events,)))
    due = _line(done).due
    return session, session.said("done", "J038", item=item, person=done.person, due=due, loan=done.number)


def _lending(work: Work, asked: Asked) -> Done:
    return loans.act(work.register, asked, now=work.now, agent=work.agent)


def _line(done: Done) -> Line:
    if done.line is None:
        raise LookupError(done.number)  # only what is taken back may leave no line
    return done.line


def _and(session: Session, said: Answer, code: str, **facts: str) -> Answer:
    """An answer and one more sentence."""
    more = session.said(said.kind, code, **facts)
    return replace(said, text=f"{said.text} {more.text}", facts={**said.facts, **facts})


# -- counting


def _begin_count(work: Work, session: Session, place: Location | Box) -> Said:
    known = stocktake.open_at(work.register, place)
    begun = known or stocktake.begin(work.register, place, now=work.now, agent=work.agent)
    shelf = place if isinstance(place, Location) else None
    session = replace(session, stocktake=begun, place=place, shelf=shelf, count=0)
    return session, session.said(
        "done" if known is None else "told", "J121" if known else "J120", place=place
    )


def _look_into(work: Work, session: Session, deed: LookInto) -> Said:
    counting, place, shelf = deed.stocktake, deed.place, session.shelf
    if not stocktake.covers(counting, place):
        raise HoldingsError("J128", session.language, place=place.code, counted=called(counting.place))
    if isinstance(place, Location):
        session = replace(session, shelf=place, place=place)
    elif shelf is not None:
        session, said = _see(work, session, See(counting, place, shelf))
        return replace(session, place=place), _and(session, said, "J122", place=place.code)
    session = replace(session, place=place)
    return session, session.said("told", "J122", place=place)


def _see(work: Work, session: Session, deed: See) -> Said:
    """Put on record where something was seen, and say whether it belongs there."""
    register, counting, subject = work.register, deed.stocktake, deed.subject
    if stocktake.where_seen(register, counting, subject) == deed.place.id:
        return session, session.said("told", "J127", item=subject)
    seen = [(subject, deed.place)]
    (seq,) = stocktake.scan(register, counting, seen, now=work.now, agent=work.agent)
    session = _counted(session, Taken(subject, event=seq, stocktake=counting))
    return session, _finding(session, judged(register, counting, subject))


def _finding(session: Session, found: Counted) -> Answer:
    if found.finding == "expected":
        return session.said("done", "J123", item=found.subject, finding=found.finding)
    belongs = ", ".join(filter(None, (found.box, found.location)))
    if found.finding == "misplaced":
        return session.said("look", "J124", item=found.subject, place=belongs, finding=found.finding)
    if found.person is not None:
        return session.said("look", "J126", item=found.subject, person=found.person, finding=found.finding)
    state = places.STATES[found.state]
    return session.said("look", "J125", item=found.subject, state=state, finding=found.finding)


def _summed_up(work: Work, session: Session, deed: SumUp) -> Answer:
    found = tally(work.register, deed.stocktake)
    counts = {name: str(count) for name, count in found.items()}
    return session.said("told", "J130", place=called(deed.stocktake.place), **counts)


# -- taking back


def _undo(work: Work, session: Session, taken: Taken) -> Said:
    session = undoing.undo(work.register, session, taken, now=work.now, agent=work.agent)
    now = telling.whereabouts(work.register, session, taken.subject, work.now.date())
    said = session.said("done", "J040")
    return session, replace(said, text=f"{said.text} {now.text}", facts=now.facts)
