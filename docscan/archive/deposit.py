"""Deposit: from a document that was read to an object on the shelf.

The order, and what a crash after each step leaves:

1. The object is built in `staging/` and flushed: a leftover, thrown away.
2. An intent, `staging/<uuid>.intent`, is flushed: the same.
3. The object is renamed into `objects/`: an object without a line in the
   ledger, which the intent names; `recovery` takes it out again.
4. The ledger gets its `ingestion` line: the document is filed; the catalogue
   takes the line in when it is opened.
5. The catalogue takes it in, and the intent is removed.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from docscan.archive import durable, ledger, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.layout import Archive
from docscan.errors import ArchiveError

if TYPE_CHECKING:  # a question about records loads neither what they are made of nor how they are built
    from docscan.model import Record

INTENT = ".intent"


def deposit(  # noqa: PLR0913 - what, with which files, under which id, where, when and by whom
    archive: Archive,
    catalogue: Catalogue,
    record: "Record",
    files: Mapping[str, Path],
    *,
    object_id: str,
    now: datetime,
    agent: str,
    detail: Mapping[str, str | int] = MappingProxyType({}),
) -> "Record":
    """File a document.

    Args:
        archive: Held by the caller.
        catalogue: Open on that archive.
        record: The document as read.
        files: The files of the object by logical path: exactly one
            `original/NAME`, and any of `companion/NAME`, which came
            beside it, and `derived/NAME`. Those that lie in the
            staging area are moved, others are copied. `derived/words.json` is
            among them when the record has transcripts of its pages, and is
            written from the pages otherwise.
        object_id: The UUID the file was claimed under.
        now: When it was received, with its time zone.
        agent: Who runs this.
        detail: What else the event is to say, such as the batch it came in.

    Returns:
        The record with its id and the time it was received.

    Raises:
        FixityError: The original's bytes are not those the record speaks of.
        ArchiveError: There is an object of that id already, or a file cannot
            be part of one.
        LedgerError: The ledger cannot be continued.
    """
    from docscan.archive import building  # noqa: PLC0415 - it loads what records are made of

    target = objects.folder_of(archive, object_id)
    if target.exists():
        raise ArchiveError(f"There is a record {object_id} already.", hint="Claim the file under a new id.")
    filed = replace(record, id=object_id, received=ledger.stamp(now), source=_encodable(record.source))
    draft = building.new_object(archive, filed, files, ledger.pseudonym(archive, agent))
    _shelve(archive, object_id, target)
    draft = replace(draft, detail={**draft.detail, **detail})
    happened = ledger.append(archive, draft, now=now, agent=agent)
    catalogue.apply(happened)
    _intent(archive, object_id).unlink()
    return filed


def _encodable(name: str) -> str:
    """A name as text: bytes of a file name that are no UTF-8 stand in it as escapes."""
    return name.encode(errors="backslashreplace").decode()


def _shelve(archive: Archive, object_id: str, target: Path) -> None:
    """Steps 2 and 3: the intent, then the object into its place."""
    intent = _intent(archive, object_id)
    intent.touch()
    durable.sync_folder(archive.staging)
    durable.make_folders(target.parent, archive.objects)
    (archive.staging / object_id).rename(target)
    durable.sync_folder(target.parent)
    durable.sync_folder(archive.staging)


def _intent(archive: Archive, object_id: str) -> Path:
    return archive.staging / f"{object_id}{INTENT}"
