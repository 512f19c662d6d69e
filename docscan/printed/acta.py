"""The acta of a batch, to be signed by both sides: what was declared, received, scanned and archived.

It is what answers threat A7, a document that was never recorded: two people
sign four counts, and the checkpoint at its foot makes each copy a witness (A4).
"""

from collections.abc import Sequence

from docscan.archive.acta import Acta, Box
from docscan.archive.reconciliation import (
    LOOSE,
    MEASURE_PHRASES,
    NO_BOX,
    STAGE_PHRASES,
    Batch,
    Count,
    Difference,
    Stage,
    reasons_of,
)
from docscan.messages import sentence
from docscan.printed.paper import Facts, Heading, Mark, Paper, Part, Signatures, Table, Text, begun

TITLES = {"in": "B117", "out": "B118"}
REASON_PHRASES = {
    "missing": "B140",
    "surplus": "B141",
    "miscounted": "B142",
    "uncounted": "B159",
    "annulled": "B143",
    "unreadable": "B144",
    "returned": "B145",
    "left_out": "B146",
    "scanned_again": "B147",
    "grouped": "B148",
    "duplicate": "B149",
    "put_aside": "B150",
}
SIGNED = ("B135", "B136", "B137", "B138")  # what is filled in below each party


def paper(batch: Batch, acta: Acta, mark: Mark | None, *, language: str, at: str) -> Paper:
    """The acta of a batch, as it is now.

    Args:
        batch: As its events tell it.
        acta: What was declared, and by whom.
        mark: The state of the ledger; None where it cannot be told.
        language: `en`, `es`, `pl` or `de`.
        at: The moment of the counts, for a batch that is not closed yet.
    """
    batch = batch.beside(acta)
    parts: list[Part] = [Facts(_facts(batch, acta, language))]
    if batch.closing is None:
        parts.append(Text(sentence("B119", language, at=at)))
    parts += [Heading(sentence("B126", language)), boxes(batch, acta, language)]
    if acta.uncounted:
        parts.append(Text(sentence("B158", language, count=str(acta.uncounted))))
    parts += [
        Heading(sentence("B129", language)),
        differences(batch, language) if batch.differences else Text(sentence("B134", language)),
    ]
    if batch.direction == "in":
        parts.append(Text(sentence("B151", language)))
    parties = (("B120", acta.transmitter), ("B121", acta.recipient))
    lines = [f"{begun(code, language)}:" for code in SIGNED]
    parts.append(Signatures([(f"{begun(code, language)}: {name}", [*lines, ""]) for code, name in parties]))
    return Paper(sentence(TITLES[batch.direction], language, number=batch.number), language, parts, mark)


def boxes(batch: Batch, acta: Acta, language: str) -> Table:
    """The boxes with their counts at each stage, and the sum of them."""
    head = [begun("B124", language), begun("B125", language)]
    head += [begun(STAGE_PHRASES[stage], language) for stage in batch.stages]
    rows = [
        [box.label, _contents(box, language), *_cells(batch, number, Count(1, box.files, box.pages))]
        for number, box in enumerate(acta.boxes, 1)
    ]
    if batch.scanned(LOOSE) != Count():
        rows.append([sentence("B127", language), "", *_cells(batch, LOOSE, Count())])
    total = [_count(batch.count(stage)) for stage in batch.stages]
    right = frozenset(range(2, len(head)))
    shares = [1.3, 1.9, *[1.45] * len(batch.stages)]
    return Table(head, [*rows, [begun("B128", language), "", *total]], shares, right, total=True)


def _contents(box: Box, language: str) -> str:
    """What a box holds, and of how much of that nobody counted the pages."""
    lacking = sentence("B157", language, count=str(box.uncounted)) if box.uncounted else ""
    return "; ".join(filter(None, (box.title, lacking)))


def differences(batch: Batch, language: str) -> Table:
    """Where a count is not the one before it, and why; of a batch that is beside its acta."""
    codes = reasons_of(batch)
    rows = []
    for one in batch.differences:
        what = [begun(STAGE_PHRASES[one.stage], language), sentence(MEASURE_PHRASES[one.measure], language)]
        if one.box:
            what.append(sentence("B127", language) if one.box == NO_BOX else one.box)
        rows.append([", ".join(what), str(one.before), str(one.after), _reasons(one, codes, language)])
    head = [begun(code, language) for code in ("B130", "B131", "B132", "B133")]
    return Table(head, rows, (2, 1, 1, 4), frozenset({1, 2}))


def _reasons(difference: Difference, codes: Sequence[str], language: str) -> str:
    found = [code for code in codes if code in difference.reasons]
    return "; ".join(sentence(REASON_PHRASES[code], language) for code in found) or sentence("B139", language)


def _facts(batch: Batch, acta: Acta, language: str) -> list[tuple[str, str]]:
    rows = [("B120", acta.transmitter), ("B121", acta.recipient), ("B122", acta.date.isoformat())]
    if batch.closing is not None:
        rows.append(("B123", batch.closing.at))
    return [(begun(code, language), value) for code, value in rows]


def _cells(batch: Batch, box: int, declared: Count) -> list[str]:
    received = batch.received.get(box)
    counts: dict[Stage, str] = {
        "declared": _count(declared),
        "received": "–" if received is None else _count(received),
        "scanned": _count(batch.scanned(box)),
        "archived": _count(batch.archived.get(box, Count())),
    }
    return [counts[stage] for stage in batch.stages]


def _count(count: Count) -> str:
    return f"{count.files} / {count.pages}"
