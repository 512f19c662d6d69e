"""What people declare, as TOML or as a table: read strictly, with a way out."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive import acta
from docscan.archive.acta import Acta, Box
from docscan.errors import ActaError

WHOLE = """
from = "Muñoz & Hijos, S. L."
to = "Archivos del Sur, S. A."
date = 2026-11-20

[[box]]
label = "C-1"
title = "Facturas 2019"
files = 12
pages = 34

[[box]]
label = "C-2"
files = 0
pages = 0
"""
NAMES = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="/."), min_size=1, max_size=40
)
BOXES = st.lists(
    st.builds(
        Box, NAMES, st.integers(3, 10**6), st.integers(0, 10**6), NAMES | st.just(""), st.integers(0, 3)
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda box: box.label.casefold(),
)


def test_an_acta_says_who_hands_over_what_to_whom():
    found = acta.parsed(WHOLE, "acta.toml")
    assert found.transmitter == "Muñoz & Hijos, S. L."
    assert found.recipient == "Archivos del Sur, S. A."
    assert found.date == date(2026, 11, 20)
    assert found.boxes == (Box("C-1", 12, 34, "Facturas 2019"), Box("C-2", 0, 0))
    assert (found.files, found.pages, found.direction) == (12, 34, "in")


@given(st.builds(Acta, NAMES, NAMES, st.dates(), BOXES.map(tuple), NAMES, st.sampled_from(["in", "out"])))
def test_what_is_kept_is_read_again_as_it_was(declared: Acta):
    assert acta.parsed(declared.toml, "acta.toml") == declared


@pytest.mark.parametrize(
    ("before", "after", "said", "hint"),
    [
        ("from = ", "form = ", "form is not known", "from"),
        ('to = "Archivos del Sur, S. A."\n', "", "to is missing", "docs/batches.md"),
        ("2026-11-20", '"tomorrow"', "'tomorrow' is no day", "2026-11-20"),
        ("2026-11-20", "2026-11-20T10:00:00", "is no day", "2026-11-20"),
        ("files = 12", "files = -1", "files = -1 is no count", "whole number"),
        ("files = 12", "files = 1.5", "files = 1.5 is no count", "whole number"),
        ("files = 12", "files = true", "files = True is no count", "whole number"),
        ("files = 12", "files = 1_000_001", "1000001 is no count", "1000000"),
        ("pages = 34\n", "pages = 34\nuncounted = 13\n", "uncounted = 13 is no count", "0 to 12"),
        ("pages = 34\n", "", "pages is missing", "docs/batches.md"),
        ('"C-2"', '"c-1"', "two boxes 'c-1'", "label of its own"),
        ('"C-2"', '"a/b"', "'a/b' cannot name a folder", "without"),
        ('"C-2"', '".."', "'..' cannot name a folder", "without"),
        ('"C-2"', '" "', "' ' is no name", "letters"),
        ('"C-2"', '"a\\u202eb"', "is no name", "letters"),
        ("[[box]]", "[box]", "", ""),
        ("date = ", "date = =", "cannot be read", "Mend"),
        ("files = 12", f"files = {'9' * 5000}", "cannot be read", "Mend"),
        ("\n[[box]]", 'direction = "up"\n[[box]]', "'up' is not allowed", '"in"'),
    ],
)
def test_a_mistake_is_named_with_its_key_and_a_way_out(before: str, after: str, said: str, hint: str):
    assert before in WHOLE
    with pytest.raises(ActaError) as caught:
        acta.parsed(WHOLE.replace(before, after, 1), "acta.toml")
    assert said in str(caught.value)
    assert "acta.toml" in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 3


def test_boxes_without_any_are_no_acta():
    with pytest.raises(ActaError, match="0 boxes"):
        acta.parsed(WHOLE.partition("[[box]]")[0] + "box = []\n", "acta.toml")


@pytest.mark.parametrize(
    "table",
    [
        "box,files,pages,title\nC-1,12,34,Facturas\n\nC-2,0,0,\n",
        "Caja;Archivos;Páginas;Título\nC-1;12;34;Facturas\nC-2;0;0;\n",
        "\ufeffSeiten;Dateien;Karton;Titel\n34;12;C-1;Facturas\n0;0;C-2\n",
        '"pages", "x", "pudło" ,pliki,tytuł\n34,?,C-1,12,"Facturas"\n0,?,C-2,0,\n'.replace('", "', '","'),
    ],
)
def test_a_table_in_any_language_and_order_of_columns_is_read(tmp_path: Path, table: str):
    path = tmp_path / "boxes.csv"
    path.write_text(table, encoding="utf-8")
    assert acta.boxes_of(path) == (Box("C-1", 12, 34, "Facturas"), Box("C-2", 0, 0))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "no column 'label'"),
        ("box,files\nC-1,1\n", "no column 'pages'"),
        ("box,files,pages\nC-1,one,1\n", "row 2: files = 'one' is no whole number"),
        ("box,files,pages\nC-1,1\n", "row 2: pages = '' is no whole number"),
        (f"box,files,pages\nC-1,{'9' * 5000},1\n", "is no whole number"),
    ],
)
def test_a_table_that_is_not_whole_is_refused_with_its_row(tmp_path: Path, table: str, said: str):
    path = tmp_path / "boxes.csv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(ActaError) as caught:
        acta.boxes_of(path)
    assert said in str(caught.value)
    assert caught.value.hint


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    for reader in (acta.load, acta.boxes_of):
        with suppress(ActaError):
            reader(path)
