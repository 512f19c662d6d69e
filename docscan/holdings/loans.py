"""Loans: asking for paper, lending it, and taking it back.

`act` is the one way to do any of it: the facts are gathered here, the rules of
`lending` judge them, and what they allow becomes lines of the ledger in one
step. Whoever calls holds the archive, so that of two desks one comes first,
and the other is told who has the item.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from docscan.archive import access, event, ledger
from docscan.archive.event import Draft, Event
from docscan.errors import LoanError, NotFoundError
from docscan.frozen import dataclass
from docscan.holdings import counts, loan_rows, policies
from docscan.holdings.calendars import Calendar
from docscan.holdings.conditions import UNKNOWN, Condition
from docscan.holdings.entities import Item, Person
from docscan.holdings.facts import Facts, Refusal
from docscan.holdings.lending import absence, allowed, taken, undoing
from docscan.holdings.lines import Act, Line, Step
from docscan.holdings.places import STATES
from docscan.holdings.policies import Policy, Rules
from docscan.holdings.projection import ABSENCES
from docscan.holdings.register import Register

AT_HOME = (  # where the item belongs, be it in a box or not, and at which site that is
    "SELECT country, region FROM placement AS own"
    " LEFT JOIN placement AS box ON own.place_kind = 'box' AND box.subject = own.place AND box.until IS NULL"
    " JOIN location ON location.id = iif(own.place_kind = 'box', box.place, own.place)"
    " JOIN site ON site.id = site WHERE own.subject = ? AND own.until IS NULL"
)
ON_THE_SHELF = ("accepted", "review")  # the states of a record of which copies are given


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to do with an item.

    Attributes:
        act: The step.
        item: The code or the UUID of the item.
        person: The code or the UUID of who is to borrow: for a request, or to lend at once.
        loan: The UUID of a loan of the same person that the item is added to; empty for a new one.
        policy: The name of the policy; empty for the standard one.
        insisted: Why the original is wanted though there is a scan; empty to be content with a copy.
        authoriser: The code or the UUID of the person who allows that; may be empty.
        found: The item as it is now; what is not known when it goes out is as it was last.
        returned: The day it came back, where that was earlier; None for today.
        because: Why it is otherwise than it was, or is written off; nothing where it is neither.
    """

    act: Act
    item: str
    person: str = ""
    loan: str = ""
    policy: str = ""
    insisted: str = ""
    authoriser: str = ""
    found: Condition = UNKNOWN
    returned: date | None = None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with an item.

    Attributes:
        item: The item.
        person: Who borrows it.
        line: As it is now; of a request that was answered with a copy, `kind` is `copy`
            and `item.record` the record to copy. None once all of it was taken back.
        number: Of the loan, such as `2026/000123`.
        events: As they stand in the ledger; `undo` takes them back.
    """

    item: Item
    person: Person
    line: Line | None
    number: str
    events: tuple[Event, ...]


def act(register: Register, asked: Asked, *, now: datetime, agent: str) -> Done:
    """Do one step with one item.

    Args:
        register: Open, on an archive that the caller holds.
        asked: What.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        LoanError: The rules do not allow it; nothing was done.
        NotFoundError: There is no such item or person.
        ConfigError: The rules of lending cannot be used.
        LedgerError: The ledger cannot be continued.
    """
    (done,) = act_together(register, [asked], now=now, agent=agent)
    return done


def act_together(register: Register, asked: Sequence[Asked], *, now: datetime, agent: str) -> list[Done]:
    """Do a step with several items, all or none; what one person asks for together is one loan.

    Args:
        register: Open, on an archive that the caller holds.
        asked: What, item by item; an item that is named again is not done twice.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        LoanError: The rules do not allow one of them; nothing was done.
        NotFoundError: There is no such item or person.
        ConfigError: The rules of lending cannot be used.
        LedgerError: The ledger cannot be continued.
    """
    register.catch_up()
    desk = _Desk(register, policies.load(register.catalogue), now.date(), agent, str(uuid4()))
    by_item = {item.id: (item, one) for one in asked for item in (register.item(one.item),)}
    drafts = {name: _drafts(desk, item, one) for name, (item, one) in by_item.items()}
    written = register.write([draft for each in drafts.values() for draft in each], now=now, agent=agent)
    left = iter(written)
    return [_done(register, by_item[name][0], [next(left) for _ in each]) for name, each in drafts.items()]


def undo(register: Register, events: Sequence[Event], *, now: datetime, agent: str) -> Done:
    """Take back what one act did with an item, by events that say so.

    Args:
        register: Open, on an archive that the caller holds.
        events: Of one `Done`.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        LoanError: Something came after it, somebody else did it, or a copy was given.
        LedgerError: The ledger cannot be continued.
    """
    register.catch_up()
    item = register.item(str(events[0].detail["item"]))
    line = loan_rows.last_line(register.db, item.id)
    who = _pseudonym(register, agent)
    said = Refusal("Q180", {"item": item.id}) if line is None else undoing(line, map(_step, events), who)
    said = absence(item.id, _gone(register, item)) or said  # or a loan that ended would be open again
    if isinstance(said, Refusal):
        raise refusal(register, said)
    return _done(register, item, register.write(said, now=now, agent=agent))


def refusal(register: Register, refused: Refusal) -> LoanError:
    """A refusal in the archive's language, with codes and names in the place of ids."""
    language = register.archive.config.language
    return LoanError(refused.code, language, **_worded(register, refused.facts))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is the same for all items of one act."""

    register: Register
    rules: Rules
    today: date
    agent: str
    loan: str


def _drafts(desk: _Desk, item: Item, asked: Asked) -> tuple[Draft, ...]:
    """What the ledger is to be told of one item.

    Raises:
        LoanError: The rules do not allow it.
    """
    line = loan_rows.open_line(desk.register.db, item.id)
    said = allowed(line, asked.act, _facts(desk, item, line, asked))
    if isinstance(said, Refusal):
        raise refusal(desk.register, said)
    return said


def _facts(desk: _Desk, item: Item, line: Line | None, asked: Asked) -> Facts:
    register, archive = desk.register, desk.register.archive
    person = _borrower(register, line, asked)
    authoriser = _somebody(register, asked.authoriser)
    policy = _policy(desk, line, asked)
    scan = scan_of(register, item)
    folios, grade = counts.known(register, item) if asked.act == "out" else (None, "")
    found = replace(asked.found, folios=folios if asked.found.folios is None else asked.found.folios)
    return Facts(
        item=item.id,
        loan=_loan(desk, item, person, asked),
        agent=_pseudonym(register, desk.agent),
        today=desk.today,
        policy=policy,
        calendar=_calendar(register, item, policy),
        person=person.id if person else "",
        borrower=ledger.pseudonym(archive, person.login) if person and person.login else "",
        gone=_gone(register, item),
        scan=scan,
        insisted=asked.insisted,
        authoriser=authoriser.id if authoriser else "",
        may_authorise=not (scan or asked.because) or access.may(archive, desk.agent, "authorise"),
        found=replace(found, grade=found.grade or grade, added=0) if asked.act == "out" else asked.found,
        known=folios,
        returned=asked.returned,
        because=asked.because,
    )


def _gone(register: Register, item: Item) -> str:
    """Why an item is not there; empty where it is, or is lent."""
    state = register.state(item.id)
    return state if state in ABSENCES else ""


def _borrower(register: Register, line: Line | None, asked: Asked) -> Person | None:
    """Who has it, or is to have it.

    Raises:
        LoanError: It is on a loan to somebody else than who is to have it, or nobody knows who that is.
    """
    person = _somebody(register, asked.person)
    if line is None:
        return person
    if person is not None and person.id != line.person:
        raise refusal(register, taken(line))
    return register.person(line.person)


def _somebody(register: Register, named: str) -> Person | None:
    """The person of a card; None where none is given.

    Raises:
        LoanError: They were forgotten.
    """
    person = register.person(named) if named else None
    if person is not None and not person.name:
        raise refusal(register, Refusal("Q052", {"person": person.id}))
    return person


def _policy(desk: _Desk, line: Line | None, asked: Asked) -> Policy | None:
    """The policy of a line as it was when the item went out."""
    if line is None:
        return desk.rules.policy(asked.policy or policies.STANDARD, desk.today)
    return desk.rules.policy(line.policy, date.fromisoformat(line.out) if line.out else desk.today)


def _loan(desk: _Desk, item: Item, person: Person | None, asked: Asked) -> str:
    """The loan an item is added to: the one that is named, if it is this person's and new to the item."""
    rows = desk.register.rows("SELECT person FROM loan WHERE id = ?", asked.loan) if asked.loan else ()
    same = any(person is not None and found == person.id for (found,) in rows)
    return asked.loan if same and not loan_rows.steps(desk.register.db, item.id, asked.loan) else desk.loan


def _calendar(register: Register, item: Item, policy: Policy | None) -> Calendar:
    """The closed days of the site an item is kept at; of nowhere, weekends and what the policy adds."""
    if policy is None:
        return Calendar()
    return policy.calendar(*next(register.rows(AT_HOME, item.id), ("", "")))


def scan_of(register: Register, item: Item) -> str:
    """The id of the record that has an item's scan, if copies of it can be given; empty otherwise.

    Of a scan that was merged it is the record that has its pages now.

    Args:
        register: Open.
        item: The item.
    """
    if not item.record:
        return ""
    try:
        row = register.catalogue.row(register.catalogue.heir(item.record))
    except NotFoundError:
        return ""
    return row.id if row.state in ON_THE_SHELF else ""


def _done(register: Register, item: Item, events: Sequence[Event]) -> Done:
    own = tuple(one for one in events if one.type == "loan")
    loan = str(own[0].detail["loan"])
    ((person, year, number),) = register.rows("SELECT person, year, number FROM loan WHERE id = ?", loan)
    line = loan_rows.line_of(register.db, item.id, loan)
    return Done(item, register.person(person), line, f"{year}/{number:06d}", own)


def _worded(register: Register, facts: Mapping[str, str]) -> dict[str, str]:
    """Facts as a person reads them."""
    worded = dict(facts)
    if item := facts.get("item"):
        code = register.item(item).code
        worded = {name: fact.replace(item, code) for name, fact in facts.items()}
    if "person" in facts:
        person = register.person(facts["person"])
        worded["person"] = f"{person.code} {person.name}".rstrip()
    if facts.get("state") in STATES:
        worded["state"] = STATES[facts["state"]]
    return worded


def _step(happened: Event) -> Step:
    detail = happened.detail
    return Step(happened.seq, happened.at, happened.agent.id, str(detail["act"]), detail)


def _pseudonym(register: Register, agent: str) -> str:
    return agent if event.AGENT.fullmatch(agent) else ledger.pseudonym(register.archive, agent)
