"""Stocktakes from the command line."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from depot import AGENT, NOW, Depot, founded, furnish, working

from docscan.holdings import loans
from docscan.holdings.loans import Asked

Program = Callable[..., tuple[int, str, str]]


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    """Six items in two boxes on the first of three locations; the last item is lent."""
    with working(founded(tmp_path / "archive")) as register:
        depot = furnish(register)
        asked = Asked("out", depot.items[5].id, depot.persons[0].id)
        loans.act(register, asked, now=NOW, agent=AGENT)
        return depot


@pytest.fixture
def stocktake(call: Program, depot: Depot) -> Callable[..., tuple[int, str, str]]:
    return lambda *words: call("-A", depot.archive.root, "stocktake", *words)


def scanned(stocktake: Program, depot: Depot) -> str:
    """A stocktake of the first location: one item was seen in the wrong box, one was not seen."""
    place = depot.locations[0].code
    first, second = ([one.code for one in depot.items[at::2]] for at in (0, 1))
    assert stocktake("start", place) == (0, f"{place}\n", "")
    boxes = [box.code for box in depot.boxes]
    code, _, said = stocktake("scan", place, boxes[0], *first[:2], second[0], boxes[1], second[1])
    assert (code, said) == (0, "6 scanned.\n")
    return place


def test_what_is_not_as_registered_is_shown_in_each_form(stocktake: Program, depot: Depot):
    place = scanned(stocktake, depot)
    wrong = [(depot.items[1], "misplaced"), (depot.items[4], "missing"), (depot.items[5], "away")]
    expected = [(item.code, finding) for item, finding in wrong]
    _, out, said = stocktake("show", place, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["item"], row["finding"]) for row in rows] == expected
    assert (rows[0]["seen"], rows[0]["box"]) == (depot.boxes[0].code, depot.boxes[1].code)
    assert (rows[2]["person"], rows[2]["state"]) == (depot.persons[0].code, "on loan")
    assert place in said
    _, out, _ = stocktake("show", place, "--csv")
    assert [(row["item"], row["finding"]) for row in csv.DictReader(out.splitlines())] == expected
    assert len(stocktake("show", place, "--all", "--json")[1].splitlines()) == 8, "six items and two boxes"


def test_a_close_says_what_is_missing_once_that_is_confirmed(
    stocktake: Program, call: Program, depot: Depot, monkeypatch: pytest.MonkeyPatch
):
    place, asked = scanned(stocktake, depot), []
    answers = iter([False, True])
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text) or next(answers))
    code, out, said = stocktake("close", place)
    assert (code, out, f"docscan stocktake close {place} --cancel" in said) == (1, "", True)
    code, out, _ = stocktake("close", place, "--json")
    assert (code, len(asked)) == (0, 2)
    assert [json.loads(line)["finding"] for line in out.splitlines()] == ["misplaced", "missing", "away"]
    _, out, _ = call("-A", depot.archive.root, "where", depot.items[4].code, "--json")
    assert json.loads(out)["state"] == "missing"
    assert stocktake("close", place, "--yes")[0] == 6, "it is over"
    (listed,) = stocktake("list", "--closed", "--json")[1].splitlines()
    assert json.loads(listed)["place"] == place
    assert stocktake("list", "--json")[1] == ""


def test_a_close_of_what_nobody_scanned_is_refused_before_it_asks(
    stocktake: Program, depot: Depot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("click.confirm", lambda *_, **__: pytest.fail("it asks"))
    place = depot.boxes[0].code
    stocktake("start", place)
    code, _, err = stocktake("close", place)
    assert (code, f"docscan stocktake close {place} --cancel" in err) == (6, True)
    assert stocktake("scan", depot.locations[0].code, *(box.code for box in depot.boxes))[0] == 6
    stocktake("start", depot.locations[0].code)
    said = stocktake("scan", depot.locations[0].code, *(box.code for box in depot.boxes))[2]
    assert said == "2 scanned.\n"
    assert "2" in stocktake("show", depot.locations[0].code)[2].partition(",")[0].partition(":")[2]


def test_a_stocktake_that_is_given_up_makes_nothing_missing(stocktake: Program, call: Program, depot: Depot):
    place = scanned(stocktake, depot)
    assert stocktake("close", place, "--cancel") == (0, "", "")
    _, out, _ = call("-A", depot.archive.root, "where", depot.items[4].code, "--json")
    assert json.loads(out)["state"] == "shelved"


def test_codes_that_are_none_of_what_is_counted_are_named_and_the_others_taken(
    stocktake: Program, depot: Depot
):
    place, elsewhere, items = depot.locations[0].code, depot.locations[1].code, depot.items
    stocktake("start", place)
    words = [place, items[0].code, depot.persons[0].code, items[1].code, "F-000099Q", items[2].code]
    words += [elsewhere, items[3].code, "nonsense", items[4].code, depot.boxes[1].code, items[3].code]
    code, _, said = stocktake("scan", *words)
    counted, *foreign = said.splitlines()
    assert (code, counted) == (1, "4 scanned.")
    assert [one.partition(":")[0] for one in foreign] == [
        *(depot.persons[0].code, "F-000099Q", elsewhere, items[3].code, "nonsense", items[4].code)
    ]
    assert all(len(one.split(". ")) > 1 for one in foreign), "each with its way out"
    assert stocktake("scan", items[0].code, items[0].code)[0] == 2
    assert stocktake("scan", "--in", place, items[0].code)[0] == 1


def test_a_site_is_counted_by_its_name(stocktake: Program, depot: Depot):
    assert stocktake("start", depot.site.name)[0] == 0
    words = (depot.site.name, depot.boxes[0].code, depot.items[0].code)
    for asked in (words, ("--in", *words)):
        code, _, said = stocktake("scan", *asked)
        assert (code, said) == (0, "1 scanned.\n")
    shown = map(json.loads, stocktake("show", depot.site.name, "--json")[1].splitlines())
    found = sorted((one["finding"], one["item"][0]) for one in shown)
    assert found == [("away", "F"), ("missing", "B"), *[("missing", "F")] * 4]
