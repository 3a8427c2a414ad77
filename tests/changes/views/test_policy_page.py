from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from changes import clock
from changes.models import PolicyReview, PolicyVersion
from changes.quarters import quarter_of
from changes.tasks import run_dry_runs
from changes.vocabulary import PolicyState, Role
from tests.clients import ClientAs
from tests.factories import times
from tests.factories.people import PersonFactory
from tests.factories.policy import DryRunFactory, PolicyReviewFactory, PolicyVersionFactory
from tests.factories.stories import make_story

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


def test_a_proposal_has_a_page_with_its_difference_and_dry_run(client_as: ClientAs) -> None:
    version = proposal(coverage_minimum_percent=82)
    DryRunFactory.create(version=version)
    run_dry_runs()
    text = client_as(Role.COMPLIANCE).get("/policy/2.0/").content.decode()
    for words in ("<del>80 %</del>", "<ins>82 %</ins>", "This edit would fail", "Approve this"):
        assert words in text


def test_page_of_a_proposal_judges_nothing_itself(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The same number of queries with three changes as without one, as it reads the row only."""
    DryRunFactory.create(version=proposal(window_closes=time(11)))
    run_dry_runs()
    client = client_as(Role.COMPLIANCE)
    client.get("/policy/2.0/")
    with CaptureQueriesContext(connection) as before:
        client.get("/policy/2.0/")
    for _ in range(3):
        make_story().pass_gates().approve().deploy()
    with django_assert_num_queries(len(before)):
        text = client.get("/policy/2.0/").content.decode()
    assert "This edit would fail no changes" in text


def test_dry_run_is_made_again_when_asked(client_as: ClientAs, eager_celery: None) -> None:
    proposal()
    client = client_as(Role.COMPLIANCE)
    before = client.get("/policy/2.0/").content.decode()
    assert ("It was not tried yet." in before, "Run it" in before) == (True, True)

    client.post("/policy/2.0/dry-run/")

    after = client.get("/policy/2.0/").content.decode()
    assert ("This edit would fail" in after, "As of" in after, "Run again" in after) == (
        True,
        True,
        True,
    )
    auditor = client_as(Role.AUDITOR)
    assert "Run again" not in auditor.get("/policy/2.0/").content.decode()
    assert auditor.post("/policy/2.0/dry-run/").status_code == 403


def test_a_version_in_force_needs_no_dry_run(client_as: ClientAs) -> None:
    text = client_as(Role.COMPLIANCE).get("/policy/1.0/").content.decode()
    assert ("This edit would fail" in text, "It is the first version." in text) == (False, True)


def test_who_may_not_approve_a_proposal_is_told_that_it_waits(client_as: ClientAs) -> None:
    proposal()
    text = client_as(Role.AUDITOR).get("/policy/2.0/").content.decode()
    assert ("Approve this" in text, "approval of a second person" in text) == (False, True)


def test_policy_review_is_signed_on_its_page(client_as: ClientAs) -> None:
    client = client_as(Role.COMPLIANCE)
    quarter = str(quarter_of(clock.now()))
    assert f"Review and sign {quarter}" in client.get("/policy/").content.decode()
    page = client.get(f"/policy/reviews/{quarter}/").content.decode()
    assert "1.5 %" in page
    answer = client.post(f"/policy/reviews/{quarter}/", {"note": "It still fits."}, follow=True)
    assert "It still fits." in answer.content.decode()
    review = PolicyReview.objects.get()
    assert (review.quarter, review.reviewed_by, review.note) == (
        quarter,
        client.person,
        "It still fits.",
    )
    assert client.post(f"/policy/reviews/{quarter}/", {"note": "Again."}).status_code == 409


def test_policy_review_without_a_note_is_not_signed(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    quarter = str(quarter_of(clock.now()))
    assert client.post(f"/policy/reviews/{quarter}/", {"note": "  "}).status_code == 200
    assert not PolicyReview.objects.exists()


@pytest.mark.parametrize("quarter", ["2019Q1", "2099Q1", "nonsense"])
def test_policy_review_of_another_quarter_is_not_found(client_as: ClientAs, quarter: str) -> None:
    assert client_as(Role.COMPLIANCE).get(f"/policy/reviews/{quarter}/").status_code == 404


def test_policy_review_is_not_signed_by_an_engineer(client_as: ClientAs) -> None:
    quarter = str(quarter_of(clock.now()))
    client = client_as(Role.ENGINEER)
    assert client.post(f"/policy/reviews/{quarter}/", {"note": "x"}).status_code == 403


def test_overdue_policy_review_is_shown_where_it_matters(client_as: ClientAs) -> None:
    make_story(at=times.DRAFTED - timedelta(days=60))
    overdue = "No signed review of the policy in 2026Q2."
    for role, address in [
        (Role.COMPLIANCE, "/"),
        (Role.POLICY_ADMINISTRATOR, "/"),
        (Role.AUDITOR, "/policy/"),
    ]:
        assert overdue in client_as(role).get(address).content.decode()
