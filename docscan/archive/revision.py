"""Revision: what a person decided becomes a further version of an object.

A decision may touch several objects (to split a record makes a new one, to
merge two revises both), and takes place as a whole. The order, and what a
crash after each step leaves:

1. Every version is built in `staging/` and flushed: leftovers, thrown away.
2. The plan, `staging/<uuid>.decision`, is flushed: from here on the decision
   holds, and `recovery` goes through with it.
3. One version after the other: its folder takes its place in the object, the
   inventory at the object's root becomes its inventory, the ledger gets its
   line, and the catalogue takes that in.
4. The plan is removed.

A step that was done is not done again, so the plan can be gone through as
often as it is interrupted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from docscan.archive import durable, inventory, ledger, objects, plans
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.inventory import Inventory, Version
from docscan.archive.layout import Archive
from docscan.errors import FixityError, RecordChangedError
from docscan.frozen import dataclass

if TYPE_CHECKING:  # a question about records loads neither what they are made of nor how they are built
    from docscan.model import Record

PLAN = ".decision"


@dataclass(frozen=True, slots=True)
class Revision:
    """What a decision makes of one object.

    Attributes:
        record: As it is to be, with its id; of a new object also with the time
            its file was received.
        version: The number of the version that this makes; 1 for a new object.
        files: Derived files that become others, by logical path; of a new
            object all of its files, as `deposit` takes them.
        detail: What the ledger says of it: words and numbers of a closed form.
    """

    record: "Record"
    version: int
    files: Mapping[str, Path] = field(default_factory=dict)
    detail: Mapping[str, str | int] = field(default_factory=dict)


def revise(
    archive: Archive, catalogue: Catalogue, revisions: Sequence[Revision], *, now: datetime, agent: str
) -> None:
    """Carry out one decision: all of its revisions, or none.

    Args:
        archive: Held by the caller, and recovered.
        catalogue: Open on that archive.
        revisions: In the order the ledger is to tell them.
        now: When it was decided, with its time zone.
        agent: Who decided: a login name.

    Raises:
        RecordChangedError: A record has a newer version than the one that was
            looked at.
        FixityError: What is to be revised is not what the ledger vouches for.
        LedgerError: The ledger cannot be continued.
    """
    before = {one.record.id: _before(archive, catalogue, one) for one in revisions if one.version > 1}
    who, at = ledger.pseudonym(archive, agent), ledger.stamp(now)
    drafts = [_built(archive, one, before.get(one.record.id), Version("", at, who, {})) for one in revisions]
    carry_out(archive, catalogue, drafts, now=now, agent=agent)


def carry_out(
    archive: Archive, catalogue: Catalogue, drafts: Sequence[Draft], *, now: datetime, agent: str
) -> None:
    """Steps 2 to 4: give versions that were built in the staging area their places, all or none.

    Args:
        archive: Held by the caller, and recovered.
        catalogue: Open on that archive.
        drafts: What the ledger is to say of each; a whole object lies in
            `staging/<uuid>` with all of the versions that are spoken of.
        now: When, with its time zone.
        agent: Who: a login name.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    path = plans.write(archive, f"{drafts[0].object}{PLAN}", drafts, now=now, agent=agent)
    _go_through(archive, catalogue, path)


def recover(archive: Archive, catalogue: Catalogue) -> None:
    """Go through with the decisions that were interrupted.

    Args:
        archive: Held by the caller, its ledger healed.
        catalogue: Open on that archive.
    """
    for path in sorted(archive.staging.glob(f"*{PLAN}")):
        _go_through(archive, catalogue, path)


def _before(archive: Archive, catalogue: Catalogue, revision: Revision) -> Inventory:
    """The inventory to go on from, once it and the record are seen to be what the ledger vouches for.

    Otherwise a version would vouch for what somebody altered.
    """
    object_id, number = str(revision.record.id), revision.version - 1
    event = catalogue.newest_version(object_id)
    if event is None or event.object_version != number:
        raise RecordChangedError(
            f"The record {object_id} was changed while you looked at it.", hint="Look at it again."
        )
    name = f"v{number}/{objects.INVENTORY}"
    with objects.understood(object_id):
        data = (objects.folder_of(archive, object_id) / name).read_bytes()
        found = inventory.parsed(data)
        record = objects.path_of(archive, object_id, "record.json", number)
        whole = durable.digest_of(record) == found.files(number)["record.json"]
    if not whole or objects.sha256(data) != event.files.get(name):
        raise FixityError(
            f"The record {object_id} is not as it was filed.", hint="See what `docscan verify` finds."
        )
    return found


def _built(archive: Archive, revision: Revision, before: Inventory | None, said: Version) -> Draft:
    """Step 1, for one object."""
    from docscan.archive import building  # noqa: PLC0415 - it loads what records are made of

    if before is None:
        draft = building.new_object(archive, revision.record, revision.files, said.agent)
    else:
        word = str(revision.detail.get("decision", "modification"))
        version = Version(str(revision.record.id), said.created, said.agent, {}, revision.version, word)
        draft = building.new_version(archive, revision.record, revision.files, before, version)
    return Draft(
        draft.type,
        object=draft.object,
        object_version=draft.object_version,
        files=draft.files,
        detail={**draft.detail, **revision.detail},
    )


def _go_through(archive: Archive, catalogue: Catalogue, path: Path) -> None:
    """Steps 3 and 4."""
    plan = plans.read(path)
    for draft in plan.drafts:
        filed = catalogue.newest_version(str(draft.object))
        done = filed is not None and (filed.object_version or 0) >= (draft.object_version or 0)
        if not done and _take_place(archive, draft):
            catalogue.apply(ledger.append(archive, draft, now=plan.now, agent=plan.agent))
    path.unlink()
    durable.sync_folder(archive.staging)


def _take_place(archive: Archive, draft: Draft) -> bool:
    """A new object into the storage root, or a version into its object; False when somebody took it away."""
    object_id = str(draft.object)
    folder = objects.folder_of(archive, object_id)
    first = draft.object_version == 1
    staged = archive.staging / (object_id if first else f"{object_id}.v{draft.object_version}")
    place = folder if first else folder / f"v{draft.object_version}"
    if staged.is_dir():
        durable.make_folders(place.parent, archive.objects)
        staged.rename(place)
        durable.sync_folder(place.parent)
        durable.sync_folder(archive.staging)
    if not place.is_dir():
        return False
    if not first:
        for name in (objects.INVENTORY, objects.SIDECAR):
            durable.replace(folder / name, (place / name).read_bytes(), archive.staging)
    return True
