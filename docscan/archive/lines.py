"""Lines of the ledger, read a hundred thousand at a time.

Most lines have one of few forms, which one regular expression describes to the
last byte: what it matches is canonical JSON and of the closed schema. Whatever
it does not match is read by `event.parsed`, which alone decides what is no
event. So this is faster, and neither stricter nor laxer.
"""

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from docscan.archive import event


class Said(NamedTuple):
    """What a line says, as far as it is asked of every one.

    Attributes:
        seq: Its number.
        prev: The hash of the line before, in hex.
        at: When: ISO 8601, UTC.
        type: One of `event.TYPES`.
        object: The UUID of the object it is about, or empty.
        version: Of that object; 0 where none is named.
        files: Digests by path, as a JSON object; empty for none.
    """

    seq: int
    prev: str
    at: str
    type: str
    object: str
    version: int
    files: bytes


def _form() -> re.Pattern[bytes]:
    """The lines docscan writes most, key after key in the order of RFC 8785.

    It leaves two things to `said`: that the keys of `detail` stand in their
    order, and that digests are hex, which is three times as fast said otherwise.
    """

    def one_of(words: frozenset[str]) -> str:
        return "|".join(sorted(words))

    entry = rf'"{event.KEY.pattern}":(?:"(?:{event.WORD.pattern})"|0|-?[1-9]\d{{0,14}})'
    number = r"(?:0|[1-9]\d{0,14})"
    filed = rf'"accession":"{event.UUID.pattern}","document":{number},"pages":{number}'
    digest = r'":"([^"]{64})"'
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
        rf'"outcome":"(?:{one_of(event.OUTCOMES)})","prev":"([^"]{{64}})"'
        rf',"seq":(0|[1-9]\d{{0,14}}),"type":"({one_of(event.TYPES)})","v":{event.VERSION}}}'
    )
    return re.compile(line.encode())


FORM = _form()
NAMES = re.compile(rf'"({event.KEY.pattern})":'.encode())
HEX = b"0123456789abcdef"


def said(line: bytes) -> Said:
    """Read a line of the ledger.

    Args:
        line: Without its newline.

    Raises:
        ValueError: It is not the canonical form of an event.
    """
    found = FORM.fullmatch(line)
    if found is None:
        return _slowly(line)
    at, detail, files, d1, d2, d3, _, d4, d5, d6, object_id, version, prev, seq, type_ = found.groups(b"")
    digests = prev + d1 + d2 + d3 + d4 + d5 + d6  # one sum is a fifth faster than to join and unpack a list
    if digests.translate(None, HEX) or (b"," in detail and not _in_order(detail)):
        return _slowly(line)
    return Said(
        int(seq), prev.decode(), at.decode(), type_.decode(), object_id.decode(), int(version or 0), files
    )


def _in_order(detail: bytes) -> bool:
    return _ascending(tuple(NAMES.findall(detail)))


@cache
def _ascending(names: tuple[bytes, ...]) -> bool:
    return all(one < other for one, other in pairwise(names))


def _slowly(line: bytes) -> Said:
    found = event.parsed(line)
    files = event.ENCODER.encode(dict(found.files)).encode() if found.files else b""
    return Said(
        found.seq, found.prev, found.at, found.type, found.object or "", found.object_version or 0, files
    )
