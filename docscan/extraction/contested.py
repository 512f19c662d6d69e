"""Amounts that something else printed on the page speaks against, though the sums agree: left to a person.

A rate beside what was withheld makes another amount, or another amount is
announced as what is to be paid.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import product

from docscan.extraction.candidates import Candidate, Sheet
from docscan.extraction.tables import MONEY, rate
from docscan.extraction.values import money

RATE, RIVAL = "rate", "rival"  # what speaks against a value, as `Repair.proof` has it
ROUNDED = Decimal(
    "0.05"
)  # between what was withheld and what its rate makes: lines are rounded by themselves
ANNOUNCED = 0.6  # the least score of another amount to pay: its label must say so, and stand by it
NOTHING = Decimal(0)

_WITHHELD = re.compile(r"(?<!\w)(?:I\.?R\.?P\.?F|retenci[oó]n|withh|retained)(?!.*garant)", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\d.,])\d{1,2}(?:[.,]\d{1,2})? ?%")

Chosen = Mapping[str, Candidate]


def contested(sheet: Sheet, chosen: Chosen, payable: Collection[Candidate]) -> dict[str, Candidate]:
    """The amounts as chosen; with the other amount it may be, where the page speaks against one.

    Args:
        sheet: The document.
        chosen: Amounts by field.
        payable: What labels announce as payable.
    """
    found = dict(chosen)
    if due := _due(sheet, chosen):
        found["withheld"] = replace(found["withheld"], mended=RATE, others=(due,))
    name = "payable" if "payable" in chosen else "total"
    if rivals := _rivals(sheet, chosen, payable):
        found[name] = replace(found[name], mended=RIVAL, others=rivals)
    return found


def _due(sheet: Sheet, chosen: Chosen) -> str:
    """What the rate printed by what was withheld makes of the net amount; empty where they agree.

    The base may be a part of the net amount, so that any amount will do but what
    is to be paid: to withhold of that is the usual mistake.
    """
    item, net = chosen.get("withheld"), chosen.get("net")
    percent = _rate_of(item) if item is not None and not item.mended else None
    if item is None or net is None or percent is None:
        return ""
    paid = {abs(_value(chosen[name])) for name in ("total", "payable") if name in chosen}
    bases = {abs(_value(one)) for one in sheet.amounts if one.score >= MONEY} - paid | {abs(_value(net))}
    held = abs(_value(item))
    if any(abs(base * percent / 100 - held) <= ROUNDED for base in bases):
        return ""
    return money(abs(_value(net)) * percent / 100)


def _rate_of(item: Candidate) -> Decimal | None:
    """The one rate printed by what was withheld: after its label, or else anywhere in its row."""
    if item.label is None or item.label.row is not item.row or not _WITHHELD.search(item.row.text):
        return None
    beside, _ = item.row.stretch(item.label.first, max(item.last, item.label.last))
    percents = set(_PERCENT.findall(beside) or _PERCENT.findall(item.row.text))
    return Decimal(rate(percents.pop())) if len(percents) == 1 else None


def _rivals(sheet: Sheet, chosen: Chosen, payable: Collection[Candidate]) -> tuple[str, ...]:
    """Other amounts to pay that no sum with the chosen ones explains, nor all of them as instalments."""
    own = chosen.get("payable") or chosen.get("total")
    if own is None or own.mended:
        return ()
    known = _explained(chosen)
    others = {
        item.place: item
        for item in payable
        if item.score >= ANNOUNCED and item.amount and not item.mended and item.row is not own.row
        if item.currency in ("", own.currency) or not own.currency
        if _plainly(sheet, item) and abs(item.amount) not in known
    }
    whole = sum((abs(_value(item)) for item in others.values()), NOTHING)
    return () if whole in known else tuple(dict.fromkeys(item.value for item in others.values()))


def _plainly(sheet: Sheet, item: Candidate) -> bool:
    """Whether a row says nothing but what is to be paid: no discount, rate or other amount."""
    amounts = [one for one in sheet.amounts if one.row is item.row and one.score >= MONEY]
    return len(amounts) == 1 and len(sheet.in_row(item.row)) <= 1 and "%" not in item.row.text


def _explained(chosen: Chosen) -> set[Decimal]:
    """Every amount chosen, and the total with any of what is taken off or added to it."""
    values = {name: abs(_value(item)) for name, item in chosen.items()}
    signs = {"withheld": (0, 1, -1), "prepaid": (0, -1), "disbursed": (0, 1, -1)}
    made = {
        sum((sign * values.get(name, NOTHING) for name, sign in zip(signs, found, strict=True)), start)
        for start in (values.get("total", NOTHING), values.get("payable", NOTHING))
        for found in product(*signs.values())
    }
    return made | set(values.values())


def _value(item: Candidate) -> Decimal:
    return item.amount or NOTHING
