"""What the rules of lending are asked, and what they answer: facts of a moment, drafts, refusals."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from docscan.archive.event import Draft
from docscan.frozen import dataclass
from docscan.holdings.calendars import Calendar
from docscan.holdings.conditions import UNKNOWN, Condition
from docscan.holdings.lines import AWAY, Line
from docscan.holdings.policies import Policy

Drafts = tuple[Draft, ...]
"""What a step adds to the ledger."""

Detail = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of the moment.

    Attributes:
        item: The UUID of the item.
        loan: The UUID for a new loan, or of the person's loan that the item is added to.
        agent: The pseudonym of who does it.
        today: The day.
        policy: Of the line, or the one asked for; None where there is none of that name.
        calendar: Of the item's site.
        person: The UUID of who is to borrow.
        borrower: The pseudonym of who borrows, where their login is known; may be empty.
        gone: One of `projection.ABSENCES` where the item is that; empty otherwise.
        scan: The UUID of the record that is its scan and is on the shelf; empty for none.
        insisted: Why the original is wanted all the same: one of `lending.INSISTED`; empty otherwise.
        authoriser: The UUID of the person who allows that; may be empty.
        may_authorise: Whoever does it may lend originals that are scanned, and settle discrepancies.
        found: The item as it is now.
        known: How many folios it has, as far as is known; None where nobody counted.
        returned: The day it came back, where that was earlier; None for today.
        because: Why it differs: of `conditions.REASONS`; of what is written off, one of `returns.LOSSES`.
    """

    item: str
    loan: str
    agent: str
    today: date
    policy: Policy | None
    calendar: Calendar
    person: str = ""
    borrower: str = ""
    gone: str = ""
    scan: str = ""
    insisted: str = ""
    authoriser: str = ""
    may_authorise: bool = True
    found: Condition = UNKNOWN
    known: int | None = None
    returned: date | None = None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step may not be taken: a code of `docscan/messages/loans.toml`, and what fills its places."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


def of(line: Line) -> dict[str, str]:
    """What a sentence about a line may need: what it is, who has it, how far it is, since when, due when."""
    since = line.out if line.stand in AWAY else line.last.at[:10]
    return {"item": line.item, "person": line.person, "state": line.stand, "since": since, "due": line.due}


def is_own(facts: Facts) -> bool:
    """Whether whoever does it has it on loan, or is to have it (P4)."""
    return bool(facts.borrower) and facts.borrower == facts.agent


def first(*cases: tuple[bool, Refusal]) -> Refusal | None:
    """The refusal of the first case that is so."""
    return next((refusal for holds, refusal in cases if holds), None)


def draft(line: Line, act: str, detail: Detail | None = None, role: str = "implementer") -> Draft:
    """A step of a line, as the ledger has it.

    Args:
        line: The line.
        act: The step, or `lines.UNDONE`.
        detail: What else is to be said of it.
        role: Of who does it: one of `event.ROLES`.
    """
    whole: Detail = {"act": act, "loan": line.loan, "item": line.item}
    return Draft("loan", detail=whole | (detail or {}), role=role)
