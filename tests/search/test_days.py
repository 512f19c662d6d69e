"""Days as people say them, in four languages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.days import EXAMPLES, WORDS, spoken

TODAY = date(2026, 6, 17)  # a Wednesday


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_day_that_is_proposed_is_understood(text: str) -> None:
    assert spoken(text, TODAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-06-17", "2026-06-17"),
        ("Mañana", "2026-06-18", "2026-06-18"),
        ("gestern", "2026-06-16", "2026-06-16"),
        ("dziś", "2026-06-17", "2026-06-17"),
        ("this week", "2026-06-15", "2026-06-21"),
        ("last week", "2026-06-08", "2026-06-14"),
        ("semana pasada", "2026-06-08", "2026-06-14"),
        ("la semana pasada", "2026-06-08", "2026-06-14"),
        ("nächste Woche", "2026-06-22", "2026-06-28"),
        ("ten miesiąc", "2026-06-01", "2026-06-30"),
        ("zeszły miesiąc", "2026-05-01", "2026-05-31"),
        ("letztes Quartal", "2026-01-01", "2026-03-31"),
        ("dieses Jahr", "2026-01-01", "2026-12-31"),
        ("año pasado", "2025-01-01", "2025-12-31"),
        ("last 30 days", "2026-05-19", "2026-06-17"),
        ("los últimos 30 días", "2026-05-19", "2026-06-17"),
        ("ostatnie 2 tygodnie", "2026-06-04", "2026-06-17"),
        ("letzten 3 Monate", "2026-03-18", "2026-06-17"),
        ("next 10 days", "2026-06-17", "2026-06-26"),
    ],
)
def test_an_expression_means(text: str, first: str, last: str) -> None:
    assert spoken(text, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "week",
        "last",
        "last last week",
        "30 days",
        "last 0 days",
        "this 3 days",
        "la semana",
        "last x week",
    ],
)
def test_anything_else_means_nothing(text: str) -> None:
    assert spoken(text, TODAY) is None


def test_past_the_ends_of_the_calendar_there_is_nothing() -> None:
    assert spoken("yesterday", date.min) is None
    assert spoken("next 999 years", date(9500, 1, 1)) is None


@given(st.lists(st.sampled_from([*WORDS, "30", "la", "x"]), max_size=4), st.dates())
def test_the_first_day_is_never_after_the_last(words: list[str], today: date) -> None:
    found = spoken(" ".join(words), today)
    assert found is None or found[0] <= found[1]
