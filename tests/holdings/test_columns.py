"""What the cells of a list of holdings mean."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docscan.holdings import columns
from docscan.holdings.columns import PLAIN
from docscan.holdings.entities import Item

DAYS = st.dates(date(1500, 1, 1), date(2100, 12, 31))


@given(DAYS, st.sampled_from("-/."))
def test_a_day_is_the_same_from_either_end(day: date, between: str):
    iso, ours = f"%Y{between}%m{between}%d", f"%d{between}%m{between}%Y"
    for written in (iso, ours):
        assert columns.value("date_from", day.strftime(written)) == day.isoformat()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1998", "1998"), ("05/1998", "1998-05"), ("1998-5", "1998-05"), (" 7/5/1998 ", "1998-05-07"),
        ("s.f.", ""), ("S/F", ""), ("s. f.", ""), ("sf", ""), ("s.d.", ""), ("", ""),
    ],
)  # fmt: skip
def test_dates_are_read_as_lists_write_them(cell: str, said: str):
    assert columns.value("date_to", cell) == said


@pytest.mark.parametrize("cell", ["31/02/1998", "1998-13", "98", "17/05/98", "mayo", "0000", "1998-05-17x"])
def test_what_is_no_date_is_refused(cell: str):
    with pytest.raises(ValueError, match=r"."):
        columns.value("date_from", cell)


@pytest.mark.parametrize(
    ("cell", "folios"),
    [
        ("204", 204), ("1-204", 204), ("1 a 204", 204), ("1–204", 204), ("205-410", 206), ("", 0), ("0", 0),
        ("37 folios", 37), ("1-100, 105-110", 106), ("12 fl.", 12), ("7 y 8", 15),
    ],
)  # fmt: skip
def test_folios_are_numbers_and_ranges(cell: str, folios: int):
    assert columns.value("folios", cell) == folios


@pytest.mark.parametrize("cell", ["204-1", "-3", "viele", "1,5x", "1-2-3", "1.200", "y", ",", "1,"])
def test_what_is_no_count_of_folios_is_refused(cell: str):
    with pytest.raises(ValueError, match=r"."):
        columns.value("folios", cell)


def test_a_code_is_read_as_it_was_meant_and_of_an_item_only():
    assert columns.value("code", " f-1d ") == "F-000001D"
    for cell in ("B-000001C", "F-000001E", "1"):
        with pytest.raises(ValueError, match=r"."):
            columns.value("code", cell)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Nombre de las Series, Subseries o Asuntos", "title"), ("N° DE FOLIOS", "folios"),
        ("Nº de folios", "folios"), ("  FECHA\n INICIAL ", "date_from"), ("Código", "series_code"),
        ("Soporte", "medium"), ("Tytuł", "title"), ("Träger", "medium"), ("date_to", "date_to"),
        ("Notas", ""), ("", ""),
    ],
)  # fmt: skip
def test_headings_are_known_whatever_their_accents_and_capitals(heading: str, field: str):
    assert columns.fields_of([heading]) == [field]


def test_of_two_columns_for_one_field_the_first_says_it():
    assert columns.fields_of(["title", "Título", "folios"]) == ["title", "", "folios"]


def test_every_field_of_a_plain_list_is_one_of_an_item_and_none_is_left_out():
    assert set(PLAIN) == set(Item.__slots__) - {"id", "extra"}
    assert columns.fields_of(PLAIN) == list(PLAIN)


def test_columns_get_names_of_which_no_two_are_alike():
    assert columns.named_once(["Notas", "", " Notas ", ""]) == ("Notas", "column 2", "Notas (3)", "column 4")


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "", "column 2", " a"]), max_size=6))
@example(["a", "a (3)", "a"])
def test_no_two_columns_have_one_name(cells: list[str]):
    found = columns.named_once(cells)
    assert len(set(found)) == len(cells)
