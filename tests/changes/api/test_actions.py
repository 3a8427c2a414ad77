"""What people do with a change, over the API as on its page."""

from typing import Any

import pytest
from django.test import Client

from changes.models import Approval, ChangeRequest
from changes.queries.facts import facts_of
from changes.states import Action
from changes.vocabulary import Scope, State
from tests.changes.api.clients import Machine, problem
from tests.factories.people import an_engineer
from tests.factories.request import TEXTS
from tests.factories.stories import Story, make_draft, make_story

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/changes/"


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def do(client: Client, story: Story, action: str, body: Any = None) -> Any:
    address = f"{ROOT}{story.change.key}/{action}/"
    return client.post(address, body or {}, content_type="application/json")


def approval_of(story: Story) -> dict[str, str]:
    facts = facts_of(story.change)
    return {
        "role": "peer reviewer",
        "revision": facts.head_revision,
        "request_digest": facts.request_digest,
    }


def test_request_goes_from_draft_to_withdrawn_with_the_token_of_its_person() -> None:
    person = an_engineer()
    story = make_story()
    machine = Machine(Scope.CHANGES_WRITE, person=person)
    draft = {"title": "Sort", "systems": [story.system.slug], **TEXTS}
    made = machine.post("/changes/", draft)
    key = made.json()["key"]

    edited = machine.post(f"/changes/{key}/edit/", {**draft, "title": "Sort the pages"})
    submitted = machine.post(f"/changes/{key}/submit/")
    withdrawn = machine.post(f"/changes/{key}/withdraw/")

    answers = [made, edited, submitted, withdrawn]
    assert [a.status_code for a in answers] == [201, 200, 200, 200], submitted.content
    assert [a.json()["state"] for a in answers] == ["draft", "draft", "submitted", "withdrawn"]
    change = ChangeRequest.objects.get(number=int(key[4:]))
    assert (change.requester, change.title) == (person, "Sort the pages")


def test_draft_takes_parameters_and_a_pull_request() -> None:
    machine = Machine(Scope.CHANGES_WRITE, person=an_engineer())

    made = machine.post(
        "/changes/",
        {
            "title": "Add machines",
            "procedure_parameters": {"instances": 4},
            "documents": ["readme"],
            "is_infrastructure": True,
            "pull_request_url": "https://github.com/owner/repository/pull/17",
        },
    )

    assert made.json()["pull_requests"] == ["owner/repository#17"]
    change = ChangeRequest.objects.get()
    assert (change.procedure_parameters, change.is_infrastructure) == ({"instances": 4}, True)


def test_person_approves_in_a_session() -> None:
    story = make_story()

    response = do(browser(story.peer), story, "approve", approval_of(story))

    assert response.status_code == 200, response.content
    assert [a["person"]["id"] for a in response.json()["approvals"]] == [story.peer.pk]


@pytest.mark.parametrize("action", [Action.APPROVE, Action.START_DEPLOYMENT, Action.ROLL_BACK])
def test_token_decides_nothing_even_for_a_person(action: Action) -> None:
    story = make_story()
    machine = Machine(*Scope, person=story.peer)

    response = machine.post(
        f"/changes/{story.change.key}/{action.replace('_', '-')}/", approval_of(story)
    )

    assert problem(response) == (
        403,
        "not_permitted",
        "This is for a person who is signed in, never for a token.",
    )
    assert not Approval.objects.exists()


def test_service_drafts_nothing() -> None:
    response = Machine(*Scope).post("/changes/", {"title": "Sort"})

    assert problem(response)[0] == 403
    assert not ChangeRequest.objects.exists()


def test_session_needs_its_csrf_token() -> None:
    story = make_story()
    client = Client(enforce_csrf_checks=True)
    client.force_login(story.peer)

    response = do(client, story, "approve", approval_of(story))

    assert problem(response)[0] == 403
    assert not Approval.objects.exists()


def test_author_is_refused_with_the_sentence_of_the_page() -> None:
    story = make_story()

    response = do(browser(story.requester), story, "approve", approval_of(story))

    status, _, sentence = problem(response)
    assert (status, "authors do not approve their own." in sentence) == (403, True)


def test_state_that_does_not_allow_it_is_a_conflict() -> None:
    story = make_story()

    response = do(browser(story.lead), story, "close")

    assert problem(response)[:2] == (409, "not_now")


def test_lacking_field_keeps_a_draft_from_being_submitted() -> None:
    story = make_draft()
    ChangeRequest.objects.update(rollback_plan="")

    status, code, sentence = problem(do(browser(story.requester), story, "submit"))

    assert (status, code, "rollback plan" in sentence) == (409, "not_now", True)
    assert ChangeRequest.objects.get().state == State.DRAFT


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 1_000_000}, "title"),
        ({"title": "x", "incident_url": "javascript:alert(1)"}, "incident_url"),
        ({"title": "x", "pull_request_url": "data:text/html,x"}, "pull_request_url"),
        ({"title": "x", "systems": ["nowhere"]}, "systems"),
        ({"title": "x", "category": "urgent"}, "category"),
        ({"title": "x", "procedure_parameters": {"a=b": 1}}, "procedure_parameters"),
        ({"title": "x", "is_infrastructure": "yes"}, "is_infrastructure"),
        ({"title": "x", "state": "closed"}, "state"),
    ],
)
def test_wrong_field_of_a_draft_is_named(body: dict[str, Any], field: str) -> None:
    response = Machine(Scope.CHANGES_WRITE, person=an_engineer()).post("/changes/", body)

    assert problem(response)[0] == 422
    assert {error["field"] for error in response.json()["errors"]} == {field}
    assert not ChangeRequest.objects.exists()


def test_post_mortem_is_written_with_its_action_items() -> None:
    story = make_story().pass_gates().approve().start().roll_back()
    owner = an_engineer(username="ada")
    body = {
        "what_happened": "It sorted backwards.",
        "root_cause": "A sign.",
        "action_items": [{"title": "Test it", "owner": owner.username, "due_on": "2026-08-01"}],
    }

    response = do(browser(story.requester), story, "write-post-mortem", body)

    assert response.status_code == 200, response.content
    items = story.change.post_mortem.action_items.values_list("title", "owner")
    assert list(items) == [("Test it", owner.pk)]


def test_unknown_change_is_not_found() -> None:
    story = make_story()
    story.change.number = 999

    assert problem(do(browser(story.peer), story, "approve", {}))[0] == 404
