"""How many folios an item has: as registered, counted after a loan or put right since, whatever was last."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from docscan.archive import access
from docscan.errors import HoldingsError
from docscan.holdings import loan_rows, places
from docscan.holdings.conditions import EXPLAINED, Condition, differences, explains
from docscan.holdings.entities import Entity, Item
from docscan.holdings.facts import Detail
from docscan.holdings.register import Register


def known(register: Register, item: Item) -> tuple[int | None, str]:
    """The folios of an item and its condition as it came back last, or else as it was registered.

    Args:
        register: Open.
        item: The item.

    Returns:
        How many, None where nobody counted; and one of `conditions.GRADES`, empty where nobody looked.
    """
    folios, grade = loan_rows.last_count(register.db, item.id)
    return (folios if folios is not None else item.folios or None), grade


def counted(register: Register, items: Iterable[Item]) -> Iterator[Item]:
    """Items with the folios that they have as far as is known, and 0 where nobody counted.

    Args:
        register: Open.
        items: As they are registered.
    """
    counts = loan_rows.last_counts(register.db)
    return (replace(one, folios=counts.get(one.id, one.folios)) for one in items)


def is_correction(register: Register, row: Item) -> bool:
    """Whether an item is to have other folios than it is known to have.

    Args:
        register: Open.
        row: As it is to be.
    """
    before = register.item(row.id)
    return known(register, before)[0] not in (None, row.folios)


def expect_kept(register: Register, entered: Sequence[Entity]) -> None:
    """See that nobody changes a count that is known without saying why (P5).

    Args:
        register: Open, on an archive that the caller holds.
        entered: As they are to be; a row with the count that was registered changes none.

    Raises:
        HoldingsError: Somebody does.
    """
    for row in entered:
        before = register.known(row.id, ("item",)) if isinstance(row, Item) else None
        if not isinstance(row, Item) or not isinstance(before, Item) or row.folios == before.folios:
            continue
        if is_correction(register, row):
            raise _refused(register, "G170", row)


def explained(register: Register, row: Item, because: str, agent: str) -> Detail:
    """What the event of a correction says of it: the item, both counts and the reason (P5).

    Args:
        register: Open, on an archive that the caller holds.
        row: As it is to be.
        because: Of `conditions.REASONS`; may be empty.
        agent: Who says so: a login name.

    Raises:
        HoldingsError: There is nothing to put right, it is not in the house, the reason does not explain
            it, or they may not settle that.
    """
    before = known(register, register.item(row.id))[0]
    if before in (None, row.folios):
        raise _refused(register, "G174", row)
    places.expect_countable(register, row)
    if not row.folios:
        raise _refused(register, "G178", row)
    if not explains((because,) if because else (), Condition(before), Condition(row.folios)):
        raise _refused(register, "G170", row)
    if not access.may(register.archive, agent, "authorise"):
        raise _refused(register, "G172", row)
    return {"subject": row.id, "before": before or 0, "folios": row.folios, "reason": because}


def _refused(register: Register, code: str, row: Item) -> HoldingsError:
    before = known(register, register.item(row.id))[0]
    other = differences(Condition(before), Condition(row.folios))
    facts = {"item": row.code, "sent": str(before or "—"), "back": str(row.folios)}
    facts |= {"reasons": ", ".join(EXPLAINED[other[0]] if other else ())}
    return HoldingsError(code, register.archive.config.language, **facts)
