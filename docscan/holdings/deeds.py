"""What the desk does: each line that is scanned, understood, done, and answered.

The register stays open for the whole session, and the archive is held for the
moment of each deed. Every deed asks anew whether whoever scans may do it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from docscan.archive import access
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import continued
from docscan.errors import ArchiveBusyError, DocscanError, HoldingsError
from docscan.holdings import codes, desk, loan_rows, loans, placing, policies, tallying, telling, undoing
from docscan.holdings.calendars import Calendar
from docscan.holdings.conditions import Condition
from docscan.holdings.entities import Box, Item, Location, Site
from docscan.holdings.lines import Line
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
from docscan.holdings.work import Said, Work, and_, counted, doubted
from docscan.messages import sentence

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

UNKNOWN, PERHAPS_LOST = "J082", "J084"
"""What is said of a code that is not registered; and while a sheet of the register is lost."""


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
        if isinstance(said, Answer) and said.code == UNKNOWN and register.left_out():
            said = session.said("refused", PERHAPS_LOST, **said.facts)
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
            return placing.put(work, session, deed)
        case Lend():
            return _lend(work, session, deed)
        case TakeBack():
            return _take_back(work, session, deed.item)
        case Check():
            return _check(work, session, deed)
        case Renew():
            return _renew(work, session, deed.item)
        case BeginCount():
            return tallying.begin_count(work, session, deed.place)
        case LookInto():
            return tallying.look_into(work, session, deed)
        case See():
            return tallying.see(work, session, deed)
        case SumUp():
            return session, tallying.summed_up(work, session, deed)
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


# -- lending


def _lend(work: Work, session: Session, deed: Lend) -> Said:
    """Lend; what has a scan is lent by those who give the reason and the authoriser (surrogate first)."""
    item, person = deed.item, deed.person
    if loan_rows.open_line(work.register.db, item.id) is None and loans.scan_of(work.register, item):
        raise HoldingsError("J044", session.language, item=item.code, person=person.code)
    done = _lending(work, Asked("out", item.id, person.id, loan=session.loan))
    line = _line(done)
    session = counted(replace(session, loan=line.loan), Taken(item, (done.events,)))
    said = session.said("done", "J030", item=item, person=person, due=line.due, loan=done.number)
    return session, doubted(work.register, said, out_of=item.box)


def _take_back(work: Work, session: Session, item: Item) -> Said:
    line = loan_rows.open_line(work.register.db, item.id)
    if line is not None and line.stand == "returned":  # scanned once more, to be counted
        said = session.said("told", "J037", item=item, place=telling.home(work.register, item))
        return _to_be_counted(session, item, line, said)
    done = _lending(work, Asked("in", item.id))
    line = _line(done)
    session = counted(session, Taken(item, (done.events,)))
    said = session.said("done", "J032", item=item, person=done.person, loan=done.number)
    days = (date.fromisoformat(line.returned) - date.fromisoformat(line.due)).days if line.due else 0
    if days > 0:
        said = and_(session, said, "J033", days=str(days))
    if line.sent.folios is None:
        return session, and_(session, said, "J035", place=telling.home(work.register, item))
    return _to_be_counted(session, item, line, said)


def _to_be_counted(session: Session, item: Item, line: Line, said: Answer) -> Said:
    if line.sent.folios is None:
        return session, said
    return replace(session, uncounted=item), and_(session, said, "J034")


def _check(work: Work, session: Session, deed: Check) -> Said:
    item = deed.item
    done = _lending(work, Asked("check", item.id, found=Condition(deed.folios)))
    session = counted(replace(session, uncounted=None), Taken(item, (done.events,)))
    facts = {"folios": str(deed.folios), "place": telling.home(work.register, item)}
    return session, session.said("done", "J036", item=item, **facts)


def _renew(work: Work, session: Session, item: Item) -> Said:
    done = _lending(work, Asked("renew", item.id))
    session = counted(session, Taken(item, (done.events,)))
    due = _line(done).due
    return session, session.said("done", "J038", item=item, person=done.person, due=due, loan=done.number)


def _lending(work: Work, asked: Asked) -> Done:
    return loans.act(work.register, asked, now=work.now, agent=work.agent)


def _line(done: Done) -> Line:
    if done.line is None:
        raise LookupError(done.number)  # only what is taken back may leave no line
    return done.line


# -- taking back


def _undo(work: Work, session: Session, taken: Taken) -> Said:
    session = undoing.undo(work.register, session, taken, now=work.now, agent=work.agent)
    now = telling.whereabouts(work.register, session, taken.subject, work.now.date())
    said = session.said("done", "J040")
    return session, replace(said, text=f"{said.text} {now.text}", facts=now.facts)
