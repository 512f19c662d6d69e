"""Four counts and the reasons for their differences always explain each other (threat A7)."""

import uuid
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive import event, reconciliation
from docscan.archive.acta import Acta, Box
from docscan.archive.event import NO_LINE, Agent, Draft, Event
from docscan.archive.reconciliation import MEASURES, REASONS, STAGES, Batch, Count, Intake
from docscan.errors import BatchError

BATCH = str(uuid.UUID(int=7, version=4))
CLERK = Agent("u:0123456789abcdef", "implementer", "docscan/0.1.0")


def happened(*drafts: Draft) -> list[Event]:
    return [
        Event(
            seq, "2026-11-20T10:00:00Z", NO_LINE, one.type, one.outcome, CLERK,
            one.object, one.object_version, one.files, one.detail,
        )
        for seq, one in enumerate(drafts)
    ]  # fmt: skip


def declared(*boxes: tuple[int, int], direction: str = "in") -> Draft:
    made = tuple(Box(f"C-{n}", files, pages) for n, (files, pages) in enumerate(boxes, 1))
    return reconciliation.opened(Acta("a", "b", date(2026, 11, 20), made, direction=direction), BATCH, 1)  # type: ignore[arg-type]  # a word of the two


def told(*drafts: Draft) -> Batch:
    batch = reconciliation.told(happened(*drafts))
    assert batch is not None
    return batch


def archived(pages: int, box: int = 1) -> Draft:
    return Draft(
        "ingestion", detail={"accession": BATCH, "document": 1, "pages": pages, "batch": BATCH, "box": box}
    )


def duplicate(pages: int, box: int = 1) -> Draft:
    return Draft("accession", outcome="cancelled", detail={"pages": pages, "batch": BATCH, "box": box})


def put_aside(box: int = 1) -> Draft:
    return Draft("quarantine", outcome="fail", detail={"reason": "A050", "batch": BATCH, "box": box})


def counted(files: int, pages: int, box: int = 1) -> Draft:
    return reconciliation.counted(told(declared((1, 1))), box, files, pages)


SMALL = st.integers(0, 3)
FILES = st.lists(
    st.builds(archived, SMALL, SMALL) | st.builds(duplicate, SMALL, SMALL) | st.builds(put_aside, SMALL),
    max_size=8,
)
HISTORIES = st.builds(
    lambda boxes, counts, files: [
        declared(*boxes), *(counted(*count, box=n) for n, count in enumerate(counts, 1)), *files,
    ],
    st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=3),
    st.lists(st.tuples(SMALL, SMALL), max_size=3),
    FILES,
)  # fmt: skip


def test_counts_that_agree_need_no_reason():
    batch = told(declared((2, 5), (0, 0)), counted(2, 5), counted(0, 0, 2), archived(2), archived(3))
    assert batch.differences[0].measure == "boxes", "the empty box did not come"
    batch = told(declared((2, 5)), counted(2, 5), archived(2), archived(3))
    closing = reconciliation.closed(batch, [])
    assert closing.detail == {
        "batch": BATCH, "year": 2026, "number": 1, "signed": "none",
        "declared_boxes": 1, "declared_files": 2, "declared_pages": 5,
        "received_boxes": 1, "received_files": 2, "received_pages": 5,
        "scanned_files": 2, "scanned_pages": 5, "archived_files": 2, "archived_pages": 5,
        "duplicates_files": 0, "put_aside_files": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("drafts", "reasons"),
    [
        ([declared((2, 2)), counted(1, 1), archived(1)], {"missing"}),
        ([declared((2, 2)), counted(1, 1), archived(1)], {"miscounted"}),
        ([declared((2, 2)), counted(0, 0)], {"annulled"}),
        ([declared((1, 1)), counted(2, 2), archived(1), archived(1)], {"surplus"}),
        ([declared((2, 2)), counted(2, 2), archived(1)], {"unreadable"}),
        ([declared((2, 2)), counted(2, 2), archived(1)], {"returned"}),
        ([declared((1, 2)), counted(1, 2), archived(1)], {"left_out"}),
        ([declared((2, 2)), counted(2, 2), archived(2)], {"grouped"}),
        ([declared((1, 1)), counted(1, 1), archived(1), duplicate(1)], {"scanned_again", "duplicate"}),
        ([declared((1, 1)), counted(1, 1), archived(1), put_aside()], {"scanned_again", "put_aside"}),
        ([declared((2, 2)), counted(2, 2), archived(1), duplicate(1)], {"duplicate"}),
        ([declared((2, 2)), counted(2, 2), archived(1), put_aside()], {"put_aside"}),
    ],
)
def test_a_difference_is_closed_with_a_reason_that_fits_it_and_never_without(
    drafts: list[Draft], reasons: set[str]
):
    batch = told(*drafts)
    with pytest.raises(BatchError) as refused:
        reconciliation.closed(batch, [])
    assert refused.value.code == "E050"
    assert refused.value.hint
    closing = reconciliation.closed(batch, sorted(reasons))
    assert set(reconciliation.reasons_of(told(*drafts, closing))) == reasons
    for other in set(REASONS) - reasons:
        if not any(other in one.reasons for one in batch.differences):
            with pytest.raises(BatchError, match=other):
                reconciliation.closed(batch, [*reasons, other])


@given(HISTORIES, st.sets(st.sampled_from(sorted(REASONS))))
def test_the_four_counts_and_the_reasons_always_explain_each_other(drafts: list[Draft], reasons: set[str]):
    batch = told(*drafts)
    unexplained = [one for one in batch.differences if not one.reasons & reasons]
    idle = [code for code in reasons if not any(code in one.reasons for one in batch.differences)]
    if unexplained or idle or not batch.counted:
        with pytest.raises(BatchError):
            reconciliation.closed(batch, sorted(reasons))
        return
    closing = reconciliation.closed(batch, sorted(reasons))
    detail = closing.detail
    for before, after in pairwise(STAGES):
        for measure in MEASURES if after == "received" else MEASURES[1:]:
            if detail[f"{before}_{measure}"] != detail[f"{after}_{measure}"]:
                ways = {code for code, fits in REASONS.items() if any(stage == after for stage, _ in fits)}
                assert ways & reasons
    assert detail["scanned_files"] == sum(detail[f"{name}_files"] for name in reconciliation.PARTS.values())  # type: ignore[misc]  # counts
    assert set(reconciliation.reasons_of(told(*drafts, closing))) == reasons
    event.check(happened(closing)[0])


@given(HISTORIES)
def test_what_is_counted_is_what_the_events_say(drafts: list[Draft]):
    batch = told(*drafts)
    kinds = [(one.type, one.outcome) for one in drafts]
    files = [one for one in drafts if (one.type, one.outcome) in reconciliation.PARTS]
    assert batch.count("scanned").files == len(files)
    assert batch.count("scanned").pages == sum(int(one.detail.get("pages", 0)) for one in files)
    assert batch.count("archived").files == kinds.count(("ingestion", "pass"))
    assert sum(map(batch.scanned, range(4)), Count()) == batch.count("scanned")


@given(HISTORIES)
def test_a_closed_batch_is_neither_counted_nor_closed_again(drafts: list[Draft]):
    closing = Draft("custody_transfer", detail={"batch": BATCH})
    batch = told(*drafts, closing)
    for act in (lambda: reconciliation.counted(batch, 1, 1, 1), lambda: reconciliation.closed(batch, [])):
        with pytest.raises(BatchError, match="closed") as refused:
            act()
        assert refused.value.code == "E020"


def test_boxes_that_nobody_counted_and_files_on_their_way_keep_a_batch_open():
    batch = told(declared((1, 1), (1, 1)), counted(1, 1), archived(1), archived(1, 2))
    with pytest.raises(BatchError) as refused:
        reconciliation.closed(batch, [])
    assert refused.value.code == "E030"
    batch = told(declared((1, 1)), counted(1, 1), archived(1))
    with pytest.raises(BatchError) as refused:
        reconciliation.closed(batch, [], busy=1)
    assert refused.value.code == "E040"


def test_a_stray_file_does_not_make_up_for_a_paper_missing_in_a_box():
    batch = told(
        declared((3, 3), (1, 1)), counted(3, 3), counted(1, 1, 2),
        archived(1), archived(1), archived(1, 2), archived(1, reconciliation.LOOSE),
    )  # fmt: skip
    assert batch.count("scanned") == Count(0, 4, 4), "the sums agree"
    assert [(one.box, one.measure, one.before, one.after) for one in batch.differences] == [
        ("1", "files", 3, 2), (reconciliation.NO_BOX, "files", 0, 1),
        ("1", "pages", 3, 2), (reconciliation.NO_BOX, "pages", 0, 1),
    ]  # fmt: skip
    for reasons in ([], ["left_out"], ["scanned_again"]):
        with pytest.raises(BatchError) as refused:
            reconciliation.closed(batch, reasons)
        assert refused.value.code == "E090"
    closing = reconciliation.closed(batch, ["left_out", "scanned_again"])
    assert closing.detail["scanned_files"] == closing.detail["received_files"] == 4


def test_a_surplus_in_one_box_does_not_make_up_for_what_is_missing_in_another():
    boxes = (Box("A", 2, 2), Box("B", 1, 1))
    drafts = [declared((2, 2), (1, 1)), counted(1, 1), counted(2, 2, 2)]
    batch = told(*drafts, archived(1), archived(1, 2), archived(1, 2))
    batch = batch.beside(Acta("a", "b", date(2026, 11, 20), boxes))
    with pytest.raises(BatchError, match="received, files, A: 1 instead of 2"):
        reconciliation.closed(batch, ["surplus"])
    assert reconciliation.closed(batch, ["surplus", "missing"]).detail["received_files"] == 3


def test_what_leaves_the_archive_is_declared_and_received_and_nothing_else():
    batch = told(declared((2, 2), direction="out"), counted(1, 2))
    assert [one.stage for one in batch.differences] == ["received"]
    closing = reconciliation.closed(batch, ["missing"])
    assert closing.role == "transmitter"
    assert not any(key.startswith(("scanned", "archived")) for key in closing.detail)


def test_the_newest_count_of_a_box_holds():
    batch = told(declared((2, 2)), counted(1, 1), counted(2, 2))
    assert batch.count("received") == Count(1, 2, 2)


@pytest.mark.parametrize(
    ("labels", "source", "box"),
    [
        (["c-1", "c-2"], "inbox/C-2/a.pdf", 2),
        (["c-1", "c-2"], "inbox/c-1/deep/a.pdf", 1),
        (["c-1", "c-2"], "inbox/a.pdf", 0),
        (["c-1", "c-2"], "inbox/C-3/a.pdf", 0),
        (["c-1"], "inbox/a.pdf", 1),
        (["a.pdf", "c-2"], "inbox/a.pdf", 0),
    ],
)
def test_a_file_is_of_the_box_whose_folder_it_lies_in(labels: Sequence[str], source: str, box: int):
    intake = Intake(BATCH, "2026-0001", {label: n for n, label in enumerate(labels, 1)})
    assert intake.detail(source) == {"batch": BATCH, "box": box}
