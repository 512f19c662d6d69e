"""Bytes that stay: files and folders that survive the pulling of the plug.

A file is durable when its bytes *and* the folder that names it were flushed;
a name changes hands only by `rename`, which is atomic within one file system.
"""

import hashlib
import os
from io import FileIO
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20  # bytes read at a time: large enough that hashing, not reading, sets the pace
OWNER_ONLY = 0o600


def write(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, and flush it.

    Raises:
        FileExistsError: Something has that name already.
    """
    with path.open("xb") as file:
        file.write(data)
        flush(file)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, and its name, and flush both.

    Raises:
        FileExistsError: Something has that name already.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(data)
        flush(file)
    sync_folder(path.parent)


def replace(path: Path, data: bytes, staging: Path) -> None:
    """Put a file in the place of another, so that a reader sees the old or the new one whole.

    Args:
        path: The file to replace.
        data: All of its new bytes.
        staging: A folder on the same file system, for the file until it is whole.
    """
    staging.mkdir(exist_ok=True)
    new = staging / f"{path.name}.new"
    new.unlink(missing_ok=True)
    write(new, data)
    new.replace(path)
    sync_folder(path.parent)


def copy(source: Path, target: Path) -> None:
    """Copy the bytes of a file to a new one, and flush it.

    Raises:
        FileExistsError: Something has the target's name already.
    """
    with source.open("rb") as old, target.open("xb") as new:
        while piece := old.read(CHUNK):
            new.write(piece)
        flush(new)


def flush(file: BinaryIO) -> None:
    """Flush what was written to an open file down to the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Flush a file that was written by something else."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Flush the names in a folder and in all folders under it, innermost first."""
    for path, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(path))


def make_folders(folder: Path, top: Path) -> None:
    """Make a folder and those between it and `top`, each of them durable."""
    if folder == top or folder.is_dir():
        return
    make_folders(folder.parent, top)
    folder.mkdir()
    sync_folder(folder.parent)


def sha256(file: FileIO) -> str:
    """The SHA-256 of all bytes of an open, unbuffered file, in hex."""
    digest = hashlib.sha256()
    buffer = bytearray(min(CHUNK, os.fstat(file.fileno()).st_size + 1))
    view = memoryview(buffer)
    while count := file.readinto(buffer):
        digest.update(view[:count])
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb", buffering=0) as file:
        return sha256(file)
