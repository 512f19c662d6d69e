"""Lines of the ledger, read a hundred thousand at a time.

Most lines have one of few forms, which one regular expression describes to the
last byte: what it matches is canonical JSON and of the closed schema. Whatever
it does not match is read by `event.parsed`, which alone decides what is no
event. So this is faster, and neither stricter nor laxer.

Most segments are whole, and are judged by their numbers and hashes side by
side; a segment in which anything is unusual is left to be judged line by line
(`docscan.archive.chain`).
"""

import re
from functools import cache
from itertools import pairwise

from docscan.archive import event
from docscan.archive.proof import merkle

Said = tuple[int, str, str, str, str, int, bytes, bytes]
"""What a line says, as far as it is asked of every one.

Its number; the hash of the line before, in hex; when: ISO 8601, UTC; one of
`event.TYPES`; the UUID of the object it is about, or empty; the version of
that, 0 where none is named; digests by path, as a JSON object, empty for none;
and all of it, without the newline. A plain tuple of plain values, which the
garbage collector passes over: of a hundred thousand lines that is a sixth of
the time.
"""


def _form() -> re.Pattern[bytes]:
    """The lines docscan writes most, key after key in the order of RFC 8785.

    It leaves to `said` that the keys of `detail` stand in their order.
    """

    def one_of(words: frozenset[str]) -> str:
        return "|".join(sorted(words))

    entry = rf'"{event.KEY.pattern}":(?:"(?:{event.WORD.pattern})"|0|-?[1-9]\d{{0,14}})'
    number = r"(?:0|[1-9]\d{0,14})"
    filed = rf'"accession":"{event.UUID.pattern}","document":{number},"pages":{number}'
    digest = rf'":"{event.HEX.pattern}"'
    files = (
        rf'(?:"0=ocfl_object_1\.1{digest},)?"inventory\.json{digest},"inventory\.json\.sha256{digest}'
        rf',"(?P<v>v[1-9]\d{{0,4}}/)(?:content/original{digest},"(?P=v))?inventory\.json{digest}'
        rf',"(?P=v)inventory\.json\.sha256{digest}'
    )
    who = rf'"id":"{event.AGENT.pattern}","program":"{event.PROGRAM.pattern}"'
    agent = rf'{who},"role":"(?:{one_of(event.ROLES)})"'
    line = (
        rf'{{"agent":{{{agent}}},"at":"({event.AT.pattern})"'
        rf',"detail":{{(?:{filed}|((?:{entry}(?:,{entry})*)?))}},(?:"files":({{{files}}}),)?'
        rf'(?:"object":"({event.UUID.pattern})",(?:"object_version":([1-9]\d{{0,4}}),)?)?'
        rf'"outcome":"(?:{one_of(event.OUTCOMES)})","prev":"({event.HEX.pattern})"'
        rf',"seq":(0|[1-9]\d{{0,14}}),"type":"({one_of(event.TYPES)})","v":{event.VERSION}}}'
    )
    return re.compile(line.encode())


FORM = _form()
NAMES = re.compile(rf'"({event.KEY.pattern})":'.encode())


def chained(data: bytes, seq: int, prev: str) -> tuple[list[Said], bytes] | None:
    """Read a segment whose every line is an event and follows from the one before.

    Args:
        data: The segment.
        seq: The number that its first line has to have.
        prev: The hash of the line before that, in hex.

    Returns:
        What its lines say, and their hashes side by side; None where any of
        them is anything else, or there is none.
    """
    lines = data.split(b"\n")
    if lines.pop() or not lines:
        return None
    try:
        found = [said(line) for line in lines]
    except ValueError:
        return None
    leaves = b"".join([merkle.leaf(line) for line in lines])
    links = prev + leaves[: -merkle.HASH_BYTES].hex()
    if "".join([one[1] for one in found]) != links:
        return None
    numbers = [one[0] for one in found]
    return (found, leaves) if numbers == list(range(seq, seq + len(numbers))) else None


def said(line: bytes) -> Said:
    """Read a line of the ledger.

    Args:
        line: Without its newline.

    Raises:
        ValueError: It is not the canonical form of an event.
    """
    found = FORM.fullmatch(line)
    if found is None or len(line) > event.MAX_LINE:
        return _slowly(line)
    at, detail, files, _, object_id, version, prev, seq, type_ = found.groups(b"")
    if b"," in detail and not _ascending(tuple(NAMES.findall(detail))):
        return _slowly(line)
    number, of = int(seq), int(version or 0)
    return number, prev.decode(), at.decode(), type_.decode(), object_id.decode(), of, files, line


@cache
def _ascending(names: tuple[bytes, ...]) -> bool:
    return all(one < other for one, other in pairwise(names))


def _slowly(line: bytes) -> Said:
    found = event.parsed(line)
    files = event.ENCODER.encode(dict(found.files)).encode() if found.files else b""
    about, version = found.object or "", found.object_version or 0
    return found.seq, found.prev, found.at, found.type, about, version, files, line
