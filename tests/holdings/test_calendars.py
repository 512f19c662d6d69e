from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.holdings.calendars import Calendar, is_known

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(7 * 365 + 2)]  # to the end of 2030
PLACES = [
    *(("ES", region) for region in ("", "AN", "CT", "GA", "MD", "PV", "VC")),
    *(("PL", region) for region in ("", "14")),
    *(("DE", region) for region in ("", "BE", "BY", "NW", "SN", "TH")),
    ("CO", ""),
    ("", ""),
]


@pytest.mark.parametrize(
    ("country", "region", "day"),
    [
        ("ES", "", date(2026, 1, 6)),  # Reyes
        ("ES", "MD", date(2025, 5, 2)),  # Comunidad de Madrid
        ("ES", "CT", date(2026, 9, 11)),  # Diada
        ("PL", "", date(2026, 11, 11)),  # Independence
        ("PL", "", date(2025, 12, 24)),  # a public holiday since 2025
        ("PL", "", date(2027, 5, 27)),  # Corpus Christi
        ("DE", "", date(2024, 10, 3)),
        ("DE", "BY", date(2026, 1, 6)),
        ("DE", "SN", date(2027, 11, 17)),  # Buß- und Bettag
        ("CO", "", date(2026, 1, 12)),  # Reyes, on the Monday after (Ley 51 of 1983)
        ("CO", "", date(2030, 7, 1)),  # San Pedro y San Pablo, as above
        ("", "", date(2026, 11, 22)),  # a Sunday
    ],
)
def test_public_holidays_are_closed_days(country: str, region: str, day: date):
    assert Calendar(country, region).is_closed(day)


@pytest.mark.parametrize(
    ("country", "region", "day"),
    [
        ("ES", "MD", date(2026, 9, 11)),  # the Diada is Catalonia's
        ("PL", "", date(2024, 12, 24)),  # not yet
        ("DE", "BE", date(2026, 1, 6)),
        ("CO", "", date(2026, 1, 6)),  # moved to the Monday
    ],
)
def test_a_holiday_of_somewhere_else_is_an_open_day(country: str, region: str, day: date):
    assert not Calendar(country, region).is_closed(day)


@pytest.mark.parametrize(("country", "region"), PLACES)
def test_the_open_day_of_every_day_of_seven_years_is_open_and_the_nearest_on_its_side(
    country: str, region: str
):
    calendar = Calendar(country, region)
    for day in DAYS:
        later, sooner = calendar.open_day(day, "next"), calendar.open_day(day, "previous")
        assert sooner <= day <= later <= day + timedelta(days=10)
        assert not calendar.is_closed(later)
        assert not calendar.is_closed(sooner)
        between = [sooner + timedelta(days=n) for n in range(1, (later - sooner).days)]
        assert all(calendar.is_closed(one) for one in between if one != day)


@given(
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 31)), max_size=30),
    st.frozensets(st.tuples(st.integers(1, 12), st.integers(1, 28)), max_size=30),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
def test_whatever_days_rules_add_an_open_one_is_found(
    days: frozenset[date], yearly: frozenset[tuple[int, int]], day: date
):
    calendar = Calendar("ES", "MD", days, yearly)
    found = calendar.open_day(day)
    assert found not in days
    assert (found.month, found.day) not in yearly
    assert found.weekday() < 5


def test_a_country_or_region_that_nobody_knows_is_told_from_one_that_is_known():
    assert is_known("ES", "MD")
    assert is_known("CO")
    assert not is_known("ES", "BY")
    assert not is_known("XX")
    assert not is_known("")
