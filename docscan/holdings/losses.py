"""What the register has to do without: rows that contradict others, and sheets that are lost for good."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Literal, get_args

from docscan.archive import papers, tables
from docscan.archive.custody import CustodyFinding
from docscan.archive.event import Draft, Event
from docscan.archive.layout import Archive
from docscan.errors import HoldingsError
from docscan.holdings import codes, filed, rows
from docscan.holdings.projection import LOST, REGISTER, REGISTERED
from docscan.holdings.register import Register
from docscan.holdings.tables import path_of

Cause = Literal["fire", "water", "theft", "disk failure", "deleted", "other"]
CAUSES: tuple[Cause, ...] = get_args(Cause)
"""Why a sheet is lost: words for the ledger, which takes nobody's own."""


def contradicting(archive: Archive) -> Iterator[CustodyFinding]:
    """The rows of sheets that could not be entered beside others (A3), as the register knows them.

    Nothing is written; where the register cannot be read, it is made again by what needs it.

    Args:
        archive: Not held.
    """
    path = path_of(archive)
    if not path.is_file():
        return
    try:
        with closing(tables.read_only(path)) as connection:
            query = "SELECT what, seq FROM left_out WHERE kind = 'row' ORDER BY seq, what"
            found = connection.execute(query).fetchall()
    except sqlite3.Error:
        return
    for what, seq in found:
        yield CustodyFinding("P5", path.name, facts={"subject": str(what)}, line=int(seq))


def give_up(register: Register, path: str, cause: Cause, *, now: datetime, agent: str) -> Event:
    """Put on record that a sheet is lost for good: an empty one takes its place, and registering goes on.

    The numbers that the sheet may have given to anything are given to nothing else.

    Args:
        register: Open, on an archive that the caller holds.
        path: The sheet, from the archive's root.
        cause: Why it is lost.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        HoldingsError: No such sheet is lost, or something is in its place.
        LedgerError: The ledger cannot be continued.
    """
    language = register.archive.config.language
    if path not in register.left_out():
        raise HoldingsError("G142", language, path=path)
    if (register.archive.root / path).exists():
        raise HoldingsError("G144", language, path=path)
    detail: dict[str, str | int] = {"act": LOST, "reason": cause, **_highest(register, path)}
    draft = Draft(REGISTERED, detail=detail, role="authorizer")
    written = papers.file(register.catalogue, draft, {path: rows.salt()}, now=now, agent=agent)
    register.catch_up()
    return written


def _highest(register: Register, path: str) -> dict[str, int]:
    """By kind, the highest number that anything in a sheet can have.

    An event says the highest of its rows; one of before that did not has no
    more new rows than it says, and their numbers follow on those known.
    """
    unsaid = sum(
        int(one.detail.get("rows", 0))
        for one in filed.events(register.catalogue, (REGISTERED,))
        if path in one.files and one.detail.get("act") == REGISTER and not set(codes.KINDS) & set(one.detail)
    )
    return {kind: register.next_number(kind) - 1 + unsaid for kind in codes.KINDS}
