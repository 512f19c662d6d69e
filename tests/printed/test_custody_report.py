"""The printed report says all that the verification said, and carries the checkpoint away."""

import io
from datetime import timedelta

import pdfplumber
import pypdfium2
import pytest
import target
import zxingcpp
from target import NOW, folder

from docscan.archive import Archive, report
from docscan.archive.custody import CustodyFinding
from docscan.archive.report import Asked
from docscan.messages import LANGUAGES, sentence
from docscan.printed import custody_report


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCSCAN_KEYS", str(tmp_path_factory.mktemp("keys")))
        made = target.made(tmp_path_factory.mktemp("printed") / "archive", 3)
    (made.root / folder(3) / "v1/content/salt").write_bytes(b"other")
    return made


def found(archive: Archive) -> report.Report:
    asked = Asked(max_age=timedelta(days=90))
    return report.verify(archive, asked, now=NOW + timedelta(days=3), agent="mlopez")


def text(made: bytes) -> str:
    with pdfplumber.open(io.BytesIO(made)) as document:
        return " ".join(" ".join(page.extract_text() for page in document.pages).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_who_found_what_and_what_nobody_can_prove(archive: Archive, language: str) -> None:
    one = found(archive)
    said = text(custody_report.pdf(one, language))
    for phrase in (sentence("B300", language), sentence("B331", language, count="1"), "mlopez (u:"):
        assert phrase in said
    for line in (*report.figures(one, language), *one.state.sentences(language)):
        assert line in said
    assert all(sentence(code, language) in said for code in custody_report.LIMITS)
    assert "2026-03-01T09:33:00Z" in said


def test_the_checkpoint_stands_on_it_as_a_code(archive: Archive) -> None:
    one = found(archive)
    assert one.checkpoint is not None
    page = pypdfium2.PdfDocument(custody_report.pdf(one, "en"))[0].render(scale=200 / 72).to_pil()
    (code,) = zxingcpp.read_barcodes(page)
    assert code.text == f"{one.origin} {one.checkpoint.size} {one.checkpoint.root.hex()}"


def test_a_shredded_archive_is_printed_in_part(archive: Archive) -> None:
    many = [CustodyFinding("D2", f"objects/{number}") for number in range(custody_report.MOST + 7)]
    parts = custody_report._findings(many, "en")
    assert parts[-1].text == sentence("B346", "en", count="7")


def test_a_path_that_is_no_text_is_printed(archive: Archive) -> None:
    (archive.objects / "\udcff\x1b[2J").touch()
    try:
        assert "\\xff" in text(custody_report.pdf(found(archive), "en"))
    finally:
        (archive.objects / "\udcff\x1b[2J").unlink()
