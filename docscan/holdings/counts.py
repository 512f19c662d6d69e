"""How many folios an item has: as registered, counted after a loan or put right since, whatever was last."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from docscan.archive import access
from docscan.errors import HoldingsError
from docscan.frozen import dataclass
from docscan.holdings import filed, loan_rows, places
from docscan.holdings.conditions import EXPLAINED, Condition, differences, explains
from docscan.holdings.entities import Entity, Item
from docscan.holdings.facts import Detail
from docscan.holdings.lines import Step, course
from docscan.holdings.projection import REGISTERED
from docscan.holdings.register import Register

COUNTING_STEPS = ("out", "in", "found", "discrepancy", "check")
"""Of a loan, at which somebody says how many folios an item has."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many folios an item had from one event on.

    Attributes:
        seq: The event's number in the ledger; -1 for since it was registered.
        at: When: ISO 8601, UTC; empty for that.
        folios: As counted last by then; None where nobody had counted.
        reason: Why it was found otherwise than before: one of `conditions.REASONS`; may be empty.
    """

    seq: int
    at: str
    folios: int | None
    reason: str = ""


NOT_COUNTED = Count(-1, "", None)


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


def told(register: Register, item: Item) -> list[Count]:
    """What was counted in an item since it was registered, in order; what was taken back never was.

    Args:
        register: Open.
        item: The item.
    """
    query = "SELECT loan FROM loan_line WHERE item = ? AND out IS NOT NULL"
    loans = [str(loan) for (loan,) in register.rows(query, item.id)]
    lines = (line for loan in loans for line in course(loan_rows.steps(register.db, item.id, loan)))
    recounts = [int(seq) for (seq,) in register.rows("SELECT seq FROM recount WHERE item = ?", item.id)]
    events = (
        one for seq in recounts for one in filed.events(register.catalogue, (REGISTERED,), seq - 1, seq)
    )
    steps = [line.last for line in lines if line.last.act in COUNTING_STEPS]
    steps += [Step(one.seq, one.at, one.agent.id, "recount", one.detail) for one in events]
    steps.sort(key=lambda step: step.seq)
    found = [Count(-1, "", _at_first(item, steps))]
    for step in steps:
        folios = _number(step, "folios")
        reason = str(step.detail.get("reason", ""))
        found.append(Count(step.seq, step.at, found[-1].folios if folios is None else folios, reason))
    return found


def _at_first(item: Item, steps: Iterable[Step]) -> int | None:
    """How many folios an item had before anybody counted it anew; None where nobody knew."""
    first = next((step for step in steps if _number(step, "folios") is not None), None)
    if first is None:
        return item.folios or None
    before = _number(first, "before")
    return _number(first, "folios") if before is None and first.act == "out" else before


def _number(step: Step, name: str) -> int | None:
    said = step.detail.get(name)
    return said if isinstance(said, int) else None


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
