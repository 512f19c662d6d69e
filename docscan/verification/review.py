"""What a person decides of a record, as functions from one record to the next.

A decision keeps what stood there before and which doubts it settles, so that
a record always tells what was in doubt, and who settled it when. Afterwards
the checks are made again: a doubt that was settled is not raised once more,
but one with other facts is.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from docscan.errors import INSISTED
from docscan.frozen import dataclass
from docscan.model import Act, Decision, Extraction, Field, Finding, Judgement, Known, Record
from docscan.pipeline import Choice
from docscan.places import NOWHERE
from docscan.verification import PROVEN, digits, verdict, verify
from docscan.verification.calibration import DOUBTED, SCORED, score_of

REASONS = ("blank", "rubbish", "unreadable", "duplicate", "misdelivered", "private")
"""Why a document does not belong here. A closed list, for the ledger holds no sentences: an empty
sheet; no document at all; one that no scan will make legible; a paper that is here already; another
client's paper; a paper that is nobody's business."""

CHECKED = "V"  # the codes of what the checks find begin so, but for those that come with the reading:
READ = ("V101",)
UNSURE_KIND = "V090"
WITHIN = 2**32  # what the digest of an id is taken from, for the sample


_Said = tuple[Mapping[str, Field | None], Sequence[Judgement], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides, and when.

    Attributes:
        agent: A pseudonym of the ledger.
        at: ISO 8601, UTC.
        sampled: The record is in the sample of those that the program accepted.
    """

    agent: str
    at: str
    sampled: bool = False


def doubts(record: Record) -> tuple[Finding, ...]:
    """The findings that ask for a person."""
    return tuple(finding for finding in record.findings if finding.severity != "note")


def in_doubt(record: Record) -> tuple[str, ...]:
    """The fields a person is asked about, in the record's order; those that were not found come last."""
    fields = record.extraction.fields
    about = {finding.subject for finding in doubts(record)}
    asked = [name for name, field in fields.items() if field.status == "doubtful" or name in about]
    return (*asked, *(name for name in record.extraction.missing if name not in asked))


def accept(record: Record, names: Collection[str], by: Signature) -> Record:
    """Confirm what was read.

    Args:
        record: As it stands.
        names: Fields, also such as were rightly not found, and codes of
            findings. Without any, all that is in doubt; of a sampled record,
            every field.
        by: Who decides.
    """
    fields = record.extraction.fields
    everything = (*fields, *record.extraction.missing) if by.sampled else in_doubt(record)
    whole = not names
    named = everything if whole else tuple(name for name in names if _is_field(record, name))
    judgements = [Judgement(name, fields.get(name), _value(fields.get(name))) for name in named]
    settled = [one for one in doubts(record) if whole or one.subject in named or one.code in names]
    confirmed = {name: _by_person(fields[name]) for name in named if name in fields}
    kept = replace(record, disposal="") if whole else record
    return _decided(kept, "accept", by if whole else _in_part(by), (confirmed, judgements, settled))


def correct(record: Record, values: Mapping[str, Field | None], by: Signature) -> Record:
    """Put other values in the place of those that were read.

    Args:
        record: As it stands.
        values: By field; None for one that is not on the paper.
        by: Who decides.
    """
    fields = record.extraction.fields
    judgements = [Judgement(name, fields.get(name), _value(field)) for name, field in values.items()]
    settled = [finding for finding in doubts(record) if finding.subject in values]
    stated = {name: None if field is None else _by_person(field) for name, field in values.items()}
    return _decided(record, "correct", _in_part(by), (stated, judgements, settled))


def reject(record: Record, reason: str, by: Signature) -> Record:
    """Say that the document does not belong here; nothing of it is deleted.

    Args:
        record: As it stands.
        reason: One of `REASONS`.
        by: Who decides.
    """
    return replace(signed(record, "reject", by, reason=reason), disposal="rejected")


def recategorised(record: Record, kind: str, by: Signature) -> Record:
    """The record before it is read anew as a document of another kind.

    Args:
        record: As it stands.
        kind: The name of the schema that a person says describes it.
        by: Who decides.
    """
    extraction = record.extraction
    before = Field(extraction.kind, "", extraction.kind_confidence, "read", "ocr", 1, NOWHERE)
    settled = [finding for finding in doubts(record) if finding.code == UNSURE_KIND]
    return _decided(record, "correct", _in_part(by), ({}, [Judgement("kind", before, kind)], settled))


def merged(record: Record, into: str, by: Signature) -> Record:
    """The record whose pages went to another one."""
    return replace(signed(record, "merge", by, other=into), disposal="merged")


def signed(record: Record, act: Act, by: Signature, *, reason: str = "", other: str = "") -> Record:
    """The record with one more decision, which is about the whole of it."""
    made = Decision(act, by.at, by.agent, record.verdict, reason=reason, other=other, sampled=by.sampled)
    return replace(record, decisions=(*record.decisions, made))


def rechecked(record: Record, checks: Sequence[Choice], known: Known, *, anew: bool = False) -> Record:
    """The record after its checks were made again.

    What a person left stays verified unless there is an open doubt about it.
    What was read is doubtful while a doubt speaks against it, and verified
    when it was, or is proven now.

    Args:
        record: After a decision.
        checks: The pipeline's.
        known: What other documents said.
        anew: The fields were just extracted, and checked never before.
    """
    fields = {name: field if anew else _unchecked(field) for name, field in record.extraction.fields.items()}
    statements = record.extraction.statements
    unanswered = tuple(one for one in statements if one.subject not in _judged(record))
    asked = replace(record.extraction, fields=fields, statements=unanswered)
    checked, found = verify(asked, checks, _Others(known, record.id))
    answered = [finding for one in record.decisions for finding in one.settled]
    earlier = [one for one in record.findings if not one.code.startswith(CHECKED) or one.code in READ]
    findings = tuple(finding for finding in (*earlier, *found) if finding not in answered)
    extraction = replace(checked, fields=dict(_vouched(checked, findings)), statements=statements)
    return replace(record, extraction=extraction, findings=findings, verdict=verdict(findings, extraction))


def insisted(record: Record, names: Collection[str]) -> Record:
    """The record after its last decision settled the doubts of the named values' own form."""
    *earlier, last = record.decisions
    form = tuple(one for one in record.findings if one.code in INSISTED and one.subject in names)
    return replace(record, decisions=(*earlier, replace(last, settled=(*last.settled, *form))))


def refusal(name: str, kind: str, value: str) -> Finding | None:
    """What speaks against a value by itself, whatever else the document says.

    Args:
        name: The field.
        kind: Its type.
        value: Normalised.
    """
    facts = {"field": name, "value": value}
    if kind == "tax-id" and digits.repeated(value):
        return Finding("V021", "doubt", name, facts)
    if kind == "tax-id" and digits.tax_id_disagrees(value):
        return Finding("V020", "doubt", name, facts)
    if kind == "iban" and not digits.iban_agrees(value):
        return Finding("V022", "doubt", name, {"value": value})
    return None


def in_sample(record: str, one_in: int) -> bool:
    """Whether a record is among those that are looked at although nothing is in doubt.

    The digest of its id decides, so that nobody chooses, and everybody can
    reckon which ones they are.

    Args:
        record: Its id.
        one_in: So many records hold one of the sample; 0 for none.
    """
    number = int.from_bytes(hashlib.sha256(record.encode()).digest()[:4])
    return one_in > 0 and number * one_in < WITHIN


@dataclass(frozen=True, slots=True)
class _Others:
    """What is known of all documents but one."""

    known: Known
    record: str | None

    def same_invoice(self, supplier: str, number: str) -> str | None:
        found = self.known.same_invoice(supplier, number)
        return None if found == self.record else found


def _in_part(by: Signature) -> Signature:
    """The signature below a decision that is not about the whole record."""
    return replace(by, sampled=False)


def _decided(record: Record, act: Act, by: Signature, said: _Said) -> Record:
    """The record with its fields as a person left them."""
    values, judgements, settled = said
    extraction, left = record.extraction, {judgement.name: judgement.value for judgement in judgements}
    fields = {name: field for name, field in {**extraction.fields, **values}.items() if field is not None}
    stated = replace(
        extraction,
        fields=fields,
        missing=tuple(name for name in extraction.missing if name not in left),
        statements=tuple(
            replace(one, agrees=one.value == left[one.subject]) if one.subject in left else one
            for one in extraction.statements
        ),
    )
    after = signed(replace(record, extraction=stated), act, by)
    *earlier, last = after.decisions
    made = replace(last, judgements=tuple(judgements), settled=tuple(settled))
    return replace(after, decisions=(*earlier, made))


def _judged(record: Record) -> set[str]:
    """The fields a person ever spoke of: what other sources say of them is answered."""
    return {judgement.name for one in record.decisions for judgement in one.judgements}


def _is_field(record: Record, name: str) -> bool:
    return name in record.extraction.fields or name in record.extraction.missing


def _value(field: Field | None) -> str | bool | None:
    return None if field is None else field.value


def _by_person(field: Field) -> Field:
    return replace(field, origin="person", status="verified", confidence=PROVEN)


def _unchecked(field: Field) -> Field:
    """A field as it was before the checks: with its score, and no doubt."""
    if field.origin == "person":
        return _by_person(field)
    doubtful = field.status == "doubtful"
    sure = min(1.0, field.confidence / DOUBTED) if doubtful else field.confidence
    scored = score_of(sure) if field.origin in SCORED else sure
    return replace(field, status="read" if doubtful else field.status, confidence=scored)


def _vouched(extraction: Extraction, findings: Sequence[Finding]) -> Iterator[tuple[str, Field]]:
    """The fields; a person's are in doubt only for a finding that is still open."""
    about = {finding.subject for finding in findings if finding.severity != "note"}
    for name, field in extraction.fields.items():
        yield name, _by_person(field) if field.origin == "person" and name not in about else field
