"""A page's seconds are shared by all readings of it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.errors import EngineFailedError
from docscan.model import Line
from docscan.ocr.patience import within

PAPER = np.full((9, 9), 255, np.uint8)


@dataclass
class Slow:
    """An engine that takes its time, as long as it may, and a clock that shows it."""

    takes: Iterator[float]
    now: float = 100.0
    given: list[float] = field(default_factory=list)
    name: str = "slow"

    def clock(self) -> float:
        return self.now

    def version(self) -> str:
        return "1"

    def languages(self) -> frozenset[str]:
        return frozenset({"eng"})

    def read(self, *asked: object, timeout: float, **more: object) -> tuple[Line, ...]:  # noqa: ARG002 - as an engine is asked
        self.given.append(timeout)
        self.now += min(timeout, next(self.takes))
        return ()


@given(st.lists(st.floats(0.1, 60), min_size=1, max_size=9), st.integers(1, 120))
def test_readings_of_one_page_never_take_longer_than_its_budget(takes: list[float], budget: int):
    slow = Slow(iter(takes))
    limited = within(slow, budget, slow.clock)
    with suppress(EngineFailedError):
        for _ in takes:
            limited.read(PAPER, "eng", dpi=300, timeout=budget)
    assert len(slow.given) == len(takes) or slow.now >= 100 + budget
    assert slow.now <= 100 + budget + 1e-6
    assert slow.given[0] == budget
    assert slow.given == sorted(slow.given, reverse=True)


def test_a_reading_that_is_asked_to_be_short_stays_short():
    slow = Slow(iter([1.0]))
    within(slow, 60, slow.clock).read(PAPER, "eng", dpi=300, timeout=5)
    assert slow.given == [5]


def test_when_the_time_is_over_the_engine_is_not_asked():
    slow = Slow(iter([9.0]))
    limited = within(slow, 4, slow.clock)
    limited.read(PAPER, "eng", dpi=300, timeout=4)
    with pytest.raises(EngineFailedError) as over:
        limited.read(PAPER, "eng", dpi=300, timeout=4)
    assert "timeout" in over.value.hint
    assert slow.given == [4]


def test_it_is_the_engine_in_all_else():
    limited = within(Slow(iter([])), 4)
    assert (limited.name, limited.version(), limited.languages()) == ("slow", "1", frozenset({"eng"}))
