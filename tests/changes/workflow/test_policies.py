from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from changes.models import Person, PolicyReview, PolicyVersion
from changes.vocabulary import PolicyState, Role
from changes.workflow.policies import approve_policy, propose_policy, sign_policy_review
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.people import PersonFactory, an_engineer
from tests.factories.policy import PolicyVersionFactory, version_1

pytestmark = pytest.mark.django_db
TOMORROW = times.NOW.date() + timedelta(days=1)


def administrator(**values: Any) -> Person:
    return PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR], **values)


def propose(actor: Person | None = None, **values: Any) -> PolicyVersion:
    given = {"version": "1.1", "effective_on": TOMORROW, "summary": "More coverage."}
    version = PolicyVersion(**{**given, **values})
    return propose_policy(version=version, actor=actor or administrator(), at=times.NOW)


def test_policy_is_proposed_by_one_and_approved_by_another() -> None:
    proposer, approver = administrator(), administrator()
    proposed = propose(proposer, coverage_minimum_percent=Decimal(85))

    approved = approve_policy(version=proposed, actor=approver, at=times.NOW)

    assert (approved.state, approved.proposed_by, approved.approved_by, approved.approved_at) == (
        PolicyState.APPROVED,
        proposer,
        approver,
        times.NOW,
    )


def test_policy_may_be_approved_by_compliance() -> None:
    approver = PersonFactory.create(roles=[Role.COMPLIANCE])

    assert approve_policy(version=propose(), actor=approver, at=times.NOW).approved_by == approver


def test_policy_stores_an_event_for_each_step() -> None:
    def act() -> None:
        approve_policy(version=propose(), actor=administrator(), at=times.NOW)

    assert events_of(act) == ["policy.approved", "policy.proposed"]


def test_policy_is_not_approved_by_whom_it_was_proposed() -> None:
    proposer = administrator(name="Pam")
    proposed = propose(proposer)

    with refused(NotPermitted, "Pam proposed Policy 1.1: another person approves it."):
        approve_policy(version=proposed, actor=proposer, at=times.NOW)


def test_policy_is_approved_once() -> None:
    approved = approve_policy(version=propose(), actor=administrator(), at=times.NOW)
    another = administrator()

    with refused(NotNow, "Policy 1.1 is approved already."):
        approve_policy(version=approved, actor=another, at=times.NOW)


def test_policy_proposed_too_long_ago_is_not_approved() -> None:
    version = PolicyVersionFactory.create(
        version="1.1",
        effective_on=times.NOW.date(),
        state=PolicyState.PROPOSED,
        approved_at=None,
    )
    approver = administrator()

    with refused(NotNow, "Policy 1.1 would take effect in the past: propose it anew."):
        approve_policy(version=version, actor=approver, at=times.NOW)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.POLICY_ADMINISTRATOR])
def test_policy_is_proposed_by_policy_administrators_only(role: Role) -> None:
    actor = PersonFactory.create(roles=[role])

    with refused(NotPermitted, "Only policy administrator may propose a policy version."):
        propose(actor)


def test_policy_is_approved_by_no_engineer() -> None:
    proposed, actor = propose(), an_engineer()

    sentence = "Only compliance or policy administrator may approve a policy version."
    with refused(NotPermitted, sentence):
        approve_policy(version=proposed, actor=actor, at=times.NOW)


def test_policy_in_force_is_never_edited() -> None:
    actor, version = administrator(), version_1()

    with refused(NotNow, "A policy version is never edited: propose a new one."):
        propose_policy(version=version, actor=actor, at=times.NOW)


@pytest.mark.parametrize(
    "effective_on", [times.NOW.date(), times.NOW.date() - timedelta(days=1), date(1969, 1, 1)]
)
def test_policy_takes_effect_in_the_future(effective_on: date) -> None:
    actor = administrator()

    with refused(Invalid, "A new version takes effect in the future."):
        propose(actor, effective_on=effective_on)


def test_policy_begins_after_every_approved_one() -> None:
    later = PolicyVersionFactory.create(version="2.0", effective_on=TOMORROW)
    actor = administrator()

    sentence = (
        f"Policy 2.0 is approved and takes effect on {later.effective_on}: a new version begins "
        "on a later day, so that no two overlap."
    )
    with refused(Invalid, sentence):
        propose(actor, effective_on=TOMORROW)


def test_policy_that_another_overtook_is_not_approved() -> None:
    proposed = propose(effective_on=TOMORROW)
    PolicyVersionFactory.create(version="2.0", effective_on=TOMORROW + timedelta(days=1))
    actor = administrator()

    with pytest.raises(Invalid) as refusal:
        approve_policy(version=proposed, actor=actor, at=times.NOW)

    assert list(refusal.value.fields) == ["effective_on"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"coverage_minimum_percent": Decimal("100.01")}, "coverage_minimum_percent"),
        ({"coverage_minimum_percent": Decimal(101)}, "coverage_minimum_percent"),
        ({"tests_skipped_maximum_percent": Decimal("-0.01")}, "tests_skipped_maximum_percent"),
        ({"window_opens": "16:00", "window_closes": "10:00"}, "window_closes"),
        ({"window_opens": "10:00", "window_closes": "10:00"}, "window_closes"),
        ({"window_days": []}, "window_days"),
        ({"holiday_calendar": "XX"}, "holiday_calendar"),
        ({"version": "1.0"}, "version"),
        ({"version": ""}, "version"),
        ({"tech_leads_per_system": -1}, "tech_leads_per_system"),
    ],
)
def test_policy_with_a_wrong_figure_is_refused(values: dict[str, Any], field: str) -> None:
    actor = administrator()

    with pytest.raises(Invalid) as refusal:
        propose(actor, **values)

    assert list(refusal.value.fields) == [field]
    assert list(PolicyVersion.objects.all()) == [version_1()]


def test_policy_review_is_signed_once_for_a_quarter() -> None:
    actor = administrator()
    review = sign_policy_review(quarter="2026Q3", actor=actor, at=times.NOW, note="Read again.")

    with refused(NotNow, "The policy review of 2026Q3 is signed already."):
        sign_policy_review(quarter="2026Q3", actor=actor, at=times.NOW, note="")
    assert (review.reviewed_by, review.policy_version) == (actor, version_1())


@pytest.mark.parametrize(
    ("quarter", "kind"), [("2026Q4", NotNow), ("2026Q5", Invalid), ("", Invalid)]
)
def test_policy_review_of_another_quarter_is_refused(quarter: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        sign_policy_review(quarter=quarter, actor=administrator(), at=times.NOW, note="")

    assert PolicyReview.objects.count() == 0
