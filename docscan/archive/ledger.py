"""The ledger: what happened, one canonical JSON event a line, each line naming the one before.

On disk: `log.json` says what the log is; `000000.jsonl`, `000001.jsonl`, ...
hold 10,000 lines each; `head.json` says how many lines there are and what the
last one hashes to. Lines are flushed before the head is replaced. Each line of
an act of several events, but its last, says how many of them `follow`. So a
crash leaves at most one act that the head does not count, which `healing` mends.

Whoever appends holds the archive (`docscan.archive.hold`).
"""

import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BufferedReader, FileIO
from itertools import groupby
from pathlib import Path

import rfc8785

from docscan import PROGRAM
from docscan.archive import durable, event
from docscan.archive.custody import opened, read_small
from docscan.archive.event import NO_LINE, Agent, Draft, Event
from docscan.archive.layout import Archive
from docscan.errors import LedgerError
from docscan.frozen import dataclass

FORMAT = "docscan.ledger/1"
SEGMENT_LINES = 10_000  # about 7 MB a file: small enough for every tool, few enough for `ls`
MAX_SMALL = 4_096  # bytes of log.json and head.json
FOLLOW = "follow"  # in an event's detail: how many events of the same act come after it; the ledger's own key
VERIFY = "Look at what `docscan verify` finds; restore the ledger from a copy if it is damaged."


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger ends: the number of lines and the hash of the last one."""

    size: int
    tail: str

    @property
    def data(self) -> bytes:
        """The bytes of `head.json`; `check` tells damage in this file from damage in the last line."""
        facts: dict[str, str | int] = {"size": self.size, "tail": self.tail}
        check = sha256(rfc8785.dumps(facts))
        return rfc8785.dumps(facts | {"check": check}) + b"\n"


def append(archive: Archive, draft: Draft, *, now: datetime, agent: str) -> Event:
    """Write one more event, durably; `append_all` with one."""
    (written,) = append_all(archive, [draft], now=now, agent=agent)
    return written


def append_all(archive: Archive, drafts: Sequence[Draft], *, now: datetime, agent: str) -> list[Event]:
    """Write the events of one act, durably: all of them or, after a crash, none.

    Args:
        archive: Held by the caller.
        drafts: What happened, in order; none is no act.
        now: When, with its time zone.
        agent: Who: a login name, which is written as a pseudonym, or that pseudonym.

    Returns:
        The events; but the last of several has `follow` in its detail.

    Raises:
        LedgerError: The end of the ledger is not what its head says.
        ValueError: A draft holds what the closed schema does not allow; nothing is written.
    """
    before = head = read_head(archive)
    _expect_end(archive, head)
    who = agent if event.AGENT.fullmatch(agent) else pseudonym(archive, agent)
    written, lines = list[Event](), list[bytes]()
    for number, draft in enumerate(drafts, 1):
        one = _placed(_followed(draft, len(drafts) - number), head, at=stamp(now), who=who)
        event.check(one)
        written.append(one)
        lines.append(one.line)
        head = Head(one.seq + 1, event.leaf(lines[-1]))
    if written:
        _add_lines(archive, before.size, lines)
        write_head(archive, head)
    return written


def read(archive: Archive, after: int = -1) -> Iterator[Event]:
    """The events of the ledger in order, as many as its head acknowledges.

    Args:
        archive: Any archive; it need not be held.
        after: Only events with a higher number.

    Raises:
        LedgerError: A line cannot be read, or does not follow the one before.
    """
    size = read_head(archive).size
    previous, seq = "", after
    for seq, line in _numbered(archive, max(after, 0), size):
        found = _follows(segment(archive, seq), line, seq, previous)
        previous = event.leaf(line)
        if seq > after:
            yield found
    if seq + 1 < size:
        raise LedgerError(f"The ledger ends before line {size}.", hint=VERIFY)


def read_head(archive: Archive) -> Head:
    """What `head.json` says.

    Raises:
        LedgerError: It is missing, or not as docscan wrote it.
    """
    path = archive.ledger / "head.json"
    try:
        return parsed_head(read_small(path, MAX_SMALL))
    except (OSError, ValueError) as problem:
        raise LedgerError(f"{path} cannot be used: {problem}.", hint=VERIFY) from problem


def parsed_head(data: bytes) -> Head:
    """Read the bytes of `head.json`.

    Raises:
        ValueError: They are not exactly what docscan writes.
    """
    found = event.canonical(data.removesuffix(b"\n"), MAX_SMALL)
    if not isinstance(found, dict) or found.keys() != {"size", "tail", "check"}:
        raise ValueError("its keys are not those of a head")
    size, tail = found["size"], found["tail"]
    if type(size) is not int or size < 0 or not isinstance(tail, str) or not event.HEX.fullmatch(tail):
        raise ValueError("its values are of another form")
    head = Head(size, tail)
    if head.data != data:
        raise ValueError("it does not agree with itself")
    return head


def start(archive: Archive, log: bytes, draft: Draft, *, now: datetime, agent: str) -> Event:
    """Write `log.json`, an empty head and the first event.

    Args:
        archive: A new archive, without a ledger.
        log: The bytes of `log.json`.
        draft: The event that opens the ledger.
        now: When, with its time zone.
        agent: Who makes the archive.
    """
    durable.write(archive.ledger / "log.json", log)
    write_head(archive, Head(0, NO_LINE))
    return append(archive, draft, now=now, agent=agent)


def log_json(origin: str, secret: str) -> bytes:
    """The bytes of `log.json`: the format, the log's name, and the salt of its pseudonyms."""
    return rfc8785.dumps({"format": FORMAT, "origin": origin, "id": secret}) + b"\n"


def origin(archive: Archive) -> str:
    """The log's name, which no other log has.

    Raises:
        LedgerError: `log.json` cannot be read.
    """
    return _log(archive)["origin"]


def pseudonym(archive: Archive, agent: str) -> str:
    """The opaque id under which a person or service stands in this ledger.

    The hash is salted with the log's own id, so one person has different ids in
    different archives. Who holds the archive and a list of logins can tell who
    is who: this keeps names out of the ledger, it does not make them secret.

    Raises:
        LedgerError: `log.json` cannot be read.
    """
    return f"u:{keyed(archive, agent)[:16]}"


def keyed(archive: Archive, text: str) -> str:
    """The digest of a text, salted with the log's own id, in hex: what stands for a name in this ledger.

    Raises:
        LedgerError: `log.json` cannot be read.
    """
    return hashlib.sha256(f"{_log(archive)['id']}\0{text}".encode()).hexdigest()


def segment(archive: Archive, seq: int) -> Path:
    """The file that holds the line of that number."""
    return archive.ledger / f"{seq // SEGMENT_LINES:06d}.jsonl"


def sha256(data: bytes) -> str:
    """The digest of bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def stamp(now: datetime) -> str:
    """A moment as the archive writes it: ISO 8601, UTC, to the second.

    Raises:
        ValueError: The moment has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _followed(draft: Draft, left: int) -> Draft:
    """A draft that says how many follow it; nobody else says so."""
    detail = {key: value for key, value in draft.detail.items() if key != FOLLOW}
    return replace(draft, detail=detail | ({FOLLOW: left} if left else {}))


def _placed(draft: Draft, head: Head, *, at: str, who: str) -> Event:
    """The event that a draft becomes after that head."""
    return Event(
        seq=head.size,
        at=at,
        prev=head.tail,
        type=draft.type,
        outcome=draft.outcome,
        agent=Agent(who, draft.role, PROGRAM),
        object=draft.object,
        object_version=draft.object_version,
        files=draft.files,
        detail=draft.detail,
    )


def _add_lines(archive: Archive, first: int, lines: Sequence[bytes]) -> None:
    """Write lines to their segments, one flush each; where there is no room, none of them stays."""
    numbered = groupby(enumerate(lines, first), key=lambda line: segment(archive, line[0]))
    parts = {path: b"".join(line + b"\n" for _, line in part) for path, part in numbered}
    before = {path: path.stat().st_size if path.exists() else 0 for path in parts}
    try:
        for path, data in parts.items():
            _add(path, data)
    except OSError:
        for path, size in before.items():
            shorten(path, size)
        raise


def _add(path: Path, data: bytes) -> None:
    new = not path.exists()
    with path.open("ab", buffering=0) as file:
        _write_whole(file, data)
    if new:
        durable.sync_folder(path.parent)


def shorten(path: Path, size: int) -> None:
    """Cut a segment to a size in bytes; one of which nothing is left is none."""
    if not path.exists():
        return
    if not size:
        path.unlink()
        durable.sync_folder(path.parent)
        return
    with path.open("r+b") as file:
        file.truncate(size)
        durable.flush(file)


def _write_whole(file: FileIO, data: bytes) -> None:
    if file.write(data) != len(data):
        raise OSError(errno.ENOSPC, "there is no room for the line")
    os.fsync(file.fileno())


def write_head(archive: Archive, head: Head) -> None:
    """Acknowledge the lines that a head counts."""
    durable.replace(archive.ledger / "head.json", head.data, archive.staging)


def _expect_end(archive: Archive, head: Head) -> None:
    """Nothing stands after the line that the head names, and that line is the right one."""
    following = segment(archive, head.size)
    if head.size % SEGMENT_LINES == 0 and following.exists() and not _empty(following):
        raise LedgerError("The ledger goes on after the end its head names.", hint=VERIFY)
    if not head.size:
        return
    before, last = end_of(segment(archive, head.size - 1))
    if event.leaf(last) != head.tail or not _stands_after(before, last, head.size - 1):
        raise LedgerError("The last line of the ledger is not the one its head names.", hint=VERIFY)


def _empty(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size


def _stands_after(before: bytes, line: bytes, seq: int) -> bool:
    """Whether a line has that number and follows the one before it in its segment."""
    try:
        found = event.parsed(line)
    except ValueError:
        return False
    return found.seq == seq and (not before if seq % SEGMENT_LINES == 0 else event.leaf(before) == found.prev)


def end_of(path: Path) -> tuple[bytes, bytes]:
    """The last two lines of a segment, without their newlines; empty where there is none.

    Raises:
        LedgerError: The segment cannot be read, or has no end.
    """
    try:
        with BufferedReader(opened(path)) as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - 2 * event.MAX_LINE - 2))
            end = file.read()
    except OSError as problem:
        raise LedgerError(f"{path} cannot be read: {problem}.", hint=VERIFY) from problem
    if not end.endswith(b"\n"):
        raise LedgerError("The last line of the ledger has no end.", hint=VERIFY)
    before, _, last = end[:-1].rpartition(b"\n")
    return before.rpartition(b"\n")[2], last


def _numbered(archive: Archive, first: int, size: int) -> Iterator[tuple[int, bytes]]:
    """The lines from `first` up to `size`, each with its number."""
    for start in range(first - first % SEGMENT_LINES, size, SEGMENT_LINES):
        for seq, line in enumerate(_lines(segment(archive, start)), start):
            if first <= seq < size:
                yield seq, line


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with BufferedReader(opened(path)) as file:
            while line := file.readline(event.MAX_LINE + 2):
                yield line.removesuffix(b"\n")
    except OSError as problem:
        raise LedgerError(f"{path} cannot be read: {problem}.", hint=VERIFY) from problem


def _follows(path: Path, line: bytes, seq: int, previous: str) -> Event:
    where = f"{path.name}, line {seq % SEGMENT_LINES + 1}"
    try:
        found = event.parsed(line)
    except ValueError as problem:
        raise LedgerError(f"The ledger cannot be read at {where}: {problem}.", hint=VERIFY) from problem
    if found.seq != seq or (previous and found.prev != previous):
        raise LedgerError(f"The line at {where} does not follow the one before.", hint=VERIFY)
    return found


def _log(archive: Archive) -> dict[str, str]:
    path = archive.ledger / "log.json"
    try:
        found = event.canonical(read_small(path, MAX_SMALL).removesuffix(b"\n"), MAX_SMALL)
    except (OSError, ValueError) as problem:
        raise LedgerError(f"{path} cannot be used: {problem}.", hint=VERIFY) from problem
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in ("origin", "id")):
        raise LedgerError(f"{path} does not say what the ledger is.", hint=VERIFY)
    return found
