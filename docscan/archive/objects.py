"""The objects: one folder a document, in an OCFL 1.1 storage root.

An object holds the original as received, what was derived from it, the record
and 32 random bytes of salt. It is never rewritten; what a person decides becomes
a further version beside the first. Everything can be checked with `ls`, `jq` and
`sha256sum`, or with any OCFL validator.

Sources: OCFL 1.1 (https://ocfl.io/1.1/spec/) and its storage layout extension
0003 (hash and id n-tuple).
"""

import hashlib
import json
import os
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from docscan.archive import durable, inventory
from docscan.archive.event import UUID
from docscan.archive.inventory import HEAD, Inventory
from docscan.archive.layout import Archive
from docscan.errors import FixityError, NotFoundError

if TYPE_CHECKING:  # a question about records loads neither what they are made of nor how they are built
    from docscan.model import Page, Record

LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
TUPLES = 3  # folders above an object, of
TUPLE = 3  # hex digits each: 4096 names a level keep folders small up to a hundred million objects
ORIGINAL, COMPANION = "original", "companion"  # the folders of what arrived
SEARCHABLE = "derived/document.pdf"  # the pages as they look, with what was read behind them
WORDS = "derived/words.json"  # every word with its place
OBJECT_MARK = "0=ocfl_object_1.1"
OBJECT_MARK_DATA = b"ocfl_object_1.1\n"
INVENTORY, SIDECAR = inventory.NAME, inventory.SIDECAR
KNOWN = "`docscan list` shows the records there are."
NAME_BYTES = 180  # leaves room below the 255 bytes that common file systems take
FORBIDDEN = frozenset('/\\:*?"<>|')  # separators, and what other systems refuse in a name
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)

ROOT_FILES: Mapping[str, bytes] = {
    "0=ocfl_1.1": b"ocfl_1.1\n",
    "ocfl_layout.json": (
        json.dumps(
            {"extension": LAYOUT, "description": "Three levels of three hex digits, then the object's id"},
            indent=2,
        )
        + "\n"
    ).encode(),
    f"extensions/{LAYOUT}/config.json": (
        json.dumps(
            {
                "extensionName": LAYOUT,
                "digestAlgorithm": "sha256",
                "tupleSize": TUPLE,
                "numberOfTuples": TUPLES,
            },
            indent=2,
        )
        + "\n"
    ).encode(),
}


def sha256(data: bytes) -> str:
    """The digest of bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def lay_root(folder: Path) -> None:
    """Write the files of an empty storage root."""
    for name, data in ROOT_FILES.items():
        path = folder / name
        durable.make_folders(path.parent, folder)
        durable.write(path, data)
    durable.sync_tree(folder)


def folder_of(archive: Archive, object_id: str) -> Path:
    """Where an object of that UUID lies or would lie.

    Raises:
        NotFoundError: That is no UUID as docscan writes it.
    """
    return archive.objects / relative_folder(object_id)


def relative_folder(object_id: str) -> str:
    """The folder of an object within the storage root (layout extension 0003).

    Raises:
        NotFoundError: That is no UUID as docscan writes it.
    """
    if not UUID.fullmatch(object_id):
        raise NotFoundError(f"{object_id!r} is not the id of a record.", hint="`docscan list` shows the ids.")
    identifier = f"urn:uuid:{object_id}"
    digest = sha256(identifier.encode())
    above = [digest[n * TUPLE : (n + 1) * TUPLE] for n in range(TUPLES)]
    return "/".join([*above, quote(identifier, safe="").replace("%3A", "%3a")])


def id_of(folder: str) -> str:
    """The UUID in the name of an object's folder; empty when there is none."""
    found = unquote(folder.rpartition("/")[2]).removeprefix("urn:uuid:")
    return found if UUID.fullmatch(found) else ""


def take_out(archive: Archive, object_id: str, place: Path) -> None:
    """Move an object out of the storage root in one step, and the folders that this leaves empty away.

    Args:
        archive: Held by the caller.
        object_id: The object's UUID; one that is not there leaves nothing to move.
        place: Where it goes: a path on the same file system that is free.
    """
    folder = folder_of(archive, object_id)
    if folder.is_dir():
        os.replace(folder, place)  # noqa: PTH105 - a folder, in one step
        durable.sync_folder(place.parent)
    above = folder.parent
    while above != archive.objects:
        if above.is_dir() and not any(above.iterdir()):
            above.rmdir()
            durable.sync_folder(above.parent)
        above = above.parent


def path_of(archive: Archive, object_id: str, logical: str, version: int | None = None) -> Path:
    """The path of one file of an object.

    Args:
        archive: Where the object is.
        object_id: Its UUID.
        logical: Such as `record.json`, `derived/document.pdf`, or `original`
            and `companion` for the one file under these, whatever its name.
        version: Of the object; the newest when None.

    Raises:
        NotFoundError: There is no such object, or no such file in it.
        FixityError: Its inventory cannot be read.
    """
    folder = folder_of(archive, object_id)
    if not folder.is_dir():
        raise NotFoundError(f"There is no record {object_id}.", hint=KNOWN)
    found = inventory_of(archive, object_id, version)
    paths = found.paths(found.head if version is None else version)
    if logical in (ORIGINAL, COMPANION):
        logical = next((name for name in paths if name.startswith(f"{logical}/")), logical)
    path = folder / paths.get(logical, "missing")
    if not path.is_file():
        raise NotFoundError(f"There is no {logical} in record {object_id}.", hint=KNOWN)
    return path


def arrived(archive: Archive, object_id: str) -> tuple[Path, Path | None]:
    """The paths of an object's original, and of the XML file that came beside it, if one did.

    Raises:
        NotFoundError: There is no such object.
        FixityError: Its inventory cannot be read.
    """
    original = path_of(archive, object_id, ORIGINAL)
    try:
        return original, path_of(archive, object_id, COMPANION)
    except NotFoundError:
        return original, None


def sound_path(archive: Archive, object_id: str, logical: str) -> Path:
    """The path of a file of an object's newest version, once its bytes are seen to be those of the inventory.

    Raises:
        NotFoundError: There is no such object, or no such file in it.
        FixityError: It was altered, or its inventory cannot be read.
    """
    path = path_of(archive, object_id, logical)
    found = inventory_of(archive, object_id)
    if durable.digest_of(path) != found.files(found.head)[logical]:
        raise FixityError(
            f"The file {logical} of record {object_id} is not as it was filed.",
            hint="`docscan verify` names what was altered; restore it from a copy.",
        )
    return path


def inventory_of(archive: Archive, object_id: str, version: int | None = None) -> Inventory:
    """The inventory of an object as a version left it; the newest that can be read when None.

    Raises:
        FixityError: It cannot be read.
    """
    folder = folder_of(archive, object_id)
    if version is not None:
        places = [folder / f"v{version}" / INVENTORY]
    else:
        copies = [path for path in folder.glob(f"v*/{INVENTORY}") if HEAD.fullmatch(path.parent.name)]
        places = [folder / INVENTORY, *sorted(copies, key=lambda path: -int(path.parent.name[1:]))]
    problem: Exception = FileNotFoundError("there is none")
    for place in places:
        try:
            return inventory.parsed(place.read_bytes())
        except (OSError, ValueError) as found:
            problem = found
    raise FixityError(
        f"The inventory of record {object_id} cannot be read: {problem}.",
        hint="`docscan verify` names the damaged file; restore it from a copy.",
    ) from problem


def read_record(archive: Archive, object_id: str, version: int | None = None) -> "Record":
    """The record of an object, with the transcripts of its pages.

    Args:
        archive: Where the object is.
        object_id: Its UUID.
        version: Of the object; the newest when None.

    Raises:
        NotFoundError: There is no such object, or it has no record.
        FixityError: Its record cannot be understood.
    """
    from docscan import record as records  # noqa: PLC0415 - it loads what records are made of

    path = path_of(archive, object_id, "record.json", version)
    with understood(object_id):
        return records.from_json(json.loads(path.read_bytes()))


def read_pages(archive: Archive, record: "Record") -> tuple["Page", ...]:
    """The pages of a filed record, with every word in its place.

    Raises:
        NotFoundError: There is no such object, or it has no words.
        FixityError: They cannot be understood.
    """
    from docscan import record as records  # noqa: PLC0415 - it loads what records are made of

    object_id = str(record.id)
    path = path_of(archive, object_id, WORDS)
    with understood(object_id):
        return records.pages_from_words(json.loads(path.read_bytes()), record)


@contextmanager
def understood(object_id: str) -> Iterator[None]:
    """Whatever makes a file of an object unreadable, as a sentence.

    Raises:
        FixityError: It is damaged or of another form.
    """
    try:
        yield
    except (OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as problem:
        raise FixityError(
            f"The record {object_id} cannot be read: {type(problem).__name__}, {problem}.",
            hint="`docscan verify` names the damaged file; restore it from a copy.",
        ) from problem


def safe_name(name: str) -> str:
    """A name that is one path segment on any system, and shows as what it is.

    Composed (NFC); without control, formatting (so no bidirectional tricks),
    private or unassigned characters; without separators; no longer than 180
    bytes of UTF-8, its ending kept.
    """
    kept = "".join(
        " " if letter.isspace() else "_" if letter in FORBIDDEN else letter
        for letter in unicodedata.normalize("NFC", name)
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    trimmed = unicodedata.normalize("NFC", _cut(kept.strip(" .")))
    if trimmed.partition(".")[0].lower() in RESERVED or trimmed.startswith(("-", "~")):
        trimmed = f"_{trimmed}"
    return trimmed or "document"


def _cut(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, ending = name, ""
    room = NAME_BYTES - len((dot if ending else "").encode()) - len(ending.encode())
    while len(stem.encode()) > room:
        stem = stem[:-1]
    stem = stem.rstrip(" .")
    return f"{stem}.{ending}" if ending else stem
