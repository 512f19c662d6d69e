"""Sources side by side: what e-invoices and codes state, and what the page says.

The most trusted source that speaks of a field gives its value: an e-invoice,
else a code, else the print. What each of them says is kept beside it, marked
with whether it agrees, so that a check can prove the field or doubt it.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from rapidfuzz import fuzz

from docscan.extraction import identifiers, values
from docscan.extraction.einvoice import CREDIT_NOTE, INVOICE, Einvoice
from docscan.extraction.rows import Row
from docscan.frozen import dataclass
from docscan.model import Extraction, Field, Origin, Statement, TaxLine
from docscan.schema import Property, Schema

PRINT = "page"  # the source that print is
# An XML states what its sender booked; a code was read with its error correction, by a machine for machines.
CONFIDENCE = {"einvoice": 0.99, "code": 0.97}
SAME_NAME = 92  # of 100: one misread letter in a dozen
LEAST_SIGNS = 5  # of a value that is looked for anywhere on the page: a shorter one stands there by chance
_NAMED = frozenset({"name", "address"})
_FOUND_ANYWHERE = frozenset({"tax-id", "iban", "number", "name", "text"})


@dataclass(frozen=True, slots=True)
class Sources:
    """What speaks of a document.

    Attributes:
        rows: Its print.
        einvoices: That came with it, the most trusted first.
        codes: What its codes state.
        kind: What the print looks like.
    """

    rows: Sequence[Row]
    einvoices: Sequence[Einvoice]
    codes: Sequence[Statement]
    kind: str


def joined(found: Extraction, sources: Sources, schema: Schema) -> Extraction:
    """The extraction with what all sources say.

    Args:
        found: As extracted from the print.
        sources: What else speaks of the document.
        schema: Of its kind; only its fields are given.
    """
    stated = [*itertools.chain.from_iterable(one.statements for one in sources.einvoices), *sources.codes]
    if not stated:
        return found
    fields, statements = dict(found.fields), list(_of_kind(sources))
    for item in schema.properties:
        about = [one for one in stated if one.subject == item.name]
        if about:
            said = tuple(_compared(item, about, found, sources.rows))
            statements += said
            fields[item.name] = _given(item, said, found.fields.get(item.name))
    first = sources.einvoices[0] if sources.einvoices else None
    breakdown = (first.tax_breakdown if first else ()) or found.tax_breakdown
    return replace(
        found,
        fields={item.name: fields[item.name] for item in schema.properties if item.name in fields},
        lines=(first.lines if first else ()) or found.lines,
        tax_breakdown=breakdown,
        missing=tuple(name for name in schema.required if name not in fields),
        statements=(*statements, *_of_breakdown(first, found.tax_breakdown)),
    )


def _compared(
    item: Property, about: Sequence[Statement], found: Extraction, rows: Sequence[Row]
) -> Iterator[Statement]:
    """One statement of each source: first the one that gives the value, then whether the others agree."""
    own = found.fields.get(item.name)
    first = [one for one in about if one.source == about[0].source]
    lead = next((one for one in first if own and same(item.type, one.value, str(own.value))), first[0])
    yield lead
    for source in dict.fromkeys(one.source for one in about if one.source != lead.source):
        others = [one for one in about if one.source == source]
        agreeing = next((one for one in others if same(item.type, one.value, lead.value)), None)
        yield agreeing or replace(others[0], agrees=False)
    yield from _in_print(item, lead, found, rows)


def _in_print(item: Property, lead: Statement, found: Extraction, rows: Sequence[Row]) -> Iterator[Statement]:
    """What the print says of a field, if anything.

    A number or name that stands on the page, and was not read as another field,
    is said by the print even where reading took another for it. Amounts and
    dates are too many on a page for that, and of two accounts one is wrong.
    """
    own = found.fields.get(item.name)
    if own is not None and same(item.type, lead.value, str(own.value)):
        yield _said(item.name, own, agrees=True)
        return
    other_account = own is not None and item.type == "iban" and identifiers.iban_valid(str(own.value))
    taken = {str(field.value) for name, field in found.fields.items() if name != item.name}
    anywhere = item.type in _FOUND_ANYWHERE and lead.value not in taken and not other_account
    if anywhere and (place := _standing(lead.value, rows)):
        yield _standing_there(lead, place)
    elif own is not None:
        yield _said(item.name, own, agrees=False)


def _standing_there(lead: Statement, place: tuple[Row, int, int]) -> Statement:
    """The print's statement of a value that stands at a place."""
    row, begin, end = place
    raw = " ".join(word.text for word in row.words[begin:end])
    origin: Origin = "ocr" if row.origin_ocr else "textlayer"
    return Statement(lead.subject, lead.value, raw, origin, PRINT, row.page, row.span_box(begin, end))


def _said(subject: str, own: Field, *, agrees: bool) -> Statement:
    return Statement(subject, str(own.value), own.raw, own.origin, PRINT, own.page, own.box, agrees)


def _given(item: Property, said: Sequence[Statement], own: Field | None) -> Field:
    """The field: the first statement's value, with the place in the print where that agrees."""
    lead, printed = said[0], next((one for one in said if one.source == PRINT and one.agrees), None)
    sure = CONFIDENCE[lead.origin]
    if printed is None:
        return Field(lead.value, lead.raw, sure, "read", lead.origin, lead.page, lead.box)
    # a text is spelt best by those who wrote it; signs and prefixes are given as printed
    spelt = lead if lead.origin == "einvoice" and item.type in _NAMED | {"text", "number"} else printed
    value, origin = spelt.value, printed.origin if spelt.value == printed.value else lead.origin
    sure = max(sure, own.confidence) if own else sure
    return Field(value, printed.raw, sure, "read", origin, printed.page, printed.box)


def same(kind: str, one: str, other: str) -> bool:
    """Whether two sources say the same.

    Args:
        kind: The type of the field, as schemas name it.
        one: What one source says, normalised.
        other: What the other says.
    """
    if one == other:
        return True
    if kind == "amount":  # a credit note's amounts are negative here and positive there
        return abs(Decimal(one)) == abs(Decimal(other))
    if kind in ("date", "currency"):
        return False
    longer, shorter = sorted((_bare(one), _bare(other)), key=len, reverse=True)
    if kind in ("tax-id", "iban"):  # with its country or without
        return longer == shorter or (longer[:2].isalpha() and longer[2:] == shorter)
    if kind in _NAMED and len(shorter) >= LEAST_SIGNS:
        return shorter in longer or _misread(shorter, longer) or _words_within(kind, one, other)
    return longer == shorter


def _misread(one: str, other: str) -> bool:
    """Whether two names differ by a letter or so; figures are not misread for one another lightly."""
    figures = ["".join(filter(str.isdigit, text)) for text in (one, other)]
    return figures[0] == figures[1] and fuzz.ratio(one, other) >= SAME_NAME


def _words_within(kind: str, one: str, other: str) -> bool:
    """Whether one address has all words of the other, in whatever order."""
    words = [set(values.plain(text).replace(",", " ").split()) for text in (one, other)]
    return kind == "address" and (words[0] <= words[1] or words[1] <= words[0])


def _bare(text: str) -> str:
    return "".join(sign for sign in values.plain(text) if sign.isalnum())


def _standing(value: str, rows: Iterable[Row]) -> tuple[Row, int, int] | None:
    """Where whole words of a row make up a value."""
    wanted = _bare(value)
    if len(wanted) < LEAST_SIGNS:
        return None
    for row in rows:
        bare = [_bare(word.text) for word in row.words]
        if wanted not in "".join(bare):
            continue
        for begin in range(len(bare)):
            joined_words = ""
            for end in range(begin, len(bare)):
                joined_words += bare[end]
                if joined_words == wanted:
                    return row, begin, end + 1
                if len(joined_words) >= len(wanted):
                    break
    return None


def _of_kind(sources: Sources) -> Iterator[Statement]:
    """What e-invoices and print say of the kind, where one says invoice and another credit note."""
    kinds = [(einvoice.kind, einvoice.source) for einvoice in sources.einvoices]
    if sources.kind in (INVOICE, CREDIT_NOTE):
        kinds.append((sources.kind, PRINT))
    for kind, source in kinds if len({kind for kind, _ in kinds}) > 1 else ():
        origin: Origin = "textlayer" if source == PRINT else "einvoice"
        yield Statement("kind", kind, kind, origin, source, agrees=kind == kinds[0][0])


def _of_breakdown(first: Einvoice | None, printed: Sequence[TaxLine]) -> Iterator[Statement]:
    """What e-invoice and print say of the tax breakdown, where both have one."""
    if first is None or not first.tax_breakdown or not printed:
        return
    stated, read = _told(first.tax_breakdown), _told(printed)
    yield Statement("tax_breakdown", stated, stated, "einvoice", first.source)
    yield Statement("tax_breakdown", read, read, "textlayer", PRINT, agrees=stated == read)


def _told(lines: Iterable[TaxLine]) -> str:
    """A tax breakdown in words; signs are left out, as a credit note may print none."""
    rows = {f"{line.rate} %: {line.base.lstrip('-')} / {line.amount.lstrip('-')}" for line in lines}
    return ", ".join(sorted(rows))
