"""One decision over all the amounts of a document: the reading whose sums agree and whose labels stand."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from docscan.extraction import surcharge
from docscan.extraction.candidates import Candidate
from docscan.extraction.taxes import as_one, tax_name
from docscan.model import TaxLine

TOLERANCE = Decimal("0.02")  # each printed amount is rounded to a cent by itself
CHOICES = 6  # candidates weighed for one field: 7**4 readings in all
LAID_OUT = 2  # the same for what was paid on the customer's behalf, which hardly any paper has
RATED = 0.5  # what it adds that printed rates make the tax
AGREES = 0.7  # what a sum that closes adds, as much as one good label
DISAGREES = 0.45  # what a sum that fails takes away
BY_SUM = 0.6  # the least score of a part of a sum that closes: to be said, and no proof
HIGHEST_RATE = Decimal("0.27")  # of value added tax in the European Union: Hungary's
NAMED, FAR = 0.8, 0.2  # the score of a label to be heard, and how much surer it is than the sum's choice
BY_LABEL = 0.5  # the least score of what was or is to be paid, where no sum speaks for it
NOTHING = Decimal(0)
UNLABELLED = 0.25  # an amount that no label announces, kept only when a sum needs it

PARTS = ("net", "tax", "withheld", "disbursed", "total")
MADE = ("net", "tax", "total")  # the parts of a sum that closes
Reading = dict[str, Candidate]


def settle(
    offers: Mapping[str, Sequence[Candidate]], loose: Sequence[Candidate], lines: Sequence[TaxLine] = ()
) -> Reading:
    """The likeliest amounts of a document.

    Args:
        offers: Candidates for `net`, `tax`, `withheld`, `disbursed`, `total`,
            `prepaid` and `payable`, the best first.
        loose: Every amount on the pages, for a part that no label announces.
        lines: What printed rates make of printed bases; their sums may be left unsaid.

    Returns:
        What each field is taken to be; fields without a likely value are absent.
    """
    by_value, levied = _by_value(loose), as_one(lines, loose)
    best: Reading = {}
    highest = 0.0
    for reading in _readings(_with_levied(offers, by_value, levied)):
        completed = _completed(reading, by_value)
        if completed.get("tax") is levied is not None and not closes(completed):
            continue
        worth = _worth(completed) + _by_rates(completed, levied)
        if worth > highest:
            best, highest = completed, worth
    if levied is not None and "net" in best and "tax" not in best and _surcharged(lines):
        best["tax"] = levied
    contested = _contested(offers, best, _parts(lines))
    if closes(best):
        best = {name: replace(item, score=max(item.score, BY_SUM)) for name, item in best.items()}
    best = {name: item for name, item in best.items() if not item.mended or closes(best)}
    return _unsigned(best | contested | _paid(offers, best))


def _surcharged(lines: Sequence[TaxLine]) -> bool:
    """Whether a surcharge is among the rates: what they make is the tax then, though no sum closes."""
    return any(line.tax == surcharge.NAME for line in lines)


def _parts(lines: Sequence[TaxLine]) -> Mapping[str, Sequence[Decimal]]:
    """Bases and amounts of the rates, by the sum they are part of; the tax of each name is one, too."""
    bases = [Decimal(line.base) for line in lines if line.tax != surcharge.NAME]
    by_name: dict[str, Decimal] = {}
    for line in lines:
        by_name[line.tax] = by_name.get(line.tax, NOTHING) + Decimal(line.amount)
    return {"net": bases, "tax": [Decimal(line.amount) for line in lines], "named": [*by_name.values()]}


def _contested(
    offers: Mapping[str, Sequence[Candidate]], reading: Reading, parts: Mapping[str, Sequence[Decimal]]
) -> Reading:
    """The parts that a sum chose though a label names another amount far more surely.

    The paper may be wrong, or an amount may fit by chance: both are left to a
    person. One rate's part of the sum by the sum's label is what it is.
    """
    found = {}
    for part in MADE:
        item, named = reading.get(part), next((one for one in offers.get(part, ()) if not one.mended), None)
        if item is None or named is None or abs(_value(named)) == abs(_value(item)):
            continue
        if _value(item) == sum(parts.get(part, ())) and _value(named) in (*parts[part], *parts["named"]):
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
    """Whether net and tax make the total, with what is taken off or added to it."""
    gap = _gap(reading)
    return gap is not None and abs(gap) <= TOLERANCE


def gap(values: Mapping[str, Decimal]) -> Decimal | None:
    """What is left between the parts and the total; None when a part is missing.

    What was withheld may be taken off the total or later, and what was paid on
    the customer's behalf be in it or be added later (Facturae's
    `TotalReimbursableExpenses`, XRechnung's third party payments): it bears no tax.

    Args:
        values: Amounts by field.
    """
    if any(part not in values for part in MADE):
        return None
    whole = values["net"] + values["tax"] - values["total"]
    return min((whole - off for off in _taken_off(values)), key=abs)


def _taken_off(values: Mapping[str, Decimal]) -> tuple[Decimal, ...]:
    """What the total may be less than net and tax."""
    held, added = _held(values), values.get("disbursed", NOTHING)
    return tuple(dict.fromkeys((held - added, held, -added, NOTHING)))


def _held(values: Mapping[str, Decimal]) -> Decimal:
    """What was withheld: to be taken off, whatever its printed sign, and given back in a credit note."""
    return abs(values.get("withheld", NOTHING)).copy_sign(values.get("total", values.get("net", NOTHING)))


def _readings(offers: Mapping[str, Sequence[Candidate]]) -> Iterator[Reading]:
    most = {"disbursed": LAID_OUT}
    choices = [[None, *offers.get(part, ())[: most.get(part, CHOICES)]] for part in PARTS]
    for chosen in itertools.product(*choices):
        yield {part: item for part, item in zip(PARTS, chosen, strict=True) if item is not None}


def _with_levied(
    offers: Mapping[str, Sequence[Candidate]], by_value: Mapping[Decimal, Candidate], levied: Candidate | None
) -> Mapping[str, Sequence[Candidate]]:
    """The offers, and among those for the tax the amount that the rates make: as printed, or added up."""
    if levied is None or not levied.amount:
        return offers
    taxes = list(offers.get("tax", ()))
    announced = [item for item in taxes if item.amount == levied.amount]
    loose = by_value.get(levied.amount)
    unsaid = levied if loose is None else replace(loose, score=UNLABELLED * loose.score)
    others = [item for item in taxes if item.amount != levied.amount]
    return {**offers, "tax": [*(announced or [unsaid]), *others]}


def _by_rates(reading: Reading, levied: Candidate | None) -> float:
    """What it adds that the tax is what the printed rates make; half of it is taken off for another."""
    if levied is None or not levied.amount or "tax" not in reading:
        return 0.0
    return RATED if abs(_value(reading["tax"]) - levied.amount) <= TOLERANCE else -RATED / 2


def _completed(reading: Reading, by_value: Mapping[Decimal, Candidate]) -> Reading:
    """The reading with its one missing part, when an amount of that size is printed."""
    missing = [part for part in MADE if part not in reading]
    if len(missing) != 1:
        return reading
    part = missing[0]
    known = {name: _value(item) for name, item in reading.items()}
    places = {item.place for item in reading.values()}
    for off in _taken_off(known):
        found = by_value.get(_wanted(known, part, off))
        if found is None or not found.amount or found.place in places:
            continue
        if part != "tax" or _of_tax(found, known["net"]):
            return reading | {part: replace(found, score=UNLABELLED * found.score)}
    return reading


def _wanted(known: Mapping[str, Decimal], part: str, off: Decimal) -> Decimal:
    """What the missing part has to be."""
    if part == "total":
        return known["net"] + known["tax"] - off
    return known["total"] + off - known["tax" if part == "net" else "net"]


def _of_tax(item: Candidate, net: Decimal) -> bool:
    """Whether an amount that nothing announces may be a tax: its row names one or a rate."""
    named = bool(tax_name(item.row.text)) or "%" in item.row.text
    return named and abs(_value(item)) <= HIGHEST_RATE * abs(net)


def _worth(reading: Reading) -> float:
    worth = sum(
        item.score for name, item in reading.items() if name != "disbursed"
    )  # spoken for by sums alone
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
    return gap({name: _value(item) for name, item in reading.items()})


def _paid(offers: Mapping[str, Sequence[Candidate]], reading: Reading) -> Reading:
    """What was paid before and what is left to pay: by sum where one agrees, by label otherwise."""
    prepaid: list[Candidate | None] = [*offers.get("prepaid", ())[:CHOICES], None]
    payable = list(offers.get("payable", ())[:CHOICES])
    aside: list[Candidate | None] = [None]  # what is no part of the total may be added to it
    if "disbursed" not in reading:
        aside += offers.get("disbursed", ())[:LAID_OUT]
    total = reading.get("total")
    for extra, before, left in itertools.product(aside, prepaid, payable) if total else ():
        said = {"prepaid": before, "disbursed": extra, "payable": left}
        found = {name: item for name, item in said.items() if item is not None}
        if total is not None and _settles(total, reading, found):
            return found
    unsettled = () if closes(reading) else offers.get("disbursed", ())[:1]
    by_label: dict[str, Sequence[Candidate | None]] = {
        "prepaid": prepaid[:1],
        "payable": payable[:1],
        "disbursed": unsettled,
    }
    return {
        name: item for name, items in by_label.items() for item in items if item and item.score >= BY_LABEL
    }


def _settles(total: Candidate, reading: Reading, paid: Reading) -> bool:
    """Whether the total, less what was paid before and with what was laid out besides, is left to pay."""
    rest = _value(total) - abs(_worth_of(paid, "prepaid")) + _worth_of(paid, "disbursed")
    held = _held({name: _value(item) for name, item in reading.items()})
    left = _value(paid["payable"])
    return min(abs(rest - left), abs(rest - held - left)) <= TOLERANCE


def _worth_of(reading: Reading, name: str) -> Decimal:
    return _value(reading[name]) if name in reading else NOTHING


def _by_value(loose: Sequence[Candidate]) -> dict[Decimal, Candidate]:
    """For each amount the last place it is printed at: sums stand at the end."""
    return {_value(item): item for item in loose if item.score >= 0.4}


def _value(item: Candidate) -> Decimal:
    return item.amount if item.amount is not None else Decimal(0)
