"""The whole journey over every sample: filed, read right, found again, proved."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz
from shelf import NOW, Shelf

from docscan import archive, record, search
from docscan.archive import objects
from docscan.archive.catalogue import open_catalogue
from docscan.search import sight

SAMPLES = sorted(
    path.parent for path in (Path(__file__).parent.parent / "sample_docs").glob("*/expected.json")
)
FREE_TEXT = ("name", "address", "department", "position", "reason", "subject")
SAME = 92  # of 100: one misread sign in a name of a dozen letters

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Every sample dropped into one inbox and digitised in one run."""
    root = tmp_path_factory.mktemp("journey") / "samples"
    shelf = Shelf(archive.create(root, name="samples", language="en", now=NOW, agent="tester"))
    for sample in SAMPLES:
        (document,) = sample.glob("document.*")
        shelf.drop(f"{sample.name}{document.suffix}", document.read_bytes())
    (counts,) = shelf.json("run")
    assert counts == {
        "received": len(SAMPLES),
        "archived": len(SAMPLES),
        "duplicates": 0,
        "put_aside": 0,
        "waiting": 0,
    }
    return shelf


@pytest.fixture(scope="module")
def records(filed: Shelf) -> dict[str, dict[str, Any]]:
    """Each sample's record by the sample's name."""
    with open_catalogue(filed.archive) as catalogue:
        rows = list(catalogue.listing())
    read = {Path(row.source).stem: objects.read_record(filed.archive, row.id) for row in rows}
    return {name: record.to_json(found) for name, found in read.items()}


def expected(sample: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((sample / "expected.json").read_text(encoding="utf-8"))
    return found


def folded(text: object) -> str:
    plain = unicodedata.normalize("NFKD", str(text).casefold().replace("ł", "l").replace("ß", "ss"))
    return "".join(letter for letter in plain if letter.isalnum())


def agrees(name: str, said: object, truth: object) -> bool:
    if any(part in name for part in FREE_TEXT):
        return fuzz.ratio(folded(said), folded(truth)) >= SAME
    return said == truth


@each_sample
def test_a_sample_is_told_for_what_it_is(records: dict[str, dict[str, Any]], sample: Path):
    truth, said = expected(sample), records[sample.name]
    assert (said["kind"], said["language"]) == (truth["kind"], truth["language"])
    assert [page["state"] for page in said["pages"]] == truth["states"]


@each_sample
def test_a_sample_s_fields_are_read_right(records: dict[str, dict[str, Any]], sample: Path):
    truth, said = expected(sample)["fields"], records[sample.name]["fields"]
    wrong = {
        name: (said.get(name, {}).get("value"), value)
        for name, value in truth.items()
        if not agrees(name, said.get(name, {}).get("value"), value)
    }
    assert wrong == {}


@each_sample
def test_nothing_wrong_is_called_verified(records: dict[str, dict[str, Any]], sample: Path):
    truth, said = expected(sample)["fields"], records[sample.name]["fields"]
    wrong = {
        name: field["value"]
        for name, field in said.items()
        if field["status"] == "verified" and name in truth and not agrees(name, field["value"], truth[name])
    }
    assert wrong == {}


@each_sample
def test_every_value_has_its_evidence_on_the_page(records: dict[str, dict[str, Any]], sample: Path):
    said = records[sample.name]
    pages = {page["number"]: page for page in said["pages"]}
    for name, field in said["fields"].items():
        left, top, right, bottom = field["box"]
        page = pages[field["page"]]
        assert 0 <= left < right <= page["width"], name
        assert 0 <= top < bottom <= page["height"], name
        assert 0 <= field["confidence"] <= 1, name


@each_sample
def test_the_words_printed_on_a_sample_find_it(
    filed: Shelf, records: dict[str, dict[str, Any]], sample: Path
):
    with open_catalogue(filed.archive) as catalogue:
        for word in expected(sample)["words"]:
            question = search.Question(search.planned(search.parse(f'"{word}"')), limit=100)
            hits = sight.asked(catalogue, lambda seen, question=question: seen.search(question).hits)
            assert records[sample.name]["id"] in {hit.id for hit in hits.found}, word


@each_sample
def test_the_original_is_kept_byte_for_byte(filed: Shelf, records: dict[str, dict[str, Any]], sample: Path):
    (document,) = sample.glob("document.*")
    path = objects.path_of(filed.archive, records[sample.name]["id"], "original")
    assert path.read_bytes() == document.read_bytes()


def test_the_archive_of_all_samples_verifies(filed: Shelf):
    filed.call("verify")
