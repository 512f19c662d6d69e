"""Taking over: the documents of a bag become documents of this archive, with their custody unbroken.

The objects keep their ids, bytes and versions. The lines and proofs of the
ledger they come from are kept as one file, `custody/<uuid>/origin.json`; a
`custody_transfer` event names its digest and the state of that ledger. Then
each version is told again by a line of this ledger, so that it is verified,
listed and found like any other.

An interruption leaves some of the objects filed, each with all of its versions,
and the transfer pending; to take the same bag over again goes on from there: it
files the others, and tells what stands of those (holds, classes) where a line
is still missing.
"""

import base64
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from docscan.archive import durable, ledger, objects, papers, tables
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft, Event
from docscan.archive.handover import proofs, sent
from docscan.archive.handover.sent import STANDING, VERSIONS, Sent
from docscan.archive.revision import carry_out
from docscan.errors import ArchiveError
from docscan.frozen import dataclass

FORMAT = "docscan.origin/1"
BATCH = "batch"  # of the other archive, and of no meaning here


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it.

    Attributes:
        origin: The name of the ledger they come from.
        transfer: The UUID of the hand-over; the same bag has the same.
        taken: The ids of the documents that were filed.
        known: The ids of those that were here already, byte for byte.
    """

    origin: str
    transfer: str
    taken: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Transfer:
    """A bag on its way into an archive."""

    id: str
    sent: Sent
    now: datetime
    agent: str


def take_over(catalogue: Catalogue, folder: Path, *, pinned: str = "", now: datetime, agent: str) -> Taken:
    """Check a bag and file its documents.

    Args:
        catalogue: Open on an archive that the caller holds, and that is recovered.
        folder: The bag.
        pinned: The public key of the sender's log in hex, where it is known.
        now: When, with its time zone.
        agent: Who takes over: a login name.

    Raises:
        FixityError: The bag is not right, or holds a document that is here
            with other bytes, or was destroyed here; nothing was filed.
        LedgerError: The ledger cannot be continued.
        ArchiveError: There is no room.
    """
    found = sent.opened(folder, catalogue.archive.config.language, pinned)
    here = {one: _known(catalogue, found, one) for one in found.events}
    new, known = (tuple(one for one, is_here in here.items() if is_here is which) for which in (False, True))
    bundle = _bundle(found)
    transfer = _Transfer(_named(bundle), found, now, agent)
    path = f"custody/{transfer.id}/origin.json"
    about = _about(transfer)
    taken = Taken(found.checkpoint.origin, transfer.id, new, known)
    if papers.vouched(catalogue, path, ("custody_transfer",)) is None:
        pending = Draft("custody_transfer", "pending", detail=about, role="recipient")
        papers.file(catalogue, pending, {path: bundle}, now=now, agent=agent)
    elif not new and _ended(catalogue, transfer.id):
        return taken
    try:
        for object_id, is_here in here.items():
            if not is_here:
                _file(catalogue, transfer, object_id)
            _stand(catalogue, transfer, object_id)
    except OSError as problem:
        raise ArchiveError(
            f"Not all of {folder} could be filed: {problem.strerror}.",
            hint="Make room and call the same command again: it goes on from there.",
        ) from problem
    done = {**about, "taken": len(new), "known": len(known)}
    _tell(catalogue, Draft("custody_transfer", detail=done, role="recipient"), transfer)
    return taken


def _named(bundle: bytes) -> str:
    """The UUID of a hand-over, which follows from what is handed over."""
    return str(uuid.UUID(bytes=bytes.fromhex(ledger.sha256(bundle))[:16], version=4))


def _tell(catalogue: Catalogue, draft: Draft, transfer: _Transfer) -> None:
    catalogue.apply(ledger.append(catalogue.archive, draft, now=transfer.now, agent=transfer.agent))


def _about(transfer: _Transfer) -> dict[str, str | int]:
    """What the ledger says of the ledger that the documents come from."""
    found = transfer.sent
    return {
        "transfer": transfer.id,
        "origin": found.checkpoint.origin,
        "size": found.checkpoint.size,
        "root": found.checkpoint.root.hex(),
        "manifest": found.manifest,
        "objects": len(found.events),
    }


def _known(catalogue: Catalogue, found: Sent, object_id: str) -> bool:
    """Whether a document is here already.

    Raises:
        FixityError: It is, with other bytes, or was destroyed.
    """
    own, language = proofs.history(catalogue, object_id), catalogue.archive.config.language
    if any(one.type == "deletion" and one.outcome == "pass" for one in own):
        raise sent.refused(object_id, "X050", language)
    here, there = (_inventories(events) for events in (own, found.events[object_id]))
    if here and not there.items() <= here.items():
        raise sent.refused(object_id, "X051", language)
    return bool(here)


def _inventories(events: Iterable[Event]) -> dict[str, str]:
    """The digest of the inventory of each version; it covers every other file of it."""
    named = proofs.vouched(events)
    return {path: digest for path, digest in named.items() if path.endswith(f"/{objects.INVENTORY}")}


def _bundle(found: Sent) -> bytes:
    """What proves where the documents come from, as one file."""
    lines = [
        {"line": line.decode(), "proof": [base64.b64encode(one).decode() for one in hashes]}
        for line, hashes in found.lines
    ]
    facts: dict[str, Any] = {
        "format": FORMAT,
        "key": found.key,
        "checkpoint": found.note.decode(),
        "manifest": found.manifest,
        "lines": lines,
    }
    return rfc8785.dumps(facts) + b"\n"


def _file(catalogue: Catalogue, transfer: _Transfer, object_id: str) -> None:
    """One object, with all of its versions or not at all."""
    archive, found = catalogue.archive, transfer.sent
    events = found.events[object_id]
    staged, incoming = archive.staging / object_id, archive.staging / f"{object_id}.incoming"
    for leftover in (staged, incoming):
        shutil.rmtree(leftover, ignore_errors=True)
    proofs.carry(found.archive, object_id, proofs.vouched(_of(events, VERSIONS)), incoming)
    durable.sync_tree(incoming)
    (incoming / "objects" / objects.relative_folder(object_id)).rename(staged)
    shutil.rmtree(incoming)
    drafts = [_again(one, transfer.id) for one in _of(events, VERSIONS)]
    carry_out(archive, catalogue, drafts, now=transfer.now, agent=transfer.agent)


def _stand(catalogue: Catalogue, transfer: _Transfer, object_id: str) -> None:
    """What stands of an object that came by this hand-over, as far as it is not told yet."""
    own = proofs.history(catalogue, object_id)
    if not any(one.type in VERSIONS and one.detail.get("transfer") == transfer.id for one in own):
        return  # it was here before; what stands of it is said here
    told = [(one.type, dict(one.detail)) for one in own]
    for draft in (_again(one, transfer.id) for one in _of(transfer.sent.events[object_id], STANDING)):
        if (draft.type, dict(draft.detail)) not in told:
            _tell(catalogue, draft, transfer)


def _ended(catalogue: Catalogue, transfer: str) -> bool:
    """Whether a hand-over was told to be complete."""
    with tables.guarded(catalogue.archive.catalogue_path):
        rows = catalogue.db.execute(
            "SELECT 1 FROM events WHERE type = 'custody_transfer' AND outcome = 'pass'"
            " AND json_extract(line, '$.detail.transfer') = ?",
            (transfer,),
        )
        return rows.fetchone() is not None


def _of(events: Iterable[Event], types: Sequence[str]) -> Iterator[Event]:
    return (one for one in events if one.type in types)


def _again(told: Event, transfer: str) -> Draft:
    """An event of the other ledger as this one tells it."""
    detail = {key: value for key, value in told.detail.items() if key != BATCH}
    return Draft(
        told.type,
        told.outcome,
        told.object,
        told.object_version,
        told.files,
        {**detail, "transfer": transfer},
        told.agent.role,
    )
