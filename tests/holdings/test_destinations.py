"""Where the rows of a list go: a list of another archive is taken in whole, and codes are never mixed up."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from depot import AGENT, NOW, Depot, enter, founded, furnish, working

from docscan.archive import ledger
from docscan.errors import HoldingsError
from docscan.holdings import codes, exports, fuid_export, imports
from docscan.holdings.entities import Box, Item, Location
from docscan.holdings.fuid import Heading
from docscan.holdings.imports import Fault, Prepared, Terms
from docscan.holdings.tabular import Form

RECORD = "1e0f7a39-1b0e-4d5c-9a59-0f6a3d3f3c11"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Depot]:
    """Another archive, with a shelf and nothing on it."""
    with working(founded(tmp_path / "other")) as register:
        yield furnish(register, locations=1, boxes=0, items=0, persons=0)


def prepared(depot: Depot, text: str, *, at: str | None = None) -> Prepared:
    place = depot.locations[0].id if at is None else at
    return imports.prepare(depot.register, text.encode(), Terms(place))


def entered(depot: Depot, text: str) -> Prepared:
    found = prepared(depot, text)
    imports.enter(depot.register, found, now=NOW, agent=AGENT)
    return found


def filled(depot: Depot) -> str:
    return fuid_export.filled(depot.register, exports.here(depot.register), Heading()).decode("utf-8-sig")


def plain(depot: Depot) -> str:
    return "".join(exports.plain(depot.register, exports.here(depot.register), Form()))


def shelved(depot: Depot) -> dict[str, str]:
    """The code of the box of each item, by its title."""
    boxes = {box.id: box.code for box in depot.register.entities(Box, "TRUE")}
    return {item.title: boxes.get(item.box, "") for item in depot.register.entities(Item, "TRUE")}


@pytest.mark.parametrize("written", [filled, plain])
def test_a_list_of_another_archive_is_taken_in_with_its_boxes_by_their_codes(
    depot: Depot, other: Depot, written: type[str]
):
    found = entered(other, written(depot))
    assert [box.code for box in found.boxes] == [box.code for box in depot.boxes]
    assert {box.location for box in found.boxes} == {other.locations[0].id}
    assert (found.into, shelved(other)) == ((), shelved(depot))
    assert written(other) == written(depot)
    (anew,) = enter(other.register, [Box("", "", location=other.locations[0].id)])
    assert anew.code not in {box.code for box in found.boxes}  # type: ignore[union-attr]  # a box


def test_a_list_whose_boxes_are_registered_goes_into_them_and_says_which(depot: Depot):
    found = prepared(depot, filled(depot), at="")
    assert (found.faults, found.boxes, found.into) == ((), (), ("B-000001C", "B-000002D"))
    assert [item.box for item in found.items] == [item.box for item in depot.items]


@pytest.mark.parametrize("column", ["Caja", "box"])
def test_a_list_of_which_some_boxes_are_registered_is_refused_with_both_lists(depot: Depot, column: str):
    before = ledger.read_head(depot.archive)
    found = prepared(depot, f"title;{column}\na;B-000001C\nb;B-000007J\nc;B-000008K\n")
    wanted = [Fault(3, "U015", column, "B-000007J"), Fault(4, "U015", column, "B-000008K")]
    assert list(found.faults) == wanted
    with pytest.raises(HoldingsError) as refused:
        imports.enter(depot.register, found, now=NOW, agent=AGENT)
    assert refused.value.code == "U094"
    assert "(B-000001C)" in str(refused.value)
    assert "(B-000007J, B-000008K)" in str(refused.value)
    assert "B-000007J" in refused.value.hint
    assert ledger.read_head(depot.archive) == before


@pytest.mark.parametrize("column", ["Caja", "box"])
def test_boxes_that_are_not_registered_need_a_location(depot: Depot, column: str):
    found = prepared(depot, f"title;{column}\na;B-000007J\n", at="")
    assert found.faults == (Fault(2, "U023", column, "B-000007J"),)


def test_new_codes_keep_clear_of_those_in_the_list(other: Depot):
    text = "code,title,Caja\n,a,7\nF-000001D,b,B-000001C\n,c,8\nF-000003F,d,B-000003E\n"
    found = entered(other, text)
    assert [item.code for item in found.items] == [codes.code("item", at) for at in (4, 1, 5, 3)]
    boxes = {box.code: box.type for box in found.boxes}
    assert boxes == {"B-000001C": "Caja", "B-000003E": "Caja", "B-000004F": "Caja 7", "B-000005G": "Caja 8"}


def test_a_number_of_a_box_counts_where_the_cell_of_its_code_is_empty(other: Depot):
    text = "title;box;Caja\na;;7\nb;B-000001C;7\n"
    entered(other, text)
    assert shelved(other) == {"a": "B-000002D", "b": "B-000001C"}
    assert [row["Caja"] for row in csv.DictReader(plain(other).splitlines())] == ["7", "7"]


def test_items_may_be_parts_of_items_of_the_same_list(other: Depot):
    one, two = entered(other, "parent,code,title\nf-2e,F-000001D,a\n,F-000002E,b\n").items
    assert (one.parent, two.parent) == (two.id, "")
    assert plain(other).splitlines()[1].startswith("F-000001D,a,")
    assert prepared(other, "title;parent\na;F-000009M\n").faults == (Fault(2, "U015", "parent", "F-000009M"),)


def test_places_and_scans_of_another_archive_come_out_as_they_came_until_they_are_known(other: Depot):
    text = f"title,location,record\na,L-000002C,{RECORD}\nb,l-2c,\n"
    found = entered(other, text)
    assert (found.elsewhere, found.unlinked) == (("L-000002C",), (RECORD,))
    assert [(item.location, item.record) for item in found.items] == [(other.locations[0].id, "")] * 2
    rows = list(csv.DictReader(plain(other).splitlines()))
    assert [(row["location"], row["record"]) for row in rows] == [("L-000002C", RECORD), ("l-2c", "")]
    enter(other.register, [Location("", "", other.site.id)])  # which is L-000002C, and another
    rows = list(csv.DictReader(plain(other).splitlines()))
    assert [row["location"] for row in rows] == ["L-000001B"] * 2


@pytest.mark.parametrize(("column", "kind"), [("Caja", "box"), ("box", "box"), ("code", "item")])
def test_a_code_after_which_few_are_left_is_refused(other: Depot, column: str, kind: codes.Kind):
    most, over = codes.code(kind, 99_999_999), codes.code(kind, 100_000_000)
    found = prepared(other, f"title;{column}\na;{most}\nb;{over}\n")
    assert found.faults == (Fault(3, "U026", "", over),)
    entered(other, f"title;{column}\na;{most}\nb;\n")
    (anew,) = enter(other.register, [Item("", "", "c", location=other.locations[0].id)])
    assert codes.parsed(anew.code) is not None  # type: ignore[union-attr]  # an item
