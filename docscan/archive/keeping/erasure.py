"""Erasure: objects are destroyed, and every trace of them outside the ledger.

The order, and what a crash after each step leaves:

1. The intent, `staging/<uuid>.destruction`, is flushed. From here on the
   destruction holds, and `recovery` goes through with it: nobody else can
   write to the archive before that is done, so no hold can come between.
2. For one object after the other, the ledger gets its `deletion` line, the
   catalogue takes it in and keeps a tombstone, and the folder is moved out of
   the storage root in one step and removed. Where it is protected against
   that (`chattr +i`) the intent stays, and the next to write tries again.
3. Traces are wiped: copies set aside, lines of run reports, old catalogues.
4. The catalogue is written anew without its free pages, and its log emptied.
   While somebody reads in it that cannot be done; the intent then stays.
5. The intent is removed.

The search index follows by itself, as the catalogue's outbox tells it to. What
was copied out of the archive, and freed blocks of the disk, are out of reach.
"""

import errno
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from docscan.archive import durable, ledger, objects, plans
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.layout import Archive
from docscan.archive.plans import Plan
from docscan.errors import FixityError, NotFoundError
from docscan.frozen import dataclass

INTENT = ".destruction"
TAKEN_OUT = ".destroyed"  # a folder on its way from the storage root to nothing
COPIED = ("original/", "companion/")  # what a person may have dropped in more than once


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of a destruction.

    Attributes:
        records: The UUIDs of the objects that are no more.
        complete: False while traces are left in a catalogue that somebody reads.
        unread: Files that could not be read, and may hold something of them.
        stuck: Folders that could not be removed, because they are protected.
    """

    records: tuple[str, ...]
    complete: bool
    unread: tuple[str, ...]
    stuck: tuple[str, ...] = ()


def erase(catalogue: Catalogue, drafts: Sequence[Draft], *, now: datetime, agent: str) -> Erased:
    """Destroy objects.

    Args:
        catalogue: Open on an archive that the caller holds, and that is recovered.
        drafts: The `deletion` of each of them.
        now: When, with its time zone.
        agent: Who does it: a login name.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    archive = catalogue.archive
    copies = {digest: size for draft in drafts for digest, size in _copies(archive, str(draft.object))}
    name = f"{drafts[0].detail['proposal']}{INTENT}"
    path = plans.write(archive, name, drafts, now=now, agent=agent, copies=copies)
    return _go_through(catalogue, path, plans.read(path))


def recover(catalogue: Catalogue) -> None:
    """Go through with destructions that were interrupted, if two people stand behind them.

    Whoever may write to `staging/` may put an intent there. So it has to be of
    a proposal that was approved, in the ledger, and to name only what that
    lists, and what is not destroyed yet must be as it was proposed and not held.

    Args:
        catalogue: Open on an archive that the caller holds, its ledger healed.

    Raises:
        ArchiveError: An intent is none that docscan wrote, or is not of such a
            proposal; nothing is destroyed by it.
    """
    archive = catalogue.archive
    for path in sorted(archive.staging.glob(f"*{INTENT}")):
        from docscan.archive.keeping import proposals, standing  # noqa: PLC0415 - hardly a command finds one

        plan = plans.read(path)
        told = isinstance(plan.facts.get("copies"), dict) and plan.drafts
        if not told or any(draft.type != "deletion" for draft in plan.drafts):
            raise plans.unfit(path)
        if not proposals.approved(catalogue, standing.read(ledger.read(archive)), plan.drafts):
            raise plans.unfit(path)
        _go_through(catalogue, path, plan)


def _go_through(catalogue: Catalogue, path: Path, plan: Plan) -> Erased:
    """Steps 2 to 5; what was done is not done again."""
    from docscan.archive.keeping import traces  # noqa: PLC0415 - every command that writes looks for intents

    archive = catalogue.archive
    catalogue.db.execute("PRAGMA secure_delete = ON").close()
    stuck = []
    for draft in plan.drafts:  # step 2
        if catalogue.destruction(str(draft.object)) is None:
            catalogue.apply(ledger.append(archive, draft, now=plan.now, agent=plan.agent))
        stuck += _remove(archive, str(draft.object))
    gone = tuple(str(draft.object) for draft in plan.drafts)
    unread = traces.wipe(archive, frozenset(gone), plan.facts["copies"])  # step 3
    complete = _written_anew(catalogue)  # step 4
    if complete and not stuck:  # step 5
        path.unlink()
        durable.sync_folder(archive.staging)
    return Erased(gone, complete, unread, tuple(stuck))


def _remove(archive: Archive, object_id: str) -> list[str]:
    """Take an object out of the storage root whole, then remove it file by file.

    Returns:
        The path of what could not be removed, from the archive's root.
    """
    import shutil  # noqa: PLC0415 - as above

    place = archive.staging / f"{object_id}{TAKEN_OUT}"
    try:
        if place.exists():
            shutil.rmtree(place)
        objects.take_out(archive, object_id, place)
        if place.exists():
            shutil.rmtree(place)
            durable.sync_folder(archive.staging)
    except OSError as problem:
        if problem.errno not in {errno.EPERM, errno.EACCES}:
            raise
        stuck = place if place.exists() else objects.folder_of(archive, object_id)
        return [str(stuck.relative_to(archive.root))]
    return []


def _written_anew(catalogue: Catalogue) -> bool:
    """Step 4; False when somebody reads meanwhile."""
    try:
        catalogue.db.execute("VACUUM").close()
        busy, _, _ = catalogue.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not busy


def _copies(archive: Archive, object_id: str) -> list[tuple[str, int]]:
    """Digest and size of what was received for an object; none where its inventory cannot be read."""
    try:
        found = objects.inventory_of(archive, object_id)
    except (NotFoundError, FixityError):
        return []
    folder = objects.folder_of(archive, object_id)
    paths = found.paths(found.head)
    return [
        (digest, (folder / paths[name]).stat().st_size)
        for name, digest in found.files(found.head).items()
        if name.startswith(COPIED) and (folder / paths[name]).is_file()
    ]
