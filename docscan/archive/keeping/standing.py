"""What the ledger says of every object that matters for its end: class, holds, proposals, destruction."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from docscan.archive import inventory, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Agent, Event

ORIGINAL = inventory.content("original")
LINES = {  # which lines of the catalogue tell of all of it, and which of a part alone
    "all": "type IN ('ingestion', 'metadata modification', 'policy assignment', 'hold placed',"
    " 'hold released', 'appraisal', 'deletion', 'policy change')",
    "holds": "type IN ('hold placed', 'hold released') OR type IN ('ingestion', 'deletion')"
    " AND object IN (SELECT object FROM events WHERE type = 'hold placed')",
    "proposals": "type IN ('appraisal', 'deletion')",
}
SCHEDULE = "retention.toml"
DECIDED = {"pass": "approved", "cancelled": "rejected"}  # what the outcome of a later appraisal says


@dataclass(slots=True)
class Kept:
    """An object, as the ledger tells of it.

    Attributes:
        id: Its UUID.
        sha256: Of its original.
        at: When it was filed.
        pages: How many, when it was filed.
        version: The newest.
        assigned: The class a person gave it; empty for none.
        holds: The holds that stand on it, with their reasons.
        related: Objects it was split from or merged with.
        destroyed: It is not there any more.
    """

    id: str
    sha256: str
    at: str
    pages: int
    version: int = 1
    assigned: str = ""
    holds: dict[str, str] = field(default_factory=dict)
    related: set[str] = field(default_factory=set)
    destroyed: bool = False


@dataclass(slots=True)
class Hold:
    """A hold: what must not be destroyed, and why.

    Attributes:
        id: A UUID.
        reason: One of `holds.REASONS`.
        at: When it was placed.
        agent: The pseudonym of who placed it.
        objects: What it stands on.
        released: When the last of it was released; empty while it stands.
    """

    id: str
    reason: str
    at: str
    agent: str
    objects: set[str] = field(default_factory=set)
    released: str = ""


@dataclass(slots=True)
class Proposal:
    """A destruction that somebody proposed.

    Attributes:
        id: A UUID.
        at: When.
        proposer: A pseudonym.
        paper: The path of the list of its records, from the archive's root.
        sha256: Of that list.
        count: How many records.
        state: `pending`, `approved`, `rejected` or `executed`.
        decided_by: The pseudonym of who approved or rejected it; empty before.
        decided: When that was.
    """

    id: str
    at: str
    proposer: str
    paper: str
    sha256: str
    count: int
    state: str = "pending"
    decided_by: str = ""
    decided: str = ""


@dataclass(slots=True)
class Standing:
    """All of it, each by its id.

    Attributes:
        schedule: The digest of the schedule in force; empty while there is none.
    """

    objects: dict[str, Kept] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    schedule: str = ""

    def families(self) -> dict[str, frozenset[str]]:
        """By object, the objects on the shelf that hold parts of the same paper, itself among them.

        Those made of one file, and those split from or merged with each other.
        """
        groups: dict[str, set[str]] = {}
        by_original: dict[str, str] = {}
        for kept in self.objects.values():
            twin = by_original.setdefault(kept.sha256 or kept.id, kept.id)
            together = set[str]()
            for other in {kept.id, twin} | (kept.related & self.objects.keys()):
                together |= groups.get(other, {other})
            for other in together:
                groups[other] = together
        shelf = {name for name, kept in self.objects.items() if not kept.destroyed}
        return {name: frozenset(groups[name] & shelf) for name in shelf}


def read(events: Iterable[Event]) -> Standing:
    """Gather it from events.

    Args:
        events: In the order of the ledger; those of other types are passed over.
    """
    standing = Standing()
    for found in events:
        tell(standing, found)
    return standing


def tell(standing: Standing, found: Event) -> None:
    """Add what one more event says.

    Args:
        standing: From the events before.
        found: Of any type.
    """
    if found.type == "appraisal":
        _appraise(standing, found)
    elif found.type in {"hold placed", "hold released"}:
        _hold(standing, found)
    elif found.type == "policy change":
        standing.schedule = found.files.get(SCHEDULE, standing.schedule)
    elif found.object is not None and found.outcome == "pass":
        _about(standing, found.object, found)


def of(catalogue: Catalogue, part: Literal["all", "holds", "proposals"] = "all") -> Standing:
    """Gather it from the catalogue: for lists, not for a destruction.

    Args:
        catalogue: Open.
        part: What is asked for; among many records, holds or proposals alone take no time.
    """
    with tables.guarded(catalogue.archive.catalogue_path):
        rows = catalogue.db.execute(f"SELECT line FROM events WHERE {LINES[part]} ORDER BY seq")  # noqa: S608 - own words
        return read(_event(line) for (line,) in rows)


def _event(line: str) -> Event:
    """A line of the catalogue, which was held against the schema when it was taken in."""
    found = json.loads(line)
    return Event(
        found["seq"],
        found["at"],
        found["prev"],
        found["type"],
        found["outcome"],
        Agent(**found["agent"]),
        found.get("object"),
        found.get("object_version"),
        found.get("files", {}),
        found["detail"],
    )


def _about(standing: Standing, object_id: str, found: Event) -> None:
    """An event about one object."""
    detail = found.detail
    if found.type == "deletion" and (proposal := standing.proposals.get(str(detail.get("proposal")))):
        proposal.state = "executed"
    known = standing.objects.get(object_id)
    if found.type == "ingestion" and (known is None or known.destroyed):
        pages = detail.get("pages")
        standing.objects[object_id] = Kept(
            object_id, found.files.get(ORIGINAL, ""), found.at, pages if isinstance(pages, int) else 0
        )
    kept = standing.objects.get(object_id)
    if kept is None:
        return
    if found.object_version is not None:
        kept.version = max(kept.version, found.object_version)
    if "other" in detail:
        kept.related.add(str(detail["other"]))
    if found.type == "policy assignment" and "class" in detail:
        kept.assigned = str(detail["class"])
    if found.type == "deletion":
        kept.destroyed = True


def _hold(standing: Standing, found: Event) -> None:
    """A hold placed on an object, or released from it."""
    name = str(found.detail.get("hold", ""))
    kept = standing.objects.get(str(found.object))
    if kept is None:
        return
    if found.type == "hold placed":
        reason = str(found.detail.get("reason", ""))
        hold = standing.holds.setdefault(name, Hold(name, reason, found.at, found.agent.id))
        hold.objects.add(kept.id)
        kept.holds[name] = hold.reason
        return
    kept.holds.pop(name, None)
    hold_left = standing.holds.get(name)
    if hold_left is not None and not any(name in standing.objects[one].holds for one in hold_left.objects):
        hold_left.released = found.at


def _appraise(standing: Standing, found: Event) -> None:
    """A proposal, or what somebody decided of it."""
    name = str(found.detail.get("proposal", ""))
    known = standing.proposals.get(name)
    if known is None and found.outcome == "pending" and found.files:
        paper, digest = next(iter(found.files.items()))
        count = found.detail.get("objects")
        number = count if isinstance(count, int) else 0
        standing.proposals[name] = Proposal(name, found.at, found.agent.id, paper, digest, number)
    elif known is not None and found.outcome in DECIDED and known.state in {"pending", "approved"}:
        known.state = DECIDED[found.outcome]
        known.decided_by, known.decided = found.agent.id, found.at
