"""From candidates to fields: what each label announces, decided together."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from docscan.extraction import (
    candidates,
    contested,
    currency,
    mending,
    parties,
    receipts,
    sums,
    taxes,
    values,
)
from docscan.extraction.candidates import Candidate, Sheet, announced, unlabelled
from docscan.extraction.rows import Row
from docscan.model import Field
from docscan.schema import Property, Schema

WEAK = 0.45  # a number by a bare `Nr.` or `Nummer`, less than one under the title
LEAST = 0.3  # a candidate that scores less is not said at all
STRONG = 0.5  # a date by a label of its own scores more: it is said even when it contradicts another
CLOSE = 0.8  # of a score: labels that suit two dates nearly alike leave it to their order
PAYABLE = 0.8  # of a label for what is payable, when it is taken for the total's
LONE = 0.6  # a number without a label
AMOUNTS = ("net", "tax", "withheld", "disbursed", "total", "prepaid", "payable", "tendered", "change")
ENDING = tuple(name for name in AMOUNTS if name != "disbursed")  # a line of an invoice may be called so, too
PARTY_FIELDS = tuple(f"{role}_{what}" for role in parties.ROLES for what in ("tax_id", "name", "address"))

Chosen = dict[str, Candidate]


def fields(sheet: Sheet, schema: Schema) -> dict[str, Field]:
    """The fields of a document that a schema describes, in the schema's order."""
    best = decided(sheet, schema)
    return {item.name: as_field(best[item.name]) for item in schema.properties if item.name in best}


def decided(sheet: Sheet, schema: Schema) -> Chosen:
    """The candidate that each field is taken to be; fields without a likely one are absent."""
    known = {item.name: item for item in schema.properties}
    best: Chosen = {}
    best |= _dates(sheet, known)
    best |= _amounts(sheet, known)
    best |= _parties(sheet, known)
    best |= _singles(sheet, known, best)
    if "currency" in known and (found := currency.chosen(sheet, best.get("total"))):
        labelled = best.get("currency", found)
        if labelled.value == found.value and labelled.score <= found.score:
            best["currency"] = found
    return {name: item for name, item in best.items() if name in known and item.score >= LEAST}


def as_field(item: Candidate) -> Field:
    """A chosen candidate as a field."""
    return Field(
        value=item.value,
        raw=item.raw,
        confidence=max(0.0, min(1.0, item.score * (0.5 + item.legibility / 2))),
        status="read",
        origin="ocr" if item.row.origin_ocr else "textlayer",
        page=item.row.page,
        box=item.box,
    )


def _dates(sheet: Sheet, known: Mapping[str, Property]) -> Chosen:
    """Each date to the field whose label it suits best; of two alike, one in order with the others."""
    read = partial(candidates.dates, order=date_order(sheet))
    offers = [
        (item.score * regional(prop, item, sheet), name, item)
        for name, prop in known.items()
        if prop.type == "date"
        for item in announced(sheet, name, "date", read)
    ]
    chosen: Chosen = {}
    for score, name, item in sorted(offers, key=lambda offer: -offer[0]):
        if name in chosen or item.place in {other.place for other in chosen.values()}:
            continue
        if not in_order(chosen | {name: item}):
            rivals = [
                other
                for worth, field, other in offers
                if field == name and worth >= CLOSE * score and in_order(chosen | {name: other})
            ]
            if rivals or score <= STRONG:
                continue
        chosen[name] = item
    if "issue_date" in known and "issue_date" not in chosen:
        taken = {item.place for item in chosen.values()}
        free = [item for item in unlabelled(sheet.rows, read) if item.place not in taken]
        free = [item for item in free if in_order(chosen | {"issue_date": item})]
        free.sort(key=lambda item: bool(item.mended))
        if free:
            alone = len({item.value for item in free}) == 1
            chosen["issue_date"] = replace(free[0], score=(0.75 if alone else 0.5) * free[0].score)
    if "tendered" in known and "issue_date" in chosen:
        chosen["issue_date"] = mending.outvoted(chosen["issue_date"], unlabelled(sheet.rows, read))
    return chosen


def in_order(chosen: Chosen) -> bool:
    """Whether nothing falls due before it was issued."""
    issued, due = chosen.get("issue_date"), chosen.get("due_date")
    return issued is None or due is None or issued.value <= due.value


def date_order(sheet: Sheet) -> str:
    """`mdy` when some date of the document can only be meant so and none only the other way."""
    orders = set()
    for row in sheet.rows:
        for match in values.NUMERIC_DATE.finditer(row.text):
            found = values.read_date(match.group())
            orders.add(found.order if found else "")
    return "mdy" if "mdy" in orders and "dmy" not in orders else "dmy"


def _amounts(sheet: Sheet, known: Mapping[str, Property]) -> Chosen:
    offers = {name: offered(sheet, name) for name in AMOUNTS if name in known}
    if "tendered" in known:
        return receipts.settle(offers, list(unlabelled(sheet.rows, amounts_and_mended)))
    loose = sheet.amounts if "tax" in known else ()
    table = known.get("tax_breakdown")
    found = sums.settle(offers, loose, taxes.levied(sheet.rows, table, sheet.heads) if table else ())
    if not sums.closes(found):
        found = mending.of_offers(offers, found, taxes.rates(sheet.rows))
    return contested.contested(sheet, found, offers.get("payable", ()))


def offered(sheet: Sheet, name: str) -> list[Candidate]:
    """The amounts that labels announce for a field, the best first; what is payable may be the total."""
    found = _last_counts_more(sheet, announced(sheet, name, "amount", amounts_and_mended))
    if name != "total":
        return found
    payable = [replace(item, score=PAYABLE * item.score) for item in offered(sheet, "payable")]
    return sorted(found + payable, key=lambda item: -item.score)


def sum_rows(sheet: Sheet) -> frozenset[int]:
    """The numbers of the rows in which a label announces a sum, with room for no more than two amounts."""
    announcing = {
        hit.row.index: hit.row for hit in sheet.hits if any(hit.weight_of(n) >= 0.7 for n in ENDING)
    }
    return frozenset(
        index
        for index, row in announcing.items()
        if 1 <= len(list(candidates.amounts(row, 0, len(row.words)))) <= 2
    )


def amounts_and_mended(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """Amounts in a stretch of a row; of what an engine read, also those it misread."""
    yield from candidates.amounts(row, first, last)
    if row.origin_ocr:
        yield from mending.mended_amounts(row, first, last)


def _last_counts_more(sheet: Sheet, items: list[Candidate]) -> list[Candidate]:
    """Sums stand at the end: of two alike the later one is meant."""
    rows = max(1, len(sheet.rows))
    scored = [replace(item, score=item.score * (0.95 + 0.05 * item.row.index / rows)) for item in items]
    return sorted(scored, key=lambda item: -item.score)


def _parties(sheet: Sheet, known: Mapping[str, Property]) -> Chosen:
    chosen: Chosen = {}
    if "supplier_tax_id" in known:
        chosen |= {f"{role}_tax_id": item for role, item in parties.ids(sheet).items()}
    for role in parties.ROLES:
        if f"{role}_name" not in known or not sheet.rows:
            continue
        seller = chosen.get("supplier_name")
        found = parties.name(sheet, role, but=seller, till="tendered" in known)
        if found is None or (seller and found.place == seller.place):
            continue
        chosen[f"{role}_name"] = found
        if f"{role}_address" in known and (place := parties.address(sheet, found)):
            chosen[f"{role}_address"] = place
    return chosen


def _singles(sheet: Sheet, known: Mapping[str, Property], chosen: Chosen) -> Chosen:
    """Fields that stand for themselves: the best candidate by their labels."""
    found: Chosen = {}
    taken = {item.place for name, item in chosen.items() if not name.endswith("_address")}
    offers = [
        (item.score * regional(prop, item, sheet) * _own(sheet, prop, item), name, item)
        for name, prop in known.items()
        if name not in chosen and name not in AMOUNTS + PARTY_FIELDS and _single(prop)
        for item in announced(sheet, name, prop.type, candidates.READERS[prop.type])
    ]
    for score, name, item in sorted(offers, key=lambda offer: -offer[0]):
        if score >= LEAST and name not in found and item.place not in taken:
            found[name] = replace(item, score=score)
            taken.add(item.place)
    if "invoice_number" in known and "invoice_number" not in found:
        found.update(("invoice_number", item) for item in _lone_number(sheet))
    if "iban" in known and "iban" not in found:
        found.update(("iban", replace(item, score=0.7 * item.score)) for item in _lone_iban(sheet))
    return found


def _own(sheet: Sheet, prop: Property, item: Candidate) -> float:
    """Less for a weakly labelled number among a party's particulars: it is the party's."""
    party = prop.type == "number" and item.score < WEAK and parties.standing(sheet, item)
    return 0.4 if party else 1.0


def _single(prop: Property) -> bool:
    return prop.type in candidates.READERS and prop.type != "date"


# Series, year and number: how a program counts its invoices, and hardly anything else.
_NUMBERED = re.compile(r"[A-Z]{1,5}[-/]?(?:19|20)\d{2}[-/]\d{1,6}")


def _lone_number(sheet: Sheet) -> list[Candidate]:
    """The one number with series and year that is printed without a label, as at the foot of a page."""
    items = [
        Candidate(word.text, word.text, row, at, at + 1, LONE)
        for row in sheet.rows
        for at, word in enumerate(row.words)
        if _NUMBERED.fullmatch(word.text)
    ]
    return items[:1] if len({item.value for item in items}) == 1 else []


def _lone_iban(sheet: Sheet) -> list[Candidate]:
    items = list(unlabelled(sheet.rows, candidates.ibans))
    return items[:1] if len({item.value for item in items}) == 1 else []


def regional(prop: Property, item: Candidate, sheet: Sheet) -> float:
    """1 in the part of the page a field is expected in, less elsewhere."""
    if not prop.region:
        return 1.0
    rows = [row for row in sheet.rows if row.page == item.row.page]
    depth = (item.row.index - rows[0].index) / len(rows)
    part = "top" if depth < 0.4 else "bottom" if depth > 0.6 else "middle"
    return 1.0 if part == prop.region else 0.85
