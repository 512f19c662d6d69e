"""What the desk tells: where something is, who has it, what somebody has, what is called so."""

from dataclasses import replace
from datetime import date

from docscan.errors import LoanError
from docscan.holdings import answers, codes, lending, lent, loan_rows, loans, places, policies
from docscan.holdings.entities import Box, Entity, Item, Location, Person, Site
from docscan.holdings.lines import AWAY
from docscan.holdings.register import Register
from docscan.holdings.session import MOST_NAME, Answer, Session, named

LONGEST_NUMBER = len(str(codes.MOST))  # digits; more are the bar code of something else
FOUND = 5  # items that a search names; more do not fit into a line


def whereabouts(register: Register, session: Session, found: Entity, today: date) -> Answer:
    """Where something is and who has it; of a person, what they have; of a place, what it holds.

    Args:
        register: Open.
        session: A place that was just scanned is told as the one where what follows goes.
        found: What it is about.
        today: The day.
    """
    match found:
        case Person():
            return _person(register, session, found, today)
        case Location():
            return _location(register, session, found)
        case Box():
            (one,) = answers.where(register, found.id)
            code = "J012" if session.mode == "place" and session.place == found else "J102"
            return session.said("told", code, box=found, place=one.location or "—")
        case Item():
            return _item(register, session, found)
        case Site():
            return session.said("told", "J106", item=found, state=found.country)


def taken(register: Register, subject: Box | Item) -> LoanError | None:
    """That an item is on an open loan, and whose it is; None where it is on none."""
    line = loan_rows.open_line(register.db, subject.id)
    return None if line is None else loans.refusal(register, lending.taken(line))


def search(register: Register, session: Session, text: str, today: date) -> Answer:
    """The items with a number, or else those whose titles hold all of the words."""
    found = _like(register, text)
    if not found:
        return session.said("refused", "J110", text=repr(text[:MOST_NAME]))
    if len(found) == 1:
        return whereabouts(register, session, found[0], today)
    code = "J111" if len(found) > FOUND else "J112"
    said = session.said("told", code, items="; ".join(map(named, found[:FOUND])))
    return replace(said, facts={"items": " ".join(item.code for item in found[:FOUND])})


def home(register: Register, item: Item) -> str:
    """Where an item belongs: the codes of its box and its location."""
    (found,) = answers.where(register, item.id)
    return ", ".join(filter(None, (found.box, found.location)))


def _item(register: Register, session: Session, item: Item) -> Answer:
    (one,) = answers.where(register, item.id)
    belongs = ", ".join(filter(None, (one.box, one.location)))
    if one.state in AWAY:
        facts = {"due": one.due or "—", "place": belongs}
        said = session.said("told", "J101", item=item, person=register.person(one.person), **facts)
    elif belongs:
        said = session.said("told", "J100", item=item, state=places.STATES[one.state], place=belongs)
    else:
        said = session.said("told", "J106", item=item, state=places.STATES[one.state])
    return replace(said, facts={**said.facts, "state": one.state})


def _location(register: Register, session: Session, location: Location) -> Answer:
    shelf = answers.shelf(register, location)
    if session.mode == "place" and session.place == location:
        return session.said("told", "J011", place=location, shelf=shelf)
    query = "SELECT kind, count(*) FROM placement WHERE until IS NULL AND place = ? GROUP BY kind"
    held = {str(kind): str(count) for kind, count in register.rows(query, location.id)}
    facts = {"boxes": held.get("box", "0"), "items": held.get("item", "0")}
    return session.said("told", "J103", place=location, shelf=shelf, **facts)


def _person(register: Register, session: Session, person: Person, today: date) -> Answer:
    rules = policies.load(register.catalogue)
    query = "SELECT item, loan FROM loan JOIN loan_line ON loan.id = loan WHERE person = ? AND open = 1"
    lines = [loan_rows.line_of(register.db, *row) for row in list(register.rows(query, person.id))]
    out = [line for line in lines if line is not None and line.stand in AWAY]
    late = sum(1 for line in out if lent.days_late(line, rules, today))
    code = "J104" if session.mode == "who" else "J105"
    return session.said("told", code, person=person, count=str(len(out)), late=str(late))


def _like(register: Register, text: str) -> list[Item]:
    number = int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0
    if number and (known := list(register.entities(Item, "number = ?", (number,)))):
        return known
    return list(register.titled(text, limit=FOUND + 1))
