"""No personal data stands in the ledger, whatever the documents and the people's decisions say."""

import os
import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from unittest import mock

import pytest
from stdnum import iban
from stdnum.es import dni

from docscan import archive as archives
from docscan.archive import Archive, lessons
from docscan.archive.catalogue import Catalogue
from docscan.archive.deposit import deposit
from docscan.archive.recovery import taken_up
from docscan.archive.revision import Revision, revise
from docscan.evidence import Decision, Judgement
from docscan.model import Extraction, Field, Line, Page, Record, Word
from docscan.places import Box
from tests.archive.conftest import NOW

DOCUMENTS = 600
DECIDED = 7  # one in so many is decided on
BOX = Box(1, 2, 3, 4)
FIRST = ["María", "Józef", "Łucja", "Günther", "Siân", "Zoë", "Iñaki", "Wójciech", "Björn", "Aurelio"]
LAST = [
    "Muñoz",
    "Kowalska",
    "Schäfer",
    "Żółkiewska",
    "Etxeberria",
    "Brązowy",
    "Núñez",
    "Grünwald",
    "Pęczak",
    "Ibáñez",
]
PEOPLE = ("rosa.delgado", "jan.nowak", "heike-vogt")  # the logins of who works here

# what tax ids and account numbers look like, whoever made them up; a UUID or a digest has no such word
NIF = re.compile(rb"(?<![0-9A-Za-z])(?:[XYZ]\d{7}|\d{8})[A-Z](?![0-9A-Za-z])")
IBAN = re.compile(rb"(?<![0-9A-Za-z])[A-Z]{2}\d{2}[A-Z0-9]{12,30}(?![0-9A-Za-z])")


def person(chance: random.Random) -> str:
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}{chance.randrange(1000)}"


def tax_id(chance: random.Random) -> str:
    number = f"{chance.randrange(10**8):08d}"
    return number + dni.calc_check_digit(number)


def account(chance: random.Random) -> str:
    number = f"ES00{chance.randrange(10**20):020d}"
    return f"ES{iban.calc_check_digits(number)}{number[4:]}"


def a_field(value: str) -> Field:
    return Field(value, value, 0.9, "read", "ocr", 1, BOX)


def a_document(chance: random.Random, original: bytes) -> tuple[Record, list[str]]:
    """A document that speaks of people in every place it can, and what it says of them."""
    who, number, money = person(chance), tax_id(chance), account(chance)
    words = tuple(Word(text, BOX, 0.9) for text in (*who.split(), number, money))
    values = {"supplier_name": who, "supplier_tax_id": number, "iban": money, "invoice_number": f"F-{number}"}
    fields = {name: a_field(value) for name, value in values.items()}
    extraction = Extraction("invoice", "invoice", 0.9, "es", fields)
    page = Page(1, 2480, 3508, 300.0, "read", (Line(words),), language="spa")
    digest = sha256(original).hexdigest()
    record = Record(None, f"{who} {number}.pdf", digest, "application/pdf", extraction, (page,), (), "review")
    return record, [*who.split(), number, money]


def filed(archive: Archive, catalogue: Catalogue, chance: random.Random) -> tuple[Record, list[str]]:
    original = chance.randbytes(32)
    record, said = a_document(chance, original)
    claimed = archive.work / record.source
    claimed.write_bytes(original)
    done = deposit(
        archive,
        catalogue,
        record,
        {f"original/{record.source}": claimed},
        object_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        now=NOW,
        agent=chance.choice(PEOPLE),
    )
    claimed.unlink()
    return done, said


def decided(archive: Archive, catalogue: Catalogue, record: Record, chance: random.Random) -> list[str]:
    """A person corrects a document's supplier."""
    who, agent = person(chance), chance.choice(PEOPLE)
    old = record.extraction.fields["supplier_name"]
    judged = (Judgement("supplier_name", old, who),)
    decision = Decision("correct", "2026-03-02T10:00:00Z", "u:0123456789abcdef", "review", judged)
    fields = {**record.extraction.fields, "supplier_name": a_field(who)}
    changed = replace(
        record,
        extraction=replace(record.extraction, fields=fields),
        decisions=(decision,),
        verdict="accepted",
    )
    detail: dict[str, str | int] = {"decision": "correct", "fields": 1, "changed": 1, "doubts": 0}
    revise(archive, catalogue, [Revision(changed, 2, {}, detail)], now=NOW, agent=agent)
    return who.split()


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Archive, set[str]]]:
    """An archive of many people's papers, and every word about them."""
    chance = random.Random(2026)  # noqa: S311 - seeded on purpose
    words: set[str] = set(PEOPLE)
    with mock.patch.object(os, "fsync"):
        root = tmp_path_factory.mktemp("lint") / "Familia Muñoz"
        archive = archives.create(
            root, name="Familia Muñoz Kowalska", language="es", now=NOW, agent=PEOPLE[0]
        )
        with taken_up(archive, now=NOW, agent=PEOPLE[0]) as catalogue:
            for number in range(DOCUMENTS):
                record, told = filed(archive, catalogue, chance)
                words.update(told)
                if number % DECIDED == 0:
                    words.update(decided(archive, catalogue, record, chance))
                    whose = lessons.supplier(told[2], " ".join(told[:2]))
                    lessons.forget(catalogue, whose, "iban", now=NOW, agent=chance.choice(PEOPLE))
        yield archive, words


def ledger_files(archive: Archive) -> list[Path]:
    return [path for path in archive.ledger.rglob("*") if path.is_file()]


def test_no_name_tax_id_account_or_login_stands_in_the_ledger(said: tuple[Archive, set[str]]) -> None:
    archive, words = said
    content = b"".join(path.read_bytes() for path in ledger_files(archive)).lower()
    assert content.count(b'"type":"ingestion"') == DOCUMENTS
    assert content.count(b'"decision":"correct"') == len(range(0, DOCUMENTS, DECIDED))
    found = [
        word
        for word in words
        if word.lower().encode() in content or ascii(word)[1:-1].lower().encode() in content
    ]
    assert found == []
    assert len(words) > 1_500


def test_nothing_in_the_ledger_looks_like_a_tax_id_or_an_account(said: tuple[Archive, set[str]]) -> None:
    archive, words = said
    for path in ledger_files(archive):
        assert NIF.findall(path.read_bytes()) == []
        assert IBAN.findall(path.read_bytes()) == []
    document = " ".join(words).encode()
    assert len(NIF.findall(document)) >= DOCUMENTS * 0.9
    assert len(IBAN.findall(document)) >= DOCUMENTS * 0.9


def test_a_digest_in_the_ledger_is_not_that_of_a_guessable_word(said: tuple[Archive, set[str]]) -> None:
    """Every tax id there is can be hashed in minutes, so a bare digest of one would tell it."""
    archive, words = said
    content = b"".join(path.read_bytes() for path in ledger_files(archive))
    digests = {match.decode() for match in re.findall(rb"[0-9a-f]{64}", content)}
    assert len(digests) > DOCUMENTS
    assert not digests & {sha256(word.encode()).hexdigest() for word in words}
