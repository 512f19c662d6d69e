"""A document read, in a worker: it is counted, each page is read, and all are bound again.

Nothing here touches the archive, nor knows of other documents.
"""

import time
from dataclasses import replace
from pathlib import Path

from docscan import PROGRAM, cleanup, extraction, ocr
from docscan.accession import attachments, companions, scans
from docscan.accession.intake import Received
from docscan.cleanup import halving
from docscan.equipment import Setup
from docscan.errors import EngineFailedError
from docscan.extraction import einvoice
from docscan.extraction.einvoice import Einvoice
from docscan.model import Finding, Page, Record, Scan
from docscan.ocr import textlayer

PDF = "application/pdf"


def count(received: Received, setup: Setup) -> int:
    """The number of pages of a document that is seen to be whole.

    Raises:
        AccessionError: It is not, or larger than the pipeline allows.
    """
    return scans.count(received.path, received.media_type, setup.pipeline.accession)


def read_page(received: Received, number: int, setup: Setup, *, smaller: bool = False) -> Page:
    """One page, from its text layer or its cleaned image.

    Args:
        received: The document.
        number: The page's, from 1.
        setup: What to read it with; its first language is taken where nothing tells.
        smaller: Read the image at half its resolution, and say `failed` when
            the engine gives it up even so: for a page that was too much before.

    Raises:
        AccessionError: The page cannot be decoded.
        EngineMissingError, LanguageMissingError: Nothing could be read.
        EngineFailedError: The engine stopped, or the page's time was over.
    """
    reading, begun = setup.pipeline.ocr, time.monotonic()
    if received.media_type == PDF:
        page = textlayer.read(received.path, number, dpi=reading.dpi, minimum_text=reading.minimum_text)
        if page is not None:
            return page
    scan = cleaned(received, number, setup, smaller=smaller)
    try:
        left = replace(reading, timeout=max(1, reading.timeout - round(time.monotonic() - begun)))
        remedies = ocr.Remedies(cleanup.turn, cleanup.levels, cleanup.soften)
        return ocr.read(scan, setup.languages, left, remedies, setup.expected)
    except EngineFailedError:
        if smaller:
            return ocr.failed(scan)
        raise


def cleaned(
    received: Received,
    number: int,
    setup: Setup,
    *,
    smaller: bool = False,
    watch: cleanup.Watch | None = None,
) -> Scan:
    """The image of a page, ready to be read.

    Args:
        received: The document.
        number: The page's, from 1.
        setup: What to clean it with.
        smaller: At half its resolution.
        watch: Is shown the image as it came and after each step.

    Raises:
        AccessionError: The page cannot be decoded.
    """
    limits, dpi = setup.pipeline.accession, setup.pipeline.ocr.dpi
    stored = scans.scan(received.path, received.media_type, number, dpi=dpi, limits=limits)
    if smaller:
        stored = halving.halved(stored)
    scan = cleanup.clean(stored, setup.pipeline.cleanup, watch)
    # a small page is enlarged, which is what must not be done to one that was too much
    return halving.halved(scan) if smaller and scan.dpi > stored.dpi else scan


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
        from docscan.ocr import searchable  # noqa: PLC0415 - it takes long to load, and only copies need it

        image = setup.pipeline.ocr.image
        searchable.write(received.path, received.media_type, pages, target, image=image)
    einvoices, doubts = stated(received.path, received.media_type, received.companion)
    return Record(
        id=None,
        source=received.source,
        sha256=received.sha256,
        media_type=received.media_type,
        extraction=extraction.extract(pages, setup.schemas, einvoices),
        pages=pages,
        findings=(*ocr.findings(pages), *doubts),
        verdict="review",
        program=PROGRAM,
    )


def stated(
    path: Path, media_type: str, companion: Path | None
) -> tuple[tuple[Einvoice, ...], tuple[Finding, ...]]:
    """The e-invoices inside a document and beside it, and a finding for each that cannot be read.

    Args:
        path: The document.
        media_type: By content.
        companion: The XML file beside it, if any.
    """
    attached = attachments.xml_files(path) if media_type == PDF else ()
    return einvoice.einvoices((*attached, *companions.read(companion)))
