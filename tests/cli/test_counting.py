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
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text))
    code, out, _ = stocktake("close", place, "--json")
    assert (code, len(asked)) == (0, 1)
    assert [json.loads(line)["finding"] for line in out.splitlines()] == ["misplaced", "missing", "away"]
    _, out, _ = call("-A", depot.archive.root, "where", depot.items[4].code, "--json")
    assert json.loads(out)["state"] == "missing"
    assert stocktake("close", place, "--yes")[0] == 6, "it is over"
    (listed,) = stocktake("list", "--closed", "--json")[1].splitlines()
    assert json.loads(listed)["place"] == place
    assert stocktake("list", "--json")[1] == ""


def test_a_stocktake_that_is_given_up_makes_nothing_missing(stocktake: Program, call: Program, depot: Depot):
    place = scanned(stocktake, depot)
    assert stocktake("close", place, "--cancel") == (0, "", "")
    _, out, _ = call("-A", depot.archive.root, "where", depot.items[4].code, "--json")
    assert json.loads(out)["state"] == "shelved"


@pytest.mark.parametrize("what", ["a person", "an item first", "a place elsewhere", "an item as the place"])
def test_scans_that_make_no_sense_are_refused_whole(stocktake: Program, depot: Depot, what: str):
    place, item = depot.locations[0].code, depot.items[0].code
    stocktake("start", place)
    words, code = {
        "a person": ((place, item, depot.persons[0].code), 2),
        "an item first": (("--in", place, item), 6),
        "a place elsewhere": ((place, item, depot.locations[1].code), 6),
        "an item as the place": ((item, item), 2),
    }[what]
    assert stocktake("scan", *words)[0] == code
    assert stocktake("close", place, "--yes")[0] == 6, "nothing was scanned"


def test_a_site_is_counted_by_its_name(stocktake: Program, depot: Depot):
    assert stocktake("start", depot.site.name)[0] == 0
    words = ("--in", depot.site.name, depot.boxes[0].code, depot.items[0].code)
    assert stocktake("scan", *words)[2] == "1 scanned.\n"
    findings = [
        json.loads(line)["finding"] for line in stocktake("show", depot.site.name, "--json")[1].splitlines()
    ]
    assert sorted(findings) == ["away", "missing", "missing", "missing", "missing"]
