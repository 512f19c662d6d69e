"""The sample documents: complete, honest about what they show, and drawn the same every time."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from stdnum import iban
from stdnum.de import vat as german_vat
from stdnum.es import nif
from stdnum.gb import vat as british_vat
from stdnum.pl import nip

SAMPLES = Path(__file__).parent.parent / "sample_docs"
FOLDERS = sorted(path.parent for path in SAMPLES.glob("*/document.*"))
KINDS = {"invoice", "credit-note", "receipt", "form", "letter", "contract"}
STATES = {"read", "textlayer", "blank"}
FIELDS = {
    "invoice_number", "issue_date", "due_date", "delivery_date", "currency", "supplier_name",
    "supplier_tax_id", "customer_name", "customer_tax_id", "order_reference", "preceding_invoice",
    "iban", "payment_reference", "net", "tax", "withheld", "total", "payable",
}  # fmt: skip
AMOUNTS = ("net", "tax", "withheld", "total", "payable")
VALIDATORS = {"es": nif.validate, "pl": nip.validate, "de": german_vat.validate, "en": british_vat.validate}
MAX_BYTES = 8_000_000


def expected(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return told


PDFS = [folder for folder in FOLDERS if (folder / "document.pdf").exists()]
BORN_DIGITAL = [folder for folder in PDFS if set(expected(folder)["states"]) == {"textlayer"}]

each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def document(folder: Path) -> Path:
    [path] = folder.glob("document.*")
    return path


def invoices() -> list[dict[str, Any]]:
    return [told for folder in FOLDERS if (told := expected(folder))["kind"] in {"invoice", "credit-note"}]


def text_of_page(path: Path, number: int) -> str:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return " ".join(pdf[number].get_textpage().get_text_bounded().split())
    finally:
        pdf.close()


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SAMPLES / "make.py"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def page_count(path: Path) -> int:
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            return len(pdf.pages)
    with Image.open(path) as picture:
        return int(getattr(picture, "n_frames", 1))


def test_there_are_samples_of_every_kind_and_language() -> None:
    told = [expected(folder) for folder in FOLDERS]
    assert len(told) >= 26
    assert {one["kind"] for one in told} == KINDS
    assert {one["language"] for one in told} == {"es", "pl", "de", "en"}


def test_there_are_samples_of_every_medium() -> None:
    assert {document(folder).suffix for folder in FOLDERS} == {
        ".pdf",
        ".tif",
        ".jpg",
        ".png",
        ".webp",
        ".jp2",
    }


@each
def test_an_expectation_is_well_formed(folder: Path) -> None:
    told = expected(folder)
    assert list(told) == [
        "title", "purpose", "languages", "kind", "language", "pages", "states", "words", "fields",
    ]  # fmt: skip
    assert told["title"]
    assert told["purpose"]
    assert told["language"] in told["languages"]
    assert set(told["states"]) <= STATES
    assert 3 <= len(told["words"]) <= 6
    assert all(len(word) >= 6 for word in told["words"])


@each
def test_a_document_has_as_many_pages_as_expected(folder: Path) -> None:
    told = expected(folder)
    assert page_count(document(folder)) == told["pages"] == len(told["states"])


@each
def test_fields_have_the_names_of_the_record(folder: Path) -> None:
    told = expected(folder)
    if told["kind"] == "form":
        schemas = [json.loads(path.read_text("utf-8")) for path in SAMPLES.parent.glob("schemas/form-*.json")]
        assert any(set(told["fields"]) <= set(schema["properties"]) for schema in schemas)
    elif told["kind"] in {"letter", "contract"}:
        assert told["fields"] == {}
    else:
        assert set(told["fields"]) <= FIELDS


@each
def test_values_are_in_the_form_of_the_record(folder: Path) -> None:
    fields = expected(folder)["fields"]
    for name, value in fields.items():
        if name.endswith("_date"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", value), name
        if name in AMOUNTS:
            assert re.fullmatch(r"-?\d+\.\d\d", value), name
        if name.endswith("tax_id") or name == "iban":
            assert re.fullmatch(r"[A-Z0-9]+", value), name
    assert fields.get("currency", "EUR") in {"EUR", "PLN", "GBP"}


@each
def test_check_digits_are_valid(folder: Path) -> None:
    told = expected(folder)
    is_spanish = told["language"] == "es" or "employee_number" in told["fields"]
    validate = VALIDATORS["es" if is_spanish else told["language"]]
    for name, value in told["fields"].items():
        if name.endswith("tax_id"):
            validate(value)
        if name == "iban":
            iban.validate(value)


@pytest.mark.parametrize("folder", PDFS, ids=lambda folder: folder.name)
def test_only_born_digital_pages_have_a_text_layer(folder: Path) -> None:
    for number, state in enumerate(expected(folder)["states"]):
        assert bool(text_of_page(document(folder), number)) == (state == "textlayer")


@pytest.mark.parametrize("folder", BORN_DIGITAL, ids=lambda folder: folder.name)
def test_words_and_names_of_a_born_digital_document_are_in_its_text_layer(folder: Path) -> None:
    told = expected(folder)
    text = text_of_page(document(folder), 0)
    names = [told["fields"][name] for name in ("invoice_number", "supplier_name", "customer_name")]
    assert [words for words in [*told["words"], *names] if words.casefold() not in text.casefold()] == []


def test_words_tell_the_samples_apart() -> None:
    words = [word.casefold() for folder in FOLDERS for word in expected(folder)["words"]]
    assert len(words) == len(set(words))


def test_no_document_comes_twice() -> None:
    digests = [hashlib.sha256(document(folder).read_bytes()).hexdigest() for folder in FOLDERS]
    assert len(digests) == len(set(digests))


def test_no_supplier_uses_a_number_twice() -> None:
    pairs = [(one["fields"]["supplier_tax_id"], one["fields"]["invoice_number"]) for one in invoices()]
    assert len(pairs) == len(set(pairs))


def test_amounts_add_up() -> None:
    cents = [
        {name: round(float(one["fields"][name]) * 100) for name in AMOUNTS if name in one["fields"]}
        for one in invoices()
    ]
    assert all(one["net"] + one["tax"] == one["total"] for one in cents if "tax" in one)
    assert all(one["total"] - one["withheld"] == one["payable"] for one in cents if "withheld" in one)
    assert any("withheld" in one for one in cents)


def test_credit_notes_name_an_invoice_among_the_samples() -> None:
    numbers = {one["fields"]["invoice_number"] for one in invoices() if one["kind"] == "invoice"}
    preceding = [one["fields"]["preceding_invoice"] for one in invoices() if one["kind"] == "credit-note"]
    assert preceding
    assert set(preceding) <= numbers


def test_the_samples_are_small() -> None:
    assert sum(document(folder).stat().st_size for folder in FOLDERS) < MAX_BYTES


def test_the_readme_lists_exactly_the_samples() -> None:
    readme = (SAMPLES / "README.md").read_text("utf-8")
    assert re.findall(r"^\| `([\w-]+)` \|", readme, re.MULTILINE) == sorted(
        (folder.name for folder in FOLDERS), key=readme.index
    )


def test_the_committed_expectations_are_what_would_be_drawn_and_all_of_it_is_printed() -> None:
    checked = make("--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_changed_expectation_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text((SAMPLES / "README.md").read_text("utf-8"), "utf-8")
    for folder in FOLDERS:
        (tmp_path / folder.name).mkdir()
        for path in folder.iterdir():
            (tmp_path / folder.name / path.name).write_bytes(path.read_bytes())
    changed = tmp_path / FOLDERS[0].name / "expected.json"
    changed.write_text(changed.read_text("utf-8").replace('"pages": 1', '"pages": 2'), "utf-8")
    checked = make("--check", "--into", str(tmp_path))
    assert checked.returncode == 1
    assert FOLDERS[0].name in checked.stdout


def test_samples_are_drawn_the_same_every_time(tmp_path: Path) -> None:
    names = ("pl-invoice-garden", "es-receipt-bakery", "pl-form-supplier")
    for run in ("first", "second"):
        drawn = make(*names, "--into", str(tmp_path / run))
        assert drawn.returncode == 0, drawn.stderr
    files = sorted(path.relative_to(tmp_path / "first") for path in tmp_path.glob("first/*/*"))
    assert len(files) == 2 * len(names)
    for file in files:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_an_unknown_sample_is_refused(tmp_path: Path) -> None:
    drawn = make("es-invoice-nobody", "--into", str(tmp_path))
    assert drawn.returncode == 2
    assert "es-invoice-nobody" in drawn.stderr
    assert list(tmp_path.iterdir()) == []
