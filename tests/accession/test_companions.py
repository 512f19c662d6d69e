from pathlib import Path

import pytest

from docscan.accession import companions


@pytest.mark.parametrize(
    ("name", "there", "found"),
    [
        ("paper.pdf", ("paper.xml",), "paper.xml"),
        ("paper.pdf", ("paper.pdf.xml", "paper.xml"), "paper.pdf.xml"),
        ("paper.tif", ("paper.XML",), "paper.XML"),
        ("paper", ("paper.xml",), "paper.xml"),
        ("paper.pdf", ("papers.xml",), None),
        ("paper.xml", ("paper.xml.xml",), None),
    ],
)
def test_a_companion_has_the_document_s_name(tmp_path: Path, name: str, there: tuple[str, ...], found: str):
    for file in there:
        (tmp_path / file).write_bytes(b"<a/>")
    assert companions.beside(tmp_path / name) == (tmp_path / found if found else None)


def test_a_link_is_no_companion(tmp_path: Path):
    (tmp_path / "secret").write_bytes(b"<a/>")
    (tmp_path / "paper.xml").symlink_to(tmp_path / "secret")
    assert companions.beside(tmp_path / "paper.pdf") is None


def test_a_companion_is_read_up_to_a_size_no_e_invoice_has(tmp_path: Path):
    path = tmp_path / "paper.xml"
    path.write_bytes(b"<a/>")
    assert companions.read(path) == (("paper.xml", b"<a/>"),)
    path.write_bytes(b" " * (companions.MOST_BYTES + 1))
    assert companions.read(path) == (("paper.xml", b""),)
    assert companions.read(None) == ()
    assert companions.read(tmp_path / "gone.xml") == (("gone.xml", b""),)
