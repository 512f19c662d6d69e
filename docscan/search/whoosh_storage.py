"""Where Whoosh keeps its files: synced at every commit, and unpickled only as they were sealed.

Whoosh unpickles what lies in the folder of an index, which runs whatever the
author of the files wanted. So every file that is unpickled must have the
digest it was sealed with here, besides the label of the folder (`durable`).
That of a segment is only taken where the file was touched since.
"""

import contextlib
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

from whoosh.filedb.compound import SubFile
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from docscan.archive.custody import opened
from docscan.search.durable import content, sync, write

NAME = "MAIN"
"""Whoosh's own name for the only index of a folder."""

PICKLED = (".toc", ".seg")
"""Endings of the files that Whoosh unpickles, in part or whole."""

Seal = tuple[str | int, ...]
"""The SHA-256 of a file when it was sealed, and its facts: where they are the same, the file is."""

_NEVER: Seal = ("",)

_OURS = (f"{NAME}_", f"_{NAME}_", f"{NAME}.tmp", "seq.")


class _Damageable(StructFile):  # type: ignore[misc]  # whoosh has no types
    def read_pickle(self) -> Any:
        """An object; a damaged one breaks in any way there is.

        Raises:
            ValueError: It cannot be read.
        """
        try:
            return super().read_pickle()
        except Exception as error:
            raise ValueError(f"{self._name} is not as it was written") from error


class Piece(_Damageable):
    """A file within a segment's file, of which any part is read in one step."""

    def __init__(self, whole: Any, offset: int, length: int, name: str | None) -> None:
        super().__init__(SubFile(whole, offset, length), name=name)
        self._descriptor, self._offset, self._length = whole.fileno(), offset, length

    def get(self, position: int, length: int) -> bytes:
        """Some of its bytes.

        Raises:
            EOFError: It does not have as many.
        """
        if not 0 <= position <= position + length <= self._length:
            raise EOFError(self._name)
        found = os.pread(self._descriptor, length, self._offset + position)
        if len(found) < length:
            raise EOFError(self._name)
        return found


class SegmentFile(_Damageable):
    """The one file that a segment is kept in."""

    def subset(self, offset: int, length: int, name: str | None = None) -> Piece:
        """A file within it."""
        return Piece(self.file, offset, length, name)


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
        if not name.endswith(PICKLED):
            return super().open_file(name, **kwargs)
        path = Path(self.folder, name)
        if name.endswith(".toc"):
            data = content(path)
            if _sealed(Path(self.folder)).get(name, _NEVER)[0] != hashlib.sha256(data).hexdigest():
                raise ValueError(f"{name} is not as it was sealed")
            return StructFile(io.BytesIO(data), name=name)
        if name not in self._proven:
            seal = _sealed(Path(self.folder)).get(name, _NEVER)
            with opened(path) as file:
                untouched = _facts(os.fstat(file.fileno())) == seal[1:]
                if not untouched and hashlib.file_digest(file, "sha256").hexdigest() != seal[0]:
                    raise ValueError(f"{name} is not as it was sealed")
            self._proven.add(name)  # the name of a segment is never given twice
        return self._segment_file(name)

    def prove(self, name: str) -> None:
        """Read a file whole, whether it was touched since it was sealed or not.

        Raises:
            ValueError: It is not as it was sealed.
        """
        if _digest(Path(self.folder, name)) != _sealed(Path(self.folder)).get(name, _NEVER)[0]:
            raise ValueError(f"{name} is not as it was sealed")

    def _segment_file(self, name: str) -> SegmentFile:
        return SegmentFile(Path(self.folder, name).open("rb"), name=name)

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


def ours(name: str) -> bool:
    """Whether a file or folder of that name may be part of a Whoosh index."""
    return name.startswith(_OURS)


def seal_path(folder: Path) -> Path:
    """Where the digests of an index's files are kept: beside its folder."""
    return folder.with_name(f"{folder.name}.seal")


def intact(folder: Path) -> bool:
    """Whether every sealed file that there is has the digest it was sealed with; all are read."""
    for name, seal in _sealed(folder).items():
        with contextlib.suppress(FileNotFoundError):  # another commit replaced it
            if _digest(folder / name) != seal[0]:
                return False
    return True


def _seal(folder: Path, fresh: dict[str, Path]) -> None:
    """Add the seals of new files, before the table of contents that names them is in place.

    Those of the files that are there already stay, so a crash in between leaves the last commit sealed.
    """
    kept = {name: seal for name, seal in _sealed(folder).items() if (folder / name).exists()}
    added = {
        name: (_digest(path), *_facts(path.stat())) for name, path in fresh.items() if name.endswith(PICKLED)
    }
    write(seal_path(folder), json.dumps(kept | added, indent=1, sort_keys=True) + "\n")


def _sealed(folder: Path) -> dict[str, Seal]:
    """The seals by the files' names; none when there are none."""
    try:
        found = json.loads(content(seal_path(folder)))
        return {name: (str(seal[0]), *map(int, seal[1:])) for name, seal in found.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}


def _facts(stat: os.stat_result) -> tuple[int, ...]:
    """What changes with a file's content; the last, when it was last changed, nobody can set."""
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
