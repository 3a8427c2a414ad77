from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group

from changes.models import Person, PolicyVersion, System, Token
from changes.tasks import run_dry_runs
from changes.vocabulary import PolicyState, Role
from changes.workflow.tokens import digest_of
from evidence.models import Event
from tests.clients import ClientAs, SignedInClient
from tests.factories.catalogue import SystemFactory
from tests.factories.people import LoginFactory, PersonFactory, a_tech_lead
from tests.factories.policy import DryRunFactory, PolicyVersionFactory

pytestmark = pytest.mark.django_db
ADMIN = "/admin/changes"
MODELS = [
    *("system", "standardprocedure", "oncallshift", "rotaoverride", "freeze"),
    *("repository", "person"),
]


def sent(client: SignedInClient, address: str, **values: Any) -> Any:
    """The form of the page as a browser would send it, with these values changed."""
    page = client.get(address)
    forms = [page.context["adminform"].form]
    forms += [f.formset.management_form for f in page.context["inline_admin_formsets"]]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            data[bound.html_name] = "" if value is None else value
    return client.post(address, {**data, **values}, follow=True)


def test_no_evidence_is_registered() -> None:
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == {
        "changes.System",
        "changes.StandardProcedure",
        "changes.OnCallShift",
        "changes.RotaOverride",
        "changes.Freeze",
        "changes.Repository",
        "changes.Person",
        "changes.PolicyVersion",
        "changes.Token",
    }


@pytest.mark.parametrize("name", [*MODELS, "policyversion", "token"])
@pytest.mark.parametrize("role", list(Role))
def test_only_policy_administrators_open_it(client_as: ClientAs, role: Role, name: str) -> None:
    expected = 200 if role is Role.POLICY_ADMINISTRATOR else 403
    client = client_as(role)
    assert [client.get(f"{ADMIN}/{name}/{page}").status_code for page in ("", "add/")] == [
        expected,
        expected,
    ]


def test_a_superuser_opens_it_and_a_stranger_is_asked_to_sign_in(client_as: ClientAs) -> None:
    assert client_as(is_superuser=True).get("/admin/").status_code == 200
    stranger = SignedInClient().get("/admin/", follow=True)
    assert stranger.redirect_chain[-1][0].startswith("/sign-in/")


def test_a_system_is_added_with_its_leads_and_an_event(client_as: ClientAs) -> None:
    lead = a_tech_lead()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    sent(client, f"{ADMIN}/system/add/", name="API", slug="api", tech_leads=[lead.pk])
    assert list(System.objects.get(slug="api").tech_leads.all()) == [lead]
    assert Event.objects.get(type="system.added").actor == f"person:{client.person.pk}"


def test_only_tech_leads_can_lead(client_as: ClientAs) -> None:
    stranger = PersonFactory.create()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    sent(client, f"{ADMIN}/system/add/", name="API", slug="api", tech_leads=[stranger.pk])
    assert not System.objects.exists()


def test_new_leads_of_a_system_are_an_event(client_as: ClientAs) -> None:
    system, lead = SystemFactory.create(), a_tech_lead()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    sent(client, f"{ADMIN}/system/{system.pk}/change/", tech_leads=[lead.pk])
    assert list(system.tech_leads.all()) == [lead]
    assert f"person:{lead.pk}".encode() in bytes(Event.objects.get(type="system.edited").canonical)


def test_a_proposal_starts_from_the_version_in_force(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    sent(
        client,
        f"{ADMIN}/policyversion/add/",
        version="2.0",
        effective_on="2026-10-01",
        summary="More coverage.",
        coverage_minimum_percent="82",
    )
    version = PolicyVersion.objects.get(version="2.0")
    assert (version.state, version.proposed_by) == (PolicyState.PROPOSED, client.person)
    assert (version.coverage_minimum_percent, version.latency_p95_maximum_ms) == (Decimal(82), 700)
    assert Event.objects.filter(type="policy.proposed").count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"effective_on": "2026-07-01"}, "takes effect in the future"),
        ({"effective_on": "2026-10-01", "window_days": "[9]"}, "Monday is 1"),
        ({"effective_on": "2026-10-01", "coverage_minimum_percent": "101"}, "0 to 100 percent"),
        ({"effective_on": "2026-10-01", "window_closes": "10:00"}, "The window would be empty"),
        ({"effective_on": "2025-10-31"}, "so that no two overlap"),
        ({"effective_on": "2026-10-01", "rollout_stages": '["100"'}, "Enter a valid JSON"),
    ],
)
def test_a_proposal_that_cannot_be_is_a_sentence(
    client_as: ClientAs, values: dict[str, str], sentence: str
) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    page = sent(client, f"{ADMIN}/policyversion/add/", version="2.0", summary="x", **values)
    assert (sentence in page.content.decode(), PolicyVersion.objects.count()) == (True, 1)


def test_a_dry_run_shows_what_it_would_do_and_proposes_nothing(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    page = sent(
        client,
        f"{ADMIN}/policyversion/add/",
        version="2.0",
        effective_on="2027-10-01",
        summary="More coverage.",
        coverage_minimum_percent="82",
        _dry_run="Dry run",
    )
    text = page.content.decode()
    assert "A dry run: nothing is proposed yet." in text
    assert "This edit would fail no changes of the 0 of" in text
    assert "<del>80 %</del>" in text
    assert "<ins>82 %</ins>" in text
    assert PolicyVersion.objects.count() == 1


def test_a_dry_run_of_what_cannot_be_only_says_what_is_wrong(client_as: ClientAs) -> None:
    page = sent(
        client_as(Role.POLICY_ADMINISTRATOR),
        f"{ADMIN}/policyversion/add/",
        version="2.0",
        effective_on="2027-10-01",
        summary="x",
        coverage_minimum_percent="101",
        _dry_run="Dry run",
    )
    assert "This edit would fail" not in page.content.decode()
    assert "0 to 100 percent" in page.content.decode()


def test_a_proposal_shows_its_difference_and_its_dry_run(client_as: ClientAs) -> None:
    version = PolicyVersionFactory.create(
        state="proposed", approved_at=None, coverage_minimum_percent=82
    )
    DryRunFactory.create(version=version)
    run_dry_runs()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    text = client.get(f"{ADMIN}/policyversion/{version.pk}/change/").content.decode()
    assert "<ins>82 %</ins>" in text
    assert "This edit would fail no changes" in text


def test_versions_are_approved_by_another_and_never_edited(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    own = {"version": "2.0", "state": "proposed", "approved_at": None}
    version = PolicyVersionFactory.create(proposed_by=client.person, **own)
    action = {"action": "approve", "_selected_action": [version.pk]}
    page = client.post(f"{ADMIN}/policyversion/", action, follow=True)
    assert "another person approves it" in page.content.decode()
    other = client_as(Role.POLICY_ADMINISTRATOR)
    other.post(f"{ADMIN}/policyversion/", action)
    version.refresh_from_db()
    assert (version.state, version.approved_by) == (PolicyState.APPROVED, other.person)
    assert other.post(f"{ADMIN}/policyversion/{version.pk}/change/", {}).status_code == 403
    assert other.post(f"{ADMIN}/policyversion/{version.pk}/delete/", {}).status_code == 403


def test_roles_are_given_to_others_and_not_to_oneself(client_as: ClientAs) -> None:
    role, other = Group.objects.get(name=Role.AUDITOR), PersonFactory.create()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    sent(client, f"{ADMIN}/person/{other.pk}/change/", groups=[role.pk])
    assert Person.objects.get(pk=other.pk).roles == {Role.AUDITOR}
    sent(client, f"{ADMIN}/person/{client.person.pk}/change/", groups=[role.pk])
    assert Person.objects.get(pk=client.person.pk).roles == {Role.POLICY_ADMINISTRATOR}
    assert Event.objects.filter(type="person.edited").exists()


def test_nobody_makes_a_superuser_here(client_as: ClientAs) -> None:
    other = PersonFactory.create()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    sent(client, f"{ADMIN}/person/{other.pk}/change/", is_superuser="on", is_staff="on")
    other.refresh_from_db()
    assert (other.is_superuser, other.is_staff) == (False, False)


def test_a_person_is_added_with_a_password_and_gets_logins(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    word = "a-long-made-up-password"
    sent(
        client,
        f"{ADMIN}/person/add/",
        username="grace",
        name="Grace",
        usable_password="true",
        password1=word,
        password2=word,
    )
    grace = Person.objects.get(username="grace")
    assert grace.check_password(word)
    sent(
        client,
        f"{ADMIN}/person/{grace.pk}/change/",
        **{"logins-TOTAL_FORMS": "1", "logins-0-host": "github.com", "logins-0-name": "gh"},
    )
    assert [str(login) for login in grace.logins.all()] == ["gh at github.com"]
    assert Event.objects.filter(type__in=["person.added", "login.added"]).count() == 2


def test_a_login_that_is_taken_is_a_sentence(client_as: ClientAs) -> None:
    LoginFactory.create(host="github.com", name="GH")
    other = PersonFactory.create()
    page = sent(
        client_as(Role.POLICY_ADMINISTRATOR),
        f"{ADMIN}/person/{other.pk}/change/",
        **{"logins-TOTAL_FORMS": "1", "logins-0-host": "github.com", "logins-0-name": "gh"},
    )
    assert page.status_code == 200
    assert not other.logins.exists()


def test_what_is_used_is_not_deleted(client_as: ClientAs) -> None:
    from tests.factories.stories import make_draft

    story = make_draft()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    address = f"{ADMIN}/repository/{story.repository.pk}/delete/"
    page = client.post(address, {"post": "yes"}, follow=True)
    assert page.status_code in (200, 403)
    story.repository.refresh_from_db()


def test_a_person_is_never_deleted(client_as: ClientAs) -> None:
    other = PersonFactory.create()
    client = client_as(Role.POLICY_ADMINISTRATOR)
    assert client.post(f"{ADMIN}/person/{other.pk}/delete/", {"post": "yes"}).status_code == 403


def test_token_is_made_shown_once_and_revoked(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    given = {"name": "GitHub", "scopes": ["evidence:write"], "expires_at_0": "", "expires_at_1": ""}

    page = client.post(f"{ADMIN}/token/add/", given, follow=True)

    token = Token.objects.get()
    secret = str(next(iter(page.context["messages"]))).rpartition(" ")[2]
    assert (digest_of(secret), token.created_by) == (token.secret_sha256, client.person)
    assert secret not in client.get(f"{ADMIN}/token/").content.decode()
    client.post(f"{ADMIN}/token/", {"action": "revoke", "_selected_action": [token.pk]})
    assert Token.objects.get().revoked_by == client.person
    assert client.get(f"{ADMIN}/token/{token.pk}/change/").status_code == 200


def test_token_of_a_name_in_use_is_a_sentence(client_as: ClientAs) -> None:
    client = client_as(Role.POLICY_ADMINISTRATOR)
    given = {"name": "GitHub", "scopes": ["evidence:write"], "expires_at_0": "", "expires_at_1": ""}

    pages = [client.post(f"{ADMIN}/token/add/", given, follow=True) for _ in range(2)]

    assert "There is a token" in str(next(iter(pages[1].context["messages"])))
    assert Token.objects.count() == 1
