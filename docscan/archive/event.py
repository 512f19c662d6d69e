"""A custody event, and the one way to write it as a line of the ledger.

The vocabulary is that of PREMIS 3 (event types) and ArchivesSpace (outcomes,
agent roles, custody events). The schema is closed: no file name, no sentence and
no free text gets through. A few small words do, as keywords, and docscan writes
no person's name among them: the ledger is for ever, personal data is not.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

import rfc8785

from docscan.frozen import dataclass
from docscan.patterns import pattern

VERSION = 1
NO_LINE = "0" * 64  # what the first line names as the one before it
MAX_LINE = 16_384  # bytes; an event is far smaller, so a longer line is not one
LEAF = b"\x00"  # sets lines apart from inner nodes of a hash tree over them (RFC 6962, 2.1)

# PREMIS 3 eventType, ArchivesSpace's custody events, and what neither has: holds, rules, the paper itself
# (docscan.holdings), and the ledger's own
TYPES = frozenset(
    {
        "accession",
        "appraisal",
        "capture",
        "creation",
        "deaccession",
        "deletion",
        "digital signature generation",
        "digital signature validation",
        "dissemination",
        "fixity check",
        "format identification",
        "imaging",
        "ingestion",
        "message digest calculation",
        "metadata extraction",
        "metadata modification",
        "migration",
        "modification",
        "normalization",
        "policy assignment",
        "quarantine",
        "recovery",
        "redaction",
        "replication",
        "transfer",
        "unquarantine",
        "validation",
        "virus check",
        "acknowledgement_received",
        "acknowledgement_sent",
        "agreement_signed",
        "component_transfer",
        "custody_transfer",
        "request",
        "hold placed",
        "hold released",
        "policy change",
        "key rotation",
        "timestamp",
        "repair",
        "holding registered",
        "holding moved",
        "loan",
        "stocktake",
        "escalation",
    }
)
OUTCOMES = frozenset({"pass", "fail", "partial", "pending", "cancelled"})
ROLES = frozenset({"implementer", "authorizer", "requester", "recipient", "transmitter", "validator"})

UUID = pattern(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HEX = pattern(r"[0-9a-f]{64}")
AT = pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
AGENT = pattern(r"u:[0-9a-f]{16}")
PROGRAM = pattern(r"[a-z]{1,32}/[0-9][0-9A-Za-z.+-]{0,31}")
KEY = pattern(r"[a-z][a-z0-9_]{0,31}")
DATE = pattern(r"\d{4}-\d\d-\d\d", re.ASCII)
AMOUNT = pattern(r"-?\d{1,12}\.\d\d", re.ASCII)  # a string: JSON has no decimal numbers
PERIOD = pattern(r"P\d{1,4}[YMD]", re.ASCII)  # ISO 8601
# a uuid, a digest, a time, a date, a period, an amount, a person's pseudonym, a program or media type, a code
# (A020), or a keyword of small letters
WORD = pattern(
    rf"{UUID.pattern}|{HEX.pattern}|{AT.pattern}|{PROGRAM.pattern}|[A-Z]{{1,2}}\d{{1,4}}"
    rf"|{DATE.pattern}|{AMOUNT.pattern}|{PERIOD.pattern}|{AGENT.pattern}"
    r"|[a-z]{1,16}/[a-z0-9][a-z0-9.+-]{0,63}|[a-z]{1,24}(?:[ _-][a-z]{1,24}){0,3}",
    re.ASCII,
)
# only names that docscan gives itself; the original stands under the name of its folder
FILE = pattern(
    r"(v[1-9]\d{0,4}/)?inventory\.json(\.sha256)?|0=ocfl_object_1\.1|v[1-9]\d{0,4}/content/original"
    r"|ledger/log\.json|ledger/timestamps/\d{12}\.(tsr|note)|ledger/witnesses/[0-9a-f]{8}-\d{12}\.note"
    rf"|(access|retention|loans)\.toml|custody/{UUID.pattern}/[a-z-]{{1,32}}\.(pdf|toml|json)"
    rf"|holdings/{UUID.pattern}\.jsonl"
    r"|objects/(0=ocfl_1\.1|ocfl_layout\.json|extensions/[a-z0-9-]{1,64}/config\.json)",
    re.ASCII,
)

ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Agent:
    """Who did it: an opaque id, a role, and the program that wrote the event."""

    id: str
    role: str
    program: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before it has its place in the ledger.

    Attributes:
        type: One of `TYPES`.
        outcome: One of `OUTCOMES`.
        object: The UUID of the object it is about, if any.
        object_version: The version of that object, from 1.
        files: SHA-256 in hex by path: within the object, or from the archive's
            root for an event without object. Names docscan gives itself only.
        detail: Whole numbers, and words of a closed form: uuid, digest, time,
            date, period, amount, pseudonym, code, media type, or a keyword of
            small letters. No free text. The
            key `accession` (a uuid) is what `Catalogue.outcome` looks for.
        role: One of `ROLES`.
    """

    type: str
    outcome: str = "pass"
    object: str | None = None
    object_version: int | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    detail: Mapping[str, str | int] = field(default_factory=dict)
    role: str = "implementer"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the ledger.

    Attributes:
        seq: The line's number in the whole ledger, from 0.
        at: When: ISO 8601, UTC, to the second.
        prev: The hash of the line before.
    """

    seq: int
    at: str
    prev: str
    type: str
    outcome: str
    agent: Agent
    object: str | None
    object_version: int | None
    files: Mapping[str, str]
    detail: Mapping[str, str | int]

    @property
    def line(self) -> bytes:
        """The event as canonical JSON (RFC 8785), without the newline."""
        return rfc8785.dumps(_plain(self))

    @property
    def hash(self) -> str:
        """What the next line names as `prev`."""
        return leaf(self.line)


def leaf(line: bytes) -> str:
    """The hash of a line, given without its newline: SHA-256 of 0x00 and the bytes, in hex."""
    return hashlib.sha256(LEAF + line).hexdigest()


def parsed(line: bytes) -> Event:
    """Read a line of the ledger.

    Args:
        line: Without its newline.

    Raises:
        ValueError: It is not the canonical form of an event.
    """
    found = canonical(line, MAX_LINE)
    _expect(isinstance(found, dict), "it is no object")
    allowed = {
        "v",
        "seq",
        "at",
        "prev",
        "type",
        "outcome",
        "agent",
        "object",
        "object_version",
        "files",
        "detail",
    }
    needed = allowed - {"object", "object_version", "files"}
    _expect(needed <= found.keys() <= allowed, "its keys are not those of an event")
    _expect(found["v"] == VERSION and type(found["v"]) is int, "its version is not known")
    event = Event(
        seq=found["seq"],
        at=found["at"],
        prev=found["prev"],
        type=found["type"],
        outcome=found["outcome"],
        agent=_agent(found["agent"]),
        object=found.get("object"),
        object_version=found.get("object_version"),
        files=found.get("files", {}),
        detail=found["detail"],
    )
    check(event)
    _expect("files" not in found or bool(event.files), "its list of files is empty")
    _expect(all(found.get(key, 0) is not None for key in ("object", "object_version")), "it names no object")
    return event


def check(event: Event) -> None:
    """Hold an event against the closed schema.

    Raises:
        ValueError: The sentence names what is not allowed.
    """
    _expect(type(event.seq) is int and 0 <= event.seq < 2**53, "its number is no whole number")
    _match(AT, event.at, "time")
    _match(HEX, event.prev, "link to the line before")
    _expect(
        event.type in TYPES if isinstance(event.type, str) else False, f"its type {event.type!r} is not known"
    )
    _expect(
        isinstance(event.outcome, str) and event.outcome in OUTCOMES,
        f"its outcome {event.outcome!r} is not known",
    )
    _match(AGENT, event.agent.id, "agent")
    _expect(isinstance(event.agent.role, str) and event.agent.role in ROLES, "its role is not known")
    _match(PROGRAM, event.agent.program, "program")
    if event.object is not None:
        _match(UUID, event.object, "object")
    version = event.object_version
    _expect(version is None or (type(version) is int and 1 <= version < 100_000), "its version is no number")
    _mapping(event.files, FILE, "file")
    for digest in event.files.values():
        _match(HEX, digest, "digest")
    _mapping(event.detail, KEY, "key")
    for value in event.detail.values():
        if type(value) is int:
            _expect(abs(value) < 2**53, "a number in its detail is too large to be read alike everywhere")
        else:
            _match(WORD, value, "detail")


def canonical(data: bytes, limit: int) -> Any:
    """Read canonical JSON (RFC 8785).

    For ASCII keys and no fractions, which is all that the ledger's files may
    hold, the standard library's encoder writes the one form as well, four
    times as fast.

    Args:
        data: The bytes.
        limit: More bytes than this are not read at all.

    Raises:
        ValueError: Not JSON, or not in the one form that JSON has.
    """
    if len(data) > limit:
        raise ValueError("it is too long")
    try:
        found = json.loads(data)
        again = ENCODER.encode(found).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if again != data:
        raise ValueError("it is not in canonical form")
    return found


def _plain(event: Event) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "v": VERSION,
        "seq": event.seq,
        "at": event.at,
        "prev": event.prev,
        "type": event.type,
        "outcome": event.outcome,
        "agent": {"id": event.agent.id, "role": event.agent.role, "program": event.agent.program},
        "detail": dict(event.detail),
    }
    if event.object is not None:
        plain["object"] = event.object
    if event.object_version is not None:
        plain["object_version"] = event.object_version
    if event.files:
        plain["files"] = dict(event.files)
    return plain


def _agent(found: object) -> Agent:
    if not isinstance(found, dict) or found.keys() != {"id", "role", "program"}:
        raise ValueError("its agent is of another form")
    return Agent(found["id"], found["role"], found["program"])


def _mapping(found: object, keys: re.Pattern[str], what: str) -> None:
    if not isinstance(found, Mapping):
        raise ValueError(f"its list of each {what} is of another form")  # noqa: TRY004 - one error for a bad line
    for key in found:
        _match(keys, key, what)


def _match(pattern: re.Pattern[str], value: object, what: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"its {what} {value!r} is not of the allowed form")


def _expect(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)
