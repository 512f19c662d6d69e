"""Taking the scan of an item away, or naming another: what else stands on it.

That an item has a scan decides whether its paper is lent at all (P4), and
whether it may leave the house or its record be destroyed (P6). So its link is
as well guarded as these are.
"""

import json
from collections.abc import Sequence

from docscan.archive import access
from docscan.archive.keeping import proposals
from docscan.errors import HoldingsError
from docscan.holdings import places
from docscan.holdings.entities import Entity, Item
from docscan.holdings.register import Register


def expect_free(register: Register, entered: Sequence[Entity], agent: str) -> None:
    """See that whoever changes items may take away the scans that these lose.

    Args:
        register: Open, on an archive that the caller holds.
        entered: As they are to be; one that keeps its scan, or had none, may be changed by anybody.
        agent: Who changes them: a login name.

    Raises:
        AccessError: They may not.
        HoldingsError: An item is on a loan, or its scan is held or proposed for destruction.
        RetentionError: The list of a proposal was altered, so nobody knows what is proposed.
    """
    for before in _losing(register, entered):
        access.demand(register.archive, agent, "authorise")
        language = register.archive.config.language
        if loan := register.open_loan(before.id):
            raise HoldingsError("G128", language, subject=before.code, number=loan.number)
        if places.is_held(register, before.record) or proposals.is_listed(register.catalogue, before.record):
            raise HoldingsError("G130", language, subject=before.code, record=before.record)


def _losing(register: Register, entered: Sequence[Entity]) -> list[Item]:
    """The items, as they are, whose scans are taken away or exchanged."""
    after = {one.id: one.record for one in entered if isinstance(one, Item)}
    chosen = "record <> '' AND id IN (SELECT value FROM json_each(?))"
    now = register.entities(Item, chosen, (json.dumps(list(after)),))
    return [one for one in now if one.record != after[one.id]]
