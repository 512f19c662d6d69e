"""A new catalogue from ledger and objects alone, and its contents as text to compare."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

from docscan.archive import durable, ledger, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.layout import Archive
from docscan.errors import LedgerError


def rebuild(archive: Archive, *, force: bool = False) -> None:
    """Make the catalogue anew beside the old one, then put it in its place.

    A record whose object cannot be read is left out; `verify` names it.

    Args:
        archive: Held by the caller.
        force: Also where the old catalogue knows more than the ledger; it is
            moved aside then, because it is the only evidence of what is missing.

    Raises:
        LedgerError: The ledger cannot be read, or was cut short or replaced
            since the old catalogue was made.
    """
    borne_out = _borne_out(archive)
    if not (borne_out or force):
        raise LedgerError(
            "The old catalogue knows events the ledger does not have: the ledger was cut short or replaced.",
            hint="Restore the ledger from a copy; or give the events up with: docscan rebuild --force",
        )
    new = archive.staging / "catalogue.db"
    _forget(new)
    archive.staging.mkdir(exist_ok=True)
    with closing(Catalogue(archive, tables.connect(new))) as catalogue:
        catalogue.catch_up()
        catalogue.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    durable.sync_file(new)
    if archive.catalogue_path.exists() and not (borne_out and archive.catalogue_path.is_file()):
        _move_aside(archive.catalogue_path)
    # The old log goes first: beside another database it would be taken for its own.
    for ending in ("-wal", "-shm"):
        archive.catalogue_path.with_name(archive.catalogue_path.name + ending).unlink(missing_ok=True)
    new.replace(archive.catalogue_path)
    _forget(new)
    durable.sync_folder(archive.root)


def _borne_out(archive: Archive) -> bool:
    """Whether the ledger has all that the old catalogue knows; so, too, when that cannot be read."""
    path = archive.catalogue_path
    if not path.is_file():
        return True
    try:
        with closing(sqlite3.connect(path, timeout=tables.BUSY_SECONDS)) as connection:
            applied = connection.execute("SELECT seq, tail FROM applied").fetchone()
    except sqlite3.Error:
        return True
    if applied is None:
        return True
    seq, tail = applied
    if seq >= ledger.read_head(archive).size:
        return False
    return bool(next(ledger.read(archive, after=seq - 1)).hash == tail)


def _move_aside(path: Path) -> None:
    """Give the old catalogue, with its log, the first free name of `catalogue.db.ahead-1`, `-2`, ..."""
    number = next(n for n in count(1) if not path.with_name(f"{path.name}.ahead-{n}").exists())
    for ending in ("-wal", ""):
        old = path.with_name(path.name + ending)
        if old.exists():
            old.rename(path.with_name(f"{path.name}.ahead-{number}{ending}"))


def dump(place: Archive | Path, names: Sequence[str] = tables.TABLES) -> str:
    """Everything a projection says, one row a line, in an order of its own.

    Args:
        place: An archive for its catalogue, or the path of any projection.
        names: Of its tables.
    """
    path = place.catalogue_path if isinstance(place, Archive) else place
    with closing(sqlite3.connect(path, timeout=tables.BUSY_SECONDS)) as connection:
        return "".join(_rows(connection, names))


def _rows(connection: sqlite3.Connection, names: Sequence[str]) -> Iterator[str]:
    for table in names:
        key = [
            name
            for _, name, _, _, _, position in connection.execute(f"PRAGMA table_info({table})")
            if position
        ]
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY {', '.join(key)}"):  # noqa: S608 - own names
            yield f"{table} {json.dumps(row, ensure_ascii=False)}\n"


def _forget(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
