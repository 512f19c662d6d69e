"""The folder of a search index: synced at every commit, and never one that was made elsewhere.

Opening a Whoosh index unpickles what lies in it, which runs whatever the
author of the files wanted. So an index is opened only where this very folder
and this very label, made here, say that it is ours, and where every file that
is unpickled still has the digest it was sealed with; one that came along with
a copied archive, or was changed, is thrown away and made anew from the catalogue.
"""

import contextlib
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from docscan.archive.custody import opened
from docscan.errors import ArchiveError

NAME = "MAIN"
"""Whoosh's own name for the only index of a folder."""

LABEL = "docscan.json"

PICKLED = (".toc", ".seg")
"""Endings of the files that Whoosh unpickles, in part or whole."""

_OURS = (f"{NAME}_", f"_{NAME}_", f"{NAME}.tmp", "seq.", LABEL)


class DurableFileStorage(FileStorage):  # type: ignore[misc]  # whoosh has no types
    """Files that are on the disk before the table of contents names them.

    Whoosh itself never syncs: after a power cut the newest table of contents
    may name segments that were never written, with the old ones gone.
    """

    def __init__(self, path: str) -> None:
        # Mapped, every reader would copy the whole index into its memory.
        super().__init__(path, supports_mmap=False)
        self._fresh: dict[str, Any] = {}
        self._temporary: list[DurableFileStorage] = []
        self._proven: set[str] = set()

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """A new file, remembered until it is synced."""
        stream = super().create_file(name, *args, **kwargs)
        self._fresh[name] = stream
        return stream

    def open_file(self, name: str, **kwargs: Any) -> Any:
        """A file to read; one that is unpickled only if it is as it was sealed.

        Raises:
            ValueError: It is another.
        """
        if not name.endswith(PICKLED) or name in self._proven:
            return super().open_file(name, **kwargs)
        data = content(Path(self.folder, name))
        if _sealed(Path(self.folder)).get(name) != hashlib.sha256(data).hexdigest():
            raise ValueError(f"{name} is not as it was sealed")
        if name.endswith(".toc"):
            return StructFile(io.BytesIO(data), name=name)
        self._proven.add(name)  # the name of a segment is never given twice
        return super().open_file(name, **kwargs)

    def temp_storage(self, name: str | None = None) -> "DurableFileStorage":
        """A folder for what a commit needs on the way."""
        storage = DurableFileStorage(str(Path(self.folder, name or f"{NAME}.tmp")))
        self._temporary.append(storage)
        storage.create()
        return storage

    def abandon(self) -> None:
        """Close the new files of a commit that failed; the next one deletes them."""
        for storage in self._temporary:
            storage.abandon()
        for stream in self._fresh.values():
            if not stream.is_closed:
                with contextlib.suppress(OSError):
                    stream.close()
        self._fresh.clear()

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Sync every new file, seal it, rename, and sync the folder."""
        folder = Path(self.folder)
        fresh = [folder / name for name in sorted(self._fresh) if (folder / name).exists()]
        for path in fresh:
            sync(path)
        if newname.endswith(".toc"):
            _seal(folder, {newname if path.name == oldname else path.name: path for path in fresh})
        self._fresh.clear()
        self._temporary.clear()
        super().rename_file(oldname, newname, safe=safe)
        sync(Path(self.folder))


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


def seal_path(folder: Path) -> Path:
    """Where the digests of an index's files are kept: beside its folder."""
    return folder.with_name(f"{folder.name}.seal")


def _seal(folder: Path, fresh: dict[str, Path]) -> None:
    """Add the digests of new files, before the table of contents that names them is in place.

    Those of the files that are there already stay, so a crash in between leaves the last commit sealed.
    """
    kept = {name: digest for name, digest in _sealed(folder).items() if (folder / name).exists()}
    added = {name: _digest(path) for name, path in fresh.items() if name.endswith(PICKLED)}
    write(seal_path(folder), json.dumps(kept | added, indent=1, sort_keys=True) + "\n")


def _sealed(folder: Path) -> dict[str, str]:
    """The digests by name; none when there is no seal."""
    try:
        found = json.loads(content(seal_path(folder)))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    # Not the device's number: it may change when the machine starts again.
    return {
        "note": "A cache of the catalogue; safe to delete.",
        "fingerprint": fingerprint,
        "folder": str(folder.resolve()),
        "folder_inode": folder.stat().st_ino,
        "inode": inode,
    }


def clear(folder: Path, *, keep: str) -> None:
    """Delete an index, whatever its age or author, without opening it.

    Args:
        folder: Where it lies.
        keep: The name of the lock's file, which is held.

    Raises:
        ArchiveError: The folder holds something else too, and is left as it is.
    """
    entries = sorted(folder.iterdir())
    foreign = [entry.name for entry in entries if not entry.name.startswith(_OURS)]
    if foreign:
        raise ArchiveError(
            f"{folder} is no search index: it holds {foreign[0]!r}.",
            hint="Move it away, or name another folder; an index has a folder of its own.",
        )
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            for inner in entry.iterdir():
                inner.unlink()
            entry.rmdir()
        elif entry.name != keep:
            entry.unlink()
