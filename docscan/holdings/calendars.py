"""The days on which an archive is closed: weekends, public holidays, and what its rules add to them.

Which days are public holidays is the knowledge of the library `holidays`,
country by country and region by region.
"""

from datetime import date, timedelta
from functools import cache
from typing import Literal

from docscan.frozen import dataclass

Side = Literal["next", "previous"]

SATURDAY, SUNDAY = 5, 6
MOST_CLOSED = 60  # days that rules may add: so few that every year has open ones
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an archive is closed.

    Attributes:
        country: ISO 3166-1, such as `ES`; empty for weekends alone.
        region: ISO 3166-2 without the country, such as `MD`; empty for what is
            closed in the whole country.
        days: Closed besides, at most `MOST_CLOSED` with those of every year.
        yearly: Closed besides in every year: month and day.
    """

    country: str = ""
    region: str = ""
    days: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def is_closed(self, day: date) -> bool:
        """Whether nobody is there on a day."""
        return (
            day in self.days
            or (day.month, day.day) in self.yearly
            or day.weekday() in _weekend(self.country)
            or day in _holidays(self.country, self.region, day.year)
        )

    def open_day(self, day: date, side: Side = "next") -> date:
        """A day itself when it is open, otherwise the nearest open one on that side of it."""
        step = DAY if side == "next" else -DAY
        while self.is_closed(day):
            day += step
        return day


def is_known(country: str, region: str = "") -> bool:
    """Whether the public holidays of a country, or of a region in it, are known.

    Args:
        country: ISO 3166-1, two capital letters.
        region: ISO 3166-2 without the country; empty for the whole country.
    """
    regions = _countries().get(country)
    return regions is not None and (not region or region in regions)


def known(country: str = "") -> list[str]:
    """The codes of ISO 3166 with which holidays are known: of countries, or of the regions of one."""
    found, longest = (_countries().get(country, frozenset()), 3) if country else (_countries().keys(), 2)
    return sorted(one for one in found if len(one) <= longest)


@cache
def _countries() -> dict[str, frozenset[str]]:
    import holidays  # noqa: PLC0415 - it takes a second of processor, which only lending is worth

    return {name: frozenset(found) for name, found in holidays.list_supported_countries().items()}


@cache
def _weekend(country: str) -> frozenset[int]:
    if not is_known(country):
        return frozenset({SATURDAY, SUNDAY})
    import holidays  # noqa: PLC0415 - as above

    return frozenset(holidays.country_holidays(country).weekend)


@cache
def _holidays(country: str, region: str, year: int) -> frozenset[date]:
    """The public holidays of a year; of a region nobody knows, those of its country."""
    if not is_known(country):
        return frozenset()
    import holidays  # noqa: PLC0415 - as above

    known = region if region and is_known(country, region) else None
    return frozenset(holidays.country_holidays(country, subdiv=known, years=year))
