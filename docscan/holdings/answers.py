"""Where something is, who has it; and since it was registered, where it was, who had it, what was counted."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from docscan.frozen import dataclass
from docscan.holdings import codes, counts, lent, loan_rows
from docscan.holdings.counts import NOT_COUNTED
from docscan.holdings.entities import Box, Entity, Item, Location, Person, Site
from docscan.holdings.lines import AWAY, course
from docscan.holdings.register import Register

END = 1 << 53  # beyond the number of any event
PLACES = "SELECT since, since_at, until, until_at, place, place_kind FROM placement WHERE subject = ?"
ABSENCES = "SELECT since, since_at, until, until_at, what, '' FROM absence WHERE subject = ?"
OF_ITEM = "SELECT loan FROM loan_line WHERE item = ? AND out IS NOT NULL"
BACK = ("returned", "checked")
"""Where a line stands while the item is back, and not yet in its place."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where something is now. What does not apply is empty.

    Attributes:
        code: On its label; the name of a site.
        name: The title of an item, the name of a person, what a box is.
        state: Of an item, as `Register.state` has it; `gone` of a box without a place.
        box: The code of the box it belongs in.
        location: The code of the location it belongs to.
        shelf: That location in words: site, room, coordinates.
        since: Since when it belongs there, is lent, or is missing: ISO 8601, UTC.
        person: The code of who has it, or is to have it, as `state` says.
        holder: Their name.
        loan: The number of the loan; of what was written off, of the one on which it was lost.
        due: The day it is due back.
    """

    code: str
    name: str = ""
    state: str = ""
    box: str = ""
    location: str = ""
    shelf: str = ""
    since: str = ""
    person: str = ""
    holder: str = ""
    loan: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A time during which something was in one place, or with one person.

    Attributes:
        since: ISO 8601, UTC.
        until: The same moment as the next one's `since`; empty for until now.
        state: `shelved`; `on loan`, `claimed returned` or `lost`; `returned`, from when it
            came back until it was shelved; or one of `projection.ABSENCES`.
        item: The code of what it is about.
        box: The code of the box it belonged in; may be empty.
        location: The code of the location it belonged to; may be empty.
        person: The code of who had it; may be empty.
        folios: How many an item had, as they were counted last by then; None where nobody had counted.
        reason: Why it was found otherwise than before when this began: one of `conditions.REASONS`;
            may be empty.
    """

    since: str
    until: str
    state: str
    item: str
    box: str = ""
    location: str = ""
    person: str = ""
    folios: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Span:
    """Something that was so from one event until another."""

    since: int
    since_at: str
    until: int | None
    until_at: str | None
    what: str
    kind: str

    def covers(self, seq: int) -> bool:
        """Whether it was so after the event of that number."""
        return self.since <= seq < (END if self.until is None else self.until)


def where(register: Register, named: str) -> list[Whereabouts]:
    """Where something is; of a person, where what they have belongs.

    Args:
        register: Open.
        named: A code, a UUID, or the name of a site.

    Raises:
        NotFoundError: Nothing is called so.
    """
    found = register.entity(named)
    if not isinstance(found, Person):
        return [_whereabouts(register, found)]
    query = (
        "SELECT item FROM loan JOIN loan_line ON loan.id = loan WHERE person = ? AND open = 1 ORDER BY out"
    )
    return [_whereabouts(register, register.item(item)) for (item,) in register.rows(query, found.id)]


def history(register: Register, named: str) -> list[Stay]:
    """Every place something was in and everybody who had it, without a gap; of a person, what they had.

    Where an item was found with other folios or in a worse condition, another stay begins.

    Args:
        register: Open.
        named: The code or the UUID of an item, a box or a person.

    Raises:
        NotFoundError: Nothing is called so.
    """
    found = register.entity(named)
    if isinstance(found, Item | Box):
        return list(_merged(_stays(register, found)))
    return list(_lent_to(register, found)) if isinstance(found, Person) else []


def _whereabouts(register: Register, found: Entity) -> Whereabouts:
    if isinstance(found, Site):
        return Whereabouts(found.name, shelf=found.name)
    if isinstance(found, Location):
        return Whereabouts(found.code, location=found.code, shelf=shelf(register, found))
    if isinstance(found, Person):
        return Whereabouts(found.code, found.name)
    told = _home(register, found.id)
    if isinstance(found, Box):
        return Whereabouts(found.code, found.type, **told)
    absent = next((one for one in _spans(register, ABSENCES, found.id) if one.until is None), None)
    told |= _absent(register, found, absent) if absent else _loan(register, found)
    return Whereabouts(found.code, found.title, register.state(found.id), **told)


def _home(register: Register, subject_id: str) -> dict[str, str]:
    """Where a box or an item belongs; nothing of what is gone for good."""
    place = register.place_of(subject_id)
    if place is None:
        return {}
    if place.kind == "box":
        return _home(register, place.id) | {"box": place.code, "since": place.since}
    location = register.known(place.id, ("location",))
    words = shelf(register, location) if isinstance(location, Location) else ""
    return {"location": place.code, "shelf": words, "since": place.since}


def _absent(register: Register, item: Item, absent: _Span) -> dict[str, str]:
    """Since when an item is missing or gone; of what was written off, also the loan on which it was lost."""
    line = loan_rows.last_line(register.db, item.id) if absent.what == "written off" else None
    return {"since": absent.since_at} | ({"loan": lent.number_of(register, line.loan)} if line else {})


def _loan(register: Register, item: Item) -> dict[str, str]:
    """The open loan of an item, and who has it or asked for it; once it was handed over, since when."""
    loan = register.open_loan(item.id)
    if loan is None:
        return {}
    holder = register.known(loan.person, ("person",))
    named = {"person": holder.code, "holder": holder.name} if isinstance(holder, Person) else {}
    lent = {"since": loan.out_at, "due": loan.due} if loan.state in AWAY else {}
    return named | lent | {"loan": loan.number}


def shelf(register: Register, location: Location) -> str:
    """A location in words: site, room and coordinates."""
    site = register.known(location.site, ("site",))
    name = site.name if isinstance(site, Site) else ""
    return " / ".join(filter(None, (name, location.room, location.c1, location.c2, location.c3)))


def _stays(register: Register, subject: Item | Box) -> Iterator[Stay]:
    """The times between any two things that happened to an item or a box, or to the box it was in."""
    places = _spans(register, PLACES, subject.id)
    absences, loans = _spans(register, ABSENCES, subject.id), list(_lent(register, subject))
    boxes = {one.what: _spans(register, PLACES, one.what) for one in places if one.kind == "box"}
    boxed = (one for some in boxes.values() for one in some)
    counted = counts.told(register, subject) if isinstance(subject, Item) else [NOT_COUNTED]
    moments = _moments([*places, *absences, *loans, *boxed]) | {one.seq: one.at for one in counted}
    first = min((one.since for one in places), default=0)
    known = sorted(seq for seq in moments if seq >= first)
    for seq, following in pairwise([*known, END]):
        place = _at(places, seq)
        box = place.what if place and place.kind == "box" else ""
        home = _at(boxes[box], seq) if box else place
        loan, absent = _at(loans, seq), _at(absences, seq)
        count = [one for one in counted if one.seq <= seq][-1]
        yield Stay(
            moments[seq],
            moments.get(following, ""),
            absent.what if absent else loan.kind if loan else "shelved",
            subject.code,
            _code(register, box),
            _code(register, home.what if home else ""),
            _code(register, loan.what if loan and not absent else ""),
            count.folios,
            count.reason if count.seq == seq else "",
        )


def _lent(register: Register, subject: Item | Box) -> Iterator[_Span]:
    """The times during which an item was with somebody, or back from them: who, and how it stood."""
    for (loan,) in list(register.rows(OF_ITEM, subject.id)):
        lines = course(loan_rows.steps(register.db, subject.id, loan))
        for line, after in zip(lines, [*lines[1:], None], strict=True):
            who, stand = (line.person, line.stand) if line.stand in AWAY else ("", BACK[0])
            if line.stand in (*AWAY, *BACK):
                seq, at = (after.last.seq, after.last.at) if after else (None, None)
                yield _Span(line.last.seq, line.last.at, seq, at, who, stand)


def _merged(stays: Iterable[Stay]) -> Iterator[Stay]:
    """Stays, as one where nothing changed from one to the next."""
    last: Stay | None = None
    for stay in stays:
        if last is not None and not stay.reason:
            longer = replace(last, until=stay.until)
            if longer == replace(stay, since=last.since, reason=last.reason):
                last = longer
                continue
        if last is not None:
            yield last
        last = stay
    if last is not None:
        yield last


def _lent_to(register: Register, person: Person) -> Iterator[Stay]:
    """What somebody had, by when it was handed over."""
    query = (
        "SELECT out_at, coalesce(back_at, closed_at, ''), number_of.number FROM loan"
        " JOIN loan_line ON loan.id = loan JOIN item AS number_of ON number_of.id = item"
        " WHERE person = ? AND out IS NOT NULL ORDER BY out"
    )
    for since, until, number in register.rows(query, person.id):
        yield Stay(since, until, "on loan", codes.code("item", number), person=person.code)


def _spans(register: Register, query: str, subject: str) -> list[_Span]:
    return [_Span(*row) for row in register.rows(query, subject)]


def _at(spans: Iterable[_Span], seq: int) -> _Span | None:
    return next((one for one in spans if one.covers(seq)), None)


def _moments(spans: Iterable[_Span]) -> dict[int, str]:
    """The events at which anything began or ended, each with its time."""
    found: dict[int, str] = {}
    for one in spans:
        found[one.since] = one.since_at
        if one.until is not None and one.until_at is not None:
            found[one.until] = one.until_at
    return found


def _code(register: Register, identifier: str) -> str:
    """The code of a box, a location or a person; empty for nothing."""
    return getattr(register.known(identifier), "code", "") if identifier else ""
