"""Holds: what must not be destroyed, whatever is due, until somebody releases it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from docscan.archive import ledger
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.keeping import standing
from docscan.archive.keeping.retention import expect_there
from docscan.archive.keeping.standing import Hold
from docscan.errors import RetentionError
from docscan.messages import sentence

REASONS = ("litigation", "audit", "tax-audit", "authority", "claim", "complaint", "restriction", "other")
"""Why a record is held; `restriction` is what a person may ask for (GDPR art. 18)."""


def place(catalogue: Catalogue, records: Sequence[str], reason: str, *, now: datetime, agent: str) -> str:
    """Hold records: from now on they cannot be destroyed.

    An interruption may leave only the first of them held; place it once more.

    Args:
        catalogue: Open on an archive that the caller holds.
        records: Their UUIDs.
        reason: One of `REASONS`.
        now: When, with its time zone.
        agent: Who says so: a login name.

    Returns:
        The hold's UUID.

    Raises:
        NotFoundError: One of them was destroyed; nothing is held then.
        LedgerError: The ledger cannot be continued.
    """
    for record in records:
        expect_there(catalogue, record)
    name = str(uuid.uuid4())
    for record in dict.fromkeys(records):
        draft = Draft(
            "hold placed", object=record, detail={"hold": name, "reason": reason}, role="authorizer"
        )
        catalogue.apply(ledger.append(catalogue.archive, draft, now=now, agent=agent))
    return name


def release(catalogue: Catalogue, identifier: str, *, now: datetime, agent: str) -> Hold:
    """Let go of all that a hold stands on; other holds on the same records stay.

    Args:
        catalogue: Open on an archive that the caller holds.
        identifier: The hold's UUID, which may be cut short.
        now: When, with its time zone.
        agent: Who says so: a login name.

    Returns:
        The hold as it was.

    Raises:
        RetentionError: There is no such hold, or it stands no more.
        LedgerError: The ledger cannot be continued.
    """
    known = standing.of(catalogue, "holds")
    found = [hold for hold in known.holds.values() if hold.id.startswith(identifier) and not hold.released]
    if len(found) != 1 or not identifier:
        language = catalogue.archive.config.language
        raise RetentionError(sentence("K030", language, hold=identifier), hint=sentence("K031", language))
    (hold,) = found
    for record in sorted(name for name in hold.objects if hold.id in known.objects[name].holds):
        draft = Draft("hold released", object=record, detail={"hold": hold.id}, role="authorizer")
        catalogue.apply(ledger.append(catalogue.archive, draft, now=now, agent=agent))
    return hold
