"""A person's decision, from what was typed to a further version on the shelf.

`verification.review` says what a decision makes of a record, `archive.revision`
files it; here the two meet. Each decision holds the archive for as long as it
takes to file it. Those that move pages are in `regrouping`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from docscan.archive import Archive, ledger, objects
from docscan.archive.catalogue import Catalogue, Row
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import taken_up
from docscan.archive.revision import Revision, revise
from docscan.errors import DecisionError, FixityError, NotFoundError, RecordChangedError
from docscan.extraction import typed
from docscan.frozen import dataclass
from docscan.holdings import scans
from docscan.messages import sentence
from docscan.model import Field, Record
from docscan.pipeline import Choice
from docscan.places import NOWHERE
from docscan.schema import Schema
from docscan.search import feed
from docscan.signing import Seal
from docscan.verification import PROVEN, review
from docscan.verification.review import Signature

REMOVED = ""  # what is typed for a field that is not on the paper


def unsigned() -> Seal | None:
    """For a pipeline that signs nothing."""
    return None


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides, where, and by which rules.

    Attributes:
        checks: Those of the archive's pipeline.
        schemas: Those of the archive's pipeline.
        agent: A login name.
        clock: Tells the time.
        seal: Opens what copies are signed with, where the pipeline asks for it.
    """

    archive: Archive
    checks: Sequence[Choice]
    schemas: Sequence[Schema]
    agent: str
    clock: Callable[[], datetime]
    seal: Callable[[], Seal | None] = unsigned

    @property
    def language(self) -> str:
        """The clerks'."""
        return self.archive.config.language

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of documents there are: the names of the schemas."""
        return tuple(item.name for item in self.schemas)

    def types(self, record: Record) -> dict[str, str]:
        """The fields that a record of its kind may have, and the type of each."""
        schema = next((item for item in self.schemas if item.name == record.extraction.schema), None)
        return {item.name: item.type for item in schema.properties} if schema else {}


def sampled(record: Record, archive: Archive) -> bool:
    """Whether a record is in the sample of those that the program accepted."""
    first = record.decisions[0].verdict if record.decisions else record.verdict
    return first == "accepted" and review.in_sample(str(record.id), archive.config.review.sample)


def accept(reviewer: Reviewer, row: Row, names: Sequence[str] = ()) -> Record:
    """Confirm what was read.

    Args:
        reviewer: Who decides.
        row: The record as it was looked at.
        names: Fields and codes of findings; none for all that is in doubt, or
            for every field of a record of the sample.

    Raises:
        DecisionError: There is nothing to confirm.
        ArchiveBusyError: Another run holds the archive.
        RecordChangedError: Somebody else decided on it meanwhile.
    """
    with held(reviewer) as catalogue:
        record, by = looked_at(reviewer, catalogue, row)
        known = {
            *record.extraction.fields,
            *record.extraction.missing,
            *(one.code for one in record.findings),
        }
        for name in names:
            if name not in known:
                raise DecisionError("C013", reviewer.language, field=name)
        after = review.accept(record, names, by)
        last = after.decisions[-1]
        if not (last.judgements or last.settled or record.disposal or by.sampled):
            raise DecisionError("C030", reviewer.language)
        return filed(reviewer, catalogue, row, after)


def correct(reviewer: Reviewer, row: Row, values: Mapping[str, str], *, forced: bool = False) -> Record:
    """Put what a person typed in the place of what was read.

    Args:
        reviewer: Who decides.
        row: The record as it was looked at.
        values: By field, as typed; empty for a field that is not on the paper.
        forced: Also a tax id or an account whose check digits do not agree.

    Raises:
        DecisionError: There is no such field, or that is no value for it.
        ArchiveBusyError: Another run holds the archive.
        RecordChangedError: Somebody else decided on it meanwhile.
    """
    with held(reviewer) as catalogue:
        record, by = looked_at(reviewer, catalogue, row)
        on_the_shelf(reviewer, record)
        kinds = reviewer.types(record)
        stated = {
            name: _field(reviewer, record, (name, kinds.get(name, "")), value.strip(), forced=forced)
            for name, value in values.items()
        }
        after = review.correct(record, stated, by)
        ordered = {name: after.extraction.fields[name] for name in kinds if name in after.extraction.fields}
        fields = {**ordered, **after.extraction.fields}
        after = replace(after, extraction=replace(after.extraction, fields=fields))
        return filed(reviewer, catalogue, row, after, insisted=tuple(values) if forced else ())


def reject(reviewer: Reviewer, row: Row, reason: str) -> Record:
    """Say that a document does not belong here.

    Args:
        reviewer: Who decides.
        row: The record as it was looked at.
        reason: One of `review.REASONS`.

    Raises:
        DecisionError: It left the shelf before.
        HoldingsError: It is the scan of an item, and whoever rejects it may not authorise.
        ArchiveBusyError: Another run holds the archive.
        RecordChangedError: Somebody else decided on it meanwhile.
    """
    with held(reviewer) as catalogue:
        record, by = looked_at(reviewer, catalogue, row)
        on_the_shelf(reviewer, record)
        scans.expect_rejectable(catalogue, row.id, reviewer.agent)
        return filed(reviewer, catalogue, row, review.reject(record, reason, by))


@contextmanager
def held(reviewer: Reviewer) -> Iterator[Catalogue]:
    """Hold the archive for one decision.

    Raises:
        ArchiveBusyError: Another run holds it.
    """
    with taken_up(
        reviewer.archive, now=reviewer.clock(), agent=reviewer.agent, timeout=PATIENCE
    ) as catalogue:
        yield catalogue


def looked_at(reviewer: Reviewer, catalogue: Catalogue, row: Row) -> tuple[Record, Signature]:
    """The record, still the one that was looked at, and the signature below what is decided of it.

    Raises:
        RecordChangedError: It has a newer version.
    """
    if catalogue.row(row.id).version != row.version:
        raise RecordChangedError(
            sentence("C040", reviewer.language, id=row.id), hint=sentence("C000", reviewer.language)
        )
    record = objects.read_record(reviewer.archive, row.id, row.version)
    agent = ledger.pseudonym(reviewer.archive, reviewer.agent)
    at = ledger.stamp(reviewer.clock())
    return record, Signature(agent, at, sampled(record, reviewer.archive))


def on_the_shelf(reviewer: Reviewer, record: Record) -> None:
    """See that a record was not rejected, nor merged into another one.

    Raises:
        DecisionError: It was.
    """
    if record.disposal:
        raise DecisionError("C022", reviewer.language, id=str(record.id))


def _field(
    reviewer: Reviewer, record: Record, about: tuple[str, str], text: str, *, forced: bool
) -> Field | None:
    """The field that a person states: what was typed, and where it stands."""
    (name, kind), language = about, reviewer.language
    if not kind:
        raise DecisionError("C010", language, field=name, known=", ".join(reviewer.types(record)))
    if text == REMOVED:
        return None
    value = typed.typed(text, kind)
    if value is None:
        raise DecisionError("C012" if kind == "table" else "C011", language, field=name, value=text)
    against = review.refusal(name, kind, value) if isinstance(value, str) else None
    if against is not None and not forced:
        raise DecisionError(against.code, language, **against.facts)
    old = record.extraction.fields.get(name)
    near = (old.page, old.box) if old else None
    found = None
    if isinstance(value, str):
        with suppress(NotFoundError, FixityError):  # a value can be stated without words to show it on
            found = typed.place_of(value, objects.read_pages(reviewer.archive, record), kind, near)
    page, box = (found.page, found.box) if found else near or (1, NOWHERE)
    raw = found.raw if found else text
    return Field(value, raw, PROVEN, "verified", "person", page, box)


def filed(
    reviewer: Reviewer, catalogue: Catalogue, row: Row, record: Record, insisted: Sequence[str] = ()
) -> Record:
    """Check a record again and file it as the next version."""
    checked = review.rechecked(record, reviewer.checks, catalogue)
    if insisted:
        checked = review.rechecked(review.insisted(checked, insisted), reviewer.checks, catalogue)
    file_all(reviewer, catalogue, [Revision(checked, row.version + 1, detail=detail_of(checked))])
    return checked


def file_all(reviewer: Reviewer, catalogue: Catalogue, revisions: Sequence[Revision]) -> None:
    """File what one decision made, and let the search index follow."""
    archive = reviewer.archive
    revise(archive, catalogue, revisions, now=reviewer.clock(), agent=reviewer.agent)
    feed.feed(archive, catalogue)


def detail_of(record: Record) -> dict[str, str | int]:
    """What the ledger says of the last decision: words of a closed list, and counts."""
    last = record.decisions[-1]
    detail: dict[str, str | int] = {
        "decision": last.act,
        "fields": len(last.judgements),
        "changed": sum(not one.right for one in last.judgements),
        "settled": len(last.settled),
    }
    named = {"reason": last.reason, "other": last.other, "sampled": "yes" if last.sampled else ""}
    return detail | {key: value for key, value in named.items() if value}
