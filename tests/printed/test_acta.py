"""The acta of a batch says in each language what its events say."""

import io
import uuid
from dataclasses import replace
from datetime import date

import pdfplumber
import pytest

from docscan.archive import reconciliation
from docscan.archive.acta import Acta, Box
from docscan.archive.event import NO_LINE, Agent, Draft, Event
from docscan.archive.reconciliation import REASONS, Batch
from docscan.messages import LANGUAGES, sentence
from docscan.printed import acta as printed
from docscan.printed import paper

BATCH = str(uuid.UUID(int=7, version=4))
CLERK = Agent("u:0123456789abcdef", "implementer", "docscan/0.1.0")
ACTA = Acta(
    "Muñoz & Hijos, S. L.", "Archiwum Świętokrzyskie", date(2026, 11, 20),
    (Box("C-1", 3, 30, "Facturas y albaranes"), Box("C-2", 2, 20)), "2026-0001",
)  # fmt: skip


def batch(*drafts: Draft) -> Batch:
    found = reconciliation.told(
        Event(seq, "2026-11-20T10:00:00Z", NO_LINE, one.type, one.outcome, CLERK, None, None, {}, one.detail)
        for seq, one in enumerate([reconciliation.opened(ACTA, BATCH, 1), *drafts])
    )
    assert found is not None
    return found


def filed(kind: str, outcome: str, box: int, pages: int = 0) -> Draft:
    return Draft(kind, outcome, detail={"batch": BATCH, "box": box, "pages": pages})


def closed() -> Batch:
    drafts = [
        reconciliation.counted(batch(), 1, 3, 30),
        reconciliation.counted(batch(), 2, 1, 19),
        filed("ingestion", "pass", 1, 10),
        filed("ingestion", "pass", 0, 10),
        filed("accession", "cancelled", 1, 10),
        filed("quarantine", "fail", 2),
    ]
    closing = reconciliation.closed(batch(*drafts), ["missing", "grouped", "duplicate", "put_aside"])
    return batch(*drafts, closing)


def text(made: Batch, language: str) -> str:
    data = paper.pdf(printed.paper(made, ACTA, None, language=language, at="2026-11-20T12:00:00Z"))
    with pdfplumber.open(io.BytesIO(data)) as document:
        return "\n".join(page.extract_text() for page in document.pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_boxes_sums_differences_and_parties_are_printed(language: str):
    said = text(closed(), language)
    for line in (
        "C-1 Facturas y albaranes 3 / 30 3 / 30 2 / 20 1 / 10",
        "C-2 2 / 20 1 / 19 1 / 0 0 / 0",
        f"{sentence('B127', language)} 0 / 0 – 1 / 10 1 / 10",
        "5 / 50 4 / 49 4 / 30 2 / 20",
        f"5 4 {sentence('B140', language)}",
        f" 3 2 {sentence('B148', language)[:20]}",
        f" 0 1 {sentence('B148', language)[:20]}",
        f"4 3 {sentence('B149', language)}",
        f"4 3 {sentence('B150', language)}",
        f": {ACTA.transmitter}",
        f": {ACTA.recipient}",
        sentence("B117", language, number="2026-0001"),
    ):
        assert line in said, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_heads_of_columns_are_not_broken(language: str):
    assert " ".join(printed.boxes(closed(), ACTA, language).head) in text(closed(), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_counted_is_said_of_its_box_and_of_all(language: str):
    box, other = ACTA.boxes
    acta = replace(ACTA, boxes=(replace(box, uncounted=2), other))
    data = paper.pdf(printed.paper(batch(), acta, None, language=language, at="2026-11-20T12:00:00Z"))
    with pdfplumber.open(io.BytesIO(data)) as document:
        said = "\n".join(page.extract_text() for page in document.pages).replace("\n", " ")
    assert sentence("B158", language, count="2") in said
    assert sentence("B158", language, count="2") not in text(batch(), language).replace("\n", " ")
    (first, second, _) = printed.boxes(batch(), acta, language).rows
    assert first[1] == f"Facturas y albaranes; {sentence('B157', language, count='2')}"
    assert second[1] == ""


def test_what_is_not_closed_yet_says_so_and_gives_no_reason():
    said = text(batch(reconciliation.counted(batch(), 1, 3, 30)), "en")
    assert "Not closed yet: these counts are those of 2026-11-20T12:00:00Z." in said
    assert "no reason given yet" in said


def test_counts_that_agree_are_said_to():
    drafts = [reconciliation.counted(batch(), n, box.files, box.pages) for n, box in enumerate(ACTA.boxes, 1)]
    for box, pages in ((1, 10), (1, 10), (1, 10), (2, 10), (2, 10)):
        drafts.append(filed("ingestion", "pass", box, pages))
    assert "All counts agree." in text(batch(*drafts), "en")


def test_every_reason_there_is_has_its_words():
    assert set(printed.REASON_PHRASES) == set(REASONS)
