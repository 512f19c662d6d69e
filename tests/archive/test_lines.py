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
    files = event.ENCODER.encode(dict(found.files)) if found.files else ""
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
    assert lines.FORM.fullmatch(PLAIN.line.decode() + "\n")[9]


def test_a_line_longer_than_any_event_is_none_though_it_has_the_form() -> None:
    line = replace(PLAIN, files={}, detail={f"k{number:05}": number for number in range(2000)}).line
    assert len(line) > event.MAX_LINE
    assert lines.FORM.fullmatch(line.decode() + "\n")[9]
    agree(line)


TWO = replace(PLAIN, files={**PLAIN.files, "v1/content/original": "c" * 64}, detail={"a": 1, "b": "correct"})
MARKED = replace(TWO, files={**TWO.files, "0=ocfl_object_1.1": "d" * 64})
STRANGE = [
    *(bytes([byte]) for byte in (*b'\0\t\n\r\x0b\x0c\x1c\x1f\x7f\x80\xff "\\/:,-.09AFGZafg{}[]', 0x85)),
    b"\\u0061",
    b"\\n",
    "é".encode(),
    "\u0661".encode(),
    "\u2028".encode(),
    "\uff10".encode(),
    b"",
]


@pytest.mark.parametrize("found", [PLAIN, TWO, MARKED], ids=["plain", "original", "mark"])
def test_something_strange_in_any_place_of_a_line_is_judged_the_same(found: Event) -> None:
    line = found.line
    for place in range(len(line)):
        new = STRANGE[place % len(STRANGE)]
        agree(line[:place] + new + line[place + 1 :])
        agree(line[:place] + new + line[place:])


@given(st.sampled_from([PLAIN, TWO, MARKED]) | EVENTS, st.data())
def test_a_line_that_loses_or_repeats_a_piece_is_judged_the_same(found: Event, data: st.DataObject) -> None:
    line = found.line
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(line))] * 2)))
    agree(line[:first] + line[first:last] * data.draw(st.sampled_from([0, 2])) + line[last:])


@pytest.mark.parametrize("place", [8, 13, 18, 23, 0, 35])
def test_a_uuid_has_its_hyphens_where_they_belong(place: int) -> None:
    identifier = str(PLAIN.object)
    moved = identifier.replace("-", "0", 1)
    for other in (
        moved,
        moved[:place] + "-" + moved[place + 1 :],
        identifier[:place] + "-" + identifier[place:-1],
    ):
        agree(PLAIN.line.replace(identifier.encode(), other.encode()))
        agree(PLAIN.line.replace(b'"object":"' + identifier.encode(), b'"object":"' + other.encode()))


def one_by_one(data: bytes, seq: int, prev: str) -> list[lines.Said] | None:
    """What `lines.chained` is to say, from the slow reading of each line."""
    found = []
    for number, line in enumerate(data.split(b"\n")[:-1], seq):
        try:
            event.parsed(line)
            one = lines.said(line)
        except ValueError:
            return None
        if (one[0], one[1]) != (number, prev):
            return None
        found.append(one)
        prev = event.leaf(line)
    return found if found and data.endswith(b"\n") else None


def segment(events: list[Event], seq: int) -> list[bytes]:
    """The lines of some events, each of which names the one before."""
    made, prev = [], "e" * 64
    for number, found in enumerate(events, seq):
        made.append(replace(found, seq=number, prev=prev).line)
        prev = event.leaf(made[-1])
    return made


@given(st.lists(st.sampled_from([PLAIN, TWO, MARKED]) | EVENTS, min_size=1, max_size=4), st.data())
def test_a_segment_read_at_once_is_what_its_lines_are_one_by_one(
    events: list[Event], data: st.DataObject
) -> None:
    found = segment(events, 5)
    at = data.draw(st.integers(0, len(found) - 1))
    place = data.draw(st.integers(0, len(found[at]) - 1))
    way = data.draw(st.sampled_from(["whole", "strange", "double", "break"]))
    if way == "strange":
        found[at] = found[at][:place] + data.draw(st.sampled_from(STRANGE)) + found[at][place + 1 :]
    elif way == "double":
        found.insert(at, found[at])
    elif way == "break":
        found[at] = found[at][:place] + b"\n" + found[at][place + 1 :]
    written = b"".join(line + b"\n" for line in found)
    told, expected = lines.chained(written, 5, "e" * 64), one_by_one(written, 5, "e" * 64)
    if told is None:
        assert expected is None
        return
    assert [*told.others, told.last] == expected
    assert told.leaves.hex() == "".join(map(event.leaf, written.split(b"\n")[:-1]))
