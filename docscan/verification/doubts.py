"""Checks of the reading itself: is the kind sure, and what was put right that was misread."""

import re
from collections.abc import Iterator

from docscan.model import Extraction, Finding, Known, Repair
from docscan.verification.calibration import SCORED

# Proofs of repairs that are none, with their codes: a label against a sum, the rate of what was withheld,
# another amount to pay.
AGAINST = {"label": "V112", "rate": "V035", "rival": "V037"}
EITHER = ("en", "")  # languages in which the month may go first,
MONTHS = 12
MONTH_FIRST = ("USD", "CAD", "")  # unless the money is of a country where it never does
REGISTERED = ("invoice", "credit-note")  # what is entered in a register of invoices
REGISTER = ("invoice_number", "issue_date", "supplier_name", "supplier_tax_id", "net", "tax", "total")
_NUMERIC = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
# The phrase that says what a repair was proven by, in the reader's language.
PHRASES = {"digits": "@N110", "sum": "@N111", "again": "@N112", "calendar": "@N113"}


def kind(extraction: Extraction, known: Known, *, minimum: float = 0.55) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """More speaks for the kind of the document than against it.

    Args:
        extraction: With its kind.
        known: Not asked.
        minimum: From 0 to 1; a kind as sure as this is doubted still.
    """
    if extraction.kind_confidence <= minimum:
        sure = str(round(100 * extraction.kind_confidence))
        yield Finding("V090", "doubt", "", {"kind": extraction.kind, "confidence": sure})


def day_or_month(extraction: Extraction, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """A date in English tells its day from its month: `02/01/2026` is another day in London than in Boston.

    Another date of the document settles it, with a figure above twelve, and so
    does the money of a country that writes the day first, or an e-invoice or a
    code that says the same.
    """
    printed = {
        name: figures
        for name, field in extraction.fields.items()
        if field.origin in SCORED and (figures := _NUMERIC.fullmatch(field.raw.strip()))
    }
    money = extraction.fields.get("currency")
    open_order = extraction.language in EITHER and (money is None or money.value in MONTH_FIRST)
    if not open_order or any(int(part) > MONTHS for one in printed.values() for part in one.groups()[:2]):
        return
    heard = {one.subject for one in extraction.statements if one.agrees and one.origin not in SCORED}
    for name, figures in printed.items():
        first, second, _ = figures.groups()
        if int(first) != int(second) and name not in heard:
            value = str(extraction.fields[name].value)
            other = f"{value[:5]}{value[8:]}-{value[5:7]}"
            yield Finding("V055", "doubt", name, {"field": name, "date": value, "other": other})


def register_book(extraction: Extraction, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """All is there that a register of invoices received asks for.

    Spain: number, date, name and tax id of the issuer, base, rate and tax (RD
    1624/1992, article 64.4). Without tax there is no rate to ask for.
    """
    if extraction.kind not in REGISTERED:
        yield Finding("V131", "doubt", "", {"kind": extraction.kind})
        return
    for name in REGISTER:
        if name not in extraction.fields:
            yield Finding("V130", "doubt", name, {"field": name})
    tax = extraction.fields.get("tax")
    untaxed = tax is not None and not str(tax.value).strip("-0.")
    if not untaxed and not any(line.rate for line in extraction.tax_breakdown):
        yield Finding("V130", "doubt", "tax_breakdown", {"field": "tax_breakdown"})


def repairs(extraction: Extraction, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """A value that was misread is shown with both readings; of several readings a person has to tell.

    So has a person where the page speaks against a value.
    """
    for repair in extraction.repairs:
        field = extraction.fields.get(repair.subject)
        if field is None or field.raw != repair.read:  # another source gave the value since
            continue
        if repair.proof in AGAINST:
            named = {"value": str(field.value), "named": ", ".join(repair.readings)}
            yield Finding(AGAINST[repair.proof], "doubt", repair.subject, {"field": repair.subject} | named)
            continue
        facts = {"field": repair.subject, "read": repair.read, "proof": PHRASES[repair.proof]}
        if len(repair.readings) > 1:
            yield Finding("V111", "doubt", repair.subject, facts | {"readings": ", ".join(repair.readings)})
        elif field.value == repair.readings[0]:
            yield Finding("V110", "note", repair.subject, facts | {"value": repair.readings[0]})


def own_proofs(repaired: tuple[Repair, ...]) -> dict[str, str]:
    """For each repaired field the proof that repaired it, which does not verify it as well."""
    return {repair.subject: repair.proof for repair in repaired}
