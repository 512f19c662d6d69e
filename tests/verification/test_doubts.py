"""A kind that is not sure, and what was put right that was misread."""

from dataclasses import replace

import pytest

from docscan import verification
from docscan.messages import LANGUAGES, sentence
from docscan.model import Extraction, Field, Finding, InvoiceLine, Repair
from docscan.pipeline import Choice
from docscan.places import Box

ALL = [Choice(name, {}) for name in verification.CHECKS if name != "register_book"]
PROOFS = ("digits", "sum", "again", "calendar")


class Nobody:
    """Knows no earlier invoice."""

    def same_invoice(self, supplier: str, number: str) -> str | None:
        del supplier, number
        return None


def bill(*repairs: Repair, **values: str) -> Extraction:
    fields = {
        name: Field(value, value, 0.9, "read", "ocr", 1, Box(0, 40 * row, 100, 40 * row + 30))
        for row, (name, value) in enumerate(values.items())
    }
    for repair in repairs:
        fields[repair.subject] = replace(fields[repair.subject], raw=repair.read)
    return Extraction("invoice", "invoice", 0.9, "es", fields, repairs=repairs)


def checked(found: Extraction) -> tuple[dict[str, str], list[Finding]]:
    after, findings = verification.verify(found, ALL, Nobody())
    return {name: field.status for name, field in after.fields.items()}, list(findings)


ACCOUNT = Repair("iban", "DEO2120300000000202051", ("DE02120300000000202051",), "digits")
SUM = {"net": "100.00", "tax": "21.00", "total": "121.00"}


def test_a_repair_is_told_with_both_readings_and_asks_for_nobody() -> None:
    statuses, findings = checked(bill(ACCOUNT, iban=ACCOUNT.readings[0]))
    assert [(one.code, one.severity, one.subject) for one in findings] == [("V110", "note", "iban")]
    assert findings[0].facts["read"] == ACCOUNT.read
    assert findings[0].facts["value"] == ACCOUNT.readings[0]
    assert statuses["iban"] == "read"


def test_what_put_a_value_right_does_not_verify_it() -> None:
    statuses, _ = checked(bill(iban=ACCOUNT.readings[0]))
    assert statuses["iban"] == "verified"
    repaired = bill(Repair("total", "12l.00", ("121.00",), "sum"), **SUM)
    assert set(checked(bill(**SUM))[0].values()) == {"verified"}
    assert set(checked(repaired)[0].values()) == {"read"}


def test_something_else_verifies_what_was_put_right() -> None:
    again = replace(bill(ACCOUNT, iban=ACCOUNT.readings[0]), witnessed=frozenset({"iban"}))
    assert checked(again)[0]["iban"] == "verified"
    day = Repair("issue_date", "14/08/2026", ("2026-03-14",), "again")
    seen = replace(bill(day, issue_date="2026-03-14"), witnessed=frozenset({"issue_date"}))
    assert checked(seen)[0]["issue_date"] == "read"


def test_of_several_readings_a_person_has_to_tell() -> None:
    open_ = Repair("issue_date", "29/02/2026", ("2026-02-20", "2026-02-26"), "calendar")
    statuses, findings = checked(bill(open_, issue_date="2026-02-20"))
    assert [(one.code, one.severity) for one in findings] == [("V111", "doubt")]
    assert findings[0].facts["readings"] == "2026-02-20, 2026-02-26"
    assert statuses["issue_date"] == "doubtful"


def test_a_value_that_another_source_gave_was_not_repaired() -> None:
    other = bill(iban="DE02120300000000202051")
    assert checked(replace(other, repairs=(ACCOUNT,)))[1] == []


@pytest.mark.parametrize("proof", PROOFS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_proof_has_its_words(proof: str, language: str) -> None:
    for readings in (("a",), ("a", "b")):
        ((_, findings),) = [checked(bill(Repair("iban", "r", readings, proof), iban="a"))]
        told = [one for one in findings if one.code in ("V110", "V111")]
        said = sentence(told[0].code, language, **told[0].facts)
        assert "@" not in said
        assert " r " in said or "r;" in said


def test_a_kind_that_is_no_surer_than_another_asks_for_a_person() -> None:
    letter = Extraction("letter", "letter", 0.5, "es")
    _, findings = checked(letter)
    assert [(one.code, one.severity) for one in findings] == [("V090", "doubt")]
    assert verification.verdict(findings, letter) == "review"
    assert checked(replace(letter, kind_confidence=0.8))[1] == []


def test_a_total_without_tax_is_proven_by_its_lines_and_a_second_printing() -> None:
    lines = (InvoiceLine("a", amount="60.00"), InvoiceLine("b", amount="40.00"))
    found = replace(bill(net="100.00", total="100.00"), lines=lines)
    assert set(checked(found)[0].values()) == {"verified"}
    for other in (replace(found, lines=lines[:1]), replace(bill(total="100.00"), lines=lines)):
        assert "verified" not in checked(other)[0].values()


def test_the_lines_of_a_correction_count_after_less_before() -> None:
    lines = (InvoiceLine("before", amount="160.00"), InvoiceLine("after", amount="140.00"))
    found = replace(bill(net="-20.00", tax="-4.60", total="-24.60"), lines=lines)
    assert [one.code for one in checked(found)[1]] == ["V040"]
    assert checked(replace(found, kind="credit-note"))[1] == []


def test_an_issue_date_of_years_to_come_is_doubted() -> None:
    statuses, findings = checked(bill(issue_date="2078-02-09"))
    assert [one.code for one in findings] == ["V054"]
    assert statuses["issue_date"] == "doubtful"


def test_a_label_that_a_sum_overruled_is_a_doubt_of_that_field() -> None:
    overruled = Repair("net", "100,00", ("90.00",), "label")
    statuses, findings = checked(bill(overruled, **SUM))
    assert statuses["net"] == "doubtful"
    assert [(one.code, one.subject, one.facts["named"]) for one in findings] == [("V112", "net", "90.00")]


@pytest.mark.parametrize(
    ("language", "raw", "money", "doubted"),
    [
        ("en", "02/01/2026", "USD", True),
        ("en", "02/01/2026", None, True),
        ("en", "02/02/2026", "USD", False),
        ("en", "02/13/2026", "USD", False),
        ("en", "02/01/2026", "GBP", False),
        ("es", "02/01/2026", "USD", False),
        ("en", "2026-01-02", "USD", False),
    ],
)
def test_a_date_that_may_be_of_two_months_is_a_doubt(
    language: str, raw: str, money: str | None, doubted: bool
) -> None:
    found = bill(issue_date="2026-01-02", **({"currency": money} if money else {}))
    fields = {**found.fields, "issue_date": replace(found.fields["issue_date"], raw=raw)}
    _, findings = checked(replace(found, language=language, fields=fields))
    told = [one.facts for one in findings if one.code == "V055"]
    assert told == ([{"field": "issue_date", "date": "2026-01-02", "other": "2026-02-01"}] if doubted else [])


def test_another_date_settles_which_figure_is_the_month() -> None:
    found = bill(issue_date="2026-01-02", due_date="2026-01-30", currency="USD")
    fields = {name: replace(field, raw=field.raw) for name, field in found.fields.items()}
    fields["issue_date"] = replace(fields["issue_date"], raw="02/01/2026")
    fields["due_date"] = replace(fields["due_date"], raw="30/01/2026")
    _, findings = checked(replace(found, language="en", fields=fields))
    assert "V055" not in {one.code for one in findings}
