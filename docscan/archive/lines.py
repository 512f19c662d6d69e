"""Lines of the ledger, read a hundred thousand at a time.

Most lines have one of few forms, which one regular expression describes to the
last byte, but for hashes and UUIDs: of these it counts the characters, and
those of all lines together are then held against the hexadecimal digits, which
takes half the time. What passes is canonical JSON and of the closed schema.
Whatever does not is read by `event.parsed`, which alone decides what is no
event. So this is faster, and neither stricter nor laxer.

Most segments are whole, and are judged by their numbers and hashes side by
side; a segment in which anything is wrong is left to be judged line by line
(`docscan.archive.chain`).
"""

import re
from collections.abc import Iterator
from itertools import islice, pairwise, product
from typing import Any, NamedTuple

from docscan.archive import event
from docscan.archive.proof import merkle

Said = tuple[int, str, str, str, str, int, str, bytes]
"""What a line says, as far as it is asked of every one.

Its number; the hash of the line before, in hex; when: ISO 8601, UTC; one of
`event.TYPES`; the UUID of the object it is about, or empty; the version of
that, 0 where none is named; digests by path, as a JSON object, empty for none;
and all of it, without the newline. A plain tuple of plain values, which the
garbage collector passes over: of a hundred thousand lines that is a sixth of
the time.
"""

Columns = list[list[Any]]
"""What lines say: the first thing of all of them, as `Said` has it of one, the second of all, and so on."""

DIGITS = b"0123456789abcdef"
UUID_LENGTH, HYPHENS = 36, (8, 13, 18, 23)  # characters, and where those stand that are no digits


def _form() -> re.Pattern[str]:
    """A line, told by its groups when it is of those docscan writes most, key after key as in RFC 8785.

    Any other line has no groups. It leaves to `_formed` what hashes
    and UUIDs are made of, and that the keys of `detail` stand in their order.
    """

    def one_of(words: frozenset[str]) -> str:
        return "|".join(sorted(words))

    def some(count: int) -> str:
        return rf"(?s:.{{{count}}})"

    uuid = some(UUID_LENGTH)
    entry = rf'"{event.KEY.pattern}":(?:"(?:{event.WORD.pattern})"|0|-?[1-9]\d{{0,14}})'
    number = r"(?:0|[1-9]\d{0,14})"
    filed = rf'"accession":"({uuid})","document":{number},"pages":{number}'
    digest = rf'":"{some(64)}"'
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
        rf'(?:"object":"({uuid})",(?:"object_version":([1-9]\d{{0,4}}),)?)?'
        rf'"outcome":"(?:{one_of(event.OUTCOMES)})","prev":"({some(64)})"'
        rf',"seq":(0|[1-9]\d{{0,14}}),"type":"({one_of(event.TYPES)})","v":{event.VERSION}}}'
    )
    return re.compile(rf"(?:{line}|.*)\n", re.ASCII)


def _rests() -> frozenset[bytes]:
    """What a list of files that has the form may have besides hexadecimal digits."""
    marks, originals = ("", '"0=ocfl_object_1.1":"",'), ("", '"v/content/original":"",')
    control = '"inventory.json":"","inventory.json.sha256":"",'
    ending = '"v/inventory.json":"","v/inventory.json.sha256":""'
    lists = (f"{{{mark}{control}{original}{ending}}}" for mark, original in product(marks, originals))
    return frozenset(one.encode().translate(None, DIGITS) for one in ("", *lists))


FORM, RESTS = _form(), _rests()
EACH = FORM.groups + 1  # what `FORM.split` gives of a line: what lies before it, and its groups
NAMES = re.compile(rf'"({event.KEY.pattern})":', re.ASCII)


class Chained(NamedTuple):
    """A segment that simply goes on.

    Attributes:
        others: What its lines say but the last; to be gone through once, for so
            many tuples at a time would take longer to make than to look at.
        last: What that says.
        leaves: The hashes of all of them side by side.
    """

    others: Iterator[Said]
    last: Said
    leaves: bytes


def chained(data: bytes, seq: int, prev: str) -> Chained | None:
    """Read a segment whose every line is an event and follows from the one before.

    Args:
        data: The segment.
        seq: The number that its first line has to have.
        prev: The hash of the line before that, in hex.

    Returns:
        None where any of its lines is anything else, or there is none.
    """
    lines = data.split(b"\n")
    if lines.pop() or not lines:
        return None
    try:
        columns = _columns(data, lines)
    except ValueError:
        return None
    leaves = merkle.leaves(lines)
    links = prev + leaves[: -merkle.HASH_BYTES].hex()
    if "".join(columns[1]) != links or columns[0] != list(range(seq, seq + len(lines))):
        return None
    *_, last = zip(*(column[-1:] for column in columns), strict=True)
    return Chained(islice(zip(*columns, strict=True), len(lines) - 1), last, leaves)


def said(line: bytes) -> Said:
    """Read a line of the ledger.

    Args:
        line: Without its newline.

    Raises:
        ValueError: It is not the canonical form of an event.
    """
    try:
        (found,) = zip(*_columns(line + b"\n", [line]), strict=True)
    except ValueError:
        return _slowly(line)
    return found


def _columns(data: bytes, lines: list[bytes]) -> Columns:
    """What lines say.

    Args:
        data: The lines, each with its newline.
        lines: The same, one by one.

    Raises:
        ValueError: One of them is no event, or not all of them are as they look.
    """
    if len(max(lines, key=len)) > event.MAX_LINE:
        raise ValueError("one of them is too long")
    times, _, _, files, _, objects, versions, links, numbers, types = _formed(data, len(lines))
    columns: Columns = [
        [int(number or -1) for number in numbers],
        links,
        times,
        types,
        [object_id or "" for object_id in objects],
        [int(version or 0) for version in versions],
        [named or "" for named in files],
        lines,
    ]
    for place in (place for place, number in enumerate(columns[0]) if number < 0):
        for column, value in zip(columns, _slowly(lines[place]), strict=True):
            column[place] = value
    return columns


def _formed(data: bytes, count: int) -> list[list[str]]:
    """The groups of so many lines, side by side: None for what a line has not, or has in another form."""
    found = FORM.split(data.decode("ascii"))
    if len(found) != count * EACH + 1 or any(found[::EACH]):
        raise ValueError("there are other lines than it seems")
    groups = [found[number::EACH] for number in range(1, EACH)]
    _, accessions, details, files, _, objects, _, links, _, _ = (filter(None, group) for group in groups)
    if (
        not _uuids("".join([*accessions, *objects]).encode())
        or "".join(links).encode().translate(None, DIGITS)
        or not RESTS.issuperset("\n".join(files).encode().translate(None, DIGITS).split(b"\n"))
        or not all(_ascending(detail) for detail in set(details) if "," in detail)
    ):
        raise ValueError("one of them is no event")
    return groups


def _uuids(texts: bytes) -> bool:
    """Whether texts of the length of UUIDs, side by side, are UUIDs."""
    hyphens = b"-" * (len(texts) // UUID_LENGTH)
    right = all(texts[place::UUID_LENGTH] == hyphens for place in HYPHENS)
    return right and texts.translate(None, DIGITS) == hyphens * len(HYPHENS)


def _ascending(detail: str) -> bool:
    """Whether the keys of a detail stand in their order, none of them twice."""
    return all(one < other for one, other in pairwise(NAMES.findall(detail)))


def _slowly(line: bytes) -> Said:
    found = event.parsed(line)
    files = event.ENCODER.encode(dict(found.files)) if found.files else ""
    about, version = found.object or "", found.object_version or 0
    return found.seq, found.prev, found.at, found.type, about, version, files, line
