"""A database is marked as the sample once, and only while it is empty."""

from datetime import datetime

import pytest

from changes.models import Organisation
from changes.workflow.organisation import SAMPLE_LOG_ORIGIN, mark_as_sample
from changes.workflow.refusals import NotNow
from evidence.models import Event
from tests.changes.workflow.refusing import events_of, refused
from tests.factories.people import PersonFactory
from tests.factories.source import RepositoryFactory
from tests.factories.stories import make_change

pytestmark = pytest.mark.django_db
NEEDS = "already; sample data needs an empty database of its own."


def test_empty_database_becomes_the_sample_under_its_own_log(now: datetime) -> None:
    assert events_of(lambda: mark_as_sample(at=now)) == ["organisation.marked_as_sample"]
    organisation = Organisation.objects.get()
    assert (organisation.is_sample, organisation.log_origin) == (True, SAMPLE_LOG_ORIGIN)
    assert SAMPLE_LOG_ORIGIN.encode() in bytes(Event.objects.get().canonical)


def test_sample_is_not_marked_twice(now: datetime) -> None:
    mark_as_sample(at=now)
    with refused(NotNow, f"This database holds the sample organisation {NEEDS}"):
        mark_as_sample(at=now)


def test_database_with_a_person_is_refused(now: datetime) -> None:
    PersonFactory.create()
    with refused(NotNow, f"This database holds people {NEEDS}"):
        mark_as_sample(at=now)


def test_database_with_a_repository_is_refused(now: datetime) -> None:
    RepositoryFactory.create()
    with refused(NotNow, f"This database holds repositories {NEEDS}"):
        mark_as_sample(at=now)


def test_database_with_changes_is_refused(now: datetime) -> None:
    make_change()
    sentence = f"This database holds people and repositories and change requests {NEEDS}"
    with refused(NotNow, sentence):
        mark_as_sample(at=now)


def test_database_whose_number_range_was_begun_is_refused(now: datetime) -> None:
    Organisation.objects.update(last_change_number=1)
    with refused(NotNow, f"This database holds change requests {NEEDS}"):
        mark_as_sample(at=now)
