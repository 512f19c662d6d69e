"""Deposit: from a document that was read to an object on the shelf.

The order, and what a crash after each step leaves:

1. The object is built in `staging/` and flushed: a leftover, thrown away.
2. An intent, `staging/<uuid>.intent`, is flushed: the same.
3. The object is renamed into `objects/`: an object without a line in the
   ledger, which the intent names; `recover` takes it out again.
4. The ledger gets its `ingestion` line: the document is filed; the catalogue
   takes the line in when it is opened.
5. The catalogue takes it in, and the intent is removed.
"""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from docscan import record as records
from docscan.archive import durable, ledger, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import UUID, Draft
from docscan.archive.layout import Archive
from docscan.errors import ArchiveError, FixityError
from docscan.model import Record, Transcript

SALT_BYTES = 32
INTENT = ".intent"


def deposit(  # noqa: PLR0913 - what, with which files, under which id, where, when and by whom
    archive: Archive,
    catalogue: Catalogue,
    record: Record,
    files: Mapping[str, Path],
    *,
    object_id: str,
    now: datetime,
    agent: str,
) -> Record:
    """File a document.

    Args:
        archive: Held by the caller.
        catalogue: Open on that archive.
        record: The document as read.
        files: The files of the object by logical path: exactly one
            `original/NAME`, and any of `derived/NAME`. Those that lie in the
            staging area are moved, others are copied. `derived/words.json` is
            among them when the record has transcripts of its pages, and is
            written from the pages otherwise.
        object_id: The UUID the file was claimed under.
        now: When it was received, with its time zone.
        agent: Who runs this.

    Returns:
        The record with its id and the time it was received.

    Raises:
        FixityError: The original's bytes are not those the record speaks of.
        ArchiveError: There is an object of that id already, or a file cannot
            be part of one.
        LedgerError: The ledger cannot be continued.
    """
    target = objects.folder_of(archive, object_id)
    if target.exists():
        raise ArchiveError(f"There is a record {object_id} already.", hint="Claim the file under a new id.")
    filed = replace(record, id=object_id, received=ledger.stamp(now), source=_encodable(record.source))
    draft = _build(archive, filed, files, ledger.pseudonym(archive, agent))
    _shelve(archive, object_id, target)
    happened = ledger.append(archive, draft, now=now, agent=agent)
    catalogue.apply(happened)
    _intent(archive, object_id).unlink()
    return filed


def recover(archive: Archive, catalogue: Catalogue) -> None:
    """Put right what an interrupted run left, before the next one starts.

    Call `ledger.heal` first, so that the ledger is whole. An object without a
    line in the ledger is removed when the file it was made from is still
    claimed in `work/` and will be done again; otherwise it is kept in
    `quarantine/`. Then the staging area is emptied.

    Args:
        archive: Held by the caller.
        catalogue: Open on that archive.
    """
    claimed = {
        path.name for path in archive.work.glob("*") if any(not file.is_dir() for file in path.rglob("*"))
    }
    for intent in sorted(archive.staging.glob(f"*{INTENT}")):
        object_id = intent.name.removesuffix(INTENT)
        if UUID.fullmatch(object_id) and not catalogue.filed(object_id):
            _take_out(archive, object_id, keep=object_id not in claimed)
    for leftover in archive.staging.iterdir() if archive.staging.is_dir() else ():
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _encodable(name: str) -> str:
    """A name as text: bytes of a file name that are no UTF-8 stand in it as escapes."""
    return name.encode(errors="backslashreplace").decode()


def _build(archive: Archive, record: Record, files: Mapping[str, Path], agent: str) -> Draft:
    """Step 1: the whole object in the staging area; what the ledger will say of it."""
    folder = archive.staging / str(record.id)
    if folder.exists():
        shutil.rmtree(folder)
    named = _named(files)
    if any(isinstance(page, Transcript) for page in record.pages) != (objects.WORDS in named):
        raise ArchiveError("A transcript is filed with its words.json, a page without.")
    for logical, path in named.items():
        target = folder / objects.content(logical)
        target.parent.mkdir(parents=True, exist_ok=True)
        _bring(archive, path, target)
    _write_record(folder, record)
    digests = {
        str(path.relative_to(folder / "v1/content")): durable.digest_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (original,) = (logical for logical in named if logical.startswith("original/"))
    if digests[original] != record.sha256:
        raise FixityError(
            f"{record.source} changed while it was being read.", hint="Drop it into the inbox once more."
        )
    control = _seal(folder, objects.Version(str(record.id), record.received, agent, digests))
    durable.sync_tree(folder)
    durable.sync_folder(archive.staging)
    return Draft(
        "ingestion",
        object=record.id,
        object_version=1,
        files=control | {objects.content("original"): record.sha256},
        detail={"accession": str(record.id), "document": record.document, "pages": len(record.pages)},
    )


def _named(files: Mapping[str, Path]) -> dict[str, Path]:
    """The files under names that are safe; exactly one of them an original."""
    named: dict[str, Path] = {}
    for logical, path in files.items():
        above, _, name = logical.partition("/")
        if above not in {"original", "derived"} or not name or len(PurePosixPath(logical).parts) != 2:
            raise ArchiveError(
                f"{logical!r} is no place in an object.", hint="Use original/NAME or derived/NAME."
            )
        named[f"{above}/{objects.safe_name(name)}"] = path
    originals = [logical for logical in named if logical.startswith("original/")]
    if len(originals) != 1 or len(named) != len(files):
        raise ArchiveError("An object has one original and derived files of different names.")
    return named


def _bring(archive: Archive, path: Path, target: Path) -> None:
    if path.is_symlink() or not path.is_file():
        raise ArchiveError(
            f"{path} is not a file that can be archived.", hint="Drop the file itself, not a link."
        )
    if archive.staging in path.resolve().parents:
        durable.sync_file(path)
        path.rename(target)
    else:
        durable.copy(path, target)


def _write_record(folder: Path, record: Record) -> None:
    home = folder / "v1/content"
    (home / "derived").mkdir(exist_ok=True)
    text = json.dumps(records.to_json(record), ensure_ascii=False, indent=2)
    durable.write(home / "record.json", f"{text}\n".encode(errors="backslashreplace"))
    if not (home / objects.WORDS).exists():
        words = "".join(records.words_json(record.sha256, record.pages))
        durable.write(home / objects.WORDS, words.encode(errors="backslashreplace"))
    durable.write(home / "salt", secrets.token_bytes(SALT_BYTES))


def _seal(folder: Path, version: objects.Version) -> dict[str, str]:
    """Write what makes the folder an OCFL object; the digests of those files."""
    inventory = version.inventory
    sidecar = f"{objects.sha256(inventory)} {objects.INVENTORY}\n".encode()
    written = {
        objects.OBJECT_MARK: objects.OBJECT_MARK_DATA,
        objects.INVENTORY: inventory,
        objects.SIDECAR: sidecar,
        f"v1/{objects.INVENTORY}": inventory,
        f"v1/{objects.SIDECAR}": sidecar,
    }
    for name, data in written.items():
        durable.write(folder / name, data)
    return {name: objects.sha256(data) for name, data in written.items()}


def _shelve(archive: Archive, object_id: str, target: Path) -> None:
    """Steps 2 and 3: the intent, then the object into its place."""
    intent = _intent(archive, object_id)
    intent.touch()
    durable.sync_folder(archive.staging)
    durable.make_folders(target.parent, archive.objects)
    (archive.staging / object_id).rename(target)
    durable.sync_folder(target.parent)
    durable.sync_folder(archive.staging)


def _take_out(archive: Archive, object_id: str, *, keep: bool) -> None:
    folder = objects.folder_of(archive, object_id)
    if folder.is_dir() and keep:
        archive.quarantine.mkdir(exist_ok=True)
        os.replace(folder, archive.quarantine / object_id)  # noqa: PTH105 - a folder, in one step
        durable.sync_folder(archive.quarantine)
    elif folder.is_dir():
        folder.rename(archive.staging / object_id)
    above = folder.parent
    while above != archive.objects:
        if above.is_dir() and not any(above.iterdir()):
            above.rmdir()
            durable.sync_folder(above.parent)
        above = above.parent


def _intent(archive: Archive, object_id: str) -> Path:
    return archive.staging / f"{object_id}{INTENT}"
