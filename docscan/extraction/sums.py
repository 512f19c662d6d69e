"""One decision over all the amounts of a document: the reading whose sums agree and whose labels stand."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from docscan.extraction.candidates import Candidate
from docscan.extraction.taxes import tax_name

TOLERANCE = Decimal("0.02")  # each printed amount is rounded to a cent by itself
CHOICES = 6  # candidates weighed for one field: 7**4 readings in all
RATED = 0.5  # what it adds that printed rates make the tax
AGREES = 0.7  # what a sum that closes adds, as much as one good label
DISAGREES = 0.45  # what a sum that fails takes away
BY_SUM = 0.6  # the least score of a part of a sum that closes: to be said, and no proof
HIGHEST_RATE = Decimal("0.27")  # of value added tax in the European Union: Hungary's
NAMED, FAR = 0.8, 0.2  # the score of a label to be heard, and how much surer it is than the sum's choice
UNLABELLED = 0.25  # an amount that no label announces, kept only when a sum needs it

PARTS = ("net", "tax", "withheld", "total")
MADE = ("net", "tax", "total")  # the parts of a sum that closes
Reading = dict[str, Candidate]


def settle(
    offers: Mapping[str, Sequence[Candidate]], loose: Sequence[Candidate], charged: Decimal | None = None
) -> Reading:
    """The likeliest amounts of a document.

    Args:
        offers: Candidates for `net`, `tax`, `withheld`, `total`, `prepaid`
            and `payable`, the best first.
        loose: Every amount on the pages, for a part that no label announces.
        charged: What the printed rates make together.

    Returns:
        What each field is taken to be; fields without a likely value are absent.
    """
    by_value = _by_value(loose)
    best: Reading = {}
    highest = 0.0
    for reading in _readings(_with_charged(offers, by_value, charged)):
        completed = _completed(reading, by_value)
        worth = _worth(completed) + _by_rates(completed, charged)
        if worth > highest:
            best, highest = completed, worth
    contested = _contested(offers, best)
    if closes(best):
        best = {name: replace(item, score=max(item.score, BY_SUM)) for name, item in best.items()}
    best = {name: item for name, item in best.items() if not item.mended or closes(best)}
    return _unsigned(best | contested | _paid(offers, best))


def _contested(offers: Mapping[str, Sequence[Candidate]], reading: Reading) -> Reading:
    """The parts that a sum chose though a label names another amount far more surely.

    The paper may be wrong, or an amount may fit by chance: both are left to a person.
    """
    found = {}
    for part in MADE:
        item, named = reading.get(part), next((one for one in offers.get(part, ()) if not one.mended), None)
        if item is None or named is None or abs(_value(named)) == abs(_value(item)):
            continue
        if named.score >= max(NAMED, item.score + FAR):
            found[part] = replace(item, score=max(item.score, BY_SUM), mended="label", others=(named.value,))
    return found


def _unsigned(reading: Reading) -> Reading:
    """What was withheld or prepaid as an amount to take off, whether a minus is printed or not.

    A credit note's stay as printed, like all its amounts.
    """
    total = reading.get("total") or reading.get("net")
    if total is None or _value(total) < 0:
        return reading
    return reading | {
        part: replace(item, value=item.value.lstrip("-"), amount=abs(_value(item)))
        for part, item in reading.items()
        if part in ("withheld", "prepaid")
    }


def closes(reading: Mapping[str, Candidate]) -> bool:
    """Whether net, tax (and what was withheld) make the total."""
    gap = _gap(reading)
    return gap is not None and abs(gap) <= TOLERANCE


def _readings(offers: Mapping[str, Sequence[Candidate]]) -> Iterator[Reading]:
    choices = [[None, *offers.get(part, ())[:CHOICES]] for part in PARTS]
    for chosen in itertools.product(*choices):
        yield {part: item for part, item in zip(PARTS, chosen, strict=True) if item is not None}


def _with_charged(
    offers: Mapping[str, Sequence[Candidate]], by_value: Mapping[Decimal, Candidate], charged: Decimal | None
) -> Mapping[str, Sequence[Candidate]]:
    """The offers, and among those for the tax the amount that the rates make."""
    if not charged:
        return offers
    taxes = list(offers.get("tax", ()))
    announced = [item for item in taxes if item.amount == charged]
    loose = [replace(found, score=UNLABELLED * found.score)] if (found := by_value.get(charged)) else []
    return {**offers, "tax": [*(announced or loose), *(item for item in taxes if item.amount != charged)]}


def _by_rates(reading: Reading, charged: Decimal | None) -> float:
    """What it adds that the tax is what the printed rates make; half of it is taken off for another."""
    if not charged or "tax" not in reading:
        return 0.0
    return RATED if abs(_value(reading["tax"]) - charged) <= TOLERANCE else -RATED / 2


def _completed(reading: Reading, by_value: Mapping[Decimal, Candidate]) -> Reading:
    """The reading with its one missing part, when an amount of that size is printed."""
    missing = [part for part in MADE if part not in reading]
    if len(missing) != 1:
        return reading
    part = missing[0]
    known = {name: _value(item) for name, item in reading.items()}
    places = {item.place for item in reading.values()}
    for held in dict.fromkeys((abs(known.get("withheld", Decimal(0))), Decimal(0))):
        found = by_value.get(_wanted(known, part, held))
        if found is None or not found.amount or found.place in places:
            continue
        if part != "tax" or _of_tax(found, known["net"]):
            return reading | {part: replace(found, score=UNLABELLED * found.score)}
    return reading


def _wanted(known: Mapping[str, Decimal], part: str, held: Decimal) -> Decimal:
    """What the missing part has to be."""
    if part == "total":
        return known["net"] + known["tax"] - held
    return known["total"] + held - known["tax" if part == "net" else "net"]


def _of_tax(item: Candidate, net: Decimal) -> bool:
    """Whether an amount that nothing announces may be a tax: its row names one or a rate."""
    named = bool(tax_name(item.row.text)) or "%" in item.row.text
    return named and abs(_value(item)) <= HIGHEST_RATE * abs(net)


def _worth(reading: Reading) -> float:
    worth = sum(item.score for item in reading.values())
    places = [item.place for item in reading.values()]
    worth -= 1.0 * (len(places) - len(set(places)))  # one amount is one field's
    net, tax, total = (reading.get(part) for part in ("net", "tax", "total"))
    if net and total and abs(_value(net)) > abs(_value(total)) and "withheld" not in reading:
        worth -= DISAGREES
    if net and tax and tax.amount and abs(_value(tax)) > abs(_value(net)):
        worth -= DISAGREES
    gap = _gap(reading)
    if gap is None:
        return worth - sum(0.5 for item in reading.values() if item.mended)
    return worth + (AGREES if abs(gap) <= TOLERANCE else -DISAGREES)


def _gap(reading: Mapping[str, Candidate]) -> Decimal | None:
    """What is left between the parts and the total; None when a part is missing."""
    if any(part not in reading for part in MADE):
        return None
    net, tax, total = (_value(reading[part]) for part in MADE)
    held = abs(_value(reading["withheld"])) if "withheld" in reading else Decimal(0)
    whole = net + tax
    return min((whole - held - total, whole - total), key=abs)


def _paid(offers: Mapping[str, Sequence[Candidate]], reading: Reading) -> Reading:
    """What was paid before and what is left to pay: by sum where one agrees, by label otherwise."""
    prepaid = list(offers.get("prepaid", ())[:CHOICES])
    payable = list(offers.get("payable", ())[:CHOICES])
    total = reading.get("total")
    held = abs(_value(reading["withheld"])) if "withheld" in reading else Decimal(0)
    if total is not None:
        for before, left in itertools.product(prepaid, payable):
            rest = _value(total) - abs(_value(before))
            if min(abs(rest - _value(left)), abs(rest - held - _value(left))) <= TOLERANCE:
                return {"prepaid": before, "payable": left}
        for left in payable:
            if min(abs(_value(left) - _value(total)), abs(_value(left) - _value(total) + held)) <= TOLERANCE:
                return {"payable": left}
    found = {"prepaid": prepaid[:1], "payable": payable[:1]}
    return {name: items[0] for name, items in found.items() if items and items[0].score >= 0.5}


def _by_value(loose: Sequence[Candidate]) -> dict[Decimal, Candidate]:
    """For each amount the last place it is printed at: sums stand at the end."""
    return {_value(item): item for item in loose if item.score >= 0.4}


def _value(item: Candidate) -> Decimal:
    return item.amount if item.amount is not None else Decimal(0)
