"""What every test may ask for: a clock that stands still, clients by role, eager Celery.

Each test has folders of its own. A test that needs real commits asks for `committed_db`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from changes import clock
from changes.vocabulary import Role
from evidence.ledger.guards import install_guards, lift_guards
from orca_portal.celery import app
from tests.clients import ClientAs, SignedInClient
from tests.factories.people import PersonFactory
from tests.factories.times import NOW

# The same examples in every run, on a machine of any speed.
hypothesis.settings.register_profile("orca", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("orca")


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.API_RATE = "1000000/min"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PACKAGES_DIR = tmp_path / "packages"
    settings.DOSSIERS_DIR = tmp_path / "dossiers"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.LOG_KEYS_DIR = tmp_path / "secrets"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def now(settings: Settings) -> Iterator[datetime]:
    """The moment of every test; move on with `clock.simulated(now + ...)`."""
    settings.SIMULATED_CLOCK_ALLOWED = True
    with clock.simulated(NOW):
        yield NOW


@pytest.fixture
def client_as(db: None) -> ClientAs:
    """A browser in which a new person with these roles has signed in; `client.person` is who."""

    def sign_in(*roles: Role, is_superuser: bool = False) -> SignedInClient:
        client = SignedInClient()
        client.person = PersonFactory.create(
            roles=roles, is_superuser=is_superuser, is_staff=is_superuser
        )
        client.force_login(client.person)
        return client

    return sign_in


@pytest.fixture
def eager_celery() -> Iterator[None]:
    """Tasks run where they are called, and what they raise is raised there."""
    before = app.conf.task_always_eager, app.conf.task_eager_propagates
    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    yield
    app.conf.task_always_eager, app.conf.task_eager_propagates = before


@pytest.fixture
def committed_db(transactional_db: None, django_db_serialized_rollback: None) -> None:
    """A database with real commits, for threads and servers; the seeded rows come back after."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The mark of a module says no more of its database than that it needs one: without this the
    seeded rows would not be kept to come back where such a module runs alone.
    """
    for item in items:
        if "committed_db" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))


@pytest.fixture(scope="session", autouse=True)
def _guards_let_the_flush_pass() -> Iterator[None]:
    """A test with real commits begins with the seeded rows written again, and ends with a flush.
    The guards of append-only tables would refuse both; they are lifted meanwhile.
    """
    operations, creation = type(connection.ops), type(connection.creation)

    def unguarded(method: Callable[..., None]) -> Callable[..., None]:
        def run(self: Any, *arguments: Any) -> None:
            lift_guards(self.connection)
            method(self, *arguments)
            install_guards(self.connection)

        return run

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (operations, "execute_sql_flush"),
            (creation, "deserialize_db_from_string"),
        ):
            patch.setattr(owner, name, unguarded(getattr(owner, name)))
        yield


@pytest.fixture(autouse=True)
def _skip_without_postgres(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("It needs a real PostgreSQL: set DATABASE_URL, as script/test does.")
