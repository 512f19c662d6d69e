"""Searching from the command line: pages of hits, CSV, proposals, kept searches, several archives."""

import csv
import io
import json
import shlex
from collections.abc import Callable
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive
from docscan.archive.catalogue import open_catalogue
from docscan.cli import querying, sites
from docscan.cli.answering import Answer, merged
from docscan.errors import ArchiveError, NotFoundError, SearchError
from docscan.search import engines, feed
from docscan.search.index import Hits
from docscan.search.prepared import Prepared
from tests.archive.conftest import NOW, file_one, object_id

Call = Callable[..., tuple[int, str, str]]


def made(root: Path, *numbers: int, name: str = "acme", language: str = "en") -> Archive:
    archive = archives.create(root, name=name, language=language, now=NOW, agent="root")
    with open_catalogue(archive) as catalogue:
        for number in numbers:
            file_one(archive, catalogue, number)
    return archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return made(tmp_path / "site" / "acme", *range(1, 6))


def ids(said: tuple[int, str, str]) -> list[str]:
    assert said[0] == 0, said[2]
    return [json.loads(line)["id"] for line in said[1].splitlines()]


@pytest.mark.parametrize("sort", ["score", "added", "-added", "pages"])
def test_pages_of_hits_make_up_the_whole(archive: Archive, call: Call, sort: str) -> None:
    ask = ["-A", archive.root, "search", f"--sort={sort}", "--json", "factura"]
    found: list[str] = []
    again: list[str] = [*map(str, ask), "--limit=2"]
    for _ in range(3):
        said = call(*again)
        found += ids(said)
        ends = [json.loads(line)["next"] for line in said[1].splitlines()]
        _, more, command = said[2].partition("More: docscan ")
        again = shlex.split(command)
        assert [f"--after={end}" for end in ends if end] == [word for word in again if "--after" in word]
        assert bool(more) is bool(ends[-1])
    assert found == ids(call(*ask)) == [object_id(number) for number in range(1, 6)]
    assert again == []


def telling(archive: Archive, *numbers: int) -> None:
    """Give some records a text that the others have not."""
    with open_catalogue(archive) as catalogue:
        for number in numbers:
            text = "Tornillos de acero inoxidable para la obra"
            catalogue.db.execute("UPDATE page SET text = ? WHERE record = ?", (text, object_id(number)))
        catalogue.db.conn.commit()


def test_the_command_that_goes_on_asks_for_the_same_from_any_folder(archive: Archive, call: Call) -> None:
    telling(archive, 1, 2, 3)
    said = call("-A", archive.root, "search", "--like", object_id(1), "--limit=1", "--facets=kind")[2]
    again = shlex.split(said.partition("More: docscan ")[2])
    assert again[:3] == ["-A", str(archive.root), "search"]
    assert {f"--like={object_id(1)}", "--limit=1", "--facets=kind"} < set(again)
    assert call(*again)[0] == 0


def test_a_record_without_a_word_of_another_is_told_with_a_way_out(archive: Archive, call: Call) -> None:
    with open_catalogue(archive) as catalogue:
        catalogue.db.execute("UPDATE page SET text = 'Xyzzy' WHERE record = ?", (object_id(1),))
        catalogue.db.execute("DELETE FROM field WHERE record = ?", (object_id(1),))
        catalogue.db.conn.commit()
    code, _, said = call("-A", archive.root, "search", "--like", object_id(1))
    assert code == NotFoundError.exit_code
    assert "No other record has a word of this one." in said
    assert "by their date" in said


def test_duplicates_are_records_for_programs_too(archive: Archive, call: Call) -> None:
    telling(archive, 1, 2)
    ask = ["-A", archive.root, "search", "--duplicates", object_id(1)]
    rows = [json.loads(line) for line in call(*ask, "--json")[1].splitlines()]
    assert {"id", "sha256", "kind", "state", "resemblance"} <= rows[0].keys()
    spread = list(csv.DictReader(io.StringIO(call(*ask, "--csv")[1])))
    assert [row["id"] for row in spread] == [row["id"] for row in rows]


def test_nothing_found_leaves_no_empty_line(archive: Archive, call: Call) -> None:
    at = ["-A", archive.root]
    assert call(*at, "search", "--duplicates", object_id(1))[:2] == (0, "")
    assert call(*at, "searches", "list")[:2] == (0, "")


def test_a_search_is_not_kept_without_a_name(archive: Archive, call: Call) -> None:
    code, out, said = call("-A", archive.root, "search", "kind:form", "--save", "")
    assert (code, out) == (ArchiveError.exit_code, "")
    assert "no name for a search" in said


def test_a_hit_says_how_and_where_it_was_found(archive: Archive, call: Call) -> None:
    typed = json.loads(call("-A", archive.root, "search", '"factura nº2"', "--json")[1])
    assert (typed["tier"], typed["page"], typed["snippet"]) == ("as typed", 1, "Factura nº2")
    assert [box["page"] for box in typed["boxes"]] == [1]
    (left, top, right, bottom) = typed["boxes"][0]["box"]
    assert (left, top, right, bottom) == (0, 20, 19, 30)
    misread = call("-A", archive.root, "search", "tactura", "--json", "--limit", "1")
    assert json.loads(misread[1])["tier"] == "misread"
    assert "Also found as: factura." in misread[2]


def test_a_hit_names_the_values_that_were_found_and_whether_the_passage_shows_them(
    archive: Archive, call: Call
) -> None:
    def fields(query: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(
            call("-A", archive.root, "search", query, "--json")[1].splitlines()[0]
        )["fields"]
        return found

    value = {"name": "invoice_number", "value": "F-2", "tier": "as typed", "in_snippet": False}
    assert fields("invoice_number:F-2") == [value | {"marks": [[0, 3]]}]
    assert fields("F-2") == [value | {"marks": [[0, 3]]}]
    assert fields("factura") == []
    assert fields("factura -invoice_number:F-1") == []
    assert [one["value"] for one in fields("has:supplier_tax_id factura")] == ["ESB00000000"]


def test_a_person_reads_below_a_hit_the_value_that_no_passage_shows(archive: Archive, call: Call) -> None:
    _, out, _ = call("-A", archive.root, "search", "invoice_number:F-2")
    assert "    invoice_number: «F-2»" in out.splitlines()
    assert "invoice_number:" not in call("-A", archive.root, "search", '"factura nº2"')[1]
    assert "invoice_number: «F-2»" in call("search", "F-2", "--all", archive.root.parent)[1]


@pytest.mark.parametrize(
    ("query", "said"),
    [("factura", ""), ("facturas", "  (in another form)"), ("tactura", "  (perhaps misread)")],
)
def test_a_person_reads_in_its_line_that_a_hit_is_not_as_typed(
    archive: Archive, call: Call, query: str, said: str
) -> None:
    lines = call("-A", archive.root, "search", query)[1].splitlines()[::2]
    assert len(lines) == 5
    assert all(line.endswith(f", page 1{said}") for line in lines)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "page 1"), ("es", "página 1"), ("pl", "strona 1"), ("de", "Seite 1")]
)
def test_a_person_reads_the_page_of_a_hit_in_the_language_of_the_archive(
    tmp_path: Path, call: Call, language: str, said: str
) -> None:
    archive = made(tmp_path / "one", 1, language=language)
    assert call("-A", archive.root, "search", "factura")[1].splitlines()[0].endswith(f", {said}")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("This is not an amount.", "Did you mean total:>1000? For example total:>1000")),
        ("es", ("Esto no es un importe.", "¿Quiso decir total:>1000? Por ejemplo total:>1000")),
        ("pl", ("To nie jest kwota.", "Czy chodziło o total:>1000? Na przykład total:>1000")),
        ("de", ("Das ist kein Betrag.", "Meinten Sie total:>1000? Zum Beispiel total:>1000")),
    ],
)
def test_a_query_is_refused_in_the_language_of_the_archive(
    tmp_path: Path, language: str, said: tuple[str, str]
) -> None:
    archive = made(tmp_path / "one", language=language)
    with open_catalogue(archive) as catalogue, pytest.raises(SearchError) as refused:
        querying.understood(catalogue, "total:>1000x", NOW.date())
    assert (str(refused.value), refused.value.hint) == said
    assert refused.value.shown() == "total:>1000x\n       ^"


def test_a_spreadsheet_says_by_which_values_a_hit_was_found(archive: Archive, call: Call) -> None:
    def cells(*words: str) -> list[str]:
        out = call("-A", archive.root, "search", *words, "--csv")[1]
        return [row["fields"] for row in csv.DictReader(io.StringIO(out))]

    assert cells("factura") == [""] * 5
    both = cells("invoice_number:F-2", "supplier_tax_id:ESB00000000")
    assert both == ["invoice_number: F-2; supplier_tax_id: ESB00000000"]
    site = call("search", "F-2", "--csv", "--all", archive.root.parent)[1]
    assert [row["fields"] for row in csv.DictReader(io.StringIO(site))] == ["invoice_number: F-2"]


def test_a_value_that_was_read_better_than_its_passage_is_shown(archive: Archive, call: Call) -> None:
    with open_catalogue(archive) as catalogue:
        text = "T0RNILLERIA"
        catalogue.db.execute("UPDATE page SET text = ? WHERE record = ?", (text, object_id(1)))
        catalogue.db.execute(
            "UPDATE field SET value = 'Tornilleria' WHERE record = ? AND name = 'invoice_number'",
            (object_id(1),),
        )
        catalogue.db.conn.commit()
    out = call("-A", archive.root, "search", "tornilleria")[1]
    assert "«T0RNILLERIA»" in out
    assert "invoice_number: «Tornilleria»" in out


def test_a_query_that_could_be_meant_otherwise_says_how_it_was_understood(
    archive: Archive, call: Call
) -> None:
    code, out, said = call(
        "-A", archive.root, "search", "added:<03/04/2099", "factura", "or", "factura", "--json"
    )
    assert (code, out) == (0, "")
    assert "“or” is searched as a word; the operator is OR, in capitals." in said
    assert "03/04/2099 is taken as 2099-04-03" in said


def test_a_spreadsheet_executes_nothing_of_what_was_found(archive: Archive, call: Call) -> None:
    with open_catalogue(archive) as catalogue:
        catalogue.db.execute("UPDATE record SET supplier = '=1+1' WHERE id = ?", (object_id(1),))
        catalogue.db.conn.commit()
    code, out, _ = call("-A", archive.root, "search", "factura", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(rows), rows[0]["supplier"]) == (0, 5, "'=1+1")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["x", "--like", "y"],
        ["x", "--facets", "colour"],
        ["x", "--sort", "supplier_name"],
        ["x", "--sort", "colour"],
        ["x", "--sort="],
        ["x", "--sort=-score"],
        ["x", "--jsn"],
        ["--limt", "3", "x"],
        ["---x"],
        ["x", "--csv", "--facets", "kind"],
        ["--duplicates", "x", "--json", "--csv"],
        ["x", "--after", "y"],
        ["x", "--after=-1,1,abc,20261123,"],
        ["x", "--after=0,nan,abc,20261123,"],
        ["x", "--after=0,1e999,abc,20261123,"],
        ["x", "--after=0,0.5,abc,99999999999999999999999,"],
        ["x", "--after=3,0.5,abc,20261123,"],
        ["x", "--after=0,0.5,abc,20261123,tantivy"],
        ["x", "--sort=total", "--after=0,99999999999999999999999,x,,"],
        ["x", "--sort=total", "--after=0,0.5,x,,"],
        ["--save", "y", "--complete", "z"],
        ["x", "--json", "--csv"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_asked_so_is_said_at_once(archive: Archive, call: Call, words: list[str]) -> None:
    assert call("-A", archive.root, "search", *words)[:2] == (2, "")


def test_a_place_in_an_answer_is_none_for_another_engine(archive: Archive, call: Call) -> None:
    at = ["-A", archive.root]
    ask = [*at, "search", "factura", "--limit=2", "--json"]
    first = call(*ask)
    cursor = json.loads(first[1].splitlines()[-1])["next"]
    assert call(*at, "index", "switch", "tantivy")[0] == 0
    code, out, said = call(*ask, f"--after={cursor}")
    assert (code, out) == (2, "")
    assert "--after" in said
    assert [one.engine for one in [engines.live(archive.index)] if one] == ["tantivy"]
    by_day = json.loads(call(*ask, "--sort=added")[1].splitlines()[-1])["next"]
    assert call(*at, "index", "switch", "whoosh")[0] == 0
    assert len(ids(call(*ask, "--sort=added", f"--after={by_day}"))) == 2


def test_what_a_query_was_understood_as_is_told_where_it_says_something_else(
    archive: Archive, call: Call
) -> None:
    assert (
        "Understood as: factura -pages:3..\n"
        in call("-A", archive.root, "search", "factura AND NOT pages:>2")[2]
    )
    assert "Understood as" not in call("-A", archive.root, "search", "factura -kind:form")[2]


def test_a_value_that_no_page_shows_has_the_page_and_the_box_that_it_was_read_from(
    archive: Archive, call: Call
) -> None:
    (hit,) = (
        json.loads(line)
        for line in call("-A", archive.root, "search", "has:supplier_tax_id id:" + object_id(1), "--json")[
            1
        ].splitlines()
    )
    assert hit["boxes"] == [{"page": 1, "box": [1, 2, 3, 4], "tier": 0}]
    assert hit["page"] == 1


def test_a_record_is_found_by_the_beginning_of_its_id(archive: Archive, call: Call) -> None:
    whole = ids(call("-A", archive.root, "search", f"id:{object_id(2)}", "--json"))
    assert whole == [object_id(2)]
    assert object_id(2) in ids(call("-A", archive.root, "search", f"id:{object_id(2)[:8]}", "--json"))


def test_a_mistyped_option_is_answered_with_the_one_that_was_meant(archive: Archive, call: Call) -> None:
    assert "--facets" in call("-A", archive.root, "search", "x", "--facet", "kind")[2]


@pytest.mark.parametrize("words", [["-rechnung"], ["factura", "-rechnung"], ["--", "-h"]])
def test_a_word_left_out_is_no_row_of_options(archive: Archive, call: Call, words: list[str]) -> None:
    _, out, said = call("-A", archive.root, "search", "--limit=2", *words)
    assert "Usage:" not in out
    assert "2 of 5 found" in said
    more = shlex.split(said.partition("More: docscan ")[2])
    assert "2 of 5 found" in call(*more)[2]
    assert "Usage:" in call("-A", archive.root, "search", "factura", "-h")[1]


def test_bytes_that_are_no_text_are_shown_their_place(archive: Archive, call: Call) -> None:
    code, _, said = call("-A", archive.root, "search", "se\udcf1or", "--save", "sur")
    assert (code, "se\ufffdor" in said) == (7, True)


def test_what_was_found_is_ordered_by_a_number_that_only_a_schema_has(archive: Archive, call: Call) -> None:
    schemas = archive.root / "schemas"
    schemas.mkdir(exist_ok=True)
    described = {"type": "object", "title": "Lease", "x-kind": "form", "properties": {}}
    described["properties"] = {"rent": {"type": "string", "x-type": "amount", "x-labels": {"en": ["Rent"]}}}
    (schemas / "lease.json").write_text(json.dumps(described))
    assert len(ids(call("-A", archive.root, "search", "factura", "--sort=-rent", "--json"))) == 5


def test_a_query_is_completed_by_fields_states_values_and_words(archive: Archive, call: Call) -> None:
    def proposed(typed: str) -> list[str]:
        return call("-A", archive.root, "search", "--complete", typed)[1].splitlines()

    assert proposed("kind:invoice suppl") == ["supplier_name:", "supplier_tax_id:", "supplier_address:"]
    assert proposed("fact") == ["factura"]
    assert proposed("-is:o") == ["-is:on-loan", "-is:overdue"]
    assert proposed("-fact") == ["-factura"]
    assert proposed("FÁC") == ["fáctura"]
    assert proposed("added:la") == [
        'added:"last week"',
        'added:"last month"',
        'added:"last year"',
        'added:"last 30 days"',
    ]
    assert proposed("issue_date:2026-01..la")[0] == 'issue_date:2026-01.."last week"'
    assert proposed("client:") == [f"client:{archive.config.name}"]
    assert proposed("-client:x") == []
    assert proposed("(kind:f") == ["kind:form"]
    assert proposed("xyz") == []


def test_a_kept_search_tells_what_is_new_once(archive: Archive, call: Call) -> None:
    at = ["-A", archive.root]
    assert "Kept as forms" in call(*at, "search", "kind:form", "--save", "forms")[2]
    assert call(*at, "searches", "news")[0] == 0
    with open_catalogue(archive) as catalogue:
        file_one(archive, catalogue, 6)
        file_one(archive, catalogue, 7)
    code, out, said = call(*at, "searches", "news", "--json")
    assert (code, said) == (8, "1 new.\n")
    assert json.loads(out)["id"] == object_id(6)
    assert call(*at, "searches", "news")[0] == 0
    assert len(ids(call(*at, "searches", "run", "forms", "--json"))) == 3
    assert call(*at, "searches", "remove", "forms")[0] == 0
    assert call(*at, "searches", "run", "forms")[0] == 6


def test_news_are_written_as_e_mails_to_be_sent_and_nothing_without_news(
    archive: Archive, call: Call, tmp_path: Path
) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    at, ask = ["-A", archive.root], ["searches", "news", "--to", letters, "--from", "archive@example.com"]
    call(*at, "search", "kind:form", "--save", "forms")
    call(*at, "search", "kind:contract", "--save", "contracts")
    assert call(*at, *ask)[0] == 0
    assert list(letters.iterdir()) == []
    with open_catalogue(archive) as catalogue:
        file_one(archive, catalogue, 6)
    code, _, said = call(*at, *ask, "--for", "zoe@example.org")
    (path,) = letters.iterdir()
    made = message_from_bytes(path.read_bytes(), policy=SMTP)
    assert (code, path.name.startswith("news-forms-20"), str(path) in said) == (8, True, True)
    assert (made["From"], made["To"]) == ("archive@example.com", "zoe@example.org")
    assert "forms" in made["Subject"]
    assert object_id(6)[:8] in made.get_content()
    assert "kind:form" in made.get_content()
    assert call(*at, *ask)[0] == 0
    assert len(list(letters.iterdir())) == 1


def test_an_e_mail_needs_somebody_it_is_from(archive: Archive, call: Call, tmp_path: Path) -> None:
    code, _, said = call("-A", archive.root, "searches", "news", "--to", tmp_path)
    assert (code, "--from" in said) == (2, True)


def test_all_archives_of_a_site_are_searched_and_a_broken_one_is_told(
    archive: Archive, call: Call, tmp_path: Path
) -> None:
    made(tmp_path / "site" / "zulu", 11, 12, name="zulu")
    ask = ["search", "factura", "--json", "--facets", "kind", "--all"]
    code, out, said = call(*ask, tmp_path / "site")
    *rows, counted = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert counted["facets"] == {"kind": [["invoice", 4], ["form", 3]]}
    assert [(one["archive"], one["total"]) for one in counted["archives"]] == [("acme", 5), ("zulu", 2)]
    assert counted["total"] == 7
    assert [row["archive"] for row in rows] == ["acme", "zulu", "acme", "zulu", "acme", "acme", "acme"]
    assert "zulu: 2 found.\n7 of 7 found in 2 archives." in said
    assert (
        "kind: invoice 4, form 3" in call(*[word for word in ask if word != "--json"], tmp_path / "site")[2]
    )
    spread = list(
        csv.DictReader(io.StringIO(call("search", "factura", "--csv", "--all", tmp_path / "site")[1]))
    )
    assert [row["archive"] for row in spread] == [row["archive"] for row in rows]
    assert call("search", "factura", "--save", "x", "--all", tmp_path / "site")[0] == 2
    (tmp_path / "site" / "zulu" / "docscan.toml").write_text("[")
    code, out, said = call(*ask, tmp_path / "site")
    assert (code, len(out.splitlines())) == (1, 6)
    assert "zulu was not searched" in said
    assert "docscan.toml cannot be read" in json.loads(out.splitlines()[-1])["archives"][1]["error"]
    listed = tmp_path / "site.txt"
    listed.write_text("# clients\nsite/acme\n")
    assert len(call(*ask, listed)[1].splitlines()) == 6


def test_an_archive_that_is_named_twice_counts_once_and_two_of_one_name_are_told_apart(
    archive: Archive, call: Call, tmp_path: Path
) -> None:
    made(tmp_path / "other" / "acme", 11, 12)
    listed = tmp_path / "site.txt"
    listed.write_text("site/acme\nsite/../site/acme\nother/acme\nsite/acme\n")
    code, out, _ = call("search", "factura", "--json", "--all", listed)
    *rows, counted = [json.loads(line) for line in out.splitlines()]
    assert (code, counted["total"], len(rows)) == (0, 7, 7)
    names = [f"acme ({tmp_path / folder / 'acme'})" for folder in ("site", "other")]
    assert [one["archive"] for one in counted["archives"]] == names
    assert {row["archive"] for row in rows} == set(names)


def test_a_query_is_refused_with_its_place_though_an_archive_is_broken(
    archive: Archive, call: Call, tmp_path: Path
) -> None:
    made(tmp_path / "site" / "zulu", 11, name="zulu")
    (tmp_path / "site" / "zulu" / "docscan.toml").write_text("[")
    code, _, said = call("search", "kind:x:", "--all", tmp_path / "site")
    assert (code, "\n     ^\n" in said) == (7, True)


def test_a_word_that_no_record_has_any_more_is_not_proposed(archive: Archive, call: Call) -> None:
    at = ["-A", archive.root]
    assert call(*at, "search", "--complete", "fact")[1] == "factura\n"
    with open_catalogue(archive) as catalogue:
        feed.feed(archive, catalogue)
        index = feed.open_index(archive)
        index.update(
            [Prepared("x", ("other",), "", (), "", "", {}, {})],
            seq=index.seq(),
            removed=ids(call(*at, "search", "factura", "--json")),
        )
        index.close()
    assert call(*at, "search", "--complete", "fact")[1] == ""


def test_what_several_archives_found_besides_and_how_they_understood_it_is_said(
    archive: Archive, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    said = call("search", "tactura", "or", "factura", "--all", archive.root.parent)[2]
    assert "„or“ wird als Wort gesucht" in said
    said = call("search", "tactura", "--all", archive.root.parent)[2]
    assert "Auch gefunden als: factura." in said


def test_another_query_is_proposed_where_all_archives_together_have_little(
    call: Call, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    made(site / "one", 1, 2, name="one")
    made(site / "none", name="none")
    assert "Did you mean: factura" in call("search", "tactura", "--all", site)[2]
    made(site / "two", 3, 4, name="two")
    assert "Did you mean" not in call("search", "tactura", "--all", site)[2]


def test_what_is_no_archive_or_no_list_of_them_is_a_sentence(
    archive: Archive, call: Call, tmp_path: Path
) -> None:
    listed = tmp_path / "list.txt"
    listed.write_bytes(b"site/acme\nc\xf3digo\n")
    code, _, said = call("search", "factura", "--all", listed)
    assert (code, "UTF-8" in said) == (6, True)
    (tmp_path / "paper.txt").write_text("x")
    listed.write_text(f"site/acme\nnowhere\npaper.txt\n{'x' * 300}\n")
    code, out, said = call("search", "factura", "--json", "--all", listed)
    assert (code, said.count("was not searched")) == (1, 3)
    told = json.loads(out.splitlines()[-1])["archives"]
    assert ["error" in one for one in told] == [False, True, True, True]


def test_a_query_that_no_archive_understands_is_shown_once_with_its_place(
    archive: Archive, call: Call
) -> None:
    code, out, said = call("search", "total:many", "--all", archive.root.parent)
    assert (code, out, said.count("not an amount")) == (7, "", 1)


@pytest.mark.parametrize(
    ("environment", "archives", "language"),
    [
        ({"LANG": "pl_PL.UTF-8"}, ["es"], "pl"),
        ({"LC_ALL": "de", "LANG": "pl_PL.UTF-8"}, ["es"], "de"),
        ({"LANG": "C.UTF-8"}, ["es", "es"], "es"),
        ({"LANG": "fr_FR"}, ["es", "pl"], "en"),
        ({}, [], "en"),
    ],
)
def test_several_archives_answer_in_the_language_of_whoever_asks(
    environment: dict[str, str], archives: list[str], language: str
) -> None:
    assert sites.spoken(environment, archives) == language


def test_hits_of_several_archives_come_by_tier_and_then_in_turn() -> None:
    def answer(*tiers: str) -> Answer:
        rows = tuple({"id": str(at), "tier": tier} for at, tier in enumerate(tiers))
        return Answer(rows, Hits(len(rows), 0, ()), (), None, current=True)

    found = merged([("a", answer("as typed", "misread")), ("b", answer("as typed", "inflected"))], 9)
    assert [(row["archive"], row["id"]) for row in found] == [("a", "0"), ("b", "0"), ("b", "1"), ("a", "1")]
