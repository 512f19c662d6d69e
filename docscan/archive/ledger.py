"""The ledger: what happened, one canonical JSON event a line, each line naming the one before.

On disk: `log.json` says what the log is; `000000.jsonl`, `000001.jsonl`, ...
hold 10,000 lines each; `head.json` says how many lines there are and what the
last one hashes to. A line is flushed before the head is replaced, so a crash
leaves one of two states, and `heal` mends these two only:

* the last line has no end: it was never acknowledged, and is cut off;
* the head is one line behind: the line is whole, and the head is rewritten.

Whoever appends holds the archive (`docscan.archive.hold`).
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader, FileIO
from pathlib import Path

import rfc8785

from docscan import PROGRAM
from docscan.archive import durable, event
from docscan.archive.custody import opened, read_small
from docscan.archive.event import NO_LINE, Agent, Draft, Event
from docscan.archive.layout import Archive
from docscan.errors import LedgerError

FORMAT = "docscan.ledger/1"
SEGMENT_LINES = 10_000  # about 7 MB a file: small enough for every tool, few enough for `ls`
MAX_SMALL = 4_096  # bytes of log.json and head.json
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
    """Write one more event, durably.

    Args:
        archive: Held by the caller.
        draft: What happened.
        now: When, with its time zone.
        agent: Who: a login name, which is written as a pseudonym, or that pseudonym.

    Raises:
        LedgerError: The end of the ledger is not what its head says.
        ValueError: The draft holds what the closed schema does not allow.
    """
    head = read_head(archive)
    _expect_end(archive, head)
    who = agent if event.AGENT.fullmatch(agent) else pseudonym(archive, agent)
    written = Event(
        seq=head.size,
        at=stamp(now),
        prev=head.tail,
        type=draft.type,
        outcome=draft.outcome,
        agent=Agent(who, draft.role, PROGRAM),
        object=draft.object,
        object_version=draft.object_version,
        files=draft.files,
        detail=draft.detail,
    )
    event.check(written)
    _add_line(segment(archive, written.seq), written.line + b"\n")
    _write_head(archive, Head(written.seq + 1, written.hash))
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


def heal(archive: Archive, *, now: datetime, agent: str) -> Event | None:
    """Mend what a crash can leave at the end of the ledger, and nothing else.

    Args:
        archive: Held by the caller.
        now: When, with its time zone.
        agent: Who runs this.

    Returns:
        The `repair` event when an unfinished line was cut off; None otherwise.

    Raises:
        LedgerError: There is no head to heal by.
    """
    head = read_head(archive)
    path = segment(archive, head.size)
    beyond = _beyond(archive, head, path)
    if not beyond:
        return None
    if beyond.endswith(b"\n"):
        _acknowledge(archive, head, beyond)
        return None
    if b"\n" in beyond:
        return None
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - len(beyond))
        durable.flush(file)
    return append(archive, Draft("repair", detail={"bytes": len(beyond)}), now=now, agent=agent)


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
    _write_head(archive, Head(0, NO_LINE))
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


def _add_line(path: Path, line: bytes) -> None:
    new = not path.exists()
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            _write_whole(file, line)
        except OSError:
            file.truncate(before)
            raise
    if new:
        durable.sync_folder(path.parent)


def _write_whole(file: FileIO, line: bytes) -> None:
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, "there is no room for the line")
    os.fsync(file.fileno())


def _write_head(archive: Archive, head: Head) -> None:
    durable.replace(archive.ledger / "head.json", head.data, archive.staging)


def _expect_end(archive: Archive, head: Head) -> None:
    """Nothing stands after the line that the head names, and that line is the right one."""
    following = segment(archive, head.size)
    if head.size % SEGMENT_LINES == 0 and following.exists() and not _empty(following):
        raise LedgerError("The ledger goes on after the end its head names.", hint=VERIFY)
    if not head.size:
        return
    before, last = _end_of(segment(archive, head.size - 1))
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


def _end_of(path: Path) -> tuple[bytes, bytes]:
    """The last two lines of a segment, without their newlines; empty for one that is not there."""
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


def _beyond(archive: Archive, head: Head, path: Path) -> bytes:
    """What follows the last acknowledged line; empty when that line is not the one the head names."""
    pieces = _whole(path).split(b"\n")
    inside = head.size % SEGMENT_LINES
    if len(pieces) <= inside:
        return b""
    if inside:
        tail = event.leaf(pieces[inside - 1])
    else:
        tail = event.leaf(_end_of(segment(archive, head.size - 1))[1]) if head.size else NO_LINE
    return b"\n".join(pieces[inside:]) if tail == head.tail else b""


def _whole(path: Path) -> bytes:
    """All of a segment; empty for one that is not there."""
    try:
        with opened(path) as file:
            return file.readall()
    except FileNotFoundError:
        return b""
    except OSError as problem:
        raise LedgerError(f"{path} cannot be read: {problem}.", hint=VERIFY) from problem


def _acknowledge(archive: Archive, head: Head, beyond: bytes) -> None:
    try:
        found = event.parsed(beyond[:-1])
    except ValueError:
        return
    if found.seq == head.size and found.prev == head.tail:
        _write_head(archive, Head(head.size + 1, found.hash))


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
