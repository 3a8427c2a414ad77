"""What must not be, asked of the page and of the API: refused with its sentence, nothing changed,
and the refusal stands on the page of refused actions.
"""

from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import Any

import pytest
from django.urls import reverse

from changes.models import (
    Approval,
    ChangeRequest,
    Deployment,
    HealthSample,
    Person,
    PolicyVersion,
    RefusedAction,
    Rollback,
    RolloutStage,
)
from changes.queries.facts import facts_of
from changes.states import Action
from changes.vocabulary import Role, RolloutStageName, Scope
from evidence.models import Event
from tests.changes.api.clients import Machine
from tests.changes.test_admin import ADMIN, sent
from tests.clients import ClientAs, SignedInClient
from tests.factories.people import a_tech_lead, an_engineer
from tests.factories.policy import PolicyVersionFactory
from tests.factories.stories import Story, make_story
from tests.factories.times import DEPLOYED, NOW

pytestmark = pytest.mark.django_db
Ask = Callable[[SignedInClient, Story, str, dict[str, Any]], Any]
Made = tuple[Story, Person, str, dict[str, Any]]


def by_page(client: SignedInClient, story: Story, action: str, values: dict[str, Any]) -> Any:
    return client.post(reverse("changes:act", args=[story.change.key, action]), values)


def by_api(client: SignedInClient, story: Story, action: str, values: dict[str, Any]) -> Any:
    address = f"/api/v1/changes/{story.change.key}/{action.replace('_', '-')}/"
    return client.post(address, values, content_type="application/json")


def record() -> list[Any]:
    """Everything that these actions could have touched."""
    rows = (ChangeRequest, Approval, Deployment, RolloutStage, HealthSample, Rollback)
    return [list(model.objects.order_by("pk").values()) for model in rows] + [
        list(PolicyVersion.objects.order_by("pk").values_list("version", "state"))
    ]


def check_refused(before: list[Any], sentence: str, reader: SignedInClient) -> None:
    row = RefusedAction.objects.get()
    assert sentence in row.sentence
    assert record() == before
    assert Event.objects.filter(type="action.refused").count() == 1
    assert escape(sentence) in reader.get("/refused/").content.decode()


def shown(story: Story, role: str = "peer reviewer", **values: Any) -> dict[str, Any]:
    facts = facts_of(story.change)
    given = {"role": role, "comment": ""}
    seen = {"revision": facts.head_revision, "request_digest": facts.request_digest}
    return {**given, **seen, **values}


def not_allowed() -> Made:
    story = make_story()
    return story, story.requester, Action.CLOSE, {}


def by_an_author() -> Made:
    story = make_story()
    return story, story.requester, Action.APPROVE, shown(story)


def without_the_role() -> Made:
    story = make_story()
    return story, a_tech_lead(), Action.APPROVE, shown(story, "tech lead")


def on_a_stale_page() -> Made:
    story = make_story()
    seen = shown(story)
    story.push("e" * 40)
    return story, story.peer, Action.APPROVE, seen


def for_another_person() -> Made:
    story = make_story()
    values = shown(story, approver=an_engineer(username="grace").username)
    return story, story.peer, Action.APPROVE, values


def out_of_order() -> Made:
    story = make_story().pass_gates().approve().start()
    story.advance(RolloutStageName.CANARY)
    return story, story.lead, Action.ADVANCE_STAGE, {"stage": "50"}


def of_a_finished_rollout() -> Made:
    story = make_story().pass_gates().approve().deploy()
    return story, story.lead, Action.RECORD_SAMPLES, {"error_rate_percent": "1"}


def sample_of(rate: str) -> Callable[[], Made]:
    def made() -> Made:
        story = make_story().pass_gates().approve().start()
        return story, story.lead, Action.RECORD_SAMPLES, {"error_rate_percent": rate}

    return made


@pytest.mark.parametrize("ask", [by_page, by_api])
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(not_allowed, "it would have to be rolled back or verified.", id="transition"),
        pytest.param(by_an_author, "authors do not approve their own.", id="by an author"),
        pytest.param(without_the_role, "is not a tech lead of a system", id="without the role"),
        pytest.param(on_a_stale_page, "moved on while you read it", id="on a stale page"),
        pytest.param(
            for_another_person,
            "is signed in, not grace: nobody approves for another.",
            id="for another person",
        ),
        pytest.param(out_of_order, "the next stage is 10, not 50.", id="stage out of order"),
        pytest.param(sample_of("-1"), "An error rate is 0 to 100 percent, not -1.", id="negative"),
        pytest.param(sample_of("NaN"), "An error rate is 0 to 100 percent, not NaN.", id="NaN"),
        pytest.param(of_a_finished_rollout, "it would have to be deploying.", id="finished"),
    ],
)
def test_action_that_must_not_be(
    make: Callable[[], Made], sentence: str, ask: Ask, client_as: ClientAs
) -> None:
    story, person, action, values = make()
    client, before = client_as(), record()
    client.force_login(person)

    answer = ask(client, story, action, values)

    assert answer.status_code in (400, 403, 409, 422)
    check_refused(before, sentence, client_as(Role.AUDITOR))
    row = RefusedAction.objects.get()
    assert (row.person, row.change) == (person, story.change)


AT = {"taken_at": DEPLOYED.isoformat()}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param(
            {"taken_at": (NOW + timedelta(seconds=1)).isoformat(), "error_rate_percent": 1},
            "in the future",
            id="from the future",
        ),
        pytest.param({**AT, "error_rate_percent": -1}, "greater than or equal to 0", id="negative"),
        pytest.param({**AT, "error_rate_percent": "NaN"}, "has to be a number", id="text"),
        pytest.param('{"error_rate_percent": NaN}', "NaN", id="not a number"),
        pytest.param([{**AT, "latency_p95_ms": 1}, {**AT}], "", id="one of several is empty"),
    ],
)
def test_samples_that_must_not_be(body: Any, sentence: str, client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start()
    machine, before = Machine(Scope.DEPLOYMENTS_WRITE), record()

    answer = machine.post(f"/deployments/{story.deployment.pk}/samples/", body)

    assert answer.status_code in (400, 422), answer.content
    check_refused(before, sentence, client_as(Role.COMPLIANCE))
    assert RefusedAction.objects.get().change == story.change


def test_samples_for_a_finished_rollout(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().deploy()
    machine, before = Machine(Scope.DEPLOYMENTS_WRITE), record()

    machine.post(f"/deployments/{story.deployment.pk}/samples/", {**AT, "error_rate_percent": 1})

    check_refused(before, "has succeeded: no sample is added to it.", client_as(Role.COMPLIANCE))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param({"coverage_minimum_percent": "101"}, "0 to 100 percent", id="coverage 101 %"),
        pytest.param({"window_closes": "10:00"}, "The window would be empty", id="empty window"),
        pytest.param({"window_opens": "16:00"}, "The window would be empty", id="opens at its end"),
        pytest.param({"effective_on": "2026-08-01"}, "so that no two overlap", id="overlapping"),
        pytest.param({"effective_on": "2026-07-01"}, "takes effect in the future", id="past"),
    ],
)
def test_policy_that_must_not_be(
    values: dict[str, str], sentence: str, client_as: ClientAs
) -> None:
    if sentence == "so that no two overlap":
        PolicyVersionFactory.create(version="1.9", effective_on="2026-09-01")
    client, before = client_as(Role.POLICY_ADMINISTRATOR), record()
    given = {"version": "2.0", "effective_on": "2026-10-01", "summary": "x", **values}

    sent(client, f"{ADMIN}/policyversion/add/", **given)

    check_refused(before, sentence, client_as(Role.COMPLIANCE))


def test_dry_run_of_a_policy_is_no_refusal(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    given = {"version": "2.0", "effective_on": "2026-10-01", "summary": "x", "_dry_run": "1"}

    sent(client, f"{ADMIN}/policyversion/add/", **given)

    assert not RefusedAction.objects.exists()


def test_policy_that_is_edited_past_the_workflow(client_as: ClientAs) -> None:
    client, version = client_as(Role.POLICY_ADMINISTRATOR), PolicyVersion.objects.get()
    before = record()

    answer = client.post(f"{ADMIN}/policyversion/{version.pk}/change/", {"version": "9"})

    assert answer.status_code == 403
    check_refused(before, "Your roles do not allow this.", client_as(Role.COMPLIANCE))


def test_own_roles_are_not_changed_in_the_admin_site(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    client.person.is_superuser = True
    client.person.save()
    before = record()

    client.post(f"{ADMIN}/person/{client.person.pk}/delete/", {"post": "yes"})

    check_refused(before, "Your roles do not allow this.", client_as(Role.COMPLIANCE))


def test_what_a_refused_body_held_is_not_kept(client_as: ClientAs) -> None:
    story = make_story()
    client = client_as()
    client.force_login(story.requester)

    by_api(client, story, Action.APPROVE, shown(story, comment="the secret of the vault"))

    row = RefusedAction.objects.get()
    assert "vault" not in f"{row.what} {row.sentence}"


def test_reading_and_unknown_callers_leave_no_refusal(client_as: ClientAs) -> None:
    story = make_story()
    stranger, nobody = Machine(Scope.CHANGES_READ), Machine()

    assert stranger.get("/deployments/999/").status_code in (403, 404)
    assert nobody.post(f"/changes/{story.change.key}/close/").status_code == 401
    assert not RefusedAction.objects.exists()
