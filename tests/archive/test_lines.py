"""Lines read by their form are read as strictly as one by one."""

import contextlib
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docscan.archive import event, lines
from docscan.archive.event import Agent, Event

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
CONTROL = st.dictionaries(
    st.sampled_from(
        [
            "0=ocfl_object_1.1",
            "inventory.json",
            "inventory.json.sha256",
            "v1/content/original",
            "v1/inventory.json",
            "v1/inventory.json.sha256",
            "v12/inventory.json",
            "v12/inventory.json.sha256",
            "ledger/log.json",
        ]
    ),
    HASHES,
)
WHOLE = ("inventory.json", "inventory.json.sha256", "v1/inventory.json", "v1/inventory.json.sha256")
FILES = CONTROL | st.tuples(*(HASHES for _ in WHOLE)).map(lambda found: dict(zip(WHOLE, found, strict=True)))
DETAILS = st.dictionaries(
    st.sampled_from(["accession", "document", "pages", "a", "a_b", "ab", "zz"]),
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.sampled_from(
        ["A020", "correct", "P6Y", "2026-01-01", "-1.00", "0" * 64, "image/png", "u:" + "a" * 16]
    )
    | st.uuids(version=4).map(str),
)
EVENTS = st.builds(
    Event,
    seq=st.integers(0, 2**53 - 1),
    at=st.just("2026-01-01T00:00:00Z"),
    prev=HASHES,
    type=st.sampled_from(sorted(event.TYPES)),
    outcome=st.sampled_from(sorted(event.OUTCOMES)),
    agent=st.builds(
        Agent, st.just("u:0123456789abcdef"), st.sampled_from(sorted(event.ROLES)), st.just("docscan/0.1.0")
    ),
    object=st.none() | st.uuids(version=4).map(str),
    object_version=st.none() | st.integers(1, 99_999),
    files=FILES,
    detail=DETAILS,
)
PLAIN = Event(
    7,
    "2026-01-01T00:00:00Z",
    "a" * 64,
    "ingestion",
    "pass",
    Agent("u:0123456789abcdef", "implementer", "docscan/0.1.0"),
    "00000000-0000-4000-8000-000000000001",
    1,
    dict.fromkeys(WHOLE, "b" * 64),
    {"accession": "00000000-0000-4000-8000-000000000001", "pages": 3},
)


def agree(line: bytes) -> None:
    """Both readers say the same of these bytes."""
    try:
        found = event.parsed(line)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            lines.said(line)
        return
    files = event.ENCODER.encode(dict(found.files)).encode() if found.files else b""
    told = (found.seq, found.prev, found.at, found.type, found.object or "", found.object_version or 0)
    assert lines.said(line) == (*told, files, line)


@given(EVENTS)
@example(PLAIN)
def test_what_is_an_event_is_read_the_same(found: Event) -> None:
    agree(found.line)


@given(EVENTS | st.just(PLAIN), st.data())
def test_one_changed_byte_is_judged_the_same(found: Event, data: st.DataObject) -> None:
    line = bytearray(found.line)
    line[data.draw(st.integers(0, len(line) - 1))] = data.draw(st.integers(0, 255))
    agree(bytes(line))


@given(EVENTS | st.just(PLAIN), st.data())
def test_pieces_moved_within_a_line_are_judged_the_same(found: Event, data: st.DataObject) -> None:
    pieces = re.split(rb"(,)", found.line)
    agree(b"".join(data.draw(st.permutations(pieces))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"pages":3', b'"pages":3,"pages":3'),
        (b'"accession":', b'"z":1,"accession":'),
        (b'"pages":3', b'"pages":03'),
        (b'"pages":3', b'"pages":-0'),
        (b'"pages":3', b'"pages":9007199254740992'),
        (b'"pages":3', b'"pages":3.0'),
        (b"b" * 64, b"B" * 64),
        (b"b" * 64, b"b" * 63 + b"g"),
        (b"b" * 64, b"b" * 62 + b"\xc3\xa9"),
        (b'"a' * 1 + b"a" * 63, b'"' + b"a" * 63 + b"x"),
        (b'"seq":7', b'"seq":07'),
        (b'"v1/inventory.json.sha256"', b'"v2/inventory.json.sha256"'),
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b"docscan/0.1.0", b"Docscan/0.1.0"),
        (b"{", b"{ "),
    ],
)
def test_what_is_almost_an_event_is_none(old: bytes, new: bytes) -> None:
    line = PLAIN.line.replace(old, new)
    assert line != PLAIN.line
    agree(line)
    with contextlib.suppress(ValueError):
        assert lines.said(line)[6] != lines.said(PLAIN.line)[6], "only another name of a file is one"


def test_the_lines_docscan_writes_most_are_read_by_their_form() -> None:
    assert lines.FORM.fullmatch(PLAIN.line)


def test_a_line_longer_than_any_event_is_none_though_it_has_the_form() -> None:
    line = replace(PLAIN, files={}, detail={f"k{number:05}": number for number in range(2000)}).line
    assert len(line) > event.MAX_LINE
    assert lines.FORM.fullmatch(line)
    agree(line)
