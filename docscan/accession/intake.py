"""What a file is, by its content, and its bytes brought to safety."""

import hashlib
import os
import stat
from pathlib import Path

from docscan.errors import AccessionError, LimitExceededError, UnreadableDocumentError, UnsupportedMediaError
from docscan.frozen import dataclass
from docscan.pipeline import Limits

CHUNK = 1 << 20

# Signatures at the start of a file (offset, bytes): the formats' own specifications.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"II+\0", "image/tiff"),  # BigTIFF
    (0, b"MM\0+", "image/tiff"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (8, b"WEBP", "image/webp"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (0, b"\xff\x4f\xff\x51", "image/jp2"),  # a bare JPEG 2000 codestream
)
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")

# What people drop by mistake, by the phrase that names it in the reason (docscan/messages/accession.toml).
FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "@N010"),
    (0, b"\xd0\xcf\x11\xe0", "@N011"),
    (0, b"GIF8", "@N012"),
    (0, b"BM", "@N012"),
    (0, b"{\\rtf", "@N014"),
    (0, b"MZ", "@N013"),
    (0, b"\x7fELF", "@N013"),
    (0, b"\x1f\x8b", "@N015"),
    (0, b"<?xml", "@N014"),
)


@dataclass(frozen=True, slots=True)
class Received:
    """A file brought to safety.

    Attributes:
        accession: The UUID given when it was claimed; its object's id later.
        path: The copy that is read from here on.
        source: The name it arrived under.
        sha256: Of its bytes.
        media_type: By content.
        companion: The XML file that came beside it, if any.
    """

    accession: str
    path: Path
    source: str
    sha256: str
    media_type: str
    companion: Path | None = None


def check(path: Path, limits: Limits) -> None:
    """Refuse what cannot be a document, before it is copied.

    Raises:
        AccessionError: A link or special file (A090), empty (A010), over the
            limit of bytes (A060), or not ours to read (A130).
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise AccessionError("A090")
    if status.st_size == 0:
        raise UnreadableDocumentError("A010")
    if status.st_size > limits.max_megabytes * 1_000_000:
        found, allowed = f"{status.st_size / 1e6:.0f} MB", f"{limits.max_megabytes} MB"
        raise LimitExceededError("A060", found=found, allowed=allowed)
    try:
        path.open("rb").close()
    except OSError as problem:
        raise AccessionError("A130", detail=problem.strerror or "") from problem


def identify(path: Path) -> str:
    """The media type, by content and never by name.

    Returns:
        `application/pdf` or one of `image/tiff`, `png`, `jpeg`, `webp`,
        `jp2`, `heic`.

    Raises:
        UnreadableDocumentError: The file is empty (A010).
        UnsupportedMediaError: Something else (A020).
    """
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise UnreadableDocumentError("A010")
    if b"%PDF-" in head:  # readers accept the mark anywhere in the first 1024 bytes (ISO 32000-1, annex H)
        return "application/pdf"
    for offset, mark, media_type in SIGNATURES:
        if head[offset : offset + len(mark)] == mark:
            return media_type
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "image/heic"
    raise UnsupportedMediaError("A020", found=_described(head))


def expect_format(media_type: str, limits: Limits) -> None:
    """Refuse a kind of file that the pipeline does not take.

    Raises:
        UnsupportedMediaError: It is another (A021).
    """
    name = media_type.rpartition("/")[2]
    if limits.formats and name not in limits.formats:
        raise UnsupportedMediaError("A021", found=name.upper(), allowed=", ".join(limits.formats).upper())


def _described(head: bytes) -> str:
    for offset, mark, name in FOREIGN:
        if head[offset : offset + len(mark)] == mark:
            return name
    try:
        head[:-3].decode("utf-8")  # the last character may be cut
    except UnicodeDecodeError:
        return "@N016"
    return "@N014"


def copy(source: Path, target: Path) -> str:
    """Copy a file, hashing what is written, and flush it to the disk.

    Returns:
        The SHA-256 of the copied bytes, in hexadecimal.
    """
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()
