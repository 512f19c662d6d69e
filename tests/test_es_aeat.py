"""Invoices scanned to stand in for the paper: fine enough, signed, complete, and never called otherwise."""

import io
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from asn1crypto import x509
from certificates import PASSWORD, certificate
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import validation
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from shelf import Shelf

from docscan.archive import ledger, objects, open_archive
from docscan.errors import ConfigError

SAMPLES = Path(__file__).parent.parent / "sample_docs"
WORD = b"certificad"


def scanned(sample: str, dpi: int, kind: str) -> bytes:
    """The first page of a sample as a scanner would store it."""
    page = pypdfium2.PdfDocument(SAMPLES / sample / "document.pdf")[0]
    made = io.BytesIO()
    page.render(scale=dpi / 72).to_pil().convert("L").save(made, kind, dpi=(dpi, dpi))
    return made.getvalue()


@pytest.fixture
def shelf(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    configure(shelf, tmp_path)
    monkeypatch.setenv("DOCSCAN_TEST_PASSWORD", PASSWORD)
    return Shelf(open_archive(shelf.root))


def configure(shelf: Shelf, keys: Path, homologation: str = "") -> None:
    path = shelf.root / "docscan.toml"
    text = (
        path.read_text()
        .partition("\n[signature]")[0]
        .replace('"default"', '"es-aeat"')
        .replace('"en"', '"es"')
    )
    reference = f'homologation = "{homologation}"\n' if homologation else ""
    path.write_text(
        f'{text}\n[signature]\nkey = "{keys / "company.p12"}"\n'
        f'password_env = "DOCSCAN_TEST_PASSWORD"\n{reference}'
    )


def said_anywhere(shelf: Shelf) -> list[str]:
    """The files of an archive in which the word stands, also where it is packed."""
    found = []
    for path in sorted(shelf.root.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".pdf" and data:
            with pikepdf.open(io.BytesIO(data)) as document:
                data += b"".join(
                    item.read_bytes()
                    for item in document.objects
                    if isinstance(item, pikepdf.Stream) and item.get("/Subtype") != "/Image"
                )
        if WORD in data.lower():
            found.append(path.name)
    return found


def test_a_scan_is_signed_in_one_go_and_a_coarse_one_is_refused(shelf: Shelf, tmp_path: Path):
    authority = certificate(tmp_path)
    shelf.drop("fine.tif", scanned("es-invoice-ironmonger", 200, "TIFF"))
    shelf.drop("coarse.tif", scanned("es-invoice-translator", 199, "TIFF"))
    shelf.drop("photo.jpg", (SAMPLES / "es-invoice-greengrocer" / "document.jpg").read_bytes())
    done = shelf.call("run", "--quiet", "0.2", code=1)
    assert "La página 1 tiene 199 píxeles por pulgada y se exigen 200" in done.stdout
    assert "no se admite este tipo de archivo (JPEG)" in done.stdout
    (row,) = shelf.rows()
    assert row.source == "inbox/fine.tif"

    signed = objects.path_of(shelf.archive, row.id, objects.SEARCHABLE)
    original, status = signed_by(signed, authority)
    assert (original, status.bottom_line) == (row.sha256, True)
    assert status.coverage is validation.SignatureCoverageLevel.ENTIRE_FILE
    with pikepdf.open(signed) as document, document.open_metadata() as metadata:
        assert metadata["{urn:docscan:digitisation:1}Profile"] == "es-aeat"
    (ingestion,) = [one for one in ledger.read(shelf.archive) if one.type == "ingestion"]
    assert len(str(ingestion.detail["certificate"])) == 64
    assert shelf.findings() == []

    shown = shelf.call("show", row.id).stdout + shelf.call("custody", "list").stdout
    assert said_anywhere(shelf) == []
    assert WORD.decode() not in (done.stdout + done.stderr + shown).lower()


def two_pages() -> bytes:
    """Two invoices scanned into one file."""
    pages = [
        Image.open(io.BytesIO(scanned(f"es-invoice-{name}", 200, "TIFF")))
        for name in ("ironmonger", "translator")
    ]
    made = io.BytesIO()
    pages[0].save(made, "TIFF", dpi=(200, 200), save_all=True, append_images=pages[1:])
    return made.getvalue()


def signed_by(path: Path, authority: Certificate) -> tuple[str, PdfSignatureStatus]:
    """What a copy says it was made of, and whether its signature holds."""
    trusted = x509.Certificate.load(authority.public_bytes(Encoding.DER))
    with path.open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
        status = validation.validate_pdf_signature(signature, context)
    with pikepdf.open(path) as document, document.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"
        return str(metadata["{urn:docscan:digitisation:1}Original"]), status


def test_the_copies_of_what_a_person_splits_and_joins_are_signed(shelf: Shelf, tmp_path: Path):
    authority = certificate(tmp_path)
    shelf.drop("two.tif", two_pages())
    shelf.run()
    (row,) = shelf.rows()
    first, second = shelf.json("review", "split", row.id, "--at", "2")
    shelf.json("review", "merge", first["id"], second["id"])
    for record, version in ((first["id"], 1), (first["id"], 2), (second["id"], 1), (first["id"], 3)):
        path = objects.path_of(shelf.archive, record, objects.SEARCHABLE, version)
        original, status = signed_by(path, authority)
        assert (original, status.bottom_line) == (row.sha256, True), (record, version)
    told = [one for one in ledger.read(shelf.archive) if one.detail.get("decision") in {"split", "merge"}]
    assert sum("certificate" in one.detail for one in told) == 3
    assert shelf.findings() == []


def test_without_the_key_nobody_splits(shelf: Shelf, tmp_path: Path):
    certificate(tmp_path)
    shelf.drop("two.tif", two_pages())
    shelf.run()
    (row,) = shelf.rows()
    (tmp_path / "company.p12").unlink()
    done = shelf.call("review", "split", row.id, "--at", "2", code=3)
    assert "company.p12 cannot be opened" in done.stderr
    assert [one.version for one in shelf.rows()] == [row.version]
    assert shelf.findings() == []


def test_what_the_register_asks_for_waits_for_a_person_and_a_homologation_is_named(
    shelf: Shelf, tmp_path: Path
):
    certificate(tmp_path)
    configure(shelf, tmp_path, homologation="2026/0001")
    page = Image.open(io.BytesIO(scanned("es-invoice-ironmonger", 200, "TIFF")))
    page.paste(255, (0, page.height // 3, page.width, page.height))  # its sums are cut off
    cut = io.BytesIO()
    page.save(cut, "TIFF", dpi=(200, 200))
    shelf.drop("cut.tif", cut.getvalue())
    shelf.run()
    (row,) = shelf.rows()
    missing = {
        one.subject for one in objects.read_record(shelf.archive, row.id).findings if one.code == "V130"
    }
    assert row.verdict == "review"
    assert {"net", "tax", "total", "tax_breakdown"} <= missing
    assert said_anywhere(shelf) == ["document.pdf"]


def test_without_a_key_no_document_is_touched(shelf: Shelf, tmp_path: Path):
    dropped = shelf.drop("fine.tif", zlib.compress(b"anything"))
    with pytest.raises(ConfigError, match=r"company\.p12 cannot be opened"):
        shelf.run()
    assert dropped.exists()
    assert shelf.findings() == []
