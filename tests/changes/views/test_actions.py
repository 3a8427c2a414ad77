from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from changes import clock
from changes.models import ChangeRequest
from changes.states import Action
from changes.vocabulary import ApprovalRole, Category, Role, RolloutStageName, State
from tests.clients import ClientAs, SignedInClient
from tests.factories.stories import Story, make_draft, make_story
from tests.factories.times import NOW, VERIFIED

pytestmark = pytest.mark.django_db


def address(change: ChangeRequest, action: Action) -> str:
    return reverse("changes:act", args=[change.key, action])


def follow_up(change: ChangeRequest, slug: str) -> str:
    return reverse("changes:follow-up", args=[change.key, slug])


def signed_in(client_as: ClientAs, story: Story, who: str) -> SignedInClient:
    client = client_as()
    client.person = getattr(story, who)
    client.force_login(client.person)
    return client


def shown(client: SignedInClient, change: ChangeRequest) -> dict[str, Any]:
    """The hidden fields as the approve page holds them."""
    form = client.get(address(change, Action.APPROVE)).context["form"]
    return {name: form[name].value() for name in ("revision", "request_digest")}


def state_of(change: ChangeRequest) -> str:
    change.refresh_from_db()
    return change.state


def test_submitting_asks_once_and_then_does(client_as: ClientAs) -> None:
    story = make_draft()
    client = signed_in(client_as, story, "requester")
    asked = client.get(address(story.change, Action.SUBMIT))
    assert (asked.status_code, state_of(story.change)) == (200, State.DRAFT)
    done = client.post(address(story.change, Action.SUBMIT))
    assert (done.status_code, state_of(story.change)) == (302, State.SUBMITTED)


def test_submitting_what_lacks_a_field_is_refused_with_the_sentence(client_as: ClientAs) -> None:
    story = make_draft(rollback_plan=" ")
    client = signed_in(client_as, story, "requester")
    for answer in (
        client.get(address(story.change, Action.SUBMIT)),
        client.post(address(story.change, Action.SUBMIT)),
    ):
        assert answer.status_code == 409
        assert "Fill in: rollback plan." in answer.content.decode()


def test_approving_keeps_role_and_comment(client_as: ClientAs) -> None:
    story = make_story()
    client = signed_in(client_as, story, "lead")
    given = {"role": "tech lead", "comment": "Read it.", **shown(client, story.change)}
    assert client.post(address(story.change, Action.APPROVE), given).status_code == 302
    approval = story.change.approvals.get()
    assert (approval.role, approval.comment, approval.revision) == (
        ApprovalRole.TECH_LEAD,
        "Read it.",
        story.head,
    )


def test_approving_a_page_that_moved_on_is_refused(client_as: ClientAs) -> None:
    story = make_story()
    client = signed_in(client_as, story, "lead")
    given = {"role": "tech lead", **shown(client, story.change)}
    story.push("b" * 40)
    answer = client.post(address(story.change, Action.APPROVE), given)
    assert (answer.status_code, "moved on while you read it" in answer.content.decode()) == (
        409,
        True,
    )
    assert not story.change.approvals.exists()


def test_authors_are_not_offered_to_approve_and_are_refused(client_as: ClientAs) -> None:
    story = make_story()
    client = signed_in(client_as, story, "requester")
    asked = client.get(address(story.change, Action.APPROVE))
    assert (asked.status_code, "You are an author" in asked.content.decode()) == (409, True)
    given = {"role": "peer reviewer", "revision": story.head}
    given["request_digest"] = "0" * 64
    answer = client.post(address(story.change, Action.APPROVE), given)
    assert (answer.status_code, "authors do not approve their own" in answer.content.decode()) == (
        403,
        True,
    )


def test_a_role_that_is_not_open_is_refused_with_the_reason(client_as: ClientAs) -> None:
    story = make_story()
    client = signed_in(client_as, story, "peer")
    given = {"role": "tech lead", **shown(client, story.change)}
    answer = client.post(address(story.change, Action.APPROVE), given)
    assert answer.status_code == 403
    assert "is not a tech lead of a system that" in answer.content.decode()


def test_a_rollout_from_start_to_close(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve()
    lead = signed_in(client_as, story, "lead")
    given = {"revision": story.head, "artifact_digest": "sha256:9f86d081"}
    lead.post(address(story.change, Action.START_DEPLOYMENT), given)
    assert story.deployment.artifact_digest == "sha256:9f86d081"
    for stage in RolloutStageName:
        lead.post(address(story.change, Action.ADVANCE_STAGE), {"stage": stage.value})
    lead.post(address(story.change, Action.FINISH_DEPLOYMENT))
    assert state_of(story.change) == State.DEPLOYED
    for kind in ("smoke_tests", "health_checks"):
        lead.post(address(story.change, Action.VERIFY), {"kind": kind, "has_passed": "yes"})
    kpi = {"name": "errors", "baseline": "1", "value": "1", "direction": "lower", "tolerance": "5"}
    lead.post(address(story.change, Action.VERIFY), {"kind": "kpi", "has_passed": "yes", **kpi})
    assert state_of(story.change) == State.VERIFIED
    lead.post(address(story.change, Action.CLOSE))
    assert state_of(story.change) == State.CLOSED


def test_a_stage_out_of_turn_is_refused(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start()
    client = signed_in(client_as, story, "lead")
    answer = client.post(address(story.change, Action.ADVANCE_STAGE), {"stage": "100"})
    assert (answer.status_code, "the next stage is canary" in answer.content.decode()) == (
        409,
        True,
    )


def test_a_kpi_without_its_values_names_each(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().deploy()
    client = signed_in(client_as, story, "lead")
    answer = client.post(address(story.change, Action.VERIFY), {"kind": "kpi", "has_passed": "yes"})
    names = {"name", "baseline", "value", "direction", "tolerance"}
    assert (answer.status_code, set(answer.context["form"].errors)) == (400, names)


@pytest.mark.parametrize("number", ["NaN", "1e400", "abc", "9" * 50])
def test_a_kpi_of_no_number_is_a_field_error(client_as: ClientAs, number: str) -> None:
    story = make_story().pass_gates().approve().deploy()
    given = {"kind": "kpi", "has_passed": "yes", "baseline": number}
    answer = signed_in(client_as, story, "lead").post(address(story.change, Action.VERIFY), given)
    assert (answer.status_code, "baseline" in answer.context["form"].errors) == (400, True)


def test_rolling_back_asks_for_a_reason_and_shows_the_plan(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start()
    client = signed_in(client_as, story, "lead")
    assert story.change.rollback_plan in client.get(
        address(story.change, Action.ROLL_BACK)
    ).content.decode().replace("&#x27;", "'")
    empty = client.post(address(story.change, Action.ROLL_BACK), {"trigger": "manual"})
    assert "Say why it is rolled back." in empty.content.decode()
    client.post(
        address(story.change, Action.ROLL_BACK), {"trigger": "manual", "reason": "Slow pages."}
    )
    assert (state_of(story.change), story.change.post_mortem.reason) == (
        State.ROLLED_BACK,
        "Rolled back (manual): Slow pages.",
    )


def test_a_rolled_back_change_is_closed_once_it_is_learnt_from(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start()
    client = signed_in(client_as, story, "lead")
    client.post(address(story.change, Action.ROLL_BACK), {"trigger": "manual", "reason": "Slow."})
    early = client.post(address(story.change, Action.CLOSE))
    assert (early.status_code, "write the post-mortem first" in early.content.decode()) == (
        409,
        True,
    )
    lesson = {
        "what_happened": "Pages got slow.",
        "root_cause": "No index.",
        "items-TOTAL_FORMS": "1",
        "items-INITIAL_FORMS": "0",
        "items-0-title": "Add the index",
        "items-0-owner": str(story.requester.pk),
        "items-0-due_on": "2026-08-01",
    }
    done = client.post(address(story.change, Action.WRITE_POST_MORTEM), lesson)
    assert done.status_code == 302
    assert story.change.post_mortem.action_items.get().owner == story.requester
    waits = client.post(address(story.change, Action.CLOSE))
    assert "waits for another person's approval" in unescape(waits.content.decode())
    other = client_as(Role.COMPLIANCE)
    assert other.post(address(story.change, Action.APPROVE_POST_MORTEM)).status_code == 302
    client.post(address(story.change, Action.CLOSE))
    assert state_of(story.change) == State.CLOSED


def test_a_page_of_a_request_that_moved_on_is_refused(client_as: ClientAs) -> None:
    story = make_story()
    client = signed_in(client_as, story, "lead")
    seen = client.get(address(story.change, Action.RETURN)).context["form"]["seen"].value()
    story.push("b" * 40)
    given = {"reason": "Say how.", "seen": seen}
    answer = client.post(address(story.change, Action.RETURN), given)
    assert (answer.status_code, "moved on while you read it" in answer.content.decode()) == (
        409,
        True,
    )
    assert state_of(story.change) == State.SUBMITTED


def test_a_rollout_is_halted_resumed_and_watched_on_its_pages(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start()
    lead = signed_in(client_as, story, "lead")
    lead.post(address(story.change, Action.HALT), {"reason": "Odd pages."})
    again = lead.get(address(story.change, Action.HALT))
    assert (again.status_code, "does not ask for this now" in again.content.decode()) == (409, True)
    assert lead.post(address(story.change, Action.RESUME)).status_code == 302
    wrong = lead.post(address(story.change, Action.RECORD_SAMPLES), {"error_rate_percent": "-1"})
    assert "An error rate is 0 to 100 percent, not -1." in wrong.content.decode()
    given = {"error_rate_percent": "0.2", "is_healthy": "yes"}
    assert lead.post(address(story.change, Action.RECORD_SAMPLES), given).status_code == 302
    assert story.deployment.samples.get().is_healthy is True


def test_an_emergency_is_reviewed_on_its_pages(client_as: ClientAs) -> None:
    story = make_story(category=Category.EMERGENCY)
    client = signed_in(client_as, story, "lead")
    client.post(follow_up(story.change, "open-review"), {"incident_at": "2026-07-14T08:00"})
    client.post(follow_up(story.change, "hold-review"), {"findings": "It was right."})
    review = ChangeRequest.objects.get().post_incident_review
    assert (review.reviewed_by, review.findings) == (story.lead, "It was right.")


def test_leave_outside_the_window_is_given_by_a_tech_lead_alone(client_as: ClientAs) -> None:
    story = make_story()
    given = {"reason": "Maintenance", "valid_until": f"{NOW + timedelta(days=1):%Y-%m-%dT%H:%M}"}
    engineer = signed_in(client_as, story, "peer")
    assert engineer.post(follow_up(story.change, "window-exception"), given).status_code == 403
    lead = signed_in(client_as, story, "lead")
    assert lead.post(follow_up(story.change, "window-exception"), given).status_code == 302
    assert story.change.window_exceptions.get().reason == "Maintenance"


@pytest.mark.parametrize("action", [a for a in Action if a is not Action.EDIT])
def test_an_auditor_does_nothing(client_as: ClientAs, action: Action) -> None:
    story = make_story().pass_gates().approve()
    before = ChangeRequest.objects.values().get()
    given = {
        "role": "peer reviewer",
        "revision": story.head,
        "request_digest": "0" * 64,
        "stage": "canary",
        "kind": "smoke_tests",
        "has_passed": "yes",
        "trigger": "manual",
        "reason": "Because",
    }
    answer = client_as(Role.AUDITOR).post(address(story.change, action), given)
    assert (answer.status_code, "Only " in answer.content.decode()) == (403, True)
    assert ChangeRequest.objects.values().get() == before


def test_what_is_not_an_action_is_not_found(client_as: ClientAs) -> None:
    make_story()
    assert client_as(Role.ENGINEER).get("/changes/CHG-000001/destroy/").status_code == 404


def test_actions_take_get_and_post_only(client_as: ClientAs) -> None:
    story = make_story()
    answer = client_as(Role.ENGINEER).delete(address(story.change, Action.WITHDRAW))
    assert answer.status_code == 405


def test_a_form_without_its_token_is_refused_with_a_page(client_as: ClientAs) -> None:
    story = make_draft()
    client = signed_in(client_as, story, "requester")
    client.handler.enforce_csrf_checks = True
    answer = client.post(address(story.change, Action.WITHDRAW))
    assert (answer.status_code, "opened in another session" in answer.content.decode()) == (
        403,
        True,
    )


def test_deployment_outside_the_window_is_refused(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve()
    client = signed_in(client_as, story, "lead")
    with clock.simulated(VERIFIED + timedelta(days=4)):
        client.force_login(story.lead)
        answer = client.get(address(story.change, Action.START_DEPLOYMENT))
    assert (answer.status_code, "outside the deployment window" in answer.content.decode()) == (
        409,
        True,
    )
