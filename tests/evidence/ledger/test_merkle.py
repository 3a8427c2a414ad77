"""Held to the published vectors, and to a tree that is built the way RFC 9162 writes it down."""

import hashlib
import json
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    places_of,
    proof_of,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

SAMPLES = Path(__file__).parents[2] / "samples" / "merkle"
INCLUSION = json.loads((SAMPLES / "inclusion.json").read_text())
CONSISTENCY = json.loads((SAMPLES / "consistency.json").read_text())
LEAVES = [leaf_hash(str(number).encode()) for number in range(130)]
NODE = hashlib.sha256(b"a node").digest()


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(naive_root(leaves[:middle]), naive_root(leaves[middle:]))


@cache
def root_of(size: int) -> bytes:
    return naive_root(LEAVES[:size])


@cache
def subtree(level: int, position: int) -> bytes:
    return naive_root(LEAVES[position << level : (position + 1) << level])


def inclusion(index: int, size: int) -> list[bytes]:
    return proof_of(inclusion_ranges(index, size), subtree)


def consistency(size1: int, size2: int) -> list[bytes]:
    return proof_of(consistency_ranges(size1, size2), subtree)


def decoded(vector: dict[str, Any]) -> list[bytes]:
    return [b64decode(step) for step in vector["proof"]]


@pytest.mark.parametrize("name", INCLUSION)
def test_published_inclusion_vectors(name: str) -> None:
    vector = INCLUSION[name]
    leaf, root = b64decode(vector["leafHash"]), b64decode(vector["root"])

    held = verify_inclusion(leaf, vector["leafIdx"], vector["treeSize"], decoded(vector), root)

    assert held is not vector["wantErr"]


@pytest.mark.parametrize("name", CONSISTENCY)
def test_published_consistency_vectors(name: str) -> None:
    vector = CONSISTENCY[name]
    root1, root2 = b64decode(vector["root1"]), b64decode(vector["root2"])

    held = verify_consistency(vector["size1"], vector["size2"], decoded(vector), root1, root2)

    assert held is not vector["wantErr"]


def test_the_vectors_are_all_there() -> None:
    assert (len(INCLUSION), len(CONSISTENCY)) == (36, 42)


def test_hashes_of_rfc_6962() -> None:
    assert tree_root([]) == EMPTY_ROOT == hashlib.sha256().digest()
    assert leaf_hash(b"") == hashlib.sha256(b"\0").digest()
    assert node_hash(b"l", b"r") == hashlib.sha256(b"\1lr").digest()


@given(size=st.integers(0, len(LEAVES)))
def test_root_in_a_stream_is_the_root(size: int) -> None:
    assert tree_root(iter(LEAVES[:size])) == root_of(size)


def test_a_leaf_ends_the_subtrees_that_it_completes() -> None:
    frontier = Frontier()

    ended = [frontier.append(leaf) for leaf in LEAVES[:8]]

    assert [len(roots) for roots in ended] == [0, 1, 0, 2, 0, 1, 0, 3]
    assert ended[7] == [subtree(1, 3), subtree(2, 1), subtree(3, 0)]


@given(data=st.data())
def test_every_leaf_has_a_proof(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion(index, size), root_of(size)

    assert verify_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, size).filter(lambda number: number != index))
    assert not verify_inclusion(LEAVES[index], other, size, proof, root)
    assert not verify_inclusion(LEAVES[index], index, size, [*proof, NODE], root)
    assert not verify_inclusion(LEAVES[index], index, size, proof[1:], root) or not proof


@given(sizes=st.tuples(st.integers(1, 130), st.integers(1, 130)).map(sorted))
@example(sizes=[64, 130])
def test_every_beginning_has_a_proof(sizes: list[int]) -> None:
    size1, size2 = sizes
    proof = consistency(size1, size2)
    root1, root2 = root_of(size1), root_of(size2)

    assert verify_consistency(size1, size2, proof, root1, root2)
    assert not verify_consistency(size1, size2, [*proof, NODE], root1, root2)
    assert not verify_consistency(size1, size2, proof, NODE, root2)
    assert not verify_consistency(size1, size2, proof, root1, NODE)
    assert proof == [] or not verify_consistency(size1, size2, proof[:-1], root1, root2)


@given(data=st.data())
def test_one_changed_bit_is_seen(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion(index, size), root_of(size)
    step = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[step]) ^ (1 << bit)).to_bytes(32)

    proof[step] = flipped

    assert not verify_inclusion(LEAVES[index], index, size, proof, root)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=40),
    st.sampled_from([EMPTY_ROOT, NODE, bytearray(32), memoryview(NODE), object(), [NODE] * 65]),
    st.lists(st.sampled_from([NODE, None, 1, "x", b""]), max_size=4),
)


@given(arguments=st.tuples(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING))
def test_whatever_is_no_proof_is_refused_without_an_error(arguments: tuple[Any, ...]) -> None:
    assert verify_inclusion(*arguments) is False
    assert verify_consistency(*arguments) is False


class Odd(list[bytes]):
    def __iter__(self) -> Any:
        raise RuntimeError


@pytest.mark.parametrize(
    ("sizes", "proof", "roots", "expected"),
    [
        pytest.param((0, 0), [], (EMPTY_ROOT, EMPTY_ROOT), False, id="nothing to nothing"),
        pytest.param((0, 5), [], (EMPTY_ROOT, root_of(5)), False, id="nothing to some"),
        pytest.param((5, 3), consistency(3, 5), (NODE, NODE), False, id="backwards"),
        pytest.param((5, 5), [], (NODE, NODE), True, id="the same tree"),
        pytest.param((5, 5), [NODE], (NODE, NODE), False, id="the same tree with a proof"),
        pytest.param((5, 5), [], (NODE, EMPTY_ROOT), False, id="one size, two roots"),
        pytest.param((4, 5), [], (NODE, NODE), False, id="no proof"),
        pytest.param((True, True), [], (NODE, NODE), False, id="booleans are no sizes"),
        pytest.param((2**80, 2**80), [], (NODE, NODE), False, id="beyond every log"),
        pytest.param((5, 5), (), (NODE, NODE), True, id="a tuple is as good"),
        pytest.param((5, 6), Odd([NODE]), (NODE, NODE), False, id="a list of somebody's own"),
        pytest.param((5, 5), None, (NODE, NODE), False, id="none is no proof"),
        pytest.param((5, 5), [], (NODE[:31], NODE[:31]), False, id="short roots"),
    ],
)
def test_edges_of_consistency(
    sizes: tuple[int, int], proof: Any, roots: tuple[bytes, bytes], expected: bool
) -> None:
    assert verify_consistency(*sizes, proof, *roots) is expected


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="is not in a tree of"):
        inclusion_ranges(index, size)


@pytest.mark.parametrize(("size1", "size2"), [(0, 5), (6, 5)])
def test_no_proof_of_a_beginning_that_is_none(size1: int, size2: int) -> None:
    with pytest.raises(ValueError, match="is not the beginning"):
        consistency_ranges(size1, size2)


def test_a_proof_looks_at_few_subtrees() -> None:
    """A million leaves have twenty levels: no proof looks at more than twice as many places."""
    size = 1_000_000
    asked = [len(places_of(inclusion_ranges(index, size))) for index in (0, 1, 777_777, 999_999)]
    asked += [len(places_of(consistency_ranges(n, size))) for n in (1, 3, 524_288, 999_999)]

    assert max(asked) <= 40


@given(start=st.integers(0, 40), pieces=st.lists(st.integers(0, 40), max_size=3))
def test_many_leaves_at_once_do_what_each_of_them_does(start: int, pieces: list[int]) -> None:
    one_by_one, at_once = Frontier(), Frontier()
    at_once.extend(LEAVES[:start])
    for leaf in LEAVES[:start]:
        one_by_one.append(leaf)
    for number in pieces:
        leaves = LEAVES[at_once.size :][:number]
        ended = [b"".join(one_by_one.append(leaf)) for leaf in leaves]
        assert at_once.extend(leaves) == ended
        assert (at_once.size, at_once.roots) == (one_by_one.size, one_by_one.roots)
