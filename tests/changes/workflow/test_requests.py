from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from changes.announcements import happened
from changes.models import ChangeRequest, Organisation
from changes.queries.facts import facts_of
from changes.rules.facts import AdvisoryFacts
from changes.states import Action
from changes.vocabulary import Category, DocumentKind, Role, State
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from changes.workflow.requests import (
    close_request,
    draft_request,
    edit_request,
    submit_request,
    withdraw_request,
)
from evidence.models import Event
from tests.changes.workflow.refusing import events_of, refused
from tests.factories import times
from tests.factories.catalogue import SystemFactory
from tests.factories.learning import PostIncidentReviewFactory
from tests.factories.people import PersonFactory, a_bot, an_engineer
from tests.factories.policy import PolicyVersionFactory, version_1
from tests.factories.request import TEXTS
from tests.factories.stories import make_draft, make_story

pytestmark = pytest.mark.django_db
LATER = times.SUBMITTED + timedelta(minutes=1)


def draft(**values: Any) -> ChangeRequest:
    actor = values.pop("actor", None) or an_engineer()
    at = values.pop("at", times.DRAFTED)
    return draft_request(actor=actor, at=at, values={"title": "Sort the pages", **values})


def test_draft_may_lack_everything_but_a_title() -> None:
    change = draft()

    assert (change.state, change.key, change.policy_version) == (State.DRAFT, "CHG-000001", None)


def test_draft_keeps_what_was_typed() -> None:
    systems = [SystemFactory.create(), SystemFactory.create()]

    change = draft_request(
        actor=an_engineer(),
        at=times.DRAFTED,
        values={"title": "  Sort \n the   pages ", **TEXTS},
        systems=systems,
        documents=[DocumentKind.README],
    )

    change.refresh_from_db()
    assert {name: getattr(change, name) for name in TEXTS} == TEXTS
    assert change.title == "Sort the pages"
    assert list(change.systems.all()) == systems
    assert [document.kind for document in change.documents.all()] == [DocumentKind.README]


def test_draft_stores_one_event_about_it() -> None:
    assert events_of(draft) == ["change.draft"]


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in {Role.ENGINEER, Role.TECH_LEAD, Role.ON_CALL}]
)
def test_draft_is_refused_to_roles_that_ask_for_no_change(role: Role) -> None:
    actor = PersonFactory.create(roles=[role])

    with refused(NotPermitted, "Only engineer, on-call or tech lead may create a change request."):
        draft(actor=actor)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        pytest.param({"title": ""}, "Give the change a title.", id="no title"),
        pytest.param({"title": " \n "}, "Give the change a title.", id="a blank title"),
        pytest.param({"title": None}, "It has to be text.", id="no text"),
        pytest.param(
            {"title": "x" * 301}, "The title is 301 characters; 300 fit.", id="a long title"
        ),
        pytest.param({"description": "a\x00b"}, "It holds a NUL character; remove it.", id="a NUL"),
        pytest.param(
            {"description": "a\ud800b"}, "It holds half a character; write it again.", id="half"
        ),
        pytest.param(
            {"category": "urgent"}, "Value 'urgent' is not a valid choice.", id="a category"
        ),
        pytest.param({"incident_url": "javascript:alert(1)"}, "Enter a valid URL.", id="a script"),
        pytest.param({"state": "closed"}, "'state' is not a field of a request.", id="a state"),
        pytest.param({"number": 7}, "'number' is not a field of a request.", id="a number"),
        pytest.param(
            {"procedure_parameters": {"replicas": "3"}},
            "Give a number for each parameter of the procedure.",
            id="a parameter that is text",
        ),
        pytest.param(
            {"procedure_parameters": {"replicas": float("nan")}},
            "Give a number for each parameter of the procedure.",
            id="a parameter that is no number",
        ),
        pytest.param(
            {"procedure_parameters": [3]},
            "Give a number for each parameter of the procedure.",
            id="parameters without names",
        ),
    ],
)
def test_draft_refuses_a_wrong_value(values: dict[str, Any], sentence: str) -> None:
    actor = an_engineer()

    with refused(Invalid, sentence):
        draft(actor=actor, **values)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 10_000, id="10,000 characters"),
        pytest.param("<script>alert(1)</script> {{ 7 }} =cmd|'/C calc'!A0", id="markup"),
        pytest.param("Größe, 変更, تغيير, \U0001f600", id="any script"),
    ],
)
def test_draft_keeps_any_text_as_it_is(text: str) -> None:
    change = draft(description=text)

    change.refresh_from_db()
    assert change.description == text


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        pytest.param(
            datetime(2026, 7, 14, 16),  # noqa: DTZ001 - a time without a zone is the point
            "2026-07-14 16:00:00 has no time zone: add Z or an offset.",
            id="naive",
        ),
        pytest.param(
            datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), "1999-12-31 is before 2000.", id="1999"
        ),
        pytest.param(
            times.NOW + timedelta(seconds=1),
            "2026-07-15T18:00:01+00:00 is in the future.",
            id="the future",
        ),
    ],
)
def test_time_of_an_action_is_refused(at: datetime, sentence: str) -> None:
    actor = an_engineer()

    with refused(Invalid, sentence):
        draft(actor=actor, at=at)


@pytest.mark.parametrize("at", [datetime(2000, 1, 1, tzinfo=UTC), times.NOW])
def test_time_of_an_action_may_be_the_first_and_the_present_moment(at: datetime) -> None:
    assert draft(at=at).drafted_at == at


def test_submit_fixes_the_policy_in_force_for_good() -> None:
    story = make_draft()

    change = submit_request(request=story.change, actor=story.requester, at=times.SUBMITTED)

    assert (change.state, change.submitted_at) == (State.SUBMITTED, times.SUBMITTED)
    assert change.policy_version == version_1()


def test_submit_takes_the_latest_version_in_force() -> None:
    today = times.SUBMITTED.date()
    in_force = PolicyVersionFactory.create(effective_on=today)
    PolicyVersionFactory.create(effective_on=today + timedelta(days=1))

    assert make_story().change.policy_version == in_force


def test_submit_stores_one_event() -> None:
    story = make_draft()

    assert events_of(
        lambda: submit_request(request=story.change, actor=story.requester, at=times.SUBMITTED)
    ) == ["change.submit"]


@pytest.mark.parametrize("field", [*TEXTS])
def test_submit_is_refused_while_a_required_field_is_blank(field: str) -> None:
    story = make_draft(**{field: " \n"})

    with refused(NotNow, f"Fill in: {field.replace('_', ' ')}."):
        submit_request(request=story.change, actor=story.requester, at=times.SUBMITTED)


def test_submit_is_refused_without_an_affected_system() -> None:
    story = make_draft()
    story.change.systems.clear()

    with refused(NotNow, "Fill in: affected systems."):
        submit_request(request=story.change, actor=story.requester, at=times.SUBMITTED)


def test_submit_of_an_emergency_names_the_incident() -> None:
    story = make_draft(category=Category.EMERGENCY)

    with refused(NotNow, "An emergency names its incident: give the incident's address."):
        submit_request(request=story.change, actor=story.requester, at=times.SUBMITTED)


def test_submit_of_somebody_elses_draft_is_refused() -> None:
    story = make_draft()

    with refused(NotPermitted, f"Only {story.requester} may submit this request."):
        submit_request(request=story.change, actor=story.peer, at=times.SUBMITTED)


def test_submit_twice_is_refused() -> None:
    story = make_story()

    with refused(NotNow, f"{story.change.key} is submitted; it would have to be draft."):
        submit_request(request=story.change, actor=story.requester, at=LATER)


def test_submit_before_the_draft_is_refused() -> None:
    story = make_draft()

    with refused(Invalid, f"2026-07-14T15:59:59+00:00 is before {story.change.key} came to be."):
        submit_request(
            request=story.change,
            actor=story.requester,
            at=times.DRAFTED - timedelta(seconds=1),
        )


def test_edit_replaces_what_was_typed() -> None:
    story, other = make_draft(), SystemFactory.create()

    edit_request(
        request=story.change,
        actor=story.requester,
        at=LATER,
        values={"title": "Sort them", "rollback_plan": "Deploy again."},
        systems=[other],
        documents=[DocumentKind.RUNBOOK],
    )

    story.change.refresh_from_db()
    assert (story.change.title, story.change.rollback_plan) == ("Sort them", "Deploy again.")
    assert list(story.change.systems.all()) == [other]
    assert [d.kind for d in story.change.documents.all()] == [DocumentKind.RUNBOOK]


def test_edit_after_the_submission_keeps_the_policy_version() -> None:
    story = make_story()
    PolicyVersionFactory.create(effective_on=times.SUBMITTED.date())

    change = edit(story.change, story, description="Sort them by date.")

    assert (change.state, change.policy_version) == (State.SUBMITTED, version_1())


def test_edit_after_the_submission_leaves_no_required_field_blank() -> None:
    story = make_story()

    with refused(NotNow, "Fill in: rollback plan."):
        edit(story.change, story, rollback_plan="")


def test_edit_of_somebody_elses_request_is_refused() -> None:
    story = make_draft()

    with refused(NotPermitted, f"Only {story.requester} may edit this request."):
        edit_request(request=story.change, actor=story.lead, at=LATER, values={})


@pytest.mark.parametrize("is_submitted", [True, False])
def test_withdraw_ends_a_request_before_its_deployment(is_submitted: bool) -> None:
    story = make_story() if is_submitted else make_draft()

    change = withdraw_request(request=story.change, actor=story.requester, at=LATER)

    assert change.state == State.WITHDRAWN


def test_withdraw_after_the_deployment_is_refused() -> None:
    story = make_story().pass_gates().approve().deploy()

    sentence = f"{story.change.key} is deployed; it would have to be draft or submitted."
    with refused(NotNow, sentence):
        withdraw_request(request=story.change, actor=story.requester, at=times.VERIFIED)


def test_close_ends_a_verified_change() -> None:
    story = make_story().pass_gates().approve().deploy().verify()

    change = close_request(request=story.change, actor=story.requester, at=times.CLOSED)

    assert (change.state, change.closed_at) == (State.CLOSED, times.CLOSED)


def test_close_waits_for_the_post_mortem_of_a_failed_verification() -> None:
    story = make_story().pass_gates().approve().deploy()
    story.record_failure().verify()

    with refused(NotNow, f"{story.change.key} has an open post-mortem: write it first."):
        close_request(request=story.change, actor=story.requester, at=times.CLOSED)


def test_close_of_a_rolled_back_change_waits_for_its_post_mortem() -> None:
    story = make_story().pass_gates().approve().deploy().roll_back()

    with refused(NotNow, f"{story.change.key} was rolled back: write the post-mortem first."):
        close_request(request=story.change, actor=story.requester, at=times.CLOSED)


def test_close_of_an_emergency_waits_for_its_review() -> None:
    story = make_story(category=Category.EMERGENCY).pass_gates().approve_emergency()
    story.deploy().verify()
    PostIncidentReviewFactory.create(change=story.change)

    sentence = f"{story.change.key} is an emergency: hold the post-incident review first."
    with refused(NotNow, sentence):
        close_request(request=story.change, actor=story.requester, at=times.CLOSED)


def test_action_by_a_bot_is_refused() -> None:
    bot = a_bot(name="dependabot")
    story = make_draft(requester=bot)

    with refused(NotPermitted, "dependabot is a bot, and only people do this in the portal."):
        submit_request(request=story.change, actor=bot, at=times.SUBMITTED)


@pytest.fixture
def failing_listener() -> Iterator[None]:
    def fail(**_: Any) -> None:
        raise RuntimeError("The log is full.")

    happened.connect(fail)
    yield
    happened.disconnect(fail)


def test_listener_that_fails_undoes_the_draft(failing_listener: None) -> None:
    actor = an_engineer()

    with pytest.raises(RuntimeError, match="The log is full"):
        draft(actor=actor)

    assert (ChangeRequest.objects.count(), Event.objects.count()) == (0, 0)
    assert Organisation.objects.get().last_change_number == 0


def test_listener_that_fails_undoes_the_submission(request: pytest.FixtureRequest) -> None:
    story = make_draft()
    request.getfixturevalue("failing_listener")

    with pytest.raises(RuntimeError, match="The log is full"):
        submit_request(request=story.change, actor=story.requester, at=times.SUBMITTED)

    story.change.refresh_from_db()
    assert (story.change.state, story.change.submitted_at) == (State.DRAFT, None)


def test_action_is_named_in_its_event() -> None:
    story = make_story()

    event = Event.objects.get(type=f"change.{Action.SUBMIT}", change_number=story.change.number)

    assert (event.record, event.actor, event.occurred_at) == (
        f"changerequest:{story.change.pk}",
        f"person:{story.requester.pk}",
        times.SUBMITTED,
    )


def edit(change: ChangeRequest, story: Any, **values: Any) -> ChangeRequest:
    return edit_request(
        request=change, actor=story.requester, at=LATER, values=values, systems=[story.system]
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"advisory": "CVE-2026-1234"}, "advisory_published_on", id="without a day"),
        pytest.param({"advisory_published_on": date(2026, 7, 1)}, "advisory", id="without a name"),
    ],
)
def test_advisory_has_a_name_and_a_day(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make_draft(**values)

    assert list(refusal.value.fields) == [field]


def test_advisory_is_kept_with_the_request() -> None:
    story = make_draft(advisory="CVE-2026-1234", advisory_published_on=date(2026, 7, 1))

    assert facts_of(story.change).advisory == AdvisoryFacts("CVE-2026-1234", date(2026, 7, 1))
