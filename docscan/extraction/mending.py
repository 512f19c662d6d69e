"""Values that an engine misread by one character, put right where something on the page proves it.

What proves it is a sum, or a second printing; check digits are asked where ids
and accounts are read. A reading that stands alone becomes the value; of several
a person has to tell.
"""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from docscan.evidence import Repair
from docscan.extraction import lookalikes, values
from docscan.extraction.candidates import Candidate, put_right
from docscan.extraction.rows import WIDE_GAP, Row

TORN = 0.85  # the certainty of an amount read in two pieces
GUESSED = 0.4  # the certainty of an amount whose letters are taken for figures: a sum has to prove it
LEGIBLE = 0.8  # a date read as surely as this is not outvoted
LIKELIEST = 2  # candidates of each part of a sum among which one may be misread
SUMMED = ("net", "tax", "total")
CENT = Decimal("0.01")

_TORN = re.compile(r"\d+(?:[.,] | [.,])\d{2}")
_MISREAD = str.maketrans({letter: figure for letter, figure in lookalikes.PAIRS if letter not in "LGb"})


def repairs(decided: Mapping[str, Candidate]) -> tuple[Repair, ...]:
    """What was put right among the values decided on, and what is left to a person."""
    return tuple(
        Repair(name, item.raw, item.others or (item.value,), item.mended)
        for name, item in decided.items()
        if item.mended
    )


def mended_amounts(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """Amounts with letters that an engine took for figures, and amounts in two pieces."""
    for index in range(first, last):
        text = row.words[index].text
        digits = text.translate(_MISREAD)
        if digits != text and re.fullmatch(r"-?[\d.,]*\d[.,]\d{2}", digits) and any(map(str.isdigit, text)):
            found = values.read_amount(digits)
            if found:
                yield Candidate(
                    values.money(found.value), text, row, index, index + 1, GUESSED, found.value, mended="sum"
                )
    yield from _torn_amounts(row, first, last)


def _torn_amounts(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """Amounts with a space at their decimal sign, as wide print is read: `42 .00`."""
    for index in range(first, last - 1):
        before, after = row.words[index], row.words[index + 1]
        text = before.text + after.text
        near = after.box.left - before.box.right <= WIDE_GAP * row.height
        found = values.read_amount(text) if near and _TORN.fullmatch(f"{before.text} {after.text}") else None
        if found:
            yield Candidate(values.money(found.value), text, row, index, index + 2, TORN, found.value)


def of_offers(
    offers: Mapping[str, Sequence[Candidate]], reading: Mapping[str, Candidate], rates: Collection[Decimal]
) -> dict[str, Candidate]:
    """The reading of a bill's amounts with a misread one put right, which may have been left out for it.

    Args:
        offers: Candidates by field, the best first.
        reading: What each field was taken to be; its sum does not close.
        rates: In percent, as printed.
    """
    likely = [
        [item for item in offers.get(part, ())[:LIKELIEST] if item.score >= GUESSED and not item.mended]
        for part in SUMMED
    ]
    held = {name: item for name, item in reading.items() if name in ("withheld", "disbursed")}
    found: dict[tuple[str, ...], dict[str, Candidate]] = {}
    for chosen in itertools.product(*likely) if rates else ():
        repaired = by_sum(dict(zip(SUMMED, chosen, strict=True)) | held, rates)
        if any(item.mended for item in repaired.values()):
            found.setdefault(tuple(repaired[part].value for part in SUMMED), repaired)
    return {**reading, **next(iter(found.values()))} if len(found) == 1 else dict(reading)


def by_sum(reading: Mapping[str, Candidate], rates: Iterable[Decimal]) -> dict[str, Candidate]:
    """Net, tax and total with the one put right that was misread, where two proofs agree on it.

    A figure may be changed in each of the three so that they add up; that one
    of the printed rates makes the tax of the net amount leaves one of them.

    Args:
        reading: `net`, `tax` and `total`, and `withheld` and `disbursed` where
            there are any; their sum does not close.
        rates: In percent, as printed.
    """
    known = {name: item.amount or Decimal(0) for name, item in reading.items()}
    off = abs(known.get("withheld", Decimal(0))) - known.get("disbursed", Decimal(0))
    wanted = {
        "net": known["total"] + off - known["tax"],
        "tax": known["total"] + off - known["net"],
        "total": known["net"] + known["tax"] - off,
    }
    fitting = [
        name
        for name, value in wanted.items()
        if _misread(reading[name], value) and _charged(known | {name: value}, rates)
    ]
    if len(fitting) != 1:
        return dict(reading)
    name = fitting[0]
    item = replace(reading[name], amount=wanted[name])
    return {**reading, name: put_right(item, [values.money(wanted[name])], "sum")}


def _misread(item: Candidate, value: Decimal) -> bool:
    """Whether what is printed may be an amount with one figure misread, or its point or comma."""
    printed = "".join(sign for sign in item.raw if sign.isdigit())
    wanted = f"{abs(value):.2f}".replace(".", "")
    alike = printed == wanted or lookalikes.one_figure_apart(printed, wanted)
    return item.row.origin_ocr and item.amount != value and alike


def _charged(amounts: Mapping[str, Decimal], rates: Iterable[Decimal]) -> bool:
    """Whether one of the rates makes the tax of the net amount, to the cent."""
    net, tax = amounts["net"], amounts["tax"]
    return bool(tax) and any(abs((net * rate / 100).quantize(CENT) - tax) <= CENT for rate in rates)


def outvoted(item: Candidate, others: Iterable[Candidate]) -> Candidate:
    """A receipt's date that differs by one figure from one printed more than once, put right by that.

    A till prints its day here and there, and hardly any other; an invoice prints several days.

    Args:
        item: The date, as read.
        others: Every date on the receipt.
    """
    printed: dict[str, set[tuple[int, int]]] = {}
    for other in others:
        printed.setdefault(other.value, set()).add(other.place)
    if not item.row.origin_ocr or item.legibility >= LEGIBLE or len(printed.get(item.value, ())) > 1:
        return item
    near = [
        value
        for value, at in printed.items()
        if len(at) > 1 and lookalikes.one_figure_apart(item.value, value)
    ]
    return put_right(item, near, "again")
