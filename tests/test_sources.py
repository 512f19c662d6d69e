"""From a file to its fields: an e-invoice inside, a code on the page, the print."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import papers
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from docscan import equipment, reading
from docscan.accession import companions
from docscan.accession.intake import Received
from docscan.equipment import Setup
from docscan.model import Record

PRINT = (
    "Stolarnia Lipa sp. z o.o.",
    "ul. Bukowa 3, 00-001 Warszawa",
    "NIP: 5260001246",
    "",
    "Faktura VAT FV/12/2026",
    "Data wystawienia: 12.03.2026",
    "Termin zapłaty: 11.04.2026",
    "",
    "Razem netto: 160,00 PLN",
    "Kwota VAT: 27,00 PLN",
    "Razem do zapłaty: 187,00 PLN",
)
CODE = "https://qr.ksef.mf.gov.pl/invoice/5260001246/{}/UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"


class Nothing:
    def same_invoice(self, supplier: str, number: str) -> None:  # noqa: ARG002 - as Known has it
        return None


@pytest.fixture(scope="module")
def setup() -> Setup:
    return equipment.equip("default")


@pytest.fixture
def draw(tmp_path: Path) -> Callable[..., Path]:
    def drawn(code: str = "", xml: bytes = b"") -> Path:
        path = tmp_path / "paper.pdf"
        drawing = canvas.Canvas(str(path), pagesize=(595, 842))
        drawing.setFont("Helvetica", 12)
        for row, line in enumerate(PRINT):
            drawing.drawString(60, 760 - 22 * row, line.replace("ł", "l"))
        if code:
            image = io.BytesIO()
            symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
            Image.fromarray(np.array(symbol.to_image(scale=4, add_quiet_zones=False))).save(image, "PNG")
            drawing.drawImage(ImageReader(image), 420, 650, 110, 110)
        drawing.save()
        if xml:
            with pikepdf.open(path, allow_overwriting_input=True) as document:
                document.attachments["faktura.xml"] = pikepdf.AttachedFileSpec(document, xml)
                document.save(path)
        return path

    return drawn


def read(path: Path, setup: Setup, media_type: str = "application/pdf") -> Record:
    received = Received("1", path, "inbox/paper", "ab", media_type)
    page = reading.read_page(received, 1, setup)
    return equipment.verified(reading.bind(received, (page,), setup), setup, Nothing())


def test_print_code_and_e_invoice_prove_one_another(draw: Callable[..., Path], setup: Setup) -> None:
    found = read(draw(CODE.format("12-03-2026"), papers.xml(papers.KSEF)), setup)
    fields = found.extraction.fields
    assert {name: fields[name].status for name in ("issue_date", "invoice_number", "total")} == dict.fromkeys(
        ("issue_date", "invoice_number", "total"), "verified"
    )
    assert {
        statement.source for statement in found.extraction.statements if statement.subject == "issue_date"
    } == {
        "faktura.xml",
        "KSeF QR",
        "page",
    }
    assert [code.text for code in found.pages[0].codes] == [CODE.format("12-03-2026")]


def test_an_e_invoice_beside_the_document_counts_as_one_inside(
    draw: Callable[..., Path], setup: Setup
) -> None:
    path = draw()
    beside = path.with_name("paper.pdf.xml")
    beside.write_bytes(papers.xml(papers.KSEF))
    page = reading.read_page(Received("1", path, "inbox/paper", "ab", "application/pdf"), 1, setup)
    received = Received("1", path, "inbox/paper", "ab", "application/pdf", companions.beside(path))
    found = reading.bind(received, (page,), setup).extraction
    assert found.fields["iban"].origin == "einvoice"
    assert {statement.source for statement in found.statements} == {"paper.pdf.xml", "page"}


def test_a_code_of_another_invoice_is_a_doubt_for_a_person(draw: Callable[..., Path], setup: Setup) -> None:
    found = read(draw(CODE.format("12-03-2025")), setup)
    assert found.extraction.fields["issue_date"].status == "doubtful"
    assert found.verdict == "review"
    assert [finding.subject for finding in found.findings if finding.code == "V100"] == ["issue_date"]


def test_an_attachment_that_is_not_safe_to_read_is_a_doubt(draw: Callable[..., Path], setup: Setup) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    found = read(draw(xml=bomb), setup)
    assert [finding.facts for finding in found.findings if finding.code == "V101"] == [
        {"source": "faktura.xml"}
    ]
    assert found.verdict == "review"


def test_a_scan_s_code_is_read_and_lies_on_the_page_as_it_was_straightened(
    draw: Callable[..., Path], setup: Setup, tmp_path: Path
) -> None:
    with pypdfium2.PdfDocument(draw(CODE.format("12-03-2026"))) as document:
        sheet = document[0].render(scale=200 / 72).to_pil().convert("L")
    scan = tmp_path / "scan.png"
    sheet.rotate(1.5, fillcolor=255).rotate(180).save(scan, dpi=(200, 200))
    found = read(scan, setup, "image/png")
    (page,) = found.pages
    (code,) = page.codes
    assert page.state == "read"
    assert found.extraction.fields["supplier_tax_id"].status == "verified"
    inch = page.dpi / 72
    assert code.box.width == pytest.approx(110 * inch, rel=0.12)
    assert code.box.middle == pytest.approx((475 * inch, 137 * inch), abs=12 * inch)
