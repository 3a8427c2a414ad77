from datetime import timedelta

import pytest

from changes.vocabulary import Category, Role
from tests.clients import ClientAs
from tests.factories.catalogue import OnCallShiftFactory
from tests.factories.policy import PolicyVersionFactory
from tests.factories.stories import make_draft, make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db


def asked(client_as: ClientAs, *roles: Role, leads: bool = False) -> list[str]:
    story = make_story()
    client = client_as(*roles)
    if leads:
        story.system.tech_leads.add(client.person)
    return [request.asks for request in client.get("/").context["requests"]]


def test_an_engineer_is_asked_to_review_the_changes_of_others(client_as: ClientAs) -> None:
    assert asked(client_as, Role.ENGINEER) == ["Review as a peer"]


def test_a_tech_lead_is_asked_to_approve_for_their_systems(client_as: ClientAs) -> None:
    assert asked(client_as, Role.TECH_LEAD, leads=True) == ["Approve as tech lead"]


def test_who_is_on_call_is_asked_for_emergencies(client_as: ClientAs) -> None:
    make_story(category=Category.EMERGENCY)
    client = client_as(Role.ON_CALL)
    asks = [request.asks for request in client.get("/").context["requests"]]
    assert asks == ["Review as a peer"]
    OnCallShiftFactory.create(person=client.person, starts_at=NOW, ends_at=NOW + timedelta(days=1))
    asks = [request.asks for request in client.get("/").context["requests"]]
    assert asks == ["Approve the emergency"]


def test_a_change_that_is_approved_waits_for_deployers(client_as: ClientAs) -> None:
    story = make_story().pass_gates().approve()
    client = client_as()
    client.force_login(story.lead)
    asks = [request.asks for request in client.get("/").context["requests"]]
    assert asks == ["Ready to deploy"]


def test_own_changes_name_the_one_thing_they_wait_for(client_as: ClientAs) -> None:
    story = make_draft(rollback_plan="")
    client = client_as()
    client.force_login(story.requester)
    assert "Fill in: rollback plan." in client.get("/").content.decode()


def test_compliance_sees_both_quarters_counted(client_as: ClientAs) -> None:
    make_story()
    make_story(category=Category.EMERGENCY)
    this, last = client_as(Role.COMPLIANCE).get("/").context["summaries"]
    assert (str(this.quarter), this.total, this.emergency_share) == ("2026Q3", 2, "50.00")
    assert (this.has_too_many_emergencies, len(this.with_something_open)) == (True, 2)
    assert (str(last.quarter), last.total, last.clear_share) == ("2026Q2", 0, None)


def test_an_auditor_sees_the_quarters_with_changes(client_as: ClientAs) -> None:
    make_story()
    quarters = client_as(Role.AUDITOR).get("/").context["quarters"]
    assert [(str(quarter), count) for quarter, count in quarters] == [("2026Q3", 1)]


def test_a_policy_administrator_sees_the_proposals(client_as: ClientAs) -> None:
    PolicyVersionFactory.create(version="2.0", state="proposed", approved_at=None)
    text = client_as(Role.POLICY_ADMINISTRATOR).get("/").content.decode()
    assert "Policy 2.0" in text


@pytest.mark.parametrize("role", list(Role))
def test_an_empty_portal_says_what_to_do_next(client_as: ClientAs, role: Role) -> None:
    answer = client_as(role).get("/")
    assert answer.status_code == 200


def test_somebody_without_a_role_is_told_whom_to_ask(client_as: ClientAs) -> None:
    assert "Ask a policy administrator" in client_as().get("/").content.decode()
