"""What is lent: lists of loans, as they are or as they were on a day."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from docscan.errors import LoanError, NotFoundError
from docscan.frozen import dataclass
from docscan.holdings import loan_rows
from docscan.holdings.entities import Item, Person
from docscan.holdings.lines import Line, Step
from docscan.holdings.policies import Rules
from docscan.holdings.register import Register

Of = TypeVar("Of", Item, Person)
TOGETHER = 500  # lines read at once: so many that to ask costs little, so few that a list begins soon
NOW_LATE = "SELECT item, loan FROM loan_line WHERE state = 'on loan' AND due < ? ORDER BY due, since"
THEN_OPEN = (
    "SELECT item, loan FROM (SELECT item, loan, since FROM loan_line WHERE open = 1"
    " UNION ALL SELECT item, loan, since FROM loan_line WHERE closed_at >= ?) ORDER BY since"
)
OF_LOAN = "SELECT item, loan FROM loan_line WHERE loan = ? ORDER BY since, item"
NUMBERS = "SELECT id, year, number FROM loan WHERE id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Lent:
    """An item on a loan, as a list shows it.

    Attributes:
        number: Of the loan, such as `2026/000123`.
        line: As it is, or was on the day.
        item: The item.
        person: Who borrows it.
        late: For how many days it has been overdue; 0 for not at all.
    """

    number: str
    line: Line
    item: Item
    person: Person
    late: int


def days_late(line: Line, rules: Rules, on: date) -> int:
    """For how many days an item has been overdue; 0 for not at all: worked out, never stored.

    What its borrower says they returned, or lost, is looked for and not overdue.

    Args:
        line: As it is on the day.
        rules: Their policies say what is let pass.
        on: The day.
    """
    if line.stand != "on loan" or not line.due:
        return 0
    policy = rules.policy(line.policy, date.fromisoformat(line.out))
    late = (on - date.fromisoformat(line.due)).days
    return late if late > (policy.grace if policy else 0) else 0


def overdue(register: Register, rules: Rules, on: date) -> Iterator[Lent]:
    """What is on loan now and overdue on a day, the longest overdue first.

    Args:
        register: Open.
        rules: Of lending.
        on: The day, be it to come.
    """
    late = list(register.rows(NOW_LATE, on.isoformat()))
    yield from (one for one in _lent(register, rules, late, on) if one.late)


def as_of(register: Register, rules: Rules, on: date) -> Iterator[Lent]:
    """What was on a loan at the end of a day that is over, or is on one today, the oldest loan first.

    Facts of later days change nothing in it.

    Args:
        register: Open.
        rules: Of lending.
        on: The day.
    """
    after = (on + timedelta(days=1)).isoformat()
    then = list(register.rows(THEN_OPEN, after))
    yield from (one for one in _lent(register, rules, then, on, on.isoformat()) if not one.line.ended)


def of_loan(register: Register, rules: Rules, named: str, on: date) -> list[Lent]:
    """All items of a loan.

    Args:
        register: Open.
        rules: Of lending.
        named: The loan's number or UUID, or the code of an item: of the loan it is or was last on.
        on: Today.

    Raises:
        LoanError: There is no such loan.
    """
    loan = _identified(register, named)
    found = list(_lent(register, rules, list(register.rows(OF_LOAN, loan)), on))
    if not found:
        ((back,),) = register.rows("SELECT max(at) FROM loan_step WHERE loan = ?", loan)
        language = register.archive.config.language
        if back:  # nothing is on it any more, so all its steps were
            raise LoanError("Q196", language, number=number_of(register, loan), at=str(back))
        raise LoanError("Q190", language, number=named)
    return found


def steps_of(register: Register, line: Line) -> tuple[Step, ...]:
    """What happened to an item on a loan, in order.

    Args:
        register: Open.
        line: Of the item on that loan.
    """
    return loan_rows.steps(register.db, line.item, line.loan)


def number_of(register: Register, loan: str) -> str:
    """The number of a loan, such as `2026/000123`.

    Args:
        register: Open.
        loan: Its UUID.
    """
    ((year, number),) = register.rows("SELECT year, number FROM loan WHERE id = ?", loan)
    return f"{year}/{number:06d}"


def _identified(register: Register, named: str) -> str:
    year, slash, number = named.partition("/")
    if slash and year.isdecimal() and number.isdecimal():
        rows = register.rows("SELECT id FROM loan WHERE year = ? AND number = ?", int(year), int(number))
        return next((str(found) for (found,) in rows), "")
    try:
        line = loan_rows.last_line(register.db, register.item(named).id)
    except NotFoundError:
        return named.strip().lower()
    return "" if line is None else line.loan


def _lent(
    register: Register, rules: Rules, wanted: Sequence[tuple[str, str]], on: date, until: str = ""
) -> Iterator[Lent]:
    """Items on loans as lists show them, each line that there was by the end of a day.

    Args:
        register: Open.
        rules: Of lending.
        wanted: UUIDs of items, each with that of the loan.
        on: The day for which it is said what is late.
        until: As they were at the end of that day; empty for now.
    """
    for at in range(0, len(wanted), TOGETHER):
        some = wanted[at : at + TOGETHER]
        lines = list(loan_rows.lines_of(register.db, some, until))
        items = _by_id(register, Item, (line.item for line in lines))
        persons = _by_id(register, Person, (line.person for line in lines))
        numbers = {
            loan: f"{year}/{number:06d}"
            for loan, year, number in register.rows(NUMBERS, json.dumps([line.loan for line in lines]))
        }
        for line in lines:
            item = items.get(line.item) or register.item(line.item)  # which says that there is none
            person = persons.get(line.person) or register.person(line.person)
            yield Lent(numbers[line.loan], line, item, person, days_late(line, rules, on))


def _by_id(register: Register, type_: type[Of], wanted: Iterable[str]) -> Mapping[str, Of]:
    """The items or the persons with some UUIDs."""
    asked = json.dumps(sorted(set(wanted)))
    found = register.entities(type_, "id IN (SELECT value FROM json_each(?))", (asked,))
    return {one.id: one for one in found}
