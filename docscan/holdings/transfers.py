"""Items that are handed over for good: announced with a batch, gone once it is closed.

A batch of paper that leaves (`custody deliver`) may say which items it is. Each
is announced by an event of the batch, with the outcome `pending`; when the
batch is closed, each is said to be transferred out, in one act with that. So
what the acta counts, what the ledger tells and what is gone from the register
are the same number. An announcement whose batch was never opened, as after a
crash between the two, means nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from docscan.archive import batches, event
from docscan.archive.acta import LONGEST
from docscan.archive.acta import Box as Declared
from docscan.archive.batches import OF_BATCH
from docscan.archive.event import Draft
from docscan.archive.keeping import standing
from docscan.archive.reconciliation import Batch
from docscan.errors import HoldingsError
from docscan.holdings import counts, places
from docscan.holdings.entities import Box, Item, Location
from docscan.holdings.projection import MOVED
from docscan.holdings.register import Register

MOST_NAMED = 5  # of the items that nobody counted: the others are as easily found


def chosen(register: Register, named: Sequence[str], batch: str = "") -> list[Item]:
    """Items that are to leave: those that are named, and all that is in boxes or at locations.

    Args:
        register: Open.
        named: Codes.
        batch: The UUID of the batch with which they leave; empty for one that is not open yet.

    Raises:
        HoldingsError: There are none, one is lent, missing or gone (P6), its scan is on hold, or it
            is in another batch that is open.
        NotFoundError: Nothing has one of the codes.
    """
    found: dict[str, Item] = {}
    for name in named:
        one = register.entity(name)
        for item in register.items_in(one.id) if isinstance(one, Box | Location) else [register.item(name)]:
            found[item.id] = item
    language = register.archive.config.language
    if not found:
        raise HoldingsError("U070", language)
    held, others = _held(register), leaving_with(register, besides=batch)
    for item in found.values():
        if item.id in others:
            raise HoldingsError("U090", language, item=item.code, number=others[item.id])
        places.leaving(register, item.id, "transferred out")
        if register.catalogue.heir(item.record) in held:
            raise HoldingsError("U072", language, item=item.code)
    return list(found.values())


def declared(register: Register, items: Sequence[Item], *, uncounted: bool = False) -> tuple[Declared, ...]:
    """Items as the boxes of an acta: by what they lie in, its code for a label, folios for pages.

    Args:
        register: Open.
        items: Which.
        uncounted: Those whose folios nobody counted may be among them, and the acta says how many.

    Raises:
        HoldingsError: Nobody counted the folios of one, so that they cannot be signed for.
    """
    counted = list(counts.counted(register, items))
    unknown = [one.code for one in counted if not one.folios]
    if unknown and not uncounted:
        facts = {"items": ", ".join(unknown[:MOST_NAMED]), "count": str(len(unknown))}
        raise HoldingsError("U076", register.archive.config.language, **facts)
    by_place = groupby(sorted(counted, key=_place), _place)
    boxes = ((register.entity(place), list(some)) for place, some in by_place)
    found = [
        Declared(
            getattr(place, "code", ""),
            len(some),
            sum(one.folios for one in some),
            _line_of(getattr(place, "type", "")),
            sum(not one.folios for one in some),
        )
        for place, some in boxes
    ]
    return tuple(sorted(found, key=lambda box: box.label))


def announced(items: Sequence[Item], batch: str) -> list[Draft]:
    """The events that say which items a batch is to be."""
    told = {"act": "transferred out", "kind": "item", "batch": batch}
    return [
        Draft(MOVED, outcome="pending", role="transmitter", detail=told | {"subject": item.id})
        for item in items
    ]


def leaving_with(register: Register, besides: str = "") -> dict[str, str]:
    """By the UUID of an item that is announced with an open batch, the number of that.

    Args:
        register: Open.
        besides: The UUID of a batch that is left out.
    """
    open_ones = (one for one in batches.delivered(register.catalogue) if one.id != besides)
    return {subject: one.number for one in open_ones for subject in _announced(register, one)}


def batches_of(register: Register, items: Iterable[str]) -> dict[str, str]:
    """By the UUID of each of some items, the number of the batch with which it is to leave, or left.

    Args:
        register: Open.
        items: UUIDs; empty for those of no batch.
    """
    to_leave = leaving_with(register)
    return {item: to_leave.get(item) or _left_with(register, item) for item in items}


def leaving(register: Register, batch: Batch) -> list[Draft]:
    """The events that say, with the closing of a batch, that its items are gone; none where it was annulled.

    Args:
        register: Open, on an archive that the caller holds.
        batch: As its events tell it.

    Raises:
        HoldingsError: Not as many were counted as were announced, or one cannot leave any more.
    """
    subjects = list(_announced(register, batch))
    received = batch.count("received").files
    if not subjects or not received:
        return []
    if received != len(subjects):
        facts = {"number": batch.number, "received": str(received), "declared": str(len(subjects))}
        raise HoldingsError("U074", register.archive.config.language, **facts)
    items = chosen(register, subjects, batch.id)
    drafts = [places.leaving(register, item.id, "transferred out") for item in items]
    return [
        replace(draft, role="transmitter", detail={**draft.detail, "batch": batch.id}) for draft in drafts
    ]


def _place(item: Item) -> str:
    return item.box or item.location


def _line_of(text: str) -> str:
    """A text as an acta holds it: what can be printed of it, in one short line."""
    return "".join(sign for sign in text if sign.isprintable())[:LONGEST].strip()


def _announced(register: Register, batch: Batch) -> Iterator[str]:
    """The UUIDs of the items that a batch is to be."""
    query = f"SELECT line FROM events WHERE {OF_BATCH} = ? AND type = ? ORDER BY seq"  # noqa: S608 - an own expression
    for (line,) in register.catalogue.db.execute(query, (batch.id, MOVED)):
        found = event.parsed(line.encode())
        if found.outcome == "pending":
            yield str(found.detail["subject"])


def _left_with(register: Register, item: str) -> str:
    """The number of the batch with which an item was handed over for good; empty for none."""
    query = "SELECT since FROM absence WHERE subject = ? AND until IS NULL AND what = 'transferred out'"
    asked = "SELECT line FROM events WHERE seq = ?"
    for row in register.rows(query, item):
        for (line,) in register.catalogue.db.execute(asked, row):
            return batches.number_of(register.catalogue, str(event.parsed(line.encode()).detail.get("batch")))
    return ""


def _held(register: Register) -> set[str]:
    """The records that are on hold."""
    holds = standing.of(register.catalogue, "holds").holds.values()
    return {record for one in holds if not one.released for record in one.objects}
