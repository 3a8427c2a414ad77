from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from changes.models import ChangeRequest
from changes.queries.facts import facts_of, facts_of_all, facts_to_deploy
from changes.queries.judgements import reasons_against_deployment
from changes.queries.record import with_record
from changes.queries.wording import request_digest
from changes.rules.facts import PersonFacts, ShiftFacts
from changes.vocabulary import ApprovalRole, Category, Decision, Origin, PersonKind, State
from tests.factories import times
from tests.factories.calendar import FreezeFactory, WindowExceptionFactory
from tests.factories.catalogue import OnCallShiftFactory, StandardProcedureFactory, SystemFactory
from tests.factories.people import PersonFactory, a_bot
from tests.factories.pipeline import GateResultFactory
from tests.factories.request import TEXTS, ChangeRequestFactory
from tests.factories.rollout import (
    DeploymentFactory,
    TriggerFiringFactory,
    VerificationFactory,
)
from tests.factories.source import PullRequestFactory, RepositoryFactory, ReviewFactory
from tests.factories.stories import Story, make_draft, make_story

pytestmark = pytest.mark.django_db


def test_facts_show_the_whole_story() -> None:
    story = make_story().pass_gates().approve().deploy().verify()

    facts = facts_of(story.change)

    assert (facts.key, facts.state, facts.origin, facts.texts) == (
        story.change.key,
        State.VERIFIED,
        Origin.PORTAL,
        TEXTS,
    )
    assert facts.requester == PersonFacts(story.requester.pk, story.requester.name)
    assert facts.systems[0].tech_leads == {story.lead.pk}
    assert {(a.role, a.person.id, a.decision) for a in facts.approvals} == {
        (ApprovalRole.TECH_LEAD, story.lead.pk, Decision.APPROVED),
        (ApprovalRole.PEER_REVIEWER, story.peer.pk, Decision.APPROVED),
    }
    assert {r.tool for r in facts.gate_results} == {
        *("pytest", "coverage"),
        *("CodeQL", "npm audit", "Snyk"),
    }
    assert facts.deployments[0].stages == ("canary", "10", "50", "100")
    assert facts.deployments[0].verified == {"smoke_tests", "health_checks", "kpi"}


def test_facts_take_the_latest_verification_of_a_kind() -> None:
    change = ChangeRequestFactory.create()
    deployment = DeploymentFactory.create(change=change)
    for has_passed, at in ((False, times.VERIFIED), (True, times.CLOSED)):
        VerificationFactory.create(
            deployment=deployment, has_passed=has_passed, recorded_at=at, kind="kpi"
        )

    facts = facts_of(change).deployments[0]

    assert (facts.verified, facts.failed_verifications) == (frozenset({"kpi"}), frozenset())


def test_facts_leave_out_what_did_not_reach_production() -> None:
    change = ChangeRequestFactory.create()
    DeploymentFactory.create(change=change, environment="staging")

    assert facts_of(change).deployments == ()


def test_facts_leave_out_results_of_other_revisions() -> None:
    story = make_story()
    GateResultFactory.create(repository=story.repository, revision="f" * 40)

    assert facts_of(story.change).gate_results == ()


def test_facts_hold_freezes_leave_and_the_rota() -> None:
    leave, shift = WindowExceptionFactory.create(), OnCallShiftFactory.create()
    freeze = FreezeFactory.create(systems=[SystemFactory.create(slug="pages")])

    facts = facts_of(leave.change)

    assert [f.systems for f in facts.freezes] == [{"pages"}]
    assert facts.freezes[0].reason == freeze.reason
    assert [e.approved_by.id for e in facts.window_exceptions] == [leave.approved_by.pk]
    assert facts.shifts == (ShiftFacts(shift.person_id, shift.starts_at, shift.ends_at),)


def test_facts_know_a_bot() -> None:
    change, bot = ChangeRequestFactory.create(), a_bot()
    ReviewFactory.create(pull_request__change=change, person=bot)

    assert facts_of(change).reviews[0].person.kind is PersonKind.BOT


def test_facts_name_the_procedure_with_its_scope() -> None:
    system = SystemFactory.create(slug="pages")
    procedure = StandardProcedureFactory.create(
        systems=[system], parameter_limits={"replicas": {"maximum": 5}}
    )

    facts = facts_of(ChangeRequestFactory.create(standard_procedure=procedure)).procedure

    assert facts is not None
    assert facts.systems == {"pages"}
    assert facts.parameter_limits == {"replicas": {"maximum": 5}}


@pytest.mark.parametrize(
    ("reports", "expected"),
    [((True, True), True), ((True, False), False), ((), True)],
    ids=["all repositories report", "one does not", "no pull request"],
)
def test_facts_see_reviews_only_where_every_repository_reports_them(
    reports: tuple[bool, ...], expected: bool
) -> None:
    change = ChangeRequestFactory.create()
    for is_reporting in reports:
        repository = RepositoryFactory.create(
            reports_reviews=is_reporting, reports_deployments=is_reporting
        )
        PullRequestFactory.create(change=change, repository=repository)

    facts = facts_of(change)

    assert (facts.sees_reviews, facts.sees_deployments) == (expected, expected)


def test_facts_know_the_day_of_submission_in_the_reporting_time_zone(settings: Settings) -> None:
    settings.REPORTING_TIME_ZONE = "America/Los_Angeles"
    change = ChangeRequestFactory.create(submitted_at=datetime(2026, 7, 1, 5, tzinfo=UTC))

    assert str(facts_of(change).submitted_on) == "2026-06-30"


@pytest.mark.parametrize(
    ("submitted_at", "is_later"),
    [
        (datetime(2025, 10, 30, 23, 59, tzinfo=UTC), True),
        (datetime(2025, 10, 31, tzinfo=UTC), False),
    ],
    ids=["before the first version", "on its first day"],
)
def test_facts_say_whether_a_later_policy_judges(submitted_at: datetime, is_later: bool) -> None:
    change = ChangeRequestFactory.create(submitted_at=submitted_at, drafted_at=submitted_at)

    assert facts_of(change).is_judged_by_later_policy is is_later


@pytest.mark.parametrize("field", [*TEXTS, "title"])
def test_request_digest_changes_with_each_text(field: str) -> None:
    change = ChangeRequestFactory.create()
    before = request_digest(change, ["pages"])

    setattr(change, field, "Another text.")

    assert request_digest(change, ["pages"]) != before


@pytest.mark.parametrize(
    "values",
    [
        {"category": "standard"},
        {"is_infrastructure": True},
        {"changes_schema": True},
        {"procedure_parameters": {"replicas": 3}},
        {"standard_procedure_id": 7},
    ],
)
def test_request_digest_changes_with_each_choice(values: dict[str, Any]) -> None:
    change = ChangeRequestFactory.create()
    before = request_digest(change, ["pages"])

    for name, value in values.items():
        setattr(change, name, value)

    assert request_digest(change, ["pages"]) != before


def test_request_digest_is_of_a_set_of_systems() -> None:
    change = ChangeRequestFactory.create()

    digests = [request_digest(change, slugs) for slugs in (["a", "b"], ["b", "a"], ["a"])]

    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("field", ["state", "avoided_day_reason", "incident_url"])
def test_request_digest_leaves_out_what_approvers_do_not_decide_on(field: str) -> None:
    change = ChangeRequestFactory.create()
    before = request_digest(change, ["pages"])

    setattr(change, field, "another")

    assert request_digest(change, ["pages"]) == before


def test_facts_take_as_many_queries_for_three_changes_as_for_one() -> None:
    counts = []
    for _ in range(3):
        story = make_story().pass_gates().approve().deploy().verify()
        WindowExceptionFactory.create(change=story.change)
        ReviewFactory.create(pull_request=story.pull, person=PersonFactory.create())
        with CaptureQueriesContext(connection) as queries:
            facts_of_all(with_record(ChangeRequest.objects.all()))
        counts.append(len(queries))

    assert counts == [counts[0]] * 3


def test_facts_of_no_change_are_none(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(4):
        assert facts_of_all(with_record(ChangeRequest.objects.none())) == {}


def test_alert_that_fired_as_a_trigger_is_a_fact_and_one_on_samples_is_none() -> None:
    change = ChangeRequestFactory.create()
    deployment = DeploymentFactory.create(change=change)
    observed = {"alert": "ErrorsHigh"}
    TriggerFiringFactory.create(deployment=deployment)
    TriggerFiringFactory.create(deployment=deployment, trigger="alert", observed=observed)

    (alert,) = facts_of(change).deployments[0].alerts

    assert (alert.name, alert.fired_at) == ("ErrorsHigh", times.ROLLED_OUT)


STORIES: dict[str, Callable[[], Story]] = {
    "a draft": make_draft,
    "submitted": make_story,
    "approved": lambda: make_story().pass_gates().approve().run_pipeline(),
    "pushed since": lambda: make_story().pass_gates().approve().push("d" * 40),
    "under way": lambda: make_story().pass_gates().approve().start(),
    "verified": lambda: make_story().pass_gates().approve().deploy().verify(),
    "rolled back": lambda: make_story().pass_gates().approve().deploy().roll_back(),
    "an emergency": lambda: make_story(
        category=Category.EMERGENCY, incident_url="https://i.test/1"
    ).approve_emergency(),
}


@pytest.mark.parametrize("tell", STORIES.values(), ids=STORIES)
def test_less_is_loaded_to_deploy_and_the_answer_is_the_same(tell: Callable[[], Story]) -> None:
    story = tell()
    change, at = story.change, times.VERIFIED

    few, whole = facts_to_deploy(change), facts_of(change)

    afterwards = {"deployments": (), "deployed_on": None, "post_mortem": None}
    assert few == replace(whole, **afterwards)  # type: ignore[arg-type]
    for revision in (story.head, "f" * 40):
        assert reasons_against_deployment(
            few, change.policy_version, at, revision
        ) == reasons_against_deployment(whole, change.policy_version, at, revision)


def test_samples_are_not_loaded_to_deploy() -> None:
    story = make_story().pass_gates().approve().deploy().verify()

    with CaptureQueriesContext(connection) as queries:
        facts_to_deploy(story.change)

    tables = "".join(query["sql"] for query in queries.captured_queries)
    assert "changes_healthsample" not in tables
    assert "changes_rolloutstage" not in tables
