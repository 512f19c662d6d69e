"""A witness: somebody outside who keeps the newest checkpoint, so that no other can take its place (A4, A6).

This runs on the client's machine, without an archive. Its folder holds one key
and, for each log it has seen, the newest note, the log's key if that is pinned,
and evidence of everything that did not fit:

    witness.key                    private, readable by its owner alone
    <log>/newest.note              what it signed last
    <log>/log.vkey                 whom a note must be signed by
    <log>/evidence-<digest>.json   two notes that contradict each other

A handout is judged in this order:

1. It is a checkpoint, and one with the proof that C2SP's tlog-witness asks for.
2. It is signed by the log's key, once that is pinned.
3. It counts no fewer events than the note seen last; with as many it has the
   same root.
4. The proof leads from the tree seen last to this one.

What fails 3 or 4 contradicts what was seen: it is kept as evidence, not signed.
The first checkpoint of a log is taken on trust, as there is nothing to hold it
against.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from docscan.archive import durable, ledger, locks
from docscan.archive.custody import read_small
from docscan.archive.proof import checkpoint, handouts, merkle, note
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.handouts import Handout
from docscan.archive.proof.note import Signer, Verifier
from docscan.errors import ArchiveError, LedgerError
from docscan.frozen import dataclass

EVIDENCE = "docscan.evidence/1"
KEY, NEWEST, PIN = "witness.key", "newest.note", "log.vkey"
BUSY_SECONDS = 10
UNSAFE = re.compile(r"[^A-Za-z0-9.-]")
SMALLER, OTHER_ROOT, NO_PROOF_OF_IT = "smaller", "other root", "inconsistent"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a witness makes of a handout.

    Attributes:
        checkpoint: What was handed out.
        before: What was seen last; None for a log that was never seen.
        pinned: Whether the log's signature was checked.
        note: The checkpoint with the witness's signature; empty for none.
        evidence: The file with both notes, when they contradict each other.
        reason: Why they do: `smaller`, `other root` or `inconsistent`.
    """

    checkpoint: Checkpoint
    before: Checkpoint | None
    pinned: bool
    note: bytes = b""
    evidence: Path | None = None
    reason: str = ""


def create(state: Path, name: str) -> Signer:
    """Make a witness's key, or take the one that is there.

    Args:
        state: The witness's folder.
        name: What the witness is called, in its signatures too.

    Raises:
        ArchiveError: The key cannot be kept, or the name is not allowed.
    """
    path = state / KEY
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        signer = note.generated(name)
        durable.write_private(path, f"{signer.skey}\n".encode())
    except FileExistsError:
        return signer_of(state)
    except (OSError, ValueError) as problem:
        raise ArchiveError(
            f"The witness's key cannot be made at {path}: {problem}.",
            hint="Name another folder with --state, and a name without spaces.",
        ) from problem
    return signer


def signer_of(state: Path) -> Signer:
    """The witness's key.

    Raises:
        ArchiveError: There is none, or it cannot be read.
    """
    path = state / KEY
    try:
        return note.parsed_skey(read_small(path, note.MOST_BYTES).decode().strip())
    except (OSError, ValueError) as problem:
        raise ArchiveError(
            f"There is no key of a witness at {path}: {problem}.", hint="Make one: docscan witness init"
        ) from problem


def judge(state: Path, data: bytes, *, pin: Verifier | None, now: datetime) -> Judgement:
    """Hold a handout against what was seen last; sign it, or keep the evidence.

    Args:
        state: The witness's folder, with its key.
        data: A handout or a note.
        pin: The log's key, to be remembered; None for the one pinned before, if any.
        now: When, with its time zone.

    Raises:
        LedgerError: It is no checkpoint, or of another key than the pinned one,
            or its proof begins elsewhere than where this witness stands.
        ArchiveError: The witness has no key, or its folder cannot be written.
    """
    signer = signer_of(state)
    handed = _read(data)  # step 1
    folder = folder_of(state, handed.checkpoint.origin)
    with _alone(folder):
        return _judged(folder, handed, signer, pin, now)


def _judged(folder: Path, handed: Handout, signer: Signer, pin: Verifier | None, now: datetime) -> Judgement:
    """Steps 2 to 4, with nobody else between what was seen last and what is written as that."""
    offered = handed.checkpoint
    pinned = _expect_signed(folder, handed, pin)  # step 2
    last = _newest(folder)
    before = checkpoint.read(last)[0] if last else None
    reason = "" if before is None else contradiction(before, handed)
    if reason:
        evidence = _keep_evidence(folder, reason, (last, handed.note), handed)
        return Judgement(offered, before, pinned, evidence=evidence, reason=reason)
    cosigned = note.cosigned(handed.note, signer, int(now.timestamp()))
    _write(folder / NEWEST, cosigned)
    return Judgement(offered, before, pinned, cosigned)


def contradiction(before: Checkpoint, handed: Handout) -> str:
    """Steps 3 and 4: why two checkpoints of one log cannot both be true; empty when they can.

    Args:
        before: The one seen earlier.
        handed: The other one, with the proof that leads to it.

    Raises:
        LedgerError: The proof begins elsewhere, so nothing can be said.
    """
    offered = handed.checkpoint
    if offered.origin != before.origin:
        raise LedgerError("These are checkpoints of two logs.", hint="Compare those of one.")
    if offered.size < before.size:
        return SMALLER
    if offered.size == before.size:
        return "" if offered.root == before.root else OTHER_ROOT
    if before.size and handed.old != before.size:
        raise LedgerError(
            f"The proof begins at {handed.old} events, and {before.size} were seen last.",
            hint=f"Ask the custodian for: docscan ledger handout --since {before.size}",
        )
    proven = merkle.verify_consistency(before.size, offered.size, before.root, offered.root, handed.proof)
    return "" if proven or not before.size else NO_PROOF_OF_IT


def compare(state: Path, first: bytes, second: bytes) -> Path | None:
    """Hold what two witnesses kept against each other (A6).

    Args:
        state: A folder for the evidence.
        first: A note or a handout.
        second: Another; the one that counts more events has the proof from the smaller.

    Returns:
        The file with both notes when they contradict each other; None when they agree.

    Raises:
        LedgerError: One is no checkpoint, or there is no proof that leads from the smaller one.
        ArchiveError: The evidence cannot be written.
    """
    small, large = sorted((_read(first), _read(second)), key=lambda one: one.checkpoint.size)
    reason = contradiction(small.checkpoint, large)
    if not reason:
        return None
    folder = folder_of(state, small.checkpoint.origin)
    return _keep_evidence(folder, reason, (small.note, large.note), large)


def folder_of(state: Path, origin: str) -> Path:
    """Where a witness keeps what it knows of a log; the log's name may be anything."""
    digest = hashlib.sha256(origin.encode()).hexdigest()[:8]
    return state / f"{UNSAFE.sub('_', origin)[:64].lstrip('.')}-{digest}"


def _read(data: bytes) -> Handout:
    try:
        return handouts.parsed(data)
    except ValueError as problem:
        raise LedgerError(
            f"This is no checkpoint: {problem}.", hint="Take what `docscan ledger handout` gave, whole."
        ) from problem


def _expect_signed(folder: Path, handed: Handout, pin: Verifier | None) -> bool:
    """Whether the log's signature was found right; False when no key is pinned to check it by."""
    path = folder / PIN
    key = pin
    try:
        if key is None and path.exists():
            key = note.parsed_vkey(read_small(path, note.MOST_BYTES).decode().strip())
    except (OSError, ValueError) as problem:
        raise ArchiveError(
            f"{path} cannot be read: {problem}.", hint="Pin the log's key anew: --key"
        ) from problem
    if key is None:
        return False
    if key.name != handed.checkpoint.origin or not note.valid(note.parsed(handed.note), key):
        raise LedgerError(
            "The checkpoint is not signed by the key that is pinned for this log.",
            hint="If the custodian can say why the key changed, pin the new one: --key",
        )
    if pin is not None:
        _write(path, f"{key.vkey}\n".encode())
    return True


def _newest(folder: Path) -> bytes:
    """The note that was signed last; empty when there is none."""
    path = folder / NEWEST
    try:
        found = read_small(path, note.MOST_BYTES)
        checkpoint.read(found)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as problem:
        raise ArchiveError(
            f"What was seen last cannot be read: {path}: {problem}.",
            hint="Bring it back from a copy; without it the log would be taken on trust again.",
        ) from problem
    return found


def _keep_evidence(folder: Path, reason: str, notes: tuple[bytes, bytes], handed: Handout) -> Path:
    facts = {
        "format": EVIDENCE,
        "reason": reason,
        "seen": notes[0].decode(),
        "presented": notes[1].decode(),
        "old": handed.old,
        "proof": [one.hex() for one in handed.proof],
    }
    data = json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n"
    path = folder / f"evidence-{ledger.sha256(data)[:16]}.json"
    _write(path, data)
    return path


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold what is known of a log: of two checks at once, the later would put an older note back."""
    with ExitStack() as stack:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(locks.locked(folder / ".lock", BUSY_SECONDS))
        except OSError as problem:
            raise ArchiveError(
                f"{folder} cannot be held: {problem}.",
                hint="Wait for another check, or name a folder with --state.",
            ) from problem
        yield


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.replace(path, data, path.parent)
    except OSError as problem:
        raise ArchiveError(
            f"{path} cannot be written: {problem.strerror}.", hint="Name another folder with --state."
        ) from problem
