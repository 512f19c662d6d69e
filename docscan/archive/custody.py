"""What is wrong with the custody of an archive, and how to look at files that nobody vouches for."""

import os
import stat
from collections.abc import Mapping
from dataclasses import field
from io import FileIO
from pathlib import Path

from docscan.archive import durable
from docscan.frozen import dataclass
from docscan.messages import sentence


@dataclass(frozen=True, slots=True)
class CustodyFinding:
    """One thing that is not as the ledger says.

    Attributes:
        code: Has a sentence in every language in `docscan/messages/custody.toml`.
        path: The file it is about, from the archive's root, made printable.
        object: The UUID of the object it belongs to, or empty.
        expected: What should be there: a digest or a number, or empty.
        found: What is there instead, or empty.
        facts: What else fills the places in the sentence.
        line: The number of the event that vouches for it, when there is one.
        last_good: When it was seen for the last time to be what that event
            says, or was filed: ISO 8601, UTC; empty when nobody can tell.
    """

    code: str
    path: str
    object: str = ""
    expected: str = ""
    found: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None
    last_good: str = ""

    def sentence(self, language: str) -> str:
        """The finding in words, to stand after its path.

        Args:
            language: `en`, `es`, `pl` or `de`.
        """
        return sentence(self.code, language, expected=self.expected, found=self.found, **self.facts)


@dataclass(slots=True)
class Seen:
    """How much was looked at: objects, and bytes of the files that were hashed."""

    objects: int = 0
    bytes: int = 0


def shown(path: str) -> str:
    """A path that can be printed: bytes that are no text, and signs that do not show, as escapes."""
    if path.isascii() and path.isprintable():
        return path
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def kind_of(path: Path) -> str:
    """What lies at a path: `file`, `folder`, `link`, `special`, `missing`, or `unreadable`."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "missing"
    except OSError:  # it may not be looked at, or lies deeper than the system takes
        return "unreadable"
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "special"


def misplaced(path: str, kind: str, object_id: str = "") -> CustodyFinding:
    """What is to be said of something that nobody vouches for.

    Args:
        path: Where it is, from the archive's root.
        kind: What it is, as `kind_of` says.
        object_id: The object it lies in, if any.
    """
    code = {"file": "D3", "folder": "D3", "unreadable": "D6"}.get(kind, "D5")
    return CustodyFinding(code, shown(path), object_id, found=kind, facts={"reason": kind})


def opened(path: Path) -> FileIO:
    """Open a regular file without following a link or waiting for a pipe.

    Raises:
        OSError: There is none, or it may not be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    file = FileIO(descriptor)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OSError(f"{path} is no regular file")
    return file


def read_small(path: Path, limit: int) -> bytes:
    """The first bytes of a regular file, one more than the limit at most.

    Raises:
        OSError: It cannot be read.
    """
    with opened(path) as file:
        return file.read(limit + 1)


def digest(path: Path, expected: str, seen: Seen) -> str:
    """The SHA-256 of a file in hex, read once more from the disk before it is called another.

    Raises:
        OSError: It cannot be read.
    """
    with opened(path) as file:
        found = durable.sha256(file)
        seen.bytes += file.tell()
        if found != expected:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            file.seek(0)
            found = durable.sha256(file)
    return found


def compare(root: Path, path: str, expected: str, seen: Seen, object_id: str = "") -> CustodyFinding | None:
    """Hold one file against the digest it should have (threats A1 and A2).

    Args:
        root: The archive's root.
        path: The file, from there.
        expected: SHA-256 in hex.
        seen: Counts what was read.
        object_id: The object it belongs to.
    """
    place = root / path
    kind = kind_of(place)
    if kind in {"folder", "link", "special"}:
        return CustodyFinding("D5", shown(path), object_id, found=kind)
    try:
        found = digest(place, expected, seen)
    except (FileNotFoundError, NotADirectoryError):  # also when it went away this moment
        return CustodyFinding("D2", shown(path), object_id, expected)
    except OSError as problem:
        return CustodyFinding("D6", shown(path), object_id, expected, facts={"reason": reason(problem)})
    return None if found == expected else CustodyFinding("D1", shown(path), object_id, expected, found)


def reason(problem: OSError) -> str:
    """Why a file cannot be read, without its path."""
    return problem.strerror or type(problem).__name__
