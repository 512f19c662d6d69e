"""Recovery: what an interrupted run left is put right before the next one writes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from docscan.archive import healing, objects, papers, pending, revision
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import INTENT
from docscan.archive.event import UUID
from docscan.archive.keeping import disposal, erasure
from docscan.archive.layout import Archive, complete, hold
from docscan.archive.proof import checkpoint


@contextmanager
def taken_up(archive: Archive, *, now: datetime, agent: str, timeout: float = 0) -> Iterator[Catalogue]:
    """Hold an archive for writing, put right what was interrupted, and sign what is added.

    This is the one way to write to an archive: whatever is appended meanwhile
    is signed at the end, also when it ends with an error. What cannot be signed
    stays unsigned until the next time.

    Args:
        archive: The archive.
        now: When, with its time zone.
        agent: Who runs this.
        timeout: Seconds to wait for another run.

    Raises:
        ArchiveBusyError: Another run holds it.
        ArchiveError: It cannot be written to.
        LedgerError: The ledger cannot be continued, or is not what its last
            checkpoint counted.
    """
    with hold(archive, timeout):
        complete(archive)
        healing.heal(archive, now=now, agent=agent)
        with open_catalogue(archive) as catalogue:
            checkpoint.renew(archive, catalogue, now=now, agent=agent)
            recover(archive, catalogue)
            pending.take_up(catalogue, now=now)
            try:
                yield catalogue
                pending.take_up(catalogue, now=now)  # it may have taken hours
            finally:
                checkpoint.renew(archive, catalogue, now=now, agent=agent)


def recover(archive: Archive, catalogue: Catalogue) -> None:
    """Put right what an interrupted run left, before the next one starts.

    Call `healing.heal` first, so that the ledger is whole. A decision, a paper
    or a destruction that was begun is gone through with. An object without a line in the ledger is
    removed when the file it was made from is still claimed in `work/` and will
    be done again; otherwise it is kept in `quarantine/`. Then the staging area
    is emptied.

    Args:
        archive: Held by the caller.
        catalogue: Open on that archive.
    """
    papers.recover(catalogue)
    disposal.recover(catalogue)
    revision.recover(archive, catalogue)
    claimed = {
        path.name for path in archive.work.glob("*") if any(not file.is_dir() for file in path.rglob("*"))
    }
    for intent in sorted(archive.staging.glob(f"*{INTENT}")):
        object_id = intent.name.removesuffix(INTENT)
        if UUID.fullmatch(object_id) and not catalogue.filed(object_id):
            _take_out(archive, object_id, keep=object_id not in claimed)
    for leftover in archive.staging.iterdir() if archive.staging.is_dir() else ():
        if leftover.name.endswith((erasure.INTENT, erasure.TAKEN_OUT)):
            continue  # somebody reads, or protects, what is still to be wiped
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _take_out(archive: Archive, object_id: str, *, keep: bool) -> None:
    if keep and objects.folder_of(archive, object_id).is_dir():
        archive.quarantine.mkdir(exist_ok=True)
    objects.take_out(archive, object_id, (archive.quarantine if keep else archive.staging) / object_id)
