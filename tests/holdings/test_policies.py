from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan import archive as archives
from docscan.archive import Archive
from docscan.archive.fixity import verify
from docscan.archive.recovery import taken_up
from docscan.errors import ConfigError
from docscan.holdings import policies
from docscan.holdings.policies import Policy

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
WHO = {"now": NOW, "agent": "mlopez"}
PLACES = [("ES", "MD"), ("ES", "CT"), ("ES", "AN"), ("PL", ""), ("DE", "BY"), ("DE", "BE"), ("CO", "")]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archives.create(tmp_path / "archive", name="A", language="en", **WHO)


def standard(**changed: object) -> Policy:
    known = policies.parsed(policies.shipped(), "shipped").policies[0]
    return Policy(**{name: changed.get(name, getattr(known, name)) for name in Policy.__slots__})


@pytest.mark.parametrize(("country", "region"), PLACES)
@pytest.mark.parametrize("closed", ["next", "previous"])
def test_no_due_date_of_seven_years_falls_on_a_closed_day(country: str, region: str, closed: str):
    policy = standard(days=30, closed=closed)
    calendar = policy.calendar(country, region)
    for number in range(7 * 365 + 2):
        begins = date(2024, 1, 1) + timedelta(days=number)
        due = policy.due(begins, calendar)
        assert due > begins
        assert not calendar.is_closed(due)
        assert not calendar.is_closed(policy.recalled(due, begins, calendar))


@given(
    terms=st.tuples(st.integers(1, 400), st.integers(1, 800)),
    closed=st.sampled_from(["next", "previous"]),
    place=st.sampled_from(PLACES),
    out=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    waits=st.lists(st.integers(0, 200), max_size=5),
)
def test_a_renewal_is_later_than_before_within_the_limit_and_on_an_open_day(
    terms: tuple[int, int], closed: str, place: tuple[str, str], out: date, waits: list[int]
):
    days, limit = terms
    policy = standard(days=days, limit=limit, closed=closed)
    calendar = policy.calendar(*place)
    due, on = policy.due(out, calendar), out
    for wait in waits:
        on += timedelta(days=wait)
        later = policy.renewed(out, due, on, calendar)
        if later is None:
            continue
        assert max(due, on) < later <= out + timedelta(days=limit)
        assert not calendar.is_closed(later)
        due = later


@given(
    recall=st.integers(1, 60),
    out=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    wait=st.integers(0, 90),
    place=st.sampled_from(PLACES),
)
def test_a_recall_never_puts_the_due_date_off(recall: int, out: date, wait: int, place: tuple[str, str]):
    policy = standard(recall=recall)
    calendar = policy.calendar(*place)
    due = policy.due(out, calendar)
    sooner = policy.recalled(due, out + timedelta(days=wait), calendar)
    assert sooner <= due
    assert not calendar.is_closed(sooner)


def test_a_policy_s_own_country_goes_before_that_of_the_site():
    calendar = standard(country="PL").calendar("ES", "MD")
    assert (calendar.country, calendar.region) == ("PL", "")
    assert standard().calendar("ES", "MD").region == "MD"


def test_days_are_closed_once_or_every_year():
    text = policies.shipped().replace("closed_days = []", 'closed_days = [2026-12-24, "12-31"]', 1)
    calendar = policies.parsed(text, "rules").policies[0].calendar("", "")
    assert calendar.is_closed(date(2026, 12, 24))
    assert not calendar.is_closed(date(2027, 12, 24))
    assert calendar.is_closed(date(2026, 12, 31))
    assert calendar.is_closed(date(2027, 12, 31))


def test_of_several_policies_of_a_name_the_newest_that_holds_counts():
    text = policies.shipped()
    later = text[text.index("[[policy]]") : text.index('[[policy]]\nname = "court"')]
    later = later.replace("2000-01-01", "2026-06-01").replace("days = 30", "days = 10")
    rules = policies.parsed(later + text, "rules")
    for day, days in ((date(2026, 5, 31), 30), (date(2026, 6, 1), 10)):
        found = rules.policy("standard", day)
        assert found is not None
        assert found.days == days
    assert rules.policy("nobody's", date(2026, 6, 1)) is None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("days = 30", "days = 0", "days = 0"),
        ("days = 30", "days = true", "days = True"),
        ("days = 30", "weeks = 3", "weeks is not known"),
        ("renewals = 2", "", "renewals is missing"),
        ('closed = "next"', 'closed = "never"', "next or previous"),
        ('country = ""', 'country = "XX"', "country = 'XX'"),
        ('region = ""', 'region = "MD"', "region = 'MD'"),
        ("closed_days = []", 'closed_days = ["24-12"]', "month must be in 1..12"),
        ("closed_days = []", "closed_days = [7]", "7 is no day"),
        ('name = "standard"', 'name = "Standard!"', "keyword"),
        ('name = "standard"', 'name = "usual"', "no policy standard"),
        ('name = "court"', 'name = "standard"', "twice"),
        ('count = "due"', 'count = "previous"', "nothing before its first level"),
        ('channel = "email"', 'channel = "pigeon"', "channel = 'pigeon'"),
        ("[[policy]]", "[[polity]]", "polity is not known"),
        ("days = 30", "days = [", "Invalid value"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named_with_its_key(before: str, after: str, said: str):
    with pytest.raises(ConfigError, match=r"loans\.toml") as refused:
        policies.parsed(policies.shipped().replace(before, after, 1), "loans.toml")
    assert said in str(refused.value)


def test_without_rules_of_its_own_an_archive_has_those_that_come_with_docscan(archive: Archive):
    with taken_up(archive, **WHO) as catalogue:
        assert policies.text_of(catalogue) == policies.shipped()
        assert policies.load(catalogue).policy("standard", NOW.date()) is not None


def test_rules_that_are_adopted_hold_from_then_on_and_verify_finds_nothing(archive: Archive):
    text = policies.shipped() + "# ours\n"
    with taken_up(archive, **WHO) as catalogue:
        policies.adopt(catalogue, text, **WHO)
        assert policies.text_of(catalogue) == text
    assert list(verify(archive)) == []


@pytest.mark.parametrize("change", ["changed", "removed", "planted"])
def test_rules_that_were_changed_by_hand_are_refused_and_found(archive: Archive, change: str):
    path = archive.root / policies.FILE
    with taken_up(archive, **WHO) as catalogue:
        if change != "planted":
            policies.adopt(catalogue, policies.shipped(), **WHO)
        if change == "removed":
            path.unlink()
        else:
            path.write_text(policies.shipped() + "\n")
        with pytest.raises(ConfigError, match=r"loans\.toml"):
            policies.load(catalogue)
    assert [finding.path for finding in verify(archive)] == ["loans.toml"]


def test_a_rule_that_was_adopted_is_not_changed_or_left_out(archive: Archive):
    text = policies.shipped()
    further = text + text[text.index("[[policy]]") : text.index('[[policy]]\nname = "court"')].replace(
        "2000-01-01", "2026-06-01"
    )
    with taken_up(archive, **WHO) as catalogue:
        policies.adopt(catalogue, text, **WHO)
        policies.adopt(catalogue, further, **WHO)
        for changed in (
            text,
            further.replace("days = 30", "days = 31", 1),
            further.replace("after = 14", "after = 15", 1),
        ):
            with pytest.raises(ConfigError, match="was adopted before"):
                policies.adopt(catalogue, changed, **WHO)
        assert policies.text_of(catalogue) == further
