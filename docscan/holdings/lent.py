"""What is lent: lists of loans, as they are or as they were on a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from docscan.errors import LoanError, NotFoundError
from docscan.holdings import loan_rows
from docscan.holdings.entities import Item, Person
from docscan.holdings.lines import Line, Step
from docscan.holdings.policies import Rules
from docscan.holdings.register import Register

NOW_LATE = "SELECT item, loan FROM loan_line WHERE state = 'on loan' AND due < ? ORDER BY due, since"
THEN_OPEN = (
    "SELECT item, loan, since FROM loan_line WHERE open = 1"
    " UNION ALL SELECT item, loan, since FROM loan_line WHERE closed_at >= ? ORDER BY since"
)


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
    for item, loan in list(register.rows(NOW_LATE, on.isoformat())):
        found = _row(register, rules, loan_rows.line_of(register.db, item, loan), on)
        if found is not None and found.late:
            yield found


def as_of(register: Register, rules: Rules, on: date) -> Iterator[Lent]:
    """What was on a loan at the end of a day that is over, or is on one today, the oldest loan first.

    Facts of later days change nothing in it.

    Args:
        register: Open.
        rules: Of lending.
        on: The day.
    """
    after = (on + timedelta(days=1)).isoformat()
    for item, loan, _ in list(register.rows(THEN_OPEN, after)):
        found = _row(register, rules, loan_rows.line_of(register.db, item, loan, on.isoformat()), on)
        if found is not None and not found.line.ended:
            yield found


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
    rows = register.rows("SELECT item FROM loan_line WHERE loan = ? ORDER BY since, item", loan)
    lines = [loan_rows.line_of(register.db, item, loan) for (item,) in list(rows)]
    found = [one for line in lines if (one := _row(register, rules, line, on)) is not None]
    if not found:
        raise LoanError("Q190", register.archive.config.language, number=named)
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


def _row(register: Register, rules: Rules, line: Line | None, on: date) -> Lent | None:
    if line is None:
        return None
    item, person = register.item(line.item), register.person(line.person)
    return Lent(number_of(register, line.loan), line, item, person, days_late(line, rules, on))
