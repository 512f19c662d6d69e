"""Lists of holdings and figures from the command line; items that are handed over with an acta."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from depot import enter, furnish, working
from shelf import Shelf

from docscan.archive import ledger
from docscan.archive.recovery import taken_up
from docscan.holdings import codes, transfers
from docscan.holdings.entities import Item
from tests.archive.conftest import NOW, file_one

Call = Callable[..., tuple[int, str, str]]
LIST = b"title;Caja;folios;Notas\r\nN\xf3minas;1;1-20;\r\nActas;2;s;x\r\n"


@pytest.fixture
def asked(shelf: Shelf, call: Call) -> Call:
    """Calls a command in an archive with a depot; gives its output, and fails when it fails."""
    with working(shelf.archive) as register:
        furnish(register)

    def calling(*words: object, code: int = 0) -> str:
        done, out, err = call("-A", shelf.root, *words)
        assert done == code, err
        return (out if code == 0 else err).strip()

    return calling  # type: ignore[return-value]  # what is asked of it is text


@pytest.fixture
def counted(asked: Call, shelf: Shelf) -> None:
    """Every item of the depot has 2 folios."""
    with working(shelf.archive) as register:
        enter(register, [replace(one, folios=2) for one in register.entities(Item, "TRUE")], act="change")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.replace(b";s;", b";7;"))
    return path


def rows(text: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_list_goes_in_and_comes_out_byte_for_byte(asked: Call, path: Path, tmp_path: Path):
    listed = asked("holdings", "import", path, "--at", "L-000001B", "--client", "Acme")
    out = tmp_path / "out.csv"
    asked("holdings", "export", "--list", listed, "--out", out)
    assert out.read_bytes() == path.read_bytes()
    (told,) = rows(asked("holdings", "lists", "--json"))
    assert (told["id"], told["items"]) == (listed, 2)
    found = rows(asked("item", "list", "--json"))[-2:]
    assert [(one["title"], one["folios"], one["client"]) for one in found] == [
        ("Nóminas", 20, "Acme"),
        ("Actas", 7, "Acme"),
    ]


def test_a_list_with_letters_that_its_encoding_lacks_by_now_comes_out_in_utf_8_and_that_is_said(
    asked: Call, path: Path, tmp_path: Path, shelf: Shelf, call: Call
):
    listed = asked("holdings", "import", path, "--at", "L-000001B")
    asked("item", "change", "F-000007K", "--title", "Ωμέγα 漢")
    out = tmp_path / "out.csv"
    _, _, err = call("-A", shelf.root, "holdings", "export", "--list", listed, "--out", out)
    assert ("cp1252" in err, "UTF-8" in err) == (True, True)
    assert "Ωμέγα 漢;1;1-20;" in out.read_text("utf-8-sig")


def test_what_is_gone_or_was_forgotten_keeps_no_register_from_being_imported(
    asked: Call, tmp_path: Path, shelf: Shelf, call: Call
):
    asked("item", "destroyed", "F-000002E")
    asked("item", "forget", "F-000001D", "--yes")
    asked("item", "change", "F-000001D", "--folios", "3")
    asked("item", "change", "F-000003F", "--title", "", code=6)
    out, form = tmp_path / "all.csv", tmp_path / "fuid.csv"
    _, _, err = call("-A", shelf.root, "holdings", "export", "--out", out)
    assert "1 items are gone" in err
    asked("holdings", "export", "--fuid", "--in", "B-000001C", "--out", form)
    assert "F-000001D" in form.read_text("utf-8-sig")
    asked("holdings", "import", form, "--at", "L-000001B", "--dry-run")
    anew = out.read_text()
    for number in range(1, 7):
        anew = anew.replace(codes.code("item", number), codes.code("item", 100 + number))
    out.write_text(anew)
    asked("holdings", "import", out)
    found = rows(asked("item", "list", "--json"))[-5:]
    assert [(one["title"], one["folios"]) for one in found[:2]] == [("", 3), ("Expediente Muñoz 2", None)]


def test_it_is_said_which_boxes_are_new_and_into_which_rows_go(
    asked: Call, tmp_path: Path, shelf: Shelf, call: Call
):
    path = tmp_path / "list.csv"
    for text, said in (
        ("title;Caja\na;B-000002D\nb;B-000001C\n", "before (2): B-000001C, B-000002D."),
        ("title;Caja\na;B-000077K\nb;12\n", "New boxes (2): B-000077K (Caja), B-000078L (Caja 12)."),
        ("title;location\na;L-000077J\n", "--at says (1): L-000077J."),
        (f"title;record\na;{'0' * 8}-0000-4000-8000-{'0' * 12}\n", "none (1): 00000000-"),
    ):
        path.write_text(text)
        _, out, err = call("-A", shelf.root, "holdings", "import", path, "--at", "L-000001B", "--dry-run")
        assert (out, said in err) == ("", True), err
    path.write_text("title;Caja\na;B-000001C\nb;B-000077K\n")
    err = asked("holdings", "import", path, "--at", "L-000001B", code=6)
    assert "registered (B-000001C), and some are not (B-000077K)" in err


def test_a_report_holds_no_formula_for_a_spreadsheet_and_a_file_with_some_is_said_to(
    asked: Call, tmp_path: Path
):
    asked("item", "add", "--title", '=HYPERLINK("x")', "--location", "L-000001B")
    assert """'=HYPERLINK(""x"")""" in asked("item", "list", "--csv")
    assert "'=" not in asked("item", "list", "--json")
    out = tmp_path / "out.csv"
    asked("holdings", "export", "--out", out)
    assert ""","=HYPERLINK(""x"")",""" in out.read_text()


def test_a_bad_line_is_named_and_nothing_is_imported(asked: Call, path: Path, shelf: Shelf):
    path.write_bytes(LIST)
    before = ledger.read_head(shelf.archive)
    for more in ((), ("--dry-run",)):
        err = asked("holdings", "import", path, "--at", "L-000001B", *more, code=6)
        assert "3: folios" in err
        assert "1-204" in err
    path.write_text("title\na\n")
    assert "'P-1E' is registered as" in asked("holdings", "import", path, "--at", "P-1E", code=6)
    assert ledger.read_head(shelf.archive) == before


def test_a_bad_line_says_which_two_digits_may_have_changed_places(asked: Call, path: Path):
    path.write_text("code;title\nF-000010D;a\n")
    assert "F-000010D. Two digits may have changed places: F-000001D is" in asked(
        "holdings", "import", path, "--at", "L-000001B", code=6
    )


def test_a_list_belongs_to_the_batch_that_it_came_with_while_that_is_open(asked: Call, path: Path):
    number = asked("custody", "receive", "--from", "Acme", "--to", "Ours", "--box", "1", 2, 27)
    asked("holdings", "import", path, "--at", "L-000001B", "--batch", number)
    (batch,) = rows(asked("custody", "list", "--json"))
    (listed,) = rows(asked("holdings", "lists", "--json"))
    assert listed["batch"] == batch["id"]
    out = asked("custody", "deliver", "--from", "Ours", "--to", "Acme", "--box", "2", 1, 1)
    assert "leaves the archive" in asked(
        "holdings", "import", path, "--at", "L-000001B", "--batch", out, code=6
    )


def test_a_dry_run_says_what_would_be_and_does_nothing(asked: Call, path: Path, shelf: Shelf):
    before = ledger.read_head(shelf.archive)
    assert asked("holdings", "import", path, "--at", "L-000001B", "--dry-run") == ""
    assert ledger.read_head(shelf.archive) == before


def test_which_lines_were_taken_for_signatures_is_said(asked: Call, path: Path, shelf: Shelf, call: Call):
    path.write_bytes(path.read_bytes() + b"\r\nElaborado por:;;;\r\nFirma:;;;\r\n")
    _, out, err = call("-A", shelf.root, "holdings", "import", path, "--at", "L-000001B", "--dry-run")
    assert (out, "Lines 5 to 6" in err, "2 items" in err) == ("", True, True)


def test_the_register_is_given_out_as_a_table_and_as_a_form(asked: Call, tmp_path: Path):
    plain, form = tmp_path / "plain.csv", tmp_path / "fuid.csv"
    asked("holdings", "export", "--out", plain, "--in", "B-000001C")
    assert [row["code"] for row in csv.DictReader(io.StringIO(plain.read_text()))] == [
        "F-000001D",
        "F-000003F",
        "F-000005H",
    ]
    asked("holdings", "export", "--out", form, "--fuid", "--entity", "Acme", "--in", "B-000001C")
    text = form.read_text("utf-8-sig")
    assert "ENTIDAD PRODUCTORA:;Acme" in text
    assert text.count("Expediente") == 3
    asked("holdings", "export", "--out", form, "--fuid", "--list", "x", code=2)


def test_the_report_has_three_forms_that_say_the_same(asked: Call):
    asked("loan", "out", "F-000001D", "--for", "P-000001E")
    told = rows(asked("holdings", "report", "--json"))
    table = list(csv.DictReader(io.StringIO(str(asked("holdings", "report", "--csv")))))
    assert [(one["measure"], str(one["value"])) for one in told] == [
        (one["measure"], one["value"]) for one in table
    ]
    assert {one["measure"]: one["value"] for one in told}["on_loan"] == 1
    assert len(str(asked("holdings", "report")).splitlines()) == len(told) + 2
    asked("holdings", "report", "--on", "9999-01-01", code=2)


@pytest.mark.usefixtures("counted")
def test_items_that_are_delivered_leave_the_register_when_the_batch_is_closed(
    asked: Call, shelf: Shelf, tmp_path: Path
):
    number = asked(
        "custody", "deliver", "--from", "Ours", "--to", "Theirs", "--item", "B-000001C", "--item", "F-000002E"
    )
    assert "shelved" in asked("where", "F-000001D")
    asked("custody", "count", number, "--as-declared")
    asked("custody", "close", number)
    (batch,) = rows(asked("custody", "list", "--all", "--json"))
    moved = [
        one for one in ledger.read(shelf.archive) if one.type == "holding moved" and one.outcome == "pass"
    ]
    gone = [one for one in rows(asked("item", "list", "--json")) if one["state"] == "transferred out"]
    assert batch["declared"]["files"] == batch["received"]["files"] == len(moved) == len(gone) == 4
    for look in ("where", "item show"):
        (told,) = rows(asked(*look.split(), gone[0]["code"], "--json"))
        assert (told["state"], told["batch"]) == ("transferred out", number)
    out = tmp_path / "acta.pdf"
    asked("custody", "acta", number, "--out", out)
    assert out.read_bytes().startswith(b"%PDF")
    asked("verify", code=0)


@pytest.mark.usefixtures("counted")
def test_an_item_whose_scan_is_on_hold_is_not_handed_over_before_that_is_released(asked: Call, shelf: Shelf):
    with taken_up(shelf.archive, now=NOW, agent="tester") as catalogue:
        record = file_one(shelf.archive, catalogue, 1).id
    asked("item", "link", "F-000001D", record)
    hold = asked("hold", "place", record, "--reason", "litigation")
    delivery = ("custody", "deliver", "--from", "Ours", "--to", "Theirs", "--item", "B-000001C")
    assert "F-000001D" in asked(*delivery, code=6)
    asked("hold", "release", hold)
    number = asked(*delivery)
    asked("custody", "count", number, "--as-declared")
    asked("hold", "place", record, "--reason", "litigation")
    assert "F-000001D" in asked("custody", "close", number, code=6)
    assert rows(asked("custody", "list", "--json"))[0]["closed"] is None


@pytest.mark.usefixtures("counted")
def test_what_was_announced_with_a_batch_that_was_never_opened_means_nothing(asked: Call, shelf: Shelf):
    """As a crash leaves it between the two."""
    lost = "1e0f7a39-1b0e-4d5c-9a59-0f6a3d3f3c11"
    with working(shelf.archive) as register:
        items = transfers.chosen(register, ["F-000001D"])
        register.write(transfers.announced(items, lost), now=NOW, agent="tester")
    assert rows(asked("custody", "list", "--all", "--json")) == []
    assert "shelved" in asked("where", "F-000001D")
    number = asked("custody", "deliver", "--from", "Ours", "--to", "Theirs", "--item", "F-000001D")
    asked("custody", "count", number, "--as-declared")
    asked("custody", "close", number)
    assert "transferred out" in asked("where", "F-000001D")


@pytest.mark.usefixtures("counted")
def test_of_an_item_in_an_open_delivery_its_batch_is_told(asked: Call):
    delivery = ("custody", "deliver", "--from", "Ours", "--to", "Theirs", "--item", "F-000001D")
    number = asked(*delivery)
    err = asked(*delivery, code=6)
    assert f"F-000001D is in batch {number} already" in err
    assert rows(asked("where", "F-000001D", "--json"))[0]["batch"] == number
    assert number in asked("where", "F-000001D")
    assert f"batch: {number}" in asked("item", "show", "F-000001D")
    asked("custody", "count", number, "--box", "B-000001C", 0, 0)
    asked("custody", "close", number, "--because", "annulled")
    assert rows(asked("where", "F-000001D", "--json"))[0]["batch"] == ""


def test_what_nobody_counted_is_delivered_as_uncounted(asked: Call):
    delivery = ("custody", "deliver", "--from", "Ours", "--to", "Theirs")
    err = asked(*delivery, "--item", "F-000001D", code=6)
    assert "docscan item change F-… --folios N" in err
    assert "--uncounted" in err
    asked(*delivery, "--box", "C-1", 1, 1, "--uncounted", code=2)
    number = asked(*delivery, "--item", "F-000001D", "--uncounted")
    assert "folios not counted in 1" in asked("custody", "show", number)
    asked("custody", "count", number, "--as-declared")
    asked("custody", "close", number)
    (batch,) = rows(asked("custody", "list", "--all", "--json"))
    assert (batch["uncounted"], batch["received"]["pages"]) == (1, 0)
    assert "transferred out" in asked("where", "F-000001D")


@pytest.mark.usefixtures("counted")
def test_a_delivery_that_was_not_counted_whole_is_not_closed(asked: Call):
    number = asked("custody", "deliver", "--from", "Ours", "--to", "Theirs", "--item", "B-000001C")
    asked("custody", "count", number, "--box", "B-000001C", 2, 0)
    err = asked("custody", "close", number, "--because", "missing", code=6)
    assert "2" in err
    assert "3" in err
    asked("custody", "count", number, "--box", "B-000001C", 0, 0)
    asked("custody", "close", number, "--because", "annulled")
    assert "shelved" in asked("where", "F-000001D")
