"""Items handed over for good: what the acta counts, what the ledger tells and what is gone are one number."""

import csv
import uuid
from dataclasses import replace
from datetime import date

import pytest
from depot import AGENT, NOW, Depot, enter

from docscan.archive import batches, reconciliation
from docscan.archive.acta import Acta
from docscan.archive.reconciliation import Batch
from docscan.errors import HoldingsError, NotFoundError
from docscan.holdings import exports, fuid_export, loans, places, transfers
from docscan.holdings.conditions import Condition
from docscan.holdings.entities import Item, called
from docscan.holdings.fuid import Heading
from docscan.holdings.loans import Asked
from docscan.holdings.tabular import Form


@pytest.fixture
def depot(depot: Depot) -> Depot:
    """One whose items were counted: 1 folio in the first, 2 in the second, and so on."""
    items = [replace(one, folios=number) for number, one in enumerate(depot.items, 1)]
    enter(depot.register, items, act="change")  # type: ignore[arg-type]  # items are entities
    return replace(depot, items=items)


def opened(depot: Depot, *named: str, uncounted: bool = False) -> Batch:
    """A batch of items that leave."""
    items, identifier = transfers.chosen(depot.register, named), str(uuid.uuid4())
    depot.register.write(transfers.announced(items, identifier), now=NOW, agent=AGENT)
    boxes = transfers.declared(depot.register, items, uncounted=uncounted)
    acta = Acta("Ours", "Theirs", date(2026, 3, 2), boxes, direction="out")
    return batches.open_batch(depot.catalogue, acta, identifier, now=NOW, agent=AGENT)


def counted(depot: Depot, batch: Batch, *files: int) -> Batch:
    for box, count in enumerate(files, 1):
        draft = reconciliation.counted(batch, box, count, 0)
        batches.note(depot.catalogue, draft, now=NOW, agent=AGENT)
    return batches.named(depot.catalogue, batch.number)


def test_the_acta_counts_items_by_what_they_lie_in(depot: Depot):
    loose = depot.items[5]
    places.move(depot.register, loose.id, depot.locations[1].id, now=NOW, agent=AGENT)
    items = transfers.chosen(depot.register, [depot.boxes[0].code, loose.code, loose.code])
    told = [(box.label, box.files, box.pages, box.title) for box in transfers.declared(depot.register, items)]
    assert told == [(depot.boxes[0].code, 3, 9, "archive box"), (depot.locations[1].code, 1, 6, "")]


@pytest.mark.parametrize("why", ["folios missing", "miscounted"])
def test_the_acta_and_the_lists_have_the_folios_that_were_counted_last(depot: Depot, why: str):
    item = depot.items[5]
    way = [
        Asked("out", item.id, depot.persons[0].id, found=Condition(6)),
        Asked("in", item.id, found=Condition(5)),
        Asked("check", item.id, because=(why,)),
        Asked("shelve", item.id),
    ]
    for asked in way:
        loans.act(depot.register, asked, now=NOW, agent=AGENT)
    (box,) = transfers.declared(depot.register, transfers.chosen(depot.register, [item.code]))
    assert box.pages == 5
    (row,) = csv.DictReader(exports.plain(depot.register, [item], Form()))
    assert row["folios"] == "5"
    form = fuid_export.filled(depot.register, [item], Heading()).decode("utf-8-sig")
    (line,) = (line for line in form.splitlines() if item.title in line)
    assert line.split(";")[9] == "5"


def test_what_nobody_counted_is_not_signed_for(depot: Depot):
    (fresh,) = enter(depot.register, [Item("", "", "Nóminas", box=depot.boxes[0].id)])
    with pytest.raises(HoldingsError, match=called(fresh)) as refused:
        opened(depot, depot.items[0].code, called(fresh))
    assert (refused.value.code, refused.value.facts["count"]) == ("U076", "1")
    assert "--uncounted" in refused.value.hint


def test_what_nobody_counted_is_handed_over_as_uncounted_if_that_is_asked_for(depot: Depot):
    (fresh,) = enter(depot.register, [Item("", "", "Nóminas", box=depot.boxes[0].id)])
    batch = opened(depot, depot.boxes[0].code, uncounted=True)
    (box,) = batches.acta_of(depot.catalogue, batch).boxes
    assert (box.files, box.pages, box.uncounted) == (4, 9, 1)
    assert (batch.opening.detail["uncounted"], batch.declared.pages) == (1, 9)
    batch = batches.named(depot.catalogue, batch.number)
    batches.note(depot.catalogue, reconciliation.counted(batch, 1, 4, 40), now=NOW, agent=AGENT)
    batch = batches.named(depot.catalogue, batch.number).beside(batches.acta_of(depot.catalogue, batch))
    assert reconciliation.closed(batch, ["uncounted"]).detail["because_uncounted"] == "yes"
    depot.register.write(transfers.leaving(depot.register, batch), now=NOW, agent=AGENT)
    assert depot.register.state(depot.register.item(called(fresh)).id) == "transferred out"


def test_counts_events_and_items_are_the_same_number(depot: Depot):
    batch = opened(depot, depot.boxes[0].code, depot.items[1].code)
    assert batch.declared.files == 4
    assert {depot.register.state(one.id) for one in depot.items} == {"shelved"}
    drafts = transfers.leaving(depot.register, counted(depot, batch, 3, 1))
    written = depot.register.write(drafts, now=NOW, agent=AGENT)
    gone = [one for one in depot.items if depot.register.state(one.id) == "transferred out"]
    assert len(written) == len(gone) == batch.declared.files
    assert {one.detail["subject"] for one in written} == {one.id for one in gone}
    assert {one.detail["batch"] for one in written} == {batch.id}
    assert all(depot.register.place_of(one.id) is None for one in gone)


def test_while_a_batch_is_open_its_items_are_where_they_were(depot: Depot):
    opened(depot, depot.items[0].code)
    place = depot.register.place_of(depot.items[0].id)
    assert place is not None
    assert place.id == depot.boxes[0].id


def test_an_item_is_in_one_open_batch_at_a_time(depot: Depot):
    item, other = depot.items[0], depot.items[1]
    batch = opened(depot, item.code)
    with pytest.raises(HoldingsError, match=item.code) as refused:
        opened(depot, other.code, item.code)
    assert (refused.value.code, refused.value.facts["number"]) == ("U090", batch.number)
    assert transfers.leaving_with(depot.register) == {item.id: batch.number}
    counting = counted(depot, batch, 0)
    whole = counting.beside(batches.acta_of(depot.catalogue, counting))
    batches.note(depot.catalogue, reconciliation.closed(whole, ["annulled"]), now=NOW, agent=AGENT)
    assert transfers.leaving_with(depot.register) == {}
    opened(depot, other.code, item.code)


def test_a_batch_of_which_another_number_was_counted_takes_nothing_away(depot: Depot):
    batch = opened(depot, depot.boxes[0].code)
    with pytest.raises(HoldingsError) as refused:
        transfers.leaving(depot.register, counted(depot, batch, 2))
    assert (refused.value.code, refused.value.facts["received"], refused.value.facts["declared"]) == (
        "U074", "2", "3",
    )  # fmt: skip


def test_of_a_batch_that_was_annulled_nothing_leaves(depot: Depot):
    batch = opened(depot, depot.boxes[0].code)
    assert transfers.leaving(depot.register, counted(depot, batch, 0)) == []


def test_a_batch_of_papers_without_items_is_closed_as_before(depot: Depot):
    acta = Acta("Ours", "Theirs", date(2026, 3, 2), transfers.declared(depot.register, depot.items))
    batch = batches.open_batch(depot.catalogue, acta, str(uuid.uuid4()), now=NOW, agent=AGENT)
    assert transfers.leaving(depot.register, counted(depot, batch, 3, 3)) == []


def test_what_is_lent_or_missing_or_gone_does_not_leave(depot: Depot):
    one, two, three = depot.items[:3]
    loans.act(depot.register, Asked("out", one.id, depot.persons[0].id), now=NOW, agent=AGENT)
    drafts = [places.missing(depot.register, two.id), places.leaving(depot.register, three.id, "destroyed")]
    depot.register.write(drafts, now=NOW, agent=AGENT)
    for item in (one, two, three):
        with pytest.raises((HoldingsError, NotFoundError), match=item.code):
            transfers.chosen(depot.register, [item.code])


def test_what_was_lent_since_it_was_announced_keeps_the_batch_open(depot: Depot):
    batch = opened(depot, depot.boxes[0].code)
    loans.act(depot.register, Asked("out", depot.items[0].id, depot.persons[0].id), now=NOW, agent=AGENT)
    with pytest.raises(HoldingsError, match=depot.items[0].code):
        transfers.leaving(depot.register, counted(depot, batch, 3))


@pytest.mark.parametrize("empty", [[], ["L-000003D"]])
def test_nothing_is_no_hand_over(depot: Depot, empty: list[str]):
    with pytest.raises(HoldingsError) as refused:
        transfers.chosen(depot.register, empty)
    assert refused.value.code == "U070"
