"""A sieve (Bloom filter) for the terms of a segment: most words that are asked for are in none of them."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from docscan.frozen import dataclass
from docscan.search.whoosh_postings import Numbers

ROOM = 8
"""Bits for each term at least, and fewer than twice as many."""

HASH = 32
"""Bits of a hash."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """Lets every hash pass that it was made of, and of all others one in twenty at most.

    A hash has two bits: that of its first signs and that of its last (Bloom,
    "Space/time trade-offs in hash coding", 1970).

    Attributes:
        bits: Eight to a byte.
        width: How many bits of a hash say which.
    """

    bits: bytes
    width: int

    @staticmethod
    def of(parts: Iterable[Numbers], count: int) -> "Sieve":
        """Make one of hashes of 32 bits.

        Args:
            parts: The hashes.
            count: How many they are.
        """
        width = min(HASH, max(3, (count * ROOM - 1).bit_length()))
        bits = np.zeros(2**width, dtype=bool)
        for hashes in parts:
            bits[hashes & (2**width - 1)] = True
            bits[hashes >> (HASH - width)] = True
        return Sieve(np.packbits(bits, bitorder="little").tobytes(), width)

    def passes(self, number: int) -> bool:
        """Whether a hash may be one of those."""
        low, high = number & (2**self.width - 1), number >> (HASH - self.width)
        return bool(self.bits[low >> 3] >> (low & 7) & self.bits[high >> 3] >> (high & 7) & 1)

    def passing(self, hashes: Numbers) -> npt.NDArray[np.bool_]:
        """Which of many hashes may be among those."""
        bits = np.frombuffer(self.bits, dtype=np.uint8)
        low, high = hashes & (2**self.width - 1), hashes >> (HASH - self.width)
        found: npt.NDArray[np.bool_] = (bits[low >> 3] >> (low & 7) & bits[high >> 3] >> (high & 7) & 1) > 0
        return found
