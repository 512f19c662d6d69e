"""How many folios an item is known to have, and how that is put right."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from depot import AGENT, NOW, Depot, enter

from docscan.archive import access, ledger
from docscan.archive.event import Event
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError, LoanError
from docscan.holdings import answers, counts, loan_rows, loans, places, register, sheets, tables, transfers
from docscan.holdings.conditions import Condition
from docscan.holdings.entities import Item, called
from docscan.holdings.loans import Asked, Done

CLERK = "luis"
Correct = Callable[..., Event]
Lend = Callable[..., Done]


@pytest.fixture
def item(depot: Depot) -> Item:
    """An item of 204 folios, as it was registered."""
    item = replace(depot.items[0], folios=204)
    enter(depot.register, [item], act="change")
    for login, role in ((AGENT, "administrator"), (CLERK, "clerk")):
        access.change(depot.catalogue, login, [role], now=NOW, agent=AGENT)
    return item


@pytest.fixture
def correct(depot: Depot, item: Item) -> Correct:
    def correcting(folios: int, because: str, agent: str = AGENT) -> Event:
        row = replace(depot.register.item(item.id), folios=folios)
        return sheets.correct(depot.register, row, because, now=NOW, agent=agent)

    return correcting


@pytest.fixture
def lend(depot: Depot, item: Item) -> Lend:
    def lending(act: str, folios: int | None = None, because: tuple[str, ...] = ()) -> Done:
        person = depot.persons[0].id if act == "out" else ""
        asked = Asked(act, item.id, person, found=Condition(folios), because=because)  # type: ignore[arg-type]
        return loans.act(depot.register, asked, now=NOW, agent=AGENT)

    return lending


def standing(depot: Depot, item: Item) -> tuple[int | None, int]:
    """How many folios it has as far as is known, and how many it lacks; also by the count of all items."""
    known, _ = counts.known(depot.register, depot.register.item(item.id))
    (one,) = counts.counted(depot.register, [depot.register.item(item.id)])
    assert one.folios == (known or 0)
    return known, loan_rows.folios_missing(depot.register.db, item.id)


def test_whatever_was_counted_or_put_right_last_is_what_is_known(
    depot: Depot, item: Item, correct: Correct, lend: Lend
):
    lend("out")
    lend("in", 203)
    lend("check", because=("folios missing",))
    lend("shelve")
    assert standing(depot, item) == (203, 1)
    told = correct(204, "folios added").detail
    assert {
        "before": 203,
        "folios": 204,
        "reason": "folios added",
        "subject": item.id,
    }.items() <= told.items()
    assert standing(depot, item) == (204, 0)
    (box,) = transfers.declared(depot.register, transfers.chosen(depot.register, [item.code]))
    assert box.pages == 204
    line = lend("out").line
    assert line is not None
    assert line.sent.folios == 204
    lend("in", 202)
    with pytest.raises(LoanError):
        lend("check")
    lend("check", because=("folios missing",))
    lend("shelve")
    assert standing(depot, item) == (202, 2)
    path = tables.path_of(depot.archive)
    before = dump(path, tables.TABLES)
    register.rebuild(depot.archive)
    assert dump(path, tables.TABLES) == before


def test_a_history_tells_each_count_when_it_was_made_and_why_it_is_another(
    depot: Depot, item: Item, correct: Correct, lend: Lend
):
    def history() -> list[tuple[str, int | None, str]]:
        stays = answers.history(depot.register, item.code)
        assert all(one.until == two.since for one, two in pairwise(stays))
        return [(stay.state, stay.folios, stay.reason) for stay in stays]

    assert history() == [("shelved", 204, "")]
    correct(203, "miscounted")
    lend("out", 202, ("folios missing",))
    lend("in", 200)
    lend("check", 203, because=("folios added",))
    lend("shelve")
    correct(204, "folios added")
    expected = [
        ("shelved", 204, ""),
        ("shelved", 203, "miscounted"),
        ("on loan", 202, "folios missing"),
        ("returned", 200, ""),
        ("returned", 203, "folios added"),
        ("shelved", 203, ""),
        ("shelved", 204, "folios added"),
    ]
    assert history() == expected
    done = lend("out", 205, ("folios added",))
    loans.undo(depot.register, done.events, now=NOW, agent=AGENT)
    assert history() == expected  # what was taken back never was
    register.rebuild(depot.archive)
    assert history() == expected


def test_a_history_does_not_say_that_folios_were_known_before_anybody_counted(depot: Depot, lend: Lend):
    other = depot.items[1]
    for act, folios in (("out", None), ("in", 7), ("shelve", None)):
        asked = Asked(act, other.id, depot.persons[0].id if act == "out" else "", found=Condition(folios))  # type: ignore[arg-type]
        loans.act(depot.register, asked, now=NOW, agent=AGENT)
    stays = answers.history(depot.register, other.code)
    assert [stay.folios for stay in stays] == [None, None, 7, 7]
    assert {stay.folios for stay in answers.history(depot.register, depot.boxes[0].code)} == {None}


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ((203, "folios missing"), 1),
        ((203, "miscounted"), 0),
        ((210, "folios added"), 0),
        ((210, "miscounted"), 0),
    ],
)
def test_a_folio_does_not_vanish_without_a_discrepancy_on_record(
    depot: Depot, item: Item, correct: Correct, said: tuple[int, str], lacks: int
):
    folios, because = said
    correct(folios, because)
    assert standing(depot, item) == (folios, lacks)
    last = [one for one in ledger.read(depot.archive) if one.type == "holding registered"][-1]
    assert (last.detail["before"], last.detail["folios"], last.detail["reason"]) == (204, folios, because)
    assert last.agent.role == "authorizer"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ((203, "", AGENT), "G170"),
        ((203, "folios added", AGENT), "G170"),
        ((205, "folios missing", AGENT), "G170"),
        ((203, "damaged before", AGENT), "G170"),
        ((203, "folios missing", CLERK), "G172"),
        ((204, "miscounted", AGENT), "G174"),
        ((0, "miscounted", AGENT), "G178"),
    ],
)
def test_a_count_is_put_right_for_a_reason_that_fits_and_by_who_may(
    depot: Depot, item: Item, correct: Correct, said: tuple[int, str, str], code: str
):
    before = ledger.read_head(depot.archive)
    with pytest.raises(HoldingsError) as refused:
        correct(*said)
    assert refused.value.code == code
    assert "{" not in str(refused.value) + refused.value.hint
    with pytest.raises(HoldingsError) as refused:
        enter(depot.register, [replace(item, folios=203)], act="change")
    assert refused.value.code == "G170"
    assert ledger.read_head(depot.archive) == before
    assert standing(depot, item) == (204, 0)


@pytest.mark.parametrize(
    ("acts", "code"),
    [(("out",), "G070"), (("out", "in"), "G176"), (("out", "in", "check"), "G176"), (("missing",), "G075")],
)
def test_what_is_not_in_the_house_or_waits_for_its_check_is_not_counted_otherwise(
    depot: Depot, correct: Correct, lend: Lend, acts: tuple[str, ...], code: str
):
    for act in acts:
        if act == "missing":
            depot.register.write([places.missing(depot.register, depot.items[0].id)], now=NOW, agent=AGENT)
        else:
            lend(act, 204)
    with pytest.raises(HoldingsError) as refused:
        correct(203, "folios missing")
    assert refused.value.code == code
    assert "{" not in str(refused.value) + refused.value.hint


def test_a_first_count_needs_no_reason(depot: Depot, item: Item):
    (fresh,) = enter(depot.register, [Item("", "", "Nóminas", box=depot.boxes[0].id)])
    enter(depot.register, [replace(fresh, folios=12)], act="change")
    assert standing(depot, depot.register.item(called(fresh))) == (12, 0)


def test_shelving_that_is_taken_back_and_done_again_does_not_undo_a_count_that_was_put_right(
    depot: Depot, item: Item, correct: Correct, lend: Lend
):
    lend("out")
    lend("in", 203)
    lend("check", because=("folios missing",))
    done = lend("shelve")
    correct(204, "folios added")
    loans.undo(depot.register, done.events, now=NOW, agent=AGENT)
    lend("shelve")
    assert standing(depot, item) == (204, 0)
