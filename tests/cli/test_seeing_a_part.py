"""Who may see a part of an archive finds no way round the corner to the rest."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive, access
from docscan.archive.catalogue import open_catalogue
from docscan.archive.recovery import taken_up
from docscan.cli.querying import understood
from docscan.cli.terminal import login
from docscan.search.plan import Everything
from docscan.search.sight import Sight
from tests.archive.conftest import NOW, file_one, object_id

SEEN, HIDDEN = [object_id(number) for number in (1, 3, 5)], [object_id(number) for number in (2, 4)]

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def part(tmp_path: Path) -> Archive:
    """An archive of which whoever calls may see the invoices: 1, 3 and 5."""
    archive = archives.create(tmp_path / "archive", name="acme", language="en", now=NOW, agent="root")
    with open_catalogue(archive) as catalogue:
        for number in range(1, 6):
            file_one(archive, catalogue, number)
    narrowed(archive, "kind:invoice", "clerk", "reviewer", "auditor")
    return archive


def narrowed(archive: Archive, only: str, *roles: str) -> None:
    with taken_up(archive, now=NOW, agent="root") as catalogue:
        access.change(catalogue, "root-of-all", ["administrator"], now=NOW, agent="root")
        access.enter(catalogue, access.Person(login(), roles, only), now=NOW, agent="root-of-all")


def lines(said: tuple[int, str, str]) -> list[dict[str, object]]:
    assert said[0] == 0, said[2]
    return [json.loads(line) for line in said[1].splitlines()]


def test_only_the_part_is_found_counted_and_gone_on_to(part: Archive, call: Call) -> None:
    found = call("-A", part.root, "search", "factura", "--json", "--facets", "kind,state")
    *hits, counted = lines(found)
    assert sorted(str(hit["id"]) for hit in hits) == SEEN
    assert counted["facets"] == {"kind": [["invoice", 3]], "state": [["accepted", 2], ["review", 1]]}
    assert "3 found." in found[2]
    first = call("-A", part.root, "search", "factura", "--limit", "2")[2]
    assert "2 of 3 found." in first
    after = first.split("--after=")[1].split()[0]
    (last,) = lines(call("-A", part.root, "search", "factura", "--json", f"--after={after}"))
    assert last["id"] in SEEN


@pytest.mark.parametrize(
    "query", ["kind:form", "F-2", "-kind:invoice", f"id:{HIDDEN[0]}", f"id:{HIDDEN[0][:6]}", "factura nº2~"]
)
def test_no_query_finds_what_is_hidden(part: Archive, call: Call, query: str) -> None:
    said = call("-A", part.root, "search", query, "--json")
    assert not {str(hit["id"]) for hit in lines(said)} & set(HIDDEN)


def test_no_value_of_what_is_hidden_is_shown_as_found(part: Archive, call: Call) -> None:
    said = call("-A", part.root, "search", "invoice_number:F*", "--json")
    values = [field["value"] for hit in lines(said) for field in hit["fields"]]  # type: ignore[attr-defined]
    assert sorted(values) == ["F-1", "F-3", "F-5"]
    assert "F-2" not in call("-A", part.root, "search", "F-2~")[1]


def test_the_languages_of_what_is_hidden_find_nothing(part: Archive, call: Call) -> None:
    def found() -> list[dict[str, object]]:
        return lines(call("-A", part.root, "search", "facturami OR fakturami OR facturas", "--json"))

    before = found()
    with open_catalogue(part) as catalogue:
        catalogue.db.execute("UPDATE record SET language = 'pl' WHERE id = ?", (HIDDEN[0],))
        catalogue.db.conn.commit()
        seen = replace(part, sight=Sight(Everything()))
        with open_catalogue(seen) as narrowed_:
            tiers = understood(narrowed_, "fakturami", NOW.date()).tiers
        catalogue.db.execute("UPDATE record SET language = 'es'")
        catalogue.db.conn.commit()
        with open_catalogue(seen) as narrowed_:
            assert understood(narrowed_, "fakturami", NOW.date()).tiers == tiers
    assert found() == before


def test_nothing_hidden_is_proposed(part: Archive, call: Call) -> None:
    def proposed(prefix: str) -> list[str]:
        return call("-A", part.root, "search", f"--complete={prefix}")[1].splitlines()

    assert proposed("kind:") == ["kind:invoice"]
    assert proposed("client:") == ["client:acme"]
    assert proposed("invoice_number:") == [f"invoice_number:F-{number}" for number in (1, 3, 5)]
    assert not {"no2", "no4"} & set(proposed("no"))
    assert {"no1", "no3"} <= set(proposed("no"))


@pytest.mark.parametrize("identifier", [HIDDEN[0], "nowhere", HIDDEN[0][:35]])
@pytest.mark.parametrize(
    "words",
    [
        ["show"],
        ["show", "--json"],
        ["open"],
        ["explain"],
        ["search", "--like"],
        ["search", "--duplicates"],
        ["proof", "--out", "proof"],
        ["review", "accept"],
        ["review", "correct"],
    ],
    ids=" ".join,
)
def test_a_hidden_record_is_no_other_than_one_that_does_not_exist(
    part: Archive, call: Call, words: list[str], identifier: str
) -> None:
    code, out, said = call("-A", part.root, *words, identifier, *(["total=1"] * ("correct" in words)))
    if identifier == HIDDEN[0][:35]:  # which begins the ids of those that are seen, too
        assert "Several records begin" in said
    else:
        assert (code, out) == (6, "")
        assert said == f"Error: No record begins with {identifier!r}.\n`docscan list` shows the ids.\n"


def test_records_of_the_part_are_shown_and_lists_hold_no_others(part: Archive, call: Call) -> None:
    assert call("-A", part.root, "show", SEEN[0])[0] == 0
    assert sorted(str(row["id"]) for row in lines(call("-A", part.root, "list", "--json"))) == SEEN
    assert "1 of 3" in call("-A", part.root, "list", "--limit", "1")[2]
    assert call("-A", part.root, "list", "--kind", "form")[1].strip() == ""
    waiting = lines(call("-A", part.root, "review", "list", "--json"))
    assert [row["id"] for row in waiting] == [SEEN[1]]


def test_a_record_that_changes_leaves_the_part_at_once(part: Archive, call: Call) -> None:
    narrowed(part, "is:accepted", "clerk")
    assert call("-A", part.root, "show", object_id(3))[0] == 6
    assert call("-A", part.root, "show", object_id(2))[0] == 0


def test_what_is_about_all_of_the_archive_is_refused(part: Archive, call: Call, tmp_path: Path) -> None:
    for words in (["retention", "due"], ["hold", "list"], ["quality"], ["index", "status"], ["loans"]):
        code, out, said = call("-A", part.root, *words)
        assert (code, out) == (6, ""), words
        assert "sees a part of this archive" in said
    code, _, said = call("-A", part.root, "export", "--all", "--to", tmp_path / "bag")
    assert (code, "sees a part of this archive" in said) == (6, True)
    assert not (tmp_path / "bag").exists()


def test_an_export_takes_nothing_hidden_along(part: Archive, call: Call, tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    ids.write_text(HIDDEN[0])
    assert call("-A", part.root, "export", "--ids", ids, "--to", tmp_path / "bag")[0] == 6
    assert call("-A", part.root, "export", "factura", "--to", tmp_path / "bag")[0] == 0
    taken = "".join(str(path) for path in (tmp_path / "bag").rglob("*"))
    assert all(record in taken for record in SEEN)
    assert not any(record in taken for record in HIDDEN)


def test_a_query_is_tried_before_it_is_given_to_anybody(part: Archive, call: Call) -> None:
    narrowed(part, "kind:invoice", "clerk")
    with taken_up(part, now=NOW, agent="root") as catalogue:
        access.change(catalogue, login(), ["administrator"], now=NOW, agent="root-of-all")
    code, _, said = call("-A", part.root, "access", "add", "zoe", "--role", "clerk", "--only", "total:>many")
    assert (code, "^" in said) == (7, True)
    assert call("-A", part.root, "access", "add", "zoe", "--role", "clerk", "--only", "kind:form")[0] == 0
    assert access.only(part, "zoe") == "kind:form"
    assert '"only": "kind:form"' in call("-A", part.root, "access", "list", "--json")[1]
