"""Where a value stands, told by what stands near it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.extraction import spots
from docscan.extraction.spots import Spot
from docscan.model import Page
from docscan.places import Box

Typed = Callable[..., Page]

share = st.floats(0, 1, allow_nan=False)
lines = st.floats(0, 60, allow_nan=False)
word = st.sampled_from(["", "vorgang", "rechnungsnr", "rechnungsnummer", "total"])
spot = st.builds(
    Spot,
    st.sampled_from(["first", "last", "any"]),
    st.booleans(),
    word,
    lines,
    word,
    lines,
    share,
    share,
    share,
)


def at(typed: Typed, text: str, value: str) -> Spot:
    paper = spots.paper_of([typed(text)])
    return next(spot for spot, item in paper.standing("number") if item.value == value)


@given(spot, spot)
def test_two_places_are_as_like_as_the_other_way_round(one: Spot, other: Spot):
    assert spots.likeness(one, other) == spots.likeness(other, one)
    assert 0 <= spots.likeness(one, other) <= 1


@given(spot)
def test_a_place_is_like_itself(one: Spot):
    assert spots.likeness(one, one) >= spots.PLACED


def test_words_beside_a_value_tell_its_place_wherever_it_stands(typed: Typed):
    one = at(typed, "Vorgang: A-17", "A-17")
    other = at(typed, "\n\n\n        Vorgang: B-2026/99", "B-2026/99")
    assert one.beside == other.beside == "vorgang"
    assert spots.likeness(one, other) > spots.PLACED


def test_words_over_a_value_tell_its_place(typed: Typed):
    one = at(typed, "Datum       Vorgang\n1.2.2026    A-17", "A-17")
    other = at(typed, "\n  Datum       Vorgang\n  1.2.2026    B-18", "B-18")
    assert one.above == "vorgang"
    assert spots.likeness(one, other) > spots.PLACED


def test_a_rate_within_a_label_does_not_end_it(typed: Typed):
    paper = spots.paper_of([typed("zzgl. 19% MwSt.     57,00 EUR")])
    (found,) = (spot for spot, item in paper.standing("amount") if item.value == "57.00")
    assert found.beside == "zzglmwst"


def test_a_value_between_label_and_value_is_no_label(typed: Typed):
    assert at(typed, "Vorgang: A-17    4711", "4711").beside == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vorgang: A-17", "Tour: A-17"), ("Vorgang: A-17", "A-17"), ("Vorgang: A-17", "Vorgang: \nB-2 A-17")],
)
def test_other_words_are_another_place(typed: Typed, one: str, other: str):
    assert spots.likeness(at(typed, one, "A-17"), at(typed, other, "A-17")) < spots.PLACED


def test_the_words_under_a_box_have_the_place_of_their_value(typed: Typed):
    page = typed("Kunde 12\nVorgang: A-17    Tour: 4711")
    paper = spots.paper_of([page])
    value = next(word for word in page.words if word.text == "A-17")
    assert spots.spot_at(paper, 1, value.box) == at(typed, "Kunde 12\nVorgang: A-17    Tour: 4711", "A-17")
    assert spots.spot_at(paper, 2, value.box) is None
    assert spots.spot_at(paper, 1, Box(2000, 2000, 2010, 2010)) is None


def test_pages_are_told_apart_only_in_documents_of_several(typed: Typed):
    first, last = typed("Vorgang: A-17"), typed("Vorgang: B-18", number=2)
    sides = [spot.page for spot, _ in spots.paper_of([first, last]).standing("number")]
    assert sides == ["first", "last"]
    assert at(typed, "Vorgang: A-17", "A-17").page == "any"
