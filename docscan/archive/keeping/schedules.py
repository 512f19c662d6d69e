"""Retention schedules: `retention.toml`, which says how long each class of records is kept, and why.

A record has one class, and a class has one rule at a time, so rules cannot
contradict each other (MoReq2010: class determines destiny). A rule that was
adopted is never changed: a change is a further version of its class, with
the day from which it holds. Every schedule that was adopted stays in the
archive, as `custody/<uuid>/retention.toml`.
"""

import calendar
import re
import tomllib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from importlib import resources
from itertools import count
from typing import Any

from docscan.archive import ledger, papers
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.layout import Archive
from docscan.errors import ConfigError, RetentionError
from docscan.frozen import dataclass
from docscan.messages import sentence

FILE = "retention.toml"
PRESETS = ("es", "pl", "de", "co")
TRIGGERS = ("issue_date", "received", "end_of_year", "end_of_fiscal_year")
ACTIONS = ("destroy", "review", "transfer")

NAME = re.compile(r"[a-z]{1,24}(-[a-z]{1,24}){0,3}", re.ASCII)  # a keyword of the ledger
PERIOD = re.compile(r"P([1-9]\d{0,2})([YMD])", re.ASCII)  # ISO 8601, without those of several parts
MONTH_DAY = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
COMMON_YEAR = 2001  # any that is not a leap year


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


# what the value of each key must be, and how that is said
FORMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "title": (_is_text, "a text"),
    "basis": (_is_text, "a text"),
    "jurisdiction": (_is_text, "a text"),
    "trigger": (TRIGGERS.__contains__, f"one of {', '.join(TRIGGERS)}"),
    "action": (ACTIONS.__contains__, f"one of {', '.join(ACTIONS)}"),
    "period": (lambda value: _is_text(value) and bool(PERIOD.fullmatch(value)), "like P6Y, P18M or P90D"),
    "kinds": (lambda value: isinstance(value, list) and all(map(_is_text, value)), "a list of kinds"),
    "version": (lambda value: type(value) is int and 1 <= value < 1000, "a number from 1"),
    "since": (lambda value: type(value) is date, "a date, such as 2025-01-01"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a class: how long its records are kept, and what comes then.

    Attributes:
        id: The class: a keyword.
        title: What people call it.
        kinds: Kinds of documents that belong to it unless a person says otherwise.
        trigger: What the period is counted from: one of `TRIGGERS`.
        period: ISO 8601: `P6Y`, `P18M` or `P90D`.
        action: One of `ACTIONS`.
        basis: The law or contract it rests on.
        jurisdiction: Whose law.
        version: Of the class, from 1.
        since: The first day on which this version holds.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    trigger: str
    period: str
    action: str
    basis: str
    jurisdiction: str
    version: int = 1
    since: date = date.min


@dataclass(frozen=True, slots=True)
class Schedule:
    """All of `retention.toml`.

    Attributes:
        rules: Every version of every class.
        year_end: Month and day on which the fiscal year ends.
    """

    rules: tuple[Rule, ...]
    year_end: tuple[int, int] = (12, 31)

    def in_force(self, on: date) -> dict[str, Rule]:
        """By class, the version that holds on a day."""
        holding = sorted((rule for rule in self.rules if rule.since <= on), key=lambda rule: rule.version)
        return {rule.id: rule for rule in holding}

    def rule(self, kind: str, assigned: str, on: date) -> Rule | None:
        """The rule for a record on a day.

        Args:
            kind: Of the document, such as `invoice`.
            assigned: The class a person gave it; empty for none.
            on: The day.
        """
        holding = self.in_force(on)
        if assigned:
            return holding.get(assigned)
        return next((rule for rule in holding.values() if kind in rule.kinds), None)

    def kept_until(self, rule: Rule, base: date) -> date:
        """The last day on which a record is to be kept; the day after, it is due.

        A day that the month at the end does not have is the last of that month
        (Código Civil art. 5, BGB § 188 (3)).

        Args:
            rule: Of its class.
            base: The day of the document, as the rule's trigger has it.
        """
        if rule.trigger == "end_of_year":
            base = date(base.year, 12, 31)
        elif rule.trigger == "end_of_fiscal_year":
            base = _year_end(base, self.year_end)
        return _later(base, rule.period)


def load(archive: Archive, vouched: str | None = None) -> Schedule:
    """The schedule of an archive.

    Args:
        archive: The archive.
        vouched: The digest it must have, as the ledger names it; None to take it as it is.

    Raises:
        RetentionError: It has none, or another than the ledger names.
        ConfigError: It cannot be used; the sentence names the class and the key.
    """
    language, path = archive.config.language, archive.root / FILE
    try:
        data = path.read_bytes()
        text = data.decode()
    except FileNotFoundError:
        raise RetentionError(sentence("K020", language), hint=sentence("K021", language)) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path} cannot be read: {problem}.", hint="Restore it from a copy.") from problem
    if vouched is not None and ledger.sha256(data) != vouched:
        raise RetentionError(sentence("K013", language, file=FILE), hint=sentence("K014", language))
    return parsed(text, str(path))


def preset(name: str) -> str:
    """The text of a schedule that comes with docscan; to be checked with a lawyer.

    Args:
        name: One of `PRESETS`.
    """
    folder = resources.files("docscan.archive.keeping") / "presets"
    return (folder / f"{name}.toml").read_text(encoding="utf-8")


def adopt(catalogue: Catalogue, text: str, *, now: datetime, agent: str) -> Schedule:
    """Make a schedule the archive's own, from now on.

    Args:
        catalogue: Open on an archive that the caller holds, and that is recovered.
        text: Of the new `retention.toml`.
        now: When, with its time zone.
        agent: Who says so: a login name.

    Raises:
        ConfigError: It cannot be used; the sentence names the class and the key.
        RetentionError: It changes or leaves out a version that was adopted
            before, or the file there was changed by hand.
        LedgerError: The ledger cannot be continued.
    """
    archive = catalogue.archive
    schedule = parsed(text, FILE)
    if (archive.root / FILE).exists():
        told = papers.vouched(catalogue, FILE, ("policy change",))
        _expect_kept(load(archive, told or ""), schedule, archive.config.language)
    draft = Draft(
        "policy change", detail={"policy": "retention", "classes": len(schedule.rules)}, role="authorizer"
    )
    copies = {name: text.encode() for name in (FILE, f"custody/{uuid.uuid4()}/{FILE}")}
    papers.file(catalogue, draft, copies, now=now, agent=agent)
    return schedule


def _expect_kept(before: Schedule, after: Schedule, language: str) -> None:
    """See that a schedule only adds to the one before."""
    for rule in before.rules:
        if rule not in after.rules:
            following = max(one.version for one in before.rules if one.id == rule.id) + 1
            raise RetentionError(
                sentence("K022", language, name=rule.id, version=str(rule.version)),
                hint=sentence("K023", language, next=str(following)),
            )


def parsed(text: str, where: str) -> Schedule:
    """Read a schedule.

    Args:
        text: TOML: `fiscal_year_ends` and one `[[class]]` for each version of a class.
        where: What the text is called in an error.

    Raises:
        ConfigError: It cannot be used; the sentence names the class and the key.
    """
    try:
        return _schedule(tomllib.loads(text))
    except (ValueError, RecursionError) as problem:
        raise ConfigError(
            f"{where}: {problem}.", hint="See docs/retention.md for the form, or start from a preset."
        ) from problem


def _schedule(found: dict[str, Any]) -> Schedule:
    if extra := found.keys() - {"fiscal_year_ends", "class"}:
        raise ValueError(f"{min(extra)} is not known")
    rows = found.get("class")
    if not isinstance(rows, list) or not rows:
        raise ValueError("it has no [[class]]")
    rules = tuple(_rule(row) for row in rows)
    _check(rules)
    return Schedule(rules, _month_day(found.get("fiscal_year_ends", "12-31")))


def _rule(row: object) -> Rule:
    if not isinstance(row, dict):
        raise ValueError("class is not a table")  # noqa: TRY004 - one error for a bad file
    name = row.get("id")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(f"id = {name!r} is no keyword of small letters and hyphens")
    try:
        return Rule(**_values(row))
    except ValueError as problem:
        raise ValueError(f"class {name}: {problem}") from None


def _values(row: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"version": 1, "since": date.min}
    values |= {("since" if key == "from" else key): value for key, value in row.items()}
    known = {item.name for item in fields(Rule)}
    if extra := sorted(values.keys() - known):
        raise ValueError(f"{extra[0]} is not known")
    if missing := sorted(known - values.keys()):
        raise ValueError(f"{missing[0]} is missing")
    for key, (holds, form) in FORMS.items():
        if not holds(values[key]):
            raise ValueError(f"{key} = {values[key]!r} is not {form}")
    return {**values, "kinds": tuple(values["kinds"])}


def _check(rules: tuple[Rule, ...]) -> None:
    """Versions follow each other in number and date, and no kind has two classes at a time."""
    by_class: dict[str, list[Rule]] = {}
    for rule in rules:
        by_class.setdefault(rule.id, []).append(rule)
    for name, versions in by_class.items():
        versions.sort(key=lambda rule: rule.version)
        for number, rule in zip(count(1), versions, strict=False):
            if rule.version != number:
                raise ValueError(f"class {name}: version {number} is missing or there twice")
            if number > 1 and rule.since <= versions[number - 2].since:
                raise ValueError(
                    f"class {name}: version {number} is not from a later day than the one before"
                )
    for day in {rule.since for rule in rules}:
        taken: dict[str, str] = {}
        for rule in Schedule(rules).in_force(day).values():
            for kind in rule.kinds:
                if taken.setdefault(kind, rule.id) != rule.id:
                    raise ValueError(f"{kind} belongs to the classes {taken[kind]} and {rule.id}")


def _month_day(text: object) -> tuple[int, int]:
    found = MONTH_DAY.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise ValueError(f"fiscal_year_ends = {text!r} is not like 12-31")
    month, day = int(found[1]), int(found[2])
    date(COMMON_YEAR, month, day)  # a day that every year has
    return month, day


def _year_end(base: date, ends: tuple[int, int]) -> date:
    """The end of the fiscal year that a day is in; a year that ends with February ends on its last day."""
    for year in (base.year, base.year + 1):
        if year > date.max.year:
            return date.max
        day = calendar.monthrange(year, 2)[1] if ends == (2, 28) else ends[1]
        if (end := date(year, ends[0], day)) >= base:
            return end
    return date.max


def _later(base: date, period: str) -> date:
    """A day moved by a period; the last of all days where the calendar ends before that."""
    found = PERIOD.fullmatch(period)
    if not found:
        raise ValueError(f"{period!r} is no period")
    number, unit = int(found[1]), found[2]
    try:
        if unit == "D":
            return base + timedelta(days=number)
        months = base.year * 12 + base.month - 1 + number * (12 if unit == "Y" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(base.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return date.max
