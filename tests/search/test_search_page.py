"""The examples in docs/search.md do what they say."""

from pathlib import Path

from docscan import search
from docscan.search import IndexDocument
from docscan.search.query import FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")


def tables() -> list[list[list[str]]]:
    """The rows of each table, without its head."""
    found: list[list[list[str]]] = [[]]
    for line in PAGE.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return [table[2:] for table in found if table]


def documents() -> list[IndexDocument]:
    made = []
    for key, kind, language, added, verdict, fields, text in tables()[0]:
        values = dict(pair.split(": ") for pair in fields.split("; ") if pair)
        made.append(IndexDocument(key, kind, language, added, verdict, values, (text,)))
    return made


def test_every_example_finds_what_the_page_says(tmp_path: Path) -> None:
    index = search.open_index(tmp_path / "index")
    index.update(documents(), seq=1)
    examples = tables()[1]
    assert len(examples) > 20
    for typed, promised, _ in examples:
        hits = index.search(search.parse(typed.strip("`")), limit=10)
        found = [hit.id for hit in hits.hits]
        expected = [] if promised == "nothing" else promised.split(", ")
        in_order = hits.exact < hits.total
        assert (found if in_order else sorted(found)) == expected, typed
    index.close()


def test_the_page_names_every_field() -> None:
    assert not [name for name in FIELDS if f"`{name}`" not in PAGE]
