import contextlib
import os
import shutil
import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan import archive as archives
from docscan.archive import fixity, ledger, objects, plans, rebuild, tables
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Agent, Draft, Event
from docscan.archive.keeping import disposal, holds, proposals, retention, schedules, standing
from docscan.archive.keeping.retention import Dated, base_of
from docscan.archive.recovery import taken_up
from docscan.archive.revision import Revision, revise
from docscan.errors import ArchiveError, NotFoundError, RetentionError
from docscan.model import Decision
from tests.archive.conftest import AGENT, NOW, file_one, object_id
from tests.archive.rules import RULES

LATER = datetime(2033, 1, 1, 8, tzinfo=UTC)  # the day after the sixth year of what NOW received
ALL = (1, 5, 7)  # invoices that wait for nobody


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    root = tmp_path_factory.mktemp("filled") / "archive"
    archive = archives.create(root, name="acme", language="es", now=NOW, agent=AGENT)
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        for number in range(1, 8):
            file_one(archive, catalogue, number)
        schedules.adopt(catalogue, RULES, now=NOW, agent=AGENT)
    return root


@pytest.fixture
def shelf(filled, tmp_path):
    return archives.open_archive(shutil.copytree(filled, tmp_path / "archive"))


def act(archive, verb, *args, now=LATER, agent="zoe"):
    with taken_up(archive, now=now, agent=agent) as catalogue:
        return verb(catalogue, *args, now=now, agent=agent)


def proposed(archive, *numbers, agent="zoe", now=LATER):
    chosen = [object_id(number) for number in numbers]
    return act(archive, disposal.propose, chosen, now.date(), agent=agent, now=now)


def approved(archive, *numbers):
    proposal = proposed(archive, *numbers)
    return act(archive, disposal.approve, proposal.id, agent="max")


def on_shelf(archive):
    return {n for n in range(1, 8) if objects.folder_of(archive, object_id(n)).exists()}


def revised(archive, number, **changes):
    with taken_up(archive, now=LATER, agent=AGENT) as catalogue:
        record = objects.read_record(archive, object_id(number))
        pages = objects.read_pages(archive, record)
        row = catalogue.row(object_id(number))
        after = replace(record, pages=pages, **changes)
        detail = {"decision": changes["decisions"][-1].act} if changes.get("decisions") else {}
        if detail and changes["decisions"][-1].other:
            detail["other"] = changes["decisions"][-1].other
        revise(archive, catalogue, [Revision(after, row.version + 1, detail=detail)], now=LATER, agent=AGENT)


def test_what_is_due_is_proposed_by_one_approved_by_another_and_destroyed(shelf):
    proposal = proposed(shelf)
    assert (proposal.state, proposal.count) == ("pending", 3)
    with taken_up(shelf, now=LATER, agent="x") as catalogue:
        assert {row.id for row in proposals.listed(catalogue, proposal)} == {object_id(n) for n in ALL}
    assert act(shelf, disposal.approve, proposal.id, agent="max").state == "approved"
    done = act(shelf, disposal.execute, proposal.id, agent="eva")
    assert set(done.records) == {object_id(n) for n in ALL}
    assert done.complete
    assert done.unread == ()
    assert on_shelf(shelf) == {2, 3, 4, 6}
    assert list(fixity.verify(shelf)) == []


def test_the_tombstone_says_class_dates_pages_digest_and_by_whose_authority(shelf):
    before = next(event for event in ledger.read(shelf) if event.object == object_id(1))
    act(shelf, disposal.execute, approved(shelf, 1).id, agent="eva")
    with open_catalogue(shelf) as catalogue:
        row, told = catalogue.row(object_id(1)), catalogue.destruction(object_id(1))
        assert catalogue.count() == 6
        assert catalogue.count(state="destroyed") == 1
        assert catalogue.by_sha256(row.sha256) is None
        assert "" not in catalogue.first_verdicts()
    assert (row.state, row.kind, row.pages, row.version) == ("destroyed", "invoice", 2, 1)
    assert row.sha256 == before.files["v1/content/original"]
    assert (row.source, row.supplier, row.number, row.total) == ("", "", "", "")
    assert told.detail["class"] == "accounting"
    assert told.detail["due"] == "2033-01-01"
    assert told.detail["proposer"] == ledger.pseudonym(shelf, "zoe")
    assert told.detail["approver"] == ledger.pseudonym(shelf, "max")
    assert told.agent.id == ledger.pseudonym(shelf, "eva")


def test_the_catalogue_made_anew_knows_the_same_of_the_destroyed(shelf):
    act(shelf, disposal.execute, approved(shelf, 1, 5).id, agent="eva")
    before = rebuild.dump(shelf)
    rebuild.rebuild(shelf)
    assert rebuild.dump(shelf) == before


def test_nobody_approves_what_they_proposed(shelf):
    proposal = proposed(shelf, 1)
    with pytest.raises(RetentionError) as refused:
        act(shelf, disposal.approve, proposal.id, agent="zoe")
    assert "approve" in refused.value.hint
    with pytest.raises(RetentionError, match="pending"):
        act(shelf, disposal.execute, proposal.id)
    assert 1 in on_shelf(shelf)


def test_an_approval_forged_by_the_proposer_does_not_count(shelf):
    proposal = proposed(shelf, 1)
    with taken_up(shelf, now=LATER, agent="zoe") as catalogue:
        disposal._decide(catalogue, proposal, "pass", LATER, "zoe")
    with pytest.raises(RetentionError):
        act(shelf, disposal.execute, proposal.id, agent="max")
    assert 1 in on_shelf(shelf)


def test_a_hold_keeps_a_record_out_of_the_list(shelf):
    act(shelf, holds.place, [object_id(1)], "litigation")
    assert proposed(shelf).count == 2
    with pytest.raises(RetentionError, match="litigation"):
        proposed(shelf, 1)


def test_a_hold_placed_between_approval_and_execution_stops_all_of_it(shelf):
    proposal = approved(shelf, 1, 5)
    act(shelf, holds.place, [object_id(5)], "audit", agent="judge")
    with pytest.raises(RetentionError, match=object_id(5)):
        act(shelf, disposal.execute, proposal.id)
    assert on_shelf(shelf) == set(range(1, 8))
    assert not any(event.type == "deletion" for event in ledger.read(shelf))


def held_by_another_process(archive, wait):
    """Places a hold on record 1 in a process of its own, a little later."""
    child = os.fork()
    if child == 0:
        time.sleep(wait)
        try:
            with taken_up(archive, now=LATER, agent="judge", timeout=30) as catalogue:
                holds.place(catalogue, [object_id(1)], "litigation", now=LATER, agent="judge")
        finally:
            os._exit(0)
    return child


@pytest.mark.parametrize("wait", [0.0, 0.01, 0.02, 0.04, 0.08])
def test_of_a_hold_and_a_destruction_at_the_same_moment_one_comes_first_and_stops_the_other(shelf, wait):
    proposal = approved(shelf, 1)
    child = held_by_another_process(shelf, wait)
    with (
        contextlib.suppress(RetentionError),
        taken_up(shelf, now=LATER, agent="eva", timeout=30) as catalogue,
    ):
        disposal.execute(catalogue, proposal.id, now=LATER, agent="eva")
    os.waitpid(child, 0)
    told = {event.type for event in ledger.read(shelf)} & {"deletion", "hold placed"}
    assert len(told) == 1
    assert (1 in on_shelf(shelf)) == (told == {"hold placed"})
    assert list(fixity.verify(shelf)) == []


def test_a_hold_that_the_catalogue_was_made_to_forget_stops_it_as_well(shelf):
    proposal = approved(shelf, 1)
    act(shelf, holds.place, [object_id(1)], "audit")
    with open_catalogue(shelf) as catalogue:
        catalogue.db.execute("DROP TRIGGER events_are_not_changed").close()
        with tables.immediate(catalogue.db):
            catalogue.db.execute("UPDATE events SET type = 'validation' WHERE type = 'hold placed'")
        catalogue.db.execute(
            "CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events"
            " BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
        ).close()
    with pytest.raises(RetentionError, match="audit"):
        act(shelf, disposal.execute, proposal.id)
    assert 1 in on_shelf(shelf)


def test_a_released_hold_lets_go_and_another_on_the_same_record_stays(shelf):
    first = act(shelf, holds.place, [object_id(1), object_id(5)], "audit")
    second = act(shelf, holds.place, [object_id(1)], "claim")
    proposal = None
    act(shelf, holds.release, first[:8])
    with pytest.raises(RetentionError, match="claim"):
        proposed(shelf, 1)
    assert proposed(shelf, 5).count == 1
    act(shelf, holds.release, second)
    proposal = approved(shelf, 1)
    act(shelf, disposal.execute, proposal.id)
    assert list(fixity.verify(shelf)) == []
    with pytest.raises(RetentionError):
        act(shelf, holds.release, second)


def test_what_is_not_due_is_not_destroyed(shelf):
    early = datetime(2032, 12, 31, 23, tzinfo=UTC)
    with pytest.raises(RetentionError, match="2032-12-31"):
        proposed(shelf, 1, now=early)
    with pytest.raises(RetentionError):
        proposed(shelf, now=early)
    proposal = act(shelf, disposal.propose, [object_id(1)], date(2033, 1, 1), now=early)
    act(shelf, disposal.approve, proposal.id, agent="max", now=early)
    with pytest.raises(RetentionError, match="2032-12-31"):
        act(shelf, disposal.execute, proposal.id, now=early)
    act(shelf, disposal.execute, proposal.id)
    assert 1 not in on_shelf(shelf)


def test_what_waits_for_a_person_is_not_destroyed(shelf):
    with pytest.raises(RetentionError, match=object_id(3)):
        proposed(shelf, 3)


def test_what_a_class_puts_to_review_is_destroyed_only_by_name_and_what_it_transfers_never(shelf):
    assert object_id(2) not in proposed_ids(shelf)
    assert proposed(shelf, 2).count == 1
    act(shelf, retention.assign, object_id(2), "permanent")
    with pytest.raises(RetentionError, match="transfer"):
        proposed(shelf, 2)


def proposed_ids(archive):
    proposal = proposed(archive)
    with taken_up(archive, now=LATER, agent="x") as catalogue:
        return {row.id for row in proposals.listed(catalogue, proposal)}


def test_holds_and_proposals_alone_are_as_among_all_the_rest(shelf):
    first = act(shelf, holds.place, [object_id(1), object_id(5)], "audit")
    act(shelf, holds.place, [object_id(5)], "claim")
    act(shelf, holds.release, first)
    for decided in (disposal.approve, disposal.reject):
        act(shelf, decided, proposed(shelf, 1).id, agent="max")
    act(shelf, disposal.execute, approved(shelf, 1).id)
    with open_catalogue(shelf) as catalogue:
        known = standing.of(catalogue)
        assert standing.of(catalogue, "holds").holds == known.holds
        assert standing.of(catalogue, "proposals").proposals == known.proposals
    assert {one.state for one in known.proposals.values()} == {"approved", "rejected", "executed"}


def test_a_class_given_by_hand_counts_before_the_kind(shelf):
    act(shelf, retention.assign, object_id(1), "forms")
    with open_catalogue(shelf) as catalogue:
        known = standing.of(catalogue)
        found = retention.overview(catalogue, known, schedules.load(shelf), LATER.date())
    assert found[object_id(1)].rule.id == "forms"
    assert found[object_id(5)].rule.id == "accounting"
    with pytest.raises(RetentionError, match="nonsense"):
        act(shelf, retention.assign, object_id(1), "nonsense")


def test_a_record_without_a_class_is_kept(shelf):
    with taken_up(shelf, now=NOW, agent=AGENT) as catalogue:
        text = RULES.replace("[[class]]", "\n[[class]]") + SECOND_WITHOUT_KINDS
        schedules.adopt(catalogue, text, now=NOW, agent=AGENT)
    with pytest.raises(RetentionError):
        proposed(shelf, 1)


SECOND_WITHOUT_KINDS = """
[[class]]
id = "accounting"
version = 2
from = 2026-01-01
title = "Invoices"
kinds = []
trigger = "end_of_year"
period = "P6Y"
action = "destroy"
basis = "the law"
jurisdiction = "ES"
"""


def test_a_record_changed_after_the_proposal_is_not_destroyed(shelf):
    proposal = approved(shelf, 1)
    revised(shelf, 1, verdict="accepted")
    with pytest.raises(RetentionError, match=object_id(1)):
        act(shelf, disposal.execute, proposal.id)
    assert 1 in on_shelf(shelf)
    act(shelf, disposal.reject, proposal.id, agent="max")
    act(shelf, disposal.execute, approved(shelf, 1).id)
    assert 1 not in on_shelf(shelf)
    assert list(fixity.verify(shelf)) == []


def test_a_list_that_was_altered_is_not_executed(shelf):
    proposal = approved(shelf, 1)
    path = shelf.root / proposal.paper
    path.write_bytes(path.read_bytes().replace(object_id(1).encode(), object_id(2).encode()))
    with pytest.raises(RetentionError, match=proposal.id):
        act(shelf, disposal.execute, proposal.id)
    path.unlink()
    with pytest.raises(RetentionError, match=proposal.id):
        act(shelf, disposal.execute, proposal.id)
    assert on_shelf(shelf) == set(range(1, 8))


def test_a_schedule_shortened_by_hand_destroys_nothing(shelf):
    early = datetime(2030, 1, 1, tzinfo=UTC)
    path = shelf.root / "retention.toml"
    path.write_text(path.read_text().replace("P6Y", "P1Y"))
    with pytest.raises(RetentionError, match=r"retention\.toml"):
        proposed(shelf, 1, now=early)


def test_records_of_the_same_paper_are_destroyed_together_or_not_at_all(shelf):
    for number, other in ((1, 5), (5, 1)):
        decision = Decision("merge", "2026-03-01T10:00:00Z", "u:0", "accepted", other=object_id(other))
        revised(shelf, number, decisions=(decision,))
    with pytest.raises(RetentionError, match=object_id(5)):
        proposed(shelf, 1)
    hold = act(shelf, holds.place, [object_id(5)], "audit")
    with pytest.raises(RetentionError, match=object_id(1)):
        proposed(shelf, 1, 5)
    assert proposed(shelf).count == 1
    act(shelf, holds.release, hold)
    act(shelf, disposal.execute, approved(shelf, 1, 5).id)
    assert on_shelf(shelf) == {2, 3, 4, 6, 7}


def test_a_damaged_record_can_be_destroyed_once_somebody_gives_it_a_class(shelf):
    objects.path_of(shelf, object_id(1), "record.json").write_text("{")
    proposal = approved(shelf, 1)
    with pytest.raises(RetentionError):
        act(shelf, disposal.execute, proposal.id)
    act(shelf, retention.assign, object_id(1), "accounting")
    act(shelf, disposal.execute, proposal.id)
    assert 1 not in on_shelf(shelf)


def test_a_proposal_is_decided_once_and_executed_once(shelf):
    proposal = approved(shelf, 1)
    with pytest.raises(RetentionError, match="approved"):
        act(shelf, disposal.approve, proposal.id, agent="eva")
    act(shelf, disposal.execute, proposal.id)
    for verb in (disposal.execute, disposal.approve, disposal.reject):
        with pytest.raises(RetentionError, match="executed"):
            act(shelf, verb, proposal.id, agent="eva")
    with pytest.raises(RetentionError, match="nothing-like-it"):
        act(shelf, disposal.execute, "nothing-like-it")


def test_what_was_destroyed_is_neither_held_nor_classed_nor_proposed_again(shelf):
    act(shelf, disposal.execute, approved(shelf, 1).id)
    for verb, args in (
        (holds.place, ([object_id(1)], "audit")),
        (retention.assign, (object_id(1), "forms")),
        (disposal.propose, ([object_id(1)], LATER.date())),
    ):
        with pytest.raises(NotFoundError) as refused:
            act(shelf, verb, *args)
        assert "docscan show" in refused.value.hint


def test_a_record_told_to_be_filed_again_does_not_shed_its_holds():
    agent = Agent("u:0000000000000000", "implementer", "docscan/0")

    def event(seq, kind, detail):
        return Event(
            seq, "2026-01-01T00:00:00Z", "0" * 64, kind, "pass", agent, object_id(1), None, {}, detail
        )

    held = event(1, "hold placed", {"hold": "h", "reason": "audit"})
    filed = [event(n, "ingestion", {"pages": 1}) for n in (0, 2)]
    assert standing.read([filed[0], held, filed[1]]).objects[object_id(1)].holds == {"h": "audit"}


def intended(archive, proposal, *numbers, approver="max"):
    """An intent to destroy, as whoever may write to `staging/` can put it there."""
    people = {"proposer": proposal.proposer, "approver": ledger.pseudonym(archive, approver)}
    detail = {"proposal": proposal.id, **people}
    drafts = [Draft("deletion", object=object_id(number), detail=detail) for number in numbers]
    return plans.write(archive, f"{proposal.id}.destruction", drafts, now=LATER, agent="eva", copies={})


def decided_on(archive, by, *numbers):
    """A proposal that somebody approved or rejected, or nobody yet."""
    proposal = proposed(archive, *numbers)
    return act(archive, by, proposal.id, agent="max") if by else proposal


def unapproved(archive):
    return intended(archive, decided_on(archive, None, 1), 1)


def rejected(archive):
    return intended(archive, decided_on(archive, disposal.reject, 1), 1)


def approved_by_another(archive):
    return intended(archive, decided_on(archive, disposal.approve, 1), 1, approver="eva")


def approved_by_who_proposed(archive):
    proposal = proposed(archive, 1)
    with taken_up(archive, now=LATER, agent="zoe") as catalogue:
        disposal._decide(catalogue, proposal, "pass", LATER, "zoe")
    return intended(archive, proposal, 1, approver="zoe")


def not_on_its_list(archive):
    return intended(archive, decided_on(archive, disposal.approve, 1), 1, 5)


def held_since(archive):
    proposal = decided_on(archive, disposal.approve, 1)
    act(archive, holds.place, [object_id(1)], "audit")
    return intended(archive, proposal, 1)


def revised_since(archive):
    proposal = decided_on(archive, disposal.approve, 1)
    revised(archive, 1, verdict="review")
    return intended(archive, proposal, 1)


def list_altered(archive):
    proposal = decided_on(archive, disposal.approve, 1)
    path = archive.root / proposal.paper
    path.write_bytes(path.read_bytes().replace(object_id(1).encode(), object_id(5).encode()))
    return intended(archive, proposal, 5)


def executed_before(archive):
    proposal = decided_on(archive, disposal.approve, 1)
    act(archive, disposal.execute, proposal.id, agent="eva")
    return intended(archive, proposal, 5)


@pytest.mark.parametrize(
    "forged",
    [
        unapproved,
        rejected,
        approved_by_another,
        approved_by_who_proposed,
        not_on_its_list,
        held_since,
        revised_since,
        list_altered,
        executed_before,
    ],
)
def test_an_intent_that_two_people_do_not_stand_behind_destroys_nothing(shelf, forged):
    path = forged(shelf)
    before, lines = on_shelf(shelf), ledger.read_head(shelf)
    with (
        pytest.raises(ArchiveError, match="nothing that docscan began"),
        taken_up(shelf, now=LATER, agent="eva"),
    ):
        pass
    assert (on_shelf(shelf), ledger.read_head(shelf)) == (before, lines)
    path.unlink()
    with taken_up(shelf, now=LATER, agent="eva"):
        pass


def test_an_interrupted_destruction_of_an_approved_proposal_is_gone_through_with(shelf):
    path = intended(shelf, decided_on(shelf, disposal.approve, 1, 5), 1, 5)
    with taken_up(shelf, now=LATER, agent="eva"):
        pass
    assert not path.exists()
    assert on_shelf(shelf) == {2, 3, 4, 6, 7}


days = st.dates(date(1990, 1, 1), date(2040, 1, 1))


@given(issued=days, received=days, trigger=st.sampled_from(schedules.TRIGGERS))
def test_a_doubtful_date_never_makes_a_record_older(issued, received, trigger):
    doubtful = Dated("invoice", issued.isoformat(), sure=False, received=f"{received}T00:00:00Z")
    assert base_of(doubtful, trigger) >= received
    assert base_of(replace(doubtful, issued="soon"), trigger) == received
    sure = replace(doubtful, sure=True)
    assert base_of(sure, trigger) == (received if trigger == "received" else issued)


acts = st.lists(
    st.tuples(st.sampled_from(["hold placed", "hold released"]), st.integers(0, 3), st.integers(0, 2)),
    max_size=30,
)


@given(acts)
def test_holds_stand_from_their_placing_to_their_release(said):
    def event(seq, kind, number, detail, files=None):
        agent = Agent("u:0000000000000000", "implementer", "docscan/0")
        return Event(
            seq,
            "2026-01-01T00:00:00Z",
            "0" * 64,
            kind,
            "pass",
            agent,
            object_id(number),
            None,
            files or {},
            detail,
        )

    events = [event(n, "ingestion", n, {"pages": 1}) for n in range(4)]
    model = set()
    for kind, number, hold in said:
        events.append(event(len(events), kind, number, {"hold": str(hold), "reason": "audit"}))
        (model.add if kind == "hold placed" else model.discard)((number, str(hold)))
    release = event(len(events), "hold released", 0, {"hold": "0"})
    events.append(replace(release, object=None))  # which record is not said: none is let go
    found = standing.read(events)
    assert {(n, hold) for n in range(4) for hold in found.objects[object_id(n)].holds} == model


def test_a_record_made_older_together_with_its_inventory_is_no_older(shelf):
    folder = objects.folder_of(shelf, object_id(1))
    record = folder / "v1/content/record.json"
    data = record.read_bytes()
    older = data.replace(b'"2026-', b'"1996-')
    assert older != data
    record.write_bytes(older)
    for path in (folder / objects.INVENTORY, folder / "v1" / objects.INVENTORY):
        told = path.read_bytes().replace(objects.sha256(data).encode(), objects.sha256(older).encode())
        path.write_bytes(told)
    with open_catalogue(shelf) as catalogue:
        known = standing.of(catalogue)
        schedule = schedules.load(shelf, known.schedule)
        (item,) = retention.examined(catalogue, known, schedule, [object_id(1)], LATER.date()).values()
    assert (item.rule, item.kept_until) == (None, None)  # as of one that cannot be read
