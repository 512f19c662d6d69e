"""The log's private key: outside the archive, so that who can write the archive cannot sign for it (A3).

It lies in `$DOCSCAN_KEYS`, else `$XDG_DATA_HOME/docscan/keys`, else
`~/.local/share/docscan/keys`, in one file a log, readable by its owner alone;
`docscan.toml` may name another file (`[ledger] key`). The public key is told by
the ledger itself. Where the private key cannot be had nothing fails: events are
written all the same, and stay unsigned until it is there again.
"""

import os
from pathlib import Path

from docscan.archive import durable, ledger
from docscan.archive.custody import read_small
from docscan.archive.layout import Archive
from docscan.archive.proof import note
from docscan.archive.proof.note import Signer
from docscan.errors import ArchiveError, LedgerError

PLACE = "DOCSCAN_KEYS"
MOST_BYTES = 1_024  # of a key file; one has about 120
OTHERS = 0o077


def place(archive: Archive, origin: str) -> Path:
    """The file of a log's private key, whether it is there or not.

    Args:
        archive: Its configuration may name the file, from its root.
        origin: The log's name.

    Raises:
        ArchiveError: There is no home folder to keep keys in.
    """
    try:
        if archive.config.ledger.key:
            return archive.root / Path(archive.config.ledger.key).expanduser()
        data = os.environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
    except RuntimeError as problem:
        raise ArchiveError(
            "There is no home folder to keep the log's key in.", hint=f"Name a folder in ${PLACE}."
        ) from problem
    folder = Path(os.environ.get(PLACE) or Path(data) / "docscan" / "keys")
    return folder / f"{origin.replace('/', '_')}.key"


def create(archive: Archive, origin: str) -> Signer:
    """Make a log's private key, or take the one that is there.

    Args:
        archive: Whose log it is.
        origin: The log's name.

    Raises:
        ArchiveError: It cannot be written, or something else has its place.
    """
    path = place(archive, origin)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        signer = note.generated(origin)
        durable.write_private(path, f"{signer.skey}\n".encode())
    except FileExistsError:
        return _read(path, origin)
    except OSError as problem:
        raise ArchiveError(
            f"The log's key cannot be kept at {path}: {problem.strerror}.",
            hint=f"Name a folder that can be written in ${PLACE}.",
        ) from problem
    return signer


def replace(archive: Archive, origin: str) -> Signer:
    """Make a new private key in the place of the old one, which is kept beside it under its id.

    Raises:
        ArchiveError: It cannot be written.
    """
    path = place(archive, origin)
    try:
        old = note.parsed_skey(read_small(path, MOST_BYTES).decode().strip()).verifier.key_id.hex()
    except FileNotFoundError:
        return create(archive, origin)
    except (OSError, ValueError):
        old = "unreadable"
    try:
        path.rename(path.with_name(f"{path.name}.{old}"))
    except OSError as problem:
        raise ArchiveError(
            f"The log's key at {path} cannot be replaced: {problem.strerror}.",
            hint="Ask whoever keeps that folder for permission to write.",
        ) from problem
    return create(archive, origin)


def signer_of(archive: Archive) -> Signer | None:
    """The log's private key; None where it cannot be had.

    Raises:
        LedgerError: `log.json` cannot be read.
    """
    origin = ledger.origin(archive)
    try:
        return _read(place(archive, origin), origin)
    except ArchiveError:
        return None


def public(origin: str, key: str) -> str:
    """A public key that the ledger tells, as text for others (`note.Verifier.vkey`).

    Raises:
        LedgerError: It is no key.
    """
    try:
        return note.verifier(origin, bytes.fromhex(key)).vkey
    except ValueError as problem:
        raise LedgerError(f"The ledger tells a key that is none: {problem}.", hint=ledger.VERIFY) from problem


def exposed(path: Path) -> bool:
    """Whether others than its owner may read or write a key file.

    Raises:
        OSError: It cannot be looked at.
    """
    return bool(path.stat().st_mode & OTHERS)


def _read(path: Path, origin: str) -> Signer:
    try:
        found = note.parsed_skey(read_small(path, MOST_BYTES).decode().strip())
    except (OSError, ValueError) as problem:
        raise ArchiveError(
            f"The log's key at {path} cannot be used: {problem}.",
            hint="Bring the key file back from a copy; or make a new one: docscan ledger rotate-key",
        ) from problem
    if found.name != origin:
        raise LedgerError(
            f"The key at {path} is that of another log, {found.name}.", hint="Name the right file."
        )
    return found
