"""What a person is asked about a record: each doubt with what stands on the page, and what else it may be."""

from collections.abc import Mapping, Sequence

from docscan.extraction import typed
from docscan.frozen import dataclass
from docscan.model import Field, Finding, Page, Record
from docscan.verification import review
from docscan.verification.review import UNSURE_KIND

OFFERED = ("date", "amount", "tax-id", "iban", "number", "currency")  # types of which a page holds few values
LONG = 7  # signs of another field's value that is no number of its own
MOST = 5  # alternatives; who finds none of them right types the value


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a person is asked.

    Attributes:
        name: The field, or the code of a doubt that is about no field.
        field: As it stands; None where it was not found.
        doubts: Why it is asked.
        printed: The row the value stands on, the value between `[` and `]`.
        alternatives: What it may be instead, the likeliest first: what other
            sources and readings say, and values of its type on the same page,
            or on the first and the last one where it was not found.
    """

    name: str
    field: Field | None
    doubts: tuple[Finding, ...]
    printed: str = ""
    alternatives: tuple[str, ...] = ()


def asked(
    record: Record,
    pages: Sequence[Page],
    types: Mapping[str, str],
    *,
    everything: bool = False,
    kinds: tuple[str, ...] = (),
) -> tuple[Question, ...]:
    """The questions about a record.

    Args:
        record: As it stands.
        pages: With their words; none where they cannot be read.
        types: The type of each field a record of its kind may have.
        everything: Ask about every field, as for the sample.
        kinds: What kinds of documents there are.
    """
    fields, open_doubts = record.extraction.fields, review.doubts(record)
    names = tuple(fields) if everything else review.in_doubt(record)
    about_fields = tuple(
        _about(name, fields.get(name), open_doubts, (pages, types.get(name, ""), record)) for name in names
    )
    others = tuple(
        Question(finding.code, None, (finding,), alternatives=kinds if finding.code == UNSURE_KIND else ())
        for finding in open_doubts
        if finding.subject not in names
    )
    return (*about_fields, *others)


def _about(
    name: str, field: Field | None, doubts: Sequence[Finding], where: tuple[Sequence[Page], str, Record]
) -> Question:
    pages, kind, record = where
    own = tuple(one for one in doubts if one.subject == name)
    because = own or tuple(one for one in doubts if name in one.facts)
    printed = typed.row_text(pages, field.page, field.box) if field else ""
    return Question(name, field, because, printed, _alternatives(name, field, pages, (kind, record)))


def _alternatives(
    name: str, field: Field | None, pages: Sequence[Page], what: tuple[str, Record]
) -> tuple[str, ...]:
    """What other sources say, other readings, and what else of its type is on the pages, nearest first."""
    kind, record = what
    said = [one.value for one in record.extraction.statements if one.subject == name]
    said += [reading for one in record.extraction.repairs if one.subject == name for reading in one.readings]
    near = (field.page, field.box) if field else None
    beside = [page for page in pages if page.number == field.page] if field else [*pages[:1], *pages[1:][-1:]]
    there = [place.value for place in typed.places(beside, kind, near)] if kind in OFFERED else []
    taken = {str(field.value)} if field else set()
    if kind == "number":  # a tax id is one, too, and with `NIF` before it again
        others = (str(one.value) for one in record.extraction.fields.values() if one is not field)
        held = [value for value in others if len(value) >= LONG]
        there = [value for value in there if not any(other in value for other in held)]
    return tuple(value for value in dict.fromkeys([*said, *there]) if value not in taken)[:MOST]
