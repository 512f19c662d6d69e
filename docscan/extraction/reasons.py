"""Why a field has its value: every candidate that was weighed, and what became of it.

Nothing is decided here. The candidates come from the functions the decision
uses, and the fate of each is told by holding it against what was decided.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from docscan.extraction import candidates, parties, sheet_of, solve, sums
from docscan.extraction.candidates import Candidate, Reader, Sheet, announced, unlabelled
from docscan.extraction.labels import Hit
from docscan.extraction.rows import rows_of
from docscan.frozen import dataclass
from docscan.model import Page
from docscan.places import Box
from docscan.schema import Property, Schema

MOST = 12  # candidates told of one field, the best first
LOOKED_FOR = ("date", "amount", "iban")  # types that tell their values by form, without a label

Fate = Literal["chosen", "taken", "unordered", "unsummed", "outscored", "outweighed"]
Ground = Literal["label", "heading", "sum", "place"]


@dataclass(frozen=True, slots=True)
class Considered:
    """A value that was weighed for a field.

    Attributes:
        value: Normalised.
        raw: As printed.
        page: The page's number, from 1.
        box: Around its words there.
        ground: What spoke for it: a `label`, the `heading` of a party, a `sum`
            that needs it, or the `place` alone, where such a value often stands.
        label: The label or heading as printed, or empty.
        weight: How surely that label means the field, from 0 to 1.
        likeness: How alike the print and the label are; 1 for its very letters.
        reading: How surely the words are a value of this type, from 0 to 1.
        nearness: What standing where it does leaves of the score: beside its
            label or below it, at its best place or further on.
        region: The same for the part of the page that the schema expects it in.
        legibility: The engine's confidence in its least sure word.
        score: Of label, place and reading together, from 0 to 1.
        fate: `chosen`, before other sources and what people taught were heard;
            `taken` by another field; `unordered` or `unsummed`: with it the dates
            would be out of order, or the amounts no longer add up; `outscored` by
            what was chosen or too low for any; `outweighed` by how all fields
            fit together.
        taken_by: The other field that has it.
    """

    value: str
    raw: str
    page: int
    box: Box
    ground: Ground
    label: str
    weight: float
    likeness: float
    reading: float
    nearness: float
    region: float
    legibility: float
    score: float
    fate: Fate
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """What was weighed for one field of a document.

    Attributes:
        subject: The field's name.
        type: As the schema has it.
        considered: What was chosen first, then the best of the others.
        more: How many others there are.
        sum: The amounts that were decided together with it, by field.
        adds_up: Whether net and tax, less what was withheld, make the total;
            None where one of them is missing or the field is no part of it.
        elsewhere: How many values of its type stand by no label of its own.
    """

    subject: str
    type: str
    considered: tuple[Considered, ...] = ()
    more: int = 0
    sum: tuple[tuple[str, str], ...] = ()
    adds_up: bool | None = None
    elsewhere: int = 0


def reasons(pages: Sequence[Page], schema: Schema, subjects: Container[str]) -> Mapping[str, Reason]:
    """What was weighed for some fields of a document.

    Args:
        pages: As read.
        schema: Of the document's kind.
        subjects: The fields; those the schema does not have are left out.
    """
    sheet = sheet_of(rows_of(pages), schema)
    decided = solve.decided(sheet, schema)
    return {prop.name: _reason(sheet, prop, decided) for prop in schema.properties if prop.name in subjects}


def _reason(sheet: Sheet, prop: Property, decided: Mapping[str, Candidate]) -> Reason:
    best = decided.get(prop.name)
    others = [item for item in _offers(sheet, prop) if best is None or item.place != best.place]
    told = [best, *others] if best is not None else others
    parts = {name: item for name, item in decided.items() if name in sums.PARTS}
    part = prop.name in parts
    return Reason(
        prop.name,
        prop.type,
        tuple(_considered(sheet, prop, decided, item) for item in told[:MOST]),
        more=max(0, len(told) - MOST),
        sum=tuple((name, item.value) for name, item in parts.items()) if part else (),
        adds_up=sums.closes(parts) if part and {"net", "tax", "total"} <= parts.keys() else None,
        elsewhere=len(_elsewhere(sheet, prop, told)),
    )


def _offers(sheet: Sheet, prop: Property) -> list[Candidate]:
    """The candidates that stand by a label of the field, the best first."""
    if prop.type == "amount":
        return solve.offered(sheet, prop.name)
    if (read := _reader(sheet, prop)) is None:
        return []
    found = announced(sheet, prop.name, prop.type, read)
    regional = (replace(item, score=item.score * solve.regional(prop, item, sheet)) for item in found)
    return sorted(regional, key=lambda item: -item.score)


def _elsewhere(sheet: Sheet, prop: Property, told: Sequence[Candidate]) -> set[tuple[int, int]]:
    read = _reader(sheet, prop)
    if read is None or prop.type not in LOOKED_FOR:
        return set()
    return {item.place for item in unlabelled(sheet.rows, read)} - {item.place for item in told}


def _reader(sheet: Sheet, prop: Property) -> Reader | None:
    """What reads values of the field's type, as the decision reads them."""
    if prop.type == "date":
        return partial(candidates.dates, order=solve.date_order(sheet))
    return solve.amounts_and_mended if prop.type == "amount" else candidates.READERS.get(prop.type)


def _considered(
    sheet: Sheet, prop: Property, decided: Mapping[str, Candidate], item: Candidate
) -> Considered:
    fate, taken_by = _fate(prop, decided, item)
    ground, label = _ground(sheet, prop, decided, item)
    weight = _weight(prop.name, item.label) if item.label else 0.0
    likeness = item.label.likeness if item.label else 0.0
    reading = _reading(sheet, prop, item)
    region = solve.regional(prop, item, sheet)
    spoken = reading * region * (weight * likeness if item.label else 1.0)
    return Considered(
        item.value,
        item.raw,
        item.row.page,
        item.box,
        ground,
        label,
        weight,
        likeness,
        reading,
        min(1.0, item.score / spoken) if spoken else 0.0,
        region,
        item.legibility,
        item.score,
        fate,
        taken_by,
    )


def _fate(prop: Property, decided: Mapping[str, Candidate], item: Candidate) -> tuple[Fate, str]:
    best = decided.get(prop.name)
    if best is not None and best.place == item.place:
        return "chosen", ""
    for name, other in decided.items():
        if other.place == item.place and other.value == item.value and not name.endswith("_address"):
            return "taken", name
    instead = {**decided, prop.name: item}
    if solve.in_order(dict(decided)) and not solve.in_order(instead):
        return "unordered", ""
    if sums.closes(decided) and not sums.closes(instead):
        return "unsummed", ""
    least = best.score if best is not None else solve.LEAST
    return ("outscored" if item.score <= least else "outweighed"), ""


def _ground(
    sheet: Sheet, prop: Property, decided: Mapping[str, Candidate], item: Candidate
) -> tuple[Ground, str]:
    if item.label is not None:
        return "label", _printed(item.label)
    if prop.type == "amount" and prop.name in sums.PARTS and sums.closes(decided):
        return "sum", ""
    over = parties.heading_over(sheet, item)
    if over is not None and prop.name.startswith(f"{over.heading}_"):
        return "heading", _printed(over)
    return "place", ""


def _weight(name: str, label: Hit) -> float:
    payable = solve.PAYABLE * label.weight_of("payable") if name == "total" else 0.0
    return max(label.weight_of(name), payable)


def _printed(label: Hit) -> str:
    return " ".join(word.text for word in label.row.words[label.first : label.last])


def _reading(sheet: Sheet, prop: Property, item: Candidate) -> float:
    """How sure the reader of the type is of these words by themselves."""
    read = _reader(sheet, prop)
    found = read(item.row, item.first, item.last) if read else iter(())
    return max((one.score for one in found if one.value == item.value), default=1.0)
