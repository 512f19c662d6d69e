"""Whatever is tried with loans, by whomever and whenever: P1 to P11 hold for 10,000 steps."""

import os
import shutil
import tempfile
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import depot as depots
from depot import AGENT, NOW
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from docscan.archive import access, batches, ledger, open_archive, reconciliation
from docscan.archive.acta import Acta
from docscan.archive.keeping import holds
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError, LoanError
from docscan.holdings import (
    counts,
    lent,
    loan_rows,
    loans,
    places,
    policies,
    register,
    reminders,
    sheets,
    tables,
    transfers,
)
from docscan.holdings.calendars import Calendar
from docscan.holdings.conditions import COUNTING, REASONS, Condition
from docscan.holdings.lines import ACTS, Line, Step, told
from docscan.holdings.loans import Asked, Done
from docscan.holdings.returns import LOSSES
from tests.archive.conftest import file_one

EXAMPLES = int(os.environ.get("DOCSCAN_LOAN_EXAMPLES", "32"))  # more of them for a longer search
STEPS = 400  # of each at most; some are cut short
FOLIOS = 204
DAYS, LIMIT, RENEWALS = 30, 90, 2  # of the shipped standard policy
AWAY = ("on loan", "claimed returned", "lost")
CALENDAR = Calendar("ES", "MD")  # of the depot
MEMORY = Path("/dev/shm")  # noqa: S108 - nothing waits for a disk there
LIKELY = {  # what a clerk would do next
    "": ("request", "out"),
    "requested": ("approve", "approve", "out", "refuse", "cancel"),
    "approved": ("prepare", "out", "cancel"),
    "prepared": ("out", "out", "cancel"),
    "on loan": ("in", "in", "renew", "recall", "claimed returned", "declared lost"),
    "claimed returned": ("found", "in", "declared lost"),
    "lost": ("found", "in", "written off"),
    "returned": ("check", "shelve", "discrepancy"),
    "checked": ("shelve",),
}
PEOPLE = {AGENT: ("administrator",), "luis": ("clerk",), "eva": ("clerk",)}  # and eva borrows


@dataclass(frozen=True)
class Account:
    """An item on a loan, as this test keeps count of it."""

    person: str
    stand: str
    out: date = date.min
    due: date = date.min
    renewals: int = 0
    recalled: bool = False
    sent: int | None = None
    back: int | None = None
    settled: bool = False


class Loans(RuleBasedStateMachine):
    """A depot whose paper is lent, beside a plain account of who has what."""

    steps = 0
    accepted: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        folder = Path(
            self.open.enter_context(tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None))
        )
        shutil.copytree(template(), folder / "archive")
        archive = open_archive(folder / "archive")
        self.register = self.open.enter_context(depots.working(archive))
        self.now: datetime = NOW
        self.account: dict[str, Account] = {}
        self.gone: set[str] = set()
        self.delivered: dict[str, str] = {}  # by item, the open batch with which it is to leave
        self.done: tuple[Done, str, dict[str, Account]] | None = None
        self.reminded: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self.items = [one for (one,) in self.register.rows("SELECT id FROM item ORDER BY number")]
        self.persons = [one for (one,) in self.register.rows("SELECT id FROM person ORDER BY number")]
        self.boxes = [one for (one,) in self.register.rows("SELECT id FROM box ORDER BY number")]
        self.folios = dict(self.register.rows("SELECT id, folios FROM item"))  # 0: nobody counted
        (self.scanned,) = (one for (one,) in self.register.rows("SELECT id FROM item WHERE record <> ''"))
        self.hold = ""  # the one that stands on the scan of that item
        self.shelves = [one for (one,) in self.register.rows("SELECT id FROM location ORDER BY number")]

    def teardown(self) -> None:
        archive, path = self.register.archive, tables.path_of(self.register.archive)
        self.register.catch_up()  # what came last may be an event of a batch or a hold
        before = dump(path, tables.TABLES)
        self.no_line_of_the_ledger_was_passed_over()
        register.rebuild(self.register.archive)
        assert dump(path, tables.TABLES) == before  # P11
        assert all(found.type for found in ledger.read(archive))
        self.open.close()

    @property
    def today(self) -> date:
        return self.now.date()

    @rule(
        what=st.sampled_from(
            ["lend"] * 16
            + ["undo", "wait", "wait", "elsewhere", "elsewhere", "move", "remind"]
            + ["count", "count", "deliver", "deliver", "hold"]
        ),
        item=st.sampled_from(range(6)),
        choice=st.sampled_from(range(30)),
        person=st.sampled_from(range(3)),
        agent=st.sampled_from([AGENT, AGENT, "luis", "eva"]),
        count=st.sampled_from(
            [(None, ""), (FOLIOS, ""), (FOLIOS, REASONS[0]), (FOLIOS - 1, ""), (FOLIOS - 1, REASONS[1])]
        ),
    )
    def something_happens(
        self, *, what: str, item: int, choice: int, person: int, agent: str, count: tuple[int | None, str]
    ) -> None:
        Loans.steps += 1
        if what == "lend":
            self.something_is_tried(item, choice, person, agent, count)
        elif what == "undo":
            self.the_last_act_is_taken_back(agent if choice < 10 else "the same")
        elif what == "wait":
            self.now += timedelta(days=(0, 1, 1, 5, 12, 40)[choice % 6])
        elif what == "elsewhere":
            self.an_item_is_said_to_be_elsewhere(item, choice)
        elif what == "count":
            self.a_count_is_put_right(item, choice, agent)
        elif what == "hold":
            self.the_scan_is_held_or_let_go()
        elif what == "deliver":
            self.items_are_handed_over_for_good(item, choice)
        elif what == "move":
            self.a_box_is_moved_with_its_items(item % 2, choice % 3)
        else:
            self.a_night_passes_with_reminders(is_sent=choice % 2 == 0)

    def something_is_tried(
        self, item: int, choice: int, person: int, agent: str, count: tuple[int | None, str]
    ) -> None:
        subject = self.items[item]
        before = self.account.get(subject)
        acts = LIKELY[before.stand if before else ""] if choice % 5 else ACTS
        act = acts[choice // 5 % len(acts)] if choice % 5 else acts[(choice + item) % len(acts)]
        borrower = self.persons[person] if act in ("request", "out") and (not before or choice % 2) else ""
        because = LOSSES[choice % 3] if act == "written off" else count[1]
        said = (because,) if because else ()
        asked = Asked(act, subject, borrower, found=Condition(count[0]), because=said)
        if choice % 3 == 0 and borrower:
            authoriser = self.persons[choice % 2] if choice % 4 else ""
            asked = replace(asked, insisted="court", authoriser=authoriser)
        try:
            done = loans.act(self.register, asked, now=self.now, agent=agent)
        except LoanError:
            return
        Loans.accepted[act] += 1
        self.took(subject, asked, agent, done)

    def took(self, subject: str, asked: Asked, agent: str, done: Done) -> None:
        """Hold what was done against the rules, and keep account of it."""
        history = dict(self.account)
        acts = [str(one.detail["act"]) for one in done.events]
        assert acts[-1] == asked.act or done.line is None or done.line.kind == "copy"
        for happened in done.events:
            self.follow(subject, str(happened.detail["act"]), happened.detail, agent)
        copied = done.line is not None and done.line.kind == "copy"
        self.done = None if copied else (done, agent, history)
        line, known = done.line, self.account.get(subject)
        assert line is not None
        assert (line.ended != "") == (known is None)
        if known is not None:
            self.agrees(line, known)

    def follow(self, subject: str, act: str, detail: dict[str, str | int], agent: str) -> None:
        known = self.account.get(subject)
        assert subject not in self.gone
        if act == "request":
            assert known is None  # P2
            assert detail.get("authoriser") != detail["person"]  # P4
            assert (detail["kind"] == "copy") == (subject == self.scanned and "reason" not in detail)
            assert subject != self.scanned or ("reason" in detail) == ("authoriser" in detail)  # P4
            if detail["kind"] == "copy":
                Loans.accepted["copy"] += 1
                return
            self.account[subject] = Account(str(detail["person"]), "requested")
            return
        assert known is not None
        assert act not in ("approve", "prepare", "out", "shelve") or subject not in self.absent()
        assert act != "approve" or subject != self.scanned or agent == AGENT  # P4: who may authorise
        borrows = agent == "eva" and known.person == self.persons[0]
        if act in ("approve", "out", "renew", "in", "found", "discrepancy", "check", "written off"):
            assert not borrows  # P4
        changed = getattr(self, f"_{act.replace(' ', '_')}")(known, detail)
        self.gone |= {subject} if act == "written off" else set()
        if changed is None:
            del self.account[subject]
        else:
            self.account[subject] = changed

    def _approve(self, known: Account, _: object) -> Account:
        assert known.stand == "requested"
        return replace(known, stand="approved")

    def _refuse(self, known: Account, _: object) -> None:
        assert known.stand == "requested"

    def _cancel(self, known: Account, _: object) -> None:
        assert known.stand in ("requested", "approved", "prepared")

    def _prepare(self, known: Account, _: object) -> Account:
        assert known.stand == "approved"
        return replace(known, stand="prepared")

    def _out(self, known: Account, detail: dict[str, str | int]) -> Account:
        assert known.stand == "prepared"
        if (before := self.folios[str(detail["item"])]) and detail["folios"] != before:
            assert detail["before"] == before  # P5
            assert detail["reason"] in COUNTING
        due = self.open_day(detail)
        assert self.today + timedelta(days=DAYS) <= due <= self.today + timedelta(days=DAYS + 10)
        folios = detail.get("folios")
        return replace(
            known, stand="on loan", out=self.today, due=due, sent=folios if isinstance(folios, int) else None
        )

    def _renew(self, known: Account, detail: dict[str, str | int]) -> Account:
        due = self.open_day(detail)
        assert known.stand == "on loan"
        assert max(known.due, self.today) < due <= known.out + timedelta(days=LIMIT)  # P7
        assert known.renewals < RENEWALS
        assert not known.recalled
        return replace(known, due=due, renewals=known.renewals + 1)

    def _recall(self, known: Account, detail: dict[str, str | int]) -> Account:
        due = self.open_day(detail)
        assert known.stand == "on loan"
        assert not known.recalled
        assert due <= known.due
        return replace(known, due=due, recalled=True)

    def _claimed_returned(self, known: Account, _: object) -> Account:
        assert known.stand == "on loan"
        return replace(known, stand="claimed returned")

    def _declared_lost(self, known: Account, _: object) -> Account:
        assert known.stand in ("on loan", "claimed returned")
        return replace(known, stand="lost")

    def _written_off(self, known: Account, detail: dict[str, str | int]) -> None:
        assert known.stand == "lost"
        assert detail["reason"] in LOSSES

    def _found(self, known: Account, detail: dict[str, str | int]) -> Account:
        assert known.stand in ("claimed returned", "lost")
        return self._in(known, detail)

    def _in(self, known: Account, detail: dict[str, str | int]) -> Account:
        assert known.stand in AWAY
        folios = detail.get("folios")
        return replace(known, stand="returned", back=folios if isinstance(folios, int) else None)

    def _discrepancy(self, known: Account, detail: dict[str, str | int]) -> Account:
        assert known.stand == "returned"
        back = detail.get("folios", known.back)
        if detail["reason"] == REASONS[1]:
            assert back == FOLIOS - 1
        return replace(known, back=detail.get("folios", known.back), settled=True)  # type: ignore[arg-type]  # a number

    def _check(self, known: Account, detail: dict[str, str | int]) -> Account:
        back = detail.get("folios", known.back)
        assert known.stand == "returned"
        assert known.sent is None or back == known.sent or (known.settled and back == known.back)  # P5
        return replace(known, stand="checked", back=back)  # type: ignore[arg-type]  # a number

    def _shelve(self, known: Account, detail: dict[str, str | int]) -> None:
        assert known.stand == "checked"
        self.folios[str(detail["item"])] = known.back or self.folios[str(detail["item"])]

    def open_day(self, detail: dict[str, str | int]) -> date:
        due = date.fromisoformat(str(detail["due"]))
        assert not CALENDAR.is_closed(due)  # P8
        return due

    def the_last_act_is_taken_back(self, by: str) -> None:
        if self.done is None:
            return
        (done, agent, history), self.done = self.done, None
        ends = done.line is not None and done.line.ended == "shelve"
        who, away = agent if by == "the same" else by, done.item.id in self.absent()
        try:
            loans.undo(self.register, done.events, now=self.now, agent=who)
        except LoanError:
            assert who != agent or away
            return
        assert who == agent
        self.account = history
        if ends:
            self.folios[done.item.id] = self.known_folios(done.item.id)

    def an_item_is_said_to_be_elsewhere(self, item: int, choice: int) -> None:
        how = ("missing", "found", "missing", "found", "transferred out", "destroyed")[choice % 6]
        subject, known = self.items[item], self.account.get(self.items[item])
        if choice < 24 and how in ("transferred out", "destroyed"):
            return  # that cannot be undone: seldom, or nothing is left to lend
        try:
            if how in ("missing", "found"):
                draft = {"missing": places.missing, "found": places.found}[how](self.register, subject)
            else:
                draft = places.leaving(self.register, subject, how)  # type: ignore[arg-type]  # one of both
        except HoldingsError:
            return
        assert known is None  # P1, P6
        assert (subject in self.absent()) == (how == "found")
        assert not (self.hold and subject == self.scanned) or how in ("missing", "found")  # P6
        self.register.write([draft], now=self.now, agent=AGENT)
        Loans.accepted[how] += 1
        if how not in ("missing", "found"):
            self.gone.add(subject)

    def the_scan_is_held_or_let_go(self) -> None:
        catalogue, said = self.register.catalogue, {"now": self.now, "agent": AGENT}
        if self.hold:
            holds.release(catalogue, self.hold, **said)  # type: ignore[arg-type]  # as it takes them
            self.hold = ""
        else:
            record = self.register.item(self.scanned).record
            self.hold = holds.place(catalogue, [record], holds.REASONS[0], **said)  # type: ignore[arg-type]

    def known_folios(self, item: str) -> int:
        return counts.known(self.register, self.register.item(item))[0] or 0

    def a_count_is_put_right(self, item: int, choice: int, agent: str) -> None:
        subject, before = self.items[item], self.folios[self.items[item]]
        row = replace(self.register.item(subject), folios=FOLIOS + choice % 3 - 1)
        likely = "folios missing" if row.folios < before else "folios added"
        why = (likely, "miscounted", "folios added")[choice // 3 % 3]
        try:
            told = sheets.correct(self.register, row, why, now=self.now, agent=agent).detail
        except HoldingsError:
            return
        Loans.accepted["count"] += 1
        known = self.account.get(subject)
        assert known is None or known.stand in ("requested", "approved", "prepared")
        assert agent == AGENT
        assert subject not in self.absent()
        assert (told["before"], told["reason"]) == (before, why)  # P5
        assert why == "miscounted" or (why == "folios missing") == (row.folios < before)
        self.folios[subject] = row.folios
        self.done = None  # what is taken back now would be of a count before this one

    def items_are_handed_over_for_good(self, item: int, choice: int) -> None:
        """Announced with a batch, and gone once it is closed, if nothing of it was lent meanwhile."""
        subject = self.items[item]
        if subject in self.delivered:
            self.a_batch_is_closed(self.delivered[subject], annulled=choice % 3 != 0)
            return
        try:
            items, batch = transfers.chosen(self.register, [subject]), str(uuid4())
            boxes = transfers.declared(self.register, items)
        except HoldingsError:
            return
        assert subject not in self.account  # P6
        assert subject not in self.absent()
        assert not (self.hold and subject == self.scanned)
        acta = Acta("Ours", "Theirs", self.today, boxes, direction="out")
        self.register.write(transfers.announced(items, batch), now=self.now, agent=AGENT)
        opened = batches.open_batch(self.register.catalogue, acta, batch, now=self.now, agent=AGENT)
        self.delivered[subject] = opened.number
        self.done = None

    def a_batch_is_closed(self, number: str, *, annulled: bool) -> None:
        catalogue = self.register.catalogue
        batch = batches.named(catalogue, number)
        files, pages = (0, 0) if annulled else (batch.declared.files, batch.declared.pages)
        if not batch.received or annulled:
            note = reconciliation.counted(batch, 1, files, pages)
            batches.note(catalogue, note, now=self.now, agent=AGENT)
        batch = batches.named(catalogue, number)
        acta = batches.acta_of(catalogue, batch)
        subjects = [one for one, of in self.delivered.items() if of == number]
        try:
            draft = reconciliation.closed(batch.beside(acta), ("annulled",) if annulled else ())
            gone = transfers.leaving(self.register, batch)
        except HoldingsError:
            held = {self.scanned} if self.hold else set()
            assert (self.account.keys() | self.absent() | held) & set(subjects)  # P6
            return
        written = self.register.write([draft, *gone], now=self.now, agent=AGENT)
        told = written[0].detail
        assert acta.transmitter != acta.recipient  # P10: two parties, a count, and whether it is signed
        assert told["received_files"] == len(gone) == (0 if annulled else len(subjects))
        assert told["signed"] == "none"
        assert not gone or not self.account.keys() & set(subjects)
        assert not (gone and self.hold and self.scanned in subjects)
        self.gone |= set(subjects) if gone else set()
        Loans.accepted["deliver"] += len(gone)
        self.delivered = {one: of for one, of in self.delivered.items() if of != number}
        self.done = None

    def absent(self) -> set[str]:
        """What is missing or gone, as the register has it."""
        return {one for (one,) in self.register.rows("SELECT subject FROM absence WHERE until IS NULL")}

    def a_box_is_moved_with_its_items(self, box: int, shelf: int) -> None:
        subject, to = self.boxes[box], self.shelves[shelf]
        homes = {item: self.register.place_of(item) for item in self.items}
        try:
            places.move(self.register, subject, to, now=self.now, agent=AGENT)
        except HoldingsError:
            return
        assert {
            item: self.register.place_of(item) for item in self.items
        } == homes  # P9: their home is the box
        place = self.register.place_of(subject)
        assert place is not None
        assert place.id == to

    def a_night_passes_with_reminders(self, *, is_sent: bool) -> None:
        rules = policies.load(self.register.catalogue)
        due = reminders.due(self.register, rules, self.today)
        reminders.draft(self.register, due, now=self.now, agent=AGENT)
        for one in due:
            line = one.lent.line
            known = self.account[line.item]
            assert known.stand == "on loan"
            assert known.due < self.today
            key = (f"{line.loan} {line.item}", line.due)
            assert self.reminded[key] == list(range(1, one.number))  # no level skipped, none done twice
            self.reminded[key].append(one.number)
        self.done = None if due else self.done
        assert not reminders.due(self.register, rules, self.today)
        if is_sent:
            waits = reminders.waiting(self.register, rules, self.today)
            reminders.sent(self.register, waits, now=self.now, agent=AGENT)

    @invariant()
    def the_register_agrees_with_the_account(self) -> None:
        rows = self.register.rows("SELECT item, state, due FROM loan_line WHERE open = 1")
        found = {item: (state, due) for item, state, due in rows}
        assert found == {
            item: (known.stand, None if known.due == date.min else known.due.isoformat())
            for item, known in self.account.items()
        }  # P2: one of each
        placed = {
            item
            for (item,) in self.register.rows(
                "SELECT subject FROM placement WHERE kind = 'item' AND until IS NULL"
            )
        }
        assert placed == set(self.items) - self.gone  # P1, P9
        assert not self.absent() & found.keys()  # P1
        assert self.gone <= self.absent()
        assert self.folios == {item: self.known_folios(item) for item in self.items}  # P5: none vanishes

    def no_line_of_the_ledger_was_passed_over(self) -> None:
        """What `told` makes of the ledger's own lines is what the register says of every loan."""
        every: defaultdict[tuple[str, str], list[Step]] = defaultdict(list)
        for one in ledger.read(self.register.archive):
            if one.type == "loan":
                key = (str(one.detail["item"]), str(one.detail["loan"]))
                every[key].append(Step(one.seq, one.at, one.agent.id, str(one.detail["act"]), one.detail))
        for (item, loan), steps in every.items():
            assert loan_rows.line_of(self.register.db, item, loan) == told(steps)
        late = {
            one.line.item
            for one in lent.overdue(self.register, policies.load(self.register.catalogue), self.today)
        }
        assert late == {
            item
            for item, known in self.account.items()
            if known.stand == "on loan" and known.due < self.today
        }

    def agrees(self, line: Line, known: Account) -> None:
        assert (line.person, line.stand, line.renewals, line.recalled) == (
            known.person,
            known.stand,
            known.renewals,
            known.recalled,
        )
        assert (line.sent.folios, line.back.folios, bool(line.discrepancy)) == (
            known.sent,
            known.back,
            known.settled,
        )


def template() -> Path:
    """A furnished depot to begin with, made once."""
    return Loans.template  # type: ignore[attr-defined]  # the test sets it


def test_whatever_is_tried_the_rules_of_loans_hold(tmp_path: Path):
    archive = depots.founded(tmp_path / "archive")
    with depots.working(archive) as found:
        made = depots.furnish(found, locations=3, boxes=2, items=6, persons=3)
        counted = [replace(one, folios=FOLIOS) for one in made.items[:4]]
        depots.enter(found, counted, act="change")
        record = file_one(archive, found.catalogue, 1)
        depots.enter(found, [replace(made.items[5], record=str(record.id))], act="link")
        depots.enter(found, [replace(made.persons[0], login="eva")], act="change")
        for login, roles in PEOPLE.items():
            access.change(found.catalogue, login, roles, now=NOW, agent=AGENT)
    Loans.template, Loans.steps = archive.root, 0  # type: ignore[attr-defined]  # for `template`
    run_state_machine_as_test(
        Loans,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],  # to shrink 400 steps on a real ledger takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Loans.steps >= min(10_000, EXAMPLES * STEPS * 0.8)
    assert {*ACTS, "missing", "count", "deliver", "copy"} <= set(
        Loans.accepted
    )  # all of it was done, not only tried
