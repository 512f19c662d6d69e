"""Folders that are there whole or not at all, and in each the script that checks it."""

import hashlib
import os
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
MARK = "docscan.unfinished"  # in a folder that docscan is filling, or was


@contextmanager
def packed(folder: Path) -> Iterator[Path]:
    """A folder to fill, which comes to the place that is wanted when all of it is there.

    It lies in `FOLDER.unfinished` until then, so that whatever interrupts this
    leaves nothing under that name; a leftover of an earlier try is thrown away.

    Args:
        folder: One that is not there yet, or is empty.

    Raises:
        ArchiveError: It is there, or cannot be written.
    """
    with _writing(folder):
        _expect_free(folder)
        unfinished = _begun(folder)
        try:
            top = unfinished / folder.name
            top.mkdir()
            yield top
            durable.sync_tree(top)
            if folder.exists():
                folder.rmdir()
            top.rename(folder)
            durable.sync_folder(folder.parent)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def expect_place(archive: Archive, folder: Path) -> None:
    """See that a folder can be made before anything is said of it: outside of the archive, and not there yet.

    It is tried with the folder beside it in which `packed` would begin, and
    nothing of that is left.

    Args:
        archive: In which nobody would vouch for it.
        folder: The folder to be made.

    Raises:
        ArchiveError: It cannot.
    """
    if folder.resolve().is_relative_to(archive.root):
        raise ArchiveError(f"{folder} lies in the archive itself.", hint="Name a folder outside of it.")
    with _writing(folder):
        _expect_free(folder)
        missing = [above for above in folder.parents if not above.exists()]
        shutil.rmtree(_begun(folder))
        for above in missing:
            above.rmdir()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise ArchiveError(
            f"{folder} cannot be written: {problem.strerror or problem}.",
            hint="Nothing was left there. Make room, or name another place, and try again.",
        ) from problem


def _expect_free(folder: Path) -> None:
    """See that a folder is not there, and that what lies in its way is a leftover of docscan's own."""
    if os.path.lexists(folder) and not _empty(folder):
        raise ArchiveError(f"{folder} is there already.", hint="Name a folder that is not there yet.")
    unfinished = _unfinished(folder)
    ours = _empty(unfinished) or custody.kind_of(unfinished / MARK) == "file"
    if os.path.lexists(unfinished) and not ours:
        raise ArchiveError(
            f"{unfinished} is there, and not made by docscan.", hint="Move it away, or name another folder."
        )


def _begun(folder: Path) -> Path:
    """The folder beside it, marked as docscan's own; what an earlier try left in it is thrown away."""
    unfinished = _unfinished(folder)
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(parents=True)
    (unfinished / MARK).touch()
    return unfinished


def _unfinished(folder: Path) -> Path:
    return folder.with_name(folder.name + UNFINISHED)


def _empty(folder: Path) -> bool:
    return custody.kind_of(folder) == "folder" and not any(folder.iterdir())


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
