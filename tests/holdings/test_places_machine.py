"""Whatever is registered, moved, lent, missed and forgotten: the rules of places hold (P1, P3, P9, P11)."""

import tempfile
import uuid
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import depot as depots
from depot import AGENT, NOW
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from docscan.archive.event import Draft
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError
from docscan.holdings import answers, places, redaction, register, tables
from docscan.holdings.entities import Box, Item, Person

OUT = ("request", "approve", "prepare", "out")
BACK = ("in", "check", "shelve")


class Depot(RuleBasedStateMachine):
    """A depot beside a plain account of what is where."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        folder = Path(self.open.enter_context(tempfile.TemporaryDirectory()))
        archive = depots.founded(folder / "archive")
        self.register = self.open.enter_context(depots.working(archive))
        self.place: dict[str, str] = {}  # of boxes and items that are in the house, or belong there
        self.lent: dict[str, tuple[str, str]] = {}  # item: loan and borrower
        self.gone: set[str] = set()
        self.missing: set[str] = set()
        self.forgotten: set[str] = set()

    def teardown(self) -> None:
        path = tables.path_of(self.register.archive)
        before = dump(path, tables.TABLES)
        register.rebuild(self.register.archive)
        assert dump(path, tables.TABLES) == before  # P11
        self.open.close()

    @initialize()
    def furnished(self) -> None:
        made = depots.furnish(self.register, locations=2, boxes=2, items=2, persons=2)
        self.locations = [one.id for one in made.locations]
        self.persons = [one.id for one in made.persons]
        self.boxes = [one.id for one in made.boxes]
        self.items = [one.id for one in made.items]
        self.place |= {one.id: one.location for one in made.boxes} | {one.id: one.box for one in made.items}

    def one_of(self, data: st.DataObject, some: list[str]) -> str:
        return data.draw(st.sampled_from(some))

    def write(self, draft: Draft) -> None:
        self.register.write([draft], now=NOW, agent=AGENT)

    @rule(data=st.data())
    def a_box_is_registered(self, data: st.DataObject) -> None:
        to = self.one_of(data, self.locations)
        (made,) = depots.enter(self.register, [Box("", "", location=to)])
        self.boxes.append(made.id)
        self.place[made.id] = to

    @rule(data=st.data())
    def an_item_is_registered(self, data: st.DataObject) -> None:
        to = self.one_of(data, self.boxes + self.locations)
        field = "box" if to in self.boxes else "location"
        (made,) = depots.enter(self.register, [Item("", "", "Muñoz", **{field: to})])
        self.items.append(made.id)
        self.place[made.id] = to

    @rule(data=st.data())
    def something_is_moved(self, data: st.DataObject) -> None:
        subject = self.one_of(data, self.boxes + self.items)
        to = self.one_of(data, self.boxes + self.locations)
        allowed = (
            subject not in self.lent
            and subject not in self.gone
            and not (subject in self.boxes and to in self.boxes)
            and (self.place.get(subject) != to or subject in self.missing)
        )
        try:
            self.write(places.moving(self.register, subject, to))
        except HoldingsError:
            assert not allowed
        else:
            assert allowed
            self.place[subject] = to
            self.missing.discard(subject)

    @rule(data=st.data(), how=st.sampled_from(["missing", "found", "transferred out", "destroyed"]))
    def an_item_is_said_to_be_elsewhere(self, data: st.DataObject, how: str) -> None:
        item = self.one_of(data, self.items)
        shelved = item not in self.lent and item not in self.gone and item not in self.missing
        allowed = item in self.missing if how == "found" else shelved
        ask = {"missing": places.missing, "found": places.found}
        try:
            draft = ask[how](self.register, item) if how in ask else places.leaving(self.register, item, how)  # type: ignore[arg-type]  # one of both
            self.write(draft)
        except HoldingsError:
            assert not allowed
        else:
            assert allowed
            self.tell(item, how)

    def tell(self, item: str, how: str) -> None:
        if how == "missing":
            self.missing.add(item)
        elif how == "found":
            self.missing.remove(item)
        else:
            self.gone.add(item)
            del self.place[item]

    @rule(data=st.data())
    def an_item_is_lent(self, data: st.DataObject) -> None:
        item, person = self.one_of(data, self.items), self.one_of(data, self.persons)
        if self.register.state(item) == "shelved" and person not in self.forgotten:
            loan = str(uuid.uuid4())
            detail = {"loan": loan, "item": item, "person": person, "due": "2026-04-01"}
            for act in OUT:
                self.write(Draft("loan", detail=detail | {"act": act}))
            self.lent[item] = (loan, person)

    @precondition(lambda self: self.lent)
    @rule(data=st.data())
    def an_item_comes_back(self, data: st.DataObject) -> None:
        item = self.one_of(data, sorted(self.lent))
        loan, _ = self.lent.pop(item)
        for act in BACK:
            self.write(Draft("loan", detail={"act": act, "loan": loan, "item": item}))

    @rule(data=st.data())
    def somebody_is_forgotten(self, data: st.DataObject) -> None:
        subject = self.one_of(data, self.persons + self.items)
        borrowing = subject in self.lent or any(person == subject for _, person in self.lent.values())
        try:
            redaction.redact(self.register, subject, now=NOW, agent=AGENT)
        except HoldingsError:
            assert borrowing
        else:
            assert not borrowing
            self.forgotten.add(subject)

    @invariant()
    def everything_is_in_one_place_or_with_one_person_or_gone(self) -> None:  # P1, P9
        for subject in getattr(self, "items", []) + getattr(self, "boxes", []):
            found = self.register.place_of(subject)
            assert (found.id if found else None) == self.place.get(subject)
            assert (found is None) == (subject in self.gone)
        for item in getattr(self, "items", []):
            loan = self.register.open_loan(item)
            assert (loan.person if loan else None) == self.lent.get(item, ("", None))[1]
            assert (self.register.state(item) == "missing") == (item in self.missing)

    @invariant()
    def who_is_forgotten_has_no_name(self) -> None:
        for subject in self.forgotten:
            found = self.register.entity(subject)
            assert (found.name if isinstance(found, Person) else found.title) == ""  # type: ignore[union-attr]  # a person or an item

    @invariant()
    def no_history_has_a_gap(self) -> None:  # P3
        for subject in getattr(self, "items", []) + getattr(self, "boxes", []):
            stays = answers.history(self.register, subject)
            assert stays[-1].until == ""
            assert all(one.until == two.since for one, two in pairwise(stays))
        overlapping = (
            "SELECT 1 FROM placement one JOIN placement two ON one.subject = two.subject"
            " AND one.since < two.since WHERE one.until IS NULL OR one.until > two.since"
        )
        assert list(self.register.rows(overlapping)) == []


Depot.TestCase.settings = settings(
    max_examples=8, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDepot = Depot.TestCase
