"""The tables of `catalogue.db`, and how a connection to them is opened."""

import os
import sqlite3
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol, cast

from docscan.errors import ArchiveError
from docscan.frozen import dataclass

Parameters = Sequence[Any] | dict[str, Any]

VERSION = 4  # of the tables, kept as `PRAGMA user_version`
REBUILD = "Make it anew with: docscan rebuild"
DISK = "See to the disk: free some space on it, then try again."
BUSY_SECONDS = 30  # how long one writer waits for another
TABLES = (  # in the order of a dump
    "events", "record", "field", "page", "finding", "decision", "judgement", "lesson", "forgotten",
    "outbox", "tree", "applied",
)  # fmt: skip

PLAIN = "lower(replace(replace(replace(replace({}, ' ', ''), '-', ''), '/', ''), '.', ''))"
"""A number as SQL compares it: without regard to case and separators."""

SCHEMA = """
CREATE TABLE events (                    -- the ledger, line by line
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    outcome TEXT NOT NULL,
    object TEXT,
    accession TEXT,
    line TEXT NOT NULL
) STRICT;
CREATE INDEX events_accession ON events (accession, seq);
CREATE INDEX events_object ON events (object, seq);
CREATE INDEX events_type ON events (type, object, seq);
CREATE INDEX events_batch ON events (json_extract(line, '$.detail.batch'), seq)
    WHERE json_extract(line, '$.detail.batch') IS NOT NULL;
CREATE TABLE record (                    -- what a list of records shows
    id TEXT PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES events (seq),
    sha256 TEXT NOT NULL,
    document INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    verdict TEXT NOT NULL,
    state TEXT NOT NULL,
    source TEXT NOT NULL,
    received TEXT NOT NULL,
    media_type TEXT NOT NULL,
    pages INTEGER NOT NULL,
    supplier TEXT NOT NULL,
    supplier_tax_id TEXT NOT NULL,
    customer TEXT NOT NULL,
    number TEXT NOT NULL,
    issue_date TEXT NOT NULL,
    total TEXT NOT NULL,
    currency TEXT NOT NULL
) STRICT;
CREATE INDEX record_seq ON record (seq);
CREATE INDEX record_sha256 ON record (sha256, seq);
CREATE INDEX record_language ON record (language);
CREATE INDEX record_number ON record ({plain_number});
CREATE TABLE field (
    record TEXT NOT NULL REFERENCES record (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    raw TEXT NOT NULL,
    confidence REAL NOT NULL,
    status TEXT NOT NULL,
    origin TEXT NOT NULL,
    page INTEGER NOT NULL,
    box TEXT NOT NULL,
    PRIMARY KEY (record, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX field_name ON field (name, value);
CREATE TABLE page (
    record TEXT NOT NULL REFERENCES record (id),
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    confidence REAL NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (record, number)
) STRICT;
CREATE TABLE finding (
    record TEXT NOT NULL REFERENCES record (id),
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts TEXT NOT NULL,
    PRIMARY KEY (record, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE decision (                  -- what people decided of a record, in order
    record TEXT NOT NULL REFERENCES record (id),
    position INTEGER NOT NULL,
    act TEXT NOT NULL,
    at TEXT NOT NULL,
    agent TEXT NOT NULL,
    verdict TEXT NOT NULL,
    sampled INTEGER NOT NULL,
    reason TEXT NOT NULL,
    other TEXT NOT NULL,
    PRIMARY KEY (record, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE judgement (                 -- what they said of a field: as it was read, and as they left it
    record TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    read TEXT,
    value TEXT,
    confidence REAL,
    status TEXT,
    origin TEXT,
    PRIMARY KEY (record, position, name),
    FOREIGN KEY (record, position) REFERENCES decision (record, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE lesson (                    -- whose paper a record is that people decided on
    record TEXT PRIMARY KEY REFERENCES record (id),
    tax_id TEXT NOT NULL,
    name TEXT NOT NULL
) STRICT;
CREATE INDEX lesson_tax_id ON lesson (tax_id);
CREATE INDEX lesson_name ON lesson (name);
CREATE TABLE forgotten (                 -- until when what was taught of a supplier does not count
    seq INTEGER NOT NULL REFERENCES events (seq),
    digest TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (seq, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (                    -- what the search index is to follow
    seq INTEGER PRIMARY KEY REFERENCES events (seq),
    record TEXT NOT NULL,
    op TEXT NOT NULL
) STRICT;
CREATE TABLE tree (                      -- the complete subtrees of the hash tree over the ledger
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE applied (                   -- how far the ledger is projected here
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    tail TEXT NOT NULL
) STRICT;
"""

# They stop accidents, not intent: whoever can write the file can drop a trigger.
# `recursive_triggers` must be on, or INSERT OR REPLACE passes the one on DELETE.
TRIGGERS = {
    "events_are_not_changed": "BEFORE UPDATE ON events",
    "events_are_not_removed": "BEFORE DELETE ON events",
    "events_are_not_replaced": "BEFORE INSERT ON events WHEN NEW.seq IN (SELECT seq FROM events)",
}


class Database(Protocol):
    """What is asked of a database: of one that sqlite-utils opened, or of a `Connection`."""

    @property
    def conn(self) -> sqlite3.Connection:
        """Python's own connection."""

    def execute(self, sql: str, parameters: Parameters | None = None, /) -> sqlite3.Cursor:
        """Run one statement."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An open database; sqlite-utils, which takes a quarter of a command's time to load, made its tables."""

    conn: sqlite3.Connection

    def execute(self, sql: str, parameters: Parameters | None = None, /) -> sqlite3.Cursor:
        """Run one statement."""
        return self.conn.execute(sql, parameters or ())


def connect(path: Path) -> Database:
    """Open the catalogue for reading and writing, its tables brought up to date.

    Where nothing can be written, or the disk has no room for what SQLite keeps
    beside it, a copy in memory takes its place.

    Args:
        path: `catalogue.db`; made when it is not there.

    Raises:
        ArchiveError: It is no catalogue, or one of a later docscan.
    """
    if path.exists() and not path.is_file():
        raise ArchiveError(f"The catalogue {path} is no file.", hint=REBUILD)
    with guarded(path):
        if os.access(path.parent, os.W_OK):
            try:
                return _opened(path)
            except sqlite3.Error as problem:
                if not _by_disk(problem):
                    raise
        return _opened(path, in_memory=True)


def _opened(path: Path, *, in_memory: bool = False) -> Database:
    # threads may share it as long as one uses it at a time; the batch holds a lock around it
    connection = sqlite3.connect(
        ":memory:" if in_memory else path,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
        isolation_level=None,
    )
    try:
        if in_memory:
            _copy(path, connection)
        db = Connection(connection)
        _prepare(path, db)
    except BaseException:
        connection.close()
        raise
    return db


def _by_disk(problem: sqlite3.Error) -> bool:
    """Whether the disk is what failed: full, or broken.

    SQLite needs 32 KB beside a catalogue (`-shm`) even to read it; where they
    are not to be had it says SQLITE_IOERR_SHMSIZE and not SQLITE_FULL.
    """
    code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without the extension
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Whatever SQLite finds wrong with the catalogue, as a sentence.

    Raises:
        ArchiveError: It is damaged, or cannot be read or written.
    """
    try:
        yield
    except sqlite3.Error as problem:
        hint = DISK if _by_disk(problem) else REBUILD
        raise ArchiveError(f"The catalogue {path} cannot be used: {problem}.", hint=hint) from problem


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, not even beside the file.

    Where nothing can be written, SQLite is told that nobody else writes either.
    """
    return _reader(path, fixed=not os.access(path.parent, os.W_OK))


def _reader(path: Path, *, fixed: bool) -> sqlite3.Connection:
    told = "&immutable=1" if fixed else ""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{told}", uri=True)


def _copy(path: Path, connection: sqlite3.Connection) -> None:
    """Fill a connection from a file, unless part of it is in a log that cannot be taken in."""
    log = path.with_name(f"{path.name}-wal")
    if path.is_file() and not (log.exists() and log.stat().st_size):
        with closing(_reader(path, fixed=True)) as source:
            source.backup(connection)


def _prepare(path: Path, db: Database) -> None:
    db.execute("PRAGMA recursive_triggers = ON")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = FULL")
    if _version(db) == 0:
        db.execute("PRAGMA journal_mode = WAL").close()
        with immediate(db):
            if _version(db) == 0:  # nobody else was quicker
                _make_tables(db)
    _check(path, db)


def _version(db: Database) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _make_tables(opened: Database) -> None:
    with _without_numpy():
        from sqlite_utils import Database as Tables  # noqa: PLC0415 - see `Connection`

    db = Tables(opened.conn, recursive_triggers=True, execute_plugins=False)  # nobody's but ours
    for statement in SCHEMA.format(plain_number=PLAIN.format("number")).split(";\n"):
        if statement.strip():
            db.execute(statement)
    for name, event in TRIGGERS.items():
        db.execute(
            f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END"
        )
    db.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _without_numpy() -> Iterator[None]:
    """Keep sqlite-utils from loading numpy, whose numbers nobody stores here.

    It would take more processor time than all else that a command loads.
    """
    modules = cast(MutableMapping[str, object], sys.modules)
    unloaded = "numpy" not in modules
    if unloaded:
        modules["numpy"] = None  # then an import of it fails, and sqlite-utils does without
    try:
        yield
    finally:
        if unloaded:
            del modules["numpy"]


@contextmanager
def immediate(db: Database) -> Iterator[None]:
    """A transaction that takes the writer's place at once.

    A deferred one (`db.atomic()`) takes it with its first write, and is refused
    without waiting when another writer came in between.
    """
    db.execute("BEGIN IMMEDIATE").close()
    try:
        yield
    except BaseException:
        if db.conn.in_transaction:
            db.execute("ROLLBACK").close()
        raise
    db.execute("COMMIT").close()


@contextmanager
def snapshot(db: Database) -> Iterator[None]:
    """All that is read meanwhile is of one moment, whatever others write."""
    db.execute("BEGIN").close()
    try:
        yield
    finally:
        if db.conn.in_transaction:
            db.execute("ROLLBACK").close()


@contextmanager
def savepoint(db: Database) -> Iterator[None]:
    """A part of a transaction that can fail by itself."""
    db.execute("SAVEPOINT part").close()
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK TO part").close()
        raise
    finally:
        db.execute("RELEASE part").close()


def _check(path: Path, db: Database) -> None:
    found = _version(db)
    if found != VERSION:
        raise ArchiveError(
            f"The catalogue {path} has tables of version {found}; this docscan knows {VERSION}.",
            hint="Update docscan, or make the catalogue anew with: docscan rebuild",
        )
    kept = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    missing = TRIGGERS.keys() - kept
    if missing:
        raise ArchiveError(
            f"The catalogue {path} has lost its guard {min(missing)}.",
            hint="Make it anew with: docscan rebuild",
        )
