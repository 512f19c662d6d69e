"""Moving boxes and items, and saying that an item is missing, found, or gone for good.

Each function gives the event to come, once the rules allow it; `move` writes
it as well. Whoever does several things at once writes all of their events in
one step (`Register.write`).
"""

from datetime import datetime
from typing import Literal, get_args

from docscan.archive import event
from docscan.archive.event import Draft, Event
from docscan.archive.keeping import standing
from docscan.errors import HoldingsError
from docscan.holdings.entities import KIND_NAMES, Box, Item, Location, called, kind_of
from docscan.holdings.lines import AWAY
from docscan.holdings.projection import ABSENCES, GONE, MOVED
from docscan.holdings.register import OpenLoan, Register

Cause = Literal["reshelving", "consolidation", "conservation", "reading", "received", "correction", "undone"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
"""Why something is moved: words for the ledger, which takes nobody's own."""

Gone = Literal["transferred out", "destroyed"]
STATES = {  # how an item's state is said in a sentence
    "missing": "@N301",
    "lost": "@N302",
    "transferred out": "@N303",
    "destroyed": "@N304",
    "written off": "@N313",
    "shelved": "@N305",
    "requested": "@N306",
    "approved": "@N307",
    "prepared": "@N308",
    "on loan": "@N309",
    "claimed returned": "@N310",
    "returned": "@N311",
    "checked": "@N312",
}
BEFORE_MISSING = {  # by the state of an open loan, what is to be said on that loan first
    "requested": ("refuse", "cancel"),
    "approved": ("cancel",),
    "prepared": ("cancel",),
    "on loan": ("claim-returned", "lost"),
    "claimed returned": ("lost",),
    "lost": ("found", "write-off"),
    "returned": ("check",),
    "checked": ("shelve",),
}


def move(register: Register, subject_id: str, to_id: str, *, now: datetime, agent: str) -> Event:
    """Give a box or an item another place, for no cause that has to be told.

    Args:
        register: Open, on an archive that the caller holds.
        subject_id: The UUID of a box or an item.
        to_id: The UUID of a location, or for an item of a box.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        HoldingsError: It is there already, is lent or gone, or cannot be there.
        NotFoundError: Nothing has one of the ids.
        LedgerError: The ledger cannot be continued.
    """
    draft = moving(register, subject_id, to_id)
    (written,) = register.write([draft], now=now, agent=agent)
    return written


def moving(register: Register, subject_id: str, to_id: str, *, cause: str = "") -> Draft:
    """The event that gives a box or an item another place.

    With a box goes all that is in it. An item that is lent keeps the place it
    came from until it is back; its box may be moved, and that place with it
    (P9). What was missing is found by being moved.

    Args:
        register: Open.
        subject_id: The UUID of a box or an item.
        to_id: The UUID of a location, or for an item of a box.
        cause: One of `CAUSES`; may be empty.

    Raises:
        HoldingsError: It is there already, is lent or gone, or cannot be there.
        NotFoundError: Nothing has one of the ids.
        ValueError: The cause is another word.
    """
    if cause and cause not in CAUSES:
        raise ValueError(f"{cause!r} is no cause of a move")
    subject, to = register.entity(subject_id), register.entity(to_id)
    language = register.archive.config.language
    both_boxes = isinstance(subject, Box) and isinstance(to, Box)
    if not isinstance(subject, Box | Item) or not isinstance(to, Location | Box) or both_boxes:
        what, where = (KIND_NAMES[kind_of(one)] for one in (subject, to))
        facts = {"subject": called(subject), "what": what, "place": called(to), "where": where}
        raise HoldingsError("G060", language, **facts)
    state = _expect_here(register, subject)
    here = register.place_of(subject.id)
    if here is not None and here.id == to.id and state != "missing":
        raise HoldingsError("G065", language, subject=subject.code, place=to.code)
    kind = "item" if isinstance(subject, Item) else "box"
    place = "box" if isinstance(to, Box) else "location"
    detail = {"act": "move", "subject": subject.id, "kind": kind, "to": to.id, "place": place}
    return Draft(MOVED, detail=detail | ({"cause": cause} if cause else {}))


def missing(register: Register, item_id: str) -> Draft:
    """The event that says an item is not where it should be.

    Raises:
        HoldingsError: It is part of an open loan (P1), gone, or missing already.
        NotFoundError: No item has that id.
    """
    item = register.item(item_id)
    loan = register.open_loan(item.id)
    if loan is not None:
        raise _lent(register, item, loan, "G100")
    if _expect_here(register, item) == "missing":
        raise _wrong_state(register, item)
    return saying(item, "missing")


def found(register: Register, item_id: str) -> Draft:
    """The event that says an item is where it should be after all.

    Raises:
        HoldingsError: It was not missing.
        NotFoundError: No item has that id.
    """
    item = register.item(item_id)
    if register.state(item.id) != "missing":
        raise _wrong_state(register, item)
    return saying(item, "found")


def leaving(register: Register, item_id: str, how: Gone) -> Draft:
    """The event that says an item is gone for good: handed over for ever, or destroyed (P6).

    Raises:
        HoldingsError: It is part of an open loan, missing, or gone already; or its scan is held.
        NotFoundError: No item has that id.
    """
    item = register.item(item_id)
    if register.state(item.id) != "shelved":
        loan = register.open_loan(item.id)
        waits = loan is not None and loan.state not in ("on loan", "claimed returned")
        raise _lent(register, item, loan, "G136") if loan and waits else _wrong_state(register, item)
    if item.record and is_held(register, item.record):
        raise HoldingsError("G095", register.archive.config.language, subject=item.code, record=item.record)
    return saying(item, how)


def expect_countable(register: Register, item: Item) -> None:
    """See that an item is in the house, and not in the hands of whoever checks what came back.

    Args:
        register: Open.
        item: The item.

    Raises:
        HoldingsError: It is lent, back and not shelved yet, missing or gone.
    """
    state, loan = register.state(item.id), register.open_loan(item.id)
    if loan is not None and state in ("returned", "checked"):
        raise _lent(register, item, loan, "G176")
    if state in (*AWAY, *ABSENCES):
        raise _wrong_state(register, item)


def is_held(register: Register, record: str) -> bool:
    """Whether a hold stands on a record, or on the one that has its pages now.

    Args:
        register: Open.
        record: A UUID.
    """
    types = "'ingestion', 'hold placed', 'hold released'"
    query = f"SELECT line FROM events WHERE object = ? AND type IN ({types}) ORDER BY seq"  # noqa: S608 - own words
    catalogue = register.catalogue
    for one in {record, catalogue.heir(record)}:
        lines = catalogue.db.execute(query, [one]).fetchall()
        kept = standing.read(event.parsed(line.encode()) for (line,) in lines).objects.get(one)
        if kept is not None and kept.holds:
            return True
    return False


def _expect_here(register: Register, subject: Box | Item) -> str:
    """The state of what is in the house.

    Raises:
        HoldingsError: It is lent, or gone for good.
    """
    state = register.state(subject.id)
    if state in (*AWAY, *GONE):
        raise _wrong_state(register, subject)
    return state


def _lent(register: Register, item: Item, loan: OpenLoan, code: str) -> HoldingsError:
    """That an item is part of an open loan, and the next step with which that goes on or ends."""
    steps = ", ".join(f"docscan loan {verb} {item.code}" for verb in BEFORE_MISSING[loan.state])
    facts = {"subject": item.code, "state": STATES[loan.state], "number": loan.number, "steps": steps}
    person = register.person(loan.person)
    named = f"{person.code} {person.name}".rstrip()
    return HoldingsError(code, register.archive.config.language, person=named, **facts)


def _wrong_state(register: Register, subject: Box | Item) -> HoldingsError:
    """That the state of an item forbids what was asked: of a lent one, who has it and since when."""
    language, loan = register.archive.config.language, register.open_loan(subject.id)
    if loan is not None and loan.state in AWAY:
        holder = register.person(loan.person).code
        return HoldingsError("G070", language, subject=subject.code, person=holder, since=loan.out_at[:10])
    return HoldingsError("G075", language, subject=subject.code, state=STATES[register.state(subject.id)])


def saying(item: Item, act: str) -> Draft:
    """The event that says of an item what it is from now on; the rules are the caller's.

    Args:
        item: The item.
        act: One of `projection.ABSENCES`, or `found`.
    """
    return Draft(MOVED, detail={"act": act, "subject": item.id, "kind": "item"})
