"""Healing: what a crash can leave at the end of the ledger is mended, and nothing else.

Lines are written before the head that counts them. So a crash leaves one of two
states:

* the head is behind: an act whose lines are whole is acknowledged;
* an act has no end: it was never acknowledged, and is cut off.

Only the end of a segment is read, unless the head names another line.
"""

import os
from datetime import datetime
from pathlib import Path

from docscan.archive import event, ledger
from docscan.archive.custody import opened
from docscan.archive.event import NO_LINE, Draft, Event
from docscan.archive.layout import Archive
from docscan.archive.ledger import FOLLOW, Head
from docscan.errors import LedgerError

NEAR = 4 * event.MAX_LINE  # bytes at the end of a segment in which the acknowledged line is looked for first


def heal(archive: Archive, *, now: datetime, agent: str) -> Event | None:
    """Mend what a crash can leave at the end of the ledger, and nothing else.

    Args:
        archive: Held by the caller.
        now: When, with its time zone.
        agent: Who runs this.

    Returns:
        The `repair` event when an unfinished act was cut off; None otherwise.

    Raises:
        LedgerError: There is no head to heal by.
    """
    head = ledger.read_head(archive)
    beyond = _beyond(archive, head)
    ended = _ended(head, beyond) if any(beyond.values()) else None
    if ended is None:
        return None
    if ended != head:
        ledger.write_head(archive, ended)
        return None
    cut = _cut_off(archive, beyond)
    return ledger.append(archive, Draft("repair", detail={"bytes": cut}), now=now, agent=agent)


def mended(archive: Archive, head: Head) -> Head | None:
    """Where the ledger ends when an interrupted act is acknowledged or cut off.

    Args:
        archive: Any archive; it need not be held.
        head: What `head.json` says.

    Returns:
        The head as it will be; None when a crash did not leave what follows it.

    Raises:
        LedgerError: A segment cannot be read.
    """
    beyond = _beyond(archive, head)
    return _ended(head, beyond) if any(beyond.values()) else head


def _beyond(archive: Archive, head: Head) -> dict[int, bytes]:
    """What follows the line that the head names, by segment; nothing when that line is not there."""
    first = head.size // ledger.SEGMENT_LINES
    if head.size % ledger.SEGMENT_LINES:
        found = {first: _after(ledger.segment(archive, head.size), head.tail)}
    else:
        tail = event.leaf(ledger.end_of(ledger.segment(archive, head.size - 1))[1]) if head.size else NO_LINE
        found = {first: _whole(ledger.segment(archive, head.size)) if tail == head.tail else b""}
    last = first
    while found[last] and (path := ledger.segment(archive, (last + 1) * ledger.SEGMENT_LINES)).exists():
        last += 1
        found[last] = _whole(path)
    return found


def _after(path: Path, tail: str) -> bytes:
    """What follows the line of that hash in a segment; empty when it is not there."""
    for most in (NEAR, None):
        lines = _whole(path, most).split(b"\n")
        for number in range(len(lines) - 1, 0, -1):
            if event.leaf(lines[number - 1]) == tail:
                return b"\n".join(lines[number:])
    return b""


def _ended(head: Head, beyond: dict[int, bytes]) -> Head | None:
    """The head after the one act there is, if it is whole; None when a crash did not leave these lines.

    The next act begins when the head counts this one.
    """
    here = ended = head
    for number, part in beyond.items():
        *lines, torn = part.split(b"\n")
        if torn and number != max(beyond):
            return None
        for line in lines:
            if ended != head:
                return None
            try:
                found = event.parsed(line)
            except ValueError:
                return None
            if (found.seq // ledger.SEGMENT_LINES, found.seq, found.prev) != (number, here.size, here.tail):
                return None
            here = Head(found.seq + 1, found.hash)
            ended = ended if FOLLOW in found.detail else here
        if torn and ended != head:
            return None
    return ended


def _cut_off(archive: Archive, beyond: dict[int, bytes]) -> int:
    """Cut off what follows the acknowledged lines, the last segment first; how many bytes."""
    for number, part in sorted(beyond.items(), reverse=True):
        path = ledger.segment(archive, number * ledger.SEGMENT_LINES)
        if part:
            ledger.shorten(path, path.stat().st_size - len(part))
    return sum(map(len, beyond.values()))


def _whole(path: Path, most: int | None = None) -> bytes:
    """All of a segment, or its last bytes; empty for one that is not there."""
    try:
        with opened(path) as file:
            if most is not None:
                file.seek(max(0, file.seek(0, os.SEEK_END) - most))
            return file.readall()
    except FileNotFoundError:
        return b""
    except OSError as problem:
        raise LedgerError(f"{path} cannot be read: {problem}.", hint=ledger.VERIFY) from problem
