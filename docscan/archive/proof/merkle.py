"""The hash tree over the lines of the ledger (RFC 6962, 2.1; the checks are those of RFC 9162, 2.1.3, 2.1.4).

Two short proofs follow from it: that an event is among the first so many
(inclusion), and that what was there is still there, unchanged, with more after
it (consistency). Neither tells anything of the other events.

A *complete subtree* at (level, index) covers the leaves from `index * 2**level`
up to, not including, `(index + 1) * 2**level`. Once its last leaf is written it
never changes, so it can be kept. The roots of the largest complete subtrees of
a tree, from left to right, are its *frontier*: one for each 1 in the binary
size.

Nothing here raises on a hostile proof: it is valid or it is not.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from docscan.frozen import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()  # of no leaves at all (RFC 6962, 2.1)

NodeAt = Callable[[int, int], bytes]
"""The root of the complete subtree at a level and an index."""


def leaf(data: bytes) -> bytes:
    """The hash of a line, given without its newline."""
    return hashlib.sha256(b"\0" + data).digest()


def leaves(lines: Iterable[bytes]) -> bytes:
    """The hashes of lines, side by side."""
    return b"".join([hashlib.sha256(b"\0" + line).digest() for line in lines])


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def grown(frontier: tuple[bytes, ...], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """The frontier of a tree with one leaf more.

    Args:
        frontier: Of the tree as it is, from left to right.
        size: How many leaves that has.
        leaf: The hash of the new one.
    """
    joined, kept = leaf, len(frontier)
    while size & 1:
        kept -= 1
        joined = node(frontier[kept], joined)
        size >>= 1
    return (*frontier[:kept], joined)


def root(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree that has this frontier."""
    if not frontier:
        return EMPTY_ROOT
    joined = frontier[-1]
    for left in reversed(frontier[:-1]):
        joined = node(left, joined)
    return joined


def frontier_of(size: int, node_at: NodeAt) -> tuple[bytes, ...]:
    """The frontier of the first `size` leaves, from complete subtrees that were kept."""
    return tuple(_between(0, size, node_at))


@dataclass(frozen=True, slots=True)
class Tree:
    """All complete subtrees over some leaves.

    Attributes:
        levels: The hashes of each level side by side, the leaves first.
    """

    levels: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.levels[0]) // HASH_BYTES

    def node(self, level: int, index: int) -> bytes:
        """The root of the complete subtree at a level and an index (a `NodeAt`)."""
        return self.levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES]

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves, of which there are as many."""
        return root(frontier_of(size, self.node))


def tree_of(leaves: bytes) -> Tree:
    """The tree over leaves, given as their hashes side by side."""
    levels, sha256 = [leaves], hashlib.sha256
    while len(levels[-1]) >= 2 * HASH_BYTES:
        below = levels[-1]
        pairs = range(0, len(below) - 2 * HASH_BYTES + 1, 2 * HASH_BYTES)
        levels.append(b"".join([sha256(b"\1" + below[at : at + 2 * HASH_BYTES]).digest() for at in pairs]))
    return Tree(tuple(levels))


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> list[bytes]:
    """The hashes that lead from a leaf to the root, the nearest first (RFC 6962, 2.1.1).

    Args:
        index: Of the leaf, from 0.
        size: Of the tree.
        node_at: Gives the complete subtrees.

    Raises:
        ValueError: The tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(_root_between(middle, end, node_at))
            end = middle
        else:
            path.append(_root_between(first, middle, node_at))
            first = middle
    return path[::-1]


def consistency_proof(old: int, size: int, node_at: NodeAt) -> list[bytes]:
    """The hashes that show a tree to begin with an earlier one (RFC 6962, 2.1.2).

    Args:
        old: The size of the earlier tree, at least 1.
        size: Of the tree now.
        node_at: Gives the complete subtrees.

    Raises:
        ValueError: The sizes do not follow one another.
    """
    if not 0 < old <= size:
        raise ValueError(f"a tree of {old} leaves does not grow to one of {size}")
    path: list[bytes] = []
    first, end = 0, size
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            path.append(_root_between(middle, end, node_at))
            end = middle
        else:
            path.append(_root_between(first, middle, node_at))
            first = middle
    if first:  # the earlier root itself is known to who asks
        path.append(_root_between(first, end, node_at))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf stands at that index of the tree with that root.

    Args:
        index: Of the leaf, from 0.
        size: Of the tree.
        leaf: The hash of the leaf.
        proof: As `inclusion_proof` gives it.
        root: Of the tree.
    """
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    at, last, found = index, size - 1, leaf  # fn, sn and r of RFC 9162, 2.1.3.2
    for sibling in proof:
        if not last:
            return False
        if at & 1 or at == last:
            found = node(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, sibling)
        at, last = at >> 1, last >> 1
    return not last and found == root


def verify_consistency(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a tree begins with the earlier one.

    Args:
        old: The size of the earlier tree; 0 proves nothing and is never valid.
        size: Of the tree now.
        old_root: Of the earlier tree.
        root: Of the tree now.
        proof: As `consistency_proof` gives it.
    """
    if old == size:
        return old > 0 and not proof and old_root == root
    if not 0 < old < size or not _hashes(old_root, root, *proof):
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, size - 1  # fn and sn of RFC 9162, 2.1.4.2
    while at & 1:
        at, last = at >> 1, last >> 1
    before = now = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            before, now = node(sibling, before), node(sibling, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node(now, sibling)
        at, last = at >> 1, last >> 1
    return not last and before == old_root and now == root


def _hashes(*found: bytes) -> bool:
    """Whether each has the length of a hash; another would move the border between two of them."""
    return all(len(one) == HASH_BYTES for one in found)


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _root_between(first: int, end: int, node_at: NodeAt) -> bytes:
    return root(tuple(_between(first, end, node_at)))


def _between(first: int, end: int, node_at: NodeAt) -> Iterator[bytes]:
    """The largest complete subtrees of leaves that begin where one of their size may begin."""
    while first < end:
        level = (end - first).bit_length() - 1
        yield node_at(level, first >> level)
        first += 1 << level
