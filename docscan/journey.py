"""One document from inbox to shelf, read from top to bottom.

`digitise` is the whole story of a file: claimed, received, examined, verified,
deposited, and only then gone from the inbox. `examine` is the part that costs
time and touches nothing of the archive, so that it can run in another process:
scans, cleanup, reading, extraction; `count`, `read_page` and `bind` are its parts.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from docscan import PROGRAM, cleanup, extraction, library, ocr, pipeline, schema, verification
from docscan.accession import inbox, intake, scans
from docscan.accession.inbox import Arrival, Claim
from docscan.accession.intake import Received
from docscan.archive import Archive, durable, ledger, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import shown
from docscan.archive.deposit import deposit
from docscan.archive.event import Draft, Event
from docscan.cleanup import halving
from docscan.errors import (
    AccessionError,
    EngineFailedError,
    IncompleteDocumentError,
    LanguageMissingError,
    LedgerError,
    NotFoundError,
)
from docscan.messages import sentence
from docscan.model import Known, Page, Record, Scan
from docscan.ocr import engine, searchable, textlayer
from docscan.pipeline import Pipeline
from docscan.schema import Schema

Result = Literal["archived", "duplicate", "put_aside", "waiting"]

PDF = "application/pdf"
A4_INCHES = (8.27, 11.69)


@dataclass(frozen=True, slots=True)
class Setup:
    """What documents are read with; it travels to other processes.

    Attributes:
        pipeline: The choices of each stage.
        schemas: In the pipeline's order.
        languages: Those of the pipeline that the engine has models for.
        expected: The one that pages are likely to be in; empty when nothing tells.
    """

    pipeline: Pipeline
    schemas: tuple[Schema, ...]
    languages: tuple[str, ...]
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a run does its work.

    Attributes:
        examine: Reads a received file in other processes, and leaves the
            searchable PDF and its words beside it.
        lock: Held around whatever touches the catalogue or the ledger.
        clock: Tells the time.
        agent: The login of who runs it.
        grace: Seconds an incomplete file may take to become complete.
    """

    archive: Archive
    catalogue: Catalogue
    setup: Setup
    examine: Callable[[Received], Record]
    lock: AbstractContextManager[object]
    clock: Callable[[], datetime]
    agent: str
    grace: float


class Nothing:
    """The catalogue of a reading that files nothing: it knows of no earlier document."""

    def same_invoice(self, supplier: str, number: str) -> str | None:  # noqa: ARG002 - as Known has it
        """None, always."""
        return None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        source: The name it arrived under.
        result: Where it ended.
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


def equip(name: str, root: Path | None = None, *, reader: str = "") -> Setup:
    """Load a pipeline and its schemas whole, and see what the engine can read.

    Args:
        name: Of the pipeline.
        root: The archive whose own definitions go before the shipped ones.
        reader: The engine to read with, if not the pipeline's.

    Raises:
        DefinitionError: A definition is wrong.
        EngineMissingError, LanguageMissingError: Nothing could be read.
    """
    path = library.find("pipelines", name, ".toml", root)
    chosen = pipeline.load(path, steps=cleanup.STEPS, checks=verification.CHECKS)
    schemas = tuple(schema.load(library.find("schemas", stem, ".json", root)) for stem in chosen.schemas)
    chosen = replace(chosen, ocr=replace(chosen.ocr, engine=reader or chosen.ocr.engine))
    readable = engine.named(chosen.ocr.engine).languages()
    languages = tuple(language for language in chosen.ocr.languages if language in readable)
    if not languages:
        raise LanguageMissingError(
            f"The engine has none of the languages {', '.join(chosen.ocr.languages)}.",
            hint="Install a model, for example: apt-get install tesseract-ocr-spa.",
        )
    return Setup(chosen, schemas, languages)


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
        received = receive(claim, desk)
        record = None if _twin(received, desk) else desk.examine(received)
        with desk.lock:
            decided = _file(received, record, desk)
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
    path = _received(claim, desk) / objects.safe_name(claim.path.name)
    path.parent.mkdir(parents=True)
    sha256 = intake.copy(claim.path, path)
    return Received(claim.accession, path, claim.source, sha256, media_type)


def examine(received: Received, setup: Setup, target: Path | None = None) -> Record:
    """Read and extract a document, touching nothing but `target`.

    Args:
        received: The file.
        setup: What to read it with.
        target: Where the searchable PDF is written, if anywhere.

    Raises:
        AccessionError: The file cannot be opened whole.
        OcrError: The engine is missing.
    """
    pages: list[Page] = []
    language = ""
    for number in range(1, count(received.path, received.media_type, setup) + 1):
        reading = expecting(language, setup)
        try:
            page = read_page(received.path, received.media_type, number, reading)
        except EngineFailedError:
            page = read_page(received.path, received.media_type, number, reading, smaller=True)
        pages.append(page)
        language = language or page.language
    return bind(received, tuple(pages), setup, target)


def count(path: Path, media_type: str, setup: Setup) -> int:
    """The number of pages of a document that is seen to be whole.

    Raises:
        AccessionError: It is not, or larger than the pipeline allows.
    """
    return scans.count(path, media_type, setup.pipeline.accession)


def read_page(path: Path, media_type: str, number: int, setup: Setup, *, smaller: bool = False) -> Page:
    """One page, from its text layer or its cleaned image.

    Args:
        path: The document.
        media_type: By content.
        number: The page's, from 1.
        setup: What to read it with; its first language is taken where nothing tells.
        smaller: Read the image at half its resolution, and say `failed` when
            the engine gives it up even so: for a page that was too much before.

    Raises:
        AccessionError: The page cannot be decoded.
        EngineMissingError, LanguageMissingError: Nothing could be read.
        EngineFailedError: The engine stopped or took too long.
    """
    reading = setup.pipeline.ocr
    if media_type == PDF:
        page = textlayer.read(path, number, dpi=reading.dpi, minimum_text=reading.minimum_text)
        if page is not None:
            return page
    scan = cleaned(path, media_type, number, setup, smaller=smaller)
    try:
        remedies = ocr.Remedies(cleanup.turn, cleanup.levels)
        return ocr.read(scan, setup.languages, reading, remedies, setup.expected)
    except EngineFailedError:
        if smaller:
            return ocr.failed(scan)
        raise


def cleaned(  # noqa: PLR0913 - a page, what to clean it with, how, and who watches
    path: Path,
    media_type: str,
    number: int,
    setup: Setup,
    *,
    smaller: bool = False,
    watch: cleanup.Watch | None = None,
) -> Scan:
    """The image of a page, ready to be read.

    Args:
        path: The document.
        media_type: By content.
        number: The page's, from 1.
        setup: What to clean it with.
        smaller: At half its resolution.
        watch: Is shown the image as it came and after each step.

    Raises:
        AccessionError: The page cannot be decoded.
    """
    limits, dpi = setup.pipeline.accession, setup.pipeline.ocr.dpi
    stored = scans.scan(path, media_type, number, dpi=dpi, limits=limits)
    if smaller:
        stored = halving.halved(stored)
    scan = cleanup.clean(stored, setup.pipeline.cleanup, watch)
    # a small page is enlarged, which is what must not be done to one that was too much
    return halving.halved(scan) if smaller and scan.dpi > stored.dpi else scan


def unread(number: int, setup: Setup) -> Page:
    """The place of a page that could not even be looked at; its size is not known and said to be A4."""
    dpi = setup.pipeline.ocr.dpi
    width, height = (round(inches * dpi) for inches in A4_INCHES)
    return Page(number, width, height, float(dpi), "failed")


def expecting(language: str, setup: Setup) -> Setup:
    """The setup for pages after one in a language: they are likely to be in it, too."""
    return replace(setup, expected=language) if language in setup.languages else setup


def bind(received: Received, pages: tuple[Page, ...], setup: Setup, target: Path | None = None) -> Record:
    """Make the read pages a document again: what it says, and its searchable PDF.

    Args:
        received: The file.
        pages: All of them, in order.
        setup: What to extract with.
        target: Where the searchable PDF is written, if anywhere.
    """
    if target is not None:
        image = setup.pipeline.ocr.image
        searchable.write(received.path, received.media_type, pages, target, image=image)
    return Record(
        id=None,
        source=received.source,
        sha256=received.sha256,
        media_type=received.media_type,
        extraction=extraction.extract(pages, setup.schemas),
        pages=pages,
        findings=ocr.findings(pages),
        verdict="review",
        program=PROGRAM,
    )


def searchable_path(received: Received) -> Path:
    """Where the searchable PDF of a received file is made."""
    return received.path.with_name(f"{received.accession}.searchable.pdf")


def words_path(received: Received) -> Path:
    """Where the words of a received file are kept until it is deposited."""
    return received.path.with_name(f"{received.accession}.words.json")


def verified(record: Record, setup: Setup, known: Known) -> Record:
    """The record after its checks: statuses set, doubts named, the verdict given."""
    checked, doubts = verification.verify(record.extraction, setup.pipeline.verification, known)
    findings = (*record.findings, *doubts)
    return replace(
        record, extraction=checked, findings=findings, verdict=verification.verdict(findings, checked)
    )


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
        except NotFoundError:
            whole = False
        if not whole:
            raise AccessionError("A100", id=twin)
    return twin


def _file(received: Received, record: Record | None, desk: Desk) -> Event:
    """Deposit a record, or write the receipt of a duplicate; the lock is held."""
    twin = desk.catalogue.by_sha256(received.sha256)  # another of the same bytes may have been quicker
    if record is None or twin is not None:
        detail = {"accession": received.accession, "sha256": received.sha256}
        return _noted(Draft("accession", outcome="cancelled", object=twin, detail=detail), desk)
    filed = deposit(
        desk.archive,
        desk.catalogue,
        verified(record, desk.setup, desk.catalogue),
        {
            f"original/{received.path.name}": received.path,
            objects.SEARCHABLE: searchable_path(received),
            objects.WORDS: words_path(received),
        },
        object_id=received.accession,
        now=desk.clock(),
        agent=desk.agent,
    )
    return _decided(filed.id or "", desk)


def _refuse(claim: Claim, reason: AccessionError, desk: Desk) -> Event:
    detail = {"accession": claim.accession, "reason": reason.code}
    with desk.lock:
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
    desk.catalogue.catch_up()
    return event


def _wait(claim: Claim, reason: AccessionError, desk: Desk) -> Outcome:
    shutil.rmtree(_received(claim, desk), ignore_errors=True)
    path = inbox.give_back(claim, desk.archive.inbox, desk.archive.work)
    said = sentence("A110", desk.archive.config.language)
    return Outcome(claim.source, "waiting", path=path, code=reason.code, reason=said)


def _facts_again(claim: Claim, event: Event, desk: Desk) -> Mapping[str, str]:
    """What an interruption took of a refusal: the ledger keeps its code alone."""
    if event.type == "quarantine":
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
        _let_go(claim, row.sha256, desk)
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


def _let_go(claim: Claim, sha256: str, desk: Desk) -> None:
    """Remove a claimed file whose bytes are archived; one that was written to since is a new arrival."""
    if inbox.closed(claim.path) == "no" or durable.digest_of(claim.path) != sha256:
        inbox.give_back(claim, desk.archive.inbox, desk.archive.work)
    else:
        inbox.drop(claim, desk.archive.work)


def _received(claim: Claim, desk: Desk) -> Path:
    return desk.archive.staging / f"{claim.accession}.received"


def _source(path: Path, desk: Desk) -> str:
    return shown(path.relative_to(desk.archive.root).as_posix())
