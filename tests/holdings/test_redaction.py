"""Who asked to be forgotten is in no file any more, and everything else is still proved."""

import os
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from depot import AGENT, NOW, Depot, enter

from docscan.archive import Archive, ledger
from docscan.archive.event import Draft
from docscan.archive.rebuild import dump
from docscan.errors import HoldingsError, NotFoundError
from docscan.holdings import redaction, rows, tables
from docscan.holdings import register as registers
from docscan.holdings.entities import Item, Person

SECRETS = (b"Grzegorz", b"grzegorz@", b"600 700 800", b"Kancelaria")


def files_with(archive: Archive, secret: bytes) -> list[str]:
    return [
        str(path.relative_to(archive.root))
        for path in archive.root.rglob("*")
        if path.is_file() and secret in path.read_bytes()
    ]


@pytest.fixture
def asked(depot: Depot) -> Person:
    """Somebody who was registered, and changed once."""
    told = Person(
        "", "", "Grzegorz Brzęczyszczykiewicz", "Kancelaria", "grzegorz@example.org", "600 700 800", "pl"
    )
    (person,) = enter(depot.register, [told])
    assert isinstance(person, Person)
    enter(depot.register, [replace(person, unit="Kancelaria II")], act="change")
    return person


def test_no_word_of_theirs_is_left_in_the_archive(depot: Depot, asked: Person):
    depot.register.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    assert all(files_with(depot.archive, secret) for secret in SECRETS)
    redaction.redact(depot.register, asked.code, now=NOW, agent=AGENT)
    assert [path for secret in SECRETS for path in files_with(depot.archive, secret)] == []


def test_the_bytes_that_were_replaced_are_overwritten(depot: Depot, asked: Person):
    held = [
        path.open("rb")
        for path in (depot.archive.root / "holdings").iterdir()
        if b"Grzegorz" in path.read_bytes()
    ]
    assert len(held) == 2
    redaction.redact(depot.register, asked.id, now=NOW, agent=AGENT)
    for file in held:
        assert not file.read().strip(b"\0")
        file.close()


def test_the_salt_from_before_is_gone_as_well(depot: Depot, asked: Person):
    salts = [one.read_bytes().split(b"\n")[0] for one in (depot.archive.root / "holdings").iterdir()]
    redaction.redact(depot.register, asked.code, now=NOW, agent=AGENT)
    left = [one.read_bytes().split(b"\n")[0] for one in (depot.archive.root / "holdings").iterdir()]
    assert all(line.startswith(rows.SALT) for line in salts + left)
    assert len(set(salts) - set(left)) == 2


def test_their_code_stays_and_others_are_as_they_were(depot: Depot, asked: Person):
    redaction.redact(depot.register, asked.code, now=NOW, agent=AGENT)
    assert depot.register.person(asked.code) == Person(asked.id, asked.code, "")
    assert depot.register.person(depot.persons[0].code) == depot.persons[0]


def test_the_register_is_made_again_without_them(depot: Depot, asked: Person):
    redaction.redact(depot.register, asked.code, now=NOW, agent=AGENT)
    before = dump(tables.path_of(depot.archive), tables.TABLES)
    registers.rebuild(depot.archive)
    assert dump(tables.path_of(depot.archive), tables.TABLES) == before


def test_a_title_is_forgotten_and_the_item_stays_where_it_is(depot: Depot):
    item = replace(depot.items[0], extra={"Observaciones": "de Grzegorz"})
    enter(depot.register, [item], act="change")
    redaction.redact(depot.register, item.code, now=NOW, agent=AGENT)
    assert depot.register.item(item.code) == replace(item, title="", extra={})
    assert files_with(depot.archive, b"Grzegorz") == files_with(depot.archive, "Muñoz 0".encode()) == []
    assert depot.register.place_of(item.id) is not None


def lend(depot: Depot, person: str, authoriser: str) -> tuple[str, str]:
    loan, item = str(uuid.uuid4()), depot.items[0].id
    asked = {"act": "request", "loan": loan, "item": item, "person": person, "authoriser": authoriser}
    depot.register.write([Draft("loan", detail=asked)], now=NOW, agent=AGENT)
    return loan, item


@pytest.mark.parametrize("role", ["person", "authoriser"])
def test_who_or_what_is_part_of_an_open_loan_is_forgotten_once_it_is_closed(
    depot: Depot, asked: Person, role: str
):
    other = depot.persons[0].id
    loan, item = lend(depot, *((asked.id, other) if role == "person" else (other, asked.id)))
    for named in (asked.code, item):
        with pytest.raises(HoldingsError, match="2026/000001") as error:
            redaction.redact(depot.register, named, now=NOW, agent=AGENT)
        assert error.value.code == "G080"
    cancelled = Draft("loan", detail={"act": "cancel", "loan": loan, "item": item})
    depot.register.write([cancelled], now=NOW, agent=AGENT)
    redaction.redact(depot.register, asked.code, now=NOW, agent=AGENT)
    assert depot.register.person(asked.code).name == ""


def test_only_persons_and_items_hold_what_is_personal(depot: Depot):
    for row in (depot.boxes[0], depot.locations[0]):
        with pytest.raises(HoldingsError) as error:
            redaction.redact(depot.register, row.code, now=NOW, agent=AGENT)
        assert error.value.code == "G090"
    with pytest.raises(NotFoundError):
        redaction.redact(depot.register, "nobody", now=NOW, agent=AGENT)


def test_nothing_is_rewritten_while_a_sheet_is_not_as_it_was_filed(depot: Depot, asked: Person):
    path = next(
        one for one in (depot.archive.root / "holdings").iterdir() if b"Grzegorz" not in one.read_bytes()
    )
    path.write_bytes(path.read_bytes() + b"\n")
    head = ledger.read_head(depot.archive)
    with pytest.raises(HoldingsError) as error:
        redaction.redact(depot.register, asked.code, now=NOW, agent=AGENT)
    assert error.value.code == "G085"
    assert ledger.read_head(depot.archive) == head


def test_a_row_that_only_speaks_of_the_forgotten_is_kept(depot: Depot):
    whole = depot.items[1]
    (part,) = enter(depot.register, [Item("", "", "Anexo", box=whole.box, parent=whole.id)])
    redaction.redact(depot.register, whole.code, now=NOW, agent=AGENT)
    assert depot.register.item(part.id) == part
    assert depot.register.item(whole.id).title == ""


def test_nothing_of_it_stays_in_staging(depot: Depot, asked: Person):
    redaction.redact(depot.register, asked.code, now=NOW, agent=AGENT)
    assert [Path(name) for name in os.listdir(depot.archive.staging) if name.endswith(".filing")] == []  # noqa: PTH208 - names
