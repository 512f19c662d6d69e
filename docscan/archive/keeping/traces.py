"""Traces of records in an archive outside objects and ledger: copies, reports, old catalogues.

Each is looked for by what a program wrote of the record (its id in a receipt
or report) and by what it is (bytes that hash like what was received).
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from docscan.archive import durable, projection
from docscan.archive.custody import kind_of, shown
from docscan.archive.layout import Archive

RECEIPT = ".receipt.json"  # beside each file that was set aside
PRIVATE = (
    "source",
    "path",
    "reason",
    "companion",
)  # what a run report says of a file besides codes and counts
AHEAD = "catalogue.db.ahead-*"  # old catalogues, kept because they know more than the ledger


def wipe(archive: Archive, records: frozenset[str], copies: Mapping[str, int]) -> tuple[str, ...]:
    """Remove what is left of records that were destroyed.

    Args:
        archive: Held by the caller.
        records: Their UUIDs.
        copies: Sizes in bytes of the files received for them, by SHA-256.

    Returns:
        The paths, from the archive's root, of what could not be read or
        written, and may hold something of them.
    """
    unread: list[Path] = []
    set_aside = (archive.duplicates, archive.put_aside)
    twins = [path for folder in set_aside for path in _twins(folder, copies, unread)]
    named = records | {shown(path.relative_to(archive.root).as_posix()) for path in twins}
    for path in sorted(archive.reports.glob("*.json")):  # first: they are found by files that go below
        _wipe_report(path, named, unread)
    for record in records:
        _remove(archive.work / record, unread)
        _remove(archive.quarantine / record, unread)
    for folder in set_aside:
        _wipe_receipts(folder, records, unread)
    for path in twins:
        _remove(path.with_name(path.name + RECEIPT), unread)
        _remove(path, unread)
    for path in list(_twins(archive.quarantine, copies, unread)):
        _remove(archive.quarantine / path.relative_to(archive.quarantine).parts[0], unread)
    for path in sorted(archive.root.glob(AHEAD)):
        if not path.name.endswith(("-wal", "-shm")):
            _wipe_catalogue(path, records, unread)
    return tuple(sorted({shown(str(path.relative_to(archive.root))) for path in unread}))


def _files(folder: Path) -> Iterator[Path]:
    """Every plain file under a folder."""
    yield from (path for path in sorted(folder.rglob("*")) if kind_of(path) == "file")


def _twins(folder: Path, copies: Mapping[str, int], unread: list[Path]) -> Iterator[Path]:
    """The files under a folder with the bytes of one that was received."""
    sizes = set(copies.values())
    for path in _files(folder):
        try:
            if path.stat().st_size in sizes and durable.digest_of(path) in copies:
                yield path
        except OSError:
            unread.append(path)


def _wipe_receipts(folder: Path, records: frozenset[str], unread: list[Path]) -> None:
    """Remove the files whose receipts name one of the records, with their receipts."""
    for receipt in [path for path in _files(folder) if path.name.endswith(RECEIPT)]:
        found = _json(receipt)
        if found is None:
            unread.append(receipt)
        elif str(found.get("record")) in records:
            _remove(receipt.with_name(receipt.name.removesuffix(RECEIPT)), unread)
            _remove(receipt, unread)


def _wipe_report(path: Path, named: frozenset[str], unread: list[Path]) -> None:
    """Take names and reasons out of a run report's rows about records or files, and out of its text."""
    found = _json(path)
    rows = None if found is None else found.get("files")
    if found is None or not isinstance(rows, list):
        unread.append(path)
        return
    about = [
        row for row in rows if isinstance(row, dict) and named & {str(row.get("id")), str(row.get("path"))}
    ]
    words = {str(row[key]) for row in about for key in ("source", "companion") if row.get(key)}
    if not words:
        return
    for row in about:
        row.update({key: "" for key in PRIVATE if row.get(key)})
    text = path.with_suffix(".txt")
    try:
        _rewrite(path, json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        if kind_of(text) == "file":
            _rewrite(text, _without(text, words))
    except OSError:
        unread.append(path)


def _without(text: Path, words: set[str]) -> str:
    """A text without the lines that hold one of the words."""
    lines = text.read_text(encoding="utf-8", errors="surrogateescape").splitlines(keepends=True)
    return "".join(line for line in lines if not any(word in line for word in words))


def _wipe_catalogue(path: Path, records: frozenset[str], unread: list[Path]) -> None:
    """Take the records out of an old catalogue, and write it anew without its free pages."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            kept = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
            for table in projection.PARTS:
                if table in kept:
                    connection.executemany(
                        f"DELETE FROM {table} WHERE record = ?",  # noqa: S608 - own names
                        [(one,) for one in sorted(records)],
                    )
            connection.executemany("DELETE FROM record WHERE id = ?", [(one,) for one in sorted(records)])
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    except sqlite3.Error:
        unread.append(path)


def _rewrite(path: Path, text: str) -> None:
    """Put a text in the place of another, whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    durable.write(new, text.encode("utf-8", "surrogateescape"))
    new.replace(path)
    durable.sync_folder(path.parent)


def _json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _remove(path: Path, unread: list[Path]) -> None:
    """Remove a file, or a folder with all that is in it, if there is one."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError:
        unread.append(path)
