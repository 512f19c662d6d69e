"""Inventories: what an object says of its own files, version by version.

A version stores the files that are new in it; all others are carried on by
their digests. What an earlier version said is repeated as it stands.

Source: OCFL 1.1, 3.5 (https://ocfl.io/1.1/spec/#inventory).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from docscan.frozen import dataclass
from docscan.patterns import pattern

NAME = "inventory.json"
SIDECAR = "inventory.json.sha256"
TYPE = "https://ocfl.io/1.1/spec/#inventory"
HEAD = pattern(r"v([1-9]\d{0,4})", re.ASCII)
CONTENT = pattern(r"v[1-9]\d{0,4}/content/(?!\.{1,2}(/|$))[^/]+(/(?!\.{1,2}(/|$))[^/]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Version:
    """What is to be said of a version.

    Attributes:
        id: The object's UUID.
        created: ISO 8601, UTC.
        agent: The pseudonym of who made it.
        files: SHA-256 by logical path (`original/scan.pdf`, `record.json`) of
            every file it has, also of those that are carried on.
        number: From 1.
        message: Why it was made, in a word.
    """

    id: str
    created: str
    agent: str
    files: Mapping[str, str]
    number: int = 1
    message: str = "ingestion"


@dataclass(frozen=True, slots=True)
class Inventory:
    """An inventory that was read.

    Attributes:
        head: The number of the newest version.
        manifest: The paths in the object of every digest.
        versions: What each version says, by its number.
    """

    head: int
    manifest: Mapping[str, tuple[str, ...]]
    versions: Mapping[int, Mapping[str, Any]]

    def files(self, number: int) -> dict[str, str]:
        """The digest of each file of a version, by its logical path; empty for an unknown one."""
        state = self.versions[number]["state"] if number in self.versions else {}
        return {logical: digest for digest, names in state.items() for logical in names}

    def paths(self, number: int) -> dict[str, str]:
        """Where each file of a version lies in the object, by its logical path."""
        return {logical: self.manifest[digest][0] for logical, digest in self.files(number).items()}


def parsed(data: bytes) -> Inventory:
    """Read the bytes of an inventory.

    Raises:
        ValueError: They are not one, or it points out of its object.
    """
    try:
        found = json.loads(data)
        inventory = Inventory(
            head=_number(found["head"]),
            manifest={digest: tuple(paths) for digest, paths in found["manifest"].items()},
            versions={_number(name): block for name, block in found["versions"].items()},
        )
        paths = [path for number in inventory.versions for path in inventory.paths(number).values()]
        inside = all(CONTENT.fullmatch(path) for path in paths)
    except (LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise ValueError(f"it is of another form: {problem}") from problem
    if not inside or inventory.head not in inventory.versions:
        raise ValueError("it points at what is not there")
    return inventory


def written(version: Version, before: Inventory | None = None) -> bytes:
    """The bytes of `inventory.json` for a version.

    Args:
        version: The newest.
        before: The inventory of the version before it; none for the first.
    """
    manifest = {} if before is None else {digest: list(paths) for digest, paths in before.manifest.items()}
    known, state = set(manifest), dict[str, list[str]]()
    for logical, digest in sorted(version.files.items()):
        state.setdefault(digest, []).append(logical)
        if digest not in known:
            manifest.setdefault(digest, []).append(content(logical, version.number))
    blocks = {} if before is None else {f"v{number}": block for number, block in before.versions.items()}
    blocks[f"v{version.number}"] = {
        "created": version.created,
        "message": version.message,
        "user": {"name": version.agent},
        "state": state,
    }
    found = {
        "id": f"urn:uuid:{version.id}",
        "type": TYPE,
        "digestAlgorithm": "sha256",
        "head": f"v{version.number}",
        "manifest": manifest,
        "versions": blocks,
    }
    return (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode()


def sidecar(inventory: bytes) -> bytes:
    """The bytes of `inventory.json.sha256`."""
    return f"{hashlib.sha256(inventory).hexdigest()} {NAME}\n".encode()


def content(logical: str, number: int = 1) -> str:
    """Where a file that is new in a version lies in its object."""
    return f"v{number}/content/{logical}"


def _number(name: str) -> int:
    found = HEAD.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no version")
    return int(found[1])
