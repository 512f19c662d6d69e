"""The checks of amounts: sums, rates and lines. They are compared as decimals, to the cent."""

import itertools
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from docscan.model import Extraction, Finding, InvoiceLine, Known, Severity, TaxLine
from docscan.verification.checks import Doubted, Proof, amount, apart, sure

CENT = Decimal("0.01")  # how far base times rate may be from the printed tax: each is rounded by itself
NOTHING = Decimal(0)
TILL = ("total", "tendered", "change")
SUMMED = ("net", "tax", "total")


def totals(
    extraction: Extraction,
    known: Known,  # noqa: ARG001 - one shape for all
    *,
    tolerance: str = "0.02",
) -> Iterator[Finding | Proof | Doubted]:
    """Net and tax make the total, and that makes what is payable.

    Less what was withheld and, for what is payable, prepaid; with what was paid
    on the customer's behalf, which bears no tax. Either may be left to the end.

    Args:
        extraction: With its amounts.
        known: Not asked.
        tolerance: The widest difference that rounding explains. It keeps a sum
            from being doubted; only a sum to the cent proves anything.
    """
    slack = Decimal(tolerance)
    net, tax, total = (amount(extraction, name) for name in SUMMED)
    held, added = _aside(extraction)
    offs = (held - added, held, -added, NOTHING)
    if net is not None and tax is not None and total is not None:
        whole = net + tax
        gap = min(abs(whole - off - total) for off in offs)
        if gap > slack:
            facts = {"net": str(net), "tax": str(tax), "withheld": str(abs(held)), "total": str(total)}
            yield Finding("V030", "doubt", "total", facts)
            yield Doubted(("net", "tax"))
        subjects = SUMMED if whole - total in (held, NOTHING) else (*SUMMED, "disbursed")
        if abs(tax) > abs(net):
            yield Finding("V034", "doubt", "tax", {"net": str(net), "tax": str(tax)})
            yield Doubted(("net",))
        elif gap == 0 and apart(extraction, subjects) and _borne_out(extraction, net, tax):
            yield Proof(subjects, "sum")
    elif net is not None and total is not None and min(abs(net - off - total) for off in offs) > slack:
        yield Finding("V036", "doubt", "total", {"net": str(net), "total": str(total)})
        yield Doubted(("net",))
    yield from _left_to_pay(extraction, slack)
    if net is not None and net == total and tax is None and _untaxed(extraction, net):
        yield Proof(("net", "total"), "sum")
    if _handed_over(extraction):
        yield Proof(("total",), "sum")


def _aside(extraction: Extraction) -> tuple[Decimal, Decimal]:
    """What was withheld, given back in a credit note; and what was paid on the customer's behalf."""
    held, total = abs(amount(extraction, "withheld") or NOTHING), amount(extraction, "total")
    return held.copy_sign(total or NOTHING), amount(extraction, "disbursed") or NOTHING


def _untaxed(extraction: Extraction, net: Decimal) -> bool:
    """Whether lines make an amount that is printed both as the net amount and as the total: no tax is due."""
    return _itemised(extraction, net) and sure(extraction, ("total",)) and apart(extraction, ("net", "total"))


def _borne_out(extraction: Extraction, net: Decimal, tax: Decimal) -> bool:
    """Whether more than their sum speaks for net, tax and total: labels, or what net and tax are made of.

    Three amounts add up by chance, too: those of one rate out of several do.
    """
    if net and sure(extraction, SUMMED) and _rates_agree(extraction, tax):
        return True
    left = amount(extraction, "payable") == amount(extraction, "total") and sure(extraction, ("payable",))
    return (left or sure(extraction, ("total",))) and (
        _broken_down(extraction, tax) or _itemised(extraction, net)
    )


def _broken_down(extraction: Extraction, tax: Decimal) -> bool:
    """Whether printed rates make amounts of printed bases to the cent, and these amounts are the tax.

    The bases need not be the net amount: a part of it may bear no tax.
    """
    lines = extraction.tax_breakdown
    return (
        any(Decimal(line.amount) for line in lines)
        and _rates_agree(extraction, tax)
        and sum(Decimal(line.amount) for line in lines) == tax
    )


def _itemised(extraction: Extraction, net: Decimal) -> bool:
    """Whether at least two lines make the net amount to the cent."""
    return len(extraction.lines) > 1 and net in _line_sums(extraction)


def _line_sums(extraction: Extraction) -> list[Decimal]:
    """What the lines make; of a correction that lists both, also those after it less those before it."""
    amounts = [Decimal(line.amount) for line in extraction.lines if line.amount]
    cuts = range(1, len(amounts)) if extraction.kind == "credit-note" else ()
    parted = [sum(amounts[cut:], -sum(amounts[:cut], Decimal(0))) for cut in cuts]
    return [sum(amounts, Decimal(0)), *parted] if amounts else []


def _rates_agree(extraction: Extraction, tax: Decimal) -> bool:
    """Whether the printed rates, if any, make the tax to the cent."""
    lines = extraction.tax_breakdown
    if any(abs(_due(line) - Decimal(line.amount)) > CENT for line in lines):
        return False
    amounts = [Decimal(line.amount) for line in lines]
    repeated = bool(amounts) and sum(amounts[:-1]) == amounts[-1] == tax  # the last row is the sum
    return not amounts or sum(amounts) == tax or repeated


def _due(line: TaxLine) -> Decimal:
    """What a rate makes of its base, rounded to a cent."""
    return (Decimal(line.base) * Decimal(line.rate) / 100).quantize(CENT, ROUND_HALF_UP)


def _handed_over(extraction: Extraction) -> bool:
    """Whether the total of a receipt is what was paid less the change, each at a place of its own."""
    total, paid, back = (amount(extraction, name) for name in TILL)
    if total is None or paid is None or back is None or paid - back != total:
        return False
    return apart(extraction, TILL) and sure(extraction, ("total",))


def _left_to_pay(extraction: Extraction, slack: Decimal) -> Iterator[Finding]:
    """The total less what was prepaid is payable; what is not in the total yet is taken off or added."""
    total, payable = amount(extraction, "total"), amount(extraction, "payable")
    prepaid = abs(amount(extraction, "prepaid") or NOTHING)
    if total is None or payable is None:
        return
    held, added = _aside(extraction)
    pending = list(itertools.product((held, NOTHING), (added, NOTHING)))
    net, tax = amount(extraction, "net"), amount(extraction, "tax")
    if net is not None and tax is not None:
        told = [(off, on) for off, on in pending if net + tax - (held - off) + (added - on) == total]
        pending = told or pending
    if min(abs(total - prepaid - off + on - payable) for off, on in pending) > slack:
        facts = {"total": str(total), "prepaid": str(prepaid), "payable": str(payable)}
        yield Finding("V031", "doubt", "payable", facts)


def breakdown(
    extraction: Extraction,
    known: Known,  # noqa: ARG001 - one shape for all
    *,
    tolerance: str = "0.05",
) -> Iterator[Finding | Doubted]:
    """Each rate makes its amount of its base, and the amounts make the tax.

    Args:
        extraction: With its tax breakdown.
        known: Not asked.
        tolerance: The widest difference that rounding of the lines explains.
    """
    tax = amount(extraction, "tax")
    if tax is None or not extraction.tax_breakdown:
        return
    for line in extraction.tax_breakdown:
        if abs(_due(line) - Decimal(line.amount)) > Decimal(tolerance):
            facts = {"base": line.base, "rate": line.rate, "due": str(_due(line)), "amount": line.amount}
            yield Finding("V033", "doubt", "tax", facts)
            yield Doubted(("net",))
    amounts = [Decimal(line.amount) for line in extraction.tax_breakdown]
    if not any(abs(sum(some) - tax) <= Decimal(tolerance) for some in (amounts, amounts[-1:])):
        yield Finding("V032", "doubt", "tax_breakdown", {"tax": str(tax), "sum": str(sum(amounts))})


def lines_sum(extraction: Extraction, known: Known, *, tolerance: str = "0.05") -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """The lines make the net amount, or the total where prices hold the tax.

    A doubt where each line is made of its quantity and price; else a note.

    Args:
        extraction: With its lines.
        known: Not asked.
        tolerance: The widest difference that rounding of the lines explains.
    """
    sums = _line_sums(extraction)
    names = ("net", "total")
    wanted = [value for name in names if (value := amount(extraction, name)) is not None]
    wanted += [wanted[0] + _aside(extraction)[1]] if wanted else []  # what was laid out may be a line
    if sums and wanted and min(abs(made - value) for made in sums for value in wanted) > Decimal(tolerance):
        severity: Severity = "doubt" if _whole(extraction) else "note"
        yield Finding("V040", severity, "lines", {"sum": str(sums[0]), "net": str(wanted[0])})


def _whole(extraction: Extraction) -> bool:
    """Whether quantity and price make every line, and nothing printed parts their sum from the net amount.

    The lines were read rightly then, and it is the paper that does not add up,
    or lacks a line; otherwise one may have been misread.
    """
    return "lines" not in extraction.witnessed and all(map(_made, extraction.lines))


def _made(line: InvoiceLine) -> bool:
    """Whether quantity and price make the amount of a line."""
    if not (line.quantity and line.unit_price and line.amount):
        return False
    due = Decimal(line.quantity) * Decimal(line.unit_price)
    return due.quantize(CENT, ROUND_HALF_UP) == Decimal(line.amount)
