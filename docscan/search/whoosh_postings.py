"""How the postings of a term lie in a Whoosh index: as one run of small numbers, read at once."""

from array import array
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from whoosh.formats import Format
from whoosh.matching import ListMatcher

Numbers = npt.NDArray[np.int64]

_NOBODY: Numbers = np.empty(0, dtype=np.int64)

_WIDE = b"\xff"
"""Before numbers of eight bytes each, where one is too large for a sign of Unicode; begins no UTF-8."""


def packed(numbers: list[int]) -> bytes:
    """Numbers from 0, each a sign in UTF-8: one byte for most."""
    try:
        return "".join(map(chr, numbers)).encode("utf-8", "surrogatepass")
    except (ValueError, OverflowError):
        return _WIDE + array("Q", numbers).tobytes()


def unpacked(data: bytes) -> Numbers:
    """The numbers again."""
    if data.startswith(_WIDE):
        return np.frombuffer(data[1:], dtype=np.uint64).astype(np.int64)
    wide = data.decode("utf-8", "surrogatepass").encode("utf-32-le", "surrogatepass")
    return np.frombuffer(wide, dtype="<u4").astype(np.int64)


def listed(data: bytes) -> list[int]:
    """The numbers again, as a list: quicker for the few that most terms have."""
    if data.startswith(_WIDE):
        wide: list[int] = unpacked(data).tolist()
        return wide
    return list(map(ord, data.decode("utf-8", "surrogatepass")))


def documents(postings: bytes, starts: Numbers) -> tuple[Numbers, Numbers]:
    """The documents of the postings of several terms, read at once.

    Args:
        postings: One term's after the other.
        starts: Where each one's begin.

    Returns:
        Of each term in turn the numbers of the documents that have it, and how many these are.

    Raises:
        ValueError: The postings are damaged.
    """
    if _WIDE in postings:  # seldom: one by one
        ends = [*starts[1:].tolist(), len(postings)]
        pieces = (postings[start:end] for start, end in zip(starts.tolist(), ends, strict=True))
        each = [decoded(piece).numbers for piece in pieces]
        return np.concatenate([_NOBODY, *each]), np.array([len(numbers) for numbers in each], dtype=np.int64)
    found, at = unpacked(postings), starts
    if len(found) < len(postings):  # some numbers take several bytes
        at = np.cumsum(np.frombuffer(postings, dtype=np.uint8) & 0xC0 != 0x80)[starts] - 1
    counts = found[at]
    if counts.sum() > len(found):
        raise ValueError("Postings name more documents than they hold.")
    before = np.cumsum(counts) - counts
    total = np.cumsum(found[np.arange(counts.sum()) + np.repeat(at + 1 - before, counts)])
    earlier = np.where(before > 0, total[before - 1], 0) if len(total) else before
    return total - np.repeat(earlier, counts), counts


def steps(numbers: list[int]) -> list[int]:
    """Ascending numbers as the first one and the steps between them."""
    return [*numbers[:1], *(there - here for here, there in pairwise(numbers))]


class Places(Format):  # type: ignore[misc]  # whoosh has no types
    """The positions of a term in a document, as the steps between them."""


class Decoded(NamedTuple):
    """The documents that have a term.

    Attributes:
        numbers: Theirs, ascending.
        frequencies: How often each has the term; 1 where positions are not kept.
        steps: The steps between its positions, of one document after the other; none where they are not kept.
    """

    numbers: Numbers
    frequencies: Numbers
    steps: Numbers

    def places(self, width: int) -> Numbers:
        """Where the term stands, ascending: each document's number times `width`, plus the position."""
        if not len(self.steps):
            return self.steps
        total = np.cumsum(self.steps)
        starts = np.cumsum(self.frequencies) - self.frequencies
        before = np.where(starts > 0, total[starts - 1], 0)
        return np.repeat(self.numbers * width - before, self.frequencies) + total


def decoded(data: bytes) -> Decoded:
    """The postings of a term again."""
    found = unpacked(data)
    count = int(found[0])
    frequencies = found[count + 1 : 2 * count + 1]
    if not len(frequencies):
        frequencies = np.ones(count, dtype=np.int64)
    return Decoded(np.cumsum(found[1 : count + 1]), frequencies, found[2 * count + 1 :])


class Postings(ListMatcher):  # type: ignore[misc]  # whoosh has no types
    """The same, as Whoosh's own code goes through them."""

    def __init__(self, data: bytes) -> None:
        self._found = decoded(data)
        super().__init__(self._found.numbers.tolist(), self._found.frequencies.tolist())

    def value(self) -> bytes:
        """The current document's positions as `PostingsWriter` takes them."""
        frequencies = self._found.frequencies
        end = int(frequencies[: self._i + 1].sum())
        found: list[int] = self._found.steps[end - int(frequencies[self._i]) : end].tolist()
        return packed(found)
