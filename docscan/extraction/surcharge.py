"""The equivalence surcharge: what a Spanish supplier adds to the VAT of a retailer, rate by rate.

It is a tax like the VAT it goes with, and part of `tax` (BT-110): in the breakdown it is a line
of its own, in the sums it is added. Only what a legal rate makes of a printed base is taken for one.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from docscan.extraction.candidates import Candidate, amounts
from docscan.extraction.rows import Row
from docscan.extraction.tables import rate
from docscan.model import TaxLine

NAME = "RE"  # as Spanish invoices have it for short
ROUNDED = Decimal("0.02")  # between a tax and what its rate makes of the base, each line rounded by itself
MOST_RATES = 40  # lines of a breakdown that are looked through: no law has more rates
OTHERS = ("IGIC", "IPSI")  # the taxes of the Canaries, Ceuta and Melilla bear none of these surcharges
MONEY = 0.4  # the least certainty of an amount: money, not a number of things

# The surcharge that goes with each rate of IVA, in percent. Ley 37/1992, article 161: 5.2, for tobacco
# 1.75, 1.4 and 0.5; until August 2012 4 and 1 (Ley 26/2009 for 18 and 8, before it for 16 and 7). With the
# rates of dear energy and food: 5 (0.5 in 2022, then 0.62: RDL 17/2022, 20/2022), 7.5 and 2 (RDL 4/2024).
LEGAL: Mapping[str, tuple[str, ...]] = {
    "21": ("5.2", "1.75"),
    "18": ("4", "1.75"),
    "16": ("4", "1.75"),
    "10": ("1.4",),
    "8": ("1",),
    "7.5": ("1",),
    "7": ("1",),
    "5": ("0.62", "0.5"),
    "4": ("0.5",),
    "2": ("0.26",),
}

_NAMED = re.compile(
    r"(?<!\w)(?:(?i:recargos?|rec\. ?(?:de )?eq\w*|equivalence surcharge)|R\.\s?E\.?|RE)(?![\w-])"
)
_VAT = re.compile(r"(?<!\w)I\.?V\.?A(?!\w)", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\d.,])\d{1,2}(?:[.,]\d{1,2})? ?%")


def surcharged(rows: Sequence[Row], lines: Sequence[TaxLine]) -> tuple[TaxLine, ...]:
    """The lines of a tax breakdown, and after them the surcharge on each that bears one.

    Args:
        rows: Of the whole document.
        lines: As printed; without any, they are looked for where a surcharge is named.
    """
    if not any(_NAMED.search(row.text) for row in rows):
        return tuple(lines)
    known = [*lines] or list(dict.fromkeys(_rated(rows)))
    known = [vat for vat in known if vat.tax not in OTHERS][:MOST_RATES]
    printed = list(_printed(rows, {vat.base for vat in known}))
    charged = tuple(dict.fromkeys(line for vat in known for line in _on(vat, printed)))
    bases = {line.base for line in charged}
    return (*(lines or (vat for vat in known if vat.base in bases)), *charged)


def _printed(rows: Sequence[Row], bases: set[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Text, amounts and whether it names the surcharge, of each row that may say how much one is.

    It names the surcharge, or stands under a row that does and prints a base.
    """
    under = False
    for row in rows:
        money = [item.value for item in _money(row)]
        named = bool(_NAMED.search(row.text))
        under = under or named
        if money and (named or (under and not bases.isdisjoint(money))):
            yield row.text, money, named


def _on(vat: TaxLine, printed: Iterable[tuple[str, list[str], bool]]) -> Iterator[TaxLine]:
    """The surcharge on the base of a rate: in a row that names it, or in one that also prints the base."""
    for legal in LEGAL.get(_plain(vat.rate), ()):
        for text, money, named in printed:
            rates = {_plain(rate(percent)) for percent in _PERCENT.findall(text)}
            due = next((one for one in money if _makes(vat.base, legal, one)), "")
            if due and (named or vat.base in money) and (not rates or legal in rates):
                yield TaxLine(NAME, legal, vat.base, due)
                return


def _rated(rows: Sequence[Row]) -> Iterator[TaxLine]:
    """What a rate printed beside an amount of VAT makes it of: any amount on the pages."""
    bases = sorted({abs(item.amount or Decimal(0)) for row in rows for item in _money(row)})
    for row in rows:
        percents = {_plain(rate(percent)) for percent in _PERCENT.findall(row.text)} & LEGAL.keys()
        for percent in percents if _VAT.search(row.text) else ():
            for item in _money(row):
                yield from _of_base(percent, item, bases)


def _of_base(percent: str, item: Candidate, bases: Sequence[Decimal]) -> Iterator[TaxLine]:
    due, share = item.amount or Decimal(0), Decimal(percent) / 100
    low = bisect_left(bases, (abs(due) - ROUNDED) / share)
    high = bisect_right(bases, (abs(due) + ROUNDED) / share)
    for base in bases[low:high] if due else ():
        yield TaxLine("IVA", percent, str(base.copy_sign(due)), item.value)


def _makes(base: str, percent: str, due: str) -> bool:
    return abs(Decimal(base) * Decimal(percent) / 100 - Decimal(due)) <= ROUNDED


def _money(row: Row) -> list[Candidate]:
    return [item for item in amounts(row, 0, len(row.words)) if item.score >= MONEY]


def _plain(percent: str) -> str:
    """A rate without idle noughts: `5.20` is `5.2`."""
    return f"{Decimal(percent).normalize():f}" if percent else ""
