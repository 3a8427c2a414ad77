"""May this person do this? Answers with the reason, never with a bare no.

One answer for page, API, admin and commands: None where it is allowed, else the
sentence that says why not.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from changes.models import ChangeRequest, Person
from changes.roles import MAY, Act
from changes.states import STEPS, Action
from changes.vocabulary import PersonKind, Role, State, label

Actor = Person | AnonymousUser


def why_may_not(person: Actor, act: Act) -> str | None:
    if not isinstance(person, Person):
        return f"Sign in to {act}."
    if person.is_active and person.roles & MAY[act]:
        return None
    return f"Only {_listed(MAY[act])} may {act}."


def may(person: Actor, act: Act) -> bool:
    return why_may_not(person, act) is None


def why_may_not_take(person: Actor, action: Action, change: ChangeRequest) -> str | None:
    """The role and the state; what the rules say comes on top, from the workflow."""
    step = STEPS[action]
    if not isinstance(person, Person):
        return f"Sign in to {step.label.lower()}."
    if person.kind != PersonKind.HUMAN:
        return f"{person.name} is a {person.kind}, and only people do this in the portal."
    if not (person.is_active and person.roles & step.who):
        return f"Only {_listed(step.who)} may {step.label.lower()}."
    starts = step.starts(change.origin)
    if State(change.state) not in starts:
        states = " or ".join(label(state) for state in sorted(starts))
        return f"{change.key} is {label(change.state)}; it would have to be {states}."
    if action in (Action.EDIT, Action.SUBMIT, Action.WITHDRAW) and not _is_own(person, change):
        return f"Only {change.requester} may {step.label.lower()} this request."
    return None


def needs(act: Act) -> Callable[..., Callable[..., HttpResponse]]:
    """For a view: refused with the sentence unless the person may. Tests read `view.act`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            refusal = why_may_not(request.user, act)
            if refusal:
                raise PermissionDenied(refusal)
            return view(request, *args, **kwargs)

        guarded.act = act  # type: ignore[attr-defined]
        return guarded

    return decorate


def _is_own(person: Person, change: ChangeRequest) -> bool:
    return change.requester_id is None or change.requester_id == person.pk


def _listed(roles: frozenset[Role]) -> str:
    names = sorted(role.value for role in roles)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
