"""What decisions tell of the program: shares with their exact intervals."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive.catalogue import Judged
from docscan.verification.quality import measured, rate


def row(
    record: str,
    name: str | None = "total",
    read: str | None = "1",
    value: str | None = "1",
    *,
    act: str = "accept",
    sampled: bool = True,
    confidence: float | None = 0.995,
    status: str | None = "verified",
    origin: str | None = "ocr",
) -> Judged:
    return Judged(record, 0, act, "accepted", int(sampled), name, read, value, confidence, status, origin)


def at_least(wrong: int, of: int, share: float) -> float:
    return math.fsum(math.comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(wrong, of + 1))


@pytest.mark.parametrize(
    ("wrong", "of", "low", "high"),
    [  # from the tables of Clopper and Pearson, as statistical packages print them
        (0, 10, 0.0, 0.3085),
        (0, 50, 0.0, 0.0711),
        (1, 50, 0.0005, 0.1065),
        (10, 100, 0.0490, 0.1762),
        (50, 50, 0.9289, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_the_known_one(wrong: int, of: int, low: float, high: float) -> None:
    found = rate(wrong, of)
    assert (found.wrong, found.of) == (wrong, of)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@given(st.integers(1, 60).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_at_the_ends_of_the_interval_the_sample_is_just_believable(counts: tuple[int, int]) -> None:
    wrong, of = counts
    found = rate(wrong, of)
    assert 0 <= found.low <= wrong / of <= found.high <= 1
    if wrong:
        assert at_least(wrong, of, found.low) == pytest.approx(0.025, abs=1e-9)
    if wrong < of:
        assert 1 - at_least(wrong + 1, of, found.high) == pytest.approx(0.025, abs=1e-9)


def test_an_accepted_document_is_wrong_when_any_of_its_fields_is_or_it_had_to_be_moved() -> None:
    rows = [
        row("right"), row("right", "net"),
        row("wrong", "net", value="2", act="correct", sampled=False), row("wrong"),
        row("split", None, None, None, act="split", confidence=None, status=None, origin=None),
        row("not of the sample", value="2", act="correct", sampled=False),
    ]  # fmt: skip
    found = measured({}, {"accepted": 9, "review": 3}, rows)
    assert (found.accepted.wrong, found.accepted.of) == (2, 3)
    assert (found.verified.wrong, found.verified.of) == (1, 4)
    assert found.straight_through == 0.75


def test_fields_are_counted_by_what_was_wrong_with_them() -> None:
    rows = [
        row("a", status="read"), row("b", value="2", status="read"), row("c", value=None, status="doubtful"),
        row("d", read=None, confidence=None, status=None, origin=None),
    ]  # fmt: skip
    found = measured({}, {}, rows)
    (total,) = found.by_field
    assert (total.name, total.confirmed, total.misread, total.invented, total.missed) == ("total", 1, 1, 1, 1)
    assert [tally.name for tally in found.by_status] == ["doubtful", "missing", "read"]
    assert found.straight_through is None


def test_only_the_first_word_about_the_programs_own_reading_counts() -> None:
    rows = [
        row("a", value="2"),
        row("a", read="2", value="3", origin="person"),
        row("a", read="3", value="3"),
    ]
    assert [(tally.misread, tally.confirmed) for tally in measured({}, {}, rows).by_field] == [(1, 0)]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_every_judged_field_is_in_one_bucket_of_its_confidence(fields: list[tuple[float, bool]]) -> None:
    rows = [
        row(str(n), value="1" if right else "2", confidence=sure) for n, (sure, right) in enumerate(fields)
    ]
    buckets = measured({}, {}, rows).calibration
    assert sum(bucket.fields for bucket in buckets) == len(fields)
    assert all(bucket.low - 1e-4 <= bucket.confidence <= bucket.high + 1e-4 for bucket in buckets)
    assert all(one.high <= after.low for one, after in itertools.pairwise(buckets))
    right = sum(bucket.right * bucket.fields for bucket in buckets)
    assert right == pytest.approx(sum(right for _, right in fields), abs=0.01)
