"""Entities survive their sheets, and what is no row is passed over."""

import json
import string
import uuid
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from docscan.holdings import codes, rows
from docscan.holdings.entities import (
    KINDS,
    PERSONAL,
    TYPES,
    USES,
    Entity,
    Item,
    Kind,
    Person,
    blanked,
    defaults,
    faults,
    first_place,
    kind_of,
)
from docscan.messages import LANGUAGES

IDS = st.builds(lambda number: str(uuid.UUID(int=number, version=4)), st.integers(0, 2**128 - 1))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
DAYS = st.sampled_from(["", "1998", "1998-05", "1998-05-17", "2024-02-29"])
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "id": IDS,
    "site": IDS,
    "box": IDS | st.just(""),
    "location": IDS | st.just(""),
    "parent": IDS | st.just(""),
    "record": IDS | st.just(""),
    "date_from": DAYS,
    "date_to": DAYS,
    "country": st.sampled_from(["", "ES", "PL", "CO"]),
    "region": st.sampled_from(["", "MD", "BY"]),
    "email": st.sampled_from(["", "ana@example.org", "łucja@example.org"]),
    "use": st.sampled_from(USES),
    "language": st.sampled_from(["", *LANGUAGES]),
    "extra": st.dictionaries(TEXTS, TEXTS, max_size=4),
}


@st.composite
def entities(draw: st.DrawFn, kinds: tuple[Kind, ...] = KINDS) -> Entity:
    kind = draw(st.sampled_from(kinds))
    told: dict[str, Any] = {}
    for name, default in defaults(kind).items():
        if name == "code":
            told[name] = codes.code(kind, draw(st.integers(1, 10**9 - 1)))  # type: ignore[arg-type]  # sites have none
        elif name in SPECIAL:
            told[name] = draw(SPECIAL[name])
        else:
            told[name] = draw(st.integers(0, 1000) if type(default) is int else TEXTS)
    return TYPES[kind](**told)


@given(entities())
def test_a_row_is_canonical_json_and_says_the_whole_entity(entity: Entity):
    line = rows.row(entity)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert rfc8785.dumps(json.loads(line)) + b"\n" == line
    assert list(rows.entities(line)) == [entity]
    assert not any(faults(entity))


@given(st.lists(entities(), max_size=8))
def test_a_sheet_has_a_line_for_each_in_their_order(some: list[Entity]):
    data = b"".join(rows.sheets(map(rows.row, some)))
    assert list(rows.entities(data)) == some
    assert all(rfc8785.dumps(json.loads(line)) == line for line in data.splitlines() if line)


def test_a_sheet_has_so_many_rows_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rows, "SHEET_ROWS", 10)
    item = Item(str(uuid.uuid4()), codes.code("item", 1), "Akte")
    assert [data.count(b'"item"') for data in rows.sheets([rows.row(item)] * 25)] == [10, 10, 5]


def test_a_sheet_has_so_many_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch):
    item = Item(str(uuid.uuid4()), codes.code("item", 1), "Akte")
    monkeypatch.setattr(rows, "SHEET_BYTES", 2 * len(rows.row(item)))
    assert [data.count(b'"item"') for data in rows.sheets([rows.row(item)] * 5)] == [2, 2, 1]


def test_two_sheets_that_say_the_same_have_digests_that_tell_nothing():
    line = rows.row(Item(str(uuid.uuid4()), codes.code("item", 1), "Akte"))
    ((one,), (two,)) = rows.sheets([line]), rows.sheets([line])
    assert one != two
    assert len(one) == len(two) == len(line) + len(rows.salt())


def test_a_row_longer_than_twenty_pages_is_refused():
    item = Item(str(uuid.uuid4()), codes.code("item", 1), "Akte", extra={"notes": "x" * rows.ROW_BYTES})
    with pytest.raises(ValueError, match="too long"):
        rows.row(item)


@given(st.binary(max_size=200))
def test_what_is_no_row_is_passed_over(data: bytes):
    assert list(rows.entities(data)) == []


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "shelf", "id": "x"},
        {"id": "x"},
        {"kind": "person", "id": "x", "code": "P-000012R", "name": "Ana"},
        {"kind": "person", "id": str(uuid.uuid4()), "code": "P-000012A", "name": "Ana"},
        {"kind": "person", "id": str(uuid.uuid4()), "code": "P-000012R", "name": "Ana", "friend": "Eva"},
        {"kind": "person", "id": str(uuid.uuid4()), "code": "P-000012R", "name": 7},
        {"kind": "person", "id": str(uuid.uuid4()), "code": "P-12R", "name": "Ana"},
        {"kind": "item", "id": str(uuid.uuid4()), "code": "F-000012Q", "title": "a", "folios": True},
        {"kind": "item", "id": str(uuid.uuid4()), "code": "F-000012Q", "title": "a", "folios": -1},
        {"kind": "item", "id": str(uuid.uuid4()), "code": "F-000012Q", "title": "a", "folios": 2.0},
        {"kind": "item", "id": str(uuid.uuid4()), "code": "F-000012Q", "title": "a", "extra": ["x"]},
        {"kind": "item", "id": str(uuid.uuid4()), "code": "F-000012Q", "title": "a", "date_from": "1998-13"},
        {"kind": ["item"], "id": str(uuid.uuid4())},
    ],
)
def test_so_is_a_row_that_docscan_does_not_write(line: dict[str, Any]):
    assert list(rows.entities(json.dumps(line).encode())) == []


@given(entities(("person", "item")))
def test_what_was_forgotten_keeps_all_but_what_is_personal(entity: Entity):
    assert isinstance(entity, Person | Item)
    left = blanked(entity)
    for name in defaults(kind_of(entity)):
        if name in PERSONAL[kind_of(entity)]:
            assert not getattr(left, name)
        else:
            assert getattr(left, name) == getattr(entity, name)
    assert list(rows.entities(rows.row(left))) == [left]


@given(entities())
def test_each_kind_of_damage_to_a_text_is_a_fault(entity: Entity):
    for name in defaults(kind_of(entity)):
        if isinstance(getattr(entity, name), str):
            assert name in list(faults(replace(entity, **{name: "\ud800"})))
            assert name in list(faults(replace(entity, **{name: None})))


@given(entities())
def test_a_place_is_a_box_before_it_is_a_location(entity: Entity):
    place = first_place(entity)
    if isinstance(entity, Item) and entity.box:
        assert place == ("box", entity.box)
    assert place is None or kind_of(entity) in ("box", "item")


def test_the_letters_of_a_check_are_no_digits():
    assert set(codes.CHECK) < set(string.ascii_uppercase)
    assert not set(codes.CHECK) & set("IOY")
