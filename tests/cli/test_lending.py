"""Loans from the command line."""

import csv
import io
import json
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from depot import enter, furnish, working
from shelf import Shelf

from docscan.archive import access, ledger
from docscan.archive.event import Draft
from docscan.archive.proof import checkpoint
from docscan.cli.terminal import login
from docscan.holdings import loans, policies
from docscan.holdings.loans import Asked
from tests.archive.conftest import file_one

Call = Callable[..., tuple[int, str, str]]
FILES = ("F-000001D", "F-000002E")
PERSON = "P-000001E"
MANUAL = Path(__file__).parents[2] / "docs" / "holdings.md"


@pytest.fixture
def docscan(call: Call, shelf: Shelf) -> Call:
    with working(shelf.archive) as register:
        furnish(register, items=3, persons=2)
    return lambda *words: call("-A", shelf.root, *words)


def rows(docscan: Call, *words: str) -> list[dict[str, object]]:
    code, out, err = docscan(*words, "--json")
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines()]


def test_a_loan_of_two_goes_its_whole_way(docscan: Call):
    code, out, err = docscan("loan", "request", *FILES, "--for", PERSON)
    assert (code, out.strip()) == (0, f"{datetime.now(UTC).year}/000001"), err
    for verb in ("approve", "prepare", "out", "renew", "recall"):
        assert docscan("loan", verb, *FILES)[0] == 0
    assert [row["state"] for row in rows(docscan, "loans")] == ["on loan", "on loan"]
    assert [row["state"] for row in rows(docscan, "loan", "in", *FILES)] == ["returned", "returned"]
    for verb in ("check", "shelve"):
        code, out, err = docscan("loan", verb, *FILES)
        assert code == 0, err
    assert rows(docscan, "loans") == []
    (first, _) = rows(docscan, "loan", "show", FILES[0])
    assert [step["act"] for step in first["steps"]] == [  # type: ignore[index, attr-defined]  # as JSON has it
        *("request", "approve", "prepare", "out", "renew", "recall", "in", "check", "shelve")
    ]


def test_who_asks_for_what_is_to_leave_for_good_is_told_with_which_batch(docscan: Call):
    docscan("item", "change", FILES[0], "--folios", "5")
    _, number, _ = docscan("custody", "deliver", "--from", "Ours", "--to", "Theirs", "--item", FILES[0])
    code, _, err = docscan("loan", "out", *FILES, "--for", PERSON)
    assert code == 0, err
    assert f"{FILES[0]} is to leave for good with batch {number.strip()}" in err
    assert f"{FILES[1]} is to leave" not in err


def test_the_loan_of_the_manual_goes_its_whole_way(docscan: Call):
    block = MANUAL.read_text().partition("\n## Loans and returns\n\n```sh\n")[2].partition("```")[0]
    for line in block.splitlines():
        words = shlex.split(line.replace("2026/", f"{datetime.now(UTC).year}/"), comments=True)
        code, _, err = docscan(*words[1:])
        assert code == 0, (line, err)


def test_a_loan_is_shown_by_its_number_and_one_there_is_not_is_said(docscan: Call):
    number = docscan("loan", "out", FILES[0], "--for", PERSON)[1].strip()
    shown = docscan("loan", "show", number)[1]
    assert FILES[0] in shown
    assert "Zoë Kowalska 0" in shown
    for wrong in ("2026/999999", FILES[1], "nonsense"):
        code, _, err = docscan("loan", "show", wrong)
        assert (code, wrong in err) == (6, True)


def test_a_loan_shows_what_was_said_at_each_step_and_by_whom(docscan: Call, shelf: Shelf):
    docscan("item", "change", FILES[0], "--folios", "205")
    why = ("--because", "folios missing")
    docscan("loan", "out", FILES[0], "--for", PERSON, "--folios", "204", "--condition", "good", *why)
    with working(shelf.archive) as register:
        done = loans.act(register, Asked("recall", FILES[0]), now=datetime.now(UTC), agent=login())
        loans.undo(register, done.events, now=datetime.now(UTC), agent=login())
    docscan("loan", "in", FILES[0], "--folios", "203")
    worn = ("--condition", "worn", "--because", "damaged before")
    assert docscan("loan", "check", FILES[0], "--folios", "204", *worn)[0] == 0
    docscan("loan", "shelve", FILES[0])
    (row,) = rows(docscan, "loan", "show", FILES[0])
    head, _, *lines = docscan("loan", "show", FILES[0])[1].partition("\n\n")[2].splitlines()
    assert head.split() == ["at", "by", "item", "act", "due", "before", "folios", "condition", "reason"]
    told = [line.split() for line in lines]
    assert {words[1] for words in told} == {ledger.pseudonym(shelf.archive, login())}
    assert [" ".join(words[3:]) for words in told] == [
        *("request", "approve", "prepare", f"out {row['due']} 205 204 good folios missing"),
        *(f"recall {done.line and done.line.due}", "undone: recall"),
        *("in 203", "discrepancy 204 worn damaged before", "check 204 worn", "shelve"),
    ]


def test_what_is_overdue_on_a_day_is_listed_as_a_table_as_json_and_as_csv(docscan: Call):
    for file in FILES:
        docscan("loan", "out", file, "--for", PERSON)
    assert rows(docscan, "loans", "--overdue") == []
    day = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    late = rows(docscan, "loans", "--overdue", "--on", day)
    assert [row["item"] for row in late] == list(FILES)
    assert all(15 < int(str(row["late"])) <= 30 for row in late)
    assert "F-000002E" in docscan("loans", "--overdue", "--on", day)[1]
    table = list(csv.DictReader(io.StringIO(docscan("loans", "--overdue", "--on", day, "--csv")[1])))
    assert [row["late"] for row in table] == [str(row["late"]) for row in late]
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    assert rows(docscan, "loans", "--on", yesterday) == []
    assert rows(docscan, "loans", "--person", "P-000002F") == []
    assert len(rows(docscan, "loans", "--person", PERSON)) == 2


def test_203_of_204_folios_are_not_passed_without_a_reason(docscan: Call):
    docscan("loan", "out", FILES[0], "--for", PERSON, "--folios", "204", "--condition", "good")
    docscan("loan", "in", FILES[0], "--folios", "203", "--condition", "good", "--added", "0")
    code, _, err = docscan("loan", "shelve", FILES[0])
    assert code == 6
    assert "204" in err
    assert "203" in err
    assert docscan("loan", "check", FILES[0], "--because", "folios added")[0] == 6
    reasons = ("--because", "folios missing", "--because", "damaged on loan")
    assert docscan("loan", "check", FILES[0], "--condition", "damaged", *reasons)[0] == 0
    (row,) = rows(docscan, "loan", "shelve", FILES[0])
    assert (row["ended"], row["discrepancy"]) == ("shelve", "folios missing, damaged on loan")


def test_a_copy_with_its_proof_answers_a_request_for_what_is_scanned(
    docscan: Call, shelf: Shelf, tmp_path: Path
):
    with working(shelf.archive) as register:
        record = file_one(shelf.archive, register.catalogue, 1)
        scanned = register.item(FILES[0])
        enter(
            register,
            [type(scanned)(scanned.id, scanned.code, scanned.title, box=scanned.box, record=str(record.id))],
            act="link",
        )
        checkpoint.renew(shelf.archive, register.catalogue, now=datetime.now(UTC), agent="tester")
    to = tmp_path / "copies"
    code, _, err = docscan("loan", "request", FILES[0], "--for", PERSON, "--to", to)
    assert code == 0, err
    assert (to / FILES[0] / "verify_archive.py").is_file()
    assert list((to / FILES[0]).rglob("document.pdf"))
    assert [one.object for one in ledger.read(shelf.archive) if one.type == "dissemination"] == [record.id]
    assert rows(docscan, "loans") == []
    code, _, err = docscan("loan", "request", FILES[0], "--for", PERSON, "--to", to)
    assert (code, "is there already" in err) == (6, True)
    code, _, err = docscan("loan", "request", FILES[0], "--for", PERSON, "--to", shelf.root)
    assert (code, "in the archive itself" in err) == (6, True)
    code, _, err = docscan("loan", "out", FILES[0], "--for", PERSON)
    assert (code, f"docscan loan request {FILES[0]}" in err, "--original" in err) == (6, True, True)
    original = ("--original", "--reason", "court", "--authoriser", "P-000002F")
    assert docscan("loan", "request", FILES[0], "--for", PERSON, *original)[0] == 0
    assert docscan("loan", "request", FILES[1], "--for", PERSON, "--original")[0] == 2


def test_reminders_are_drafted_once_and_a_look_at_another_day_writes_nothing(docscan: Call, shelf: Shelf):
    docscan("loan", "out", FILES[0], "--for", PERSON)
    day = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    size = len(list(ledger.read(shelf.archive)))
    (row,) = rows(docscan, "loan", "remind", "--on", day, "--dry-run")
    assert (row["item"], row["level"], row["letter"]) == (FILES[0], 1, "reminder")
    assert len(list(ledger.read(shelf.archive))) == size
    assert docscan("loan", "remind", "--on", day)[0] == 2
    assert rows(docscan, "loan", "remind") == []
    code, _, err = docscan("loan", "sent", FILES[0])
    assert (code, "docscan loan remind" in err) == (6, True)


def test_rules_are_printed_changed_and_adopted(docscan: Call, tmp_path: Path):
    text = docscan("loan", "rules", "--show")[1]
    assert text.rstrip() == policies.shipped().rstrip()
    path = tmp_path / "ours.toml"
    path.write_text(text.replace("days = 30 ", "days = 10 "), encoding="utf-8")
    assert docscan("loan", "adopt", path)[0] == 0
    assert [(row["name"], row["days"]) for row in rows(docscan, "loan", "rules")] == [
        ("standard", 10),
        ("court", 90),
    ]
    path.write_text(text, encoding="utf-8")
    code, _, err = docscan("loan", "adopt", path)
    assert (code, "was adopted before" in err) == (3, True)


def test_what_was_claimed_returned_or_lost_is_found(docscan: Call):
    docscan("loan", "out", *FILES, "--for", PERSON)
    assert docscan("loan", "claim-returned", FILES[0])[0] == 0
    assert docscan("loan", "lost", FILES[1])[0] == 0
    assert [row["state"] for row in rows(docscan, "loans")] == ["claimed returned", "lost"]
    assert [row["state"] for row in rows(docscan, "loan", "found", *FILES)] == ["returned", "returned"]


def test_what_was_lost_for_good_is_written_off(docscan: Call):
    docscan("loan", "out", *FILES, "--for", PERSON)
    assert docscan("loan", "write-off", FILES[0], "--because", "stolen")[0] == 6
    docscan("loan", "lost", *FILES)
    (row,) = rows(docscan, "loan", "write-off", FILES[0], "--because", "stolen")
    assert row["ended"] == "written off"
    for look in ("where", "item show"):
        (told,) = rows(docscan, *look.split(), FILES[0])
        assert (told["state"], told["loan"], told["person"]) == ("written off", row["loan"], "")
    assert [one["state"] for one in rows(docscan, "item", "list")] == ["written off", "lost", "shelved"]
    for form in ((), ("--csv",)):
        (line,) = (one for one in docscan("item", "list", *form)[1].splitlines() if FILES[0] in one)
        assert line.endswith("written off")
    assert [row["item"] for row in rows(docscan, "loans")] == [FILES[1]]


def test_a_request_is_refused_or_taken_back(docscan: Call):
    docscan("loan", "request", *FILES, "--for", PERSON)
    assert rows(docscan, "loan", "refuse", FILES[0])[0]["ended"] == "refuse"
    assert rows(docscan, "loan", "cancel", FILES[1])[0]["ended"] == "cancel"
    code, _, err = docscan("loan", "approve", FILES[0])
    assert (code, f"{FILES[0]} is on no loan" in err) == (6, True)


def test_folios_are_said_of_one_item_at_a_time(docscan: Call):
    assert docscan("loan", "out", *FILES, "--for", PERSON, "--folios", "9")[0] == 2


def test_who_may_not_lend_is_told_who_may(docscan: Call, shelf: Shelf):
    with working(shelf.archive) as register:
        access.change(register.catalogue, "boss", ["administrator"], now=datetime.now(UTC), agent="boss")
    code, _, err = docscan("loan", "out", FILES[0], "--for", PERSON)
    assert (code, "lend" in err) == (6, True)


def test_what_a_crash_kept_from_an_answer_is_said_until_the_next_writer_adds_it(docscan: Call, shelf: Shelf):
    head = ledger.read_head(shelf.archive)
    ledger.append(shelf.archive, Draft("repair", detail={"bytes": 1}), now=datetime.now(UTC), agent="maria")
    ledger.write_head(shelf.archive, head)
    code, out, err = docscan("loans")
    assert (code, out) == (0, "")
    assert "interrupted" in err
    code, out, err = docscan("verify")
    assert "L6" in out + err
    assert "not signed" not in out + err
    assert docscan("loan", "out", FILES[0], "--for", PERSON)[0] == 0
    assert "interrupted" not in docscan("loans")[2]
