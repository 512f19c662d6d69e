"""Why a filed value is what it is: the document is extracted and checked again, and all of it is told.

The pages come from the words the object keeps, so nothing is read anew. What
is said of a value is what the stages' own functions say; where they come to
another value than the one that was filed, that is said, too.
"""

from collections.abc import Iterator, Sequence

from docscan import PROGRAM, extraction, learning, regrouping, verification
from docscan.archive import objects
from docscan.archive.catalogue import Catalogue
from docscan.equipment import Setup
from docscan.errors import NotFoundError
from docscan.extraction import anchors, reasons
from docscan.extraction.anchors import Anchor
from docscan.extraction.reasons import Reason
from docscan.frozen import dataclass
from docscan.model import Decision, Extraction, Field, Finding, Judgement, Known, Page, Record, Statement
from docscan.schema import Schema
from docscan.verification import Doubted, Proof


@dataclass(frozen=True, slots=True)
class Heard:
    """What a check says of a field.

    Attributes:
        check: Its name in the pipeline.
        doubt: What it finds; None where it proves the field.
    """

    check: str
    doubt: Finding | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Why one field has its value.

    Attributes:
        subject: The field's name.
        filed: As the record has it.
        score: Of label, place and reading, before the checks; None where
            nothing was found again.
        again: As extracted and checked again; None where nothing was found.
        differs: That is another value than the record's.
        reason: What was weighed; None for a field the schema does not have.
        witnessed: A second place on the pages bears it out.
        statements: What each source says of it.
        anchors: Where people had shown by then that its supplier keeps it.
        checks: What each check says of it.
        judgements: What people said of it, the oldest first.
        program: What explains it; `Record.program` is what read it.
    """

    subject: str
    filed: Field | None
    score: float | None
    again: Field | None
    differs: bool
    reason: Reason | None
    witnessed: bool
    statements: tuple[Statement, ...]
    anchors: tuple[Anchor, ...]
    checks: tuple[Heard, ...]
    judgements: tuple[tuple[Decision, Judgement], ...]
    program: str = PROGRAM


@dataclass(frozen=True, slots=True)
class Others:
    """What earlier documents said, but for the one that is explained.

    Attributes:
        known: All of them.
        record: The id of that one.
    """

    known: Known
    record: str

    def same_invoice(self, supplier: str, number: str) -> str | None:
        """The id of a record with this supplier and number that was filed before this one."""
        found = self.known.same_invoice(supplier, number)
        return None if found == self.record else found


def accounts(catalogue: Catalogue, record: Record, setup: Setup, subject: str = "") -> tuple[Account, ...]:
    """Why the fields of a record have their values, in the schema's order.

    Args:
        catalogue: Of the archive that holds it.
        record: As filed.
        setup: What to extract and check with.
        subject: One field alone.

    Raises:
        NotFoundError: The record's words or its original are missing, or there is no such field.
        FixityError: Its words cannot be understood.
    """
    pages = objects.read_pages(catalogue.archive, record)
    again = _again(catalogue, record, setup, pages)
    described = (
        [item.name for item in again.schema.properties if item.type != "table"] if again.schema else []
    )
    names = list(dict.fromkeys([*described, *record.extraction.fields]))
    if subject and subject not in names:
        raise NotFoundError(f"The record has no field {subject!r}.", hint=f"It has: {', '.join(names)}.")
    wanted = [subject] if subject else names
    weighed = reasons.reasons(pages, again.schema, wanted) if again.schema else {}
    return tuple(_account(record, name, again, weighed.get(name)) for name in wanted)


@dataclass(frozen=True, slots=True)
class _Again:
    """A document extracted once more: before the checks, after them, and what they said of which fields."""

    schema: Schema | None
    anchors: tuple[Anchor, ...]
    found: Extraction
    checked: Extraction
    heard: tuple[tuple[tuple[str, ...], Heard], ...]


def _again(catalogue: Catalogue, record: Record, setup: Setup, pages: Sequence[Page]) -> _Again:
    """The journey once more, with what people had taught when the record was filed."""
    einvoices, _ = regrouping.stated(catalogue.archive, record)
    found = extraction.extract(pages, setup.schemas, einvoices)
    schema = next((item for item in setup.schemas if item.name == found.schema), None)
    known: tuple[Anchor, ...] = ()
    if schema is not None and len(pages) <= learning.MOST_PAGES:
        known = learning.known_of(found, catalogue, schema, record.received)
        found = anchors.apply(found, pages, known, schema)
    others = Others(catalogue, str(record.id))
    checked, _ = verification.verify(found, setup.pipeline.verification, others)
    return _Again(schema, known, found, checked, tuple(_heard(found, setup, others)))


def _heard(found: Extraction, setup: Setup, known: Known) -> Iterator[tuple[tuple[str, ...], Heard]]:
    """What each check says, with the fields it is about."""
    for choice in setup.pipeline.verification:
        last: Finding | None = None
        for said in verification.CHECKS[choice.name](found, known, **choice.options):
            if isinstance(said, Proof):
                yield said.subjects, Heard(choice.name)
            elif isinstance(said, Doubted):
                yield said.subjects, Heard(choice.name, last)
            else:
                last = said
                yield (said.subject,), Heard(choice.name, said)


def _account(record: Record, name: str, again: _Again, weighed: Reason | None) -> Account:
    filed, scored, now = (one.fields.get(name) for one in (record.extraction, again.found, again.checked))
    judgements = ((decision, one) for decision in record.decisions for one in decision.judgements)
    return Account(
        subject=name,
        filed=filed,
        score=scored.confidence if scored else None,
        again=now,
        differs=(filed.value if filed else None) != (now.value if now else None),
        reason=weighed,
        witnessed=name in again.found.witnessed,
        statements=tuple(one for one in record.extraction.statements if one.subject == name),
        anchors=tuple(one for one in again.anchors if one.subject == name),
        checks=tuple(one for subjects, one in again.heard if name in subjects),
        judgements=tuple((decision, one) for decision, one in judgements if one.name == name),
    )
