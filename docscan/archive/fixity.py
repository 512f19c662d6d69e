"""Verification: is every byte still what the ledger says, and is the ledger whole?

Nothing that is read is trusted before it was checked, and no input makes it
stop: what cannot be read or understood is a finding like any other. Each step
names the rows of docs/threat-model.md it is for.

1. `ledger/head.json` agrees with itself; `ledger/log.json` is the one the
   first event names. (A1, A3)
2. Each line of each segment is one event in canonical form and of the closed
   schema; its number and the hash it names follow from the line before; the
   last one is the one the head names; the tree over the lines is the one of
   the signed checkpoint. (A1, A3)
3. The files of the storage root are those the first event names. (A1, A2)
4. Files beside ledger and objects are those that events name. (A1, A2)
5. Each object has the files the ledger and its inventory vouch for, with those
   digests, and no others; nothing else lies between the objects. (A1, A2)
6. What was destroyed is not there, and no hold stood on it. (A9, A10)
7. The catalogue has taken in the whole ledger, and no more than that. (A1, A3)

What this cannot find: a ledger cut short or rewritten by somebody who has the
log's key (A4), or together with its checkpoint. For that, somebody else has to
hold a copy of the checkpoint (`docscan.archive.proof.trust`).
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from docscan.archive import chain, objects, rounds, shelves, tables
from docscan.archive.chain import Examined
from docscan.archive.custody import CustodyFinding, Seen, kind_of, misplaced
from docscan.archive.layout import Archive
from docscan.archive.rounds import Filed
from docscan.errors import NotFoundError

__all__ = ["CustodyFinding", "Progress", "Scope", "Verification", "verified", "verify"]

Progress = Callable[[int, int], None]
MOST_STEPS = 1_000_000_000  # of SQLite's machine: a minute or so, far more than counting records takes
WITHIN = re.compile(r"v([1-9]\d{0,4})/", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of an archive is looked at.

    Attributes:
        object: The UUID of the only object to look at, or as much of it as
            means no other: steps 1, 2, 5 and 6. Empty for all.
        seconds: No further object is begun after so long; at least one is.
            None for as long as it takes.
        clock: Tells the seconds since any moment.
    """

    object: str = ""
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of looking at an archive.

    Attributes:
        findings: What is not as it should be, in the order of the steps.
        examined: The ledger.
        shelf: The objects that are to be there, in the order they were filed.
        looked_at: Those that were looked at, in that order.
        bytes: How many bytes of files were hashed, those of the ledger not counted.
    """

    findings: tuple[CustodyFinding, ...]
    examined: Examined
    shelf: tuple[Filed, ...]
    looked_at: tuple[Filed, ...]
    bytes: int

    @property
    def failed(self) -> int:
        """How many of the objects that were looked at are not as they should be."""
        told = {finding.object for finding in self.findings}
        return sum(filed.id in told for filed in self.looked_at)


def verify(archive: Archive, progress: Progress | None = None) -> Iterator[CustodyFinding]:
    """Verify a whole archive.

    Args:
        archive: Held by the caller, so that nothing is filed meanwhile.
        progress: Called with the number of objects done and of all.

    Returns:
        The findings; none for an archive that is as it should be.
    """
    yield from verified(archive, Scope(), progress).findings


def verified(archive: Archive, scope: Scope, progress: Progress | None = None) -> Verification:
    """Verify an archive, or a part of it.

    Args:
        archive: Held by the caller, so that nothing is filed meanwhile.
        scope: What is looked at.
        progress: Called with the number of objects done and of all.

    Raises:
        NotFoundError: The ledger knows no such object.
    """
    begun = scope.clock()
    examined = chain.examine(archive)  # steps 1 and 2
    scope = replace(scope, object=_meant(examined, scope.object))
    shelf = rounds.on_shelf(examined)
    seen, looked_at = Seen(), list[Filed]()
    due = rounds.in_turn(shelf) if scope.seconds is not None else shelf
    due = [filed for filed in due if scope.object in ("", filed.id)]
    deadline = None if scope.seconds is None else begun + scope.seconds
    turns = _turns(due, lambda: deadline is not None and scope.clock() >= deadline, looked_at, progress)
    findings = [*examined.findings, *_files(archive, examined, turns, scope, seen)]
    if examined.head is not None and not examined.findings and not scope.object:
        findings += _catalogue(archive, examined, len(shelf))  # step 7
    told = tuple(_told(examined, finding) for finding in findings)
    return Verification(told, examined, tuple(shelf), tuple(looked_at), seen.bytes)


def _files(
    archive: Archive, examined: Examined, turns: Iterator[str], scope: Scope, seen: Seen
) -> Iterator[CustodyFinding]:
    """Steps 3 to 6, or as much of them as is asked for."""
    if scope.object:
        for object_id in turns:
            yield from shelves.one_object(archive, object_id, examined.objects[object_id], seen)
    else:
        creation = examined.creation
        yield from shelves.root_files(archive, None if creation is None else creation.files, seen)
        yield from shelves.named_files(archive, examined.files, seen, examined.spare)
        yield from shelves.examine(archive, examined, turns, seen)
    yield from _destroyed(archive, examined, scope.object)


def _meant(examined: Examined, object_id: str) -> str:
    """The one object that is asked for, whose id may be cut short; empty for all of them."""
    known = [*examined.objects, *(examined.deleted.keys() - examined.objects.keys())] if object_id else [""]
    found = [name for name in known if name.startswith(object_id.lower())]
    if len(found) != 1:
        what = "several records whose ids begin" if found else "no record whose id begins"
        raise NotFoundError(
            f"The ledger knows {what} with {object_id!r}.", hint="`docscan list` shows the ids."
        )
    return found[0]


def _turns(
    due: list[Filed], late: Callable[[], bool], looked_at: list[Filed], progress: Progress | None
) -> Iterator[str]:
    """One object after the other, until it is late; the first of them in any case."""
    for filed in due:
        if looked_at and late():
            break
        if progress is not None:
            progress(len(looked_at), len(due))
        looked_at.append(filed)
        yield filed.id
    if progress is not None:
        progress(len(looked_at), len(due))


def _destroyed(archive: Archive, examined: Examined, only: str) -> Iterator[CustodyFinding]:
    """Step 6: what was destroyed, or one object of that, against the shelf and the holds of that time."""
    held = _destroyed_while_held(examined)
    for object_id in sorted(name for name in examined.deleted if only in ("", name)):
        folder = f"objects/{objects.relative_folder(object_id)}"
        kind = "missing" if object_id in examined.objects else kind_of(archive.root / folder)  # filed anew
        if kind == "unreadable":
            yield misplaced(folder, kind, object_id)
        elif kind != "missing":
            yield CustodyFinding("D4", folder, object_id, found=kind)
        if object_id in held:
            yield CustodyFinding("H1", folder, object_id)


def _destroyed_while_held(examined: Examined) -> set[str]:
    """The objects on which a hold stood when they were destroyed."""
    standing, found = dict[str, set[object]](), set[str]()
    for event in examined.custody:
        name, hold = event.object or "", event.detail.get("hold")
        if event.type == "hold placed":
            standing.setdefault(name, set()).add(hold)
        elif event.type == "hold released":
            standing.get(name, set()).discard(hold)
        elif standing.get(name):
            found.add(name)
    return found


def _told(examined: Examined, finding: CustodyFinding) -> CustodyFinding:
    """A finding with the line that vouches for its file, and when the file was seen to be right."""
    if not finding.object:
        return replace(finding, line=examined.lines.get(finding.path))
    if finding.code in {"D4", "H1"}:
        return replace(finding, line=examined.deleted[finding.object].seq)
    versions = examined.filed.get(finding.object, {})
    if finding.code == "D3" or not versions:
        return finding
    inside = finding.path.removeprefix(f"objects/{objects.relative_folder(finding.object)}/")
    found = WITHIN.match(inside)
    number = int(found[1]) if found else 1 if inside == objects.OBJECT_MARK else max(versions)
    if number not in versions:
        return finding
    line, at = versions[number]
    return replace(finding, line=line, last_good=rounds.last_good(examined, finding.object, line, at))


def _catalogue(archive: Archive, examined: Examined, shelf: int) -> Iterator[CustodyFinding]:
    """Step 7: the catalogue against the ledger."""
    path = archive.catalogue_path
    if kind_of(path) != "file":
        yield CustodyFinding("P1", path.name, facts={"reason": kind_of(path)})
        return
    try:
        with closing(tables.read_only(path)) as connection:
            connection.set_progress_handler(lambda: 1, MOST_STEPS)
            applied = connection.execute("SELECT seq + 1, tail FROM applied").fetchone() or (0, "")
            counted = connection.execute("SELECT count(*) FROM record WHERE state <> 'destroyed'")
            records = counted.fetchone()[0]
    except sqlite3.Error as problem:
        yield CustodyFinding("P1", path.name, facts={"reason": str(problem)})
        return
    size, tail = applied
    head = examined.head
    if head is None or not isinstance(size, int):
        return
    if size < head.size:
        yield CustodyFinding("P2", path.name, expected=str(head.size), found=str(size))
    elif size > head.size or tail != head.tail:
        yield CustodyFinding("P3", path.name, expected=str(head.size), found=str(size))
    elif records != shelf:
        yield CustodyFinding("P4", path.name, expected=str(shelf), found=str(records))
