"""Keys, signer and checkpoints: what is signed, and what is refused."""

import json
import stat
from itertools import pairwise
from pathlib import Path

import pytest

from changes.models import Organisation
from changes.workflow.refusals import NotNow
from evidence.ledger import tree
from evidence.ledger.checkpoints import checkpoint_now, issue_checkpoint
from evidence.ledger.keys import HANDOVER, current_key, path_of, rotate_key, vkeys
from evidence.ledger.merkle import Frontier, verify_consistency
from evidence.ledger.notes import Head, opened_note, parse_head, parse_vkey
from evidence.ledger.sequence import seal
from evidence.models import Checkpoint, Event, Leaf, LogKey
from tests.factories.ledger import EventFactory
from tests.factories.times import NOW
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db


def head_of(checkpoint: Checkpoint) -> Head:
    text, _ = opened_note(checkpoint.note, vkeys())
    return parse_head(text)


def grow(number: int) -> None:
    for _ in range(number):
        EventFactory.create(canonical=str(Event.objects.count()).encode())
    seal()


def memory(settings: object) -> Path:
    (path,) = Path(settings.LOG_KEYS_DIR).glob("signer-*.json")  # type: ignore[attr-defined]
    return path


def test_checkpoint_says_what_the_log_holds() -> None:
    grow(3)

    checkpoint = checkpoint_now(NOW)

    origin = Organisation.objects.get().log_origin
    assert head_of(checkpoint) == Head(origin, tree.size(), tree.root_at(tree.size()))
    assert checkpoint.size == Event.objects.count()


def test_nothing_new_needs_no_new_checkpoint() -> None:
    assert checkpoint_now(NOW) == checkpoint_now(NOW)


def test_each_checkpoint_continues_the_one_before() -> None:
    heads = []
    for number in (1, 2, 5, 8):
        grow(number)
        heads.append(head_of(checkpoint_now(NOW)))

    for before, after in pairwise(heads):
        proof = tree.consistency_proof(before.size, after.size)
        assert verify_consistency(before.size, after.size, proof, before.root, after.root)


def test_earlier_size_may_be_signed_later() -> None:
    grow(9)
    checkpoint_now(NOW)

    earlier = issue_checkpoint(size=4, at=NOW)

    assert head_of(earlier).root == tree.root_at(4)


def test_checkpoint_lies_in_a_folder_for_others(settings: object) -> None:
    grow(2)
    checkpoint = checkpoint_now(NOW)

    (path,) = Path(settings.CHECKPOINTS_DIR).glob("*.note")  # type: ignore[attr-defined]
    assert path.read_text() == checkpoint.note


def test_log_that_was_written_anew_is_not_signed() -> None:
    """Also where whoever did it has worked out every subtree of the altered log."""
    grow(5)
    checkpoint_now(NOW)
    leaves = list(Leaf.objects.all())
    leaves[2].leaf_hash = bytes(32)
    frontier = Frontier()
    for leaf in leaves:
        leaf.subtrees = b"".join(frontier.append(bytes(leaf.leaf_hash)))
    with unguarded():
        Leaf.objects.bulk_update(leaves, ["leaf_hash", "subtrees"])
    grow(1)

    with pytest.raises(NotNow, match="not its continuation"):
        checkpoint_now(NOW)


@pytest.mark.parametrize("number", [0, 3])
def test_log_that_was_rolled_back_is_not_signed(number: int) -> None:
    """Neither while it is shorter than what was signed, nor when it has grown again."""
    grow(5)
    checkpoint = checkpoint_now(NOW)
    with unguarded():
        Leaf.objects.filter(index__gte=checkpoint.size - 2).delete()
        Event.objects.filter(leaf__isnull=True).delete()
        Checkpoint.objects.all().delete()
    grow(number)

    with pytest.raises(NotNow, match="not its continuation"):
        checkpoint_now(NOW)


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"size": "x", "root": 1}'])
def test_signer_without_its_memory_signs_nothing(settings: object, content: str | None) -> None:
    grow(5)
    checkpoint_now(NOW)
    if content is None:
        memory(settings).unlink()
    else:
        memory(settings).write_text(content)
    grow(1)

    with pytest.raises(NotNow, match="signer's memory"):
        checkpoint_now(NOW)


def test_signer_remembers_before_it_signs(settings: object) -> None:
    grow(5)
    checkpoint_now(NOW)

    assert json.loads(memory(settings).read_text())["size"] == tree.size()


def test_private_key_is_a_file_of_its_owner_alone() -> None:
    path = path_of(parse_vkey(current_key().vkey))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"PRIVATE KEY" in path.read_bytes()
    held = [str(value) for row in LogKey.objects.values() for value in row.values()]
    assert not any("PRIVATE" in value for value in held)


def test_without_its_key_nothing_is_signed() -> None:
    grow(2)
    path_of(parse_vkey(current_key().vkey)).unlink()

    with pytest.raises(NotNow, match="cannot be read"):
        checkpoint_now(NOW)


def test_key_that_is_none_signs_nothing() -> None:
    grow(2)
    path_of(parse_vkey(current_key().vkey)).write_text("no key")

    with pytest.raises(NotNow, match="cannot be read"):
        checkpoint_now(NOW)


def test_old_key_introduces_the_new_one_and_what_it_signed_stays_good() -> None:
    grow(3)
    first = checkpoint_now(NOW)
    old = parse_vkey(first.key.vkey)

    new = rotate_key(actor=None, at=NOW)
    grow(1)
    second = checkpoint_now(NOW)

    text, signer = opened_note(new.introduction, [old])
    assert signer == old
    assert text.split("\n")[1:3] == [HANDOVER, new.vkey]
    assert opened_note(second.note, vkeys())[1] == parse_vkey(new.vkey)
    assert opened_note(first.note, vkeys())[1] == old
    assert Event.objects.filter(type="ledger.key_rotated", leaf__isnull=False).count() == 1
