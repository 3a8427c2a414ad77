"""A proposal that is withdrawn: a record of its own, and never an edit of the version."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from changes.models import PolicyVersion, PolicyWithdrawal
from changes.queries.policies import policy_history, proposed_versions
from changes.vocabulary import PolicyState, Role
from changes.workflow.policies import approve_policy, withdraw_policy
from changes.workflow.refusals import Invalid, NotNow, NotPermitted
from tests.changes.workflow.refusing import events_of, refused
from tests.clients import ClientAs
from tests.factories.people import PersonFactory, an_engineer
from tests.factories.policy import PolicyVersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal() -> PolicyVersion:
    author = PersonFactory.create(name="Pola", roles=[Role.POLICY_ADMINISTRATOR])
    return PolicyVersionFactory.create(
        version="2.0",
        effective_on=date(2026, 10, 1),
        state=PolicyState.PROPOSED,
        approved_at=None,
        proposed_by=author,
    )


def withdraw(proposal: PolicyVersion, now: datetime, **values: object) -> PolicyWithdrawal:
    given = {"actor": proposal.proposed_by, "reason": "Too strict."}
    return withdraw_policy(version=proposal, at=now, **{**given, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("is_author", [True, False])
def test_author_or_a_second_administrator_withdraws(
    is_author: bool, proposal: PolicyVersion, now: datetime
) -> None:
    second = PersonFactory.create(roles=[Role.POLICY_ADMINISTRATOR])
    actor = proposal.proposed_by if is_author else second
    before = PolicyVersion.objects.filter(pk=proposal.pk).values().get()

    told = events_of(lambda: withdraw(proposal, now, actor=actor))

    assert told == ["policy.withdrawn"]
    assert PolicyVersion.objects.filter(pk=proposal.pk).values().get() == before
    row = PolicyWithdrawal.objects.get()
    assert (row.version, row.withdrawn_by, row.reason) == (proposal, actor, "Too strict.")
    assert list(proposed_versions()) == []
    assert [version.standing for version in policy_history()] == ["approved", "withdrawn"]


def test_withdrawn_proposal_is_neither_approved_nor_withdrawn_again(
    proposal: PolicyVersion, now: datetime
) -> None:
    withdraw(proposal, now)
    approver = PersonFactory.create(roles=[Role.COMPLIANCE])

    with refused(NotNow, "Pola withdrew Policy 2.0 on 2026-07-15: Too strict."):
        approve_policy(version=proposal, actor=approver, at=now)
    with refused(NotNow, "Pola withdrew Policy 2.0 on 2026-07-15: Too strict."):
        withdraw(proposal, now)


def test_withdrawal_asks_for_a_reason_and_the_role(proposal: PolicyVersion, now: datetime) -> None:
    engineer = an_engineer()

    with refused(Invalid, "Say why it is withdrawn."):
        withdraw(proposal, now, reason="  ")
    with refused(NotPermitted, "Only policy administrator may propose a policy version."):
        withdraw(proposal, now, actor=engineer)


def test_version_in_force_is_not_withdrawn(proposal: PolicyVersion, now: datetime) -> None:
    first = PolicyVersion.objects.get(version="1.0")

    with refused(NotNow, "Policy 1.0 is approved already."):
        withdraw(first, now, actor=proposal.proposed_by)


def test_page_withdraws_and_shows_who_and_why(client_as: ClientAs, proposal: PolicyVersion) -> None:
    client, page = (
        client_as(Role.POLICY_ADMINISTRATOR),
        reverse("changes:policy-version", args=["2.0"]),
    )
    assert "Withdraw this proposal" in client.get(page).content.decode()

    client.post(reverse("changes:policy-withdraw", args=["2.0"]), {"reason": "Too strict."})

    for address in (page, reverse("changes:policy")):
        shown = client_as(Role.AUDITOR).get(address).content.decode()
        assert ("Too strict." in shown, client.person.name in shown) == (True, True)
    answer = client_as(Role.COMPLIANCE).post(reverse("changes:policy-approve", args=["2.0"]))
    assert (answer.status_code, "withdrew Policy 2.0" in answer.content.decode()) == (409, True)


def test_admin_site_withdraws_with_a_reason(client_as: ClientAs, proposal: PolicyVersion) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    address = "/admin/changes/policyversion/"
    chosen = {"action": "withdraw", "_selected_action": [proposal.pk]}

    without = client.post(address, {**chosen, "reason": " "}, follow=True).content.decode()
    assert ("Say why it is withdrawn." in without, PolicyWithdrawal.objects.count()) == (True, 0)
    done = client.post(address, {**chosen, "reason": "Too strict."}, follow=True).content.decode()

    assert f"by {client.person}: Too strict." in done
