"""Every address as everybody, against one table. An address that the table lacks fails.

The table says whom an address is open to and what they get. Everybody else who is signed in is
refused, and who is not signed in is sent to do so.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from changes.intake.hosts import PROVIDERS
from changes.models import ChangeRequest, DeliveryJob, PolicyVersion, Repository
from changes.quarters import quarter_of
from changes.queries.facts import facts_of
from changes.roles import MAY, REQUESTERS, Act
from changes.states import STEPS, Action
from changes.views.followups import FOLLOW_UPS
from changes.vocabulary import DeliveryState, NotificationState, PolicyState, Role
from evidence.models import Package
from tests.clients import ClientAs
from tests.factories.calendar import FreezeFactory
from tests.factories.catalogue import (
    OnCallShiftFactory,
    RotaOverrideFactory,
    StandardProcedureFactory,
)
from tests.factories.inbox import DeliveryJobFactory
from tests.factories.interfaces import TokenFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.packages import PackageFactory
from tests.factories.policy import PolicyVersionFactory
from tests.factories.stories import make_story
from tests.factories.times import NOW

NOBODY, NO_ROLE, SUPERUSER = "nobody", "no role", "superuser"
VISITORS = (NOBODY, NO_ROLE, *Role, SUPERUSER)
EVERYBODY = frozenset(VISITORS)
SIGNED_IN = EVERYBODY - {NOBODY}
ADMINISTRATORS = frozenset({Role.POLICY_ADMINISTRATOR, SUPERUSER})
SIGN_IN = "sign in first"
PAGE, ON, AGAIN, NO_METHOD, NOT_NOW = {200}, {301, 302}, {400}, {405}, {409}
MISSING = {404}
Answer = int | str


@dataclass(frozen=True)
class Address:
    """`get` and `post` are the statuses for those to whom it is open."""

    to: frozenset[str]
    get: set[int]
    post: set[int]

    def expected(self, visitor: str, method: str) -> set[Answer]:
        if visitor in self.to:
            return {*(self.get if method == "GET" else self.post)}
        return {SIGN_IN} if visitor == NOBODY else {403}


@dataclass(frozen=True)
class Interface(Address):
    """Of the API: who is not signed in is told so, and sent nowhere. Forms are not read here:
    what a body has to be is tested with tokens, in tests/changes/api.
    """

    def expected(self, visitor: str, method: str) -> set[Answer]:
        if visitor == NOBODY and visitor not in self.to:
            return {401}
        if (self.get if method == "GET" else self.post) == NO_METHOD:
            return {405}
        return super().expected(visitor, method)


READ = Address(MAY[Act.READ_CHANGES], PAGE, NO_METHOD)
READ_PACKAGES = Address(MAY[Act.READ_PACKAGES], PAGE, NO_METHOD)
READ_RECONCILIATION = Address(MAY[Act.READ_RECONCILIATION], PAGE, NO_METHOD)
READ_EXCEPTIONS = Address(MAY[Act.READ_EXCEPTIONS], PAGE, NO_METHOD)
READ_API = Interface(MAY[Act.READ_CHANGES], PAGE, NO_METHOD)
ONE = "changes/<change:key>/"
API = f"api/v1/{ONE}"
WRONG_TYPE, NOT_FOUND = {415}, {404}
ACTIONS = {action: action.value.replace("_", "-") for action in Action if action != Action.EDIT}
ADDRESSES: dict[str, Address] = {
    "": Address(SIGNED_IN, PAGE, NO_METHOD),
    "changes/": READ,
    "changes/new/": Address(REQUESTERS, PAGE, AGAIN),
    "changes/export.csv": READ,
    # It says what it is opened for; without that there is nothing to open.
    "changes/retroactive/": Address(REQUESTERS, {404}, {404}),
    ONE: READ,
    f"{ONE}edit/": Address(REQUESTERS, PAGE, AGAIN),
    f"{ONE}files/attach/": Address(REQUESTERS, PAGE, AGAIN),
    f"{ONE}files/<sha256:sha256>/": Address(MAY[Act.READ_CHANGES], {404}, NO_METHOD),
    "deliveries/": Address(MAY[Act.READ_DELIVERIES], PAGE, NO_METHOD),
    # The row of this test is handled already.
    "deliveries/<int:pk>/retry/": Address(MAY[Act.RETRY_DELIVERY], NO_METHOD, NOT_NOW),
    # No secret is configured in tests: nobody is let in, whoever has signed in.
    **{f"hooks/{name}/": Address(EVERYBODY, NO_METHOD, {401}) for name in PROVIDERS},
    "messages/": READ,
    "messages/all/": Address(MAY[Act.READ_MESSAGES], PAGE, NO_METHOD),
    # The row of this test is sent already.
    "messages/<int:pk>/retry/": Address(MAY[Act.RETRY_MESSAGE], NO_METHOD, NOT_NOW),
    "deployments/": READ,
    "refused/": Address(MAY[Act.READ_REFUSALS], PAGE, NO_METHOD),
    "deployments/running/": READ,
    "policy/": READ,
    "policy/<str:version>/": READ,
    "policy/reviews/<str:quarter>/": Address(MAY[Act.REVIEW_POLICY], PAGE, PAGE),
    "policy/<str:version>/dry-run/": Address(MAY[Act.APPROVE_POLICY], NO_METHOD, ON),
    "policy/<str:version>/approve/": Address(MAY[Act.APPROVE_POLICY], NO_METHOD, ON),
    # Without a reason it is not withdrawn.
    "policy/<str:version>/withdraw/": Address(MAY[Act.PROPOSE_POLICY], NO_METHOD, {400}),
    "packages/": READ_PACKAGES,
    "packages/jobs/": READ_PACKAGES,
    "packages/compile/": Address(MAY[Act.COMPILE_PACKAGE], NO_METHOD, AGAIN),
    "packages/<package:key>/": READ_PACKAGES,
    # The row of this test has no file: what is not whole is not handed out.
    "packages/<package:key>/download/": Address(MAY[Act.DOWNLOAD_PACKAGE], NOT_NOW, NO_METHOD),
    "ledger/": Address(MAY[Act.READ_LEDGER], PAGE, AGAIN),
    # Nothing is signed in this test, so there is nothing to hand out yet.
    "ledger/checkpoint.note": Address(MAY[Act.READ_LEDGER], MISSING, NO_METHOD),
    "ledger/log.key": Address(MAY[Act.READ_LEDGER], MISSING, NO_METHOD),
    "ledger/proofs/<change:key>.tlog-proof": Address(MAY[Act.READ_CHANGES], MISSING, NO_METHOD),
    "ledger/erasures/": Address(MAY[Act.ERASE], PAGE, AGAIN),
    "ledger/erasures/<int:number>/": Address(MAY[Act.ERASE], NO_METHOD, MISSING),
    "exceptions/": READ_EXCEPTIONS,
    "exceptions/export.csv": READ_EXCEPTIONS,
    # Without a reference there is nothing to answer.
    "exceptions/answer/": Address(MAY[Act.ANSWER_EXCEPTION], NOT_NOW, NOT_NOW),
    "reconciliation/": READ_RECONCILIATION,
    "reconciliation/export.csv": READ_RECONCILIATION,
    "api/v1/changes/": Interface(MAY[Act.READ_CHANGES], PAGE, WRONG_TYPE),
    API: READ_API,
    f"{API}deploy-gate/": READ_API,
    f"{API}evidence/": Interface(MAY[Act.READ_CHANGES], PAGE, {403, 422}),
    "api/v1/deployments/": Interface(MAY[Act.READ_CHANGES], PAGE, {403}),
    # There is no deployment here: who may not ask is told before that, and who may not report too.
    "api/v1/deployments/<number:number>/": Interface(MAY[Act.READ_CHANGES], NOT_FOUND, NO_METHOD),
    "api/v1/deployments/<number:number>/finish/": Interface(frozenset(), NO_METHOD, {403}),
    # For machines: a person has nothing to report here.
    "api/v1/pipeline-runs/": Interface(frozenset(), NO_METHOD, {403}),
    "api/schema/": Address(EVERYBODY, PAGE, NO_METHOD),
    "api/docs/": Address(EVERYBODY, PAGE, NO_METHOD),
    "sign-in/": Address(EVERYBODY, PAGE, PAGE),
    "sign-out/": Address(SIGNED_IN, NO_METHOD, ON),
    "styleguide/": Address(SIGNED_IN, PAGE, PAGE),
    "healthz/": Address(EVERYBODY, PAGE, PAGE),
    "admin/login/": Address(EVERYBODY, ON, ON),
}
# What the state does not allow now is a page that says so.
ADDRESSES |= {
    f"{ONE}{slug}/": Address(STEPS[action].who, PAGE | NOT_NOW, ON | NOT_NOW)
    for action, slug in ACTIONS.items()
}
ADDRESSES |= {
    f"{ONE}{slug}/": Address(MAY[task.act], PAGE | NOT_NOW, AGAIN | NOT_NOW)
    for slug, task in FOLLOW_UPS.items()
}
ADDRESSES |= {
    f"api/v1/deployments/<number:number>/{what}/": Interface(
        MAY[Act.READ_CHANGES], NOT_FOUND, {403}
    )
    for what in ("stages", "samples", "verifications")
}
# Sent as a form, which an action of the API does not read; role and state are judged before that.
ADDRESSES |= {
    f"{API}{slug}/": Interface(MAY[Act.READ_CHANGES], NO_METHOD, WRONG_TYPE | NOT_NOW | {403})
    for slug in (*ACTIONS.values(), "edit", *FOLLOW_UPS)
}
# The admin site is for configuration: each of its addresses is one of these models or of these.
ADMIN_MODELS = {"system", "standardprocedure", "oncallshift", "freeze", "repository", "person"} | {
    "rotaoverride",
    "policyversion",
    "token",
}
ADMIN_PAGES = {"", "logout/", "password_change/", "password_change/done/", "jsi18n/"} | {
    "autocomplete/",
    "r/<path:content_type_id>/<path:object_id>/",
    "^(?P<app_label>changes)/$",
    "(?P<url>.*)$",
}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif "<action:action>" in route:
            yield from (route.replace("<action:action>", slug) for slug in ACTIONS.values())
        elif "<follow_up:slug>" in route:
            yield from (route.replace("<follow_up:slug>", slug) for slug in FOLLOW_UPS)
        else:
            yield route


def is_admin(route: str) -> bool:
    return route.startswith("admin/") and route not in ADDRESSES


@dataclass
class Site:
    """One of everything that an address can name."""

    change: ChangeRequest
    proposal: PolicyVersion
    package: Package
    delivery: DeliveryJob
    rows: dict[str, models.Model]

    def address(self, route: str) -> str:
        row = self.rows.get(route.split("/")[2] if is_admin(route) and route.count("/") > 2 else "")
        known = {
            "<change:key>": self.change.key,
            "<sha256:sha256>": "0" * 64,
            "<package:key>": self.package.key,
            "<int:pk>": str(self.delivery.pk),
            "<str:version>": self.proposal.version,
            "<str:quarter>": str(quarter_of(NOW)),
            "<path:content_type_id>": "1",
            "(?P<app_label>changes)": "changes",
            "(?P<url>.*)": "nowhere/",
            "<int:number>": "1",
            "<number:number>": "1",
            "<path:object_id>": str(row.pk if row else 1),
            "<id>": str(row.pk if row else 1),
        }
        for name, value in known.items():
            route = route.replace(name, value)
        address = "/" + route.replace("^", "").replace("$", "")
        assert not re.search(r"[<>()?]", address), f"Say what to fill in for {route}."
        return address

    def data(self, route: str) -> dict[str, Any]:
        """What a form of an action would send; other forms are sent empty."""
        facts = facts_of(self.change)
        return {
            f"{ONE}approve/": {
                "role": "peer reviewer",
                "revision": facts.head_revision,
                "request_digest": facts.request_digest,
            },
            f"{ONE}start-deployment/": {"revision": facts.head_revision},
            f"{ONE}advance-stage/": {"stage": "canary"},
            f"{ONE}roll-back/": {"trigger": "manual", "reason": "It sorted backwards."},
            f"{ONE}return/": {"reason": "It names no system."},
            f"{ONE}reject/": {
                "reason": "Not this way.",
                "revision": facts.head_revision,
                "request_digest": facts.request_digest,
            },
            f"{ONE}schedule/": {"planned_for": "2026-07-15T19:00"},
            f"{ONE}release/": {"revision": facts.head_revision},
            f"{ONE}record-documents/": {"kind": "readme", "path": "README.md"},
            f"{ONE}ask-waiver/": {"kind": "readme", "reason": "Nothing of it changes."},
            f"{ONE}verify/": {"kind": "smoke_tests", "has_passed": "yes"},
        }.get(route, {})


@pytest.fixture
def site(db: None) -> Site:
    """The change is nobody's own, so that it is the role that decides."""
    story = make_story().pass_gates().approve()
    ChangeRequest.objects.update(requester=None)
    rows = {
        "system": story.system,
        "repository": Repository.objects.get(),
        "person": story.peer,
        "standardprocedure": StandardProcedureFactory.create(),
        "oncallshift": OnCallShiftFactory.create(),
        "rotaoverride": RotaOverrideFactory.create(),
        "freeze": FreezeFactory.create(),
        "token": TokenFactory.create(),
        "policyversion": PolicyVersion.objects.get(),
    }
    proposal = PolicyVersionFactory.create(state=PolicyState.PROPOSED, approved_at=None)
    delivery = DeliveryJobFactory.create(state=DeliveryState.HANDLED)
    NotificationFactory.create(pk=delivery.pk, state=NotificationState.SENT)
    return Site(story.change, proposal, PackageFactory.create(), delivery, rows)


@pytest.fixture
def visitor_client(request: pytest.FixtureRequest, client_as: ClientAs) -> Client:
    visitor = request.getfixturevalue("visitor")
    if visitor == NOBODY:
        return Client()
    roles = [Role(visitor)] if visitor in set(Role) else []
    return client_as(*roles, is_superuser=visitor == SUPERUSER)


def answer_to(client: Client, method: str, address: str, data: dict[str, Any]) -> Answer:
    """The status; whatever the visit changed is taken back."""
    with transaction.atomic():
        session = deepcopy(client.cookies)
        response = (
            client.generic(method, address) if method == "GET" else client.post(address, data)
        )
        transaction.set_rollback(True)
    client.cookies = session
    is_to_sign_in = response.status_code == 302 and response["Location"].startswith(
        ("/sign-in/?", "/admin/login/?")
    )
    return SIGN_IN if is_to_sign_in else response.status_code


def test_every_address_is_in_the_table() -> None:
    known = {route for route in routes() if not is_admin(route)}

    assert known == set(ADDRESSES)


def test_admin_site_is_for_configuration_only() -> None:
    own = {route.removeprefix("admin/") for route in routes() if is_admin(route)}
    of_models = {route for route in own if route.startswith("changes/")}

    assert {route.split("/")[1] for route in of_models} == ADMIN_MODELS
    assert own - of_models == ADMIN_PAGES


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("visitor", VISITORS)
def test_address_answers_as_the_table_says(
    visitor: str, method: str, site: Site, visitor_client: Client
) -> None:
    surprises = {}
    for route, address in ADDRESSES.items():
        answer = answer_to(visitor_client, method, site.address(route), site.data(route))
        if answer not in (expected := address.expected(visitor, method)):
            surprises[route] = (answer, expected)

    assert surprises == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("visitor", VISITORS)
def test_admin_site_is_open_to_administrators_only(
    visitor: str, method: str, site: Site, visitor_client: Client
) -> None:
    answers = {
        route: answer_to(visitor_client, method, site.address(route), {})
        for route in routes()
        if is_admin(route)
    }

    expected: set[Answer] = {SIGN_IN} if visitor == NOBODY else {403}
    if visitor in ADMINISTRATORS:
        expected = {200, 301, 302, 400, 403, 404, 405}
    assert {route: answer for route, answer in answers.items() if answer not in expected} == {}
