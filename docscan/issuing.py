"""Issuing: a paper about a loan is printed, filed as a record like any document, and given out.

What is filed is what is given out, byte for byte: the PDF as the original, and
the e-mail beside it. The event that files it names the loan. A paper that
would say the same as one that is filed is not made again: that one is given
out once more, so that there is one of each. An e-mail that is wanted only then
has that one attached, and is not filed.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from email.headerregistry import Address
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pypdfium2

from docscan import PROGRAM
from docscan.archive import objects, tables
from docscan.archive.deposit import deposit
from docscan.archive.event import Draft
from docscan.archive.proof import checkpoint
from docscan.errors import NotFoundError
from docscan.frozen import dataclass
from docscan.holdings.letters import Slip
from docscan.holdings.register import Register
from docscan.model import Extraction, Field, Page, Record
from docscan.ocr import textlayer
from docscan.places import NOWHERE
from docscan.printed import mail, paper, slips
from docscan.printed.mail import Envelope
from docscan.printed.paper import Mark

DPI = 300  # to which the places of words are scaled, as those of scans are
FINGERPRINT = "fingerprint"
MAIL = "derived/letter.eml"
FILED = (
    "SELECT field.record FROM field JOIN record ON record.id = field.record"
    " WHERE name = ? AND value = ? AND state = 'accepted' ORDER BY seq LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A paper before it is given out.

    Attributes:
        title: What it is called.
        name: Its file's, without an ending.
        record: The record that it is; with its id where it is filed already.
        pdf: Its bytes.
        mail: The bytes of the e-mail that it is attached to; empty for none.
        detail: What the event that files it says.
        object_id: The UUID that it is filed under.
    """

    title: str
    name: str
    record: Record
    pdf: bytes
    mail: bytes
    detail: Mapping[str, str | int]
    object_id: str

    @property
    def fingerprint(self) -> str:
        """What it has in common with a paper that says the same on another day."""
        return str(self.record.extraction.fields[FINGERPRINT].value)


def draw(register: Register, slip: Slip, *, sender: Address | None = None, now: datetime) -> Drawn:
    """Print a paper, or take the one that is filed and says the same; nothing is written.

    Args:
        register: Open; its archive need not be held.
        slip: What it says.
        sender: Who would send an e-mail; None for no e-mail.
        now: When, with its time zone.

    Raises:
        FixityError: The one that is filed is not as it was.
    """
    recipient = mail.address(slip.person.email, slip.person.name) if slip.by_email else None
    people = (sender, recipient) if sender and recipient else None
    fingerprint = _fingerprint(slip)
    filed = _filed(register, fingerprint)
    drawn = _again(register, slip, filed) if filed else _anew(register, slip, fingerprint)
    if people is None:
        return replace(drawn, mail=b"")
    if drawn.mail and mail.is_between(drawn.mail, *people):
        return drawn
    envelope = Envelope(*people, drawn.title, drawn.object_id)
    letter = mail.message(envelope, slips.text(slip), f"{drawn.name}.pdf", drawn.pdf, now=now)
    return replace(drawn, mail=letter)


def issue(register: Register, drawn: Drawn, *, now: datetime, agent: str) -> str:
    """File a paper, or put on record that it is given out once more.

    Args:
        register: Open, on an archive that the caller holds.
        drawn: By `draw`.
        now: When, with its time zone.
        agent: Who: a login name.

    Returns:
        The id of its record.

    Raises:
        LedgerError: The ledger cannot be continued.
    """
    if drawn.record.id:
        given = Draft("dissemination", object=drawn.record.id, detail={"purpose": "print"}, role="recipient")
        register.write([given], now=now, agent=agent)
        return drawn.record.id
    folder = register.archive.staging / f"{drawn.object_id}.issued"
    folder.mkdir()
    try:
        deposit(
            register.archive,
            register.catalogue,
            drawn.record,
            _laid(folder, drawn),
            object_id=drawn.object_id,
            now=now,
            agent=agent,
            detail=drawn.detail,
        )
    finally:
        shutil.rmtree(folder)
    return drawn.object_id


def _fingerprint(slip: Slip) -> str:
    """What tells a paper from others, whatever the day, and whether it is mailed or not."""
    said = slips.paper(replace(slip, day=date.min), None)
    return objects.sha256(repr((slip.loan, slip.level, said)).encode())


def _filed(register: Register, fingerprint: str) -> str:
    """The id of the record that has a fingerprint; empty for none."""
    with tables.guarded(register.archive.catalogue_path):
        found = register.catalogue.db.execute(FILED, (FINGERPRINT, fingerprint)).fetchone()
    return str(found[0]) if found else ""


def _anew(register: Register, slip: Slip, fingerprint: str) -> Drawn:
    """A paper that is not filed yet."""
    object_id, title, name = str(uuid4()), slips.title(slip), _name(slip)
    data = paper.pdf(slips.paper(slip, _mark(register)))
    record = _record(slip, fingerprint, f"{name}.pdf", data)
    return Drawn(title, name, record, data, b"", _detail(slip), object_id)


def _again(register: Register, slip: Slip, filed: str) -> Drawn:
    """A paper that is filed, byte for byte."""
    archive = register.archive
    record = objects.read_record(archive, filed)
    data, letter = objects.sound_path(archive, filed, f"original/{record.source}").read_bytes(), b""
    with suppress(NotFoundError):  # not every paper has one
        letter = objects.sound_path(archive, filed, MAIL).read_bytes()
    return Drawn(slips.title(slip), _name(slip), record, data, letter, _detail(slip), filed)


def _mark(register: Register) -> Mark | None:
    """The state of the ledger before the paper is filed."""
    catalogue = register.catalogue
    state = checkpoint.at(register.archive, catalogue, catalogue.applied() + 1)
    return Mark(state.origin, state.size, state.root) if state else None


def _name(slip: Slip) -> str:
    """As in `loan-slip-2026-000123`; of a card with the item's code, of a letter with the level.

    In another language than the usual one with that: the two lie side by side.
    """
    parts = [slip.sort.replace(" ", "-"), slip.number.replace("/", "-")]
    if slip.sort == "out card":
        parts.append(slip.rows[0].item.code)
    parts += [str(slip.level)] if slip.level else []
    return "-".join([*parts, slip.language] if slip.language != slip.usual else parts)


def _detail(slip: Slip) -> dict[str, str | int]:
    """The link to the loan, as the ledger has it."""
    return {"loan": slip.loan, "paper": slip.sort} | ({"level": slip.level} if slip.level else {})


def _laid(folder: Path, drawn: Drawn) -> dict[str, Path]:
    """The files of the object, written where it is built from."""
    files = {f"original/{drawn.record.source}": drawn.pdf, objects.SEARCHABLE: drawn.pdf}
    files |= {MAIL: drawn.mail} if drawn.mail else {}
    laid = {logical: folder / str(number) for number, logical in enumerate(files)}
    for logical, path in laid.items():
        path.write_bytes(files[logical])
    return laid


def _record(slip: Slip, fingerprint: str, name: str, data: bytes) -> Record:
    told = {"paper": slip.sort, "loan": slip.number, "person": slip.person.code}
    told |= {"issue_date": slip.day.isoformat(), FINGERPRINT: fingerprint}
    told |= {"level": str(slip.level)} if slip.level else {}
    pages = _pages(data)
    fields = {key: _field(value, pages) for key, value in told.items()}
    kind = "letter" if slip.sort == "reminder" else "slip"
    return Record(
        id=None,
        source=name,
        sha256=objects.sha256(data),
        media_type="application/pdf",
        extraction=Extraction(kind, "", 1.0, slip.language, fields),
        pages=pages,
        findings=(),
        verdict="accepted",
        program=PROGRAM,
    )


def _field(value: str, pages: Sequence[Page]) -> Field:
    """A value of the register, and the page that bears it out, if one says it."""
    number = next((page.number for page in pages if value in page.text), 0)
    if not number:
        return Field(value, "", 1.0, "read", "textlayer", 1, NOWHERE)
    return Field(value, value, 1.0, "verified", "textlayer", number, NOWHERE)


def _pages(data: bytes) -> tuple[Page, ...]:
    """The pages of a PDF that docscan made, from their text."""
    with TemporaryDirectory() as folder, pypdfium2.PdfDocument(data) as document:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(data)
        numbers = range(1, len(document) + 1)
        read = [textlayer.read(path, number, dpi=DPI, minimum_text=1) for number in numbers]
    return tuple(page for page in read if page is not None)
