"""Tables are read and written byte for byte."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.errors import HoldingsError
from docscan.holdings import tabular
from docscan.holdings.tabular import DELIMITERS, QUOTINGS, Form

CELLS = st.text(st.sampled_from("aé\"0;,\t| \n\r'=ł"), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5)
FORMS = st.builds(
    Form,
    st.just("utf-8"),
    st.sampled_from(DELIMITERS),
    st.sampled_from(list(QUOTINGS)),
    st.sampled_from(["\n", "\r\n", "\r"]),
)


@given(ROWS, FORMS)
def test_what_is_written_is_read_again(rows: list[list[str]], form: Form):
    text = "".join(tabular.written(row, form) for row in rows)
    found = list(tabular.records(text, form.delimiter))
    assert [list(one.cells) for one in found] == rows
    assert "".join(one.text for one in found) == text


@given(st.text(st.sampled_from('a";\n\r '), max_size=30))
def test_whatever_can_be_read_keeps_its_text(text: str):
    try:
        found = list(tabular.records(text, ";"))
    except ValueError:
        assert text.count('"') > 0
        return
    assert "".join(one.text for one in found) == text


@given(st.lists(CELLS, min_size=1, max_size=4), st.lists(CELLS, min_size=1, max_size=5), FORMS)
def test_a_mended_line_says_what_it_is_to_say_and_keeps_what_it_said_already(
    before: list[str], after: list[str], form: Form
):
    line = tabular.written(before, replace(form, quoting="all"))
    now = tabular.mended(line, after, form)
    (record,) = tabular.records(now, form.delimiter)
    assert list(record.cells)[: len(after)] == after or not any(after[len(record.cells) :])
    assert list(record.cells)[len(after) :] == before[len(after) :]
    assert tabular.mended(line, before, form) == line
    assert tabular.mended(f"{line}{line}", after, form) == tabular.written(after, form)


def test_a_cell_that_changes_leaves_the_quotation_marks_of_the_others():
    form = Form(delimiter=";")
    assert tabular.mended('"a"b;1;"=CMD()"\n', ["ab", "5", "=CMD()"], form) == '"a"b;5;"=CMD()"\n'


@given(ROWS, FORMS)
def test_python_s_own_reader_finds_the_same_cells(rows: list[list[str]], form: Form):
    text = "".join(tabular.written(row, form) for row in rows)
    theirs = list(csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter))
    assert [row for row in theirs if row] == [row for row in rows if row != [""]]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=3, max_size=5), FORMS)
def test_the_habits_of_a_program_are_seen_in_its_rows(rows: list[list[str]], form: Form):
    text = "".join(tabular.written(row, form) for row in rows)
    found = list(tabular.records(text, form.delimiter))
    seen = tabular.form_of(found, "utf-8", form.delimiter)
    shown = [one for one in found if not one.is_blank]
    assert [tabular.written(one.cells, seen) for one in shown] == [one.text for one in shown]


def test_lines_are_counted_as_an_editor_counts_them():
    text = 'a;b\r\n"one\r\ntwo";c\r\nd;e\r\n'
    assert [one.line for one in tabular.records(text, ";")] == [1, 2, 4]


def test_a_quotation_that_never_ends_is_named_by_its_line():
    with pytest.raises(ValueError, match=r"^3$"):
        list(tabular.records('a;b\nc;d\ne;"f\n', ";"))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("título".encode(), "utf-8"),
        ("título".encode("utf-8-sig"), "utf-8-sig"),
        ("título".encode("utf-16"), "utf-16"),
        ("título 5 €".encode("cp1252"), "cp1252"),
        (b"t\xedtulo \x81", "latin-1"),
    ],
)
def test_the_encoding_is_found_out_and_gives_the_same_bytes(data: bytes, encoding: str):
    text, found = tabular.decoded(data, "en")
    assert (found, text.encode(found)) == (encoding, data)


def test_what_is_not_utf_8_is_what_was_usual_in_the_archive_s_language():
    assert tabular.decoded("Tytuł".encode("cp1250"), "pl") == ("Tytuł", "cp1250")


def test_an_encoding_that_is_named_is_used():
    assert tabular.decoded("łódź".encode("cp1250"), "en", "cp1250") == ("łódź", "cp1250")


@pytest.mark.parametrize("encoding", ["ascii", "no-such-encoding"])
def test_a_file_that_is_not_in_the_encoding_that_is_named_is_refused(encoding: str):
    with pytest.raises(HoldingsError) as refused:
        tabular.decoded("ł".encode(), "en", encoding)
    assert refused.value.code == "U037"
    assert encoding in str(refused.value)


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tabular, "MOST_BYTES", 3)
    with pytest.raises(HoldingsError) as refused:
        tabular.decoded(b"four", "en")
    assert refused.value.code == "U035"
