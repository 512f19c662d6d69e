import zlib
from pathlib import Path

import papers
import pikepdf
import pytest

from docscan.accession import attachments

XML = papers.xml(papers.CII)


def _document(path: Path, *files: tuple[str, bytes]) -> Path:
    with pikepdf.new() as document:
        document.add_blank_page()
        for name, data in files:
            document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)
        document.save(path)
    return path


def test_xml_files_come_with_their_names_and_others_do_not(tmp_path: Path) -> None:
    path = _document(tmp_path / "a.pdf", ("notes.txt", b"<a/>"), ("factur-x.xml", XML), ("Z.XML", b"<z/>"))
    assert attachments.xml_files(path) == (("Z.XML", b"<z/>"), ("factur-x.xml", XML))


def test_a_file_associated_with_the_document_alone_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        specification = pikepdf.AttachedFileSpec(document, XML, filename="xrechnung.xml")
        document.Root.AF = pikepdf.Array([specification.obj])
        document.save(path)
    assert attachments.xml_files(path) == (("xrechnung.xml", XML),)


def test_a_document_without_attachments_has_none(tmp_path: Path) -> None:
    assert attachments.xml_files(_document(tmp_path / "a.pdf")) == ()


@pytest.mark.parametrize(
    ("filters", "packed"),
    [
        (["/FlateDecode"], zlib.compress(b"<a>" + b" " * (64 << 20) + b"</a>")),
        (["/FlateDecode", "/FlateDecode"], zlib.compress(zlib.compress(XML))),
        (["/FlateDecode"], b"not packed at all"),
        (["/RunLengthDecode"], b"\x80"),
    ],
    ids=["bomb", "packed twice", "broken", "unusual"],
)
def test_what_is_packed_to_do_harm_is_left(tmp_path: Path, filters: list[str], packed: bytes) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        names = pikepdf.Array([pikepdf.Name(name) for name in filters])
        stream = pikepdf.Stream(document, packed, Filter=names)
        specification = pikepdf.Dictionary(
            Type=pikepdf.Name("/Filespec"), F="a.xml", EF=pikepdf.Dictionary(F=document.make_indirect(stream))
        )
        listed = pikepdf.Array(["a.xml", document.make_indirect(specification)])
        document.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=listed))
        document.save(path, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert attachments.xml_files(path) == ()


def test_names_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        node = document.make_indirect(pikepdf.Dictionary())
        node.Kids = pikepdf.Array([node] * 30)
        document.Root.Names = pikepdf.Dictionary(EmbeddedFiles=node)
        document.save(path)
    assert attachments.xml_files(path) == ()


def test_a_file_that_is_no_pdf_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 and nothing more")
    assert attachments.xml_files(path) == ()
