import calendar
import tomllib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive import fixity, ledger
from docscan.archive.keeping import schedules
from docscan.archive.keeping.schedules import ACTIONS, PRESETS, TRIGGERS, Rule, Schedule
from docscan.archive.recovery import taken_up
from docscan.errors import ConfigError, RetentionError
from tests.archive.conftest import AGENT, NOW

ONE = """
[[class]]
id = "accounting"
title = "Invoices"
kinds = ["invoice"]
trigger = "end_of_year"
period = "P6Y"
action = "destroy"
basis = "the law"
jurisdiction = "ES"
"""
SECOND = ONE.replace('id = "accounting"', 'id = "accounting"\nversion = 2\nfrom = 2027-01-01').replace(
    "P6Y", "P4Y"
)

days = st.dates(date(1900, 1, 1), date(2400, 12, 31))
triggers = st.sampled_from(TRIGGERS)
ends = st.tuples(st.integers(1, 12), st.integers(1, 28))


def rule(trigger, period):
    return Rule("a", "A", ("invoice",), trigger, period, "destroy", "b", "ES")


@given(base=days, trigger=triggers, number=st.integers(1, 200), unit=st.sampled_from("YMD"), end=ends)
def test_nothing_is_due_before_its_period_is_over(base, trigger, number, unit, end):
    until = Schedule((), end).kept_until(rule(trigger, f"P{number}{unit}"), base)
    least = {"Y": 365, "M": 28, "D": 1}[unit] * number
    assert until - base >= timedelta(days=least)
    most = {"Y": 366, "M": 31, "D": 1}[unit] * number + (366 if trigger.startswith("end") else 0)
    assert until - base <= timedelta(days=most)


@given(base=days, trigger=triggers, number=st.integers(1, 100), unit=st.sampled_from("YMD"), end=ends)
def test_a_later_document_is_never_due_earlier(base, trigger, number, unit, end):
    schedule, one = Schedule((), end), rule(trigger, f"P{number}{unit}")
    assert schedule.kept_until(one, base + timedelta(days=1)) >= schedule.kept_until(one, base)


@given(base=days, number=st.integers(1, 100))
def test_years_from_a_day_end_on_that_day_or_the_last_of_its_month(base, number):
    until = Schedule(()).kept_until(rule("issue_date", f"P{number}Y"), base)
    assert (until.year, until.month) == (base.year + number, base.month)
    assert until.day == min(base.day, calendar.monthrange(until.year, until.month)[1])


@given(base=days, end=ends, number=st.integers(1, 100))
def test_fiscal_years_end_on_their_day(base, end, number):
    until = Schedule((), end).kept_until(rule("end_of_fiscal_year", f"P{number}Y"), base)
    last = calendar.monthrange(until.year, 2)[1] if end == (2, 28) and until.day != 28 else end[1]
    assert (until.month, until.day) == (end[0], last)


@pytest.mark.parametrize(
    ("trigger", "period", "base", "end", "until"),
    [
        ("issue_date", "P1Y", "2024-02-29", "12-31", "2025-02-28"),
        ("issue_date", "P4Y", "2024-02-29", "12-31", "2028-02-29"),
        ("received", "P6M", "2026-08-31", "12-31", "2027-02-28"),
        ("issue_date", "P90D", "2026-01-01", "12-31", "2026-04-01"),
        ("end_of_year", "P6Y", "2020-01-01", "03-31", "2026-12-31"),
        ("end_of_year", "P6Y", "2020-12-31", "03-31", "2026-12-31"),
        ("end_of_fiscal_year", "P6Y", "2020-03-31", "03-31", "2026-03-31"),
        ("end_of_fiscal_year", "P6Y", "2020-04-01", "03-31", "2027-03-31"),
        ("end_of_fiscal_year", "P10Y", "2023-03-01", "02-28", "2034-02-28"),
        ("issue_date", "P999Y", "9500-01-01", "12-31", "9999-12-31"),
        ("end_of_fiscal_year", "P1Y", "9999-12-31", "03-31", "9999-12-31"),
    ],
)
def test_worked_cases(trigger, period, base, end, until):
    schedule = Schedule((), tuple(int(part) for part in end.split("-")))
    assert schedule.kept_until(rule(trigger, period), date.fromisoformat(base)).isoformat() == until


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_read_names_its_basis_and_asks_for_a_lawyer(name):
    text = schedules.preset(name)
    found = schedules.parsed(text, name)
    assert "lawyer" in text
    kinds = {kind for one in found.in_force(date(2026, 1, 1)).values() for kind in one.kinds}
    assert kinds == {"invoice", "credit-note", "receipt", "letter", "contract", "form"}
    assert {one.jurisdiction for one in found.rules} == {name.upper()}
    assert all(one.basis and one.action in ACTIONS for one in found.rules)


def test_a_later_version_counts_from_its_day_on():
    found = schedules.parsed(ONE + SECOND, "x")
    assert found.rule("invoice", "", date(2026, 12, 31)).period == "P6Y"
    assert found.rule("invoice", "", date(2027, 1, 1)).period == "P4Y"
    assert found.rule("letter", "", date(2027, 1, 1)) is None
    assert found.rule("letter", "accounting", date(2027, 1, 1)).period == "P4Y"


BROKEN = {
    "": "no \\[\\[class",
    "x = 1": "x is not known",
    "[[[": "retention",
    "[[class]]\nid = 'Bad Name'": "keyword",
    "class = [3]": "not a table",
    ONE.replace("P6Y", "P0Y"): "period",
    ONE.replace("P6Y", "6 years"): "period",
    ONE.replace('"P6Y"', "6"): "period",
    ONE.replace("destroy", "burn"): "action",
    ONE.replace('"destroy"', "[]"): "action",
    ONE.replace("end_of_year", "someday"): "trigger",
    ONE.replace('["invoice"]', '"invoice"'): "kinds",
    ONE.replace('["invoice"]', "[1]"): "kinds",
    ONE.replace('basis = "the law"', ""): "basis is missing",
    ONE.replace("the law", " "): "basis",
    ONE + "colour = 'red'": "colour is not known",
    ONE + "version = 0": "version",
    ONE + "version = true": "version",
    ONE + "version = 2": "version 1 is missing",
    ONE + "from = 'soon'": "since",
    ONE + ONE: "twice",
    ONE + ONE.replace("accounting", "other"): "belongs to the classes",
    ONE + SECOND.replace("2027-01-01", "0001-01-01"): "later day",
    "fiscal_year_ends = '02-29'\n" + ONE: "day",
    "fiscal_year_ends = '2-1'\n" + ONE: "fiscal_year_ends",
    "fiscal_year_ends = 3\n" + ONE: "fiscal_year_ends",
    "x = " + "[" * 5000: "retention",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_mistake_is_named(text):
    with pytest.raises(ConfigError, match=BROKEN[text]):
        schedules.parsed(text, "retention.toml")


@given(st.text(max_size=200))
def test_no_text_is_more_than_a_mistake(text):
    with pytest.raises(ConfigError):
        schedules.parsed(text, "retention.toml")


def adopt(archive, text):
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        return schedules.adopt(catalogue, text, now=NOW, agent=AGENT)


def test_an_archive_without_a_schedule_says_how_to_get_one(archive):
    with pytest.raises(RetentionError) as refused:
        schedules.load(archive)
    assert "docscan retention preset" in refused.value.hint


def test_to_adopt_is_an_event_and_every_schedule_is_kept(archive):
    adopt(archive, ONE)
    adopt(archive, ONE + SECOND)
    told = [event for event in ledger.read(archive) if event.type == "policy change"]
    assert [event.files["retention.toml"] for event in told] == [
        ledger.sha256(text.encode()) for text in (ONE, ONE + SECOND)
    ]
    kept = {path.read_text() for path in archive.root.glob("custody/*/retention.toml")}
    assert kept == {ONE, ONE + SECOND}
    assert list(fixity.verify(archive)) == []


def test_a_version_that_was_adopted_is_never_changed_nor_left_out(archive):
    adopt(archive, ONE)
    for text in (ONE.replace("P6Y", "P1Y"), ONE.replace("accounting", "other")):
        with pytest.raises(RetentionError, match="accounting") as refused:
            adopt(archive, text)
        assert "2" in refused.value.hint
    assert schedules.load(archive).rules == schedules.parsed(ONE, "x").rules


def test_a_schedule_changed_by_hand_is_found_and_not_built_upon(archive):
    adopt(archive, ONE)
    (archive.root / "retention.toml").write_text(ONE.replace("P6Y", "P1Y"))
    assert [finding.code for finding in fixity.verify(archive)] == ["D1"]
    with pytest.raises(RetentionError, match=r"retention\.toml"):
        adopt(archive, ONE + SECOND)


def test_presets_are_plain_toml():
    assert all(tomllib.loads(schedules.preset(name))["class"] for name in PRESETS)
