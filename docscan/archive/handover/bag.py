"""Bags: documents on their way out, as BagIt packages (RFC 8493) whose manifest the log's key has signed.

A bag holds an excerpt, or at the end of a contract everything: then its
payload is the archive itself, without the projections. Anybody can change a
bag and make its manifests anew, and a validator will call it valid (A2). What
tells is the ledger's lines in it, their proofs, and the signature:
`signatures/tagmanifest-sha256.txt.ed25519` is one of the bytes of the file of
that name.
"""

import logging
import os
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import bagit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from docscan import PROGRAM
from docscan.archive import chain, config, durable, ledger, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.examined import Examined
from docscan.archive.handover import packing, proofs
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, keys, policy, timestamps
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.note import Signer
from docscan.errors import ArchiveError, ConfigError, LedgerError
from docscan.frozen import dataclass
from docscan.messages import sentence

TAGS = "tagmanifest-sha256.txt"
SIGNATURE, SIGNER = f"signatures/{TAGS}.ed25519", "signatures/log-key.pem"
DEFINITIONS = ("pipelines", "schemas")  # folders of what an archivist wrote
LEDGER = ("log.json", "head.json", checkpoint.FILE)

logging.getLogger("bagit").addHandler(logging.NullHandler())  # what goes wrong is raised as well


@dataclass(frozen=True, slots=True)
class Packed:
    """A bag that is complete.

    Attributes:
        folder: The bag.
        checkpoint: Of the ledger, as it lies in the bag.
        objects: How many documents.
        octets: Of the payload.
        files: Of the payload.
        manifest: The digest of the tag manifest, by which the bag can be named.
    """

    folder: Path
    checkpoint: Checkpoint
    objects: int
    octets: int
    files: int
    manifest: str


def selection(
    archive: Archive, catalogue: Catalogue, ids: Iterable[str], folder: Path, *, now: datetime
) -> Packed:
    """Pack some documents with their proofs.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        ids: The UUIDs of the documents.
        folder: Where the bag is to be; not there yet, or empty.
        now: When, with its time zone.

    Raises:
        NotFoundError: There is no such document.
        FixityError: A file is not as it was filed.
        LedgerError: The log's key cannot be had, or not all was signed.
        ArchiveError: The bag cannot be written.
    """
    signer = signer_of(archive, catalogue)
    with packing.packed(folder) as top:
        written = proofs.write(archive, catalogue, ids, top)
        _bag(archive, top, written.checkpoint, signer, now)
    return _packed(folder, written.checkpoint, written.objects)


def hand_over(archive: Archive, catalogue: Catalogue, folder: Path, *, now: datetime, agent: str) -> Packed:
    """Pack everything, as at the end of a contract, and say so in the ledger before and after.

    Args:
        archive: Held by the caller, and recovered.
        catalogue: Open on that archive.
        folder: Where the bag is to be; not there yet, or empty.
        now: When, with its time zone.
        agent: Who hands over: a login name.

    Raises:
        FixityError: A file is not as it was filed.
        LedgerError: The log's key cannot be had, or the ledger is not whole.
        ArchiveError: The bag cannot be written.
    """
    signer = signer_of(archive, catalogue)
    about: dict[str, str | int] = {"transfer": str(uuid.uuid4()), "objects": catalogue.count()}

    def tell(outcome: str, facts: Mapping[str, str | int]) -> None:
        draft = Draft("custody_transfer", outcome, detail={**about, **facts}, role="transmitter")
        catalogue.apply(ledger.append(archive, draft, now=now, agent=agent))
        checkpoint.renew(archive, catalogue, now=now, agent=agent)

    tell("pending", {})
    try:
        with packing.packed(folder) as top:
            signed, _ = proofs.newest(archive)
            count = _everything(archive, top)
            _bag(archive, top, signed, signer, now)
    except ArchiveError:
        tell("cancelled", {})
        raise
    done = _packed(folder, signed, count)
    tell("pass", {"manifest": done.manifest, "size": signed.size, "root": signed.root.hex()})
    return done


def signer_of(archive: Archive, catalogue: Catalogue) -> Signer:
    """The log's key, by which a bag is signed.

    Raises:
        LedgerError: It cannot be had, or is not the one the ledger tells.
    """
    signer = keys.signer_of(archive)
    told = catalogue.key_told()
    if signer is None or told is None or signer.public.hex() != told[1]:
        raise LedgerError(
            "The log's key cannot be had, so a bag cannot be signed.",
            hint="`docscan doctor` says where it should lie.",
        )
    return signer


def _everything(archive: Archive, top: Path) -> int:
    """Copy the evidence and what the archive is run by; the number of documents."""
    examined = chain.examine(archive)
    if examined.findings:
        raise LedgerError("The ledger is not whole, so it is not handed over.", hint=ledger.VERIFY)
    (top / "objects").mkdir()
    objects.lay_root(top / "objects")
    for object_id, told in examined.objects.items():
        proofs.carry(archive, object_id, told, top)
    for path, digest in _named(examined).items():
        packing.copy(archive.root / path, top / path, digest)
    segments = [path.name for path in sorted(archive.ledger.glob("[0-9]*.jsonl"))]
    for name in (*LEDGER, *segments):
        packing.copy(archive.ledger / name, top / "ledger" / name)
    definitions = [path for name in DEFINITIONS for path in sorted((archive.root / name).rglob("*"))]
    for source in (archive.root / config.FILE, archive.root / policy.FILE, *definitions):
        if source.is_file() and not source.is_symlink():
            packing.copy(source, top / source.relative_to(archive.root))
    _carry_certificates(archive, top)
    return len(examined.objects)


def _carry_certificates(archive: Archive, top: Path) -> None:
    """Copy the file by which time stamps are judged, where it lies in the archive and is of use."""
    try:
        named = policy.own(archive).timestamp.certificates
        if named is None or timestamps.believed(named) is None:
            return
    except ConfigError:  # `docscan verify` says so, here and there
        return
    place = Path(os.path.normpath(named))
    if place.is_relative_to(archive.root) and not (top / place.relative_to(archive.root)).exists():
        packing.copy(named.resolve(), top / place.relative_to(archive.root))


def _named(examined: Examined) -> Mapping[str, str]:
    """The digests of files that events without an object name, but for those that are there anyway."""
    return {
        path: digest
        for path, digest in examined.files.items()
        if not path.startswith("objects/") and path != "ledger/log.json"
    }


def _bag(archive: Archive, top: Path, signed: Checkpoint, signer: Signer, now: datetime) -> None:
    """Turn a folder into a bag: payload, manifests, instructions, signature."""
    info = {
        "Source-Organization": archive.config.name,
        "External-Identifier": f"{signed.origin}@{signed.size}",
        "Bagging-Date": ledger.stamp(now)[:10],
        "Bag-Software-Agent": PROGRAM,
    }
    try:
        bag = bagit.make_bag(str(top), info, checksums=["sha256"])
        packing.add_instructions(archive, top, signed, signer.public.hex())
        bag.save()  # the tag manifest covers them too
    except bagit.BagError as problem:
        raise ArchiveError(f"The bag cannot be made: {problem}.") from problem
    (top / SIGNATURE).parent.mkdir()
    durable.write(top / SIGNATURE, signer.sign((top / TAGS).read_bytes()))
    public = Ed25519PublicKey.from_public_bytes(signer.public)
    durable.write(top / SIGNER, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for path in top.glob("*.txt"):
        durable.sync_file(path)


def _packed(folder: Path, signed: Checkpoint, count: int) -> Packed:
    octets, _, files = str(bagit.Bag(str(folder)).info["Payload-Oxum"]).partition(".")
    manifest = durable.digest_of(folder / TAGS)
    return Packed(folder, signed, count, int(octets), int(files), manifest)


def receipt(archive: Archive, packed: Packed, *, now: datetime) -> str:
    """What both sides keep of a hand-over, in the archive's language."""
    public = (packed.folder / SIGNER).read_bytes()
    key = load_pem_public_key(public).public_bytes(Encoding.Raw, PublicFormat.Raw)
    facts = {
        "name": archive.config.name,
        "date": ledger.stamp(now)[:10],
        "objects": str(packed.objects),
        "files": str(packed.files),
        "octets": str(packed.octets),
        "folder": packed.folder.name,
        "manifest": packed.manifest,
        "origin": packed.checkpoint.origin,
        "size": str(packed.checkpoint.size),
        "root": packed.checkpoint.root.hex(),
        "key": key.hex(),
    }
    return sentence("N910", archive.config.language, **facts)
