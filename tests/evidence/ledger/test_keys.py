"""Keys of the log: retired for a reason, when there is a successor; what they signed stays good."""

import json
from io import StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks

from changes.workflow.refusals import Invalid, NotNow
from evidence.ledger import tree
from evidence.ledger.check import check_ledger
from evidence.ledger.checkpoints import checkpoint_now
from evidence.ledger.keys import (
    current_key,
    path_of,
    private_key,
    retire_key,
    rotate_key,
    vkeys,
)
from evidence.ledger.notes import opened_note, parse_vkey, sign_note
from evidence.models import Checkpoint, Event, KeyRetirement, LogKey
from tests.factories.times import NOW
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db


def retired() -> LogKey:
    """A key that signed a checkpoint, was replaced, and signs no more."""
    old = checkpoint_now(NOW).key
    rotate_key(actor=None, at=NOW)
    retire_key(key=old, reason="The laptop was lost", actor=None, at=NOW)
    checkpoint_now(NOW)
    return old


def test_retired_key_is_on_the_log_and_what_it_signed_stays_good() -> None:
    old = retired()

    event = Event.objects.get(type="ledger.key_retired")
    assert event.leaf.index < tree.size()
    assert json.loads(bytes(event.canonical))["details"] == {"key": old.vkey}
    assert event.disclosure.values["reason"][1] == "The laptop was lost"
    first = Checkpoint.objects.filter(key=old).get()
    assert opened_note(first.note, vkeys())[1] == parse_vkey(old.vkey)
    assert check_ledger().differences == []


def test_private_file_of_a_retired_key_is_destroyed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    old = current_key()
    rotate_key(actor=None, at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        retire_key(key=old, reason="Replaced", actor=None, at=NOW)
        assert path_of(parse_vkey(old.vkey)).exists()  # until it is committed

    assert not path_of(parse_vkey(old.vkey)).exists()
    assert path_of(parse_vkey(current_key().vkey)).exists()


def test_retired_key_signs_nothing_where_its_file_is_still_there() -> None:
    old = retired()
    assert path_of(parse_vkey(old.vkey)).exists()  # nothing is committed in this test

    with pytest.raises(NotNow, match="is retired: it signs nothing"):
        private_key(old)


def test_key_that_signs_is_not_retired_without_a_successor() -> None:
    with pytest.raises(NotNow, match="it has no successor"):
        retire_key(key=current_key(), reason="Over", actor=None, at=NOW)

    old = retired()
    for key, sentence in ((old, "is retired already"), (current_key(), "it has no successor")):
        with pytest.raises(NotNow, match=sentence):
            retire_key(key=key, reason="Over", actor=None, at=NOW)


def test_key_is_retired_for_a_reason() -> None:
    old = current_key()
    rotate_key(actor=None, at=NOW)

    with pytest.raises(Invalid, match="Say why"):
        retire_key(key=old, reason=" \n", actor=None, at=NOW)


def test_checkpoint_by_a_retired_key_over_a_later_tree_is_named() -> None:
    """Somebody kept the file, and owns the database."""
    old = retired()
    private = load_pem_private_key(path_of(parse_vkey(old.vkey)).read_bytes(), None)
    assert isinstance(private, Ed25519PrivateKey)
    newest = Checkpoint.objects.latest("size")
    text, _ = opened_note(newest.note, vkeys())
    note = sign_note(text, parse_vkey(old.vkey).name, private)
    with unguarded():
        Checkpoint.objects.filter(pk=newest.pk).update(note=note, key=old)

    (sentence,) = check_ledger().differences

    assert sentence.startswith(f"Checkpoint {newest.pk} at {newest.size}: it is signed by a key")


def test_command_retires_a_key_by_its_digits(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    old, out = current_key(), StringIO()
    digits = parse_vkey(old.vkey).key_id.hex()
    rotate_key(actor=None, at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        call_command("retire_log_key", digits, reason="Replaced", stdout=out, stderr=StringIO())

    assert out.getvalue() == f"Retired: {old.vkey}\n"
    assert KeyRetirement.objects.get().key == old
    with pytest.raises(CommandError, match="is retired already"):
        call_command("retire_log_key", old.vkey, reason="Replaced")


def test_command_names_the_keys_that_there_are() -> None:
    digits = parse_vkey(current_key().vkey).key_id.hex()

    with pytest.raises(CommandError, match=f"no key 00000000. Its keys: {digits}"):
        call_command("retire_log_key", "00000000", reason="Replaced")
