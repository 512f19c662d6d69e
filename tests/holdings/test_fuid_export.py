"""Colombia's form, filled in: what a client wrote comes back, until something is changed."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from depot import AGENT, NOW, Depot, enter, founded, furnish, working
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.holdings import codes, exports, fuid, fuid_export, imports, places, sheets, tabular
from docscan.holdings.entities import Box, Item
from docscan.holdings.fuid import Heading
from docscan.holdings.imports import Terms
from docscan.holdings.tabular import Form

ROWS = [
    ["7", "100.2", " CONTRATOS", "17/05/1998", "s.f.", "1", "1", "", "", "1-204", "P", "Baja", ""],
    ["08", "100.2", "ANEXO", "1998-05", "1999", " 1", "2", "", "", "37", "Papel", "", "dos\nlíneas"],
    ["9", "100.3", "ACTAS", "", "", "B-12", "1", "x", "y", "205-410", "", "", '=1+"1"'],
    ["", "", "PLANOS", "S/F", "", "", "", "", "", "", "", "", ""],
]


def form(rows: list[list[str]], entity: str = "Muñoz & Hijos") -> bytes:
    """A form as a client may have it, with further columns where its rows are longer."""
    further = ["Signatura", "Notas", "Observaciones"][: len(rows[0]) - len(fuid.COLUMNS)]
    lines = [fuid.above(Heading(entity), Form(delimiter=","), further)]
    lines += [tabular.written(row, Form(delimiter=",")) for row in rows]
    return "".join([*lines, fuid.below(Form(delimiter=","))]).encode()


def entered(depot: Depot, data: bytes) -> list[Item]:
    found = imports.prepare(depot.register, data, Terms(depot.locations[0].id))
    assert found.faults == ()
    imports.enter(depot.register, found, now=NOW, agent=AGENT)
    return list(found.items)


def filled(depot: Depot) -> bytes:
    return fuid_export.filled(depot.register, exports.here(depot.register), Heading())


def plain(depot: Depot) -> bytes:
    return "".join(exports.plain(depot.register, exports.here(depot.register), Form())).encode()


def rows_of(data: bytes) -> list[list[str]]:
    parts, _ = fuid.taken_apart(data.decode("utf-8-sig"))
    return [list(record.cells) for record in parts.rows]


@contextmanager
def emptied() -> Iterator[Depot]:
    """An archive with two shelves and nothing on them."""
    with tempfile.TemporaryDirectory() as folder, working(founded(Path(folder) / "archive")) as register:
        yield furnish(register, locations=2, boxes=0, items=0, persons=0)


def test_a_form_comes_back_with_all_that_the_client_wrote():
    with emptied() as depot:
        entered(depot, form(ROWS))
        assert rows_of(filled(depot)) == ROWS
        assert "ENTIDAD PRODUCTORA:;Muñoz & Hijos;" in filled(depot).decode("utf-8-sig")


def test_columns_of_a_list_that_the_form_has_not_follow_it_with_the_codes_of_items():
    further = [
        [codes.code("item", 42), "x", ""],
        ["", "y", ""],
        [codes.code("item", 7), "", ""],
        ["", "", ""],
    ]
    with emptied() as depot:
        entered(depot, form([[*row, *more] for row, more in zip(ROWS, further, strict=True)]))
        parts, _ = fuid.taken_apart(filled(depot).decode("utf-8-sig"))
        assert parts.columns[len(fuid.COLUMNS) :] == ("Signatura", "Notas (15)")
        assert [list(record.cells[-2:]) for record in parts.rows] == [more[:2] for more in further]


def test_what_was_changed_since_comes_out_as_it_is_now_and_nothing_else_does():
    with emptied() as depot:
        one, two, *_ = entered(depot, form(ROWS))
        changed = replace(one, folios=205, title="OTROS", date_to="1999", medium="")
        sheets.correct(depot.register, changed, "folios added", now=NOW, agent=AGENT)
        three = depot.register.item("F-000003F")
        places.move(depot.register, two.id, three.box, now=NOW, agent=AGENT)
        first, second, *rest = rows_of(filled(depot))
        assert first == [*ROWS[0][:2], "OTROS", "17/05/1998", "1999", "1", "1", "", "", "205", "", "Baja", ""]
        assert second == [*ROWS[1][:5], "B-12", *ROWS[1][6:]]  # as the client calls the box it is in
        assert rest == ROWS[2:]
        places.move(depot.register, two.id, depot.locations[1].id, now=NOW, agent=AGENT)
        assert rows_of(filled(depot))[1] == [*ROWS[1][:5], "", *ROWS[1][6:]]
        places.move(depot.register, two.id, one.box, now=NOW, agent=AGENT)
        assert rows_of(filled(depot))[1] == ROWS[1]


def test_whose_paper_it_is_comes_along_where_not_all_of_it_is_the_entity_s():
    with emptied() as depot, emptied() as other:
        entered(depot, form(ROWS))
        here = depot.locations[0].id
        enter(depot.register, [Item("", "", "PADRÓN", client="Villaverde", location=here)])
        enter(depot.register, [Item("", "", "MAPAS", location=here)])
        entered(other, filled(depot))
        clients = {item.title.strip(): item.client for item in exports.here(depot.register)}
        assert (clients["PADRÓN"], clients["ACTAS"]) == ("Villaverde", "Muñoz & Hijos")
        assert {item.title.strip(): item.client for item in exports.here(other.register)} == clients
        assert filled(other) == filled(depot)


def test_two_boxes_of_one_name_are_told_apart_by_their_codes():
    with emptied() as depot:
        entered(depot, form(ROWS))
        entered(
            depot,
            form([["1", "", "CUENTAS", "", "", "1", *[""] * 7], ["2", "", "MAPAS", "", "", "3", *[""] * 7]]),
        )
        assert [row[5] for row in rows_of(filled(depot))] == [
            "B-000001C", "B-000001C", "B-12", "", "B-000003E", "3",
        ]  # fmt: skip


def test_a_name_that_is_the_code_of_another_box_gives_way_to_the_code():
    with emptied() as depot:
        box, _ = enter(depot.register, [Box("", "", location=depot.locations[0].id) for _ in range(2)])
        found = imports.prepare(depot.register, b"title;Caja\na;B-000002D\nb;\n", Terms(box.id))
        imports.enter(depot.register, found, now=NOW, agent=AGENT)
        assert [row[5] for row in rows_of(filled(depot))] == ["B-000001C", "B-000001C"]


def test_what_was_registered_by_itself_is_numbered_after_the_rows_of_lists():
    with emptied() as depot:
        enter(depot.register, [Item("", "", "Suelto", location=depot.locations[0].id)])
        assert [row[0] for row in rows_of(filled(depot))] == ["1"]
        entered(depot, form(ROWS))
        assert [(row[0], row[3]) for row in rows_of(filled(depot))][:2] == [
            ("10", "s.f."),
            ("7", "17/05/1998"),
        ]


HOSTILE = [
    "", "", " x ", "=1+1", "@a", "-5", "'+x", "007", "1-20",
    "\ufeffa", '"', '""', 'a"b', "a;b", "a,b\tc", "\n",
    "a\r\nb", "\r", "B-12", "s.f.", "Caja", "título", "B-000001C ",
]  # fmt: skip
TEXT = st.sampled_from(HOSTILE) | st.text(st.sampled_from('aé";,|\t\n\r =0-\ufeff'), max_size=6)
CELL: dict[int, st.SearchStrategy[str]] = {
    2: TEXT.map(lambda text: text if text.strip() else f"{text}t"),
    3: st.sampled_from(["", "s.f.", " 1998 ", "05/1998", "1998-05-17", "S/F"]),
    4: st.sampled_from(["", "s.f.", "1999", "31/12/1999"]),
    5: TEXT | st.sampled_from(["B-000001C", "b-2d", "B-000009L"]),
    9: st.sampled_from(["", "1-20", "007", " 3", "1-2, 5", "0"]),
}
LINES = st.lists(st.tuples(*(CELL.get(at, TEXT) for at in range(len(fuid.COLUMNS)))), min_size=1, max_size=8)


@settings(deadline=None, max_examples=12)
@given(LINES)
def test_whatever_cells_a_list_has_they_are_the_same_there_and_back_in_both_forms(
    lines: list[tuple[str, ...]],
):
    """Out of one archive, into another, and out again."""
    rows = [list(line) for line in lines]
    with emptied() as depot:
        entered(depot, form(rows))
        assert rows_of(filled(depot)) == rows
        written = [(out, out(depot)) for out in (filled, plain)]
    _, *told = csv.reader(io.StringIO(written[1][1].decode(), newline=""))
    assert [set(row) - {"", *cells} for row, cells in zip(rows, told, strict=True)] == [set()] * len(rows)
    for out, data in written:
        with emptied() as other:
            entered(other, data)
            assert out(other).decode("utf-8-sig") == data.decode("utf-8-sig")
