"""What is still to be written to the ledger: acts of people when it could not be written.

An import or a new catalogue may hold an archive for long, who looks at a
document may be let write to one folder alone, and a ledger may be damaged. So
what has to be told before its bytes leave is flushed as one small file in
`pending/`, and whoever next takes the archive up writes it to the ledger. The
event then says when it was written, and in its detail when it was done (`done`)
and by which file (`notice`), so that it is written once.

Anybody who may write to `pending/` may put a notice there: a file of another
form is moved to `quarantine/` and never stops a run.
"""

import errno
import os
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from docscan.archive import durable, event, ledger, plans
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import read_small
from docscan.archive.event import UUID, Draft
from docscan.archive.layout import Archive
from docscan.errors import ArchiveError

FORMAT = "docscan.notice/1"
ENDING, BEGUN = ".json", ".new"
ABANDONED = 3600  # seconds after which nobody is writing a notice any more
TYPES = frozenset({"dissemination"})  # what may be told late; anything else is done with the archive held
RECENT = 4  # lines at the end of the ledger among which an interrupted notice stands: its own, and a repair
READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
FORMS = {"format": str, "agent": str, "at": str, "type": str, "object": str, "detail": dict}


def spool(archive: Archive, drafts: Sequence[Draft], *, now: datetime, agent: str) -> bool:
    """Keep events until the archive can be held; they are on the disk when this returns.

    Args:
        archive: Held by somebody else.
        drafts: Of `TYPES`; with an object or none, and no files.
        now: When it was done, with its time zone.
        agent: Who did it: a login name.

    Returns:
        Whether they were kept; False on a medium that may not be written.

    Raises:
        ArchiveError: They cannot be kept for another reason, such as a full disk.
    """
    folder = archive.pending
    try:
        durable.make_folders(folder, archive.root)
        for draft in drafts:
            _keep(folder, _notice(archive, draft, now, agent))
        durable.sync_folder(folder)
    except OSError as problem:
        if problem.errno in READ_ONLY:
            return False
        raise ArchiveError(
            f"What was to be shown could not be put on record: {problem.strerror}.",
            hint="Nothing was shown. Free some space, then try again.",
        ) from problem
    return True


def _keep(folder: Path, notice: bytes) -> None:
    """Put a notice into the folder, whole or not at all."""
    name = str(uuid.uuid4())
    new = folder / f"{name}{BEGUN}"
    try:
        durable.write(new, notice)
        new.replace(folder / f"{name}{ENDING}")
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def take_up(catalogue: Catalogue, *, now: datetime) -> int:
    """Write to the ledger what was kept for it.

    Args:
        catalogue: Open on an archive that the caller holds, its ledger healed.
        now: When, with its time zone.

    Returns:
        How many events were written.
    """
    archive = catalogue.archive
    folder = archive.pending
    waiting = sorted(folder.glob(f"*{ENDING}")) if folder.is_dir() else []
    written = 0
    for path in waiting:
        found = _read(path)
        if found is None:
            _put_away(archive, path)
            continue
        draft, agent = found
        if not _told(catalogue, path.stem):
            catalogue.apply(ledger.append(archive, draft, now=now, agent=agent))
            written += 1
        path.unlink()
    if waiting:
        durable.sync_folder(folder)
    for path in folder.glob(f"*{BEGUN}"):  # whoever wrote it was killed, and showed nothing
        with suppress(OSError):
            if now.timestamp() - path.lstat().st_mtime > ABANDONED:
                path.unlink()
    return written


def _notice(archive: Archive, draft: Draft, now: datetime, agent: str) -> bytes:
    facts: dict[str, Any] = {
        "format": FORMAT,
        "agent": ledger.pseudonym(archive, agent),
        "at": ledger.stamp(now),
        "type": draft.type,
        "object": draft.object or "",
        "detail": dict(draft.detail),
    }
    return rfc8785.dumps(facts) + b"\n"


def _read(path: Path) -> tuple[Draft, str] | None:
    """The event in a notice, and whose it is; None for anything that is not exactly what `spool` writes."""
    try:
        found = event.canonical(read_small(path, event.MAX_LINE).removesuffix(b"\n"), event.MAX_LINE)
        forms = {key: type(value) for key, value in found.items()}
        if forms != FORMS or found["format"] != FORMAT or found["type"] not in TYPES or not found["detail"]:
            return None
        detail = {**found["detail"], "done": found["at"], "notice": path.stem}
        draft = Draft(found["type"], object=found["object"] or None, detail=detail, role="recipient")
        plans.check(draft, found["agent"], found["at"])
    except (OSError, ValueError, AttributeError):
        return None
    return (draft, found["agent"]) if UUID.fullmatch(path.stem) else None


def _told(catalogue: Catalogue, notice: str) -> bool:
    """Whether an interruption came between the line of a notice and the end of its file."""
    newest = catalogue.applied()
    rows = catalogue.db.execute("SELECT line FROM events WHERE seq > ?", (newest - RECENT,)).fetchall()
    return any(event.parsed(line.encode()).detail.get("notice") == notice for (line,) in rows)


def _put_away(archive: Archive, path: Path) -> None:
    """Move what is no notice out of the way, under a name that is free."""
    archive.quarantine.mkdir(exist_ok=True)
    place = archive.quarantine / f"pending-{uuid.uuid4()}"
    os.replace(path, place)  # noqa: PTH105 - it may be a folder or a link
    durable.sync_folder(archive.quarantine)
