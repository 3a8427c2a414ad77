from datetime import datetime

import pytest

from changes.models import Person, PolicyReview
from changes.vocabulary import Role
from changes.workflow.policies import sign_policy_review
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories.people import PersonFactory, a_tech_lead
from tests.factories.policy import version_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Person:
    return PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])


def _sign(actor: Person, at: datetime, quarter: str = "2026Q3") -> PolicyReview:
    return sign_policy_review(quarter=quarter, actor=actor, at=at, note="Read; it stands.")


def test_review_of_a_quarter_is_signed_once(administrator: Person, now: datetime) -> None:
    assert events_of(lambda: _sign(administrator, now)) == ["policy.reviewed"]
    review = PolicyReview.objects.get()
    assert (review.policy_version, review.reviewed_by) == (version_1(), administrator)
    with refused(NotNow, "The policy review of 2026Q3 is signed already."):
        _sign(administrator, now)


def test_quarter_to_come_is_not_reviewed(administrator: Person, now: datetime) -> None:
    with refused(NotNow, "2026Q4 has not begun yet."):
        _sign(administrator, now, "2026Q4")


def test_what_is_no_quarter_is_refused(administrator: Person, now: datetime) -> None:
    sentence = "'Q3' is not a quarter: expected a year, Q and 1 to 4, such as 2026Q3."
    with refused(Invalid, sentence):
        _sign(administrator, now, "Q3")


def test_tech_lead_signs_no_review(now: datetime) -> None:
    lead = a_tech_lead()
    with refused(
        NotPermitted, "Only compliance or policy administrator may sign the policy review."
    ):
        _sign(lead, now)
