"""One document from inbox to shelf, read from top to bottom.

`digitise` is the whole story of a file: claimed, received, examined, verified,
deposited, and only then gone from the inbox. To be examined is the part that
costs time and touches nothing of the archive, so that other processes can do
it: `reading` has it.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from docscan import PROGRAM, learning, signing
from docscan.accession import inbox, intake
from docscan.accession.inbox import Arrival, Claim
from docscan.accession.intake import Received
from docscan.archive import Archive, durable, ledger, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import shown
from docscan.archive.deposit import deposit
from docscan.archive.event import Draft, Event
from docscan.archive.reconciliation import Intake
from docscan.archive.recovery import continued
from docscan.equipment import Setup, verified
from docscan.errors import AccessionError, FixityError, IncompleteDocumentError, LedgerError, NotFoundError
from docscan.frozen import dataclass
from docscan.messages import sentence
from docscan.model import Page, Record
from docscan.record import pages_from_words
from docscan.signing import Making, Seal

Result = Literal["archived", "duplicate", "put_aside", "waiting"]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a run does its work.

    Attributes:
        examine: Reads a received file in other processes, and leaves the
            searchable PDF and its words beside it.
        lock: Held by one thread at a time around whatever touches the catalogue.
        clock: Tells the time.
        agent: The login of who runs it.
        grace: Seconds an incomplete file may take to become complete.
        intake: The batch that is filed into, if one is.
        seal: What searchable copies are signed with, where the pipeline asks for it.
    """

    archive: Archive
    catalogue: Catalogue
    setup: Setup
    examine: Callable[[Received], Record]
    lock: AbstractContextManager[object]
    clock: Callable[[], datetime]
    agent: str
    grace: float
    intake: Intake | None = None
    seal: Seal | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the archive for one write, against other threads first and then against other programs.

        Whoever else holds it is waited for as long as a document may be silent.

        Raises:
            ArchiveBusyError: Another command held it all that time.
        """
        patience = self.archive.config.run.timeout
        with self.lock, continued(self.catalogue, now=self.clock(), agent=self.agent, timeout=patience):
            yield

    def detail(self, source: str) -> dict[str, str | int]:
        """What the events about a file say of its batch."""
        return self.intake.detail(source) if self.intake else {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        source: The name it arrived under.
        result: Where it ended.
        companion: The name of the XML file that came beside it, and shares its fate.
        id: Of its record, or of the record that it duplicates.
        path: Where the file is now, unless it was archived.
        reason: A sentence for the clerk, unless it was archived.
    """

    source: str
    result: Result
    id: str = ""
    kind: str = ""
    verdict: str = ""
    pages: int = 0
    path: Path | None = None
    code: str = ""
    reason: str = ""
    companion: str = ""


def digitise(claim: Claim, desk: Desk) -> Outcome:
    """Bring one claimed file to where it belongs; it leaves the work folder last.

    What the ledger says of a file is decided for good: after an interruption
    only the rest is done.
    """
    with desk.lock:
        decided = desk.catalogue.outcome(claim.accession)
    if decided is not None:
        return _conclude(claim, decided, _facts_again(claim, decided, desk), desk)
    try:
        decided = _filed(receive(claim, desk), desk)
    except AccessionError as reason:
        cut_short = isinstance(reason, IncompleteDocumentError)
        if cut_short and not inbox.outlived(claim.path, grace=desk.grace, now=desk.clock().timestamp()):
            return _wait(claim, reason, desk)
        return _conclude(claim, _refuse(claim, reason, desk), reason.facts, desk)
    return _conclude(claim, decided, {}, desk)


def receive(claim: Claim, desk: Desk) -> Received:
    """Check, identify and copy a claimed file into the staging area.

    Raises:
        AccessionError: It cannot be taken in.
    """
    intake.check(claim.path, desk.setup.pipeline.accession)
    media_type = intake.identify(claim.path)
    intake.expect_format(media_type, desk.setup.pipeline.accession)
    path = _received(claim, desk) / objects.safe_name(claim.path.name)
    path.parent.mkdir(parents=True)
    sha256 = intake.copy(claim.path, path)
    companion = None
    if claim.companion:
        if claim.companion.stat().st_size:  # an empty one is no reason to refuse a document
            intake.check(claim.companion, desk.setup.pipeline.accession)
        companion = path.parent / "companion" / objects.safe_name(claim.companion.name)
        companion.parent.mkdir()
        intake.copy(claim.companion, companion)
    return Received(claim.accession, path, claim.source, sha256, media_type, companion)


def searchable_path(received: Received) -> Path:
    """Where the searchable PDF of a received file is made."""
    return received.path.with_name(f"{received.accession}.searchable.pdf")


def words_path(received: Received) -> Path:
    """Where the words of a received file are kept until it is deposited."""
    return received.path.with_name(f"{received.accession}.words.json")


def still_arriving(arrival: Arrival, desk: Desk) -> Outcome:
    """The outcome of a file that somebody is still writing."""
    reason = sentence("A110", desk.archive.config.language)
    return Outcome(_source(arrival.path, desk), "waiting", path=arrival.path, code="A110", reason=reason)


def borne_out(outcome: Outcome, desk: Desk) -> bool:
    """Whether the folders and the catalogue show what an outcome says."""
    if outcome.result == "archived":
        filed = desk.catalogue.outcome(outcome.id)
        return filed is not None and objects.folder_of(desk.archive, outcome.id).is_dir()
    return outcome.path is not None and os.path.lexists(outcome.path)


def _twin(received: Received, desk: Desk) -> str | None:
    """The record that has these very bytes already, once its own are seen to be whole.

    Raises:
        AccessionError: They are not; the new file may be the rescue (A100).
    """
    with desk.lock:
        twin = desk.catalogue.by_sha256(received.sha256)
    if twin is not None:
        try:
            whole = durable.digest_of(objects.path_of(desk.archive, twin, "original")) == received.sha256
        except (NotFoundError, FixityError):
            whole = False
        if not whole:
            raise AccessionError("A100", id=twin)
    return twin


def _filed(received: Received, desk: Desk) -> Event:
    """What the ledger says of a received file, once it is examined and filed, or seen to be here already."""
    if _twin(received, desk):
        with desk.held():
            if twin := desk.catalogue.by_sha256(received.sha256):
                return _duplicate(received, twin, desk)
    record = desk.examine(received)  # also where its twin was destroyed at this very moment
    if desk.seal is not None:
        _signed(received, desk.seal, desk)
    with desk.held():
        if twin := desk.catalogue.by_sha256(received.sha256):  # another of the same bytes was quicker
            return _duplicate(received, twin, desk)
        return _deposited(received, record, desk)


def _duplicate(received: Received, twin: str, desk: Desk) -> Event:
    """Write the receipt of a file whose bytes a record has; the archive is held."""
    detail = {"accession": received.accession, "sha256": received.sha256, **desk.detail(received.source)}
    if desk.intake:
        detail["pages"] = desk.catalogue.row(twin).pages
    return _noted(Draft("accession", outcome="cancelled", object=twin, detail=detail), desk)


def _deposited(received: Received, record: Record, desk: Desk) -> Event:
    """Check a record against all that are filed, and file it; the archive is held."""
    filed = deposit(
        desk.archive,
        desk.catalogue,
        verified(_learned(record, received, desk), desk.setup, desk.catalogue),
        {
            f"original/{received.path.name}": received.path,
            objects.SEARCHABLE: searchable_path(received),
            objects.WORDS: words_path(received),
            **{_companion(path): path for path in [received.companion] if path},
        },
        object_id=received.accession,
        now=desk.clock(),
        agent=desk.agent,
        detail={**desk.detail(received.source), **_signature(desk)},
    )
    return _decided(filed.id or "", desk)


def _signature(desk: Desk) -> dict[str, str | int]:
    """What the event says of the signature: by which certificate it is."""
    return {"certificate": desk.seal.certificate} if desk.seal else {}


def _signed(received: Received, seal: Seal, desk: Desk) -> None:
    """Sign the searchable copy; nobody acts between its reading and this."""
    at, profile = ledger.stamp(desk.clock()), desk.setup.pipeline.name
    making = Making(PROGRAM, at, profile, received.sha256, seal.homologation)
    signing.sign(searchable_path(received), seal, making)


def _learned(record: Record, received: Received, desk: Desk) -> Record:
    """The record with what people taught of its supplier; only then are its words read back."""

    def pages() -> tuple[Page, ...]:
        return pages_from_words(json.loads(words_path(received).read_bytes()), record)

    return learning.taught(record, desk.catalogue, desk.setup.schemas, pages)


def _refuse(claim: Claim, reason: AccessionError, desk: Desk) -> Event:
    detail = {"accession": claim.accession, "reason": reason.code, **desk.detail(claim.source)}
    with desk.held():
        return _noted(Draft("quarantine", outcome="fail", detail=detail), desk)


def _decided(accession: str, desk: Desk) -> Event:
    event = desk.catalogue.outcome(accession)
    if event is None:
        raise LedgerError(
            f"The ledger says nothing of {accession}, which was just filed.", hint=ledger.VERIFY
        )
    return event


def _noted(draft: Draft, desk: Desk) -> Event:
    event = ledger.append(desk.archive, draft, now=desk.clock(), agent=desk.agent)
    desk.catalogue.apply(event)
    return event


def _wait(claim: Claim, reason: AccessionError, desk: Desk) -> Outcome:
    shutil.rmtree(_received(claim, desk), ignore_errors=True)
    path = inbox.give_back(claim, desk.archive.inbox, desk.archive.work)
    said = sentence("A110", desk.archive.config.language)
    return Outcome(claim.source, "waiting", path=path, code=reason.code, reason=said)


def _facts_again(claim: Claim, event: Event, desk: Desk) -> Mapping[str, str]:
    """What an interruption took of a refusal: the ledger keeps its code alone."""
    if event.type == "quarantine":
        from docscan.accession import scans  # noqa: PLC0415 - after an interruption alone

        limits = desk.setup.pipeline.accession
        try:
            intake.check(claim.path, limits)
            scans.count(claim.path, intake.identify(claim.path), limits)
        except AccessionError as reason:
            return reason.facts if reason.code == event.detail.get("reason") else {}
    return {}


def _conclude(claim: Claim, event: Event, facts: Mapping[str, str], desk: Desk) -> Outcome:
    """Bring the claimed file itself to where the ledger says it ended."""
    shutil.rmtree(_received(claim, desk), ignore_errors=True)
    if event.type == "ingestion":
        with desk.lock:
            row = desk.catalogue.row(claim.accession)
        _let_go(claim, row.id, row.sha256, desk)
        return Outcome(claim.source, "archived", row.id, row.kind, row.verdict, row.pages)
    code, language = str(event.detail.get("reason", "A120")), desk.archive.config.language
    known = dict.fromkeys(("found", "allowed", "detail"), "?") | {"id": event.object or "?"} | dict(facts)
    said = sentence(code, language, **known)
    result: Result = "put_aside" if event.type == "quarantine" else "duplicate"
    folder = desk.archive.put_aside if result == "put_aside" else desk.archive.duplicates
    receipt = {
        "format": "docscan.receipt/1",
        "result": result,
        "code": code,
        "reason": said,
        "source": claim.source,
        "accession": claim.accession,
        "record": event.object,
        "at": event.at,
        "program": PROGRAM,
    }
    path = inbox.set_aside(claim, folder, desk.archive.work, receipt=receipt, now=desk.clock())
    return Outcome(claim.source, result, event.object or "", path=path, code=code, reason=said)


def _let_go(claim: Claim, filed: str, sha256: str, desk: Desk) -> None:
    """Remove claimed files whose bytes are archived; what was written to since is a new arrival."""
    kept = {claim.path: sha256}
    if claim.companion:
        kept[claim.companion] = _digest_filed(desk.archive, filed, _companion(claim.companion))
    if any(inbox.closed(path) == "no" or durable.digest_of(path) != digest for path, digest in kept.items()):
        inbox.give_back(claim, desk.archive.inbox, desk.archive.work)
    else:
        inbox.drop(claim, desk.archive.work)


def _companion(path: Path) -> str:
    """Where an XML file that came beside a document lies in its object."""
    return f"companion/{objects.safe_name(path.name)}"


def _digest_filed(archive: Archive, filed: str, logical: str) -> str:
    """The digest of a file of an object; empty when it has no such file."""
    try:
        return durable.digest_of(objects.path_of(archive, filed, logical))
    except (NotFoundError, FixityError):
        return ""


def _received(claim: Claim, desk: Desk) -> Path:
    return desk.archive.staging / f"{claim.accession}.received"


def _source(path: Path, desk: Desk) -> str:
    return shown(path.relative_to(desk.archive.root).as_posix())
