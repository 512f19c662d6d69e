"""What a person decides of a record, and what the checks say of it afterwards."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Extraction, Field, Finding, Record, Repair, Statement
from docscan.pipeline import Choice
from docscan.places import Box
from docscan.verification import DOUBTED, PROVEN, review, verdict, verify
from docscan.verification.calibration import calibrated, score_of
from docscan.verification.review import Signature

CHECKS = tuple(
    Choice(name, {})
    for name in (
        "required",
        "tax_ids",
        "iban",
        "totals",
        "dates",
        "sources",
        "duplicate_number",
        "confidence",
    )
)
BY = Signature("u:0123456789abcdef", "2026-03-02T09:30:00Z")
SUMS = {"net": "100.00", "tax": "21.00", "total": "121.00"}


@dataclass(frozen=True)
class Archive:
    """Knows one record, whatever is asked for; or none."""

    known: str | None = None

    def same_invoice(self, supplier: str, number: str) -> str | None:
        return self.known if supplier and number else None


def field(value: str, *, score: float = 0.9, top: int = 0) -> Field:
    return Field(value, value, score, "read", "ocr", 1, Box(10, top, 90, top + 9))


def record(
    values: dict[str, str], *, missing: Sequence[str] = (), scores: dict[str, float] | None = None
) -> Record:
    """A record as the program files it: checked, and with its verdict."""
    fields = {
        name: field(value, score=(scores or {}).get(name, 0.9), top=20 * n)
        for n, (name, value) in enumerate(values.items())
    }
    extraction = Extraction("invoice", "invoice", 1.0, "es", fields, missing=tuple(missing))
    checked, findings = verify(extraction, CHECKS, Archive())
    return Record(
        "a", "a.pdf", "0" * 64, "application/pdf", checked, (), findings, verdict(findings, checked)
    )


def again(one: Record) -> Record:
    return review.rechecked(one, CHECKS, Archive())


def test_a_corrected_field_is_a_persons_and_verified_and_the_record_tells_what_stood_there() -> None:
    before = record({**SUMS, "total": "131.00"})
    assert (before.verdict, review.in_doubt(before)) == ("review", ("net", "tax", "total"))
    after = again(review.correct(before, {"total": field("121.00")}, BY))
    total = after.extraction.fields["total"]
    assert (total.value, total.origin, total.status, total.confidence) == (
        "121.00",
        "person",
        "verified",
        PROVEN,
    )
    (decision,) = after.decisions
    assert (decision.act, decision.agent, decision.at, decision.verdict) == (
        "correct",
        BY.agent,
        BY.at,
        "review",
    )
    (judgement,) = decision.judgements
    assert (judgement.name, judgement.before, judgement.value) == (
        "total",
        before.extraction.fields["total"],
        "121.00",
    )
    assert [finding.code for finding in decision.settled] == ["V030"]
    assert (after.verdict, after.findings) == ("accepted", ())


def test_a_correction_that_contradicts_the_sum_is_told() -> None:
    after = again(review.correct(record(SUMS), {"total": field("131.00")}, BY))
    assert [finding.code for finding in after.findings] == ["V030"]
    assert after.extraction.fields["total"].status == "doubtful"
    assert after.verdict == "review"
    assert again(again(after)) == after


def test_who_insists_on_it_is_not_asked_again() -> None:
    contradicting = again(review.correct(record(SUMS), {"total": field("131.00")}, BY))
    insisting = again(review.accept(contradicting, ["total"], BY))
    assert insisting.findings == ()
    assert insisting.extraction.fields["total"].status == "verified"
    assert review.in_doubt(insisting) == ("net", "tax")
    done = again(review.accept(insisting, (), BY))
    assert (done.verdict, done.findings) == ("accepted", ())
    assert again(done) == done


def test_another_doubt_about_a_settled_field_is_raised() -> None:
    settled = again(review.accept(record({**SUMS, "total": "131.00"}), (), BY))
    after = again(review.correct(settled, {"net": field("90.00")}, BY))
    assert [(finding.code, finding.facts["net"]) for finding in after.findings] == [("V030", "90.00")]


def test_a_field_that_is_rightly_missing_is_asked_for_once() -> None:
    before = record(SUMS, missing=["due_date"])
    assert review.in_doubt(before) == ("due_date",)
    after = again(review.accept(before, ["due_date"], BY))
    assert (after.verdict, after.extraction.missing) == ("accepted", ())
    (judgement,) = after.decisions[0].judgements
    assert (judgement.before, judgement.value, judgement.right) == (None, None, True)


def test_a_field_that_the_paper_does_not_have_is_taken_away() -> None:
    after = again(review.correct(record({**SUMS, "due_date": "2026-01-01"}), {"due_date": None}, BY))
    assert "due_date" not in after.extraction.fields
    (judgement,) = after.decisions[0].judgements
    assert (judgement.value, judgement.right) == (None, False)


def test_accepting_settles_what_is_in_doubt_and_leaves_the_rest_to_the_program() -> None:
    before = record({**SUMS, "order_reference": "PED-1"}, scores={"order_reference": 0.3})
    after = again(review.accept(before, (), BY))
    assert [one.name for one in after.decisions[0].judgements] == ["order_reference"]
    assert after.extraction.fields["order_reference"].origin == "person"
    assert {name: after.extraction.fields[name] for name in SUMS} == {
        name: before.extraction.fields[name] for name in SUMS
    }


def test_of_a_sampled_record_every_field_is_confirmed() -> None:
    before = record(SUMS)
    by = replace(BY, sampled=True)
    after = review.accept(before, (), by)
    assert [one.name for one in after.decisions[0].judgements] == list(SUMS)
    assert after.decisions[0].sampled
    assert not review.accept(before, ["net"], by).decisions[0].sampled
    assert not review.correct(before, {"net": field("1.00")}, by).decisions[0].sampled


def test_a_doubt_about_no_field_is_settled_by_its_code() -> None:
    unread = Finding("R030", "doubt", facts={"page": "1", "confidence": "40"})
    before = replace(record(SUMS), findings=(unread,), verdict="review")
    after = again(review.accept(before, ["R030"], BY))
    assert (after.verdict, after.findings) == ("accepted", ())
    assert after.decisions[0].settled == (unread,)


def test_a_rejected_record_keeps_everything_and_can_be_taken_back() -> None:
    before = record({**SUMS, "total": "131.00"})
    after = review.reject(before, "blank", BY)
    assert (after.state, after.decisions[0].reason) == ("rejected", "blank")
    assert (after.extraction, after.findings) == (before.extraction, before.findings)
    assert again(review.accept(after, (), BY)).state == "accepted"


def test_a_merged_record_names_the_one_it_went_to() -> None:
    after = review.merged(record(SUMS), "b", BY)
    assert (after.state, after.decisions[-1].act, after.decisions[-1].other) == ("merged", "merge", "b")


def test_the_reasons_fit_into_the_ledger() -> None:
    assert all(reason.isalpha() and reason.islower() for reason in review.REASONS)


def test_a_record_is_no_duplicate_of_itself() -> None:
    number = {"invoice_number": "F-1", "supplier_tax_id": "B12345674"}
    assert review.rechecked(record(number), CHECKS, Archive("a")).findings == ()
    other = replace(record(number), id="b")
    assert [finding.code for finding in review.rechecked(other, CHECKS, Archive("a")).findings] == ["V070"]


def test_what_other_sources_say_of_a_corrected_field_is_answered() -> None:
    base = record(SUMS)
    said = (
        Statement("total", "121.00", "121,00", "ocr", "page"),
        Statement("total", "131.00", "131.00", "einvoice", "factur-x.xml", agrees=False),
    )
    before = again(replace(base, extraction=replace(base.extraction, statements=said)))
    assert [finding.code for finding in before.findings] == ["V100"]
    after = again(review.correct(before, {"total": field("122.00")}, BY))
    assert [finding.code for finding in after.findings] == ["V030"]
    assert [one.agrees for one in after.extraction.statements] == [False, False]
    confirmed = again(review.accept(before, ["total"], BY))
    assert confirmed.findings == ()
    assert [one.agrees for one in confirmed.extraction.statements] == [True, False]


def test_what_was_put_right_by_its_digits_is_not_proven_by_them_afterwards() -> None:
    repaired = (Repair("supplier_tax_id", "Bl2345674", ("B12345674",), "digits"),)
    extraction = Extraction(
        "invoice",
        "invoice",
        1.0,
        "es",
        {name: field(value, top=20 * n) for n, (name, value) in enumerate(SUMS.items())}
        | {"supplier_tax_id": replace(field("B12345674"), raw="Bl2345674")},
        repairs=repaired,
    )
    checked, findings = verify(extraction, CHECKS, Archive())
    before = Record("a", "a.pdf", "0" * 64, "application/pdf", checked, (), findings, "accepted")
    assert before.extraction.fields["supplier_tax_id"].status == "read"
    after = again(review.correct(before, {"net": field("100.00")}, BY))
    assert after.extraction.fields["supplier_tax_id"].status == "read"


@pytest.mark.parametrize(
    ("name", "kind", "value", "code"),
    [
        ("supplier_tax_id", "tax-id", "B12345678", "V021"),
        ("supplier_tax_id", "tax-id", "B12345670", "V020"),
        ("supplier_tax_id", "tax-id", "B12345674", None),
        ("supplier_tax_id", "tax-id", "1131140209", "V020"),
        ("iban", "iban", "ES9121000418450200051333", "V022"),
        ("iban", "iban", "ES9121000418450200051332", None),
        ("iban", "text", "anything", None),
    ],
)
def test_check_digits_speak_against_a_value(name: str, kind: str, value: str, code: str | None) -> None:
    found = review.refusal(name, kind, value)
    assert (found.code if found else None) == code


def test_what_was_insisted_on_is_settled_with_its_form_and_nothing_else() -> None:
    forced = again(review.correct(record(SUMS), {"supplier_tax_id": field("B12345670")}, BY))
    assert [finding.code for finding in forced.findings] == ["V020"]
    after = again(review.insisted(forced, ["supplier_tax_id"]))
    assert (after.findings, after.verdict) == ((), "accepted")
    wrong_sum = again(review.correct(record(SUMS), {"total": field("131.00")}, BY))
    assert [finding.code for finding in again(review.insisted(wrong_sum, ["total"])).findings] == ["V030"]


@given(st.floats(0, 1))
def test_a_score_is_found_again_from_its_chance(score: float) -> None:
    assert score_of(calibrated(score)) == pytest.approx(score, abs=1e-6)


@given(st.floats(0.05, 0.95), st.booleans())
def test_checking_again_changes_nothing_by_itself(score: float, wrong: bool) -> None:
    values = {**SUMS, "total": "131.00"} if wrong else SUMS
    before = record({**values, "order_reference": "PED-1"}, scores={"order_reference": score, "net": score})
    after = again(again(before))
    assert after.findings == before.findings
    assert after.verdict == before.verdict
    for name, one in before.extraction.fields.items():
        assert after.extraction.fields[name].status == one.status
        assert after.extraction.fields[name].confidence == pytest.approx(one.confidence, abs=0.011)
        assert one.status != "doubtful" or one.confidence <= DOUBTED


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["accept", "correct", "remove", "all"]),
            st.sampled_from(["net", "tax", "total", "due_date"]),
            st.integers(0, 999).map(lambda cents: f"{Decimal(cents) / 100:.2f}"),
        ),
        max_size=6,
    )
)
def test_after_any_decisions_accepting_the_rest_leaves_nothing_open(
    steps: list[tuple[str, str, str]],
) -> None:
    one = record({**SUMS, "total": "131.00"}, missing=["due_date"])
    for act, name, value in steps:
        if act == "correct" and name != "due_date":
            one = again(review.correct(one, {name: field(value)}, BY))
            assert one.extraction.fields[name].value == value
        elif act == "remove":
            one = again(review.correct(one, {name: None}, BY))
            assert name not in one.extraction.fields
        elif act != "correct":
            one = again(review.accept(one, () if act == "all" else (name,), BY))
        assert (one.verdict == "accepted") == (not review.doubts(one) and not review.in_doubt(one))
    done = again(review.accept(one, (), BY))
    assert (done.verdict, review.doubts(done), review.in_doubt(done)) == ("accepted", (), ())
    assert len(done.decisions) >= 1


@given(st.integers(0, 2**64))
def test_the_sample_is_about_as_large_as_asked_for_and_the_same_every_time(start: int) -> None:
    ids = [str(uuid.uuid5(uuid.NAMESPACE_OID, f"{start}/{n}")) for n in range(400)]
    drawn = [one for one in ids if review.in_sample(one, 10)]
    assert drawn == [one for one in ids if review.in_sample(one, 10)]
    assert 10 <= len(drawn) <= 80
    assert {one for one in ids if review.in_sample(one, 50)} <= set(drawn)
    assert not any(review.in_sample(one, 0) for one in ids)
    assert all(review.in_sample(one, 1) for one in ids)
