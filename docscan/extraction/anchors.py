"""What people taught of a supplier's documents: where its layout keeps a field.

A person who corrects or confirms a value shows where it stands. From that an
anchor is made, and in the next document of that supplier the value at the
anchored place is one more piece of evidence. It bears out what was read,
fills what is missing, goes before a weak reading, and doubts a strong one.
It proves nothing: what it gives is scored below what a proof asks for, and
check digits and sums outvote it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import groupby

from rapidfuzz import fuzz

from docscan.evidence import LEARNED
from docscan.extraction import identifiers, joining, lookalikes, solve, spots, sums
from docscan.extraction.candidates import Candidate
from docscan.extraction.labels import key
from docscan.extraction.spots import Paper, Spot
from docscan.frozen import dataclass
from docscan.model import Extraction, Field, Page, Statement
from docscan.schema import Property, Schema

TAUGHT = ("date", "amount", "tax-id", "iban", "number", "name", "text")  # types whose values stand in one row
PRINTED = ("ocr", "textlayer")  # the origins of what was read
SCORE = 0.65  # of a value at a place taught: enough to be said, and below what a proof asks for
USUAL = 0.9  # how sure readers are of what has the form of its type; less sure ones lower the score
HIGHEST = 0.69  # to which bearing out alone lifts a score
STRONG = 0.7  # from which a reading is not replaced by what was taught: checks ask as much for a proof
MISREAD = 80  # of 100: a value taught that differs as little from the print was misread there
KEPT = 0.6  # the least likeness of two places of one field


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a person said of one field of one document.

    Attributes:
        record: The document's record.
        subject: The field's name.
        value: What the person left there; None where no such field should be.
        before: As it was read; None where it was not.
        paper: The document.
    """

    record: str
    subject: str
    value: str | None
    before: Field | None
    paper: Paper


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a supplier's documents keep a field.

    Attributes:
        subject: The field's name.
        type: As the schema has it.
        spot: Where it stands.
        shape: How a number looks: `A-9/9` for letters, figures and what is between; else empty.
        records: Those it was learned from, the newest first.
        confirmed: Documents a person looked at in which it finds what the person left.
        contradicted: Those in which it finds something else.
        misread: Places from which a person took another value away.
    """

    subject: str
    type: str
    spot: Spot
    shape: str
    records: tuple[str, ...]
    confirmed: int = 1
    contradicted: int = 0
    misread: tuple[Spot, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it was right more often than wrong."""
        return self.confirmed > self.contradicted


def gathered(lessons: Sequence[Lesson], schema: Schema) -> tuple[Anchor, ...]:
    """What the lessons about one supplier teach together.

    Args:
        lessons: The newest first.
        schema: Of the documents' kind.

    Returns:
        Each place that some lesson shows, counted over all of them: with how
        many it agrees and with how many not, also such as hold no longer.
    """
    types = {item.name: item.type for item in schema.properties}
    found: list[Anchor] = []
    for subject, told in groupby(sorted(lessons, key=lambda one: one.subject), lambda one: one.subject):
        kind, about = types.get(subject, ""), list(told)
        if kind in TAUGHT:
            found += (_counted(anchor, about) for anchor in _distinct(_learned(about, kind)))
    return tuple(found)


def learn(lesson: Lesson, kind: str) -> Anchor | None:
    """The anchor that a lesson shows; None where the value stands nowhere on the pages.

    Args:
        lesson: What a person said.
        kind: The type of the field.
    """
    if (place := _taught(lesson, kind)) is None:
        return None
    spot, item = place
    misread = key(item.value) != key(str(lesson.value))
    return Anchor(
        lesson.subject,
        kind,
        spot,
        shape_of(kind, str(lesson.value) if misread else item.value),
        (lesson.record,),
        misread=tuple(_misread(lesson, item)),
    )


def found_by(anchor: Anchor, paper: Paper) -> tuple[float, Candidate] | None:
    """The value at an anchored place, with how surely that is the place; None where there is none."""
    offers = (
        (spots.likeness(anchor.spot, spot), item)
        for spot, item in paper.standing(anchor.type)
        if shape_of(anchor.type, item.value) == anchor.shape
    )
    return max((offer for offer in offers if offer[0] >= KEPT), key=lambda offer: offer[0], default=None)


def apply(
    extraction: Extraction, pages: Sequence[Page], anchors: Iterable[Anchor], schema: Schema
) -> Extraction:
    """The extraction with what the anchors of its supplier say.

    Args:
        extraction: As extracted, not yet checked.
        pages: The document.
        anchors: Of its supplier.
        schema: Of its kind.

    Returns:
        The extraction; each field an anchor spoke of has statements of what was
        read and what was taught.
    """
    paper = spots.paper_of(pages)
    known = {item.name: item for item in schema.properties}
    held = [anchor for anchor in anchors if anchor.holds and anchor.subject in known]
    for subject, about in groupby(sorted(held, key=lambda one: one.subject), lambda one: one.subject):
        if best := _best(list(about), paper):
            extraction = _with(extraction, known[subject], *best, paper)
    ordered = {
        item.name: extraction.fields[item.name]
        for item in schema.properties
        if item.name in extraction.fields
    }
    return replace(
        extraction, fields=ordered, missing=tuple(name for name in extraction.missing if name not in ordered)
    )


def shape_of(kind: str, value: str) -> str:
    """How a number looks: `A-9/9` of `RE-2026/0117`; empty for other types, which have forms of their own."""
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", value)) if kind == "number" else ""


def _learned(lessons: Iterable[Lesson], kind: str) -> Iterator[Anchor]:
    for lesson in lessons:
        if anchor := learn(lesson, kind):
            yield anchor


def _distinct(anchors: Iterable[Anchor]) -> list[Anchor]:
    """Each place once, with all records that show it and all places that were misread for it."""
    kept: list[Anchor] = []
    for anchor in anchors:
        for at, other in enumerate(kept):
            if other.shape == anchor.shape and spots.likeness(other.spot, anchor.spot) >= KEPT:
                records, misread = other.records + anchor.records, other.misread + anchor.misread
                kept[at] = replace(other, records=records, misread=misread)
                break
        else:
            kept.append(anchor)
    return kept


def _counted(anchor: Anchor, lessons: Iterable[Lesson]) -> Anchor:
    right = wrong = 0
    for lesson in lessons:
        if found := found_by(anchor, lesson.paper):
            place = _taught(lesson, anchor.type)
            same = place is not None and _overlap(place[1], found[1])
            same = same or _exactly(anchor.type, lesson.value or "", found[1].value)
            right, wrong = right + same, wrong + (not same)
    return replace(anchor, confirmed=right, contradicted=wrong)


def _taught(lesson: Lesson, kind: str) -> tuple[Spot, Candidate] | None:
    """Where the value that a person left stands: what is read as it, or was misread there.

    Of several places the one that was read before, else one with words beside
    it, else over it; of these the first, of amounts the last: sums stand at the end.
    """
    if not lesson.value:
        return None
    offers = lesson.paper.standing(kind)
    exact = [offer for offer in offers if _exactly(kind, lesson.value, offer[1].value)]
    alike = exact or [offer for offer in offers if _misprinted(lesson, kind, offer[1])]

    def telling(offer: tuple[Spot, Candidate]) -> tuple[bool, bool, bool, int]:
        spot, item = offer
        order = item.row.index if kind == "amount" else -item.row.index
        return _at(lesson.before, item), bool(spot.beside), bool(spot.above), order

    return max(alike, key=telling, default=None)


def _exactly(kind: str, value: str, printed: str) -> bool:
    """Whether a print is a value but for spaces and signs, an amount's minus, or an id's country."""
    if kind in ("tax-id", "iban"):
        return joining.same(kind, value, printed)
    return value.lstrip("-") == printed.lstrip("-") if kind == "amount" else key(value) == key(printed)


def _misprinted(lesson: Lesson, kind: str, item: Candidate) -> bool:
    """Whether a print is a value misread: by one confusion, or by more where it was read before."""
    value = str(lesson.value)
    if kind in ("date", "amount"):
        return False
    near = _at(lesson.before, item) and fuzz.ratio(value, item.value) >= MISREAD
    return near or value in lookalikes.readings(item.value)


def _misread(lesson: Lesson, place: Candidate) -> Iterator[Spot]:
    """The place from which the person took a value away, if it is another one."""
    before = lesson.before
    if before is None or before.value == lesson.value or _at(before, place):
        return
    spot = spots.spot_at(lesson.paper, before.page, before.box)
    if spot is not None and before.origin in PRINTED:
        yield spot


def _best(anchors: Sequence[Anchor], paper: Paper) -> tuple[Anchor, Candidate] | None:
    """The anchor that was right most often and whose place is surest, and what it finds."""
    offers = [(anchor, found) for anchor in anchors if (found := found_by(anchor, paper))]
    if not offers:
        return None
    anchor, found = max(offers, key=lambda one: (one[0].confirmed - one[0].contradicted, one[1][0]))
    return anchor, found[1]


def _with(
    extraction: Extraction, prop: Property, anchor: Anchor, item: Candidate, paper: Paper
) -> Extraction:
    """The extraction once one anchor has spoken; it is silent where an e-invoice, a code or a person has."""
    own = extraction.fields.get(prop.name)
    taught = solve.as_field(replace(item, score=SCORE * min(1.0, item.score / USUAL)))
    if own is None:
        return _said(extraction, prop.name, taught, [_statement(prop.name, taught, LEARNED)])
    if own.origin not in PRINTED:
        return extraction
    read, learned = _statement(prop.name, own, joining.PRINT), _statement(prop.name, taught, LEARNED)
    if joining.same(prop.type, str(own.value), item.value):
        lifted = max(own.confidence, min(HIGHEST, (1 + own.confidence) / 2))
        return _said(extraction, prop.name, replace(own, confidence=lifted), [read, learned])
    if _goes_before(extraction, anchor, taught, paper):
        other = replace(extraction, witnessed=extraction.witnessed - {prop.name})
        return _said(other, prop.name, taught, [learned, replace(read, agrees=False)])
    return _said(extraction, prop.name, own, [read, replace(learned, agrees=False)])


def _goes_before(extraction: Extraction, anchor: Anchor, taught: Field, paper: Paper) -> bool:
    """Whether what was taught goes before what was read.

    Check digits, sums and the order of dates decide where they tell the two
    apart; else how strong the reading is, unless it was made at a place from
    which a person took a value away before.
    """
    name = anchor.subject
    own = extraction.fields[name]
    borne_out = [_borne_out(extraction, name, anchor.type, field) for field in (own, taught)]
    if borne_out[0] != borne_out[1]:
        return borne_out[1]
    place = spots.spot_at(paper, own.page, own.box)
    again = place and any(spots.likeness(place, spot) >= KEPT for spot in anchor.misread)
    return bool(again) or own.confidence < STRONG


def _borne_out(extraction: Extraction, name: str, kind: str, field: Field) -> bool:
    """Whether check digits or a sum speak for a value, or of a date that it is in order."""
    value = str(field.value)
    if kind in ("tax-id", "iban"):
        return identifiers.tax_id_valid(value) if kind == "tax-id" else identifiers.iban_valid(value)
    values = {part: str(one.value) for part, one in extraction.fields.items()} | {name: value}
    if kind == "date":
        return values.get("issue_date", "") <= values.get("due_date", "9")
    return kind == "amount" and name in sums.PARTS and _adds_up(values)


def _adds_up(values: Mapping[str, str]) -> bool:
    try:
        left = sums.gap({name: Decimal(values[name]) for name in sums.PARTS if name in values})
    except InvalidOperation:
        return False
    return left is not None and abs(left) <= sums.TOLERANCE


def _said(extraction: Extraction, name: str, field: Field, said: Sequence[Statement]) -> Extraction:
    return replace(
        extraction,
        fields={**extraction.fields, name: field},
        statements=(*extraction.statements, *said),
    )


def _statement(subject: str, field: Field, source: str) -> Statement:
    return Statement(subject, str(field.value), field.raw, field.origin, source, field.page, field.box)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.row.index == other.row.index and one.first < other.last and other.first < one.last


def _at(field: Field | None, item: Candidate) -> bool:
    """Whether a field was read from the place of a value."""
    if field is None:
        return False
    own, box = field.box, item.box
    across = own.left < box.right and box.left < own.right
    return field.page == item.row.page and across and own.top < box.bottom and box.top < own.bottom
