"""The examples in docs/search.md do what they say."""

from datetime import date
from pathlib import Path

import naive_search as naive
import pytest

from docscan.errors import SearchError
from docscan.schema import Property, Schema
from docscan.search.fields import FIELDS, fields_of
from docscan.search.index import IndexDocument, Question
from docscan.search.planning import planned
from docscan.search.prepared import prepared
from docscan.search.query import parse
from docscan.search.tantivy_engine import TantivyIndex
from docscan.search.whoosh_engine import WhooshIndex

PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
TODAY = date(2026, 6, 17)
STATES = {"is:overdue": ("b2",), "has:hold": ("c3",)}
SCHEMA = Schema(
    "form", "Form", "form", properties=(Property("birth_day", "date"), Property("deposit", "amount"))
)


def tables() -> list[list[list[str]]]:
    """The rows of each table, without its head."""
    found: list[list[list[str]]] = [[]]
    for line in PAGE.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table[2:] for table in found if table]


def document(row: list[str]) -> IndexDocument:
    key, kind, client, language, added, verdict, fields, text = row
    values = dict(pair.split(": ") for pair in fields.split("; ") if pair)
    return IndexDocument(key, kind, language, added, verdict, values, (text,), client)


DOCUMENTS = [prepared(document(row)) for row in tables()[0]]
EXAMPLES = [(row[0].strip("`"), row[1]) for table in tables()[1:] for row in table]


@pytest.mark.parametrize(("typed", "promised"), EXAMPLES)
def test_an_example_finds_what_the_page_says(typed: str, promised: str) -> None:
    node = parse(typed, fields=fields_of([SCHEMA]), states=STATES, today=TODAY)
    found: list[str] = []
    for tier in planned(node, states=STATES):
        found += sorted(naive.ids(tier, DOCUMENTS) - set(found))
    assert found == ([] if promised == "nothing" else promised.split(", "))


def test_the_page_has_an_example_of_everything() -> None:
    assert len(EXAMPLES) > 50


def test_the_page_names_every_field() -> None:
    assert not [name for name in FIELDS if f"`{name}`" not in PAGE]


def test_the_error_on_the_page_is_the_one_that_is_shown() -> None:
    with pytest.raises(SearchError) as caught:
        parse("total:>many")
    assert f"{caught.value.shown()}\n{caught.value} {caught.value.hint}" in PAGE


@pytest.mark.parametrize("engine", [WhooshIndex, TantivyIndex])
def test_every_engine_answers_the_examples(engine: type[WhooshIndex | TantivyIndex], tmp_path: Path) -> None:
    index = engine(tmp_path / "index")
    index.update(DOCUMENTS, seq=1)
    wrong = []
    for typed, promised in EXAMPLES:
        node = parse(typed, fields=fields_of([SCHEMA]), states=STATES, today=TODAY)
        found = {hit.id for hit in index.search(Question(planned(node, states=STATES))).hits}
        if found != (set() if promised == "nothing" else set(promised.split(", "))):
            wrong.append(typed)
    index.close()
    assert not wrong
