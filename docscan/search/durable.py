"""The folder of a search index: written durably, and never one that was made elsewhere.

A search engine believes the files of its index; Whoosh even runs what it
unpickles from them. So an index is opened only where this very folder and
this very label, made here, say that it is ours; one that came along with a
copied archive is thrown away and made anew from the catalogue.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from docscan.archive.custody import opened
from docscan.errors import ArchiveError

LABEL = "docscan.json"


def sync(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def content(path: Path) -> bytes:
    """All of a regular file, without following a link or waiting for a pipe.

    Raises:
        OSError: It cannot be read, or is something else.
    """
    with opened(path) as file:
        return file.readall()


def write(path: Path, text: str) -> None:
    """Put a small file in place, whole or not at all, and synced."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.write_text(text, encoding="utf-8")
    sync(fresh)
    fresh.replace(path)
    sync(path.parent)


def write_names(path: Path, names: list[str]) -> None:
    """Put a list of names in place, with its digest: one that is damaged would still be a list of names."""
    write(path, json.dumps({"digest": _digest(names), "names": names}))


def names(path: Path) -> list[str]:
    """A list of names, as it was written.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not as it was written.
    """
    found = json.loads(content(path))
    listed = found.get("names") if isinstance(found, dict) else None
    if isinstance(listed, list) and found.get("digest") == _digest(listed):
        return listed
    raise ValueError(f"{path.name} is not as it was written")


def _digest(names: list[str]) -> str:
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def label(folder: Path, fingerprint: str) -> None:
    """Say that the index in this folder was made here, in this form.

    The inode numbers of the folder and of the label itself cannot be known
    before they exist, so a label that comes with a copied folder never fits.
    """
    path = folder / LABEL
    path.unlink(missing_ok=True)
    with path.open("x", encoding="utf-8") as stream:
        json.dump(_facts(folder, fingerprint, os.fstat(stream.fileno()).st_ino), stream)
        stream.flush()
        os.fsync(stream.fileno())
    sync(folder)


def labelled(folder: Path, fingerprint: str) -> bool:
    """Whether the index was made here, in this form."""
    path = folder / LABEL
    try:
        found = json.loads(content(path))
        return bool(found == _facts(folder, fingerprint, path.stat().st_ino))
    except (OSError, ValueError):
        return False


def _facts(folder: Path, fingerprint: str, inode: int) -> dict[str, str | int]:
    # Not the device's number: it may change when the machine starts again. The archive's place, not that of a
    # folder elsewhere that its index is a link to: that may be another archive's.
    path = folder.absolute()
    place = path.parents[1].resolve() / path.parent.name / path.name
    return {
        "note": "A cache of the catalogue; safe to delete.",
        "fingerprint": fingerprint,
        "folder": str(place),
        "folder_inode": folder.stat().st_ino,
        "inode": inode,
    }


def clear(folder: Path, ours: Callable[[str], bool], *, keep: str) -> None:
    """Delete an index, whatever its age or author, without opening it; what else lies there stays.

    Args:
        folder: Where it lies.
        ours: Whether a file or folder of that name may be part of an index.
        keep: The name of the lock's file, which is held.
    """
    for entry in sorted(folder.iterdir()):
        if entry.name != LABEL and not ours(entry.name):
            continue
        if entry.is_dir() and not entry.is_symlink():
            for inner in entry.iterdir():
                inner.unlink()
            entry.rmdir()
        elif entry.name != keep:
            entry.unlink()


def unmade(folder: Path, error: Exception) -> ArchiveError:
    """What to raise when an index cannot be made in a folder."""
    return ArchiveError(
        f"The search index {folder} cannot be made: {getattr(error, 'strerror', None) or error}.",
        hint="See to the disk, and make it anew with: docscan index rebuild",
    )
