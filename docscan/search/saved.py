"""Searches that a person keeps under a name, and what they found when they were last looked at.

They lie in the archive's `searches/`, in a folder of each person's own, and are
nobody's evidence: what is searched for may be a name, so no word of it enters
the ledger, and whoever may delete files may delete these.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docscan.archive import custody, durable, ledger
from docscan.archive.layout import Archive
from docscan.errors import ArchiveError, NotFoundError
from docscan.frozen import dataclass
from docscan.patterns import pattern

FOLDER = "searches"
FORMAT = "docscan.search/1"
MOST_SEEN = 10_000
"""Records that a saved search may find: what finds more tells nobody what is new."""

_NAME = pattern(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_MOST_BYTES = 1 << 20  # ten thousand ids of 36 signs, and a query of a thousand


@dataclass(frozen=True, slots=True)
class Saved:
    """A search that somebody keeps.

    Attributes:
        name: Small letters, digits and hyphens.
        query: As typed.
        looked: When its news were last looked at: ISO 8601, UTC.
        seen: The ids of the records it found then.
    """

    name: str
    query: str
    looked: str
    seen: tuple[str, ...] = ()


def keep(archive: Archive, login: str, saved: Saved) -> None:
    """Keep a search, in the place of one of that name.

    Raises:
        ArchiveError: It has no name that a file can have, finds too much, or cannot be written.
    """
    if len(saved.seen) > MOST_SEEN:
        raise ArchiveError(
            f"{saved.name} finds more than {MOST_SEEN} records.",
            hint="Ask for less, such as added:this year.",
        )
    path = _path(archive, login, saved.name)
    text = json.dumps({"format": FORMAT, **asdict(saved)}, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(path, text.encode(), archive.staging)
    except OSError as problem:
        raise ArchiveError(
            f"{path} cannot be written: {problem.strerror}.", hint="Ask whoever keeps the archive."
        ) from problem


def all_of(archive: Archive, login: str) -> tuple[tuple[Saved, ...], tuple[Path, ...]]:
    """The searches that a person keeps, by name, and the files beside them that are none."""
    kept, broken = [], []
    for path in sorted(_folder(archive, login).glob("*.json")):
        try:
            kept.append(find(archive, login, path.stem))
        except ArchiveError:
            broken.append(path)
    return tuple(kept), tuple(broken)


def find(archive: Archive, login: str, name: str) -> Saved:
    """A person's search of that name.

    Raises:
        NotFoundError: They keep none, or it is not of the form that docscan writes.
    """
    path = _path(archive, login, name)
    try:
        return _read(json.loads(custody.read_small(path, _MOST_BYTES)))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as problem:
        raise _unknown(name) from problem


def remove(archive: Archive, login: str, name: str) -> None:
    """Keep a search no more.

    Raises:
        NotFoundError: There is none of that name.
        ArchiveError: It cannot be deleted.
    """
    try:
        _path(archive, login, name).unlink()  # also one that cannot be read
    except FileNotFoundError as problem:
        raise _unknown(name) from problem
    except OSError as problem:
        raise ArchiveError(
            f"The search {name!r} cannot be removed: {problem.strerror}.",
            hint="Ask whoever keeps the archive.",
        ) from problem


def _unknown(name: str) -> NotFoundError:
    return NotFoundError(f"No search is kept as {name!r}.", hint="`docscan searches list` names yours.")


def _read(found: dict[str, Any]) -> Saved:
    if found.pop("format") != FORMAT:
        raise ValueError(FORMAT)
    seen = tuple(map(str, found.pop("seen")))
    return Saved(**{key: str(value) for key, value in found.items()}, seen=seen)


def _path(archive: Archive, login: str, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ArchiveError(
            f"{name!r} is no name for a search.", hint="Use small letters, digits and hyphens."
        )
    return _folder(archive, login) / f"{name}.json"


def _folder(archive: Archive, login: str) -> Path:
    return archive.root / FOLDER / ledger.pseudonym(archive, login).removeprefix("u:")
