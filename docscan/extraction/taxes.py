"""The tax breakdown: what each rate makes of its base, from a table or from rows that say it themselves."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from docscan.extraction.candidates import Candidate, added, amounts
from docscan.extraction.rows import Row
from docscan.extraction.surcharge import surcharged
from docscan.extraction.tables import Table, rate, tables
from docscan.model import Field, TaxLine
from docscan.schema import Property

ROUNDED = Decimal("0.02")  # between a tax and what its rate makes of the base, each line rounded by itself
MONEY = 0.4  # the least certainty of an amount: money, not a number of things
TITLE_ROWS = 2  # over the head of a table, where its title names the tax

# The taxes on sales of the four languages' countries by the names they are printed under;
# a Polish receipt's `PTU` is VAT, and German `MwSt.` is the everyday name of `USt.`.
_NAMES = (
    (re.compile(r"(?<!\w)(?:I\.?V\.?A\.?)(?!\w)", re.IGNORECASE), "IVA"),
    (re.compile(r"(?<!\w)I\.?G\.?I\.?C\.?(?!\w)", re.IGNORECASE), "IGIC"),
    (re.compile(r"(?<!\w)IPSI(?!\w)"), "IPSI"),
    (
        re.compile(r"(?<!\w)(?:U\.?St|MwSt)(?![\w-]|\.?-?\s?Id)|(?:Umsatz|Mehrwert)steuer(?!-?\s?id)", re.I),
        "USt",
    ),
    (re.compile(r"(?<!\w)(?:VAT(?! (?:n|id|reg))|PTU)(?!\w)", re.IGNORECASE), "VAT"),
    (re.compile(r"(?<!\w)GST(?!\w)"), "GST"),
    (re.compile(r"(?<!\w)TVA(?!\w)"), "TVA"),
)
_WITHHELD = re.compile(
    r"(?<!\w)(?:IRPF|retenci[oó]n|retefuente|ritenuta)", re.IGNORECASE
)  # taken off, not added
_EXEMPT = re.compile(
    r"(?<!\w)(?:exent[oa]s?|no sujet[oa]|exempt|zwolnion|zw\.|steuerfrei|steuerbefreit|exonér)", re.IGNORECASE
)
_PERCENT = re.compile(r"(?<![\d.,])\d{1,2}(?:[.,]\d{1,2})? ?%")


def tax_lines(rows: tuple[Row, ...], prop: Property, fields: Mapping[str, Field]) -> tuple[TaxLine, ...]:
    """Every rate with its base and amount.

    Args:
        rows: Of the whole document.
        prop: The table `tax_breakdown` of a schema.
        fields: As decided; lines that add up to their net and tax are kept even
            when a rate makes another amount, so that it can be doubted.
    """
    whole = tuple(str(fields[name].value) if name in fields else "" for name in ("net", "tax"))
    tabled = [list(_of_table(rows, table)) for table in tables(rows, prop)]
    found = [line for lines in tabled for line in lines if _makes(line) or _sums(lines) == whole]
    found = found or list(_said_in_rows(rows))
    return surcharged(rows, tuple(dict.fromkeys(found))) or tuple(_beside_tax(rows, fields))


def levied(rows: tuple[Row, ...], prop: Property, heads: frozenset[int]) -> tuple[TaxLine, ...]:
    """What printed rates make of printed bases, surcharges among it.

    Args:
        rows: Of the whole document.
        prop: The table `tax_breakdown` of a schema.
        heads: The numbers of rows that head a table of lines: it may say the
            tax of each line, and is asked when no other table says any.
    """
    by_head = {
        table.head.index: [line for line in _of_table(rows, table) if _makes(line)]
        for table in tables(rows, prop)
    }
    tabled = [line for at, lines in by_head.items() if at not in heads for line in lines]
    lines = tuple(dict.fromkeys(tabled or _said_in_rows(rows)))
    return surcharged(rows, lines) or tuple(line for lines in by_head.values() for line in lines)


def as_one(lines: Sequence[TaxLine], loose: Sequence[Candidate]) -> Candidate | None:
    """The tax of all rates as the amount it makes, which a paper may leave unsaid; None without a rate.

    Args:
        lines: As levied.
        loose: Every amount on the pages.
    """
    printed = {item.value: item for item in loose}
    items = [printed[line.amount] for line in lines if line.amount in printed]
    return added(items) if items and len(items) == len(lines) else None


def rates(rows: Sequence[Row]) -> set[Decimal]:
    """Every rate printed in a row that names a tax, in percent."""
    return {Decimal(percent) for _, _, percent in _rated(rows) if percent}


def _sums(lines: Sequence[TaxLine]) -> tuple[str, str]:
    """All bases and all amounts."""
    return str(sum(Decimal(line.base) for line in lines)), str(sum(Decimal(line.amount) for line in lines))


def tax_name(text: str) -> str:
    """The tax a text names, such as `IVA`; empty when it names none, or two."""
    found = {name for pattern, name in _NAMES if pattern.search(text)}
    return found.pop() if len(found) == 1 else ""


def _of_table(rows: Sequence[Row], table: Table) -> Iterator[TaxLine]:
    over = rows[max(0, table.head.index - TITLE_ROWS) : table.head.index]
    headed = tax_name(table.head.text) or tax_name(" ".join(row.text for row in over))
    for row, cells in table.body:
        printed = cells.get("tax", "")
        percent = rate(cells.get("rate", ""))
        if cells.get("base") and cells.get("amount") and percent and not _WITHHELD.search(row.text):
            named = tax_name(printed) or tax_name(row.text) or printed or headed
            yield TaxLine(named, percent, cells["base"], cells["amount"])


def _said_in_rows(rows: Sequence[Row]) -> Iterator[TaxLine]:
    """Rows such as `IVA 21% 100,00 21,00`, in which the rate makes one amount of the other."""
    for row, name, percent in _rated(rows):
        money = _money(row)
        for base, amount in itertools.pairwise(money):
            line = TaxLine(name, percent, base, amount)
            if _makes(line):
                yield line
                break


def _beside_tax(rows: Sequence[Row], fields: Mapping[str, Field]) -> Iterator[TaxLine]:
    """The one rate printed beside the tax: of the net amount, or of the part of it that is not exempt."""
    net, tax = fields.get("net"), fields.get("tax")
    single = [(row, name, percent) for row, name, percent in _rated(rows) if len(_money(row)) == 1]
    if net is None or tax is None or len({percent for _, _, percent in single}) != 1:
        return
    for row, name, percent in single:
        beside = row.page == tax.page and row.box.top < tax.box.bottom and tax.box.top < row.box.bottom
        if beside and _money(row) == [tax.value]:
            whole = TaxLine(name, percent, str(net.value), str(tax.value))
            parts = (replace(whole, base=base) for other in rows for base in _money(other))
            part = None if _makes(whole) else next(filter(_makes, parts), None)
            if part or _makes(whole) or not any(_EXEMPT.search(other.text) for other in rows):
                yield part or whole
            return


def _rated(rows: Sequence[Row]) -> Iterator[tuple[Row, str, str]]:
    """Rows that name one tax and one rate."""
    for row in rows:
        percents = _PERCENT.findall(row.text)
        if len(percents) == 1 and (name := tax_name(row.text)):
            yield row, name, rate(percents[0])


def _money(row: Row) -> list[str]:
    return [item.value for item in amounts(row, 0, len(row.words)) if item.score >= MONEY]


def _makes(line: TaxLine) -> bool:
    due = Decimal(line.base) * Decimal(line.rate) / 100
    return abs(due - Decimal(line.amount)) <= ROUNDED
