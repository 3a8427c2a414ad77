import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from changes.models import ChangeRequest, Person
from changes.permissions import may, needs, why_may_not, why_may_not_take
from changes.roles import MAY, Act
from changes.states import Action
from changes.vocabulary import PersonKind, Role, State


def person(*roles: Role, **values: object) -> Person:
    somebody = Person(**{"pk": 1, "name": "Ada", **values})
    somebody._roles = frozenset(roles)
    return somebody


def change(**values: object) -> ChangeRequest:
    return ChangeRequest(**{"number": 42, "title": "Sort the pages", "state": "draft", **values})


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", Role)
def test_role_may_do_what_is_named_for_it_and_nothing_else(act: Act, role: Role) -> None:
    assert may(person(role), act) is (role in MAY[act])


@pytest.mark.parametrize("act", Act)
def test_nobody_without_a_role_may_do_anything(act: Act) -> None:
    superuser, retired = person(is_superuser=True, is_staff=True), person(*Role, is_active=False)

    answers = [may(somebody, act) for somebody in (person(), superuser, retired)]

    assert [*answers, may(AnonymousUser(), act)] == [False] * 4


@pytest.mark.parametrize(
    ("somebody", "act", "sentence"),
    [
        (AnonymousUser(), Act.READ_PACKAGES, "Sign in to read packages."),
        (
            person(Role.ENGINEER),
            Act.READ_PACKAGES,
            "Only auditor or compliance may read packages.",
        ),
        (person(Role.AUDITOR), Act.COMPILE_PACKAGE, "Only compliance may compile a package."),
        (
            person(Role.AUDITOR),
            Act.CREATE_CHANGE,
            "Only engineer, on-call or tech lead may create a change request.",
        ),
    ],
)
def test_refusal_says_who_may(somebody: Person, act: Act, sentence: str) -> None:
    assert why_may_not(somebody, act) == sentence


@pytest.mark.parametrize(
    ("somebody", "action", "request_", "sentence"),
    [
        pytest.param(
            AnonymousUser(), Action.SUBMIT, change(), "Sign in to submit.", id="not signed in"
        ),
        pytest.param(
            person(Role.ENGINEER, kind=PersonKind.BOT, name="dependabot"),
            Action.APPROVE,
            change(),
            "dependabot is a bot, and only people do this in the portal.",
            id="a bot",
        ),
        pytest.param(
            person(Role.AUDITOR),
            Action.APPROVE,
            change(),
            "Only engineer, on-call or tech lead may approve.",
            id="another role",
        ),
        pytest.param(
            person(Role.TECH_LEAD),
            Action.APPROVE,
            change(),
            "CHG-000042 is draft; it would have to be rolled back or submitted.",
            id="another state",
        ),
        pytest.param(
            person(Role.ENGINEER),
            Action.SUBMIT,
            change(requester=person(Role.ENGINEER, pk=2, name="Eve")),
            "Only Eve may submit this request.",
            id="somebody else's",
        ),
    ],
)
def test_refusal_of_an_action_says_why(
    somebody: Person, action: Action, request_: ChangeRequest, sentence: str
) -> None:
    assert why_may_not_take(somebody, action, request_) == sentence


def test_action_on_ones_own_request_is_allowed() -> None:
    ada = person(Role.ENGINEER)
    submitted = change(state=State.SUBMITTED, requester=ada)

    assert why_may_not_take(ada, Action.WITHDRAW, submitted) is None


@needs(Act.COMPILE_PACKAGE)
def a_view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("compiled")


def visit(somebody: Person | AnonymousUser, rf: RequestFactory) -> HttpResponse:
    request = rf.get("/")
    request.user = somebody
    return a_view(request)


def test_view_opens_for_whom_it_is_meant(rf: RequestFactory) -> None:
    assert visit(person(Role.COMPLIANCE), rf).content == b"compiled"


def test_view_is_refused_with_the_sentence(rf: RequestFactory) -> None:
    with pytest.raises(PermissionDenied, match="Only compliance may compile a package"):
        visit(person(Role.ENGINEER), rf)


def test_view_names_its_act() -> None:
    assert a_view.act is Act.COMPILE_PACKAGE  # type: ignore[attr-defined]
