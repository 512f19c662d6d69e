"""Has anybody outside seen this ledger, how lately, and the same as we have?

Whoever holds the log's key can cut the ledger short or write another, and sign
that (A4): within the archive everything agrees. Only what others kept tells:

1. Each note that a witness signed, or that somebody else kept, is read; a
   signature that is not right does not count.
2. The ledger has as many events as the note counts (W1), and its tree over that
   many is the note's (W2). So two witnesses of two histories cannot both be
   right, and both files are named (A6).
3. The newest checkpoint is signed by a key that is pinned, where one is (C1).
4. Each time stamp is right (T1), and stamps a checkpoint of this ledger (T2).
5. What the trust policy asks for has happened lately enough (W3 to W7). These
   are no findings: the archive is as it was filed, as far as can be told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from docscan.archive import custody, ledger
from docscan.archive.chain import Examined
from docscan.archive.custody import CustodyFinding, shown
from docscan.archive.event import HEX, Event
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, handouts, note, policy, timestamps, tokens
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.note import Note, Verifier
from docscan.archive.proof.policy import Policy, Trusted
from docscan.archive.proof.timestamps import Interval, Stamp, Stored
from docscan.archive.proof.tokens import Believed
from docscan.errors import ConfigError, LedgerError
from docscan.frozen import dataclass
from docscan.messages import sentence

AHEAD = timedelta(days=1)  # a witness whose clock is further ahead than time zones and drift explain
BEGINNING = datetime.min.replace(tzinfo=UTC)
CHECKPOINT, HEAD = f"ledger/{checkpoint.FILE}", "ledger/head.json"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A note that somebody kept.

    Attributes:
        path: The file, as it is named to people.
        checkpoint: What it says.
        note: It, with its signatures.
    """

    path: str
    checkpoint: Checkpoint
    note: Note


@dataclass(frozen=True, slots=True)
class Testimony:
    """What others have of the ledger, as it was read and not yet believed.

    Attributes:
        sightings: Notes, those within the archive before those that were brought.
        stored: Time stamps.
    """

    sightings: tuple[Sighting, ...] = ()
    stored: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about the state of trust: its code, and what fills its places."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """It in words: `en`, `es`, `pl` or `de`."""
        return sentence(self.code, language, **self.facts)


@dataclass(frozen=True, slots=True)
class Witnessed:
    """When a witness of the trust policy saw how much of the ledger."""

    name: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What others confirm of a ledger.

    Attributes:
        events: How many there are.
        signed: How many of them the newest checkpoint counts.
        witnessed: What each witness saw last.
        stamps: Time stamps that were found right, the oldest first.
        remarks: What is to be said in any case.
        lacks: What the trust policy asks for and there is not.
        findings: What others have and the ledger contradicts.
    """

    events: int
    signed: int
    witnessed: tuple[Witnessed, ...]
    stamps: tuple[Stamp, ...]
    remarks: tuple[Remark, ...]
    lacks: tuple[Remark, ...]
    findings: tuple[CustodyFinding, ...]

    @property
    def met(self) -> bool:
        """Whether the trust policy is met."""
        return not self.lacks

    @property
    def intervals(self) -> list[Interval]:
        """Between which time stamps each event was written (A5)."""
        return timestamps.intervals(self.stamps, self.events)

    def sentences(self, language: str) -> list[str]:
        """The state in words, and after it what is lacking.

        Args:
            language: `en`, `es`, `pl` or `de`.
        """
        return [one.sentence(language) for one in (*self.remarks, *self.lacks)]


def testimony(archive: Archive, files: Iterable[Path]) -> Testimony:
    """Read what others have of a ledger (step 1).

    Args:
        archive: Its own copies are read too; those that cannot be are left
            out, as they are findings of their own.
        files: Notes or handouts that somebody else kept.

    Raises:
        LedgerError: One of these cannot be read, or is no checkpoint.
    """
    kept = [_sighting(f"ledger/{handouts.FOLDER}/{path.name}", path) for path, _, _ in handouts.kept(archive)]
    found = [one for one in kept if isinstance(one, Sighting)]
    for path in files:
        one = _sighting(shown(str(path)), path)
        if not isinstance(one, Sighting):
            raise LedgerError(
                f"{path} is no checkpoint: {one}.", hint="Name a note or a handout that a witness kept."
            )
        found.append(one)
    return Testimony(tuple(found), timestamps.stored(archive))


def state(archive: Archive, examined: Examined, witnesses: Testimony, trust: Policy, now: datetime) -> State:
    """Judge what others have of a ledger by what the ledger says itself.

    Args:
        archive: Whose ledger it is.
        examined: The ledger.
        witnesses: What others have.
        trust: What is asked for.
        now: With its time zone.
    """
    origin, events, damaged = _origin(archive), examined.size, _damaged(examined)
    if damaged:  # then any tree is another one, and only a greater number tells more
        ahead = [one for one in witnesses.sightings if one.checkpoint.size > events]
        witnesses = Testimony(tuple(one for one in ahead if one.checkpoint.origin == origin))
    findings = [found for one in witnesses.sightings for found in _against(examined, origin, one)]
    wrong = {found.path for found in findings}
    agreeing = [one for one in witnesses.sightings if one.path not in wrong]
    witnessed, doubts = _witnessed(agreeing, trust, now)
    stamps, mismatches, unchecked = _stamps(archive, examined, witnesses.stored, trust)
    if not any(one.code == "C1" for one in examined.findings):
        findings += _pinned(archive, trust)
    unseen = [] if witnessed or stamps or damaged else [Remark("B240")]
    said = [*_said(events, witnessed, agreeing, trust), *_stamped(events, stamps, trust)]
    begun = _moment(examined.creation)
    stale = () if damaged else _stale(witnessed, stamps, trust, begun, now)
    lacks = [*stale, *_unsigned(archive, examined, now)]
    return State(
        events,
        events - examined.unsigned,
        tuple(witnessed),
        tuple(stamps),
        (*unseen, *said, *doubts, *unchecked, *damaged),
        tuple(lacks),
        (*findings, *mismatches),
    )


def _damaged(examined: Examined) -> tuple[Remark, ...]:
    """That lines of the ledger, or its name, are damaged; empty where they are sound."""
    beside = {"D3", "L5", "L6", "C1", "C2", "C3"}  # findings that leave the lines as they are
    found = any(one.code not in beside and one.path != HEAD for one in examined.findings)
    return (Remark("B248"),) if found else ()


def unaccused(state: State, told: Iterable[CustodyFinding], files: Iterable[Path]) -> State:
    """A state that does not accuse again files that were told to be altered or missing, nor their pairs.

    Args:
        state: What others confirm of a ledger.
        told: What was found of the archive's files.
        files: Notes that somebody else kept; what contradicts these stays.
    """
    altered = {_pair(one.path) for one in told if one.code in {"D1", "D2"}}
    brought = {shown(str(path)) for path in files}
    left = (one for one in state.findings if one.path in brought or _pair(one.path) not in altered)
    return replace(state, findings=tuple(left))


def _pair(path: str) -> str:
    """The name that a note has in common with its time stamp."""
    return path.removesuffix(".tsr").removesuffix(".note")


def _origin(archive: Archive) -> str:
    """The ledger's name; empty where `log.json` cannot be read, which is a finding of its own."""
    try:
        return ledger.origin(archive)
    except LedgerError:
        return ""


def _moment(event: Event | None) -> datetime:
    """When an event says it happened; the beginning of time for one that cannot be believed."""
    try:
        return BEGINNING if event is None else datetime.fromisoformat(event.at)
    except ValueError:  # of the right form, and no day of the calendar
        return BEGINNING


def _sighting(name: str, path: Path) -> Sighting | Exception:
    """Step 1: a note, or why there is none."""
    try:
        handed = handouts.parsed(custody.read_small(path, handouts.MOST_BYTES))
        return Sighting(name, *checkpoint.read(handed.note))
    except (OSError, ValueError) as problem:
        return problem


def _against(examined: Examined, origin: str, one: Sighting) -> Iterator[CustodyFinding]:
    """Step 2: a note against the ledger."""
    seen = one.checkpoint
    if seen.origin == origin and seen.size > examined.size:
        facts = {"removed": str(seen.size - examined.size)}
        yield CustodyFinding("W1", one.path, "", str(seen.size), str(examined.size), facts)
        return
    root = examined.root(seen.size)
    if (seen.origin, seen.root) != (origin, root):
        found = "" if root is None else root.hex()
        facts = {"size": str(seen.size), "signed": "" if _signed(examined, one) else "@B258"}
        yield CustodyFinding("W2", one.path, "", seen.root.hex(), found, facts)


def _signed(examined: Examined, one: Sighting) -> bool:
    """Whether a key that the ledger tells signed a note; anybody can make one that none did."""
    told = (bytes.fromhex(key) for _, key in examined.keys if HEX.fullmatch(key))
    return any(note.valid(one.note, note.verifier(one.checkpoint.origin, key)) for key in told)


def _witnessed(
    agreeing: Sequence[Sighting], trust: Policy, now: datetime
) -> tuple[list[Witnessed], list[Remark]]:
    """What each witness saw last, and which of their signatures do not count."""
    found: list[Witnessed] = []
    doubts: list[Remark] = []
    for trusted in trust.witnesses:
        signed = [one for one in agreeing if _claimed(one, trusted)]
        times = [(_time(one.note, trusted.key, now), one) for one in signed]
        known = [Witnessed(trusted.name, one.checkpoint.size, at) for at, one in times if at is not None]
        found += sorted(known, key=lambda seen: (seen.at, seen.size))[-1:]
        doubts += [
            Remark("B247", {"name": trusted.name, "path": one.path}) for at, one in times if at is None
        ]
    return found, doubts


def _claimed(one: Sighting, trusted: Trusted) -> bool:
    """Whether a note has a signature that says it is of a witness."""
    key = trusted.key
    return any((found.name, found.key_id) == (key.name, key.key_id) for found in one.note.signatures)


def _time(found: Note, key: Verifier, now: datetime) -> datetime | None:
    """When a witness signed, if its signature and its clock can be right."""
    seconds = note.cosignature_time(found, key)
    if seconds is None or seconds > (now + AHEAD).timestamp():
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _stamps(
    archive: Archive, examined: Examined, stored: Sequence[Stored], trust: Policy
) -> tuple[list[Stamp], list[CustodyFinding], list[Remark]]:
    """Step 4: the time stamps that are believed, what is wrong with others, what was not checked."""
    count = {"count": str(len(stored))}
    if not stored or not tokens.available():
        return [], [], [Remark("B245", count)] if stored else []
    believed, unchecked = _believed(trust, count)
    stamps: list[Stamp] = []
    findings: list[CustodyFinding] = []
    for one in stored:
        counted = one.checkpoint
        root = None if counted is None else examined.root(counted.size)
        token = timestamps.judged(one, root, _origin(archive), believed)
        if isinstance(token, CustodyFinding):
            findings.append(token)
        elif counted is not None and believed is not None:
            stamps.append(Stamp(counted.size, examined.lines.get(one.path, -1), token))
    return stamps, findings, unchecked


def _believed(trust: Policy, count: Mapping[str, str]) -> tuple[Believed | None, list[Remark]]:
    """Whom time stamps are to come from, or why none counts: an archive on the move may lose that file."""
    named = trust.timestamp.certificates
    try:
        found = timestamps.believed(named, trust.timestamp.policy)
    except ConfigError:
        return None, [Remark("B257", {**count, "path": shown(str(named))})]
    return found, [] if found else [Remark("B246", count)]


def _pinned(archive: Archive, trust: Policy) -> Iterator[CustodyFinding]:
    """Step 3: the newest checkpoint is signed by a pinned key, where one is."""
    if not trust.keys:
        return
    try:
        newest = checkpoint.newest(archive)
    except LedgerError:  # a finding of its own
        return
    if newest is None or not any(note.valid(note.parsed(newest[1]), key) for key in trust.keys):
        yield CustodyFinding("C1", CHECKPOINT)


def _said(
    events: int, witnessed: Sequence[Witnessed], agreeing: Sequence[Sighting], trust: Policy
) -> Iterator[Remark]:
    for seen in witnessed:
        facts = {"name": seen.name, "size": str(seen.size), "events": str(events)}
        yield Remark("B241", facts | {"at": ledger.stamp(seen.at)})
    for one in agreeing:
        if not any(_claimed(one, trusted) for trusted in trust.witnesses):
            yield Remark("B242", {"size": str(one.checkpoint.size), "path": one.path})


def _stamped(events: int, stamps: Sequence[Stamp], trust: Policy) -> Iterator[Remark]:
    if stamps:
        newest = max(stamps, key=lambda one: one.token.at)
        token, code = newest.token, "B244" if trust.timestamp.qualified else "B243"
        facts = {"name": token.authority, "size": str(newest.size), "events": str(events)}
        yield Remark(code, facts | {"at": ledger.stamp(token.at)})


def _stale(
    witnessed: Sequence[Witnessed], stamps: Sequence[Stamp], trust: Policy, begun: datetime, now: datetime
) -> Iterator[Remark]:
    """Step 5, first half: who has not seen the ledger lately enough."""
    stamped = max((one.token.at for one in stamps), default=None)
    within = trust.timestamp.within
    asked = [
        (
            ("W3", "W4"),
            one.name,
            one.within,
            next((seen.at for seen in witnessed if seen.name == one.name), None),
        )
        for one in trust.witnesses
    ]
    if within is not None:
        asked.append((("W5", "W6"), "", within, stamped))
    elif not asked:
        asked.append((("W3", "W4"), "@B249", policy.WITHIN, stamped))
    for (stale, never), name, limit, at in asked:
        if now - (at or begun) > limit:
            facts = {"name": name, "within": _shown(limit), "at": ledger.stamp(at) if at else ""}
            yield Remark(stale if at else never, facts)


def _unsigned(archive: Archive, examined: Examined, now: datetime) -> Iterator[Remark]:
    """Step 5, second half: whether events wait for a signature for longer than a day.

    Those that only a crash kept the head from counting (L6) are of the last
    writer, who would have signed them: nothing is said of their age.
    """
    count = examined.unsigned
    if not count:
        return
    try:
        oldest = next(ledger.read(archive, after=examined.size - count - 1), None)
    except LedgerError:  # findings of its own
        return
    if oldest is not None and now - _moment(oldest) > policy.UNSIGNED:
        yield Remark("W7", {"count": str(count)})


def _shown(span: timedelta) -> str:
    return f"{span.days} d" if span >= timedelta(days=1) else f"{span.seconds // 3600} h"
