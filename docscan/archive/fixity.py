"""Verification: is every byte still what the ledger says, and is the ledger whole?

Nothing that is read is trusted before it was checked, and no input makes it
stop: what cannot be read or understood is a finding like any other. Each step
names the rows of docs/threat-model.md it is for.

1. `ledger/head.json` agrees with itself; `ledger/log.json` is the one the
   first event names. (A1, A3)
2. Each line of each segment is one event in canonical form and of the closed
   schema; its number and the hash it names follow from the line before; the
   last one is the one the head names. (A1, A3)
3. The files of the storage root are those the first event names. (A1, A2)
4. Each object has the files the ledger and its inventory vouch for, with those
   digests, and no others; nothing else lies between the objects. (A1, A2)
5. The catalogue has taken in the whole ledger, and no more than that. (A1, A3)

What this cannot find: a ledger cut short together with its head, its objects
and its catalogue. For that, somebody else has to hold a copy of the head.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from docscan.archive import chain, shelves, tables
from docscan.archive.chain import Examined
from docscan.archive.custody import CustodyFinding, kind_of
from docscan.archive.layout import Archive
from docscan.archive.shelves import Progress

__all__ = ["CustodyFinding", "Progress", "verify"]


def verify(archive: Archive, progress: Progress | None = None) -> Iterator[CustodyFinding]:
    """Verify a whole archive.

    Args:
        archive: Held by the caller, so that nothing is filed meanwhile.
        progress: Called with the number of objects done and of all.

    Returns:
        The findings as they come; none for an archive that is as it should be.
    """
    examined = chain.examine(archive)  # steps 1 and 2
    yield from examined.findings
    creation = examined.creation
    yield from shelves.root_files(archive, None if creation is None else creation.files)  # step 3
    yield from shelves.examine(archive, examined.objects, examined.spare, progress)  # step 4
    if examined.head is not None and not examined.findings:
        yield from _catalogue(archive, examined)  # step 5


def _catalogue(archive: Archive, examined: Examined) -> Iterator[CustodyFinding]:
    """Step 5: the catalogue against the ledger."""
    path = archive.catalogue_path
    if kind_of(path) != "file":
        yield CustodyFinding("P1", path.name, facts={"reason": kind_of(path)})
        return
    try:
        with closing(tables.read_only(path)) as connection:
            applied = connection.execute("SELECT seq + 1, tail FROM applied").fetchone() or (0, "")
            records = connection.execute("SELECT count(*) FROM record").fetchone()[0]
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
    elif records != len(examined.objects):
        yield CustodyFinding("P4", path.name, expected=str(len(examined.objects)), found=str(records))
