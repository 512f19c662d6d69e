"""Objects and versions of objects, built whole in the staging area before they take their place."""

import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from docscan import record as records
from docscan.archive import durable, inventory, objects
from docscan.archive.event import Draft
from docscan.archive.inventory import Inventory, Version
from docscan.archive.layout import Archive
from docscan.errors import ArchiveError, FixityError
from docscan.model import Record, Transcript

SALT_BYTES = 32
PLACES = frozenset({"original", "companion", "derived"})


def new_object(archive: Archive, record: Record, files: Mapping[str, Path], agent: str) -> Draft:
    """Build an object in `staging/<uuid>`.

    Args:
        archive: Held by the caller.
        record: With its id and the time it was received.
        files: As `deposit` takes them.
        agent: A pseudonym.

    Returns:
        What the ledger is to say of it.

    Raises:
        FixityError: The original's bytes are not those the record speaks of.
        ArchiveError: A file cannot be part of an object.
    """
    folder = _empty(archive.staging / str(record.id))
    named = _named(files)
    if any(isinstance(page, Transcript) for page in record.pages) != (objects.WORDS in named):
        raise ArchiveError("A transcript is filed with its words.json, a page without.")
    home = folder / "v1" / "content"
    _fill(archive, home, named)
    if objects.WORDS not in named:
        words = "".join(records.words_json(record.sha256, record.pages))
        durable.write(home / objects.WORDS, words.encode(errors="backslashreplace"))
    _write_record(home, record)
    durable.write(home / "salt", secrets.token_bytes(SALT_BYTES))
    digests = _digests(home)
    (original,) = (logical for logical in named if logical.startswith("original/"))
    if digests[original] != record.sha256:
        raise FixityError(
            f"{record.source} changed while it was being read.", hint="Drop it into the inbox once more."
        )
    durable.write(folder / objects.OBJECT_MARK, objects.OBJECT_MARK_DATA)
    data = inventory.written(Version(str(record.id), record.received, agent, digests))
    for place in (folder, folder / "v1"):
        _seal(place, data)
    durable.sync_tree(folder)
    durable.sync_folder(archive.staging)
    mark = {objects.OBJECT_MARK: objects.sha256(objects.OBJECT_MARK_DATA)}
    return Draft(
        "ingestion",
        object=record.id,
        object_version=1,
        files=mark | control(data, 1) | {inventory.content("original"): record.sha256},
        detail={"accession": str(record.id), "document": record.document, "pages": len(record.pages)},
    )


def new_version(
    archive: Archive, record: Record, files: Mapping[str, Path], before: Inventory, version: Version
) -> Draft:
    """Build a further version of an object in `staging/<uuid>.v<number>`.

    Args:
        archive: Held by the caller.
        record: As it is to be.
        files: Derived files that become others, by logical path.
        before: The inventory of the version before.
        version: What is to be said of the new one; its files are not asked.

    Returns:
        What the ledger is to say of it, without its detail.
    """
    folder = _empty(archive.staging / f"{version.id}.v{version.number}")
    home = folder / "content"
    _fill(archive, home, files)
    _write_record(home, record)
    new = _digests(home)
    for logical, digest in new.items():
        if digest in before.manifest:  # it is there already, and is carried on
            (home / logical).unlink()
    kept = before.files(before.head) | new
    said = Version(version.id, version.created, version.agent, kept, version.number, version.message)
    data = inventory.written(said, before)
    _seal(folder, data)
    for inner in (home / "derived", home):
        if not any(inner.iterdir()):
            inner.rmdir()
    durable.sync_tree(folder)
    durable.sync_folder(archive.staging)
    return Draft(
        "metadata modification",
        object=version.id,
        object_version=version.number,
        files=control(data, version.number),
    )


def control(data: bytes, number: int) -> dict[str, str]:
    """The digests of the files that vouch for a version, by their paths in the object."""
    digests = {objects.INVENTORY: objects.sha256(data)}
    digests[objects.SIDECAR] = objects.sha256(inventory.sidecar(data))
    return digests | {f"v{number}/{name}": digest for name, digest in digests.items()}


def _empty(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    return folder


def _fill(archive: Archive, home: Path, files: Mapping[str, Path]) -> None:
    (home / "derived").mkdir(parents=True)
    for logical, path in files.items():
        target = home / logical
        target.parent.mkdir(parents=True, exist_ok=True)
        _bring(archive, path, target)


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


def _named(files: Mapping[str, Path]) -> dict[str, Path]:
    """The files under names that are safe; exactly one of them an original."""
    named: dict[str, Path] = {}
    for logical, path in files.items():
        above, _, name = logical.partition("/")
        if above not in PLACES or not name or len(PurePosixPath(logical).parts) != 2:
            raise ArchiveError(
                f"{logical!r} is no place in an object.",
                hint="Use original/NAME, companion/NAME or derived/NAME.",
            )
        named[f"{above}/{objects.safe_name(name)}"] = path
    originals = [logical for logical in named if logical.startswith("original/")]
    if len(originals) != 1 or len(named) != len(files):
        raise ArchiveError("An object has one original and derived files of different names.")
    return named


def _write_record(home: Path, record: Record) -> None:
    text = json.dumps(records.to_json(record), ensure_ascii=False, indent=2)
    durable.write(home / "record.json", f"{text}\n".encode(errors="backslashreplace"))


def _digests(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): durable.digest_of(path)
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def _seal(folder: Path, data: bytes) -> None:
    """Write an inventory and its digest into a folder."""
    durable.write(folder / objects.INVENTORY, data)
    durable.write(folder / objects.SIDECAR, inventory.sidecar(data))
