"""The total of a receipt: what was paid less the change, or what a label says, or what is printed most."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from docscan.extraction.candidates import Candidate
from docscan.extraction.values import money

CHOICES = 8  # candidates weighed for the total
AGREES = 0.7  # what it adds that an amount is what was paid less the change, as much as one good label
EVEN = 0.3  # what it adds that exactly the amount was paid, as by card
AGAIN = 0.12  # what each further printing of an amount adds, three times at most
UNLABELLED = 0.2  # of an amount that no label announces
WEAK = 0.45  # a total that scores less gives way to one reckoned from the payment
RECKONED = 0.5  # of a total that is not printed legibly
PROVEN = 0.75  # the least score of a total that is what was paid less the change

Reading = dict[str, Candidate]


def settle(offers: Mapping[str, Sequence[Candidate]], loose: Sequence[Candidate]) -> Reading:
    """The likeliest total of a receipt, with what was paid and given back.

    Args:
        offers: Candidates for `total`, `tendered` and `change`, the best first.
        loose: Every amount on the receipt.

    Returns:
        What each field is taken to be; fields without a likely value are absent.
    """
    pairs = list(_pairs(offers))
    printed = Counter(_value(item) for item in loose)
    wanted = {_value(paid) - _value(back) for paid, back in pairs}
    unsaid = [replace(item, score=UNLABELLED * item.score) for item in loose if _value(item) in wanted]
    best, highest = None, 0.0
    for item in [*offers.get("total", ())[:CHOICES], *unsaid]:
        again = AGAIN * min(max(printed[_value(item)] - 1, 0), 3)
        worth = item.score + again + _paid(item, pairs, offers)
        if _value(item) > 0 and worth > highest:
            best, highest = item, worth
    for paid, back in pairs if best else ():
        if best and _makes(best, paid, back):
            proven = replace(best, score=max(best.score, PROVEN))
            return {"total": proven, "tendered": paid, "change": back}
    if best is None or best.mended or best.score < WEAK:
        return _reckoned(pairs) or ({} if best is None or best.mended else {"total": best})
    return {"total": best}


def _reckoned(pairs: Sequence[tuple[Candidate, Candidate]]) -> Reading:
    """A total that was not read at all, from what was paid and the change."""
    for paid, back in pairs[:1]:
        total = _value(paid) - _value(back)
        if total > 0:
            made = replace(
                paid, value=money(total), raw=f"{paid.raw} - {back.raw}", amount=total, score=RECKONED
            )
            return {"total": made, "tendered": paid, "change": back}
    return {}


def _pairs(offers: Mapping[str, Sequence[Candidate]]) -> Iterator[tuple[Candidate, Candidate]]:
    """What may have been paid, with the change that may have been given on it."""
    for paid in offers.get("tendered", ())[:CHOICES]:
        for given in offers.get("change", ())[:CHOICES]:
            back = replace(given, value=given.value.lstrip("-"), amount=abs(_value(given)))
            if paid.place != back.place and _value(paid) >= _value(back) and _value(paid) > 0:
                yield paid, back


def _paid(
    item: Candidate, pairs: Sequence[tuple[Candidate, Candidate]], offers: Mapping[str, Sequence[Candidate]]
) -> float:
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
