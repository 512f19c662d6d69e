"""A ledger read a segment at a time is judged as one that is read line by line."""

import shutil
from pathlib import Path

import pytest
import target
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.archive import Archive, chain, event, ledger
from docscan.archive.event import Draft
from docscan.archive.examined import Examined

LINES = 4  # a segment
HOLD = {"hold": target.object_id(9), "reason": "litigation"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Three segments and a part of one: documents, a correction, holds, and a paper."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("whole")
        patch.setenv("DOCSCAN_KEYS", str(home / "keys"))
        patch.setattr(ledger, "SEGMENT_LINES", LINES)
        archive = target.made(home / "archive", 7)
        for draft in (
            Draft("hold placed", object=target.object_id(3), detail=HOLD),
            Draft("custody_transfer", files={f"custody/{target.object_id(8)}/acta.pdf": "a" * 64}),
            Draft("hold released", object=target.object_id(3), detail=HOLD),
            Draft("fixity check", detail={"objects": 1, "failed": 0, "from": 1, "to": 1}),
        ):
            target.happened(archive, draft)
        assert len(list(archive.ledger.glob("0*.jsonl"))) == 4
    return archive


def both(archive: Archive) -> tuple[Examined, Examined]:
    """The ledger, examined as docscan does, and line by line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "SEGMENT_LINES", LINES)
        found = chain.examine(archive)
        patch.setattr(chain, "_at_once", lambda *_: None)
        return found, chain.examine(archive)


def agree(archive: Archive) -> Examined:
    found, slowly = both(archive)
    for name in Examined.__slots__:
        assert getattr(found, name) == getattr(slowly, name), name
    return found


def damaged(lines: list[list[bytes]], draw: st.DataObject) -> None:
    """One thing that becomes of lines, within a segment or between two."""
    number = draw.draw(st.integers(0, len(lines) - 1))
    segment = lines[number]
    at = draw.draw(st.integers(0, max(0, len(segment) - 1)))
    way = draw.draw(
        st.sampled_from(("flip", "lose", "double", "move", "cut", "more", "link", "long", "none"))
    )
    if way == "none" or not segment:
        segment.clear()
    elif way == "flip" and segment[at]:
        byte = draw.draw(st.integers(0, len(segment[at]) - 1))
        line = bytearray(segment[at])
        line[byte] ^= 1 << draw.draw(st.integers(0, 7))
        segment[at] = bytes(line)
    elif way == "lose":
        del segment[at]
    elif way == "double":
        segment.insert(at, segment[at])
    elif way == "move":
        lines[draw.draw(st.integers(0, len(lines) - 1))].append(segment.pop(at))
    elif way == "cut":
        segment[at] = segment[at][: draw.draw(st.integers(0, len(segment[at])))]
    elif way == "more":
        segment.insert(at, draw.draw(st.binary(max_size=20)))
    elif way == "link":
        segment[at] = segment[at].replace(b'"prev":"', b'"prev":"' + b"0" * 64, 1)
    else:
        segment[at] += b" " * event.MAX_LINE


@given(draw=st.data())
@settings(max_examples=150, deadline=None)
def test_a_wreck_is_judged_the_same(
    whole: Archive, tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject
) -> None:
    archive = target.copied(whole, tmp_path_factory.mktemp("wreck") / "archive")
    paths = sorted(archive.ledger.glob("0*.jsonl"))
    lines = [path.read_bytes().splitlines() for path in paths]
    for _ in range(draw.draw(st.integers(1, 3))):
        damaged(lines, draw)
    for path, segment in zip(paths, lines, strict=True):
        path.write_bytes(b"".join(line + b"\n" for line in segment))
    if draw.draw(st.booleans()):
        last = draw.draw(st.sampled_from(paths))
        last.write_bytes(last.read_bytes()[:-1])
    agree(archive)
    shutil.rmtree(archive.root)


def test_a_whole_ledger_is_read_a_segment_at_a_time(whole: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    assert agree(whole).findings == []
    monkeypatch.setattr(ledger, "SEGMENT_LINES", LINES)
    monkeypatch.setattr(chain, "_segment", lambda *_: pytest.fail("it is read line by line"))
    assert chain.examine(whole).findings == []


def test_only_the_damaged_segment_is_read_line_by_line(
    whole: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = target.copied(whole, tmp_path / "archive")
    path = archive.ledger / "000001.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"pages":1', b'"pages":9', 1))
    read, segment = [], chain._segment  # which segments take the long way is not told otherwise
    monkeypatch.setattr(ledger, "SEGMENT_LINES", LINES)
    monkeypatch.setattr(chain, "_segment", lambda *args: read.append(args[1]) or segment(*args))
    assert [one.code for one in chain.examine(archive).findings] == ["L2"]
    assert read == ["ledger/000001.jsonl"]
