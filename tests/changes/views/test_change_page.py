from datetime import timedelta

import pytest
from django.urls import reverse

from changes.models import ChangeRequest
from changes.vocabulary import Category, Origin, Role, RolloutStageName, State
from changes.workflow.learning import NewActionItem, write_post_mortem
from changes.workflow.runbooks import confirm_steps
from tests.clients import ClientAs
from tests.factories.request import ChangeRequestFactory
from tests.factories.stories import make_draft, make_story
from tests.factories.times import VERIFIED

pytestmark = pytest.mark.django_db


def page_of(change: ChangeRequest) -> str:
    return reverse("changes:detail", args=[change.key])


def test_page_shows_every_rule_with_its_sentence(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve()
    answer = client_as(Role.AUDITOR).get(page_of(story.change))
    text = answer.content.decode()
    assert all(f.sentence in text for f in answer.context["judgement"].findings)


def test_story_is_in_the_order_of_the_events(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().deploy().verify().close()
    moments = client_as(Role.AUDITOR).get(page_of(story.change)).context["moments"]
    words = [moment.word for moment in moments]
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)
    for earlier, later in [("draft", "submitted"), ("submitted", "approved"), ("stage", "closed")]:
        assert words.index(earlier) < words.index(later)


@pytest.mark.parametrize("text", ["chg-000001", "CHG-0000001", "Chg-000001"])
def test_another_spelling_leads_to_the_key(client_as: ClientAs, text: str) -> None:
    make_draft()
    answer = client_as(Role.ENGINEER).get(f"/changes/{text}/")
    assert (answer.status_code, answer["Location"]) == (301, "/changes/CHG-000001/")


@pytest.mark.parametrize("key", ["CHG-000999", "CHG-000000", "CHG-999999999999"])
def test_unknown_key_is_a_page_that_says_so(client_as: ClientAs, key: str) -> None:
    answer = client_as(Role.ENGINEER).get(f"/changes/{key}/")
    assert (answer.status_code, f"There is no change {key}." in answer.content.decode()) == (
        404,
        True,
    )


def test_imported_change_says_what_is_unknown(client_as: ClientAs) -> None:
    change = ChangeRequestFactory.create(
        origin=Origin.IMPORTED, state=State.RECORDED, description="", requester=None
    )
    text = client_as(Role.AUDITOR).get(page_of(change)).content.decode()
    assert "What that source does not show is unknown" in " ".join(text.split())
    assert "Who asked for it is unknown" in text


def test_buttons_follow_the_role(client_as: ClientAs) -> None:
    story = make_story()
    offers = client_as(Role.AUDITOR).get(page_of(story.change)).context["offers"]
    assert {offer.step.label for offer in offers if not offer.reasons} == set()
    lead = client_as(Role.TECH_LEAD)
    story.system.tech_leads.add(lead.person)
    offers = lead.get(page_of(story.change)).context["offers"]
    assert {offer.step.label for offer in offers if not offer.reasons} == {
        "Approve",
        "Ask to waive a document",
        "Record documents",
        "Reject",
        "Return to the requester",
        "Schedule",
    }


def test_reasons_against_a_deployment_are_all_named(client_as: ClientAs) -> None:
    story = make_story()
    text = client_as(Role.TECH_LEAD).get(page_of(story.change)).content.decode()
    assert "Waits for a peer review" in text
    assert "Waits for a coverage report" in text


def test_a_running_rollout_offers_the_next_stage(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().start().advance(RolloutStageName.CANARY)
    client = client_as(Role.ON_CALL)
    assert 'name="stage" value="10"' in client.get(page_of(story.change)).content.decode()


def test_texts_are_shown_as_text(client_as: ClientAs) -> None:
    story = make_draft(description="<img src=x onerror=alert(1)>\n" + "ß漢ع" * 3000)
    text = client_as(Role.ENGINEER).get(page_of(story.change)).content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_a_javascript_address_is_no_link(client_as: ClientAs) -> None:
    story = make_draft()
    story.pull.url = "javascript:alert(1)"
    story.pull.save()
    text = client_as(Role.ENGINEER).get(page_of(story.change)).content.decode()
    assert 'href="javascript:' not in text


def test_page_takes_as_many_queries_for_a_long_story(client_as: ClientAs) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = client_as(Role.AUDITOR), []
    for commits in (1, 3):
        story = make_story(category=Category.NORMAL).pass_gates().approve().deploy().verify()
        for number in range(commits):
            story.push(f"{number + 1:x}" * 40)
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(story.change))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_rollback_and_what_was_learnt_stand_on_the_page(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve().deploy().roll_back()
    at = VERIFIED + timedelta(hours=1)
    confirm_steps(request=story.change, actor=story.lead, at=at, outputs={1: "Rolled back."})
    write_post_mortem(
        request=story.change,
        actor=story.requester,
        at=at,
        what_happened="The list was empty.",
        root_cause="Titles may be missing.",
        action_items=[NewActionItem("Test it without titles", story.peer, at.date())],
    )

    page = client_as(Role.AUDITOR).get(page_of(story.change)).content.decode()

    for shown in (
        "Rollback step 1 confirmed: vercel rollback --yes",
        "Rolled back.",
        "The list was empty.",
        "Titles may be missing.",
        "Test it without titles",
    ):
        assert shown in page, shown
