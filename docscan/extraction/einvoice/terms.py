"""What an e-invoice states, in the words and forms that records use.

A syntax is a table of paths and a few functions; what is found at the paths is
brought into the forms of records here, the same for all.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from docscan.extraction import identifiers, values
from docscan.extraction.einvoice.markup import Node, text, texts
from docscan.frozen import dataclass
from docscan.model import InvoiceLine, Statement, TaxLine

INVOICE, CREDIT_NOTE = "invoice", "credit-note"
# UNTDID 1001: credit notes for goods, for financial adjustments, self-billed, factored, of a forwarder
CREDIT_CODES = frozenset({"81", "83", "261", "296", "308", "381", "396", "420", "458", "532"})
AMOUNTS = frozenset({"net", "tax", "withheld", "disbursed", "total", "prepaid", "payable"})
MOST_PLACES = 6  # of a unit price
HIGHEST = Decimal(10) ** values.MOST_DIGITS
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")

Paths = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Einvoice:
    """An e-invoice as parsed.

    Attributes:
        source: The name of the file it came in.
        kind: `invoice` or `credit-note`.
        statements: Of one field there may be several, such as two bank accounts.
    """

    source: str
    kind: str
    statements: tuple[Statement, ...] = ()
    tax_breakdown: tuple[TaxLine, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Syntax:
    """How one kind of e-invoice is read.

    Attributes:
        kind: Tells `invoice` from `credit-note`.
        paths: Of each field, where it stands; the first path with a text holds.
        more: Further statements (field and text as found), for what no path tells.
        taxes: The tax breakdown.
        lines: The lines.
    """

    kind: Callable[[Node], str]
    paths: Paths
    more: Callable[[Node], Iterable[tuple[str, str]]]
    taxes: Callable[[Node], Iterable[TaxLine]]
    lines: Callable[[Node], Iterable[InvoiceLine]]


def stated(root: Node, syntax: Syntax, source: str) -> Einvoice:
    """All that an e-invoice states.

    Args:
        root: Of the invoice.
        syntax: How it is read.
        source: The name of the file it came in.
    """
    currency = text(root, *syntax.paths.get("currency", ()))
    found = [*_at_paths(root, syntax.paths, currency), *syntax.more(root)]
    statements = dict.fromkeys(
        Statement(subject, value, raw, "einvoice", source)
        for subject, raw in found
        if (value := normalised(subject, raw))
    )
    return Einvoice(
        source, syntax.kind(root), tuple(statements), tuple(syntax.taxes(root)), tuple(syntax.lines(root))
    )


def _at_paths(root: Node, paths: Paths, currency: str) -> Iterator[tuple[str, str]]:
    """Each field with its text; all texts of tax ids and accounts, of which a party may have several."""
    for subject, places in paths.items():
        found = [hit for path in places for hit in texts(root, path)]
        if subject in AMOUNTS:  # BT-110 stands beside BT-111, the same tax in another currency
            found.sort(key=lambda hit: hit[0].get("currencyID", currency) != currency)
        several = subject == "iban" or subject.endswith("tax_id")
        yield from ((subject, said) for _, said in (found if several else found[:1]))


def normalised(subject: str, raw: str) -> str:
    """A value in the form in which records hold that field; empty when it is none."""
    if subject in AMOUNTS:
        return amount(raw)
    if subject.endswith("_date"):
        return day(raw)
    if subject == "iban" or subject.endswith("tax_id"):
        return identifiers.compact(raw)
    return raw.upper() if subject == "currency" else raw


def decimal(raw: str) -> Decimal | None:
    """A number as XML has it; None when it is none, or larger than any amount."""
    try:
        value = Decimal(raw.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < HIGHEST else None


def amount(raw: str) -> str:
    """An amount with two places; empty when it is none."""
    value = decimal(raw)
    return "" if value is None else values.money(value)


def number(raw: str, least: int = 0) -> str:
    """A number without idle noughts, but with at least so many places; empty when it is none."""
    value = decimal(raw)
    if value is None:
        return ""
    whole, _, places = f"{round(value, MOST_PLACES):f}".partition(".")
    places = places.rstrip("0").ljust(least, "0")
    return f"{whole}.{places}" if places else whole


def day(raw: str) -> str:
    """A day as ISO 8601, from `2026-03-12`, a time of that day, or `20260312`; empty when it is none."""
    match = _DAY.match(raw.strip())
    try:
        return date(*(int(part) for part in match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def tax_line(tax: str, rate: str, base: str, due: str) -> Iterator[TaxLine]:
    """A line of the breakdown, if base and tax are amounts; no rate is a rate of 0."""
    if amount(base) and amount(due):
        yield TaxLine(tax, number(rate) or "0", amount(base), amount(due))


def line(description: str, quantity: tuple[str, str], price: str, rate: str, total: str) -> InvoiceLine:
    """A line of the invoice.

    Args:
        description: What was sold.
        quantity: How much, and the unit as the standard codes it.
        price: Of one unit.
        rate: Of the tax, in percent; any other text is none.
        total: Of the line.
    """
    much, unit = quantity
    return InvoiceLine(description, number(much), unit, number(price, 2), number(rate), amount(total))


def address(node: Node, base: str, streets: Sequence[str], town: Sequence[str]) -> str:
    """An address on one line: streets, then postcode and town.

    Args:
        node: Where the path begins.
        base: The path of the address.
        streets: What stands before the town, each path a part.
        town: Postcode and town.
    """
    parts = [text(node, f"{base}/{path}") for path in streets]
    parts.append(" ".join(filter(None, (text(node, f"{base}/{path}") for path in town))))
    return ", ".join(filter(None, parts))
