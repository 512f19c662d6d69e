"""What a person taught of one document, and what it does to the next ones of its supplier."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.extraction import anchors, extract, spots
from docscan.extraction.anchors import Anchor, Lesson
from docscan.model import Extraction, Field, Page
from docscan.pipeline import Choice
from docscan.schema import Schema
from docscan.verification import CHECKS, verify

Typed = Callable[..., Page]

PAPER = """
Muster Werkzeuge GmbH
Hauptstr. 1
12345 Musterstadt

Rechnung
Vorgangskennung: {number}                Rechnungsdatum: {issued}
Rechnungs-Nr. {other}

Einzugstag {due}
Nettobetrag                                     {net} EUR
zzgl. 19% MwSt.                                 57,00 EUR
Gesamtbetrag                                    357,00 EUR
Kartenzahlung                                   {paid} EUR

USt-IdNr. {seller}                              Ihre USt-IdNr. {buyer}
"""
GIVEN = {
    "number": "RE-2026/0117", "other": "K-88123", "issued": "05.03.2026", "due": "04.04.2026",
    "net": "300,00", "paid": "412,00", "seller": "DE136695976", "buyer": "DE811907980",
}  # fmt: skip


class Nobody:
    """A catalogue without records."""

    def same_invoice(self, supplier: str, number: str) -> str | None:  # noqa: ARG002 - the protocol's
        return None


@pytest.fixture(scope="session")
def invoice(schemas: tuple[Schema, ...]) -> Schema:
    return next(item for item in schemas if item.name == "invoice")


@pytest.fixture(scope="session")
def paper(typed: Typed) -> Callable[..., Page]:
    return lambda **changed: typed(PAPER.format_map(GIVEN | changed))


Paper = Callable[..., Page]


def lesson(page: Page, invoice: Schema, name: str, value: str | None, record: str = "first") -> Lesson:
    before = extract([page], [invoice]).fields.get(name)
    return Lesson(record, name, value, before, spots.paper_of([page]))


def after(page: Page, invoice: Schema, taught: Sequence[Anchor]) -> Extraction:
    return anchors.apply(extract([page], [invoice]), [page], taught, invoice)


def checked(extraction: Extraction) -> tuple[Mapping[str, Field], list[str]]:
    every = [Choice(name, {}) for name in CHECKS if name != "register_book"]
    found, findings = verify(extraction, every, Nobody())
    return found.fields, [finding.code for finding in findings if finding.code in ("V120", "V121")]


def test_a_number_that_was_corrected_once_is_right_in_the_next_document(paper: Paper, invoice: Schema):
    taught = anchors.gathered([lesson(paper(), invoice, "invoice_number", "RE-2026/0117")], invoice)
    following = paper(number="RE-2026/0244", other="K-91007")
    assert extract([following], [invoice]).fields["invoice_number"].value == "K-91007"
    found = after(following, invoice, taught)
    assert found.fields["invoice_number"].value == "RE-2026/0244"
    said = [(one.source, one.value, one.agrees) for one in found.statements]
    assert said == [("learned", "RE-2026/0244", True), ("page", "K-91007", False)]
    assert checked(found)[1] == ["V121"]


def test_a_field_that_nothing_announced_is_filled_from_where_a_person_saw_it(paper: Paper, invoice: Schema):
    assert "due_date" not in extract([paper()], [invoice]).fields
    taught = anchors.gathered([lesson(paper(), invoice, "due_date", "2026-04-04")], invoice)
    found = after(paper(due="17.05.2026"), invoice, taught)
    assert (found.fields["due_date"].value, found.fields["due_date"].status) == ("2026-05-17", "read")


def test_a_reading_that_agrees_with_what_was_taught_is_surer_and_no_more_proven(
    paper: Paper, invoice: Schema
):
    page = paper(seller="DE999999999")
    own = extract([page], [invoice]).fields["supplier_tax_id"]
    assert own.confidence < anchors.HIGHEST
    taught = anchors.gathered([lesson(page, invoice, "supplier_tax_id", "DE999999999")], invoice)
    found = after(paper(seller="DE999999998"), invoice, taught)
    assert own.confidence < found.fields["supplier_tax_id"].confidence < anchors.STRONG
    assert checked(found)[0]["supplier_tax_id"].status != "verified"
    assert checked(found)[1] == []


def test_a_strong_reading_that_differs_from_what_was_taught_is_doubted_and_kept(
    paper: Paper, invoice: Schema
):
    taught = anchors.gathered([lesson(paper(), invoice, "issue_date", "2026-04-04")], invoice)
    (anchor,) = taught
    found = after(paper(issued="01.04.2026"), invoice, [Anchor(**dict(_slots(anchor), misread=()))])
    assert found.fields["issue_date"].value == "2026-04-01"
    fields, codes = checked(found)
    assert codes == ["V120"]
    assert fields["issue_date"].status == "doubtful"


def test_a_wrong_total_that_was_taught_is_outvoted_by_the_sum(paper: Paper, invoice: Schema):
    taught = anchors.gathered([lesson(paper(), invoice, "total", "412.00")], invoice)
    found = after(paper(paid="500,00"), invoice, taught)
    assert found.fields["total"].value == "357.00"
    assert checked(found)[1] == ["V120"]


def test_a_wrong_tax_id_that_was_taught_is_not_verified_by_its_check_digits(paper: Paper, invoice: Schema):
    page = paper(seller="unbekannt")
    taught = anchors.gathered([lesson(page, invoice, "supplier_tax_id", "DE811907980")], invoice)
    found = after(paper(seller="entfällt"), invoice, taught)
    assert found.fields["supplier_tax_id"].value == "DE811907980"
    assert checked(found)[0]["supplier_tax_id"].status != "verified"


def test_a_tax_id_whose_check_digits_fail_never_goes_before_one_whose_agree(paper: Paper, invoice: Schema):
    page = paper(buyer="DE123456780")
    taught = anchors.gathered([lesson(page, invoice, "supplier_tax_id", "DE123456780")], invoice)
    found = after(page, invoice, taught)
    assert found.fields["supplier_tax_id"].value == "DE136695976"


def test_what_was_taught_wrongly_is_silent_once_a_person_says_otherwise(paper: Paper, invoice: Schema):
    wrong = lesson(paper(), invoice, "invoice_number", "RE-2026/0117")
    right = lesson(
        paper(number="RE-2026/0244", other="K-91007"), invoice, "invoice_number", "K-91007", "second"
    )
    taught = anchors.gathered([right, wrong], invoice)
    counts = {anchor.spot.beside: (anchor.confirmed, anchor.contradicted) for anchor in taught}
    assert counts == {"vorgangskennung": (1, 1), "rechnungsnr": (1, 1)}
    following = paper(number="RE-2026/0300", other="K-93000")
    assert after(following, invoice, taught) == extract([following], [invoice])


def test_each_document_that_bears_it_out_confirms_an_anchor(paper: Paper, invoice: Schema):
    told = [
        lesson(paper(number=f"RE-2026/0{n}"), invoice, "invoice_number", f"RE-2026/0{n}", f"record {n}")
        for n in (117, 244, 300)
    ]
    (anchor,) = anchors.gathered(told, invoice)
    assert (anchor.confirmed, anchor.contradicted) == (3, 0)
    assert anchor.records == ("record 117", "record 244", "record 300")


def test_a_value_that_was_misread_is_learned_at_the_place_of_its_misreading(paper: Paper, invoice: Schema):
    misread = lesson(paper(number="RE-2O26/0117"), invoice, "invoice_number", "RE-2026/0117")
    (anchor,) = anchors.gathered([misread], invoice)
    assert anchor.spot.beside == "vorgangskennung"
    assert anchor.shape == "A-9/9"


def test_a_number_is_learned_however_a_person_types_it(paper: Paper, invoice: Schema):
    (anchor,) = anchors.gathered([lesson(paper(), invoice, "invoice_number", "re 2026 0117")], invoice)
    assert (anchor.spot.beside, anchor.shape) == ("vorgangskennung", "A-9/9")


@pytest.mark.parametrize("value", [None, "", "RE-1999/4444X", "RE-2026/0118"])
def test_a_value_that_stands_nowhere_on_the_page_teaches_nothing(
    paper: Paper, invoice: Schema, value: str | None
):
    assert anchors.gathered([lesson(paper(), invoice, "invoice_number", value)], invoice) == ()


def test_an_amount_that_should_not_be_there_contradicts_where_it_was_found(paper: Paper, invoice: Schema):
    wrong = lesson(paper(), invoice, "prepaid", "412.00")
    gone = lesson(paper(), invoice, "prepaid", None, "second")
    (anchor,) = anchors.gathered([gone, wrong], invoice)
    assert (anchor.confirmed, anchor.contradicted, anchor.holds) == (1, 1, False)


def test_a_number_of_another_shape_at_the_place_is_not_taken(paper: Paper, invoice: Schema):
    taught = anchors.gathered([lesson(paper(), invoice, "invoice_number", "RE-2026/0117")], invoice)
    following = paper(number="4711", other="K-91007")
    assert after(following, invoice, taught) == extract([following], [invoice])


def test_a_document_of_another_layout_is_left_as_it_is(paper: Paper, typed: Typed, invoice: Schema):
    taught = anchors.gathered([lesson(paper(), invoice, "invoice_number", "RE-2026/0117")], invoice)
    other = typed("Rechnung\nRechnungsnummer: A-17/3\nRechnungsdatum: 05.03.2026\nGesamtbetrag 12,00 EUR")
    assert after(other, invoice, taught) == extract([other], [invoice])


def test_what_an_e_invoice_states_is_not_touched(paper: Paper, invoice: Schema):
    taught = anchors.gathered([lesson(paper(), invoice, "invoice_number", "RE-2026/0117")], invoice)
    page = paper(number="RE-2026/0244")
    read = extract([page], [invoice])
    stated = Field("RE-1", "RE-1", 0.99, "read", "einvoice", 1, read.fields["invoice_number"].box)
    fields = dict(read.fields) | {"invoice_number": stated}
    found = anchors.apply(Extraction("invoice", "invoice", 1.0, "de", fields), [page], taught, invoice)
    assert found.fields["invoice_number"] == stated
    assert found.statements == ()


def test_without_words_near_it_a_value_is_known_by_its_place_on_the_paper(typed: Typed, invoice: Schema):
    text = "\n\n\n\n{}\n\n\n\n\n\n\nRechnung\nRechnungs-Nr. {}\nGesamtbetrag     12,00 EUR"
    page = typed(text.format("A-2026/17", "881"))
    taught = anchors.gathered([lesson(page, invoice, "invoice_number", "A-2026/17")], invoice)
    assert (taught[0].spot.beside, taught[0].spot.above) == ("", "")
    found = after(typed(text.format("A-2026/93", "907")), invoice, taught)
    assert found.fields["invoice_number"].value == "A-2026/93"


def test_of_two_lines_at_nearly_the_place_the_nearer_one_is_taken(typed: Typed, invoice: Schema):
    text = "\n\n\n\n\n{}\n{}\n\n\n\n\n\nRechnung\nRechnungs-Nr. 881\nGesamtbetrag     12,00 EUR"
    page = typed(text.format("K-2026/17", "A-2026/17"))
    taught = anchors.gathered([lesson(page, invoice, "invoice_number", "A-2026/17")], invoice)
    found = after(typed(text.format("K-2026/93", "A-2026/93")), invoice, taught)
    assert found.fields["invoice_number"].value == "A-2026/93"


@settings(max_examples=25, deadline=None)
@given(
    number=st.from_regex(r"RE-20[0-9]{2}/0[0-9]{3}", fullmatch=True),
    cents=st.integers(100, 10**7),
    day=st.integers(1, 28),
)
def test_what_was_taught_rightly_makes_no_right_field_wrong(
    number: str, cents: int, day: int, paper: Paper, invoice: Schema
):
    told = [
        lesson(paper(), invoice, "invoice_number", "RE-2026/0117"),
        lesson(paper(), invoice, "issue_date", "2026-03-05"),
        lesson(paper(), invoice, "total", "357.00"),
        lesson(paper(), invoice, "net", "300.00"),
    ]
    net = f"{cents // 100},{cents % 100:02}"
    page = paper(number=number, net=net, issued=f"{day:02}.02.2026", paid="1,00")
    found = after(page, invoice, anchors.gathered(told, invoice)).fields
    before = extract([page], [invoice]).fields
    right = {"invoice_number": number, "net": f"{cents // 100}.{cents % 100:02}"}
    assert {name: field.value for name, field in found.items() if name not in right} == {
        name: field.value for name, field in before.items() if name not in right
    }
    assert found["invoice_number"].value == number
    assert before.get("net") is None or found["net"].value in (before["net"].value, right["net"])


def _slots(anchor: Anchor) -> dict[str, object]:
    return {name: getattr(anchor, name) for name in Anchor.__slots__}
