"""The total of a receipt: what was paid less the change, what a label says, what its tax summary makes.

Faint print and photographs lose figures, so that several ways lead to the
total; those that agree outweigh one that was read by itself.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from docscan.extraction.candidates import Candidate
from docscan.extraction.values import money

CHOICES = 8  # candidates weighed for the total
AGREES = 0.7  # what it adds that an amount is what was paid less the change, as much as one good label
EVEN = 0.3  # what it adds that exactly the amount was paid, as by card
ROUNDED = 0.3  # what it adds that an amount is another one and the rounding printed between them
ITEMISED = 0.35  # what it adds that the amounts over it, in consecutive rows, add up to it
MOST_ITEMS = 60  # rows over a total that are added up
AGAIN = 0.12  # what each further printing of an amount adds, three times at most
UNLABELLED = 0.2  # of an amount that no label announces
BASE = 0.3  # of an amount by the label of a total that has another one beside it
WEAK = 0.45  # a total that scores less gives way to one reckoned from the payment
RECKONED = 0.5  # of a total that is not printed legibly
GUESSED = 0.4  # the same, from a payment that is known by its place alone, or without any change
PROVEN = 0.75  # the least score of a total that is what was paid less the change
OVER_CHANGE = 3  # rows over the change in which the payment stands
MOST_ROUNDED = Decimal("0.05")  # where the smallest coins are of five or ten cents
CENT = Decimal("0.01")  # each amount of a summary is rounded by itself

_ROUNDING = re.compile(r"(?<!\w)(?:rou?nd|redondeo|rundung|zaokr)", re.IGNORECASE)
_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?) ?%")
Reading = dict[str, Candidate]
Offers = Mapping[str, Sequence[Candidate]]


def settle(offers: Offers, loose: Sequence[Candidate]) -> Reading:
    """The likeliest total of a receipt, with what was paid and given back.

    Args:
        offers: Candidates for `total`, `tendered` and `change`, the best first.
        loose: Every amount on the receipt.

    Returns:
        What each field is taken to be; fields without a likely value are absent.
    """
    offers = {**offers, "total": [_last_of_row(item, loose) for item in offers.get("total", ())]}
    pairs = list(_pairs(offers))
    summed = _summary(loose)
    best = _likeliest(offers, loose, pairs, summed)
    for paid, back in pairs if best else ():
        if best and _makes(best, paid, back):
            proven = replace(best, score=max(best.score, PROVEN))
            return {"total": proven, "tendered": paid, "change": back}
    if best is None or best.mended or best.score < WEAK:
        return _unread(offers, loose, summed) or ({} if best is None or best.mended else {"total": best})
    return {"total": best}


def _last_of_row(item: Candidate, loose: Sequence[Candidate]) -> Candidate:
    """An amount for the total; with another one right of it, it is the base in the sum of a tax summary."""
    beside = any(other.row.index == item.row.index and other.first > item.first for other in loose)
    return replace(item, score=BASE * item.score) if beside else item


def _likeliest(
    offers: Offers, loose: Sequence[Candidate], pairs: Sequence[tuple[Candidate, Candidate]], summed: Decimal
) -> Candidate | None:
    """The amount that most speaks for: its label, further printings, the payment, the tax summary."""
    printed = Counter(_value(item) for item in loose)
    wanted = {_value(paid) - _value(back) for paid, back in pairs} | {summed}
    unsaid = [replace(item, score=UNLABELLED * item.score) for item in loose if _value(item) in wanted]
    best, highest = None, 0.0
    for item in [*offers.get("total", ())[:CHOICES], *unsaid[-CHOICES:]]:
        again = AGAIN * min(max(printed[_value(item)] - 1, 0), 3)
        worth = item.score + again + _paid(item, pairs, offers) + AGREES * (_value(item) == summed)
        worth += ROUNDED * _is_rounded(item, loose) + ITEMISED * _is_itemised(item, loose)
        if _value(item) > 0 and worth > highest:
            best, highest = item, worth
    return best


def _unread(offers: Offers, loose: Sequence[Candidate], summed: Decimal) -> Reading:
    """A total that was not read: reckoned from the payment, its tax summary, or what was paid."""
    labelled = list(_pairs(offers))
    placed = list(_pairs({**offers, "tendered": list(_over_change(offers, loose))}))
    for paid, back in (labelled or placed)[:1]:
        total = _value(paid) - _value(back)
        if total > 0:
            sure = RECKONED if labelled or total == summed else GUESSED
            made = replace(paid, value=money(total), raw=f"{paid.raw} - {back.raw}", amount=total, score=sure)
            return {"total": made, "tendered": paid, "change": back}
    if summed:
        return {"total": replace(_of_summary(loose, summed), score=RECKONED)}
    return _as_paid(offers, loose)


def _as_paid(offers: Offers, loose: Sequence[Candidate]) -> Reading:
    """What was paid where no change is announced, as by card; printed twice it is surer."""
    paid = [item for item in offers.get("tendered", ()) if _value(item) > 0 and not item.mended]
    if not paid or offers.get("change"):
        return {}
    again = sum(_value(item) == _value(paid[0]) for item in loose) > 1
    return {"total": replace(paid[0], score=RECKONED if again else GUESSED), "tendered": paid[0]}


def _over_change(offers: Offers, loose: Sequence[Candidate]) -> Iterator[Candidate]:
    """The amount next over the change: what was handed over, though its label was not read."""
    for back in offers.get("change", ())[:1]:
        over = [
            item
            for item in loose
            if 0 < back.row.index - item.row.index <= OVER_CHANGE and item.row.page == back.row.page
        ]
        yield from over[-1:]


def _summary(loose: Sequence[Candidate]) -> Decimal:
    """What the rows of a tax summary make together, tax included; 0 without any.

    Such a row names its rate, and beside the base what that makes of it.
    """
    return sum((base + tax for base, tax in _rated(loose)), Decimal(0))


def _rated(loose: Sequence[Candidate]) -> Iterator[tuple[Decimal, Decimal]]:
    for _, group in itertools.groupby(loose, key=lambda item: item.row.index):
        items = list(group)
        rates = [Decimal(rate.replace(",", ".")) for rate in _RATE.findall(items[0].row.text)]
        for base, tax in itertools.pairwise(map(_value, items)):
            if len(rates) == 1 and tax and abs(base * rates[0] / 100 - tax) <= CENT:
                yield base, tax
                break


def _is_rounded(item: Candidate, loose: Sequence[Candidate]) -> bool:
    """Whether another amount and the rounding printed between the two make this one."""
    printed = {_value(other): other.row.index for other in loose if other.row.index < item.row.index}
    steps = (
        step for step in loose if _ROUNDING.search(step.row.text) and 0 < abs(_value(step)) <= MOST_ROUNDED
    )
    before = (_value(item) - sign * _value(step) for step in steps for sign in (1, -1))
    return any(value in printed for value in before)


def _is_itemised(item: Candidate, loose: Sequence[Candidate]) -> bool:
    """Whether the last amounts of at least two consecutive rows over it add up to an amount."""
    over = {other.row.index: _value(other) for other in loose if other.row.index < item.row.index}
    amounts = [value for _, value in sorted(over.items(), reverse=True)][:MOST_ITEMS]
    for start in range(len(amounts)):
        sums = itertools.accumulate(amounts[start:])
        next(sums)
        if _value(item) in sums:
            return True
    return False


def _of_summary(loose: Sequence[Candidate], summed: Decimal) -> Candidate:
    """The total that a tax summary makes, with the place of its first row."""
    rows = {item.row.index: [] for item in loose}  # type: dict[int, list[Candidate]]
    for item in loose:
        rows[item.row.index].append(item)
    items = next(found for found in rows.values() if any(True for _ in _rated(found)))
    raw = " + ".join(item.raw for item in items[:2])
    return replace(items[0], value=money(summed), raw=raw, amount=summed)


def _pairs(offers: Offers) -> Iterator[tuple[Candidate, Candidate]]:
    """What may have been paid, with the change that may have been given on it."""
    for paid in offers.get("tendered", ())[:CHOICES]:
        for given in offers.get("change", ())[:CHOICES]:
            back = replace(given, value=given.value.lstrip("-"), amount=abs(_value(given)))
            if paid.place != back.place and _value(paid) >= _value(back) and _value(paid) > 0:
                yield paid, back


def _paid(item: Candidate, pairs: Sequence[tuple[Candidate, Candidate]], offers: Offers) -> float:
    """What the payment says for an amount as the total."""
    if any(_makes(item, paid, back) for paid, back in pairs):
        return AGREES
    even = (paid for paid in offers.get("tendered", ()) if paid.place != item.place)
    return EVEN if any(_value(paid) == _value(item) for paid in even) else 0.0


def _makes(total: Candidate, paid: Candidate, back: Candidate) -> bool:
    """Whether a total is what was paid less the change, each printed at a place of its own."""
    return _value(total) == _value(paid) - _value(back) and total.place not in (paid.place, back.place)


def _value(item: Candidate) -> Decimal:
    return item.amount if item.amount is not None else Decimal(0)
