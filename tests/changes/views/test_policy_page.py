from datetime import date

import pytest

from changes.models import PolicyVersion
from changes.vocabulary import PolicyState, Role
from tests.clients import ClientAs
from tests.factories.people import PersonFactory
from tests.factories.policy import PolicyReviewFactory, PolicyVersionFactory

pytestmark = pytest.mark.django_db


def proposal(**values: object) -> PolicyVersion:
    values = {"proposed_by": PersonFactory.create(), "effective_on": date(2026, 10, 1), **values}
    return PolicyVersionFactory.create(
        version="2.0", state="proposed", approved_at=None, approved_by=None, **values
    )


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads_the_policy_in_plain_words(client_as: ClientAs, role: Role) -> None:
    text = client_as(role).get("/policy/").content.decode()
    for words in ("Change policy 1.0", "1.5 %", "700 ms", "Monday, Tuesday", "5 working days"):
        assert words in text


def test_versions_stand_side_by_side_where_they_differ(client_as: ClientAs) -> None:
    proposal(coverage_minimum_percent=82)
    differences = client_as(Role.ENGINEER).get("/policy/").context["differences"]
    assert [(found.label, found.cells) for found in differences] == [
        ("Line coverage at least", [("80 %", False), ("82 %", True)])
    ]


def test_reviews_are_listed(client_as: ClientAs) -> None:
    PolicyReviewFactory.create(note="Read by both leads.")
    assert "Read by both leads." in client_as(Role.AUDITOR).get("/policy/").content.decode()


def test_a_proposal_is_approved_by_another_person(client_as: ClientAs) -> None:
    version = proposal()
    client = client_as(Role.COMPLIANCE)
    assert "waits for you" in client.get("/policy/").content.decode()
    assert client.post("/policy/2.0/approve/").status_code == 302
    version.refresh_from_db()
    assert (version.state, version.approved_by) == (PolicyState.APPROVED, client.person)


def test_whoever_proposed_it_does_not_approve_it(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    version = proposal(proposed_by=client.person)
    assert "waits for you" not in client.get("/policy/").content.decode()
    answer = client.post("/policy/2.0/approve/")
    assert (answer.status_code, "another person approves it" in answer.content.decode()) == (
        403,
        True,
    )
    version.refresh_from_db()
    assert version.state == PolicyState.PROPOSED


def test_only_some_roles_approve(client_as: ClientAs) -> None:
    proposal()
    assert client_as(Role.ENGINEER).post("/policy/2.0/approve/").status_code == 403
    assert client_as(Role.COMPLIANCE).post("/policy/9.9/approve/").status_code == 404
