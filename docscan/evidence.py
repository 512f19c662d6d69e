"""A value and the words that prove it, what speaks against it, and what a person decided of it."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from docscan.frozen import dataclass
from docscan.places import NOWHERE, Box

FieldStatus = Literal["verified", "read", "doubtful"]
Origin = Literal["ocr", "textlayer", "einvoice", "code", "person"]
Severity = Literal["note", "doubt", "error"]
Verdict = Literal["accepted", "review"]
State = Literal["accepted", "review", "rejected", "merged"]
LEARNED = "learned"  # the source that people are who taught where a supplier keeps a field
Act = Literal["accept", "correct", "reject", "split", "merge"]


@dataclass(frozen=True, slots=True)
class Field:
    """A value and the words that prove it.

    Attributes:
        value: Normalised (ISO dates, decimal strings, ids without spaces);
            `True` or `False` for a box to tick.
        raw: As it stands on the page.
        confidence: From 0 to 1.
        status: `verified` only when something independent agrees.
        origin: Where the value was read from.
        page: The page's number, from 1.
        box: Around the words on that page.
    """

    value: str | bool
    raw: str
    confidence: float
    status: FieldStatus
    origin: Origin
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of a field, kept where an e-invoice or a code speaks of it.

    Attributes:
        subject: The field's name.
        value: Normalised, as in a field.
        raw: As the source has it.
        origin: What kind of source it is.
        source: Which one: the name of an attachment (`factur-x.xml`), the kind
            of a code (`KSeF QR`), `page` for the print, or `learned` for what
            people taught of the supplier's documents.
        page: The page's number, from 1.
        box: Around it on that page; empty for an e-invoice.
        agrees: It says the same as the field that was given.
    """

    subject: str
    value: str
    raw: str
    origin: Origin
    source: str
    page: int = 1
    box: Box = NOWHERE
    agrees: bool = True


@dataclass(frozen=True, slots=True)
class Repair:
    """A value that an engine misread, and what puts it right.

    Attributes:
        subject: The field's name.
        read: As the engine read it.
        readings: What it may say instead; only one that stands alone becomes the value.
        proof: What agrees with each of them: `digits` (its check digits), `sum`
            (with other amounts), `again` (with a second printing) or `calendar`;
            `label` when a label names the one reading, and a sum chose another;
            `rate` when the rate beside a value makes the one reading, and `rival`
            when another amount is to be paid: nothing is put right then.
    """

    subject: str
    read: str
    readings: tuple[str, ...]
    proof: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt with a stable code.

    Attributes:
        code: Has a sentence in every language in `docscan/messages/`.
        severity: `note` informs, `doubt` and `error` ask for a person.
        subject: The field it is about, or empty.
        facts: What fills the places in the sentence.
    """

    code: str
    severity: Severity
    subject: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of one field.

    Attributes:
        name: The field.
        before: As it stood; None where there was no such field.
        value: What the person left there; None where no such field should be.
    """

    name: str
    before: Field | None
    value: str | bool | None

    @property
    def right(self) -> bool:
        """Whether what stood there, or that nothing did, was what the person left."""
        return (None if self.before is None else self.before.value) == self.value


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of a record: one version of its object, one event of the ledger.

    Attributes:
        act: What was done.
        at: When: ISO 8601, UTC.
        agent: Who: the pseudonym that stands in the ledger.
        verdict: Of the record before.
        judgements: Of the fields that were looked at.
        settled: The doubts that need no further answer.
        reason: Why it was rejected: a code.
        other: The record that was split off, or that it was merged with.
        sampled: The program had accepted it, the sample has it, and this is what
            came of looking through the whole of it.
    """

    act: Act
    at: str
    agent: str
    verdict: Verdict
    judgements: tuple[Judgement, ...] = ()
    settled: tuple[Finding, ...] = ()
    reason: str = ""
    other: str = ""
    sampled: bool = False
