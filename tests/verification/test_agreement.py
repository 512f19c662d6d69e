"""Whether sources agree, once each has said what it says."""

from docscan import verification
from docscan.messages import LANGUAGES, sentence
from docscan.model import Extraction, Field, Finding, Origin, Statement
from docscan.pipeline import Choice
from docscan.places import Box


class Nothing:
    def same_invoice(self, supplier: str, number: str) -> None:  # noqa: ARG002 - as Known has it
        return None


def statement(
    value: str, origin: Origin, source: str, subject: str = "total", *, agrees: bool = True
) -> Statement:
    return Statement(subject, value, value, origin, source, agrees=agrees)


def checked(*statements: Statement, subject: str = "total") -> tuple[Field, tuple[Finding, ...]]:
    field = Field(statements[0].value, "", 0.9, "read", statements[0].origin, 1, Box(0, 0, 9, 9))
    found = Extraction("invoice", "invoice", 0.9, "es", {subject: field}, statements=statements)
    extraction, findings = verification.verify(found, [Choice("sources", {})], Nothing())
    return extraction.fields[subject], findings


STATED = statement("121.00", "einvoice", "factur-x.xml")


def test_two_kinds_of_sources_that_agree_prove_a_field() -> None:
    field, findings = checked(STATED, statement("121.00", "ocr", "page"))
    assert (field.status, findings) == ("verified", ())


def test_one_source_alone_proves_nothing() -> None:
    assert checked(STATED)[0].status == "read"
    assert checked(STATED, statement("121.00", "einvoice", "second.xml"))[0].status == "read"


def test_a_third_source_that_differs_outweighs_two_that_agree() -> None:
    other = statement("12.10", "code", "VeriFactu QR", agrees=False)
    field, (finding,) = checked(STATED, statement("121.00", "textlayer", "page"), other)
    assert field.status == "doubtful"
    assert finding.facts["other_source"] == "VeriFactu QR"


def test_an_address_that_differs_is_told_and_not_doubted() -> None:
    said = (
        statement("Ahornweg 4", "einvoice", "factur-x.xml", "supplier_address"),
        statement("Postfach 12", "ocr", "page", "supplier_address", agrees=False),
    )
    field, (finding,) = checked(*said, subject="supplier_address")
    assert (field.status, finding.severity) == ("read", "note")


def test_the_sentence_names_both_values_and_both_sources_in_every_language() -> None:
    _, (finding,) = checked(STATED, statement("12.10", "ocr", "page", agrees=False))
    for language in LANGUAGES:
        said = sentence(finding.code, language, **finding.facts)
        for fact in ("121.00", "factur-x.xml", "12.10", sentence("N040", language)):
            assert fact in said
