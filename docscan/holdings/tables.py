"""The tables of `holdings.db`, and how a connection to them is opened.

A projection of the ledger and of the register's sheets, like the catalogue:
deletable, and made anew with the same contents. What can be forbidden here is:
two places of one thing at once (P1, P3), two open loans of one item (P2).

Identifiers are UUIDs; `number` is what stands in a code. Times are ISO 8601,
UTC; `since` and `until` are numbers of events, which order what the second
does not.
"""

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from docscan.archive.layout import Archive
from docscan.archive.tables import BUSY_SECONDS, REBUILD, guarded, immediate
from docscan.errors import ArchiveError

FILE = "holdings.db"
VERSION = 5  # of the tables, kept as `PRAGMA user_version`
CACHE_KIB = (
    65_536  # pages kept in memory: a million items are entered four times as fast as with SQLite's 2 MB
)
TABLES = (  # in the order of a dump
    "site", "location", "box", "item", "former_client", "person", "placement", "absence",
    "loan", "loan_step", "loan_line", "recount", "stocktake", "stocktake_scan", "escalation", "given",
    "left_out", "applied",
)  # fmt: skip

SCHEMA = """
CREATE TABLE site (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    region TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX site_name ON site (name);
CREATE TABLE location (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    site TEXT NOT NULL,
    room TEXT NOT NULL,
    c1 TEXT NOT NULL,
    c2 TEXT NOT NULL,
    c3 TEXT NOT NULL,
    use TEXT NOT NULL,
    capacity_mm INTEGER NOT NULL
) STRICT;
CREATE TABLE box (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    client TEXT NOT NULL,
    type TEXT NOT NULL,
    seal TEXT NOT NULL,
    width_mm INTEGER NOT NULL,
    capacity INTEGER NOT NULL
) STRICT;
CREATE TABLE item (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    title TEXT NOT NULL,
    date_from TEXT NOT NULL,
    date_to TEXT NOT NULL,
    folios INTEGER NOT NULL,
    medium TEXT NOT NULL,
    series_code TEXT NOT NULL,
    series TEXT NOT NULL,
    retention_class TEXT NOT NULL,
    parent TEXT NOT NULL,
    record TEXT NOT NULL,
    client TEXT NOT NULL,
    extra TEXT NOT NULL                  -- a JSON object
) STRICT;
CREATE INDEX item_record ON item (record) WHERE record <> '';
CREATE INDEX item_parent ON item (parent) WHERE parent <> '';
CREATE TABLE former_client (             -- whose an item was, until an event said otherwise
    item TEXT NOT NULL,
    client TEXT NOT NULL,
    until INTEGER NOT NULL,
    until_at TEXT NOT NULL,
    PRIMARY KEY (item, until)
) STRICT, WITHOUT ROWID;
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    language TEXT NOT NULL,
    login TEXT NOT NULL
) STRICT;
CREATE TABLE placement (                 -- where a box or an item belongs, from when to when
    subject TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('box', 'item')),
    place TEXT NOT NULL,
    place_kind TEXT NOT NULL CHECK (place_kind IN ('location', 'box')),
    since INTEGER NOT NULL,
    since_at TEXT NOT NULL,
    until INTEGER CHECK (until > since),
    until_at TEXT,
    PRIMARY KEY (subject, since)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX placement_now ON placement (subject) WHERE until IS NULL;
CREATE INDEX placement_in ON placement (place, kind, subject) WHERE until IS NULL;
CREATE TABLE absence (                   -- that an item is missing, or gone for good
    subject TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('missing', 'transferred out', 'destroyed', 'written off')),
    since INTEGER NOT NULL,
    since_at TEXT NOT NULL,
    until INTEGER CHECK (until > since),
    until_at TEXT,
    PRIMARY KEY (subject, since)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX absence_now ON absence (subject) WHERE until IS NULL;
CREATE TABLE loan (                      -- what one person asked for at once
    id TEXT PRIMARY KEY,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    person TEXT NOT NULL,
    since INTEGER NOT NULL,
    since_at TEXT NOT NULL,
    UNIQUE (year, number)
) STRICT;
CREATE INDEX loan_person ON loan (person, since);
CREATE TABLE loan_step (                 -- what happened to an item on a loan, event by event
    item TEXT NOT NULL,
    loan TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    agent TEXT NOT NULL,
    act TEXT NOT NULL,
    detail TEXT NOT NULL,                -- a JSON object
    PRIMARY KEY (item, loan, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE loan_line (                 -- one item of a loan, as its steps tell it
    loan TEXT NOT NULL REFERENCES loan (id),
    item TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('original', 'copy')),
    policy TEXT NOT NULL,
    reason TEXT NOT NULL,
    authoriser TEXT NOT NULL,
    state TEXT NOT NULL,
    ended TEXT NOT NULL,                 -- the act that closed it, or copy; empty while it is open
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    since INTEGER NOT NULL,
    out INTEGER,
    out_at TEXT,
    due TEXT,
    back INTEGER,
    back_at TEXT,
    closed INTEGER,
    closed_at TEXT,
    renewals INTEGER NOT NULL,
    recalled INTEGER NOT NULL,
    folios_out INTEGER,
    condition_out TEXT NOT NULL,
    lacking INTEGER NOT NULL,            -- folios fewer since it went out, as is on record
    folios_in INTEGER,
    condition_in TEXT NOT NULL,
    added INTEGER NOT NULL,
    discrepancy TEXT NOT NULL,
    PRIMARY KEY (loan, item)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX loan_line_open ON loan_line (item) WHERE open = 1;
CREATE INDEX loan_line_item ON loan_line (item, since);
CREATE INDEX loan_line_due ON loan_line (due) WHERE state = 'on loan';
CREATE INDEX loan_line_closed ON loan_line (closed_at) WHERE closed_at IS NOT NULL;
CREATE TABLE recount (                   -- what an item was found to have, otherwise than was known
    item TEXT NOT NULL,
    seq INTEGER NOT NULL,
    folios INTEGER NOT NULL,
    lacking INTEGER NOT NULL,            -- folios fewer than before, as is on record
    PRIMARY KEY (item, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE stocktake (
    id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    place_kind TEXT NOT NULL,
    started INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    closed INTEGER,
    closed_at TEXT
) STRICT;
CREATE UNIQUE INDEX stocktake_open ON stocktake (place) WHERE closed IS NULL;
CREATE TABLE stocktake_scan (
    stocktake TEXT NOT NULL REFERENCES stocktake (id),
    seq INTEGER NOT NULL,
    subject TEXT NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (stocktake, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX stocktake_scan_of ON stocktake_scan (subject, stocktake);
CREATE TABLE escalation (                -- what was written about what is late, and what came of it
    seq INTEGER PRIMARY KEY,
    ladder TEXT NOT NULL,
    subject TEXT NOT NULL,
    item TEXT NOT NULL,
    due TEXT NOT NULL,
    level INTEGER NOT NULL,
    act TEXT NOT NULL CHECK (act IN ('drafted', 'sent', 'blocked', 'closed')),
    day TEXT NOT NULL                    -- when; of what is blocked, the last day of that
) STRICT;
CREATE UNIQUE INDEX escalation_once ON escalation (subject, item, due, ladder, level, act)
    WHERE act IN ('drafted', 'sent');
CREATE INDEX escalation_of ON escalation (subject, item, due);
CREATE TABLE given (                     -- the highest number that the ledger says was given to a kind
    kind TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE left_out (                  -- what an event names and is not here
    kind TEXT NOT NULL CHECK (kind IN ('sheet', 'row')),
    what TEXT NOT NULL,                  -- the path of a sheet; the code of a row, or the name of a site
    seq INTEGER NOT NULL,
    PRIMARY KEY (kind, what, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE applied (                   -- how far the ledger is projected here
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;
"""


def path_of(archive: Archive) -> Path:
    """Where an archive keeps this projection."""
    return archive.root / FILE


def connect(path: Path) -> Database:
    """Open the projection for reading and writing, its tables made where there are none.

    It can be made again, so no commit waits for the disk: after a crash it is
    behind the ledger, and catches up. Where nothing can be written, one in
    memory takes its place.

    Args:
        path: `holdings.db`; made when it is not there.

    Raises:
        ArchiveError: It is no such file, or one of another docscan.
    """
    if path.exists() and not path.is_file():
        raise ArchiveError(f"{path} is no file.", hint=REBUILD)
    with guarded(path):
        place = path if os.access(path.parent, os.W_OK) else ":memory:"
        connection = sqlite3.connect(place, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            db = Database(connection, recursive_triggers=True)
            _prepare(path, db)
        except BaseException:
            connection.close()
            raise
    return db


def _prepare(path: Path, db: Database) -> None:
    for name, value in (("synchronous", "NORMAL"), ("secure_delete", "ON"), ("cache_size", -CACHE_KIB)):
        db.execute(f"PRAGMA {name} = {value}").close()
    if not _version(db):
        db.execute("PRAGMA journal_mode = WAL").close()
        with immediate(db):
            if not _version(db):  # nobody else was quicker
                _make_tables(db)
    if _version(db) != VERSION:
        raise ArchiveError(
            f"{path} has tables of version {_version(db)}; this docscan knows {VERSION}.", hint=REBUILD
        )


def _version(db: Database) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _make_tables(db: Database) -> None:
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


def forget(path: Path) -> None:
    """Take the projection away; who has it open goes on with what was there."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
