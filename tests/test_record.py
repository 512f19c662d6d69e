import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan import record
from docscan.model import (
    Blank,
    Code,
    Decision,
    Entry,
    Extraction,
    Field,
    Finding,
    InvoiceLine,
    Judgement,
    Line,
    Mark,
    Page,
    PageRun,
    Record,
    Repair,
    Statement,
    TaxLine,
    Word,
    transcribed,
)
from docscan.places import Box

text = st.text(max_size=12)
name = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
sure = st.integers(0, 1000).map(lambda value: value / 1000)
box = st.builds(Box, *[st.integers(0, 5000)] * 4)
word = st.builds(Word, text=text, box=box, confidence=sure)
line = st.builds(Line, words=st.lists(word, min_size=1, max_size=4).map(tuple), block=st.integers(0, 9))
number = st.integers(-(10**9), 10**9).map(lambda value: value / 1000)
row = st.tuples(number, number, number)
page = st.builds(
    Page,
    number=st.just(1),
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    dpi=st.integers(72, 600).map(float),
    state=st.sampled_from(["read", "textlayer", "blank", "empty", "failed"]),
    lines=st.lists(line, max_size=4).map(tuple),
    marks=st.lists(st.builds(Mark, box=box, ticked=st.booleans(), confidence=sure), max_size=2).map(tuple),
    language=st.sampled_from(["", "spa", "pol"]),
    treatments=st.lists(text, max_size=3).map(tuple),
    to_source=st.tuples(row, row, row),
    source_size=st.tuples(st.integers(0, 9000), st.integers(0, 9000)),
    coverage=sure,
    codes=st.lists(st.builds(Code, st.just("QR"), text, box), max_size=2).map(tuple),
    blanks=st.sampled_from([(), (Blank(Box(1, 2, 30, 40), "comb"), Blank(Box(1, 50, 30, 90), "rule"))]),
    strokes=st.sampled_from([(), (Box(5, 6, 70, 80),)]),
)
field = st.builds(
    Field,
    value=text | st.booleans(),
    raw=text,
    confidence=sure,
    status=st.sampled_from(["verified", "read", "doubtful"]),
    origin=st.sampled_from(["ocr", "textlayer", "einvoice", "code", "person"]),
    page=st.integers(1, 9),
    box=box,
)
extraction = st.builds(
    Extraction,
    kind=name,
    schema=name,
    kind_confidence=sure,
    language=st.sampled_from(["es", "pl", "de", "en", ""]),
    fields=st.dictionaries(name, field, max_size=4),
    missing=st.lists(name, max_size=2).map(tuple),
    witnessed=st.frozensets(name, max_size=2),
    repairs=st.lists(
        st.builds(Repair, name, text, st.lists(text, max_size=2).map(tuple), st.just("digits")), max_size=2
    ).map(tuple),
    tax_breakdown=st.lists(st.builds(TaxLine, text, text, text, text), max_size=2).map(tuple),
    lines=st.lists(st.builds(InvoiceLine, text, text, text, text, text, text), max_size=2).map(tuple),
    entries=st.lists(
        st.builds(
            Entry, label=text, value=text | st.booleans(), raw=text, page=st.just(1), box=box, confidence=sure
        ),
        max_size=2,
    ).map(tuple),
    statements=st.lists(
        st.builds(
            Statement,
            subject=name,
            value=text,
            raw=text,
            origin=st.sampled_from(["einvoice", "code", "ocr"]),
            source=text,
            box=box,
            agrees=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
)
decision = st.builds(
    Decision,
    act=st.sampled_from(["accept", "correct", "reject", "split", "merge"]),
    at=st.just("2026-03-02T09:30:00Z"),
    agent=st.just("u:0123456789abcdef"),
    verdict=st.sampled_from(["accepted", "review"]),
    judgements=st.lists(
        st.builds(Judgement, name, st.none() | field, st.none() | text | st.booleans()), max_size=2
    ).map(tuple),
    settled=st.just((Finding("V080", "doubt", "total", {"field": "total", "confidence": "40"}),)),
    reason=st.sampled_from(["", "blank"]),
    other=st.just("") | st.uuids().map(str),
    sampled=st.booleans(),
)
records = st.builds(
    Record,
    id=st.uuids().map(str),
    source=text,
    sha256=text,
    media_type=text,
    extraction=extraction,
    pages=st.tuples(page),
    findings=st.just((Finding("A060", "doubt", "total", {"found": "3", "allowed": "2"}),)),
    verdict=st.sampled_from(["accepted", "review"]),
    document=st.integers(1, 9),
    received=st.just("2026-03-02T09:30:00Z"),
    program=text,
    runs=st.lists(
        st.builds(PageRun, st.uuids().map(str), text, st.integers(1, 9), st.integers(1, 9)), max_size=2
    ).map(tuple),
    disposal=st.sampled_from(["", "rejected", "merged"]),
    decisions=st.lists(decision, max_size=2).map(tuple),
)


BARE = Record(
    id=None,
    source="inbox/a.pdf",
    sha256="ab",
    media_type="application/pdf",
    extraction=Extraction("letter", "letter", 1.0, "en"),
    pages=(),
    findings=(),
    verdict="accepted",
)


@given(records)
def test_a_record_comes_back_from_its_json_with_the_transcripts_of_its_pages(made: Record):
    found = record.from_json(json.loads(json.dumps(record.to_json(made))))
    assert [page.text for page in found.pages] == [page.text for page in made.pages]
    assert [page.state for page in found.pages] == [page.state for page in made.pages]
    assert [page.coverage for page in found.pages] == [page.coverage for page in made.pages]
    assert [page.codes for page in found.pages] == [page.codes for page in made.pages]
    assert found.quality == pytest.approx(made.quality, abs=0.001)
    assert replace(found, pages=()) == replace(made, pages=())


@given(records)
def test_a_record_of_transcripts_has_the_same_json_as_one_of_pages(made: Record):
    light = replace(made, pages=tuple(transcribed(page) for page in made.pages))
    assert record.to_json(light) == record.to_json(made)
    assert all(not page.words for page in light.pages)


@given(st.lists(page, max_size=3))
def test_every_word_of_every_page_is_in_its_json(pages: list[Page]):
    found = json.loads("".join(record.words_json("ab", pages)))
    assert (found["format"], found["sha256"]) == ("docscan.words/1", "ab")
    for said, made in zip(found["pages"], pages, strict=True):
        words = [Word(text, Box(*box), sure) for line in said["lines"] for text, *box, sure in line["words"]]
        assert words == list(made.words)
        assert [Mark(Box(*box), ticked, sure) for *box, ticked, sure in said["marks"]] == list(made.marks)
        assert said["to_source"] == [list(row) for row in made.to_source]


@given(st.lists(page, max_size=3))
def test_pages_are_read_back_from_the_words_and_the_transcripts_beside_them(pages: list[Page]):
    words = json.loads("".join(record.words_json("ab", pages)))
    filed = Record(
        None, "a.pdf", "ab", "application/pdf", Extraction("letter", "", 1.0, ""), tuple(pages), (), "review"
    )
    transcripts = tuple(transcribed(page) for page in pages)
    found = record.pages_from_words(words, replace(filed, pages=transcripts))
    assert [replace(page, dpi=round(page.dpi, 2)) for page in pages] == list(found)
    for page in words["pages"]:
        page["to_source"] = page["to_source"][:2]  # as earlier versions wrote it
    assert [
        page.to_source[:2] for page in record.pages_from_words(words, replace(filed, pages=transcripts))
    ] == [page.to_source[:2] for page in found]
    if pages:
        with pytest.raises(ValueError, match="argument"):
            record.pages_from_words(words, replace(filed, pages=()))


def test_a_record_has_the_members_that_others_rely_on():
    made = Record(
        id=None,
        source="inbox/a.pdf",
        sha256="ab",
        media_type="application/pdf",
        extraction=Extraction(
            "invoice",
            "invoice",
            0.98,
            "es",
            {"total": Field("121.00", "121,00 €", 0.99, "verified", "ocr", 1, Box(1, 2, 3, 4))},
        ),
        pages=(Page(1, 100, 200, 300.0, "read", (Line((Word("Total", Box(0, 0, 9, 9), 0.5),)),)),),
        findings=(),
        verdict="accepted",
    )
    found = record.to_json(made, "es")
    assert found["format"] == "docscan.record/1"
    assert list(found["fields"]["total"]) == ["value", "raw", "confidence", "status", "origin", "page", "box"]
    assert found["pages"][0]["text"] == "Total"
    assert found["pages"][0]["confidence"] == 0.5
    assert found["document"] == 1
    assert found["id"] is None


def test_a_record_says_how_much_of_its_print_was_read_and_how_well():
    line = Line((Word("Total", Box(0, 0, 9, 9), 0.5),))
    pages = (
        Page(1, 100, 200, 300.0, "read", (line,), coverage=0.8),
        Page(2, 100, 200, 300.0, "blank"),
        Page(3, 100, 200, 300.0, "failed", coverage=0.0),
    )
    found = record.to_json(replace(BARE, pages=pages))
    assert [(page["coverage"], page["quality"]) for page in found["pages"]] == [(0.8, 0.4), (1, 1), (0, 0)]
    assert (found["coverage"], found["quality"]) == (0.4, 0.2)


def test_a_record_of_blank_pages_lacks_nothing():
    blank = replace(BARE, pages=(Page(1, 100, 200, 300.0, "blank"),))
    assert (blank.coverage, blank.quality) == (1, 1)


def test_a_record_written_before_coverage_was_known_is_taken_for_whole():
    written = record.to_json(replace(BARE, pages=(Page(1, 100, 200, 300.0, "read", coverage=0.5),)))
    for part in (written, *written["pages"]):
        del part["coverage"], part["quality"]
    assert record.from_json(written).coverage == 1
