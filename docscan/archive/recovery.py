"""Recovery: what was interrupted is put right before anything else is written.

Four locks, each the kernel's, so that they end with their process:

* `.lock` is held around each write, for some milliseconds: `taken_up` by a
  command, `continued` by whoever keeps the catalogue open for longer;
* `.run.lock` is had by a run for its whole time (`running`), and by whatever
  must not have a run beside it; it is asked for only while `.lock` is held, and
  never waited for;
* `.index.lock` is had by whoever feeds the search index;
* `.index.next.lock` is had by whoever makes another one beside it.

What a run has under way lies in `staging/` and `work/`. So these are cleared up
only while none goes on. Plans are written and gone through with while the
archive is held, so that each of them was interrupted that somebody else finds.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime

from docscan.archive import healing, objects, papers, pending, revision
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import INTENT
from docscan.archive.event import UUID
from docscan.archive.keeping import erasure
from docscan.archive.layout import PATIENCE, Archive, complete, hold, without_run
from docscan.archive.proof import checkpoint
from docscan.errors import ArchiveBusyError


@contextmanager
def taken_up(archive: Archive, *, now: datetime, agent: str, timeout: float = 0) -> Iterator[Catalogue]:
    """Hold an archive for writing, put right what was interrupted, and sign what is added.

    Whatever is appended meanwhile is signed at the end, also when it ends with
    an error. What cannot be signed stays unsigned until the next time.

    Args:
        archive: The archive.
        now: When, with its time zone.
        agent: Who runs this.
        timeout: Seconds to wait for whoever holds it.

    Raises:
        ArchiveBusyError: Another command holds it.
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
            finally:
                checkpoint.renew(archive, catalogue, now=now, agent=agent)


@contextmanager
def continued(catalogue: Catalogue, *, now: datetime, agent: str, timeout: float) -> Iterator[Catalogue]:
    """Hold an archive for one write, when its catalogue has stayed open since `taken_up`.

    Others may have written meanwhile, and been interrupted: the ledger is
    healed, the catalogue catches up, and papers and decisions that were begun
    are gone through with. Nothing is signed or cleared up: whoever keeps a
    catalogue open for long sees to that with `taken_up` when they end.

    Args:
        catalogue: Open; its archive is not held by the caller.
        now: When, with its time zone.
        agent: Who writes.
        timeout: Seconds to wait for whoever holds it.

    Raises:
        ArchiveBusyError: Another command holds it.
        ArchiveError: It cannot be written to.
        LedgerError: The ledger cannot be continued.
    """
    archive = catalogue.archive
    with hold(archive, timeout):
        healing.heal(archive, now=now, agent=agent)
        catalogue.catch_up()
        papers.recover(catalogue)
        revision.recover(archive, catalogue)
        yield catalogue


@contextmanager
def running(archive: Archive, *, clock: Callable[[], datetime], agent: str) -> Iterator[Catalogue]:
    """Be the only run in an archive, which others write to meanwhile; each write is `continued`.

    What was written is signed at the end, also when it ends with an error.

    Args:
        archive: The archive.
        clock: Tells the time, with its zone.
        agent: Who runs this.

    Raises:
        ArchiveBusyError: Another run goes on, or another command holds the archive.
        ArchiveError, LedgerError: As `taken_up` and `continued` do.
    """
    with ExitStack() as stack:
        with taken_up(archive, now=clock(), agent=agent, timeout=PATIENCE):
            stack.enter_context(without_run(archive))
        catalogue = stack.enter_context(open_catalogue(archive))
        try:
            yield catalogue
        finally:  # whoever holds it for long signs this, too
            with suppress(ArchiveBusyError), continued(catalogue, now=clock(), agent=agent, timeout=PATIENCE):
                checkpoint.renew(archive, catalogue, now=clock(), agent=agent)


def recover(archive: Archive, catalogue: Catalogue) -> None:
    """Put right what was interrupted, before the next write.

    Heal the ledger first, so that it is whole. A decision, a paper or a
    destruction that was begun is gone through with. When no run goes on, what
    one left is cleared up: an object without a line in the ledger is removed
    when the file it was made from is still claimed in `work/` and will be done
    again; otherwise it is kept in `quarantine/`. Then the staging area is
    emptied.

    Args:
        archive: Held by the caller.
        catalogue: Open on that archive.
    """
    papers.recover(catalogue)
    erasure.recover(catalogue)
    revision.recover(archive, catalogue)
    with suppress(ArchiveBusyError), without_run(archive):
        _clear_up(archive, catalogue)


def _clear_up(archive: Archive, catalogue: Catalogue) -> None:
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
            import shutil  # noqa: PLC0415 - most commands find nothing to clear up

            shutil.rmtree(leftover, ignore_errors=True)  # a reader may outlive its run for a moment
        else:
            leftover.unlink(missing_ok=True)


def _take_out(archive: Archive, object_id: str, *, keep: bool) -> None:
    if keep and objects.folder_of(archive, object_id).is_dir():
        archive.quarantine.mkdir(exist_ok=True)
    objects.take_out(archive, object_id, (archive.quarantine if keep else archive.staging) / object_id)
