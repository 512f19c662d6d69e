"""`retention`, `hold`, `access`, and the record of who was shown what, as people type them."""

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import depot as depots
import pytest

from docscan import archive as archives
from docscan.archive import access, ledger, objects
from docscan.archive.recovery import taken_up
from docscan.cli import retaining, terminal
from docscan.search import feed
from tests.archive.conftest import AGENT, NOW, file_one, object_id

LATER = datetime(2033, 1, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    archive = archives.create(
        tmp_path_factory.mktemp("kept") / "a", name="acme", language="en", now=NOW, agent=AGENT
    )
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        for number in (1, 5, 7):
            file_one(archive, catalogue, number)
        feed.feed(archive, catalogue)
    return archive.root


@pytest.fixture
def root(filled, tmp_path):
    return shutil.copytree(filled, tmp_path / "archive")


@pytest.fixture
def typed(call, root, monkeypatch):
    """The program on that archive, called by somebody, after the records fell due."""
    monkeypatch.setattr(retaining, "now", lambda: LATER)

    def typing(*words, by="zoe"):
        monkeypatch.setattr("docscan.cli.terminal.login", lambda: by)
        return call("-A", root, *words)

    return typing


def done(result):
    code, out, err = result
    assert code == 0, (out, err)
    return out


def told(root, kind):
    return [event for event in ledger.read(archives.open_archive(root)) if event.type == kind]


def test_the_paper_of_what_is_destroyed_is_named_and_nothing_is_while_it_is_lent(typed, root):
    archive = archives.open_archive(root)
    with depots.working(archive) as register:
        made = depots.furnish(register, items=1)
        depots.enter(register, [replace(made.items[0], record=object_id(1))], act="link")
    item, box = made.items[0].code, made.boxes[0].code
    done(typed("retention", "preset", "es"))
    code, proposal, said = typed("retention", "propose", object_id(1))
    assert (code, f"{item}: shelved, {box}" in said) == (0, True)
    assert f"{item}: shelved" in typed("retention", "approve", proposal.strip(), by="max")[2]
    original = ("--original", "--reason", "court", "--authoriser", made.persons[1].code)
    done(typed("loan", "out", item, "--for", made.persons[0].code, *original))
    (row,) = json.loads(done(typed("retention", "show", proposal.strip(), "--json")))["rows"]
    assert [item in row["paper"][0], made.persons[0].code in row["paper"][0]] == [True, True]
    code, _, said = typed("retention", "execute", proposal.strip())
    assert (code, f"docscan loan in {item}" in said) == (6, True)
    for verb in ("in", "check", "shelve"):
        done(typed("loan", verb, item))
    code, out, said = typed("retention", "execute", proposal.strip())
    assert (code, out.split(), f"{item}: shelved, {box}" in said) == (0, [object_id(1)], True)
    assert "record_state: destroyed" in done(typed("item", "show", item))
    done(typed("item", "change", item, "--medium", "paper"))  # it can be changed still
    done(typed("item", "destroyed", item))
    assert "destroyed" in done(typed("where", item))


def test_a_destruction_from_the_preset_to_the_tombstone(typed, root):
    code, _, err = typed("retention", "due")
    assert code == 6
    assert "retention preset" in err
    assert "lawyer" in typed("retention", "preset", "es")[2]
    assert "Código de Comercio" in done(typed("retention", "rules"))
    rows = [json.loads(line) for line in done(typed("retention", "due", "--json")).splitlines()]
    assert [(row["class"], row["kept_until"], row["against"]) for row in rows] == [
        ("accounting", "2032-12-31", "")
    ] * 3
    held = done(typed("hold", "place", object_id(7), "--reason", "litigation")).strip()
    assert "litigation" in done(typed("retention", "due"))
    assert held[:8] in done(typed("hold", "list"))
    proposal = done(typed("retention", "propose")).strip()
    assert typed("retention", "approve", proposal)[0] == 6
    assert object_id(1) in done(typed("retention", "show", proposal[:8], by="max"))
    assert "approved" in done(typed("retention", "approve", proposal[:8], by="max"))
    code, out, err = typed("retention", "execute", proposal[:8])
    assert (code, set(out.split())) == (0, {object_id(1), object_id(5)})
    assert "backups" in err
    assert "executed" in done(typed("retention", "list"))
    shown = json.loads(done(typed("show", object_id(1), "--json")))
    assert (shown["state"], shown["class"], shown["pages"]) == ("destroyed", "accounting", 2)
    tombstone = done(typed("show", object_id(1)))
    assert "2033-01-01" in tombstone
    assert tombstone.splitlines()[1].split() == ["field", "value"]
    given = len(told(root, "dissemination"))
    assert len(done(typed("list", "--json")).splitlines()) == 1
    assert len(done(typed("list", "--state", "destroyed", "--json")).splitlines()) == 2
    for words in (("open",), ("explain",), ("review", "accept"), ("proof",)):
        code, out, err = typed(*words, object_id(1))
        assert (code, out) == (6, "")
        assert f"docscan show {object_id(1)}" in err
    assert len(told(root, "dissemination")) == given
    assert typed("search", "factura", "--json")[1].count('"id"') == 1
    done(typed("hold", "release", held[:8]))
    assert held[:8] not in done(typed("hold", "list"))
    assert held[:8] in done(typed("hold", "list", "--all"))


def test_what_was_destroyed_is_told_even_where_the_index_cannot_follow(typed, root):
    typed("retention", "preset", "es")
    proposal = done(typed("retention", "propose")).strip()
    done(typed("retention", "approve", proposal, by="max"))
    shutil.rmtree(root / "index")
    (root / "index").symlink_to("/proc/self")  # where nobody can write
    code, out, err = typed("retention", "execute", proposal)
    assert (code, set(out.split())) == (6, {object_id(1), object_id(5), object_id(7)})
    assert "docscan index rebuild" in err


def test_an_own_schedule_is_adopted_and_a_mistake_in_it_named(typed, root, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(done(typed("retention", "preset", "de", "--show")))
    assert typed("retention", "adopt", path)[0] == 0
    assert "P8Y" in done(typed("retention", "rules"))
    assert "P10Y" in done(typed("retention", "rules", "--on", "2024-12-31"))
    path.write_text(path.read_text().replace("P8Y", "eight"))
    code, _, err = typed("retention", "adopt", path)
    assert code == 3
    assert "period" in err
    done(typed("retention", "assign", object_id(1), "letters"))
    assert told(root, "policy assignment")[0].detail == {"class": "letters"}


def test_roles_keep_each_to_their_part(typed, root):
    assert "everybody" in typed("access", "list")[2]
    assert typed("access", "add", "clara", "--role", "clerk")[0] == 6
    done(typed("access", "add", "eva", "--role", "administrator"))
    for login, role in (("clara", "clerk"), ("rita", "reviewer"), ("arno", "archivist"), ("aud", "auditor")):
        done(typed("access", "add", login, "--role", role, by="eva"))
    refused = {
        "clara": [
            ("review", "accept", object_id(1)),
            ("retention", "propose"),
            ("access", "remove", "eva"),
            ("rebuild",),
        ],
        "rita": [
            ("hold", "place", object_id(1), "--reason", "audit"),
            ("retention", "preset", "es"),
            ("export", "--all", "--to", "x"),
        ],
        "arno": [("access", "add", "arno", "--role", "administrator")],
        "aud": [("run",), ("review",), ("retention", "execute", "x"), ("supplier", "forget", "x")],
        "nobody": [
            ("show", object_id(1)),
            ("list",),
            ("search", "factura"),
            ("open", object_id(1)),
            ("access", "list"),
            ("verify", "--record"),
            ("verify", "--budget", "1h"),
        ],
    }
    for login, attempts in refused.items():
        for words in attempts:
            code, out, err = typed(*words, by=login)
            assert (code, out) == (6, ""), words
            assert login in err, words
    for login in ("clara", "rita", "arno", "aud", "eva"):
        done(typed("show", object_id(1), by=login))
    done(typed("hold", "place", object_id(1), "--reason", "audit", by="arno"))
    done(typed("access", "remove", "clara", by="eva"))
    assert typed("show", object_id(1), by="clara")[0] == 6
    left = done(typed("access", "list", "--json", by="eva")).splitlines()
    assert [json.loads(line)["login"] for line in left] == ["arno", "aud", "eva", "rita"]


def test_verifying_takes_no_role_and_goes_on_when_the_roles_cannot_be_read(typed, root):
    done(typed("access", "add", "eva", "--role", "administrator"))
    assert typed("verify", by="nobody")[:2] == typed("verify", by="eva")[:2] == (3, "")
    path = root / "access.toml"
    whole = path.read_bytes()
    for damage, code in ((path.unlink, "D2"), (lambda: os.mkfifo(path), "D5")):
        damage()
        found, given, _ = typed("verify", by="nobody")
        assert (found, given.split()[:2]) == (8, [code, "access.toml:"])
    path.unlink()
    path.write_bytes(whole.replace(b"[[person]]", b"[[person]["))
    for words in ((), ("--record",), ("--budget", "1h")):
        found, given, said = typed("verify", *words, by="eva")
        assert (found, given.split()[:2]) == (8, ["D1", "access.toml:"])
        assert ("cannot be used" in said) == bool(words)
    assert told(root, "fixity check") == []
    for words in (("list",), ("rebuild",), ("access", "add", "nobody", "--role", "administrator")):
        assert typed(*words, by="eva")[0] == 3


def test_who_is_shown_a_document_is_in_the_ledger_before_it_is_shown(typed, root, monkeypatch):
    done(typed("show", object_id(1)))
    done(typed("show", object_id(1), "--json"))
    done(typed("open", object_id(5)))
    done(typed("explain", object_id(1), "total"))
    done(typed("search", "factura"))
    events = told(root, "dissemination")
    archive = archives.open_archive(root)
    assert [(event.object, event.detail["purpose"]) for event in events] == [
        (object_id(1), "view"),
        (object_id(1), "view"),
        (object_id(5), "download"),
        (object_id(1), "view"),
        (None, "search"),
    ]
    assert events[-1].detail["hits"] == 3
    assert {event.agent.id for event in events} == {ledger.pseudonym(archive, "zoe")}
    done(typed("list"))
    done(typed("search", "nothinglikeit"))
    assert len(told(root, "dissemination")) == 5

    def fails(*_, **__):
        raise access.ArchiveError("The disk is full.", hint="Free some space.")

    monkeypatch.setattr(access, "_recorded", fails)
    for words in (
        ("show", object_id(1)),
        ("open", object_id(1)),
        ("explain", object_id(1)),
        ("search", "factura"),
    ):
        assert typed(*words)[:2] == (6, ""), words


def test_on_a_medium_that_cannot_be_written_it_is_said_that_nothing_is_recorded(typed, root, monkeypatch):
    monkeypatch.setattr(access, "_recorded", lambda *_, **__: False)
    code, out, err = typed("show", object_id(1))
    assert code == 0
    assert object_id(1) in out
    assert "not on record" in err


def test_while_somebody_holds_the_archive_documents_can_be_seen_and_it_is_written_later(typed, root):
    archive = archives.open_archive(root)
    with taken_up(archive, now=NOW, agent=AGENT):
        done(typed("show", object_id(1)))
        assert told(root, "dissemination") == []
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    assert [event.object for event in told(root, "dissemination")] == [object_id(1)]


def test_a_correction_keeps_what_was_there_and_says_who_decided(typed, root):
    archive = archives.open_archive(root)
    before = objects.path_of(archive, object_id(1), "record.json").read_bytes()
    typed("review", "accept", object_id(1), "supplier_tax_id", by="rita")
    (event,) = told(root, "metadata modification")
    assert event.agent.id == ledger.pseudonym(archive, "rita")
    assert event.object_version == 2
    assert {key: event.detail[key] for key in ("decision", "fields", "changed")} == {
        "decision": "accept", "fields": 1, "changed": 0,
    }  # fmt: skip
    assert objects.path_of(archive, object_id(1), "record.json", 1).read_bytes() == before
    assert objects.path_of(archive, object_id(1), "record.json", 2).read_bytes() != before


def test_a_variable_of_the_environment_makes_nobody_another_person(call, root, monkeypatch):
    before = terminal.agent()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert terminal.agent() == before
