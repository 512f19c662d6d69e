"""Records are found by what became of their paper."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from depot import AGENT, NOW, Depot, enter, founded, furnish, merge, working
from lending import lent

from docscan.cli.querying import understood
from docscan.errors import HoldingsError
from docscan.holdings import originals, places, records
from docscan.search.plan import All, Among
from tests.archive.conftest import file_one, object_id

RECORDS = [object_id(number) for number in range(1, 4)]
STATES = ("has:paper", "has:loan", "is:on-loan", "is:overdue", "is:missing")


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    """Of six items, the first is lent, the second missing, and the first three name a record each."""
    with working(founded(tmp_path / "archive")) as register:
        found = furnish(register)
        for number in range(1, 4):
            file_one(found.archive, found.catalogue, number)
        lent(found, found.items[:1], found.persons[0])
        register.write([places.missing(register, found.items[1].id)], now=NOW, agent=AGENT)
        named = [replace(item, record=one) for item, one in zip(found.items, RECORDS, strict=False)]
        enter(register, [replace(named[0], client="Nord"), *named[1:]], act="change")
        enter(register, [replace(found.boxes[1], client="Süd")], act="change")
        yield found


def test_each_state_has_the_records_of_the_items_that_are_in_it(depot: Depot) -> None:
    today, later = NOW.date(), NOW.date() + timedelta(days=400)
    assert records.in_states(depot.register, [*STATES, "is:due"], today) == {
        "has:paper": set(RECORDS),
        "has:loan": {RECORDS[0]},
        "is:on-loan": {RECORDS[0]},
        "is:overdue": frozenset(),
        "is:missing": {RECORDS[1]},
    }
    assert records.in_states(depot.register, ["is:overdue"], later) == {"is:overdue": {RECORDS[0]}}


def test_a_records_client_is_the_items_own_or_that_of_its_box(depot: Depot) -> None:
    assert records.clients(depot.register) == {"Nord": {RECORDS[0]}, "Süd": {RECORDS[1]}}


def test_the_paper_of_a_scan_that_was_merged_is_that_of_the_record_with_its_pages(depot: Depot) -> None:
    other = str(file_one(depot.archive, depot.catalogue, 4).id)
    merge(depot, RECORDS[0], other)
    found = records.in_states(depot.register, STATES, NOW.date() + timedelta(days=400))
    assert found["is:on-loan"] == found["is:overdue"] == found["has:loan"] == {other}
    assert found["has:paper"] == {other, *RECORDS[1:]}
    assert records.clients(depot.register)["Nord"] == {other}
    paper = [(one.record, one.found.code) for one in originals.of(depot.register, [other])]
    assert paper == [(other, depot.items[0].code)]
    with pytest.raises(HoldingsError) as lent_out:
        originals.expect_back(depot.register, [other])
    assert lent_out.value.code == "G110"


def test_a_query_for_paper_is_asked_of_the_register(depot: Depot) -> None:
    asked = understood(depot.catalogue, "is:on-loan -is:missing", NOW.date())
    (plan,) = asked.tiers
    assert isinstance(plan, All)
    assert plan.plans[0] == Among(frozenset({RECORDS[0]}))
    (plan,) = understood(depot.catalogue, "client:sud", NOW.date()).tiers
    assert Among(frozenset({RECORDS[1]})) in getattr(plan, "plans", ())
