"""The sample organisation, loaded once for all tests of this folder and undone after them.

These tests only read, and ask for `sample` instead of a database of their own.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.loaded_sample import put_sample


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before all others, while the database is as the migrations left it: a test with real
    commits empties it. The mark makes sure that there is a database when these run alone.
    """
    for item in items:
        if "sample" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)
    items.sort(key=lambda item: "sample" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="package")
def sample(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """What the loading said; the database holds the sample meanwhile."""
    said: list[str] = []
    before = settings.SIMULATED_CLOCK_ALLOWED
    settings.SIMULATED_CLOCK_ALLOWED = True
    with django_db_blocker.unblock(), transaction.atomic():
        put_sample(said.append)
        settings.SIMULATED_CLOCK_ALLOWED = before
        yield said
        transaction.set_rollback(True)
