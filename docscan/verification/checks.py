"""The checks: each looks at an extraction and says what it proves or doubts.

A proof asks for evidence that could have failed: check digits, a second
printing, another source, or a sum (`sums`) of amounts printed in three places.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from docscan.evidence import LEARNED
from docscan.frozen import dataclass
from docscan.model import Extraction, Field, Finding, Known, Severity, Statement
from docscan.verification import digits
from docscan.verification.calibration import DOUBTED, chance

SURE = 0.7  # the least confidence of a field that evidence may prove: its label must stand by it
DISTINCT = 0.5  # the same for a document's number, which is hardly ever printed twice as something else
EARLIEST = date(1990, 1, 1)  # older paper is archive material, and its date worth a look
LATEST = date(2050, 1, 1)  # no paper of today is from then; `2018` misread as `2078` would be

INVOICES = ("invoice", "credit-note")


@dataclass(frozen=True, slots=True)
class Proof:
    """Fields that something independent agrees with.

    Attributes:
        by: What agrees, as `Repair.proof` has it: what put a value right does
            not prove it, nor anything else that was proven together with it.
    """

    subjects: tuple[str, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Doubted:
    """Further fields that a finding speaks against, so that its sentence is said once."""

    subjects: tuple[str, ...]


Said = Iterable[Finding | Proof | Doubted]
Check = Callable[..., Said]


def required(extraction: Extraction, known: Known) -> Iterator[Finding]:  # noqa: ARG001 - one shape for all
    """Fields that the schema requires are there."""
    for name in extraction.missing:
        yield Finding("V010", "doubt", name, {"field": name})


def tax_ids(extraction: Extraction, known: Known) -> Iterator[Finding | Proof]:  # noqa: ARG001 - one shape
    """Check digits of tax ids agree; ids of one repeated digit prove nothing."""
    for name, field in extraction.fields.items():
        if not name.endswith("tax_id") or not isinstance(field.value, str):
            continue
        facts = {"field": name, "value": field.value}
        if digits.repeated(field.value):
            yield Finding("V021", "doubt", name, facts)
        elif digits.tax_id_agrees(field.value):
            if field.confidence >= SURE:
                yield Proof((name,), "digits")
        elif digits.tax_id_disagrees(field.value):
            yield Finding("V020", "doubt", name, facts)


def iban(extraction: Extraction, known: Known) -> Iterator[Finding | Proof]:  # noqa: ARG001 - one shape
    """Check digits of the bank account agree."""
    field = extraction.fields.get("iban")
    if field is None or not isinstance(field.value, str):
        return
    if not digits.iban_agrees(field.value):
        yield Finding("V022", "doubt", "iban", {"value": field.value})
    elif field.confidence >= SURE:
        yield Proof(("iban",), "digits")


def dates(extraction: Extraction, known: Known, *, longest_term: int = 400) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """Nothing falls due before it was issued, nor years later, nor was issued long ago or in years to come.

    Args:
        extraction: With its dates.
        known: Not asked.
        longest_term: Days from issue to due date.
    """
    issued, due = _day(extraction, "issue_date"), _day(extraction, "due_date")
    if issued and issued < EARLIEST:
        yield Finding("V052", "doubt", "issue_date", {"date": issued.isoformat()})
    if issued and issued >= LATEST:
        yield Finding("V054", "doubt", "issue_date", {"date": issued.isoformat()})
    if issued and due:
        facts = {"issued": issued.isoformat(), "due": due.isoformat()}
        if due < issued:
            yield Finding("V050", "doubt", "due_date", facts)
        elif (due - issued).days > longest_term:
            yield Finding("V051", "doubt", "due_date", facts)
    start, end = _day(extraction, "start_date"), _day(extraction, "end_date")
    if start and end and end < start:
        yield Finding("V053", "doubt", "end_date", {"start": start.isoformat(), "end": end.isoformat()})


def parties(extraction: Extraction, known: Known) -> Iterator[Finding | Doubted]:  # noqa: ARG001 - one shape
    """Nobody sells to themselves."""
    for what in ("tax_id", "name"):
        seller, buyer = (_text(extraction, f"{role}_{what}") for role in ("supplier", "customer"))
        if seller and buyer and digits.same(seller, buyer):
            yield Finding("V060", "doubt", f"customer_{what}", {"value": seller})
            yield Doubted((f"supplier_{what}",))


def duplicate_number(extraction: Extraction, known: Known) -> Iterator[Finding]:
    """No record filed earlier has the same invoice number and the same supplier, by tax id or by name."""
    number = _text(extraction, "invoice_number")
    if extraction.kind not in INVOICES or not number:
        return
    suppliers = (_text(extraction, "supplier_tax_id"), _text(extraction, "supplier_name"))
    earlier = next((found for one in suppliers if one and (found := known.same_invoice(one, number))), None)
    if earlier:
        yield Finding("V070", "doubt", "invoice_number", {"number": number, "record": earlier})


def sources(extraction: Extraction, known: Known) -> Iterator[Finding | Proof]:  # noqa: ARG001 - one shape
    """Print, e-invoices, codes and what people taught say the same; two kinds of the first three prove it."""
    for subject in dict.fromkeys(one.subject for one in extraction.statements):
        said = [one for one in extraction.statements if one.subject == subject]
        agreeing = [one for one in said if one.agrees]
        if any(one.source == LEARNED for one in said):
            yield from _taught(subject, agreeing, said)
            continue
        for other in said:
            if not other.agrees:
                yield Finding("V100", _weight(subject), subject, _both(agreeing[0], other))
        if len({one.origin for one in agreeing}) > 1:
            yield Proof((subject,))


def _taught(subject: str, agreeing: Sequence[Statement], said: Sequence[Statement]) -> Iterator[Finding]:
    """What people taught doubts another reading, and is told where it gives the value; it proves nothing."""
    facts = {"field": subject, "value": agreeing[0].value}
    other = next((one for one in said if one.source == LEARNED and not one.agrees), None)
    if other is not None:
        yield Finding("V120", "doubt", subject, facts | {"other": other.value})
    elif agreeing[0].source == LEARNED:
        yield Finding("V121", "note", subject, facts)


def _weight(subject: str) -> Severity:
    """Tables and addresses are laid out in many ways, and a self-billed invoice is titled a credit note."""
    return "note" if subject in ("kind", "tax_breakdown") or subject.endswith("_address") else "doubt"


def _both(statement: Statement, other: Statement) -> dict[str, str]:
    facts = {"field": statement.subject, "value": statement.value, "other": other.value}
    return facts | {"source": _named(statement), "other_source": _named(other)}


def _named(statement: Statement) -> str:
    """The name of a source; the print's is a phrase of the reader's language."""
    return "@N040" if statement.origin in ("ocr", "textlayer") else statement.source


def witnesses(extraction: Extraction, known: Known) -> Iterator[Proof]:  # noqa: ARG001 - one shape
    """What a second place on the pages bears out was read rightly, and its label says what it is."""
    for name in sorted(extraction.witnessed):
        field = extraction.fields.get(name)
        if field is not None and field.confidence >= (DISTINCT if name == "invoice_number" else SURE):
            yield Proof((name,), "again")


def confidence(extraction: Extraction, known: Known, *, minimum: float = 0.84) -> Iterator[Finding]:  # noqa: ARG001 - one shape
    """No field is less likely to be right than this.

    Args:
        extraction: With its fields.
        known: Not asked.
        minimum: The least chance, from 0 to 1.
    """
    for name, field in extraction.fields.items():
        if chance(field) < minimum:
            sure = str(round(100 * DOUBTED * chance(field)))  # as the field will say
            yield Finding("V080", "doubt", name, {"field": name, "confidence": sure})


def amount(extraction: Extraction, name: str) -> Decimal | None:
    """What a field says as an amount; None when it says none."""
    try:
        return Decimal(_text(extraction, name))
    except InvalidOperation:
        return None


def _day(extraction: Extraction, name: str) -> date | None:
    try:
        return date.fromisoformat(_text(extraction, name))
    except ValueError:
        return None


def _text(extraction: Extraction, name: str) -> str:
    field = extraction.fields.get(name)
    return field.value if field is not None and isinstance(field.value, str) else ""


def sure(extraction: Extraction, names: Sequence[str]) -> bool:
    """Whether each field stands by its label."""
    return all(name in extraction.fields and extraction.fields[name].confidence >= SURE for name in names)


def apart(extraction: Extraction, names: Sequence[str]) -> bool:
    """Whether each field stands at a place of its own."""
    fields = [extraction.fields[name] for name in names]
    return not any(_overlap(one, other) for one, other in itertools.combinations(fields, 2))


def _overlap(one: Field, other: Field) -> bool:
    a, b = one.box, other.box
    across = a.left < b.right and b.left < a.right
    return one.page == other.page and across and a.top < b.bottom and b.top < a.bottom
