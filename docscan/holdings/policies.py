"""The rules of lending: `loans.toml`, which says how long paper is lent, and what follows when it stays away.

A policy and a ladder each hold from a day on. One that was adopted is never
changed: a change is a further one of the same name with a later day. As long as
an archive has no `loans.toml` of its own, those that come with docscan hold.
"""

import re
import tomllib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from docscan.archive import ledger, papers
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import read_small
from docscan.archive.event import Draft
from docscan.errors import ConfigError
from docscan.escalation import CHANNELS, COUNTS, Ladder, Level
from docscan.frozen import dataclass
from docscan.holdings.calendars import MOST_CLOSED, Calendar, Side, is_known
from docscan.messages import sentence

FILE = "loans.toml"
RULED = ("policy change",)  # the events that name the file
STANDARD = "standard"  # the policy of a loan for which none was named
OVERDUE = "overdue"  # the ladder of what did not come back
MOST_BYTES = 1 << 20
MOST_DAYS = 3660  # ten years: a longer loan is a transfer

NAME = re.compile(r"[a-z]{1,24}([ -][a-z]{1,24}){0,3}", re.ASCII)  # a keyword of the ledger
MONTH_DAY = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
LEAP_YEAR = 2000  # any that has every day


def _number(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(NAME.fullmatch(value))


# what the value of each key must be, and how that is said
FORMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (_is_name, "a keyword of small letters"),
    "since": (lambda value: type(value) is date, "a date, such as 2026-01-01"),
    "days": (_number(1, MOST_DAYS), f"a number of days from 1 to {MOST_DAYS}"),
    "renewals": (_number(0, 100), "a number from 0 to 100"),
    "limit": (_number(1, MOST_DAYS), f"a number of days from 1 to {MOST_DAYS}"),
    "grace": (_number(0, 366), "a number of days from 0 to 366"),
    "recall": (_number(1, MOST_DAYS), f"a number of days from 1 to {MOST_DAYS}"),
    "closed": (lambda value: value in ("next", "previous"), "next or previous"),
    "country": (lambda value: value == "" or _known(value), "a country whose holidays are known, such as ES"),
    "region": (lambda value: isinstance(value, str), "a region of that country, such as MD"),
    "closed_days": (lambda value: isinstance(value, list) and len(value) <= MOST_CLOSED, "a list of days"),
}
LEVEL_FORMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "after": (_number(1, MOST_DAYS), f"a number of days from 1 to {MOST_DAYS}"),
    "count": (COUNTS.__contains__, f"one of {', '.join(COUNTS)}"),
    "channel": (CHANNELS.__contains__, f"one of {', '.join(CHANNELS)}"),
    "letter": (_is_name, "a keyword of small letters"),
}


def _known(country: object, region: str = "") -> bool:
    return isinstance(country, str) and is_known(country, region)


@dataclass(frozen=True, slots=True)
class Policy:
    """How paper is lent, from a day on.

    Attributes:
        name: A keyword.
        since: The first day on which it holds.
        days: From the day an item goes out to the day it is due.
        renewals: How often it may be renewed.
        limit: Days from the day it went out, after which no renewal leads.
        grace: Days after the due one that are not called overdue.
        recall: Days within which what is recalled has to be back.
        closed: To which side a due date moves from a closed day.
        country: Whose holidays count; empty for those of the item's site.
        region: Of that country; empty for none.
        closed_days: Closed besides.
        yearly: Closed besides, every year: month and day.
    """

    name: str
    since: date
    days: int
    renewals: int
    limit: int
    grace: int
    recall: int
    closed: Side
    country: str
    region: str
    closed_days: frozenset[date]
    yearly: frozenset[tuple[int, int]]

    def calendar(self, country: str, region: str) -> Calendar:
        """The days on which nobody takes anything back.

        Args:
            country: Of the item's site.
            region: Of the item's site.
        """
        where = (self.country, self.region) if self.country else (country, region)
        return Calendar(*where, self.closed_days, self.yearly)

    def due(self, begins: date, calendar: Calendar) -> date:
        """When a loan that begins on a day is due: an open day, later than that one."""
        return self._open(begins, begins + timedelta(days=self.days), calendar)

    def renewed(self, went_out: date, due: date, on: date, calendar: Calendar) -> date | None:
        """When it is due once it is renewed on a day; None where that would not be later than both.

        Args:
            went_out: The day on which the loan began.
            due: When it is due so far.
            on: The day of the renewal.
            calendar: As `calendar` has it.
        """
        asked = self.due(max(due, on), calendar)
        last = calendar.open_day(went_out + timedelta(days=self.limit), "previous")
        granted = min(asked, last)
        return granted if granted > max(due, on) else None

    def recalled(self, due: date, on: date, calendar: Calendar) -> date:
        """When it is due once it is recalled on a day: never later than before."""
        return min(due, self._open(on, on + timedelta(days=self.recall), calendar))

    def _open(self, begins: date, day: date, calendar: Calendar) -> date:
        found = calendar.open_day(day, self.closed)
        return found if found > begins else calendar.open_day(day, "next")


@dataclass(frozen=True, slots=True)
class Rules:
    """All of `loans.toml`.

    Attributes:
        policies: Every policy.
        ladders: Every ladder, with the first day on which it holds.
    """

    policies: tuple[Policy, ...]
    ladders: tuple[tuple[date, Ladder], ...]

    def in_force(self, on: date) -> dict[str, Policy]:
        """By name, the policies that hold on a day."""
        holding = sorted((one for one in self.policies if one.since <= on), key=lambda one: one.since)
        return {one.name: one for one in holding}

    def policy(self, name: str, on: date) -> Policy | None:
        """The policy of that name that holds on a day; None for none."""
        return self.in_force(on).get(name)

    def ladder(self, on: date) -> Ladder | None:
        """What is written on a day about what did not come back; None for nothing."""
        holding = [one for one in self.ladders if one[0] <= on and one[1].name == OVERDUE]
        return max(holding, key=lambda one: one[0])[1] if holding else None


@cache
def shipped() -> str:
    """The text of the rules that come with docscan."""
    return (resources.files("docscan.holdings") / "presets" / FILE).read_text(encoding="utf-8")


def text_of(catalogue: Catalogue) -> str:
    """The text of the rules in force: the archive's own, or those that come with docscan.

    Args:
        catalogue: Open.

    Raises:
        ConfigError: The archive's were changed by hand, or cannot be read.
    """
    archive = catalogue.archive
    path, language = archive.root / FILE, archive.config.language
    told = papers.vouched(catalogue, FILE, RULED)
    try:
        data = read_small(path, MOST_BYTES)
    except FileNotFoundError:
        data = b""
    except OSError as problem:
        raise ConfigError(f"{path} cannot be read: {problem}.", hint="Restore it from a copy.") from problem
    if (ledger.sha256(data) if data else None) != told:
        raise ConfigError(sentence("K013", language, file=FILE), hint=sentence("K014", language))
    return data.decode() if data else shipped()


def load(catalogue: Catalogue) -> Rules:
    """The rules in force.

    Args:
        catalogue: Open.

    Raises:
        ConfigError: They were changed by hand, or cannot be read.
    """
    return parsed(text_of(catalogue), FILE)


def adopt(catalogue: Catalogue, text: str, *, now: datetime, agent: str) -> Rules:
    """Make rules the archive's own, from now on.

    Args:
        catalogue: Open on an archive that the caller holds, and that is recovered.
        text: Of the new `loans.toml`.
        now: When, with its time zone.
        agent: Who says so: a login name.

    Raises:
        ConfigError: They cannot be used, change or leave out one that was
            adopted before, or the file there was changed by hand.
        LedgerError: The ledger cannot be continued.
    """
    rules = parsed(text, FILE)
    if papers.vouched(catalogue, FILE, RULED) is not None:
        _expect_kept(load(catalogue), rules)
    detail: dict[str, str | int] = {"policy": "loans", "policies": len(rules.policies)}
    draft = Draft("policy change", detail=detail, role="authorizer")
    copies = {name: text.encode() for name in (FILE, f"custody/{uuid.uuid4()}/{FILE}")}
    papers.file(catalogue, draft, copies, now=now, agent=agent)
    return rules


def parsed(text: str, where: str) -> Rules:
    """Read rules.

    Args:
        text: TOML: a `[[policy]]` and a `[[ladder]]` for each.
        where: What the text is called in an error.

    Raises:
        ConfigError: It cannot be used; the sentence names the policy and the key.
    """
    try:
        return _read(text)
    except (ValueError, RecursionError) as problem:
        raise ConfigError(
            f"{where}: {problem}.", hint="Start from the rules in force: docscan loan rules --show"
        ) from problem


def _expect_kept(before: Rules, after: Rules) -> None:
    """See that rules only add to those before."""
    lost = [one.name for one in before.policies if one not in after.policies]
    lost += [one.name for since, one in before.ladders if (since, one) not in after.ladders]
    if lost:
        raise ConfigError(
            f"{FILE}: {lost[0]} was adopted before, and is changed or left out.",
            hint="Leave it as it was, and add another one of that name with a later `from`.",
        )


@lru_cache(maxsize=8)  # a desk asks for the same rules with every scan
def _read(text: str) -> Rules:
    return _rules(tomllib.loads(text))


def _rules(found: Mapping[str, Any]) -> Rules:
    if extra := found.keys() - {"policy", "ladder"}:
        raise ValueError(f"{min(extra)} is not known")
    policies = tuple(_policy(row) for row in _rows(found, "policy"))
    ladders = tuple(_ladder(row) for row in _rows(found, "ladder"))
    if not any(one.name == STANDARD for one in policies):
        raise ValueError(f"it has no policy {STANDARD}")
    _expect_once([(one.name, one.since) for one in policies])
    _expect_once([(one.name, since) for since, one in ladders])
    return Rules(policies, ladders)


def _rows(found: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    rows = found.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{key} is no list of tables")
    return rows


def _expect_once(keys: Iterable[tuple[str, date]]) -> None:
    seen = set[tuple[str, date]]()
    for key in keys:
        if key in seen:
            raise ValueError(f"{key[0]} is there twice from {key[1]}")
        seen.add(key)


def _policy(row: Mapping[str, Any]) -> Policy:
    values = _values(row, FORMS, f"policy {row.get('name')}")
    name, country, region = values["name"], values["country"], values["region"]
    if region and not _known(country, region):
        raise ValueError(f"policy {name}: region = {region!r} is none of {country or 'no country'}")
    days, yearly = _days(values["closed_days"], name)
    return Policy(**{**values, "closed_days": days, "yearly": yearly})


def _days(found: Sequence[object], name: str) -> tuple[frozenset[date], frozenset[tuple[int, int]]]:
    once, yearly = set[date](), set[tuple[int, int]]()
    for day in found:
        every = MONTH_DAY.fullmatch(day) if isinstance(day, str) else None
        if type(day) is date:
            once.add(day)
        elif every:
            date(LEAP_YEAR, int(every[1]), int(every[2]))
            yearly.add((int(every[1]), int(every[2])))
        else:
            raise ValueError(f'policy {name}: {day!r} is no day: 2026-12-24 once, "12-24" every year')
    return frozenset(once), frozenset(yearly)


def _ladder(row: Mapping[str, Any]) -> tuple[date, Ladder]:
    name = f"ladder {row.get('name')}"
    own = {key: value for key, value in row.items() if key != "level"}
    values = _values(own, {key: FORMS[key] for key in ("name", "since")}, name)
    levels = tuple(Level(**_values(level, LEVEL_FORMS, name)) for level in _rows(row, "level"))
    if levels and levels[0].count == "previous":
        raise ValueError(f"{name}: there is nothing before its first level")
    return values["since"], Ladder(values["name"], levels)


def _values(
    row: Mapping[str, Any], forms: Mapping[str, tuple[Callable[[Any], bool], str]], where: str
) -> dict[str, Any]:
    values = {("since" if key == "from" else key): value for key, value in row.items()}
    if extra := sorted(values.keys() - forms.keys()):
        raise ValueError(f"{where}: {extra[0]} is not known")
    if missing := sorted(forms.keys() - values.keys()):
        raise ValueError(f"{where}: {missing[0]} is missing")
    for key, (holds, form) in forms.items():
        if not holds(values[key]):
            raise ValueError(f"{where}: {key} = {values[key]!r} is not {form}")
    return values
