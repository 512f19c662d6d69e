"""The currency of a document: as printed, or as its country has it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from docscan.extraction.candidates import Candidate, Sheet, currencies, unlabelled

IMPLIED = 0.75  # a currency that nothing says but the country

# What only one country's paper says: Spain's ids and taxes, Germany's and Austria's tax, Poland's tax id.
_OF_COUNTRY = (
    (re.compile(r"(?<!\w)(?:IGIC|IPSI|IRPF|N\.?I\.?F\.?|C\.?I\.?F\.?)(?!\w)"), "EUR"),
    (re.compile(r"(?<!\w)(?:USt|U\.St|MwSt)(?![a-z])"), "EUR"),
    (re.compile(r"(?<!\w)(?:NIP|KSeF)(?!\w)"), "PLN"),
)


def chosen(sheet: Sheet, total: Candidate | None) -> Candidate | None:
    """The only currency printed, or that beside the total, or that beside most amounts, or the country's.

    Args:
        sheet: The document.
        total: What was taken for its total.
    """
    counted: dict[str, list[Candidate]] = {}
    for item in printed(sheet):
        counted.setdefault(item.value, []).append(item)
    if total and total.currency and len(counted) > 1:
        return replace(total, value=total.currency, score=min(1.0, total.score + 0.1))
    if not counted:
        return of_country(sheet)
    code, items = max(counted.items(), key=lambda pair: len(pair[1]))
    share = len(items) / sum(len(others) for others in counted.values())
    return replace(items[0], value=code, score=0.9 * share)


def printed(sheet: Sheet) -> Iterator[Candidate]:
    """Every currency beside an amount, and the first named in each row."""
    yield from (replace(item, value=item.currency) for item in sheet.amounts if item.currency)
    yield from unlabelled(sheet.rows, currencies)


def of_country(sheet: Sheet) -> Candidate | None:
    """The currency of the one country whose words are printed; None for words of two, or of none."""
    found: dict[str, Candidate] = {}
    for row in sheet.rows:
        for pattern, code in _OF_COUNTRY:
            if (match := pattern.search(row.text)) and code not in found:
                at = row.words_at(*match.span())
                found[code] = Candidate(code, match.group(), row, *at, score=IMPLIED)
    return next(iter(found.values())) if len(found) == 1 else None
