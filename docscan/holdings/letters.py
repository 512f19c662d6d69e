"""What papers about loans say: slips, receipts, cards for the shelf, letters; and what stands on labels.

Facts only: `docscan.printed.slips` puts them into words of a language, and on a page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from docscan.errors import LoanError
from docscan.frozen import dataclass
from docscan.holdings import answers, lent
from docscan.holdings.entities import Box, Entity, Item, Location, Person
from docscan.holdings.lent import Lent
from docscan.holdings.lines import AWAY, Line
from docscan.holdings.places import STATES
from docscan.holdings.policies import Rules
from docscan.holdings.register import Register
from docscan.holdings.reminders import Reminder

Sort = Literal["loan slip", "return receipt", "out card", "reminder"]

NEVER_LENT = ("refuse", "cancel")  # how a line ended that was asked for, and no more
CARDLESS = {"shelved": "Y030", "requested": "Y032", "returned": "Y034", "checked": "Y034"}
"""Why no card is printed for an item, by its state; of what is on no loan and not there, `Y036`."""
TAKEN = ("approved", "prepared", *AWAY)  # where a line stands while its place is empty, or is about to be


@dataclass(frozen=True, slots=True)
class Slip:
    """What one paper about a loan says.

    Attributes:
        sort: What kind of paper it is.
        archive: The archive's name.
        loan: The UUID of the loan.
        number: Its number, such as `2026/000123`.
        person: Who borrows.
        rows: The items it is about.
        day: On which it is issued.
        language: `en`, `es`, `pl` or `de`.
        usual: The language it has where no other is asked for.
        authorisers: Codes and names of the persons who allowed originals of what is scanned.
        left: Of a receipt, what the borrower still has of the same loan.
        place: Of a card, where the item belongs: a code, and in words.
        level: Of a letter, which level of the ladder it is; 0 for other papers.
        wording: Of a letter, the keyword of the ladder for what is written.
        by_email: An e-mail is to be made beside it, where the borrower has an address.
    """

    sort: Sort
    archive: str
    loan: str
    number: str
    person: Person
    rows: tuple[Lent, ...]
    day: date
    language: str
    usual: str
    authorisers: tuple[str, ...] = ()
    left: tuple[Lent, ...] = ()
    place: str = ""
    level: int = 0
    wording: str = ""
    by_email: bool = True


def loan_slip(register: Register, rules: Rules, named: str, on: date, language: str = "") -> Slip:
    """The slip that four people sign: it goes with the items of a loan, and comes back with them.

    Args:
        register: Open.
        rules: Of lending.
        named: The loan's number, or the code of an item on it.
        on: The day.
        language: Empty for the borrower's own.

    Raises:
        LoanError: There is no such loan, or no paper of it is lent.
    """
    found = lent.of_loan(register, rules, named, on)
    rows = [one for one in found if _on_paper(one.line)]
    if not rows:
        raise _refused(register, "Y010", number=found[0].number)
    return _slip(register, "loan slip", rows, on, language)


def return_receipt(register: Register, rules: Rules, named: str, on: date, language: str = "") -> Slip:
    """The receipt for what came back of a loan, and what is still out.

    Args:
        register: Open.
        rules: Of lending.
        named: The loan's number, or the code of an item on it.
        on: The day.
        language: Empty for the borrower's own.

    Raises:
        LoanError: There is no such loan, or nothing of it came back.
    """
    found = lent.of_loan(register, rules, named, on)
    back = [one for one in found if one.line.came is not None]
    if not back:
        raise _refused(register, "Y020", number=found[0].number)
    left = tuple(one for one in found if one.line.stand in AWAY)
    return replace(_slip(register, "return receipt", back, on, language), left=left)


def out_card(register: Register, rules: Rules, named: str, on: date, language: str = "") -> Slip:
    """The card that is put in the place of an item that is lent.

    Args:
        register: Open.
        rules: Of lending.
        named: The code of the item.
        on: The day.
        language: Empty for the archive's: the card stays there.

    Raises:
        NotFoundError: There is no such item.
        LoanError: It needs none: it is in its place, or back, or gone.
    """
    item = register.item(named)
    state = register.state(item.id)
    if state not in TAKEN:
        raise _refused(register, CARDLESS.get(state, "Y036"), item=item.code, state=STATES[state])
    found = lent.of_loan(register, rules, item.code, on)
    rows = [one for one in found if one.item.id == item.id]
    (home,) = answers.where(register, item.code)
    place = " · ".join(filter(None, (home.box, home.location, home.shelf)))
    usual = register.archive.config.language
    card = _slip(register, "out card", rows, on, language or usual)
    return replace(card, usual=usual, place=place, by_email=False)


def reminders(register: Register, drafted: Iterable[Reminder], on: date, language: str = "") -> list[Slip]:
    """The letters about what is overdue: one for each loan and level of the ladder.

    Args:
        register: Open.
        drafted: Of `reminders.waiting`.
        on: The day.
        language: Empty for each borrower's own.
    """
    found: dict[tuple[str, int], list[Reminder]] = {}
    for one in drafted:
        found.setdefault((one.lent.line.loan, one.number), []).append(one)
    return [
        replace(
            _slip(register, "reminder", [one.lent for one in same], on, language),
            level=number,
            wording=same[0].level.letter,
            by_email=same[0].level.channel == "email",
        )
        for (_, number), same in found.items()
    ]


def caption(register: Register, entity: Entity) -> tuple[str, ...]:
    """What stands on a label beside the code.

    Args:
        register: Open.
        entity: A location, a box, an item or a person.
    """
    match entity:
        case Location():
            lines: Sequence[str] = (answers.shelf(register, entity),)
        case Box():
            lines = (entity.client, entity.type)
        case Item():
            lines = (entity.title, years(entity))
        case Person():
            lines = (entity.name, entity.unit)
        case _:
            lines = (entity.name,)
    return tuple(filter(None, lines))


def years(item: Item) -> str:
    """From when to when an item's papers are; empty for undated."""
    return " – ".join(dict.fromkeys(filter(None, (item.date_from, item.date_to))))


def _slip(register: Register, sort: Sort, rows: Sequence[Lent], on: date, language: str) -> Slip:
    first, own = rows[0], register.archive.config
    usual = first.person.language or own.language
    allowed = dict.fromkeys(one.line.authoriser for one in rows if one.line.authoriser)
    return Slip(
        sort=sort,
        archive=own.name,
        loan=first.line.loan,
        number=first.number,
        person=first.person,
        rows=tuple(rows),
        day=on,
        language=language or usual,
        usual=usual,
        authorisers=tuple(called(register.person(one)) for one in allowed),
    )


def called(person: Person) -> str:
    """A person by code and name."""
    return f"{person.code} {person.name}".rstrip()


def _on_paper(line: Line) -> bool:
    return line.kind == "original" and line.ended not in NEVER_LENT


def _refused(register: Register, code: str, **facts: str) -> LoanError:
    return LoanError(code, register.archive.config.language, **facts)
