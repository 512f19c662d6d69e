from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from docscan.escalation import Ladder, Level, Rung, next_step

DUE = date(2026, 3, 2)
LADDER = Ladder("overdue", (Level(1), Level(14, "previous"), Level(30, "month end", "letter", "demand")))


def later(days: int) -> date:
    return DUE + timedelta(days=days)


def test_nothing_follows_on_the_due_day_and_the_first_level_the_day_after():
    assert next_step(LADDER, DUE, [], DUE) is None
    step = next_step(LADDER, DUE, [], later(1))
    assert step is not None
    assert (step.number, step.level) == (1, LADDER.levels[0])


def test_what_is_ninety_days_late_begins_at_the_first_level():
    step = next_step(LADDER, DUE, [], later(90))
    assert step is not None
    assert step.number == 1


def test_a_level_that_waits_to_be_sent_holds_up_the_next():
    drafted = [Rung(1, "drafted", later(1))]
    assert next_step(LADDER, DUE, drafted, later(400)) is None
    sent = [*drafted, Rung(1, "sent", later(5))]
    assert next_step(LADDER, DUE, sent, later(18)) is None
    step = next_step(LADDER, DUE, sent, later(19))
    assert step is not None
    assert step.number == 2


def test_the_end_of_the_month_is_counted_from_its_last_day():
    done = [Rung(1, "sent", later(1)), Rung(2, "sent", later(15))]
    assert next_step(LADDER, DUE, done, date(2026, 4, 29)) is None
    step = next_step(LADDER, DUE, done, date(2026, 4, 30))
    assert step is not None
    assert step.level.letter == "demand"


def test_nothing_follows_the_last_level():
    done = [Rung(number, "sent", later(number)) for number in (1, 2, 3)]
    assert next_step(LADDER, DUE, done, later(1000)) is None


def test_what_is_blocked_goes_on_the_day_after_and_what_is_closed_never():
    blocked = [Rung(0, "blocked", later(10))]
    assert next_step(LADDER, DUE, blocked, later(10)) is None
    assert next_step(LADDER, DUE, blocked, later(11)) is not None
    assert next_step(LADDER, DUE, [Rung(0, "closed", later(1))], later(1000)) is None


levels = st.builds(
    Level, st.integers(1, 40), st.sampled_from(["due", "month end", "previous"]), st.just("email")
)


@given(
    st.lists(levels, max_size=6),
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60),
)
def test_whenever_it_runs_no_level_is_skipped_or_done_twice(
    rungs: list[Level], nights: list[tuple[int, bool]]
):
    ladder, done, on = Ladder("overdue", tuple(rungs)), [], DUE
    for wait, is_sent in nights:
        on += timedelta(days=wait)
        waiting = done and done[-1].act == "drafted"
        step = next_step(ladder, DUE, done, on)
        assert step is None or not waiting
        if step is not None:
            done.append(Rung(step.number, "drafted", on))
        if is_sent and done and done[-1].act == "drafted":
            done.append(Rung(done[-1].level, "sent", on))
    drafted = [one.level for one in done if one.act == "drafted"]
    assert drafted == list(range(1, len(drafted) + 1))
    assert len(drafted) <= len(rungs)
    assert all((one.day - DUE).days >= 1 for one in done)
