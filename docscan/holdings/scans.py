"""Taking the scan of an item away, naming another, or rejecting its record: what else stands on it.

That an item has a scan decides whether its paper is lent at all (P4), and
whether it may leave the house or its record be destroyed (P6). So its link is
as well guarded as these are.
"""

import json
from collections.abc import Sequence

from docscan.archive import access
from docscan.archive.catalogue import Catalogue
from docscan.archive.keeping import proposals
from docscan.errors import HoldingsError
from docscan.holdings import originals, places
from docscan.holdings.entities import Entity, Item
from docscan.holdings.register import Register, has_paper, open_register


def expect_free(register: Register, entered: Sequence[Entity], agent: str) -> None:
    """See that whoever changes items may take away the scans that these lose.

    Args:
        register: Open, on an archive that the caller holds.
        entered: As they are to be; one that keeps its scan, or had none, may be changed by anybody. It keeps
            one that was merged also by naming the record that has its pages now.
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
        scans = {before.record, register.catalogue.heir(before.record)}
        listed = any(proposals.is_listed(register.catalogue, scan) for scan in scans)
        if listed or places.is_held(register, before.record):
            raise HoldingsError("G130", language, subject=before.code, record=before.record)


def expect_rejectable(catalogue: Catalogue, record: str, agent: str) -> None:
    """See that whoever rejects a record may: of a scan that is rejected no copy is given, the paper is lent.

    Args:
        catalogue: Open, of an archive that the caller holds.
        record: A UUID.
        agent: Who rejects it: a login name.

    Raises:
        HoldingsError: It is the scan of an item, and they may not authorise.
        ConfigError: Who may do what cannot be read.
    """
    if not has_paper(catalogue) or access.may(catalogue.archive, agent, "authorise"):
        return
    with open_register(catalogue) as register:
        codes = ", ".join(one.found.code for one in originals.of(register, [record]))
    if codes:
        roles = ", ".join(sorted(access.ACTS["authorise"]))
        facts = {"record": record, "items": codes, "roles": roles}
        raise HoldingsError("G148", catalogue.archive.config.language, **facts)


def _losing(register: Register, entered: Sequence[Entity]) -> list[Item]:
    """The items, as they are, whose scans are taken away or exchanged."""
    after = {one.id: one.record for one in entered if isinstance(one, Item)}
    chosen = "record <> '' AND id IN (SELECT value FROM json_each(?))"
    now = register.entities(Item, chosen, (json.dumps(list(after)),))
    heir = register.catalogue.heir
    return [one for one in now if one.record != after[one.id] and heir(one.record) != after[one.id]]
