"""The log's tree as it is stored: roots and proofs from a few rows each."""

from collections.abc import Iterable, Sequence

from evidence.ledger.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    Frontier,
    Place,
    complete_subtrees,
    consistency_ranges,
    inclusion_ranges,
    places_of,
    proof_of,
    range_root,
)
from evidence.models import Leaf


class Unsealed(LookupError):
    """A leaf that the tree needs is not there."""


def size() -> int:
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def root_at(tree_size: int) -> bytes:
    if tree_size == 0:
        return EMPTY_ROOT
    roots = _stored(complete_subtrees(0, tree_size))
    return range_root(0, tree_size, lambda level, position: roots[level, position])


def inclusion_proof(index: int, tree_size: int) -> list[bytes]:
    return _proof(inclusion_ranges(index, tree_size))


def consistency_proof(size1: int, size2: int) -> list[bytes]:
    """That the tree of `size1` is the beginning of the one of `size2`; from nothing, nothing."""
    return _proof(consistency_ranges(size1, size2)) if size1 else []


def frontier(tree_size: int) -> Frontier:
    places = complete_subtrees(0, tree_size)
    roots = _stored(places)
    return Frontier(tree_size, [roots[place] for place in places])


def _proof(ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    roots = _stored(places_of(ranges))
    return proof_of(ranges, lambda level, position: roots[level, position])


def _stored(places: Iterable[Place]) -> dict[Place, bytes]:
    """The roots of complete subtrees, each read from the leaf that ends it."""
    ends = {place: ((place[1] + 1) << place[0]) - 1 for place in places}
    rows = Leaf.objects.filter(index__in=set(ends.values()))
    columns = rows.values_list("index", "leaf_hash", "subtrees")
    leaves = {index: (bytes(leaf), bytes(subtrees)) for index, leaf, subtrees in columns}
    found = {}
    for (level, position), index in ends.items():
        if index not in leaves:
            raise Unsealed(f"Leaf {index} is missing.")
        leaf, subtrees = leaves[index]
        root = leaf if level == 0 else subtrees[HASH_BYTES * (level - 1) : HASH_BYTES * level]
        found[level, position] = root
    return found
