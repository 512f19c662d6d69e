"""Papers about loans are filed as they are given out, and the ledger names the loan."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import lending
import pytest
import zxingcpp
from depot import AGENT, NOW, Depot, enter, founded, furnish, working
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdfium2 import PdfDocument

from docscan import issuing
from docscan.archive import fixity, ledger, objects
from docscan.archive.event import Event
from docscan.archive.proof import checkpoint
from docscan.errors import FixityError
from docscan.holdings.letters import Slip
from docscan.issuing import Drawn
from docscan.printed import mail
from docscan.search import Question, planned, query, sight

SENDER = mail.address("archivo@example.com", "Archivo Central")
OTHER = mail.address("sala@example.com", "Sala")


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    with working(founded(tmp_path / "archive")) as register:
        found = furnish(register, items=3)
        lending.lent(found, found.items[:2], lending.renamed(found))
        yield found


def issued(depot: Depot, slip: Slip, **how: mail.Address | None) -> tuple[Drawn, str]:
    drawn = issuing.draw(depot.register, slip, now=NOW, **how)
    return drawn, issuing.issue(depot.register, drawn, now=NOW, agent=AGENT)


def events(depot: Depot, record: str) -> list[Event]:
    return [one for one in ledger.read(depot.archive) if one.object == record]


def test_an_archive_with_papers_is_found_as_it_was_filed(tmp_path: Path):
    with working(founded(tmp_path / "archive")) as register:
        found = furnish(register)
        lending.lent(found, found.items, found.persons[0])
        issued(found, lending.loan_slip(found, "2026/000001"), sender=SENDER)
    assert list(fixity.verify(found.archive)) == []


def test_what_is_filed_is_what_is_given_out_byte_for_byte(depot: Depot):
    drawn, record = issued(depot, lending.loan_slip(depot, "2026/000001"), sender=SENDER)
    assert (
        objects.sound_path(depot.archive, record, "original/loan-slip-2026-000001.pdf").read_bytes()
        == drawn.pdf
    )
    assert objects.sound_path(depot.archive, record, issuing.MAIL).read_bytes() == drawn.mail


def test_the_event_that_files_it_names_the_loan_and_no_name(depot: Depot):
    slip = lending.loan_slip(depot, "2026/000001")
    _, record = issued(depot, slip)
    (filed,) = events(depot, record)
    assert (filed.type, filed.detail["loan"], filed.detail["paper"]) == ("ingestion", slip.loan, "loan slip")
    assert b"Wawrzyniec" not in filed.line


def test_it_is_listed_shown_and_found_by_its_words(depot: Depot):
    _, record = issued(depot, lending.loan_slip(depot, "2026/000001"))
    (row,) = depot.catalogue.listing(kind="slip")
    assert (row.id, row.state, row.language, row.pages) == (record, "accepted", "pl", 1)
    (page,) = objects.read_record(depot.archive, record).pages
    assert page.state == "textlayer"
    assert '"2026/000001"'.strip('"') in page.text
    for asked in ('"2026/000001"', "Świętosławski", "kind:slip F-000002E"):
        question = Question(planned(query.parse(asked)), limit=5)
        hits = sight.asked(depot.catalogue, lambda seen, question=question: seen.search(question).hits)
        assert [hit.id for hit in hits.found] == [record], asked


@pytest.mark.parametrize("sort", ["loan slip", "return receipt", "out card", "reminder"])
def test_every_paper_carries_a_state_of_the_ledger_that_still_holds(depot: Depot, sort: str):
    register, now = depot.register, NOW + timedelta(days=40)
    if sort == "return receipt":
        lending.back(depot, depot.items[0], lending.Condition())
    made = {
        "loan slip": lambda: lending.loan_slip(depot, "2026/000001"),
        "return receipt": lambda: lending.receipt(depot, "2026/000001"),
        "out card": lambda: lending.out_card(depot, depot.items[1].code),
        "reminder": lambda: lending.drafted(depot, now)[0],
    }
    drawn, _ = issued(depot, made[sort]())
    image: Image.Image = PdfDocument(drawn.pdf)[0].render(scale=200 / 72).to_pil()
    said = [one.text for one in zxingcpp.read_barcodes(image) if one.text.startswith("docscan/")]
    origin, size, root = said[0].split()
    state = checkpoint.at(depot.archive, register.catalogue, int(size))
    assert state is not None
    assert (state.origin, state.root.hex()) == (origin, root)
    assert int(size) < register.catalogue.applied() + 1


def test_a_paper_that_says_the_same_is_given_out_again_and_not_made_again(depot: Depot):
    first, record = issued(depot, lending.loan_slip(depot, "2026/000001"), sender=SENDER)
    later = NOW.date() + timedelta(days=3)
    again, same = issued(depot, lending.loan_slip(depot, "2026/000001", on=later), sender=SENDER)
    assert (same, again.pdf, again.mail, again.name) == (record, first.pdf, first.mail, first.name)
    assert [one.type for one in events(depot, record)] == ["ingestion", "dissemination"]


def test_a_paper_that_says_something_else_is_another_one(depot: Depot):
    slip = lending.loan_slip(depot, "2026/000001")
    found = {issued(depot, slip)[1]}
    found.add(issued(depot, lending.loan_slip(depot, "2026/000001", "de"))[1])
    enter(depot.register, [replace(slip.person, unit="Referat Budżetu")], act="change")
    found.add(issued(depot, lending.loan_slip(depot, "2026/000001"))[1])
    assert len(found) == 3


@pytest.mark.parametrize("senders", [(None, SENDER), (SENDER, None), (SENDER, OTHER), (OTHER, SENDER)])
def test_a_paper_is_the_same_whether_and_by_whom_it_is_mailed(
    depot: Depot, senders: tuple[mail.Address | None, ...]
):
    slip = lending.loan_slip(depot, "2026/000001")
    (first, record), (again, same) = (issued(depot, slip, sender=sender) for sender in senders)
    assert (same, again.pdf) == (record, first.pdf)
    for drawn, sender in zip((first, again), senders, strict=True):
        read = message_from_bytes(drawn.mail, policy=SMTP)
        assert read["From"] == (None if sender is None else str(sender))
        attached = [part.get_content() for part in read.iter_attachments()] if drawn.mail else []
        assert attached == ([] if sender is None else [first.pdf])


def test_a_filed_paper_that_was_altered_is_not_given_out(depot: Depot):
    _, record = issued(depot, lending.loan_slip(depot, "2026/000001"))
    path = objects.path_of(depot.archive, record, "original")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"%")
    with pytest.raises(FixityError):
        issued(depot, lending.loan_slip(depot, "2026/000001"))


def test_each_level_has_its_letter_once_and_the_last_goes_by_post(depot: Depot):
    levels, mailed = [], []
    for days in (40, 60, 80):
        now = NOW + timedelta(days=days)
        for _ in range(2):
            for slip in lending.drafted(depot, now):
                drawn, record = issued(depot, slip, sender=SENDER)
                levels.append((slip.level, record))
                mailed.append(bool(drawn.mail))
        lending.sent(depot, now)
    assert [level for level, _ in levels] == [1, 1, 2, 2, 3, 3]
    assert len({record for _, record in levels}) == 3
    assert mailed == [True] * 4 + [False] * 2
    assert [events(depot, record)[0].detail["level"] for _, record in levels[::2]] == [1, 2, 3]
    assert {row.kind for row in depot.catalogue.listing()} == {"letter"}


def test_the_e_mail_is_one_that_a_program_opens_with_the_pdf_attached(depot: Depot):
    drawn, _ = issued(depot, lending.loan_slip(depot, "2026/000001"), sender=SENDER)
    read = message_from_bytes(drawn.mail, policy=SMTP)
    assert not read.defects
    assert lending.NAME.startswith(read["To"].addresses[0].display_name)
    assert read["To"].addresses[0].display_name.startswith("Wawrzyniec")
    assert (read["To"].addresses[0].addr_spec, read["From"].addresses[0].addr_spec) == (
        "zoe0@example.org",
        "archivo@example.com",
    )
    assert str(read["Subject"]) == drawn.title
    assert read["Date"].datetime == NOW
    (attached,) = read.iter_attachments()  # type: ignore[attr-defined]  # as SMTP's parser makes it
    assert (attached.get_filename(), attached.get_content()) == ("loan-slip-2026-000001.pdf", drawn.pdf)
    assert "Z poważaniem" in read.get_body().get_content()  # type: ignore[attr-defined]  # as above
    assert all(len(line) <= 998 for line in drawn.mail.split(b"\r\n"))
    assert b"\n" not in drawn.mail.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "name", ["Zoë Łęcka-Żółtowska y Muñoz", 'Müller, "Hans"', "Ana <b> Ruiz", "Zażółć Gęślą Jaźń"]
)
def test_names_of_people_arrive_as_they_are(name: str):
    recipient = mail.address("zoe@example.org", name)
    assert SENDER is not None
    assert recipient is not None
    made = mail.message(mail.Envelope(SENDER, recipient, "x", "1"), "x", "a.pdf", b"%PDF", now=NOW)
    (read,) = message_from_bytes(made, policy=SMTP)["To"].addresses
    assert (read.display_name, read.addr_spec) == (name, "zoe@example.org")


@pytest.mark.parametrize(
    "email", ["", "łucja@example.org", "a<b@c", "zoe@exa(mple", "a,b@c.example", "@", "zoe"]
)
def test_what_no_mail_server_takes_is_no_address(email: str):
    assert mail.address(email, "Zoë") is None


def test_who_has_no_address_that_can_be_used_gets_paper_only(depot: Depot):
    enter(depot.register, [replace(depot.persons[0], email="łucja@example.org")], act="change")
    drawn, _ = issued(depot, lending.loan_slip(depot, "2026/000001"), sender=SENDER)
    assert drawn.mail == b""
    assert drawn.pdf


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=200), st.text(max_size=300))
def test_any_name_subject_and_text_make_an_e_mail_that_says_them(name: str, subject: str, text: str):
    recipient = mail.address("zoe@example.org", name)
    assert SENDER is not None
    if recipient is None:
        return
    made = mail.message(mail.Envelope(SENDER, recipient, subject, "1"), text, "a.pdf", b"%PDF", now=NOW)
    read = message_from_bytes(made, policy=SMTP)
    assert read["To"].addresses[0].addr_spec == "zoe@example.org"
    assert read["Bcc"] is None
    assert len(read.get_all("Subject")) == 1
    assert [one.get_content() for one in read.iter_attachments()] == [b"%PDF"]  # type: ignore[attr-defined]  # as above


def test_its_record_says_what_it_is(depot: Depot):
    _, record = issued(depot, lending.out_card(depot, "F-000002E"))
    told = json.loads(objects.path_of(depot.archive, record, "record.json").read_text())
    assert {name: told["fields"][name]["value"] for name in ("paper", "loan", "person")} == {
        "paper": "out card",
        "loan": "2026/000001",
        "person": "P-000001E",
    }
    borne_out = {name for name, field in told["fields"].items() if field["status"] == "verified"}
    assert borne_out == {"loan", "person", "issue_date"}
    assert told["source"] == "out-card-2026-000001-F-000002E.pdf"
    assert (
        io.BytesIO(objects.path_of(depot.archive, record, objects.SEARCHABLE).read_bytes()).read(5)
        == b"%PDF-"
    )
