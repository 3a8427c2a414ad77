from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from changes.announcements import Announcement, announce, announce_all, happened
from tests.factories.request import ChangeRequestFactory
from tests.factories.times import DRAFTED


@pytest.fixture
def heard() -> Iterator[list[list[Announcement]]]:
    batches: list[list[Announcement]] = []

    def listen(*, announcements: list[Announcement], **_: Any) -> None:
        batches.append(announcements)

    happened.connect(listen)
    yield batches
    happened.disconnect(listen)


@pytest.mark.django_db
def test_announcements_are_heard_in_one_batch(heard: list[list[Announcement]]) -> None:
    change = ChangeRequestFactory.create()
    first, second = (Announcement(kind, change, DRAFTED) for kind in ("a.b", "a.c"))

    announce_all(announcement for announcement in (first, second))

    assert heard == [[first, second]]


@pytest.mark.django_db
def test_listener_that_fails_fails_the_announcement() -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("The log is full.")

    happened.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="The log is full"), transaction.atomic():
            announce(Announcement("a.b", ChangeRequestFactory.create(), DRAFTED))
    finally:
        happened.disconnect(fail)


def test_announcement_outside_a_transaction_is_refused(committed_db: None) -> None:
    change = ChangeRequestFactory.create()

    with pytest.raises(RuntimeError, match="inside the transaction"):
        announce(Announcement("a.b", change, DRAFTED))
