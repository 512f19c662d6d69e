"""What a stocktake finds: what was seen and what was not, beside what the register says.

Each thing that is seen is judged by what the register said when it was seen,
and what was not seen, by what it says at the end. So paper may be lent, brought
back and moved while it is counted: what was put down, or came back, since the
count began is there for that reason, and nobody need have scanned it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from docscan.archive.tables import guarded
from docscan.frozen import dataclass
from docscan.holdings import loan_rows, tables
from docscan.holdings.entities import TYPES, Box, Entity, Item, Location, Person, Site, called
from docscan.holdings.lines import Line, told
from docscan.holdings.register import Register

Finding = Literal["expected", "misplaced", "unexpected", "missing", "away"]
FINDINGS: tuple[Finding, ...] = get_args(Finding)
Countable = Site | Location | Box

LENT, MISSING = "on loan", "missing"
NAMED = "id IN (SELECT value FROM json_each(?))"
NOW = 1 << 53  # beyond the number of any event

# the newest scan of each thing, and what the register said of it then
SEEN = """
WITH newest AS (
    SELECT subject, place, max(seq) AS seq FROM stocktake_scan
    WHERE stocktake = :stocktake {one} GROUP BY subject
)
SELECT EXISTS (SELECT 1 FROM box WHERE id = newest.subject), newest.place,
    newest.subject, home.place, shelf.place, absence.what,
    (SELECT loan FROM loan_line WHERE item = newest.subject
        AND out < newest.seq AND coalesce(back, closed, newest.seq + 1) > newest.seq),
    newest.seq
FROM newest
LEFT JOIN placement AS home ON home.subject = newest.subject
    AND home.since < newest.seq AND (home.until IS NULL OR home.until > newest.seq)
LEFT JOIN placement AS shelf ON shelf.subject = home.place
    AND shelf.since < newest.seq AND (shelf.until IS NULL OR shelf.until > newest.seq)
LEFT JOIN absence ON absence.subject = newest.subject
    AND absence.since < newest.seq AND (absence.until IS NULL OR absence.until > newest.seq)
ORDER BY newest.seq
"""
# what belongs to the place and was not seen; {then} is asked of a stocktake that is over, and has no index
UNSEEN = """
WITH held AS (
    SELECT subject, kind, place, since FROM placement WHERE until IS NULL AND since < :at {then}
), shelves (id) AS (
    SELECT :place UNION SELECT id FROM location WHERE site = :place
), touched AS (
    SELECT place FROM stocktake_scan WHERE stocktake = :stocktake
    UNION SELECT home.place FROM stocktake_scan AS scan JOIN placement AS home ON home.subject = scan.subject
    WHERE stocktake = :stocktake AND home.since < :at AND (home.until IS NULL OR home.until > :at)
), inside (id, since) AS (
    SELECT id, 0 FROM shelves
    UNION SELECT subject, since FROM held WHERE kind = 'box' AND place IN (SELECT id FROM shelves)
)
SELECT held.kind = 'box', NULL, held.subject, held.place,
    (SELECT shelf.place FROM placement AS shelf WHERE shelf.subject = held.place
        AND shelf.since < :at AND (shelf.until IS NULL OR shelf.until > :at)),
    (SELECT what FROM absence WHERE absence.subject = held.subject
        AND absence.since < :at AND (absence.until IS NULL OR absence.until > :at)),
    (SELECT loan FROM loan_line WHERE item = held.subject
        AND (out < :at OR state = 'prepared') AND (closed IS NULL OR closed > :at)), :at,
    held.since > :started OR inside.since > :started
        OR EXISTS (SELECT 1 FROM loan_line WHERE item = held.subject AND closed > :started AND closed < :at)
        OR EXISTS (SELECT 1 FROM absence WHERE subject = held.subject AND until > :started AND until < :at)
FROM inside CROSS JOIN held ON held.place = inside.id
WHERE (held.kind = 'item' OR held.subject NOT IN (SELECT place FROM touched)) AND NOT EXISTS (
    SELECT 1 FROM stocktake_scan WHERE stocktake = :stocktake AND stocktake_scan.subject = held.subject
)
"""
THEN = "UNION ALL SELECT subject, kind, place, since FROM placement WHERE until > :at AND since < :at"


@dataclass(frozen=True, slots=True)
class Stocktake:
    """A place that is, or was, counted.

    Attributes:
        id: A UUID.
        place: What is counted.
        started: The number of the event it began with.
        started_at: ISO 8601, UTC.
        closed: The number of the event it ended with; 0 while it is open.
        closed_at: ISO 8601, UTC; empty while it is open.
    """

    id: str
    place: Countable
    started: int
    started_at: str
    closed: int = 0
    closed_at: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a stocktake says of an item or of a box.

    Attributes:
        subject: The item or the box.
        finding: `expected`: seen where it belongs; `misplaced`: seen, and belongs
            elsewhere; `unexpected`: seen, though it is lent, lost or gone;
            `missing`: not seen, of a box neither it nor anything in it; `away`: not
            seen, because somebody has it or it is under way to or from them.
        seen: The code of the box or the location at which it was seen; empty if it was not.
        box: The code of the box it belongs in; may be empty.
        location: The code of the location it belongs to; may be empty.
        state: How far its loan is, or one of `projection.ABSENCES`; empty for in its place.
        person: Who has it; None for nobody.
    """

    subject: Item | Box
    finding: Finding
    seen: str = ""
    box: str = ""
    location: str = ""
    state: str = ""
    person: Person | None = None


def judged(register: Register, stocktake: Stocktake, subject: Item | Box) -> Counted:
    """What a stocktake says of something that was seen.

    Args:
        register: Open.
        stocktake: The stocktake.
        subject: What was scanned in it.

    Raises:
        ValueError: It was not.
    """
    (found,) = _counted(register, _seen(register, stocktake, subject.id))
    return found


def report(register: Register, stocktake: Stocktake) -> Iterator[Counted]:
    """What a stocktake found: first what was seen, in the order of the scans, then what was not.

    Args:
        register: Open.
        stocktake: As it is now while it is open, and as it was when it ended.
    """
    yield from _counted(register, _seen(register, stocktake))
    unseen = _counted(register, _unseen(register, stocktake))
    yield from sorted(unseen, key=lambda one: (one.location, one.box, one.subject.code))


def tally(register: Register, stocktake: Stocktake) -> Mapping[str, int]:
    """How many items there are of each finding; a quarter of the work of a report."""
    counted = Counter(row.finding for row in _seen(register, stocktake) if not row.is_box)
    counted.update(row.finding for row in _unseen(register, stocktake) if not row.is_box)
    return {str(finding): counted[finding] for finding in FINDINGS}


def totals(found: Sequence[Counted]) -> Mapping[str, int]:
    """The same of a report."""
    counted = Counter(one.finding for one in found if isinstance(one.subject, Item))
    return {str(finding): counted[finding] for finding in FINDINGS}


@dataclass(frozen=True, slots=True)
class _Row:
    """A finding with what it is about, as UUIDs, None for nothing; and the event of which that was so."""

    finding: Finding
    is_box: bool
    seen: str | None
    subject: str
    home: str | None
    shelf: str | None
    absent: str | None
    loan: str | None
    at: int


def _seen(register: Register, stocktake: Stocktake, subject: str = "") -> list[_Row]:
    query = SEEN.format(one="AND subject = :subject" if subject else "")
    found = []
    for row in _rows(register, query, {"stocktake": stocktake.id, "subject": subject}):
        _, place, _, home, shelf, absent, loan, _ = row
        finding: Finding = "expected" if place in (home, shelf) else "misplaced"
        if loan or absent not in (None, MISSING):
            finding = "unexpected"
        found.append(_Row(finding, *row))
    return found


def _unseen(register: Register, stocktake: Stocktake) -> list[_Row]:
    query = UNSEEN.format(then=THEN if stocktake.closed else "")
    at, place = stocktake.closed or NOW, stocktake.place.id
    values = {"at": at, "place": place, "stocktake": stocktake.id, "started": stocktake.started}
    found = []
    for *row, meanwhile in _rows(register, query, values):
        *_, absent, loan, _ = row
        finding: Finding = "missing"
        if not absent and (loan or meanwhile):
            finding = "away" if loan else "expected"
        found.append(_Row(finding, *row))
    return found


def _counted(register: Register, rows: Sequence[_Row]) -> Iterator[Counted]:
    known = _known(register, {name for row in rows for name in (row.seen, row.subject, row.home, row.shelf)})
    for row in rows:
        if row.subject not in known:  # scanned, and its sheet was lost since
            continue
        boxed, location = known.get(row.home if row.shelf else None), known.get(row.shelf or row.home)
        seen, line = known.get(row.seen), _line(register, row)
        person = register.known(line.person, ("person",)) if line else None
        yield Counted(
            known[row.subject],  # type: ignore[arg-type]  # an item, or a box: nothing else is scanned or placed
            row.finding,
            called(seen) if seen else "",
            called(boxed) if boxed else "",
            called(location) if location else "",
            row.absent or (line.stand if line else ""),
            person if isinstance(person, Person) else None,
        )


def _line(register: Register, row: _Row) -> Line | None:
    """The loan of an item as it was then; None for none."""
    steps = loan_rows.steps(register.db, row.subject, row.loan) if row.loan else ()
    return told(step for step in steps if step.seq < row.at)


def _rows(register: Register, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with guarded(tables.path_of(register.archive)):
        return list(register.db.execute(query, values))


def _known(register: Register, named: Iterable[str | None]) -> Mapping[str | None, Entity]:
    """The entities with some UUIDs; what is none of these is left out."""
    wanted = json.dumps(sorted(filter(None, named)))
    return {
        one.id: one
        for kind, type_ in TYPES.items()
        for one in register.entities(type_, f"{kind}.{NAMED}", (wanted,))
    }
