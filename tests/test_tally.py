"""How far a reading is, whatever order its pages and files are told in."""

from hypothesis import given
from hypothesis import strategies as st

from docscan.tally import Tally

Told = list[tuple[str | None, int, int]]


def counting() -> tuple[Tally[str], Told]:
    told: Told = []
    return Tally(lambda became, done, known: told.append((became, done, known))), told


def test_a_file_counts_for_one_page_until_it_is_opened():
    tally, told = counting()
    tally.found(3)
    tally.page("a", 0, 7)
    tally.page("a", 1, 7)
    tally.over("b", "refused")
    assert told == [(None, 0, 3), (None, 0, 9), (None, 1, 9), ("refused", 2, 9)]
    assert tally.read == 1


def test_a_file_that_was_gone_is_no_longer_expected():
    tally, told = counting()
    tally.found(2)
    tally.found(-1)
    assert told[-1] == (None, 0, 1)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=6))
def test_in_the_end_all_is_done_and_only_pages_that_were_read_count_as_read(files: list[tuple[int, bool]]):
    tally, told = counting()
    tally.found(len(files))
    for number, (pages, broken) in enumerate(files):
        for page in range(pages + 1 - broken):
            tally.page(str(number), page, pages)
        tally.over(str(number), "archived")
    total = sum(pages for pages, _ in files)
    assert told[-1] == ("archived", total, total)
    assert tally.read == total - sum(broken for _, broken in files)
    assert all(done <= known for _, done, known in told)
