"""Commits may be older than anything that is reported."""

import pytest

from changes.models import Commit
from changes.workflow.refusals import Invalid
from tests.changes.workflow.hosts import session
from tests.changes.workflow.hosts.telling import tell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00Z", "1999-12-31T23:59:59Z"])
def test_old_commit_is_recorded_with_its_push(stamp: str) -> None:
    old = session.commit(session.FIRST, 5, "Begin") | {"timestamp": stamp}

    tell([("github", session.push("main", session.FIRST, old))])

    assert Commit.objects.get().committed_at.isoformat() == stamp.replace("Z", "+00:00")


def test_deployment_of_a_clock_that_was_never_set_is_refused() -> None:
    event, payload = session.deployed(1, 60)
    payload["deployment"]["created_at"] = "1970-01-01T00:00:00Z"

    with pytest.raises(Invalid, match="1970-01-01 is before 2000"):
        tell([("github", (event, payload))])
