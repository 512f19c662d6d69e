"""Entities as rows of a register sheet, and sheets as files.

A sheet, `holdings/<uuid>.jsonl`, has one line of canonical JSON (RFC 8785) for
each entity that was registered or changed: its kind, and every field that says
something. What is left out has its default, so that a row is as long as what
is known. Its first line is 32 random bytes: what few words a sheet holds could
otherwise be guessed from the digest that the ledger has for ever.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docscan.archive import ledger
from docscan.archive.custody import read_small
from docscan.archive.event import UUID
from docscan.holdings.entities import TYPES, Entity, defaults, faults, kind_of

SHEET = re.compile(rf"holdings/{UUID.pattern}\.jsonl")
SHEET_ROWS = 10_000  # at most
SHEET_BYTES = 1 << 23  # at most, but for a single row; 10,000 rows have about 3 MB
ROW_BYTES = 1 << 16  # of the longest row: a title and pages of notes
SALT = b'{"kind":"salt","salt":'


def row(entity: Entity) -> bytes:
    """An entity as a line of a sheet, with its newline.

    Raises:
        ValueError: It has more to say than a row can hold.
    """
    told: dict[str, Any] = {"kind": kind_of(entity)}
    for name, default in defaults(kind_of(entity)).items():
        value = getattr(entity, name)
        if value != default:
            told[name] = value
    if "extra" in told:  # RFC 8785 has names in the order of their UTF-16 code units
        told["extra"] = dict(sorted(told["extra"].items(), key=lambda pair: pair[0].encode("utf-16-be")))
    in_order = dict(sorted(told.items()))
    line = json.dumps(in_order, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(line) > ROW_BYTES:
        raise ValueError(f"a row of {len(line)} bytes is too long")
    return line + b"\n"


def salt() -> bytes:
    """The first line of a sheet, with its newline: no two are alike."""
    return SALT + f'"{secrets.token_hex(32)}"}}\n'.encode()


def sheets(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Rows as the bytes of as few sheets as hold them, in their order, each after its salt."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if len(held) == SHEET_ROWS or (held and size + len(line) > SHEET_BYTES):
            yield salt() + b"".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield salt() + b"".join(held)


def read(root: Path, path: str, digest: str) -> bytes:
    """A sheet as it was filed; nothing when it is not as it was filed, which `verify` tells.

    Args:
        root: The archive's root.
        path: The sheet, from there.
        digest: SHA-256 in hex, as the ledger has it.
    """
    try:
        data = read_small(root / path, SHEET_BYTES + 2 * ROW_BYTES)
    except OSError:
        return b""
    return data if ledger.sha256(data) == digest else b""


def entities(data: bytes) -> Iterator[Entity]:
    """The entities of a sheet in their order; a line that is no row of ours is passed over."""
    for line in data.split(b"\n"):
        found = _parsed(line)
        if found is not None:
            yield found


def _parsed(line: bytes) -> Entity | None:
    try:
        found = json.loads(line)
        entity = TYPES[found.pop("kind")](**found)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return None if any(faults(entity)) else entity
