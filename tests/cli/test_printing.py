"""Labels and papers about loans from the command line."""

import csv
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from shelf import Shelf

from docscan.archive import access, fixity
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import login
from docscan.holdings import codes
from docscan.holdings.desk import ACTIONS
from tests.archive.conftest import NOW

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def asked(shelf: Shelf, call: Call, tmp_path: Path) -> Callable[..., tuple[list[str], str]]:
    """Calls a command in an archive with two items on loan; gives its lines, and what it says."""

    def calling(*words: object, code: int = 0) -> tuple[list[str], str]:
        done, out, err = call("-A", shelf.root, *words)
        assert done == code, err
        return out.splitlines(), err

    calling("site", "add", "--name", "Central", "--country", "ES", "--region", "MD")
    calling("location", "add", "--site", "Central", "--room", "2")
    calling("box", "add", "--location", "L-000001B", "--client", "Muñoz & Hijos")
    for year in ("1998", "1999"):
        calling("item", "add", "--title", f"Nóminas {year}", "--box", "B-000001C", "--date-from", year)
    who = ("--name", "Zoë Łęcka", "--unit", "Kadry", "--email", "zoe@example.org", "--language", "pl")
    calling("person", "add", *who)
    calling("loan", "out", "F-000001D", "F-000002E", "--for", "P-000001E")
    return calling


def read(path: Path) -> set[str]:
    pages = pypdfium2.PdfDocument(path)
    return {
        code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
    }


def text(path: Path) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))


def test_a_slip_is_written_filed_and_believed_by_check_paper(asked: Any, tmp_path: Path, shelf: Shelf):
    ((row, *_), _) = asked("loans", "--json")
    number = json.loads(row)["loan"]
    (pdf, eml), said = asked("loan", "slip", number, "--to", tmp_path, "--from", "a@example.com")
    assert f"Rewers {number}" in text(Path(pdf))
    (size, root) = re.findall(r"check-paper (\d+) ([0-9a-f]{20})", text(Path(pdf)))[0]
    asked("ledger", "check-paper", size, root)
    asked("ledger", "check-paper", size, "0" * 20, code=8)
    assert message_from_bytes(Path(eml).read_bytes())["X-Unsent"] == "1"
    ((row,), _) = asked("list", "--kind", "slip", "--json")
    record = json.loads(row)["id"]
    assert record in said
    ((original,), _) = asked("open", record)
    assert Path(original).read_bytes() == Path(pdf).read_bytes()
    assert list(fixity.verify(shelf.archive)) == []


def test_a_paper_is_named_by_an_item_and_given_out_again_as_it_was(asked: Any, tmp_path: Path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    ((first,), said) = asked("loan", "slip", "F-000001D", "--to", tmp_path / "one", "--json")
    ((again,), said_again) = asked("loan", "slip", "F-000002E", "--to", tmp_path / "two", "--json")
    one, two = json.loads(first), json.loads(again)
    assert one["id"] == two["id"]
    assert "already" in said_again
    assert "already" not in said
    assert Path(one["files"][0]).read_bytes() == Path(two["files"][0]).read_bytes()


def test_a_paper_in_another_language_lies_beside_the_first(asked: Any, tmp_path: Path):
    told = ("loan", "slip", "F-000001D", "--to", tmp_path, "--from", "a@example.com")
    (usual, said) = asked(*told)
    (german, said_of_it) = asked(*told, "--language", "de")
    assert asked(*told, "--language", "pl")[0] == usual, "the borrower's own needs no name"
    assert [Path(one).name for one in german] == [
        "loan-slip-2026-000001-de.pdf",
        "loan-slip-2026-000001-de.eml",
    ]
    assert "Rewers" in text(Path(usual[0]))
    assert "Leihschein" in text(Path(german[0]))
    assert "-de.pdf" in Path(german[1]).read_text()
    assert "replaced" not in said + said_of_it
    cards = ("loan", "out-card", "F-000001D", "f-1d", "--to", tmp_path)
    assert [Path(one).name for one in asked(*cards)[0]] == ["out-card-2026-000001-F-000001D.pdf"]
    ((spanish,), _) = asked(*cards, "--language", "es")
    assert spanish.endswith("F-000001D-es.pdf")


def test_receipts_and_cards(asked: Any, tmp_path: Path):
    _, said = asked("loan", "receipt", "F-000001D", code=6)
    assert len(said.splitlines()) == 2
    asked("loan", "in", "F-000001D")
    ((receipt,), _) = asked("loan", "receipt", "F-000001D", "--to", tmp_path, "--language", "de")
    assert "Nóminas 1998" in text(Path(receipt)).partition("Noch ausgeliehen")[0]
    ((card,), _) = asked("loan", "out-card", "F-000002E", "--to", tmp_path)
    assert "F-000002E" in read(Path(card))
    asked("loan", "out-card", "F-000002E", "F-000001D", "--to", tmp_path, code=6)


def test_without_an_address_no_e_mail_is_written_and_that_is_said(asked: Any, tmp_path: Path):
    asked("person", "change", "P-000001E", "--email", "")
    (paths, said) = asked("loan", "slip", "F-000001D", "--to", tmp_path, "--from", "a@example.com")
    assert [Path(one).suffix for one in paths] == [".pdf"]
    assert "P-000001E Zoë Łęcka" in said
    asked("person", "change", "P-000001E", "--email", "zoe@ü.example")
    (paths, said) = asked("loan", "slip", "F-000001D", "--to", tmp_path, "--from", "a@example.com")
    assert [Path(one).suffix for one in paths] == [".pdf"]
    assert "zoe@ü.example, cannot be used" in said
    asked("loan", "slip", "F-000001D", "--to", tmp_path, "--from", "not an address", code=2)
    asked("loan", "slip", "F-000001D", "--to", tmp_path / "nowhere", code=2)


def test_nothing_is_filed_where_it_cannot_be_written(asked: Any, tmp_path: Path):
    ((pdf,), _) = asked("loan", "out-card", "F-000001D", "--to", tmp_path)
    filed = asked("list", "--kind", "slip", "--json")[0]
    taken = tmp_path / "taken"
    (taken / Path(pdf).name).mkdir(parents=True)
    unwritable = Path(
        "/proc"
    )  # nobody makes files there; a user is told so by the system, root only by trying
    for folder, code in (
        (pdf, 2),
        (tmp_path / "nowhere", 2),
        (unwritable, 2 + 4 * os.access("/proc", os.W_OK)),
    ):
        asked("loan", "slip", "F-000001D", "--to", folder, code=code)
    asked("loan", "out-card", "F-000001D", "--to", taken, code=6)
    assert asked("list", "--kind", "slip", "--json")[0] == filed


def test_letters_are_written_for_what_is_overdue_until_they_are_said_to_be_sent(
    asked: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for chapter in ("lent", "printing"):
        monkeypatch.setattr(f"docscan.cli.{chapter}.now", lambda: datetime.now(UTC) + timedelta(days=60))
    assert "not sent yet" not in asked("loan", "remind")[1]
    (_, said) = asked("loan", "remind")
    assert f"not sent yet: 2, the oldest on {datetime.now(UTC).date() + timedelta(days=60)}" in said
    for _ in range(2):
        (paths, _) = asked("loan", "letter", "--to", tmp_path, "--from", "a@example.com", "--language", "es")
        assert [Path(one).suffix for one in paths] == [".pdf", ".eml"]
    assert "Recordatorio" in text(Path(paths[0]))
    assert "reminder" not in asked("loan", "letter", "--to", tmp_path, "--language", "es")[1], (
        "the mail is of it"
    )
    asked("person", "change", "P-000001E", "--unit", "Archiwum")
    ((path,), said) = asked("loan", "letter", "--to", tmp_path, "--language", "es")
    assert path == paths[0]
    assert f"{path} held something else" in said
    assert f"{Path(path).with_suffix('.eml')} was written for another" in said, "which is not to be sent"
    (row, *_) = asked("list", "--kind", "letter", "--json")[0]
    assert json.loads(row)["state"] == "accepted"
    asked("loan", "sent", "F-000001D", "F-000002E")
    assert asked("loan", "letter", "--to", tmp_path)[0] == []


def test_where_nothing_is_overdue_no_letter_is_written(asked: Any, tmp_path: Path):
    (paths, said) = asked("loan", "letter", "--to", tmp_path)
    assert paths == []
    assert "loan remind" in said


def test_whoever_may_only_look_issues_nothing_and_prints_labels(asked: Any, shelf: Shelf, tmp_path: Path):
    with taken_up(shelf.archive, now=NOW, agent="tester") as catalogue:
        access.change(catalogue, "root-of-all", ["administrator"], now=NOW, agent="tester")
        access.change(catalogue, login(), ["auditor"], now=NOW, agent="tester")
    asked("loan", "slip", "F-000001D", "--to", tmp_path, code=6)
    asked("label", "F-000001D", "--out", tmp_path / "labels.pdf")


def test_labels_for_codes_for_what_is_in_a_place_and_for_actions(asked: Any, tmp_path: Path):
    out = tmp_path / "labels.pdf"
    asked("label", "L-000001B", "B-000001C", "p-1e", "--in", "B-000001C", "--actions", "--out", out)
    named = {"L-000001B", "B-000001C", "P-000001E", "F-000001D", "F-000002E"}
    assert read(out) == named | {codes.action(word) for word in ACTIONS}
    said = text(out)
    for words in ("Central / 2", "Muñoz & Hijos", "Zoë Łęcka", "Nóminas 1998"):
        assert words in said.replace("\r\n", " ")
    assert {f"A-{word}" for word in ACTIONS} <= set(said.split())
    assert codes.action("OUT") not in said


def test_a_started_sheet_and_several_copies(asked: Any, tmp_path: Path):
    out = tmp_path / "labels.pdf"
    asked("label", "F-000001D", "--copies", "2", "--skip", "23", "--out", out)
    assert len(pypdfium2.PdfDocument(out)) == 2
    asked("label", "F-000001D", "--skip", "24", "--out", out, code=2)


@pytest.mark.parametrize(
    ("words", "code"), [((), 2), (("F-000010D",), 6), (("F-000009M",), 6), (("Central",), 2)]
)
def test_nothing_is_printed_for_what_has_no_code(
    asked: Any, tmp_path: Path, words: tuple[str, ...], code: int
):
    asked("label", *words, "--out", tmp_path / "labels.pdf", code=code)
    assert not (tmp_path / "labels.pdf").exists()


def test_labels_print_what_item_list_gives(asked: Any, tmp_path: Path):
    (lines, _) = asked("item", "list", "--csv")
    asked("label", *(row["code"] for row in csv.DictReader(lines)), "--out", tmp_path / "labels.pdf")
    assert read(tmp_path / "labels.pdf") == {"F-000001D", "F-000002E"}
