"""The ledger under examination: which lines can be believed, and which file is to blame.

Each line names the hash of the one before, and the head names that of the
last. So a line is *vouched for* by its successor. When it is not, either of
the two was altered, and this decides which: reading from a successor that is
itself vouched for, a line it does not name was altered (or lines between them
are gone, when their numbers leave a gap); before an altered line nobody is
blamed, because an altered line proves nothing. So one altered byte, wherever,
leads to the one file it is in.

Of a whole ledger there is nothing to decide. So each segment is first read in
one go (`lines.chained`), which takes half the time; one that does not simply go
on is judged line by line.
"""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from docscan.archive import event, healing, ledger
from docscan.archive.custody import CustodyFinding, kind_of, opened, read_small, reason, shown
from docscan.archive.event import NO_LINE
from docscan.archive.examined import Examined
from docscan.archive.layout import Archive
from docscan.archive.ledger import Head
from docscan.archive.lines import Chained, Said, chained, said
from docscan.archive.proof import checkpoint, merkle, note
from docscan.errors import LedgerError

__all__ = ["Examined", "Line", "examine"]

SEGMENT = re.compile(r"(\d{6})\.jsonl", re.ASCII)
MOST = 20  # findings a file; a shredded ledger is not told line by line
MOST_AT_ONCE = 1 << 26  # bytes of a segment that are read in one go; one of docscan's has about nine million
HEAD = "ledger/head.json"
LOG = "ledger/log.json"
NOTE = f"ledger/{checkpoint.FILE}"
BESIDE = frozenset({"log.json", "head.json", checkpoint.FILE, "timestamps", "witnesses"})


class Line(NamedTuple):
    """One line as it stands in a segment.

    Attributes:
        path: The segment, from the archive's root.
        number: In that file, from 1.
        hash: Of its bytes, in hex.
        seq: The number it says it has; -1 when it cannot be read.
        prev: What it says the line before hashes to.
        code: Of the finding about the line alone, or empty.
        said: What it says; None when it cannot be read.
        mended: Of the head: how many lines it will count once an interrupted act is mended.
    """

    path: str
    number: int
    hash: str
    seq: int = -1
    prev: str = ""
    code: str = ""
    said: Said | None = None
    mended: int = 0


class Judged(NamedTuple):
    """Lines in a row.

    Attributes:
        leaves: Their hashes side by side.
        sound: What those of them say that can be believed.
        findings: What is to be said of the others.
    """

    leaves: bytes
    sound: Iterable[Said]
    findings: list[CustodyFinding]


START = Line("", 0, NO_LINE)


def examine(archive: Archive) -> Examined:
    """Read the whole ledger and judge it, line by line."""
    examined = Examined()
    examined.head = _head(archive, examined.findings)
    told: dict[str, int] = {}
    leaves: list[bytes] = []
    for judged in _judged(archive, examined.head, examined.findings):
        leaves.append(judged.leaves)
        examined.believe(judged.sound)
        for found in judged.findings:
            told[found.path] = told.get(found.path, 0) + 1
            if told[found.path] <= MOST:
                examined.findings.append(found)
    examined.size = max(examined.size, examined.head.size if examined.head else 0)
    examined.tree = merkle.tree_of(b"".join(leaves))
    _log(archive, examined)
    blamed = {LOG for found in examined.findings if found.path == LOG}
    _checkpoint(archive, examined, whole=not (told.keys() | blamed) - {HEAD})
    return examined


def _judged(archive: Archive, head: Head | None, findings: list[CustodyFinding]) -> Iterator[Judged]:
    """Step 2: the lines of every segment with what is to be said of them, in order."""
    run = [START]  # the last of them is the line at hand; none before it is vouched for
    for path, name in _segments(archive, findings):
        whole = _at_once(path, run[-1]) if len(run) == 1 else None
        if whole is None:
            for line in _segment(path, name, findings):
                yield from _joined(run, line)
            continue
        yield from _settled(run)
        yield Judged(whole.leaves[: -merkle.HASH_BYTES], whole.others, [])
        tail, number = whole.leaves[-merkle.HASH_BYTES :].hex(), len(whole.leaves) // merkle.HASH_BYTES
        run = [Line(name, number, tail, *whole.last[:2], said=whole.last)]
    if head is not None:
        yield from _joined(run, Line(HEAD, 0, "", head.size, head.tail, mended=_mended(archive, head)))
    yield from _settled(run)


def _at_once(path: Path, before: Line) -> Chained | None:
    """A segment in which each line follows from the one before; None for any other."""
    place, first = int(path.stem), before.seq + 1
    try:
        with opened(path) as file:
            if os.fstat(file.fileno()).st_size > MOST_AT_ONCE:
                return None
            found = chained(file.readall(), first, before.hash)
    except OSError:
        return None
    if found is None or {first // ledger.SEGMENT_LINES, found.last[0] // ledger.SEGMENT_LINES} != {place}:
        return None
    return found


def _joined(run: list[Line], line: Line) -> list[Judged]:
    """Put a line to those that wait; when it vouches for the last of them, what is to be said of all."""
    last = run[-1]
    if line.prev == last.hash and not line.code and line.seq != last.seq + 1 and line.path != HEAD:
        line = line._replace(code="L2")
    if line.code or last.code or not _follows(last, line):
        run.append(line)
        return []
    settled = _settled(run)
    run[:] = [line]
    return settled


def _follows(line: Line, after: Line) -> bool:
    return after.prev == line.hash and after.seq == line.seq + 1


def _settled(run: list[Line]) -> list[Judged]:
    """Judge lines of which only the last is vouched for, from the last to the first."""
    last = run[-1]
    told: list[tuple[Line, list[CustodyFinding]]] = [(last, [_about(last)] if last.code else [])]
    blame = not last.code
    for line, after in reversed(list(pairwise(run))):
        findings: list[CustodyFinding] = []
        if line.code:
            findings = [_about(line)]
        elif blame and after.seq > line.seq + 1:
            told[-1][1].extend(_missing(line.seq + 1, after.seq))
        elif blame and after.path == HEAD and after.seq <= line.seq:
            told[-1][1].append(_behind(line, after))
        elif blame and line is START:
            told[-1][1].append(_about(after, "L2"))
        elif blame:
            findings = [_about(line, "L2")]
        blame = not findings
        told.append((line, findings))
    return [_found(line, findings) for line, findings in reversed(told)]


def _found(line: Line, findings: list[CustodyFinding]) -> Judged:
    leaf = bytes.fromhex(line.hash) if line.number else b""
    return Judged(leaf, [] if line.said is None or findings else [line.said], findings)


def _about(line: Line, code: str = "") -> CustodyFinding:
    return CustodyFinding(code or line.code, line.path, facts={"line": str(line.number)})


def _missing(first: int, after: int) -> list[CustodyFinding]:
    """The gap from event `first` up to, not including, `after`: a finding for each segment it touches."""
    size = ledger.SEGMENT_LINES
    found = []
    for number in range(first // size, min((after - 1) // size + 1, first // size + MOST)):
        lowest, highest = max(first, number * size), min(after, (number + 1) * size) - 1
        facts = {"first": str(lowest), "last": str(highest)}
        found.append(CustodyFinding("L4", f"ledger/{number:06d}.jsonl", facts=facts))
    return found


def _behind(last: Line, head: Line) -> CustodyFinding:
    code = "L6" if head.mended == last.seq + 1 else "L5"
    return CustodyFinding(code, HEAD, expected=str(last.seq + 1), found=str(head.seq))


def _mended(archive: Archive, head: Head) -> int:
    try:
        found = healing.mended(archive, head)
    except LedgerError:
        return 0
    return 0 if found is None else found.size


def _checkpoint(archive: Archive, examined: Examined, *, whole: bool) -> None:
    """Step 2, last part: the signed checkpoint against the tree over the lines (A3).

    Args:
        archive: The archive.
        examined: The ledger, all lines read.
        whole: Neither a line of it nor `log.json` has a finding; otherwise
            another root tells nothing new.
    """
    data, told = _note(archive), examined.keys[-1] if examined.keys else None
    if told is None and (data is None or not whole):
        return  # an older archive, or the event that told the key is damaged
    try:
        found, signatures = checkpoint.read(data or b"")
        log = note.verifier(found.origin, bytes.fromhex(examined.key(found.size) or ""))
        right = len(signatures.signatures) == 1 and note.valid(signatures, log)
    except ValueError:
        right = False
    if not right or found.origin != _origin(archive, examined, found.origin):
        examined.findings.append(CustodyFinding("C1", NOTE))
        return
    examined.checkpoint = found
    if whole and examined.tree.size < found.size:
        missing = str(found.size - examined.tree.size)
        size, there = str(found.size), str(examined.tree.size)
        examined.findings.append(CustodyFinding("C3", NOTE, "", size, there, {"missing": missing}))
    elif whole and (root := examined.tree.root(found.size)) != found.root:
        facts = {"size": str(found.size)}
        examined.findings.append(CustodyFinding("C2", NOTE, "", found.root.hex(), root.hex(), facts))


def _note(archive: Archive) -> bytes | None:
    """The bytes of the checkpoint; none where it is no plain file, None where it is missing."""
    if kind_of(archive.root / NOTE) == "missing":
        return None
    try:
        return read_small(archive.root / NOTE, note.MOST_BYTES)
    except OSError:
        return b""


def _origin(archive: Archive, examined: Examined, otherwise: str) -> str:
    """The log's name; the other one where `log.json`, which tells it, is not as it was."""
    if any(found.path == LOG for found in examined.findings):
        return otherwise
    try:
        return ledger.origin(archive)
    except LedgerError:
        return otherwise


def _head(archive: Archive, findings: list[CustodyFinding]) -> Head | None:
    """Step 1, first half: the head, when it is what docscan writes."""
    data = _small(archive, HEAD, findings)
    if data is None:
        return None
    try:
        return ledger.parsed_head(data)
    except ValueError:
        findings.append(CustodyFinding("L5", HEAD))
        return None


def _log(archive: Archive, examined: Examined) -> None:
    """Step 1, second half: `log.json` against the first event, which names its digest."""
    data = _small(archive, LOG, examined.findings)
    if data is None or examined.creation is None:
        return
    expected = examined.creation.files.get(LOG, "")
    found = ledger.sha256(data)
    if found != expected:
        examined.findings.append(CustodyFinding("D1", LOG, expected=expected, found=found))


def _small(archive: Archive, path: str, findings: list[CustodyFinding]) -> bytes | None:
    kind = kind_of(archive.root / path)
    if kind != "file":
        code = "D2" if kind == "missing" else "D5"
        findings.append(CustodyFinding(code, path, found="" if code == "D2" else kind))
        return None
    try:
        return read_small(archive.root / path, ledger.MAX_SMALL)
    except OSError as problem:
        findings.append(CustodyFinding("D6", path, facts={"reason": reason(problem)}))
        return None


def _segments(archive: Archive, findings: list[CustodyFinding]) -> Iterator[tuple[Path, str]]:
    """Every segment, and its path from the archive's root; besides, what does not belong among them."""
    kind = kind_of(archive.ledger)
    if kind != "folder":
        findings.append(CustodyFinding("D2" if kind == "missing" else "D5", "ledger", found=kind))
        return
    try:
        paths = sorted(archive.ledger.iterdir())
    except OSError as problem:
        findings.append(CustodyFinding("D6", "ledger", facts={"reason": reason(problem)}))
        return
    for path in paths:
        name = shown(f"ledger/{path.name}")
        kind = kind_of(path)
        if SEGMENT.fullmatch(path.name) and kind == "file":
            yield path, name
        elif SEGMENT.fullmatch(path.name):
            findings.append(CustodyFinding("D5", name, found=kind))
        elif path.name not in BESIDE:
            findings.append(CustodyFinding("D3", name))


def _segment(path: Path, name: str, findings: list[CustodyFinding]) -> Iterator[Line]:
    """Every line of a segment, each read by itself."""
    try:
        with opened(path) as raw, open(raw.fileno(), "rb", closefd=False) as file:
            if not os.fstat(raw.fileno()).st_size:
                findings.append(CustodyFinding("D3", name))
            place = int(path.stem)
            number = 0
            while data := file.readline(event.MAX_LINE + 2):
                number += 1
                yield _read(name, place, number, data)
                while len(data) > event.MAX_LINE and not data.endswith(b"\n"):
                    data = file.readline(event.MAX_LINE + 2)
    except OSError as problem:
        findings.append(CustodyFinding("D6", name, facts={"reason": reason(problem)}))


def _read(path: str, place: int, number: int, data: bytes) -> Line:
    if not data.endswith(b"\n"):
        return Line(path, number, event.leaf(data), code="L3")
    line = data[:-1]
    try:
        found = said(line)
    except ValueError:
        return Line(path, number, event.leaf(line), code="L1")
    seq, prev, *_ = found
    code = "" if seq // ledger.SEGMENT_LINES == place else "L2"
    return Line(path, number, event.leaf(line), seq, prev, code, found)
