"""The hash tree agrees with RFC 6962, and every proof with one bit changed is refused."""

import json
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive.proof import merkle

# transparency-dev/merkle, testdata (Apache-2.0): valid proofs, and each kind of invalid one
VECTORS = json.loads((Path(__file__).parent / "vectors" / "merkle.json").read_text())
MOST = 300

# RFC 6962 leaves and roots, as Certificate Transparency's own tests have them
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = ("6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4", "5dc9da79")


@cache
def node_at(level: int, index: int) -> bytes:
    """The complete subtrees over the leaves 0, 1, 2, ..."""
    if not level:
        return merkle.leaf(str(index).encode())
    return merkle.node(node_at(level - 1, 2 * index), node_at(level - 1, 2 * index + 1))


@cache
def root_of(size: int) -> bytes:
    return merkle.root(merkle.frontier_of(size, node_at))


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else merkle.EMPTY_ROOT
    half = max(1 << power for power in range(16) if 1 << power < len(leaves))
    return merkle.node(by_definition(leaves[:half]), by_definition(leaves[half:]))


def decoded(vector: dict[str, Any], *names: str) -> list[Any]:
    return [b64decode(vector[name]) for name in names] + [[b64decode(one) for one in vector["proof"] or []]]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda vector: vector["name"])
def test_the_published_inclusion_proofs_are_judged_as_published(vector: dict[str, Any]) -> None:
    leaf, root, proof = decoded(vector, "leafHash", "root")
    found = merkle.verify_inclusion(vector["leafIdx"], vector["treeSize"], leaf, proof, root)
    assert found is not vector["wantErr"]


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda vector: vector["name"])
def test_the_published_consistency_proofs_are_judged_as_published(vector: dict[str, Any]) -> None:
    before, after, proof = decoded(vector, "root1", "root2")
    found = merkle.verify_consistency(vector["size1"], vector["size2"], before, after, proof)
    assert found is not vector["wantErr"]


def test_there_are_as_many_vectors_as_were_published() -> None:
    assert [len(VECTORS[kind]) for kind in ("inclusion", "consistency")] == [98, 98]


def test_the_roots_of_the_first_eight_sizes_are_those_everybody_has() -> None:
    frontier: tuple[bytes, ...] = ()
    for size, (leaf, expected) in enumerate(zip(LEAVES, ROOTS, strict=True)):
        frontier = merkle.grown(frontier, size, merkle.leaf(bytes.fromhex(leaf)))
        assert merkle.root(frontier).hex().startswith(expected)


def test_growing_leaf_by_leaf_and_looking_up_subtrees_give_the_root_of_the_definition() -> None:
    frontier: tuple[bytes, ...] = ()
    assert merkle.root(frontier) == by_definition([])
    for size in range(MOST):
        frontier = merkle.grown(frontier, size, node_at(0, size))
        assert frontier == merkle.frontier_of(size + 1, node_at)
        assert merkle.root(frontier) == by_definition([node_at(0, index) for index in range(size + 1)])


def test_every_inclusion_proof_of_every_size_is_valid() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, node_at)
            assert merkle.verify_inclusion(index, size, node_at(0, index), proof, root_of(size))


def test_every_consistency_proof_of_every_two_sizes_is_valid() -> None:
    for size in range(1, MOST + 1):
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(old, size, node_at)
            assert merkle.verify_consistency(old, size, root_of(old), root_of(size), proof)


def flipped(hashes: list[bytes], bit: int) -> list[bytes]:
    which, inside = divmod(bit, 256)
    changed = bytearray(hashes[which])
    changed[inside // 8] ^= 1 << inside % 8
    return [*hashes[:which], bytes(changed), *hashes[which + 1 :]]


@given(st.data())
def test_an_inclusion_proof_with_one_bit_changed_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    hashes = [node_at(0, index), root_of(size), *merkle.inclusion_proof(index, size, node_at)]
    leaf, root, *proof = flipped(hashes, data.draw(st.integers(0, 256 * len(hashes) - 1)))
    assert not merkle.verify_inclusion(index, size, leaf, proof, root)


@given(st.data())
def test_a_consistency_proof_with_one_bit_changed_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    old = data.draw(st.integers(1, size))
    hashes = [root_of(old), root_of(size), *merkle.consistency_proof(old, size, node_at)]
    before, after, *proof = flipped(hashes, data.draw(st.integers(0, 256 * len(hashes) - 1)))
    assert not merkle.verify_consistency(old, size, before, after, proof)


@given(st.integers(1, MOST), st.integers(-2, MOST + 2), st.data())
def test_a_proof_says_nothing_of_another_leaf(size: int, other: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, node_at)
    found = merkle.verify_inclusion(other, size, node_at(0, index), proof, root_of(size))
    assert found is (other == index)


@given(st.integers(1, MOST), st.integers(1, MOST))
def test_a_shorter_or_longer_proof_is_refused(one: int, other: int) -> None:
    old, size = sorted((one, other))
    proof = merkle.consistency_proof(old, size, node_at)
    for wrong in (proof[:-1], [*proof, root_of(1)], [*proof, b"short"]):
        if wrong != proof:
            assert not merkle.verify_consistency(old, size, root_of(old), root_of(size), wrong)


@given(st.integers(), st.integers(), st.lists(st.binary(max_size=40), max_size=70), st.binary(max_size=40))
def test_any_proof_is_judged_and_none_raises(one: int, two: int, proof: list[bytes], root: bytes) -> None:
    assert not merkle.verify_inclusion(one, two, b"", proof, root)
    assert not merkle.verify_consistency(one, two, bytes(33), root, [*proof, b""])


def test_bytes_moved_from_one_hash_to_its_neighbour_are_refused() -> None:
    (sibling,) = merkle.inclusion_proof(0, 2, node_at)
    leaf = node_at(0, 0)
    assert merkle.verify_inclusion(0, 2, leaf, [sibling], root_of(2))
    assert not merkle.verify_inclusion(0, 2, leaf + sibling[:1], [sibling[1:]], root_of(2))


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_sizes_that_do_not_follow_one_another_have_no_proof(old: int, size: int) -> None:
    with pytest.raises(ValueError, match="grow"):
        merkle.consistency_proof(old, size, node_at)
    assert not merkle.verify_consistency(old, size, merkle.EMPTY_ROOT, root_of(5), [])


@pytest.mark.parametrize("index", [-1, 5])
def test_a_leaf_that_is_not_there_has_no_proof(index: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(index, 5, node_at)
