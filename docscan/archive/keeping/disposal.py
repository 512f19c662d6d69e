"""Disposal: a destruction that one person proposes, another approves, and somebody executes.

To execute is a procedure whose steps the code numbers. All of them are taken
while the archive is held, and by the ledger's own events and the objects,
never by the catalogue, so that nothing can come between the last look and the
destruction (rows A9 and A10 of the threat model).

1. The proposal is there, was approved, and not by who proposed it.
2. Its list is the one the ledger names.
3. Each record on it is there in the version that was proposed.
4. No hold stands on it, nor on another record made of the same paper; those
   others are on the list, too.
5. By the rules in force today, which are those the ledger names, it has been
   kept long enough.
6. All of them are destroyed, or none.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import rfc8785

from docscan.archive import ledger, papers
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.keeping import erasure, proposals, retention, schedules, standing
from docscan.archive.keeping.erasure import Erased
from docscan.archive.keeping.retention import Item
from docscan.archive.keeping.standing import Proposal, Standing
from docscan.errors import NotFoundError, RetentionError
from docscan.messages import sentence


def propose(catalogue: Catalogue, chosen: Sequence[str], on: date, *, now: datetime, agent: str) -> Proposal:
    """Propose to destroy records that have been kept long enough.

    Args:
        catalogue: Open on an archive that the caller holds.
        chosen: The UUIDs of the records; none for all that are due and whose
            class says to destroy them.
        on: The day on which they are to be due.
        now: When, with its time zone.
        agent: Who proposes: a login name.

    Raises:
        RetentionError: One of them is not due, is held, or belongs to a
            record that is not proposed; or nothing is due at all.
        NotFoundError: One of them was destroyed.
        LedgerError: The ledger cannot be continued.
    """
    archive, language = catalogue.archive, catalogue.archive.config.language
    for name in chosen:
        retention.expect_there(catalogue, name)
    known = standing.of(catalogue)
    found = retention.overview(catalogue, known, schedules.load(archive, known.schedule), on)
    due = _due(found, chosen, on, language)
    if not due:
        raise RetentionError(sentence("K045", language), hint=sentence("K046", language))
    identifier = str(uuid.uuid4())
    rows = [_row(item) for item in due]
    told = {"format": proposals.FORMAT, "proposal": identifier, "on": on.isoformat(), "rows": rows}
    paper = rfc8785.dumps(told) + b"\n"
    detail: dict[str, str | int] = {"proposal": identifier, "objects": len(rows), "act": "destroy"}
    draft = Draft("appraisal", outcome="pending", detail=detail, role="requester")
    files = {f"custody/{identifier}/proposal.json": paper}
    standing.tell(known, papers.file(catalogue, draft, files, now=now, agent=agent))
    return known.proposals[identifier]


def approve(catalogue: Catalogue, identifier: str, *, now: datetime, agent: str) -> Proposal:
    """Agree to a proposal that somebody else made.

    Args:
        catalogue: Open on an archive that the caller holds.
        identifier: The proposal's UUID, which may be cut short.
        now: When, with its time zone.
        agent: Who approves: a login name.

    Raises:
        RetentionError: There is none, it was decided on before, or the same
            person proposed it.
        LedgerError: The ledger cannot be continued.
    """
    proposal = find(catalogue, standing.of(catalogue, "proposals"), identifier)
    language = catalogue.archive.config.language
    _expect_state(proposal, "pending", language)
    if proposal.proposer == ledger.pseudonym(catalogue.archive, agent):
        raise _same_person(proposal, language)
    return _decide(catalogue, proposal, "pass", now, agent)


def reject(catalogue: Catalogue, identifier: str, *, now: datetime, agent: str) -> Proposal:
    """Turn a proposal down, or take one's own back.

    Args:
        catalogue: Open on an archive that the caller holds.
        identifier: The proposal's UUID, which may be cut short.
        now: When, with its time zone.
        agent: Who rejects: a login name.

    Raises:
        RetentionError: There is none, or it was executed or rejected before.
        LedgerError: The ledger cannot be continued.
    """
    proposal = find(catalogue, standing.of(catalogue, "proposals"), identifier)
    if proposal.state != "approved":
        _expect_state(proposal, "pending", catalogue.archive.config.language)
    return _decide(catalogue, proposal, "cancelled", now, agent)


def execute(catalogue: Catalogue, identifier: str, *, now: datetime, agent: str) -> Erased:
    """Destroy what a proposal lists, once everything was looked at again.

    Args:
        catalogue: Open on an archive that the caller holds, and that is recovered.
        identifier: The proposal's UUID, which may be cut short.
        now: When, with its time zone.
        agent: Who does it: a login name.

    Raises:
        RetentionError: One of the steps of this module's procedure fails; nothing is destroyed.
        LedgerError: The ledger cannot be read or continued.
    """
    archive, language = catalogue.archive, catalogue.archive.config.language
    known = standing.read(ledger.read(archive))
    proposal = find(catalogue, known, identifier)
    _expect_state(proposal, "approved", language)  # step 1
    if proposal.decided_by in ("", proposal.proposer):
        raise _same_person(proposal, language)
    rows = proposals.listed(catalogue, proposal)  # step 2
    for row in rows:  # step 3
        kept = known.objects.get(row.id)
        if kept is None or kept.destroyed or kept.version != row.version:
            raise retention.refusal(row.id, ("K056", f"v{row.version}"), language)
    chosen = [row.id for row in rows]
    schedule = schedules.load(archive, known.schedule)
    found = retention.examined(catalogue, known, schedule, chosen, now.date())
    _due(found, chosen, now.date(), language)  # steps 4 and 5
    drafts = [_draft(found[name], proposal) for name in chosen]
    return erasure.erase(catalogue, drafts, now=now, agent=agent)  # step 6


def find(catalogue: Catalogue, known: Standing, identifier: str) -> Proposal:
    """The proposal of that id, which may be cut short as long as it means one.

    Raises:
        RetentionError: It means none, or several.
    """
    found = [one for one in known.proposals.values() if identifier and one.id.startswith(identifier)]
    if len(found) != 1:
        language = catalogue.archive.config.language
        raise RetentionError(sentence("K040", language, proposal=identifier), hint=sentence("K041", language))
    return found[0]


def _due(found: dict[str, Item], chosen: Sequence[str], on: date, language: str) -> list[Item]:
    """The records that may be destroyed: each that was chosen, or all that may be."""
    if not chosen:
        return [item for name, item in found.items() if retention.obstacle(found, name, on) is None]
    for name in chosen:
        if name not in found:
            raise NotFoundError(f"There is no record {name}.", hint="`docscan list` shows the ids.")
        against = retention.obstacle(found, name, on, chosen=chosen) or _left_out(found[name], chosen)
        if against is not None:
            raise retention.refusal(name, against, language)
    return [found[name] for name in dict.fromkeys(chosen)]


def _left_out(item: Item, chosen: Iterable[str]) -> tuple[str, str] | None:
    """A record made of the same paper that is not to be destroyed with this one."""
    missing = sorted(set(item.family) - set(chosen))
    return ("K057", missing[0]) if missing else None


def _row(item: Item) -> list[str | int]:
    rule, until = item.rule, item.kept_until
    if rule is None or until is None:
        raise ValueError(f"{item.id} has no class, so it is never due")
    return [item.id, item.version, rule.id, rule.version, (until + timedelta(days=1)).isoformat()]


def _draft(item: Item, proposal: Proposal) -> Draft:
    """What the ledger keeps of a destroyed record: class, dates, counts, and by whose authority."""
    _, versions, name, schedule, due = _row(item)
    detail: dict[str, str | int] = {
        "proposal": proposal.id,
        "proposer": proposal.proposer,
        "approver": proposal.decided_by,
        "class": name,
        "schedule": schedule,
        "due": due,
        "received": item.dated.received,
        "pages": item.pages,
        "versions": versions,
    }
    if retention.day(item.dated.issued):
        detail["issued"] = item.dated.issued
    if schedules.NAME.fullmatch(item.dated.kind):
        detail["kind"] = item.dated.kind
    return Draft("deletion", object=item.id, detail=detail)


def _decide(catalogue: Catalogue, proposal: Proposal, outcome: str, now: datetime, agent: str) -> Proposal:
    detail: dict[str, str | int] = {"proposal": proposal.id, "objects": proposal.count}
    draft = Draft("appraisal", outcome=outcome, detail=detail, role="authorizer")
    decided = ledger.append(catalogue.archive, draft, now=now, agent=agent)
    catalogue.apply(decided)
    known = Standing(proposals={proposal.id: proposal})
    standing.tell(known, decided)
    return known.proposals[proposal.id]


def _expect_state(proposal: Proposal, state: str, language: str) -> None:
    if proposal.state != state:
        raise RetentionError(
            sentence("K044", language, proposal=proposal.id[:8], state=proposal.state),
            hint=sentence("K041", language),
        )


def _same_person(proposal: Proposal, language: str) -> RetentionError:
    return RetentionError(
        sentence("K042", language), hint=sentence("K043", language, proposal=proposal.id[:8])
    )
