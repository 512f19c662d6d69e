"""Files that the ledger names without an object: rules at the archive's root, papers under `custody/`.

Such a file and the event that names its digest are one step. The order, and
what a crash after each leaves:

1. A plan, `staging/papers.filing`, is flushed: from here on it holds, and
   `recovery` goes through with it.
2. The files take their places.
3. The ledger gets its line, and the catalogue takes it in.
4. The plan is removed.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from docscan.archive import durable, event, ledger, plans, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft, Event
from docscan.archive.plans import Plan

PLAN = "papers.filing"


def file(
    catalogue: Catalogue, draft: Draft, files: Mapping[str, bytes], *, now: datetime, agent: str
) -> Event:
    """Put files in their places, and write the event that names them.

    Args:
        catalogue: Open on an archive that the caller holds, and that is recovered.
        draft: What happened; the digests of the files are added to it.
        files: All of their bytes, by path from the archive's root as
            `event.FILE` allows it; one that is there already is replaced.
        now: When, with its time zone.
        agent: Who: a login name.

    Returns:
        The event as it stands in the ledger.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    archive = catalogue.archive
    digests = {path: ledger.sha256(data) for path, data in files.items()}
    head = ledger.read_head(archive)
    whole = replace(draft, files={**draft.files, **digests})
    encoded = {path: b64encode(data).decode() for path, data in files.items()}
    plans.write(archive, PLAN, [whole], now=now, agent=agent, after=head.size - 1, files=encoded)
    return _go_through(catalogue)


def recover(catalogue: Catalogue) -> None:
    """Go through with a filing that was interrupted.

    Args:
        catalogue: Open on an archive that the caller holds, its ledger healed.
    """
    if (catalogue.archive.staging / PLAN).is_file():
        _go_through(catalogue)


def vouched(catalogue: Catalogue, path: str, types: Sequence[str]) -> str | None:
    """The newest digest that an event without an object names for a file; None when there is none.

    Args:
        catalogue: Open.
        path: From the archive's root.
        types: Of the events that may name it, which are found by an index.
    """
    query = (  # by type first: an index has the events of each type in order
        "SELECT seq, json_extract(line, ?) AS digest FROM events"
        " WHERE type = ? AND object IS NULL AND digest IS NOT NULL ORDER BY seq DESC LIMIT 1"
    )
    with tables.guarded(catalogue.archive.catalogue_path):
        asked = (catalogue.db.execute(query, (f'$.files."{path}"', one)) for one in types)
        found = [row for rows in asked for row in rows]
    return str(max(found)[1]) if found else None


def _go_through(catalogue: Catalogue) -> Event:
    """Steps 2 to 4; what was done is not done again."""
    archive = catalogue.archive
    path = archive.staging / PLAN
    plan = plans.read(path)
    draft, after, files = _planned(path, plan)
    for name, data in files.items():
        place = archive.root / name
        durable.make_folders(place.parent, archive.root)
        durable.replace(place, data, archive.staging)
    told = _told(catalogue, draft, after)
    if told is None:
        told = ledger.append(archive, draft, now=plan.now, agent=plan.agent)
        catalogue.apply(told)
    path.unlink()
    durable.sync_folder(archive.staging)
    return told


def _planned(path: Path, plan: Plan) -> tuple[Draft, int, dict[str, bytes]]:
    """The event of a plan, the line it comes after, and the files that it names and no others.

    Raises:
        ArchiveError: It is no plan of ours.
    """
    try:
        (draft,) = plan.drafts
        files = {name: b64decode(data, validate=True) for name, data in plan.facts["files"].items()}
        after = int(plan.facts["after"])
    except (ValueError, LookupError, TypeError, AttributeError) as problem:
        raise plans.unfit(path) from problem
    if any(draft.files.get(name) != ledger.sha256(data) for name, data in files.items()):
        raise plans.unfit(path)
    return draft, after, files


def _told(catalogue: Catalogue, draft: Draft, after: int) -> Event | None:
    """The event of a plan, when it was written before an interruption."""
    catalogue.catch_up()
    rows = catalogue.db.execute(
        "SELECT line FROM events WHERE seq > ? AND type = ? ORDER BY seq", (after, draft.type)
    ).fetchall()
    found = (event.parsed(line.encode()) for (line,) in rows)
    return next((one for one in found if one.files == draft.files and one.detail == draft.detail), None)
