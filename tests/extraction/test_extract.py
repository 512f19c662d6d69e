from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.extraction import extract
from docscan.extraction.rows import rows_of
from docscan.model import Extraction, Line, Mark, Page, Word
from docscan.places import Box
from docscan.schema import Schema

Typed = Callable[..., Page]

GERMAN = """
Muster Werkzeuge GmbH
Hauptstr. 1
12345 Musterstadt

Rechnung
Rechnungsnummer: RE-2026/0117            Rechnungsdatum: 5. März 2026
Kundennummer: 4711                       Zahlbar bis: 04.04.2026

Beschreibung        Menge      Einzelpreis      Betrag
Hammer              2          50,00            100,00
Zange               1          200,00           200,00

Nettobetrag                                     300,00 €
zzgl. 19% MwSt.                                 57,00 €
Gesamtbetrag                                    357,00 €

USt-IdNr.: DE136695976     IBAN: DE89 3704 0044 0532 0130 00
"""

SPANISH = """
FACTURA                                    Nº F-2026/0042
                                           Fecha: 12 de marzo de 2026
PROVEEDOR                                  CLIENTE
Talleres Ficticios S.L.                    Pepa Inventada
NIF: B12345674                             NIF: 12345678Z

Base imponible:                            1.000,00 €
IVA 21%:                                   210,00 €
Retención IRPF 15%:                        -150,00 €
TOTAL FACTURA:                             1.060,00 €
"""

POLISH = """
Faktura VAT nr FV/12/2026
Data wystawienia: 12 marca 2026            Termin płatności: 26.03.2026

Sprzedawca:                                Nabywca:
Zmyślona Firma Sp. z o.o.                  Nieistniejąca S.A.
NIP: 526-104-08-28                         NIP: 1234563218

Wartość netto          Kwota VAT           Wartość brutto
1 234,50 zł            283,94 zł           1 518,44 zł

Numer rachunku: 61 1090 1014 0000 0712 1981 2874
"""

CREDIT = """
Credit note
Credit note number: CN-7                   Issue date: 2026-03-12
Original invoice: INV-5
Seller                                     Buyer
Fictional Tools Ltd.                       Invented Gardens Ltd.

Net amount                                 -100.00
VAT 20%                                    -20.00
Total amount                               -120.00
"""

EXPECTED = [
    (
        GERMAN,
        "invoice",
        "de",
        {
            "invoice_number": "RE-2026/0117", "issue_date": "2026-03-05", "due_date": "2026-04-04",
            "supplier_name": "Muster Werkzeuge GmbH", "supplier_tax_id": "DE136695976", "currency": "EUR",
            "net": "300.00", "tax": "57.00", "total": "357.00", "iban": "DE89370400440532013000",
        },
    ),
    (
        SPANISH,
        "invoice",
        "es",
        {
            "invoice_number": "F-2026/0042", "issue_date": "2026-03-12", "supplier_tax_id": "B12345674",
            "customer_tax_id": "12345678Z", "supplier_name": "Talleres Ficticios S.L.",
            "customer_name": "Pepa Inventada", "net": "1000.00", "tax": "210.00", "withheld": "150.00",
            "total": "1060.00",
        },
    ),
    (
        POLISH,
        "invoice",
        "pl",
        {
            "invoice_number": "FV/12/2026", "issue_date": "2026-03-12", "due_date": "2026-03-26",
            "supplier_tax_id": "5261040828", "customer_tax_id": "1234563218", "currency": "PLN",
            "net": "1234.50", "tax": "283.94", "total": "1518.44", "iban": "61109010140000071219812874",
        },
    ),
    (
        CREDIT,
        "credit-note",
        "en",
        {
            "invoice_number": "CN-7", "preceding_invoice": "INV-5", "net": "-100.00", "tax": "-20.00",
            "total": "-120.00", "customer_name": "Invented Gardens Ltd.",
        },
    ),
]  # fmt: skip


def said(found: Extraction) -> dict[str, str | bool]:
    return {name: field.value for name, field in found.fields.items()}


@pytest.mark.parametrize("expected", EXPECTED, ids=[item[2] for item in EXPECTED])
def test_a_document_says_its_kind_language_and_fields(
    typed: Typed, schemas: tuple[Schema, ...], expected: tuple[str, str, str, dict[str, str]]
) -> None:
    text, kind, language, fields = expected
    found = extract([typed(text)], schemas)
    assert (found.kind, found.language) == (kind, language)
    assert {name: said(found).get(name) for name in fields} == fields


@pytest.mark.parametrize(
    ("text", "early", "due"),
    [
        (GERMAN, ("Zahlbar bis: 04.04.2026", "Fällig am: 04.02.2026"), "2026-02-04"),
        (POLISH, ("26.03.2026", "26.02.2026"), "2026-02-26"),
        (SPANISH, ("PROVEEDOR     ", "Vencimiento: 01/02/2026\nPROVEEDOR     "), "2026-02-01"),
        (CREDIT, ("Original invoice", "Due date: 2026-02-10\nOriginal invoice"), "2026-02-10"),
    ],
    ids=["de", "pl", "es", "en"],
)
def test_dates_that_contradict_one_another_both_keep_their_fields(
    typed: Typed, schemas: tuple[Schema, ...], text: str, early: tuple[str, str], due: str
) -> None:
    found = said(extract([typed(text.replace(*early))], schemas))
    assert found["due_date"] == due
    assert found["issue_date"] == said(extract([typed(text)], schemas))["issue_date"]


def test_a_tax_id_and_a_name_printed_for_both_parties_are_said_of_both(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = SPANISH.replace("12345678Z", "B12345674").replace("Pepa Inventada", "Talleres Ficticios S.L.")
    found = said(extract([typed(text)], schemas))
    assert found["supplier_tax_id"] == found["customer_tax_id"] == "B12345674"
    assert found["supplier_name"] == found["customer_name"] == "Talleres Ficticios S.L."


@pytest.mark.parametrize("head", ["Descripción      Cantidad      Precio      Importe", "Descripción"])
def test_what_stands_over_a_column_is_nobodys_name(
    typed: Typed, schemas: tuple[Schema, ...], head: str
) -> None:
    text = f"""
FACTURA                          Nº F-2026/0042
Talleres Ficticios S.L.          Fecha: 12/03/2026
CLIENTE

{head}
Base imponible:  100,00 €
IVA 21%:  21,00 €
TOTAL:  121,00 €
"""
    assert "customer_name" not in said(extract([typed(text)], schemas))


def test_a_number_without_check_digits_is_the_customers_only_by_its_heading_or_label(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    bare = CREDIT.replace("VAT 20%       ", "VAT number: 7654321\nVAT 2020000\nVAT 20%       ")
    headed = CREDIT.replace("Tools Ltd.                       Invented Gardens Ltd.",
                            "Tools Ltd.                       Invented Gardens Ltd.\n"
                            "                                           VAT number: 2020000")  # fmt: skip
    labelled = CREDIT.replace("VAT 20%  ", "Customer VAT number: 2020000\nVAT 20%  ")
    found = [
        said(extract([typed(text)], schemas)).get("customer_tax_id") for text in (bare, headed, labelled)
    ]
    assert found == [None, "2020000", "2020000"]


@pytest.mark.parametrize("title", ["ABONO", "FACTURA DE ABONO", "NOTA DE ABONO", "Abono nº"])
def test_an_abono_is_a_credit_note(typed: Typed, schemas: tuple[Schema, ...], title: str) -> None:
    text = SPANISH.replace("FACTURA      ", title + "      ", 1).replace("Nº F-2026/0042", "Nº A-2026/0042")
    assert extract([typed(text)], schemas).kind == "credit-note"


def test_an_invoice_paid_by_abono_en_cuenta_is_no_credit_note(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    assert extract([typed(SPANISH + "\nForma de pago: abono en cuenta")], schemas).kind == "invoice"


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        (SPANISH, "Total factura anterior:"), (SPANISH, "Saldo anterior:"), (POLISH, "Saldo poprzednie:"),
        (GERMAN, "Rechnungsbetrag Vormonat:"), (CREDIT, "Previous balance:"),
        (CREDIT, "Previous invoice total:"),
    ],
)  # fmt: skip
def test_what_was_owed_before_is_no_total(
    typed: Typed, schemas: tuple[Schema, ...], text: str, earlier: str
) -> None:
    total = said(extract([typed(text)], schemas))["total"]
    lines = [line for line in text.split("\n") if "net" not in line.casefold() and "Base" not in line]
    with_it = "\n".join([*lines, f"{earlier}     9.500,00"])
    found = said(extract([typed(with_it)], schemas))
    assert "9500.00" not in found.values()
    assert found.get("total", total) == total


def test_every_field_shows_the_words_that_prove_it(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    page = typed(GERMAN)
    found = extract([page], schemas)
    for field in found.fields.values():
        box = field.box
        inside = [word for word in page.words if box.left <= word.box.left and word.box.right <= box.right]
        words = [word.text for word in inside if box.top <= word.box.top and word.box.bottom <= box.bottom]
        assert " ".join(words) in field.raw or field.raw in " ".join(words)
        assert (field.status, field.origin, field.page) == ("read", "textlayer", 1)
        assert 0.0 <= field.confidence <= 1.0


def test_a_page_that_was_read_by_an_engine_gives_that_as_origin(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    found = extract([typed(GERMAN, state="read")], schemas)
    assert {field.origin for field in found.fields.values()} == {"ocr"}


def test_misread_labels_are_forgiven(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    text = GERMAN.replace("Rechnungsnummer", "Rechnungsnurnmer").replace("Gesamtbetrag", "Gesamtbetraq")
    found = said(extract([typed(text, state="read")], schemas))
    assert (found["invoice_number"], found["total"]) == ("RE-2026/0117", "357.00")


def test_a_letter_taken_for_a_digit_is_mended_only_when_the_sum_proves_it(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    proven = said(extract([typed(GERMAN.replace("357,00 €", "3S7,00 €"), state="read")], schemas))
    unproven = said(
        extract(
            [typed(GERMAN.replace("57,00 €", "5I,OO €").replace("300,00 €", "900,00 €"), state="read")],
            schemas,
        )
    )
    assert proven["total"] == "357.00"
    assert "tax" not in unproven


def test_lines_stand_under_their_headers(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    found = extract([typed(GERMAN)], schemas).lines
    assert [(line.description, line.quantity, line.unit_price, line.amount) for line in found] == [
        ("Hammer", "2", "50.00", "100.00"),
        ("Zange", "1", "200.00", "200.00"),
    ]


def test_the_tax_breakdown_holds_rates_whose_base_makes_the_amount(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    table = """
Factura
Impuesto      Base imponible      Tipo        Cuota
IVA           100,00              21%         21,00
IVA           50,00               10%         5,00
IVA           70,00               4%          9,99
"""
    found = extract([typed(table)], schemas).tax_breakdown
    assert [(line.tax, line.rate, line.base, line.amount) for line in found] == [
        ("IVA", "21", "100.00", "21.00"),
        ("IVA", "10", "50.00", "5.00"),
    ]


def rates(found: Extraction) -> list[tuple[str, str, str, str]]:
    return [(line.tax, line.rate, line.base, line.amount) for line in found.tax_breakdown]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SPANISH, [("IVA", "21", "1000.00", "210.00")]),
        (SPANISH.replace("IVA", "IGIC").replace("21%", "7 %").replace("210,00", "70,00"),
         [("IGIC", "7", "1000.00", "70.00")]),
        (GERMAN, [("USt", "19", "300.00", "57.00")]),
        (CREDIT, [("VAT", "20", "-100.00", "-20.00")]),
        ("Faktura VAT\nPTU A 23 %    100,00    23,00\nPTU B 8 %    50,00    4,00",
         [("VAT", "23", "100.00", "23.00"), ("VAT", "8", "50.00", "4.00")]),
        ("Rechnung\nUmsatzsteueraufschlüsselung\nSteuersatz      Basisbetrag      Steuerbetrag\n"
         "7 %             100,00           7,00", [("USt", "7", "100.00", "7.00")]),
        ("Factura\n% IVA      Base imponible      Cuota\n10%        100,00              10,00",
         [("IVA", "10", "100.00", "10.00")]),
    ],
    ids=["IVA", "IGIC", "USt", "VAT", "PTU", "title of the table", "head of the table"],
)  # fmt: skip
def test_the_tax_of_a_rate_has_the_name_it_is_printed_under(
    typed: Typed, schemas: tuple[Schema, ...], text: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert rates(extract([typed(text)], schemas)) == expected


def test_a_rate_that_does_not_make_the_whole_tax_is_kept_to_be_doubted(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = SPANISH.replace("210,00", "200,00").replace("1.060,00", "1.050,00")
    assert rates(extract([typed(text)], schemas)) == [("IVA", "21", "1000.00", "200.00")]


def test_a_table_that_makes_the_whole_tax_keeps_a_rate_that_does_not(
    typed: Typed, schemas: tuple[Schema, ...]
) -> None:
    text = """
Invoice
Rate     Net amount     VAT amount
21%      500.00         105.00
10%      500.00         40.00
Net total:     1000.00
Total VAT:     145.00
Total amount:  1145.00
"""
    found = rates(extract([typed(text)], schemas))
    assert found == [("VAT", "21", "500.00", "105.00"), ("VAT", "10", "500.00", "40.00")]


def test_one_of_two_rates_is_not_of_the_whole_net_amount(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    text = SPANISH.replace("Retención", "IVA 10%:     50,00 €\nRetención")
    assert rates(extract([typed(text)], schemas)) == []


def test_what_nothing_describes_is_a_letter(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    assert (
        extract([typed("Dear Mrs Imaginary,\n\nthe invoice will follow.\n\nYours sincerely")], schemas).kind
        == "letter"
    )
    assert extract([typed("xyzzy")], schemas).kind == "letter"
    assert extract([], schemas).kind == "letter"
    assert extract([typed("xyzzy")], ()).schema == ""


def test_required_fields_that_are_not_there_are_missing(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    found = extract([typed(GERMAN.replace("Rechnungsnummer: RE-2026/0117", "Kommission"))], schemas)
    assert "invoice_number" in found.missing
    assert "total" not in found.missing


def test_a_form_gives_its_fields_and_every_tick_box(typed: Typed, schemas: tuple[Schema, ...]) -> None:
    text = """
Solicitud de vacaciones
Nombre y apellidos:       Pepa Inventada
DNI / NIE:                12345678Z
Primer día de ausencia:   3 de agosto de 2026
Último día de ausencia:   14/08/2026
        Vacaciones anuales          Permiso parental
Teléfono interno:         4711
"""
    y = 5 * 36
    marks = (Mark(Box(60, y, 84, y + 24), True, 0.9), Mark(Box(396, y, 420, y + 24), False, 0.9))
    found = extract([typed(text, marks=marks)], schemas)
    assert found.schema == "form-leave-request"
    assert said(found) == {
        "full_name": "Pepa Inventada", "tax_id": "12345678Z", "start_date": "2026-08-03",
        "end_date": "2026-08-14", "annual_leave": True, "parental_leave": False,
    }  # fmt: skip
    assert [(entry.label, entry.value) for entry in found.entries] == [("Teléfono interno", "4711")]


words = st.builds(
    lambda text, left, top, wide, high: Word(text, Box(left, top, left + wide, top + high), 0.5),
    st.one_of(
        st.text(min_size=1, max_size=12),
        st.sampled_from(["Total", "IBAN", "NIF:", "1.234,56", "12/03/2026", "Factura", "Nr.", ":"]),
    ),
    st.integers(-50, 3000), st.integers(-50, 4000), st.integers(0, 500), st.integers(0, 90),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=40), st.sampled_from(["read", "textlayer", "empty", "failed"]))
def test_no_page_is_too_strange(schemas: tuple[Schema, ...], found: list[Word], state: str) -> None:
    page = Page(1, 2480, 3508, 300, state, tuple(Line((word,)) for word in found))  # type: ignore[arg-type]
    extraction = extract([page, page], schemas)
    assert all(0.0 <= field.confidence <= 1.0 for field in extraction.fields.values())


def test_a_typewriter_s_space_joins_the_groups_of_a_number():
    """All its letters are 0.6 of the size wide, a figure's ink is 0.5 and 0.62 high."""
    words, left = [], 100.0
    for text in ("Razem", "brutto", "1", "603,49", "PLN"):
        right = left + 24 * (len(text) - 1) + 20
        words.append(Word(text, Box(round(left), 100, round(right), 125), 1.0))
        left += 24 * (len(text) + 1)
    (row,) = rows_of([Page(1, 2000, 500, 300, "textlayer", (Line(tuple(words)),))])
    assert row.text == "Razem brutto 1 603,49 PLN"
