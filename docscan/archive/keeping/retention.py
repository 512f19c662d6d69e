"""Which records have been kept long enough: class and last day of each, and what stands against its end."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from docscan.archive import durable, ledger, objects, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import AT, Draft
from docscan.archive.keeping import schedules
from docscan.archive.keeping.schedules import Rule, Schedule
from docscan.archive.keeping.standing import Kept, Standing
from docscan.errors import FixityError, NotFoundError, RetentionError
from docscan.frozen import dataclass
from docscan.messages import sentence


@dataclass(frozen=True, slots=True)
class Dated:
    """What a record says of its own age.

    Attributes:
        kind: Of the document; empty when it cannot be read.
        issued: Its date of issue as the record has it, or empty.
        sure: Nothing speaks against that date.
        received: When the file arrived: ISO 8601.
        waits: A person has not decided on it yet.
    """

    kind: str
    issued: str
    sure: bool
    received: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One record, and how long it is kept.

    Attributes:
        id: Its UUID.
        version: The newest.
        dated: What it says of its own age.
        rule: That of its class; None when it belongs to none.
        base: The day its period is counted from.
        kept_until: The last day on which it is to be kept; None without a rule.
        holds: The reasons of the holds on it.
        family: The other records on the shelf made of the same paper.
        pages: How many.
    """

    id: str
    version: int
    dated: Dated
    rule: Rule | None
    base: date
    kept_until: date | None
    holds: tuple[str, ...]
    family: tuple[str, ...]
    pages: int


def assign(catalogue: Catalogue, record: str, name: str, *, now: datetime, agent: str) -> None:
    """Put a record into a class by hand, whatever its kind.

    Args:
        catalogue: Open on an archive that the caller holds.
        record: Its UUID.
        name: A class of the schedule.
        now: When, with its time zone.
        agent: Who says so: a login name.

    Raises:
        RetentionError: There is no schedule, or no such class in it.
        NotFoundError: The record was destroyed.
        LedgerError: The ledger cannot be continued.
    """
    archive, language = catalogue.archive, catalogue.archive.config.language
    holding = schedules.load(archive).in_force(now.date())
    if name not in holding:
        raise RetentionError(
            sentence("K024", language, name=name),
            hint=sentence("K025", language, known=", ".join(sorted(holding))),
        )
    expect_there(catalogue, record)
    draft = Draft("policy assignment", object=record, detail={"class": name})
    catalogue.apply(ledger.append(archive, draft, now=now, agent=agent))


def expect_there(catalogue: Catalogue, record: str) -> None:
    """See that a record was not destroyed.

    Raises:
        NotFoundError: It was; the hint says how to see what is left of it.
    """
    gone, language = catalogue.destruction(record), catalogue.archive.config.language
    if gone is not None:
        raise NotFoundError(
            sentence("K032", language, id=record, at=gone.at[:10]), hint=sentence("K033", language, id=record)
        )


def overview(catalogue: Catalogue, standing: Standing, schedule: Schedule, on: date) -> dict[str, Item]:
    """Every record on the shelf and how long it is kept, by id, in the order they were filed.

    Args:
        catalogue: Open.
        standing: What the ledger says.
        schedule: The archive's.
        on: The day whose rules count.
    """
    with tables.guarded(catalogue.archive.catalogue_path):
        rows = catalogue.db.execute(
            "SELECT id, kind, issue_date, coalesce(status, '') <> 'doubtful', received, state = 'review'"
            " FROM record LEFT JOIN field ON record = id AND name = 'issue_date'"
            " WHERE state <> 'destroyed' ORDER BY seq"
        ).fetchall()
    told = {
        name: Dated(kind, issued, bool(sure), at, bool(waits)) for name, kind, issued, sure, at, waits in rows
    }
    return items(standing, schedule, told, on)


def examined(
    catalogue: Catalogue, standing: Standing, schedule: Schedule, chosen: Iterable[str], on: date
) -> dict[str, Item]:
    """As `overview`, of some records and from their objects, not from the catalogue.

    Args:
        catalogue: Of the archive.
        standing: What the ledger says.
        schedule: The archive's.
        chosen: The UUIDs; those of their families are looked at as well.
        on: The day whose rules count.
    """
    families = standing.families()
    wanted = dict.fromkeys(name for one in chosen for name in (one, *sorted(families.get(one, ()))))
    told = {name: _dated(catalogue, standing.objects[name]) for name in wanted if name in families}
    return items(standing, schedule, told, on)


def items(standing: Standing, schedule: Schedule, told: Mapping[str, Dated], on: date) -> dict[str, Item]:
    """What becomes of records on a day.

    Args:
        standing: What the ledger says.
        schedule: The archive's.
        told: What each record says of its own age, by id.
        on: The day whose rules count.
    """
    families = standing.families()
    rules: dict[tuple[str, str], Rule | None] = {}
    found = {}
    for name, dated in told.items():
        kept = standing.objects.get(name)
        if kept is None:
            continue
        key = dated.kind, kept.assigned
        if key not in rules:
            rules[key] = schedule.rule(*key, on)
        rule = rules[key]
        base = base_of(dated, "received" if rule is None else rule.trigger)
        until = None if rule is None else schedule.kept_until(rule, base)
        family = tuple(sorted(families.get(name, frozenset()) - {name}))
        holds = tuple(sorted(set(kept.holds.values())))
        found[name] = Item(name, kept.version, dated, rule, base, until, holds, family, kept.pages)
    return found


def base_of(dated: Dated, trigger: str) -> date:
    """The day a period is counted from, before the end of a year is looked for.

    A date of issue that is doubtful counts only where it is later than the
    arrival, so that a misread year never shortens the time.
    """
    received = date.fromisoformat(dated.received[:10])
    issued = day(dated.issued)
    if trigger == "received" or issued is None:
        return received
    return issued if dated.sure else max(issued, received)


def day(text: str) -> date | None:
    """A date as a record has it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def obstacle(
    found: Mapping[str, Item], name: str, on: date, *, chosen: Sequence[str] = ()
) -> tuple[str, str] | None:
    """Why a record may not be destroyed on a day: a code and its facts; None when it may.

    Args:
        found: From `overview` or `examined`.
        name: The record's UUID.
        on: The day.
        chosen: Those a person named: what their class puts to review may be destroyed.
    """
    own = _own(found[name], on, named=name in chosen)
    if own is not None:
        return own
    others = (other for other in found[name].family if other in found)
    return next((("K057", other) for other in others if _own(found[other], on, named=other in chosen)), None)


def refusal(name: str, against: tuple[str, str], language: str) -> RetentionError:
    """An obstacle as an error with its way out."""
    code, facts = against
    reason = sentence(code, language, facts=facts)
    return RetentionError(sentence("K050", language, id=name, reason=reason), hint=sentence("K058", language))


def _own(item: Item, on: date, *, named: bool) -> tuple[str, str] | None:
    """What stands against the end of one record by itself."""
    if item.holds:
        return "K051", ", ".join(item.holds)
    if item.rule is None or item.kept_until is None:
        return "K053", item.dated.kind or "?"
    if item.dated.waits:
        return "K055", item.rule.id
    if item.rule.action == "transfer" or (item.rule.action == "review" and not named):
        return "K054", item.rule.action
    return ("K052", item.kept_until.isoformat()) if item.kept_until >= on else None


def _dated(catalogue: Catalogue, kept: Kept) -> Dated:
    """What an object says of its age; one not read or altered is as old as the ledger says."""
    filed = catalogue.newest_version(kept.id)
    path = objects.folder_of(catalogue.archive, kept.id) / objects.INVENTORY
    try:
        vouched = filed is not None and durable.digest_of(path) == filed.files.get(objects.INVENTORY)
        objects.sound_path(catalogue.archive, kept.id, "record.json")
        record = objects.read_record(catalogue.archive, kept.id)
    except (OSError, NotFoundError, FixityError):
        vouched = False
    if not vouched:
        return Dated("", "", sure=False, received=kept.at)
    issued = record.extraction.fields.get("issue_date")
    said = str(issued.value) if issued else ""
    sure = issued is None or issued.status != "doubtful"
    received = record.received if AT.fullmatch(record.received) else kept.at
    return Dated(record.extraction.kind, said, sure, received, record.state == "review")
