"""The rollouts under way, drawn as their samples come in, and the calendar of the window."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from changes import clock
from changes.permissions import needs, why_may_not_take
from changes.queries.rollouts import Watched, calendar, watched_rollouts
from changes.roles import Act
from changes.states import Action
from changes.views.lookup import person_of


@needs(Act.READ_CHANGES)
@require_safe
def deployments(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    days = calendar(at)
    context = {"rollouts": _rollouts(request), "days": days}
    return render(request, "changes/deployments.html", context)


@needs(Act.READ_CHANGES)
@require_safe
def running_rollouts(request: HttpRequest) -> HttpResponse:
    """The fragment that the page asks for again and again."""
    return render(request, "changes/_rollouts.html", {"rollouts": _rollouts(request)})


def _rollouts(request: HttpRequest) -> list[tuple[Watched, bool]]:
    """Each with whether this person may roll it back."""
    person = person_of(request)
    return [
        (
            watched,
            watched.deployment.change is not None
            and why_may_not_take(person, Action.ROLL_BACK, watched.deployment.change) is None,
        )
        for watched in watched_rollouts(clock.now())
    ]
