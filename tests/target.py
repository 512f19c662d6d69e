"""The archive that is attacked, and what somebody who may write all of its files can do to its ledger."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import rfc8785
from tsa import Authority

from docscan import archive as archives
from docscan.archive import Archive, access, ledger, objects, papers
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.event import NO_LINE, Draft
from docscan.archive.keeping import schedules
from docscan.archive.proof import authority as stamping
from docscan.archive.proof import checkpoint, handouts, keys, merkle, note, policy, timestamps
from docscan.archive.proof.note import Signer
from docscan.archive.recovery import taken_up
from docscan.archive.revision import Revision, revise
from docscan.model import Extraction, Field, Line, Page, Record, Word
from docscan.places import Box

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
AGENT = "tester"
CORRECTED = 2  # the number of the document that has a second version
BEYOND = 10**6  # a number that no document of an archive has
NOTE = "ledger/checkpoint.note"

Told = set[tuple[str, str]]  # code and path of each finding


@dataclass(frozen=True)
class Attack:
    """One thing done to an archive.

    Attributes:
        name: What is done.
        row: Of the threat model.
        act: Does it, and says what has to be found.
        witness: The code that is found besides with the checkpoint that
            somebody outside kept (`target.witnessed`, to be called before);
            empty where that adds nothing.
    """

    name: str
    row: str
    act: Callable[[Archive], Told]
    witness: str = ""


def object_id(number: int) -> str:
    return str(uuid.UUID(int=number, version=4))


def folder(number: int) -> str:
    """The folder of a document, from the archive's root."""
    return f"objects/{objects.relative_folder(object_id(number))}"


def made(root: Path, documents: int) -> Archive:
    """An archive of tiny documents, numbered from 1, one of them corrected, its ledger signed.

    Nothing is flushed, so that a thousand documents take seconds.
    """
    with mock.patch.object(os, "fsync"):
        archive = archives.create(root, name="target", language="en", now=NOW, agent=AGENT)
        with open_catalogue(archive) as catalogue:
            for number in range(1, documents + 1):
                file_one(archive, catalogue, number)
            _correct(archive, catalogue)
            checkpoint.renew(archive, catalogue, now=NOW, agent=AGENT)
    return archive


def copied(archive: Archive, root: Path) -> Archive:
    """The same archive in another folder; `cp` takes a third of the time that `shutil` takes."""
    root.parent.mkdir(parents=True, exist_ok=True)
    words = ["cp", "-a", str(archive.root), str(root)]
    subprocess.run(words, check=True)
    return archives.open_archive(root)


def furnished(archive: Archive, authority: Authority) -> None:
    """Give it what an archive gets in time besides: settings, a signed paper, a witness, a time stamp."""
    now = NOW + timedelta(days=2)
    witness = Signer("acme", bytes(range(32)))
    told = f'[[witness]]\nname = "acme"\nkey = "{witness.witness.vkey}"\n'
    (archive.root / policy.FILE).write_text(told)
    with taken_up(archive, now=now, agent=AGENT) as catalogue:
        access.change(catalogue, AGENT, ["administrator"], now=now, agent=AGENT)
        schedules.adopt(catalogue, schedules.preset("es"), now=now, agent=AGENT)
        paper = {f"custody/{object_id(99)}/acta.pdf": b"%PDF-1.7 signed"}
        papers.file(catalogue, Draft("custody_transfer"), paper, now=now, agent=AGENT)
    unstamped = (archive.root / NOTE).read_bytes()
    request = stamping.prepared(unstamped)
    stamp = stamping.received(archive, unstamped, request, authority.answer(request))
    cosigned = note.cosigned(unstamped, witness, int(now.timestamp()))
    with taken_up(archive, now=now, agent=AGENT) as catalogue:
        timestamps.keep(archive, catalogue, stamp, now=now, agent=AGENT)
        handouts.acknowledge(archive, catalogue, cosigned, now=now, agent=AGENT)


def vouched(archive: Archive) -> list[Path]:
    """Every file outside the objects that the ledger vouches for, the ledger's own among them."""
    paths = [path for top in ("ledger", "custody") for path in (archive.root / top).rglob("*")]
    paths += [*archive.objects.glob("*"), *archive.objects.glob("extensions/*/*")]
    paths += [archive.root / name for name in ("access.toml", "retention.toml")]
    return sorted(path for path in paths if path.is_file())


def file_one(archive: Archive, catalogue: Catalogue, number: int) -> None:
    """Claim and deposit one document."""
    original = f"%PDF-1.7 document {number}".encode()
    claimed = archive.work / "claimed.pdf"
    claimed.write_bytes(original)
    derived = archive.staging / "derived.pdf"
    derived.write_bytes(b"%PDF-1.7 searchable " + original)
    words = tuple(Word(text, Box(9 * n, 2, 9 * n + 8, 9), 0.9) for n, text in enumerate(("No.", str(number))))
    field = Field(f"F-{number}", f"F-{number}", 0.99, "verified", "ocr", 1, Box(1, 2, 3, 4))
    extraction = Extraction("invoice", "invoice", 0.9, "en", {"invoice_number": field})
    page = Page(1, 2480, 3508, 300.0, "read", (Line(words),), language="eng")
    record = Record(
        None,
        f"{number}.pdf",
        hashlib.sha256(original).hexdigest(),
        "application/pdf",
        extraction,
        (page,),
        (),
        "accepted",
    )
    deposit(
        archive,
        catalogue,
        record,
        {f"original/{number}.pdf": claimed, "derived/document.pdf": derived},
        object_id=object_id(number),
        now=NOW + timedelta(minutes=number),
        agent=AGENT,
    )
    claimed.unlink()


def _correct(archive: Archive, catalogue: Catalogue) -> None:
    record = objects.read_record(archive, object_id(CORRECTED))
    revision = Revision(replace(record, source="corrected"), 2, detail={"decision": "correct"})
    revise(archive, catalogue, [revision], now=NOW + timedelta(days=1), agent=AGENT)


# --- what an insider can do ---------------------------------------------------------------------------------


def happened(archive: Archive, draft: Draft, agent: str = AGENT) -> None:
    """Write an event as docscan does, and sign the ledger."""
    with open_catalogue(archive) as catalogue:
        catalogue.apply(ledger.append(archive, draft, now=NOW + timedelta(days=2), agent=agent))
        checkpoint.renew(archive, catalogue, now=NOW + timedelta(days=2), agent=AGENT)


def removed(archive: Archive, number: int) -> None:
    """Take a document off the shelf, with the folders above it that it leaves empty."""
    path = archive.root / folder(number)
    shutil.rmtree(path)
    while path.parent != archive.objects and not any(path.parent.iterdir()):
        path = path.parent
        path.rmdir()


def witnessed(archive: Archive) -> Path:
    """Somebody outside keeps a copy of the checkpoint; where it lies."""
    return Path(shutil.copyfile(archive.root / NOTE, archive.root.with_name("witnessed.note")))


def lines_of(archive: Archive) -> list[bytes]:
    """All lines of the ledger, without their newlines."""
    return [
        line for path in sorted(archive.ledger.glob("0*.jsonl")) for line in path.read_bytes().splitlines()
    ]


def put_lines(archive: Archive, lines: Sequence[bytes]) -> None:
    """Write these lines as the ledger, as they are; the head stays."""
    for path in archive.ledger.glob("0*.jsonl"):
        path.unlink()
    for number in range(0, len(lines), ledger.SEGMENT_LINES):
        part = lines[number : number + ledger.SEGMENT_LINES]
        ledger.segment(archive, number).write_bytes(b"".join(line + b"\n" for line in part))


def rewritten(archive: Archive, events: Iterable[dict[str, Any]], signer: Signer | None = None) -> None:
    """Make these events the ledger, with every number, link and head right, and forget the catalogue.

    Args:
        archive: The archive.
        events: As parsed; their `seq` and `prev` are put right.
        signer: Signs the new checkpoint; None leaves the one there is.
    """
    lines, prev = list[bytes](), NO_LINE
    for seq, event in enumerate(events):
        line = rfc8785.dumps(event | {"seq": seq, "prev": prev})
        prev = hashlib.sha256(b"\0" + line).hexdigest()
        lines.append(line)
    put_lines(archive, lines)
    (archive.ledger / "head.json").write_bytes(ledger.Head(len(lines), prev).data)
    if signer is not None:
        signed(archive, signer)
    for path in archive.root.glob("catalogue.db*"):
        path.unlink()
    with open_catalogue(archive):
        pass


def signed(archive: Archive, signer: Signer, origin: str = "") -> None:
    """Put a checkpoint of the ledger as it stands in the place of the one there is."""
    frontier: tuple[bytes, ...] = ()
    lines = lines_of(archive)
    for size, line in enumerate(lines):
        frontier = merkle.grown(frontier, size, merkle.leaf(line))
    found = checkpoint.Checkpoint(origin or ledger.origin(archive), len(lines), merkle.root(frontier))
    (archive.root / NOTE).write_bytes(note.signed(found.text, signer))


def own_key(archive: Archive) -> Signer:
    """The log's private key, which an insider of the worst kind has."""
    signer = keys.signer_of(archive)
    assert signer is not None
    return signer


def stranger(archive: Archive) -> Signer:
    """A key of the log's name that is not the log's."""
    return Signer(own_key(archive).name, bytes(range(32)))


def events_of(archive: Archive) -> list[dict[str, Any]]:
    """All events, as they can be edited."""
    return [json.loads(line) for line in lines_of(archive)]


@contextmanager
def put_back(path: Path) -> Iterator[bytes]:
    """A file's bytes; whatever is done to it meanwhile is undone in place."""
    before = path.read_bytes()
    try:
        yield before
    finally:
        with path.open("r+b", buffering=0) as file:
            file.truncate(len(before))
            file.write(before)


def altered(path: Path, count: int, chance: random.Random) -> Iterator[int]:
    """The places of random bytes of a file, each of them another for as long as it is at hand.

    Of a file with no more bytes than are asked for, all.
    """
    size = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        for place in sorted(chance.sample(range(size), min(count, size))):
            before = os.pread(file.fileno(), 1, place)
            os.pwrite(file.fileno(), bytes([before[0] ^ (1 << chance.randrange(8))]), place)
            yield place
            os.pwrite(file.fileno(), before, place)


def spoiled(path: Path) -> Iterator[str]:
    """What else can become of a file, each for as long as it is at hand: cut, empty, longer, lost."""
    before = path.read_bytes()
    try:
        for name, data in (("cut", before[:-1]), ("empty", b""), ("longer", before + b"\n")):
            path.write_bytes(data)
            yield name
        path.unlink()
        yield "lost"
    finally:
        path.write_bytes(before)


def edited(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Write a file anew with other bytes."""
    path.write_bytes(change(path.read_bytes()))


# --- what several attacks do --------------------------------------------------------------------------------


def flip(archive: Archive, path: str) -> Told:
    edited(archive.root / path, lambda data: data[:-3] + bytes([data[-3] ^ 4]) + data[-2:])
    return {("D1", path)}


def cut(archive: Archive, path: str, size: int) -> Told:
    edited(archive.root / path, lambda data: data[:size])
    return {("D1", path)}


def lose(archive: Archive, path: str) -> Told:
    (archive.root / path).unlink()
    return {("D2", path)}


def link_out(archive: Archive, path: str) -> Told:
    outside = archive.root.with_name("outside")
    (archive.root / path).rename(outside)
    (archive.root / path).symlink_to(outside)
    return {("D5", path)}


def undo_correction(archive: Archive) -> Told:
    """The second version of a document taken away, and the first one's inventory put in its place."""
    home = archive.root / folder(CORRECTED)
    shutil.rmtree(home / "v2")
    told: Told = set()
    for name in ("inventory.json", "inventory.json.sha256"):
        shutil.copyfile(home / "v1" / name, home / name)
        at = f"{folder(CORRECTED)}/"
        told |= {("D1", f"{at}{name}"), ("D2", f"{at}v2/{name}")}
    return told | {("D7", f"{folder(CORRECTED)}/inventory.json")}
