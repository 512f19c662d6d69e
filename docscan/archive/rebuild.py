"""A new catalogue from ledger and objects alone, and its contents as text to compare."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from docscan.archive import durable, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.layout import Archive


def rebuild(archive: Archive) -> None:
    """Make the catalogue anew beside the old one, then put it in its place.

    A record whose object cannot be read is left out; `verify` names it.

    Args:
        archive: Held by the caller.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    new = archive.staging / "catalogue.db"
    _forget(new)
    archive.staging.mkdir(exist_ok=True)
    with closing(Catalogue(archive, tables.connect(new))) as catalogue:
        catalogue.catch_up()
        catalogue.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    durable.sync_file(new)
    # The old log goes first: beside another database it would be taken for its own.
    for ending in ("-wal", "-shm"):
        archive.catalogue_path.with_name(archive.catalogue_path.name + ending).unlink(missing_ok=True)
    new.replace(archive.catalogue_path)
    _forget(new)
    durable.sync_folder(archive.root)


def dump(place: Archive | Path) -> str:
    """Everything a catalogue says, one row a line, in an order of its own.

    Args:
        place: An archive, or the path of a catalogue.
    """
    path = place.catalogue_path if isinstance(place, Archive) else place
    with closing(sqlite3.connect(path, timeout=tables.BUSY_SECONDS)) as connection:
        return "".join(_rows(connection))


def _rows(connection: sqlite3.Connection) -> Iterator[str]:
    for table in tables.TABLES:
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
