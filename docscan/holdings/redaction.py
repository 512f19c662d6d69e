"""Forgetting a person, or the title of an item: every row of theirs, in every sheet, is blanked.

The ledger goes on to prove everything else: it never held a name, and it gets
the new digests of the sheets. Each is salted anew, so that nobody can try names
until one gives the digest from before. What was overwritten is wiped on the disk as far
as a program can; copies elsewhere are out of reach.
"""

import os
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from docscan.archive import durable, papers
from docscan.archive.event import Draft, Event
from docscan.errors import HoldingsError
from docscan.holdings import exports, filed, lent, rows
from docscan.holdings.entities import Item, Person, blanked, kind_of
from docscan.holdings.projection import REDACTED
from docscan.holdings.register import Register


def redact(register: Register, named: str, *, now: datetime, agent: str) -> Event:
    """Forget who a person was, or what an item was called.

    Code, places and loans stay, so that the history of the paper has no gap.

    Args:
        register: Open, on an archive that the caller holds.
        named: The code or the UUID of a person or an item.
        now: When, with its time zone.
        agent: Who does it: a login name.

    Raises:
        HoldingsError: It is neither a person nor an item; it is part of a loan
            that is open, as who has or authorised it or as what is lent; or
            a sheet was altered.
        LedgerError: The ledger cannot be continued.
    """
    language = register.archive.config.language
    subject = register.entity(named)
    if not isinstance(subject, Person | Item):
        raise HoldingsError("G090", language, subject=getattr(subject, "code", named))
    if number := _open_loan(register, subject.id):
        raise HoldingsError("G080", language, subject=subject.code, number=number)
    files = _rewritten(register, subject.id) | _undigested(register, subject.id)
    before = [(register.archive.root / path).open("r+b") for path in files]
    draft = Draft(REDACTED, detail={"subject": subject.id, "kind": kind_of(subject)}, role="authorizer")
    try:
        written = papers.file(register.catalogue, draft, files, now=now, agent=agent)
        for file in before:
            _wipe(file)
    finally:
        for file in before:
            file.close()
    register.catch_up()
    register.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    return written


def _open_loan(register: Register, subject: str) -> str:
    """The number of an open loan that a person or an item is part of; empty for none."""
    query = (
        "SELECT loan.id FROM loan_line JOIN loan ON loan.id = loan"
        " WHERE open = 1 AND ?1 IN (person, authoriser, item) LIMIT 1"
    )
    return next((lent.number_of(register, loan) for (loan,) in register.rows(query, subject)), "")


def _rewritten(register: Register, subject_id: str) -> dict[str, bytes]:
    """The sheets that hold a row of somebody or something, by path, with those rows blanked.

    Raises:
        HoldingsError: A sheet is not as it was filed, so nobody can tell what is in it.
    """
    found = {}
    for path, digest in filed.sheets(register.catalogue).items():
        data = rows.read(register.archive.root, path, digest)
        if not data:
            raise HoldingsError("G085", register.archive.config.language, path=path)
        if subject_id.encode() in data:
            lines = (line for line in data.splitlines(keepends=True) if not line.startswith(rows.SALT))
            found[path] = rows.salt() + b"".join(_blanked(line, subject_id) for line in lines)
    return found


def _undigested(register: Register, subject_id: str) -> dict[str, bytes]:
    """The imported lists that an item stands in, by path, without the digests of their files.

    Raises:
        HoldingsError: A list is not as it was filed.
    """
    found = {}
    for one in exports.lists(register):
        listed = exports.kept(register, one.id)
        if subject_id in listed.rows and listed.sha256:
            found[exports.path_of(one.id)] = replace(listed, sha256="").data
    return found


def _blanked(line: bytes, subject_id: str) -> bytes:
    """A row without what is personal, when it is one of the subject; as it is otherwise."""
    for entity in rows.entities(line) if subject_id.encode() in line else ():
        if entity.id == subject_id and isinstance(entity, Person | Item):
            return rows.row(blanked(entity))
    return line


def _wipe(file: BinaryIO) -> None:
    """Overwrite all of a file that has lost its name."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    file.write(bytes(size))
    durable.flush(file)
