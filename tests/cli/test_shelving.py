"""The register of the paper from the command line."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from depot import furnish, merge, working
from shelf import Shelf

from docscan.archive import access, fixity, papers
from docscan.archive.event import UUID, Draft
from docscan.archive.rebuild import dump
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import login
from docscan.holdings import deeds, tables
from docscan.holdings import rows as sheets
from tests.archive.conftest import NOW, file_one

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def asked(shelf: Shelf, call: Call) -> Call:
    """Calls a command in the archive; gives its output, and fails when it fails."""

    def calling(*words: object, code: int = 0) -> str:
        done, out, err = call("-A", shelf.root, *words)
        assert done == code, err
        return (out if code == 0 else err).strip()

    return calling  # type: ignore[return-value]  # what is asked of it is text


@pytest.fixture
def furnished(asked: Call) -> Call:
    asked("site", "add", "--name", "Central", "--country", "ES", "--region", "MD")
    for shelf in "123":
        asked("location", "add", "--site", "Central", "--room", "2", "--c1", "A", "--c2", shelf)
    asked("box", "add", "--location", "L-000001B", "--type", "archive box", "--width-mm", "110")
    asked("item", "add", "--title", "Nóminas 1998", "--box", "B-000001C", "--folios", "204")
    asked("person", "add", "--name", "Zoë Kowalska", "--unit", "Personal", "--language", "pl")
    return asked


def rows(text: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_add_prints_the_code_of_what_was_registered(furnished: Call):
    assert furnished("item", "add", "--title", "Nóminas 1999", "--location", "l-1b") == "F-000002E"
    assert furnished("box", "add", "--location", "L-000002C") == "B-000002D"


@pytest.mark.parametrize("kind", ["site", "location", "box", "item", "person"])
def test_each_list_has_three_forms_that_say_the_same(furnished: Call, kind: str):
    told = rows(furnished(kind, "list", "--json"))
    table = list(csv.DictReader(io.StringIO(str(furnished(kind, "list", "--csv")))))
    shown = str(furnished(kind, "list"))
    assert len(told) == len(table) == len(shown.splitlines()) - 2 > 0
    for one, row in zip(told, table, strict=True):
        assert {name: "" if one[name] is None else str(one[name]) for name in row} == row
        assert str(one.get("code", one.get("name"))) in shown


def test_show_says_all_of_one(furnished: Call):
    (told,) = rows(furnished("item", "show", "F-000001D", "--json"))
    assert (told["title"], told["folios"], told["box"]) == ("Nóminas 1998", 204, "B-000001C")
    assert "title: Nóminas 1998" in str(furnished("item", "show", told["id"]))
    assert "not registered" not in str(furnished("box", "show", "B-000001C"))
    furnished("box", "show", "F-000001D", code=6)


def test_folios_that_nobody_counted_are_unknown_and_those_that_a_loan_lost_are_told(furnished: Call):
    code = furnished("item", "add", "--title", "Nóminas 1999", "--box", "B-000001C")
    (told,) = rows(furnished("item", "show", code, "--json"))
    assert (told["folios"], "folios: unknown" in str(furnished("item", "show", code))) == (None, True)
    assert "unknown" in str(furnished("item", "list"))
    furnished("loan", "out", "F-000001D", "--for", "P-000001E")
    furnished("loan", "in", "F-000001D", "--folios", "203")
    furnished("loan", "check", "F-000001D", "--folios", "203", "--because", "folios missing")
    furnished("loan", "shelve", "F-000001D")
    (shown,) = rows(furnished("item", "show", "F-000001D", "--json"))
    assert (shown["folios"], shown["folios_known"], shown["folios_missing"]) == (204, 203, 1)
    assert "folios_missing: 1" in str(furnished("item", "show", "F-000001D"))
    assert "--folios 204 --because REASON" in str(
        furnished("item", "change", "F-1D", "--folios", "204", code=6)
    )
    furnished("item", "change", "F-1D", "--because", "miscounted", code=2)
    furnished("item", "change", "F-1D", "--folios", "204", "--because", "folios added", "--medium", "papel")
    (shown,) = rows(furnished("item", "show", "F-1D", "--json"))
    assert (shown["folios_known"], shown["folios_missing"], shown["medium"]) == (204, 0, "papel")


def test_a_country_or_region_whose_holidays_nobody_knows_is_refused_with_those_that_are_known(
    furnished: Call,
):
    assert "ES, " in str(furnished("site", "add", "--name", "Two", "--country", "XX", code=6))
    assert "MD, " in str(furnished("site", "change", "Central", "--region", "QQQ", code=6))
    furnished("site", "change", "Central", "--country", "PL", "--region", "")


def test_change_changes_what_is_named_and_nothing_else(furnished: Call):
    furnished("item", "change", "F-000001D", "--date-from", "1998-01", "--date-to", "1998")
    (told,) = rows(furnished("item", "show", "F-000001D", "--json"))
    assert (told["title"], told["folios"], told["date_from"]) == ("Nóminas 1998", 204, "1998-01")


def test_a_box_is_moved_with_its_items_and_history_says_so(furnished: Call):
    furnished("box", "move", "B-000001C", "L-000002C", "--cause", "reshelving")
    (told,) = rows(furnished("where", "F-000001D", "--json"))
    assert (told["box"], told["location"], told["state"]) == ("B-000001C", "L-000002C", "shelved")
    assert "Central / 2 / A / 2" in str(furnished("where", "F-000001D"))
    history = list(csv.DictReader(io.StringIO(str(furnished("history", "F-000001D", "--csv")))))
    assert [stay["location"] for stay in history] == ["L-000001B", "L-000002C"]
    assert history[0]["until"] == history[1]["since"]
    assert rows(furnished("item", "list", "--in", "L-000002C", "--json"))[0]["code"] == "F-000001D"


@pytest.mark.usefixtures("furnished")
def test_a_place_has_no_history_and_that_is_said(call: Call, shelf: Shelf):
    code, out, err = call("-A", shelf.root, "history", "L-000001B", "--json")
    assert (code, out) == (0, "")
    assert "L-000001B stays where it is" in err


def test_missing_and_found(furnished: Call):
    furnished("item", "missing", "F-000001D")
    assert "missing" in str(furnished("where", "F-000001D"))
    assert "F-000001D" in str(furnished("item", "missing", "F-000001D", code=6))
    furnished("item", "found", "F-000001D")
    assert "missing" not in str(furnished("where", "F-000001D"))


def test_a_seal_is_put_on_and_broken(furnished: Call):
    furnished("box", "seal", "B-000001C", "0042711")
    assert rows(furnished("box", "show", "B-000001C", "--json"))[0]["seal"] == "0042711"
    furnished("box", "seal", "B-000001C", "--broken")
    assert rows(furnished("box", "show", "B-000001C", "--json"))[0]["seal"] == ""
    furnished("box", "seal", "B-000001C", code=2)


def test_a_row_that_contradicts_another_is_named_by_verify_as_by_rebuild(furnished: Call, shelf: Shelf):
    with working(shelf.archive) as register:
        twin = replace(register.item("F-000001D"), id="2f4b8b5c-0000-4000-8000-000000000003")
        (data,) = sheets.sheets([sheets.row(twin)])
        files = {"holdings/2f4b8b5c-0000-4000-8000-000000000004.jsonl": data}
        draft = Draft("holding registered", detail={"act": "register", "rows": 1})
        papers.file(register.catalogue, draft, files, now=NOW, agent="tester")
    furnished("rebuild", code=8)
    furnished("verify", code=8)
    furnished("verify", "--json", code=8)


def test_a_box_that_is_full_or_sealed_is_named_when_something_is_put_into_it_or_taken_out(
    furnished: Call, shelf: Shelf, call: Call
):
    furnished("box", "add", "--location", "L-000001B", "--capacity", "1", "--seal", "S-778")
    box, said = "B-000002D", lambda *words: call("-A", shelf.root, *words)[2]
    first = said("item", "add", "--title", "One", "--box", box)
    assert ("more than" in first, "S-778" in first) == (False, True)
    assert "more than the 1" in said("item", "move", "F-000001D", box)
    assert "S-778" in said("loan", "out", "F-000001D", "--for", "P-000001E")
    assert "S-778" in said("item", "move", "F-000002E", "B-000001C")
    furnished("box", "seal", box, "--broken")
    assert box not in said("item", "add", "--title", "Two", "--location", "L-000001B")


def test_nobody_takes_their_own_login_from_a_person(furnished: Call, shelf: Shelf, call: Call):
    own = login()
    furnished("person", "change", "P-000001E", "--login", own)
    furnished("person", "change", "P-000001E", "--phone", "1")
    for other in ("", f"{own}x"):
        assert "P-000001E" in furnished("person", "change", "P-000001E", "--login", other, code=6)
    assert rows(furnished("person", "show", "P-000001E", "--json"))[0]["login"] == own


def test_an_item_is_linked_to_its_scan(furnished: Call, shelf: Shelf):
    with taken_up(shelf.archive, now=NOW, agent="tester") as catalogue:
        record = str(file_one(shelf.archive, catalogue, 1).id)
    furnished("item", "link", "F-000001D", record[:13])
    assert rows(furnished("item", "show", "F-000001D", "--json"))[0]["record"] == record
    listed = rows(furnished("item", "list", "--record", record[:8], "--json"))
    assert [one["code"] for one in listed] == ["F-000001D"]
    with working(shelf.archive) as register:
        other = str(file_one(shelf.archive, register.catalogue, 2).id)
        assert rows(furnished("item", "list", "--record", other, "--json")) == []
        merge(register, record, other)
    (told,) = rows(furnished("item", "show", "F-000001D", "--json"))
    assert (told["record"], told["record_state"], told["merged_with"]) == (record, "merged", other)
    for scan in (record, other):
        assert rows(furnished("item", "list", "--record", scan, "--json")) == listed
        assert rows(furnished("item", "list", "--record", scan, "--limit", 1, "--json")) == listed
    furnished("item", "link", "F-000001D", "--none")
    assert rows(furnished("item", "show", "F-000001D", "--json"))[0]["record"] == ""
    furnished("item", "link", "F-000001D", "ffffffff", code=6)


def test_somebody_is_forgotten_once_that_is_confirmed(furnished: Call):
    furnished("person", "forget", "P-000001E", "--yes")
    assert rows(furnished("person", "show", "P-000001E", "--json"))[0]["name"] == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("item", "add", "--title", "Nóminas"), "The new item has no place"),
        (("item", "add", "--title", "", "--box", "B-1C"), "The new item: title cannot be ''"),
        (("item", "add", "--title", "Nóminas", "--box", "Caja"), "`docscan box list`"),
        (("box", "add"), "The new box has no place"),
        (("item", "add", "--title", "Nóminas", "--box", "B-000009K"), "check letter"),
        (("item", "add", "--title", "Nóminas", "--location", "B-1C"), "'B-1C' is registered as"),
        (("item", "add", "--title", "Nóminas", "--box", "L-1B"), "'L-1B' is registered as"),
        (("item", "change", "F-1D", "--parent", "B-1C"), "'B-1C' is registered as"),
        (("location", "add", "--site", "L-1B"), "a site goes by its name"),
        (("location", "add", "--site", "Norte"), "no site called 'Norte'.\n`docscan site list`"),
        (("item", "move", "F-1D", "P-1E"), "F-000001D (item) cannot be put at P-000001E (person)"),
        (("box", "move", "B-1C", "B-1C"), "B-000001C (box) cannot be put at B-000001C (box)"),
        (("item", "change", "F-1D", "--date-from", "2000", "--date-to", "1999"), "before it begins (2000)"),
        (("box", "move", "B-000001C", "L-000001B"), "already"),
        (("where", "F-000020X"), "check letter"),
        (("history", "nowhere"), "nowhere"),
    ],
)
def test_a_refusal_is_a_sentence_with_a_way_out(furnished: Call, words: tuple[str, ...], said: str):
    told = str(furnished(*words, code=6))
    assert said in told
    assert len(told.splitlines()) == 2
    assert not UUID.search(told)  # nobody typed one
    assert "F-000002E" not in told  # nor a code that is free


def test_items_are_found_by_words_of_their_titles(furnished: Call):
    furnished("item", "add", "--title", "Księga LUDNOŚCI łódzkiej", "--box", "B-000001C")
    assert rows(furnished("item", "list", "--titled", "nomina 98", "--json"))[0]["code"] == "F-000001D"
    assert rows(furnished("item", "list", "--titled", "lodz ludnosci", "--json"))[0]["code"] == "F-000002E"
    assert furnished("item", "list", "--titled", "nomina 97", "--json") == ""
    furnished("item", "list", "--titled", "a", "--in", "B-000001C", code=2)


def test_two_forms_at_once_are_too_many(furnished: Call):
    furnished("item", "list", "--json", "--csv", code=2)


def test_who_may_only_look_registers_nothing(furnished: Call, shelf: Shelf):
    with taken_up(shelf.archive, now=NOW, agent="tester") as catalogue:
        access.change(catalogue, "root-of-all", ["administrator"], now=NOW, agent="tester")
        access.change(catalogue, login(), ["auditor"], now=NOW, agent="tester")
    furnished("where", "F-000001D")
    furnished("item", "add", "--title", "x", "--box", "B-000001C", code=6)
    furnished("person", "forget", "P-000001E", "--yes", code=6)
    with taken_up(shelf.archive, now=NOW, agent="tester") as catalogue:
        access.change(catalogue, login(), ["clerk"], now=NOW, agent="tester")
    furnished("item", "add", "--title", "x", "--box", "B-000001C")
    furnished("person", "forget", "P-000001E", "--yes", code=6)
    furnished("person", "change", "P-000001E", "--unit", "x")
    for login_ in ("somebody", ""):  # or they could lend to themselves (P4)
        furnished("person", "change", "P-000001E", "--login", login_, code=6)
    furnished("person", "add", "--name", "x", "--login", "y", code=6)


def test_rebuild_makes_the_register_again(asked: Call, shelf: Shelf):
    asked("rebuild")
    assert not tables.path_of(shelf.archive).exists()
    with working(shelf.archive) as register:
        furnish(register)
    before = dump(tables.path_of(shelf.archive), tables.TABLES)
    tables.path_of(shelf.archive).write_bytes(b"no database")
    asked("rebuild")
    assert dump(tables.path_of(shelf.archive), tables.TABLES) == before
    assert list(fixity.verify(shelf.archive)) == []


def test_a_lost_sheet_is_named_by_whatever_asks_the_register(furnished: Call, shelf: Shelf, call: Call):
    furnished("item", "add", "--title", "Actas", "--box", "B-000001C")
    folder = shelf.archive.root / "holdings"
    (lost,) = [path for path in folder.iterdir() if "Actas" in path.read_text()]
    kept = lost.rename(shelf.archive.root / "kept.jsonl")
    assert lost.name in furnished("rebuild", code=8)
    code, out, err = call("-A", shelf.root, "item", "list", "--csv")
    assert (code, "Nóminas 1998" in out, lost.name in err) == (8, True, True)
    for words in (("where", "F-000002E"), ("loan", "remind"), ("where", "F-000001D"), ("desk",)):
        code, _, err = call("-A", shelf.root, *words)
        assert (code, lost.name in err) == (8, True), words
    assert call("-A", shelf.root, "loan", "out", "F-000001D", "--for", "P-000001E")[0] == 0  # it is whole
    with working(shelf.archive) as register:
        _, said = deeds.answered(register, deeds.opened(register), "F-000002E", clock=lambda: NOW, agent="x")
    assert (said and said.code) == "J084"  # nobody knows that it is another archive's
    assert "docscan rebuild" in furnished("item", "add", "--title", "x", "--box", "B-000001C", code=6)
    kept.rename(lost)
    furnished("rebuild")
    assert "Actas" in furnished("item", "list")
    lost.unlink()
    furnished("rebuild", code=8)
    sheet = f"holdings/{lost.name}"
    assert sheet in furnished("holdings", "give-up", "holdings/x.jsonl", "--because", "fire", "--yes", code=6)
    furnished("holdings", "give-up", sheet, "--because", "fire", "--yes")
    assert (
        furnished("item", "add", "--title", "x", "--box", "B-000001C") == "F-000003F"
    )  # the second was Actas
    furnished("verify")
