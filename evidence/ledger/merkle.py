"""The Merkle tree of RFC 9162, section 2.1, with the SHA-256 hashing of RFC 6962.

A tree is known by its size and its root. The root of any run of leaves comes from its complete
subtrees, so a proof needs about two hashes for each level and never looks at every leaf.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeGuard

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
# No log is longer than its indices in the database; a proof has at most one hash a level.
MAX_SIZE = 2**63 - 1
MAX_PROOF = 64

# The root of the complete subtree of 2**level leaves, the first of which is position * 2**level.
Subtree = Callable[[int, int], bytes]
Place = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees at the right edge of a tree that grows leaf by leaf.

    Memory is one hash a level, whatever the size.
    """

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        self.roots = list(roots)

    def append(self, leaf: bytes) -> list[bytes]:
        """The roots of the complete subtrees that this leaf ends, smallest first."""
        ended: list[bytes] = []
        size, root = self.size, leaf
        while size & 1:
            root = node_hash(self.roots.pop(), root)
            ended.append(root)
            size >>= 1
        self.roots.append(root)
        self.size += 1
        return ended

    def extend(self, leaves: Sequence[bytes]) -> list[bytes]:
        """As `append` of each, a level at a time: of each the roots that it ends, in one piece."""
        ended, nodes = [b""] * len(leaves), list(leaves)
        edge: list[bytes] = []
        first, level = self.size, 0
        while nodes:
            if first & 1:
                nodes.insert(0, self.roots.pop())
            if len(nodes) & 1:
                edge.append(nodes.pop())
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
            first, level = first >> 1, level + 1
            places = slice(((first + 1) << level) - 1 - self.size, None, 1 << level)
            ended[places] = map(bytes.__add__, ended[places], nodes)
        self.roots += reversed(edge)
        self.size += len(leaves)
        return ended

    def root(self) -> bytes:
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in a stream."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def complete_subtrees(start: int, end: int) -> list[Place]:
    """The (level, position) of the subtrees that a run of leaves is cut into, left to right.

    `start` is a multiple of the largest of them, as it is for every run that a proof asks for.
    """
    places = []
    while start < end:
        level = (end - start).bit_length() - 1
        places.append((level, start >> level))
        start += 1 << level
    return places


def range_root(start: int, end: int, subtree: Subtree) -> bytes:
    roots = [subtree(level, position) for level, position in complete_subtrees(start, end)]
    root = roots.pop()
    while roots:
        root = node_hash(roots.pop(), root)
    return root


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The runs of leaves whose roots prove leaf `index` in a tree of `size`, nearest first."""
    if not 0 <= index < size:
        raise ValueError(f"Leaf {index} is not in a tree of {size}.")
    return list(_path(index, 0, size))[::-1]


def consistency_ranges(size1: int, size2: int) -> list[tuple[int, int]]:
    """The runs of leaves whose roots prove that a tree of `size1` is the beginning of `size2`."""
    if not 0 < size1 <= size2:
        raise ValueError(f"A tree of {size1} is not the beginning of a tree of {size2}.")
    return list(_growth(size1, 0, size2))[::-1]


def proof_of(ranges: Sequence[tuple[int, int]], subtree: Subtree) -> list[bytes]:
    return [range_root(start, end, subtree) for start, end in ranges]


def places_of(ranges: Iterable[tuple[int, int]]) -> set[Place]:
    """Every complete subtree that a proof over these runs looks at."""
    return {place for start, end in ranges for place in complete_subtrees(start, end)}


def _split(start: int, end: int) -> int:
    """Where RFC 9162 cuts a run: after the largest power of two that is smaller than it."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _path(index: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle


def _growth(size1: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ends with the old tree's own last subtree, unless that is the old tree itself."""
    while size1 < end:
        middle = _split(start, end)
        if size1 <= middle:
            yield middle, end
            end = middle
        else:
            yield start, middle
            start = middle
    if start:
        yield start, end


def verify_inclusion(
    leaf_hash: object, index: object, size: object, proof: object, root: object
) -> bool:
    """Whether `leaf_hash` is leaf `index` of the tree of `size` leaves with this `root`.

    RFC 9162, section 2.1.3.2. Never raises: whatever is no proof is no proof.
    """
    if not (_is_hash(leaf_hash) and _is_hash(root) and _is_proof(proof)):
        return False
    if not (_is_size(index) and _is_size(size) and index < size):
        return False
    return _climbed(leaf_hash, index, size, proof) == root


def verify_consistency(
    size1: object, size2: object, proof: object, root1: object, root2: object
) -> bool:
    """Whether the tree (`size1`, `root1`) is the beginning of the tree (`size2`, `root2`).

    RFC 9162, section 2.1.4.2. From an empty tree nothing can be proven, so that is False, and
    two trees of one size need equal roots and an empty proof. Never raises.
    """
    if not (_is_hash(root1) and _is_hash(root2) and _is_proof(proof)):
        return False
    if not (_is_size(size1) and _is_size(size2) and 0 < size1 <= size2):
        return False
    if size1 == size2:
        return not proof and root1 == root2
    return _grown(size1, size2, proof, root1) == (root1, root2)


def _climbed(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """The root that the proof leads to, None where it has too few or too many hashes."""
    node, last, root = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = node_hash(step, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, step)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def _grown(size1: int, size2: int, proof: list[bytes], root1: bytes) -> tuple[bytes, bytes] | None:
    """Both roots that the proof leads to, None where it has too few or too many hashes."""
    path = [root1, *proof] if size1 & (size1 - 1) == 0 else proof
    if not path:
        return None
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None


def _is_size(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= MAX_SIZE


def _is_hash(value: object) -> TypeGuard[bytes]:
    return type(value) is bytes and len(value) == HASH_BYTES


def _is_proof(value: object) -> TypeGuard[list[bytes]]:
    if not isinstance(value, list | tuple) or type(value) not in (list, tuple):
        return False  # a class of somebody's own might do anything when it is read
    return len(value) <= MAX_PROOF and all(_is_hash(step) for step in value)
