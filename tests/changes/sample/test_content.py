"""A believable quarter: what it holds, and that no text is used twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from changes.models import (
    ChangeRequest,
    Deployment,
    OnCallShift,
    Organisation,
    Person,
    PolicyVersion,
    Rollback,
)
from changes.quarters import parse_quarter
from changes.queries.judgements import judgements_of
from changes.queries.policies import version_in_force
from changes.queries.record import with_record
from changes.rules.policy import TEXT_FIELDS
from changes.sample.logins import SAMPLE_LOGINS, SAMPLE_PASSWORD
from changes.sample.routine import all_stories
from changes.vocabulary import Category, DeploymentOutcome, PersonKind, Role, State

NAMES = {f"CHG-{story.number:06d}": story.name for story in all_stories()}
SKIPPED = {"round-usage-up-once-a-month-not-once-a-day"}
UNMEASURED = {"shorten-recovery-links-to-fifteen-minutes": 2, "cache-rule": 0}
END = datetime(2026, 9, 30, 23, 59, tzinfo=UTC)


def test_categories_and_states_vary(sample: list[str]) -> None:
    changes = ChangeRequest.objects.all()
    assert Counter(change.category for change in changes) == {
        Category.NORMAL: 114,
        Category.STANDARD: 31,
        Category.EMERGENCY: 17,
    }
    assert Counter(change.state for change in changes) == {
        State.CLOSED: 147,
        State.REJECTED: 1,
        State.SUBMITTED: 4,
        State.VERIFIED: 2,
        State.DEPLOYED: 3,
        State.WITHDRAWN: 2,
        State.DRAFT: 1,
        State.DEPLOYING: 1,
        State.ROLLED_BACK: 1,
    }


def test_database_is_marked_with_a_log_of_its_own(sample: list[str]) -> None:
    organisation = Organisation.objects.get()
    assert organisation.is_sample
    assert organisation.name == "ORCA (sample)"
    assert organisation.log_origin == "sample.orca.example/change-evidence"


def test_every_role_has_a_login_that_opens(sample: list[str]) -> None:
    for login in SAMPLE_LOGINS:
        person = Person.objects.get(username=login.username)
        assert login.role in person.roles
        assert person.check_password(SAMPLE_PASSWORD)
    assert {login.role for login in SAMPLE_LOGINS} == set(Role)


def test_nobody_else_may_sign_in(sample: list[str]) -> None:
    others = Person.objects.exclude(username__in=[login.username for login in SAMPLE_LOGINS])
    assert [person.name for person in others if person.has_usable_password()] == []
    assert others.filter(kind=PersonKind.BOT).count() == 2


def test_those_who_sign_in_find_something_waiting(sample: list[str]) -> None:
    submitted = ChangeRequest.objects.filter(state=State.SUBMITTED)
    lead = Person.objects.get(username="lead")
    waiting = {
        NAMES[judgement.change.key]
        for judgement in judgements_of(with_record(submitted), END)
        if judgement.finding("tech_lead_of_every_system").is_open
        and any(lead.pk in system.tech_leads for system in judgement.facts.systems)
    }
    assert waiting == {"webhook-size", "credit-note-tax", "head-requests"}
    assert submitted.filter(requester__username="engineer").count() == 3
    on_call = OnCallShift.objects.get(starts_at__lte=END, ends_at__gt=END)
    assert on_call.person.username == "oncall"
    assert PolicyVersion.objects.filter(state="proposed").count() == 1


def test_every_change_that_counts_lies_in_the_quarter(sample: list[str]) -> None:
    quarter = parse_quarter("2026Q3")
    counted = [change.counted_at for change in ChangeRequest.objects.all() if change.counted_at]
    assert [at for at in counted if not quarter.contains(at)] == []


def test_deployments_have_stages_and_verifications(sample: list[str]) -> None:
    rollouts = Deployment.objects.filter(
        outcome=DeploymentOutcome.SUCCEEDED, change__isnull=False
    ).prefetch_related("stages", "verifications")
    for deployment in rollouts:
        if NAMES[str(deployment.change)] not in SKIPPED:
            stages = [stage.name for stage in deployment.stages.all()]
            assert stages == ["canary", "10", "50", "100"], deployment.change
        verified = UNMEASURED.get(NAMES[str(deployment.change)], 3)
        assert len(deployment.verifications.all()) == verified, deployment.change


def test_no_rollout_has_a_gap_in_its_samples(sample: list[str]) -> None:
    """None but that which the policy allows, from the first sample to the last."""
    allowed = timedelta(seconds=version_in_force(END).sampling_gap_maximum_seconds)
    watched = Deployment.objects.filter(change__isnull=False).prefetch_related("samples")
    times = {row.change: [s.taken_at for s in row.samples.all()] for row in watched}

    assert [change for change, taken in times.items() if len(taken) < 15] == []
    gaps = {change for change, at in times.items() for a, b in pairwise(at) if b - a > allowed}
    assert gaps == set()


def test_rollbacks_are_of_both_kinds(sample: list[str]) -> None:
    done = Rollback.objects.filter(finished_at__isnull=False)
    found = Counter(done.values_list("trigger", flat=True))
    assert found == {"error_rate": 1, "latency": 1, "health_check": 1, "manual": 2}


def test_pull_requests_are_each_of_one_change() -> None:
    pulls = [(story.repository, story.pull_request) for story in all_stories() if story.repository]
    assert [pull for pull, count in Counter(pulls).items() if count > 1] == []


@pytest.mark.parametrize("name", ["title", *TEXT_FIELDS])
def test_no_text_is_used_twice(name: str) -> None:
    stories = all_stories()
    texts = [story.title if name == "title" else story.texts.get(name) for story in stories]
    assert [text for text, count in Counter(filter(None, texts)).items() if count > 1] == []
