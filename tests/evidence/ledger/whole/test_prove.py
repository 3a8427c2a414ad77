"""What is whole is proved at once, on either database, and nothing else is."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from changes.models import ChangeRequest, Commit
from evidence.ledger.canonical import canonical, sha256_hex
from evidence.ledger.check import check_ledger
from evidence.ledger.coverage import covered_models
from evidence.ledger.records import private_values, record_digest
from evidence.ledger.sequence import seal
from evidence.ledger.whole import prove
from evidence.ledger.whole.digests import PAGE, SIZE
from evidence.ledger.whole.prove import prove_whole
from evidence.ledger.whole.rows import live_stretch
from evidence.ledger.whole.texts import json_text
from evidence.models import Event, Leaf
from tests.benchmarks.long_log import build
from tests.factories.stories import make_story
from tests.factories.times import NOW
from tests.unguarded import unguarded

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def nobody(done: int, total: int) -> None:
    """Nobody watches."""


@given(JSON)
def test_text_of_a_value_is_that_of_canonical_json(value: object) -> None:
    assert json_text(value).encode() == canonical(value)


@pytest.mark.django_db
def test_story_is_proved_and_needs_no_second_look() -> None:
    make_story(title="Ångström “quoted” \\ \t 🚀").pass_gates().approve().deploy().verify()
    seal()

    proved = prove_whole(nobody)

    assert proved is not None
    assert (proved.entries, proved.doubtful) == (Leaf.objects.count(), [])
    assert proved.records == sum(m._meta.base_manager.count() for m in covered_models())


@pytest.mark.django_db
def test_digest_of_a_row_as_it_is_stored_is_that_of_its_model() -> None:
    make_story().pass_gates().approve().deploy().verify()
    counted = 0
    for model in covered_models():
        for row in model._meta.base_manager.all():
            digest, private = record_digest(row), private_values(row)
            if private:
                digest = sha256_hex(digest.encode() + canonical(private))
            count, found = live_stretch(model, row.pk, row.pk + 1)
            (page,) = found.pages.values()
            assert count == 1
            start = SIZE * (row.pk % PAGE)
            assert page[start : start + SIZE].hex() == digest, row
            counted += 1
    assert counted > 30


@pytest.mark.django_db
def test_built_log_is_as_the_portal_would_have_made_it() -> None:
    """The benchmarks stand on it."""
    build(25)

    assert check_ledger().differences == []
    assert (Commit.objects.count(), Event.objects.filter(record="commit:1").count()) == (25, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("stretch", [1, 3, 7])
def test_stretches_of_any_length_prove_the_same(
    stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_story().approve()
    seal()
    monkeypatch.setattr(prove, "STRETCH", stretch)

    proved = prove_whole(nobody)

    assert proved is not None
    assert proved.doubtful == []


@pytest.mark.django_db
def test_altered_row_is_doubtful_and_an_altered_log_is_not_proved() -> None:
    make_story().approve()
    seal()
    with unguarded():
        ChangeRequest.objects.update(is_infrastructure=True)
        proved = prove_whole(nobody)
        assert proved is not None
        assert proved.doubtful == [f"changerequest:{ChangeRequest.objects.get().pk}"]

        Event.objects.filter(leaf__index=3).update(occurred_at=NOW.replace(year=2020))
        assert prove_whole(nobody) is None


@pytest.mark.django_db
def test_subtree_that_was_altered_at_the_edge_of_a_stretch_is_no_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The stretch behind begins from it; the one before comes to something else."""
    make_story().approve()
    seal()
    monkeypatch.setattr(prove, "STRETCH", 4)
    with unguarded():
        Leaf.objects.filter(index=3).update(subtrees=bytes(64))

        assert prove_whole(nobody) is None


@pytest.mark.django_db
def test_row_that_cannot_be_read_as_it_should_is_left_to_the_careful_check() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL holds no text where a moment belongs.")
    make_story()
    seal()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE changes_changerequest SET title = x'ff'")

    assert prove_whole(nobody) is None


@pytest.mark.postgres
@pytest.mark.usefixtures("committed_db")
def test_two_processes_prove_what_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    build(40)
    monkeypatch.setattr(prove, "STRETCH", 7)
    monkeypatch.setattr(prove, "WORTH_PROCESSES", 0)

    assert prove_whole(nobody, processes=2) == prove_whole(nobody)
    assert check_ledger(processes=2).differences == []
