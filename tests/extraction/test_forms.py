"""Forms by their places: words, blanks, boxes to tick and strokes, and schemas as a clerk writes them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan import schema
from docscan.extraction import extract, written
from docscan.extraction.answers import Place
from docscan.extraction.rows import Row
from docscan.model import Blank, Extraction, Line, Mark, Page, Word
from docscan.places import Box
from docscan.schema import Schema

DPI = 254  # ten pixels to the millimetre
LETTER, HEIGHT = 18, 30  # pixels
Said = tuple[int, int, str]  # left, top, words
TITLE: Said = (100, 60, "Prueba de formulario")


def words(*said: Said, sure: float = 0.96) -> tuple[Line, ...]:
    """Lines of words, one blank between them, each letter as wide as the others."""
    lines = []
    for left, top, text in said:
        found, x = [], left
        for word in text.split():
            found.append(Word(word, Box(x, top, x + LETTER * len(word), top + HEIGHT), sure))
            x += LETTER * (len(word) + 1)
        lines.append(Line(tuple(found)))
    return tuple(lines)


def page(*said: Said, **more: Any) -> Page:
    """A page of 254 dpi with its words and whatever else was found on it."""
    return Page(1, 2100, 2970, DPI, "read", words(TITLE, *said), **more)


def frame(left: int, top: int, right: int, bottom: int) -> Blank:
    return Blank(Box(left, top, right, bottom), "frame")


def rule(left: int, right: int, at: int) -> Blank:
    return Blank(Box(left, at - 75, right, at), "rule")


def comb(left: int, right: int, top: int) -> Blank:
    return Blank(Box(left, top, right, top + 64), "comb")


def tick(left: int, top: int, *, ticked: bool) -> Mark:
    return Mark(Box(left, top, left + 40, top + 40), ticked, 0.95)


@pytest.fixture
def described(tmp_path: Path) -> Callable[..., Schema]:
    """Writes a schema of a form as a clerk would, and loads it."""

    def write(required: Sequence[str] = (), **properties: Mapping[str, object]) -> Schema:
        rules = {
            "x-kind": "form",
            "x-words": {"es": {"prueba de formulario": 6}},
            "properties": properties,
            "required": required,
        }
        path = tmp_path / "form-test.json"
        path.write_text(json.dumps(rules), encoding="utf-8")
        return schema.load(path)

    return write


def field(kind: str, label: str, **more: object) -> dict[str, object]:
    return {"x-type": kind, "x-labels": {"es": [label]}} | more


def values(found: Extraction) -> dict[str, str | bool]:
    return {name: one.value for name, one in found.fields.items()}


@pytest.mark.parametrize(
    ("said", "blank"),
    [
        (((100, 200, "Nombre"), (620, 205, "Inés Vega")), frame(600, 180, 1600, 250)),
        (((100, 200, "Nombre"), (620, 200, "Inés Vega")), rule(600, 1600, 238)),
        (((100, 200, "Nombre"), (120, 260, "Inés Vega")), frame(100, 245, 900, 320)),
        (((100, 200, "Nombre"), (120, 260, "Inés Vega")), rule(100, 900, 300)),
        (((120, 260, "Inés Vega"), (100, 320, "Nombre")), rule(100, 900, 300)),
        (((110, 206, "Nombre"), (130, 260, "Inés Vega")), frame(100, 200, 900, 320)),
        (((100, 200, "Nombre"), (620, 182, "Inés Vega")), comb(600, 1600, 170)),
    ],
    ids=["frame beside", "rule beside", "frame below", "rule below", "rule above", "inside", "comb beside"],
)
def test_a_value_is_found_wherever_its_place_is(
    described: Callable[..., Schema], said: tuple[Said, ...], blank: Blank
) -> None:
    form = described(name=field("name", "Nombre"))
    assert values(extract([page(*said, blanks=(blank,))], [form])) == {"name": "Inés Vega"}


def test_an_empty_place_has_no_value_though_words_stand_near(described: Callable[..., Schema]) -> None:
    form = described(["name"], name=field("name", "Nombre"), town=field("text", "Localidad"))
    said = ((100, 200, "Nombre"), (100, 400, "Localidad"), (620, 400, "León"))
    found = extract([page(*said, blanks=(rule(600, 1600, 240), rule(600, 1600, 440)))], [form])
    assert values(found) == {"town": "León"}
    assert found.missing == ("name",)


def test_labels_under_their_lines_are_not_taken_for_labels_over_the_next(
    described: Callable[..., Schema],
) -> None:
    form = described(name=field("name", "Nombre"), town=field("text", "Localidad"))
    said = (
        (120, 260, "Inés Vega"), (100, 320, "Nombre"), (120, 400, "León"), (100, 460, "Localidad"),
    )  # fmt: skip
    found = extract([page(*said, blanks=(rule(100, 900, 300), rule(100, 900, 440)))], [form])
    assert values(found) == {"name": "Inés Vega", "town": "León"}


def test_a_label_says_where_its_value_stands(described: Callable[..., Schema]) -> None:
    said = ((120, 200, "Inés Vega"), (100, 300, "Nombre"), (120, 400, "León"))
    blanks = (rule(100, 900, 250), rule(100, 900, 450))
    for place, value in (("above", "Inés Vega"), ("below", "León")):
        form = described(name=field("name", "Nombre", **{"x-place": place}))
        assert values(extract([page(*said, blanks=blanks)], [form])) == {"name": value}


def test_labels_and_values_in_a_grid_of_two_columns(described: Callable[..., Schema]) -> None:
    form = described(name=field("name", "Nombre"), town=field("text", "Localidad"))
    said = ((110, 220, "Nombre"), (520, 220, "Inés Vega"), (110, 310, "Localidad"), (520, 310, "León"))
    blanks = tuple(
        frame(left, top, right, top + 88) for top in (200, 290) for left, right in ((100, 498), (502, 1500))
    )
    assert values(extract([page(*said, blanks=blanks)], [form])) == {"name": "Inés Vega", "town": "León"}


def test_day_month_and_year_in_combs_are_a_date(described: Callable[..., Schema]) -> None:
    form = described(born=field("date", "Fecha de nacimiento"))
    said = ((100, 210, "Fecha de nacimiento"), (620, 215, "12"), (780, 215, "04"), (940, 215, "1988"))
    blanks = (comb(600, 720, 200), comb(750, 870, 200), comb(900, 1140, 200))
    assert values(extract([page(*said, blanks=blanks)], [form])) == {"born": "1988-04-12"}


def test_writing_that_is_no_date_is_shown_to_a_person(described: Callable[..., Schema]) -> None:
    form = described(born=field("date", "Fecha de nacimiento"))
    said = ((100, 210, "Fecha de nacimiento"), (620, 205, "ayer"))
    (found,) = extract([page(*said, blanks=(rule(600, 1600, 250),))], [form]).fields.values()
    assert (found.value, found.raw) == ("", "ayer")
    assert found.confidence < 0.5


@pytest.mark.parametrize("side", ["left", "right"])
def test_of_several_options_the_ticked_one_is_the_value(described: Callable[..., Schema], side: str) -> None:
    options = {"yes": {"es": ["Sí"]}, "no": {"es": ["No"]}}
    form = described(
        smoker=field("choice", "¿Fuma?", **{"x-options": options}),
        allergies=field("choice", "¿Tiene alergias?", **{"x-options": options}),
    )
    said, marks = [], []
    for top, label, ticked in ((200, "¿Fuma?", "No"), (300, "¿Tiene alergias?", "Sí")):
        said.append((100, top, label))
        for left, option in ((700, "Sí"), (1000, "No")):
            said.append((left + (60 if side == "left" else -60), top, option))
            marks.append(tick(left, top - 5, ticked=option == ticked))
    found = extract([page(*said, marks=tuple(marks))], [form])
    assert values(found) == {"smoker": "no", "allergies": "yes"}


def test_a_choice_with_no_box_ticked_has_no_value_and_with_two_is_doubted(
    described: Callable[..., Schema],
) -> None:
    options = {"yes": {"es": ["Sí"]}, "no": {"es": ["No"]}}
    form = described(smoker=field("choice", "¿Fuma?", **{"x-options": options}))
    said = ((100, 200, "¿Fuma?"), (760, 200, "Sí"), (1060, 200, "No"))
    none, both = (
        extract([page(*said, marks=tuple(tick(x, 195, ticked=t) for x in (700, 1000)))], [form])
        for t in (False, True)
    )
    assert none.fields == {}
    assert both.fields["smoker"].confidence < 0.5


def test_an_option_whose_label_was_misread_is_told_by_the_others(described: Callable[..., Schema]) -> None:
    options = {"yes": {"es": ["Sí"]}, "no": {"es": ["No"]}}
    form = described(smoker=field("choice", "¿Fuma?", **{"x-options": options}))
    said = ((100, 200, "¿Fuma?"), (760, 200, "S"), (1060, 200, "No"))
    marks = (tick(700, 195, ticked=True), tick(1000, 195, ticked=False))
    assert values(extract([page(*said, marks=marks)], [form])) == {"smoker": "yes"}


def test_a_box_to_tick_has_the_nearest_label(described: Callable[..., Schema]) -> None:
    form = described(a=field("tick", "Deseo factura"), b=field("tick", "Deseo publicidad"))
    said = ((160, 200, "Deseo factura"), (160, 270, "Deseo publicidad"))
    marks = (tick(100, 195, ticked=True), tick(100, 265, ticked=False))
    assert values(extract([page(*said, marks=marks)], [form])) == {"a": True, "b": False}


@pytest.mark.parametrize(("top", "signed"), [(330, True), (900, False)], ids=["by the label", "elsewhere"])
@pytest.mark.parametrize(
    ("label", "blank"),
    [
        ((100, 400, "Firma"), rule(300, 1200, 430)),
        ((310, 440, "Firma"), rule(300, 1200, 430)),
        ((100, 400, "Firma"), None),
    ],
    ids=["beside a rule", "under a rule", "alone"],
)
def test_a_signature_is_ink_in_its_place(
    described: Callable[..., Schema], label: Said, blank: Blank | None, top: int, signed: bool
) -> None:
    form = described(signature=field("signature", "Firma"))
    drawn = page(label, blanks=(blank,) if blank else (), strokes=(Box(350, top, 800, top + 90),))
    assert values(extract([drawn], [form])) == {"signature": signed}


def test_a_text_layer_says_nothing_of_signatures(described: Callable[..., Schema]) -> None:
    form = described(signature=field("signature", "Firma"))
    layer = Page(1, 2100, 2970, DPI, "textlayer", words(TITLE, (100, 400, "Firma")))
    assert extract([layer], [form]).fields == {}


TABLE = {
    "x-type": "table",
    "items": {
        "properties": {
            "day": field("date", "Fecha"),
            "what": field("text", "Concepto"),
            "amount": field("amount", "Importe"),
        }
    },
}
ROWS: tuple[Said, ...] = (
    (110, 210, "Fecha"), (510, 210, "Concepto"), (1310, 210, "Importe"),
    (110, 300, "02.03.2026"), (510, 300, "Billete de tren"), (1310, 300, "12,50"),
    (110, 390, "04.03.2026"), (510, 390, "Taxi"), (1310, 390, "9,00"),
)  # fmt: skip


@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "without frames"])
def test_the_cells_of_a_table_are_fields(described: Callable[..., Schema], ruled: bool) -> None:
    form = described(["expenses"], expenses=TABLE)
    blanks = tuple(
        frame(left, top, right, top + 84)
        for top in (190, 278, 366, 454)
        for left, right in ((100, 496), (504, 1296), (1304, 1700))
    )
    found = extract([page(*ROWS, blanks=blanks if ruled else ())], [form])
    assert values(found) == {
        "expenses.1.day": "2026-03-02", "expenses.1.what": "Billete de tren", "expenses.1.amount": "12.50",
        "expenses.2.day": "2026-03-04", "expenses.2.what": "Taxi", "expenses.2.amount": "9.00",
    }  # fmt: skip
    assert found.missing == ()


def test_a_required_table_without_rows_is_missing(described: Callable[..., Schema]) -> None:
    assert extract([page(*ROWS[:3])], [described(["expenses"], expenses=TABLE)]).missing == ("expenses",)


def test_pairs_that_no_schema_names_are_entries() -> None:
    said = (
        (100, 200, "Nombre"), (620, 205, "Inés Vega"),
        (110, 306, "Localidad"), (130, 360, "León"),
        (120, 520, "4711"), (100, 580, "Número de socio"),
        (100, 700, "Fecha: 12.04.2026"),
        (160, 800, "Deseo factura"),
    )  # fmt: skip
    blanks = (frame(600, 180, 1600, 250), frame(100, 300, 900, 420), rule(100, 900, 560))
    letter = Schema("letter", "Letter", "letter")
    found = extract([page(*said, blanks=blanks, marks=(tick(100, 795, ticked=True),))], [letter])
    assert [(entry.label, entry.value) for entry in found.entries] == [
        ("Nombre", "Inés Vega"),
        ("Localidad", "León"),
        ("Número de socio", "4711"),
        ("Fecha", "2026-04-12"),
        ("Deseo factura", True),
    ]


def test_a_signature_that_was_read_as_letters_is_no_entry() -> None:
    drawn = page((100, 400, "Firma"), blanks=(rule(300, 1200, 430),), strokes=(Box(320, 350, 800, 428),))
    scrawled = replace(drawn, lines=drawn.lines + words((400, 380, "OMO"), sure=0.1))
    assert extract([scrawled], [Schema("letter", "Letter", "letter")]).entries == ()


def in_place(text: str, kind: str = "rule") -> Place:
    (line,) = words((0, 0, text))
    row = Row(1, 0, line.words, float(HEIGHT), origin_ocr=True)
    return Place(1, row.box, kind, (row,), 10.0)


@given(st.dates(date(1950, 1, 1), date(2069, 12, 31)))
def test_the_figures_of_a_date_alone_are_that_date(day: date) -> None:
    found = written.read(in_place(day.strftime("%d%m%Y"), "comb"), "date")
    assert found is not None
    assert found.value == day.isoformat()


@given(st.integers(0, 10**8))
def test_an_amount_with_another_sign_for_its_comma_is_that_amount(cents: int) -> None:
    for comma in (",", ".", " r ", ", "):
        found = written.read(in_place(f"{cents // 100}{comma}{cents % 100:02}"), "amount")
        assert found is not None
        assert found.value == f"{cents // 100}.{cents % 100:02}"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=40))
@pytest.mark.parametrize("kind", ["date", "amount", "quantity", "iban", "tax-id", "number", "text", "rate"])
def test_whatever_is_written_is_read_or_shown(kind: str, text: str) -> None:
    found = written.read(in_place(text), kind)
    assert found is None or (0.0 <= found.certainty <= 1.0 and found.raw)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("iban", "ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332"),
        ("iban", "ES9I21OO041845020005I332", "ES9121000418450200051332"),
        ("tax-id", "1 2 3 4 5 6 7 8 Z", "12345678Z"),
        ("tax-id", "I2345678Z", "12345678Z"),
        ("tax-id", "517332255", "51733225S"),
        ("quantity", "5A", "54"),
        ("text", "Stee/ shelf, /aser AzuI", "Steel shelf, laser Azul"),
        ("text", "km/h und/oder McIntyre IBAN", "km/h und/oder McIntyre IBAN"),
        ("number", "LS- 63741", "LS-63741"),
        ("text", "— Taller mecánico S.A.", "Taller mecánico S.A."),
    ],
)
def test_a_value_is_read_as_its_type_wants_it(kind: str, text: str, value: str) -> None:
    found = written.read(in_place(text), kind)
    assert found is not None
    assert found.value == value
