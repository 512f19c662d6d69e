from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan import library, pipeline, verification
from docscan.cleanup import STEPS
from docscan.messages import LANGUAGES, sentences
from docscan.model import Extraction, Field, InvoiceLine, TaxLine
from docscan.pipeline import Choice
from docscan.places import Box
from docscan.verification.calibration import calibrated

ALL = [Choice(name, {}) for name in verification.CHECKS if name != "register_book"]


class Filed:
    """Knows one invoice."""

    def same_invoice(self, supplier: str, number: str) -> str | None:
        return "0001" if supplier in ("B12345674", "Acme") and number == "F-1" else None


def document(confidence: float = 0.9, **values: str) -> Extraction:
    fields = {
        name: Field(value, value, confidence, "read", "ocr", 1, Box(0, 40 * row, 100, 40 * row + 30))
        for row, (name, value) in enumerate(values.items())
    }
    return Extraction("invoice", "invoice", 0.9, "es", fields)


def codes(found: Extraction) -> set[str]:
    return {finding.code for finding in verification.verify(found, ALL, Filed())[1]}


def statuses(found: Extraction) -> Mapping[str, str]:
    checked, _ = verification.verify(found, ALL, Filed())
    return {name: field.status for name, field in checked.fields.items()}


def test_a_sum_over_three_labelled_amounts_proves_them() -> None:
    found = document(net="100.00", tax="21.00", total="121.00")
    assert set(statuses(found).values()) == {"verified"}
    assert codes(found) == set()


@pytest.mark.parametrize("total", ["121.01", "121.02"])
def test_a_sum_within_the_tolerance_is_not_doubted_and_proves_nothing(total: str) -> None:
    found = document(net="100.00", tax="21.00", total=total)
    assert codes(found) == set()
    assert set(statuses(found).values()) == {"read"}


def rated(*lines: tuple[str, str, str], **amounts: str) -> Extraction:
    return replace(document(**amounts), tax_breakdown=tuple(TaxLine("IVA", *line) for line in lines))


def test_a_tax_that_its_printed_rate_does_not_make_is_doubted_although_the_sum_closes() -> None:
    found = rated(("21", "1000.00", "200.00"), net="1000.00", tax="200.00", total="1200.00")
    assert codes(found) == {"V033"}
    assert statuses(found) == {"net": "doubtful", "tax": "doubtful", "total": "read"}


def test_a_tax_some_cents_from_its_rate_is_rounded_by_line_and_not_proven() -> None:
    found = rated(("21", "100.00", "21.03"), net="100.00", tax="21.03", total="121.03")
    assert codes(found) == set()
    assert set(statuses(found).values()) == {"read"}


@pytest.mark.parametrize(("second", "status"), [("10.00", "verified"), ("10.01", "read")])
def test_several_rates_must_make_the_tax_to_the_cent_to_prove_it(second: str, status: str) -> None:
    lines = ("21", "100.00", "21.00"), ("10", "100.00", second), ("0", "50.00", "0.00")
    assert statuses(rated(*lines, net="250.00", tax="31.00", total="281.00"))["tax"] == status


def test_a_tax_larger_than_its_net_amount_is_doubted_although_the_sum_closes() -> None:
    found = document(net="210.00", tax="1000.00", total="1210.00")
    assert codes(found) == {"V034"}
    assert "verified" not in statuses(found).values()


def test_a_sum_that_fails_is_said_once() -> None:
    findings = verification.verify(document(net="100.00", tax="21.00", total="122.00"), ALL, Filed())[1]
    assert [(item.code, item.subject) for item in findings] == [("V030", "total")]


def test_what_was_withheld_may_be_taken_off_the_total() -> None:
    assert (
        statuses(document(net="100.00", tax="21.00", withheld="-15.00", total="106.00"))["total"]
        == "verified"
    )


@pytest.mark.parametrize(
    "found",
    [
        document(net="0.00", tax="0.00", total="0.00"),
        document(0.6, net="100.00", tax="21.00", total="121.00"),
        document(tax="21.00", total="121.00"),
    ],
    ids=["of nothing", "without labels", "without net"],
)
def test_a_sum_that_could_not_fail_proves_nothing(found: Extraction) -> None:
    assert "verified" not in statuses(found).values()


def test_a_net_amount_printed_again_as_the_total_proves_that_no_tax_is_due() -> None:
    found = document(net="100.00", tax="0.00", total="100.00")
    assert set(statuses(found).values()) == {"verified"}
    rate = ("21", "100.00", "21.00")
    assert "verified" not in statuses(rated(rate, net="100.00", tax="0.00", total="100.00")).values()


def test_amounts_at_one_place_prove_nothing() -> None:
    found = document(net="100.00", tax="21.00", total="121.00")
    place = found.fields["net"].box
    fields = {name: replace(field, box=place) for name, field in found.fields.items()}
    assert "verified" not in statuses(replace(found, fields=fields)).values()


def test_a_sum_that_fails_makes_all_three_doubtful_and_asks_for_a_person() -> None:
    checked, findings = verification.verify(document(net="100.00", tax="21.00", total="122.00"), ALL, Filed())
    assert {field.status for field in checked.fields.values()} == {"doubtful"}
    assert {field.value for field in checked.fields.values()} == {"100.00", "21.00", "122.00"}
    assert max(field.confidence for field in checked.fields.values()) < 0.9
    assert verification.verdict(findings, checked) == "review"


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("B12345674", "verified"), ("ESB12345674", "verified"), ("5261040828", "verified"),
        ("DE136695976", "verified"), ("B12345675", "doubtful"), ("5261040829", "doubtful"),
        ("1111111111", "doubtful"), ("DE123456789", "doubtful"),
        ("20111340209", "read"), ("XK99-1", "read"),
    ],
)  # fmt: skip
def test_check_digits_prove_a_tax_id_or_cast_doubt_on_it(value: str, status: str) -> None:
    assert statuses(document(supplier_tax_id=value)) == {"supplier_tax_id": status}


def test_check_digits_prove_no_id_that_may_be_the_other_partys() -> None:
    assert statuses(document(0.5, supplier_tax_id="B12345674")) == {"supplier_tax_id": "read"}


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("DE89370400440532013000", "verified"), ("61109010140000071219812874", "verified"),
        ("DE88370400440532013000", "doubtful"), ("61109010140000071219812875", "doubtful"),
    ],
)  # fmt: skip
def test_check_digits_prove_an_account_or_cast_doubt_on_it(value: str, status: str) -> None:
    assert statuses(document(iban=value)) == {"iban": status}


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (replace(document(), missing=("total",)), "V010"),
        (document(total="100.00", prepaid="40.00", payable="50.00"), "V031"),
        (
            document(net="1000.00", tax="210.00", withheld="150.00", total="1210.00", payable="1210.00"),
            "V031",
        ),
        (document(net="600.00", total="709.00"), "V036"),
        (replace(document(tax="9.00"), tax_breakdown=(TaxLine("IVA", "21", "100.00", "21.00"),)), "V032"),
        (rated(("21", "100.00", "9.00"), tax="9.00"), "V033"),
        (document(net="9.00", tax="10.00", total="19.00"), "V034"),
        (replace(document(net="9.00"), lines=(InvoiceLine("Pan", amount="3.00"),)), "V040"),
        (document(issue_date="2026-03-12", due_date="2026-03-11"), "V050"),
        (document(issue_date="2026-03-12", due_date="2036-03-12"), "V051"),
        (document(issue_date="1926-03-12"), "V052"),
        (document(start_date="2026-03-12", end_date="2026-03-11"), "V053"),
        (document(supplier_name="Uno S.L.", customer_name="UNO S.L."), "V060"),
        (document(supplier_tax_id="ESB12345674", customer_tax_id="B12345674"), "V060"),
        (document(supplier_tax_id="B12345674", invoice_number="F-1"), "V070"),
        (document(supplier_tax_id="B12845674", supplier_name="Acme", invoice_number="F-1"), "V070"),
        (document(0.4, order_reference="P-1"), "V080"),
    ],
)
def test_each_doubt_has_its_code_and_a_sentence_in_every_language(found: Extraction, code: str) -> None:
    findings = [item for item in verification.verify(found, ALL, Filed())[1] if item.code == code]
    assert findings
    for language in LANGUAGES:
        assert "{" not in sentences()[code][language].format_map(findings[0].facts)


def test_neither_party_is_sure_when_both_have_one_id() -> None:
    found = document(supplier_tax_id="B12345674", customer_tax_id="B12345674")
    assert set(statuses(found).values()) == {"doubtful"}


def test_a_document_without_doubts_is_accepted_and_one_without_a_required_field_is_not() -> None:
    assert verification.verdict((), document(total="1.00")) == "accepted"
    assert verification.verdict((), replace(document(), missing=("total",))) == "review"


def test_a_note_informs_without_asking_for_a_person() -> None:
    checked, findings = verification.verify(
        replace(document(net="9.00"), lines=(InvoiceLine("Pan", amount="3.00"),)), ALL, Filed()
    )
    assert [finding.severity for finding in findings] == ["note"]
    assert verification.verdict(findings, checked) == "accepted"


def test_the_shipped_pipelines_name_every_check() -> None:
    named = {
        name: {
            choice.name
            for choice in pipeline.load(path, steps=STEPS, checks=verification.CHECKS).verification
        }
        for name, path in library.definitions("pipelines", ".toml").items()
    }
    assert named["es-aeat"] == set(verification.CHECKS)
    assert named["default"] == set(verification.CHECKS) - {"register_book"}


def test_net_and_tax_made_of_their_rates_are_proven_although_no_label_stands_by_them() -> None:
    lines = (("21", "100.00", "21.00"), ("10", "50.00", "5.00"))
    found = rated(*lines, net="150.00", tax="26.00", total="176.00")
    weak = {name: replace(found.fields[name], confidence=0.6) for name in ("net", "tax")}
    unlabelled = replace(found, fields={**found.fields, **weak})
    assert set(statuses(unlabelled).values()) == {"verified"}
    of_one_rate = replace(unlabelled, tax_breakdown=found.tax_breakdown[:1])
    assert "verified" not in statuses(of_one_rate).values()
    without_total = replace(unlabelled.fields["total"], confidence=0.6)
    assert (
        "verified"
        not in statuses(replace(unlabelled, fields={**unlabelled.fields, "total": without_total})).values()
    )


def test_lines_that_make_the_net_amount_prove_the_sum() -> None:
    found = document(net="300.00", tax="57.00", total="357.00")
    weak = {name: replace(found.fields[name], confidence=0.6) for name in ("net", "tax")}
    lines = (InvoiceLine("Hammer", amount="100.00"), InvoiceLine("Zange", amount="200.00"))
    itemised = replace(found, fields={**found.fields, **weak}, lines=lines)
    assert statuses(itemised)["total"] == "verified"
    assert "verified" not in statuses(replace(itemised, lines=lines[:1])).values()


def test_what_was_paid_less_the_change_proves_a_total() -> None:
    assert statuses(document(total="12.20", tendered="20.00", change="7.80"))["total"] == "verified"
    assert statuses(document(total="12.20", tendered="20.00", change="7.70"))["total"] == "read"


@pytest.mark.parametrize(("confidence", "status"), [(0.9, "verified"), (0.6, "read")])
def test_what_is_printed_again_is_proven_where_its_label_says_what_it_is(
    confidence: float, status: str
) -> None:
    found = document(confidence, issue_date="2026-03-12", supplier_name="Acme")
    checked = statuses(replace(found, witnessed=frozenset({"issue_date"})))
    assert checked == {"issue_date": status, "supplier_name": "read"}


@given(score=st.floats(0, 1), other=st.floats(0, 1))
def test_a_higher_score_is_never_a_smaller_chance(score: float, other: float) -> None:
    low, high = sorted((score, other))
    assert 0 <= calibrated(low) <= calibrated(high) <= 1


def test_what_a_code_says_is_as_sure_as_it_says() -> None:
    found = document(0.9, total="12.20")
    coded = replace(found, fields={"total": replace(found.fields["total"], origin="code")})
    chances = [
        verification.verify(item, ALL, Filed())[0].fields["total"].confidence for item in (found, coded)
    ]
    assert chances == [calibrated(0.9), 0.9]
