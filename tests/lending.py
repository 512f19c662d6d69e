"""Loans as a test of papers needs them: forty items lent, some of them back, letters drafted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from depot import AGENT, NOW, Depot, enter

from docscan.holdings import letters, loans, policies, reminders
from docscan.holdings.conditions import Condition
from docscan.holdings.entities import Item, Person
from docscan.holdings.letters import Slip
from docscan.holdings.loans import Asked

TODAY = NOW.date()
TITLE = "Expediente de contratación del mantenimiento de los edificios municipales; zażółć gęślą jaźń " * 4
NAME = "Wawrzyniec Brzęczyszczykiewicz-Świętosławski de la Santísima Trinidad y Ruiz-Picasso"


def lent(depot: Depot, items: Iterable[Item], person: Person, found: Condition | None = None) -> str:
    """Lend items; the number of the loan."""
    asked = [Asked("out", one.code, person.code, found=found or Condition()) for one in items]
    return loans.act_together(depot.register, asked, now=NOW, agent=AGENT)[0].number


def renamed(depot: Depot) -> Person:
    """The first person with a long name and another language, and the first item with a long title."""
    person = replace(depot.persons[0], name=NAME, unit="Wydział Ochrony Środowiska", language="pl")
    item = replace(depot.items[0], title=TITLE, date_from="1998-05", date_to="2001", folios=204)
    enter(depot.register, [person, item], act="change")
    return person


def back(depot: Depot, item: Item, found: Condition, because: tuple[str, ...] = ()) -> None:
    """Take an item back a day later, and check it where it is not as it went."""
    day = NOW + timedelta(days=1)
    loans.act(depot.register, Asked("in", item.code, found=found), now=day, agent=AGENT)
    if because:
        loans.act(depot.register, Asked("check", item.code, because=because), now=day, agent=AGENT)


def drafted(depot: Depot, now: datetime, language: str = "") -> list[Slip]:
    """The letters of a night."""
    register, on = depot.register, now.date()
    rules = policies.load(register.catalogue)
    reminders.draft(register, reminders.due(register, rules, on), now=now, agent=AGENT)
    return letters.reminders(register, reminders.waiting(register, rules, on), on, language)


def sent(depot: Depot, now: datetime) -> None:
    """Say that the letters of a night were sent."""
    register = depot.register
    found = reminders.waiting(register, policies.load(register.catalogue), now.date())
    reminders.sent(register, found, now=now, agent=AGENT)


def loan_slip(depot: Depot, number: str, language: str = "", on: date = TODAY) -> Slip:
    register = depot.register
    return letters.loan_slip(register, policies.load(register.catalogue), number, on, language)


def receipt(depot: Depot, number: str, language: str = "", on: date = TODAY) -> Slip:
    register = depot.register
    return letters.return_receipt(register, policies.load(register.catalogue), number, on, language)


def out_card(depot: Depot, code: str, language: str = "", on: date = TODAY) -> Slip:
    register = depot.register
    return letters.out_card(register, policies.load(register.catalogue), code, on, language)
