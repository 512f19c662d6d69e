"""Bills drawn on paper, from the file to the verdict: born digital, and as scans that an engine reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from docscan import equipment, reading
from docscan.accession.intake import Received
from docscan.equipment import Setup
from docscan.model import Record

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
Paper = tuple[tuple[str, str], ...]  # what stands left and right in each row
Draw = Callable[[Paper, Path], tuple[Path, str]]

SPANISH: Paper = (
    ("FACTURA", "Nº factura: F-2026/042"),
    ("Talleres Ficticios S.L.", "Fecha: 12/03/2026"),
    ("NIF: B12345674", ""),
    ("", ""),
    ("Base imponible", "1.000,00 €"),
    ("IVA 21 %", "210,00 €"),
)
GERMAN: Paper = (
    ("Rechnung", "Rechnungsnummer: RE-2026/042"),
    ("Muster Werkzeuge GmbH", "Rechnungsdatum: 12.03.2026"),
    ("USt-IdNr.: DE136695976", ""),
    ("", ""),
    ("Nettobetrag", "1.000,00 €"),
    ("zzgl. 19 % MwSt.", "190,00 €"),
)
POLISH: Paper = (
    ("Faktura VAT", "Numer faktury: FV/42/2026"),
    ("Zmyślona Firma Sp. z o.o.", "Data wystawienia: 12.03.2026"),
    ("NIP: 526-104-08-28", ""),
    ("", ""),
    ("Razem netto", "1 000,00 zł"),
    ("Kwota VAT 23 %", "230,00 zł"),
)
RIGHT: dict[str, Paper] = {
    "surcharge": (*SPANISH, ("Recargo de equivalencia 5,2 %", "52,00 €"), ("TOTAL FACTURA", "1.262,00 €")),
    "suplidos": (*SPANISH, ("Suplidos", "85,00 €"), ("TOTAL FACTURA", "1.295,00 €")),
    "Auslagen": (
        *GERMAN,
        ("Rechnungsbetrag", "1.190,00 €"),
        ("Durchlaufende Posten", "85,00 €"),
        ("Zahlbetrag", "1.275,00 €"),
    ),
    "wydatki": (
        *POLISH,
        ("Razem brutto", "1 230,00 zł"),
        ("Wydatki w imieniu nabywcy", "85,00 zł"),
        ("Do zapłaty", "1 315,00 zł"),
    ),
}
WRONG: dict[str, tuple[Paper, str]] = {
    "surcharge": (
        (*SPANISH, ("Recargo de equivalencia 5,2 %", "52,00 €"), ("TOTAL FACTURA", "1.282,00 €")),
        "V030",
    ),
    "suplidos": ((*SPANISH, ("Suplidos", "85,00 €"), ("TOTAL FACTURA", "1.395,00 €")), "V030"),
    "withheld": (
        (*SPANISH, ("Retención IRPF 15 %", "-190,00 €"), ("TOTAL FACTURA", "1.020,00 €")),
        "V035",
    ),
    "two to pay": (
        (
            *SPANISH,
            ("TOTAL FACTURA", "1.210,00 €"),
            ("Total a pagar", "1.210,00 €"),
            ("Importe a pagar", "1.310,00 €"),
        ),
        "V037",
    ),
}


class Nobody:
    def same_invoice(self, supplier: str, number: str) -> None:  # noqa: ARG002 - as Known has it
        return None


@pytest.fixture(scope="module")
def setup() -> Setup:
    return equipment.equip("default")


def as_pdf(paper: Paper, folder: Path) -> tuple[Path, str]:
    pdfmetrics.registerFont(TTFont("DejaVu", FONT))
    drawing = canvas.Canvas(str(folder / "bill.pdf"), pagesize=(595, 420))
    drawing.setFont("DejaVu", 11)
    for row, (left, right) in enumerate(paper):
        drawing.drawString(50, 380 - 26 * row, left)
        drawing.drawRightString(545, 380 - 26 * row, right)
    drawing.save()
    return folder / "bill.pdf", "application/pdf"


def as_scan(paper: Paper, folder: Path) -> tuple[Path, str]:
    font = ImageFont.truetype(FONT, 34)
    image = Image.new("L", (1650, 1160), 255)
    pen = ImageDraw.Draw(image)
    for row, (left, right) in enumerate(paper):
        pen.text((140, 100 + 74 * row), left, font=font, fill=0)
        pen.text((1510, 100 + 74 * row), right, font=font, fill=0, anchor="ra")
    image.save(folder / "bill.png", dpi=(200, 200))
    return folder / "bill.png", "image/png"


@pytest.fixture(params=[as_pdf, as_scan])
def read(request: pytest.FixtureRequest, tmp_path: Path, setup: Setup) -> Callable[[Paper], Record]:
    def record(paper: Paper) -> Record:
        draw: Draw = request.param
        path, media_type = draw(paper, tmp_path)
        received = Received("1", path, path.name, "ab", media_type)
        pages = (reading.read_page(received, 1, setup),)
        return equipment.verified(reading.bind(received, pages, setup), setup, Nobody())

    return record


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_bill_is_accepted(name: str, read: Callable[[Paper], Record]) -> None:
    found = read(RIGHT[name])
    assert [(one.code, one.subject) for one in found.findings if one.severity != "note"] == []
    assert found.extraction.fields["total"].status == "verified"


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_bill_is_doubted(name: str, read: Callable[[Paper], Record]) -> None:
    paper, code = WRONG[name]
    found = read(paper)
    assert code in [one.code for one in found.findings]
    assert found.verdict == "review"
