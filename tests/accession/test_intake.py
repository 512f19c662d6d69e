import hashlib
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from docscan.accession import intake
from docscan.errors import AccessionError, LimitExceededError, UnreadableDocumentError, UnsupportedMediaError
from docscan.pipeline import Limits


def picture(path: Path, format_name: str) -> Path:
    Image.new("RGB", (40, 30), "white").save(path, format_name)
    return path


@pytest.mark.parametrize(
    ("format_name", "media_type"),
    [
        ("PDF", "application/pdf"),
        ("TIFF", "image/tiff"),
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("JPEG2000", "image/jp2"),
    ],
)
def test_the_media_type_is_told_by_content_whatever_the_name(
    tmp_path: Path, format_name: str, media_type: str
):
    assert intake.identify(picture(tmp_path / "holiday.docx", format_name)) == media_type


def test_a_photograph_of_a_telephone_is_told_as_heic(tmp_path: Path):
    path = tmp_path / "photo"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50))
    assert intake.identify(path) == "image/heic"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"PK\x03\x04word/document.xml", "ZIP"),
        (b"Dear Sir or Madam,\n", "plain text"),
        (b"\x81\x82\xfe\xff\x00\x01 nonsense", "unknown"),
        (b"GIF89a...", "GIF"),
    ],
)
def test_a_foreign_file_is_refused_and_named(tmp_path: Path, content: bytes, name: str):
    path = tmp_path / "invoice.pdf"
    path.write_bytes(content)
    with pytest.raises(UnsupportedMediaError, match=name) as caught:
        intake.identify(path)
    assert caught.value.code == "A020"


def test_an_empty_file_is_refused(tmp_path: Path):
    path = tmp_path / "empty.pdf"
    path.touch()
    with pytest.raises(UnreadableDocumentError) as caught:
        intake.check(path, Limits())
    assert caught.value.code == "A010"


def test_a_link_is_refused(tmp_path: Path):
    link = tmp_path / "link.pdf"
    link.symlink_to("/etc/hostname")
    with pytest.raises(AccessionError) as caught:
        intake.check(link, Limits())
    assert caught.value.code == "A090"


def test_a_file_over_the_limit_is_refused_with_both_figures(tmp_path: Path):
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(3_000_000)
    with pytest.raises(LimitExceededError, match="3 MB, allowed are 2 MB"):
        intake.check(path, Limits(max_megabytes=2))


@given(st.binary(max_size=2000))
def test_any_content_is_named_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    try:
        answer = intake.identify(path)
    except AccessionError as refused:
        answer = refused.code
    assert "/" in answer or answer in {"A010", "A020"}


@given(st.binary(max_size=5000))
def test_a_copy_has_the_bytes_and_tells_their_digest(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
):
    folder = tmp_path_factory.mktemp("copy")
    (folder / "a").write_bytes(content)
    assert intake.copy(folder / "a", folder / "b") == hashlib.sha256(content).hexdigest()
    assert (folder / "b").read_bytes() == content


def test_an_error_travels_between_processes_whole():
    error = pickle.loads(pickle.dumps(LimitExceededError("A060", found="3 MB", allowed="2 MB")))  # noqa: S301
    assert isinstance(error, LimitExceededError)
    assert (error.code, error.facts) == ("A060", {"found": "3 MB", "allowed": "2 MB"})
