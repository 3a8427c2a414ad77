"""A believable quarter: what it holds, and that no text is used twice."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from changes.models import ChangeRequest, OnCallShift, Organisation, Person, PolicyVersion
from changes.quarters import parse_quarter
from changes.queries.judgements import judgements_of
from changes.queries.record import with_record
from changes.rules.policy import TEXT_FIELDS
from changes.sample.logins import SAMPLE_LOGINS, SAMPLE_PASSWORD
from changes.sample.reading import read_stories
from changes.vocabulary import Category, DeploymentOutcome, PersonKind, Role, State

END = datetime(2026, 9, 30, 23, 59, tzinfo=UTC)


def test_categories_and_states_vary(sample: list[str]) -> None:
    changes = ChangeRequest.objects.all()
    assert Counter(change.category for change in changes) == {
        Category.NORMAL: 31,
        Category.STANDARD: 9,
        Category.EMERGENCY: 4,
    }
    assert Counter(change.state for change in changes) == {
        State.CLOSED: 34,
        State.SUBMITTED: 4,
        State.VERIFIED: 2,
        State.DRAFT: 1,
        State.DEPLOYING: 1,
        State.DEPLOYED: 1,
        State.WITHDRAWN: 1,
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
    assert others.filter(kind=PersonKind.BOT).count() == 1


def test_those_who_sign_in_find_something_waiting(sample: list[str]) -> None:
    submitted = ChangeRequest.objects.filter(state=State.SUBMITTED)
    lead = Person.objects.get(username="lead")
    waiting = {
        judgement.change.key
        for judgement in judgements_of(with_record(submitted), END)
        if judgement.finding("tech_lead_of_every_system").is_open
        and any(lead.pk in system.tech_leads for system in judgement.facts.systems)
    }
    assert waiting == {"CHG-000040", "CHG-000042", "CHG-000043"}
    assert submitted.filter(requester__username="engineer").count() == 3
    on_call = OnCallShift.objects.get(starts_at__lte=END, ends_at__gt=END)
    assert on_call.person.username == "oncall"
    assert PolicyVersion.objects.filter(state="proposed").count() == 1


def test_every_change_that_counts_lies_in_the_quarter(sample: list[str]) -> None:
    quarter = parse_quarter("2026Q3")
    counted = [change.counted_at for change in ChangeRequest.objects.all() if change.counted_at]
    assert [at for at in counted if not quarter.contains(at)] == []


def test_deployments_have_stages_samples_and_verifications(sample: list[str]) -> None:
    for change in ChangeRequest.objects.filter(deployments__outcome=DeploymentOutcome.SUCCEEDED):
        deployment = change.deployments.get()
        assert [stage.name for stage in deployment.stages.all()] == ["canary", "10", "50", "100"]
        assert 5 <= deployment.samples.count() <= 20, change.key
        assert deployment.verifications.count() == 3


@pytest.mark.parametrize("name", ["title", *TEXT_FIELDS])
def test_no_text_is_used_twice(name: str) -> None:
    stories = read_stories()
    texts = [story.title if name == "title" else story.texts.get(name) for story in stories]
    assert [text for text, count in Counter(filter(None, texts)).items() if count > 1] == []
