"""What a ledger under examination can still prove: the sum of the lines that can be believed."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from docscan.archive import event
from docscan.archive.custody import CustodyFinding
from docscan.archive.event import Event
from docscan.archive.ledger import Head
from docscan.archive.lines import Said
from docscan.archive.proof import merkle
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.merkle import Tree

# events that are asked for more than their object and files
NOTED = frozenset(
    {"creation", "key rotation", "appraisal", "deletion", "fixity check", "hold placed", "hold released"}
)


Of = TypeVar("Of")
Filing = tuple[int, int, str, str]
"""A line that names files of an object: its number, the object's version, its time, and the files as JSON.

Plain tuples of plain values, which the garbage collector passes over: of a
million lines that is a third of the time.
"""

Filings = Filing | list[Filing]  # most objects have one


class Told(Mapping[str, Of]):
    """What the ledger tells of each object, by UUID; worked out when it is asked for.

    Args:
        lines: The lines that name files of the object, in order.
        read: What is to be made of them.
    """

    def __init__(self, lines: Mapping[str, Filings], read: Callable[[Sequence[Filing]], Of]) -> None:
        self._lines, self._read = lines, read

    def __getitem__(self, object_id: str) -> Of:
        lines = self._lines[object_id]
        return self._read(lines if isinstance(lines, list) else [lines])

    def __contains__(self, object_id: object) -> bool:
        return object_id in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


@dataclass(slots=True)
class Examined:
    """What the ledger can still prove.

    Attributes:
        findings: What is wrong with it.
        creation: The event that opened it, when that can be believed.
        about: By UUID, the lines that name files of the object.
        shelved: The same, without what was destroyed since.
        deleted: By UUID, the event that destroyed the object.
        files: By path, the newest digest of each file that an event without an object names.
        lines: By path, the number of that event.
        checks: The fixity checks.
        custody: Holds that were placed and released, and every destruction, its proposal and its approval.
        keys: The public keys it is signed with, in hex: from which event on, and which.
        tree: The hash tree over its lines as they are, damaged ones too.
        size: How many events there are, as far as can be told.
        sound: How many of them can be believed.
        head: Where it ends, when `head.json` can be believed.
        checkpoint: What was signed last, when that can be believed.
    """

    findings: list[CustodyFinding] = field(default_factory=list)
    creation: Event | None = None
    about: dict[str, Filings] = field(default_factory=dict)
    shelved: dict[str, Filings] = field(default_factory=dict)
    deleted: dict[str, Event] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    checks: list[Event] = field(default_factory=list)
    custody: list[Event] = field(default_factory=list)
    keys: list[tuple[int, str]] = field(default_factory=list)
    tree: Tree = field(default_factory=lambda: merkle.tree_of(b""))
    size: int = 0
    sound: int = 0
    head: Head | None = None
    checkpoint: Checkpoint | None = None

    @property
    def objects(self) -> Mapping[str, dict[str, str]]:
        """By UUID, the digests of the object's files; none of one that was destroyed."""
        return Told(self.shelved, _files)

    @property
    def filed(self) -> Mapping[str, dict[int, tuple[int, str]]]:
        """By UUID, the number and the time of the line about each version of the object."""
        return Told(self.about, _versions)

    @property
    def spare(self) -> int:
        """How many objects may stand without a line, because their line is lost."""
        return max(0, self.size - self.sound)

    @property
    def unsigned(self) -> int:
        """How many events no checkpoint counts."""
        return self.size - (0 if self.checkpoint is None else min(self.size, self.checkpoint.size))

    def root(self, size: int) -> bytes | None:
        """The root over the first `size` lines; None where there are not so many."""
        return self.tree.root(size) if 0 <= size <= self.tree.size else None

    def key(self, size: int) -> str | None:
        """The public key, in hex, that a checkpoint over so many events is signed with."""
        return next((key for seq, key in reversed(self.keys) if seq < size), None)

    def believe(self, lines: Iterable[Said]) -> None:
        """Take in what lines say that can be believed, in their order."""
        count, seq = 0, -1
        for seq, _, at, type_, object_id, version, files, line in lines:
            count += 1
            if files and object_id:
                filing = (seq, version, at, files)
                if object_id in self.about:
                    self._vouch(object_id, filing)
                else:
                    self.about[object_id] = self.shelved[object_id] = filing
            elif files:
                named = json.loads(files)
                self.files |= named
                self.lines |= dict.fromkeys(named, seq)
            if type_ in NOTED:
                self._note(event.parsed(line))
        self.sound += count
        self.size = max(self.size, seq + 1)

    def _vouch(self, object_id: str, filing: Filing) -> None:
        """Take in what is not the first of an object; one list does for both, where it is in both."""
        known, shelved = self.about[object_id], self.shelved.get(object_id)
        self.about[object_id] = _and(known, filing)
        self.shelved[object_id] = self.about[object_id] if shelved is known else _and(shelved, filing)

    def _note(self, found: Event) -> None:
        """Keep what other steps ask of an event."""
        if found.type == "creation" and found.seq == 0:
            self.creation = found
        if found.type in {"creation", "key rotation"} and "key" in found.detail:
            self.keys.append((found.seq, str(found.detail["key"])))
        elif found.type == "deletion" and found.object is not None and found.outcome == "pass":
            self.deleted[found.object] = found
            self.custody.append(found)
            self.shelved.pop(found.object, None)
        elif found.type == "fixity check":
            self.checks.append(found)
        elif found.type in {"appraisal", "hold placed", "hold released"}:
            self.custody.append(found)


def _and(known: Filings | None, filing: Filing) -> Filings:
    """One filing more; a list grows without being copied."""
    if isinstance(known, list):
        known.append(filing)
        return known
    return filing if known is None else [known, filing]


def _files(lines: Sequence[Filing]) -> dict[str, str]:
    files: dict[str, str] = {}
    for _, _, _, named in lines:
        files |= json.loads(named)
    return files


def _versions(lines: Sequence[Filing]) -> dict[int, tuple[int, str]]:
    return {version: (seq, at) for seq, version, at, _ in lines}
