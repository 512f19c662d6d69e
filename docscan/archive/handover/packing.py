"""Folders that are there whole or not at all, and in each the script that checks it."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from docscan import auditor
from docscan.archive import custody, durable, ledger
from docscan.archive.layout import Archive
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.errors import ArchiveError, FixityError
from docscan.messages import sentence

SCRIPT, INSTRUCTIONS = "verify_archive.py", "VERIFY.md"
UNFINISHED = ".unfinished"


@contextmanager
def packed(folder: Path) -> Iterator[Path]:
    """A folder to fill beside the one that is wanted, which takes its name when all of it is there.

    Whatever interrupts this leaves nothing under that name; a leftover of an
    earlier try is thrown away.

    Args:
        folder: One that is not there yet, or is empty.

    Raises:
        ArchiveError: It is there, or cannot be written.
    """
    unfinished = folder.with_name(folder.name + UNFINISHED)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchiveError(f"{folder} is there already.", hint="Name a folder that is not there yet.")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        yield unfinished
        durable.sync_tree(unfinished)
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
        durable.sync_folder(folder.parent)
    except BaseException as problem:
        shutil.rmtree(unfinished, ignore_errors=True)
        if isinstance(problem, OSError):
            raise ArchiveError(
                f"{folder} cannot be written: {problem.strerror or problem}.",
                hint="Nothing was left there. Make room, or name another place, and try again.",
            ) from problem
        raise


def expect_outside(archive: Archive, folder: Path) -> None:
    """See that a folder to be made does not lie in the archive, where nobody would vouch for it.

    Raises:
        ArchiveError: It does.
    """
    if folder.resolve().is_relative_to(archive.root):
        raise ArchiveError(f"{folder} lies in the archive itself.", hint="Name a folder outside of it.")


def copy(source: Path, target: Path, expected: str = "") -> str:
    """Copy a file and hash what is copied.

    Args:
        source: A file of the archive.
        target: Not there yet; the folders above it are made.
        expected: The digest it must have; any when empty.

    Returns:
        Its SHA-256 in hex.

    Raises:
        FixityError: Its bytes are others, or it is no file.
        OSError: The target cannot be written.
    """
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        old = custody.opened(source)
    except OSError as problem:
        raise FixityError(
            f"{source} cannot be read: {custody.reason(problem)}.", hint=ledger.VERIFY
        ) from problem
    with old, target.open("xb") as new:
        while piece := old.read(durable.CHUNK):
            digest.update(piece)
            new.write(piece)
        durable.flush(new)
    if expected not in {"", digest.hexdigest()}:
        raise FixityError(f"{source} is not as it was filed.", hint=ledger.VERIFY)
    return digest.hexdigest()


def script() -> bytes:
    """The auditor's script."""
    return (resources.files(auditor) / SCRIPT).read_bytes()


def add_instructions(archive: Archive, folder: Path, signed: Checkpoint, key: str) -> None:
    """Write the script, and in the archive's language how to check the folder with it and by hand.

    Args:
        archive: Whose documents these are.
        folder: The bag, or the excerpt.
        signed: The checkpoint in it.
        key: The log's public key, in hex.
    """
    facts = {
        "name": archive.config.name,
        "origin": signed.origin,
        "size": str(signed.size),
        "root": signed.root.hex(),
        "key": key,
    }
    text = sentence("N900", archive.config.language, **facts)
    durable.write(folder / INSTRUCTIONS, text.encode())
    durable.write(folder / SCRIPT, script())
