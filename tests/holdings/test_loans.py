"""Lending, and taking back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import depot as depots
import pytest
from depot import AGENT, NOW, Depot, merge

from docscan.archive import access, ledger
from docscan.archive.event import Draft
from docscan.archive.keeping import holds
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError, LoanError
from docscan.holdings import loan_rows, loans, places, policies, redaction, register, tables
from docscan.holdings.conditions import Condition
from docscan.holdings.lent import of_loan
from docscan.holdings.loans import Asked, Done
from docscan.messages import LANGUAGES, sentences
from tests.archive.conftest import file_one, object_id

Do = Callable[..., Done]
CLERK = "luis"


@pytest.fixture
def lending(depot: Depot) -> Depot:
    """A depot of items with 204 folios, the first of them scanned; the first person is known by a login."""
    record = file_one(depot.archive, depot.catalogue, 1)
    items = [replace(one, folios=204) for one in depot.items]
    items[0] = replace(items[0], record=str(record.id))
    depots.enter(depot.register, items, act="change")
    depots.enter(depot.register, [replace(depot.persons[0], login="zoe")], act="change")
    for login, role in ((AGENT, "administrator"), (CLERK, "clerk")):
        access.change(depot.catalogue, login, [role], now=NOW, agent=AGENT)
    return depot


@pytest.fixture
def do(lending: Depot) -> Do:
    def doing(act: str, item: int, *, days: float = 0, agent: str = AGENT, **said: object) -> Done:
        if (
            act in ("request", "out")
            and "person" not in said
            and lending.register.state(code(item)) == "shelved"
        ):
            said["person"] = lending.persons[1].code
        asked = Asked(act, lending.items[item].code, **said)  # type: ignore[arg-type]  # as a test says
        return loans.act(lending.register, asked, now=NOW + timedelta(days=days), agent=agent)

    def code(item: int) -> str:
        return lending.items[item].id

    return doing


def refused(do: Do, act: str, item: int, **said: object) -> str:
    with pytest.raises(LoanError) as found:
        do(act, item, **said)
    assert "{" not in str(found.value) + found.value.hint
    return found.value.code


def told(depot: Depot) -> list[tuple[str, object]]:
    return [(one.type, one.detail.get("act")) for one in ledger.read(depot.archive)]


def test_who_is_at_the_desk_is_lent_to_in_one_step(lending: Depot, do: Do):
    home = lending.register.place_of(lending.items[1].id)
    done = do("out", 1)
    assert [one.detail["act"] for one in done.events] == ["request", "approve", "prepare", "out"]
    assert done.number == "2026/000001"
    assert done.line is not None
    assert (done.line.stand, done.line.due, done.line.sent.folios) == ("on loan", "2026-04-01", 204)
    assert lending.register.state(lending.items[1].id) == "on loan"
    assert lending.register.place_of(lending.items[1].id) == home  # P9: the gap on the shelf is its own


def test_a_loan_goes_its_whole_way_step_by_step(do: Do):
    stands = [do(act, 1).line for act in ("request", "approve", "prepare", "out", "renew", "recall")]
    stands += [do("in", 1, found=Condition(204)).line, do("check", 1).line, do("shelve", 1).line]
    assert [line and line.stand for line in stands] == [
        *(
            "requested",
            "approved",
            "prepared",
            "on loan",
            "on loan",
            "on loan",
            "returned",
            "checked",
            "closed",
        )
    ]
    assert stands[-1] is not None
    assert (stands[-1].ended, stands[-1].renewals, stands[-1].recalled) == ("shelve", 1, True)


def test_the_second_to_ask_is_told_who_has_it_and_since_when(lending: Depot, do: Do):
    holder = lending.persons[1]
    do("out", 1)
    for act in ("request", "out"):
        with pytest.raises(LoanError, match=rf"{holder.code} {holder.name}, desde el 2026-03-02") as found:
            do(act, 1, person=lending.persons[0].code)
        assert found.value.code == "Q020"


def test_what_is_asked_for_together_is_one_loan_and_all_or_nothing(lending: Depot, do: Do):
    person = lending.persons[1].code
    asked = [Asked("request", one.code, person) for one in lending.items[1:4]]
    done = loans.act_together(lending.register, [*asked, asked[0]], now=NOW, agent=AGENT)
    assert [one.number for one in done] == ["2026/000001"] * 3
    rules = policies.load(lending.catalogue)
    assert len(of_loan(lending.register, rules, "2026/000001", NOW.date())) == 3
    size = len(told(lending))
    with pytest.raises(LoanError):
        loans.act_together(
            lending.register,
            [Asked("request", lending.items[4].code, person), asked[0]],
            now=NOW,
            agent=AGENT,
        )
    assert len(told(lending)) == size


def test_an_item_is_added_to_a_loan_of_the_same_person_and_to_no_other(lending: Depot, do: Do):
    first = do("out", 1)
    assert first.line is not None
    assert do("out", 2, loan=first.line.loan).number == first.number
    other = do("out", 3, loan=first.line.loan, person=lending.persons[0].code)
    assert other.number == "2026/000002"
    do("in", 1, found=Condition(204))
    do("shelve", 1)
    assert do("out", 1, loan=first.line.loan).number == "2026/000003"  # it was on that loan before


def test_the_numbers_of_loans_begin_anew_each_year(do: Do):
    assert do("request", 1).number == "2026/000001"
    assert do("request", 2).number == "2026/000002"
    assert do("request", 3, days=365).number == "2027/000001"


def test_nobody_lends_to_themselves(lending: Depot, do: Do):
    own = {"person": lending.persons[0].code, "agent": "zoe"}
    access.change(lending.catalogue, "zoe", ["clerk"], now=NOW, agent=AGENT)
    assert do("request", 1, **own).line is not None  # to ask is for everybody
    assert refused(do, "approve", 1, agent="zoe") == "Q070"
    assert refused(do, "out", 2, **own) == "Q070"
    do("out", 1)
    assert refused(do, "renew", 1, agent="zoe") == "Q070"


def test_nobody_judges_what_they_bring_back_themselves(lending: Depot, do: Do):
    access.change(lending.catalogue, "zoe", ["archivist"], now=NOW, agent=AGENT)
    do("out", 1, person=lending.persons[0].code)
    assert refused(do, "in", 1, agent="zoe", found=Condition(203)) == "Q070"
    do("in", 1, found=Condition(203))
    for act in ("check", "discrepancy", "shelve"):
        assert refused(do, act, 1, agent="zoe", because=("miscounted",)) == "Q070"
    do("check", 1, because=("folios missing",))
    assert do("shelve", 1, agent="zoe").line is not None  # somebody else has passed it
    do("out", 1, person=lending.persons[0].code)
    do("declared lost", 1)
    assert refused(do, "found", 1, agent="zoe") == "Q070"
    assert refused(do, "written off", 1, agent="zoe", because=("not found",)) == "Q070"


def test_nothing_is_lent_to_or_allowed_by_somebody_who_was_forgotten(lending: Depot, do: Do):
    forgotten = lending.persons[1]
    redaction.redact(lending.register, forgotten.code, now=NOW, agent=AGENT)
    for act in ("request", "out"):
        assert refused(do, act, 1, person=forgotten.code) == "Q052"
    said = {"person": lending.persons[0].code, "insisted": "court", "authoriser": forgotten.code}
    assert refused(do, "request", 0, **said) == "Q052"


def test_what_is_lost_for_good_is_written_off_by_who_may_for_a_reason_and_the_loan_ends(
    lending: Depot, do: Do
):
    item, holder = lending.items[1], lending.persons[1]
    do("out", 1)
    assert refused(do, "written off", 1, because=("stolen",)) == "Q030"  # it was not lost before
    do("declared lost", 1)
    with pytest.raises(HoldingsError) as leaves:
        places.leaving(lending.register, item.id, "destroyed")
    assert f"docscan loan write-off {item.code}" in leaves.value.hint
    assert refused(do, "written off", 1) == "Q154"
    assert refused(do, "written off", 1, because=("stolen",), agent=CLERK) == "Q156"
    done = do("written off", 1, because=("stolen",))
    assert done.line is not None
    assert (done.line.ended, done.events[0].detail["reason"]) == ("written off", "stolen")
    assert lending.register.state(item.id) == "written off"
    assert lending.register.place_of(item.id) is None
    assert refused(do, "request", 1, person=holder.code) == "Q040"
    with pytest.raises(LoanError):
        loans.undo(lending.register, done.events, now=NOW, agent=AGENT)
    redaction.redact(lending.register, holder.code, now=NOW, agent=AGENT)  # nothing keeps the borrower
    path = tables.path_of(lending.archive)
    before = dump(path, tables.TABLES)
    register.rebuild(lending.archive)
    assert dump(path, tables.TABLES) == before


def test_a_request_for_what_is_scanned_is_answered_with_a_copy_and_no_paper_moves(lending: Depot, do: Do):
    before = len(told(lending))
    done = do("request", 0)
    assert done.line is not None
    assert (done.line.kind, done.line.ended) == ("copy", "copy")
    assert told(lending)[before:] == [("loan", "request"), ("dissemination", None)]
    shown = list(ledger.read(lending.archive))[-1]
    assert shown.object == done.line.began.detail["record"]
    assert lending.register.state(lending.items[0].id) == "shelved"
    assert refused(do, "out", 0) == "Q092"  # whoever hands the paper over says why
    assert lending.register.state(lending.items[0].id) == "shelved"


def test_a_scan_that_was_merged_is_the_record_that_has_its_pages_now(lending: Depot, do: Do):
    into = [file_one(lending.archive, lending.catalogue, number) for number in (2, 3)]
    for before, after in zip((object_id(1), object_id(2)), into, strict=True):
        merge(lending, before, str(after.id))
    assert refused(do, "out", 0) == "Q092"
    line = do("request", 0).line
    assert line is not None
    assert (line.kind, line.began.detail["record"]) == ("copy", str(into[1].id))
    holds.place(lending.catalogue, [str(into[1].id)], "litigation", now=NOW, agent=AGENT)
    with pytest.raises(HoldingsError) as held:
        places.leaving(lending.register, lending.items[0].id, "destroyed")
    assert held.value.code == "G095"


def test_the_original_of_a_scan_is_lent_for_a_reason_with_an_authoriser_by_who_may(lending: Depot, do: Do):
    reason, person = {"insisted": "court"}, lending.persons[1].code
    assert refused(do, "request", 0, **reason) == "Q090"
    assert refused(do, "request", 0, insisted="curiosity") == "Q080"
    assert refused(do, "request", 0, **reason, authoriser=person) == "Q070"  # P4
    reason["authoriser"] = lending.persons[0].code
    assert refused(do, "out", 0, agent=CLERK, **reason) == "Q100"
    do("request", 0, agent=CLERK, **reason)
    assert refused(do, "approve", 0, agent=CLERK) == "Q100"
    line = do("out", 0).line
    assert line is not None
    assert (line.kind, line.reason, line.authoriser) == ("original", "court", lending.persons[0].id)


def test_a_scan_that_came_after_the_request_needs_an_authoriser_still(lending: Depot, do: Do):
    do("request", 1)
    record = depots.enter(
        lending.register,
        [
            replace(
                lending.register.item(lending.items[1].id),
                record=str(file_one(lending.archive, lending.catalogue, 2).id),
            )
        ],
        act="link",
    )
    assert record
    assert refused(do, "approve", 1) == "Q090"


def test_203_of_204_folios_do_not_close_without_a_discrepancy_on_record(lending: Depot, do: Do):
    do("out", 1)
    do("in", 1, found=Condition(203))
    assert refused(do, "check", 1) == "Q150"
    assert refused(do, "shelve", 1) == "Q150"
    with pytest.raises(LoanError, match="203") as found:
        do("check", 1)
    assert (
        f"docscan loan check {lending.items[1].code} --folios 203 --because 'folios missing'"
        in found.value.hint
    )
    assert refused(do, "check", 1, because=("lost in the post",)) == "Q140"
    assert refused(do, "check", 1, because=("folios missing",), agent=CLERK) == "Q142"
    assert refused(do, "check", 1, found=Condition(202)) == "Q150"
    done = do("check", 1, because=("folios missing",))
    assert [one.detail["act"] for one in done.events] == ["discrepancy", "check"]
    line = do("shelve", 1).line
    assert line is not None
    assert (line.sent.folios, line.back.folios, line.discrepancy) == (204, 203, ("folios missing",))
    again = do("out", 1).line
    assert again is not None
    assert again.sent.folios == 203  # as it was known last


@pytest.mark.parametrize(
    ("found", "because", "wrong"),
    [
        (Condition(203), ("miscounted",), ("miscounted", "folios missing")),
        (Condition(203), ("folios missing",), ("damaged before",)),
        (Condition(205), ("folios added",), ("folios missing",)),
        (Condition(204, "damaged"), ("damaged on loan",), ("folios added",)),
        (Condition(204, "", 1), ("folios added",), ("damaged on loan",)),
        (Condition(203, "damaged"), ("folios missing", "damaged before"), ("damaged on loan",)),
        (Condition(203, "damaged"), ("miscounted", "damaged on loan"), ("folios missing",)),
        (Condition(203, "worn", 2), ("folios missing", "folios added"), ("folios missing", "damaged before")),
    ],
)
def test_what_came_back_otherwise_is_explained_by_reasons_that_fit_and_all_of_it(
    lending: Depot, do: Do, found: Condition, because: tuple[str, ...], wrong: tuple[str, ...]
):
    do("out", 1, found=Condition(204, "worn"))
    do("in", 1, found=found)
    assert refused(do, "check", 1) == "Q150"
    for act in ("check", "discrepancy"):
        assert refused(do, act, 1, because=wrong) == "Q152"
    done = do("check", 1, because=because)
    assert [one.detail.get("reason") for one in done.events] == [*because, None]
    assert do("shelve", 1).line == loan_rows.last_line(lending.register.db, lending.items[1].id)
    lacks = loan_rows.folios_missing(lending.register.db, lending.items[1].id)
    assert lacks == (1 if "folios missing" in because else 0)


@pytest.mark.parametrize(("act", "reason"), [("check", "damaged before"), ("discrepancy", "damaged on loan")])
def test_damage_may_be_explained_where_nobody_looked_before_by_one_reason(do: Do, act: str, reason: str):
    do("out", 1, found=Condition(204))
    do("in", 1, found=Condition(204, "worn"))
    both = ("damaged before", "damaged on loan")
    assert [refused(do, act, 1, because=some) for some in (("miscounted",), both)] == ["Q152"] * 2
    assert refused(do, act, 1, because=(reason,), agent=CLERK) == "Q142"
    detail = do(act, 1, because=(reason,)).events[0].detail
    assert (detail["act"], detail["reason"]) == ("discrepancy", reason)
    line = do("shelve", 1).line
    assert line is not None
    assert (line.discrepancy, line.lost) == ((reason,), 0)
    do("out", 1)  # in the state in which it was found
    do("in", 1)
    assert refused(do, act, 1, because=(reason,), found=Condition(204, "worn")) == "Q144"
    assert do("check", 1, found=Condition(204, "worn")).line is not None


def test_damage_need_not_be_explained_where_nobody_looked_before(do: Do):
    do("out", 1, found=Condition(204))
    do("in", 1, found=Condition(204, "worn"))
    line = do("shelve", 1).line
    assert line is not None
    assert line.discrepancy == ()


def test_a_discrepancy_is_recorded_where_there_is_one_and_the_count_may_be_mended(do: Do):
    do("out", 1)
    do("in", 1, found=Condition(203))
    do("discrepancy", 1, because=("miscounted",))
    assert do("check", 1, found=Condition(204)).line is not None
    do("shelve", 1)
    do("out", 1)
    do("in", 1, found=Condition(204))
    for act in ("discrepancy", "check"):
        assert refused(do, act, 1, because=("miscounted",)) == "Q144"


def test_what_was_counted_when_it_went_is_counted_before_it_is_passed(do: Do):
    do("out", 1)
    do("in", 1)
    assert refused(do, "shelve", 1) == "Q130"
    assert do("check", 1, found=Condition(204)).line is not None


def test_a_due_date_moves_off_the_closed_days_of_the_item_s_site(do: Do):
    line = do("out", 1, days=1).line  # thirty days later it is Maundy Thursday, in Madrid a holiday
    assert line is not None
    assert line.due == "2026-04-06"


def test_renewals_lead_to_later_days_within_the_limit_and_are_counted(do: Do):
    do("out", 1)
    first = do("renew", 1, days=25).line
    second = do("renew", 1, days=26).line
    assert first is not None
    assert second is not None
    assert "2026-04-01" < first.due < second.due <= "2026-05-31"
    assert refused(do, "renew", 1, days=27) == "Q112"
    do("out", 2)
    assert do("renew", 2, days=85).line is not None
    with pytest.raises(LoanError) as late:
        do("renew", 2, days=86)
    assert late.value.code == "Q114"
    assert "renuév" not in late.value.hint  # no later day is within the limit


def test_what_is_late_by_more_than_a_renewal_is_not_renewed(do: Do):
    do("out", 1)
    assert refused(do, "renew", 1, days=200) == "Q114"


def test_what_is_recalled_is_due_sooner_and_renewed_no_more(do: Do):
    do("out", 1)
    line = do("recall", 1, days=2).line
    assert line is not None
    assert line.due == "2026-03-11"
    assert refused(do, "renew", 1, days=3) == "Q110"
    assert refused(do, "recall", 1, days=3) == "Q110"


def test_what_was_claimed_returned_or_lost_is_found_and_then_checked(do: Do):
    for item in (1, 2, 3):
        do("out", item)
    do("claimed returned", 1)
    assert refused(do, "renew", 1) == "Q030"
    assert refused(do, "claimed returned", 1) == "Q030"
    do("found", 1, found=Condition(204))
    do("declared lost", 2)
    do("found", 2, found=Condition(204))
    do("declared lost", 3)
    do("in", 3, found=Condition(204))
    for item in (1, 2, 3):
        line = do("shelve", item).line
        assert line is not None
        assert line.ended == "shelve"


def test_a_return_may_be_of_an_earlier_day_but_not_before_it_went_out_or_to_come(do: Do):
    do("out", 1)
    assert refused(do, "in", 1, days=5, returned=(NOW - timedelta(days=1)).date()) == "Q132"
    assert refused(do, "in", 1, days=5, returned=(NOW + timedelta(days=6)).date()) == "Q132"
    line = do("in", 1, days=5, returned=(NOW + timedelta(days=3)).date()).line
    assert line is not None
    assert line.returned == "2026-03-05"


def test_what_is_missing_or_gone_is_neither_asked_for_nor_handed_over(lending: Depot, do: Do):
    def say(draft: Draft) -> None:
        lending.register.write([draft], now=NOW, agent=AGENT)

    say(places.missing(lending.register, lending.items[1].id))
    assert refused(do, "request", 1, person=lending.persons[1].code) == "Q042"
    do("request", 2)
    say(places.saying(lending.items[2], "missing"))  # as a ledger from before may have it
    assert [refused(do, act, 2) for act in ("approve", "out")] == ["Q042"] * 2
    say(places.found(lending.register, lending.items[2].id))
    do("out", 2)
    say(places.leaving(lending.register, lending.items[3].id, "transferred out"))
    assert refused(do, "out", 3, person=lending.persons[1].code) == "Q040"


def test_what_is_on_an_open_loan_is_not_missing_and_what_is_missing_ends_none(lending: Depot, do: Do):
    """P1, at each step of a loan: the sentence names the command with which the loan goes on or ends."""
    item, found = lending.items[1], []
    for act in ("request", "approve", "prepare", "out", "claimed returned", "declared lost", "in", "check"):
        do(act, 1, found=Condition(204))
        with pytest.raises(HoldingsError, match=lending.persons[1].code) as refusal:
            places.missing(lending.register, item.id)
        found.append(refusal.value.hint.rpartition(f" {item.code}")[0].rpartition("loan ")[2])
    assert found == ["cancel", "cancel", "cancel", "lost", "lost", "write-off", "check", "shelve"]
    shelved = do("shelve", 1)
    lending.register.write([places.missing(lending.register, item.id)], now=NOW, agent=AGENT)
    with pytest.raises(LoanError) as undone:
        loans.undo(lending.register, shelved.events, now=NOW, agent=AGENT)
    assert undone.value.code == "Q042"


@pytest.mark.parametrize(
    ("act", "code"), [("approve", "Q010"), ("in", "Q012"), ("renew", "Q012"), ("declared lost", "Q012")]
)
def test_what_is_on_no_loan_cannot_be_taken_further(do: Do, act: str, code: str):
    assert refused(do, act, 1) == code


@pytest.mark.parametrize(
    ("done", "tried", "ways"),
    [
        (("request",), "recall", ["approve", "refuse", "cancel"]),
        (("out", "in"), "recall", ["check"]),
        (("out", "recall"), "request", ["claim-returned", "lost", "in"]),
    ],
)
def test_a_step_out_of_turn_is_answered_with_those_that_can_be_taken(
    lending: Depot, do: Do, done: tuple[str, ...], tried: str, ways: list[str]
):
    for act in done:
        do(act, 1)
    with pytest.raises(LoanError) as found:
        do(tried, 1, person=lending.persons[0].code if tried == "request" else "")
    commands = found.value.hint.partition(": ")[2].split(", ")
    assert commands == [f"docscan loan {way} {lending.items[1].code}" for way in ways]


def test_a_request_names_who_is_to_have_it_and_a_policy_there_is(lending: Depot, do: Do):
    assert refused(do, "request", 1, person="") == "Q050"
    assert refused(do, "request", 1, policy="nobody's") == "Q060"
    line = do("out", 1, policy="court").line
    assert line is not None
    assert line.due == "2026-06-01"  # ninety days later it is a Sunday


def test_one_s_last_step_is_taken_back_with_what_it_took_along(lending: Depot, do: Do):
    done = do("out", 1)
    back = loans.undo(lending.register, done.events, now=NOW, agent=AGENT)
    assert back.line is None
    assert lending.register.state(lending.items[1].id) == "shelved"
    with pytest.raises(LoanError) as said:  # its number was told, and is no other loan's
        of_loan(lending.register, policies.load(lending.catalogue), done.number, NOW.date())
    assert said.value.code == "Q196"
    do("out", 1)
    returned = do("in", 1, found=Condition(204))
    back = loans.undo(lending.register, returned.events, now=NOW, agent=AGENT)
    assert back.line is not None
    assert back.line.stand == "on loan"


def test_somebody_else_s_step_or_one_that_another_followed_stays(lending: Depot, do: Do):
    def undo(done: Done, agent: str) -> str:
        with pytest.raises(LoanError) as found:
            loans.undo(lending.register, done.events, now=NOW, agent=agent)
        return found.value.code

    out = do("out", 1)
    assert undo(out, CLERK) == "Q182"
    returned = do("in", 1, found=Condition(204))
    assert undo(out, AGENT) == "Q180"
    do("shelve", 1)
    do("out", 1)
    assert undo(returned, AGENT) == "Q180"
    assert undo(do("request", 0), AGENT) == "Q180"  # the copy was given


def test_the_register_made_anew_says_the_same_of_every_loan(lending: Depot, do: Do):
    for item in (1, 2, 3):
        do("out", item)
    do("in", 1, found=Condition(203))
    do("check", 1, because=("folios missing",))
    loans.undo(lending.register, do("recall", 2).events, now=NOW, agent=AGENT)
    path = tables.path_of(lending.archive)
    before = dump(path, tables.TABLES)
    register.rebuild(lending.archive)
    assert dump(path, tables.TABLES) == before


@pytest.mark.parametrize(
    "changed",
    [
        {"act": "melted"},
        {"act": "renew", "due": "2026-13-77"},
        {"act": "request", "person": "00000000-0000-4000-8000-000000000099"},
        {"act": "request", "loan": "00000000-0000-4000-8000-000000000098"},
        {"act": "undone", "step": 3},
        {"act": "shelve"},
        {"item": "00000000-0000-4000-8000-000000000097"},
        {"act": 7},
    ],
)
def test_lines_of_a_hostile_or_later_ledger_change_nothing(
    lending: Depot, do: Do, changed: dict[str, str | int]
):
    done = do("out", 1)
    assert done.line is not None
    person = lending.persons[0].id
    detail = {"act": "request", "loan": done.line.loan, "item": done.line.item, "person": person} | changed
    if changed.get("act") == "renew":  # it follows, but says no day
        detail |= {"due": "2026-99-99"}
    lending.register.write([Draft("loan", detail=detail)], now=NOW, agent=AGENT)
    found = loan_rows.open_line(lending.register.db, done.line.item)
    assert found is not None
    assert (found.person, found.stand, found.went) == (done.line.person, "on loan", done.line.went)
    if detail["act"] != "renew":
        assert found == done.line
    assert do("in", 1, found=Condition(204)).line is not None


def test_every_refusal_has_its_way_out_in_every_language():
    codes = [code for code in sentences() if code.startswith("Q") and code < "Q200"]
    assert codes
    for code in codes:
        assert f"Q{int(code[1:]) ^ 1:03d}" in sentences()
        assert set(sentences()[code]) == set(LANGUAGES)


def test_a_moment_of_the_night_counts_by_the_day_of_utc(do: Do):
    line = do("out", 1, days=0.6).line
    assert line is not None
    assert line.out == (NOW + timedelta(days=0.6)).date().isoformat()
    assert datetime.fromisoformat(line.began.at) == NOW + timedelta(days=0.6)


def test_what_goes_out_with_another_count_than_is_known_goes_for_a_reason_on_record(lending: Depot, do: Do):
    other = Condition(203)
    assert refused(do, "out", 1, found=other) == "Q146"
    for wrong in ("folios added", "damaged before"):
        assert refused(do, "out", 1, found=other, because=(wrong,)) == "Q146"
    assert refused(do, "out", 1, found=other, because=("folios missing",), agent=CLERK) == "Q148"
    done = do("out", 1, found=other, because=("folios missing",))
    assert {"before": 204, "folios": 203, "reason": "folios missing"}.items() <= done.events[
        -1
    ].detail.items()
    assert loan_rows.folios_missing(lending.register.db, lending.items[1].id) == 1
    do("in", 1, found=other)
    do("shelve", 1)
    assert loan_rows.folios_missing(lending.register.db, lending.items[1].id) == 1
    do("out", 1, agent=CLERK, found=other)  # as it is known to be by now
    do("out", 2, found=other, because=("miscounted",))
    assert loan_rows.folios_missing(lending.register.db, lending.items[2].id) == 0
