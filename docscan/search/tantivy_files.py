"""Whether the files of a tantivy index are as tantivy wrote them.

It writes a checksum at the end of every file of a segment (`directory/footer.rs` of tantivy): after the
content come a small JSON object with its CRC-32, that object's length, and a magic number, each in 32 bits
with the lowest byte first. It does not look at it when it opens the file.
"""

import json
import os
import struct
import zlib
from pathlib import Path

from docscan.archive.custody import opened
from docscan.search import durable

_MAGIC = 1337
_TAIL = struct.Struct("<II")
_LONGEST = 4096
"""Bytes of the object with the checksum: more than it ever had."""

_STEP = 1 << 20
_TURNS = 5
"""How often a table of contents is looked at whose files are deleted meanwhile, as others replaced them."""


def intact(folder: Path, meta: str) -> bool:
    """Whether every file that the newest commit needs has the content that was written; all are read.

    Args:
        folder: The index's.
        meta: The name of tantivy's own table of contents.
    """
    for _ in range(_TURNS):
        contents = durable.content(folder / meta)
        try:
            return all(_as_written(path) for path in _needed(folder, contents))
        except FileNotFoundError:
            if contents == durable.content(folder / meta):
                return False
        except (OSError, ValueError, LookupError, TypeError, struct.error):
            return False
    return True


def _needed(folder: Path, contents: bytes) -> list[Path]:
    found = []
    for segment in json.loads(contents)["segments"]:
        name = str(segment["segment_id"]).replace("-", "")
        deletes = segment.get("deletes")
        last = f"{name}.{deletes['opstamp']}.del" if deletes else ""
        own = [
            path for path in sorted(folder.glob(f"{name}.*")) if path.suffix != ".del" or path.name == last
        ]
        if not own or (last and folder / last not in own):
            raise FileNotFoundError(name)
        found += own
    return found


def _as_written(path: Path) -> bool:
    with opened(path) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL.size))
        length, magic = _TAIL.unpack(file.read(_TAIL.size))
        end = size - _TAIL.size - length
        if magic != _MAGIC or length > _LONGEST or end < 0:
            return False
        file.seek(end)
        expected = json.loads(file.read(length))["crc"]
        file.seek(0)
        found = 0
        for left in range(end, 0, -_STEP):
            found = zlib.crc32(file.read(min(left, _STEP)), found)
        return bool(found == expected)
