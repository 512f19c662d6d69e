"""A sieve lets everything pass that it was made of, and little else."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.whoosh_sieve import Sieve

HASHES = st.integers(0, 2**32 - 1)


@given(st.sets(HASHES, max_size=50), st.lists(HASHES, max_size=50))
def test_all_that_it_was_made_of_passes_one_by_one_and_together(made: set[int], others: list[int]) -> None:
    sieve = Sieve.of([np.array(sorted(made), dtype=np.int64)], len(made))
    asked = [*made, *others]
    together = sieve.passing(np.array(asked, dtype=np.int64)).tolist()
    assert together == [sieve.passes(number) for number in asked]
    assert all(together[: len(made)])


@pytest.mark.parametrize("size", [0, 50, 700, 20_000])
def test_of_others_few_pass(size: int) -> None:
    chance = random.Random(size)  # noqa: S311 - any hashes
    made = [np.array([chance.getrandbits(32)], dtype=np.int64) for _ in range(size)]
    sieve = Sieve.of(made, size)
    asked = np.array([chance.getrandbits(32) for _ in range(20_000)], dtype=np.int64)
    assert sieve.passing(asked).mean() < 0.07
