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
6. What was destroyed is not there, no hold stood on it, and two people agreed
   to it. (A9, A10)
7. The catalogue has taken in the whole ledger, and no more than that. (A1, A3)

Looking at every object may take hours, and work goes on meanwhile: the archive
is held for all other steps, and let go for the fifth. What seems wrong there is
looked at once more while nobody writes, by what the ledger then says.

What this cannot find: a ledger cut short or rewritten by somebody who has the
log's key (A4), or together with its checkpoint. For that, somebody else has to
hold a copy of the checkpoint (`docscan.archive.proof.trust`).
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace

from docscan.archive import chain, destroyed, event, ledger, lines, objects, rounds, shelves, tables
from docscan.archive.chain import Examined
from docscan.archive.custody import CustodyFinding, Seen, kind_of
from docscan.archive.layout import PATIENCE, Archive, hold
from docscan.archive.rounds import Filed
from docscan.errors import LedgerError, NotFoundError
from docscan.frozen import dataclass

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
        archive: Not held; see `verified`.
        progress: Called with the number of objects done and of all.

    Returns:
        The findings; none for an archive that is as it should be.
    """
    yield from verified(archive, Scope(), progress).findings


def verified(archive: Archive, scope: Scope, progress: Progress | None = None) -> Verification:
    """Verify an archive, or a part of it.

    Args:
        archive: Not held by the caller; it is held while the ledger is read,
            and for moments after that.
        scope: What is looked at.
        progress: Called with the number of objects done and of all.

    Raises:
        NotFoundError: The ledger knows no such object.
        ArchiveBusyError: Another run holds the archive.
    """
    begun = scope.clock()
    seen, looked_at = Seen(), list[Filed]()
    with hold(archive, timeout=PATIENCE, reading=True):
        examined = chain.examine(archive)  # steps 1 and 2
        scope = replace(scope, object=_meant(archive, examined, scope.object))
        shelf = rounds.on_shelf(examined)
        before = [] if scope.object else list(_beside(archive, examined, seen))
        after = list(destroyed.examine(archive, examined, scope.object))  # step 6
        if examined.head is not None and not examined.findings and not scope.object:
            after += _catalogue(archive, examined, len(shelf))  # step 7
    due = rounds.in_turn(shelf) if scope.seconds is not None else shelf
    due = [filed for filed in due if scope.object in ("", filed.id)]
    deadline = None if scope.seconds is None else begun + scope.seconds
    turns = _turns(due, lambda: deadline is not None and scope.clock() >= deadline, looked_at, progress)
    found = [*_objects(archive, examined, turns, scope.object, seen)]  # step 5
    told = tuple(_told(examined, finding) for finding in (*examined.findings, *before, *found, *after))
    return Verification(told, examined, tuple(shelf), tuple(looked_at), seen.bytes)


def _beside(archive: Archive, examined: Examined, seen: Seen) -> Iterator[CustodyFinding]:
    """Steps 3 and 4, and whether there is a place for objects at all."""
    creation = examined.creation
    yield from shelves.root_files(archive, None if creation is None else creation.files, seen)
    yield from shelves.named_files(archive, examined.files, seen, examined.spare)
    kind = kind_of(archive.objects)
    if kind != "folder":
        yield CustodyFinding("D2" if kind == "missing" else "D5", "objects", found=kind)


def _objects(
    archive: Archive, examined: Examined, turns: Iterator[str], only: str, seen: Seen
) -> Iterator[CustodyFinding]:
    """Step 5: objects, then whatever else lies between them.

    Where lines of the ledger are lost or altered, which is told elsewhere, as
    many objects or versions of them may stand without a line; those are held
    against their own inventory.
    """
    spare = examined.spare
    strays = [] if only else list(shelves.strays(archive, examined))  # at once: there may not be time later
    if only and only not in examined.about:
        yield from shelves.by_itself(archive, only, seen)
    for object_id in turns:
        files, lost = shelves.vouched(archive, object_id, examined.objects[object_id], spare)
        spare -= lost
        if list(shelves.one_object(archive, object_id, files, seen)):
            yield from _again(archive, examined, object_id, files)
    if strays:
        with hold(archive, timeout=PATIENCE, reading=True):
            yield from shelves.astray(archive, strays, _since(archive, examined), spare)


def _again(
    archive: Archive, examined: Examined, object_id: str, files: Mapping[str, str]
) -> list[CustodyFinding]:
    """What is wrong with an object, looked at while nobody writes; nothing where it was destroyed."""
    with hold(archive, timeout=PATIENCE, reading=True):
        since = _since(archive, examined)
        if object_id in since.deleted:
            return []
        named = {**files, **since.objects.get(object_id, {})}
        return list(shelves.one_object(archive, object_id, named, Seen()))


def _since(archive: Archive, examined: Examined) -> Examined:
    """What the ledger says of what was done since it was examined; nothing where that cannot be read."""
    since = Examined()
    with suppress(LedgerError):  # a finding of this verification, or of the next one
        since.believe([lines.said(one.line) for one in ledger.read(archive, after=examined.size - 1)])
    return since


def _meant(archive: Archive, examined: Examined, object_id: str) -> str:
    """The one object that is asked for, whose id may be cut short; empty for all of them."""
    if not object_id:
        return ""
    known = [*examined.objects, *(examined.deleted.keys() - examined.objects.keys())]
    found = [name for name in known if name.startswith(object_id.lower())]
    unknown = object_id.lower() if event.UUID.fullmatch(object_id.lower()) and not found else ""
    if unknown and examined.spare and objects.folder_of(archive, unknown).is_dir():
        return unknown  # its lines are among those that are lost
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


def _told(examined: Examined, finding: CustodyFinding) -> CustodyFinding:
    """A finding with the line that vouches for its file, and when the file was seen to be right."""
    if finding.line is not None:
        return finding
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
