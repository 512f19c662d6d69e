"""The scan of an item is not taken away to get round a rule."""

import json
import uuid
from contextlib import nullcontext
from dataclasses import replace

import pytest
from depot import AGENT, NOW, Depot, enter, merge

from docscan.archive import access, papers
from docscan.archive.event import Draft
from docscan.archive.keeping import holds
from docscan.errors import AccessError, HoldingsError
from docscan.holdings import loans, scans, sheets
from docscan.holdings.entities import Item
from docscan.holdings.loans import Asked
from tests.archive.conftest import file_one


@pytest.fixture
def linked(depot: Depot) -> Item:
    record = str(file_one(depot.archive, depot.catalogue, 1).id)
    item = replace(depot.items[0], record=record)
    enter(depot.register, [item], act="link")
    return item


def propose(depot: Depot, record: str) -> str:
    """Propose a record for destruction; the UUID of the proposal."""
    name = str(uuid.uuid4())
    told = {"format": "docscan.proposal/1", "proposal": name, "rows": [[record, 1, "x", 1, "2026-01-01"]]}
    data = json.dumps(told, separators=(",", ":"), sort_keys=True).encode() + b"\n"
    draft = Draft("appraisal", "pending", detail={"proposal": name, "objects": 1}, role="requester")
    papers.file(depot.catalogue, draft, {f"custody/{name}/proposal.json": data}, now=NOW, agent=AGENT)
    return name


def unlinking(depot: Depot, item: Item, act: str = "link") -> str:
    """The code of the refusal."""
    with pytest.raises(HoldingsError) as error:
        enter(depot.register, [replace(item, record="")], act=act)
    assert error.value.hint
    return error.value.code


def test_a_clerk_names_a_scan_and_takes_none_away(depot: Depot):
    record, other = (str(file_one(depot.archive, depot.catalogue, n).id) for n in (1, 2))
    access.change(depot.catalogue, AGENT, ["administrator"], now=NOW, agent=AGENT)
    access.change(depot.catalogue, "clerk", ["clerk"], now=NOW, agent=AGENT)

    def say(scan: str, act: str, agent: str) -> None:
        row = replace(depot.items[0], title="Actas", record=scan)
        sheets.enter(depot.register, [row], now=NOW, agent=agent, act=act)

    say(record, "link", "clerk")
    say(record, "change", "clerk")
    for scan, act in (("", "link"), ("", "change"), (other, "link")):
        with pytest.raises(AccessError):
            say(scan, act, "clerk")
    assert depot.register.item(depot.items[0].id).record == record
    say(other, "link", AGENT)
    say("", "change", AGENT)


def test_what_is_lent_keeps_its_scan(depot: Depot, linked: Item):
    authoriser = depot.persons[1].code
    asked = Asked("out", linked.code, depot.persons[0].code, insisted="audit", authoriser=authoriser)
    loans.act(depot.register, asked, now=NOW, agent=AGENT)
    assert (unlinking(depot, linked), unlinking(depot, linked, "change")) == ("G128", "G128")
    enter(depot.register, [replace(linked, title="Actas")], act="change")


def test_what_has_a_held_scan_keeps_it(depot: Depot, linked: Item):
    hold = holds.place(depot.catalogue, [linked.record], "litigation", now=NOW, agent=AGENT)
    assert unlinking(depot, linked) == "G130"
    holds.release(depot.catalogue, hold, now=NOW, agent=AGENT)
    enter(depot.register, [replace(linked, record="")], act="link")


def test_a_scan_that_was_merged_is_kept_and_may_be_named_by_the_record_that_has_its_pages(
    depot: Depot, linked: Item
):
    other = str(file_one(depot.archive, depot.catalogue, 2).id)
    merge(depot, linked.record, other)
    access.change(depot.catalogue, AGENT, ["administrator"], now=NOW, agent=AGENT)
    access.change(depot.catalogue, "clerk", ["clerk"], now=NOW, agent=AGENT)
    for scan, fits in (("", False), (other, True)):
        with nullcontext() if fits else pytest.raises(AccessError):
            row = replace(linked, record=scan)
            sheets.enter(depot.register, [row], now=NOW, agent="clerk", act="link")
    assert depot.register.item(linked.id).record == other


def test_a_proposal_for_the_record_that_a_scan_was_merged_with_keeps_it(depot: Depot, linked: Item):
    other = str(file_one(depot.archive, depot.catalogue, 2).id)
    merge(depot, linked.record, other)
    propose(depot, other)
    assert unlinking(depot, linked) == "G130"


def test_the_scan_of_an_item_is_rejected_by_who_may_authorise(depot: Depot, linked: Item):
    alone, other = (str(file_one(depot.archive, depot.catalogue, n).id) for n in (2, 3))
    merge(depot, linked.record, other)
    access.change(depot.catalogue, AGENT, ["administrator"], now=NOW, agent=AGENT)
    access.change(depot.catalogue, "sees", ["reviewer"], now=NOW, agent=AGENT)
    for record in (linked.record, other):
        with pytest.raises(HoldingsError, match=linked.code) as refused:
            scans.expect_rejectable(depot.catalogue, record, "sees")
        assert (refused.value.code, "archivist" in refused.value.hint) == ("G148", True)
        scans.expect_rejectable(depot.catalogue, record, AGENT)
    scans.expect_rejectable(depot.catalogue, alone, "sees")


def test_a_scan_that_is_proposed_for_destruction_is_kept_until_that_is_rejected(depot: Depot, linked: Item):
    name = propose(depot, linked.record)
    assert unlinking(depot, linked) == "G130"
    draft = Draft("appraisal", "cancelled", detail={"proposal": name, "objects": 1}, role="authorizer")
    depot.register.write([draft], now=NOW, agent=AGENT)
    enter(depot.register, [replace(linked, record="")], act="link")
