"""Lists of holdings: what comes in comes out byte for byte, and what is wrong is named by its line."""

import csv
import io
import json
from dataclasses import replace

import depot as depots
import pytest
from depot import AGENT, NOW, Depot, enter, furnish, working
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docscan.archive import Archive, fixity, ledger
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError
from docscan.holdings import (
    codes,
    exports,
    imports,
    inventory,
    loans,
    places,
    redaction,
    sheets,
    tables,
    tabular,
)
from docscan.holdings import register as registers
from docscan.holdings.columns import PLAIN
from docscan.holdings.conditions import Condition
from docscan.holdings.entities import Box, Item
from docscan.holdings.imports import Fault, Prepared, Terms
from docscan.holdings.loans import Asked
from docscan.holdings.tabular import QUOTINGS, Form

BATCH = "1e0f7a39-1b0e-4d5c-9a59-0f6a3d3f3c11"
FUID = """\
FORMATO ÚNICO DE INVENTARIO DOCUMENTAL;;;;;;;;;;;;
ENTIDAD PRODUCTORA:;Muñoz & Hijos;;;REGISTRO DE ENTRADA;;;;;;;;
OBJETO;Transferencia primaria;;;Año;Mes;Día;N.T.;;;;;
;;;;;;;;;;;;
No. de orden;Código;"Nombre de las series, subseries o asuntos";Fechas extremas;;Unidad de conservación;;;;\
No. de folios;Soporte;Frecuencia de consulta;Notas
;;;Inicial;Final;Caja;Carpeta;Tomo;Otro;;;;
1;100.2;CONTRATOS - Contrato 12;17/05/1998;s.f.;1;1;;;1-204;P;Baja;
2;100.2;"CONTRATOS; anexo";1998-05-17;1999;1;2;;;37;Papel;;"dos
líneas"
3;100.3; ACTAS ;S/F;;2;1;;;205-410;;;
;;;;;;;;;;;;
4;100.3;"ACTAS";1998;;2;1;;;0;;
Elaborado por: Lucía Peña;;;;Entregado por:;;;;Recibido por:;;;;
Cargo:;;;;Cargo:;;;;Cargo:;;;;"""


def prepared(depot: Depot, data: bytes, **terms: str | bool) -> Prepared:
    return imports.prepare(depot.register, data, Terms(**{"at": depot.locations[0].id} | terms))  # type: ignore[arg-type]  # as a test says


def entered(depot: Depot, data: bytes, **terms: str | bool) -> str:
    return imports.enter(depot.register, prepared(depot, data, **terms), now=NOW, agent=AGENT)


def came_out(depot: Depot, listed: str) -> bytes:
    return exports.as_it_came(depot.register, exports.kept(depot.register, listed))[0]


def newest(depot: Depot, count: int) -> list[Item]:
    return list(depot.register.entities(Item, "TRUE"))[-count:]


def test_a_list_says_what_was_counted_after_a_loan_and_keeps_what_was_counted_alike(depot: Depot):
    listed = entered(depot, FUID.encode())
    contract, annex, minutes, uncounted = newest(depot, 4)
    for item, folios in ((contract, 203), (annex, None), (minutes, 206), (uncounted, 12)):
        for act, found in (("out", None), ("in", folios or item.folios), ("shelve", None)):
            because = ("folios missing",) if (item, act) == (contract, "shelve") else ()
            asked = Asked(act, item.id, depot.persons[0].id, found=Condition(found), because=because)  # type: ignore[arg-type]  # as a loop says
            loans.act(depot.register, asked, now=NOW, agent=AGENT)
    changed = FUID.replace(";1-204;", ";203;").replace(";0;;", ";12;;")
    assert changed != FUID
    assert came_out(depot, listed) == changed.encode()
    row = replace(depot.register.item(contract.id), folios=204)
    sheets.correct(depot.register, row, "folios added", now=NOW, agent=AGENT)
    assert came_out(depot, listed) == FUID.replace(";0;;", ";12;;").encode()  # as it was written, again


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_form_comes_out_byte_for_byte_as_it_came_in(depot: Depot, encoding: str, end: str):
    data = FUID.replace("\n", end).encode(encoding)
    assert came_out(depot, entered(depot, data)) == data


@pytest.mark.parametrize("encoding", ["", "utf-16", "UTF-16", "utf-16-be"])
def test_a_list_in_utf_16_may_begin_with_the_mark_of_either_order(depot: Depot, encoding: str):
    data = "\ufefftitle;Notas\nGarcía;ñ\n".encode("utf-16-be")
    assert came_out(depot, entered(depot, data, encoding=encoding)) == data
    assert newest(depot, 1)[0].title == "García"


def test_a_form_says_what_it_says(depot: Depot):
    entered(depot, FUID.encode())
    one, two, three, four = newest(depot, 4)
    assert (one.title, one.date_from, one.date_to, one.folios) == (
        "CONTRATOS - Contrato 12",
        "1998-05-17",
        "",
        204,
    )
    assert (one.series_code, one.medium, one.client) == ("100.2", "P", "Muñoz & Hijos")
    assert (two.title, two.date_to, two.extra["Notas"]) == ("CONTRATOS; anexo", "1999", "dos\nlíneas")
    assert (three.title, three.folios) == ("ACTAS", 206)
    assert four.extra["No. de orden"] == "4"
    boxes = [depot.register.one(Box, item.box) for item in (one, two, three, four)]
    assert [box.type for box in boxes] == ["Caja 1", "Caja 1", "Caja 2", "Caja 2"]
    assert {box.location for box in boxes} == {depot.locations[0].id}


@pytest.mark.parametrize(
    ("above", "client"),
    [
        ("ENTIDAD PRODUCTORA: Muñoz;\n", "Muñoz"),
        (";\nEntidad productora;Muñoz\n", "Muñoz"),
        ("ENTIDAD REMITENTE:;Beta\n", "Beta"),
        ("ENTIDAD PRODUCTORA:;REGISTRO DE ENTRADA\n", ""),
        ("ENTIDAD PRODUCTORA:;Fecha:\n;\n", ""),
        ("Lista;\n", ""),
    ],
)
def test_the_client_is_who_the_form_names(depot: Depot, above: str, client: str):
    (item,) = prepared(depot, f"{above}title;folios\na;1\n".encode()).items
    assert item.client == client


CELLS = st.text(st.sampled_from('aé";,\n 1.'), max_size=5)
LINES = st.lists(st.tuples(st.sampled_from(["x", "ñ y", '"z"', " q"]), CELLS, CELLS), min_size=1, max_size=5)


FORMS = st.builds(
    Form,
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from([";", ",", "\t", "|"]),
    st.just("needed"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(LINES, st.lists(st.sampled_from(list(QUOTINGS)), min_size=5, max_size=5), FORMS)
def test_any_table_would_come_out_as_it_came_in(
    depot: Depot, lines: list[tuple[str, str, str]], quotings: list[str], form: Form
):
    """Each line with habits of its own."""
    text = tabular.written(["Notas", "title", "Otro"], form)
    for (title, one, other), quoting in zip(lines, quotings, strict=False):
        text += tabular.written([one, title, other], replace(form, quoting=quoting))
    found = prepared(depot, text.encode(form.encoding))  # which proves it, or refuses
    assert found.faults == ()
    assert [item.title for item in found.items] == [title.strip() for title, *_ in lines]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.sampled_from(b';"\n\r,1 a\xff\x00-')), max_size=6),
    st.booleans(),
)
def test_a_form_that_was_damaged_is_refused_or_comes_out_as_it_came_in(
    depot: Depot, hits: list[tuple[int, int]], cut: bool
):
    data = bytearray(FUID.encode())
    for place, byte in hits:
        data[place % len(data)] = byte
    damaged = bytes(data[: hits[0][0]] if cut and hits else data)
    try:
        found = prepared(depot, damaged)
    except HoldingsError:
        return
    if not found.faults:
        assert inventory.written(depot.register, found.inventory, found.items) == damaged


def test_what_is_changed_comes_out_changed_and_nothing_else_does(depot: Depot):
    listed = entered(depot, FUID.encode())
    first = newest(depot, 4)[0]
    changed = replace(first, title="CONTRATOS; todos", folios=205)
    sheets.correct(depot.register, changed, "folios added", now=NOW, agent=AGENT)
    expected = FUID.replace("CONTRATOS - Contrato 12", '"CONTRATOS; todos"', 1).replace("1-204", "205", 1)
    assert came_out(depot, listed).decode() == expected


def test_a_line_that_was_written_otherwise_stays_so_but_for_the_cell_that_changes(depot: Depot):
    listed = entered(depot, FUID.encode())
    last = newest(depot, 4)[3]
    sheets.enter(depot.register, [replace(last, medium="P")], now=NOW, agent=AGENT, act="change")
    assert came_out(depot, listed).decode() == FUID.replace(
        '4;100.3;"ACTAS";1998;;2;1;;;0;;\n', '4;100.3;"ACTAS";1998;;2;1;;;0;P;\n'
    )


def test_what_is_forgotten_of_an_item_is_not_in_the_list_either(depot: Depot):
    data = FUID.replace("CONTRATOS - Contrato 12", '"Expediente de Zoë"').encode()
    listed = entered(depot, data)
    item = newest(depot, 4)[0]
    redaction.redact(depot.register, item.code, now=NOW, agent=AGENT)
    assert "Zoë" not in came_out(depot, listed).decode()
    written = [path.read_bytes() for path in depot.archive.root.rglob("*.json*")]
    assert len(written) > 3
    assert not any("Zoë".encode() in data and b"Expediente de" in data for data in written)


def test_an_item_goes_where_its_own_box_is(depot: Depot):
    code = depot.boxes[1].code
    entered(depot, f"title,box\nuno,{code}\ndos,{code.lower()}\ntres,\n".encode())
    *two, third = newest(depot, 3)
    assert [item.box for item in two] == [depot.boxes[1].id] * 2
    assert third.location == depot.locations[0].id


def test_a_list_with_places_of_its_own_needs_no_other_and_comes_out_as_it_came_in(depot: Depot):
    text = f"title,box,location\nuno,{depot.boxes[0].code},\ndos,,{depot.locations[1].code}\ntres,b-1c,\n"
    listed = entered(depot, text.encode(), at="")
    assert came_out(depot, listed).decode() == text
    item = newest(depot, 3)[0]
    places.move(depot.register, item.id, depot.boxes[1].id, now=NOW, agent=AGENT)
    assert came_out(depot, listed).decode() == text.replace(depot.boxes[0].code, depot.boxes[1].code, 1)


def test_what_names_no_place_goes_into_the_box_that_is_given_and_its_empty_cell_stays_empty(depot: Depot):
    listed = entered(depot, b"title,box\nuno,\n", at=depot.boxes[0].id)
    (item,) = newest(depot, 1)
    assert item.box == depot.boxes[0].id
    assert came_out(depot, listed) == b"title,box\nuno,\n"


def test_a_title_that_begins_as_a_signature_does_is_an_item_and_so_is_all_below_it(depot: Depot):
    rows = "Actas 1998;3\nRecibido por la Secretaría: oficios 1998;10\nElaborado por encargo: planos;5\nZ;4\n"
    found = prepared(depot, f"title;folios\n{rows}".encode())
    assert [(item.title[:12], item.folios) for item in found.items] == [
        ("Actas 1998", 3), ("Recibido por", 10), ("Elaborado po", 5), ("Z", 4),
    ]  # fmt: skip
    assert found.foot == ()


@pytest.mark.parametrize(
    ("below", "foot"),
    [
        ("Elaborado por: A;Entregado por: B\n", (3, 3)),
        ("Elaborado por Ana;\n;\nCargo;Archivista\nEntregado por: B;\nNombre: B;\n", (3, 7)),
        ("\nRecibido por;A\nFirma;\nUna nota;\n", (4, 6)),
        ("Recibido por la Junta;2\nb;3\nRecibido por: A;\nFecha:;1998\n", (5, 6)),
        ("Elaborado por: A;\nEntregado por: B;\nRecibido por: C;\n", (3, 5)),
        ("Recibido por: A;\n", ()),
        ("Elaborado por: A;\nCargo: B;\nb;3\n", ()),
    ],
)
def test_signatures_are_what_looks_like_them_below_the_last_item(
    depot: Depot, below: str, foot: tuple[int, ...]
):
    data = f"title;folios\na;1\n{below}".encode()
    found = prepared(depot, data)
    assert found.foot == foot
    assert inventory.written(depot.register, found.inventory, found.items) == data


HEAD = "title;date_from;date_to;folios;box;parent;code\n"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("a;mayo;;;;;", Fault(2, "U010", "date_from", "mayo")),
        ("a;;31/02/1998;;;;", Fault(2, "U010", "date_to", "31/02/1998")),
        ("a;;;muchos;;;", Fault(2, "U011", "folios", "muchos")),
        ("a;;;٣;;;", Fault(2, "U011", "folios", "٣")),
        ("a;;;99999999;;;", Fault(2, "U017", "folios", "4000")),
        (" ;;;3;;;", Fault(2, "U012")),
        ("a;;;;;;;;x", Fault(2, "U013", "", "9")),
        ("a;1999;1998;;;;", Fault(2, "U014", "", "1999 – 1998")),
        ("a;;;;B-000099Z;;", Fault(2, "U015", "box", "B-000099Z")),
        ("a;;;;L-000001B;;", Fault(2, "U015", "box", "L-000001B")),
        ("a;;;;;P-000001E;", Fault(2, "U015", "parent", "P-000001E")),
        ("a;;;;;;F-000001E", Fault(2, "U015", "code", "F-000001E")),
        ("a;;;;;;F-000010D", Fault(2, "U015", "code", "F-000010D", ("F-000001D",))),
        ("a;;;;B-000010C;;", Fault(2, "U015", "box", "B-000010C", ("B-000001C",))),
        ("a;;;;;;F-000001D", Fault(2, "U016", "", "F-000001D")),
        (f"{'a' * 4001};;;;;;", Fault(2, "U017", "title", "4000")),
        ("a\x00b;;;;;;", Fault(2, "U022", "title", "U+0000")),
        ("a\x81b;;;;;;", Fault(2, "U022", "title", "U+0081")),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_nothing_is_imported_half(depot: Depot, row: str, fault: Fault):
    before = ledger.read_head(depot.archive)
    found = prepared(depot, (HEAD + row + "\nb;;;;;;\n").encode())
    assert found.faults == (fault,)
    with pytest.raises(HoldingsError) as refused:
        imports.enter(depot.register, found, now=NOW, agent=AGENT)
    assert refused.value.code == "U020"
    assert ledger.read_head(depot.archive) == before
    assert not (depot.archive.root / "custody").exists()


@pytest.mark.parametrize("named", ["L-000001B", "F-000001D", codes.code("item", 99)])
def test_a_code_that_is_no_box_here_is_no_number_of_a_box_either(depot: Depot, named: str):
    found = prepared(depot, f"title;Caja\na;{named}\nb;7\n".encode())
    assert list(found.faults) == [Fault(2, "U015", "Caja", named)]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_lines(depot: Depot):
    found = prepared(depot, (HEAD + '"b\nc";x;;y;;;\n;;;;;;\nd;;;;;;\n;;;1;;;\n').encode())
    told = [(fault.line, fault.code) for fault in found.faults]
    assert told == [(2, "U010"), (2, "U011"), (6, "U012")]


def test_a_code_of_a_box_in_which_two_digits_changed_places_is_no_number_of_a_box(depot: Depot):
    found = prepared(depot, b"title;Caja\na;B-000010C\nb;B-000010Q\n")
    assert found.faults == (Fault(2, "U015", "Caja", "B-000010C", ("B-000001C",)),)


def test_a_code_that_is_twice_in_a_list_is_named(depot: Depot):
    code = codes.code("item", 42)
    found = prepared(depot, f"title,code\na,{code}\nb,{code.lower()}\n".encode())
    assert found.faults == (Fault(3, "U016", "", code),)


def test_a_row_with_two_places_is_named(depot: Depot):
    text = f"title,box,location\na,{depot.boxes[0].code},{depot.locations[0].code}\n"
    assert prepared(depot, text.encode()).faults == (Fault(2, "U019"),)


def test_a_long_line_that_is_written_otherwise_comes_out_as_it_came_in(depot: Depot):
    data = f'title,Notas,Otro\n"a",{"n" * 3999},{"o" * 3999}'.encode()
    assert came_out(depot, entered(depot, data)) == data


def test_a_quotation_that_never_ends_is_named_by_its_line(depot: Depot):
    with pytest.raises(HoldingsError, match="3"):
        prepared(depot, b'title;Notas\na;b\nc;"d\n')


def test_where_nothing_says_where_it_is_that_is_wrong(depot: Depot):
    assert prepared(depot, b"title\na\n", at="").faults == (Fault(2, "U018"),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "U030"),
        (b"one,two\n1,2\n", "U030"),
        (b'title,folios\n"a,2\n', "U033"),
        (b"title;folios\n", "U024"),
    ],
)
def test_what_is_no_list_is_refused(depot: Depot, data: bytes, code: str):
    with pytest.raises(HoldingsError) as refused:
        entered(depot, data)
    assert refused.value.code == code


def test_a_list_that_is_too_long_for_one_event_is_refused(depot: Depot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    with pytest.raises(HoldingsError) as refused:
        prepared(depot, b"title\na\nb\nc\n")
    assert refused.value.code == "U039"


def test_headings_that_stand_on_every_sheet_are_no_items(depot: Depot):
    head = "title;Notas\n"
    data = (head + "a;1\n" + head + "b;2\n").encode()
    listed = entered(depot, data)
    assert [item.title for item in newest(depot, 2)] == ["a", "b"]
    assert came_out(depot, listed) == data


def test_an_import_is_one_event_and_the_archive_verifies_and_rebuilds(archive: Archive):
    with working(archive) as register:
        depot = furnish(register)
        before = ledger.read_head(archive).size
        listed = entered(depot, FUID.encode(), batch=BATCH)
        (event,) = [one for one in ledger.read(archive) if one.seq >= before]
        assert (event.type, event.detail["rows"], event.detail["list"]) == ("holding registered", 6, listed)
        assert [(one.id, one.batch) for one in exports.lists(register)] == [(listed, BATCH)]
    assert list(fixity.verify(archive)) == []
    path = tables.path_of(archive)
    was = dump(path, tables.TABLES)
    registers.rebuild(archive)
    assert dump(path, tables.TABLES) == was


def test_no_name_of_a_list_is_in_the_ledger(depot: Depot):
    entered(depot, FUID.encode())
    text = b"".join(path.read_bytes() for path in depot.archive.ledger.rglob("*.jsonl")).decode()
    for word in ("Muñoz", "Peña", "CONTRATOS", "Caja", "17/05"):
        assert word not in text


def test_a_list_that_was_altered_on_disk_is_not_given_out(depot: Depot):
    listed = entered(depot, FUID.encode())
    path = depot.archive.root / "custody" / listed / "list.json"
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps(told | {"foot": "Otra cosa"}))
    with pytest.raises(HoldingsError) as refused:
        exports.kept(depot.register, listed)
    assert refused.value.code == "U062"


@pytest.mark.parametrize("named", ["", "x", '"', BATCH])
def test_a_list_that_was_never_imported_is_not_found(depot: Depot, named: str):
    with pytest.raises(HoldingsError) as refused:
        exports.kept(depot.register, named)
    assert refused.value.code == "U060"


def test_the_lists_are_told_in_order(depot: Depot):
    made = [entered(depot, FUID.encode()), entered(depot, b"title\na\n")]
    assert [(one.id, one.items) for one in exports.lists(depot.register)] == list(
        zip(made, (4, 1), strict=True)
    )


def fields(item: Item) -> Item:
    """What is the same in another register: that of the ids and codes."""
    return replace(item, id="", code="", extra={})


def test_the_register_goes_out_as_a_plain_table_and_comes_in_again_the_same(depot: Depot):
    entered(depot, FUID.encode())
    enter(
        depot.register,
        [Item("", "", "Anexo", parent=depot.items[0].id, box=depot.boxes[0].id, extra={"x;": '"'})],
    )
    items = exports.listed_order(here := exports.here(depot.register), exports.origins(depot.register, here))
    text = "".join(exports.plain(depot.register, items, Form()))
    head, *lines = tabular.records(text, ",")
    assert len(lines) == len(items)
    rows = [head.cells, *(("", *line.cells[1:]) for line in lines)]  # the codes are taken
    anew = "".join(tabular.written(row, Form()) for row in rows)
    read = prepared(depot, anew.encode(), at="")
    assert read.faults == ()
    assert list(map(fields, read.items)) == list(map(fields, items))
    names = ("folios", "date_from", "date_to", "Notas", "x;")
    cells = [[item.extra.get(name, "") for name in names] for item in read.items]
    assert ["", "", "", "", '"'] in cells
    assert cells[-4:] == [
        ["1-204", "17/05/1998", "s.f.", "", ""],
        ["", "", "", "dos\nlíneas", ""],
        ["205-410", "S/F", "", "", ""],
        ["0", "", "", "", ""],
    ]


def test_no_cell_of_a_list_says_beside_a_changed_field_what_that_was_before(depot: Depot):
    entered(depot, b"Titel;titulo;No. de folios;Inicial;folios\n a;b;1-20;5/1998;1-20\n c;d;1-20;s.f.; \n")
    first, _ = newest(depot, 2)
    changed = replace(first, folios=33, title="z")
    sheets.correct(depot.register, changed, "folios added", now=NOW, agent=AGENT)
    head, *rows = csv.reader(exports.plain(depot.register, newest(depot, 2), Form()))
    assert head[len(PLAIN) :] == ["folios (2)", "titulo"]  # which are no spellings, but columns of their own
    names = ("title", "titulo", "folios", "date_from", "folios (2)")
    assert [[dict(zip(head, row, strict=True))[name] for name in names] for row in rows] == [
        ["z", "b", "33", "5/1998", "1-20"],
        [" c", "d", "1-20", "s.f.", " "],
    ]


def test_a_cell_of_blanks_gives_way_to_what_is_known_by_now(depot: Depot):
    listed = entered(depot, b"title;folios;box;Notas\na; ;; \n")
    (item,) = newest(depot, 1)
    depots.enter(depot.register, [replace(item, folios=20)], act="change")
    places.move(depot.register, item.id, depot.boxes[0].id, now=NOW, agent=AGENT)
    assert came_out(depot, listed) == f"title;folios;box;Notas\na;20;{depot.boxes[0].code}; \n".encode()


def test_the_same_file_is_imported_twice_only_when_that_is_said(depot: Depot):
    data = b"title,Notas\nuno,\ndos,x\n"
    listed = entered(depot, data)
    depots.enter(depot.register, [replace(newest(depot, 1)[0], title="tres")], act="change")
    with pytest.raises(HoldingsError, match=listed) as refused:
        prepared(depot, data)
    assert (refused.value.code, "--again" in refused.value.hint) == ("U064", True)
    assert entered(depot, data, again=True) != listed
    assert entered(depot, data + b"cuatro,\n")


def test_the_digest_of_a_file_goes_with_a_title_that_is_forgotten(archive: Archive):
    """Or whoever guesses the title could see that the digest fits."""
    data = b"title\nGrzegorz\n"
    with working(archive) as register:
        depot = furnish(register)
        listed, digest = entered(depot, data), ledger.sha256(data).encode()
        path = archive.root / exports.path_of(listed)
        assert digest in path.read_bytes()
        redaction.redact(register, newest(depot, 1)[0].code, now=NOW, agent=AGENT)
        assert digest not in path.read_bytes()
        assert came_out(depot, listed) == b"title\n\n"
    assert list(fixity.verify(archive)) == []


def test_cells_that_look_like_formulas_go_in_and_out_as_they_are(depot: Depot):
    data = b"title;Notas;folios\n=1+1;@x;\n'=2;-5;3\n+34 600;'@y;\n"
    listed = entered(depot, data)
    assert came_out(depot, listed) == data
    assert tabular.formulas(data, Form(delimiter=";")) == 3
    out = "".join(exports.plain(depot.register, newest(depot, 3), Form()))
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["title"], row["Notas"]) for row in rows] == [
        ("=1+1", "@x"),
        ("'=2", "-5"),
        ("+34 600", "'@y"),
    ]
