"""What does not fit is passed over: of a later docscan, or of somebody who can write the ledger."""

import json
import uuid
from pathlib import Path

import pytest
from depot import AGENT, NOW, Depot, enter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docscan.archive import ledger, papers
from docscan.archive.event import Draft
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError
from docscan.holdings import codes, originals, projection, rows, tables
from docscan.holdings import register as registers
from docscan.holdings.entities import Item

NOBODY = str(uuid.uuid4())
WORDS = st.sampled_from(
    [
        "move",
        "missing",
        "found",
        "destroyed",
        "request",
        "out",
        "item",
        "box",
        "location",
        "person",
        "register",
    ]
)

KEYS = (
    "act", "subject", "kind", "to", "place", "loan", "item", "person", "due", "rows", "stocktake", "level",
    "ladder",
)  # fmt: skip


def said(depot: Depot) -> list[str]:
    """What the projection says, but for how far it is."""
    return dump(tables.path_of(depot.archive), tables.TABLES).splitlines()[:-1]


def told(depot: Depot, draft: Draft) -> None:
    """Written past the rules."""
    depot.catalogue.apply(ledger.append(depot.archive, draft, now=NOW, agent=AGENT))
    depot.register.catch_up()


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"act": "move"},
        {"act": "move", "subject": NOBODY, "kind": "item", "to": NOBODY, "place": "box"},
        {"act": "move", "subject": "ITEM", "kind": "item", "to": NOBODY, "place": "box"},
        {"act": "move", "subject": "ITEM", "kind": "item", "to": "BOX", "place": "location"},
        {"act": "move", "subject": "ITEM", "kind": "item", "to": "BOX", "place": "sqlite_master"},
        {"act": "move", "subject": "BOX", "kind": "box", "to": "BOX", "place": "box"},
        {"act": "move", "subject": "ITEM", "kind": "person", "to": "BOX", "place": "box"},
        {"act": "vanish", "subject": "ITEM", "kind": "item"},
        {"act": 7, "subject": 2**52, "kind": -1},
    ],
)
def test_a_move_that_cannot_be_is_passed_over(depot: Depot, detail: dict[str, str | int]):
    before = said(depot)
    names = {"ITEM": depot.items[0].id, "BOX": depot.boxes[0].id}
    detail = {key: names.get(str(value), value) for key, value in detail.items()}
    told(depot, Draft(projection.MOVED, detail=detail))
    assert said(depot) == before


def test_a_redaction_of_what_nobody_can_ask_to_be_forgotten_is_passed_over(depot: Depot):
    before = said(depot)
    told(depot, Draft(projection.REDACTED, detail={"subject": depot.boxes[0].id, "kind": "box"}))
    told(depot, Draft(projection.REDACTED, detail={"subject": NOBODY, "kind": "person"}))
    told(depot, Draft(projection.REDACTED))
    assert said(depot) == before


def test_an_event_that_failed_or_is_about_a_record_moves_nothing(depot: Depot):
    before = said(depot)
    detail = {"act": "missing", "subject": depot.items[0].id, "kind": "item"}
    told(depot, Draft(projection.MOVED, "fail", detail=detail))
    told(depot, Draft(projection.MOVED, object=NOBODY, detail=detail))
    assert said(depot) == before


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_the_ledger_says_the_register_can_be_made_of_it(depot: Depot, data: st.DataObject):
    ids = [NOBODY, *(one.id for one in (*depot.items, *depot.boxes, *depot.locations, *depot.persons))]
    values = WORDS | st.sampled_from(ids) | st.integers(-(2**52), 2**52) | st.just("2026-02-30")
    keys = st.sampled_from(KEYS)
    type_ = data.draw(st.sampled_from(sorted(projection.types())))
    told(depot, Draft(type_, detail=data.draw(st.dictionaries(keys, values, max_size=8))))


def test_and_made_again_alike(depot: Depot):
    told(depot, Draft("loan", detail={"act": "out"}))
    before = said(depot)
    registers.rebuild(depot.archive)
    assert said(depot) == before


def file_sheet(depot: Depot, data: bytes, act: str = "register") -> None:
    draft = Draft(projection.REGISTERED, detail={"act": act, "rows": data.count(b"\n")})
    papers.file(depot.catalogue, draft, {f"holdings/{uuid.uuid4()}.jsonl": data}, now=NOW, agent=AGENT)
    depot.register.catch_up()


def test_of_a_sheet_with_rows_that_do_not_fit_the_others_are_taken(depot: Depot):
    new = Item(str(uuid.uuid4()), codes.code("item", 99), "Akte", box=depot.boxes[0].id)
    lines = [
        rows.row(depot.items[0]),
        b"no row\n",
        json.dumps({"kind": "shelf"}).encode() + b"\n",
        rows.row(new),
    ]
    file_sheet(depot, b"".join(lines))
    assert depot.register.item(new.code) == new
    assert len(list(depot.register.entities(Item, "TRUE"))) == 7


def test_an_item_in_a_box_there_is_not_has_no_place(depot: Depot):
    new = Item(str(uuid.uuid4()), codes.code("item", 99), "Akte", box=NOBODY)
    file_sheet(depot, rows.row(new))
    assert depot.register.place_of(new.id) is None
    assert depot.register.state(new.id) == "shelved"


def test_a_change_of_what_is_not_registered_changes_nothing(depot: Depot):
    before = said(depot)
    file_sheet(depot, rows.row(Item(NOBODY, codes.code("item", 1), "Akte")), act="change")
    assert said(depot) == before


def test_a_sheet_that_was_altered_is_not_believed(depot: Depot):
    (path,) = [one for one in (depot.archive.root / "holdings").iterdir() if b'"item"' in one.read_bytes()]
    path.write_bytes(path.read_bytes().replace(b"Mu\xc3\xb1oz 0", b"L\xc3\xb3pez 0"))
    registers.rebuild(depot.archive)
    with registers.open_register(depot.catalogue) as register:
        assert list(register.entities(Item, "TRUE")) == []
        assert len(list(register.rows("SELECT 1 FROM box"))) == 2


def test_while_a_sheet_is_lost_nothing_is_registered_and_no_code_given_twice(depot: Depot):
    (last,) = depot_sheets(depot, enter(depot.register, [Item("", "", "Akte", box=depot.boxes[0].id)])[0].id)
    kept = last.rename(depot.archive.root / "kept.jsonl")
    (lost,) = registers.rebuild(depot.archive)
    assert (lost.code, lost.facts["path"]) == ("G124", f"holdings/{last.name}")
    with registers.open_register(depot.catalogue) as register:
        with pytest.raises(HoldingsError, match="falta o fue alterada"):
            enter(register, [Item("", "", "Otra", box=depot.boxes[0].id)])
        with pytest.raises(HoldingsError):
            originals.expect_back(register, [])
        assert not list(register.rows("SELECT 1 FROM placement WHERE subject NOT IN (SELECT id FROM item"
                                      " UNION SELECT id FROM box)"))  # fmt: skip
    kept.rename(last)
    assert registers.rebuild(depot.archive) == ()
    with registers.open_register(depot.catalogue) as register:
        assert [one.title for one in register.entities(Item, "TRUE")][-1] == "Akte"
        assert enter(register, [Item("", "", "Otra", box=depot.boxes[0].id)])[0] == register.item("F-000008L")


def depot_sheets(depot: Depot, named: str) -> list[Path]:
    return [one for one in (depot.archive.root / "holdings").iterdir() if named in one.read_text()]


def test_a_new_row_with_the_code_of_another_gets_no_place_and_is_named(depot: Depot):
    twin = Item(str(uuid.uuid4()), depot.items[0].code, "Akte", box=depot.boxes[1].id)
    file_sheet(depot, rows.row(twin))
    assert depot.register.place_of(twin.id) is None
    assert depot.register.left_out("row") == [twin.code]
    assert [one.code for one in registers.rebuild(depot.archive)] == ["G126"]
