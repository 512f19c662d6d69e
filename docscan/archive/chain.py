"""The ledger under examination: which lines can be believed, and which file is to blame.

Each line names the hash of the one before, and the head names that of the
last. So a line is *vouched for* by its successor. When it is not, either of
the two was altered, and this decides which: reading from a successor that is
itself vouched for, a line it does not name was altered (or lines between them
are gone, when their numbers leave a gap); before an altered line nobody is
blamed, because an altered line proves nothing. So one altered byte, wherever,
leads to the one file it is in.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path

from docscan.archive import event, ledger
from docscan.archive.custody import CustodyFinding, kind_of, opened, read_small, reason, shown
from docscan.archive.event import NO_LINE, Event
from docscan.archive.layout import Archive
from docscan.archive.ledger import Head

SEGMENT = re.compile(r"(\d{6})\.jsonl", re.ASCII)
MOST = 20  # findings a file; a shredded ledger is not told line by line
HEAD = "ledger/head.json"
LOG = "ledger/log.json"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands in a segment.

    Attributes:
        path: The segment, from the archive's root.
        number: In that file, from 1.
        hash: Of its bytes.
        seq: The number it says it has; -1 when it cannot be read.
        prev: What it says the line before hashes to.
        code: Of the finding about the line alone, or empty.
        event: What it says.
    """

    path: str
    number: int
    hash: str
    seq: int = -1
    prev: str = ""
    code: str = ""
    event: Event | None = None


START = Line("", 0, NO_LINE)


@dataclass(slots=True)
class Examined:
    """What the ledger can still prove.

    Attributes:
        findings: What is wrong with it.
        creation: The event that opened it, when that can be believed.
        objects: By UUID, the digests of the object's files.
        filed: By UUID, the number and the time of the line about each version of the object.
        deleted: By UUID, the event that destroyed the object.
        files: By path, the newest digest of each file that an event without an object names.
        lines: By path, the number of that event.
        checks: The fixity checks.
        custody: Holds that were placed and released.
        size: How many events there are, as far as can be told.
        sound: How many of them can be believed.
        head: Where it ends, when `head.json` can be believed.
    """

    findings: list[CustodyFinding] = field(default_factory=list)
    creation: Event | None = None
    objects: dict[str, dict[str, str]] = field(default_factory=dict)
    filed: dict[str, dict[int, tuple[int, str]]] = field(default_factory=dict)
    deleted: dict[str, Event] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    checks: list[Event] = field(default_factory=list)
    custody: list[Event] = field(default_factory=list)
    size: int = 0
    sound: int = 0
    head: Head | None = None

    @property
    def spare(self) -> int:
        """How many objects may stand without a line, because their line is lost."""
        return max(0, self.size - self.sound)


def examine(archive: Archive) -> Examined:
    """Read the whole ledger and judge it, line by line."""
    examined = Examined()
    examined.head = _head(archive, examined.findings)
    lines = _lines(archive, examined.findings)
    told: dict[str, int] = {}
    for line, findings in _judged(lines, examined.head):
        for found in findings:
            told[found.path] = told.get(found.path, 0) + 1
            if told[found.path] <= MOST:
                examined.findings.append(found)
        if line.event is not None and not findings:
            _believe(examined, line.event)
    examined.size = max(examined.size, examined.head.size if examined.head else 0)
    _log(archive, examined)
    return examined


def _believe(examined: Examined, found: Event) -> None:
    examined.sound += 1
    examined.size = max(examined.size, found.seq + 1)
    if found.seq == 0 and found.type == "creation":
        examined.creation = found
    if found.object is None:
        examined.files.update(found.files)
        examined.lines.update(dict.fromkeys(found.files, found.seq))
    elif found.files:
        examined.objects.setdefault(found.object, {}).update(found.files)
    if found.object is not None and found.object_version is not None:
        examined.filed.setdefault(found.object, {})[found.object_version] = (found.seq, found.at)
    _note(examined, found)


def _note(examined: Examined, found: Event) -> None:
    """Keep what other steps ask of an event."""
    if found.type == "deletion" and found.object is not None and found.outcome == "pass":
        examined.deleted[found.object] = found
    elif found.type == "fixity check":
        examined.checks.append(found)
    elif found.type in {"hold placed", "hold released"}:
        examined.custody.append(found)


def _judged(lines: Iterable[Line], head: Head | None) -> Iterator[tuple[Line, list[CustodyFinding]]]:
    """Each line with what is to be said of it, in order."""
    ends = [] if head is None else [Line(HEAD, 0, "", head.size, head.tail)]
    run = [START]  # the last of them is the line at hand; none before it is vouched for
    for line in chain(lines, ends):
        found = line
        if line.prev == run[-1].hash and not line.code and line.seq != run[-1].seq + 1 and line.path != HEAD:
            found = Line(line.path, line.number, line.hash, line.seq, line.prev, "L2", line.event)
        if not found.code and not run[-1].code and _follows(run[-1], found):
            yield from _settled(run)
            run = [found]
        else:
            run.append(found)
    yield from _settled(run)


def _follows(line: Line, after: Line) -> bool:
    return after.prev == line.hash and after.seq == line.seq + 1


def _settled(run: list[Line]) -> list[tuple[Line, list[CustodyFinding]]]:
    """Judge lines of which only the last is vouched for, from the last to the first."""
    last = run[-1]
    judged = [(last, [_about(last)] if last.code else [])]
    blame = not last.code
    for line, after in reversed(list(pairwise(run))):
        findings: list[CustodyFinding] = []
        if line.code:
            findings = [_about(line)]
        elif blame and after.seq > line.seq + 1:
            judged[-1][1].extend(_missing(line.seq + 1, after.seq))
        elif blame and after.path == HEAD and after.seq <= line.seq:
            judged[-1][1].append(_behind(line, after))
        elif blame and line is START:
            judged[-1][1].append(_about(after, "L2"))
        elif blame:
            findings = [_about(line, "L2")]
        blame = not findings
        judged.append((line, findings))
    return judged[::-1]


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
    crashed = head.seq == last.seq and head.prev == last.prev
    return CustodyFinding("L6" if crashed else "L5", HEAD, expected=str(last.seq + 1), found=str(head.seq))


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


def _lines(archive: Archive, findings: list[CustodyFinding]) -> Iterator[Line]:
    """Step 2: every line of every segment, each read by itself."""
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
            yield from _segment(path, name, findings)
        elif SEGMENT.fullmatch(path.name):
            findings.append(CustodyFinding("D5", name, found=kind))
        elif path.name not in {"log.json", "head.json", "checkpoint.note", "timestamps", "witnesses"}:
            findings.append(CustodyFinding("D3", name))


def _segment(path: Path, name: str, findings: list[CustodyFinding]) -> Iterator[Line]:
    try:
        with opened(path) as raw, open(raw.fileno(), "rb", closefd=False) as file:
            if not os.fstat(raw.fileno()).st_size:
                findings.append(CustodyFinding("D3", name))
            number = 0
            while data := file.readline(event.MAX_LINE + 2):
                number += 1
                yield _read(name, number, data)
                while len(data) > event.MAX_LINE and not data.endswith(b"\n"):
                    data = file.readline(event.MAX_LINE + 2)
    except OSError as problem:
        findings.append(CustodyFinding("D6", name, facts={"reason": reason(problem)}))


def _read(path: str, number: int, data: bytes) -> Line:
    if not data.endswith(b"\n"):
        return Line(path, number, event.leaf(data), code="L3")
    line = data[:-1]
    try:
        found = event.parsed(line)
    except ValueError:
        return Line(path, number, event.leaf(line), code="L1")
    place = f"ledger/{found.seq // ledger.SEGMENT_LINES:06d}.jsonl"
    code = "" if place == path else "L2"
    return Line(path, number, event.leaf(line), found.seq, found.prev, code, found)
