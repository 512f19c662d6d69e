"""Plans: what was begun and holds, flushed as one file in `staging/` for `recovery` to go through with.

Papers, decisions and destructions each have their steps; what they share is
the file: who, when, which events, and whatever else the steps need. Who may
write the archive's files may put any file there, so what is read is held
against the ledger's closed schema first: no plan leads out of the archive.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from docscan import PROGRAM
from docscan.archive import durable, event, ledger
from docscan.archive.event import NO_LINE, Agent, Draft, Event
from docscan.archive.layout import Archive
from docscan.errors import ArchiveError
from docscan.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """What was begun.

    Attributes:
        agent: Who began it: a pseudonym.
        now: When, with its time zone.
        drafts: What the ledger is to say of it.
        facts: What else its steps need.
    """

    agent: str
    now: datetime
    drafts: tuple[Draft, ...]
    facts: Mapping[str, Any]


def write(
    archive: Archive, name: str, drafts: Sequence[Draft], *, now: datetime, agent: str, **facts: object
) -> Path:
    """Flush a plan; from here on it holds.

    Args:
        archive: Held by the caller.
        name: Of the file in `staging/`.
        drafts: What the ledger is to say.
        now: When, with its time zone.
        agent: Who: a login name, or a pseudonym.
        facts: What else the steps need, as JSON has it.

    Raises:
        ValueError: A draft holds what the ledger's closed schema does not allow; nothing is begun.
    """
    who = agent if event.AGENT.fullmatch(agent) else ledger.pseudonym(archive, agent)
    told = {"agent": who, "at": now.isoformat(), "drafts": [asdict(draft) for draft in drafts]}
    for draft in drafts:
        check(draft, who, ledger.stamp(now))
    path = archive.staging / name
    durable.replace(path, json.dumps(told | facts).encode(), archive.staging)
    return path


def read(path: Path) -> Plan:
    """Read a plan.

    Raises:
        ArchiveError: It is none that docscan wrote.
    """
    try:
        found = json.loads(path.read_bytes())
        agent, now = found.pop("agent"), datetime.fromisoformat(found.pop("at"))
        drafts = tuple(Draft(**draft) for draft in found.pop("drafts"))
        for draft in drafts:
            check(draft, agent, ledger.stamp(now))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise unfit(path) from problem
    return Plan(agent, now, drafts, found)


def unfit(path: Path) -> ArchiveError:
    """That a file is no plan docscan wrote."""
    return ArchiveError(
        f"{path} is nothing that docscan began.",
        hint="See what `docscan verify` finds, keep a copy of the file and take it away; then try again.",
    )


def check(draft: Draft, agent: str, at: str) -> None:
    """Hold an event to come against the closed schema.

    Raises:
        ValueError: The ledger could not have it.
    """
    who = Agent(agent, draft.role, PROGRAM)
    event.check(
        Event(
            0,
            at,
            NO_LINE,
            draft.type,
            draft.outcome,
            who,
            draft.object,
            draft.object_version,
            draft.files,
            draft.detail,
        )
    )
