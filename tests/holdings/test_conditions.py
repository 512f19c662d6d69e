import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.holdings.conditions import GRADES, UNKNOWN, Condition, detail, differences, stated

conditions = st.builds(
    Condition, st.none() | st.integers(0, 500), st.sampled_from(["", *GRADES]), st.integers(0, 3)
)


@pytest.mark.parametrize(
    ("out", "back", "expected"),
    [
        (Condition(204), Condition(204), ()),
        (Condition(204), Condition(203), ("fewer",)),
        (Condition(204), Condition(205), ("more",)),
        (Condition(204, "worn"), Condition(204, "worn"), ()),
        (Condition(204, "worn"), Condition(204, "good"), ()),
        (Condition(204, "worn"), Condition(204, "damaged"), ("worse",)),
        (Condition(204), Condition(204, "", 2), ("added",)),
        (Condition(), Condition(203, "fragile"), ()),
        (Condition(204, "good"), Condition(), ()),
    ],
)
def test_a_file_differs_by_its_folios_a_worse_state_or_what_was_put_in(
    out: Condition, back: Condition, expected: tuple[str, ...]
):
    assert differences(out, back) == expected


@given(conditions)
def test_what_an_event_tells_of_a_file_is_what_was_found(found: Condition):
    assert stated(detail(found), UNKNOWN) == found


@given(conditions, conditions)
def test_what_an_event_leaves_out_stays_as_it_was_known(found: Condition, before: Condition):
    now = stated(detail(found), before)
    assert now.folios == (before.folios if found.folios is None else found.folios)
    assert now.grade == (found.grade or before.grade)


def test_what_is_of_another_form_tells_nothing():
    assert stated({"folios": "many", "condition": "eaten", "added": "some"}, UNKNOWN) == UNKNOWN
