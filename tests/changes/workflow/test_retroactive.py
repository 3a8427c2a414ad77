from typing import Any

import pytest

from changes.models import ChangeRequest, Commit, Deployment
from changes.queries.facts import facts_of
from changes.vocabulary import ApprovalRole, Means, Origin, Role, State
from changes.workflow.approvals import approve_request
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.requests import draft_request, submit_request
from changes.workflow.retroactive import open_retroactive_request
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.catalogue import SystemFactory
from tests.factories.people import PersonFactory, a_tech_lead, an_engineer
from tests.factories.request import TEXTS
from tests.factories.rollout import DeploymentFactory
from tests.factories.source import CommitFactory, PullRequestFactory

pytestmark = pytest.mark.django_db


def open_for(**values: Any) -> ChangeRequest:
    """Somebody and something are made only where the test names none."""
    values.setdefault("at", times.NOW)
    values.setdefault("values", {"title": "What was pushed directly", **TEXTS})
    values["actor"] = values.get("actor") or an_engineer()
    values["systems"] = values.get("systems") or [SystemFactory.create()]
    return open_retroactive_request(**values)


def test_request_for_a_direct_push_is_marked_and_linked_for_good() -> None:
    commit = CommitFactory.create(pull_request=None, committed_at=times.DRAFTED)

    change = open_for(commit=commit)

    commit.refresh_from_db()
    assert (change.origin, change.state, change.counted_at, commit.change) == (
        Origin.RETROACTIVE,
        State.DRAFT,
        times.DRAFTED,
        change,
    )


def test_request_for_a_commit_takes_its_whole_pull_request() -> None:
    pull = PullRequestFactory.create(change=None)
    commit = CommitFactory.create(pull_request=pull, attribution="subject")

    change = open_for(commit=commit)

    pull.refresh_from_db()
    commit.refresh_from_db()
    assert (pull.change, commit.change) == (change, None)


def test_request_for_a_deployment_counts_when_that_began_also_once_submitted() -> None:
    deployment = DeploymentFactory.create(change=None, started_at=times.DEPLOYED)
    actor = an_engineer()

    change = open_for(deployment=deployment, actor=actor)
    change = submit_request(request=change, actor=actor, at=times.NOW)

    deployment.refresh_from_db()
    assert (deployment.change, change.counted_at, change.submitted_at, change.origin) == (
        change,
        times.DEPLOYED,
        times.NOW,
        Origin.RETROACTIVE,
    )


def test_request_after_the_fact_leaves_its_events() -> None:
    commit = CommitFactory.create(pull_request=None)
    assert events_of(lambda: open_for(commit=commit)) == [
        "change.draft",
        "change.opened_late",
        "commit.linked",
    ]


def test_what_has_a_request_gets_no_second_one() -> None:
    commit = CommitFactory.create(pull_request=None)
    deployment = DeploymentFactory.create(change=None)
    first, second = open_for(commit=commit), open_for(deployment=deployment)
    actor, systems = an_engineer(), [SystemFactory.create()]

    with refused(NotNow, f"{commit} belongs to {first} already."):
        open_for(commit=commit, actor=actor, systems=systems)
    deployment = Deployment.objects.get()
    with refused(NotNow, f"{deployment} belongs to {second} already."):
        open_for(deployment=deployment, actor=actor, systems=systems)


def test_request_after_the_fact_is_about_one_thing() -> None:
    actor, systems = an_engineer(), [SystemFactory.create()]
    commit = CommitFactory.create(pull_request=None)
    deployment = DeploymentFactory.create(change=None)
    for about in ({}, {"commit": commit, "deployment": deployment}):
        with pytest.raises(Invalid):
            open_for(actor=actor, systems=systems, **about)
    assert Commit.objects.get().change is None


def test_auditor_opens_nothing() -> None:
    commit = CommitFactory.create(pull_request=None)
    with pytest.raises(NotPermitted):
        open_for(commit=commit, actor=PersonFactory.create(roles=[Role.AUDITOR]))


def test_request_without_code_is_approved_as_it_is_worded() -> None:
    lead, requester = a_tech_lead(), an_engineer()
    change = draft_request(
        actor=requester,
        at=times.DRAFTED,
        values={"title": "Raise the quota", "means": Means.CONSOLE_CHANGE, **TEXTS},
        systems=[SystemFactory.create(tech_leads=[lead])],
    )
    change = submit_request(request=change, actor=requester, at=times.SUBMITTED)
    facts = facts_of(change)

    approval = approve_request(
        request=change,
        actor=lead,
        at=times.APPROVED,
        role=ApprovalRole.TECH_LEAD,
        revision=facts.head_revision,
        request_digest=facts.request_digest,
    )

    assert facts.head_revision == facts.request_digest == approval.revision
