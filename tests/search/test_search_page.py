"""The examples in docs/search.md, and those of answers in docs/answers.md, do what they say."""

from datetime import date
from pathlib import Path

import naive_search as naive
import pytest

from docscan.errors import SearchError
from docscan.schema import Property, Schema
from docscan.search.fields import FIELDS, KEYWORDS, fields_of
from docscan.search.index import IndexDocument, Question
from docscan.search.marking import in_values
from docscan.search.nodes import leaves
from docscan.search.planning import planned, tiered
from docscan.search.prepared import prepared
from docscan.search.query import parse
from docscan.search.snippets import snippet, valued
from docscan.search.tantivy_engine import TantivyIndex
from docscan.search.whoosh_engine import WhooshIndex

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "search.md").read_text(encoding="utf-8")
TODAY = date(2026, 6, 17)
STATES = {"is:overdue": ("b2",), "has:hold": ("c3",)}
SCHEMA = Schema(
    "form", "Form", "form", properties=(Property("birth_day", "date"), Property("deposit", "amount"))
)


def tables(page: str = PAGE) -> list[list[list[str]]]:
    """The rows of each table, without its head."""
    found: list[list[list[str]]] = [[]]
    for line in page.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table[2:] for table in found if table]


def document(row: list[str]) -> IndexDocument:
    key, kind, client, language, added, verdict, fields, text = row
    values = dict(pair.split(": ") for pair in fields.split("; ") if pair)
    return IndexDocument(key, kind, language, added, verdict, values, (text,), client)


WRITTEN = [document(row) for row in tables()[0]]
DOCUMENTS = [prepared(one) for one in WRITTEN]
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
    assert f"Error: {caught.value}\n{caught.value.shown()}\n{caught.value.hint}" in PAGE


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


def below(typed: str, one: IndexDocument) -> list[str]:
    """The values that are read below a hit, as the command shows them without a terminal."""
    node = parse(typed, fields=fields_of([SCHEMA]), states=STATES, today=TODAY)
    shown = dict(snippet(one.pages, node, language=one.language).leaves)
    lines = []
    for name, value in valued(one.fields, node, language=one.language).items():
        if any(leaf not in shown or shown[leaf] > tier for leaf, tier in value.leaves):
            ((start, end),) = value.marks
            text = f"{value.text[:start]}«{value.text[start:end]}»{value.text[end:]}"
            lines.append(f"`{name}: {text}`")
    return lines


ANSWERS = next(
    table for table in tables((DOCS / "answers.md").read_text(encoding="utf-8")) if ":muller" in table[0][0]
)


@pytest.mark.parametrize(("typed", "promised"), ANSWERS)
def test_a_hit_shows_the_values_that_the_page_of_answers_says(typed: str, promised: str) -> None:
    node = parse(typed.strip("`"), fields=fields_of([SCHEMA]), states=STATES, today=TODAY)
    hits = naive.ids(planned(node, states=STATES)[-1], DOCUMENTS)
    assert hits
    expected = [] if promised.startswith("nothing") else [promised]
    assert [below(typed.strip("`"), one) for one in WRITTEN if one.id in hits] == [expected] * len(hits)


@pytest.mark.parametrize("typed", [typed for typed, _ in EXAMPLES])
def test_a_value_shows_a_part_of_the_query_exactly_where_it_is_found_by_it(typed: str) -> None:
    node = parse(typed, fields=fields_of([SCHEMA]), states=STATES, today=TODAY)
    for leaf in leaves(node, wanted=True):
        if (
            str(leaf).startswith(("is:", "has:hold", "added:", "pages:"))
            or getattr(leaf, "field", "") in KEYWORDS
        ):
            continue
        for one in WRITTEN:
            plans = tiered(leaf, languages=(one.language,))
            for name, value in one.fields.items():
                alone = prepared(
                    IndexDocument("x", "", one.language, "2026-01-01", "", {name: value}, (), "")
                )
                ways = [tier for tier, plan in enumerate(plans) if naive.finds(plan, alone)]
                found = in_values({name: value}, leaf, one.language).get(name, ())
                assert min((place.tier for place in found), default=None) == (ways[0] if ways else None)
