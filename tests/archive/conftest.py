"""A small archive, and documents to put into it."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import deposit
from docscan.model import Entry, Extraction, Field, Finding, InvoiceLine, Line, Page, Record, TaxLine, Word
from docscan.places import Box

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
AGENT = "mlopez"


def read_document(number: int, original: bytes) -> Record:
    """A document as the stages hand it over, not yet filed."""
    words = tuple(
        Word(text, Box(10 * n, 20, 10 * n + 9, 30), 0.912345)
        for n, text in enumerate(("Factura", f"nº{number}"))
    )
    return Record(
        id=None,
        source=f"Señor Muñoz {number}.pdf",
        sha256=sha256(original).hexdigest(),
        media_type="application/pdf",
        extraction=Extraction(
            kind="invoice" if number % 2 else "form",
            schema="invoice",
            kind_confidence=0.98765,
            language="es",
            fields={
                "invoice_number": Field(
                    f"F-{number}", f"F-{number}", 0.99, "verified", "ocr", 1, Box(1, 2, 3, 4)
                ),
                "supplier_tax_id": Field("ESB00000000", "B-00000000", 0.9, "read", "ocr", 1, Box(1, 2, 3, 4)),
                "paid": Field(
                    value=True,
                    raw="X",
                    confidence=0.7,
                    status="doubtful",
                    origin="ocr",
                    page=1,
                    box=Box(5, 5, 9, 9),
                ),
            },
            tax_breakdown=(TaxLine("IVA", "21", "100.00", "21.00"),),
            lines=(InvoiceLine("papel", amount="100.00"),),
            entries=(Entry("Nombre", "Zoë", "Zoë", 1, Box(0, 0, 5, 5), 0.81234),),
        ),
        pages=(
            Page(1, 2480, 3508, 300.0, "read", (Line(words),), language="spa", source_size=(2480, 3508)),
            Page(2, 2480, 3508, 300.0, "blank"),
        ),
        findings=(Finding("A010", "doubt", "total", {"where": "1"}),),
        verdict="review" if number % 3 == 0 else "accepted",
        program="docscan/0.1.0",
    )


def object_id(number: int) -> str:
    return str(uuid.UUID(int=number, version=4))


def file_one(archive: Archive, catalogue: Catalogue, number: int, size: int = 300) -> Record:
    """Claim, read and deposit one document."""
    original = f"%PDF-1.7 {number} ".encode().ljust(size, b"x")
    claimed = archive.work / object_id(number) / f"Señor Muñoz {number}.pdf"
    claimed.parent.mkdir()
    claimed.write_bytes(original)
    derived = archive.staging / f"{number}.pdf"
    derived.write_bytes(b"%PDF-1.7 searchable " + original)
    filed = deposit(
        archive,
        catalogue,
        read_document(number, original),
        {f"original/Señor Muñoz {number}.pdf": claimed, "derived/document.pdf": derived},
        object_id=object_id(number),
        now=NOW + timedelta(minutes=number),
        agent=AGENT,
    )
    claimed.unlink()
    claimed.parent.rmdir()
    return filed


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archives.create(tmp_path / "archive", name="Muñoz & Hijos", language="es", now=NOW, agent=AGENT)


@pytest.fixture
def catalogue(archive: Archive) -> Iterator[Catalogue]:
    with open_catalogue(archive) as found:
        yield found


@pytest.fixture
def file_document(archive: Archive, catalogue: Catalogue) -> Callable[[int], Record]:
    return lambda number: file_one(archive, catalogue, number)
