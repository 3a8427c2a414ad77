"""Signing in with a token: which are taken, which are refused, and what they may."""

from datetime import timedelta

import pytest
from django.test import Client

from changes import clock
from changes.models import Person, Token
from changes.vocabulary import PersonKind, Scope
from changes.workflow.tokens import revoke_token
from tests.changes.api.clients import Machine, problem
from tests.factories.people import PersonFactory, an_engineer
from tests.factories.stories import make_story
from tests.factories.times import NOW

pytestmark = pytest.mark.django_db
CHANGES = "/changes/"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token"])
def test_token_signs_in(scheme: str) -> None:
    secret = Machine(Scope.CHANGES_READ).secret

    response = Client().get("/api/v1/changes/", headers={"Authorization": f"{scheme} {secret}"})

    assert (response.status_code, response.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer nonsense", "Bearer \u00e9", "Basic YTpi", "Bearer a b", "Token "],
)
def test_whoever_has_no_token_is_told_so(authorization: str) -> None:
    response = Client().get("/api/v1/changes/", headers={"Authorization": authorization})

    assert problem(response)[0] == 401
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_secret_is_not_stored() -> None:
    secret = Machine(Scope.CHANGES_READ).secret
    token = Token.objects.get()

    stored = [str(getattr(token, field.attname)) for field in Token._meta.concrete_fields]
    assert not any(secret in text for text in stored)


def test_revoked_token_is_refused() -> None:
    machine = Machine(Scope.CHANGES_READ)
    admin = PersonFactory.create(is_superuser=True)
    revoke_token(token=Token.objects.get(), actor=admin, at=NOW)

    assert problem(machine.get(CHANGES)) == (401, "token_revoked", "This token is revoked.")


def test_token_of_somebody_switched_off_is_refused() -> None:
    machine = Machine(Scope.CHANGES_READ)
    Person.objects.update(is_active=False)

    assert problem(machine.get(CHANGES))[:2] == (401, "token_revoked")


def test_token_expires() -> None:
    machine = Machine(Scope.CHANGES_READ)
    Token.objects.update(expires_at=NOW + timedelta(hours=1))
    answers = [machine.get(CHANGES).status_code]
    with clock.simulated(NOW + timedelta(hours=1)):
        answers.append(machine.get(CHANGES).status_code)

    assert answers == [200, 401]


def test_use_is_noted_to_the_minute() -> None:
    machine = Machine(Scope.CHANGES_READ)
    noted = []
    for seconds in (0, 59, 61):
        with clock.simulated(NOW + timedelta(seconds=seconds)):
            machine.get(CHANGES)
        noted.append(Token.objects.get().last_used_at)

    assert noted == [NOW, NOW, NOW + timedelta(seconds=61)]


def test_token_without_a_person_is_a_service_without_a_role() -> None:
    Machine(Scope.CHANGES_READ, name="ci")
    person = Token.objects.get().person

    assert (person.name, person.kind, person.roles) == ("ci", PersonKind.SERVICE, frozenset())


def test_token_that_acts_for_a_person_sees_what_the_person_sees() -> None:
    story = make_story()
    without_role = Machine(Scope.CHANGES_READ, person=PersonFactory.create(), name="a")
    engineer = Machine(Scope.CHANGES_READ, person=an_engineer(), name="b")

    statuses = [
        m.get(f"/changes/{story.change.key}/").status_code for m in (without_role, engineer)
    ]
    assert statuses == [403, 200]


@pytest.mark.parametrize(
    ("path", "scopes"),
    [
        ("/changes/", {Scope.CHANGES_READ, Scope.CHANGES_WRITE}),
        ("/changes/CHG-000001/", {Scope.CHANGES_READ, Scope.CHANGES_WRITE}),
        (
            "/changes/CHG-000001/deploy-gate/",
            {*Scope} - {Scope.EVIDENCE_WRITE},
        ),
        (
            "/changes/CHG-000001/evidence/",
            {Scope.CHANGES_READ, Scope.CHANGES_WRITE, Scope.EVIDENCE_WRITE},
        ),
    ],
)
def test_reading_asks_for_a_scope(path: str, scopes: set[Scope]) -> None:
    make_story()

    open_to = {s for s in Scope if Machine(s, name=s).get(path).status_code == 200}
    refused = {s for s in Scope if Machine(s, name=f"{s}2").get(path).status_code == 403}
    assert (open_to, refused) == (scopes, set(Scope) - scopes)


def test_refusal_names_the_scope() -> None:
    response = Machine(Scope.EVIDENCE_WRITE).get(CHANGES)

    assert problem(response) == (
        403,
        "not_permitted",
        "The token 'ci' lacks the scope changes:read.",
    )
