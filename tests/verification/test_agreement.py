"""Whether sources agree, once each has said what it says."""

from docscan import verification
from docscan.messages import LANGUAGES, sentence
from docscan.model import Box, Claim, Extraction, Field, Finding, Origin
from docscan.pipeline import Choice


class Nothing:
    def same_invoice(self, supplier: str, number: str) -> None:  # noqa: ARG002 - as Known has it
        return None


def claim(value: str, origin: Origin, source: str, subject: str = "total", *, agrees: bool = True) -> Claim:
    return Claim(subject, value, value, origin, source, agrees=agrees)


def checked(*claims: Claim, subject: str = "total") -> tuple[Field, tuple[Finding, ...]]:
    field = Field(claims[0].value, "", 0.9, "read", claims[0].origin, 1, Box(0, 0, 9, 9))
    found = Extraction("invoice", "invoice", 0.9, "es", {subject: field}, claims=claims)
    extraction, findings = verification.verify(found, [Choice("sources", {})], Nothing())
    return extraction.fields[subject], findings


STATED = claim("121.00", "einvoice", "factur-x.xml")


def test_two_kinds_of_sources_that_agree_prove_a_field() -> None:
    field, findings = checked(STATED, claim("121.00", "ocr", "page"))
    assert (field.status, findings) == ("verified", ())


def test_one_source_alone_proves_nothing() -> None:
    assert checked(STATED)[0].status == "read"
    assert checked(STATED, claim("121.00", "einvoice", "second.xml"))[0].status == "read"


def test_a_third_source_that_differs_outweighs_two_that_agree() -> None:
    other = claim("12.10", "code", "VeriFactu QR", agrees=False)
    field, (finding,) = checked(STATED, claim("121.00", "textlayer", "page"), other)
    assert field.status == "doubtful"
    assert finding.facts["other_source"] == "VeriFactu QR"


def test_an_address_that_differs_is_told_and_not_doubted() -> None:
    said = (
        claim("Ahornweg 4", "einvoice", "factur-x.xml", "supplier_address"),
        claim("Postfach 12", "ocr", "page", "supplier_address", agrees=False),
    )
    field, (finding,) = checked(*said, subject="supplier_address")
    assert (field.status, finding.severity) == ("read", "note")


def test_the_sentence_names_both_values_and_both_sources_in_every_language() -> None:
    _, (finding,) = checked(STATED, claim("12.10", "ocr", "page", agrees=False))
    for language in LANGUAGES:
        said = sentence(finding.code, language, **finding.facts)
        for fact in ("121.00", "factur-x.xml", "12.10", sentence("N040", language)):
            assert fact in said
