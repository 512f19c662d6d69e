"""Names that are safe, and objects where the layout says."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocfl.layout_0003_hash_and_id_n_tuple import Layout_0003_Hash_And_Id_N_Tuple

from docscan.archive import Archive, objects
from docscan.errors import FixityError, NotFoundError
from docscan.model import Record
from tests.archive.conftest import object_id


@given(st.text(max_size=400))
def test_a_safe_name_is_one_visible_segment(name: str) -> None:
    safe = objects.safe_name(name)
    assert safe == Path(safe).name
    assert safe not in {"", ".", ".."}
    assert not set(safe) & set('/\\:*?"<>|')
    assert all(unicodedata.category(sign)[0] != "C" for sign in safe)
    assert unicodedata.is_normalized("NFC", safe)
    assert len(safe.encode()) <= 200
    assert safe == safe.strip(" .")


@given(st.text(max_size=400))
def test_a_safe_name_is_safe_already(name: str) -> None:
    assert objects.safe_name(objects.safe_name(name)) == objects.safe_name(name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("scan-0007.pdf", "scan-0007.pdf"),
        ("Factura nº 3.pdf", "Factura nº 3.pdf"),
        ("n\u0303.pdf", "ñ.pdf"),
        ("../../etc/passwd", "_._etc_passwd"),
        ("a\nb.pdf", "a b.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ud800", "document"),
        ("...", "document"),
        ("", "document"),
        ("con.txt", "_con.txt"),
        ("-rf", "_-rf"),
        ("x" * 300 + ".pdf", "x" * 176 + ".pdf"),
        ("ł" * 300 + ".pdf", "ł" * 88 + ".pdf"),
    ],
)
def test_names_become(name: str, safe: str) -> None:
    assert objects.safe_name(name) == safe


@given(st.uuids(version=4).map(str))
def test_an_object_lies_where_another_program_looks_for_it(identifier: str) -> None:
    layout = Layout_0003_Hash_And_Id_N_Tuple()
    layout.check_and_set_layout_params(
        json.loads(objects.ROOT_FILES[f"extensions/{objects.LAYOUT}/config.json"])
    )
    found = objects.relative_folder(identifier)
    assert found == layout.identifier_to_path(f"urn:uuid:{identifier}")
    assert objects.id_of(found) == identifier


@pytest.mark.parametrize("identifier", ["", "x", "../..", object_id(1).upper()[:-1], object_id(1) + "\n"])
def test_what_is_no_id_is_not_looked_for(archive: Archive, identifier: str) -> None:
    with pytest.raises(NotFoundError):
        objects.folder_of(archive, identifier)


def test_only_files_of_the_object_are_found(archive: Archive, file_document: Callable[[int], Record]) -> None:
    file_document(1)
    assert objects.path_of(archive, object_id(1), "derived/document.pdf").read_bytes().startswith(b"%PDF")
    assert objects.path_of(archive, object_id(1), "original").name == "Señor Muñoz 1.pdf"
    for logical in ("", "derived", "nothing", "../../inventory.json", "derived/../record.json"):
        with pytest.raises(NotFoundError):
            objects.path_of(archive, object_id(1), logical)
    with pytest.raises(NotFoundError, match="no record"):
        objects.path_of(archive, object_id(2), "record.json")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"pages": 3}', "[" * 100_000])
def test_a_record_that_cannot_be_understood_is_a_fixity_error(
    archive: Archive, file_document: Callable[[int], Record], text: str
) -> None:
    file_document(1)
    objects.path_of(archive, object_id(1), "record.json").write_text(text)
    with pytest.raises(FixityError, match=object_id(1)):
        objects.read_record(archive, object_id(1))
